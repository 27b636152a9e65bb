//! Webhooks over the API: REST hooks for automation tools, with what they need to subscribe, to try and to look after.

use super::answer;
use super::ask::{Ask, Body};
use super::openapi::{READ, WRITE, answers, body, query};
use super::read::record_id;
use crate::{ApiCaller, Reply};
use akrab_engine::hook::{AttemptView, DeliveryView, HookDraft, HookState, HookView};
use akrab_engine::{Result, Tx};
use akrab_model::value::Input;
use akrab_model::{FieldProblem, Problem};
use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Map, Value as Json, json};

/// What a subscription is called that says nothing.
const UNNAMED: &str = "REST hook";

/// `GET /api/v1/hooks`
pub async fn list(caller: ApiCaller, RawQuery(asked): RawQuery) -> Reply {
    Ask::read(asked.as_deref(), &[])?;
    let hooks = caller.read(|tx| tx.hooks()).await?;
    Ok(answer(200, &json!({ "data": hooks.iter().map(told).collect::<Vec<_>>() })))
}

/// `POST /api/v1/hooks`: the answer has the secret, this once.
pub async fn create(caller: ApiCaller, RawQuery(asked): RawQuery, given: Body) -> Reply {
    Ask::read(asked.as_deref(), &[])?;
    let made = caller
        .write(move |tx| {
            let mut draft = HookDraft { name: UNNAMED.into(), on: true, ..HookDraft::default() };
            take(&given.map, &mut draft)?;
            let (id, secret) = tx.hook_add(&draft)?;
            let mut made = told(&tx.hook(id)?);
            made["secret"] = secret.into();
            Ok(made)
        })
        .await?;
    Ok(answer(201, &made))
}

/// `GET /api/v1/hooks/{hook}`
pub async fn one(caller: ApiCaller, Path(hook): Path<String>, RawQuery(asked): RawQuery) -> Reply {
    Ask::read(asked.as_deref(), &[])?;
    let id = record_id(&hook)?;
    let hook = caller.read(move |tx| tx.hook(id)).await?;
    Ok(answer(200, &told(&hook)))
}

/// `PATCH /api/v1/hooks/{hook}`
pub async fn change(caller: ApiCaller, Path(hook): Path<String>, RawQuery(asked): RawQuery, given: Body) -> Reply {
    Ask::read(asked.as_deref(), &[])?;
    let id = record_id(&hook)?;
    let hook = caller
        .write(move |tx| {
            let mut draft = tx.hook(id)?.draft;
            take(&given.map, &mut draft)?;
            tx.hook_change(id, |kept| *kept = draft)?;
            tx.hook(id)
        })
        .await?;
    Ok(answer(200, &told(&hook)))
}

/// `DELETE /api/v1/hooks/{hook}`
pub async fn remove(caller: ApiCaller, Path(hook): Path<String>, RawQuery(asked): RawQuery) -> Reply {
    Ask::read(asked.as_deref(), &[])?;
    let id = record_id(&hook)?;
    caller.write(move |tx| tx.hook_remove(id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /api/v1/hooks/events`: what can be subscribed to.
pub async fn events(caller: ApiCaller, RawQuery(asked): RawQuery) -> Reply {
    Ask::read(asked.as_deref(), &[])?;
    let (t, lang) = (caller.t, caller.ctx.lang_key());
    let kinds = caller.read(|tx| Ok(tx.event_kinds())).await?;
    let told = kinds.iter().map(|kind| json!({ "event": kind.name(), "object": kind.object.plural, "label": crate::settings::webhooks::event_words(t, lang, kind) }));
    Ok(answer(200, &json!({ "data": told.collect::<Vec<_>>() })))
}

/// `GET /api/v1/hooks/samples?event=`: bodies as they would be sent.
pub async fn samples(caller: ApiCaller, RawQuery(asked): RawQuery) -> Reply {
    let ask = Ask::read(asked.as_deref(), &["event"])?;
    let event = ask.text("event").ok_or_else(|| Problem::invalid(vec![FieldProblem::new("event", "required")]))?;
    let samples = caller.read(move |tx| tx.event_samples(&event)).await?;
    Ok(answer(200, &json!({ "data": samples })))
}

/// `GET /api/v1/hooks/{hook}/deliveries`
pub async fn deliveries(caller: ApiCaller, Path(hook): Path<String>, RawQuery(asked): RawQuery) -> Reply {
    let ask = Ask::read(asked.as_deref(), &["state", "before", "limit"])?;
    let (id, before, limit) = (record_id(&hook)?, ask.before()?, ask.parsed::<usize>("limit")?.unwrap_or(50));
    if !(1..=200).contains(&limit) {
        return Err(Problem::invalid(vec![FieldProblem::new("limit", "too_large").with("max", 200)]).into());
    }
    let state = match ask.text("state") {
        None => None,
        Some(text) => Some(read_state(&text).ok_or_else(|| Problem::invalid(vec![FieldProblem::new("state", "unknown_choice")]))?),
    };
    let rows = caller.read(move |tx| tx.hook_deliveries(id, state, before, limit)).await?;
    let next = rows.last().filter(|_| rows.len() == limit).map(|row| row.id);
    Ok(answer(200, &json!({ "data": rows.iter().map(delivery).collect::<Vec<_>>(), "next": next })))
}

/// `GET /api/v1/hooks/{hook}/deliveries/{delivery}`: with its tries.
pub async fn delivered(caller: ApiCaller, Path((hook, id)): Path<(String, String)>, RawQuery(asked): RawQuery) -> Reply {
    Ask::read(asked.as_deref(), &[])?;
    let (hook, id) = (record_id(&hook)?, record_id(&id)?);
    let (row, attempts) = caller.read(move |tx| tx.hook_delivery(hook, id)).await?;
    let mut body = delivery(&row);
    body["attempts"] = attempts.iter().map(attempt).collect();
    Ok(answer(200, &body))
}

/// `POST /api/v1/hooks/{hook}/{verb}`: `tests`, `rotation`, `replay`.
pub async fn verb(caller: ApiCaller, Path((hook, verb)): Path<(String, String)>, RawQuery(asked): RawQuery, given: Body) -> Reply {
    Ask::read(asked.as_deref(), &[])?;
    let id = record_id(&hook)?;
    let done = caller.write(move |tx| run(tx, id, &verb, &given.map)).await?;
    Ok(answer(200, &done))
}

fn run(tx: &mut Tx, id: i64, verb: &str, given: &Input) -> Result<Json> {
    let replay = verb == "replay";
    if let Some(unknown) = given.keys().find(|key| !(replay && *key == "delivery")) {
        return Err(unknown_field(unknown));
    }
    match verb {
        "tests" => tx.hook_test(id).map(|()| json!({ "queued": 1 })),
        "rotation" => Ok(json!({ "secret": tx.hook_rotate(id)? })),
        "replay" => {
            let wrong = || Problem::invalid(vec![FieldProblem::new("delivery", "wrong_type")]);
            let delivery = given.get("delivery").filter(|d| !d.is_null()).map(|d| d.as_i64().ok_or_else(wrong)).transpose()?;
            Ok(json!({ "queued": tx.hook_replay(id, delivery)? }))
        }
        _ => Err(Problem::not_found()),
    }
}

fn unknown_field(key: &str) -> Problem {
    Problem::invalid(vec![FieldProblem::new(key, "unknown_field").with("field", key)])
}

/// Takes a body in: `event` is one of `events`, as REST hooks say it.
fn take(map: &Input, draft: &mut HookDraft) -> Result<()> {
    let wrong = |key: &str| Problem::invalid(vec![FieldProblem::new(key, "wrong_type")]);
    for (key, value) in map {
        let text = || value.as_str().map(str::to_string).ok_or_else(|| wrong(key));
        match key.as_str() {
            "name" => draft.name = text()?,
            "target_url" => draft.url = text()?,
            "event" => draft.events = vec![text()?],
            "events" => draft.events = serde_json::from_value(value.clone()).map_err(|_| wrong(key))?,
            "filter" => draft.filter = Some(value.clone()).filter(|v| !v.is_null()),
            "on" => draft.on = value.as_bool().ok_or_else(|| wrong(key))?,
            _ => return Err(unknown_field(key)),
        }
    }
    Ok(())
}

fn told(hook: &HookView) -> Json {
    json!({
        "id": hook.id, "name": hook.draft.name, "target_url": hook.draft.url, "events": hook.draft.events, "filter": hook.draft.filter,
        "on": hook.draft.on, "state": hook.state, "why": hook.why, "owner": hook.owner, "created_at": hook.created_at,
        "failing_since": hook.failing_since, "heard_at": hook.heard_at, "former_secret_until": hook.former_until,
        "waiting": hook.count(HookState::Waiting) + hook.count(HookState::Taken), "dead": hook.count(HookState::Dead),
    })
}

const STATES: [(&str, HookState); 5] = [
    ("waiting", HookState::Waiting),
    ("taken", HookState::Taken),
    ("done", HookState::Done),
    ("dead", HookState::Dead),
    ("left", HookState::Left),
];

fn read_state(text: &str) -> Option<HookState> {
    STATES.iter().find(|(key, _)| *key == text).map(|(_, state)| *state)
}

/// Name of a state, in addresses and answers.
pub(crate) fn state_key(state: HookState) -> &'static str {
    STATES.iter().find(|(_, known)| *known == state).map_or("dead", |(key, _)| key)
}

fn delivery(row: &DeliveryView) -> Json {
    json!({
        "id": row.id, "webhook_id": row.name, "event": row.kind, "sequence": row.sequence, "at": row.at, "state": state_key(row.state),
        "attempts_made": row.attempts, "next_at": (row.state == HookState::Waiting).then_some(row.run_at), "ended_at": row.ended_at,
    })
}

fn attempt(row: &AttemptView) -> Json {
    json!({
        "at": row.at, "milliseconds": row.took, "status": row.status, "code": row.code, "detail": row.detail,
        "request": row.request, "answer": row.answer,
    })
}

/// These addresses in the OpenAPI document.
pub(super) fn describe(paths: &mut Map<String, Json>) {
    let id = |name: &str| json!({"name": name, "in": "path", "required": true, "schema": {"type": "integer", "minimum": 1, "maximum": i64::MAX}});
    let text = |max: i64| json!({"type": "string", "maxLength": max});
    let time = json!({"type": ["string", "null"], "format": "date-time"});
    let events =
        json!({"type": "array", "items": text(200), "minItems": 1, "maxItems": 200, "description": "contact.created, contact.* or *"});
    let given = |name: bool| {
        let mut fields = json!({"name": {"type": "string", "minLength": 1, "maxLength": 100}, "target_url": {"type": "string", "minLength": 1, "maxLength": 2_000},
            "event": text(200), "events": events, "filter": {"type": ["object", "null"]}, "on": {"type": "boolean"}});
        fields["name"]["description"] = json!(if name { "REST hook when absent" } else { "What people call it" });
        fields
    };
    let hook = json!({"type": "object", "required": ["id", "name", "target_url", "events", "state"], "properties": {
        "id": {"type": "integer"}, "name": {"type": "string"}, "target_url": {"type": "string"}, "events": {"type": "array", "items": {"type": "string"}},
        "filter": {"type": ["object", "null"]}, "on": {"type": "boolean"}, "state": {"enum": ["on", "off", "stopped"]}, "why": {"type": ["string", "null"]},
        "owner": {"type": "integer"}, "created_at": time, "failing_since": time, "heard_at": time, "former_secret_until": time,
        "waiting": {"type": "integer"}, "dead": {"type": "integer"}, "secret": {"type": "string", "description": "Only in the answer that makes it"}}});
    let sent = json!({"type": "object", "required": ["id", "webhook_id", "event", "state"], "properties": {
        "id": {"type": "integer"}, "webhook_id": {"type": "string"}, "event": {"type": "string"}, "sequence": {"type": "integer"}, "at": time,
        "state": {"enum": STATES.map(|(key, _)| key)}, "attempts_made": {"type": "integer"}, "next_at": time, "ended_at": time,
        "attempts": {"type": "array", "items": {"type": "object"}}}});
    let many = |item: &Json| json!({"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": item}, "next": {"type": ["integer", "null"]}}});
    let mut gone = answers("204", Json::Null, WRITE);
    gone["204"] = json!({"description": "Gone"});
    let mut changes = body(json!({"type": "object", "additionalProperties": false, "properties": given(false)}));
    changes["required"] = json!(false);
    let op = |key: &str, summary: &str, status: &str, schema: Json, problems: &[&str]| json!({"operationId": key, "tags": ["hooks"], "summary": summary, "responses": answers(status, schema, problems)});
    let mut add = op("hook_create", "Subscribe; the secret is told this once", "201", hook.clone(), WRITE);
    add["requestBody"] =
        body(json!({"type": "object", "required": ["target_url"], "additionalProperties": false, "properties": given(true)}));
    let list = op("hooks", "One's own subscriptions; administrators see those of all", "200", many(&hook), READ);
    paths.insert("/api/v1/hooks".into(), json!({ "get": list, "post": add }));
    let mut patch = op("hook_patch", "Change a subscription", "200", hook.clone(), WRITE);
    patch["requestBody"] = changes;
    let one = json!({"parameters": [id("hook")], "get": op("hook", "One subscription", "200", hook, READ), "patch": patch,
        "delete": {"operationId": "hook_delete", "tags": ["hooks"], "summary": "End a subscription", "responses": gone}});
    paths.insert("/api/v1/hooks/{hook}".into(), one);
    let kind =
        json!({"type": "object", "properties": {"event": {"type": "string"}, "object": {"type": "string"}, "label": {"type": "string"}}});
    paths.insert("/api/v1/hooks/events".into(), json!({"get": op("hook_events", "What can be subscribed to", "200", many(&kind), READ)}));
    let mut samples = op("hook_samples", "Up to three bodies as they would be sent", "200", many(&json!({"type": "object"})), READ);
    samples["parameters"] = json!([{"name": "event", "in": "query", "required": true, "schema": text(200)}]);
    paths.insert("/api/v1/hooks/samples".into(), json!({ "get": samples }));
    let mut log = op("hook_deliveries", "What was sent, the newest first", "200", many(&sent), READ);
    log["parameters"] = json!([
        query("state", "Only those that stand there", json!({"type": "string", "enum": STATES.map(|(key, _)| key)})),
        query("before", "Id of a delivery: those before it", json!({"type": "integer", "minimum": 1, "maximum": i64::MAX})),
        query("limit", "Most deliveries, 50 when absent", json!({"type": "integer", "minimum": 1, "maximum": 200})),
    ]);
    paths.insert("/api/v1/hooks/{hook}/deliveries".into(), json!({"parameters": [id("hook")], "get": log}));
    let with_tries = op("hook_delivery", "One delivery with what was sent and answered", "200", sent, READ);
    paths.insert(
        "/api/v1/hooks/{hook}/deliveries/{delivery}".into(),
        json!({"parameters": [id("hook"), id("delivery")], "get": with_tries}),
    );
    let queued = json!({"type": "object", "properties": {"queued": {"type": "integer"}}});
    let secret = json!({"type": "object", "properties": {"secret": {"type": "string"}}});
    for (verb, summary, schema) in [
        ("tests", "Send an event of the kind test", queued.clone()),
        ("rotation", "A new secret, told this once; the one before signs beside it for 24 hours", secret),
        ("replay", "Send one delivery again, or all that are dead", queued),
    ] {
        let mut post = op(&format!("hook_{verb}"), summary, "200", schema, WRITE);
        if verb == "replay" {
            post["requestBody"] = json!({"required": false, "content": {"application/json": {"schema": {"type": "object", "additionalProperties": false,
                "properties": {"delivery": {"type": ["integer", "null"], "minimum": 1}}}}}});
        }
        paths.insert(format!("/api/v1/hooks/{{hook}}/{verb}"), json!({"parameters": [id("hook")], "post": post}));
    }
}
