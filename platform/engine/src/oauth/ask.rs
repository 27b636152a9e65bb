//! Asking a person: what an app wants, and the code that says he allowed it.

use super::app::redirects;
use super::redirect::is_same;
use super::{API, CODE, CODE_MINUTES, MCP, SECOND};
use crate::identity::digest;
use crate::write::Tx;
use crate::{Result, Scopes};
use akrab_model::{FieldProblem, Problem, ProblemKind};
use akrab_store::CodeRow;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// What came with the request to `/oauth/authorize`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub response_type: String,
    pub client_id: String,
    pub redirect_uri: String,
    pub scope: String,
    pub state: String,
    pub code_challenge: String,
    pub code_challenge_method: String,
    pub resource: String,
}

/// What the person is asked.
#[derive(Debug, Clone)]
pub struct Consent {
    pub app: String,
    /// Its home page; may be empty.
    pub uri: String,
    /// It registered itself: nobody here knows it.
    pub registered: bool,
    /// Where the browser goes back to.
    pub redirect: String,
    pub scopes: Scopes,
}

/// Longest `state` and challenge.
const LONGEST: usize = 1_000;

impl Tx<'_> {
    /// Judges a request. Until app and address are known to belong together the browser is sent nowhere.
    ///
    /// # Errors
    /// `oauth_app_unknown`, `oauth_redirect`: to be shown here. With the argument `error` any other: to be told to the app.
    pub fn oauth_ask(&mut self, asked: &Asked, base: &str) -> Result<Consent> {
        let here = |code| Problem::new(ProblemKind::Invalid, code);
        let app = self.conn.oauth_app(&asked.client_id)?.ok_or_else(|| here("oauth_app_unknown"))?;
        let known = redirects(&app);
        let redirect = match asked.redirect_uri.as_str() {
            "" if known.len() == 1 => known[0].clone(),
            uri => known.iter().find(|known| is_same(known, uri)).map(|_| uri.to_string()).ok_or_else(|| here("oauth_redirect"))?,
        };
        let told = |error: &str, field: &str| here("oauth_refused").field(FieldProblem::new(field, "oauth_refused")).with("error", error);
        if asked.response_type != "code" {
            return Err(told("unsupported_response_type", "response_type"));
        }
        let challenge = &asked.code_challenge;
        let fits = challenge.len() == 43 && challenge.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        if asked.code_challenge_method != "S256" || !fits || asked.state.len() > LONGEST {
            return Err(told("invalid_request", "code_challenge"));
        }
        resource(&asked.resource, base).ok_or_else(|| told("invalid_target", "resource"))?;
        let wanted = if asked.scope.trim().is_empty() { "read" } else { asked.scope.as_str() };
        // what is for others (openid, offline_access) is left out, not refused
        let mut scopes = Scopes::kept(wanted, &self.registry);
        if let Some(most) = &app.scopes {
            scopes = Scopes::kept(most, &self.registry).within(&scopes);
        }
        if scopes.is_empty() {
            return Err(told("invalid_scope", "scope"));
        }
        Ok(Consent { app: app.name, uri: app.uri, registered: app.registered, redirect, scopes })
    }

    /// The person allowed it: gives the code.
    ///
    /// # Errors
    /// As [`Tx::oauth_ask`]; `forbidden` for anybody but a person.
    pub fn oauth_allow(&mut self, asked: &Asked, base: &str) -> Result<String> {
        let consent = self.oauth_ask(asked, base)?;
        if self.ctx.read_only {
            return Err(Problem::forbidden());
        }
        let user = self.ctx.user_id().ok_or_else(Problem::forbidden)?;
        let code = format!("{CODE}{}", URL_SAFE_NO_PAD.encode(self.engine.random::<32>()));
        let row = CodeRow {
            id: digest(&code),
            app: asked.client_id.clone(),
            user,
            redirect: asked.redirect_uri.clone(),
            scopes: consent.scopes.to_string(),
            resource: resource(&asked.resource, base).unwrap_or_default(),
            challenge: asked.code_challenge.clone(),
            expires_at: self.ctx.micros() + CODE_MINUTES * 60 * SECOND,
            spent: None,
        };
        self.conn.oauth_code_add(&row)?;
        Ok(code)
    }
}

/// The part of this server a token is for (RFC 8707): all of it, the API, or the assistants' door.
pub(super) fn resource(asked: &str, base: &str) -> Option<String> {
    if asked.is_empty() {
        return Some(String::new());
    }
    let path = asked.strip_prefix(base.trim_end_matches('/'))?.trim_end_matches('/');
    ["", API, MCP].contains(&path).then(|| path.to_string())
}
