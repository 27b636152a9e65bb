//! Flows: what the program does by itself, step by step, once each, whatever time and people do to it.

use crate::browser::Browser;
use crate::workspace::{Workspace, both, map};
use akrab_engine::approval::{ApprovalDecl, BandDecl, Decision, State, StepDecl, Verdict, usual_reasons};
use akrab_engine::flow::{Flow, LogView, RunAsk, RunState, RunView, StepFate, TrialAsk};
use akrab_engine::work::{Porter, WorkState};
use akrab_engine::{Ctx, Door};
use akrab_model::Value;
use akrab_model::filter::{Filter, Op};
use axum::http::StatusCode;
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
    /// Waiting: for time that passes, for working hours over a weekend and a day off, for a date, and for something to hold.
    runs_wait_for_time_and_for_what_happens,
    async |w: &Workspace| {
        let note = |text: &str| json!({ "note": { "value": text } });
        let steps = json!([
            { "key": "s1", "do": "wait", "until": "passed", "lapse": { "n": 3, "unit": "hours" } },
            { "key": "s2", "do": "set", "values": note("tiga jam") },
            { "key": "s3", "do": "wait", "until": "date", "field": "close_date" },
            { "key": "s4", "do": "set", "values": note("hari tutup") },
            { "key": "s5", "do": "wait", "until": "holds", "when": { "field": "competitor", "op": "not_empty" }, "most": { "n": 2, "unit": "days" } },
            { "key": "s6", "do": "set", "values": note("ada pesaing") },
            { "key": "s7", "do": "wait", "until": "holds", "when": { "field": "amount", "op": "gt", "value": 5 }, "most": { "n": 1, "unit": "hours" }, "else": "end" },
            { "key": "s8", "do": "set", "values": note("tidak pernah") },
        ]);
        let key = publish(w, flow("opportunity", json!({ "on": "created" }), steps, Json::Null)).await;
        let id = w.make("opportunity", json!({ "name": "Tunggu", "close_date": "2026-03-04" })).await;
        drain(w).await;
        assert_eq!(get(w, "opportunity", id, "note").await, Json::Null);
        w.pass(3 * HOUR - 1);
        assert_eq!(drain(w).await, 0, "not a second before");
        w.pass(1);
        drain(w).await;
        assert_eq!(get(w, "opportunity", id, "note").await, json!("tiga jam"));
        let run = runs(w, &key).await.remove(0);
        assert!(run.waits && run.due.to_string() == "2026-03-03T17:00:00Z", "midnight of the day in Jakarta: {run:?}");
        w.pass(2 * DAY);
        drain(w).await;
        assert_eq!(get(w, "opportunity", id, "note").await, json!("hari tutup"));
        w.pass(HOUR);
        assert_eq!(drain(w).await, 0);
        change(w, &w.system(), "opportunity", id, json!({ "competitor": "Kopi Sebelah" })).await;
        drain(w).await;
        assert_eq!(get(w, "opportunity", id, "note").await, json!("ada pesaing"), "at once, not when its time is up");
        w.pass(2 * HOUR);
        drain(w).await;
        assert_eq!(get(w, "opportunity", id, "note").await, json!("ada pesaing"), "it waited in vain and ended");
        let run = runs(w, &key).await.remove(0);
        assert_eq!(run.state, RunState::Done);
        use StepFate::{Done, Waits};
        let told = log(w, run.id).await;
        let expected = [("s1", Waits), ("s1", Done), ("s2", Done), ("s3", Waits), ("s3", Done), ("s4", Done), ("s5", Waits), ("s5", Done), ("s6", Done), ("s7", Waits), ("s7", Done)];
        assert_eq!(fates(&told), expected);
        assert_eq!((&told[7].result["held"], &told[10].result["held"]), (&json!(true), &json!(false)));
    }
);

both!(
    /// Eight working hours from Friday afternoon end on Monday, or on Tuesday when Monday is a holiday.
    working_hours_keep_weekends_and_holidays,
    async |w: &Workspace| {
        let list = json!({ "name": { "id": "Libur", "en": "Holidays" }, "region": "ID", "source": "uji", "days": [
            { "date": "2026-03-09", "name": { "id": "Libur uji", "en": "Test day" }, "kind": "national" } ] });
        let steps = json!([{ "key": "s1", "do": "wait", "until": "passed", "lapse": { "n": 8, "unit": "working_hours" } }]);
        let key = publish(w, flow("opportunity", json!({ "on": "created" }), steps, Json::Null)).await;
        // Friday, four in the afternoon
        w.pass(4 * DAY + 7 * HOUR);
        w.make("opportunity", json!({ "name": "Tanpa libur" })).await;
        drain(w).await;
        let list: akrab_engine::calendar::HolidayListDecl = serde_json::from_value(list).expect("a list");
        let keep = move |tx: &mut akrab_engine::Tx| tx.holiday_list_import("uji", &list, Some(0), &["office".to_string()]);
        w.engine.write(&w.system(), keep).await.expect("kept");
        w.make("opportunity", json!({ "name": "Dengan libur" })).await;
        drain(w).await;
        let due: Vec<String> = runs(w, &key).await.iter().map(|run| run.due.to_string()).collect();
        let calendar = w.engine.read(&w.system(), |tx| tx.calendar("office")).await.expect("a calendar");
        let friday: jiff::Timestamp = "2026-03-06T09:00:00Z".parse().expect("a moment");
        let end = calendar.add(friday, jiff::SignedDuration::from_hours(8)).expect("an end");
        assert!(due[0].starts_with("2026-03-09T"), "Monday: {due:?}");
        assert_eq!(due[1], end.to_string());
        assert!(due[1].starts_with("2026-03-10T"), "Tuesday: {due:?}");
    }
);

both!(
    /// Days before a date, and every Monday at seven: each planned moment feeds its records once, whoever looks how often.
    time_begins_flows_once,
    async |w: &Workspace| {
        let set = |text: &str| json!([{ "key": "s1", "do": "set", "values": { "note": { "value": text } } }]);
        let before = publish(
            w,
            flow("opportunity", json!({ "on": "date", "field": "close_date", "offset": -3, "at": "08:00" }), set("tiga hari lagi"), Json::Null),
        )
        .await;
        let working = publish(
            w,
            flow(
                "opportunity",
                json!({ "on": "date", "field": "close_date", "offset": -3, "unit": "working_days", "at": "08:00" }),
                set("tiga hari kerja lagi"),
                json!({ "when": { "field": "name", "op": "starts_with", "value": "Kerja" } }),
            ),
        )
        .await;
        let weekly = publish(
            w,
            flow(
                "account",
                json!({ "on": "schedule", "rhythm": "weekly", "day": 0, "at": "07:00" }),
                json!([{ "key": "s1", "do": "set", "values": { "note": { "value": "Senin" } } }]),
                json!({ "when": { "field": "name", "op": "contains", "value": "Hotel" } }),
            ),
        )
        .await;
        let hours = publish(
            w,
            flow("opportunity", json!({ "on": "date", "field": "next_at", "offset": -2, "unit": "hours" }), set("dua jam lagi"), Json::Null),
        )
        .await;
        // now it is Monday the 2nd, nine o'clock
        let friday = w.make("opportunity", json!({ "name": "Jumat", "close_date": "2026-03-06" })).await;
        let monday = w.make("opportunity", json!({ "name": "Kerja Senin", "close_date": "2026-03-09" })).await;
        let soon = w.make("opportunity", json!({ "name": "Rapat", "next_at": "2026-03-02T06:00:00Z" })).await;
        let hotel = w.make("account", json!({ "name": "Hotel Bumi" })).await;
        let kiosk = w.make("account", json!({ "name": "Kios Kopi" })).await;
        let look = async || {
            for _ in 0..2 {
                w.engine.pass_flows().await.unwrap_or_else(|p| panic!("{p:?}"));
                drain(w).await;
            }
        };
        look().await;
        for key in [&before, &working, &weekly, &hours] {
            assert!(runs(w, key).await.is_empty(), "what lies before {key} counted is not made up for");
        }
        w.pass(2 * HOUR + 60);
        look().await;
        assert_eq!(get(w, "opportunity", soon, "note").await, json!("dua jam lagi"));
        // Tuesday, five past eight: three days before Friday
        w.pass(21 * HOUR + 4 * 60);
        look().await;
        assert_eq!(get(w, "opportunity", friday, "note").await, json!("tiga hari lagi"));
        assert_eq!(get(w, "opportunity", monday, "note").await, Json::Null);
        // Wednesday: three working days before Monday
        w.pass(DAY);
        look().await;
        assert_eq!(get(w, "opportunity", monday, "note").await, json!("tiga hari kerja lagi"));
        for _ in 0..5 {
            w.pass(DAY);
            look().await;
        }
        assert_eq!(get(w, "account", hotel, "note").await, json!("Senin"));
        assert_eq!(get(w, "account", kiosk, "note").await, Json::Null);
        for key in [&working, &weekly, &hours] {
            assert_eq!(runs(w, key).await.len(), 1, "{key} runs once");
        }
        assert_eq!(runs(w, &before).await.len(), 2, "Friday's and Monday's");
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
    /// A run ends on the version it began on; a flow that rests begins nothing and goes no further until it goes on.
    versions_and_rest,
    async |w: &Workspace| {
        let steps = |text: &str| {
            json!([
                { "key": "s1", "do": "wait", "until": "passed", "lapse": { "n": 1, "unit": "hours" } },
                { "key": "s2", "do": "set", "values": { "note": { "value": text } } } ])
        };
        let key = publish(w, flow("opportunity", json!({ "on": "created" }), steps("versi satu"), Json::Null)).await;
        let old = w.make("opportunity", json!({ "name": "Lama" })).await;
        drain(w).await;
        let (own, next) = (key.clone(), flow("opportunity", json!({ "on": "created" }), steps("versi dua"), Json::Null));
        let publish = move |tx: &mut akrab_engine::Tx| {
            tx.flow_write_draft(&own, &next, None)?;
            tx.flow_publish(&own)
        };
        assert_eq!(w.engine.write(&w.system(), publish).await.expect("published"), 2);
        let new = w.make("opportunity", json!({ "name": "Baru" })).await;
        drain(w).await;
        let pause = |paused: bool| {
            let key = key.clone();
            async move { w.engine.write(&w.system(), move |tx| tx.flow_pause(&key, paused)).await.expect("paused") }
        };
        pause(true).await;
        w.pass(2 * HOUR);
        let none = w.make("opportunity", json!({ "name": "Saat istirahat" })).await;
        assert_eq!(drain(w).await, 0);
        pause(false).await;
        drain(w).await;
        assert_eq!(get(w, "opportunity", old, "note").await, json!("versi satu"));
        assert_eq!(get(w, "opportunity", new, "note").await, json!("versi dua"));
        assert_eq!(get(w, "opportunity", none, "note").await, Json::Null);
        assert_eq!(runs(w, &key).await.iter().map(|run| run.version).collect::<Vec<_>>(), [1, 2]);
        let (own, again) = (key.clone(), key.clone());
        let same = w.engine.write(&w.system(), move |tx| tx.flow_publish(&own)).await.expect_err("nothing new");
        assert_eq!(same.code, "flow_nothing_new");
        w.engine.write(&w.system(), move |tx| tx.flow_remove(&again)).await.expect("removed");
        w.make("opportunity", json!({ "name": "Sesudahnya" })).await;
        assert_eq!(drain(w).await, 0);
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

both!(
    /// A trial says what would happen and writes nothing; a button is there for those who may change the record, while its condition holds.
    trials_and_buttons,
    async |w: &Workspace| {
        let steps = json!([
            { "key": "s1", "do": "set", "values": { "note": { "value": "dicoba {{name}}" } } },
            { "key": "s2", "do": "wait", "until": "passed", "lapse": { "n": 5, "unit": "days" } },
            { "key": "s3", "do": "mail", "to": [{ "address": "a@contoh.test" }], "subject": "Halo", "text": "Halo" },
            { "key": "s4", "do": "task", "title": "Hubungi" } ]);
        let made = flow("opportunity", json!({ "on": "button" }), steps, json!({ "when": { "field": "amount", "op": "gt", "value": 10 } }));
        let key = publish(w, made.clone()).await;
        let fits = w.make("opportunity", json!({ "name": "Cocok", "amount": 20 })).await;
        let misfit = w.make("opportunity", json!({ "name": "Tidak", "amount": 5 })).await;
        let trials = w.engine.flow_try(&w.system(), &key, made.clone(), TrialAsk::default()).await.expect("trials");
        assert_eq!(trials.iter().map(|t| (t.record, t.fits, t.state)).collect::<Vec<_>>(), [(fits, true, RunState::Done)]);
        let steps: Vec<&str> = trials[0].steps.iter().map(|s| s.step.as_str()).collect();
        assert_eq!(steps, ["s1", "s2", "s3", "s4"]);
        assert_eq!(trials[0].steps[0].input["note"], "dicoba Cocok");
        assert_eq!(trials[0].steps[2].input["to"], json!(["a@contoh.test"]));
        let other = w.engine.flow_try(&w.system(), &key, made, TrialAsk { record: Some(misfit), limit: 0 }).await.expect("trials");
        assert!(!other[0].fits && other[0].steps.is_empty());
        assert_eq!(get(w, "opportunity", fits, "note").await, Json::Null);
        assert_eq!(count(w, "task", Filter::All(vec![])).await, 0);
        assert!(runs(w, &key).await.is_empty() && drain(w).await == 0);

        let (sales, reader) = (w.user("siti", role(w, "sales").await, None).await, w.user("sumarni", role(w, "readonly").await, None).await);
        change(w, &w.system(), "opportunity", fits, json!({ "owner": sales })).await;
        change(w, &w.system(), "opportunity", misfit, json!({ "owner": sales })).await;
        let press = async |who: i64, id: i64| {
            let key = key.clone();
            w.engine.write(&w.of(who, Door::Page), move |tx| tx.flow_press("opportunity", id, &key)).await
        };
        assert_eq!(press(sales, misfit).await.expect_err("not now").code, "flow_not_now");
        assert_eq!(press(reader, fits).await.expect_err("may not").code, "forbidden");
        assert!(press(sales, fits).await.expect("begun").is_some());
        drain(w).await;
        assert_eq!(get(w, "opportunity", fits, "note").await, json!("dicoba Cocok"));
        let seen = w.engine.read(&w.of(sales, Door::Page), |tx| tx.flow_list()).await.expect_err("administrators only");
        assert_eq!(seen.code, "forbidden");
        let offered = async |who: i64, id: i64| {
            let read = move |tx: &mut akrab_engine::Tx| {
                let object = tx.object("opportunity")?;
                Ok(tx.flow_buttons(&object, id)?.len())
            };
            w.engine.read(&w.of(who, Door::Page), read).await.expect("buttons")
        };
        assert_eq!((offered(sales, fits).await, offered(sales, misfit).await, offered(reader, fits).await), (1, 0, 0));
    }
);

both!(
    /// Steps with the rights of whoever published them reach no further than he does, and stop when he leaves.
    a_flow_may_act_for_whoever_published_it,
    async |w: &Workspace| {
        let admin = w.user("ratna", role(w, "administrator").await, None).await;
        let steps = json!([{ "key": "s1", "do": "set", "values": { "note": { "value": "oleh Ratna" } } }]);
        let made = flow("opportunity", json!({ "on": "created" }), steps, json!({ "acts_as": "publisher" }));
        w.user("kedua", role(w, "administrator").await, None).await;
        let publish = move |tx: &mut akrab_engine::Tx| {
            let key = tx.flow_make(&made, None)?;
            tx.flow_publish(&key)?;
            Ok(key)
        };
        let key = w.engine.write(&w.of(admin, Door::Page), publish).await.expect("published");
        let first = w.make("opportunity", json!({ "name": "Satu" })).await;
        drain(w).await;
        assert_eq!(get(w, "opportunity", first, "updated_by").await, json!(admin));
        let told = w.engine.read(&w.system(), move |tx| tx.history("opportunity", first, None)).await.expect("history");
        assert!(told.iter().any(|c| c.door == "flow" && c.actor == Some(admin)), "{told:?}");
        change(w, &w.system(), "user", admin, json!({ "active": false })).await;
        w.make("opportunity", json!({ "name": "Dua" })).await;
        drain(w).await;
        let last = runs(w, &key).await.pop().expect("a run");
        assert_eq!((last.state, &last.told["code"]), (RunState::Failed, &json!("flow_publisher_gone")));
    }
);

both!(
    /// Flows go out as a file and come in the same elsewhere, resting until somebody has looked at them; faults name their place.
    flows_travel_as_a_file,
    async |w: &Workspace| {
        let steps = json!([
            { "key": "s1", "do": "branch", "arms": [
                { "when": { "all": [{ "field": "amount", "op": "gt", "value": 5 }, { "field": "account.name", "op": "contains", "value": "Hotel" }] },
                  "steps": [{ "key": "s2", "do": "wait", "until": "passed", "lapse": { "n": 2, "unit": "working_days", "at": "10:00" } }] },
                { "steps": [] } ] },
            { "key": "s3", "do": "set", "values": { "note": { "value": "a \"b\"\nc" }, "close_date": { "after": { "n": 3, "unit": "days" } }, "competitor": "empty" } } ]);
        let made = flow("opportunity", json!({ "on": "changed", "field": "amount" }), steps, json!({ "repeat": "idle", "formula": "amount > 1.0" }));
        let key = publish(w, made.clone()).await;
        let text = w.engine.read(&w.system(), |tx| tx.flow_export(None)).await.expect("a file");
        assert!(text.contains("[[flows.steps.arms.steps]]"), "{text}");
        let same = w.engine.flow_import(&w.system(), &text, false).await.unwrap_or_else(|p| panic!("{p:?}\n{text}"));
        assert_eq!((same.len(), same[0].new, same[0].changed), (1, false, false));
        let elsewhere = text.replace(&format!("key = \"{key}\""), "key = \"uji_lain\"").replace("n = 3", "n = 4");
        let dry = w.engine.flow_import(&w.system(), &elsewhere, true).await.expect("a trial");
        assert!(dry[0].new && w.engine.flows().get("uji_lain").is_none());
        w.engine.flow_import(&w.system(), &elsewhere, false).await.expect("in");
        let views = w.engine.read(&w.system(), |tx| tx.flow_list()).await.expect("flows");
        assert_eq!(views.iter().map(|v| (v.key.as_str(), v.paused, v.version)).collect::<Vec<_>>(), [(key.as_str(), false, 1), ("uji_lain", true, 1)]);
        let broken = w.engine.flow_import(&w.system(), &text.replace("amount > 1.0", "amount > "), true).await.expect_err("no formula");
        assert_eq!((broken.fields[0].pointer.as_str(), broken.fields[0].code.as_str()), (format!("/{key}/formula").as_str(), "flow_formula"));
        let unread = w.engine.flow_import(&w.system(), &text.replace("on = \"changed\"", "on = \"berubah\""), true).await.expect_err("no trigger");
        assert_eq!(unread.fields[0].code, "toml_line");
    }
);

both!(
    /// Everything that is wrong with a flow is told at once, each with its place; it cannot be published until it is mended.
    faults_are_told_with_their_places,
    async |w: &Workspace| {
        let steps = json!([
            { "key": "s1", "do": "set", "values": { "amount": { "value": "banyak" }, "tidak_ada": { "value": 1 }, "created_at": { "value": "2026-01-01" } } },
            { "key": "s2", "do": "end" },
            { "key": "s3", "do": "notify", "to": [], "text": "{{akun.nama}}" },
            { "key": "s4", "do": "branch", "arms": [{ "when": { "field": "warna", "op": "is", "value": 1 }, "steps": [] }] },
            { "key": "s5", "do": "run", "flow": "entah" },
        ]);
        let made = flow("opportunity", json!({ "on": "became" }), steps, json!({ "formula": "amount +" }));
        let key = w.engine.write(&w.system(), move |tx| tx.flow_make(&made, None)).await.expect("made");
        let own = key.clone();
        let refused = w.engine.write(&w.system(), move |tx| tx.flow_publish(&own)).await.expect_err("faulty");
        let mut places: Vec<(&str, &str)> = refused.fields.iter().map(|f| (f.pointer.as_str(), f.code.as_str())).collect();
        places.sort_unstable();
        assert_eq!(
            places,
            [
                ("/formula", "flow_formula"),
                ("/steps/s1/values/amount", "not_a_number"),
                ("/steps/s1/values/created_at", "read_only"),
                ("/steps/s1/values/tidak_ada", "unknown_field"),
                ("/steps/s2", "flow_end_not_last"),
                ("/steps/s3/text", "unknown_field"),
                ("/steps/s3/to", "flow_no_people"),
                ("/steps/s4/arms/0/when/warna", "filter_unknown_field"),
                ("/steps/s5/flow", "flow_unknown"),
            ]
        );
        w.make("opportunity", json!({ "name": "Tanpa alur", "amount": 5 })).await;
        assert_eq!(drain(w).await, 0, "what was never published does nothing");
    }
);

both!(
    /// A flow asks for an approval and waits for people: who approves lets it go on at once, who refuses ends it, and below the
    /// limit nobody is asked. In a trial nobody is asked either.
    a_flow_asks_for_an_approval,
    async |w: &Workspace| {
        let admin = w.user("ratna", role(w, "administrator").await, None).await;
        let manager = w.user("sari", role(w, "manager").await, None).await;
        let who = || vec!["role:manager".parse().expect("somebody")];
        let band = |from: &str, to: Option<&str>, steps: &[&str]| BandDecl {
            from: from.into(),
            to: to.map(Into::into),
            steps: steps.iter().map(ToString::to_string).collect(),
        };
        let rule = ApprovalDecl {
            name: akrab_model::Label::new("Diskon", "Discount"),
            object: "opportunity".into(),
            field: Some("discount".into()),
            bands: vec![band("0", Some("15"), &[]), band("15", None, &["manager"])],
            steps: vec![StepDecl { key: "manager".into(), who: who(), need: 1, limit: None, remind: None, fallback: Vec::new() }],
            calendar: akrab_engine::calendar::USUAL.into(),
            reasons: usual_reasons(),
            ..ApprovalDecl::default()
        };
        let of_admin = w.of(admin, Door::Page);
        w.engine.write(&of_admin, move |tx| tx.approval_rule_save("discount", &rule, None).map(drop)).await.expect("a rule");
        let steps = |rule: &str| {
            json!([
                { "key": "s1", "do": "approval", "rule": rule, "note": "{{name}}", "else": "end" },
                { "key": "s2", "do": "set", "values": { "next_step": { "value": "Kirim penawaran" } } },
            ])
        };
        let wrong = flow("opportunity", json!({ "on": "created" }), steps("nobody"), json!({}));
        let faults = w.engine.read(&w.system(), move |tx| tx.flow_faults(&wrong)).await.expect("faults");
        let told: Vec<_> = faults.iter().map(|f| (f.pointer.as_str(), f.code.as_ref())).collect();
        assert_eq!(told, [("/steps/s1/rule", "flow_approval_unknown")]);

        let key = publish(w, flow("opportunity", json!({ "on": "created" }), steps("discount"), json!({}))).await;
        let mut deals = Vec::new();
        for (name, discount) in [("Kecil", "10"), ("Besar", "20"), ("Terlalu besar", "40")] {
            deals.push(w.make("opportunity", json!({ "name": name, "amount": "25000000", "discount": discount })).await);
        }
        drain(w).await;
        let asked = async |deal: i64| {
            let found = w.engine.read(&w.system(), move |tx| tx.approvals_about("opportunity", deal)).await.expect("requests");
            found.first().map(|one| (one.id, one.state))
        };
        assert_eq!(asked(deals[0]).await, None, "nobody is asked about 10 %");
        assert_eq!(get(w, "opportunity", deals[0], "next_step").await, json!("Kirim penawaran"));
        let (big, too_big) = (asked(deals[1]).await.expect("asked"), asked(deals[2]).await.expect("asked"));
        assert_eq!((big.1, too_big.1), (State::Waiting, State::Waiting));
        let found = runs(w, &key).await;
        assert_eq!(found.iter().map(|run| (run.state, run.waits)).collect::<Vec<_>>(), [
            (RunState::Done, false),
            (RunState::Going, true),
            (RunState::Going, true)
        ]);
        assert_eq!(fates(&log(w, found[1].id).await), [("s1", StepFate::Waits)]);

        // days pass and nothing happens by itself
        w.pass(3 * DAY);
        drain(w).await;
        assert_eq!(asked(deals[1]).await, Some(big), "nobody is asked twice");
        assert_eq!(get(w, "opportunity", deals[1], "next_step").await, Json::Null);

        let ctx = w.of(manager, Door::Page);
        let reason = usual_reasons().first().map(|r| r.key.clone()).unwrap_or_default();
        w.engine.write(&ctx, move |tx| tx.approval_decide(big.0, &Decision::new(Verdict::Approve))).await.expect("approved");
        let no = Decision::new(Verdict::Refuse).because(&reason, "Terlalu rendah");
        w.engine.write(&ctx, move |tx| tx.approval_decide(too_big.0, &no)).await.expect("refused");
        drain(w).await;
        assert_eq!(get(w, "opportunity", deals[1], "next_step").await, json!("Kirim penawaran"));
        assert_eq!(get(w, "opportunity", deals[2], "next_step").await, Json::Null);
        let found = runs(w, &key).await;
        assert!(found.iter().all(|run| run.state == RunState::Done), "{found:?}");
        let told = log(w, found[1].id).await;
        assert_eq!(fates(&told), [("s1", StepFate::Waits), ("s1", StepFate::Done), ("s2", StepFate::Done)]);
        assert_eq!(told[1].result, json!({ "approval": big.0, "outcome": "approved" }));
        let told = log(w, found[2].id).await;
        assert_eq!(fates(&told), [("s1", StepFate::Waits), ("s1", StepFate::Done)]);
        assert_eq!(told[1].result["outcome"], json!("refused"));

        // a trial goes past it and asks nobody
        let more = w.make("opportunity", json!({ "name": "Coba", "amount": "1000000", "discount": "30" })).await;
        let made = flow("opportunity", json!({ "on": "created" }), steps("discount"), json!({}));
        let tried = w.engine.flow_try(&w.system(), &key, made, TrialAsk { record: Some(more), limit: 0 }).await.expect("a trial");
        assert_eq!(tried[0].steps.iter().map(|s| s.step.as_str()).collect::<Vec<_>>(), ["s1", "s2"]);
        assert_eq!(asked(more).await, None);
    }
);

/// What follows `before` in a page, up to the next `"`.
fn after<'h>(html: &'h str, before: &str) -> &'h str {
    html.split(before).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_else(|| panic!("{before} is missing"))
}

both!(
    /// An administrator makes a flow in the browser: a condition, steps with their forms, a trial, published, watched; a record has its button.
    a_flow_is_made_and_watched_in_the_browser,
    async |w: &Workspace| {
        let (admin, sales) = (w.user("ratna", role(w, "administrator").await, None).await, w.user("siti", role(w, "sales").await, None).await);
        let (mut ratna, mut siti) = (Browser::of(w, admin).await, Browser::of(w, sales).await);
        let account = w.make("account", json!({ "name": "Hotel Arjuna" })).await;
        let deal = w.make("opportunity", json!({ "name": "Kopi Gayo", "account": account, "amount": 20_000_000, "owner": sales })).await;
        assert_eq!(siti.get("/settings/flows").await.status, StatusCode::FORBIDDEN);
        let none = ratna.get("/settings/flows").await;
        assert!(none.html.contains("Belum ada alur kerja"), "{}", none.html);
        let new = [("name_id", "Sapa pelanggan"), ("name_en", "Greet"), ("object", "opportunity"), ("on", "button")];
        let base = ratna.submit("/settings/flows/new", &new).await.location;
        assert_eq!(base, "/settings/flows/greet");
        let page = ratna.get(&base).await.html;
        assert!(page.contains("Bila tombolnya ditekan pada peluang, belum ada yang dikerjakan."), "{page}");
        ratna.submit(&format!("{base}/publish"), &[]).await;
        assert!(ratna.get(&base).await.html.contains("Belum ada langkah di sini"), "what is missing is said");

        let filter = json!({ "all": [{ "field": "amount", "op": "gt", "value": "10jt" }] }).to_string();
        ratna.submit(&format!("{base}/condition"), &[("step", ""), ("at", "when"), ("filter", &filter)]).await;
        let step = ratna.submit(&format!("{base}/add"), &[("kind", "set"), ("spot", "start")]).await.location;
        assert_eq!(step, format!("{base}?step=s1"));
        // while it is filled in the form draws what follows from it, and keeps nothing
        let drawn = ratna.get(&format!("{base}?step=s1&typed=1&v0_field=probability")).await.html;
        assert!(drawn.contains("name=\"v0_value\"") && drawn.contains("name=\"v1_field\""), "{drawn}");
        let values = [
            ("step", "s1"),
            ("v0_field", "next_step"),
            ("v0_how", "value"),
            ("v0_value", "Telepon {{account.name}}"),
            ("v1_field", "probability"),
            ("v1_how", "value"),
            ("v1_value", "12,5"),
        ];
        ratna.submit(&format!("{base}/step"), &values).await;
        let second = ratna.submit(&format!("{base}/add"), &[("kind", "task"), ("spot", "after:s1")]).await.location;
        assert_eq!(second, format!("{base}?step=s2"));
        let task = [("step", "s2"), ("title", "Antar contoh"), ("to", "owner"), ("due_n", "1"), ("due_unit", "working_days"), ("due_at", "09:00")];
        ratna.submit(&format!("{base}/step"), &task).await;
        ratna.submit(&format!("{base}/move"), &[("step", "s2"), ("way", "up")]).await;
        let sentence = "Bila tombolnya ditekan pada peluang dan Nilai lebih dari Rp\u{a0}10.000.000, maka buat tugas “Antar contoh” untuk penanggung jawab, lalu isi Langkah berikutnya: Telepon ‹Perusahaan › Nama›, Kemungkinan menang: 12,5%.";
        let page = ratna.get(&base).await.html;
        assert!(page.contains(sentence), "{}", after(&page, "ak-flow-sentence\">"));
        let stale = ratna.submit(&format!("{base}/step"), &[("step", "s2"), ("title", "Lain"), ("known", "1")]).await;
        assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED, "somebody changed it meanwhile");

        let trial = ratna.get(&format!("{base}/try")).await.html;
        assert!(trial.contains("Kopi Gayo") && trial.contains("Telepon Hotel Arjuna"), "{trial}");
        assert_eq!(get(w, "opportunity", deal, "next_step").await, Json::Null, "nothing was written");
        ratna.submit(&format!("{base}/publish"), &[]).await;
        assert!(ratna.get(&base).await.html.contains("Versi 1"));

        let record = siti.get(&format!("/opportunities/{deal}")).await.html;
        let press = format!("/opportunities/{deal}/flows/greet");
        assert!(record.contains(&press) && record.contains("Sapa pelanggan"));
        siti.submit(&press, &[]).await;
        drain(w).await;
        assert_eq!(get(w, "opportunity", deal, "next_step").await, json!("Telepon Hotel Arjuna"));
        assert_eq!(get(w, "opportunity", deal, "probability").await, json!("12.5"));
        let list = ratna.get(&format!("{base}/runs")).await.html;
        let run = format!("{base}/runs/{}", after(&list, &format!("href=\"{base}/runs/")));
        let told = ratna.get(&run).await.html;
        assert!(told.contains("Antar contoh") && told.contains("Telepon Hotel Arjuna") && told.contains("Berhasil"), "{told}");
        assert!(siti.get(&format!("/opportunities/{deal}")).await.html.contains("Sapa pelanggan"), "what ran stands beside the record");
        assert_eq!(siti.get(&run).await.status, StatusCode::FORBIDDEN);
        ratna.submit(&format!("{base}/pause"), &[("paused", "1")]).await;
        assert!(!siti.get(&format!("/opportunities/{deal}")).await.html.contains(&press), "it rests");
        let versions = ratna.get(&format!("{base}/versions")).await.html;
        assert!(versions.contains("Antar contoh") && versions.contains("berlaku"));
        let out = ratna.get("/settings/flows/export").await.html;
        assert!(out.contains("key = \"greet\""), "{out}");
        ratna.submit(&format!("{base}/remove"), &[]).await;
        assert_eq!(ratna.get(&base).await.status, StatusCode::NOT_FOUND);
    }
);
