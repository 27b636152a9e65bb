//! Providers as administrators set them up.

use super::place;
use crate::write::Tx;
use crate::{Ctx, Engine, Result};
use akrab_model::object::shape::free_key;
use akrab_model::{FieldProblem, Problem};
use akrab_store::OidcProviderRow;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Providers of a workspace, longest name and address.
const MOST: usize = 20;
const NAME: usize = 60;
const URL: usize = 500;

/// Whose provider it is: some say things their own way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    #[default]
    Other,
    Google,
    Microsoft,
}

impl Preset {
    pub const ALL: [Preset; 3] = [Preset::Other, Preset::Google, Preset::Microsoft];
    pub fn key(self) -> &'static str {
        match self {
            Preset::Other => "other",
            Preset::Google => "google",
            Preset::Microsoft => "microsoft",
        }
    }
}

/// What is said of a provider.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProviderDraft {
    pub name: String,
    pub preset: Preset,
    /// As its tokens name it.
    pub issuer: String,
    pub client_id: String,
    /// Accounts there are already may be opened by a verified mail address.
    pub link: bool,
    /// Whoever has none gets an account with this role.
    pub make: bool,
    pub role: Option<i64>,
    /// Domains of mail addresses that count; all, when there are none.
    pub domains: Vec<String>,
    /// Mail addresses of this provider count as verified, though it does not say so.
    pub trusts: bool,
    /// Nobody but administrators signs in otherwise.
    pub only: bool,
    pub open: bool,
}

/// A provider.
#[derive(Debug, Clone)]
pub struct Provider {
    pub id: i64,
    pub key: String,
    pub draft: ProviderDraft,
    pub(super) secret: Option<String>,
}

impl Provider {
    pub(super) fn of(row: &OidcProviderRow) -> Provider {
        let draft = serde_json::from_str(&row.decl).unwrap_or_default();
        Provider { id: row.id, key: row.key.clone(), draft, secret: row.secret.clone() }
    }
    /// Whether a mail address is of a domain that counts.
    pub(super) fn takes(&self, email: &str) -> bool {
        let domain = email.rsplit_once('@').map_or("", |(_, domain)| domain).to_lowercase();
        self.draft.domains.is_empty() || self.draft.domains.contains(&domain)
    }
}

impl Engine {
    /// Asks a provider whether it is there, before it is kept.
    ///
    /// # Errors
    /// `forbidden`; `invalid` at `issuer`.
    pub async fn oidc_judge(&self, ctx: &Ctx, draft: &ProviderDraft) -> Result<()> {
        if !ctx.is_admin() {
            return Err(Problem::forbidden());
        }
        let at_issuer = |problem: Problem| {
            let mut fault = FieldProblem::new("issuer", problem.code);
            fault.args = problem.args;
            Problem { cause: problem.cause, ..Problem::invalid(vec![fault]) }
        };
        if let Err(missed) = self.outside().judge(&draft.issuer) {
            return Err(Problem::invalid(vec![FieldProblem::new("issuer", missed.code).with("detail", missed.detail)]));
        }
        self.oidc_discover(&draft.issuer).await.map(|_| ()).map_err(at_issuer)
    }
}

impl Tx<'_> {
    pub(super) fn oidc_admin(&self) -> Result<()> {
        if self.ctx.is_admin() { Ok(()) } else { Err(Problem::forbidden()) }
    }

    /// Adds a provider and gives its number.
    ///
    /// # Errors
    /// `forbidden`, `invalid`.
    pub fn oidc_add(&mut self, draft: &ProviderDraft, secret: Option<&str>) -> Result<i64> {
        self.oidc_admin()?;
        self.alone("oidc")?;
        let draft = self.judged(draft)?;
        let rows = self.conn.oidc_providers()?;
        if rows.len() >= MOST {
            return Err(Problem::invalid(vec![FieldProblem::new("name", "too_many").with("max", MOST)]));
        }
        let key = free_key(&draft.name, |key| rows.iter().any(|row| row.key == key));
        let sealed = secret.map(|secret| self.engine.seal(&place(&key), secret)).transpose()?;
        let row = OidcProviderRow { id: 0, key, decl: text(&draft)?, secret: sealed, created_at: self.ctx.micros(), heard_at: None };
        let id = self.conn.oidc_provider_add(&row)?;
        self.audit("provider_added", None, json!({ "title": draft.name, "provider": id }))?;
        Ok(id)
    }

    /// Changes a provider; its secret stays when none is given. With another issuer those who signed in there are
    /// forgotten: a subject of one is somebody else at another.
    ///
    /// # Errors
    /// `not_found`, `forbidden`, `invalid`.
    pub fn oidc_change(&mut self, id: i64, draft: &ProviderDraft, secret: Option<&str>) -> Result<()> {
        self.oidc_admin()?;
        let draft = self.judged(draft)?;
        let mut row = self.conn.oidc_providers()?.into_iter().find(|row| row.id == id).ok_or_else(Problem::not_found)?;
        if Provider::of(&row).draft.issuer != draft.issuer {
            return Err(Problem::invalid(vec![FieldProblem::new("issuer", "fixed_once_made")]));
        }
        row.decl = text(&draft)?;
        if let Some(secret) = secret {
            row.secret = Some(self.engine.seal(&place(&row.key), secret)?);
        }
        self.conn.oidc_provider_set(&row)?;
        self.audit("provider_changed", None, json!({ "title": draft.name, "provider": id, "open": draft.open, "only": draft.only }))
    }

    /// Removes a provider with all links to it.
    ///
    /// # Errors
    /// `not_found`, `forbidden`.
    pub fn oidc_remove(&mut self, id: i64) -> Result<()> {
        self.oidc_admin()?;
        let row = self.conn.oidc_providers()?.into_iter().find(|row| row.id == id).ok_or_else(Problem::not_found)?;
        self.conn.oidc_provider_drop(id)?;
        self.audit("provider_removed", None, json!({ "title": Provider::of(&row).draft.name, "provider": id }))
    }

    fn judged(&self, draft: &ProviderDraft) -> Result<ProviderDraft> {
        let mut draft = draft.clone();
        draft.name = draft.name.trim().into();
        draft.issuer = draft.issuer.trim().into();
        draft.client_id = draft.client_id.trim().into();
        draft.domains =
            draft.domains.iter().map(|domain| domain.trim().trim_start_matches('@').to_lowercase()).filter(|d| !d.is_empty()).collect();
        let mut faults = Vec::new();
        if draft.name.is_empty() {
            faults.push(FieldProblem::new("name", "required"));
        } else if draft.name.chars().count() > NAME {
            faults.push(FieldProblem::new("name", "too_long").with("max", NAME));
        }
        if draft.issuer.len() > URL {
            faults.push(FieldProblem::new("issuer", "too_long").with("max", URL));
        } else if let Err(missed) = self.engine.outside().judge(&draft.issuer) {
            faults.push(FieldProblem::new("issuer", missed.code).with("detail", missed.detail));
        }
        if draft.client_id.is_empty() {
            faults.push(FieldProblem::new("client_id", "required"));
        }
        if draft.make {
            let roles = &self.engine.people().roles;
            let role = draft.role.and_then(|id| roles.iter().find(|role| role.id == id));
            if role.is_none_or(|role| role.is_administrator()) {
                faults.push(FieldProblem::new("role", "oidc_role"));
            }
            // whoever has an address anywhere would get in
            if draft.domains.is_empty() {
                faults.push(FieldProblem::new("domains", "oidc_domains"));
            }
        }
        let plain = |domain: &String| domain.contains('.') && domain.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.".contains(&b));
        if let Some(wrong) = draft.domains.iter().find(|domain| !plain(domain)) {
            faults.push(FieldProblem::new("domains", "oidc_domain").with("value", wrong));
        }
        if faults.is_empty() { Ok(draft) } else { Err(Problem::invalid(faults)) }
    }
}

fn text(draft: &ProviderDraft) -> Result<String> {
    serde_json::to_string(draft).map_err(Problem::internal)
}
