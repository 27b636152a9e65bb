//! The settings as administrators and others meet them.

use crate::browser::{Browser, PASSWORD};
use crate::digest;
use crate::workspace::{Workspace, both, map};
use akrab_model::object::{FieldRight, Scope};
use axum::http::StatusCode;
use serde_json::json;

fn role(w: &Workspace, key: &str) -> i64 {
    w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role exists")
}

both!(an_administrator_invites_somebody_who_then_signs_in, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    let mut browser = Browser::of(w, admin).await;
    let sales = role(w, "sales").to_string();
    let answer = browser
        .submit("/settings/users/new", &[("name", "Joko Susilo"), ("email", "joko@contoh.test"), ("role", &sales), ("language", "en")])
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    let mail = w.mail(0).await;
    assert_eq!(
        (mail.to.as_str(), mail.subject.starts_with("Your invitation")),
        ("joko@contoh.test", true),
        "in the language of the invited"
    );
    let path = mail.text.split_whitespace().find_map(|word| word.find("/reset/").map(|at| word[at..].to_string())).expect("a link");
    let mut joko = Browser::guest(w).await;
    joko.look(&path).await;
    assert_eq!(joko.submit(&path, &[("password", "teh-melati-sore"), ("repeat", "teh-melati-sore")]).await.location, "/sign-in");
    assert_eq!(joko.sign_in("joko@contoh.test", "teh-melati-sore").await.status, StatusCode::SEE_OTHER);
    assert!(joko.get("/settings/profile").await.html.contains("My profile"));
    let twice = browser.submit("/settings/users/new", &[("name", "Joko"), ("email", "joko@contoh.test"), ("role", &sales)]).await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY, "an address belongs to one user");
});

both!(nobody_but_an_administrator_changes_people_roles_or_the_company, async |w: &Workspace| {
    let siti = w.user("siti", role(w, "sales"), None).await;
    w.user("ratna", role(w, "administrator"), None).await;
    let mut browser = Browser::of(w, siti).await;
    let (own, admin) = (role(w, "sales").to_string(), role(w, "administrator").to_string());
    let before = digest::of(w).await;
    for (address, fields) in [
        (
            format!("/settings/users/{siti}"),
            vec![("name", "Siti"), ("email", "siti@contoh.test"), ("role", admin.as_str()), ("active", "1")],
        ),
        ("/settings/users/new".into(), vec![("name", "X"), ("email", "x@contoh.test"), ("role", admin.as_str())]),
        (format!("/settings/roles/{own}"), vec![("account.read", "all")]),
        (format!("/settings/roles/{own}/account"), vec![("name", "hidden")]),
        ("/settings/company".into(), vec![("company", "PT Lain"), ("currency", "USD"), ("time_zone", "UTC")]),
        ("/settings/teams/new".into(), vec![("name", "Tim baru")]),
        ("/settings/pipelines/new".into(), vec![("name", "Alur"), ("object", "opportunity")]),
    ] {
        let answer = browser.submit(&address, &fields).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{address}");
    }
    assert_eq!(before, digest::of(w).await, "a refused request leaves no trace");
});

both!(the_matrix_of_a_role_is_saved_and_holds_at_once, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    w.user("siti", role(w, "sales"), None).await;
    let mut browser = Browser::of(w, admin).await;
    let id = role(w, "sales");
    let saved = browser
        .submit(&format!("/settings/roles/{id}"), &[("account.read", "own"), ("account.edit", "own"), ("account.create", "1")])
        .await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    let page = browser.get(&format!("/settings/roles/{id}/account")).await;
    assert!(page.html.contains("name=\"address\""), "an address is hidden as a whole: {}", page.html);
    let given = [("website", "hidden"), ("phone", "read"), ("address", "hidden"), ("last_contact", "read")];
    let hidden = browser.submit(&format!("/settings/roles/{id}/account"), &given).await;
    assert_eq!(hidden.status, StatusCode::SEE_OTHER);
    let people = w.engine.people();
    let rights = &people.roles.iter().find(|r| r.id == id).expect("the role").rights["account"];
    assert_eq!((rights.create, rights.read, rights.edit), (true, Scope::Own, Scope::Own));
    assert_eq!((rights.fields.get("website"), rights.fields.get("phone")), (Some(&FieldRight::Hidden), Some(&FieldRight::Read)));
    assert_eq!(rights.fields.get("address"), Some(&FieldRight::Hidden));
    assert_eq!(rights.fields.get("last_contact"), None, "what nobody writes is not limited by being read only");
    let siti = w.user("siti2", id, None).await;
    let account = w.make("account", json!({"name": "Kedai Rindang", "address_city": "Malang", "owner": siti})).await;
    let mut theirs = Browser::of(w, siti).await;
    for address in [format!("/accounts/{account}"), "/accounts".into()] {
        let page = theirs.get(&address).await;
        assert!(page.html.contains("Kedai Rindang") && !page.html.contains("Malang"), "{address}");
    }
    let fixed = browser.submit(&format!("/settings/roles/{}", role(w, "administrator")), &[("account.read", "none")]).await;
    assert_eq!(fixed.status, StatusCode::FORBIDDEN, "administrators keep all rights");
});

both!(the_last_administrator_stays, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    let mut browser = Browser::of(w, admin).await;
    let (own, sales) = (role(w, "administrator").to_string(), role(w, "sales").to_string());
    let form = |role: &str, active: bool| {
        let mut fields =
            vec![("name".to_string(), "Ratna".to_string()), ("email".into(), "ratna@contoh.test".into()), ("role".into(), role.into())];
        fields.extend(active.then(|| ("active".to_string(), "1".to_string())));
        fields
    };
    for fields in [form(&sales, true), form(&own, false)] {
        let fields: Vec<_> = fields.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let answer = browser.submit(&format!("/settings/users/{admin}"), &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert!(w.engine.delete(&w.system(), "user", admin, None).await.is_err());
    assert_eq!(browser.get("/settings/users").await.status, StatusCode::OK);
    // two administrators who step back in one breath
    let second = w.user("budi", role(w, "administrator"), None).await;
    let sales = role(w, "sales");
    let system = w.system();
    let both = w.engine.write(&system, move |tx| {
        for id in [admin, second] {
            tx.update("user", id, &map(json!({ "role": sales })), None)?;
        }
        Ok(())
    });
    assert_eq!(both.await.expect_err("refused").fields.first().map(|f| f.code.clone()).as_deref(), Some("last_admin"));
    let (one, other) = (
        w.engine.update(&system, "user", admin, map(json!({ "role": sales })), None),
        w.engine.update(&system, "user", second, map(json!({ "active": false })), None),
    );
    let (one, other) = tokio::join!(one, other);
    assert!(one.is_ok() != other.is_ok(), "one of them stays: {one:?} {other:?}");
});

both!(the_program_s_own_roles_stay, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    let ctx = w.of(admin, akrab_engine::Door::Api);
    let own = role(w, "administrator");
    assert_eq!(w.engine.delete(&ctx, "role", own, None).await.expect_err("refused").code, "role_in_use");
    assert_eq!(w.engine.delete(&ctx, "role", role(w, "sales"), None).await.expect_err("refused").code, "role_in_use");
    let renamed = w.engine.update(&ctx, "role", own, map(json!({ "key": "lain" })), None).await.expect_err("refused");
    assert_eq!(renamed.fields.first().map(|f| (f.pointer.clone(), f.code.clone())), Some(("/key".into(), "fixed_once_made".into())));
    let made = w.engine.create(&ctx, "role", map(json!({ "key": "gudang", "name": "Gudang" }))).await.expect("a role");
    let user = w.user("agus", made.id, None).await;
    assert_eq!(w.engine.delete(&ctx, "role", made.id, None).await.expect_err("refused").code, "role_in_use");
    w.engine.delete(&ctx, "user", user, None).await.expect("deleted");
    w.engine.delete(&ctx, "role", made.id, None).await.expect("nobody has it any more");
});

both!(a_new_password_asks_for_the_old_one_and_keeps_this_device, async |w: &Workspace| {
    let siti = w.user("siti", role(w, "sales"), None).await;
    let mut browser = Browser::of(w, siti).await;
    let form = |current: &'static str| [("current", current), ("password", "teh-melati-sore"), ("repeat", "teh-melati-sore")];
    assert_eq!(browser.submit("/settings/security/password", &form("salah-salah-salah")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.submit("/settings/security/password", &form(PASSWORD)).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/settings/security").await.status, StatusCode::OK, "still signed in here");
});

both!(a_token_is_shown_once, async |w: &Workspace| {
    let siti = w.user("siti", role(w, "sales"), None).await;
    let mut browser = Browser::of(w, siti).await;
    let shown = browser.submit("/settings/security/tokens", &[("name", "Lembar kerja"), ("scope", "read"), ("days", "30")]).await;
    let token = shown.html.split("akrab_").nth(1).map(|rest| format!("akrab_{}", &rest[..43])).expect("the token is shown");
    assert!(w.engine.token(&token).await.expect("an answer").is_some_and(|(t, _)| t.read_only));
    let later = browser.get("/settings/security").await.html;
    assert!(later.contains("Lembar kerja") && !later.contains(&token), "only its name is kept in sight");
});

both!(stages_are_added_and_one_in_use_cannot_be_removed, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    let mut browser = Browser::of(w, admin).await;
    let page = browser.get("/settings/pipelines").await.html;
    let pipeline = page.split("/settings/stages/new?pipeline=").nth(1).and_then(|s| s.split('"').next()).expect("a pipeline").to_string();
    let fields =
        [("name", "Negosiasi"), ("position", "2"), ("probability", "75"), ("category", "open"), ("rotting_days", "14"), ("gate", "amount")];
    let added = browser.submit(&format!("/settings/stages/new?pipeline={pipeline}"), &fields).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.html);
    assert!(browser.get("/settings/pipelines").await.html.contains("Negosiasi"));
    let bad = browser
        .submit(&format!("/settings/stages/new?pipeline={pipeline}"), &[("name", ""), ("probability", "700"), ("category", "open")])
        .await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
});

both!(what_others_need_is_not_deleted_through_any_door, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    let system = w.system();
    let find = |object: &'static str| {
        let request = akrab_engine::ListRequest { object: object.into(), ..Default::default() };
        let (engine, system) = (w.engine.clone(), system.clone());
        async move { engine.list(&system, request).await.expect("a list").records[0].id }
    };
    let (stage, pipeline) = (find("stage").await, find("pipeline").await);
    w.make("opportunity", json!({"name": "Mesin kopi", "stage": stage})).await;
    let token = w.engine.token_add(&system, admin, "uji", false, None).await.expect("a token");
    let manager = role(w, "administrator");
    for (path, code) in [
        (format!("stages/{stage}"), "stage_in_use"),
        (format!("pipelines/{pipeline}"), "pipeline_in_use"),
        (format!("roles/{manager}"), "role_in_use"),
    ] {
        let request = axum::http::Request::delete(format!("/api/v1/{path}")).header("host", "127.0.0.1");
        let request = request.header("authorization", format!("Bearer {token}")).body(axum::body::Body::empty()).expect("a request");
        let response = tower::ServiceExt::oneshot(w.http(), request).await.expect("an answer");
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        let problem: serde_json::Value = serde_json::from_slice(&body).expect("a problem");
        assert_eq!((status, problem["code"].as_str()), (StatusCode::CONFLICT, Some(code)), "{path}");
    }
    let mut browser = Browser::of(w, admin).await;
    assert_eq!(
        browser.post(&format!("/settings/stages/{stage}/delete"), "").await.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "where do its records go?"
    );
    let free = w.make("stage", json!({"name": "Baru sekali", "pipeline": pipeline, "category": "open"})).await;
    assert_eq!(browser.post(&format!("/settings/stages/{free}/delete"), "").await.status, StatusCode::OK, "nothing is in it");
});

both!(pipelines_and_stages_in_use_stay_where_they_are, async |w: &Workspace| {
    let system = w.system();
    let list = |object: &'static str| {
        let request = akrab_engine::ListRequest { object: object.into(), ..Default::default() };
        let (engine, system) = (w.engine.clone(), system.clone());
        async move { engine.list(&system, request).await.expect("a list").records }
    };
    let (stage, pipeline) = (list("stage").await[0].id, list("pipeline").await[0].id);
    let other = w.make("pipeline", json!({"name": "Lain", "object": "opportunity"})).await;
    w.make("opportunity", json!({"name": "Mesin kopi", "stage": stage})).await;
    for (object, id, field, value) in [("pipeline", pipeline, "object", json!("account")), ("stage", stage, "pipeline", json!(other))] {
        let refused = w.engine.update(&system, object, id, map(json!({ field: value })), None).await.expect_err("refused");
        assert_eq!(refused.fields.first().map(|f| f.code.as_str()), Some("fixed_once_used"), "{object}");
    }
    w.engine.update(&system, "pipeline", other, map(json!({"object": "lead"})), None).await.expect("nothing is in it");
});

both!(a_pipeline_nothing_is_in_goes_with_its_stages_and_comes_back_with_them, async |w: &Workspace| {
    let ctx = w.of(w.user("ratna", role(w, "administrator"), None).await, akrab_engine::Door::Page);
    let pipeline = w.make("pipeline", json!({"name": "Keliru", "object": "opportunity"})).await;
    let stage = async |name: &str| w.make("stage", json!({"name": name, "pipeline": pipeline, "category": "open"})).await;
    let (first, second, gone) = (stage("Satu").await, stage("Dua").await, stage("Tiga").await);
    w.engine.delete(&ctx, "stage", gone, None).await.expect("deleted");
    w.pass(60);
    let ctx = w.of(ctx.user_id().expect("a user"), akrab_engine::Door::Page);
    w.engine.delete(&ctx, "pipeline", pipeline, None).await.expect("nothing is in it");
    for id in [first, second] {
        assert_eq!(w.engine.get(&ctx, "stage", id).await.expect_err("in the bin").code, "not_found");
    }
    w.engine.restore(&ctx, "pipeline", pipeline).await.expect("restored");
    let stages = w.engine.read(&ctx, move |tx| tx.stages(pipeline)).await.expect("stages");
    assert_eq!(stages.iter().map(|s| s.id).collect::<Vec<_>>(), [first, second], "what was deleted before stays away");
});

both!(the_history_names_whoever_acts, async |w: &Workspace| {
    let siti = w.user("siti", role(w, "sales"), None).await;
    let mut browser = Browser::of(w, siti).await;
    let saved = browser.submit("/settings/profile", &[("name", "Siti R."), ("language", "id"), ("theme", "system")]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    let history = w.engine.history(&w.system(), "user", siti, None).await.expect("a history");
    assert_eq!((history[0].kind.as_str(), history[0].actor), ("update", Some(siti)));
    let updated = w.engine.get(&w.system(), "user", siti).await.expect("siti");
    assert_eq!(updated.link("updated_by"), Some(siti));
});

both!(without_a_mail_server_nobody_is_told_that_a_mail_is_on_its_way, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    w.no_mail_server();
    let mut browser = Browser::of(w, admin).await;
    assert!(browser.get("/settings/users/new").await.html.contains("Server email belum disiapkan"));
    let sales = role(w, "sales").to_string();
    let answer = browser.submit("/settings/users/new", &[("name", "Joko"), ("email", "joko@contoh.test"), ("role", &sales)]).await;
    assert!(answer.html.contains("tidak ada yang dikirim") && answer.html.contains("/reset/"), "the link is there to hand over");
    let mut stranger = Browser::guest(w).await;
    let page = stranger.submit("/forgot", &[("email", "joko@contoh.test")]).await;
    assert!(page.html.contains("Mintalah tautan kepada admin") && !page.html.contains("30 menit"));
});

both!(an_address_that_is_none_is_not_found, async |w: &Workspace| {
    let siti = w.user("siti", role(w, "sales"), None).await;
    let mut browser = Browser::of(w, siti).await;
    for address in ["/settings/tidak-ada", "/settings/tidak/ada", "/contacts/abc", "/settings/users/abc", "/tidak-ada"] {
        let page = browser.get(address).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{address}");
        assert!(page.html.contains("<h1") || page.html.contains("ak-error"), "{address} is a page: {}", page.html);
    }
    let menu = browser.get("/settings/profile").await.html;
    let side = menu.split("<main").nth(1).unwrap_or(&menu);
    assert_eq!(side.matches("href=\"/jobs\"").count(), 1, "one way to the jobs");
});

both!(the_first_set_up_keeps_what_was_typed_in_another_language, async |w: &Workspace| {
    let mut browser = Browser::guest(w).await;
    browser.look("/setup").await;
    let fields = [
        ("company", "PT Kopi Nusantara"),
        ("name", "Ratna"),
        ("email", "ratna@contoh.test"),
        ("password", "rahasia-sekali"),
        ("repeat", ""),
        ("language", "id"),
        ("currency", "USD"),
        ("time_zone", "Asia/Makassar"),
    ];
    let page = browser.submit("/setup/words/en", &fields).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.html.contains("lang=\"en\"") && page.html.contains("Company name"));
    for typed in ["PT Kopi Nusantara", "Ratna", "ratna@contoh.test"] {
        assert!(page.html.contains(&format!("value=\"{typed}\"")), "{typed}");
    }
    assert!(page.html.contains("value=\"USD\" selected") && !page.html.contains("rahasia-sekali"));
    assert_eq!(browser.get("/setup/words/en").await.location, "/setup", "the address in the bar leads back to the page");
});

both!(an_empty_workspace_is_filled_with_sample_data_once, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    let seller = w.user("siti", role(w, "sales"), None).await;
    let seed: akrab_web::state::SeedFn = std::sync::Arc::new(|engine: akrab_engine::Engine, sample| {
        Box::pin(async move {
            assert!(sample, "the sample is asked for");
            let system = engine.system("a sample", akrab_engine::Door::Command);
            engine.create(&system, "account", map(json!({"name": "Hotel Contoh", "status": "active"}))).await.map(drop)
        })
    });
    let web = akrab_web::Web::new(w.engine.clone(), akrab_web::Config::default(), akrab_workplace::features(), seed);
    let mut ratna = Browser::of(w, admin).await.over(akrab_web::router(web));
    let mut siti = Browser::of(w, seller).await;
    assert!(ratna.look("/contacts").await.html.contains("href=\"/settings/sample\""), "an administrator is offered it");
    assert!(!siti.get("/contacts").await.html.contains("/settings/sample"));
    assert_eq!(siti.get("/settings/sample").await.status, StatusCode::FORBIDDEN);
    assert_eq!(siti.submit("/settings/sample", &[]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(ratna.get("/settings/sample").await.status, StatusCode::OK);
    assert_eq!(ratna.submit("/settings/sample", &[]).await.status, StatusCode::SEE_OTHER);
    assert!(ratna.get("/accounts").await.html.contains("Hotel Contoh"));
    assert!(!ratna.get("/contacts").await.html.contains("/settings/sample"), "only where there is nothing at all");
    assert_eq!(ratna.submit("/settings/sample", &[]).await.status, StatusCode::CONFLICT);
    assert_eq!(ratna.get("/settings/sample").await.status, StatusCode::CONFLICT);
});
