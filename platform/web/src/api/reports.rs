//! Reports over the API: those there are, and any that is asked for.

use super::answer;
use super::ask::{Ask, Body};
use super::openapi::{READ, WRITE, answers, body};
use crate::{ApiCaller, Reply, download};
use akrab_engine::report::{FileFormat, Key, Line, Mark, ReportDraft, ReportEntry};
use akrab_engine::view::ViewScope;
use akrab_engine::{ReportTable, Result, Tx};
use akrab_model::format::Lang;
use akrab_model::report::Report;
use akrab_model::value::Input;
use akrab_model::{FieldProblem, Filter, Problem};
use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json, json};

/// `GET /api/v1/reports`: shipped ones first, then saved ones.
pub async fn list(caller: ApiCaller, RawQuery(query): RawQuery) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let lang = caller.ctx.lang_key();
    let entries = caller.read(|tx| tx.reports()).await?;
    Ok(answer(200, &json!({ "data": entries.iter().map(|e| told(e, lang)).collect::<Vec<_>>() })))
}

/// `GET /api/v1/reports/{report}?filter=`: a report with its figures.
pub async fn one(caller: ApiCaller, Path(key): Path<String>, RawQuery(query): RawQuery) -> Reply {
    let ask = Ask::read(query.as_deref(), &["filter"])?;
    let within = ask.text("filter").map(|f| Filter::parse(&f)).transpose()?;
    let (lang, currency) = (caller.ctx.lang, caller.web.engine.settings().currency.clone());
    let (entry, table) = caller
        .read(move |tx| {
            let entry = tx.report_entry(&key)?;
            let table = tx.report(&entry.report, within.as_ref())?;
            Ok((entry, table))
        })
        .await?;
    let mut body = told(&entry, lang.as_str());
    body["result"] = result(&table, lang, &currency);
    Ok(answer(200, &body))
}

/// `POST /api/v1/reports/answers`: the figures of a report that is not saved.
pub async fn run(caller: ApiCaller, RawQuery(query): RawQuery, asked: Body) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let (mut report, mut within) = (None, None);
    for (key, value) in &asked.map {
        match key.as_str() {
            "report" => report = Some(serde_json::from_value::<Report>(value.clone()).map_err(|e| wrong("report", &e.to_string()))?),
            "filter" if value.is_null() => {}
            "filter" => within = Some(Filter::from_json(value)?),
            _ => return Err(Problem::invalid(vec![FieldProblem::new(key, "unknown_field").with("field", key)]).into()),
        }
    }
    let report = report.ok_or_else(|| Problem::invalid(vec![FieldProblem::new("report", "required")]))?;
    let (lang, currency) = (caller.ctx.lang, caller.web.engine.settings().currency.clone());
    let table = caller.web.engine.report(&caller.ctx, report, within).await?;
    Ok(answer(200, &result(&table, lang, &currency)))
}

/// `POST /api/v1/reports`.
pub async fn create(caller: ApiCaller, RawQuery(query): RawQuery, asked: Body) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let lang = caller.ctx.lang_key();
    let body = caller
        .write(move |tx| {
            writable(tx)?;
            let mut draft = ReportDraft { name: String::new(), about: String::new(), scope: ViewScope::Private, report: Report::default() };
            if !asked.map.contains_key("report") {
                return Err(Problem::invalid(vec![FieldProblem::new("report", "required")]));
            }
            take(&asked.map, &mut draft)?;
            let id = tx.create_report(&draft)?;
            Ok(told(&tx.report_entry(&id.to_string())?, lang))
        })
        .await?;
    Ok(answer(201, &body))
}

/// `PATCH /api/v1/reports/{report}`.
pub async fn change(caller: ApiCaller, Path(key): Path<String>, RawQuery(query): RawQuery, asked: Body) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let lang = caller.ctx.lang_key();
    let body = caller
        .write(move |tx| {
            writable(tx)?;
            let (id, known) = saved(tx, &key)?;
            let scope = known.scope.unwrap_or(ViewScope::Private);
            let mut draft = ReportDraft { name: known.name.id, about: known.about.id, scope, report: known.report };
            take(&asked.map, &mut draft)?;
            tx.change_report(id, &draft)?;
            Ok(told(&tx.report_entry(&key)?, lang))
        })
        .await?;
    Ok(answer(200, &body))
}

/// `DELETE /api/v1/reports/{report}`.
pub async fn delete(caller: ApiCaller, Path(key): Path<String>, RawQuery(query): RawQuery) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    caller
        .write(move |tx| {
            writable(tx)?;
            let (id, _) = saved(tx, &key)?;
            tx.delete_report(id)
        })
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /api/v1/reports/{report}/file?format=csv|xlsx|pdf`.
pub async fn file(caller: ApiCaller, Path(key): Path<String>, RawQuery(query): RawQuery) -> Reply {
    let ask = Ask::read(query.as_deref(), &["format"])?;
    let format = match ask.text("format") {
        Some(word) => part("format", &Json::String(word))?,
        None => FileFormat::default(),
    };
    let (name, content) = caller.web.engine.report_file(&caller.ctx, &key, format).await?;
    download::bytes(content, &name, format.mime())
}

/// A saved report; shipped ones cannot be changed.
fn saved(tx: &mut Tx, key: &str) -> Result<(i64, ReportEntry)> {
    let entry = tx.report_entry(key)?;
    let id = key.parse().map_err(|_| Problem::forbidden())?;
    Ok((id, entry))
}

fn writable(tx: &Tx) -> Result<()> {
    if tx.ctx.read_only { Err(Problem::forbidden()) } else { Ok(()) }
}

/// Takes what a body says into a draft.
fn take(map: &Input, draft: &mut ReportDraft) -> Result<()> {
    for (key, value) in map {
        match key.as_str() {
            "name" => draft.name = part(key, value)?,
            "about" => draft.about = part(key, value)?,
            "scope" => draft.scope = part(key, value)?,
            "report" => draft.report = serde_json::from_value(value.clone()).map_err(|e| wrong(key, &e.to_string()))?,
            _ => return Err(Problem::invalid(vec![FieldProblem::new(key, "unknown_field").with("field", key)])),
        }
    }
    Ok(())
}

fn part<T: DeserializeOwned>(key: &str, value: &Json) -> Result<T> {
    serde_json::from_value(value.clone()).map_err(|_| Problem::invalid(vec![FieldProblem::new(key, "wrong_type")]))
}

fn wrong(field: &str, cause: &str) -> Problem {
    Problem::invalid(vec![FieldProblem::new(field, "report_unreadable").with("cause", cause)])
}

fn told(entry: &ReportEntry, lang: &str) -> Json {
    json!({
        "key": entry.key, "name": entry.name.get(lang), "about": entry.about.get(lang),
        "scope": entry.scope, "editable": entry.editable, "report": entry.report,
    })
}

pub(crate) fn result(table: &ReportTable, lang: Lang, currency: &str) -> Json {
    let axis = |n: usize| table.axes.get(n).map(|a| json!({"field": a.path, "label": a.words(lang)}));
    let groups = table.report.groups.len();
    json!({
        "object": table.object.plural,
        "rows": table.rows,
        "groups": (0..groups).filter_map(axis).collect::<Vec<_>>(),
        "pivot": axis(groups),
        "measures": table.measures.iter().map(|m| json!({"key": m.key, "label": m.label.get(lang.as_str()), "type": m.kind})).collect::<Vec<_>>(),
        "heads": table.heads.iter().map(|m| json!({"key": key(m), "label": table.head_words(m, lang, currency)})).collect::<Vec<_>>(),
        "lines": table.lines.iter().map(|l| line(table, l, 0, lang, currency)).collect::<Vec<_>>(),
        "totals": table.totals.iter().map(akrab_model::Value::to_json).collect::<Vec<_>>(),
    })
}

fn line(table: &ReportTable, line: &Line, depth: usize, lang: Lang, currency: &str) -> Json {
    let mut told = json!({
        "key": key(&line.mark), "label": table.line_words(depth, &line.mark, lang, currency),
        "values": line.cells.iter().map(akrab_model::Value::to_json).collect::<Vec<_>>(),
    });
    if !line.lost.is_empty() {
        told["lost"] = line.lost.iter().map(akrab_model::Value::to_json).collect();
    }
    if !line.below.is_empty() {
        told["lines"] = line.below.iter().map(|l| self::line(table, l, depth + 1, lang, currency)).collect();
    }
    told
}

/// What a group is: a value, or a range of days or numbers.
fn key(mark: &Mark) -> Json {
    match &mark.key {
        Key::Empty => Json::Null,
        Key::Value(value) => value.to_json(),
        Key::Period(from, to) => json!({"from": from.to_string(), "before": to.to_string()}),
        Key::Before(day) => json!({"before": day.to_string()}),
        Key::Since(day) => json!({"from": day.to_string()}),
        Key::Band(low, high) => json!({"from": low.map(|d| d.to_string()), "before": high.map(|d| d.to_string())}),
        Key::Weekday(n) => json!({ "weekday": n }),
        Key::Hour(n) => json!({ "hour": n }),
        Key::Elapsed(n) => json!({ "elapsed": n }),
        Key::Others => json!({ "others": true }),
    }
}

/// These addresses in the OpenAPI document.
pub(super) fn describe(paths: &mut Map<String, Json>) {
    let report = json!({"type": "object", "required": ["object", "measures"], "description": "object, kind, filter, groups, pivot, measures, sort, limit, chart, target, period, as_of: as a report file has them"});
    let result = json!({"type": "object", "required": ["object", "rows", "measures", "heads", "lines", "totals"],
        "description": "values and totals: measure by measure for each head, then for all heads together", "properties": {
        "object": {"type": "string"}, "rows": {"type": "integer"}, "groups": {"type": "array"}, "pivot": {"type": ["object", "null"]},
        "measures": {"type": "array"}, "heads": {"type": "array"}, "lines": {"type": "array"}, "totals": {"type": "array"}}});
    let entry = json!({"type": "object", "required": ["key", "name", "about", "scope", "editable", "report"], "properties": {
        "key": {"type": "string"}, "name": {"type": "string"}, "about": {"type": "string"}, "scope": {"enum": ["private", "team", "everyone", null]},
        "editable": {"type": "boolean"}, "report": report, "result": result}});
    let many = json!({"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": entry}}});
    let fields = json!({"name": {"type": "string", "minLength": 1, "maxLength": 60}, "about": {"type": "string", "maxLength": 140},
        "scope": {"type": "string", "enum": ["private", "team", "everyone"]}, "report": report});
    let made = json!({"type": "object", "required": ["name", "report"], "additionalProperties": false, "properties": fields});
    let mut changes = body(json!({"type": "object", "additionalProperties": false, "properties": fields}));
    changes["required"] = json!(false);
    let mut deleted = answers("204", Json::Null, WRITE);
    deleted["204"] = json!({"description": "Gone"});
    paths.insert(
        "/api/v1/reports".into(),
        json!({
            "get": {"operationId": "reports", "tags": ["reports"], "summary": "Reports: shipped ones first, then saved ones", "responses": answers("200", many, READ)},
            "post": {"operationId": "report_create", "tags": ["reports"], "summary": "Save a report", "requestBody": body(made),
                "responses": answers("201", entry.clone(), WRITE)},
        }),
    );
    paths.insert(
        "/api/v1/reports/{report}".into(),
        json!({
            "parameters": [{"name": "report", "in": "path", "required": true, "schema": {"type": "string", "maxLength": 60}}],
            "get": {"operationId": "report", "tags": ["reports"], "summary": "A report with its figures",
                "parameters": [super::openapi::query("filter", "Narrows the report: filter as JSON", json!({"type": "string"}))],
                "responses": answers("200", entry.clone(), READ)},
            "patch": {"operationId": "report_patch", "tags": ["reports"], "summary": "Change a saved report", "requestBody": changes,
                "responses": answers("200", entry, WRITE)},
            "delete": {"operationId": "report_delete", "tags": ["reports"], "summary": "Delete a saved report", "responses": deleted},
        }),
    );
    let mut sheet = answers("200", Json::Null, READ);
    sheet["200"] = json!({"description": "The file", "content": {
        "text/csv": {"schema": {"type": "string"}}, "application/pdf": {"schema": {"type": "string"}},
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {"schema": {"type": "string"}}}});
    paths.insert(
        "/api/v1/reports/{report}/file".into(),
        json!({
            "parameters": [{"name": "report", "in": "path", "required": true, "schema": {"type": "string", "maxLength": 60}}],
            "get": {"operationId": "report_file", "tags": ["reports"], "summary": "A report as a file",
                "parameters": [super::openapi::query("format", "What the file is", json!({"enum": ["csv", "xlsx", "pdf"], "default": "xlsx"}))],
                "responses": sheet},
        }),
    );
    let asked = json!({"type": "object", "required": ["report"], "additionalProperties": false, "properties": {"report": report, "filter": {"type": ["object", "null"]}}});
    let mut done = answers("200", result, READ);
    for status in ["413", "415"] {
        done[status] = json!({"$ref": "#/components/responses/Problem"});
    }
    paths.insert(
        "/api/v1/reports/answers".into(),
        json!({"post": {"operationId": "report_answer", "tags": ["reports"], "summary": "The figures of a report that is not saved",
            "requestBody": body(asked), "responses": done}}),
    );
}
