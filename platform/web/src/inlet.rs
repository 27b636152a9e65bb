//! Where other programs call: `POST /hooks/KEY`.

use crate::fail::Reply;
use crate::guard::Facts;
use crate::route::{Router, post};
use crate::state::Web;
use akrab_engine::inlet::{CallState, Caller, Taken};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use serde_json::{Value, json};
use std::time::Instant;

/// What the addresses begin with; the rest is a secret.
pub(crate) const PLACE: &str = "/hooks/";
/// Calls a minute of one address.
const PACE: u32 = 600;

#[inline(always)]
pub(crate) fn routes() -> Router {
    Router::new().route("/hooks/{key}", post(take))
}

async fn take(State(web): State<Web>, Extension(facts): Extension<Facts>, Path(key): Path<String>, body: Bytes) -> Reply {
    let inlet = web.engine.inlet_find(&key).await?;
    web.pace.take(&format!("inlet {inlet}"), PACE, Instant::now())?;
    let headers = facts.headers.iter().filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_string())));
    let caller = Caller { key, headers: headers.collect(), body: body.to_vec(), place: facts.ip, request: facts.id.clone() };
    let taken = web.engine.inlet_take(caller).await?;
    // what has to be looked at by a person is taken, but not done
    let done = !matches!(taken.state, CallState::Kept | CallState::Failed);
    let status = if done { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok((status, Json(told(&web, &taken))).into_response())
}

fn told(web: &Web, taken: &Taken) -> Value {
    let registry = web.engine.registry();
    let record = taken.record.as_ref().and_then(|(key, id)| Some(json!({ "object": registry.object(key)?.plural, "id": id })));
    let mut told = json!({ "id": taken.call, "state": taken.state, "repeated": taken.repeated });
    if let Some(record) = record {
        told["record"] = record;
    }
    told
}
