//! Jobs, imports and exports over the API.

use super::{answer, object_of};
use crate::guard::UPLOAD_LIMIT;
use crate::jobs::words;
use crate::{ApiCaller, Reply, download};
use akrab_engine::JobFilter;
use akrab_engine::export::{ExportFormat, ExportSpec};
use akrab_engine::import::{ImportSpec, Mode, OnBadValue, OnMatch};
use akrab_model::{FieldProblem, Problem};
use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Path, Query, Request};
use serde::Deserialize;
use serde_json::{Value as Json, json};

/// How an upload is to be imported; all optional.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImportAsked {
    /// Only find out what would happen.
    dry_run: bool,
    /// Name of the file, for showing.
    name: Option<String>,
    sheet: Option<String>,
    /// Field of each column, separated by commas, empty for none; guessed when absent.
    columns: Option<String>,
    /// `phone+name,email`; guessed when absent, nothing for the empty text.
    match_by: Option<String>,
    mode: Mode,
    on_match: OnMatch,
    on_bad_value: OnBadValue,
}

/// `POST /api/v1/{object}/imports`: the file as body, or as `file` of a form. Answers 202 with the job.
pub async fn import(caller: ApiCaller, Path(plural): Path<String>, Query(asked): Query<ImportAsked>, request: Request) -> Reply {
    let object = caller.read(move |tx| object_of(tx, &plural)).await?;
    let (name, content) = body(&caller, request).await?;
    let name = asked.name.clone().or(name).unwrap_or_else(|| "import".into());
    let engine = &caller.web.engine;
    let file = engine.file_put(&caller.ctx, &name, std::io::Cursor::new(content), UPLOAD_LIMIT as u64).await?;
    let mut spec: ImportSpec = engine.import_guess(&caller.ctx, &object, file.id, asked.sheet.clone()).await?;
    let list = |text: &str, by: char| text.split(by).map(|s| s.trim().to_string()).filter(|s| !s.is_empty()).collect::<Vec<_>>();
    if let Some(columns) = &asked.columns {
        spec.columns = columns.split(',').map(|c| Some(c.trim().to_string()).filter(|c| !c.is_empty())).collect();
    }
    match &asked.match_by {
        Some(sets) => spec.match_by = list(sets, ',').iter().map(|set| list(set, '+')).collect(),
        None if asked.columns.is_some() => spec.match_by.retain(|set| set.iter().all(|k| spec.columns.iter().flatten().any(|c| c == k))),
        None => {}
    }
    (spec.mode, spec.on_match, spec.on_bad_value) = (asked.mode, asked.on_match, asked.on_bad_value);
    let job = engine.import_start(&caller.ctx, spec.clone(), asked.dry_run).await?;
    Ok(answer(202, &json!({ "job": job, "href": format!("/api/v1/jobs/{job}"), "file": file.id, "columns": spec.columns, "match_by": spec.match_by })))
}

async fn body(caller: &ApiCaller, request: Request) -> Result<(Option<String>, Bytes), crate::Fail> {
    let too_large = || Problem::new(akrab_model::problem::ProblemKind::TooLarge, "file_too_large").with("max", UPLOAD_LIMIT / 1024 / 1024);
    if !caller.facts.header("content-type").starts_with("multipart/form-data") {
        let content = Bytes::from_request(request, &caller.web).await.map_err(|_| too_large())?;
        return Ok((None, content));
    }
    let mut form = Multipart::from_request(request, &caller.web).await.map_err(|_| Problem::malformed("bad_form"))?;
    while let Some(field) = form.next_field().await.map_err(|_| Problem::malformed("bad_form"))? {
        if field.name() == Some("file") {
            let name = field.file_name().map(str::to_string);
            return Ok((name, field.bytes().await.map_err(|_| too_large())?));
        }
    }
    Err(Problem::invalid(vec![FieldProblem::new("file", "required")]).into())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ExportAsked {
    filter: Option<String>,
    q: Option<String>,
    sort: Option<String>,
    columns: Option<String>,
    format: ExportFormat,
}

/// `GET /api/v1/{object}/export`: the file itself.
pub async fn export(caller: ApiCaller, Path(plural): Path<String>, Query(asked): Query<ExportAsked>) -> Reply {
    let object = caller.read(move |tx| object_of(tx, &plural)).await?;
    let filter = asked.filter.as_deref().map(serde_json::from_str::<Json>).transpose();
    let filter = filter.map_err(|_| Problem::invalid(vec![FieldProblem::new("filter", "not_json")]))?;
    let list = |text: Option<String>| text.unwrap_or_default().split(',').map(|s| s.trim().to_string()).filter(|s| !s.is_empty()).collect();
    let spec = ExportSpec { object, filter, q: asked.q, sort: list(asked.sort), columns: list(asked.columns), format: asked.format, ..ExportSpec::default() };
    crate::export::send(&caller.web.engine, &caller.ctx, spec).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JobsAsked {
    kind: Option<String>,
    before: Option<i64>,
    limit: usize,
}

/// `GET /api/v1/jobs`.
pub async fn list(caller: ApiCaller, Query(asked): Query<JobsAsked>) -> Reply {
    let filter = JobFilter { kind: asked.kind, before: asked.before, limit: asked.limit, ..JobFilter::default() };
    let jobs = caller.web.engine.jobs(&caller.ctx, &filter).await?;
    Ok(answer(200, &json!({ "data": jobs })))
}

/// `GET /api/v1/jobs/{job}`.
pub async fn one(caller: ApiCaller, Path(job): Path<i64>) -> Reply {
    let view = caller.web.engine.job(&caller.ctx, job).await?;
    let detail = words::error(caller.t, &view);
    let mut body = json!(view);
    if let Some(detail) = detail {
        body["detail"] = json!(detail);
    }
    Ok(answer(200, &body))
}

/// `POST /api/v1/jobs/{job}/{verb}`: `cancel`, `retry`, `undo`.
pub async fn verb(caller: ApiCaller, Path((job, verb)): Path<(i64, String)>) -> Reply {
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
pub async fn errors(caller: ApiCaller, Path(job): Path<i64>) -> Reply {
    let t = caller.t;
    let content = caller.web.engine.import_errors(&caller.ctx, job, move |note| words::note(t, note)).await?;
    download::bytes(content, &format!("{}-{job}.csv", t.get("import-errors-name")), "text/csv; charset=utf-8")
}

/// `GET /api/v1/jobs/{job}/notes?skip=&limit=`: what there is to look at, as JSON.
pub async fn notes(caller: ApiCaller, Path(job): Path<i64>, Query(asked): Query<NotesAsked>) -> Reply {
    let limit = if asked.limit == 0 { 200 } else { asked.limit.min(1_000) };
    let notes = caller.web.engine.import_notes(&caller.ctx, job, asked.skip, limit).await?;
    let told = notes.iter().map(|note| {
        let mut json = json!(note);
        json["detail"] = json!(words::note(caller.t, note));
        json
    });
    Ok(answer(200, &json!({ "data": told.collect::<Vec<_>>() })))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NotesAsked {
    skip: usize,
    limit: usize,
}
