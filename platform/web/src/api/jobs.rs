//! Jobs over the API.

use super::answer;
use super::ask::Ask;
use super::openapi::{READ, WRITE, answers, query};
use super::read::record_id;
use crate::jobs::words;
use crate::{ApiCaller, Reply, download};
use akrab_engine::import::ImportJob;
use akrab_engine::{Job, JobFilter};
use akrab_model::{FieldProblem, Problem};
use axum::extract::{Path, RawQuery};
use serde_json::{Map, Value as Json, json};

/// `GET /api/v1/jobs`.
pub async fn list(caller: ApiCaller, RawQuery(query): RawQuery) -> Reply {
    let ask = Ask::read(query.as_deref(), &["kind", "before", "limit"])?;
    let limit = ask.parsed::<usize>("limit")?.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Problem::invalid(vec![FieldProblem::new("limit", "too_large").with("max", 200)]).into());
    }
    let filter = JobFilter { kind: ask.text("kind"), before: ask.before()?, limit, ..JobFilter::default() };
    let jobs = caller.web.engine.jobs(&caller.ctx, &filter).await?;
    Ok(answer(200, &json!({ "data": jobs })))
}

/// `GET /api/v1/jobs/{job}`.
pub async fn one(caller: ApiCaller, Path(job): Path<String>, RawQuery(query): RawQuery) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let engine = &caller.web.engine;
    let view = engine.job(&caller.ctx, record_id(&job)?).await?;
    let detail = words::error(caller.t, &view);
    let mut body = json!(view);
    if let Some(detail) = detail {
        body["detail"] = json!(detail);
    }
    if view.kind == <ImportJob as Job>::KIND {
        let (_, report) = engine.import_report(&caller.ctx, view.id).await?;
        let found = engine.import_twins(&caller.ctx, &report).await?;
        if !found.is_empty() {
            body["duplicates"] = json!(found);
        }
    }
    Ok(answer(200, &body))
}

/// `POST /api/v1/jobs/{job}/{verb}`: `cancel`, `retry`, `undo`.
pub async fn verb(caller: ApiCaller, Path((job, verb)): Path<(String, String)>, RawQuery(query): RawQuery) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let job = record_id(&job)?;
    let engine = &caller.web.engine;
    match verb.as_str() {
        "cancel" => engine.job_cancel(&caller.ctx, job).await?,
        "retry" => engine.job_retry(&caller.ctx, job).await?,
        "undo" => {
            let undo = engine.job_undo(&caller.ctx, job).await?;
            return Ok(answer(202, &json!({ "job": undo, "href": format!("/api/v1/jobs/{undo}") })));
        }
        _ => return Err(Problem::not_found().into()),
    }
    Ok(answer(200, &json!(engine.job(&caller.ctx, job).await?)))
}

/// `GET /api/v1/jobs/{job}/errors`: the refused rows of an import with their reasons, as CSV.
pub async fn errors(caller: ApiCaller, Path(job): Path<String>) -> Reply {
    let job = record_id(&job)?;
    let t = caller.t;
    let content = caller.web.engine.import_errors(&caller.ctx, job, move |note| words::note(t, note)).await?;
    download::bytes(content, &format!("{}-{job}.csv", t.get("import-errors-name")), "text/csv; charset=utf-8")
}

/// `GET /api/v1/jobs/{job}/notes?skip=&limit=`: what there is to look at, as JSON.
pub async fn notes(caller: ApiCaller, Path(job): Path<String>, RawQuery(query): RawQuery) -> Reply {
    let ask = Ask::read(query.as_deref(), &["skip", "limit"])?;
    let (skip, limit) = (ask.parsed::<usize>("skip")?.unwrap_or(0), ask.parsed::<usize>("limit")?.unwrap_or(200));
    if skip > 10_000_000 || !(1..=1_000).contains(&limit) {
        let (name, max) = if skip > 10_000_000 { ("skip", 10_000_000) } else { ("limit", 1_000) };
        return Err(Problem::invalid(vec![FieldProblem::new(name, "too_large").with("max", max)]).into());
    }
    let notes = caller.web.engine.import_notes(&caller.ctx, record_id(&job)?, skip, limit).await?;
    let told = notes.iter().map(|note| {
        let mut json = json!(note);
        json["detail"] = json!(words::note(caller.t, note));
        json
    });
    Ok(answer(200, &json!({ "data": told.collect::<Vec<_>>() })))
}

/// These addresses in the OpenAPI document.
pub(super) fn describe(paths: &mut Map<String, Json>) {
    let job = json!({"name": "job", "in": "path", "required": true, "schema": {"type": "integer", "minimum": 1, "maximum": i64::MAX}});
    let one = json!({"$ref": "#/components/schemas/Job"});
    let many = json!({"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": one}}});
    paths.insert(
        "/api/v1/jobs".into(),
        json!({"get": {
        "operationId": "jobs", "tags": ["jobs"], "summary": "Background jobs, newest first; administrators see those of all",
        "parameters": [
            query("kind", "Only jobs of this kind: import, export, bulk, undo …", json!({"type": "string", "maxLength": 60})),
            query("before", "Id of a job: those before it", json!({"type": "integer", "minimum": 1, "maximum": i64::MAX})),
            query("limit", "Most jobs, 50 when absent", json!({"type": "integer", "minimum": 1, "maximum": 200})),
        ],
        "responses": answers("200", many, READ)}}),
    );
    paths.insert(
        "/api/v1/jobs/{job}".into(),
        json!({"parameters": [job], "get": {
        "operationId": "job", "tags": ["jobs"], "summary": "How far a job is and what became of it", "responses": answers("200", one.clone(), READ)}}),
    );
    let verbs = [
        ("cancel", "200", one.clone(), "Stop a job; what its steps have written stays"),
        ("retry", "200", one, "Queue a job again that failed or was stopped; it goes on from its last step"),
        (
            "undo",
            "202",
            json!({"$ref": "#/components/schemas/Queued"}),
            "Take an import (within seven days) or a bulk edit (within a day) back",
        ),
    ];
    for (verb, status, schema, summary) in verbs {
        paths.insert(
            format!("/api/v1/jobs/{{job}}/{verb}"),
            json!({"parameters": [job], "post": {
            "operationId": format!("job_{verb}"), "tags": ["jobs"], "summary": summary, "responses": answers(status, schema, WRITE)}}),
        );
    }
    let note = json!({"type": "object", "required": ["line", "verdict", "code", "detail"], "properties": {
        "line": {"type": "integer"}, "verdict": {"enum": ["refused", "skipped", "asked", "blanked", "kept"]}, "field": {"type": "string"},
        "value": {"type": "string"}, "code": {"type": "string"}, "detail": {"type": "string"}, "args": {"type": "array"}}});
    paths.insert(
        "/api/v1/jobs/{job}/notes".into(),
        json!({"parameters": [job], "get": {
        "operationId": "job_notes", "tags": ["jobs"], "summary": "Rows of an import worth a look",
        "parameters": [
            query("skip", "Notes to leave out", json!({"type": "integer", "minimum": 0, "maximum": 10_000_000})),
            query("limit", "Most notes, 200 when absent", json!({"type": "integer", "minimum": 1, "maximum": 1_000})),
        ],
        "responses": answers("200", json!({"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": note}}}), READ)}}),
    );
    let mut table = answers("200", Json::Null, READ);
    table["200"] = json!({"description": "The rows with a column of reasons, to be mended and imported again", "content": {"text/csv": {"schema": {"type": "string"}}}});
    paths.insert(
        "/api/v1/jobs/{job}/errors".into(),
        json!({"parameters": [job], "get": {
        "operationId": "job_errors", "tags": ["jobs"], "summary": "Refused rows of an import with their reasons, as CSV", "responses": table}}),
    );
}
