//! Duplicates: found, decided on, merged without loss, and taken apart again.

use crate::browser::Browser;
use crate::hooks::admin;
use crate::server::Server;
use crate::workspace::{Workspace, both, folder, map};
use akrab_engine::contact::{Consent, Saying};
use akrab_engine::ledger::NewAccount;
use akrab_engine::twin::{Choice, MergeAsk, TwinState};
use akrab_engine::{Door, ListRequest, TimelineRequest};
use akrab_model::filter::Op;
use akrab_model::{Filter, Value};
use axum::http::StatusCode;
use serde_json::{Value as Json, json};
use std::time::Duration;

/// Cases and talks, of which a talk may be about several accounts.
const OBJECTS: [(&str, &str); 2] = [
    (
        "perkara.toml",
        r#"
key = "perkara"
plural = "perkaras"
label = { id = "Perkara", en = "Case" }
plural_label = { id = "Perkara", en = "Cases" }
purpose = { id = "Untuk uji.", en = "For tests." }
icon = "target"
group = "service"
title = "name"
[fields.name]
type = "text"
label = { id = "Nama", en = "Name" }
required = true
[fields.account]
type = "link"
to = "account"
label = { id = "Perusahaan", en = "Account" }
"#,
    ),
    (
        "obrolan.toml",
        r#"
key = "obrolan"
plural = "obrolans"
label = { id = "Obrolan", en = "Talk" }
plural_label = { id = "Obrolan", en = "Talks" }
purpose = { id = "Untuk uji.", en = "For tests." }
icon = "target"
group = "service"
title = "name"
timeline = { on = ["accounts"] }
[fields.name]
type = "text"
label = { id = "Nama", en = "Name" }
required = true
[fields.accounts]
type = "links"
to = "account"
label = { id = "Perusahaan", en = "Accounts" }
[fields.accounts.columns.role]
type = "text"
label = { id = "Peran", en = "Role" }
"#,
    ),
];

async fn count(w: &Workspace, object: &str, field: &str, id: i64) -> usize {
    let request = ListRequest {
        object: object.into(),
        filter: Some(if field == "accounts" { Filter::test(field, Op::In, json!([id])) } else { Filter::test(field, Op::Is, json!(id)) }),
        limit: 200,
        ..ListRequest::default()
    };
    w.engine.list(&w.system(), request).await.unwrap_or_else(|p| panic!("{object}: {p:?}")).records.len()
}

/// Contacts, opportunities, cases and talks of an account.
async fn what_hangs(w: &Workspace, id: i64) -> [usize; 4] {
    [
        count(w, "contact", "account", id).await,
        count(w, "opportunity", "account", id).await,
        count(w, "perkara", "account", id).await,
        count(w, "obrolan", "accounts", id).await,
    ]
}

async fn furnish(w: &Workspace, id: i64, [contacts, opportunities, cases, talks]: [usize; 4]) {
    for n in 0..contacts {
        w.make("contact", json!({"name": format!("Orang {id} {n}"), "account": id})).await;
    }
    for n in 0..opportunities {
        w.make("opportunity", json!({"name": format!("Peluang {id} {n}"), "account": id, "amount": "1000000"})).await;
    }
    for n in 0..cases {
        w.make("perkara", json!({"name": format!("Perkara {id} {n}"), "account": id})).await;
    }
    for n in 0..talks {
        w.make("obrolan", json!({"name": format!("Obrolan {id} {n}"), "accounts": [{"id": id}]})).await;
    }
}

async fn merge(w: &Workspace, object: &'static str, winner: i64, loser: i64) -> i64 {
    w.engine.merge(&w.system(), object, MergeAsk { winner, loser, ..MergeAsk::default() }).await.expect("merged")
}

/// A: 3 contacts, 2 opportunities, 5 cases, 120 interactions; B: 2, 1, 1, 40; 6 interactions are linked to both.
async fn a_merge_keeps_everything_and_can_be_undone(w: &Workspace) {
    let a = w.make("account", json!({"name": "PT Sinar Abadi", "external_key": "A-1", "phone": "0215550101"})).await;
    let b =
        w.make("account", json!({"name": "Sinar Abadi, PT", "external_key": "B-1", "email": "halo@sinar.co.id", "tags": ["key"]})).await;
    furnish(w, a, [3, 2, 5, 114]).await;
    furnish(w, b, [2, 1, 1, 34]).await;
    for n in 0..6 {
        w.make("obrolan", json!({"name": format!("Bersama {n}"), "accounts": [{"id": a, "role": "tuan"}, {"id": b, "role": "tamu"}]}))
            .await;
    }
    let boss = w.user("budi", 1, None).await;
    let follower = w.of(boss, Door::Page);
    w.engine.write(&follower, move |tx| tx.toggle_follow("account", b)).await.expect("followed");
    assert_eq!((what_hangs(w, a).await, what_hangs(w, b).await), ([3, 2, 5, 120], [2, 1, 1, 40]));
    let before = w.engine.get(&w.system(), "account", a).await.expect("a record");

    w.pass(60);
    let id = merge(w, "account", a, b).await;
    assert_eq!(what_hangs(w, a).await, [5, 3, 6, 154]);
    let now = w.engine.get(&w.system(), "account", a).await.expect("a record");
    assert_eq!((now.text("email"), now.text("external_key")), ("halo@sinar.co.id", "A-1"), "what one of them said is kept");
    assert_eq!(now.get("open_opportunities"), &Value::Int(3), "figures follow");
    assert!(w.engine.get(&w.system(), "account", b).await.is_err());
    assert_eq!(w.engine.merged_into(&w.system(), "account", b).await.expect("a way"), Some(a), "the old address leads to the winner");
    let by_key = w.engine.read(&w.system(), |tx| tx.find_by("account", "external_key", &Value::Text("B-1".into()))).await.expect("found");
    assert_eq!(by_key, Some(a), "and so does the old outside id");
    let follows = w.engine.read(&follower, move |tx| tx.is_following("account", a)).await.expect("known");
    assert!(follows, "followers come along");
    let history = w.engine.history(&w.system(), "account", a, None).await.expect("a history");
    assert_eq!(history.iter().filter(|change| change.kind == "create").count(), 2, "both histories are told");
    let bin = ListRequest { object: "account".into(), bin: true, ..ListRequest::default() };
    assert!(w.engine.list(&w.system(), bin).await.expect("the bin").records.is_empty(), "nothing was deleted");

    w.pass(60);
    w.make("perkara", json!({"name": "Perkara baru", "account": a})).await;
    let told = w.engine.unmerge(&w.system(), "account", id).await.expect("taken apart");
    assert_eq!(
        told.stay.iter().map(|(object, _, title)| (object.as_str(), title.as_str())).collect::<Vec<_>>(),
        [("perkara", "Perkara baru")]
    );
    assert_eq!((what_hangs(w, a).await, what_hangs(w, b).await), ([3, 2, 6, 120], [2, 1, 1, 40]), "the new case stays with A");
    let after = w.engine.get(&w.system(), "account", a).await.expect("a record");
    for key in ["name", "email", "phone", "tags", "external_key", "open_opportunities"] {
        assert_eq!(after.get(key), before.get(key), "{key}");
    }
    let shared = Filter::test("name", Op::StartsWith, "Bersama");
    let request = ListRequest { object: "obrolan".into(), filter: Some(shared), limit: 50, ..ListRequest::default() };
    for talk in w.engine.list(&w.system(), request).await.expect("talks").records {
        let Value::Links(rows) = w.engine.get(&w.system(), "obrolan", talk.id).await.expect("a talk").get("accounts").clone() else {
            panic!("no links")
        };
        let mut both: Vec<_> = rows.iter().map(|row| (row.to, row.columns[0].text().unwrap_or_default().to_string())).collect();
        both.sort();
        assert_eq!(both, [(a, "tuan".to_string()), (b, "tamu".to_string())], "linked to both again, with what stood beside");
    }
    let follows = w.engine.read(&follower, move |tx| Ok((tx.is_following("account", a)?, tx.is_following("account", b)?))).await;
    assert_eq!(follows.expect("known"), (false, true));
    assert_eq!(w.engine.unmerge(&w.system(), "account", id).await.expect_err("once").code, "merge_undone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_merge_is_undone_on_sqlite() {
    let w = Workspace::sqlite(&OBJECTS).await;
    a_merge_keeps_everything_and_can_be_undone(&w).await;
    w.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_merge_is_undone_on_postgres() {
    let Some(w) = Workspace::postgres(&OBJECTS).await else { return };
    a_merge_keeps_everything_and_can_be_undone(&w).await;
    w.close().await;
}

both!(
    /// A gave consent to e-mail on 1 March, B withdrew on 1 February: merged it is withdrawn, and undone each has its own.
    the_stricter_consent_counts_after_a_merge,
    async |w: &Workspace| {
        w.engine.write(&w.system(), |tx| tx.preset_take("indonesia")).await.expect("taken over");
        let (a, b) = (w.make("contact", json!({"name": "Wulan"})).await, w.make("contact", json!({"name": "Wulan Sari"})).await);
        let say = async |id: i64, given: bool| {
            let saying = Saying {
                person: ("contact".into(), id),
                purpose: "offers".into(),
                channel: "email".into(),
                given,
                evidence: json!({ "form": "daftar" }),
                source: "form".into(),
            };
            w.engine.write(&w.system(), move |tx| tx.consent_say(&saying)).await.expect("said");
        };
        let state = async |id: i64| w.engine.read(&w.system(), move |tx| tx.consent("contact", id, "offers", "email")).await.expect("a state").0;
        say(b, false).await;
        w.pass(28 * 86_400);
        say(a, true).await;
        w.pass(60);
        let id = merge(w, "contact", a, b).await;
        assert_eq!(state(a).await, Consent::Withdrawn);
        let proofs = w.engine.read(&w.system(), move |tx| tx.consent_history("contact", a)).await.expect("proofs");
        assert_eq!(proofs.iter().map(|said| (said.record, said.given)).collect::<Vec<_>>(), [(a, true), (b, false)]);
        w.pass(60);
        w.engine.unmerge(&w.system(), "contact", id).await.expect("taken apart");
        assert_eq!((state(a).await, state(b).await), (Consent::Given, Consent::Withdrawn));
        // a yes said after merging is heard
        merge(w, "contact", a, b).await;
        w.pass(60);
        say(a, true).await;
        assert_eq!(state(a).await, Consent::Given);
    }
);

async fn look(w: &Workspace) -> Vec<(TwinState, i64, i64, Vec<String>)> {
    w.engine.twins_start(&w.system(), "contact").await.expect("queued");
    w.work_off().await;
    let mut found = Vec::new();
    for state in TwinState::ALL {
        for twin in w.engine.twins(&w.system(), "contact", state, None).await.expect("pairs").twins {
            let said = twin.reasons.iter().filter(|reason| reason.speaks_for()).map(|reason| format!("{} {}", reason.kind, reason.level));
            found.push((state, twin.sides[0].record.id, twin.sides[1].record.id, said.collect()));
        }
    }
    found
}

both!(
    /// Two people share the name and the household's phone: said to be two, the pair stays away until a key field changes.
    a_pair_said_to_be_two_returns_only_when_it_changes,
    async |w: &Workspace| {
        let a = w.make("contact", json!({"name": "Siti Rahayu", "phone": "081234567890", "email": "siti.r@contoh.id"})).await;
        let b = w.make("contact", json!({"name": "Siti Rahayu", "phone": "0812-3456-7890"})).await;
        w.make("contact", json!({"name": "Bambang", "phone": "081298765432"})).await;
        let found = look(w).await;
        assert_eq!(found, [(TwinState::Open, a, b, vec!["person same".to_string(), "phone same".to_string()])]);
        let id = w.engine.twins(&w.system(), "contact", TwinState::Open, None).await.expect("pairs").twins[0].id;
        w.engine.twin_decide(&w.system(), "contact", id, TwinState::Distinct).await.expect("decided");
        w.pass(86_400);
        assert_eq!(look(w).await.iter().map(|pair| pair.0).collect::<Vec<_>>(), [TwinState::Distinct], "the scan does not list them again");
        // what is no key changes nothing
        w.engine.update(&w.system(), "contact", b, map(json!({"note": "tetangga"})), None).await.expect("changed");
        assert_eq!(look(w).await[0].0, TwinState::Distinct);
        w.engine.update(&w.system(), "contact", b, map(json!({"email": "siti.r@contoh.id"})), None).await.expect("changed");
        let found = look(w).await;
        assert_eq!((found.len(), found[0].0), (1, TwinState::Open));
        assert!(found[0].3.contains(&"email same".to_string()), "{found:?}");
    }
);

both!(
    /// Whoever makes a record although one like it was shown leaves a pair to be looked at.
    a_record_made_anyway_leaves_an_open_pair,
    async |w: &Workspace| {
        let a = w.make("account", json!({"name": "PT Sinar Abadi", "npwp": "0012345678901234"})).await;
        let typed = map(json!({"name": "Sinar Abadi, PT"}));
        let hints = w.engine.hints(&w.system(), "account", typed.clone(), None).await.expect("hints");
        assert_eq!(hints.iter().map(|h| (h.record.id, h.reasons[0].en.as_str())).collect::<Vec<_>>(), [(a, "Same name without legal form")]);
        let both = map(json!({"name": "Sinar Abadi, PT", "npwp": "0012345678901234"}));
        let hints = w.engine.hints(&w.system(), "account", both.clone(), None).await.expect("hints");
        assert_eq!(hints[0].reasons.iter().map(|r| r.en.as_str()).collect::<Vec<_>>(), ["Same name without legal form", "Same tax number"]);
        let count = w.engine.count(&w.system(), ListRequest { object: "account".into(), ..ListRequest::default() }, true).await;
        assert_eq!(count.expect("counted").shown(), 1, "nothing was created");
        let b = w
            .engine
            .write(&w.system(), move |tx| {
                let object = tx.object("account")?;
                let id = tx.create("account", &both)?;
                tx.twins_at_entry(&object, id, &both)?;
                Ok(id)
            })
            .await
            .expect("made");
        let open = w.engine.twins(&w.system(), "account", TwinState::Open, None).await.expect("pairs").twins;
        assert_eq!(open.iter().map(|twin| (twin.sides[0].record.id, twin.sides[1].record.id)).collect::<Vec<_>>(), [(a, b)]);
        assert_eq!(open[0].reasons.iter().map(|r| (r.kind.as_str(), r.level.as_str())).collect::<Vec<_>>(), [("company", "same"), ("exact", "same")]);
    }
);

both!(
    /// What was called and numbered otherwise before a merge is found by its old name and number, links set to it lead on,
    /// points come along, and the timeline tells.
    old_names_lead_to_the_record_that_stayed,
    async |w: &Workspace| {
        let a = w.make("account", json!({"name": "PT Sinar Abadi", "phone": "0215550101"})).await;
        let b = w.make("account", json!({"name": "CV Cahaya Timur", "phone": "0317770202"})).await;
        let points = async |id| {
            let new = NewAccount { holder: ("account".into(), id), kind: "points".into(), currency: String::new(), places: 0, may_owe: false };
            w.engine.write(&w.system(), move |tx| tx.ledger_open(&new)).await.expect("an account").id
        };
        let held = points(b).await;
        w.pass(60);
        let id = merge(w, "account", a, b).await;

        let found = async |q: &str| {
            let hits = w.engine.search(&w.system(), q, None, 10).await.expect("hits");
            hits.into_iter().map(|hit| hit.record.id).collect::<Vec<_>>()
        };
        assert_eq!((found("cahaya").await, found("0317770202").await, found("sinar").await), (vec![a], vec![a], vec![a]));
        w.engine.update(&w.system(), "account", a, map(json!({"email": "halo@sinar.co.id"})), None).await.expect("changed");
        assert_eq!(found("cahaya").await, [a], "also after it was changed");
        let child = w.make("account", json!({"name": "Anak", "parent": b})).await;
        assert_eq!(w.engine.get(&w.system(), "account", child).await.expect("a record").link("parent"), Some(a));
        let task = w.make("interaction", json!({"subject": "Rapat", "channel": "meeting", "account": b})).await;
        assert_eq!(w.engine.get(&w.system(), "interaction", task).await.expect("a record").link("account"), Some(a));
        let kinds = async || {
            let told = w.engine.timeline(&w.system(), "account", a, TimelineRequest::default()).await.expect("a timeline");
            told.events.iter().map(|event| event.kind.clone()).filter(|kind| kind.ends_with("merge")).collect::<Vec<_>>()
        };
        assert_eq!(kinds().await, ["merge"]);
        assert_eq!(points(a).await, held, "points come along");

        w.pass(60);
        w.engine.unmerge(&w.system(), "account", id).await.expect("taken apart");
        assert_eq!((found("cahaya").await, found("sinar").await, kinds().await.len()), (vec![b], vec![a], 2));
        assert_eq!(points(b).await, held);
        assert_ne!(points(a).await, held);
        let ask = MergeAsk { winner: a, loser: b, ..MergeAsk::default() };
        assert_eq!(w.engine.merge(&w.system(), "account", ask).await.expect_err("two of one kind").code, "merge_ledger");
    }
);

both!(
    /// Who may delete one's own records alone merges no others; what is out of sight does not exist.
    only_who_may_merge_merges,
    async |w: &Workspace| {
        let siti = w.user("siti", 3, None).await;
        let (a, b) = (w.make("contact", json!({"name": "Wulan", "owner": siti})).await, w.make("contact", json!({"name": "Wulan"})).await);
        let ask = MergeAsk { winner: a, loser: b, ..MergeAsk::default() };
        let sales = w.of(siti, Door::Page);
        assert_eq!(w.engine.merge(&sales, "contact", ask.clone()).await.expect_err("refused").code, "forbidden");
        let reader = w.of(w.user("rini", 6, None).await, Door::Page);
        assert_eq!(w.engine.merge(&reader, "contact", ask.clone()).await.expect_err("refused").code, "forbidden");
        assert_eq!(w.engine.twins_start(&reader, "contact").await.expect_err("refused").code, "forbidden");
        let own = w.make("contact", json!({"name": "Wulan", "owner": siti})).await;
        w.engine.merge(&sales, "contact", MergeAsk { winner: a, loser: own, ..MergeAsk::default() }).await.expect("her own");
        assert_eq!(w.engine.merge(&w.system(), "contact", MergeAsk { winner: a, loser: a, ..ask }).await.expect_err("refused").code, "merge_same");
    }
);

/// Merging many is killed in the middle: each pair is whole, merged or not, and the job goes on to the end.
fn killed_while_merging(mut server: Server) {
    const PAIRS: i64 = 60;
    let send = |server: &Server, method: &str, path: &str, body: Json| {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let answer = server.wire.call(method, path, &[], &text).expect("the server answers");
        assert!((200..300).contains(&answer.status), "{method} {path}: {answer:?}");
        answer.json()
    };
    let parts = ["su", "wa", "ti", "ra", "han", "to", "di", "ni", "ma", "lan", "ku", "sar", "be", "yu", "no", "pra", "jo", "gun", "tri"];
    let word = |n: i64| (0..3).map(|k| parts[((n * 7 + k * 5 + n * n * (k + 1)) % 19) as usize]).collect::<String>();
    for n in 0..PAIRS {
        let (first, last) = (word(n), word(n + 131));
        for side in 0..2 {
            let body = json!({"name": format!("{first} {last}"), "phone": format!("0812{:08}", 71_234_567 * (n + 1) % 99_999_989),
                "email": format!("{first}.{n}{}@contoh.id", n * n), "birthday": format!("{}-{:02}-{:02}", 1950 + n * 7 % 50, 1 + n * 5 % 12, 1 + n * 11 % 28)});
            let made = send(&server, "POST", "/api/v1/contacts", body);
            let task = json!({"subject": format!("Tugas {n} {side}"), "contact": made["id"]});
            send(&server, "POST", "/api/v1/tasks", task);
        }
    }
    let wait = |server: &Server, job: &Json| {
        for _ in 0..600 {
            let state = send(server, "GET", &format!("/api/v1/jobs/{job}"), Json::Null);
            if state["finished_at"].is_string() {
                return state;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("job {job} does not end");
    };
    let job = send(&server, "POST", "/api/v1/contacts/duplicates", Json::Null);
    let found = wait(&server, &job["job"]);
    assert_eq!(found["result"]["found"]["contact"]["pairs"], PAIRS, "{found}");
    let job = send(&server, "POST", "/api/v1/contacts/merges", json!({"from": 0.5}));
    for round in 0..3 {
        std::thread::sleep(Duration::from_millis(40 + 60 * round));
        server.kill();
        server.start();
    }
    let done = wait(&server, &job["job"]);
    assert_eq!(done["state"], "done", "{done}");
    let contacts = send(&server, "GET", "/api/v1/contacts?limit=200&count=exact&columns=name", Json::Null);
    assert_eq!(contacts["data"].as_array().map(Vec::len), Some(PAIRS as usize), "every pair is one record");
    let tasks = send(&server, "GET", "/api/v1/tasks?limit=200&columns=contact", Json::Null);
    let mut of: std::collections::BTreeMap<i64, usize> = Default::default();
    for task in tasks["data"].as_array().expect("tasks") {
        let contact = task["contact"].as_i64().or(task["contact"]["id"].as_i64()).expect("a contact");
        *of.entry(contact).or_default() += 1;
    }
    assert!(of.len() == PAIRS as usize && of.values().all(|n| *n == 2), "each has the tasks of both: {of:?}");
    server.kill();
}

#[test]
fn merging_many_survives_kills_on_sqlite() {
    let folder = folder();
    killed_while_merging(Server::new(&folder));
    let _ = std::fs::remove_dir_all(folder);
}

#[test]
fn merging_many_survives_kills_on_postgres() {
    let folder = folder();
    if let Some(server) = Server::on_postgres(&folder) {
        killed_while_merging(server);
    }
    let _ = std::fs::remove_dir_all(folder);
}

both!(
    /// Where somebody has taken a unique value meanwhile, a merge stays and says which.
    a_taken_value_keeps_a_merge_together,
    async |w: &Workspace| {
        let a = w.make("contact", json!({"name": "Sri Wahyuni"})).await;
        let b = w.make("contact", json!({"name": "Sri Wahyuni", "external_key": "K-77"})).await;
        let merged = merge(w, "contact", a, b).await;
        w.engine.update(&w.system(), "contact", a, map(json!({"external_key": null})), None).await.expect("given up");
        let c = w.make("contact", json!({"name": "Orang Lain", "external_key": "K-77"})).await;
        let refused = w.engine.unmerge(&w.system(), "contact", merged).await.expect_err("taken");
        assert_eq!((refused.fields[0].code.as_str(), refused.fields[0].pointer.as_str()), ("taken", "/external_key"));
        w.engine.update(&w.system(), "contact", c, map(json!({"external_key": null})), None).await.expect("free again");
        w.engine.unmerge(&w.system(), "contact", merged).await.expect("apart");
    }
);

both!(
    /// A firm that takes in one far above it takes its place in the group; taken apart, all stand where they stood.
    a_merge_makes_no_circle,
    async |w: &Workspace| {
        let top = w.make("account", json!({"name": "PT Induk"})).await;
        let middle = w.make("account", json!({"name": "PT Tengah", "parent": top})).await;
        let low = w.make("account", json!({"name": "PT Bawah", "parent": middle})).await;
        let parent = async |id: i64| w.engine.get(&w.system(), "account", id).await.expect("there").link("parent");
        let merged = merge(w, "account", low, top).await;
        assert_eq!((parent(low).await, parent(middle).await), (None, Some(low)));
        w.engine.unmerge(&w.system(), "account", merged).await.expect("apart");
        assert_eq!((parent(low).await, parent(middle).await, parent(top).await), (Some(middle), Some(top), None));
    }
);

both!(
    /// Merging many is asked about with their number first, and a choice names a field.
    many_are_merged_once_that_is_sure,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let a = w.make("contact", json!({"name": "Sri Wahyuni", "phone": "0812 7700 1122", "email": "sri@contoh.id"})).await;
        let b = w.make("contact", json!({"name": "Sri Wahyuni", "phone": "0812 7700 1122", "email": "sri@contoh.id"})).await;
        let wrong = MergeAsk { choices: [("tinggi".to_string(), Choice::Loser)].into(), winner: a, loser: b };
        let refused = w.engine.merge(&ctx, "contact", wrong).await.expect_err("no such field");
        assert_eq!((refused.fields[0].code.as_str(), refused.fields[0].pointer.as_str()), ("unknown_field", "/choices/tinggi"));
        w.engine.twins_start(&ctx, "contact").await.expect("looked for");
        w.work_off().await;
        let mut browser = Browser::of(w, ctx.user_id().expect("a person")).await;
        let asked = browser.submit("/contacts/merges", &[("from", "90")]).await;
        assert!(asked.html.contains("Gabungkan 1 pasangan") && asked.html.contains("mulai 90%"), "{}", asked.html);
        assert!(w.engine.get(&ctx, "contact", a).await.is_ok() && w.engine.get(&ctx, "contact", b).await.is_ok());
        let begun = browser.submit("/contacts/merges", &[("from", "90"), ("sure", "1")]).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.html);
        w.work_off().await;
        let left = [a, b].map(async |id| w.engine.get(&ctx, "contact", id).await);
        let left = futures::future::join_all(left).await;
        assert_eq!(left.iter().filter(|found| found.is_ok()).count(), 1);
        let merged = browser.get("/contacts/duplicates?state=merged").await;
        let at = merged.html.find("/contacts/merges/").expect("the way to take it apart");
        let way: String = merged.html[at..].chars().take_while(|c| *c != '"').collect();
        let apart = browser.submit(&format!("{way}/undo"), &[]).await;
        assert_eq!(apart.status, StatusCode::SEE_OTHER, "{}", apart.html);
        assert!(w.engine.get(&ctx, "contact", a).await.is_ok() && w.engine.get(&ctx, "contact", b).await.is_ok());
    }
);
