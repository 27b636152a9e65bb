//! The audit trail over the API, for administrators.

use super::answer;
use super::ask::Ask;
use super::openapi::{READ, answers, query};
use crate::{ApiCaller, Reply};
use akrab_engine::audit::{AuditQuery, AuditRow, GROUPS, kinds_of};
use akrab_model::{FieldProblem, Problem};
use axum::extract::RawQuery;
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

/// `GET /api/v1/audit`
pub async fn list(caller: ApiCaller, RawQuery(query): RawQuery) -> Reply {
    let ask = Ask::read(query.as_deref(), &["actor", "group", "from", "until", "q", "before", "limit"])?;
    let limit = ask.parsed::<usize>("limit")?.unwrap_or(50);
    if !(1..=1_000).contains(&limit) {
        return Err(Problem::invalid(vec![FieldProblem::new("limit", "too_large").with("max", 1_000)]).into());
    }
    let group = ask.text("group");
    if group.as_deref().is_some_and(|group| kinds_of(group).is_empty()) {
        return Err(Problem::invalid(vec![FieldProblem::new("group", "unknown_choice")]).into());
    }
    let moment = |name: &str| -> akrab_engine::Result<Option<i64>> { Ok(ask.parsed::<Timestamp>(name)?.map(|at| at.as_microsecond())) };
    let wanted = AuditQuery {
        actor: ask.parsed("actor")?,
        kinds: group.map(|group| kinds_of(&group).iter().map(ToString::to_string).collect()).unwrap_or_default(),
        from: moment("from")?,
        until: moment("until")?,
        text: ask.text("q").unwrap_or_default(),
        before: ask.before()?,
        limit,
    };
    let rows = caller.web.engine.audit(&caller.ctx, wanted).await?;
    let next = rows.last().filter(|row| rows.len() == limit && row.n > 1).map(|row| row.n);
    Ok(answer(200, &json!({ "data": rows.iter().map(entry).collect::<Vec<_>>(), "next": next })))
}

fn entry(row: &AuditRow) -> Json {
    let at = Timestamp::from_microsecond(row.at).map(|at| at.to_string()).unwrap_or_default();
    let detail: Json = serde_json::from_str(&row.detail).unwrap_or_default();
    json!({
        "n": row.n, "at": at, "actor": row.actor, "name": row.name, "door": row.door, "request": row.request, "address": row.place,
        "kind": row.kind, "object": row.object, "record": row.record, "detail": detail, "hash": row.hash,
    })
}

/// The address in the OpenAPI document.
pub(super) fn describe(paths: &mut Map<String, Json>) {
    let groups: Vec<&str> = GROUPS.iter().map(|(key, _)| *key).collect();
    let text = |max: i64| json!({"type": "string", "maxLength": max});
    let id = json!({"type": "integer", "minimum": 1, "maximum": i64::MAX});
    let moment = json!({"type": "string", "format": "date-time"});
    let one = json!({"type": "object", "required": ["n", "at", "name", "door", "kind", "detail", "hash"], "properties": {
        "n": {"type": "integer"}, "at": {"type": "string", "format": "date-time"}, "actor": {"type": ["integer", "null"]},
        "name": {"type": "string"}, "door": {"type": "string"}, "request": {"type": "string"}, "address": {"type": "string"},
        "kind": {"type": "string"}, "object": {"type": "string"}, "record": {"type": ["integer", "null"]}, "detail": {"type": "object"},
        "hash": {"type": "string"}}});
    let page = json!({"type": "object", "required": ["data", "next"], "properties": {
        "data": {"type": "array", "items": one}, "next": {"type": ["integer", "null"]}}});
    paths.insert(
        "/api/v1/audit".into(),
        json!({"get": {
        "operationId": "audit", "tags": ["audit"], "summary": "The audit trail, newest first; for administrators",
        "parameters": [
            query("actor", "Id of the user who acted", id.clone()),
            query("group", "Kinds of entries: sign-ins, data going out and in, rights, set-up, seals", json!({"type": "string", "enum": groups})),
            query("from", "From this moment", moment.clone()),
            query("until", "Until before this moment", moment),
            query("q", "In name, address or detail", text(200)),
            query("before", "Number of an entry: those before it", id),
            query("limit", "Most entries, 50 when absent", json!({"type": "integer", "minimum": 1, "maximum": 1_000})),
        ],
        "responses": answers("200", page, READ)}}),
    );
}
