//! Jobs, imports and exports over the API.

use super::ask::Ask;
use super::read::record_id;
use super::{answer, object_of};
use crate::guard::UPLOAD_LIMIT;
use crate::jobs::words;
use crate::{ApiCaller, Reply, download};
use akrab_engine::JobFilter;
use akrab_engine::export::{ExportFormat, ExportSpec};
use akrab_engine::import::{ImportSpec, Mode, OnBadValue, OnMatch};
use akrab_model::{FieldProblem, Problem};
use axum::extract::{Path, RawQuery, Request};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json, json};

const IMPORT: &[&str] = &["dry_run", "name", "sheet", "columns", "match_by", "mode", "on_match", "on_bad_value"];

/// `POST /api/v1/{object}/imports`: the file as body, or as `file` of a form. Answers 202 with the
/// job. `columns` names the field of each column, separated by commas, empty for none; `match_by`
/// is `phone+name,email`. Both are guessed when absent.
pub async fn import(caller: ApiCaller, Path(plural): Path<String>, RawQuery(query): RawQuery, request: Request) -> Reply {
    let ask = Ask::read(query.as_deref(), IMPORT)?;
    let (mode, on_match, on_bad_value) =
        (told::<Mode>(&ask, "mode")?, told::<OnMatch>(&ask, "on_match")?, told::<OnBadValue>(&ask, "on_bad_value")?);
    let dry_run = ask.parsed::<bool>("dry_run")?.unwrap_or(false);
    let object = caller.read(move |tx| object_of(tx, &plural)).await?;
    caller.web.engine.import_permitted(&caller.ctx, &object)?;
    let (name, content) = super::files::body(&caller, request).await?;
    let name = ask.text("name").or(name).unwrap_or_else(|| "import".into());
    let engine = &caller.web.engine;
    let file = engine.file_put(&caller.ctx, &name, std::io::Cursor::new(content), UPLOAD_LIMIT as u64).await?;
    let mut spec: ImportSpec = engine.import_guess(&caller.ctx, &object, file.id, ask.text("sheet")).await?;
    if let Some(columns) = ask.text("columns") {
        spec.columns = columns.split(',').map(|c| Some(c.trim().to_string()).filter(|c| !c.is_empty())).collect();
        spec.match_by.retain(|set| set.iter().all(|k| spec.columns.iter().flatten().any(|c| c == k)));
    }
    if ask.text("match_by").is_some() {
        let sets = ask.words("match_by");
        spec.match_by = sets
            .iter()
            .map(|set| {
                // a plus sign in an address may arrive as a blank
                set.split(['+', ' ']).map(str::to_string).filter(|k| !k.is_empty()).collect()
            })
            .collect();
    }
    (spec.mode, spec.on_match, spec.on_bad_value) = (mode, on_match, on_bad_value);
    let job = engine.import_start(&caller.ctx, spec.clone(), dry_run).await?;
    Ok(answer(
        202,
        &json!({ "job": job, "href": format!("/api/v1/jobs/{job}"), "file": file.id, "columns": spec.columns, "match_by": spec.match_by }),
    ))
}

fn told<T: DeserializeOwned + Default>(ask: &Ask, name: &str) -> Result<T, Problem> {
    let Some(value) = ask.text(name) else { return Ok(T::default()) };
    serde_json::from_value(value.as_str().into())
        .map_err(|_| Problem::invalid(vec![FieldProblem::new(name, "unknown_choice").with("value", value)]))
}

/// `GET /api/v1/{object}/export`: the file itself.
pub async fn export(caller: ApiCaller, Path(plural): Path<String>, RawQuery(query): RawQuery) -> Reply {
    let ask = Ask::read(query.as_deref(), &["filter", "q", "sort", "columns", "format"])?;
    let format = told::<ExportFormat>(&ask, "format")?;
    let object = caller.read(move |tx| object_of(tx, &plural)).await?;
    let list = ask.list(&object)?;
    let filter = list.filter.as_ref().map(akrab_model::Filter::to_json);
    let spec = ExportSpec { object, filter, q: list.q, sort: list.sort, columns: list.columns, format, ..ExportSpec::default() };
    crate::export::send(&caller.web.engine, &caller.ctx, spec).await
}

/// `GET /api/v1/jobs`.
pub async fn list(caller: ApiCaller, RawQuery(query): RawQuery) -> Reply {
    let ask = Ask::read(query.as_deref(), &["kind", "before", "limit"])?;
    let limit = ask.parsed::<usize>("limit")?.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Problem::invalid(vec![FieldProblem::new("limit", "too_large").with("max", 200)]).into());
    }
    let filter = JobFilter { kind: ask.text("kind"), before: ask.parsed("before")?, limit, ..JobFilter::default() };
    let jobs = caller.web.engine.jobs(&caller.ctx, &filter).await?;
    Ok(answer(200, &json!({ "data": jobs })))
}

/// `GET /api/v1/jobs/{job}`.
pub async fn one(caller: ApiCaller, Path(job): Path<String>) -> Reply {
    let view = caller.web.engine.job(&caller.ctx, record_id(&job)?).await?;
    let detail = words::error(caller.t, &view);
    let mut body = json!(view);
    if let Some(detail) = detail {
        body["detail"] = json!(detail);
    }
    Ok(answer(200, &body))
}

/// `POST /api/v1/jobs/{job}/{verb}`: `cancel`, `retry`, `undo`.
pub async fn verb(caller: ApiCaller, Path((job, verb)): Path<(String, String)>) -> Reply {
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
    let (skip, limit) =
        (ask.parsed::<usize>("skip")?.unwrap_or(0).min(10_000_000), ask.parsed::<usize>("limit")?.unwrap_or(200).min(1_000));
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
    let job = json!({"name": "job", "in": "path", "required": true, "schema": {"type": "integer", "minimum": 1}});
    let problem = json!({"$ref": "#/components/responses/Problem"});
    let answers = |status: &str, kind: &str| {
        let mut map = Map::new();
        let schema = if kind == "application/json" { json!({"type": "object"}) } else { json!({"type": "string"}) };
        map.insert(status.into(), json!({"description": "Done", "content": {kind: {"schema": schema}}}));
        for status in ["400", "401", "403", "404", "409", "413", "422", "429", "503", "507"] {
            map.insert(status.into(), problem.clone());
        }
        Json::Object(map)
    };
    paths.insert(
        "/api/v1/jobs".into(),
        json!({"get": {
        "operationId": "jobs", "tags": ["jobs"], "summary": "Background jobs, newest first",
        "parameters": [
            {"name": "kind", "in": "query", "schema": {"type": "string"}},
            {"name": "before", "in": "query", "schema": {"type": "integer", "minimum": 1}},
            {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200}},
        ],
        "responses": answers("200", "application/json")}}),
    );
    paths.insert("/api/v1/jobs/{job}".into(), json!({"parameters": [job], "get": {
        "operationId": "job", "tags": ["jobs"], "summary": "How far a job is and what became of it", "responses": answers("200", "application/json")}}));
    paths.insert(
        "/api/v1/jobs/{job}/notes".into(),
        json!({"parameters": [job], "get": {
        "operationId": "job_notes", "tags": ["jobs"], "summary": "Rows of an import worth a look",
        "parameters": [
            {"name": "skip", "in": "query", "schema": {"type": "integer", "minimum": 0}},
            {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1}},
        ],
        "responses": answers("200", "application/json")}}),
    );
    paths.insert("/api/v1/jobs/{job}/errors".into(), json!({"parameters": [job], "get": {
        "operationId": "job_errors", "tags": ["jobs"], "summary": "Refused rows of an import with their reasons, as CSV", "responses": answers("200", "text/csv")}}));
}
