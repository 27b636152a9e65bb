//! What goes wrong outside the program: a full disk, strange requests, two people at one record.

use crate::kill::escape;
use crate::server::Server;
use crate::workspace::{Workspace, both, folder};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use tower::ServiceExt;

/// A small file system in memory; gone when dropped.
pub struct SmallDisk(PathBuf);

impl SmallDisk {
    pub fn mount(at: &Path, megabytes: u32) -> Result<SmallDisk, String> {
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={megabytes}m"), "tmpfs"])
            .arg(at)
            .output()
            .map_err(|e| e.to_string())?;
        if done.status.success() { Ok(SmallDisk(at.into())) } else { Err(String::from_utf8_lossy(&done.stderr).trim().to_string()) }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_full_disk_is_told_and_work_goes_on_when_there_is_room() {
    let folder = folder();
    let disk = match SmallDisk::mount(&folder, 32) {
        Ok(disk) => disk,
        Err(reason) => {
            eprintln!("skipped: no small disk can be mounted: {reason}");
            return;
        }
    };
    let ballast = folder.join("ballast");
    std::fs::write(&ballast, vec![1; 12 << 20]).expect("room for the ballast");
    let server = Server::new(&folder);
    let create = |n: usize| {
        let body = json!({"name": format!("Penuh {n}"), "external_key": format!("penuh-{n}"), "note": "isi ".repeat(12_000)});
        server.wire.call("POST", "/api/v1/contacts", &[], &body.to_string()).expect("the server answers")
    };
    let there = |n: usize| {
        let filter = json!({"field": "external_key", "op": "is", "value": format!("penuh-{n}")}).to_string();
        let page = server
            .wire
            .call("GET", &format!("/api/v1/contacts?columns=name&filter={}", escape(&filter)), &[], "")
            .expect("reading goes on");
        assert_eq!(page.status, 200, "{page:?}");
        page.json()["data"].as_array().map_or(0, Vec::len)
    };
    let mut fresh = server.wire.clone();
    fresh.token = server.run(&["token", "add", "admin@contoh.test"]).trim().to_string();
    let mut n = 0;
    let refused = loop {
        let answer = create(n);
        if answer.status != 201 {
            break answer;
        }
        n += 1;
        assert!(n < 2_000, "the disk never fills");
    };
    assert_eq!(refused.status, 507, "{refused:?}");
    assert_eq!(refused.json()["code"], "disk_full");
    assert!(n > 0, "nothing fitted at all");
    assert_eq!(there(n), 0, "the refused record is not there");
    assert_eq!((0..n).map(there).sum::<usize>(), n, "every acknowledged record is there");
    let first_use = fresh.call("GET", "/api/v1/contacts?limit=1&columns=name", &[], "").expect("reading goes on");
    assert_eq!(first_use.status, 200, "who reads needs no room: {first_use:?}");
    std::fs::write(folder.join("rest"), vec![1; 32 << 20]).expect_err("nothing is left");
    for format in ["xlsx", "csv"] {
        let export = server.wire.call("GET", &format!("/api/v1/contacts/export?format={format}"), &[], "").expect("an answer");
        assert_eq!(export.status, 507, "{format}: {export:?}");
    }
    let _ = std::fs::remove_file(folder.join("rest"));
    std::fs::remove_file(&ballast).expect("the ballast goes");
    let again = create(n);
    assert_eq!(again.status, 201, "work goes on without a restart: {again:?}");
    assert_eq!(there(n), 1);
    drop(server);
    drop(disk);
}

/// One request of an administrator to the API.
async fn ask(w: &Workspace, token: &str, method: &str, path: &str, headers: &[(&str, &str)], body: String) -> (u16, Json) {
    let mut request = axum::http::Request::builder()
        .method(method)
        .uri(format!("/api/v1{path}"))
        .header("host", "127.0.0.1")
        .header("authorization", format!("Bearer {token}"));
    if !body.is_empty() && !headers.iter().any(|(name, _)| *name == "content-type") {
        request = request.header("content-type", "application/json");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = w.http().oneshot(request.body(axum::body::Body::from(body)).expect("a request")).await.expect("an answer");
    let status = response.status().as_u16();
    let bytes = axum::body::to_bytes(response.into_body(), 8 << 20).await.expect("a body");
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

async fn administrator(w: &Workspace) -> String {
    let role = w.engine.people().roles.iter().find(|r| r.key == "administrator").map(|r| r.id).expect("the role");
    let user = w.user("admin", role, None).await;
    w.engine.token_add(&w.system(), user, "uji", false, None).await.expect("a token")
}

both!(strange_requests_are_refused_with_code_and_place, async |w: &Workspace| {
    let token = administrator(w).await;
    let id = w.make("contact", json!({"name": "Ratna Sari"})).await;
    w.make("contact", json!({"name": "Sri Wahyuni"})).await;
    let filter = |f: Json| format!("/contacts?filter={}", escape(&f.to_string()));
    // the place of a page in another order, where its value has another type
    let (_, page) = ask(w, &token, "GET", "/contacts?sort=name&limit=1", &[], String::new()).await;
    let place = page["next"]
        .as_str()
        .and_then(|next| next.split("after=").nth(1))
        .map(|rest| rest.split('&').next().unwrap_or_default().to_string());
    let place = place.or_else(|| page["next"].as_str().map(str::to_string)).expect("a further page");
    let deep = (0..200).fold(json!({"field": "name", "op": "is", "value": "x"}), |f, _| json!({ "not": f }));
    let nested = format!("{}1{}", "[".repeat(400), "]".repeat(400));
    // method, path, headers, body → status, code, pointer of the first error
    let cases: Vec<(&str, String, Vec<(&str, &str)>, String, u16, &str, Option<&str>)> = vec![
        ("POST", "/contacts".into(), vec![], "{\"name\": ".into(), 400, "not_json", Some("/")),
        ("POST", "/contacts".into(), vec![], nested, 400, "not_json", None),
        ("POST", "/contacts".into(), vec![], "[]".into(), 422, "invalid", Some("/")),
        ("POST", "/contacts".into(), vec![], "{}".into(), 422, "invalid", Some("/name")),
        ("POST", "/contacts".into(), vec![], json!({"name": {"a": 1}}).to_string(), 422, "invalid", Some("/name")),
        ("POST", "/contacts".into(), vec![], json!({"name": "A", "surname": "B"}).to_string(), 422, "invalid", Some("/surname")),
        ("POST", "/contacts".into(), vec![], json!({"name": "A", "email": "bukan email"}).to_string(), 422, "invalid", Some("/email")),
        ("POST", "/contacts".into(), vec![], json!({"name": "A", "account": 999_999}).to_string(), 422, "invalid", Some("/account")),
        ("POST", "/contacts".into(), vec![], json!({"name": "A", "id": 7}).to_string(), 422, "invalid", Some("/id")),
        ("POST", "/contacts".into(), vec![], json!({"name": "A", "note": "x".repeat(2 << 20)}).to_string(), 413, "too_large", None),
        ("POST", "/contacts".into(), vec![("idempotency-key", "")], json!({"name": "A"}).to_string(), 422, "invalid", None),
        ("PATCH", format!("/contacts/{id}"), vec![("if-match", "\"99\"")], json!({"name": "B"}).to_string(), 412, "stale", None),
        ("PATCH", format!("/contacts/{id}"), vec![("if-match", "seven")], json!({"name": "B"}).to_string(), 422, "invalid", None),
        ("GET", "/contacts/abc".into(), vec![], String::new(), 404, "not_found", None),
        ("GET", "/contacts/99999999999999999999".into(), vec![], String::new(), 404, "not_found", None),
        ("GET", "/nothings".into(), vec![], String::new(), 404, "not_found", None),
        ("GET", "/contacts?colour=red".into(), vec![], String::new(), 400, "unknown_parameter", None),
        ("GET", "/contacts?limit=0".into(), vec![], String::new(), 422, "invalid", Some("/limit")),
        ("GET", "/contacts?limit=100000".into(), vec![], String::new(), 422, "invalid", Some("/limit")),
        ("GET", "/contacts?after=nonsense".into(), vec![], String::new(), 400, "malformed_cursor", None),
        ("GET", format!("/contacts?sort=birthday&after={place}"), vec![], String::new(), 400, "malformed_cursor", None),
        ("GET", "/contacts?limit=1&limit=2".into(), vec![], String::new(), 400, "repeated_parameter", None),
        ("GET", "/contacts".into(), vec![("host", "other.example")], String::new(), 400, "several_hosts", None),
        ("GET", filter(json!({"field": "name", "value": "x"})), vec![], String::new(), 422, "invalid", None),
        ("POST", "/batch".into(), vec![], json!({"more": 1}).to_string(), 422, "invalid", Some("/more")),
        ("POST", "/batch".into(), vec![], json!({"operations": []}).to_string(), 422, "invalid", Some("/operations")),
        ("POST", "/contacts".into(), vec![], r#"{"name": "X", "name": "Y"}"#.into(), 422, "invalid", Some("/name")),
        ("POST", "/contacts".into(), vec![], r#"{"name": "X\u0000Y"}"#.into(), 422, "invalid", Some("/name")),
        ("POST", "/contacts".into(), vec![], json!({"name": 5}).to_string(), 422, "invalid", Some("/name")),
        ("POST", "/contacts".into(), vec![], json!({"name": "A", "owner": "1"}).to_string(), 422, "invalid", Some("/owner")),
        (
            "POST",
            "/batch".into(),
            vec![],
            json!({"operations": [{"op": "create", "object": "contacts", "data": {"name": 5}}]}).to_string(),
            422,
            "invalid",
            Some("/operations/0/data/name"),
        ),
        ("GET", "/contacts?sort=name,-birthday,secret".into(), vec![], String::new(), 422, "invalid", Some("/sort")),
        ("GET", "/contacts?sort=name,-birthday,created_at".into(), vec![], String::new(), 422, "invalid", Some("/sort")),
        ("GET", "/contacts?sort=secret".into(), vec![], String::new(), 422, "invalid", Some("/sort")),
        ("GET", format!("/contacts?q={}", "a".repeat(201)), vec![], String::new(), 422, "invalid", Some("/q")),
        ("GET", format!("/contacts/{id}/history?before=0"), vec![], String::new(), 422, "invalid", Some("/before")),
        ("GET", "/jobs?before=0".into(), vec![], String::new(), 422, "invalid", Some("/before")),
        (
            "POST",
            "/contacts/bulk".into(),
            vec![],
            json!({"ids": [id, 0], "change": {"set": {"note": "x"}}}).to_string(),
            422,
            "invalid",
            Some("/ids/1"),
        ),
        ("GET", format!("/contacts/{id}/history?before=x"), vec![], String::new(), 422, "invalid", Some("/before")),
        ("GET", "/contacts?filter=%7B".into(), vec![], String::new(), 422, "invalid", Some("/filter")),
        ("GET", filter(json!({"field": "secret", "op": "is", "value": 1})), vec![], String::new(), 422, "invalid", Some("/filter/field")),
        ("GET", filter(json!({"field": "name", "op": "gt", "value": 1})), vec![], String::new(), 422, "invalid", Some("/filter/op")),
        (
            "GET",
            filter(json!({"field": "birthday", "op": "is", "value": "32.13.2020"})),
            vec![],
            String::new(),
            422,
            "invalid",
            Some("/filter/value"),
        ),
        (
            "GET",
            filter(json!({"all": [{"field": "name", "op": "is", "value": "x"}, {"field": "account.zzz", "op": "is", "value": 1}]})),
            vec![],
            String::new(),
            422,
            "invalid",
            Some("/filter/all/1/field"),
        ),
        (
            "GET",
            filter(json!({"not": {"any": [{"field": "name", "op": "contains", "value": ""}]}})),
            vec![],
            String::new(),
            422,
            "invalid",
            Some("/filter/not/any/0/value"),
        ),
        (
            "GET",
            filter(json!({"all": [{"field": "name", "op": "is"}]})),
            vec![],
            String::new(),
            422,
            "invalid",
            Some("/filter/all/0/value"),
        ),
        ("GET", filter(json!({"field": "name", "op": "is", "value": "x", "more": 1})), vec![], String::new(), 422, "invalid", None),
        ("GET", filter(deep), vec![], String::new(), 422, "invalid", None),
        ("DELETE", "/contacts/424242".into(), vec![], String::new(), 404, "not_found", None),
        ("PUT", format!("/contacts/{id}"), vec![], "{}".into(), 405, "method_not_allowed", None),
    ];
    // the first use of a token is noted
    ask(w, &token, "GET", "/me", &[], String::new()).await;
    let before = crate::digest::of(w).await;
    let mut faults = Vec::new();
    for (method, path, headers, body, status, code, pointer) in cases {
        let shown: String = format!("{method} {path} {body}").chars().take(160).collect();
        let (got, answer) = ask(w, &token, method, &path, &headers, body).await;
        let place = answer["errors"][0]["pointer"].as_str().unwrap_or("");
        if answer.to_string().contains("{$") || answer.to_string().contains("{ $") {
            faults.push(format!("{shown}: words with a gap: {answer}"));
        }
        if got != status || answer["code"] != code || pointer.is_some_and(|p| !place.starts_with(p)) {
            faults.push(format!("{shown}: {got} {answer}, wanted {status} {code} {pointer:?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(crate::digest::of(w).await, before, "refused requests leave no trace");
});

both!(columns_answer_what_was_asked, async |w: &Workspace| {
    let token = administrator(w).await;
    let id = w.make("contact", json!({"name": "Ratna Sari", "email": "ratna@contoh.test"})).await;
    for (columns, wanted) in [
        ("name", json!({"id": id, "version": 1, "name": "Ratna Sari", "titles": {}})),
        ("email", json!({"id": id, "version": 1, "email": "ratna@contoh.test", "titles": {}})),
    ] {
        let (status, page) = ask(w, &token, "GET", &format!("/contacts?columns={columns}"), &[], String::new()).await;
        assert_eq!((status, &page["data"]), (200, &json!([wanted])), "{columns}");
    }
    let (status, told) = ask(w, &token, "POST", "/batch", &[], json!({"operations": []}).to_string()).await;
    assert_eq!((status, told["errors"][0]["code"].as_str()), (422, Some("batch_empty")), "{told}");
});

both!(any_of_nothing_matches_nothing, async |w: &Workspace| {
    let token = administrator(w).await;
    w.make("contact", json!({"name": "Ratna Sari"})).await;
    for (filter, wanted) in [(json!({"any": []}), 0), (json!({"all": []}), 1), (json!({"not": {"any": []}}), 1)] {
        let path = format!("/contacts?count=exact&filter={}", escape(&filter.to_string()));
        let (status, page) = ask(w, &token, "GET", &path, &[], String::new()).await;
        assert_eq!((status, page["count"].as_i64()), (200, Some(wanted)), "{filter}: {page}");
    }
});

both!(a_refused_import_leaves_no_file, async |w: &Workspace| {
    let token = administrator(w).await;
    let good = "name,email\nRatna,ratna@contoh.test\n";
    let files = async || {
        let rows = w.engine.read(&w.system(), |tx| Ok(tx.conn.files_after(0, 1_000)?)).await.expect("files");
        (rows.len(), kept(&w.files()))
    };
    let begun = files().await;
    for (path, body, status) in [
        ("/contacts/imports?name=a.xlsx", "no sheet at all", 400),
        ("/contacts/imports?columns=name,nothing", good, 422),
        ("/contacts/imports?match_by=nothing", good, 422),
    ] {
        let (got, answer) = ask(w, &token, "POST", path, &[("content-type", "application/octet-stream")], body.into()).await;
        assert!((400..500).contains(&got), "{path}: {got} {answer}, wanted {status}");
        assert_eq!(files().await, begun, "{path}: {answer}");
    }
    // the same content, once wanted, stays when it is refused another time
    let (got, answer) = ask(w, &token, "POST", "/contacts/imports", &[], good.into()).await;
    assert_eq!(got, 202, "{answer}");
    let with_one = files().await;
    assert_ne!(with_one, begun);
    let (got, _) = ask(w, &token, "POST", "/contacts/imports?columns=name,nothing", &[], good.into()).await;
    assert_eq!(got, 422);
    assert_eq!(files().await, with_one);
});

/// How many files lie in a folder and those below it.
fn kept(folder: &Path) -> usize {
    std::fs::read_dir(folder).map_or(0, |all| all.filter_map(Result::ok).map(|e| if e.path().is_dir() { kept(&e.path()) } else { 1 }).sum())
}

both!(nobodys_change_is_lost_when_several_edit_one_record, async |w: &Workspace| {
    const PEOPLE: usize = 6;
    const EACH: usize = 4;
    let token = administrator(w).await;
    let id = w.make("contact", json!({"name": "Dewi Lestari", "note": "mulai"})).await;
    let edits = (0..PEOPLE).map(|person| {
        let token = token.clone();
        async move {
            let mut refused = 0;
            for n in 0..EACH {
                loop {
                    let (_, now) = ask(w, &token, "GET", &format!("/contacts/{id}"), &[], String::new()).await;
                    let note = format!("{} {person}.{n}", now["note"].as_str().unwrap_or_default());
                    let etag = format!("\"{}\"", now["version"]);
                    let (status, answer) =
                        ask(w, &token, "PATCH", &format!("/contacts/{id}"), &[("if-match", &etag)], json!({ "note": note }).to_string())
                            .await;
                    match status {
                        200 => break,
                        412 => refused += 1,
                        _ => panic!("{status} {answer}"),
                    }
                }
            }
            refused
        }
    });
    let refused: usize = futures::future::join_all(edits).await.into_iter().sum();
    let (_, after) = ask(w, &token, "GET", &format!("/contacts/{id}"), &[], String::new()).await;
    let note = after["note"].as_str().unwrap_or_default();
    for person in 0..PEOPLE {
        for n in 0..EACH {
            assert!(note.contains(&format!(" {person}.{n}")), "the change {person}.{n} is lost: {note}");
        }
    }
    assert_eq!(after["version"], json!(1 + PEOPLE * EACH), "after {refused} refused changes");
});
