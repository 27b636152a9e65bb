//! Incoming webhooks over the API: the addresses other programs call, for administrators.

use super::answer;
use super::ask::{Ask, Body};
use super::openapi::{READ, WRITE, answers, body, query};
use super::read::record_id;
use crate::{ApiCaller, Reply};
use akrab_engine::Result;
use akrab_engine::inlet::{CallState, CallView, InletDraft, InletPlan, InletView, Proof};
use akrab_model::value::Input;
use akrab_model::{FieldProblem, Problem};
use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Map, Value as Json, json};

/// `GET /api/v1/hooks/incoming`
pub async fn list(caller: ApiCaller, RawQuery(asked): RawQuery) -> Reply {
    Ask::read(asked.as_deref(), &[])?;
    let inlets = caller.read(|tx| tx.inlets()).await?;
    Ok(answer(200, &json!({ "data": inlets.iter().map(|inlet| told(&caller, inlet)).collect::<Vec<_>>() })))
}

/// `POST /api/v1/hooks/incoming`: the answer has the secret, this once.
pub async fn create(caller: ApiCaller, RawQuery(asked): RawQuery, given: Body) -> Reply {
    Ask::read(asked.as_deref(), &[])?;
    let owner = caller.ctx.user_id().unwrap_or_default();
    let (inlet, secret) = caller
        .write(move |tx| {
            let draft = InletDraft {
                name: String::new(),
                owner,
                proof: Proof::default(),
                header: String::new(),
                known_by: String::new(),
                open: true,
            };
            let wish = Wish::read(&given.map, draft, true)?;
            let (id, secret) = tx.inlet_add(&wish.draft, wish.secret.as_deref())?;
            if let Some(plan) = &wish.plan {
                tx.inlet_decide(id, plan.as_ref())?;
            }
            Ok((tx.inlet(id)?, secret))
        })
        .await?;
    let mut made = told(&caller, &inlet);
    made["secret"] = secret.into();
    Ok(answer(201, &made))
}

/// `GET /api/v1/hooks/incoming/{inlet}`
pub async fn one(caller: ApiCaller, Path(inlet): Path<String>, RawQuery(asked): RawQuery) -> Reply {
    Ask::read(asked.as_deref(), &[])?;
    let id = record_id(&inlet)?;
    let inlet = caller.read(move |tx| tx.inlet(id)).await?;
    Ok(answer(200, &told(&caller, &inlet)))
}

/// `PATCH /api/v1/hooks/incoming/{inlet}`
pub async fn change(caller: ApiCaller, Path(inlet): Path<String>, RawQuery(asked): RawQuery, given: Body) -> Reply {
    Ask::read(asked.as_deref(), &[])?;
    let id = record_id(&inlet)?;
    let inlet = caller
        .write(move |tx| {
            let wish = Wish::read(&given.map, tx.inlet(id)?.draft, false)?;
            tx.inlet_change(id, &wish.draft)?;
            if let Some(plan) = &wish.plan {
                tx.inlet_decide(id, plan.as_ref())?;
            }
            tx.inlet(id)
        })
        .await?;
    Ok(answer(200, &told(&caller, &inlet)))
}

/// `DELETE /api/v1/hooks/incoming/{inlet}`
pub async fn remove(caller: ApiCaller, Path(inlet): Path<String>, RawQuery(asked): RawQuery) -> Reply {
    Ask::read(asked.as_deref(), &[])?;
    let id = record_id(&inlet)?;
    caller.write(move |tx| tx.inlet_remove(id)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST /api/v1/hooks/incoming/{inlet}/rotation`: another secret, the sender's own when he has one.
pub async fn rotate(caller: ApiCaller, Path(inlet): Path<String>, RawQuery(asked): RawQuery, given: Body) -> Reply {
    Ask::read(asked.as_deref(), &[])?;
    let id = record_id(&inlet)?;
    let secret = caller
        .write(move |tx| {
            if let Some(unknown) = given.map.keys().find(|key| *key != "secret") {
                return Err(unknown_field(unknown));
            }
            let own = given.map.get("secret").filter(|own| !own.is_null()).map(|own| own.as_str().ok_or_else(|| wrong("secret")));
            tx.inlet_rotate(id, own.transpose()?)
        })
        .await?;
    Ok(answer(200, &json!({ "secret": secret })))
}

/// `GET /api/v1/hooks/incoming/{inlet}/calls`: what came in, the newest first.
pub async fn calls(caller: ApiCaller, Path(inlet): Path<String>, RawQuery(asked): RawQuery) -> Reply {
    let ask = Ask::read(asked.as_deref(), &["state", "before", "limit"])?;
    let (id, before, limit) = (record_id(&inlet)?, ask.before()?, ask.parsed::<usize>("limit")?.unwrap_or(50));
    if !(1..=200).contains(&limit) {
        return Err(Problem::invalid(vec![FieldProblem::new("limit", "too_large").with("max", 200)]).into());
    }
    let known = |text: &str| CallState::ALL.into_iter().find(|state| state.key() == text);
    let unknown = || Problem::invalid(vec![FieldProblem::new("state", "unknown_choice")]);
    let state = ask.text("state").map(|text| known(&text).ok_or_else(unknown)).transpose()?;
    let rows = caller
        .read(move |tx| {
            tx.inlet(id)?;
            tx.inlet_calls(id, state, before, limit)
        })
        .await?;
    let next = rows.last().filter(|_| rows.len() == limit).map(|row| row.id);
    Ok(answer(200, &json!({ "data": rows.iter().map(call).collect::<Vec<_>>(), "next": next })))
}

/// What somebody wants of an address.
struct Wish {
    draft: InletDraft,
    secret: Option<String>,
    /// What calls become, when that is said: nothing, as long as they are only kept.
    plan: Option<Option<InletPlan>>,
}

impl Wish {
    fn read(map: &Input, draft: InletDraft, new: bool) -> Result<Wish> {
        let mut wish = Wish { draft, secret: None, plan: None };
        for (key, value) in map {
            let text = || value.as_str().map(str::to_string).ok_or_else(|| wrong(key));
            match key.as_str() {
                "name" => wish.draft.name = text()?,
                "owner" => wish.draft.owner = value.as_i64().ok_or_else(|| wrong(key))?,
                "proof" => {
                    let unknown = || Problem::invalid(vec![FieldProblem::new(key, "unknown_choice").with("value", value)]);
                    wish.draft.proof = Proof::of(&text()?).ok_or_else(unknown)?;
                }
                "header" => wish.draft.header = text()?,
                "known_by" => wish.draft.known_by = text()?,
                "open" => wish.draft.open = value.as_bool().ok_or_else(|| wrong(key))?,
                "secret" if new => wish.secret = (!value.is_null()).then(text).transpose()?,
                "plan" => wish.plan = Some(plan(value)?),
                _ => return Err(unknown_field(key)),
            }
        }
        if !map.contains_key("header") && wish.draft.header.is_empty() {
            wish.draft.header = wish.draft.proof.usual_header().into();
        }
        Ok(wish)
    }
}

fn plan(value: &Json) -> Result<Option<InletPlan>> {
    const KNOWN: [&str; 7] = ["object", "fields", "defaults", "match_by", "mode", "replace", "flow"];
    if let Some(key) = value.as_object().into_iter().flatten().map(|(key, _)| key).find(|key| !KNOWN.contains(&key.as_str())) {
        return Err(unknown_field(&format!("plan/{key}")));
    }
    if value.is_null() {
        return Ok(None);
    }
    serde_json::from_value(value.clone()).map(Some).map_err(|_| wrong("plan"))
}

fn wrong(key: &str) -> Problem {
    Problem::invalid(vec![FieldProblem::new(key, "wrong_type")])
}

fn unknown_field(key: &str) -> Problem {
    Problem::invalid(vec![FieldProblem::new(key, "unknown_field").with("field", key)])
}

fn told(caller: &ApiCaller, inlet: &InletView) -> Json {
    let address = format!("{}{}{}", crate::oauth::issuer(&caller.web, &caller.facts), crate::inlet::PLACE, inlet.key);
    json!({
        "id": inlet.id, "name": inlet.draft.name, "url": address, "owner": inlet.draft.owner, "owner_gone": inlet.owner_gone,
        "proof": inlet.draft.proof.key(), "header": inlet.draft.header, "known_by": inlet.draft.known_by, "open": inlet.draft.open,
        "plan": inlet.plan, "created_at": inlet.created_at, "heard_at": inlet.heard_at, "former_secret_until": inlet.former_until,
        "failed": inlet.failed,
    })
}

fn call(row: &CallView) -> Json {
    json!({
        "id": row.id, "known_as": row.name, "at": row.at, "place": row.place, "body": row.body, "state": row.state.key(),
        "record": row.record.as_ref().map(|(object, id)| json!({ "object": object, "id": id })), "notes": row.notes,
    })
}

/// These addresses in the OpenAPI document.
pub(super) fn describe(paths: &mut Map<String, Json>) {
    let id = json!({"name": "inlet", "in": "path", "required": true, "schema": {"type": "integer", "minimum": 1, "maximum": i64::MAX}});
    let text = |max: i64| json!({"type": "string", "maxLength": max});
    let time = json!({"type": ["string", "null"], "format": "date-time"});
    let states = CallState::ALL.map(CallState::key);
    let plan = json!({"type": ["object", "null"], "additionalProperties": false, "description": "What calls become; null while they are only kept", "properties": {
        "object": text(100), "match_by": {"type": "array", "items": text(200)}, "mode": {"enum": ["create", "update", "both"]}, "replace": {"type": "boolean"},
        "fields": {"type": "array", "items": {"type": "object", "required": ["path", "field"], "properties": {
            "path": {"type": "string", "description": "JSON Pointer into the body"}, "field": {"type": "string"}}}},
        "defaults": {"type": "object"}, "flow": {"type": ["string", "null"]}}});
    let proofs = json!({"enum": Proof::ALL.map(Proof::key)});
    let secret = json!({"type": ["string", "null"], "description": "The sender's own; a new one is made when there is none"});
    let given = |new: bool| {
        let mut fields = json!({"name": {"type": "string", "minLength": 1, "maxLength": 100}, "owner": {"type": "integer", "minimum": 1}, "proof": proofs,
            "header": text(200), "known_by": text(200), "open": {"type": "boolean"}, "plan": plan});
        if new {
            fields["secret"] = secret.clone();
        }
        fields
    };
    let inlet = json!({"type": "object", "required": ["id", "name", "url", "proof", "open"], "properties": {
        "id": {"type": "integer"}, "name": {"type": "string"}, "url": {"type": "string"}, "owner": {"type": "integer"}, "owner_gone": {"type": "boolean"},
        "proof": proofs, "header": {"type": "string"}, "known_by": {"type": "string"}, "open": {"type": "boolean"}, "plan": plan,
        "created_at": time, "heard_at": time, "former_secret_until": time, "failed": {"type": "integer"},
        "secret": {"type": "string", "description": "Only in the answer that makes it"}}});
    let came = json!({"type": "object", "required": ["id", "at", "state"], "properties": {"id": {"type": "integer"}, "known_as": {"type": ["string", "null"]},
        "at": time, "place": {"type": "string"}, "body": {}, "state": {"enum": states}, "record": {"type": ["object", "null"]}, "notes": {"type": "array", "items": {"type": "object"}}}});
    let many = |item: &Json| json!({"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": item}, "next": {"type": ["integer", "null"]}}});
    let op = |key: &str, summary: &str, status: &str, schema: Json, problems: &[&str]| json!({"operationId": key, "tags": ["hooks"], "summary": summary, "responses": answers(status, schema, problems)});
    let with_body = |mut op: Json, new: bool, required: bool| {
        let mut schema = json!({"type": "object", "additionalProperties": false, "properties": given(new)});
        if required {
            schema["required"] = json!(["name"]);
        }
        op["requestBody"] = body(schema);
        op["requestBody"]["required"] = json!(required);
        op
    };
    let add = op("incoming_create", "Make an address others call; the secret is told this once", "201", inlet.clone(), WRITE);
    let list = op("incoming", "Addresses others call, for administrators", "200", many(&inlet), READ);
    paths.insert("/api/v1/hooks/incoming".into(), json!({ "get": list, "post": with_body(add, true, true) }));
    let patch = with_body(op("incoming_patch", "Change an address or what calls become", "200", inlet.clone(), WRITE), false, false);
    let mut gone = answers("204", Json::Null, WRITE);
    gone["204"] = json!({"description": "Gone"});
    let delete = json!({"operationId": "incoming_delete", "tags": ["hooks"], "summary": "End an address", "responses": gone});
    let one = json!({"parameters": [id], "get": op("incoming_one", "One address", "200", inlet, READ), "patch": patch, "delete": delete});
    paths.insert("/api/v1/hooks/incoming/{inlet}".into(), one);
    let told = json!({"type": "object", "required": ["secret"], "properties": {"secret": {"type": "string"}}});
    let mut rotate = op("incoming_rotation", "Another secret; the one before counts beside it for 24 hours", "200", told, WRITE);
    rotate["requestBody"] = json!({"required": false, "content": {"application/json": {"schema":
        {"type": "object", "additionalProperties": false, "properties": {"secret": secret}}}}});
    paths.insert("/api/v1/hooks/incoming/{inlet}/rotation".into(), json!({ "parameters": [id], "post": rotate }));
    let mut log = op("incoming_calls", "What came in, the newest first", "200", many(&came), READ);
    log["parameters"] = json!([
        query("state", "Only those that ended so", json!({"type": "string", "enum": states})),
        query("before", "Id of a call: those before it", json!({"type": "integer", "minimum": 1, "maximum": i64::MAX})),
        query("limit", "Most calls, 50 when absent", json!({"type": "integer", "minimum": 1, "maximum": 200})),
    ]);
    paths.insert("/api/v1/hooks/incoming/{inlet}/calls".into(), json!({ "parameters": [id], "get": log }));
}
