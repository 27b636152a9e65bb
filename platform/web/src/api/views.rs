//! Views of lists and boards over the API.

use super::ask::{Ask, Body};
use super::openapi::{READ, WRITE, answers, body};
use super::read::record_id;
use super::{answer, object_of};
use crate::{ApiCaller, Reply};
use akrab_engine::view::{View, ViewDraft, ViewScope, ViewState};
use akrab_engine::{Result, Tx};
use akrab_model::value::Input;
use akrab_model::{FieldProblem, Object, Problem};
use axum::extract::{Path, RawQuery};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

/// `GET /api/v1/{object}/views`: shipped ones first, then saved ones.
pub async fn list(caller: ApiCaller, Path(plural): Path<String>, RawQuery(query): RawQuery) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let views = caller
        .read(move |tx| {
            let object = object(tx, &plural)?;
            let mut views = tx.views(&object)?;
            views.iter_mut().for_each(|view| tx.cut_state(&object, &mut view.state));
            Ok(views)
        })
        .await?;
    let lang = caller.ctx.lang_key();
    Ok(answer(200, &json!({ "data": views.iter().map(|view| told(view, lang)).collect::<Vec<_>>() })))
}

/// `POST /api/v1/{object}/views`.
pub async fn create(caller: ApiCaller, Path(plural): Path<String>, RawQuery(query): RawQuery, asked: Body) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let lang = caller.ctx.lang_key();
    let body = caller
        .write(move |tx| {
            let object = object(tx, &plural)?;
            writable(tx)?;
            let mut draft = ViewDraft { name: String::new(), scope: ViewScope::Private, state: ViewState::default() };
            take(tx, &object, &asked.map, &mut draft)?;
            let id = tx.create_view(&object, &draft)?;
            one(tx, &object, id, lang)
        })
        .await?;
    Ok(answer(201, &body))
}

/// `PATCH /api/v1/{object}/views/{view}`.
pub async fn change(caller: ApiCaller, Path((plural, view)): Path<(String, String)>, RawQuery(query): RawQuery, asked: Body) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let (id, lang) = (record_id(&view)?, caller.ctx.lang_key());
    let body = caller
        .write(move |tx| {
            let object = object(tx, &plural)?;
            writable(tx)?;
            let known = tx.views(&object)?.into_iter().find(|v| v.id == Some(id)).ok_or_else(Problem::not_found)?;
            let (name, scope) = (known.name.id.clone(), known.scope.unwrap_or(ViewScope::Private));
            let mut draft = ViewDraft { name, scope, state: known.state };
            take(tx, &object, &asked.map, &mut draft)?;
            tx.change_view(&object, id, |kept| *kept = draft)?;
            one(tx, &object, id, lang)
        })
        .await?;
    Ok(answer(200, &body))
}

/// `DELETE /api/v1/{object}/views/{view}`.
pub async fn delete(caller: ApiCaller, Path((plural, view)): Path<(String, String)>, RawQuery(query): RawQuery) -> Reply {
    Ask::read(query.as_deref(), &[])?;
    let id = record_id(&view)?;
    caller
        .write(move |tx| {
            let object = object(tx, &plural)?;
            writable(tx)?;
            tx.delete_view(&object, id)
        })
        .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn object(tx: &Tx, plural: &str) -> Result<Arc<Object>> {
    tx.object(&object_of(tx, plural)?)
}

fn writable(tx: &Tx) -> Result<()> {
    if tx.ctx.read_only { Err(Problem::forbidden()) } else { Ok(()) }
}

/// Takes name, scope and state out of a body; what the caller may not read is no part of a state.
fn take(tx: &mut Tx, object: &Arc<Object>, map: &Input, draft: &mut ViewDraft) -> Result<()> {
    for (key, value) in map {
        match key.as_str() {
            "name" => draft.name = read(key, value)?,
            "scope" => draft.scope = read(key, value)?,
            "state" => draft.state = read(key, value)?,
            _ => return Err(Problem::invalid(vec![FieldProblem::new(key, "unknown_field").with("field", key)])),
        }
    }
    tx.check_state(object, &draft.state)
}

fn read<T: DeserializeOwned>(key: &str, value: &Json) -> Result<T> {
    serde_json::from_value(value.clone()).map_err(|_| Problem::invalid(vec![FieldProblem::new(key, "wrong_type")]))
}

fn one(tx: &mut Tx, object: &Arc<Object>, id: i64, lang: &str) -> Result<Json> {
    let mut view = tx.views(object)?.into_iter().find(|v| v.id == Some(id)).ok_or_else(Problem::not_found)?;
    tx.cut_state(object, &mut view.state);
    Ok(told(&view, lang))
}

fn told(view: &View, lang: &str) -> Json {
    json!({
        "key": view.key,
        "id": view.id,
        "name": view.name.get(lang),
        "scope": view.scope,
        "editable": view.editable,
        "state": view.state,
    })
}

/// The object's part of the OpenAPI document.
pub(super) fn describe(object: &Object, paths: &mut Map<String, Json>) {
    let view = json!({"$ref": "#/components/schemas/View"});
    let scope = json!({"type": "string", "enum": ["private", "team", "everyone"]});
    let state = json!({"type": "object", "description": "kind, columns, filter, sort, group, totals, quick, pipeline, compact, as the list answers them"});
    let fields = json!({"name": {"type": "string", "minLength": 1, "maxLength": 60}, "scope": scope, "state": state});
    let made = json!({"type": "object", "required": ["name"], "additionalProperties": false, "properties": fields});
    let changed = json!({"type": "object", "additionalProperties": false, "properties": fields});
    let mut deleted = answers("204", Json::Null, WRITE);
    deleted["204"] = json!({"description": "Gone"});
    let many = json!({"type": "object", "required": ["data"], "properties": {"data": {"type": "array", "items": view}}});
    let mut changes = body(changed);
    changes["required"] = json!(false);
    let id = json!({"name": "view", "in": "path", "required": true, "schema": {"type": "integer", "minimum": 1, "maximum": i64::MAX}});
    paths.insert(
        format!("/api/v1/{}/views", object.plural),
        json!({
            "get": {"operationId": format!("{}_views", object.key), "tags": [object.plural], "summary": "Views of the list and board",
                "responses": answers("200", many, READ)},
            "post": {"operationId": format!("{}_view_create", object.key), "tags": [object.plural], "summary": "Save a view",
                "requestBody": body(made), "responses": answers("201", view.clone(), WRITE)},
        }),
    );
    paths.insert(
        format!("/api/v1/{}/views/{{view}}", object.plural),
        json!({
            "parameters": [id],
            "patch": {"operationId": format!("{}_view_patch", object.key), "tags": [object.plural], "summary": "Change a saved view",
                "requestBody": changes, "responses": answers("200", view, WRITE)},
            "delete": {"operationId": format!("{}_view_delete", object.key), "tags": [object.plural], "summary": "Delete a saved view",
                "responses": deleted},
        }),
    );
}
