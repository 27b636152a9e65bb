//! Outgoing webhooks: who is told what, in which order, how often, and how the other side knows that it was us.

use crate::api::Api;
use crate::browser::Browser;
use crate::hidden::person;
use crate::receiver::{Got, Receiver};
use crate::workspace::{Workspace, both, map};
use akrab_engine::hook::{HookDraft, HookState, HookView, LADDER, SigningKey, signature};
use akrab_engine::{Ctx, Door};
use akrab_model::ProblemKind;
use serde_json::{Value as Json, json};
use std::process::{Command, Stdio};

pub fn draft(receiver: &Receiver, events: &[&str]) -> HookDraft {
    HookDraft {
        name: "Gudang".into(),
        url: receiver.url(),
        events: events.iter().map(ToString::to_string).collect(),
        filter: None,
        on: true,
    }
}

pub async fn subscribe(w: &Workspace, ctx: &Ctx, draft: HookDraft) -> (i64, String) {
    w.engine.write(ctx, move |tx| tx.hook_add(&draft)).await.expect("subscribed")
}

async fn hook(w: &Workspace, id: i64) -> HookView {
    w.engine.read(&w.system(), move |tx| tx.hook(id)).await.expect("the hook")
}

pub async fn admin(w: &Workspace) -> Ctx {
    let role = w.engine.people().roles.iter().find(|r| r.key == "administrator").map(|r| r.id).expect("the role");
    w.of(w.user("ratna", role, None).await, Door::Page)
}

/// The signature, computed apart from the program's sending.
pub fn is_signed(got: &Got, secret: &str) -> bool {
    let (id, seconds) = (got.header("webhook-id"), got.header("webhook-timestamp"));
    let key = SigningKey::read(secret).expect("a secret");
    let wanted = signature(&[key], &id, seconds.parse().expect("seconds"), &got.body);
    got.header("webhook-signature").split(' ').any(|one| one == wanted)
}

both!(what_happens_is_told_signed_and_in_order, async |w: &Workspace| {
    let (receiver, ctx) = (Receiver::new().await, admin(w).await);
    w.make("contact", json!({"name": "Sebelum"})).await;
    let (_, secret) =
        subscribe(w, &ctx, draft(&receiver, &["contact.*", "opportunity.won", "opportunity.reopened", "lead.conversion"])).await;
    let id = w.engine.create(&ctx, "contact", map(json!({"name": "Ratna Sari", "phone": "0812-3456-7890"}))).await.expect("made").id;
    w.engine.update(&ctx, "contact", id, map(json!({"job_title": "Kepala Gudang"})), None).await.expect("changed");
    w.engine.update(&ctx, "contact", id, map(json!({"job_title": "Kepala Gudang"})), None).await.expect("nothing changed");
    w.engine.delete(&ctx, "contact", id, None).await.expect("binned");
    w.engine.restore(&ctx, "contact", id).await.expect("restored");
    let refused = w.engine.create(&ctx, "contact", map(json!({"name": ""}))).await;
    assert!(refused.is_err());
    assert_eq!(w.tell_off().await, 4);
    assert_eq!(receiver.kinds(), ["contact.created", "contact.updated", "contact.deleted", "contact.restored"]);
    let got = receiver.got();
    assert!(got.iter().all(|got| is_signed(got, &secret) && got.header("content-type") == "application/json"));
    let versions: Vec<i64> = got.iter().filter_map(|got| got.json()["data"]["record"]["version"].as_i64()).collect();
    assert_eq!(versions, [1, 2, 3, 4]);
    let sequence: Vec<i64> = got.iter().filter_map(|got| got.json()["sequence"].as_i64()).collect();
    assert!(sequence.is_sorted() && sequence.len() == 4, "{sequence:?}");
    let (first, second) = (got[0].json(), got[1].json());
    assert_eq!(
        (&first["data"]["object"], &first["data"]["id"], &first["data"]["record"]["phone"]),
        (&json!("contacts"), &json!(id), &json!("+6281234567890"))
    );
    assert_eq!(first["timestamp"], json!("2026-03-02T02:00:00Z"));
    assert_eq!(
        second["data"]["changes"],
        json!({"job_title": {"old": null, "new": "Kepala Gudang"}, "completeness": {"old": 17, "new": 33}})
    );
    assert_eq!(second["data"]["actor"]["name"], "ratna");
    assert_eq!(w.tell_off().await, 0, "each once");
    // moves between stages, and actions
    receiver.forget();
    let stages = w
        .engine
        .list(&w.system(), akrab_engine::ListRequest { object: "stage".into(), ..Default::default() })
        .await
        .expect("stages")
        .records;
    let stage = |category: &str| stages.iter().find(|s| s.text("category") == category).map(|s| s.id).expect("a stage");
    let deal = w.engine.create(&ctx, "opportunity", map(json!({"name": "Mesin", "amount": "1000"}))).await.expect("made").id;
    w.engine.update(&ctx, "opportunity", deal, map(json!({"stage": stage("won")})), None).await.expect("won");
    w.engine.update(&ctx, "opportunity", deal, map(json!({"stage": stage("open")})), None).await.expect("open again");
    let lead = w.engine.create(&ctx, "lead", map(json!({"name": "Sekar Ayu"}))).await.expect("made").id;
    w.engine.act(&ctx, "lead", lead, "conversion", map(json!({}))).await.expect("converted");
    w.tell_off().await;
    let mut kinds = receiver.kinds();
    kinds.retain(|kind| !kind.starts_with("contact."));
    kinds.sort();
    assert_eq!(kinds, ["lead.conversion", "opportunity.reopened", "opportunity.won"]);
    let told = receiver.got().into_iter().map(|got| got.json()).find(|told| told["type"] == "lead.conversion").expect("told");
    assert!(told["data"]["made"].as_array().is_some_and(|made| !made.is_empty()), "{told}");
});

both!(what_is_gone_for_good_is_told_by_its_number_alone, async |w: &Workspace| {
    let (receiver, ctx) = (Receiver::new().await, admin(w).await);
    let siti = person(w, "siti", json!({"contact": {"read": "own"}})).await;
    let hers = Receiver::new().await;
    subscribe(w, &ctx, draft(&receiver, &["contact.purged"])).await;
    subscribe(w, &w.of(siti, Door::Api), draft(&hers, &["contact.*"])).await;
    let own = w.make("contact", json!({"name": "Punya Siti", "owner": siti})).await;
    let other = w.make("contact", json!({"name": "Punya Orang"})).await;
    for id in [own, other] {
        w.engine.delete(&w.system(), "contact", id, None).await.expect("binned");
    }
    w.tell_off().await;
    hers.forget();
    w.engine.write(&w.system(), move |tx| tx.purge("contact", own).and_then(|()| tx.purge("contact", other))).await.expect("gone");
    w.tell_off().await;
    let all: Vec<_> = receiver.got().iter().map(Got::json).collect();
    let mut numbers: Vec<i64> = all.iter().filter_map(|told| told["data"]["id"].as_i64()).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [own, other]);
    assert!(all.iter().all(|told| told["type"] == "contact.purged"));
    assert!(all.iter().all(|told| told["data"].get("record").is_none()), "{all:?}");
    let told: Vec<_> = hers.got().iter().map(|got| got.json()["data"]["id"].clone()).collect();
    assert_eq!(told, [json!(own)], "only what she could see");
});

both!(nobody_is_told_more_than_he_may_see, async |w: &Workspace| {
    let receiver = Receiver::new().await;
    let rights = json!({"contact": {"read": "own", "fields": {"phone": "hidden"}}, "account": {"read": "none"}});
    let siti = person(w, "siti", rights).await;
    let ctx = w.of(siti, Door::Api);
    subscribe(w, &ctx, draft(&receiver, &["*"])).await;
    let account = w.make("account", json!({"name": "PT Rahasia"})).await;
    let own = w.make("contact", json!({"name": "Punya Siti", "phone": "0812-3456-7890", "account": account, "owner": siti})).await;
    let other = w.make("contact", json!({"name": "Punya Orang"})).await;
    w.engine
        .update(&w.system(), "contact", own, map(json!({"phone": "0812-1111-2222", "job_title": "Juru Catat"})), None)
        .await
        .expect("changed");
    w.engine.update(&w.system(), "contact", other, map(json!({"job_title": "Juru Tulis"})), None).await.expect("changed");
    w.tell_off().await;
    let all = receiver.got().iter().map(|got| got.body.clone()).collect::<Vec<_>>().join("\n");
    assert!(all.contains("Punya Siti") && all.contains("Juru Catat"), "{all}");
    for hidden in ["Punya Orang", "Juru Tulis", "PT Rahasia", "0812", "+62812", "\"phone\""] {
        assert!(!all.contains(hidden), "{hidden}: {all}");
    }
    // what he loses sight of before it is sent is not sent
    receiver.forget();
    let id = w.make("contact", json!({"name": "Diserahkan", "owner": siti})).await;
    w.engine
        .update(&w.system(), "contact", id, map(json!({"owner": person(w, "budi", json!({})).await})), None)
        .await
        .expect("handed over");
    w.tell_off().await;
    assert_eq!(receiver.got().len(), 0);
    w.engine.update(&w.system(), "user", siti, map(json!({"active": false})), None).await.expect("left");
    w.engine.update(&w.system(), "contact", own, map(json!({"job_title": "Juru Bayar"})), None).await.expect("changed");
    w.tell_off().await;
    assert_eq!(receiver.got().len(), 0, "who has left is told nothing");
});

both!(a_filter_says_of_which_records, async |w: &Workspace| {
    let (receiver, ctx) = (Receiver::new().await, admin(w).await);
    let filter = json!({"field": "source", "op": "is", "value": "website"});
    let some = HookDraft { filter: Some(filter.clone()), ..draft(&receiver, &["contact.created", "contact.updated"]) };
    subscribe(w, &ctx, some.clone()).await;
    w.make("contact", json!({"name": "Dari Situs", "source": "website"})).await;
    let other = w.make("contact", json!({"name": "Dari Pameran", "source": "exhibition"})).await;
    w.engine.update(&w.system(), "contact", other, map(json!({"source": "website"})), None).await.expect("changed");
    w.tell_off().await;
    let mut names: Vec<String> =
        receiver.got().iter().map(|got| format!("{} {}", got.json()["type"], got.json()["data"]["record"]["name"])).collect();
    names.sort();
    assert_eq!(names, [r#""contact.created" "Dari Situs""#, r#""contact.updated" "Dari Pameran""#]);
    let faulty = |change: fn(&mut HookDraft)| {
        let mut draft = some.clone();
        change(&mut draft);
        w.engine.write(&ctx, move |tx| tx.hook_add(&draft))
    };
    let code = |problem: akrab_model::Problem| problem.fields[0].code.clone();
    for (change, wanted) in [
        ((|d| d.events = vec!["*".into()]) as fn(&mut HookDraft), "hook_filter_object"),
        (|d| d.events = vec!["contact.created".into(), "account.created".into()], "hook_filter_object"),
        (|d| d.events = vec!["contact.meledak".into()], "unknown_choice"),
        (|d| d.events = vec!["hantu.*".into()], "unknown_choice"),
        (|d| d.events = vec![], "required"),
        (|d| d.filter = Some(json!({"field": "umur", "op": "is", "value": 1})), "filter_unknown_field"),
        (|d| d.url = "ftp://contoh.co.id/".into(), "outside_url"),
        (|d| d.url = "http://10.0.0.1/".into(), "outside_private"),
        (|d| d.url = "http://[::1]/".into(), "outside_private"),
        (|d| d.name = " ".into(), "required"),
    ] {
        assert_eq!(code(faulty(change).await.expect_err(wanted)), wanted);
    }
});

both!(a_change_nobody_listens_to_writes_nothing_for_it, async |w: &Workspace| {
    let (receiver, ctx) = (Receiver::new().await, admin(w).await);
    let (id, _) = subscribe(w, &ctx, HookDraft { on: false, ..draft(&receiver, &["*"]) }).await;
    w.make("contact", json!({"name": "Ratna"})).await;
    let waiting = async || w.engine.read(&w.system(), move |tx| tx.hook_deliveries(id, None, None, 10)).await.expect("a log").len();
    assert_eq!(waiting().await, 0);
    w.engine.write(&ctx, move |tx| tx.hook_change(id, |draft| draft.on = true)).await.expect("on");
    w.make("contact", json!({"name": "Sari"})).await;
    assert_eq!(waiting().await, 1);
    // what is undone was never told
    let undone = w.engine.write(&ctx, |tx| -> akrab_engine::Result<()> {
        tx.create("contact", &map(json!({"name": "Tono"})))?;
        Err(akrab_model::Problem::forbidden())
    });
    assert!(undone.await.is_err());
    assert_eq!(waiting().await, 1);
    // while it rests, what waits is kept
    w.engine.write(&ctx, move |tx| tx.hook_change(id, |draft| draft.on = false)).await.expect("off");
    assert_eq!((w.tell_off().await, waiting().await), (0, 1));
    let refused = w.engine.write(&ctx, move |tx| tx.hook_test(id)).await.expect_err("off");
    assert_eq!(refused.code, "hook_off");
    w.engine.write(&ctx, move |tx| tx.hook_change(id, |draft| draft.on = true)).await.expect("on");
    assert_eq!((w.tell_off().await, receiver.kinds()), (1, vec!["contact.created".to_string()]));
});

both!(what_is_not_answered_is_tried_on_a_ladder_and_keeps_its_order, async |w: &Workspace| {
    let (receiver, ctx) = (Receiver::new().await, admin(w).await);
    let (id, secret) = subscribe(w, &ctx, draft(&receiver, &["contact.*"])).await;
    receiver.answers(500);
    let first = w.make("contact", json!({"name": "Satu"})).await;
    w.engine.update(&w.system(), "contact", first, map(json!({"job_title": "Juru Catat"})), None).await.expect("changed");
    for n in 1..=LADDER.len() {
        assert_eq!(w.tell_off().await, 1, "try {n}: the second waits for the first");
        assert_eq!(w.tell_off().await, 0);
        w.pass(LADDER[n - 1] / 1_000_000 * 111 / 100 + 300);
    }
    assert!(hook(w, id).await.failing_since.is_some());
    receiver.answers(204);
    assert_eq!(w.tell_off().await, 2, "the tenth try, and then the second event");
    let got = receiver.got();
    assert!(got.iter().all(|got| is_signed(got, &secret)));
    let ids: std::collections::BTreeSet<String> = got.iter().map(|got| got.header("webhook-id")).collect();
    assert_eq!((got.len(), ids.len()), (LADDER.len() + 2, 2), "the same id for every try");
    assert_eq!(got[0].body, got[LADDER.len()].body);
    let times: std::collections::BTreeSet<String> = got.iter().map(|got| got.header("webhook-timestamp")).collect();
    assert_eq!(times.len(), LADDER.len() + 1, "each try says its own time");
    assert_eq!(receiver.kinds().last().map(String::as_str), Some("contact.updated"));
    let healthy = hook(w, id).await;
    assert!(healthy.failing_since.is_none() && healthy.heard_at.is_some() && healthy.count(HookState::Done) == 2);
});

both!(what_was_tried_in_vain_is_dead_until_somebody_replays_it, async |w: &Workspace| {
    let (receiver, ctx) = (Receiver::new().await, admin(w).await);
    let (id, _) = subscribe(w, &ctx, draft(&receiver, &["contact.created"])).await;
    receiver.answers(503);
    w.make("contact", json!({"name": "Satu"})).await;
    for step in LADDER {
        w.tell_off().await;
        w.pass(step / 1_000_000 * 111 / 100 + 300);
    }
    w.tell_off().await;
    let dead = hook(w, id).await;
    assert_eq!((dead.count(HookState::Dead), dead.state.as_str()), (1, "on"));
    let delivery =
        w.engine.read(&w.system(), move |tx| tx.hook_deliveries(id, Some(HookState::Dead), None, 10)).await.expect("a log").remove(0);
    let (_, tries) = w.engine.read(&w.system(), move |tx| tx.hook_delivery(id, delivery.id)).await.expect("a delivery");
    assert_eq!(tries.len(), LADDER.len() + 1);
    assert!(
        tries[0].status == Some(503) && tries[0].answer.ends_with("diterima") && tries[0].request.contains("webhook-signature: v1,"),
        "{:?}",
        tries[0]
    );
    w.pass(3_600);
    assert_eq!(w.tell_off().await, 0);
    receiver.answers(200);
    let before = receiver.got().len();
    assert_eq!(w.engine.write(&ctx, move |tx| tx.hook_replay(id, None)).await.expect("replayed"), 1);
    assert_eq!(w.tell_off().await, 1);
    assert_eq!(receiver.got()[0].header("webhook-id"), receiver.got()[before].header("webhook-id"), "the other side can drop what it had");
    assert_eq!(hook(w, id).await.count(HookState::Done), 1);
    // what has arrived can be sent again too, but not while it is on its way
    w.engine.write(&ctx, move |tx| tx.hook_replay(id, Some(delivery.id))).await.expect("replayed");
    let twice = w.engine.write(&ctx, move |tx| tx.hook_replay(id, Some(delivery.id))).await.expect_err("it waits");
    assert_eq!(twice.code, "hook_not_over");
    assert_eq!(w.tell_off().await, 1);
});

both!(a_redirect_to_a_private_address_is_not_followed, async |w: &Workspace| {
    let (receiver, ctx) = (Receiver::new().await, admin(w).await);
    let (id, _) = subscribe(w, &ctx, draft(&receiver, &["contact.created"])).await;
    for (location, code) in [
        ("http://10.0.0.1/", "outside_private"),
        ("http://169.254.169.254/latest/meta-data/", "outside_private"),
        ("http://[::1]:22/", "outside_private"),
        ("file:///etc/passwd", "outside_url"),
    ] {
        receiver.sends_on(location);
        w.make("contact", json!({"name": location})).await;
        w.tell_off().await;
        let newest = w.engine.read(&w.system(), move |tx| tx.hook_deliveries(id, None, None, 1)).await.expect("a log").remove(0);
        let (_, tries) = w.engine.read(&w.system(), move |tx| tx.hook_delivery(id, newest.id)).await.expect("a delivery");
        assert_eq!(tries[0].code.as_deref(), Some(code), "{location}: {tries:?}");
        w.pass(400);
    }
});

both!(a_subscriber_that_is_gone_or_silent_is_stopped_with_a_mail, async |w: &Workspace| {
    let (receiver, ctx) = (Receiver::new().await, admin(w).await);
    let siti = w.of(person(w, "siti", json!({})).await, Door::Api);
    let (gone, _) = subscribe(w, &siti, draft(&receiver, &["contact.created"])).await;
    receiver.answers(410);
    w.make("contact", json!({"name": "Satu"})).await;
    w.tell_off().await;
    let stopped = hook(w, gone).await;
    assert_eq!((stopped.state.as_str(), stopped.why.as_deref()), ("stopped", Some("hook_gone")));
    let told = [w.mail(0).await, w.mail(1).await].map(|mail| mail.to);
    assert!(
        w.mails() == 2 && told.contains(&"siti@contoh.test".to_string()) && told.contains(&"ratna@contoh.test".to_string()),
        "{told:?}"
    );
    w.make("contact", json!({"name": "Dua"})).await;
    w.pass(3_600);
    assert_eq!(w.tell_off().await, 0, "nobody asks there any more");
    // one that only fails is asked for five days
    let (silent, _) = subscribe(w, &ctx, draft(&receiver, &["contact.created"])).await;
    receiver.answers(500);
    for day in 0..6 {
        assert_eq!(hook(w, silent).await.state, "on", "day {day}");
        for n in 0..3 {
            w.make("contact", json!({"name": format!("Orang {day} {n}")})).await;
            w.tell_off().await;
            w.pass(8 * 3_600);
        }
    }
    let stopped = hook(w, silent).await;
    assert_eq!((stopped.state.as_str(), stopped.why.as_deref()), ("stopped", Some("hook_silent")));
    w.work_off().await;
    assert_eq!(w.mails(), 3);
    // mended and switched on, it gets what waited
    receiver.answers(200);
    receiver.forget();
    w.engine.write(&ctx, move |tx| tx.hook_change(silent, |draft| draft.on = true)).await.expect("on");
    w.pass(2 * 86_400);
    w.tell_off().await;
    assert!(receiver.got().len() > 5 && hook(w, silent).await.failing_since.is_none());
});

both!(a_new_secret_signs_beside_the_one_before_for_a_day, async |w: &Workspace| {
    let (receiver, ctx) = (Receiver::new().await, admin(w).await);
    let (id, old) = subscribe(w, &ctx, draft(&receiver, &["contact.created"])).await;
    let new = w.engine.write(&ctx, move |tx| tx.hook_rotate(id)).await.expect("rotated");
    assert_ne!(old, new);
    w.engine.write(&ctx, move |tx| tx.hook_test(id)).await.expect("a test");
    w.tell_off().await;
    w.pass(24 * 3_600 + 1);
    w.engine.write(&ctx, move |tx| tx.hook_test(id)).await.expect("a test");
    w.tell_off().await;
    let got = receiver.got();
    assert_eq!(receiver.kinds(), ["test", "test"]);
    assert!(is_signed(&got[0], &old) && is_signed(&got[0], &new), "both count");
    assert!(!is_signed(&got[1], &old) && is_signed(&got[1], &new), "one counts");
    // nobody who reads the database finds either
    let kept = w.engine.store().read(|conn| conn.hooks(None)).await.expect("hooks").remove(0);
    assert!(kept.secret.starts_with("sealed:") && kept.former.is_some_and(|(secret, _)| secret.starts_with("sealed:")));
});

/// The library of the specification itself takes what is sent, and nothing that was changed on the way.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_specifications_own_library_takes_it() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/browser");
    if !std::path::Path::new(folder).join("node_modules/standardwebhooks").exists() {
        eprintln!("skipped: npm ci was not run in app/tests/browser");
        return;
    }
    let w = Workspace::sqlite(&[]).await;
    w.pass((jiff::Timestamp::now() - w.engine.now().timestamp()).get_seconds());
    let (receiver, ctx) = (Receiver::new().await, admin(&w).await);
    let (id, secret) = subscribe(&w, &ctx, draft(&receiver, &["contact.created"])).await;
    w.engine.write(&ctx, move |tx| tx.hook_rotate(id)).await.expect("rotated");
    w.make("contact", json!({"name": "Rätna “Sari” 🌶"})).await;
    w.tell_off().await;
    let got = receiver.got().remove(0);
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let headers: serde_json::Map<String, Json> = names.iter().map(|name| ((*name).into(), got.header(name).into())).collect();
    let asked = json!({"secret": secret, "body": got.body, "headers": headers});
    let mut child =
        Command::new("node").arg("webhook.mjs").current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("node");
    std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), asked.to_string().as_bytes()).expect("asked");
    let told = child.wait_with_output().expect("an answer");
    let told: Json = serde_json::from_slice(&told.stdout).expect("JSON");
    assert_eq!(told, json!({"type": "contact.created", "changed": "No matching signature found", "late": "Message timestamp too old"}));
    w.close().await;
}

both!(programs_subscribe_over_the_api, async |w: &Workspace| {
    let (receiver, api) = (Receiver::new().await, Api::of(w, "administrator").await);
    let (status, made) = api.post("/hooks", json!({"event": "contact.created", "target_url": receiver.url()})).await;
    assert_eq!(
        (status, &made["events"], &made["state"], &made["on"]),
        (201, &json!(["contact.created"]), &json!("on"), &json!(true)),
        "{made}"
    );
    let secret = made["secret"].as_str().expect("a secret").to_string();
    let path = format!("/hooks/{}", made["id"]);
    assert!(
        !api.get(&path).await.1.to_string().contains("whsec_") && !api.get("/hooks").await.1.to_string().contains("whsec_"),
        "shown once"
    );
    w.make("contact", json!({"name": "Ratna Sari"})).await;
    let (_, samples) = api.get("/hooks/samples?event=contact.created").await;
    w.tell_off().await;
    let got = receiver.got().remove(0);
    assert!(is_signed(&got, &secret));
    let keys = |json: &Json| json.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect::<Vec<_>>();
    assert_eq!(keys(&samples["data"][0]["data"]["record"]), keys(&got.json()["data"]["record"]), "a sample is what is sent");
    let (_, events) = api.get("/hooks/events").await;
    let named: Vec<&str> = events["data"].as_array().expect("a list").iter().filter_map(|e| e["event"].as_str()).collect();
    assert!(named.contains(&"opportunity.won") && named.contains(&"lead.conversion") && !named.contains(&"contact.won"), "{named:?}");
    let (_, log) = api.get(&format!("{path}/deliveries?state=done")).await;
    let delivery = log["data"][0]["id"].as_i64().expect("a delivery");
    assert_eq!((&log["data"][0]["event"], &log["data"][0]["webhook_id"]), (&json!("contact.created"), &json!(got.header("webhook-id"))));
    let (_, one) = api.get(&format!("{path}/deliveries/{delivery}")).await;
    assert_eq!(one["attempts"][0]["status"], 200, "{one}");
    assert_eq!(api.post(&format!("{path}/replay"), json!({"delivery": delivery})).await, (200, json!({"queued": 1})));
    assert_eq!(api.post(&format!("{path}/tests"), json!({})).await.0, 200);
    assert!(api.post(&format!("{path}/rotation"), json!({})).await.1["secret"].as_str().is_some_and(|s| s.starts_with("whsec_")));
    assert_eq!(w.tell_off().await, 2);
    let (status, _, changed) = api.send("PATCH", &path, "application/json", json!({"name": "Zap", "on": false}).to_string()).await;
    assert_eq!((status, &changed["name"], &changed["state"]), (200, &json!("Zap"), &json!("off")));
    for (wrong, pointer) in [
        (json!({"target_url": receiver.url()}), "/events"),
        (json!({"event": "contact.created"}), "/target_url"),
        (json!({"event": "contact.created", "target_url": "http://127.0.0.2/"}), "/target_url"),
        (json!({"event": 1, "target_url": receiver.url()}), "/event"),
        (json!({"event": "contact.created", "target_url": receiver.url(), "secret": "x"}), "/secret"),
    ] {
        let (status, told) = api.post("/hooks", wrong.clone()).await;
        assert_eq!((status, told["errors"][0]["pointer"].as_str()), (422, Some(pointer)), "{wrong}: {told}");
    }
    // others have their own
    let other = Api::of(w, "sales").await;
    assert_eq!((other.get(&path).await.0, other.get("/hooks").await.1["data"].as_array().map(Vec::len)), (404, Some(0)));
    assert_eq!(other.send("DELETE", &path, "application/json", "").await.0, 404);
    let (_, own) = other.post("/hooks", json!({"event": "contact.created", "target_url": receiver.url()})).await;
    assert_eq!(api.get(&format!("/hooks/{}", own["id"])).await.0, 200, "administrators see all");
    assert_eq!(api.send("DELETE", &path, "application/json", "").await.0, 204);
    assert_eq!(api.get(&path).await.0, 404);
});

both!(administrators_look_after_webhooks_in_the_settings, async |w: &Workspace| {
    let (receiver, ctx) = (Receiver::new().await, admin(w).await);
    let mut browser = Browser::of(w, ctx.user_id().expect("ratna")).await;
    assert!(browser.get("/settings/webhooks").await.html.contains("/settings/webhooks/new"));
    let url = receiver.url();
    let form =
        [("name", "Gudang"), ("target_url", url.as_str()), ("events", "contact.created"), ("events", "contact.updated"), ("on", "1")];
    let made = browser.submit("/settings/webhooks/new", &form).await;
    assert!(made.html.contains("whsec_"), "the secret is shown once: {}", made.status);
    let id = w.engine.read(&ctx, |tx| tx.hooks()).await.expect("hooks")[0].id;
    let page = format!("/settings/webhooks/{id}");
    assert!(!browser.get(&page).await.html.contains("whsec_"));
    browser.submit(&page, &[("verb", "test")]).await;
    let contact = w.make("contact", json!({"name": "Ratna"})).await;
    receiver.answers(500);
    w.tell_off().await;
    let seen = browser.get(&page).await.html;
    assert!(seen.contains(&format!("/contacts/{contact}")), "{seen}");
    receiver.answers(200);
    w.pass(3_600);
    w.tell_off().await;
    let delivery = w.engine.read(&ctx, move |tx| tx.hook_deliveries(id, None, None, 1)).await.expect("a log")[0].id;
    let one = format!("{page}/deliveries/{delivery}");
    let seen = browser.get(&one).await.html;
    assert!(seen.contains("webhook-signature") && seen.contains("diterima") && seen.contains("500"), "{seen}");
    let before = receiver.got().len();
    browser.submit(&one, &[]).await;
    w.tell_off().await;
    assert_eq!(receiver.got().len(), before + 1);
    let faulty = browser
        .submit("/settings/webhooks/new", &[("name", "Salah"), ("target_url", "http://10.0.0.1/"), ("events", "contact.*"), ("on", "1")])
        .await;
    assert!(faulty.status == 422 && faulty.html.contains("Salah"));
    let view = browser
        .submit(
            &format!("{page}/edit"),
            &[("name", "Gudang"), ("target_url", url.as_str()), ("events", "contact.created"), ("filter", "contact/mine")],
        )
        .await;
    assert!(view.status == 303 || view.status == 422 || view.status == 404, "{}", view.status);
    browser.submit(&page, &[("verb", "off")]).await;
    assert_eq!(hook(w, id).await.state, "off");
    let told = w.engine.audit(
        &ctx,
        akrab_engine::audit::AuditQuery { kinds: vec!["hook_added".into(), "hook_changed".into()], limit: 10, ..Default::default() },
    );
    let told = told.await.expect("a trail");
    assert!(
        told.len() >= 2 && !told.iter().any(|row| row.detail.contains("rahasia")),
        "the trail tells of it, but not the address's secrets"
    );
    assert!(browser.get("/settings/audit").await.html.contains("Gudang"));
    browser.submit(&format!("{page}/delete"), &[]).await;
    assert_eq!(browser.get(&page).await.status, 404);
    // nobody else
    let mut siti = Browser::of(w, person(w, "siti", json!({})).await).await;
    for address in ["/settings/webhooks", "/settings/webhooks/new", page.as_str()] {
        assert_eq!(siti.get(address).await.status, 403, "{address}");
    }
});

#[tokio::test]
async fn a_token_that_may_only_read_subscribes_to_nothing() {
    let w = Workspace::sqlite(&[]).await;
    let (receiver, mut ctx) = (Receiver::new().await, admin(&w).await);
    let (id, _) = subscribe(&w, &ctx, draft(&receiver, &["*"])).await;
    ctx.read_only = true;
    let wanted = draft(&receiver, &["*"]);
    for refused in [
        w.engine.write(&ctx, move |tx| tx.hook_add(&wanted).map(|_| ())).await,
        w.engine.write(&ctx, move |tx| tx.hook_remove(id)).await,
        w.engine.write(&ctx, move |tx| tx.hook_rotate(id).map(|_| ())).await,
        w.engine.write(&ctx, move |tx| tx.hook_test(id)).await,
    ] {
        assert_eq!(refused.expect_err("read only").kind, ProblemKind::Forbidden);
    }
    w.close().await;
}
