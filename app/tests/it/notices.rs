//! News by mail: as each person chose, within his hours, and not what he has read already; reminders of what is due.

use crate::browser::Browser;
use crate::workspace::{Workspace, both, map};
use serde_json::json;

async fn somebody(w: &Workspace, name: &str, role: &str) -> (Browser, i64) {
    let role = w.engine.people().roles.iter().find(|r| r.key == role).map(|r| r.id).expect("the role exists");
    let user = w.user(name, role, None).await;
    (Browser::of(w, user).await, user)
}

/// Lets so many minutes pass, and the program do what has come due.
async fn wait(w: &Workspace, minutes: i64) {
    w.pass(minutes * 60);
    while w.engine.pass_schedules().await.expect("schedules") + w.work_off().await > 0 {}
}

async fn mention(w: &Workspace, by: &mut Browser, account: i64, text: &str) {
    let _ = w;
    by.post(&format!("/accounts/{account}/entries"), &format!("kind=note&body={text}")).await;
}

both!(a_mention_comes_by_mail_unless_it_was_read, async |w: &Workspace| {
    let (mut ratna, user) = somebody(w, "ratna", "administrator").await;
    let (mut budi, _) = somebody(w, "budi", "manager").await;
    w.engine.keep_link_base("https://crm.contoh.test").await.expect("kept");
    let account = w.make("account", json!({"name": "Hotel Bumi", "owner": user})).await;
    wait(w, 1).await;
    mention(w, &mut ratna, account, "%40budi%20tolong%20cek").await;
    wait(w, 2).await;
    assert_eq!(w.mails(), 0, "who looks into the program now needs no mail");
    wait(w, 2).await;
    let mail = w.mail(0).await;
    assert_eq!(mail.to, "budi@contoh.test");
    assert_eq!(mail.subject, "ratna menyebut Anda: @budi tolong cek");
    assert!(mail.text.contains("(Hotel Bumi)\n  https://crm.contoh.test/interactions/"), "{}", mail.text);
    wait(w, 60).await;
    assert_eq!(w.mails(), 1, "once");
    mention(w, &mut ratna, account, "%40budi%20sudah%3F").await;
    budi.post("/inbox/read", "").await;
    wait(w, 60).await;
    assert_eq!(w.mails(), 1, "what was read is not sent");
});

both!(mails_keep_to_quiet_hours_and_to_the_morning, async |w: &Workspace| {
    let (mut ratna, user) = somebody(w, "ratna", "administrator").await;
    let (mut budi, _) = somebody(w, "budi", "manager").await;
    let (_, _dewi) = somebody(w, "dewi", "manager").await;
    w.engine.keep_link_base("https://crm.contoh.test").await.expect("kept");
    let account = w.make("account", json!({"name": "Hotel Bumi", "owner": user})).await;
    // the clock of the test says 09:00 in Jakarta
    let profile = "name=budi&language=id&theme=system&time_zone=&single_keys=1";
    let half = budi.post("/settings/profile", &format!("{profile}&mail_news=soon&quiet_from=8&quiet_to=")).await;
    assert_eq!(half.status, axum::http::StatusCode::UNPROCESSABLE_ENTITY, "half an interval is none");
    budi.post("/settings/profile", &format!("{profile}&mail_news=soon&quiet_from=8&quiet_to=11")).await;
    mention(w, &mut ratna, account, "%40budi%20satu").await;
    mention(w, &mut ratna, account, "%40budi%20dua").await;
    wait(w, 90).await;
    assert_eq!(w.mails(), 0, "10:30 is within the quiet hours");
    wait(w, 31).await;
    assert_eq!(w.mail(0).await.subject, "2 kabar untuk Anda di Akrab");
    // a digest takes along what is no mail of its own
    budi.post("/settings/profile", &format!("{profile}&mail_news=daily&quiet_from=&quiet_to=")).await;
    budi.post("/inbox/read", "").await;
    budi.post(&format!("/accounts/{account}/follow"), "").await;
    ratna.post(&format!("/accounts/{account}/fields/payment_terms"), "payment_terms=30").await;
    wait(w, 19 * 60).await;
    assert_eq!(w.mails(), 1, "06:01 is too early");
    wait(w, 60).await;
    let mail = w.mail(1).await;
    assert!(mail.text.contains("ratna mengubah Hotel Bumi"), "{}", mail.text);
    budi.post("/settings/profile", &format!("{profile}&mail_news=never&quiet_from=&quiet_to=")).await;
    mention(w, &mut ratna, account, "%40budi%20tiga").await;
    wait(w, 48 * 60).await;
    assert_eq!(w.mails(), 2);
});

both!(whoever_is_responsible_is_reminded_of_what_is_due_once, async |w: &Workspace| {
    let (_, user) = somebody(w, "ratna", "administrator").await;
    let (mut budi, budi_id) = somebody(w, "budi", "manager").await;
    w.engine.keep_link_base("https://crm.contoh.test").await.expect("kept");
    wait(w, 1).await;
    let account = w.make("account", json!({"name": "Hotel Bumi", "owner": user})).await;
    let due = |minutes: i64| (w.engine.now().timestamp() + jiff::SignedDuration::from_mins(minutes)).to_string();
    for (subject, at) in [("Telepon Lestari", due(30)), ("Kirim contoh", due(120))] {
        w.make("task", json!({"subject": subject, "owner": budi_id, "due_at": at, "account": account})).await;
    }
    let done = w.make("task", json!({"subject": "Sudah selesai", "owner": budi_id, "due_at": due(20)})).await;
    let finished = map(json!({"done_at": w.engine.now().timestamp().to_string()}));
    w.engine.update(&w.system(), "task", done, finished, None).await.expect("done");
    wait(w, 29).await;
    assert!(!budi.get("/inbox").await.html.contains("mengingatkan tenggat"));
    wait(w, 2).await;
    wait(w, 5).await;
    let inbox = budi.get("/inbox").await.html;
    assert_eq!(inbox.matches("mengingatkan tenggat").count(), 1, "once, and not of what is done or to come");
    assert!(inbox.contains("Telepon Lestari") && inbox.contains("Hotel Bumi"));
    assert_eq!(w.mail(0).await.subject, "Jatuh tempo: Telepon Lestari");
});
