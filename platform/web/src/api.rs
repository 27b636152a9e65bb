//! The JSON API under `/api/v1`: the same engine, the same rights, other clothes.

mod again;
mod approvals;
pub(crate) mod ask;
mod attachments;
mod audit;
mod batch;
mod bulk;
mod export;
mod files;
mod flows;
mod hooks;
mod imports;
mod incoming;
mod jobs;
mod openapi;
mod policies;
mod processes;
mod read;
pub(crate) mod reports;
mod routes;
pub(crate) mod shape;
mod sharing;
mod sight;
mod strict;
mod twins;
mod views;
mod write;

use crate::{ApiCaller, Reply, Web};
use akrab_engine::Tx;
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};

pub(crate) use again::record as again_record;
pub(crate) use hooks::state_key as hook_state_key;
pub use openapi::document;
pub use routes::{addresses, routes};
pub use shape::record as record_json;

/// The document describes shapes, not data: it needs no token.
async fn describe(axum::extract::State(web): axum::extract::State<Web>) -> Response {
    answer(200, &document(&web.engine.registry()))
}

async fn me(caller: ApiCaller) -> Reply {
    let person = caller.ctx.person().cloned().ok_or_else(akrab_model::Problem::not_found)?;
    Ok(answer(200, &json!({"id": person.id, "name": person.name, "email": person.email, "role": person.role.key})))
}

/// A JSON answer.
pub(crate) fn answer(status: u16, body: &Json) -> Response {
    text(status, body.to_string())
}

pub(crate) fn text(status: u16, body: String) -> Response {
    let status = axum::http::StatusCode::from_u16(status).unwrap_or(axum::http::StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(axum::http::header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// The plural key in the address, and nothing else: the singular is no address.
pub(crate) fn object_of(tx: &Tx, plural: &str) -> akrab_engine::Result<String> {
    tx.registry.by_plural(plural).map(|o| o.key.clone()).ok_or_else(akrab_model::Problem::not_found)
}
