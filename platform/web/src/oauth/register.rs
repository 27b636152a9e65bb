//! Apps that register themselves (RFC 7591), as assistants do.

use super::private;
use crate::guard::Facts;
use crate::state::Web;
use akrab_engine::oauth::AppDraft;
use akrab_model::{Problem, ProblemKind};
use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value as Json, json};

/// What of an app's description counts here; the rest is let pass.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Described {
    client_name: String,
    client_uri: String,
    redirect_uris: Vec<String>,
    scope: String,
    token_endpoint_auth_method: String,
    grant_types: Vec<String>,
    response_types: Vec<String>,
}

/// What an app is called that says nothing.
const UNNAMED: &str = "App";

/// `POST /oauth/register`
pub(super) async fn register(State(web): State<Web>, Extension(facts): Extension<Facts>, body: Bytes) -> Response {
    match keep(&web, &facts, &body).await {
        Ok(told) => private(StatusCode::CREATED, &told),
        Err(problem) => refused(&problem),
    }
}

async fn keep(web: &Web, facts: &Facts, body: &[u8]) -> Result<Json, Problem> {
    let metadata =
        |what: &str| Problem::new(ProblemKind::Malformed, "oauth_refused").with("error", "invalid_client_metadata").with("what", what);
    let app: Described = serde_json::from_slice(body).map_err(|_| metadata("json"))?;
    let method = if app.token_endpoint_auth_method.is_empty() { "client_secret_basic" } else { app.token_endpoint_auth_method.as_str() };
    let known = |given: &[String], offered: &[&str]| given.iter().all(|one| offered.contains(&one.as_str()));
    if !["none", "client_secret_basic", "client_secret_post"].contains(&method)
        || !known(&app.grant_types, &["authorization_code", "refresh_token"])
        || !known(&app.response_types, &["code"])
    {
        return Err(metadata("method"));
    }
    let name: String = app.client_name.chars().filter(|c| !c.is_control()).take(100).collect();
    let draft = AppDraft {
        name: if name.trim().is_empty() { UNNAMED.into() } else { name.trim().to_string() },
        // a home page that is none is left out, not refused
        uri: if app.client_uri.starts_with("https://") { app.client_uri } else { String::new() },
        redirects: app.redirect_uris,
        scopes: None,
        confidential: method != "none",
    };
    let (id, secret) = web.engine.app_register(draft.clone(), &facts.ip.to_string()).await?;
    let mut told = json!({
        "client_id": id, "client_id_issued_at": web.engine.now().timestamp().as_second(), "client_name": draft.name,
        "redirect_uris": draft.redirects, "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
        "token_endpoint_auth_method": method,
    });
    if !app.scope.is_empty() {
        told["scope"] = app.scope.into();
    }
    if let Some(secret) = secret {
        told["client_secret"] = secret.into();
        told["client_secret_expires_at"] = json!(0);
    }
    Ok(told)
}

fn refused(problem: &Problem) -> Response {
    if problem.fields.iter().any(|fault| fault.field() == "redirects") {
        return private(StatusCode::BAD_REQUEST, &json!({ "error": "invalid_redirect_uri" }));
    }
    if problem.kind == ProblemKind::Invalid {
        return private(StatusCode::BAD_REQUEST, &json!({ "error": "invalid_client_metadata" }));
    }
    super::refusal(problem)
}
