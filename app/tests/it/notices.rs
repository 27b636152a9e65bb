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
    let profile = "name=budi&language=id&theme=system&time_zone=&single_keys=1&mail_kinds=mention";
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

both!(each_person_chooses_which_news_come_soon, async |w: &Workspace| {
    let (mut ratna, user) = somebody(w, "ratna", "administrator").await;
    let (mut budi, _) = somebody(w, "budi", "manager").await;
    w.engine.keep_link_base("https://crm.contoh.test").await.expect("kept");
    let account = w.make("account", json!({"name": "Hotel Bumi", "owner": user})).await;
    budi.post(&format!("/accounts/{account}/follow"), "").await;
    ratna.post(&format!("/accounts/{account}/fields/payment_terms"), "payment_terms=30").await;
    wait(w, 10).await;
    assert_eq!(w.mails(), 0, "changes of what is followed are not mailed until somebody wants it");
    let profile = "name=budi&language=id&theme=system&time_zone=&single_keys=1&mail_news=soon&quiet_from=&quiet_to=";
    let none = budi.post("/settings/profile", profile).await;
    assert!(
        none.status == axum::http::StatusCode::UNPROCESSABLE_ENTITY && none.html.contains("Pilih paling sedikit satu"),
        "{}",
        none.html
    );
    budi.post("/settings/profile", &format!("{profile}&mail_kinds=changed&mail_kinds=entry")).await;
    let page = budi.get("/settings/profile").await.html;
    let chosen = page.split("name=\"mail_kinds\"").nth(1).and_then(|rest| rest.split("</select>").next()).expect("the choice");
    assert_eq!(chosen.matches(" selected").count(), 2, "{chosen}");
    ratna.post(&format!("/accounts/{account}/fields/payment_terms"), "payment_terms=45").await;
    mention(w, &mut ratna, account, "%40budi%20satu").await;
    wait(w, 10).await;
    let mail = w.mail(0).await;
    assert_eq!((w.mails(), mail.subject.as_str()), (1, "ratna mengubah Hotel Bumi"), "{}", mail.text);
    assert!(!mail.text.contains("satu"), "a mention is not what he chose: {}", mail.text);
});

/// An object whose records have a day on which somebody is reminded, as an administrator makes it.
const CONTRACTS: &str = r#"
[[objects]]
key = "kontrak"
plural = "kontrak"
label = { id = "Kontrak", en = "Contract" }
plural_label = { id = "Kontrak", en = "Contracts" }
purpose = { id = "Kontrak pelanggan.", en = "Contracts of customers." }
icon = "file"
group = "customers"
title = "nama"
[objects.fields.nama]
type = "text"
label = { id = "Nama", en = "Name" }
[objects.fields.berakhir]
type = "date"
label = { id = "Berakhir", en = "Ends" }
remind = true
[objects.access.manager]
create = true
read = "all"
edit = "all"
"#;

both!(a_day_is_told_in_its_morning, async |w: &Workspace| {
    let (_, user) = somebody(w, "ratna", "administrator").await;
    let (_, budi_id) = somebody(w, "budi", "manager").await;
    w.engine.keep_link_base("https://crm.contoh.test").await.expect("kept");
    w.engine.shape_import(&w.of(user, akrab_engine::Door::Page), CONTRACTS, false).await.expect("taken");
    wait(w, 1).await;
    // it is a little past nine on 2 March
    for (name, day) in [("Hari ini", "2026-03-02"), ("Besok", "2026-03-03"), ("Lusa", "2026-03-04")] {
        w.make("kontrak", json!({"nama": name, "berakhir": day, "owner": budi_id})).await;
    }
    // he signs in anew each day
    let inbox = async || Browser::of(w, budi_id).await.get("/inbox").await.html;
    let told = async || inbox().await.matches("mengingatkan tenggat").count();
    wait(w, 60).await;
    assert_eq!(told().await, 0, "this morning is over: whoever plans for today knows of it");
    wait(w, 20 * 60 + 50).await;
    assert_eq!(told().await, 0, "06:51 is too early");
    wait(w, 15).await;
    wait(w, 60).await;
    let page = inbox().await;
    assert!(told().await == 1 && page.contains("Besok"), "{page}");
    assert_eq!(w.mail(0).await.subject, "Jatuh tempo: Besok");
    wait(w, 24 * 60).await;
    assert_eq!(told().await, 2);
});
