//! Mails of the program are jobs: written with their cause, tried again, and shown without their link.

use crate::workspace::{Workspace, both, map};
use akrab_engine::{Door, JobFilter, JobState, JobView};
use akrab_store::JobQuery;
use serde_json::json;

const BASE: &str = "https://crm.contoh.test";

async fn mails(w: &Workspace) -> Vec<JobView> {
    let filter = JobFilter { kind: Some("mail".into()), ..JobFilter::default() };
    w.engine.jobs(&w.system(), &filter).await.expect("jobs")
}

async fn role(w: &Workspace, key: &str) -> i64 {
    w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role exists")
}

/// What stands in the queue, as whoever reads the database finds it.
async fn payloads(w: &Workspace) -> String {
    let query = JobQuery { actor: None, states: Vec::new(), kind: None, before: None, limit: 200 };
    let rows = w.engine.store().read(move |conn| conn.jobs(&query)).await.expect("jobs");
    rows.into_iter().map(|row| row.payload).collect::<Vec<_>>().join("\n")
}

both!(a_mail_waits_for_the_mail_server_and_comes_once, async |w: &Workspace| {
    w.user("siti", role(w, "sales").await, None).await;
    w.mail_server(false);
    w.engine.ask_reset("Siti@contoh.test", "10.0.0.1", BASE).await.expect("asked");
    assert_eq!(w.work_off().await, 1);
    let waiting = mails(w).await.remove(0);
    assert_eq!((waiting.state, waiting.error.as_deref()), (JobState::Ready, Some("mail_not_taken")), "it will be tried again");
    assert!(!payloads(w).await.contains("siti@"), "the letter is sealed");
    w.mail_server(true);
    w.pass(60);
    let mail = w.mail(0).await;
    assert!(mail.text.contains(&format!("{BASE}/reset/")), "{}", mail.text);
    let sent = mails(w).await.remove(0);
    assert_eq!((sent.state, sent.done, sent.total), (JobState::Done, 1, Some(1)), "what is done is done in whole");
    w.pass(3_600);
    w.work_off().await;
    assert_eq!(w.mails(), 1);
});

both!(a_mail_that_never_gets_through_is_shown_as_failed, async |w: &Workspace| {
    w.user("siti", role(w, "sales").await, None).await;
    w.mail_server(false);
    w.engine.ask_reset("siti@contoh.test", "10.0.0.1", BASE).await.expect("asked");
    for _ in 0..40 {
        w.work_off().await;
        w.pass(600);
    }
    let failed = mails(w).await.remove(0);
    assert_eq!((failed.state, failed.error.as_deref()), (JobState::Failed, Some("mail_too_late")));
    w.mail_server(true);
    w.work_off().await;
    assert_eq!(w.mails(), 0, "a link that has expired is not sent");
});

both!(an_invitation_is_written_with_its_user_or_not_at_all, async |w: &Workspace| {
    let sales = role(w, "sales").await;
    let admin = w.user("ratna", role(w, "administrator").await, None).await;
    let ctx = w.of(admin, Door::Page);
    let faulty = w.engine.invite(&ctx, map(json!({"name": "", "email": "joko@contoh.test", "role": sales})), BASE).await;
    assert!(faulty.is_err());
    assert_eq!(mails(w).await.len(), 0, "nobody was made, nobody is written to");
    let input = map(json!({"name": "Joko", "email": "joko@contoh.test", "role": sales}));
    let (user, link) = w.engine.invite(&ctx, input, BASE).await.expect("invited");
    assert!(w.engine.people().user(user).is_some(), "known at once");
    let token = link.rsplit('/').next().expect("a token").to_string();
    assert!(!payloads(w).await.contains(&token), "the link stands in the queue for nobody to read");
    let seen = serde_json::to_string(&mails(w).await).expect("JSON");
    assert!(!seen.contains(&token) && !seen.contains("joko@"), "{seen}");
    let siti = w.user("siti", sales, None).await;
    let others = w.engine.jobs(&w.of(siti, Door::Page), &JobFilter::default()).await.expect("jobs");
    assert!(others.iter().all(|j| j.kind != "mail"), "not everybody's business");
    let mail = w.mail(0).await;
    assert!(mail.text.contains(&link) && mail.text.contains("ratna"), "{}", mail.text);
    let again = w.engine.invite_again(&ctx, user, BASE).await.expect("invited");
    assert!(w.engine.link_user(&token).await.is_err(), "the former link has ended");
    assert!(w.mail(1).await.text.contains(&again));
});

both!(what_the_program_queues_beside_a_change_wakes_the_workers, async |w: &Workspace| {
    // the mail is queued with the program's own rights inside the administrator's transaction
    let (stop, told) = tokio::sync::watch::channel(false);
    let worker = tokio::spawn({
        let engine = w.engine.clone();
        async move { akrab_engine::Worker::new(&engine, 1).run(told).await }
    });
    let admin = w.user("ratna", role(w, "administrator").await, None).await;
    // the worker has looked once and found nothing: from now on it waits to be woken
    tokio::task::yield_now().await;
    let input = map(json!({"name": "Joko", "email": "joko@contoh.test", "role": role(w, "sales").await}));
    w.engine.invite(&w.of(admin, Door::Page), input, BASE).await.expect("invited");
    while w.mails() == 0 {
        tokio::task::yield_now().await;
    }
    stop.send(true).expect("the worker listens");
    worker.await.expect("the worker ends");
});
