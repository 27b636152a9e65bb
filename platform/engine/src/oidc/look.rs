//! Providers and links to them as people see them.

use super::keep::{Provider, ProviderDraft};
use crate::Result;
use crate::write::Tx;
use akrab_model::Problem;
use jiff::Timestamp;
use serde_json::json;

/// A provider as administrators see it.
#[derive(Debug, Clone)]
pub struct ProviderView {
    pub id: i64,
    pub key: String,
    pub draft: ProviderDraft,
    pub has_secret: bool,
    pub people: i64,
    pub heard_at: Option<Timestamp>,
}

/// Who somebody is at a provider.
#[derive(Debug, Clone)]
pub struct IdentityView {
    pub provider: i64,
    pub key: String,
    pub name: String,
    /// None when he is not linked.
    pub linked: Option<Linked>,
}

/// A link to a provider.
#[derive(Debug, Clone)]
pub struct Linked {
    pub email: String,
    pub used_at: Option<Timestamp>,
}

fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

impl Tx<'_> {
    /// All providers.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub fn oidc_providers(&mut self) -> Result<Vec<ProviderView>> {
        self.oidc_admin()?;
        let counts = self.conn.oidc_counts()?;
        let rows = self.conn.oidc_providers()?;
        let view = |row: akrab_store::OidcProviderRow| ProviderView {
            people: counts.iter().find(|(id, _)| *id == row.id).map_or(0, |(_, n)| *n),
            has_secret: row.secret.is_some(),
            heard_at: row.heard_at.map(time),
            draft: Provider::of(&row).draft,
            id: row.id,
            key: row.key,
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// One provider.
    ///
    /// # Errors
    /// `not_found`, `forbidden`.
    pub fn oidc_provider(&mut self, id: i64) -> Result<ProviderView> {
        self.oidc_providers()?.into_iter().find(|view| view.id == id).ok_or_else(Problem::not_found)
    }

    /// Providers the actor may sign in with, and who he is there.
    ///
    /// # Errors
    /// What the database answers.
    pub fn oidc_own(&mut self) -> Result<Vec<IdentityView>> {
        let Some(user) = self.ctx.user_id() else { return Ok(Vec::new()) };
        let own = self.conn.oidc_identities(user)?;
        let rows = self.conn.oidc_providers()?;
        let view = |provider: Provider| {
            let linked = own.iter().find(|known| known.provider == provider.id);
            let linked = linked.map(|known| Linked { email: known.email.clone(), used_at: known.used_at.map(time) });
            IdentityView { provider: provider.id, key: provider.key, name: provider.draft.name, linked }
        };
        Ok(rows.iter().map(Provider::of).filter(|p| p.draft.open || own.iter().any(|known| known.provider == p.id)).map(view).collect())
    }

    /// Ends the actor's link to a provider.
    ///
    /// # Errors
    /// `not_found`.
    pub fn oidc_unlink(&mut self, provider: i64) -> Result<()> {
        let user = self.ctx.user_id().ok_or_else(Problem::forbidden)?;
        if self.ctx.read_only || self.ctx.scopes.is_some() {
            return Err(Problem::forbidden());
        }
        let name = self.conn.oidc_providers()?.iter().find(|row| row.id == provider).map(|row| Provider::of(row).draft.name);
        if !self.conn.oidc_identity_end(provider, user)? {
            return Err(Problem::not_found());
        }
        self.audit("identity_unlinked", Some(("user", user)), json!({ "title": name }))
    }
}
