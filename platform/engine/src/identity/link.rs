//! Mailed links: a forgotten password, an invitation. Each works once.

use super::limit::{ADDRESS, MAILS, count};
use super::{DAY, MINUTE, digest, mail};
use crate::people::Person;
use crate::{Ctx, Door, Engine, Result};
use akrab_model::format::Lang;
use akrab_model::value::Input;
use akrab_model::{Problem, RecordId};
use std::sync::Arc;

const RESET_TIME: i64 = 30 * MINUTE;
const INVITE_TIME: i64 = 7 * DAY;

fn gone() -> Problem {
    Problem::new(akrab_model::problem::ProblemKind::NotFound, "link_gone")
}

impl Engine {
    /// Mails a link to set a new password, if there is such a user; the caller cannot tell.
    /// `base` is the address links begin with.
    ///
    /// # Errors
    /// `too_many_tries` for this IP.
    pub async fn ask_reset(&self, email: &str, ip: &str, base: &str) -> Result<()> {
        self.count_tries(vec![(format!("reset-ip:{ip}"), ADDRESS)]).await?;
        let (engine, email, base) = (self.clone(), email.to_string(), base.to_string());
        // answered before it is done, so that the time does not tell either
        tokio::spawn(async move {
            if let Err(problem) = engine.mail_reset(&email, &base).await {
                tracing::error!(%problem, cause = problem.cause, "a reset link could not be mailed");
            }
        });
        Ok(())
    }

    async fn mail_reset(&self, email: &str, base: &str) -> Result<()> {
        self.refresh_people().await?;
        let Some(person) = self.people().by_email(email).filter(|p| p.active).cloned() else { return Ok(()) };
        let (now, name) = (self.micros(), format!("mail:{}", digest(&person.email)));
        if self.store().write(move |conn| count(conn, &name, MAILS, now)).await?.is_some() {
            return Ok(());
        }
        let link = self.new_link(person.id, RESET_TIME, base).await?;
        let lang = person.language.parse().unwrap_or(Lang::Id);
        let mail = mail::reset(lang, &person.email, &person.name, &self.settings().company, &link);
        self.inner.mailer.send(mail).await.map_err(Problem::internal)
    }

    async fn new_link(&self, user: i64, life: i64, base: &str) -> Result<String> {
        let token = self.secret();
        let (id, end) = (digest(&token), self.micros() + life);
        self.store().write(move |conn| conn.reset_add(&id, user, end)).await?;
        Ok(format!("{}/reset/{token}", base.trim_end_matches('/')))
    }

    /// Adds a user and mails the invitation. Gives the id and the link, for whoever wants to hand it over himself.
    ///
    /// # Errors
    /// `forbidden`, or `invalid` with the faults of the input.
    pub async fn invite(&self, ctx: &Ctx, input: Input, base: &str) -> Result<(RecordId, String)> {
        let user = self.write(ctx, move |tx| tx.create("user", &input)).await?;
        let link = self.invite_again(ctx, user, base).await?;
        Ok((user, link))
    }

    /// Mails a new invitation; the former link ends.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `not_found`.
    pub async fn invite_again(&self, ctx: &Ctx, user: RecordId, base: &str) -> Result<String> {
        if !ctx.is_admin() {
            return Err(Problem::forbidden());
        }
        let person = self.people().user(user).cloned().ok_or_else(Problem::not_found)?;
        let link = self.new_link(user, INVITE_TIME, base).await?;
        let by = ctx.person().map_or_else(|| self.settings().company.clone(), |p| p.name.clone());
        let lang = person.language.parse().unwrap_or(Lang::Id);
        let mail = mail::invite(lang, &person.email, &person.name, &by, &self.settings().company, &link);
        if let Err(cause) = self.inner.mailer.send(mail).await {
            tracing::error!(cause, "an invitation could not be mailed");
        }
        Ok(link)
    }

    /// The user a mailed link is for.
    ///
    /// # Errors
    /// `link_gone` when it is unknown, used or too old.
    pub async fn link_user(&self, token: &str) -> Result<Arc<Person>> {
        let (id, now) = (digest(token), self.micros());
        let user = self.store().read(move |conn| conn.reset_user(&id, now)).await?.ok_or_else(gone)?;
        self.refresh_people().await?;
        self.people().user(user).filter(|p| p.active).cloned().ok_or_else(gone)
    }

    /// Sets the password through a mailed link and uses the link up.
    ///
    /// # Errors
    /// `link_gone`; `invalid` at `password`, then the link still works.
    pub async fn use_link(&self, token: &str, password: &str) -> Result<Arc<Person>> {
        let person = self.link_user(token).await?;
        let ctx = self.system("a mailed link proves the address", Door::Page);
        self.set_password(&ctx, person.id, password).await?;
        let id = digest(token);
        if self.store().write(move |conn| conn.reset_take(&id)).await? { Ok(person) } else { Err(gone()) }
    }
}
