//! For those who run the program: is it alive, is it ready, how is it doing.

use crate::fail::Fail;
use crate::guard::Facts;
use crate::route::{Router, get};
use crate::state::Web;
use akrab_model::Problem;
use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::fmt::Write;

#[inline(always)]
pub(crate) fn routes() -> Router {
    Router::new().route("/health/live", get(async || "ok\n")).route("/health/ready", get(ready)).route("/metrics", get(metrics))
}

/// Ready while the database answers.
async fn ready(State(web): State<Web>) -> Response {
    match web.engine.store().health().await {
        Ok(()) => "ok\n".into_response(),
        Err(cause) => {
            tracing::warn!(%cause, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, "database\n").into_response()
        }
    }
}

/// Prometheus text; for this machine, or with the configured token.
async fn metrics(State(web): State<Web>, Extension(facts): Extension<Facts>) -> Result<Response, Fail> {
    let token = web.config.metrics_token.as_deref().filter(|t| !t.is_empty());
    let told = facts.header("authorization").strip_prefix("Bearer ").is_some_and(|sent| Some(sent) == token);
    let local = facts.ip.is_loopback() && !facts.headers.contains_key("x-forwarded-for");
    if !(told || local) {
        return Err(Problem::not_found().into());
    }
    let mut text = web.metrics.text();
    let stats = web.engine.store().stats();
    for (name, help, value) in [
        ("akrab_store_readers", "Readers or connections of the database.", stats.readers as u64),
        ("akrab_store_readers_busy", "Readers at work.", stats.readers_busy as u64),
        ("akrab_store_queue", "Changes that wait for the writer.", stats.queue as u64),
        ("akrab_store_commits_total", "Transactions committed.", stats.commits),
        ("akrab_store_writes_total", "Changes in them.", stats.writes),
        ("akrab_store_retries_total", "Transactions run again after a clash.", stats.retries),
        ("akrab_store_last_commit_microseconds", "Time of the last commit.", stats.last_commit_us),
        ("akrab_store_wal_bytes", "Size of the write-ahead log.", stats.wal_bytes),
        ("akrab_store_file_bytes", "Size of the database file.", stats.file_bytes),
    ] {
        let kind = if name.ends_with("_total") { "counter" } else { "gauge" };
        let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n");
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response())
}
