//! Flows over the API: as they are, in and out as a file, begun for a record, and what they did.

use super::answer;
use super::ask::{Ask, Body};
use super::openapi::{READ, WRITE, answers, body, query};
use super::read::record_id;
use crate::settings::flows::runs::{STATES, state_key};
use crate::{ApiCaller, Reply};
use akrab_engine::flow::{FlowView, LogView, RunAsk, RunView, StepFate};
use akrab_model::{FieldProblem, Problem};
use axum::extract::{Path, RawQuery};
use serde_json::{Map, Value as Json, json};

/// `GET /api/v1/flows`: administrators alone.
pub async fn list(caller: ApiCaller, RawQuery(query): RawQuery) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let all = caller.read(|tx| tx.flow_list()).await?;
    Ok(answer(200, &json!({ "data": all.iter().map(view).collect::<Vec<_>>() })))
}

/// `GET /api/v1/flows/{flow}`: with its text, as a file has it.
pub async fn one(caller: ApiCaller, Path(key): Path<String>, RawQuery(query): RawQuery) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let (found, text) = caller.read(move |tx| Ok((tx.flow_view(&key)?, tx.flow_export(Some(&key))?))).await?;
    let mut told = view(&found);
    told["toml"] = json!(text);
    Ok(answer(200, &told))
}

/// `POST /api/v1/flows`: flows of a file come in.
pub async fn import(caller: ApiCaller, RawQuery(query): RawQuery, asked: Body) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    if let Some(unknown) = asked.map.keys().find(|key| !matches!(key.as_str(), "toml" | "dry_run")) {
        return Err(Problem::invalid(vec![FieldProblem::new(unknown, "unknown_field").with("field", unknown)]).into());
    }
    let text = asked.map.get("toml").and_then(Json::as_str).ok_or_else(|| Problem::invalid(vec![FieldProblem::new("toml", "required")]))?;
    let dry = match asked.map.get("dry_run") {
        None | Some(Json::Null) => false,
        Some(Json::Bool(dry)) => *dry,
        Some(_) => return Err(Problem::invalid(vec![FieldProblem::new("dry_run", "wrong_type")]).into()),
    };
    if caller.ctx.read_only {
        return Err(Problem::forbidden().into());
    }
    let come = caller.web.engine.flow_import(&caller.ctx, text, dry).await?;
    Ok(answer(200, &json!({ "data": come })))
}

/// `POST /api/v1/flows/{flow}/{verb}`: `pause`, `resume`.
pub async fn verb(caller: ApiCaller, Path((key, verb)): Path<(String, String)>, RawQuery(query): RawQuery) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let paused = match verb.as_str() {
        "pause" => true,
        "resume" => false,
        _ => return Err(Problem::not_found().into()),
    };
    let own = key.clone();
    caller.write(move |tx| tx.flow_pause(&own, paused)).await?;
    let found = caller.read(move |tx| tx.flow_view(&key)).await?;
    Ok(answer(200, &view(&found)))
}

/// `GET /api/v1/flows/{flow}/runs`.
pub async fn runs(caller: ApiCaller, Path(key): Path<String>, RawQuery(query): RawQuery) -> Reply {
    let ask = Ask::read(query.as_deref(), &["state", "record", "before", "limit"])?;
    let limit = ask.parsed::<usize>("limit")?.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Problem::invalid(vec![FieldProblem::new("limit", "too_large").with("max", 200)]).into());
    }
    let state = match ask.text("state") {
        None => None,
        Some(word) => {
            let unknown = || Problem::invalid(vec![FieldProblem::new("state", "unknown_choice").with("value", &word)]);
            Some(STATES.iter().find(|(known, _)| *known == word).map(|(_, state)| *state).ok_or_else(unknown)?)
        }
    };
    let asked = RunAsk { state, record: ask.parsed("record")?, before: ask.before()?, limit };
    let found = caller.read(move |tx| tx.flow_runs(&key, &asked)).await?;
    Ok(answer(200, &json!({ "data": found.iter().map(run).collect::<Vec<_>>() })))
}

/// `GET /api/v1/flows/{flow}/runs/{run}`: with its log.
pub async fn one_run(caller: ApiCaller, Path((key, id)): Path<(String, String)>, RawQuery(query): RawQuery) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let id = record_id(&id)?;
    let (found, _, log) = caller.read(move |tx| tx.flow_run_view(id)).await?;
    if found.flow != key {
        return Err(Problem::not_found().into());
    }
    let mut told = run(&found);
    told["log"] = log.iter().map(entry).collect();
    Ok(answer(200, &told))
}

/// `POST /api/v1/flows/{flow}/runs/{run}/{verb}`: `retry`, `cancel`.
pub async fn turn(caller: ApiCaller, Path((key, id, verb)): Path<(String, String, String)>, RawQuery(query): RawQuery) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let id = record_id(&id)?;
    let again = match verb.as_str() {
        "retry" => true,
        "cancel" => false,
        _ => return Err(Problem::not_found().into()),
    };
    let done = caller.write(move |tx| {
        if tx.flow_run_view(id)?.0.flow != key {
            return Err(Problem::not_found());
        }
        if again {
            tx.flow_retry(id)?
        } else {
            tx.flow_cancel(id)?
        }
        Ok(tx.flow_run_view(id)?.0)
    });
    Ok(answer(200, &run(&done.await?)))
}

/// `POST /api/v1/{object}/{id}/flows/{flow}`: begins a flow that has a button.
pub async fn press(caller: ApiCaller, Path((plural, id, key)): Path<(String, String, String)>, RawQuery(query): RawQuery) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let id = record_id(&id)?;
    let begun = caller.write(move |tx| {
        let object = super::object_of(tx, &plural)?;
        tx.flow_press(&object, id, &key)
    });
    Ok(answer(202, &json!({ "run": begun.await? })))
}

fn view(view: &FlowView) -> Json {
    json!({
        "key": view.key, "version": view.version, "paused": view.paused, "draft": view.draft, "broken": view.broken,
        "going": view.going, "failed": view.failed, "done": view.done, "flow": view.flow,
    })
}

fn run(run: &RunView) -> Json {
    json!({
        "id": run.id, "flow": run.flow, "version": run.version, "object": run.object, "record": run.record, "title": run.title,
        "state": state_key(run.state), "waits": run.waits, "step": run.step, "problem": run.told, "actor": run.actor,
        "due": run.due.to_string(), "started": run.started.to_string(), "ended": run.ended.map(|at| at.to_string()),
    })
}

fn entry(entry: &LogView) -> Json {
    let fate = match entry.fate {
        StepFate::Done => "done",
        StepFate::Again => "again",
        StepFate::Failed => "failed",
        StepFate::Waits => "waits",
    };
    json!({ "step": entry.step, "kind": entry.kind, "at": entry.at.to_string(), "fate": fate, "input": entry.input, "result": entry.result })
}

/// These addresses in the OpenAPI document.
pub(super) fn describe(paths: &mut Map<String, Json>) {
    let flow = json!({"type": "object", "required": ["key", "version", "paused", "flow"], "properties": {
        "key": {"type": "string"}, "version": {"type": "integer"}, "paused": {"type": "boolean"}, "draft": {"type": "boolean"}, "broken": {"type": "boolean"},
        "going": {"type": "integer"}, "failed": {"type": "integer"}, "done": {"type": "integer"}, "flow": {"type": "object"}, "toml": {"type": "string"}}});
    let run = json!({"type": "object", "required": ["id", "flow", "version", "object", "record", "state", "started"], "properties": {
        "id": {"type": "integer"}, "flow": {"type": "string"}, "version": {"type": "integer"}, "object": {"type": "string"}, "record": {"type": "integer"},
        "title": {"type": ["string", "null"]}, "state": {"enum": ["going", "done", "failed", "cancelled"]}, "waits": {"type": "boolean"}, "step": {"type": ["string", "null"]},
        "problem": {}, "actor": {"type": ["integer", "null"]}, "due": {"type": "string"}, "started": {"type": "string"}, "ended": {"type": ["string", "null"]}, "log": {"type": "array"}}});
    let come = json!({"type": "object", "required": ["key", "new", "changed", "version"], "properties": {"key": {"type": "string"}, "new": {"type": "boolean"}, "changed": {"type": "boolean"}, "version": {"type": "integer"}}});
    let many = |item: &Json| json!({"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": item}}});
    let key = json!({"name": "flow", "in": "path", "required": true, "schema": {"type": "string", "maxLength": 60}});
    let id = json!({"name": "run", "in": "path", "required": true, "schema": {"type": "integer", "minimum": 1, "maximum": i64::MAX}});
    let file = json!({"type": "object", "required": ["toml"], "additionalProperties": false, "properties": {"toml": {"type": "string"}, "dry_run": {"type": ["boolean", "null"]}}});
    paths.insert(
        "/api/v1/flows".into(),
        json!({
            "get": {"operationId": "flows", "tags": ["flows"], "summary": "Flows; administrators alone", "responses": answers("200", many(&flow), READ)},
            "post": {"operationId": "flow_import", "tags": ["flows"], "summary": "Bring flows of a file in; new ones come resting",
                "requestBody": body(file), "responses": answers("200", many(&come), WRITE)},
        }),
    );
    paths.insert(
        "/api/v1/flows/{flow}".into(),
        json!({"parameters": [key], "get": {"operationId": "flow", "tags": ["flows"], "summary": "A flow, also as a file has it", "responses": answers("200", flow.clone(), READ)}}),
    );
    for (verb, summary) in [("pause", "Let a flow rest, its runs too"), ("resume", "Let a flow go on")] {
        paths.insert(
            format!("/api/v1/flows/{{flow}}/{verb}"),
            json!({"parameters": [key], "post": {"operationId": format!("flow_{verb}"), "tags": ["flows"], "summary": summary, "responses": answers("200", flow.clone(), WRITE)}}),
        );
    }
    paths.insert(
        "/api/v1/flows/{flow}/runs".into(),
        json!({"parameters": [key], "get": {"operationId": "flow_runs", "tags": ["flows"], "summary": "Runs of a flow, newest first",
            "parameters": [
                query("state", "Only those that stand so", json!({"type": "string", "enum": ["going", "done", "failed", "cancelled"]})),
                query("record", "Only those for this record", json!({"type": "integer", "minimum": 1, "maximum": i64::MAX})),
                query("before", "Id of a run: those before it", json!({"type": "integer", "minimum": 1, "maximum": i64::MAX})),
                query("limit", "Most runs, 50 when absent", json!({"type": "integer", "minimum": 1, "maximum": 200})),
            ],
            "responses": answers("200", many(&run), READ)}}),
    );
    paths.insert(
        "/api/v1/flows/{flow}/runs/{run}".into(),
        json!({"parameters": [key, id], "get": {"operationId": "flow_run", "tags": ["flows"], "summary": "A run with what each step was given and came to", "responses": answers("200", run.clone(), READ)}}),
    );
    for (verb, summary) in [("retry", "Let a failed run go on at the step it failed at"), ("cancel", "End a run; what its steps did stays")]
    {
        paths.insert(
            format!("/api/v1/flows/{{flow}}/runs/{{run}}/{verb}"),
            json!({"parameters": [key, id], "post": {"operationId": format!("flow_run_{verb}"), "tags": ["flows"], "summary": summary, "responses": answers("200", run.clone(), WRITE)}}),
        );
    }
}

/// The address that begins a flow for a record of an object.
pub(super) fn describe_press(object: &akrab_model::Object) -> (String, Json) {
    let key = json!({"name": "flow", "in": "path", "required": true, "schema": {"type": "string", "maxLength": 60}});
    let begun = json!({"type": "object", "required": ["run"], "properties": {"run": {"type": ["integer", "null"]}}});
    (
        format!("/api/v1/{}/{{id}}/flows/{{flow}}", object.plural),
        json!({"parameters": [{"$ref": "#/components/parameters/id"}, key], "post": {"operationId": format!("{}_flow", object.key), "tags": [object.plural],
            "summary": "Begin a flow that has a button; the run is null when it runs for the record already", "responses": answers("202", begun, WRITE)}}),
    )
}
