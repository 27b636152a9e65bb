//! Subscriptions and their deliveries as people see them. Secrets are never shown again.

use super::kinds::fits;
use super::subscribe::{HookDraft, draft};
use super::tell::{Kept, fields};
use crate::Result;
use crate::read::ListRequest;
use crate::write::Tx;
use akrab_model::{FieldProblem, Problem};
use akrab_store::{HookAttempt, HookDelivery, HookEvent, HookRow, HookState};
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

/// A subscription.
#[derive(Debug, Clone)]
pub struct HookView {
    pub id: i64,
    pub owner: i64,
    pub owner_name: Option<String>,
    pub draft: HookDraft,
    /// `on`, `off`, `stopped`.
    pub state: String,
    /// Why it was stopped: the code of a problem.
    pub why: Option<String>,
    pub source: String,
    pub created_at: Timestamp,
    pub failing_since: Option<Timestamp>,
    pub heard_at: Option<Timestamp>,
    /// Until when the secret before signs too.
    pub former_until: Option<Timestamp>,
    pub counts: Vec<(HookState, i64)>,
}

impl HookView {
    pub fn count(&self, state: HookState) -> i64 {
        self.counts.iter().find(|(known, _)| *known == state).map_or(0, |(_, n)| *n)
    }
}

/// An event on its way, or gone.
#[derive(Debug, Clone)]
pub struct DeliveryView {
    pub id: i64,
    pub hook: i64,
    /// The `webhook-id`.
    pub name: String,
    pub kind: String,
    pub sequence: i64,
    pub object: String,
    pub record: i64,
    pub at: Timestamp,
    pub state: HookState,
    pub attempts: i64,
    /// When it is tried next.
    pub run_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// One try.
#[derive(Debug, Clone)]
pub struct AttemptView {
    pub at: Timestamp,
    /// Milliseconds.
    pub took: i64,
    pub status: Option<i64>,
    pub code: Option<String>,
    pub detail: Option<String>,
    pub request: String,
    pub answer: String,
}

fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

impl Tx<'_> {
    /// The actor's subscriptions; for administrators all.
    ///
    /// # Errors
    /// What the database answers.
    pub fn hooks(&mut self) -> Result<Vec<HookView>> {
        let owner = if self.sees_all_hooks() { None } else { Some(self.ctx.user_id().unwrap_or(0)) };
        let rows = self.conn.hooks(owner)?;
        rows.into_iter().map(|row| self.hook_view(row)).collect()
    }

    /// One subscription.
    ///
    /// # Errors
    /// `not_found`, also for those of others.
    pub fn hook(&mut self, id: i64) -> Result<HookView> {
        let row = self.own_hook(id)?;
        self.hook_view(row)
    }

    fn hook_view(&mut self, row: HookRow) -> Result<HookView> {
        let (counts, now) = (self.conn.hook_counts(row.id)?, self.ctx.micros());
        Ok(HookView {
            id: row.id,
            owner: row.owner,
            owner_name: self.engine.people().name(row.owner),
            draft: draft(&row),
            state: row.state,
            why: row.why,
            source: row.source,
            created_at: time(row.created_at),
            failing_since: row.failing_since.map(time),
            heard_at: row.heard_at.map(time),
            former_until: row.former.map(|(_, until)| until).filter(|until| *until > now).map(time),
            counts,
        })
    }

    /// Deliveries of a subscription, the newest first.
    ///
    /// # Errors
    /// `not_found`.
    pub fn hook_deliveries(&mut self, id: i64, state: Option<HookState>, before: Option<i64>, limit: usize) -> Result<Vec<DeliveryView>> {
        self.own_hook(id)?;
        Ok(self.conn.hook_deliveries(id, state, before, limit)?.into_iter().map(view).collect())
    }

    /// One delivery with its tries, the newest first.
    ///
    /// # Errors
    /// `not_found`.
    pub fn hook_delivery(&mut self, hook: i64, id: i64) -> Result<(DeliveryView, Vec<AttemptView>)> {
        self.own_hook(hook)?;
        let found = self.conn.hook_delivery(id)?.filter(|(delivery, _)| delivery.hook == hook).ok_or_else(Problem::not_found)?;
        let attempts = self.conn.hook_attempts(id, 50)?;
        Ok((view(found), attempts.into_iter().map(attempt).collect()))
    }

    /// What an event of this kind looks like, by up to three of the latest records the actor may see.
    ///
    /// # Errors
    /// `invalid` for an unknown kind.
    pub fn event_samples(&mut self, kind: &str) -> Result<Vec<Json>> {
        let known = self.event_kinds().into_iter().find(|known| fits(kind, &known.object.key, &known.verb));
        let unknown = || Problem::invalid(vec![FieldProblem::new("event", "unknown_choice").with("value", kind)]);
        let known = known.filter(|_| kind != "*").ok_or_else(unknown)?;
        let request = ListRequest { object: known.object.key.clone(), limit: 3, ..ListRequest::default() };
        let records = self.list(&request)?.records;
        let mut samples = Vec::new();
        for (n, record) in records.iter().enumerate() {
            let full = self.get(&known.object.key, record.id)?;
            let kept = Kept {
                version: full.version,
                record: fields(&full),
                changes: Map::new(),
                made: Vec::new(),
                actor: self.ctx.user_id(),
                door: self.ctx.door.key().into(),
            };
            let data = self.event_data(&known.object, full.id, &kept)?;
            samples.push(json!({ "type": known.name(), "timestamp": self.ctx.now.timestamp(), "sequence": n + 1, "data": data }));
        }
        Ok(samples)
    }
}

fn view((row, event): (HookDelivery, HookEvent)) -> DeliveryView {
    DeliveryView {
        id: row.id,
        hook: row.hook,
        name: event.name,
        kind: event.kind,
        sequence: event.id,
        object: row.object,
        record: row.record,
        at: time(event.at),
        state: row.state,
        attempts: row.attempts,
        run_at: time(row.run_at),
        ended_at: row.ended_at.map(time),
    }
}

fn attempt(row: HookAttempt) -> AttemptView {
    AttemptView {
        at: time(row.at),
        took: row.took,
        status: row.status,
        code: row.code,
        detail: row.detail,
        request: row.request,
        answer: row.answer,
    }
}
