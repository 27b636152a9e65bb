//! What people with bad intent have tried: requests that bring the program down, that fill it, and that tell of
//! what lies out of sight.

use crate::browser::Browser;
use crate::faults::SmallDisk;
use crate::hidden::{person, send};
use crate::import::upload;
use crate::server::Server;
use crate::workspace::{Workspace, both, folder, map};
use akrab_engine::bulk::{BulkChange, BulkReport, BulkSpec};
use akrab_engine::import::UndoReport;
use akrab_engine::job::CleanUp;
use akrab_engine::{Ctx, Door, ListRequest};
use akrab_model::{Filter, ProblemKind};
use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use futures::stream;
use serde_json::{Value as Json, json};
use std::time::{Duration, SystemTime};
use tower::ServiceExt;

both!(a_filter_of_very_many_parts_is_refused, async |w: &Workspace| {
    let ctx = w.of(person(w, "siti", json!({})).await, Door::Api);
    w.make("contact", json!({"name": "Ratna Sari", "tags": ["kopi"]})).await;
    let words = |n: usize| (0..n).map(|word| format!("kata {word}")).chain(["kopi".into()]).collect::<Vec<_>>();
    let tagged = |n: usize| json!({"field": "tags", "op": "in", "value": words(n)});
    let empty = json!({"all": []});
    let ask = async |filter: &Json| {
        let filter = Filter::from_json(filter)?;
        w.engine.count(&ctx, ListRequest { object: "contact".into(), filter: Some(filter), ..ListRequest::default() }, true).await
    };
    for filter in
        [tagged(60_000), tagged(1_200), json!({"all": vec![empty.clone(); 90_000]}), json!({"any": vec![json!({"not": empty}); 5_000]})]
    {
        let refused = ask(&filter).await.expect_err("too much");
        assert_eq!(refused.kind, ProblemKind::Invalid, "{refused:?}");
    }
    assert_eq!(ask(&tagged(99)).await.expect("as many as there are tests").shown(), 1);
    let wide = json!({"any": (0..50).map(|_| tagged(90)).collect::<Vec<_>>()});
    assert_eq!(ask(&wide).await.expect("wide, but not deep").shown(), 1);
    let none = json!({"all": (0..100).map(|n| json!({"not": {"field": "name", "op": "is", "value": n.to_string()}})).collect::<Vec<_>>()});
    assert_eq!(ask(&none).await.expect("the most there may be").shown(), 1);
});

#[tokio::test]
async fn a_small_file_of_wide_letters_is_read() {
    let w = Workspace::sqlite(&[]).await;
    let ctx = w.of(w.user("admin", 1, None).await, Door::Page);
    for n in 1..40 {
        let name = "😀".repeat(n);
        let file = upload(&w, &ctx, "a.csv", format!("name,email\n{name},a@b.co\n")).await.expect("a file");
        let found = w.engine.import_inspect(&ctx, "contact", file, None).await.unwrap_or_else(|p| panic!("{n} letters: {p:?}"));
        assert_eq!(found.shape.samples[0][0], name);
    }
    w.close().await;
}

#[tokio::test]
async fn a_form_that_never_ends_is_not_waited_for() {
    let w = Workspace::sqlite(&[]).await;
    let config = akrab_web::Config { patience: Some(Duration::from_millis(50)), ..akrab_web::Config::default() };
    let seed: akrab_web::state::SeedFn = std::sync::Arc::new(|_, _| Box::pin(async { Ok(()) }));
    let http = akrab_web::router(akrab_web::Web::new(w.engine.clone(), config, Vec::new(), seed));
    for path in ["/sign-in", "/api/v1/contacts"] {
        let endless = stream::unfold(0, |n| async move {
            if n > 0 {
                std::future::pending::<()>().await;
            }
            Some((Ok::<_, std::io::Error>(Bytes::from_static(b"email=")), n + 1))
        });
        let request = Request::post(path).header("host", "127.0.0.1").header("content-type", "application/x-www-form-urlencoded");
        let answer = http.clone().oneshot(request.body(Body::from_stream(endless)).expect("a request"));
        let answer = tokio::time::timeout(Duration::from_secs(60), answer).await.expect("an answer comes").expect("an answer");
        assert!(matches!(answer.status().as_u16(), 401 | 503), "{path}: {}", answer.status());
    }
    w.close().await;
}

async fn bulk(w: &Workspace, ctx: &Ctx, object: &str, ids: Vec<i64>, values: Json) -> (i64, BulkReport) {
    let spec = BulkSpec { object: object.into(), ids, change: BulkChange::Set(map(values)), ..BulkSpec::default() };
    let job = w.engine.bulk_start(ctx, spec).await.expect("queued");
    w.work_off().await;
    let view = w.engine.job(ctx, job).await.expect("a job");
    (job, serde_json::from_value(view.result).expect("a report"))
}

both!(undoing_a_job_names_nothing_out_of_sight, async |w: &Workspace| {
    let own = json!({"contact": {"read": "own", "edit": "own", "delete": "own"}});
    let siti = w.of(person(w, "siti", own).await, Door::Page);
    let other = person(w, "budi", json!({})).await;
    let id = w.engine.create(&siti, "contact", map(json!({"name": "Ratna"}))).await.expect("made").id;
    let (job, report) = bulk(w, &siti, "contact", vec![id], json!({"note": "diubah"})).await;
    assert_eq!(report.changed, 1);
    w.engine.update(&w.system(), "contact", id, map(json!({"name": "Rahasia Besar", "owner": other})), None).await.expect("handed over");
    let undo = w.engine.job_undo(&siti, job).await.expect("queued");
    w.work_off().await;
    let report: UndoReport = serde_json::from_value(w.engine.job(&siti, undo).await.expect("a job").result).expect("a report");
    assert_eq!((report.kept, report.restored), (1, 0));
    assert!(!format!("{report:?}").contains("Rahasia"), "{report:?}");
});

both!(a_change_of_a_hidden_field_is_not_undone_nor_told, async |w: &Workspace| {
    let user = person(w, "siti", json!({})).await;
    let role = w.engine.people().user(user).expect("siti").role.id;
    let id = w.make("contact", json!({"name": "Ratna", "note": "lama"})).await;
    let fan = w.of(user, Door::Page);
    w.engine.write(&fan, move |tx| tx.toggle_follow("contact", id)).await.expect("followed");
    let rights = json!({"rights": {"contact": {"read": "all", "edit": "all", "fields": {"note": "hidden"}}}});
    w.engine.update(&w.system(), "role", role, map(rights), None).await.expect("changed");
    let author = w.of(person(w, "budi", json!({})).await, Door::Page);
    w.engine.update(&author, "contact", id, map(json!({"note": "baru"})), None).await.expect("changed");
    let change = w.engine.history(&author, "contact", id, None).await.expect("a history")[0].id;
    w.engine.update(&author, "contact", id, map(json!({"note": "lagi"})), None).await.expect("changed");
    let ctx = w.of(user, Door::Page);
    let refused = w.engine.undo(&ctx, change).await.expect_err("not his");
    assert_eq!((refused.kind, refused.args.is_empty()), (ProblemKind::Forbidden, true), "{refused:?}");
    let (told, count) = w.engine.read(&ctx, |tx| Ok((tx.notices(None, true, 50)?, tx.unread()?))).await.expect("an inbox");
    assert_eq!((told.notices.len(), count), (0, 0), "what is not shown is not counted");
    w.engine.update(&author, "contact", id, map(json!({"name": "Ratna Sari"})), None).await.expect("changed");
    let count = w.engine.read(&ctx, |tx| tx.unread()).await.expect("an inbox");
    assert_eq!(count, 1, "a change he may see is");
});

both!(an_answer_given_again_names_no_linked_record_gone_out_of_sight, async |w: &Workspace| {
    let user = person(w, "siti", json!({})).await;
    let role = w.engine.people().user(user).expect("siti").role.id;
    let account = w.make("account", json!({"name": "PT Rahasia"})).await;
    let body = json!({"name": "Ratna", "account": account});
    let first = send(w, user, "POST", "/contacts", "k1", &body).await;
    assert_eq!(first.1["titles"]["account"], "PT Rahasia");
    assert_eq!(send(w, user, "POST", "/contacts", "k1", &body).await, first);
    let rights = json!({"rights": {"contact": {"create": true, "read": "all"}, "account": {"read": "none"}}});
    w.engine.update(&w.system(), "role", role, map(rights), None).await.expect("changed");
    let again = send(w, user, "POST", "/contacts", "k1", &body).await;
    assert!(again.0 == StatusCode::CREATED && !again.1.to_string().contains("PT Rahasia"), "{}", again.1);
});

both!(what_the_bin_gives_back_stays_unique, async |w: &Workspace| {
    let key = json!({"name": "Ratna", "external_key": "K-1"});
    let first = w.make("contact", key.clone()).await;
    w.engine.delete(&w.system(), "contact", first, None).await.expect("deleted");
    w.make("contact", key).await;
    let refused = w.engine.restore(&w.system(), "contact", first).await.expect_err("taken by now");
    assert_eq!((refused.kind, refused.fields[0].code.as_str()), (ProblemKind::Invalid, "taken"), "{refused:?}");
});

both!(a_rule_holds_for_many_at_once_too, async |w: &Workspace| {
    let ctx = w.of(person(w, "siti", json!({})).await, Door::Page);
    let lead = w.make("lead", json!({"name": "Ratna"})).await;
    let deal = w.make("opportunity", json!({"name": "Mesin"})).await;
    let stages = w.engine.list(&w.system(), ListRequest { object: "stage".into(), ..ListRequest::default() }).await.expect("stages");
    let lost = stages.records.iter().find(|s| s.text("category") == "lost").expect("a stage").id;
    for (object, id, values, code) in
        [("lead", lead, json!({"status": "converted"}), "convert_instead"), ("opportunity", deal, json!({"stage": lost}), "gate_required")]
    {
        let (_, report) = bulk(w, &ctx, object, vec![id], values).await;
        assert_eq!((report.changed, report.skipped), (0, 1), "{object}: {report:?}");
        assert_eq!(report.listed[0].code, code);
    }
});

both!(a_record_enters_no_stage_of_another_object, async |w: &Workspace| {
    let ctx = w.of(person(w, "siti", json!({})).await, Door::Api);
    let deal = w.make("opportunity", json!({"name": "Mesin"})).await;
    let other = w.make("pipeline", json!({"name": "Alur lain", "object": "lead"})).await;
    let stage = w.make("stage", json!({"name": "Aneh", "pipeline": other})).await;
    let refused = w.engine.update(&ctx, "opportunity", deal, map(json!({"stage": stage})), None).await.expect_err("not its own");
    assert_eq!((refused.fields[0].field(), refused.fields[0].code.as_str()), ("stage", "stage_of_other_pipeline"), "{refused:?}");
});

both!(nothing_is_kept_for_views_there_are_not, async |w: &Workspace| {
    let mut browser = Browser::of(w, person(w, "siti", json!({})).await).await;
    for view in ["karangan", "%00", "12345"] {
        let kept = browser.post(&format!("/contacts/columns?view={view}"), "columns=name:200").await;
        assert_eq!(kept.status, StatusCode::NOT_FOUND, "{view}");
        let kept = browser.post("/contacts/density", &format!("view={view}&compact=1")).await;
        assert_eq!(kept.status, StatusCode::NOT_FOUND, "{view}");
    }
});

both!(a_shared_view_tells_the_api_of_no_hidden_field, async |w: &Workspace| {
    let author = person(w, "penulis", json!({})).await;
    let reader = person(w, "pembaca", json!({"opportunity": {"fields": {"amount": "hidden"}}})).await;
    let named = json!({"field": "name", "op": "contains", "value": "mesin"});
    let filter = json!({"all": [{"field": "amount", "op": "gt", "value": 777}, named]});
    let state =
        json!({"columns": [{"key": "amount"}, {"key": "stage"}], "filter": filter, "sort": ["-amount"], "totals": ["amount:sum", "count"]});
    let made = send(w, author, "POST", "/opportunities/views", "k", &json!({"name": "Besar", "scope": "everyone", "state": state})).await;
    assert_eq!(made.0, StatusCode::CREATED, "{}", made.1);
    let views = async |user: i64| {
        let all = send(w, user, "GET", "/opportunities/views", "g", &json!({})).await.1;
        all["data"].as_array().and_then(|all| all.iter().find(|view| view["name"] == "Besar").cloned()).expect("the view")["state"].clone()
    };
    assert_eq!(views(author).await["filter"], filter);
    let cut = views(reader).await;
    assert!(!cut.to_string().contains("amount") && !cut.to_string().contains("777"), "{cut}");
    assert_eq!(
        (&cut["filter"], &cut["columns"][0]["key"], &cut["totals"][0]),
        (&json!({"all": [named]}), &json!("stage"), &json!("count"))
    );
});

both!(nobody_is_led_away_after_a_form, async |w: &Workspace| {
    let mut browser = Browser::of(w, person(w, "siti", json!({})).await).await;
    let id = w.make("contact", json!({"name": "Ratna"})).await;
    for (n, back) in ["//jahat.test", "/\t/jahat.test", "/\\jahat.test", "https://jahat.test", "/\n/jahat.test"].into_iter().enumerate() {
        let name = format!("Ratna {n}");
        let fields = [("fields", "name"), ("name", name.as_str()), ("back", back)];
        let answer = browser.submit(&format!("/contacts/{id}/edit"), &fields).await;
        assert_eq!((answer.status, answer.location), (StatusCode::SEE_OTHER, format!("/contacts/{id}")), "{back:?}");
        let page = browser.get(&format!("/contacts/new?back={}", crate::kill::escape(back))).await;
        assert!(!page.html.contains("jahat.test"), "{back:?}");
    }
    let odd = browser.get(&format!("/contacts/{id}/fields/%00")).await;
    assert_eq!(
        (odd.status, odd.location),
        (StatusCode::SEE_OTHER, format!("/contacts/{id}/edit?only=%00")),
        "no name of a field breaks the way"
    );
});

both!(what_a_killed_process_was_writing_is_swept_away, async |w: &Workspace| {
    let incoming = w.files().join("incoming");
    let (old, young) = (incoming.join("4711-0-0x1"), incoming.join("4712-0-0x1"));
    let now: SystemTime = w.engine.now().timestamp().into();
    for (path, hours) in [(&old, 30), (&young, 2)] {
        let file = std::fs::File::create(path).expect("a file");
        file.set_modified(now - Duration::from_secs(hours * 3_600)).expect("a time");
    }
    w.engine.write(&w.system(), |tx| tx.enqueue(&CleanUp {})).await.expect("queued");
    w.work_off().await;
    assert_eq!((old.exists(), young.exists()), (false, true));
});

both!(a_file_cannot_hide_its_ending, async |w: &Workspace| {
    let ctx = w.of(person(w, "siti", json!({})).await, Door::Page);
    let file = upload(w, &ctx, "../kontrak\u{202e}fdp.exe\r\nSet-Cookie: a", "isi").await.expect("a file");
    assert_eq!(w.engine.file(&ctx, file).await.expect("a file").name, "kontrakfdp.exeSet-Cookie a");
});

/// A file among those of the workspace that no compression makes smaller.
fn noise(folder: &std::path::Path, megabytes: usize) {
    let mut seed = 88_172_645_463_325_252_u64;
    let bytes: Vec<u8> = (0..megabytes << 17)
        .flat_map(|_| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed.to_le_bytes()
        })
        .collect();
    std::fs::create_dir_all(folder.join("workspaces/main/files/ab")).expect("a folder");
    std::fs::write(folder.join("workspaces/main/files/ab/abcd"), bytes).expect("a file");
}

#[test]
fn a_backup_that_finds_no_room_leaves_nothing_behind() {
    let folder = folder();
    let server = Server::prepared(&folder.join("data"));
    noise(&folder.join("data"), 24);
    // room for the database but not for the files, and for neither
    for megabytes in [16, 1] {
        let small = folder.join(format!("small-{megabytes}"));
        std::fs::create_dir_all(&small).expect("a folder");
        let disk = match SmallDisk::mount(&small, megabytes) {
            Ok(disk) => disk,
            Err(reason) => return eprintln!("skipped: no small disk can be mounted: {reason}"),
        };
        std::fs::write(small.join("full"), vec![1; (usize::from(megabytes == 1) * 900) << 10]).expect("room for that");
        let output = server.command(&["backup"]).arg(small.join("b.akrab")).output().expect("the program runs");
        assert!(!output.status.success(), "there is no room for it");
        let left: Vec<_> = std::fs::read_dir(&small).expect("the disk").filter_map(Result::ok).map(|e| e.file_name()).collect();
        assert_eq!(left, ["full"], "{megabytes} MB");
        drop(disk);
    }
    let _ = std::fs::remove_dir_all(folder);
}

#[test]
fn a_restore_that_was_killed_between_its_moves_is_brought_to_its_end() {
    let folder = folder();
    let (data, backup) = (folder.join("data"), folder.join("b.akrab"));
    let server = Server::prepared(&data);
    server.run(&["backup", backup.to_str().expect("a path")]);
    server.run(&["user", "add", "baru@contoh.test", "--role", "sales"]);
    server.run(&["restore", backup.to_str().expect("a path"), "--replace"]);
    // as it stands when nobody came to the second move
    let (place, beside) = (data.join("workspaces/main"), data.join("workspaces/main.restore"));
    std::fs::rename(&place, &beside).expect("moved");
    std::fs::write(beside.join("restored"), "").expect("marked");
    let people = server.run(&["user", "list"]);
    assert!(people.contains("admin@contoh.test") && !people.contains("baru@contoh.test"), "{people}");
    assert!(place.exists() && !beside.exists() && !place.join("restored").exists());
    // one that is not whole yet is none
    std::fs::rename(&place, &beside).expect("moved");
    let output = server.command(&["user", "list"]).output().expect("the program runs");
    assert!(!output.status.success() && beside.exists(), "half a workspace is not taken");
    let _ = std::fs::remove_dir_all(folder);
}
