//! Tokens for a code or a refresh token, ending them, and telling about them.

use super::{private, refusal};
use crate::guard::Facts;
use crate::state::Web;
use akrab_engine::oauth::{Client, Told};
use akrab_model::{Problem, ProblemKind};
use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::collections::HashMap;

/// What an app sends, each name once.
struct Sent(HashMap<String, String>);

impl Sent {
    fn read(facts: &Facts, body: &[u8]) -> Result<Sent, Problem> {
        if !facts.header("content-type").starts_with("application/x-www-form-urlencoded") {
            return Err(refused("invalid_request"));
        }
        let mut sent = HashMap::new();
        for (name, value) in form_urlencoded::parse(body) {
            if sent.insert(name.into_owned(), value.into_owned()).is_some() {
                return Err(refused("invalid_request"));
            }
        }
        Ok(Sent(sent))
    }
    fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// Who the app says it is: in the header, or in the form; not both.
    fn client(&self, facts: &Facts) -> Result<Client, Problem> {
        let secret = self.0.get("client_secret").filter(|secret| !secret.is_empty()).cloned();
        let Some(basic) = facts.header("authorization").strip_prefix("Basic ") else {
            return Ok(Client { id: self.text("client_id").into(), secret });
        };
        let pair = STANDARD.decode(basic.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let pair = pair.and_then(|pair| pair.split_once(':').map(|(id, secret)| (decoded(id), decoded(secret))));
        let (id, given) = pair.ok_or_else(|| refused("invalid_client"))?;
        if secret.is_some() || !["", id.as_str()].contains(&self.text("client_id")) {
            return Err(refused("invalid_request"));
        }
        Ok(Client { id, secret: Some(given) })
    }
}

/// Both halves of the header are encoded like a form.
fn decoded(text: &str) -> String {
    form_urlencoded::parse(format!("x={text}").as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn refused(error: &'static str) -> Problem {
    Problem::new(ProblemKind::Malformed, "oauth_refused").with("error", error)
}

/// `POST /oauth/token`
pub(super) async fn exchange(State(web): State<Web>, Extension(facts): Extension<Facts>, body: Bytes) -> Response {
    match tokens(&web, &facts, &body).await {
        Ok(response) => response,
        Err(problem) => refusal(&problem),
    }
}

async fn tokens(web: &Web, facts: &Facts, body: &[u8]) -> Result<Response, Problem> {
    let sent = Sent::read(facts, body)?;
    let client = sent.client(facts)?;
    let tokens = match sent.text("grant_type") {
        "authorization_code" => {
            web.engine.oauth_code(client, sent.text("code"), sent.text("redirect_uri"), sent.text("code_verifier")).await?
        }
        "refresh_token" => web.engine.oauth_refresh(client, sent.text("refresh_token"), sent.text("scope")).await?,
        _ => return Err(refused("unsupported_grant_type")),
    };
    let told = json!({
        "access_token": tokens.access, "token_type": "Bearer", "expires_in": tokens.expires_in, "refresh_token": tokens.refresh,
        "scope": tokens.scopes,
    });
    Ok(private(StatusCode::OK, &told))
}

/// `POST /oauth/revoke`
pub(super) async fn revoke(State(web): State<Web>, Extension(facts): Extension<Facts>, body: Bytes) -> Response {
    let done = async {
        let sent = Sent::read(&facts, &body)?;
        web.engine.oauth_revoke(sent.client(&facts)?, sent.text("token")).await
    };
    match done.await {
        Ok(()) => private(StatusCode::OK, &json!({})),
        Err(problem) => refusal(&problem),
    }
}

/// `POST /oauth/introspect`
pub(super) async fn introspect(State(web): State<Web>, Extension(facts): Extension<Facts>, body: Bytes) -> Response {
    let done = async {
        let sent = Sent::read(&facts, &body)?;
        web.engine.oauth_introspect(sent.client(&facts)?, sent.text("token")).await
    };
    match done.await {
        Ok(Some(told)) => private(StatusCode::OK, &active(&web, &facts, &told)),
        Ok(None) => private(StatusCode::OK, &json!({ "active": false })),
        Err(problem) => refusal(&problem),
    }
}

fn active(web: &Web, facts: &Facts, told: &Told) -> serde_json::Value {
    let issuer = super::issuer(web, facts);
    json!({
        "active": true, "client_id": told.app, "sub": told.user.to_string(), "username": told.email, "scope": told.scopes,
        "token_type": if told.kind == "access" { "Bearer" } else { "refresh_token" }, "exp": told.expires_at, "iat": told.issued_at,
        "aud": format!("{issuer}{}", told.resource), "iss": issuer,
    })
}
