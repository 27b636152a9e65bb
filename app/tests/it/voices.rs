//! The voice of customers: utterances become items or join them, weigh what their customers are worth, and are answered.

use crate::browser::Browser;
use crate::workspace::{Workspace, both};
use akrab_engine::contact::Saying;
use akrab_engine::{Door, ListRequest};
use akrab_model::filter::Op;
use akrab_model::{Filter, Record, Value};
use serde_json::json;

async fn list(w: &Workspace, object: &str, filter: Option<Filter>, sort: &[&str]) -> Vec<Record> {
    let sort = sort.iter().map(ToString::to_string).collect();
    let request = ListRequest { object: object.into(), filter, sort, ..ListRequest::default() };
    w.engine.list(&w.system(), request).await.expect("a list").records
}

/// An account worth so much, with a contact.
async fn customer(w: &Workspace, name: &str, worth: i64, email: Option<&str>) -> (i64, i64) {
    let account = w.make("account", json!({"name": name})).await;
    let contact =
        w.make("contact", json!({"name": format!("Orang {name}"), "account": account, "email": email, "name_honorific": "Ibu"})).await;
    let pipeline = list(w, "pipeline", None, &[]).await[0].id;
    let won = list(w, "stage", Some(Filter::test("category", Op::Is, "won")), &[]).await[0].id;
    let deal = json!({"name": "Sudah", "account": account, "amount": worth.to_string(), "pipeline": pipeline, "stage": won});
    w.make("opportunity", deal).await;
    (account, contact)
}

both!(what_customers_say_becomes_ranked_items, async |w: &Workspace| {
    let role = w.engine.people().roles.iter().find(|r| r.key == "manager").map(|r| r.id).expect("the role exists");
    let ani = w.user("ani", role, None).await;
    let (karya, siti) = customer(w, "PT Karya", 300, None).await;
    let (abadi, _) = customer(w, "CV Abadi", 500, None).await;
    let call =
        w.make("interaction", json!({"subject": "Telepon", "channel": "call", "account": karya, "contact": siti, "owner": ani})).await;
    let mut page = Browser::of(w, ani).await;
    // said in an interaction: a new item, with whom it was said by
    page.post(&format!("/interactions/{call}/entries"), "kind=wish&body=Kami%20ingin%20kemasan%20500%20gram").await;
    let [item] = &list(w, "voice", None, &[]).await[..] else { panic!("one item") };
    assert_eq!((item.title(), item.text("kind")), ("Kami ingin kemasan 500 gram", "wish"));
    let [first] = &list(w, "utterance", None, &[]).await[..] else { panic!("one utterance") };
    assert_eq!((first.link("account"), first.link("contact"), first.link("voice")), (Some(karya), Some(siti), Some(item.id)));
    // another customer joins, the first says it again
    page.post(&format!("/accounts/{abadi}/entries"), &format!("kind=wish&body=Ada%20yang%20setengah%20kilo%3F&voice={}", item.id)).await;
    page.post(&format!("/accounts/{karya}/entries"), &format!("kind=wish&body=Sekali%20lagi%3A%20500%20gram&voice={}", item.id)).await;
    w.make("utterance", json!({"summary": "Barista ramah", "kind": "praise", "account": abadi})).await;
    let ranked = list(w, "voice", None, &["-weight", "-customers"]).await;
    let figures: Vec<_> =
        ranked.iter().map(|v| (v.title(), v.get("weight").to_json(), v.get("customers").int(), v.get("said").int())).collect();
    assert_eq!(
        figures,
        [("Kami ingin kemasan 500 gram", json!("800"), Some(2), Some(3)), ("Barista ramah", json!("500"), Some(1), Some(1)),]
    );
    let html = page.get("/voices").await.html;
    assert!(html.contains("Kami ingin kemasan 500 gram") && html.contains("Rp\u{a0}800"), "{html}");
    for address in [format!("/interactions/{call}"), format!("/accounts/{karya}"), format!("/voices/{}", item.id)] {
        assert!(page.get(&address).await.html.contains("Kami ingin kemasan 500 gram"), "{address}");
    }
    // its page names who is behind it, beside it and in its timeline
    let behind = page.get(&format!("/voices/{}", item.id)).await.html;
    let (middle, beside) = behind.split_once("id=\"record-side\"").expect("both columns");
    for name in ["PT Karya", "Orang PT Karya", "CV Abadi"] {
        assert!(beside.contains(name), "{name} is not beside it: {beside}");
        assert!(middle.split("id=\"timeline\"").nth(1).is_some_and(|told| told.contains(name)), "{name} is not told: {middle}");
    }
    // what is taken away weighs nothing any more
    let ctx = w.of(ani, Door::Page);
    let joined = list(w, "utterance", Some(Filter::test("account", Op::Is, abadi)), &["said_at"]).await;
    let joined = joined.iter().find(|u| u.link("voice") == Some(item.id)).expect("it joined").id;
    w.engine.delete(&ctx, "utterance", joined, None).await.expect("deleted");
    assert_eq!(list(w, "voice", Some(Filter::test("id", Op::Is, item.id)), &[]).await[0].get("weight").to_json(), json!("300"));
});

both!(everyone_behind_an_item_is_answered_once, async |w: &Workspace| {
    w.engine.write(&w.system(), |tx| tx.preset_take("indonesia")).await.expect("policies");
    let role = w.engine.people().roles.iter().find(|r| r.key == "manager").map(|r| r.id).expect("the role exists");
    let ani = w.user("ani", role, None).await;
    let (karya, siti) = customer(w, "PT Karya", 300, Some("siti@karya.test")).await;
    let (abadi, rina) = customer(w, "CV Abadi", 500, Some("rina@abadi.test")).await;
    let (jaya, _) = customer(w, "UD Jaya", 100, None).await;
    let say = async |contact: Option<i64>, account: i64, voice: Option<i64>| {
        let said = json!({"summary": "Kirim sebelum jam 10", "kind": "wish", "contact": contact, "account": account, "voice": voice, "owner": ani});
        w.make("utterance", said).await
    };
    say(Some(siti), karya, None).await;
    let item = list(w, "voice", None, &[]).await[0].id;
    say(Some(siti), karya, Some(item)).await;
    say(Some(rina), abadi, Some(item)).await;
    say(None, jaya, Some(item)).await;
    // Rina does not want mail, also not about what she said
    let no = Saying {
        person: ("contact".into(), rina),
        purpose: "service".into(),
        channel: "email".into(),
        given: false,
        evidence: json!({}),
        source: "phone".into(),
    };
    w.engine.write(&w.system(), move |tx| tx.consent_say(&no)).await.expect("said");
    let mut page = Browser::of(w, ani).await;
    page.post(&format!("/voices/{item}/reply"), "text=Mulai%20Senin%20kami%20kirim%20pukul%209.&status=done").await;
    while w.work_off().await + w.carry().await > 0 {}
    assert_eq!(w.mails(), 1, "once to Siti, never to Rina");
    let mail = w.mail(0).await;
    assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("siti@karya.test", "Masukan Anda: Kirim sebelum jam 10"));
    assert!(mail.text.starts_with("Yth. Ibu Orang PT Karya,\n\nMulai Senin kami kirim pukul 9."), "{}", mail.text);
    let sent = list(w, "interaction", Some(Filter::test("contact", Op::Is, siti)), &[]).await;
    assert_eq!((sent.len(), sent[0].text("channel"), sent[0].text("direction")), (1, "email", "out"), "it stands in her history");
    let state = async |key: &str, id: i64| {
        let said = list(w, "utterance", Some(Filter::test(key, Op::Is, id)), &[]).await;
        said.iter().map(|u| u.text("answer_state").to_string()).collect::<Vec<_>>()
    };
    assert_eq!(state("contact", siti).await, ["sent", "sent"]);
    assert_eq!(state("contact", rina).await, ["refused"]);
    assert_eq!(state("account", jaya).await, ["task"]);
    let tasks = list(w, "task", None, &[]).await;
    let answers = tasks.iter().filter(|t| t.title().starts_with("Sampaikan"));
    let mut about: Vec<_> = answers.map(|t| (t.title(), t.link("account"), t.link("owner"))).collect();
    about.sort();
    let mut wanted = vec![
        ("Sampaikan jawaban: Kirim sebelum jam 10", Some(abadi), Some(ani)),
        ("Sampaikan jawaban: Kirim sebelum jam 10", Some(jaya), Some(ani)),
    ];
    wanted.sort();
    assert_eq!(about, wanted);
    let item = list(w, "voice", None, &[]).await.remove(0);
    assert_eq!((item.text("status"), item.get("answered").int()), ("done", Some(2)));
    assert!(!matches!(item.get("answered_at"), Value::Null));
});
