//! Duplicates: found, decided on, merged without loss, and taken apart again.

use crate::browser::Browser;
use crate::hooks::admin;
use crate::import::{import, upload};
use crate::server::Server;
use crate::workspace::{Workspace, both, folder, map};
use akrab_engine::contact::{Consent, Saying};
use akrab_engine::import::{ImportSpec, TwinsWaiting};
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
    /// A trial says how many rows are likely somebody who is there already; behind the run the search comes by itself, and the
    /// report leads to what it found.
    duplicates_of_a_list_are_told_with_its_import,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let a = w.make("contact", json!({"name": "Siti Rahayu", "phone": "081234567890", "email": "siti.r@contoh.id"})).await;
        let text = "name,phone,email\nSiti Rahayu,0812-3456-7890,\nBambang,0812-9876-5432,\n";
        let file = upload(w, &ctx, "kontak.csv", text).await.expect("a file");
        let guessed = w.engine.import_guess(&ctx, "contact", file, None).await.expect("readable");
        let spec = ImportSpec { match_by: vec![vec!["email".into()]], ..guessed };
        let (trial, told) = import(w, &ctx, &spec, true).await;
        assert_eq!((told.counts.created, told.alike, told.search), (2, 1, None));
        assert_eq!(w.engine.import_twins(&ctx, &told).await.expect("nothing"), []);
        assert_eq!(w.engine.twins(&ctx, "contact", TwinState::Open, None).await.expect("a queue").looked_at, None, "a trial looks for nothing");
        let (run, done) = import(w, &ctx, &spec, false).await;
        assert_eq!((done.counts.created, done.alike), (2, 0));
        let waiting = w.engine.import_twins(&ctx, &done).await.expect("the search is over");
        assert_eq!(waiting, [TwinsWaiting { object: "contact".into(), waiting: Some(1) }]);
        let pair = w.engine.twins(&ctx, "contact", TwinState::Open, None).await.expect("pairs").twins.remove(0);
        assert_eq!(pair.sides[0].record.id, a);

        let mut staff = Browser::of(w, ctx.user_id().expect("a person")).await;
        let page = staff.get(&format!("/jobs/{trial}")).await.html;
        assert!(page.contains("1 baris baru kemungkinan besar sudah ada di sini") && !page.contains("data ganda menunggu"), "{page}");
        let page = staff.get(&format!("/jobs/{run}")).await.html;
        assert!(page.contains("href=\"/contacts/duplicates\"") && page.contains("1 kemungkinan data ganda menunggu"), "{page}");
        // where nothing was made nothing is looked for
        let same = ImportSpec { match_by: vec![vec!["phone".into()]], ..spec };
        let (_, again) = import(w, &ctx, &same, false).await;
        assert_eq!((again.counts.created, again.search), (0, None));
    }
);

both!(
    /// Whoever makes a record although one like it was shown leaves a pair to be looked at.
    a_record_made_anyway_leaves_an_open_pair,
    async |w: &Workspace| {
        let a = w.make("account", json!({"name": "PT Sinar Abadi", "npwp": "0012345674901234"})).await;
        let typed = map(json!({"name": "Sinar Abadi, PT"}));
        let hints = w.engine.hints(&w.system(), "account", typed.clone(), None).await.expect("hints");
        assert_eq!(hints.iter().map(|h| (h.record.id, h.reasons[0].en.as_str())).collect::<Vec<_>>(), [(a, "Same name without legal form")]);
        let both = map(json!({"name": "Sinar Abadi, PT", "npwp": "0012345674901234"}));
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
            let accounts = hits.into_iter().filter(|hit| hit.object.key == "account");
            accounts.map(|hit| hit.record.id).collect::<Vec<_>>()
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

/// What hangs on a contact or account, by the fields named.
async fn said(w: &Workspace, object: &str, via: &str, id: i64, keys: &[&str]) -> Vec<(i64, Vec<Json>)> {
    let filter = Some(Filter::test(via, Op::Is, json!(id)));
    let request = ListRequest { object: object.into(), filter, limit: 200, ..ListRequest::default() };
    let records = w.engine.list(&w.system(), request).await.unwrap_or_else(|p| panic!("{object}: {p:?}")).records;
    let mut rows: Vec<(i64, Vec<Json>)> =
        records.iter().map(|record| (record.id, keys.iter().map(|key| record.get(key).to_json()).collect())).collect();
    rows.sort_by_key(|row| row.0);
    rows
}

const SAYS: [(&str, &[&str]); 4] = [
    ("important_date", &["kind", "occasion", "day", "month", "year"]),
    ("position", &["account", "job_title", "main"]),
    ("contact_point", &["kind", "value", "normal", "main"]),
    ("profile_fact", &["kind", "value"]),
];

async fn all_said(w: &Workspace, contact: i64) -> Vec<Vec<(i64, Vec<Json>)>> {
    let mut all = Vec::new();
    for (object, keys) in SAYS {
        all.push(said(w, object, "contact", contact, keys).await);
    }
    all
}

async fn shown(w: &Workspace, contact: i64) -> Vec<Json> {
    let record = w.engine.get(&w.system(), "contact", contact).await.expect("a contact");
    ["name", "phone", "email", "birthday", "account", "job_title"].map(|key| record.get(key).to_json()).to_vec()
}

both!(
    /// The same birthday, position, number and fact of two who become one stand once; the other number and mail are kept
    /// among the numbers; one position is the main one. Taken apart, each has its own again.
    what_both_say_is_said_once,
    async |w: &Workspace| {
        let firm = w.make("account", json!({"name": "CV Nusantara Konstruksi"})).await;
        let other = w.make("account", json!({"name": "PT Cahaya Timur"})).await;
        let person = async |name: &str, phone: &str, email: &str| {
            let id = w
                .make("contact", json!({"name": name, "account": firm, "job_title": "Manajer", "birthday": "1990-11-11", "phone": phone, "email": email}))
                .await;
            w.make("contact_point", json!({"contact": id, "kind": "phone", "value": "0821 9988 7766"})).await;
            w.make("profile_fact", json!({"contact": id, "kind": "hobby", "value": "Bulu tangkis"})).await;
            id
        };
        let a = person("Sri Wahyuni", "0812 7700 1122", "sri@contoh.id").await;
        let b = person("Sri Wahyuni", "0813 5500 6677", "wahyuni@contoh.id").await;
        w.make("profile_fact", json!({"contact": b, "kind": "like", "value": "Kopi"})).await;
        w.make("position", json!({"contact": b, "account": other, "job_title": "Komisaris"})).await;
        let before = (all_said(w, a).await, all_said(w, b).await, shown(w, a).await, shown(w, b).await);
        let ids = |rows: &[(i64, Vec<Json>)]| rows.iter().map(|row| row.0).collect::<Vec<_>>();
        assert_eq!(before.0.iter().map(Vec::len).collect::<Vec<_>>(), [1, 1, 1, 1]);
        assert_eq!(before.1.iter().map(Vec::len).collect::<Vec<_>>(), [1, 2, 1, 2]);
        let date = json!(["birthday", before.0[0][0].1[1], 11, 11, 1990]);
        assert_eq!(json!(before.0[0][0].1), date);

        w.pass(60);
        let plan = w.engine.merge_plan(&w.system(), "contact", a, b).await.expect("a plan");
        let mut same: Vec<_> =
            plan.moves.iter().filter(|one| one.same > 0).map(|one| (one.object.as_str(), one.count, one.same)).collect();
        same.sort_unstable();
        assert_eq!(same, [("contact_point", 1, 1), ("important_date", 1, 1), ("position", 2, 1), ("profile_fact", 2, 1)]);
        let merged = merge(w, "contact", a, b).await;
        let now = all_said(w, a).await;
        assert_eq!(now[0], before.0[0], "one birthday");
        let second = before.1[1].iter().find(|row| row.1[1] == "Komisaris").expect("the other position").0;
        assert_eq!(now[1], [before.0[1][0].clone(), (second, vec![json!(other), json!("Komisaris"), json!(false)])]);
        assert_eq!(ids(&now[2])[0], before.0[2][0].0);
        let numbers: Vec<Json> = now[2].iter().map(|row| json!(row.1)).collect();
        assert_eq!(
            numbers,
            [
                json!(["phone", "0821 9988 7766", "+6282199887766", false]),
                json!(["phone", "0813 5500 6677", "+6281355006677", false]),
                json!(["email", "wahyuni@contoh.id", "wahyuni@contoh.id", false]),
            ],
            "what she no longer shows is kept"
        );
        let facts: Vec<Json> = now[3].iter().map(|row| row.1[1].clone()).collect();
        assert_eq!(facts, ["Bulu tangkis", "Kopi"]);
        assert_eq!(shown(w, a).await, before.2);
        for (object, _) in SAYS {
            let bin = ListRequest { object: object.into(), bin: true, ..ListRequest::default() };
            assert!(w.engine.list(&w.system(), bin).await.expect("a bin").records.is_empty(), "{object}: nothing was deleted");
        }
        let (gone, kept) = (before.1[0][0].0, before.0[0][0].0);
        assert_eq!(w.engine.merged_into(&w.system(), "important_date", gone).await.expect("a way"), Some(kept));

        w.pass(60);
        w.engine.unmerge(&w.system(), "contact", merged).await.expect("taken apart");
        assert_eq!((all_said(w, a).await, all_said(w, b).await, shown(w, a).await, shown(w, b).await), before);

        // of two main positions that of the one that stays is the main one
        let c = w.make("contact", json!({"name": "Sri W.", "account": other, "job_title": "Direktur"})).await;
        let apart = (all_said(w, a).await, all_said(w, c).await, shown(w, a).await, shown(w, c).await);
        let [(moved, _)] = apart.1[1].as_slice() else { panic!("{apart:?}") };
        let merged = merge(w, "contact", a, c).await;
        let now = all_said(w, a).await;
        assert_eq!(now[1], [before.0[1][0].clone(), (*moved, vec![json!(other), json!("Direktur"), json!(false)])]);
        assert_eq!(shown(w, a).await, before.2);
        w.engine.unmerge(&w.system(), "contact", merged).await.expect("taken apart");
        assert_eq!((all_said(w, a).await, all_said(w, c).await, shown(w, a).await, shown(w, c).await), apart);
    }
);

both!(
    /// Two firms become one: who holds the same position at both holds it once, and everybody keeps his main position.
    positions_at_two_firms_become_one,
    async |w: &Workspace| {
        let a = w.make("account", json!({"name": "PT Sinar Abadi"})).await;
        let b = w.make("account", json!({"name": "Sinar Abadi"})).await;
        let first = w.make("contact", json!({"name": "Budi", "account": a, "job_title": "Direktur"})).await;
        let second = w.make("contact", json!({"name": "Rini", "account": b, "job_title": "Direktur"})).await;
        w.make("position", json!({"contact": first, "account": b, "job_title": "direktur"})).await;
        let keys: &[&str] = &["account", "contact", "main"];
        let before = (said(w, "position", "account", a, keys).await, said(w, "position", "account", b, keys).await);
        assert_eq!((before.0.len(), before.1.len()), (1, 2));
        let merged = merge(w, "account", a, b).await;
        let now: Vec<Json> = said(w, "position", "account", a, keys).await.iter().map(|row| json!(row.1)).collect();
        assert_eq!(now, [json!([a, first, true]), json!([a, second, true])]);
        w.engine.unmerge(&w.system(), "account", merged).await.expect("taken apart");
        assert_eq!((said(w, "position", "account", a, keys).await, said(w, "position", "account", b, keys).await), before);
    }
);

both!(
    /// A merge of many says how many pairs there were, how many merges were made and how many pairs became one through
    /// them; of the spellings of a name a usual one stays.
    a_merge_of_many_tells_what_it_did,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let person = |name: &str, more: Json| {
            let mut input = json!({"name": name, "phone": "0812 7700 1122", "email": "rizky@contoh.id", "birthday": "1988-02-03"});
            input.as_object_mut().expect("an object").extend(map(more));
            input
        };
        let fullest = w.make("contact", person("rizky hidayat", json!({"nickname": "Iki", "job_title": "Manajer"}))).await;
        for _ in 0..2 {
            w.make("contact", person("Rizky Hidayat", json!({}))).await;
        }
        w.engine.twins_start(&ctx, "contact").await.expect("looked for");
        w.work_off().await;
        let pairs = w.engine.read(&ctx, |tx| tx.twins_from("contact", 0.5)).await.expect("counted");
        assert!(pairs >= 2, "{pairs}");
        let job = w.engine.merge_many(&ctx, "contact", 0.5).await.expect("queued");
        w.work_off().await;
        let told = w.engine.job(&ctx, job).await.expect("a job").result;
        let expected = json!({"object": "contact", "pairs": pairs, "merged": 2, "through": pairs - 2, "skipped": 0});
        assert_eq!(told, expected);
        assert_eq!(w.engine.get(&ctx, "contact", fullest).await.expect("it stays").text("name"), "Rizky Hidayat");
        let mut browser = Browser::of(w, ctx.user_id().expect("a person")).await;
        let page = browser.get(&format!("/jobs/{job}")).await.html;
        for words in [
            format!("Pasangan: {pairs}"),
            "Penggabungan yang dilakukan: 2".into(),
            format!("Pasangan yang menyatu lewat penggabungan lain: {}", pairs - 2),
            "Pasangan yang tetap dua: 0".into(),
        ] {
            assert!(page.contains(&words), "{words}: {page}");
        }
        let dates = said(w, "important_date", "contact", fullest, &["day", "month", "year"]).await;
        assert_eq!(dates.iter().map(|row| json!(row.1)).collect::<Vec<_>>(), [json!([3, 2, 1988])], "one birthday of three");
        let api = crate::api::Api::of(w, "administrator").await;
        let (status, merges) = api.get(&format!("/contacts/{fullest}/merges")).await;
        assert_eq!(status, 200, "{merges}");
        let at = merges["data"][0]["at"].as_str().expect("a moment").parse::<jiff::Timestamp>().expect("in RFC 3339");
        assert_eq!(at.as_microsecond(), w.system().now.timestamp().as_microsecond());
    }
);

both!(
    /// A threshold is typed as people write numbers, and a person's name stands as it is said.
    numbers_and_names_are_written_as_people_write_them,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let mut browser = Browser::of(w, ctx.user_id().expect("a person")).await;
        for typed in ["80,46", "80.46"] {
            let asked = browser.submit("/contacts/merges", &[("from", typed)]).await;
            assert!(asked.html.contains("mulai 80,46%"), "{typed}: {}", asked.html);
        }
        let a = w.make("contact", json!({"name": "Dr. Rizky Hidayat, S.E."})).await;
        let b = w.make("contact", json!({"name": "Bapak Rizki Hidayat"})).await;
        let page = browser.get(&format!("/contacts/merge?winner={a}&loser={b}")).await.html;
        assert!(page.contains("<span>Dr. Rizky Hidayat, S.E.</span>") && page.contains("<span>Bapak Rizki Hidayat</span>"), "{page}");
    }
);
