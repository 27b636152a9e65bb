//! Flows: what the program does by itself, step by step, once each, whatever time and people do to it.

mod asking;
mod calling;
mod keeping;
mod pages;
mod together;
mod waits;

use crate::workspace::{Workspace, both, map};
use akrab_engine::flow::{Flow, LogView, RunAsk, RunState, RunView, StepFate};
use akrab_engine::work::{Porter, WorkState};
use akrab_engine::{Ctx, Door};
use akrab_model::Value;
use akrab_model::filter::{Filter, Op};
use serde_json::{Value as Json, json};

/// A flow of these parts.
fn flow(object: &str, trigger: Json, steps: Json, more: Json) -> Flow {
    let mut body = json!({ "name": { "id": "Uji", "en": "Test" }, "object": object, "trigger": trigger, "steps": steps });
    for (key, value) in more.as_object().cloned().unwrap_or_default() {
        body[key.as_str()] = value;
    }
    serde_json::from_value(body).expect("a flow")
}

/// Makes a flow that counts; gives its key.
async fn publish(w: &Workspace, flow: Flow) -> String {
    w.engine
        .write(&w.system(), move |tx| {
            let key = tx.flow_make(&flow, None)?;
            tx.flow_publish(&key)?;
            Ok(key)
        })
        .await
        .unwrap_or_else(|p| panic!("the flow counts: {p:?}"))
}

async fn change(w: &Workspace, ctx: &Ctx, object: &'static str, id: i64, input: Json) {
    let changed = w.engine.update(ctx, object, id, map(input), None).await;
    changed.unwrap_or_else(|p| panic!("{object} {id}: {p:?}"));
}

async fn get(w: &Workspace, object: &'static str, id: i64, field: &str) -> Json {
    w.engine.get(&w.system(), object, id).await.expect("the record").get(field).to_json()
}

async fn runs(w: &Workspace, key: &str) -> Vec<RunView> {
    let key = key.to_string();
    let mut found = w.engine.read(&w.system(), move |tx| tx.flow_runs(&key, &RunAsk::default())).await.expect("runs");
    found.reverse();
    found
}

async fn log(w: &Workspace, run: i64) -> Vec<LogView> {
    w.engine.read(&w.system(), move |tx| tx.flow_run_view(run)).await.expect("the run").2
}

fn fates(log: &[LogView]) -> Vec<(&str, StepFate)> {
    log.iter().map(|entry| (entry.step.as_str(), entry.fate)).collect()
}

async fn count(w: &Workspace, object: &'static str, filter: Filter) -> u64 {
    let request = akrab_engine::ListRequest { object: object.into(), filter: Some(filter), ..akrab_engine::ListRequest::default() };
    w.engine.read(&w.system(), move |tx| tx.count(&request, true)).await.expect("a count").shown()
}

async fn role(w: &Workspace, key: &'static str) -> i64 {
    let find = move |tx: &mut akrab_engine::Tx| tx.find_by("role", "key", &Value::Text(key.into()));
    w.engine.read(&w.system(), find).await.expect("a role").expect("a role")
}

async fn drain(w: &Workspace) -> usize {
    w.engine.flow_drain().await.unwrap_or_else(|p| panic!("flows are worked off: {p:?}"))
}

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

both!(
    /// A new record takes the arm that fits; each step is done once and told in the log, and what people are to know reaches them.
    a_new_record_is_dealt_with_step_by_step,
    async |w: &Workspace| {
        let manager = w.user("rina", role(w, "manager").await, None).await;
        let sales = [w.user("siti", role(w, "sales").await, None).await, w.user("tono", role(w, "sales").await, None).await];
        let big = json!({ "field": "amount", "op": "gt", "value": 100_000_000 });
        let steps = json!([
            { "key": "s1", "do": "assign", "by": "round_robin", "people": sales.map(|id| json!({ "user": id })) },
            { "key": "s2", "do": "branch", "arms": [
                { "when": big, "steps": [
                    { "key": "s3", "do": "set", "values": { "next_step": { "value": "Telepon {{account.name}} soal {{name}}" }, "probability": { "formula": "amount / 10000000.0" } } },
                    { "key": "s4", "do": "notify", "to": [{ "role": "manager" }], "text": "{{name}} bernilai {{amount}}" } ] },
                { "steps": [{ "key": "s5", "do": "end" }] } ] },
            { "key": "s6", "do": "task", "title": "Hubungi {{account.name}}", "to": "owner", "due": { "n": 2, "unit": "days", "at": "08:30" } },
        ]);
        let key = publish(w, flow("opportunity", json!({ "on": "created" }), steps, Json::Null)).await;
        let account = w.make("account", json!({ "name": "Hotel Arjuna" })).await;
        let large = w.make("opportunity", json!({ "name": "Mesin baru", "account": account, "amount": 250_000_000 })).await;
        let small = w.make("opportunity", json!({ "name": "Biji kopi", "account": account, "amount": 5_000_000 })).await;
        drain(w).await;
        assert_eq!(get(w, "opportunity", large, "owner").await, json!(sales[0]));
        assert_eq!(get(w, "opportunity", small, "owner").await, json!(sales[1]), "one after the other");
        assert_eq!(get(w, "opportunity", large, "next_step").await, json!("Telepon Hotel Arjuna soal Mesin baru"));
        assert_eq!(get(w, "opportunity", large, "probability").await, json!("25"));
        assert_eq!(get(w, "opportunity", small, "next_step").await, Json::Null);
        let mine = Filter::All(vec![Filter::test("opportunity", Op::Is, large), Filter::test("owner", Op::Is, sales[0])]);
        assert_eq!(count(w, "task", mine.clone()).await, 1);
        let task = w.engine.read(&w.system(), move |tx| tx.find_by("task", "opportunity", &Value::Link(large))).await.expect("read").expect("a task");
        assert_eq!(get(w, "task", task, "subject").await, json!("Hubungi Hotel Arjuna"));
        assert_eq!(get(w, "task", task, "due_at").await, json!("2026-03-04T01:30:00Z"), "half past eight in Jakarta");
        assert_eq!(get(w, "task", task, "account").await, json!(account), "it is told of the company too");
        let told = w.engine.read(&w.of(manager, Door::Page), |tx| tx.notices(None, true, 10)).await.expect("an inbox").notices;
        assert_eq!(told.len(), 1);
        assert_eq!((told[0].kind.as_str(), told[0].text.as_deref()), ("said", Some("Mesin baru bernilai Rp\u{a0}250.000.000")));

        let all = runs(w, &key).await;
        assert_eq!(all.iter().map(|run| (run.record, run.state)).collect::<Vec<_>>(), [(large, RunState::Done), (small, RunState::Done)]);
        let told = log(w, all[0].id).await;
        use StepFate::Done;
        assert_eq!(fates(&told), [("s1", Done), ("s2", Done), ("s3", Done), ("s4", Done), ("s6", Done)]);
        assert_eq!(told[1].result["arm"], 0);
        assert_eq!(told[2].input["next_step"], "Telepon Hotel Arjuna soal Mesin baru");
        assert_eq!(told[4].result["id"], task);
        assert_eq!(fates(&log(w, all[1].id).await), [("s1", Done), ("s2", Done), ("s5", Done)]);
        assert_eq!(drain(w).await, 0);
        assert_eq!(count(w, "task", mine).await, 1, "nothing comes twice");
        let counts = w.engine.read(&w.system(), move |tx| tx.flow_counts(&key)).await.expect("counts");
        assert_eq!((counts["s1"], counts["s3"], counts[""]), (2, 1, 2));
    }
);

both!(
    /// A field that was changed to a value, and a condition that became true, begin a flow; what flows do begins others, but never
    /// itself again for the same record.
    changes_begin_flows_and_loops_are_stopped,
    async |w: &Workspace| {
        let won = w.engine.read(&w.system(), |tx| tx.find_by("stage", "name", &Value::Text("Menang".into()))).await.expect("read").expect("a stage");
        let to_won = publish(
            w,
            flow(
                "opportunity",
                json!({ "on": "changed", "field": "stage", "to": won }),
                json!([{ "key": "s1", "do": "set", "values": { "note": { "value": "menang" } } }]),
                Json::Null,
            ),
        )
        .await;
        let dear = publish(
            w,
            flow(
                "opportunity",
                json!({ "on": "became" }),
                json!([{ "key": "s1", "do": "set", "values": { "competitor": { "value": "dicek" } } }]),
                json!({ "when": { "field": "amount", "op": "gte", "value": 1_000 } }),
            ),
        )
        .await;
        let circle = publish(
            w,
            flow(
                "opportunity",
                json!({ "on": "changed", "field": "amount" }),
                json!([{ "key": "s1", "do": "set", "values": { "amount": { "formula": "amount + 1.0" } } }]),
                Json::Null,
            ),
        )
        .await;
        let id = w.make("opportunity", json!({ "name": "Satu", "amount": 10 })).await;
        drain(w).await;
        for key in [&to_won, &dear, &circle] {
            assert!(runs(w, key).await.is_empty(), "{key} had no reason");
        }
        let me = w.system();
        change(w, &me, "opportunity", id, json!({ "amount": 2_000 })).await;
        drain(w).await;
        assert_eq!(runs(w, &dear).await.len(), 1);
        assert_eq!(get(w, "opportunity", id, "competitor").await, json!("dicek"));
        assert_eq!(get(w, "opportunity", id, "amount").await, json!("2001"), "once, and not for ever");
        let circles = runs(w, &circle).await;
        assert_eq!(circles.iter().map(|run| run.state).collect::<Vec<_>>(), [RunState::Done, RunState::Failed]);
        assert_eq!(circles[1].told["code"], "flow_loop");
        change(w, &me, "opportunity", id, json!({ "name": "Dua" })).await;
        change(w, &me, "opportunity", id, json!({ "amount": 3_000 })).await;
        drain(w).await;
        assert_eq!(runs(w, &dear).await.len(), 1, "it held before");
        change(w, &me, "opportunity", id, json!({ "stage": won })).await;
        drain(w).await;
        assert_eq!(runs(w, &to_won).await.len(), 1);
        assert_eq!(get(w, "opportunity", id, "note").await, json!("menang"));
    }
);

both!(
    /// A mail goes through the work ledger: once, later when the server is away, with the texts of the moment it was written.
    mails_are_handed_over_once,
    async |w: &Workspace| {
        let steps = json!([
            { "key": "s1", "do": "mail", "to": [{ "field": "contact.email" }, { "address": "arsip@contoh.test" }], "subject": "Tentang {{name}}", "text": "Halo {{contact.name}},\n\nterima kasih." },
            { "key": "s2", "do": "set", "values": { "note": { "value": "dikirimi" } } },
        ]);
        let key = publish(w, flow("opportunity", json!({ "on": "created" }), steps, Json::Null)).await;
        let contact = w.make("contact", json!({ "name": "Lestari", "email": "lestari@contoh.test" })).await;
        let id = w.make("opportunity", json!({ "name": "Kopi Gayo", "contact": contact })).await;
        drain(w).await;
        assert_eq!(get(w, "opportunity", id, "note").await, json!("dikirimi"), "the run does not wait for the server");
        assert_eq!(w.mails(), 0);
        let carrier = w.engine.carriers().iter().find(|c| c.queue() == "flow_mail").expect("a carrier").clone();
        let porter = Porter::new(&w.engine, carrier);
        w.mail_server(false);
        assert_eq!(porter.drain().await.expect("carried"), 2);
        assert_eq!(w.mails(), 0);
        w.mail_server(true);
        w.pass(15);
        assert_eq!(porter.drain().await.expect("carried"), 2);
        assert_eq!(porter.drain().await.expect("carried"), 0);
        let mut mails = [w.mail(0).await, w.mail(1).await];
        mails.sort_by(|a, b| a.to.cmp(&b.to));
        assert_eq!((mails[0].to.as_str(), mails[1].to.as_str()), ("arsip@contoh.test", "lestari@contoh.test"));
        assert_eq!((mails[1].subject.as_str(), mails[1].text.as_str()), ("Tentang Kopi Gayo", "Halo Lestari,\n\nterima kasih."));
        let run = runs(w, &key).await.remove(0);
        let told = log(w, run.id).await.remove(0);
        let (batch, ids) = (told.result["batch"].as_i64().expect("a batch"), told.result["mails"].as_array().expect("mails").clone());
        let ids: Vec<i64> = ids.iter().filter_map(Json::as_i64).collect();
        let states = w.engine.read(&w.system(), move |tx| tx.flow_mail_states(batch, &ids)).await.expect("states");
        assert!(states.len() == 2 && states.iter().all(|(_, state)| *state == WorkState::Done), "{states:?}");
    }
);

both!(
    /// What is refused stands in the list of failures with its reason, keeps what was done before it, and goes on from there.
    a_step_that_fails_waits_for_a_person,
    async |w: &Workspace| {
        let steps = json!([
            { "key": "s1", "do": "set", "values": { "note": { "value": "mulai" } } },
            { "key": "s2", "do": "create", "object": "task", "link": "opportunity", "values": { "subject": { "from": "next_step" } } },
            { "key": "s3", "do": "set", "values": { "note": { "value": "selesai" } } },
        ]);
        let key = publish(w, flow("opportunity", json!({ "on": "created" }), steps, Json::Null)).await;
        let id = w.make("opportunity", json!({ "name": "Gagal dulu" })).await;
        let other = w.make("opportunity", json!({ "name": "Dibatalkan" })).await;
        drain(w).await;
        let all = runs(w, &key).await;
        assert!(all.iter().all(|run| run.state == RunState::Failed && run.step.as_deref() == Some("s2")), "{all:?}");
        assert_eq!(all[0].told["fields"][0]["code"], "required");
        assert_eq!(get(w, "opportunity", id, "note").await, json!("mulai"));
        change(w, &w.system(), "opportunity", id, json!({ "next_step": "Telepon" })).await;
        let (first, second) = (all[0].id, all[1].id);
        w.engine.write(&w.system(), move |tx| tx.flow_retry(first)).await.expect("again");
        w.engine.write(&w.system(), move |tx| tx.flow_cancel(second)).await.expect("cancelled");
        drain(w).await;
        assert_eq!(get(w, "opportunity", id, "note").await, json!("selesai"));
        assert_eq!(get(w, "opportunity", other, "note").await, json!("mulai"));
        let all = runs(w, &key).await;
        assert_eq!(all.iter().map(|run| run.state).collect::<Vec<_>>(), [RunState::Done, RunState::Cancelled]);
        use StepFate::{Done, Failed};
        assert_eq!(fates(&log(w, first).await), [("s1", Done), ("s2", Failed), ("s2", Done), ("s3", Done)]);
        let again = w.engine.write(&w.system(), move |tx| tx.flow_cancel(first)).await.expect_err("it is over");
        assert_eq!(again.code, "flow_run_over");
        let gone = w.make("opportunity", json!({ "name": "Hilang" })).await;
        w.engine.delete(&w.system(), "opportunity", gone, None).await.expect("deleted");
        drain(w).await;
        let last = runs(w, &key).await.pop().expect("a run");
        assert_eq!((last.state, &last.told["code"]), (RunState::Cancelled, &json!("flow_record_gone")));
    }
);

both!(
    /// Steps for each record that points here, up to a limit, and a flow that another one runs.
    children_and_other_flows,
    async |w: &Workspace| {
        let called = publish(
            w,
            flow("account", json!({ "on": "called" }), json!([{ "key": "s1", "do": "set", "values": { "note": { "value": "dipanggil" } } }]), Json::Null),
        )
        .await;
        let steps = json!([
            { "key": "s1", "do": "each", "object": "opportunity", "via": "account", "limit": 2, "when": { "field": "amount", "op": "gt", "value": 1 }, "steps": [
                { "key": "s2", "do": "branch", "arms": [
                    { "when": { "field": "amount", "op": "gt", "value": 50 }, "steps": [{ "key": "s3", "do": "set", "values": { "note": { "value": "besar" } } }] },
                    { "steps": [{ "key": "s4", "do": "set", "values": { "note": { "value": "kecil, milik {{account.name}}" } } }] } ] } ] },
            { "key": "s5", "do": "run", "flow": called },
        ]);
        let key = publish(w, flow("account", json!({ "on": "changed", "field": "note" }), steps, json!({ "when": { "field": "note", "op": "is", "value": "mulai" } }))).await;
        let account = w.make("account", json!({ "name": "Hotel Arjuna" })).await;
        let mut made = Vec::new();
        for amount in [100, 1, 10, 20] {
            made.push(w.make("opportunity", json!({ "name": format!("P{amount}"), "account": account, "amount": amount })).await);
        }
        change(w, &w.system(), "account", account, json!({ "note": "mulai" })).await;
        drain(w).await;
        let mut notes = Vec::new();
        for id in made {
            notes.push(get(w, "opportunity", id, "note").await);
        }
        assert_eq!(notes, [json!("besar"), Json::Null, json!("kecil, milik Hotel Arjuna"), Json::Null]);
        assert_eq!(get(w, "account", account, "note").await, json!("dipanggil"));
        let run = runs(w, &key).await.remove(0);
        let told = log(w, run.id).await;
        let steps: Vec<&str> = told.iter().map(|entry| entry.step.as_str()).collect();
        assert_eq!(steps, ["s1", "s2", "s3", "s1", "s2", "s4", "s1", "s5"]);
        assert_eq!((&told[6].result["records"], &told[6].result["more"]), (&json!(2), &json!(true)), "the limit is told");
        assert_eq!(runs(w, &called).await.len(), 1);
        let (own, other) = (called.clone(), key.clone());
        let used = w.engine.write(&w.system(), move |tx| tx.flow_remove(&own)).await.expect_err("in use");
        assert_eq!(used.code, "flow_in_use");
        w.engine.write(&w.system(), move |tx| tx.flow_remove(&other)).await.expect("removed");
    }
);

both!(
    /// Whoever has the fewest open records gets the next one; the first rule that holds decides; people who left get nothing.
    work_is_shared_out,
    async |w: &Workspace| {
        let sales = role(w, "sales").await;
        let team = w.make("team", json!({ "name": "Timur" })).await;
        let [a, b, c] = [w.user("ana", sales, Some(team)).await, w.user("bayu", sales, Some(team)).await, w.user("citra", sales, None).await];
        let steps = json!([{ "key": "s1", "do": "assign", "by": "load", "people": [{ "team": team }] }]);
        let load = publish(w, flow("opportunity", json!({ "on": "button" }), steps, Json::Null)).await;
        let steps = json!([{ "key": "s1", "do": "assign", "by": "rule", "otherwise": { "user": a }, "rules": [
            { "when": { "field": "amount", "op": "gt", "value": 1_000 }, "to": { "user": c } } ] }]);
        let rule = publish(w, flow("opportunity", json!({ "on": "button" }), steps, Json::Null)).await;
        for owner in [a, a, b] {
            w.make("opportunity", json!({ "name": "Ada", "owner": owner })).await;
        }
        let press = async |id: i64, key: &str| {
            let key = key.to_string();
            w.engine.write(&w.system(), move |tx| tx.flow_press("opportunity", id, &key)).await.expect("begun");
            drain(w).await;
            get(w, "opportunity", id, "owner").await
        };
        let [x, y, z] = [
            w.make("opportunity", json!({ "name": "X", "amount": 5_000 })).await,
            w.make("opportunity", json!({ "name": "Y", "amount": 5 })).await,
            w.make("opportunity", json!({ "name": "Z" })).await,
        ];
        assert_eq!(press(x, &load).await, json!(b));
        assert_eq!(press(y, &load).await, json!(a), "both have two: the first of them");
        assert_eq!(press(z, &load).await, json!(b));
        assert_eq!(press(x, &rule).await, json!(c));
        assert_eq!(press(y, &rule).await, json!(a));
        let told = w.engine.read(&w.of(c, Door::Page), |tx| tx.notices(None, true, 10)).await.expect("an inbox").notices;
        assert_eq!(told.iter().map(|n| n.kind.as_str()).collect::<Vec<_>>(), ["assigned"]);
        for user in [a, b] {
            change(w, &w.system(), "user", user, json!({ "active": false })).await;
        }
        assert_eq!(press(z, &load).await, json!(b), "nobody is left: it stays, and the run says so");
        assert_eq!(runs(w, &load).await.pop().expect("a run").told["code"], "flow_nobody");
    }
);
