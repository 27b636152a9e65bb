//! Flows as a file, out of one workspace; [`super::super::transfer`] takes it into another.

use crate::fail::Reply;
use crate::visit::Visit;
use axum::extract::Query;
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Asked {
    key: Option<String>,
}

/// `GET /settings/flows/export`
pub(super) async fn export(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    let name = asked.key.as_deref().map_or_else(|| "akrab-flows.toml".to_string(), |key| format!("akrab-flow-{key}.toml"));
    let text = visit.read(move |tx| tx.flow_export(asked.key.as_deref())).await?;
    crate::download::bytes(text.into_bytes(), &name, "application/toml")
}
