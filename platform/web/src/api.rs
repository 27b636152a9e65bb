//! The JSON API under `/api/v1`: the same engine, the same rights, other clothes.

mod ask;
mod batch;
mod files;
mod jobs;
mod openapi;
mod read;
mod shape;
mod write;

use crate::{ApiCaller, Reply, Web};
use akrab_engine::Tx;
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value as Json, json};

pub use openapi::document;
pub use shape::record as record_json;

/// Every address of the API.
pub fn routes() -> Router<Web> {
    Router::new()
        .route("/api/v1/openapi.json", get(describe))
        .route("/api/v1/me", get(me))
        .route("/api/v1/search", get(read::search))
        .route("/api/v1/batch", post(batch::run))
        .route("/api/v1/files", post(files::upload).layer(crate::router::upload_limit()))
        .route("/api/v1/jobs", get(jobs::list))
        .route("/api/v1/jobs/{job}", get(jobs::one))
        .route("/api/v1/jobs/{job}/errors", get(jobs::errors))
        .route("/api/v1/jobs/{job}/notes", get(jobs::notes))
        .route("/api/v1/jobs/{job}/{verb}", post(jobs::verb))
        .route("/api/v1/{object}/imports", post(jobs::import).layer(crate::router::upload_limit()))
        .route("/api/v1/{object}/export", get(jobs::export))
        .route("/api/v1/{object}", get(read::list).post(write::create))
        .route("/api/v1/{object}/totals", get(read::totals))
        .route("/api/v1/{object}/groups", get(read::groups))
        .route("/api/v1/{object}/{id}", get(read::one).patch(write::change).delete(write::delete))
        .route("/api/v1/{object}/{id}/history", get(read::history))
        .route("/api/v1/{object}/{id}/timeline", get(read::timeline))
        .route("/api/v1/{object}/{id}/files/{field}", get(files::fetch))
        .route("/api/v1/{object}/{id}/{verb}", post(write::verb))
}

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
