//! Templates of notes, ready for a record.

use crate::fail::Reply;
use crate::visit::Visit;
use akrab_model::text::fold;
use axum::Json;
use axum::extract::{Path, Query};
use axum::response::IntoResponse;
use serde::Deserialize;
use serde_json::json;

/// What was typed behind the `/`.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    q: String,
    /// Kind of entry that is written.
    #[serde(default)]
    kind: String,
}

/// `GET /{plural}/{id}/templates?q=` as JSON: name and text.
pub(super) async fn show(visit: Visit, Path((plural, id)): Path<(String, i64)>, Query(asked): Query<Asked>) -> Reply {
    let object = visit.object(&plural)?.key.clone();
    let wanted = fold(&asked.q);
    let found = visit.read(move |tx| tx.note_templates_filled(&object, id, |name| fold(name).contains(&wanted))).await?;
    let fits = |kind: &Option<String>| kind.as_deref().is_none_or(|kind| asked.kind.is_empty() || kind == asked.kind);
    let hits = found.into_iter().filter(|t| fits(&t.kind)).map(|t| json!({ "value": t.id.to_string(), "label": t.name, "text": t.text }));
    Ok(Json(hits.collect::<Vec<_>>()).into_response())
}
