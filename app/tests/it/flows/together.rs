//! Runs that stand at the same step take it together, and each as if it were alone.

use super::{DAY, change, count, drain, fates, flow, get, log, publish, runs};
use crate::workspace::{Workspace, both, map};
use akrab_engine::flow::{RunState, StepFate};
use akrab_model::filter::{Filter, Op};
use serde_json::{Value as Json, json};

/// So many records at once; more than are worked off in one transaction.
const MANY: i64 = 60;

/// Makes opportunities in one change; their amounts count up from 1.
async fn made(w: &Workspace, count: i64) -> Vec<i64> {
    w.engine
        .write(&w.system(), move |tx| {
            let object = tx.object("opportunity")?;
            let inputs = (1..=count).map(|n| map(json!({ "name": format!("Peluang {n}"), "amount": n })));
            let drafts = inputs.map(|input| tx.prepare_new(&object, &input)).collect::<akrab_engine::Result<Vec<_>>>()?;
            tx.insert(&object, drafts)
        })
        .await
        .expect("made")
}

both!(
    /// A step that fails for one of many fails for that one alone; the others go on, each step of theirs done once and told as
    /// done by their own run.
    one_that_fails_stops_no_other,
    async |w: &Workspace| {
        let steps = json!([
            { "key": "s1", "do": "set", "values": { "note": { "value": "Tentang {{name}}" } } },
            { "key": "s2", "do": "set", "values": { "probability": { "formula": "amount + 45.0" } } },
            { "key": "s3", "do": "task", "title": "Hubungi {{name}}", "due": { "n": 1, "unit": "working_days" } },
            { "key": "s4", "do": "create", "object": "interaction", "link": "opportunity", "values": { "subject": { "value": "Catatan {{name}}" } } },
            { "key": "s5", "do": "set", "values": { "next_step": { "value": "Sudah" } } },
        ]);
        let key = publish(w, flow("opportunity", json!({ "on": "created" }), steps, Json::Null)).await;
        let ids = made(w, MANY).await;
        drain(w).await;
        let runs = runs(w, &key).await;
        assert_eq!(runs.len(), 50, "the latest fifty");
        for run in &runs {
            let n = ids.iter().position(|id| *id == run.record).expect("its record") as i64 + 1;
            let state = if n > 55 { RunState::Failed } else { RunState::Done };
            assert_eq!(run.state, state, "{n}: {:?}", run.told);
            let done = |key: &'static str| (key, StepFate::Done);
            let told = match n {
                56.. => vec![done("s1"), ("s2", StepFate::Failed)],
                _ => vec![done("s1"), done("s2"), done("s3"), done("s4"), done("s5")],
            };
            assert_eq!(fates(&log(w, run.id).await), told, "{n}");
            let own = format!("flow-{}", run.id);
            let record = run.record;
            let changes = w.engine.read(&w.system(), move |tx| Ok(tx.conn.changes("opportunity", record, None, 50)?)).await.expect("the history");
            let by_flow: Vec<&str> = changes.iter().filter(|c| c.kind == "update").map(|c| c.request.as_str()).collect();
            assert!(by_flow.iter().all(|request| *request == own) && by_flow.len() == if n > 55 { 1 } else { 3 }, "{n}: {by_flow:?}");
        }
        assert_eq!(count(w, "opportunity", Filter::test("next_step", Op::Is, "Sudah")).await, 55);
        assert_eq!(count(w, "task", Filter::test("subject", Op::StartsWith, "Hubungi Peluang")).await, 55);
        assert_eq!(count(w, "interaction", Filter::test("subject", Op::StartsWith, "Catatan Peluang")).await, 55);
    }
);

both!(
    /// Two runs for the same record do not lose each other's work, and what a run causes is counted as caused by it.
    runs_for_one_record_follow_one_another,
    async |w: &Workspace| {
        let steps = json!([{ "key": "s1", "do": "set", "values": { "amount": { "formula": "amount + 1.0" } } }]);
        let added = publish(w, flow("opportunity", json!({ "on": "button" }), steps.clone(), json!({ "repeat": "always" }))).await;
        let trigger = json!({ "on": "changed", "field": "amount" });
        let again = publish(w, flow("opportunity", trigger, steps, json!({ "repeat": "always" }))).await;
        let ids = made(w, 5).await;
        let system = w.system();
        for id in ids.iter().chain(&ids) {
            let (key, id) = (added.clone(), *id);
            w.engine.write(&system, move |tx| tx.flow_press("opportunity", id, &key)).await.expect("pressed");
        }
        drain(w).await;
        for (n, id) in ids.iter().enumerate() {
            // both presses, and for each the one change that follows; it does not follow itself
            assert_eq!(get(w, "opportunity", *id, "amount").await, json!((n + 1 + 4).to_string()), "{n}");
        }
        let followed = runs(w, &again).await;
        assert!(followed.iter().all(|run| matches!(run.state, RunState::Done | RunState::Failed)));
        assert_eq!(followed.iter().filter(|run| run.state == RunState::Done).count(), 10);
        w.pass(DAY);
        change(w, &w.system(), "opportunity", ids[0], json!({ "amount": 1 })).await;
        drain(w).await;
        assert_eq!(get(w, "opportunity", ids[0], "amount").await, json!("2"));
    }
);
