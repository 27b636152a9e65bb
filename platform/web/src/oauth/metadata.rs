//! What this server offers (RFC 8414), and where its parts take their tokens from (RFC 9728).

use super::issuer;
use crate::fail::{Fail, Reply};
use crate::guard::Facts;
use crate::state::Web;
use akrab_engine::Scopes;
use akrab_engine::oauth::{API, MCP};
use akrab_model::Problem;
use axum::Extension;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use serde_json::json;

pub(super) async fn server(State(web): State<Web>, Extension(facts): Extension<Facts>) -> Reply {
    let issuer = issuer(&web, &facts);
    let methods = ["none", "client_secret_basic", "client_secret_post"];
    let told = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/oauth/authorize"),
        "token_endpoint": format!("{issuer}/oauth/token"),
        "registration_endpoint": format!("{issuer}/oauth/register"),
        "revocation_endpoint": format!("{issuer}/oauth/revoke"),
        "introspection_endpoint": format!("{issuer}/oauth/introspect"),
        "scopes_supported": Scopes::names(&web.engine.registry()),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_methods_supported": &methods[1..],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
    });
    Ok(Json(told).into_response())
}

pub(super) async fn resource(web: State<Web>, facts: Extension<Facts>) -> Reply {
    told(&web, &facts, "")
}

pub(super) async fn part(web: State<Web>, facts: Extension<Facts>, Path(part): Path<String>) -> Reply {
    let part = format!("/{part}");
    match [API, MCP].into_iter().find(|known| *known == part) {
        Some(known) => told(&web, &facts, known),
        None => Err(Fail::from(Problem::not_found())),
    }
}

fn told(web: &Web, facts: &Facts, part: &str) -> Reply {
    let issuer = issuer(web, facts);
    let told = json!({
        "resource": format!("{issuer}{part}"),
        "resource_name": "Akrab",
        "authorization_servers": [issuer],
        "scopes_supported": Scopes::names(&web.engine.registry()),
        "bearer_methods_supported": ["header"],
    });
    Ok(Json(told).into_response())
}
