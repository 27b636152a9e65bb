//! Duplicates over the API: pairs, what is decided of them, merges and their undoing.

use super::ask::{Ask, Body, once};
use super::openapi::{READ, WRITE, answers, body};
use super::read::record_id;
use super::{answer, object_of, text};
use crate::twin::words;
use crate::{ApiCaller, Reply};
use akrab_engine::twin::{MergeAsk, MergeView, Twin, TwinState};
use akrab_model::value::Input;
use akrab_model::{FieldProblem, Object, Problem};
use axum::extract::{Path, RawQuery};
use axum::http::HeaderMap;
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

fn wrong(key: &str, code: &str) -> Problem {
    Problem::invalid(vec![FieldProblem::new(key, code).with("field", key)])
}

fn only(map: &Input, known: &[&str]) -> Result<(), Problem> {
    map.keys().find(|key| !known.contains(&key.as_str())).map_or(Ok(()), |key| Err(wrong(key, "unknown_field")))
}

/// `GET /api/v1/{object}/duplicates`
pub async fn list(caller: ApiCaller, Path(object): Path<String>, RawQuery(query): RawQuery) -> Reply {
    let ask = Ask::read(query.as_deref(), &["state", "after"])?;
    let state = match ask.text("state") {
        None => TwinState::Open,
        Some(word) => TwinState::of(&word).ok_or_else(|| wrong("state", "unknown_choice"))?,
    };
    let after = match ask.text("after") {
        None => None,
        Some(text) => {
            let parts = text.split_once('.').and_then(|(score, id)| Some((score.parse().ok()?, id.parse().ok()?)));
            Some(parts.ok_or_else(|| Problem::malformed("malformed_cursor"))?)
        }
    };
    let lang = caller.ctx.lang;
    let body = caller
        .read(move |tx| {
            let key = object_of(tx, &object)?;
            let known = tx.object(&key)?;
            let page = tx.twins(&key, state, after)?;
            let data: Vec<Json> = page.twins.iter().map(|twin| told(twin, &known, lang)).collect();
            let next = page.next.map(|(score, id)| format!("{score}.{id}"));
            Ok(json!({ "data": data, "next": next, "threshold": page.threshold }))
        })
        .await?;
    Ok(answer(200, &body))
}

fn told(twin: &Twin, object: &Object, lang: akrab_model::format::Lang) -> Json {
    let t = crate::locale::Text::new(lang);
    let word = |reason| words::reason(t, object, reason, twin.through.as_deref(), lang.as_str());
    let reasons: Vec<Json> = twin
        .reasons
        .iter()
        .map(|reason| json!({ "field": reason.field, "kind": reason.kind, "level": reason.level, "text": word(reason) }))
        .collect();
    let side = |n: usize| json!({ "id": twin.sides[n].record.id, "title": twin.sides[n].record.title() });
    json!({ "id": twin.id, "a": side(0), "b": side(1), "score": twin.score, "state": twin.state, "reasons": reasons })
}

/// `POST /api/v1/{object}/duplicates`: looks through all records.
pub async fn find(caller: ApiCaller, Path(object): Path<String>, RawQuery(query): RawQuery) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let key = caller.ctx.object(&object)?.key.clone();
    let job = caller.web.engine.twins_start(&caller.ctx, &key).await?;
    Ok(answer(202, &json!({ "job": job, "href": format!("/api/v1/jobs/{job}") })))
}

/// `POST /api/v1/{object}/duplicates/{pair}` with `state`: `distinct`, `later` or `open`.
pub async fn decide(caller: ApiCaller, Path((object, pair)): Path<(String, String)>, RawQuery(query): RawQuery, asked: Body) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    only(&asked.map, &["state"])?;
    let pair = record_id(&pair)?;
    let state = asked.map.get("state").and_then(Json::as_str).and_then(TwinState::of).ok_or_else(|| wrong("state", "unknown_choice"))?;
    let lang = caller.ctx.lang;
    let body = caller
        .write(move |tx| {
            let key = object_of(tx, &object)?;
            tx.twin_decide(&key, pair, state)?;
            let known = tx.object(&key)?;
            Ok(told(&tx.twin(&key, pair)?, &known, lang))
        })
        .await?;
    Ok(answer(200, &body))
}

/// `POST /api/v1/{object}/merges` with `winner`, `loser` and `choices`, or with `from` to merge all open pairs that score so
/// much.
pub async fn merge(caller: ApiCaller, Path(object): Path<String>, RawQuery(query): RawQuery, headers: HeaderMap, asked: Body) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    only(&asked.map, &["winner", "loser", "choices", "from"])?;
    if let Some(from) = asked.map.get("from") {
        let from = from.as_f64().ok_or_else(|| wrong("from", "wrong_type"))?;
        let key = caller.ctx.object(&object)?.key.clone();
        let job = caller.web.engine.merge_many(&caller.ctx, &key, from).await?;
        return Ok(answer(202, &json!({ "job": job, "href": format!("/api/v1/jobs/{job}") })));
    }
    let id = |key: &str| asked.map.get(key).and_then(Json::as_i64).ok_or_else(|| wrong(key, "not_an_id"));
    let choices = asked.map.get("choices").cloned().unwrap_or_else(|| json!({}));
    let choices = serde_json::from_value(choices).map_err(|_| wrong("choices", "unknown_choice"))?;
    let ask = MergeAsk { winner: id("winner")?, loser: id("loser")?, choices };
    let once = once(&headers, &format!("POST /{object}/merges"), &asked.bytes)?;
    let done = caller
        .write(move |tx| {
            let key = object_of(tx, &object)?;
            tx.once(once.as_ref(), |tx| {
                let merge = tx.merge(&key, &ask)?;
                Ok((201, json!({ "id": merge, "winner": ask.winner, "loser": ask.loser }).to_string()))
            })
        })
        .await?;
    Ok(text(done.status, done.body))
}

/// `GET /api/v1/{object}/{id}/merges`: what went into a record and still stands.
pub async fn into(caller: ApiCaller, Path((object, id)): Path<(String, String)>, RawQuery(query): RawQuery) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let id = record_id(&id)?;
    let merges = caller.read(move |tx| tx.merges_into(&object_of(tx, &object)?, id)).await?;
    let told = |one: &MergeView| {
        let at = Timestamp::from_microsecond(one.at).map(|at| at.to_string()).ok();
        json!({ "id": one.id, "object": one.object, "winner": one.winner, "loser": one.loser, "loser_title": one.loser_title, "at": at,
            "actor": one.actor })
    };
    let data: Vec<Json> = merges.iter().map(told).collect();
    Ok(answer(200, &json!({ "data": data })))
}

/// `POST /api/v1/{object}/merges/{merge}/undo`
pub async fn undo(caller: ApiCaller, Path((object, merge)): Path<(String, String)>, RawQuery(query): RawQuery) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let merge = record_id(&merge)?;
    let told = caller.write(move |tx| tx.unmerge(&object_of(tx, &object)?, merge)).await?;
    let stay: Vec<Json> = told.stay.iter().map(|(object, id, title)| json!({ "object": object, "id": id, "title": title })).collect();
    Ok(answer(200, &json!({ "winner": told.winner, "loser": told.loser, "stay": stay, "kept": told.kept })))
}

/// The object's part of the OpenAPI document.
pub(super) fn describe(object: &Object, paths: &mut Map<String, Json>) {
    if object.is_system() {
        return;
    }
    let number = json!({"type": "integer", "minimum": 1, "maximum": i64::MAX});
    let any = json!({"type": "object"});
    let many = json!({"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": any}}});
    let in_path = |name: &str| json!({"name": name, "in": "path", "required": true, "schema": number});
    let choices = json!({"type": "object", "additionalProperties": {"enum": ["winner", "loser", "both"]}});
    let two = json!({"type": "object", "additionalProperties": false, "properties": {"winner": number, "loser": number, "choices": choices,
        "from": {"type": "number", "minimum": 0.5, "maximum": 1}}});
    let key = json!({"$ref": "#/components/parameters/idempotency_key"});
    let tags = json!([object.plural]);
    let base = format!("/api/v1/{}", object.plural);
    let states = json!({"enum": ["open", "later", "distinct", "merged"]});
    if akrab_engine::twin::can_match(object) {
        paths.insert(
            format!("{base}/duplicates"),
            json!({
                "get": {"operationId": format!("{}_duplicates", object.key), "tags": tags, "summary": "Pairs that may be one, the likeliest first, with reasons",
                    "parameters": [{"name": "state", "in": "query", "schema": states}, {"name": "after", "in": "query", "schema": {"type": "string", "maxLength": 60}}],
                    "responses": answers("200", many.clone(), READ)},
                "post": {"operationId": format!("{}_duplicates_find", object.key), "tags": tags, "summary": "Look through all records for duplicates, as a job",
                    "responses": answers("202", any.clone(), WRITE)}}),
        );
        let state = json!({"type": "object", "additionalProperties": false, "required": ["state"], "properties": {"state": {"enum": ["open", "later", "distinct"]}}});
        paths.insert(
            format!("{base}/duplicates/{{pair}}"),
            json!({"parameters": [in_path("pair")], "post": {"operationId": format!("{}_duplicates_decide", object.key), "tags": tags,
                "summary": "Say of a pair that they are two, or put it off", "requestBody": body(state), "responses": answers("200", any.clone(), WRITE)}}),
        );
    }
    let mut done = answers("201", any.clone(), WRITE);
    done["202"] = json!({"description": "Queued: every open pair from the score on"});
    paths.insert(
        format!("{base}/merges"),
        json!({"post": {"operationId": format!("{}_merge", object.key), "tags": tags, "summary": "Make one record of two, or of all pairs from a score on",
            "parameters": [key], "requestBody": body(two), "responses": done}}),
    );
    paths.insert(
        format!("{base}/merges/{{merge}}/undo"),
        json!({"parameters": [in_path("merge")], "post": {"operationId": format!("{}_unmerge", object.key), "tags": tags,
            "summary": "Take a merge apart; the answer lists what was made since and stays", "responses": answers("200", any, WRITE)}}),
    );
    paths.insert(
        format!("{base}/{{id}}/merges"),
        json!({"parameters": [{"$ref": "#/components/parameters/id"}], "get": {"operationId": format!("{}_merges", object.key), "tags": tags,
            "summary": "What went into the record and still stands", "responses": answers("200", many, READ)}}),
    );
}
