//! Words of people's own: typed, suggested, filtered by, put on many records and taken back.

use crate::browser::Browser;
use crate::workspace::{Workspace, both, map};
use akrab_engine::bulk::{BulkChange, BulkReport, BulkSpec};
use akrab_engine::{Ctx, Door, JobState, ListRequest, Worker};
use akrab_model::{Filter, Value};
use axum::http::StatusCode;
use serde_json::json;

fn role(w: &Workspace, key: &str) -> i64 {
    w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role exists")
}

async fn tags(w: &Workspace, id: i64) -> Vec<String> {
    let record = w.engine.get(&w.system(), "account", id).await.expect("a record");
    if let Value::Keys(keys) = record.get("tags") { keys.clone() } else { Vec::new() }
}

async fn run(w: &Workspace, ctx: &Ctx, spec: BulkSpec) -> (i64, BulkReport) {
    let job = w.engine.bulk_start(ctx, spec).await.unwrap_or_else(|p| panic!("queued: {p:?}"));
    Worker::new(&w.engine, 1).drain().await.expect("drained");
    let view = w.engine.job(ctx, job).await.expect("a job");
    assert_eq!(view.state, JobState::Done, "{:?}", view.error);
    (job, serde_json::from_value(view.result).expect("a report"))
}

both!(a_word_typed_once_is_suggested_and_keeps_its_spelling, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    let mut browser = Browser::of(w, admin).await;
    // the box without script takes several words at once; a declared choice is known by its label
    let fields = [
        ("name", "Hotel Arjuna"),
        ("kind", "company"),
        ("status", "prospect"),
        ("fields", "name,tags"),
        ("tags", "green"),
        ("tags", "Pameran  2026, kunci"),
    ];
    assert_eq!(browser.submit("/accounts/new", &fields).await.status, StatusCode::SEE_OTHER);
    assert_eq!(tags(w, 1).await, ["green", "Pameran 2026", "key"]);
    w.make("account", json!({"name": "Kafe Senja", "tags": ["PAMERAN 2026", "pameran 2026", "Suka|manis"]})).await;
    assert_eq!(tags(w, 2).await, ["Pameran 2026", "Suka manis"], "one spelling for one word, once");
    let found = browser.get("/pick/account/words/tags?q=pam").await;
    assert_eq!(found.html, r#"[{"value":"Pameran 2026","label":"Pameran 2026","detail":""}]"#);
    assert!(browser.get("/accounts/filter").await.html.contains("Suka manis"), "the filter builder offers it");
    let filter = Filter::from_json(&json!({"field": "tags", "op": "in", "value": ["Pameran 2026"]})).expect("a filter");
    let ask = |filter| ListRequest { object: "account".into(), filter: Some(filter), ..ListRequest::default() };
    assert_eq!(w.engine.list(&w.system(), ask(filter)).await.expect("a list").records.len(), 2);
    let page = browser.get("/accounts?columns=tags").await.html;
    assert!(page.contains("Pameran 2026") && page.contains("Ramah lingkungan"));
    let long = w.engine.update(&w.system(), "account", 1, map(json!({"tags": ["x".repeat(41)]})), None).await.expect_err("too long");
    assert_eq!(long.fields[0].code, "too_long");
    let closed = w.engine.update(&w.system(), "account", 1, map(json!({"status": "lain"})), None).await.expect_err("no choice");
    assert_eq!(closed.fields[0].code, "unknown_choice", "fields that are not open stay as declared");
});

both!(many_records_get_words_and_lose_others, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    let ctx = w.of(admin, Door::Page);
    for (name, words) in [("A", json!(["green"])), ("B", json!(["Lama", "green"])), ("C", json!(["Baru"]))] {
        w.make("account", json!({"name": name, "tags": words})).await;
    }
    let change = BulkChange::Tag { field: "tags".into(), add: vec!["baru".into()], remove: vec!["lama".into(), "green".into()] };
    let spec = BulkSpec { object: "account".into(), ids: vec![1, 2, 3], change, ..BulkSpec::default() };
    let (job, report) = run(w, &ctx, spec).await;
    assert_eq!((report.changed, report.unchanged, report.skipped), (2, 1, 0));
    assert_eq!(
        (tags(w, 1).await, tags(w, 2).await, tags(w, 3).await),
        (vec!["Baru".to_string()], vec!["Baru".into()], vec!["Baru".into()])
    );
    w.engine.job_undo(&ctx, job).await.expect("queued");
    Worker::new(&w.engine, 1).drain().await.expect("drained");
    assert_eq!((tags(w, 1).await, tags(w, 2).await), (vec!["green".to_string()], vec!["Lama".into(), "green".into()]));
    // the dialog of the selection bar
    let mut browser = Browser::of(w, admin).await;
    let page = browser.get("/accounts").await.html;
    assert!(page.contains("/accounts/bulk/tag") && page.contains("/accounts/bulk/make/task"), "both stand in the bar");
    let dialog = browser.submit("/accounts/bulk/tag", &[("id", "1"), ("id", "2")]).await.html;
    assert!(dialog.contains("name=\"add\"") && dialog.contains("name=\"remove\""));
    let spec = json!({"object": "account", "ids": [1, 2]}).to_string();
    let refused = browser.submit("/accounts/bulk/run", &[("spec", spec.as_str()), ("tag", "tags")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "no word, no job");
    let queued = browser.submit("/accounts/bulk/run", &[("spec", spec.as_str()), ("tag", "tags"), ("add", "Satu, Dua")]).await;
    assert!(queued.location.starts_with("/jobs/"), "{}", queued.html);
    Worker::new(&w.engine, 1).drain().await.expect("drained");
    assert_eq!(tags(w, 1).await, ["green", "Satu", "Dua"]);
});

both!(many_records_get_a_task_each, async |w: &Workspace| {
    let siti = w.user("siti", role(w, "sales"), None).await;
    let other = w.user("budi", role(w, "manager"), None).await;
    let ctx = w.of(siti, Door::Page);
    let account = w.make("account", json!({"name": "Hotel Arjuna", "owner": siti})).await;
    for (name, owner) in [("Lestari", siti), ("Suparman", siti), ("Bukan milik Siti", other)] {
        w.make("contact", json!({"name": name, "account": account, "owner": owner})).await;
    }
    let mut browser = Browser::of(w, siti).await;
    let dialog = browser.submit("/contacts/bulk/make/task", &[("id", "1"), ("id", "2")]).await;
    assert!(dialog.html.contains("name=\"subject\"") && !dialog.html.contains("name=\"contact\""), "to whom it belongs is known");
    let spec = json!({"object": "contact", "ids": [1, 2]}).to_string();
    let refused = browser.submit("/contacts/bulk/run", &[("spec", spec.as_str()), ("make", "task"), ("subject", "")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields = [("spec", spec.as_str()), ("make", "task"), ("subject", "Kirim katalog"), ("due_at", "besok 09.00")];
    let queued = browser.submit("/contacts/bulk/run", &fields).await;
    let job: i64 = queued.location.trim_start_matches("/jobs/").parse().unwrap_or_else(|_| panic!("{}", queued.html));
    Worker::new(&w.engine, 1).drain().await.expect("drained");
    let request = ListRequest { object: "task".into(), ..ListRequest::default() };
    let tasks = w.engine.list(&ctx, request.clone()).await.expect("tasks").records;
    assert_eq!(tasks.len(), 2);
    assert!(tasks.iter().all(|t| t.title() == "Kirim katalog" && t.link("account") == Some(account) && !t.get("due_at").is_null()));
    let contacts: std::collections::BTreeSet<_> = tasks.iter().filter_map(|t| t.link("contact")).collect();
    assert_eq!(contacts, [1, 2].into());
    assert!(browser.get(&format!("/jobs/{job}")).await.html.contains("2 tugas dibuat"));
    w.engine.job_undo(&ctx, job).await.expect("queued");
    Worker::new(&w.engine, 1).drain().await.expect("drained");
    assert!(w.engine.list(&ctx, request).await.expect("tasks").records.is_empty(), "taken back as a whole");
});
