//! What a person allowed, and ending it.

use super::SECOND;
use crate::write::Tx;
use crate::{Result, Scopes};
use akrab_model::Problem;
use jiff::Timestamp;
use serde_json::json;

/// An app that acts in somebody's name.
#[derive(Debug, Clone)]
pub struct Connection {
    pub id: i64,
    pub app: String,
    /// Its home page; may be empty.
    pub uri: String,
    pub registered: bool,
    pub scopes: Scopes,
    pub created_at: Timestamp,
    pub used_at: Option<Timestamp>,
}

impl Tx<'_> {
    /// Apps the actor allowed something.
    ///
    /// # Errors
    /// What the database answers.
    pub fn connections(&mut self) -> Result<Vec<Connection>> {
        let Some(user) = self.ctx.user_id() else { return Ok(Vec::new()) };
        let time = |micros: i64| Timestamp::from_second(micros.div_euclid(SECOND)).unwrap_or(Timestamp::UNIX_EPOCH);
        let apps = self.conn.oauth_apps()?;
        let grants = self.conn.oauth_grants(user)?;
        let registry = self.registry.clone();
        let told = grants.into_iter().filter_map(|grant| {
            let app = apps.iter().find(|app| app.id == grant.app)?;
            Some(Connection {
                id: grant.id,
                app: app.name.clone(),
                uri: app.uri.clone(),
                registered: app.registered,
                scopes: Scopes::kept(&grant.scopes, &registry),
                created_at: time(grant.created_at),
                used_at: grant.used_at.map(time),
            })
        });
        Ok(told.collect())
    }

    /// Ends what the actor allowed.
    ///
    /// # Errors
    /// `not_found` when it is not his.
    pub fn connection_end(&mut self, id: i64) -> Result<()> {
        let user = self.ctx.user_id().ok_or_else(Problem::forbidden)?;
        if self.ctx.read_only || self.ctx.scopes.is_some() {
            return Err(Problem::forbidden());
        }
        let grant = self.conn.oauth_grant(id)?.filter(|grant| grant.user == user).ok_or_else(Problem::not_found)?;
        self.conn.oauth_grant_end(id)?;
        let name = self.conn.oauth_app(&grant.app)?.map(|app| app.name).unwrap_or_default();
        self.audit("app_ended", Some(("user", user)), json!({ "title": name, "app": grant.app }))
    }
}
