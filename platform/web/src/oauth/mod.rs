//! Where apps of others get their tokens, after OAuth 2.1: what this server offers ([`metadata`]), the page on which a
//! person says yes or no ([`authorise`]), tokens ([`token`]), and apps that register themselves ([`register`]).

mod authorise;
mod metadata;
mod register;
mod token;

pub(crate) use authorise::scope_words;

use crate::guard::Facts;
use crate::route::{Router, get, post};
use crate::state::Web;
use akrab_model::Problem;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};

/// Addresses where apps come themselves, with secrets of their own.
pub(crate) const PROGRAMS: [&str; 4] = ["/oauth/token", "/oauth/revoke", "/oauth/introspect", "/oauth/register"];

#[inline(always)]
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/.well-known/oauth-authorization-server", get(metadata::server))
        .route("/.well-known/oauth-protected-resource", get(metadata::resource))
        .route("/.well-known/oauth-protected-resource/{*part}", get(metadata::part))
        .route("/oauth/authorize", get(authorise::ask).post(authorise::decide))
        .route("/oauth/token", post(token::exchange))
        .route("/oauth/revoke", post(token::revoke))
        .route("/oauth/introspect", post(token::introspect))
        .route("/oauth/register", post(register::register))
}

/// What this server calls itself: the address people type.
pub(crate) fn issuer(web: &Web, facts: &Facts) -> String {
    let host = facts.header("host");
    let own = web.config.base_url.clone().or_else(|| is_number(host).then(|| format!("http://{host}")));
    own.unwrap_or_else(|| web.config.listen_url.clone()).trim_end_matches('/').to_string()
}

/// An address in numbers, or this machine itself: no name that somebody else may have pointed here.
pub(crate) fn is_number(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.parse::<std::net::IpAddr>().is_ok()
}

/// A JSON answer that nobody keeps.
fn private(status: StatusCode, body: &Json) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];
    (status, headers, body.to_string()).into_response()
}

/// A refusal by the name the specification gives it.
fn refusal(problem: &Problem) -> Response {
    let named = problem.args.iter().find(|(name, _)| name == "error").map(|(_, error)| error.as_str());
    let status = match named {
        Some("invalid_client") => StatusCode::UNAUTHORIZED,
        Some(_) => StatusCode::BAD_REQUEST,
        None => StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
    };
    if status.is_server_error() {
        tracing::error!(code = problem.code, cause = problem.cause, "a token could not be given");
    }
    let error = named.unwrap_or(if status.is_server_error() { "server_error" } else { "invalid_request" });
    let mut response = private(status, &json!({ "error": error }));
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, axum::http::HeaderValue::from_static("Basic realm=\"akrab\""));
    }
    response
}
