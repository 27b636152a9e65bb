//! Process maps over the API: those in force, and their figures.

use super::answer;
use super::ask::Ask;
use super::openapi::{READ, answers, query};
use crate::{ApiCaller, Reply};
use akrab_engine::process::{FiguresAsked, Lengths, Process, StepFigures, Way};
use akrab_model::{FieldProblem, Filter, Problem};
use axum::extract::{Path, RawQuery};
use jiff::{Timestamp, ToSpan};
use serde_json::{Map, Value as Json, json};

/// `GET /api/v1/processes`
pub async fn list(caller: ApiCaller, RawQuery(query): RawQuery) -> Reply {
    caller.ctx.require_whole()?;
    Ask::read(query.as_deref(), &[])?;
    let found = caller.read(|tx| Ok(tx.processes_in_force())).await?;
    let lang = caller.ctx.lang_key();
    Ok(answer(200, &json!({ "data": found.iter().map(|one| told(one, lang)).collect::<Vec<_>>() })))
}

/// `GET /api/v1/processes/{process}`
pub async fn one(caller: ApiCaller, Path(key): Path<String>, RawQuery(query): RawQuery) -> Reply {
    caller.ctx.require_whole()?;
    Ask::read(query.as_deref(), &[])?;
    let found = caller.read(move |tx| tx.process_in_force(&key)).await?;
    Ok(answer(200, &told(&found, caller.ctx.lang_key())))
}

/// `GET /api/v1/processes/{process}/figures`
pub async fn figures(caller: ApiCaller, Path(key): Path<String>, RawQuery(query): RawQuery) -> Reply {
    caller.ctx.require_whole()?;
    let ask = Ask::read(query.as_deref(), &["from", "to", "filter"])?;
    let moment = |name: &str| -> Result<Option<Timestamp>, Problem> {
        let wrong = || Problem::invalid(vec![FieldProblem::new(name, "not_a_date")]);
        ask.text(name).map(|text| text.parse().map_err(|_| wrong())).transpose()
    };
    let to = moment("to")?.unwrap_or_else(|| caller.ctx.now.timestamp());
    let from = match moment("from")? {
        Some(from) => from,
        None => to.checked_sub((90 * 24).hours()).map_err(|_| Problem::invalid(vec![FieldProblem::new("to", "not_a_date")]))?,
    };
    let filter = ask.text("filter").map(|text| Filter::parse(&text)).transpose()?;
    let asked = FiguresAsked { from, to, filter };
    let found = caller.read(move |tx| tx.process_figures(&key, &asked)).await?;
    let steps: Vec<Json> = found.steps.iter().map(step).collect();
    let moves: Vec<Json> = found.moves.iter().map(|m| json!({"from": m.from, "to": m.to, "count": m.count})).collect();
    Ok(answer(
        200,
        &json!({"from": from.to_string(), "to": to.to_string(), "steps": steps, "moves": moves, "won_share": found.won_share()}),
    ))
}

fn told(process: &Process, lang: &str) -> Json {
    let gate = |gate: &akrab_engine::process::GateDecl| json!({"fields": gate.fields, "rules": gate.rules.iter().map(|r| r.name.get(lang)).collect::<Vec<_>>()});
    let steps = process.stages.iter().map(|stage| {
        let step = process.decl.step(&stage.name).cloned().unwrap_or_default();
        json!({"stage": stage.id, "name": stage.name, "category": stage.category, "guide": step.guide.get(lang), "to": step.to,
            "starts": step.starts, "limit": step.limit.map(|l| l.to_string()), "entry": gate(step.gate(Way::Entry)), "exit": gate(step.gate(Way::Exit))})
    });
    json!({"key": process.key, "name": process.decl.name.get(lang), "version": process.version, "object": process.decl.object,
        "pipeline": process.pipeline, "ordered": process.decl.ordered, "calendar": process.decl.calendar, "steps": steps.collect::<Vec<_>>()})
}

fn step(one: &StepFigures) -> Json {
    let lengths = |l: &Lengths| json!({"median": l.median / 1_000_000, "p90": l.p90 / 1_000_000, "worked_median": l.worked_median / 1_000_000, "worked_p90": l.worked_p90 / 1_000_000});
    json!({"stage": one.stage.id, "name": one.stage.name, "category": one.stage.category, "came": one.came, "left": one.left,
        "forward": one.forward, "won": one.won, "back": one.back, "lost": one.lost, "elsewhere": one.elsewhere, "conversion": one.conversion(),
        "time": lengths(&one.time), "seconds": one.seconds, "worked_seconds": one.worked_seconds, "late": one.late, "late_seconds": one.late_seconds,
        "again": one.again, "again_seconds": one.again_seconds, "waiting": one.waiting, "waiting_late": one.waiting_late,
        "oldest": one.oldest.map(|at| at.to_string()), "age": lengths(&one.age), "bottleneck": one.bottleneck})
}

/// These addresses in the OpenAPI document.
pub(super) fn describe(paths: &mut Map<String, Json>) {
    let text = json!({"type": "string", "maxLength": 40});
    let map = json!({"type": "object", "required": ["key", "name", "version", "object", "pipeline", "ordered", "steps"], "properties": {
        "key": {"type": "string"}, "name": {"type": "string"}, "version": {"type": "integer"}, "object": {"type": "string"}, "pipeline": {"type": "integer"},
        "ordered": {"type": "boolean"}, "calendar": {"type": "string"}, "steps": {"type": "array"}}});
    let all = json!({"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": map}}});
    paths.insert(
        "/api/v1/processes".into(),
        json!({"get": {"operationId": "processes", "tags": ["processes"], "summary": "Process maps in force over records the user may see",
            "responses": answers("200", all, READ)}}),
    );
    let path = json!([{"name": "process", "in": "path", "required": true, "schema": text}]);
    paths.insert(
        "/api/v1/processes/{process}".into(),
        json!({"parameters": path, "get": {"operationId": "process", "tags": ["processes"], "summary": "One map: its steps, what they ask for, and the ways between them",
            "responses": answers("200", map, READ)}}),
    );
    let figures = json!({"type": "object", "required": ["from", "to", "steps", "moves"], "properties": {
        "from": {"type": "string", "format": "date-time"}, "to": {"type": "string", "format": "date-time"},
        "steps": {"type": "array"}, "moves": {"type": "array"}, "won_share": {"type": ["integer", "null"]}}});
    let moment = json!({"type": "string", "format": "date-time"});
    paths.insert(
        "/api/v1/processes/{process}/figures".into(),
        json!({"parameters": path, "get": {"operationId": "process_figures", "tags": ["processes"],
            "summary": "Time spent and lost in each step, what waits, and where records went; lengths in seconds",
            "parameters": [
                query("from", "Stays that ended from this moment on; 90 days before the end when absent", moment.clone()),
                query("to", "Up to, not including, this moment; now when absent", moment),
                query("filter", "Filter JSON: only records that match", json!({"type": "string", "maxLength": 20_000})),
            ],
            "responses": answers("200", figures, READ)}}),
    );
}
