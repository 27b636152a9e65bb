//! Long timelines and histories: nothing lies too far back to be found.

use crate::browser::Browser;
use crate::workspace::{Workspace, both, map};
use akrab_engine::Door;
use axum::http::StatusCode;
use serde_json::json;

async fn somebody(w: &Workspace, name: &str, role: &str) -> (Browser, i64) {
    let role = w.engine.people().roles.iter().find(|r| r.key == role).map(|r| r.id).expect("the role exists");
    let user = w.user(name, role, None).await;
    (Browser::of(w, user).await, user)
}

/// An account with many notes, the first of which is told apart.
async fn talkative(w: &Workspace, owner: i64, notes: usize) -> i64 {
    let account = w.make("account", json!({"name": "Hotel Bumi", "owner": owner})).await;
    w.engine
        .write(&w.system(), move |tx| {
            for n in 0..notes {
                let words = if n == 0 { "Jarum di jerami".to_string() } else { format!("Catatan {n}") };
                let at = format!("2025-01-01T00:{:02}:{:02}Z", n / 60, n % 60);
                tx.create(
                    "interaction",
                    &map(json!({"subject": words, "channel": "note", "account": account, "owner": owner, "starts_at": at})),
                )?;
            }
            Ok(())
        })
        .await
        .expect("notes");
    account
}

both!(a_search_reaches_the_beginning_of_a_timeline, async |w: &Workspace| {
    let (mut ratna, user) = somebody(w, "ratna", "administrator").await;
    let account = talkative(w, user, 260).await;
    let first = ratna.get(&format!("/accounts/{account}")).await.html;
    assert!(!first.contains("Jarum di jerami"), "the first page ends before it");
    assert!(first.contains("ak-count\">261<"), "the chips count every entry");
    assert!(ratna.get(&format!("/accounts/{account}?find=jarum")).await.html.contains("Jarum di jerami"), "the search does");
    let found = ratna.fragment(&format!("/accounts/{account}/timeline?find=jarum")).await.html;
    assert!(found.contains("Jarum di jerami") && !found.contains("Catatan 1"), "{found}");
    let none = ratna.fragment(&format!("/accounts/{account}/timeline?find=tidak-ada")).await.html;
    assert!(none.contains("Tidak ada yang cocok"), "{none}");
});

both!(what_is_late_stands_before_what_has_no_date, async |w: &Workspace| {
    let (_, user) = somebody(w, "ratna", "administrator").await;
    let account = w.make("account", json!({"name": "Hotel Bumi", "owner": user})).await;
    for (subject, due) in [("Kapan saja", json!(null)), ("Besok", json!("2026-03-03T02:00:00Z")), ("Nanti", json!("2026-04-01T02:00:00Z"))]
    {
        w.make("task", json!({"subject": subject, "account": account, "owner": user, "due_at": due})).await;
    }
    let ctx = w.of(user, Door::Page);
    let told = w.engine.timeline(&ctx, "account", account, akrab_engine::TimelineRequest::default()).await.expect("a timeline");
    let order: Vec<&str> = told.upcoming.iter().map(|event| event.source.title()).collect();
    assert_eq!(order, ["Besok", "Nanti", "Kapan saja"]);
});

both!(the_history_of_a_field_reaches_its_beginning, async |w: &Workspace| {
    let (mut ratna, user) = somebody(w, "ratna", "administrator").await;
    let account = w.make("account", json!({"name": "Nama lama", "owner": user})).await;
    let ctx = w.of(user, Door::Page);
    w.engine.update(&ctx, "account", account, map(json!({"name": "Nama baru"})), None).await.expect("a change");
    w.engine
        .write(&ctx, move |tx| {
            for n in 0..320 {
                tx.update("account", account, &map(json!({"note": format!("Catatan {n}")})), None)?;
            }
            Ok(())
        })
        .await
        .expect("changes");
    let history = ratna.fragment(&format!("/accounts/{account}/history?field=name")).await.html;
    assert!(history.contains("Nama lama") && history.contains("Nama baru"), "one change of the name among hundreds of others");
    let mut notes = 0;
    let mut address = format!("/accounts/{account}/history?field=note");
    loop {
        let page = ratna.fragment(&address).await.html;
        notes += page.matches("Catatan ").count();
        match page.split("hx-get=\"").nth(1).and_then(|rest| rest.split('"').next()) {
            Some(next) => address = next.replace("&amp;", "&"),
            None => break,
        }
    }
    // each change names its old and its new value, the first has no old one
    assert_eq!(notes, 2 * 320 - 1, "page by page all of them are shown");
});

both!(a_pinned_entry_stands_on_top, async |w: &Workspace| {
    let (mut ratna, user) = somebody(w, "ratna", "administrator").await;
    let (mut sumarni, _) = somebody(w, "sumarni", "readonly").await;
    let account = talkative(w, user, 60).await;
    let old = w.engine.search(&w.system(), "jarum", None, 1).await.expect("hits")[0].record.id;
    let pin = format!("source=interactions&entry={old}&on=1");
    let refused = sumarni.post(&format!("/accounts/{account}/pins"), &pin).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "who may not edit the record pins nothing on it");
    let pinned = ratna.post(&format!("/accounts/{account}/pins"), &pin).await.html;
    let (top, rest) = (pinned.find("Jarum di jerami").expect("the pinned one"), pinned.find("Catatan 59").expect("the latest"));
    assert!(pinned.contains("Disematkan") && top < rest);
    assert!(sumarni.get(&format!("/accounts/{account}")).await.html.contains("Jarum di jerami"), "everybody sees it there");
    let down = ratna.post(&format!("/accounts/{account}/pins"), &format!("source=interactions&entry={old}")).await.html;
    assert!(!down.contains("Jarum di jerami") && !down.contains("Disematkan"));
    ratna.post(&format!("/accounts/{account}/pins"), &pin).await;
    ratna.post(&format!("/interactions/{old}/delete"), "").await;
    // the first page after it says what was deleted
    ratna.get("/inbox").await;
    assert!(!ratna.get(&format!("/accounts/{account}")).await.html.contains("Jarum di jerami"), "what is in the bin is told no longer");
});

/// An object with a channel of its own.
const BROADCAST: &str = r#"
key = "broadcast"
plural = "broadcasts"
label = { id = "Siaran", en = "Broadcast" }
plural_label = { id = "Siaran", en = "Broadcasts" }
purpose = { id = "Siaran tentang pelanggan.", en = "What was aired about a customer." }
icon = "radio"
group = "activities"
order = 90
title = "subject"

[fields.subject]
type = "text"
label = { id = "Perihal", en = "Subject" }
required = true

[fields.band]
type = "choice"
label = { id = "Gelombang", en = "Band" }
choices = [{ key = "fm", label = { id = "Siaran FM", en = "FM" }, icon = "radio" }, { key = "am", label = { id = "AM", en = "AM" } }]

[fields.account]
type = "link"
to = "account"
label = { id = "Perusahaan", en = "Account" }

[timeline]
on = ["account"]
kind = "band"

[timeline.kinds]
fm = { key = "r", prompt = { id = "Apa yang disiarkan?", en = "What was aired?" }, tab = true, quote = true }
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_declared_in_a_file_is_written_and_shown() {
    let w = Workspace::sqlite(&[("broadcast", BROADCAST)]).await;
    let (mut ratna, user) = somebody(&w, "ratna", "administrator").await;
    let account = w.make("account", json!({"name": "Hotel Bumi", "owner": user})).await;
    let page = ratna.get(&format!("/accounts/{account}")).await.html;
    assert!(page.contains("Siaran FM") && page.contains("data-entry-keys=\"") && page.contains("data-key=\"r\""), "it can be written");
    assert!(!page.contains("write=am"), "a kind without a prompt is not written here");
    let form = ratna.fragment(&format!("/accounts/{account}/entries?write=fm")).await.html;
    assert!(form.contains("Apa yang disiarkan?"));
    let answer = ratna.post(&format!("/accounts/{account}/entries"), "kind=fm&body=Kopi+terbaik+di+kota").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.html);
    let page = ratna.get(&format!("/accounts/{account}")).await.html;
    assert!(page.contains("Kopi terbaik di kota") && page.contains("tab=fm"), "it is told, and has a tab");
    w.close().await;
}

#[test]
fn a_kind_that_is_no_choice_is_refused() {
    let mut files = crate::workspace::objects();
    let wrong = BROADCAST.replace("\nfm = {", "\nuhf = {");
    let wrong: &'static str = Box::leak(wrong.into_boxed_str());
    files.push(("broadcast", wrong));
    let faults = akrab_engine::engine::compile(&files).expect_err("uhf is no choice");
    assert!(format!("{faults:?}").contains("uhf"), "{faults:?}");
}
