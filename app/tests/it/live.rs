//! What an open page hears of others.

use crate::browser::Browser;
use crate::workspace::{Workspace, both};
use axum::http::StatusCode;
use serde_json::{Value as Json, json};

async fn somebody(w: &Workspace, name: &str, role: &str) -> (Browser, i64) {
    let role = w.engine.people().roles.iter().find(|r| r.key == role).map(|r| r.id).expect("the role exists");
    let user = w.user(name, role, None).await;
    (Browser::of(w, user).await, user)
}

both!(an_open_page_hears_what_others_change_and_not_what_its_own_person_does, async |w: &Workspace| {
    let (mut ratna, user) = somebody(w, "ratna", "administrator").await;
    let (mut budi, _) = somebody(w, "budi", "manager").await;
    let account = w.make("account", json!({"name": "Hotel Bumi", "owner": user})).await;
    let page = format!("/accounts/{account}");
    let mut record = ratna.line(&format!("/live?on=account/{account}")).await;
    let mut list = ratna.line("/live?on=account").await;
    ratna.post(&format!("{page}/fields/name"), "name=Hotel%20Bumi%20Arjuna").await;
    budi.post(&format!("{page}/fields/payment_terms"), "payment_terms=30").await;
    assert_eq!(record.hear("record").await, "budi baru saja mengubah data ini.");
    assert!(!list.hear("list").await.is_empty(), "browsers pass over an event that carries nothing");
    // what is written about a record changes what its page shows
    budi.post(&format!("{page}/entries"), "kind=call&body=Minta%20contoh&at=").await;
    assert_eq!(record.hear("record").await, "budi baru saja mengubah data ini.");
    // the program itself has no name
    w.engine
        .write(&w.system(), move |tx| {
            tx.update("account", account, &akrab_model::value::Input::from_iter([("website".into(), json!("bumi.test"))]), None)
        })
        .await
        .expect("changed");
    assert_eq!(record.hear("record").await, "Akrab baru saja mengubah data ini.");
});

both!(who_is_at_the_same_record_is_seen_until_he_leaves, async |w: &Workspace| {
    let (ratna, user) = somebody(w, "ratna", "administrator").await;
    let (budi, _) = somebody(w, "budi", "manager").await;
    let account = w.make("account", json!({"name": "Hotel Bumi", "owner": user})).await;
    let other = w.make("account", json!({"name": "Hotel Langit", "owner": user})).await;
    let mut first = ratna.line(&format!("/live?on=account/{account}")).await;
    let elsewhere = budi.line(&format!("/live?on=account/{other}")).await;
    let mut second = budi.line(&format!("/live?on=account/{account}")).await;
    assert!(second.hear("here").await.contains("ratna sedang membuka halaman ini"));
    let seen = first.hear("here").await;
    assert!(seen.contains("budi sedang membuka halaman ini") && !seen.contains("ratna"), "{seen}");
    drop((second, elsewhere));
    assert_eq!(first.hear("here").await, r#"{"faces":""}"#, "whoever left is seen no longer");
});

both!(the_inbox_counts_while_the_page_is_open, async |w: &Workspace| {
    let (mut ratna, user) = somebody(w, "ratna", "administrator").await;
    let (mut budi, budi_id) = somebody(w, "budi", "manager").await;
    let account = w.make("account", json!({"name": "Hotel Bumi", "owner": user})).await;
    let mut line = budi.line("/live").await;
    ratna.post(&format!("/accounts/{account}/entries"), "kind=note&body=%40budi%20tolong%20cek").await;
    let heard: Json = serde_json::from_str(&line.hear("inbox").await).expect("JSON");
    assert_eq!(heard["unread"], 1);
    assert!(heard["said"].as_str().is_some_and(|said| said.starts_with("ratna menyebut Anda dalam")), "{heard}");
    ratna.post("/tasks/new", &format!("subject=Siapkan%20contoh&owner={budi_id}&fields=subject,owner")).await;
    let heard: Json = serde_json::from_str(&line.hear("inbox").await).expect("JSON");
    assert_eq!(heard, json!({"unread": 2, "said": "ratna menyerahkan kepada Anda: Siapkan contoh"}));
    // several pages of one person agree
    budi.post("/inbox/read", "").await;
    ratna.post(&format!("/accounts/{account}/entries"), "kind=note&body=%40budi%20sekali%20lagi").await;
    let heard: Json = serde_json::from_str(&line.hear("inbox").await).expect("JSON");
    assert_eq!(heard["unread"], 1);
});

both!(nobody_listens_to_what_he_may_not_see, async |w: &Workspace| {
    let (_, user) = somebody(w, "ratna", "administrator").await;
    let (fajar, _) = somebody(w, "fajar", "service").await;
    let lead = w.make("lead", json!({"name": "Rahasia", "owner": user})).await;
    for address in [format!("/live?on=lead/{lead}"), "/live?on=account/999".into(), "/live?on=account/x".into(), "/live?on=nothing".into()]
    {
        assert_eq!(fajar.status(&address).await, StatusCode::NOT_FOUND, "{address}");
    }
    let guest = Browser::guest(w).await;
    assert_ne!(guest.status("/live").await, StatusCode::OK);
    let mut lines = Vec::new();
    for _ in 0..20 {
        lines.push(fajar.line("/live").await);
    }
    assert_eq!(fajar.status("/live").await, StatusCode::TOO_MANY_REQUESTS);
    lines.pop();
    fajar.line("/live").await;
});
