//! Imports over the API: a file, its mapping, a trial, the run. What follows is a job.

use super::ask::Ask;
use super::files::body;
use super::openapi::{WRITE, answers, query};
use super::{answer, object_of};
use crate::guard::UPLOAD_LIMIT;
use crate::{ApiCaller, Reply};
use akrab_engine::import::{ImportSpec, Mode, OnBadValue, OnMatch};
use akrab_model::{Object, Problem};
use axum::extract::{Path, RawQuery, Request};
use serde_json::{Value as Json, json};

const IMPORT: &[&str] = &["inspect", "dry_run", "file", "name", "sheet", "columns", "match_by", "mode", "on_match", "on_bad_value", "make"];

/// `POST /api/v1/{object}/imports`: the file as body, as `file` of a form, or by the id of one sent
/// before. `inspect` only answers what the columns seem to be; else a job is queued and told with 202.
/// `columns` names the field of each column, separated by commas, empty for none; `match_by` is
/// `phone+name,email`. Both are guessed when absent.
pub async fn start(caller: ApiCaller, Path(plural): Path<String>, RawQuery(query): RawQuery, request: Request) -> Reply {
    let ask = Ask::read(query.as_deref(), IMPORT)?;
    let (mode, on_match, on_bad_value) =
        (ask.one_of::<Mode>("mode")?, ask.one_of::<OnMatch>("on_match")?, ask.one_of::<OnBadValue>("on_bad_value")?);
    let (inspect, dry_run) = (ask.parsed::<bool>("inspect")?.unwrap_or(false), ask.parsed::<bool>("dry_run")?.unwrap_or(false));
    let known = ask.parsed::<i64>("file")?;
    let object = caller.read(move |tx| object_of(tx, &plural)).await?;
    let engine = &caller.web.engine;
    engine.import_permitted(&caller.ctx, &object)?;
    let file = match known {
        Some(file) => engine.file(&caller.ctx, file).await?,
        None => {
            let (name, content) = body(&caller, request).await?;
            let name = ask.text("name").or(name).unwrap_or_else(|| "import".into());
            engine.file_put(&caller.ctx, &name, std::io::Cursor::new(content), UPLOAD_LIMIT as u64).await?
        }
    };
    let begun = async {
        if inspect {
            return Ok((200, json!(engine.import_inspect(&caller.ctx, &object, file.id, ask.text("sheet")).await?)));
        }
        let mut spec: ImportSpec = engine.import_guess(&caller.ctx, &object, file.id, ask.text("sheet")).await?;
        choose(&mut spec, &ask);
        (spec.mode, spec.on_match) = (mode, on_match);
        if ask.text("on_bad_value").is_some() {
            spec.on_bad_value = on_bad_value;
        }
        let job = engine.import_start(&caller.ctx, spec.clone(), dry_run).await?;
        let href = format!("/api/v1/jobs/{job}");
        Ok::<_, Problem>((202, json!({ "job": job, "href": href, "file": file.id, "columns": spec.columns, "match_by": spec.match_by })))
    };
    match begun.await {
        Ok((status, told)) => Ok(answer(status, &told)),
        Err(problem) => {
            if known.is_none() {
                // what is refused leaves nothing behind
                engine.file_forget(&caller.ctx, &file).await?;
            }
            Err(problem.into())
        }
    }
}

/// Takes over what the caller says about columns and keys.
fn choose(spec: &mut ImportSpec, ask: &Ask) {
    if let Some(columns) = ask.text("columns") {
        spec.map_by_hand(&columns);
    }
    if ask.text("make").is_some() {
        spec.make = ask.words("make");
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
}

/// The object's part of the OpenAPI document.
pub(super) fn describe(object: &Object) -> (String, Json) {
    let choice = |name: &str, text: &str, words: &[&str]| query(name, text, json!({"type": "string", "enum": words}));
    let names = json!({"type": "array", "items": {"type": ["string", "null"]}});
    let sets = json!({"type": "array", "items": {"type": "array", "items": {"type": "string"}}});
    let mut done = answers(
        "202",
        json!({"type": "object", "required": ["job", "href", "file", "columns", "match_by"], "properties": {
            "job": {"type": "integer"}, "href": {"type": "string"}, "file": {"type": "integer"}, "columns": names, "match_by": sets}}),
        WRITE,
    );
    done["200"] = json!({"description": "What the file holds (inspect)", "content": {"application/json": {"schema":
        {"type": "object", "required": ["file", "columns", "match_by", "fields"], "properties": {
            "file": {"type": "integer"}, "file_name": {"type": "string"}, "columns": names, "match_by": sets,
            "fields": {"type": "array", "items": {"type": "string"}}}}}}});
    let binary = json!({"type": "string", "format": "binary"});
    let post = json!({
        "operationId": format!("{}_import", object.key), "tags": [object.plural],
        "summary": format!("Import {} from a CSV, XLSX, vCard or iCalendar file", object.plural_label("en").to_lowercase()),
        "parameters": [
            query("inspect", "Only say what the columns seem to be", json!({"type": "boolean"})),
            query("dry_run", "Go through all rows and write nothing", json!({"type": "boolean"})),
            query("file", "Id of a file sent before, instead of a body", json!({"type": "integer", "minimum": 1, "maximum": i64::MAX})),
            query("name", "What the file is called", json!({"type": "string", "maxLength": 200})),
            query("sheet", "Sheet of an XLSX file", json!({"type": "string", "maxLength": 200})),
            query("columns", "The field of each column, separated by commas, empty for none; also of a linked record (account.name), or its id in this workspace (account.id); guessed when absent", json!({"type": "string", "maxLength": 4_000})),
            query("match_by", "Fields by which a row finds its record, + between those that count together, commas between alternatives; guessed when absent", json!({"type": "string", "maxLength": 4_000})),
            query("make", "Links, separated by commas, whose records are made when there is none; guessed for exports of other programs", json!({"type": "string", "maxLength": 4_000})),
            choice("mode", "Which rows count", &["create", "update", "both"]),
            choice("on_match", "What a row does to the record it finds", &["skip", "update", "fill_empty", "ask"]),
            choice("on_bad_value", "What becomes of a row with a value that cannot be read; blank_and_note for exports of other programs, else refuse", &["refuse", "blank_and_note"]),
        ],
        "requestBody": {"required": false, "content": {
            "text/csv": {"schema": binary}, "application/octet-stream": {"schema": binary},
            "multipart/form-data": {"schema": {"type": "object", "required": ["file"], "properties": {"file": binary}}}}},
        "responses": done});
    (format!("/api/v1/{}/imports", object.plural), json!({ "post": post }))
}
