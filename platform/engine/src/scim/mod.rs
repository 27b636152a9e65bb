//! The company's directory keeps the accounts (SCIM 2.0, RFC 7643 and 7644): it adds people, changes them, and takes away
//! who leaves, with a token of its own.
//!
//! It makes nobody an administrator, and changes no administrator but by letting him in no longer. Nothing here knows HTTP.

mod left;
mod people;
mod teams;

pub use left::LeftMail;
pub use people::{ScimPerson, ScimWish};
pub use teams::{ScimTeam, TeamWish};

use crate::identity::digest;
use crate::write::Tx;
use crate::{Ctx, Door, Engine, Result};
use akrab_model::{FieldProblem, Problem, ProblemKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use subtle::ConstantTimeEq;

/// Setting that holds the token's hash.
const KEY: &str = "scim";
/// What the token begins with.
const MARK: &str = "akscim_";

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    hash: String,
    hint: String,
    role: i64,
    created_at: i64,
}

/// The directory's way in, as administrators see it.
#[derive(Debug, Clone)]
pub struct DirectoryView {
    /// First characters of the token.
    pub hint: String,
    /// Role of whoever it adds.
    pub role: i64,
    pub created_at: Timestamp,
    /// How many accounts it keeps.
    pub people: usize,
}

impl Engine {
    /// Whoever comes with the directory's token.
    ///
    /// # Errors
    /// `unauthenticated`.
    pub async fn scim_enter(&self, secret: &str, request: &str, place: std::net::IpAddr) -> Result<Ctx> {
        let kept = self.store().read(|conn| conn.setting_get(KEY)).await?;
        let kept: Kept = kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let fits = !kept.hash.is_empty() && bool::from(kept.hash.as_bytes().ct_eq(digest(secret).as_bytes()));
        if !fits {
            return Err(Problem::new(ProblemKind::Unauthenticated, "unauthenticated"));
        }
        self.refresh_people().await?;
        let mut ctx = self.system("the directory keeps the accounts", Door::Scim);
        ctx.request = request.into();
        ctx.place = Some(place);
        Ok(ctx)
    }
}

impl Tx<'_> {
    fn scim_admin(&self) -> Result<()> {
        if self.ctx.is_admin() { Ok(()) } else { Err(Problem::forbidden()) }
    }

    fn scim_kept(&mut self) -> Result<Option<Kept>> {
        Ok(self.conn.setting_get(KEY)?.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// The role of whoever the directory adds.
    fn scim_role(&mut self) -> Result<i64> {
        self.scim_kept()?.map(|kept| kept.role).ok_or_else(Problem::forbidden)
    }

    /// The directory's way in; none while it is closed.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub fn directory(&mut self) -> Result<Option<DirectoryView>> {
        self.scim_admin()?;
        let people = self.conn.directory_names("user")?.len();
        Ok(self.scim_kept()?.map(|kept| DirectoryView {
            hint: kept.hint,
            role: kept.role,
            created_at: Timestamp::from_microsecond(kept.created_at).unwrap_or(Timestamp::UNIX_EPOCH),
            people,
        }))
    }

    /// Opens the directory's way in, or gives it another token; gives the token, this once. The one before ends.
    ///
    /// # Errors
    /// `forbidden`; `invalid` at `role`.
    pub fn directory_open(&mut self, role: i64) -> Result<String> {
        self.scim_admin()?;
        let fits = self.engine.people().roles.iter().any(|known| known.id == role && !known.is_administrator());
        if !fits {
            return Err(Problem::invalid(vec![FieldProblem::new("role", "oidc_role")]));
        }
        let token = format!("{MARK}{}", self.engine.secret());
        let kept = Kept { hash: digest(&token), hint: token.chars().take(12).collect(), role, created_at: self.ctx.micros() };
        self.conn.setting_set(KEY, &serde_json::to_string(&kept).map_err(Problem::internal)?)?;
        self.audit("scim_token", None, json!({ "name": "SCIM", "hint": kept.hint }))?;
        Ok(token)
    }

    /// Closes the directory's way in; the accounts stay.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn directory_close(&mut self) -> Result<()> {
        self.scim_admin()?;
        self.conn.setting_drop(KEY)?;
        self.audit("scim_token", None, json!({ "ended": true }))
    }
}
