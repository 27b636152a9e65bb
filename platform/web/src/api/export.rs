//! Exports over the API: the file, and how many rows it will have.

use super::ask::Ask;
use super::openapi::{READ, answers, query};
use super::{answer, object_of};
use crate::{ApiCaller, Reply};
use akrab_engine::export::{ExportFormat, ExportSpec};
use akrab_model::{Filter, Object};
use axum::extract::{Path, RawQuery};
use serde_json::{Value as Json, json};

/// `GET /api/v1/{object}/export`: the file itself; `X-Total-Count` says how many rows it has.
pub async fn send(caller: ApiCaller, Path(plural): Path<String>, RawQuery(query): RawQuery) -> Reply {
    let ask = Ask::read(query.as_deref(), &["filter", "q", "sort", "columns", "format"])?;
    let format = ask.one_of::<ExportFormat>("format")?;
    let spec = ExportSpec { format, ..spec(&caller, plural, &ask).await? };
    crate::export::send(&caller.web.engine, &caller.ctx, spec).await
}

/// `GET /api/v1/{object}/export/count`.
pub async fn count(caller: ApiCaller, Path(plural): Path<String>, RawQuery(query): RawQuery) -> Reply {
    let ask = Ask::read(query.as_deref(), &["filter", "q"])?;
    let spec = spec(&caller, plural, &ask).await?;
    let count = caller.web.engine.export_count(&caller.ctx, spec).await?;
    Ok(answer(200, &json!({ "count": count })))
}

async fn spec(caller: &ApiCaller, plural: String, ask: &Ask) -> Result<ExportSpec, crate::Fail> {
    let object = caller.read(move |tx| object_of(tx, &plural)).await?;
    let list = ask.list(&object)?;
    let filter = list.filter.as_ref().map(Filter::to_json);
    Ok(ExportSpec { object, filter, q: list.q, sort: list.sort, columns: list.columns, ..ExportSpec::default() })
}

/// The object's part of the OpenAPI document.
pub(super) fn describe(object: &Object) -> [(String, Json); 2] {
    let filter = || {
        vec![
            query("filter", "Filter tree as JSON", json!({"type": "string", "maxLength": 20_000})),
            query("q", "Words to search for", json!({"type": "string", "maxLength": 200})),
        ]
    };
    let mut parameters = filter();
    parameters.extend([
        query("sort", "Up to two fields, - before a descending one", json!({"type": "string", "maxLength": 200})),
        query(
            "columns",
            "Fields to write, separated by commas, also over links (account.industry); all when absent",
            json!({"type": "string", "maxLength": 4_000}),
        ),
        query(
            "format",
            "What the file is, csv when absent",
            json!({"type": "string", "enum": ["csv", "xlsx", "json", "vcard", "vcard4", "ical"]}),
        ),
    ]);
    let mut file = answers("200", Json::Null, READ);
    file["200"] = json!({
        "description": "The file",
        "headers": {"X-Total-Count": {"description": "Rows in the file", "schema": {"type": "integer"}}},
        "content": {
            "text/csv": {"schema": {"type": "string"}},
            "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
            "text/vcard": {"schema": {"type": "string"}},
            "text/calendar": {"schema": {"type": "string"}},
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {"schema": {"type": "string", "format": "binary"}}}});
    let label = object.plural_label("en").to_lowercase();
    let counted = json!({"type": "object", "required": ["count"], "properties": {"count": {"type": "integer", "minimum": 0}}});
    [
        (
            format!("/api/v1/{}/export", object.plural),
            json!({"get": {"operationId": format!("{}_export", object.key), "tags": [object.plural], "summary": format!("Export {label}"),
                "parameters": parameters, "responses": file}}),
        ),
        (
            format!("/api/v1/{}/export/count", object.plural),
            json!({"get": {"operationId": format!("{}_export_count", object.key), "tags": [object.plural],
                "summary": "How many rows an export will have, exactly", "parameters": filter(), "responses": answers("200", counted, READ)}}),
        ),
    ]
}
