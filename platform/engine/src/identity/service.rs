//! Service accounts: programs that are nobody. Each has a role of its own, no way to sign in, and tokens that may do
//! what is named on them.

use super::{HOUR, digest};
use crate::oauth::Bearer;
use crate::people::EPOCH;
use crate::write::Tx;
use crate::{Engine, Result, Scopes};
use akrab_model::value::Input;
use akrab_model::{FieldProblem, Problem};
use akrab_store::ServiceTokenRow;
use jiff::Timestamp;
use serde_json::json;
use std::sync::Arc;

/// What a token begins with.
pub(crate) const MARK: &str = "aksv_";
/// Longest name, tokens of one account, days of life.
const NAME: usize = 100;
const MOST: usize = 50;
const LONGEST: i64 = 366;

/// A service account as administrators see it.
#[derive(Debug, Clone)]
pub struct ServiceView {
    pub id: i64,
    pub name: String,
    /// What it is for.
    pub about: String,
    pub role: i64,
    pub role_name: String,
    pub active: bool,
    pub tokens: Vec<ServiceToken>,
}

/// A token of a service account.
#[derive(Debug, Clone)]
pub struct ServiceToken {
    /// Names the token; opens no door.
    pub id: String,
    pub name: String,
    pub scopes: Scopes,
    pub hint: String,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub used_at: Option<Timestamp>,
}

/// What is said of a service account.
#[derive(Debug, Clone, Default)]
pub struct ServiceDraft {
    pub name: String,
    pub about: String,
    pub role: i64,
    pub active: bool,
}

fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn fault(field: &str, code: &str) -> Problem {
    Problem::invalid(vec![FieldProblem::new(field, code).with("min", 1).with("max", if field == "days" { LONGEST } else { NAME as i64 })])
}

impl Tx<'_> {
    fn service_admin(&self) -> Result<()> {
        if self.ctx.is_admin() { Ok(()) } else { Err(Problem::forbidden()) }
    }

    /// All service accounts, by name.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub fn services(&mut self) -> Result<Vec<ServiceView>> {
        self.service_admin()?;
        let mut found = Vec::new();
        for (id, about, _) in self.conn.service_accounts()? {
            let Some(person) = self.engine.people().user(id).cloned() else { continue };
            let registry = self.registry.clone();
            let token = |row: ServiceTokenRow| ServiceToken {
                id: row.id,
                name: row.name,
                scopes: Scopes::kept(&row.scopes, &registry),
                hint: row.hint,
                created_at: time(row.created_at),
                expires_at: row.expires_at.map(time),
                used_at: row.used_at.map(time),
            };
            let tokens = self.conn.service_tokens(id)?.into_iter().map(token).collect();
            let (name, role) = (person.name.clone(), person.role.clone());
            found.push(ServiceView { id, name, about, role: role.id, role_name: role.name.clone(), active: person.active, tokens });
        }
        found.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
        Ok(found)
    }

    /// One service account.
    ///
    /// # Errors
    /// `not_found`, `forbidden`.
    pub fn service(&mut self, id: i64) -> Result<ServiceView> {
        self.services()?.into_iter().find(|one| one.id == id).ok_or_else(Problem::not_found)
    }

    /// Makes a service account and gives its number.
    ///
    /// # Errors
    /// `forbidden`, `invalid`.
    pub fn service_add(&mut self, draft: &ServiceDraft) -> Result<i64> {
        self.service_admin()?;
        self.judge_service(draft)?;
        // nobody receives mail there, and nobody can
        let address = format!("{}@service.invalid", &digest(&self.engine.secret())[..16]);
        let input = json!({ "name": draft.name.trim(), "email": address, "role": draft.role, "mail_news": "never" });
        let id = self.create("user", input.as_object().unwrap_or(&Input::new()))?;
        self.conn.service_account_set(id, draft.about.trim(), self.ctx.micros())?;
        self.audit("service_added", Some(("user", id)), json!({ "title": draft.name }))?;
        Ok(id)
    }

    /// Changes a service account. One that is switched off loses its tokens.
    ///
    /// # Errors
    /// `not_found`, `forbidden`, `invalid`.
    pub fn service_change(&mut self, id: i64, draft: &ServiceDraft) -> Result<()> {
        self.service(id)?;
        self.judge_service(draft)?;
        let input = json!({ "name": draft.name.trim(), "role": draft.role, "active": draft.active });
        self.update("user", id, input.as_object().unwrap_or(&Input::new()), None)?;
        self.conn.service_account_set(id, draft.about.trim(), self.ctx.micros())?;
        self.audit("service_changed", Some(("user", id)), json!({ "title": draft.name }))
    }

    fn judge_service(&self, draft: &ServiceDraft) -> Result<()> {
        let name = draft.name.trim();
        if name.is_empty() {
            return Err(fault("name", "required"));
        }
        if name.chars().count() > NAME {
            return Err(fault("name", "too_long"));
        }
        if draft.about.chars().count() > NAME {
            return Err(fault("about", "too_long"));
        }
        let fits = self.engine.people().roles.iter().any(|role| role.id == draft.role && !role.is_administrator());
        if fits { Ok(()) } else { Err(fault("role", "oidc_role")) }
    }

    /// Makes a token for a service account and gives it, this once.
    ///
    /// # Errors
    /// `not_found`, `forbidden`, `invalid`.
    pub fn service_token_add(&mut self, id: i64, name: &str, scopes: &str, days: Option<i64>) -> Result<String> {
        let account = self.service(id)?;
        let name = name.trim();
        if name.is_empty() {
            return Err(fault("token", "required"));
        }
        if name.chars().count() > NAME || account.tokens.len() >= MOST {
            return Err(fault("token", if account.tokens.len() >= MOST { "too_many" } else { "too_long" }));
        }
        if days.is_some_and(|days| !(1..=LONGEST).contains(&days)) {
            return Err(fault("days", "out_of_range"));
        }
        let allowed = Scopes::parse(scopes, &self.registry);
        let allowed =
            allowed.map_err(|unknown| Problem::invalid(vec![FieldProblem::new("scopes", "unknown_choice").with("value", unknown)]))?;
        if allowed.is_empty() {
            return Err(fault("scopes", "required"));
        }
        let secret = format!("{MARK}{}", self.engine.secret());
        let now = self.ctx.micros();
        let row = ServiceTokenRow {
            id: digest(&secret),
            user: id,
            name: name.into(),
            scopes: allowed.to_string(),
            hint: secret.chars().take(10).collect(),
            created_at: now,
            expires_at: days.map(|days| now + days * 24 * HOUR),
            used_at: None,
        };
        self.conn.service_token_add(&row)?;
        self.audit("token_added", Some(("user", id)), json!({ "name": name, "hint": row.hint, "scopes": row.scopes, "days": days }))?;
        Ok(secret)
    }

    /// Ends a token of a service account.
    ///
    /// # Errors
    /// `not_found`, `forbidden`.
    pub fn service_token_end(&mut self, id: i64, token: &str) -> Result<()> {
        let account = self.service(id)?;
        let named = account.tokens.into_iter().find(|known| known.id == token).ok_or_else(Problem::not_found)?;
        self.conn.service_token_end(id, token)?;
        self.audit("token_ended", Some(("user", id)), json!({ "name": named.name, "hint": named.hint }))
    }
}

impl Engine {
    /// The service account a token belongs to, with what it may do.
    ///
    /// # Errors
    /// What the database answers.
    pub(crate) async fn service_bearer(&self, secret: &str) -> Result<Option<Bearer>> {
        if secret.len() > 100 {
            return Ok(None);
        }
        let id = digest(secret);
        let seen = self.store().glance(move |conn| conn.service_token_seen(&id, EPOCH)).await?;
        let now = self.micros();
        let Some((row, epoch)) = seen.filter(|(row, _)| row.expires_at.is_none_or(|end| end > now)) else { return Ok(None) };
        self.refresh_to(epoch.as_deref()).await?;
        let Some(person) = self.people().user(row.user).filter(|person| person.active).cloned() else { return Ok(None) };
        if row.used_at.is_none_or(|used| now - used > super::MINUTE) {
            let id = row.id.clone();
            self.note_use(move |conn| conn.service_token_touch(&id, now)).await?;
        }
        let scopes = Scopes::kept(&row.scopes, &self.registry());
        Ok(Some(Bearer { id: row.id, person, read_only: scopes.is_read_only(), scopes: Some(Arc::new(scopes)) }))
    }
}
