//! Flows that call outside addresses: what is sent, how often, and what the answer means for the run.

use super::{change, drain, fates, flow, get, log, publish, role, runs};
use crate::browser::Browser;
use crate::hooks::{admin, draft, is_signed, subscribe};
use crate::receiver::Receiver;
use crate::workspace::{Workspace, both};
use akrab_engine::Ctx;
use akrab_engine::flow::{RunState, StepFate, TrialAsk};
use akrab_engine::hook::LADDER;
use serde_json::{Value as Json, json};

/// A webhook flows may call.
async fn callable(w: &Workspace, receiver: &Receiver) -> (Ctx, i64, String) {
    let ctx = admin(w).await;
    let (hook, secret) = subscribe(w, &ctx, draft(receiver, &["flow"])).await;
    (ctx, hook, secret)
}

fn calls(hook: i64, more: Json) -> Json {
    let mut step = json!({ "key": "c", "do": "webhook", "hook": hook, "content": { "fields": ["name", "amount", "account.name"] } });
    for (key, value) in more.as_object().cloned().unwrap_or_default() {
        step[key.as_str()] = value;
    }
    json!([step, { "key": "z", "do": "set", "values": { "next_step": { "value": "Sudah diberi tahu" } } }])
}

both!(
    /// A call is signed, carries the chosen fields, is sent once, and its answer stands in the log of the run.
    a_call_is_sent_once_and_answered,
    async |w: &Workspace| {
        let receiver = Receiver::new().await;
        let (_, hook, secret) = callable(w, &receiver).await;
        let key = publish(w, flow("opportunity", json!({ "on": "created" }), calls(hook, Json::Null), Json::Null)).await;
        let account = w.make("account", json!({ "name": "Hotel Arjuna" })).await;
        let id = w.make("opportunity", json!({ "name": "Mesin \"baru\"", "account": account, "amount": 250_000_000 })).await;
        drain(w).await;
        let run = &runs(w, &key).await[0];
        assert_eq!((run.state, run.waits), (RunState::Going, true));
        assert!(receiver.got().is_empty(), "it leaves behind the transaction");
        assert_eq!(w.tell_off().await, 1);
        drain(w).await;
        let got = receiver.got();
        assert_eq!(got.len(), 1);
        assert!(is_signed(&got[0], &secret));
        assert_eq!((got[0].method.as_str(), got[0].header("content-type").as_str()), ("POST", "application/json"));
        let body = got[0].json();
        assert_eq!(body["type"], format!("flow.{key}"));
        let record = json!({ "id": id, "name": "Mesin \"baru\"", "amount": "250000000", "account.name": "Hotel Arjuna" });
        assert_eq!((&body["data"]["object"], &body["data"]["id"], &body["data"]["record"]), (&json!("opportunities"), &json!(id), &record));
        let run = &runs(w, &key).await[0];
        assert_eq!(run.state, RunState::Done);
        let told = log(w, run.id).await;
        assert_eq!(fates(&told), [("c", StepFate::Waits), ("c", StepFate::Done), ("z", StepFate::Done)]);
        assert_eq!((&told[1].result["status"], &told[1].result["answer"], &told[1].result["tries"]), (&json!(200), &json!("diterima"), &json!(1)));
        assert!(!told[0].input["call-to"].to_string().contains("rahasia"), "what may be a secret of the address is not told");
        assert_eq!(get(w, "opportunity", id, "next_step").await, json!("Sudah diberi tahu"));
        assert_eq!((w.tell_off().await, receiver.got().len()), (0, 1));
    }
);

both!(
    /// A body of one's own, a path and headers are filled in so that no field can break out of its place.
    a_body_of_ones_own_stays_json,
    async |w: &Workspace| {
        let receiver = Receiver::new().await;
        let (_, hook, secret) = callable(w, &receiver).await;
        let json = r#"{"nama": "Peluang {{name}}", "nilai": {{amount}}, "kosong": {{close_date}}, "nomor": {{id}}}"#;
        let more = json!({ "method": "put", "path": "&judul={{name}}", "content": { "json": json },
            "headers": [{ "name": "X-Sumber", "value": "{{name}} é" }] });
        let faulty = flow("opportunity", json!({ "on": "created" }), calls(hook, more.clone()), Json::Null);
        let refused = w.engine.write(&w.system(), move |tx| tx.flow_faults(&faulty)).await.expect("judged");
        assert_eq!(refused.iter().map(|fault| fault.code.as_str()).collect::<Vec<_>>(), ["flow_webhook_path"]);
        let more = json!({ "path": "/?judul={{name}}", "method": more["method"], "content": more["content"], "headers": more["headers"] });
        let ctx = admin_again(w).await;
        w.engine.write(&ctx, move |tx| tx.hook_change(hook, |known| known.url = known.url.split("/kait").next().unwrap_or("").into())).await.expect("changed");
        publish(w, flow("opportunity", json!({ "on": "created" }), calls(hook, more), Json::Null)).await;
        let account = w.make("account", json!({ "name": "Hotel Arjuna" })).await;
        let name = "A\", \"nilai\": 0 & b=c/../#?";
        let id = w.make("opportunity", json!({ "name": name, "account": account, "amount": 5, "close_date": null })).await;
        drain(w).await;
        w.tell_off().await;
        let got = receiver.got();
        assert!(is_signed(&got[0], &secret));
        assert_eq!(got[0].json(), json!({ "nama": format!("Peluang {name}"), "nilai": "5", "kosong": null, "nomor": id }));
        assert_eq!((got[0].method.as_str(), got[0].header("x-sumber")), ("PUT", format!("{name} ?")));
        assert_eq!(got[0].target, "/?judul=A%22%2C%20%22nilai%22%3A%200%20%26%20b%3Dc%2F..%2F%23%3F");
    }
);

/// The administrator that [`callable`] made.
async fn admin_again(w: &Workspace) -> Ctx {
    let person = w.engine.people().users().iter().find(|p| p.role.is_administrator() && p.name == "ratna").map(|p| p.id);
    w.of(person.expect("the administrator"), akrab_engine::Door::Page)
}

both!(
    /// What is never answered well fails its run, or lets it go on, as the step says; tried again it is the same message.
    a_call_that_fails_ends_the_run_or_not,
    async |w: &Workspace| {
        let receiver = Receiver::new().await;
        let (_, hook, _) = callable(w, &receiver).await;
        let strict = publish(w, flow("opportunity", json!({ "on": "created" }), calls(hook, json!({ "tries": 3 })), Json::Null)).await;
        let lenient =
            publish(w, flow("contact", json!({ "on": "created" }), json!([{ "key": "c", "do": "webhook", "hook": hook, "content": { "fields": ["name"] }, "tries": 1, "else": "go_on" }]), Json::Null)).await;
        receiver.answers(500);
        let account = w.make("account", json!({ "name": "Hotel Arjuna" })).await;
        let id = w.make("opportunity", json!({ "name": "Mesin", "account": account })).await;
        drain(w).await;
        for step in &LADDER[..2] {
            assert_eq!(w.tell_off().await, 1);
            assert_eq!(runs(w, &strict).await[0].state, RunState::Going);
            w.pass(step / 1_000_000 * 111 / 100 + 300);
            drain(w).await;
        }
        assert_eq!(w.tell_off().await, 1);
        drain(w).await;
        let run = runs(w, &strict).await.remove(0);
        assert_eq!((run.state, run.told["code"].as_str()), (RunState::Failed, Some("flow_webhook_answer")));
        assert_eq!(receiver.got().len(), 3, "as often as the step says");
        assert_eq!(get(w, "opportunity", id, "next_step").await, Json::Null);
        w.pass(3_600);
        w.make("contact", json!({ "name": "Ratna" })).await;
        drain(w).await;
        w.tell_off().await;
        drain(w).await;
        let other = runs(w, &lenient).await.remove(0);
        assert_eq!(other.state, RunState::Done);
        assert_eq!(log(w, other.id).await.last().expect("an entry").result["missed"]["code"], "flow_webhook_answer");
        receiver.answers(200);
        w.pass(3_600);
        w.engine.write(&w.system(), move |tx| tx.flow_retry(run.id)).await.expect("tried again");
        drain(w).await;
        assert_eq!(w.tell_off().await, 1);
        drain(w).await;
        assert_eq!(runs(w, &strict).await[0].state, RunState::Done);
        let ids: std::collections::BTreeSet<String> =
            receiver.got().iter().filter(|got| got.json()["data"]["object"] == "opportunities").map(|got| got.header("webhook-id")).collect();
        assert_eq!(ids.len(), 1, "the receiver can tell that it is the same");
    }
);

both!(
    /// Only what administrators let flows call is called; a trial shows the call and leaves it at that.
    only_what_is_meant_for_flows_is_called,
    async |w: &Workspace| {
        let receiver = Receiver::new().await;
        let ctx = admin(w).await;
        let (other, _) = subscribe(w, &ctx, draft(&receiver, &["contact.*"])).await;
        let of_other = flow("opportunity", json!({ "on": "created" }), calls(other, json!({ "headers": [{ "name": "Authorization", "value": "x" }] })), Json::Null);
        let faults = w.engine.read(&w.system(), move |tx| tx.flow_faults(&of_other)).await.expect("judged");
        assert_eq!(faults.iter().map(|f| f.code.as_str()).collect::<Vec<_>>(), ["flow_webhook_unknown", "flow_webhook_header"]);
        let sales = role(w, "sales").await;
        let seller = w.of(w.user("siti", sales, None).await, akrab_engine::Door::Page);
        let own = draft(&receiver, &["flow"]);
        let refused = w.engine.write(&seller, move |tx| tx.hook_add(&own)).await.expect_err("not a seller's");
        assert_eq!(refused.fields[0].code, "hook_flow_admin");
        let (hook, _) = subscribe(w, &ctx, draft(&receiver, &["flow"])).await;
        let asks = flow("opportunity", json!({ "on": "changed", "field": "name" }), calls(hook, Json::Null), Json::Null);
        let key = publish(w, asks.clone()).await;
        let account = w.make("account", json!({ "name": "Hotel Arjuna" })).await;
        let id = w.make("opportunity", json!({ "name": "Mesin", "account": account })).await;
        let tried = w.engine.flow_try(&w.system(), &key, asks, TrialAsk { record: Some(id), limit: 1 }).await.expect("tried").remove(0);
        assert!(tried.steps[0].input["call-body"].as_str().is_some_and(|body| body.contains("Hotel Arjuna")), "{:?}", tried.steps);
        assert_eq!((tried.state, w.tell_off().await, receiver.got().len()), (RunState::Done, 0, 0));
        // and once its owner is no administrator any more, nothing leaves
        change(w, &w.system(), "opportunity", id, json!({ "name": "Mesin kopi" })).await;
        drain(w).await;
        let owner = ctx.user_id().expect("a person");
        w.make("user", json!({ "name": "Wakil", "email": "wakil@akrab.test", "role": role(w, "administrator").await })).await;
        change(w, &w.system(), "user", owner, json!({ "role": sales })).await;
        w.tell_off().await;
        drain(w).await;
        assert_eq!(receiver.got().len(), 0);
        assert_eq!(runs(w, &key).await[0].told["code"], "flow_webhook_unknown");
    }
);

both!(
    /// In the pages: the step is added and filled in, and reads as a sentence.
    a_call_is_clicked_together,
    async |w: &Workspace| {
        let receiver = Receiver::new().await;
        let (ctx, hook, _) = callable(w, &receiver).await;
        let mut browser = Browser::of(w, ctx.user_id().expect("a person")).await;
        let first = json!([{ "key": "a", "do": "set", "values": { "next_step": { "value": "x" } } }]);
        let key = publish(w, flow("opportunity", json!({ "on": "created" }), first, Json::Null)).await;
        let base = format!("/settings/flows/{key}");
        let added = browser.submit(&format!("{base}/add"), &[("spot", "after:a"), ("kind", "webhook")]).await;
        let place = added.location.clone();
        let step = place.split("step=").nth(1).expect("a step").to_string();
        let page = browser.look(&place).await;
        assert!(page.html.contains(&format!("Gudang (127.0.0.1:{})", receiver.port)), "{}", page.html);
        let hook = hook.to_string();
        let said = [("step", step.as_str()), ("hook", &hook), ("method", "put"), ("path", "/x"), ("content", "json"), ("json", "{\"a\": {{amount}}}"), ("headers", "X-A: b\r\nX-C: {{name}}"), ("tries", "4"), ("else", "go_on")];
        browser.submit(&format!("{base}/step"), &said).await;
        let page = browser.look(&place).await;
        assert!(page.html.contains("panggil Gudang") && page.html.contains("X-C: {{name}}"), "{}", page.html);
        let own = key.clone();
        let kept = w.engine.read(&w.system(), move |tx| tx.flow_draft(&own)).await.expect("the draft");
        assert!(kept.faults.is_empty(), "{:?}", kept.faults);
        let kept = serde_json::to_value(kept.flow.find(&step).expect("the step")).expect("JSON");
        let wanted = json!({ "key": step, "do": "webhook", "hook": hook.parse::<i64>().expect("a number"), "method": "put", "path": "/x",
            "headers": [{ "name": "X-A", "value": "b" }, { "name": "X-C", "value": "{{name}}" }], "content": { "json": "{\"a\": {{amount}}}" }, "tries": 4, "else": "go_on" });
        assert_eq!(kept, wanted);
    }
);
