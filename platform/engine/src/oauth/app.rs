//! Apps: registered by an administrator, or by themselves.

use super::redirect::is_fit;
use super::{SECOND, SECRET};
use crate::identity::digest;
use crate::write::Tx;
use crate::{Ctx, Door, Engine, Result, Scopes};
use akrab_model::{FieldProblem, Problem};
use akrab_store::AppRow;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde_json::json;

/// What an app says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppDraft {
    pub name: String,
    /// Its home page; may be empty.
    pub uri: String,
    pub redirects: Vec<String>,
    /// What it may ask for at most, names with blanks between; everything when absent.
    pub scopes: Option<String>,
    /// It runs on a server and can keep a secret.
    pub confidential: bool,
}

/// An app as administrators see it.
#[derive(Debug, Clone)]
pub struct AppView {
    pub id: String,
    pub draft: AppDraft,
    pub registered: bool,
    pub owner_name: Option<String>,
    pub created_at: Timestamp,
    /// How many people allowed it something.
    pub people: i64,
}

/// Longest name, most addresses, most apps of a workspace.
const NAME: usize = 100;
const REDIRECTS: usize = 20;
const MOST: usize = 1_000;
/// Registrations of one address in an hour.
const PER_HOUR: i64 = 30;

impl Tx<'_> {
    /// Registers an app; gives its id, and its secret when it has one, this once.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `invalid`.
    pub fn app_add(&mut self, draft: &AppDraft) -> Result<(String, Option<String>)> {
        self.app_admin()?;
        let owner = self.ctx.author();
        let made = self.app_keep(draft, owner)?;
        self.audit("app_added", None, json!({ "title": draft.name, "app": made.0 }))?;
        Ok(made)
    }

    /// Changes what an app may; whether it keeps a secret stays.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `invalid`.
    pub fn app_change(&mut self, id: &str, draft: &AppDraft) -> Result<()> {
        self.app_admin()?;
        let row = self.conn.oauth_app(id)?.ok_or_else(Problem::not_found)?;
        self.app_judge(draft)?;
        self.conn.oauth_app_put(&filled(row, draft)?)?;
        self.audit("app_changed", None, json!({ "title": draft.name, "app": id }))
    }

    /// A new secret for an app that keeps one; the one before ends.
    ///
    /// # Errors
    /// `forbidden`, `not_found`.
    pub fn app_secret(&mut self, id: &str) -> Result<String> {
        self.app_admin()?;
        let row = self.conn.oauth_app(id)?.filter(|row| row.secret.is_some()).ok_or_else(Problem::not_found)?;
        let secret = format!("{SECRET}{}", URL_SAFE_NO_PAD.encode(self.engine.random::<32>()));
        self.conn.oauth_app_put(&AppRow { secret: Some(digest(&secret)), ..row.clone() })?;
        self.audit("app_changed", None, json!({ "title": row.name, "app": id }))?;
        Ok(secret)
    }

    /// Forgets an app; all it was allowed ends at once.
    ///
    /// # Errors
    /// `forbidden`, `not_found`.
    pub fn app_remove(&mut self, id: &str) -> Result<()> {
        self.app_admin()?;
        let row = self.conn.oauth_app(id)?.ok_or_else(Problem::not_found)?;
        self.conn.oauth_app_drop(id)?;
        self.audit("app_removed", None, json!({ "title": row.name, "app": id }))
    }

    /// Apps of the workspace, by name.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub fn apps(&mut self) -> Result<Vec<AppView>> {
        self.app_admin()?;
        let uses = self.conn.oauth_app_uses()?;
        let people = |id: &str| uses.iter().find(|(app, _)| app == id).map_or(0, |(_, n)| *n);
        let rows = self.conn.oauth_apps()?;
        Ok(rows.into_iter().map(|row| view(&self.engine, people(&row.id), row)).collect())
    }

    /// One app.
    ///
    /// # Errors
    /// `forbidden`, `not_found`.
    pub fn app(&mut self, id: &str) -> Result<AppView> {
        self.apps()?.into_iter().find(|app| app.id == id).ok_or_else(Problem::not_found)
    }

    fn app_admin(&self) -> Result<()> {
        if self.ctx.is_admin() { Ok(()) } else { Err(Problem::forbidden()) }
    }

    fn app_keep(&mut self, draft: &AppDraft, owner: Option<i64>) -> Result<(String, Option<String>)> {
        self.app_judge(draft)?;
        if self.conn.oauth_apps()?.len() >= MOST {
            return Err(Problem::invalid(vec![FieldProblem::new("name", "too_many").with("max", MOST)]));
        }
        let secret = draft.confidential.then(|| format!("{SECRET}{}", URL_SAFE_NO_PAD.encode(self.engine.random::<32>())));
        let row = AppRow {
            id: format!("app_{}", URL_SAFE_NO_PAD.encode(self.engine.random::<12>())),
            name: String::new(),
            uri: String::new(),
            redirects: String::new(),
            scopes: None,
            secret: secret.as_deref().map(digest),
            registered: owner.is_none(),
            owner,
            created_at: self.ctx.micros(),
        };
        let row = filled(row, draft)?;
        self.conn.oauth_app_put(&row)?;
        Ok((row.id, secret))
    }

    fn app_judge(&self, draft: &AppDraft) -> Result<()> {
        let mut faults = Vec::new();
        let name = draft.name.trim();
        if name.is_empty() {
            faults.push(FieldProblem::new("name", "required"));
        } else if name.chars().count() > NAME || name.chars().any(char::is_control) {
            faults.push(FieldProblem::new("name", "too_long").with("max", NAME));
        }
        if !draft.uri.is_empty() && (!draft.uri.starts_with("https://") || !is_fit(&draft.uri)) {
            faults.push(FieldProblem::new("uri", "outside_url"));
        }
        if draft.redirects.is_empty() {
            faults.push(FieldProblem::new("redirects", "required"));
        } else if draft.redirects.len() > REDIRECTS {
            faults.push(FieldProblem::new("redirects", "too_many").with("max", REDIRECTS));
        } else if let Some(unfit) = draft.redirects.iter().find(|uri| !is_fit(uri)) {
            faults.push(FieldProblem::new("redirects", "redirect_unfit").with("value", unfit));
        }
        if let Some(Err(unknown)) = draft.scopes.as_ref().map(|text| Scopes::parse(text, &self.registry)) {
            faults.push(FieldProblem::new("scopes", "unknown_choice").with("value", unknown));
        }
        if faults.is_empty() { Ok(()) } else { Err(Problem::invalid(faults)) }
    }
}

impl Engine {
    /// Registers an app that asks for it itself (RFC 7591), from `ip`. Gives its id, and its secret when it has one.
    ///
    /// # Errors
    /// `invalid`; `too_many_tries` when one address registers too many.
    pub async fn app_register(&self, draft: AppDraft, ip: &str) -> Result<(String, Option<String>)> {
        self.count_registration(ip, PER_HOUR).await?;
        let mut ctx: Ctx = self.system("an app registers itself", Door::Api);
        ctx.place = ip.parse().ok();
        let register = move |tx: &mut Tx| {
            let made = tx.app_keep(&draft, None)?;
            tx.audit("app_registered", None, json!({ "title": draft.name, "app": made.0 }))?;
            Ok(made)
        };
        self.write(&ctx, register).await
    }
}

fn filled(row: AppRow, draft: &AppDraft) -> Result<AppRow> {
    Ok(AppRow {
        name: draft.name.trim().into(),
        uri: draft.uri.clone(),
        redirects: serde_json::to_string(&draft.redirects).map_err(Problem::internal)?,
        scopes: draft.scopes.clone(),
        ..row
    })
}

/// The addresses an app may be sent back to.
pub(super) fn redirects(row: &AppRow) -> Vec<String> {
    serde_json::from_str(&row.redirects).unwrap_or_default()
}

fn view(engine: &Engine, people: i64, row: AppRow) -> AppView {
    AppView {
        people,
        registered: row.registered,
        owner_name: row.owner.and_then(|id| engine.people().name(id)),
        created_at: Timestamp::from_second(row.created_at.div_euclid(SECOND)).unwrap_or(Timestamp::UNIX_EPOCH),
        draft: AppDraft {
            redirects: redirects(&row),
            confidential: row.secret.is_some(),
            name: row.name,
            uri: row.uri,
            scopes: row.scopes,
        },
        id: row.id,
    }
}
