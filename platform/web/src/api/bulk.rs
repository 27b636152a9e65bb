//! One change to many records over the API: counted, or queued as a job.

use super::ask::{Ask, Body};
use super::openapi::{WRITE, answers, body};
use super::{answer, object_of};
use crate::{ApiCaller, Reply};
use akrab_engine::bulk::{BulkChange, BulkSpec};
use akrab_model::{FieldProblem, Object, Problem};
use axum::extract::{Path, RawQuery};
use serde::Deserialize;
use serde_json::{Value as Json, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    #[serde(default)]
    ids: Vec<i64>,
    filter: Option<Json>,
    q: Option<String>,
    /// Every record there is: nobody shall say so by leaving something out.
    #[serde(default)]
    all: bool,
    change: BulkChange,
    #[serde(default)]
    dry_run: bool,
}

/// `POST /api/v1/{object}/bulk`.
pub async fn run(caller: ApiCaller, Path(plural): Path<String>, RawQuery(query): RawQuery, asked: Body) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let object = caller.read(move |tx| object_of(tx, &plural)).await?;
    if let Some(change) = asked.map.get("change")
        && serde_json::from_value::<BulkChange>(change.clone()).is_err()
    {
        return Err(Problem::invalid(vec![FieldProblem::new("change", "wrong_type")]).into());
    }
    let asked: Asked = serde_json::from_value(Json::Object(asked.map)).map_err(|e| {
        let code = if e.to_string().starts_with("missing field") { "required" } else { "wrong_type" };
        Problem::invalid(vec![FieldProblem::new(if code == "required" { "change" } else { "/" }, code)])
    })?;
    if asked.ids.is_empty() && asked.filter.is_none() && asked.q.is_none() && !asked.all {
        return Err(Problem::invalid(vec![FieldProblem::new("ids", "required")]).into());
    }
    if let Some(n) = asked.ids.iter().position(|id| *id < 1) {
        return Err(Problem::invalid(vec![FieldProblem::new(&format!("/ids/{n}"), "too_small").with("min", 1)]).into());
    }
    let spec = BulkSpec { object, ids: asked.ids, filter: asked.filter, q: asked.q, change: asked.change };
    let engine = &caller.web.engine;
    if asked.dry_run {
        return Ok(answer(200, &json!(engine.bulk_trial(&caller.ctx, spec).await?)));
    }
    let job = engine.bulk_start(&caller.ctx, spec).await?;
    Ok(answer(202, &json!({ "job": job, "href": format!("/api/v1/jobs/{job}") })))
}

/// The object's part of the OpenAPI document.
pub(super) fn describe(object: &Object) -> (String, Json) {
    let words = json!({"type": "array", "items": {"type": "string"}});
    let tag = json!({"type": "object", "required": ["field"], "properties": {"field": {"type": "string"}, "add": words, "remove": words}});
    let make = json!({"type": "object", "required": ["object", "via", "values"], "properties": {
        "object": {"type": "string"}, "via": {"type": "string"}, "values": {"type": "object"}}});
    let only = |name: &str, schema: Json| json!({"type": "object", "required": [name], "additionalProperties": false, "properties": {name: schema}});
    let change = json!({"description": "set: values of fields; tag: words added to and taken off a field of choices; make: a record about each; delete: into the bin", "oneOf": [
        only("set", json!({"$ref": format!("#/components/schemas/{}_patch", object.key)})), only("tag", tag), only("make", make), {"const": "delete"}]});
    let asked = json!({"type": "object", "required": ["change"], "additionalProperties": false, "properties": {
        "ids": {"type": "array", "maxItems": 10_000, "items": {"type": "integer", "minimum": 1}, "description": "These records"},
        "filter": {"type": ["object", "null"], "description": "Or those that match this filter"},
        "q": {"type": ["string", "null"], "description": "Or those in which these words stand"},
        "all": {"type": "boolean", "description": "Or every record"},
        "change": change,
        "dry_run": {"type": "boolean", "description": "Only count"}}});
    let mut done = answers("202", json!({"$ref": "#/components/schemas/Queued"}), WRITE);
    done["200"] = json!({"description": "How many match, and how many of them may be changed (dry_run)", "content": {"application/json": {"schema":
        {"type": "object", "required": ["matching", "allowed"], "properties": {"matching": {"type": "integer"}, "allowed": {"type": "integer"}}}}}});
    let post = json!({"operationId": format!("{}_bulk", object.key), "tags": [object.plural], "summary": "Change many records together, as a job",
        "requestBody": body(asked), "responses": done});
    (format!("/api/v1/{}/bulk", object.plural), json!({ "post": post }))
}
