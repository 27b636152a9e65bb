//! Links in mails: each does one thing to one step of one request, for one person, once. Of the secret only its checksum is
//! kept; opening a link changes nothing.

use super::{Approval, Decision, State, Verdict, state_of};
use crate::identity::digest;
use crate::{Ctx, Door, Engine, Person, Result, Tx};
use akrab_model::problem::ProblemKind;
use akrab_model::{Problem, RecordId};
use akrab_store::{ApprovalRow, ScopedLinkRow};
use std::net::IpAddr;
use std::sync::Arc;

/// What links about approvals are kept under.
pub(super) const KIND: &str = "approval";
/// Days a link works where the step has no limit.
const DAYS: i64 = 14;
const DAY: i64 = 24 * 3_600 * 1_000_000;

/// What a link shows before it does anything.
#[derive(Debug, Clone)]
pub struct LinkView {
    pub approval: Approval,
    pub verdict: Verdict,
    pub person: Arc<Person>,
    pub ctx: Ctx,
}

impl Tx<'_> {
    /// Makes the links of one person to the present step: to approve and to refuse. Those he had end.
    pub(super) fn approval_links(&mut self, row: &ApprovalRow, person: RecordId) -> Result<Option<(String, String)>> {
        let now = self.ctx.micros();
        self.conn.scoped_links_revoke(KIND, row.id, Some(person), now)?;
        let (approve, refuse) = (self.engine.secret(), self.engine.secret());
        for (secret, verdict) in [(&approve, Verdict::Approve), (&refuse, Verdict::Refuse)] {
            self.conn.scoped_link_add(&ScopedLinkRow {
                hash: digest(secret),
                kind: KIND.into(),
                deed: verdict.key().into(),
                subject: row.id,
                part: row.step,
                person,
                until_at: row.due_at.unwrap_or(now + DAYS * DAY),
                used_at: None,
                revoked_at: None,
                made_at: now,
            })?;
        }
        Ok(Some((approve, refuse)))
    }
}

impl Engine {
    /// What a mailed link is about; nothing is changed.
    ///
    /// # Errors
    /// `link_unknown`, `link_used`, `link_expired`, `link_over` when the step was decided meanwhile: none tells anything
    /// of the record.
    pub async fn approval_link(&self, secret: &str, place: Option<IpAddr>) -> Result<LinkView> {
        let (row, ctx, person) = self.link_of(secret, place).await?;
        let (id, verdict) = (row.subject, Verdict::of(&row.deed).ok_or_else(unknown)?);
        let approval = self.read(&ctx, move |tx| tx.approval(id)).await.map_err(silent)?;
        Ok(LinkView { approval, verdict, person, ctx })
    }

    /// Does what a mailed link is for, and uses it up.
    ///
    /// # Errors
    /// As [`Engine::approval_link`]; `invalid` without a reason where one is due, then the link still works.
    pub async fn approval_link_use(&self, secret: &str, reason: &str, note: &str, place: Option<IpAddr>) -> Result<State> {
        let (row, ctx, _) = self.link_of(secret, place).await?;
        let verdict = Verdict::of(&row.deed).ok_or_else(unknown)?;
        let mut decision = Decision::new(verdict).because(reason, note).of_step(Some(row.part));
        decision.way = Some("mail");
        let done = self.write(&ctx, move |tx| {
            let now = tx.ctx.micros();
            // of two at once only one finds it
            if !tx.conn.scoped_link_use(&row.hash, now)? {
                return Err(gone("link_used"));
            }
            tx.approval_decide(row.subject, &decision)
        });
        done.await.map_err(silent)
    }

    async fn link_of(&self, secret: &str, place: Option<IpAddr>) -> Result<(ScopedLinkRow, Ctx, Arc<Person>)> {
        let (hash, now) = (digest(secret), self.micros());
        let found = self.store().read(move |conn| {
            let link = conn.scoped_link(&hash)?;
            let row = link.as_ref().map(|link| conn.approval(link.subject)).transpose()?.flatten();
            Ok::<_, akrab_store::StoreError>(link.zip(row))
        });
        let (link, row) = found.await?.filter(|(link, _)| link.kind == KIND).ok_or_else(unknown)?;
        if link.used_at.is_some() {
            return Err(gone("link_used"));
        }
        if link.until_at <= now {
            return Err(gone("link_expired"));
        }
        if link.revoked_at.is_some() || state_of(&row) != State::Waiting || row.step != link.part {
            return Err(gone("link_over"));
        }
        self.refresh_people().await?;
        let person = self.people().user(link.person).filter(|p| p.active).cloned().ok_or_else(unknown)?;
        let mut ctx = self.ctx(&person, Door::Page, "approval link");
        ctx.place = place;
        Ok((link, ctx, person))
    }
}

fn unknown() -> Problem {
    Problem::new(ProblemKind::NotFound, "link_unknown")
}

fn gone(code: &'static str) -> Problem {
    Problem::new(ProblemKind::NotFound, code)
}

/// A record that has gone out of sight, or a decision somebody else has taken, is told without its names.
fn silent(problem: Problem) -> Problem {
    match problem.kind {
        ProblemKind::NotFound if problem.code != "link_used" => unknown(),
        ProblemKind::Conflict | ProblemKind::Forbidden => gone("link_over"),
        _ => problem,
    }
}
