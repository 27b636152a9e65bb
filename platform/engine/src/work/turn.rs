//! What people and time do to work: pause, cancel, settle, send again; leases that ran out.

use crate::job::{Job, JobCtx, Outcome, Step};
use crate::{Engine, Result, Tx};
use akrab_model::{FieldProblem, Problem, ProblemKind};
use akrab_store::{WorkEnd, WorkState};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What a person decides about an item that failed or is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// Send it again.
    Again,
    /// It has arrived.
    Arrived,
    /// Leave it: what nobody has decided stays unsent.
    #[default]
    Leave,
}

impl Tx<'_> {
    fn work_change(&self) -> Result<()> {
        if self.ctx.is_admin() { Ok(()) } else { Err(Problem::forbidden()) }
    }

    /// Decides about an item that failed or is unknown.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `work_not_stopped` when it is neither.
    pub fn work_turn(&mut self, batch: i64, unit: i64, turn: Turn) -> Result<()> {
        self.work_change()?;
        let now = self.ctx.now.timestamp().as_second();
        let (state, run_at) = match turn {
            Turn::Again => (WorkState::Ready, Some(now)),
            Turn::Arrived => (WorkState::Done, None),
            Turn::Leave => (WorkState::Cancelled, None),
        };
        let told = json!({ "by": self.ctx.author(), "at": self.ctx.now.timestamp() }).to_string();
        let end = WorkEnd { state, run_at, told: Some(told) };
        if !self.conn.work_turn(batch, unit, &[WorkState::Failed, WorkState::Unknown], &end)? {
            return Err(Problem::new(ProblemKind::Conflict, "work_not_stopped"));
        }
        self.effects.queued();
        Ok(())
    }

    /// Lets a batch rest, or go on. What is being handed over comes to its end.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `not_found`.
    pub fn work_pause(&mut self, batch: i64, paused: bool) -> Result<()> {
        self.work_change()?;
        if !self.conn.work_batch_pause(batch, paused)? {
            return Err(Problem::not_found());
        }
        self.effects.queued();
        Ok(())
    }

    /// Cancels what of a batch nobody has taken yet and says how much that was.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `not_found`.
    pub fn work_cancel(&mut self, batch: i64) -> Result<u64> {
        self.work_change()?;
        self.conn.work_batch(batch)?.ok_or_else(Problem::not_found)?;
        Ok(self.conn.work_cancel(batch)?)
    }

    /// Sets the rates of a route, and whether it rests.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `not_found`; `invalid` for a rate below one.
    pub fn work_rates(&mut self, route: i64, per_minute: Option<i64>, per_day: Option<i64>, paused: bool) -> Result<()> {
        self.work_change()?;
        let rates = [("per_minute", per_minute), ("per_day", per_day)];
        let faults = rates.iter().filter(|(_, rate)| rate.is_some_and(|rate| rate < 1));
        let faults: Vec<FieldProblem> = faults.map(|(field, _)| FieldProblem::new(field, "out_of_range")).collect();
        if !faults.is_empty() {
            return Err(Problem::invalid(faults));
        }
        if !self.conn.work_route_set(route, per_minute, per_day, paused)? {
            return Err(Problem::not_found());
        }
        self.effects.queued();
        Ok(())
    }
}

/// Takes items back from workers that are gone.
#[derive(Debug, Serialize, Deserialize)]
pub struct SettleWork {}

impl Job for SettleWork {
    const KIND: &'static str = "settle_work";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let step = job.step(|tx| {
            let now = tx.ctx.now.timestamp().as_second();
            let (back, unknown) = tx.conn.work_expire(now)?;
            tx.effects.queued();
            Ok(Step { value: (back, unknown), mark: json!(true), done: 1, total: Some(1) })
        });
        let (back, unknown) = step.await?;
        Ok(json!({ "back": back, "unknown": unknown }))
    }
}

/// Whether a worker has said nothing for too long.
pub(crate) fn is_due(tx: &mut Tx) -> Result<bool> {
    let now = tx.ctx.now.timestamp().as_second();
    Ok(tx.conn.work_expired(now)?)
}

impl Engine {
    /// Carriers of the program's queues.
    pub fn carriers(&self) -> &[std::sync::Arc<dyn super::Carrier>] {
        &self.inner.kinds.carriers
    }
}
