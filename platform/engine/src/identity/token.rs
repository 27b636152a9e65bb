//! API tokens: shown once, with a scope, an expiry and the time of the last use.

use super::{HOUR, MINUTE, bear, digest};
use crate::people::{EPOCH, Person};
use crate::{Ctx, Engine, Result};
use akrab_model::{FieldProblem, Problem};
use akrab_store::TokenRow;
use serde_json::json;
use std::sync::Arc;

/// An API token as its owner sees it. Times are microseconds UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Names the token; opens no door.
    pub id: String,
    pub user: i64,
    pub name: String,
    pub read_only: bool,
    /// Its first characters.
    pub hint: String,
    pub created_at: i64,
    pub expires_at: Option<i64>,
    pub used_at: Option<i64>,
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        Token {
            read_only: row.scope != "write",
            id: row.id,
            user: row.user,
            name: row.name,
            hint: row.hint,
            created_at: row.created_at,
            expires_at: row.expires_at,
            used_at: row.used_at,
        }
    }
}

/// Longest life of a token, in days.
const LONGEST: i64 = 366;
/// Longest name, in characters.
const NAME: i64 = 100;

impl Engine {
    /// Makes a token for a user and gives it, this once. `days` of life; none means it does not expire.
    ///
    /// # Errors
    /// `forbidden` for another user's unless by an administrator; `invalid` at `name` or `days`.
    pub async fn token_add(&self, ctx: &Ctx, user: i64, name: &str, read_only: bool, days: Option<i64>) -> Result<String> {
        if ctx.user_id() != Some(user) && !ctx.is_admin() {
            return Err(Problem::forbidden());
        }
        let name = name.trim();
        let fault =
            |field: &str, code: &str, max: i64| Err(Problem::invalid(vec![FieldProblem::new(field, code).with("min", 1).with("max", max)]));
        if name.is_empty() {
            return fault("name", "required", NAME);
        }
        if name.chars().count() > NAME as usize {
            return fault("name", "too_long", NAME);
        }
        if days.is_some_and(|d| !(1..=LONGEST).contains(&d)) {
            return fault("days", "out_of_range", LONGEST);
        }
        let token = format!("akrab_{}", self.secret());
        let now = self.micros();
        let row = TokenRow {
            id: digest(&token),
            user,
            name: name.into(),
            scope: if read_only { "read" } else { "write" }.into(),
            hint: token.chars().take(11).collect(),
            created_at: now,
            expires_at: days.map(|d| now + d * 24 * HOUR),
            used_at: None,
        };
        let detail = json!({ "name": row.name, "read_only": read_only, "days": days, "hint": row.hint });
        let told = self.audit_row(ctx, "token_added", Some(("user", user)), detail);
        let add = self.store().write(move |conn| -> Result<()> {
            conn.token_add(&row)?;
            crate::audit::put(conn, &told)
        });
        add.await?;
        Ok(token)
    }

    /// The token behind a secret and its user; nothing when it has ended or the user is disabled.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn token(&self, secret: &str) -> Result<Option<(Token, Arc<Person>)>> {
        if !secret.starts_with("akrab_") || secret.len() > 100 {
            return Ok(None);
        }
        let id = digest(secret);
        let seen = self.store().glance(move |conn| conn.token_seen(&id, EPOCH)).await?;
        let now = self.micros();
        let Some((row, epoch)) = seen.filter(|(row, _)| row.expires_at.is_none_or(|end| end > now)) else { return Ok(None) };
        self.refresh_to(epoch.as_deref()).await?;
        let Some(person) = self.people().user(row.user).filter(|p| p.active).cloned() else { return Ok(None) };
        if row.used_at.is_none_or(|used| now - used > MINUTE) {
            let id = row.id.clone();
            bear(self.store().write(move |conn| conn.token_touch(&id, now)).await)?;
        }
        Ok(Some((row.into(), person)))
    }

    /// Tokens of a user, oldest first.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn tokens(&self, user: i64) -> Result<Vec<Token>> {
        Ok(self.store().read(move |conn| conn.tokens(user)).await?.into_iter().map(Token::from).collect())
    }

    /// Ends a token.
    ///
    /// # Errors
    /// `not_found` when it is not the user's.
    pub async fn end_token(&self, ctx: &Ctx, user: i64, id: &str) -> Result<()> {
        let id = id.to_string();
        let named = self.tokens(user).await?.into_iter().find(|token| token.id == id).ok_or_else(Problem::not_found)?;
        let detail = json!({ "name": named.name, "hint": named.hint });
        let told = self.audit_row(ctx, "token_ended", Some(("user", user)), detail);
        let ended = self.store().write(move |conn| -> Result<bool> {
            let ended = conn.token_end(user, &id)?;
            if ended {
                crate::audit::put(conn, &told)?;
            }
            Ok(ended)
        });
        if ended.await? { Ok(()) } else { Err(Problem::not_found()) }
    }

    /// Ends all tokens of a user, and all he allowed apps of others; how many tokens of his own there were.
    ///
    /// # Errors
    /// `forbidden` for another user's unless by an administrator.
    pub async fn end_tokens(&self, ctx: &Ctx, user: i64) -> Result<u64> {
        if ctx.user_id() != Some(user) && !ctx.is_admin() {
            return Err(Problem::forbidden());
        }
        let told = self.audit_row(ctx, "tokens_ended", Some(("user", user)), json!({}));
        let end = self.store().write(move |conn| -> Result<u64> {
            let ended = conn.tokens_end(user)?;
            let allowed = !conn.oauth_grants(user)?.is_empty();
            conn.oauth_end(user)?;
            if ended > 0 || allowed {
                crate::audit::put(conn, &told)?;
            }
            Ok(ended)
        });
        end.await
    }
}
