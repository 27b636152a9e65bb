//! Codes and refresh tokens become access tokens; tokens are ended and told about.

use super::{ACCESS, ACCESS_HOURS, CODE, REFRESH, REFRESH_DAYS, SECOND};
use crate::identity::digest;
use crate::write::Tx;
use crate::{Door, Engine, Result, Scopes};
use akrab_model::{Problem, ProblemKind};
use akrab_store::{AppRow, GrantRow, OauthTokenRow};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Who the app says it is.
#[derive(Debug, Clone, Default)]
pub struct Client {
    pub id: String,
    pub secret: Option<String>,
}

/// Tokens for an app.
#[derive(Debug, Clone)]
pub struct Tokens {
    pub access: String,
    pub refresh: String,
    /// Seconds.
    pub expires_in: i64,
    pub scopes: String,
}

/// What is told about a token.
#[derive(Debug, Clone)]
pub struct Told {
    pub app: String,
    pub user: i64,
    pub email: String,
    pub scopes: String,
    pub kind: String,
    /// Seconds since 1970.
    pub expires_at: i64,
    pub issued_at: i64,
    pub resource: String,
}

/// A refusal by the name the specification gives it.
fn refused(error: &'static str) -> Problem {
    let kind = if error == "invalid_client" { ProblemKind::Unauthenticated } else { ProblemKind::Malformed };
    Problem::new(kind, "oauth_refused").with("error", error)
}

impl Tx<'_> {
    /// The app, if it is who it says.
    fn oauth_client(&mut self, client: &Client) -> Result<AppRow> {
        let app = self.conn.oauth_app(&client.id)?.ok_or_else(|| refused("invalid_client"))?;
        let proven = match (&app.secret, &client.secret) {
            (None, _) => true,
            (Some(kept), Some(given)) => bool::from(kept.as_bytes().ct_eq(digest(given).as_bytes())),
            (Some(_), None) => false,
        };
        if proven { Ok(app) } else { Err(refused("invalid_client")) }
    }

    fn oauth_issue(&mut self, grant: i64, scopes: &str) -> Result<Tokens> {
        let now = self.ctx.micros();
        let secret = |start: &str, engine: &Engine| format!("{start}{}", URL_SAFE_NO_PAD.encode(engine.random::<32>()));
        let (access, refresh) = (secret(ACCESS, &self.engine), secret(REFRESH, &self.engine));
        let lives = [(&access, "access", ACCESS_HOURS * 3_600), (&refresh, "refresh", REFRESH_DAYS * 86_400)];
        for (token, kind, seconds) in lives {
            let row = OauthTokenRow {
                id: digest(token),
                grant,
                kind: kind.into(),
                created_at: now,
                expires_at: now + seconds * SECOND,
                spent_at: None,
            };
            self.conn.oauth_token_add(&row)?;
        }
        Ok(Tokens { access, refresh, expires_in: ACCESS_HOURS * 3_600, scopes: scopes.into() })
    }

    /// None when what was allowed is ended, because a secret came a second time.
    fn oauth_of_code(&mut self, app: &AppRow, code: &str, redirect: &str, verifier: &str) -> Result<Option<Tokens>> {
        let row = self.conn.oauth_code(&digest(code))?.filter(|row| row.app == app.id).ok_or_else(|| refused("invalid_grant"))?;
        if let Some(grant) = row.spent {
            self.oauth_stolen(grant)?;
            return Ok(None);
        }
        let active = self.engine.people().user(row.user).is_some_and(|person| person.active);
        let proof = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let proven = (43..=128).contains(&verifier.len()) && bool::from(proof.as_bytes().ct_eq(row.challenge.as_bytes()));
        if row.expires_at <= self.ctx.micros() || row.redirect != redirect || !proven || !active {
            return Err(refused("invalid_grant"));
        }
        let grant = GrantRow {
            id: 0,
            app: app.id.clone(),
            user: row.user,
            scopes: row.scopes.clone(),
            resource: row.resource.clone(),
            created_at: self.ctx.micros(),
            used_at: None,
        };
        let grant = self.conn.oauth_grant_add(&grant)?;
        if !self.conn.oauth_code_spend(&row.id, grant)? {
            return Err(refused("invalid_grant"));
        }
        self.ctx.behalf = Some(row.user);
        self.audit("app_allowed", Some(("user", row.user)), json!({ "title": app.name, "app": app.id, "scopes": row.scopes }))?;
        self.oauth_issue(grant, &row.scopes).map(Some)
    }

    fn oauth_of_refresh(&mut self, app: &AppRow, token: &str, scope: &str) -> Result<Option<Tokens>> {
        let id = digest(token);
        let row = self.conn.oauth_token(&id)?.filter(|row| row.kind == "refresh").ok_or_else(|| refused("invalid_grant"))?;
        let grant = self.conn.oauth_grant(row.grant)?.filter(|grant| grant.app == app.id).ok_or_else(|| refused("invalid_grant"))?;
        let now = self.ctx.micros();
        if row.spent_at.is_some() || !self.conn.oauth_token_spend(&id, now)? {
            self.oauth_stolen(grant.id)?;
            return Ok(None);
        }
        let active = self.engine.people().user(grant.user).is_some_and(|person| person.active);
        if row.expires_at <= now || !active {
            return Err(refused("invalid_grant"));
        }
        let allowed = Scopes::kept(&grant.scopes, &self.registry);
        if !scope.is_empty() {
            let asked = Scopes::parse(scope, &self.registry).map_err(|_| refused("invalid_scope"))?;
            // less for one token alone is not offered: what was allowed stays one
            if allowed.within(&asked) != asked {
                return Err(refused("invalid_scope"));
            }
        }
        self.conn.oauth_access_end(grant.id)?;
        self.oauth_issue(grant.id, &grant.scopes).map(Some)
    }

    /// A code or refresh token came twice: one of the two has it from elsewhere. Nobody goes on with it.
    fn oauth_stolen(&mut self, grant: i64) -> Result<()> {
        let Some(row) = self.conn.oauth_grant(grant)? else { return Ok(()) };
        self.conn.oauth_grant_end(grant)?;
        let name = self.conn.oauth_app(&row.app)?.map(|app| app.name).unwrap_or_default();
        self.audit("app_reused", Some(("user", row.user)), json!({ "title": name, "app": row.app }))
    }
}

impl Engine {
    /// A code becomes tokens.
    ///
    /// # Errors
    /// `oauth_refused` with the argument `error`: `invalid_client`, `invalid_grant`.
    pub async fn oauth_code(&self, client: Client, code: &str, redirect: &str, verifier: &str) -> Result<Tokens> {
        let (code, redirect, verifier) = (code.to_string(), redirect.to_string(), verifier.to_string());
        if !code.starts_with(CODE) {
            return Err(refused("invalid_grant"));
        }
        self.refresh_people().await?;
        let exchange = move |tx: &mut Tx| {
            let app = tx.oauth_client(&client)?;
            tx.oauth_of_code(&app, &code, &redirect, &verifier)
        };
        let done = self.write(&self.system("an app asks for tokens", Door::Api), exchange).await?;
        done.ok_or_else(|| refused("invalid_grant"))
    }

    /// A refresh token becomes new tokens, and is of no use any more.
    ///
    /// # Errors
    /// As [`Engine::oauth_code`]; `invalid_scope`.
    pub async fn oauth_refresh(&self, client: Client, token: &str, scope: &str) -> Result<Tokens> {
        let (token, scope) = (token.to_string(), scope.trim().to_string());
        self.refresh_people().await?;
        let exchange = move |tx: &mut Tx| {
            let app = tx.oauth_client(&client)?;
            tx.oauth_of_refresh(&app, &token, &scope)
        };
        let done = self.write(&self.system("an app asks for tokens", Door::Api), exchange).await?;
        done.ok_or_else(|| refused("invalid_grant"))
    }

    /// Ends what was allowed by one of its tokens (RFC 7009). A token nobody knows is as good as ended.
    ///
    /// # Errors
    /// `invalid_client`.
    pub async fn oauth_revoke(&self, client: Client, token: &str) -> Result<()> {
        let id = digest(token);
        let revoke = move |tx: &mut Tx| {
            let app = tx.oauth_client(&client)?;
            let Some(row) = tx.conn.oauth_token(&id)? else { return Ok(()) };
            let Some(grant) = tx.conn.oauth_grant(row.grant)?.filter(|grant| grant.app == app.id) else { return Ok(()) };
            tx.conn.oauth_grant_end(grant.id)?;
            tx.ctx.behalf = Some(grant.user);
            tx.audit("app_ended", Some(("user", grant.user)), json!({ "title": app.name, "app": app.id }))
        };
        self.write(&self.system("an app ends a token", Door::Api), revoke).await
    }

    /// What is known of a token (RFC 7662), for the app it was given to; none when it is of no use. Only an app that
    /// proves who it is is told.
    ///
    /// # Errors
    /// `invalid_client`.
    pub async fn oauth_introspect(&self, client: Client, token: &str) -> Result<Option<Told>> {
        let id = digest(token);
        self.refresh_people().await?;
        let look = move |tx: &mut Tx| {
            let app = tx.oauth_client(&client)?;
            if app.secret.is_none() {
                return Err(refused("invalid_client"));
            }
            let Some(row) = tx.conn.oauth_token(&id)? else { return Ok(None) };
            let Some(grant) = tx.conn.oauth_grant(row.grant)?.filter(|grant| grant.app == app.id) else { return Ok(None) };
            let person = tx.engine.people().user(grant.user).filter(|person| person.active).cloned();
            let alive = row.spent_at.is_none() && row.expires_at > tx.ctx.micros();
            Ok(person.filter(|_| alive).map(|person| Told {
                app: app.id,
                user: grant.user,
                email: person.email.clone(),
                scopes: grant.scopes,
                kind: row.kind,
                expires_at: row.expires_at.div_euclid(SECOND),
                issued_at: row.created_at.div_euclid(SECOND),
                resource: grant.resource,
            }))
        };
        self.read(&self.system("an app asks about a token", Door::Api), look).await
    }
}
