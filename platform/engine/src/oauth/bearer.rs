//! Who comes with a token: a program of the person's own, or an app he allowed something.

use super::{ACCESS, SECOND};
use crate::identity::digest;
use crate::people::{EPOCH, Person};
use crate::{Engine, Result, Scopes};
use std::sync::Arc;

/// Parts of this server a token may be for.
pub const API: &str = "/api/v1";
pub const MCP: &str = "/mcp";

/// Whoever holds a token that counts.
#[derive(Debug, Clone)]
pub struct Bearer {
    /// Names the token in limits and idempotency; opens no door.
    pub id: String,
    pub person: Arc<Person>,
    pub read_only: bool,
    /// What an app was allowed; none for the person's own tokens.
    pub scopes: Option<Arc<Scopes>>,
}

impl Engine {
    /// Whoever a secret belongs to, if it counts at `place`.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn bearer(&self, secret: &str, place: &str) -> Result<Option<Bearer>> {
        if secret.starts_with(ACCESS) {
            return self.app_bearer(secret, place).await;
        }
        if secret.starts_with(crate::identity::SERVICE) {
            return self.service_bearer(secret).await;
        }
        let known = self.token(secret).await?;
        Ok(known.map(|(token, person)| Bearer { id: token.id, person, read_only: token.read_only, scopes: None }))
    }

    async fn app_bearer(&self, secret: &str, place: &str) -> Result<Option<Bearer>> {
        if secret.len() > 100 {
            return Ok(None);
        }
        let id = digest(secret);
        let seen = self.store().glance(move |conn| conn.oauth_token_seen(&id, EPOCH)).await?;
        let Some((token, grant, epoch)) = seen else { return Ok(None) };
        self.refresh_to(epoch.as_deref()).await?;
        let now = self.micros();
        let here = grant.resource.is_empty() || grant.resource == place;
        let Some(person) = self.people().user(grant.user).filter(|p| p.active).cloned() else { return Ok(None) };
        if token.kind != "access" || token.expires_at <= now || !here {
            return Ok(None);
        }
        if grant.used_at.is_none_or(|used| now - used > 60 * SECOND) {
            let id = grant.id;
            self.note_use(move |conn| conn.oauth_grant_touch(id, now)).await?;
        }
        let scopes = Scopes::kept(&grant.scopes, &self.registry());
        Ok(Some(Bearer { id: token.id, person, read_only: scopes.is_read_only(), scopes: Some(Arc::new(scopes)) }))
    }
}
