//! Flows that ask for an approval.

use super::{DAY, drain, fates, flow, get, log, publish, role, runs};
use crate::workspace::{Workspace, both};
use akrab_engine::Door;
use akrab_engine::approval::{ApprovalDecl, BandDecl, Decision, State, StepDecl, Verdict, usual_reasons};
use akrab_engine::flow::{RunState, StepFate, TrialAsk};
use serde_json::{Value as Json, json};

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
