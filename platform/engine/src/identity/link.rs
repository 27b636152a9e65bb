//! Mailed links: a forgotten password, an invitation. Each works once.

use super::limit::{ADDRESS, MAILS, count};
use super::send::{Letter, MailJob, MailKind};
use super::session::Origin;
use super::{DAY, MINUTE, digest};
use crate::people::Person;
use crate::{Ctx, Door, Engine, Result, Tx};
use akrab_model::value::Input;
use akrab_model::{Problem, RecordId};
use std::sync::Arc;

/// How links begin that an administrator makes for somebody who is there already.
const BY_ADMIN: &str = "admin-";
const RESET_TIME: i64 = 30 * MINUTE;
const INVITE_TIME: i64 = 7 * DAY;
/// No mail address is longer.
const LONGEST_ADDRESS: usize = 254;

fn gone() -> Problem {
    Problem::new(akrab_model::problem::ProblemKind::NotFound, "link_gone")
}

impl Engine {
    /// Queues a mail with a link to set a new password. The same is done for an address nobody has;
    /// so neither answer nor time tells whether there is such a user. `base` is the address links
    /// begin with.
    ///
    /// # Errors
    /// `too_many_tries` for this IP.
    pub async fn ask_reset(&self, email: &str, ip: &str, base: &str) -> Result<()> {
        self.count_tries(vec![(format!("reset-ip:{ip}"), ADDRESS)]).await?;
        let email = email.trim().to_lowercase();
        if email.len() > LONGEST_ADDRESS {
            return Ok(());
        }
        let ctx = self.system("a forgotten password", Door::Page);
        let name = format!("mail:{}", digest(&email));
        let letter = Letter { to: email, token: self.secret(), base: base.into(), by: None, until: ctx.micros() + RESET_TIME };
        let job = MailJob::new(self, MailKind::Reset, &letter)?;
        self.write(&ctx, move |tx| {
            let now = tx.ctx.micros();
            if count(tx.conn, &name, MAILS, now)?.is_none() {
                tx.enqueue(&job)?;
            }
            Ok(())
        })
        .await
    }

    /// Adds a user and queues the invitation. Gives the id and the link, for whoever wants to hand it over himself.
    ///
    /// # Errors
    /// `forbidden`, or `invalid` with the faults of the input.
    pub async fn invite(&self, ctx: &Ctx, input: Input, base: &str) -> Result<(RecordId, String)> {
        let (token, base) = (self.secret(), base.to_string());
        self.write(ctx, move |tx| {
            let user = tx.create("user", &input)?;
            Ok((user, tx.invitation(user, &token, &base)?))
        })
        .await
    }

    /// Queues a new invitation; the former link ends.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `not_found`.
    pub async fn invite_again(&self, ctx: &Ctx, user: RecordId, base: &str) -> Result<String> {
        if !ctx.is_admin() {
            return Err(Problem::forbidden());
        }
        let (token, base) = (format!("{BY_ADMIN}{}", self.secret()), base.to_string());
        self.write(ctx, move |tx| tx.invitation(user, &token, &base)).await
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

    /// Sets the password through a mailed link and uses the link up. One an administrator has made ends the API
    /// tokens too: whoever had them may be why.
    ///
    /// # Errors
    /// `link_gone`; `invalid` at `password`, then the link still works.
    pub async fn use_link(&self, token: &str, password: &str, ip: &str) -> Result<Arc<Person>> {
        let person = self.link_user(token).await?;
        let stored = self.hash_for(&person, password).await?;
        let (id, user, now) = (digest(token), person.id, self.micros());
        let by_admin = token.starts_with(BY_ADMIN);
        let told = self.audit_stranger("password_reset", &Origin { ip: ip.into(), ..Origin::default() }, Some(user), "", true);
        let set = self.store().write(move |conn| -> Result<()> {
            // of several at once only one finds it
            if !conn.reset_take(&id)? {
                return Err(gone());
            }
            conn.password_set(user, &stored, now)?;
            conn.sessions_end(user, None)?;
            if by_admin {
                conn.tokens_end(user)?;
                conn.oauth_end(user)?;
            }
            crate::audit::put(conn, &told)
        });
        set.await?;
        Ok(person)
    }
}

impl Tx<'_> {
    /// Makes the link with which an invited user begins and queues the mail that brings it.
    fn invitation(&mut self, user: RecordId, token: &str, base: &str) -> Result<String> {
        let person = self.find("user", user)?.ok_or_else(Problem::not_found)?;
        let until = self.ctx.micros() + INVITE_TIME;
        self.conn.reset_add(&digest(token), user, until)?;
        let by = self.ctx.person().map_or_else(|| self.engine.settings().company.clone(), |p| p.name.clone());
        let letter = Letter { to: person.text("email").into(), token: token.into(), base: base.into(), by: Some(by), until };
        let job = MailJob::new(&self.engine, MailKind::Invite, &letter)?;
        self.as_system("an invitation goes out whatever becomes of whoever invites").enqueue(&job)?;
        Ok(letter.link())
    }
}
