//! What people are told: mentions, what is handed to them, news of records they follow.

use crate::browser::Browser;
use crate::workspace::{Workspace, both};
use akrab_model::value::Input;
use axum::http::StatusCode;
use serde_json::json;
use std::time::Duration;

async fn somebody(w: &Workspace, name: &str, role: &str) -> (Browser, i64) {
    let role = w.engine.people().roles.iter().find(|r| r.key == role).map(|r| r.id).expect("the role exists");
    let user = w.user(name, role, None).await;
    (Browser::of(w, user).await, user)
}

/// The unread count of the side bar.
async fn unread(browser: &mut Browser) -> String {
    let page = browser.get("/settings/profile").await.html;
    let entry = page.split("href=\"/inbox\"").nth(1).and_then(|rest| rest.split("</a>").next()).expect("the inbox in the side bar");
    entry.split("ak-nav-hot\">").nth(1).and_then(|rest| rest.split('<').next()).unwrap_or("").to_string()
}

both!(who_is_mentioned_finds_it_in_the_inbox, async |w: &Workspace| {
    let (mut ratna, user) = somebody(w, "ratna", "administrator").await;
    let (mut budi, _) = somebody(w, "budi", "manager").await;
    let (mut fajar, fajar_id) = somebody(w, "fajar", "service").await;
    let account = w.make("account", json!({"name": "Hotel Bumi", "owner": user})).await;
    let note = "kind=note&body=%40budi%20tolong%20cek%20harga%2C%20surat%20ke%20ratna%40budi.test";
    ratna.post(&format!("/accounts/{account}/entries"), note).await;
    assert_eq!((unread(&mut budi).await.as_str(), unread(&mut ratna).await.as_str()), ("1", ""));
    let inbox = budi.get("/inbox").await;
    for told in ["ratna", "menyebut Anda", "tolong cek harga", "Hotel Bumi"] {
        assert!(inbox.html.contains(told), "{told} is missing");
    }
    // a person who may not read the entry is told nothing of it
    let lead = w.make("lead", json!({"name": "Rahasia", "owner": user})).await;
    let dropped = format!("kind=note&body=%40fajar%20lihat%20ini&mention=drop&blind={fajar_id}");
    ratna.post(&format!("/leads/{lead}/entries"), &dropped).await;
    let seen = fajar.get("/inbox").await.html;
    let entry = w
        .engine
        .list(&w.of(user, akrab_engine::Door::Page), akrab_engine::ListRequest { object: "interaction".into(), ..Default::default() })
        .await;
    assert_eq!(entry.expect("interactions").records.len(), 2);
    assert!(!seen.contains("Rahasia"), "a title out of sight stays there");
    // formats are left out, and what the title says is not said twice
    ratna.post(&format!("/accounts/{account}/entries"), "kind=note&body=%40budi%20siapkan%0A%0A-%20%5B%20%5D%20**sampel**").await;
    let told = budi.get("/inbox").await.html;
    assert!(told.contains("sampel") && !told.contains("**sampel**") && !told.contains("[ ]"), "{told}");
    budi.post("/inbox/read", "").await;
    assert_eq!(unread(&mut budi).await, "");
    assert!(budi.get("/inbox").await.html.contains("tolong cek harga"), "what was read stays");
    assert!(!budi.get("/inbox?show=unread").await.html.contains("tolong cek harga"));
});

both!(a_followed_record_tells_of_itself, async |w: &Workspace| {
    let (mut ratna, user) = somebody(w, "ratna", "administrator").await;
    let (mut budi, _) = somebody(w, "budi", "manager").await;
    let account = w.make("account", json!({"name": "Hotel Bumi", "owner": user})).await;
    let page = format!("/accounts/{account}");
    let bell = budi.post(&format!("{page}/follow"), "").await;
    assert!(bell.html.contains("aria-pressed=\"true\""), "{}", bell.html);
    ratna.post(&format!("{page}/fields/name"), "name=Hotel%20Bumi%20Arjuna").await;
    ratna.post(&format!("{page}/fields/payment_terms"), "payment_terms=30").await;
    assert_eq!(unread(&mut budi).await, "1", "two unread changes of one record are one line");
    ratna.post(&format!("{page}/entries"), "kind=call&body=Minta%20contoh&at=").await;
    assert_eq!(unread(&mut budi).await, "2");
    let inbox = budi.get("/inbox").await.html;
    assert!(inbox.contains("Minta contoh") && inbox.contains("30"), "the call and the change are told");
    budi.get(&page).await;
    // that he looked is noted in the background, however long the disk takes
    let noted = async { while !unread(&mut budi).await.is_empty() {} };
    tokio::time::timeout(Duration::from_secs(60), noted).await.expect("who has looked at the record has read of it");
    budi.post(&format!("{page}/follow"), "").await;
    ratna.post(&format!("{page}/fields/name"), "name=Lain").await;
    assert_eq!(unread(&mut budi).await, "");
});

both!(work_handed_over_is_told, async |w: &Workspace| {
    let (mut ratna, _) = somebody(w, "ratna", "administrator").await;
    let (mut budi, budi_id) = somebody(w, "budi", "manager").await;
    let made = ratna.post("/tasks/new", &format!("subject=Siapkan%20contoh&owner={budi_id}&fields=subject,owner")).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.html);
    assert!(budi.get("/inbox").await.html.contains("Siapkan contoh"));
    // what a job or an import does floods nobody's inbox
    let mut input = Input::new();
    input.insert("subject".into(), json!("Dari impor"));
    input.insert("owner".into(), json!(budi_id));
    w.engine.create(&w.system(), "task", input).await.expect("a task");
    assert_eq!(unread(&mut budi).await, "1");
});

both!(a_record_made_for_a_picker_is_handed_back, async |w: &Workspace| {
    let (mut ratna, user) = somebody(w, "ratna", "administrator").await;
    let form = ratna.fragment("/accounts/new?pick=1&name=Kedai%20Rindang").await;
    assert!(form.html.contains("name=\"pick\"") && !form.html.contains("name=\"again\""), "one record and back to the form");
    let made = ratna.post("/accounts/new", "pick=1&name=Kedai%20Rindang&fields=name").await;
    assert_eq!((made.status, made.location.as_str()), (StatusCode::OK, ""), "the form below stays where it is");
    assert!(made.html.contains("data-made=\"") && made.html.contains("data-made-label=\"Kedai Rindang\""), "{}", made.html);
    let refused = ratna.post("/accounts/new", "pick=1&name=&fields=name").await;
    assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.html.contains("name=\"pick\""));
    w.make("account", json!({"name": "Kafe Senja", "phone": "0361 223344", "owner": user})).await;
    let hints = ratna.fragment("/accounts/hints?name=Kafe%20Senja&phone=0361-223344").await;
    assert!(hints.html.contains("data-made-label=\"Kafe Senja\""), "one that is there already can be taken: {}", hints.html);
});
