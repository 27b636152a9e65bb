//! Who sees a record and why, single records given to others, and territories chosen by hand, over the API.

use super::ask::{Ask, Body, once};
use super::openapi::{READ, WRITE, answers, body};
use super::read::record_id;
use super::{answer, object_of, text};
use crate::{ApiCaller, Reply};
use akrab_engine::sharing::{Give, Given, Seer, Taker};
use akrab_engine::{Ground, Result};
use akrab_model::value::Input;
use akrab_model::{FieldProblem, Object, Problem};
use axum::extract::{Path, RawQuery};
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use serde_json::{Map, Value as Json, json};

/// `GET /api/v1/{object}/{id}/access`
pub async fn access(caller: ApiCaller, Path((object, id)): Path<(String, String)>, RawQuery(query): RawQuery) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let id = record_id(&id)?;
    let seers = caller.read(move |tx| tx.who_sees(&object_of(tx, &object)?, id)).await?;
    Ok(answer(200, &json!({ "data": seers.iter().map(seer).collect::<Vec<_>>() })))
}

/// `GET /api/v1/{object}/{id}/shares`
pub async fn list(caller: ApiCaller, Path((object, id)): Path<(String, String)>, RawQuery(query): RawQuery) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let id = record_id(&id)?;
    let given = caller.read(move |tx| tx.given(&object_of(tx, &object)?, id)).await?;
    Ok(answer(200, &json!({ "data": given.iter().map(told).collect::<Vec<_>>() })))
}

/// `POST /api/v1/{object}/{id}/shares`
pub async fn give(
    caller: ApiCaller,
    Path((object, id)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    asked: Body,
) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let once = once(&headers, &format!("POST /{object}/{id}/shares"), &asked.bytes)?;
    let id = record_id(&id)?;
    let done = caller
        .write(move |tx| {
            let key = object_of(tx, &object)?;
            tx.once(once.as_ref(), |tx| {
                let made = tx.give(&key, id, &read(&asked.map)?)?;
                let given = tx.given(&key, id)?.into_iter().find(|given| given.id == made).ok_or_else(Problem::not_found)?;
                Ok((201, told(&given).to_string()))
            })
        })
        .await?;
    Ok(text(done.status, done.body))
}

/// `DELETE /api/v1/{object}/{id}/shares/{share}`
pub async fn end(caller: ApiCaller, Path((object, id, share)): Path<(String, String, String)>, RawQuery(query): RawQuery) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let (id, share) = (record_id(&id)?, record_id(&share)?);
    caller.write(move |tx| tx.take_back(&object_of(tx, &object)?, id, share)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST /api/v1/{object}/{id}/territory` with `territory`, an id or null; without it the rules place the record.
pub async fn place(caller: ApiCaller, Path((object, id)): Path<(String, String)>, RawQuery(query): RawQuery, asked: Body) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let id = record_id(&id)?;
    let wrong = |key: &str, code: &str| Problem::invalid(vec![FieldProblem::new(key, code).with("field", key)]);
    if let Some(key) = asked.map.keys().find(|key| *key != "territory") {
        return Err(wrong(key, "unknown_field").into());
    }
    let to = match asked.map.get("territory") {
        None => None,
        Some(Json::Null) => Some(None),
        Some(value) => Some(Some(value.as_i64().ok_or_else(|| wrong("territory", "not_an_id"))?)),
    };
    let record = caller
        .write(move |tx| {
            let key = object_of(tx, &object)?;
            tx.place_by_hand(&key, id, to)?;
            tx.get_own(&key, id)
        })
        .await?;
    Ok(answer(200, &super::shape::record(&record)))
}

fn read(map: &Input) -> Result<Give> {
    let fault = |key: &str, code: &str| Problem::invalid(vec![FieldProblem::new(key, code).with("field", key)]);
    let mut give = Give { to: Taker::User(0), edit: false, until: None, note: String::new() };
    let mut takers = 0;
    for (key, value) in map {
        match key.as_str() {
            "user" | "team" => {
                let id = value.as_i64().ok_or_else(|| fault(key, "not_an_id"))?;
                give.to = if key == "user" { Taker::User(id) } else { Taker::Team(id) };
                takers += 1;
            }
            "edit" => give.edit = value.as_bool().ok_or_else(|| fault(key, "wrong_type"))?,
            "until" if value.is_null() => {}
            "until" => {
                let until = value.as_str().and_then(|text| text.parse().ok());
                give.until = Some(until.ok_or_else(|| fault(key, "wrong_type"))?);
            }
            "note" => give.note = value.as_str().ok_or_else(|| fault(key, "wrong_type"))?.into(),
            _ => return Err(fault(key, "unknown_field")),
        }
    }
    if takers == 1 { Ok(give) } else { Err(fault("to", "rule_one_taker")) }
}

fn told(given: &Given) -> Json {
    json!({
        "id": given.id, "to": given.to.key(), given.to.key(): given.to.id(), "name": given.name, "edit": given.edit,
        "until": given.until.map(|at| at.to_string()), "ended": given.ended, "note": given.note, "by": given.by, "at": given.at.to_string(),
    })
}

fn seer(seer: &Seer) -> Json {
    let mut why: Vec<Json> = Vec::new();
    for ground in &seer.why {
        match ground {
            Ground::Role(scope) => why.push(json!({"by": "role", "role": seer.person.role.name, "scope": scope})),
            Ground::Rule(id, name) => why.push(json!({"by": "rule", "rule": id, "name": name})),
            Ground::Given => why.extend(seer.given.iter().map(
                |given| json!({"by": "share", "share": given.id, "to": given.to.key(), "until": given.until.map(|at| at.to_string())}),
            )),
        }
    }
    json!({
        "user": seer.person.id, "name": seer.person.name, "edit": seer.edit, "delete": seer.delete, "export": seer.export,
        "why": why, "hidden_fields": seer.hidden,
    })
}

/// The object's part of the OpenAPI document.
pub(super) fn describe(object: &Object, paths: &mut Map<String, Json>) {
    let id = json!({"$ref": "#/components/parameters/id"});
    let many = |item: Json| json!({"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": item}}});
    let any = json!({"type": "object"});
    let moment = json!({"type": ["string", "null"], "format": "date-time", "maxLength": 60});
    let taker = json!({"type": "integer", "minimum": 1, "maximum": i64::MAX});
    let give = json!({"type": "object", "additionalProperties": false, "properties": {
        "user": taker, "team": taker, "edit": {"type": "boolean"}, "until": moment, "note": {"type": "string", "maxLength": 500}},
        "oneOf": [{"required": ["user"]}, {"required": ["team"]}]});
    let mut gone = answers("204", Json::Null, WRITE);
    gone["204"] = json!({"description": "Taken back"});
    paths.insert(
        format!("/api/v1/{}/{{id}}/access", object.plural),
        json!({"parameters": [id], "get": {"operationId": format!("{}_access", object.key), "tags": [object.plural],
            "summary": "Who sees the record, and why; for those who may share it", "responses": answers("200", many(any.clone()), READ)}}),
    );
    paths.insert(
        format!("/api/v1/{}/{{id}}/shares", object.plural),
        json!({"parameters": [id],
            "get": {"operationId": format!("{}_shares", object.key), "tags": [object.plural], "summary": "To whom the record was given",
                "responses": answers("200", many(any.clone()), READ)},
            "post": {"operationId": format!("{}_share", object.key), "tags": [object.plural], "summary": "Give the record to a user or a team",
                "parameters": [{"$ref": "#/components/parameters/idempotency_key"}], "requestBody": body(give), "responses": answers("201", any.clone(), WRITE)}}),
    );
    let share = json!({"name": "share", "in": "path", "required": true, "schema": taker});
    paths.insert(
        format!("/api/v1/{}/{{id}}/shares/{{share}}", object.plural),
        json!({"parameters": [id, share], "delete": {"operationId": format!("{}_unshare", object.key), "tags": [object.plural],
            "summary": "Take back what was given", "responses": gone}}),
    );
    let mut place = body(json!({"type": "object", "additionalProperties": false, "properties": {
        "territory": {"type": ["integer", "null"], "minimum": 1, "maximum": i64::MAX}}}));
    place["required"] = json!(false);
    paths.insert(
        format!("/api/v1/{}/{{id}}/territory", object.plural),
        json!({"parameters": [id], "post": {"operationId": format!("{}_territory", object.key), "tags": [object.plural],
            "summary": "Choose the territory by hand; without one in the body the rules place the record",
            "requestBody": place, "responses": answers("200", json!({"$ref": format!("#/components/schemas/{}", object.key)}), WRITE)}}),
    );
}
