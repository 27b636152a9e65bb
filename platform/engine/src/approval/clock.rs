//! What time does to requests: a reminder, the way to the fallback, the end.

use super::tell::Letter;
use super::{Plan, State, state_of};
use crate::calendar::{Clocks, Moved};
use crate::job::{Job, JobCtx, Outcome};
use crate::{Result, Tx};
use akrab_model::{Problem, RecordId};
use akrab_store::ApprovalRow;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Requests read at once when their clocks are worked out anew.
const CLOCKS: usize = 1_000;
/// Requests in one transaction.
const BATCH: usize = 50;

/// Reminds people of what waits for them, and lets go to the fallback what nobody answered.
#[derive(Debug, Serialize, Deserialize)]
pub struct SettleApprovals {}

impl Job for SettleApprovals {
    const KIND: &'static str = "settle_approvals";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let some = |tx: &mut Tx| {
            let now = tx.ctx.micros();
            let due = tx.conn.approvals_due(now, BATCH)?;
            for id in &due {
                tx.approval_settle(*id)?;
            }
            Ok(due.len())
        };
        job.settle(some).await
    }
}

impl Tx<'_> {
    fn approval_settle(&mut self, id: i64) -> Result<()> {
        self.alone(&format!("approval {id}"))?;
        let Some(mut row) = self.conn.approval(id)?.filter(|row| state_of(row) == State::Waiting) else { return Ok(()) };
        let (now, plan) = (self.ctx.micros(), Plan::of(&row)?);
        let Some(record) = self.find(&row.object, row.record)? else {
            return self.approval_end(&mut row, &plan, State::Withdrawn, None);
        };
        if row.due_at.is_some_and(|due| due <= now) {
            if !row.fallen && self.step_fall(&mut row, &plan, &record)? {
                self.conn.approval_set(&row)?;
                return self.tell_approval(&row, &plan, "fallen", None);
            }
            self.tell_approval(&row, &plan, "expired", None)?;
            return self.approval_end(&mut row, &plan, State::Expired, None);
        }
        if row.remind_at.is_some_and(|remind| remind <= now) {
            row.remind_at = None;
            self.conn.approval_set(&row)?;
            let open = self.conn.approval_seats(&[row.id])?;
            let people: Vec<RecordId> = open.iter().filter(|s| s.open && s.step == row.step).map(|s| s.person).collect();
            self.tell_seats(&row, &plan, &record, &people, Letter::Reminder)?;
        }
        Ok(())
    }
}

impl Tx<'_> {
    /// Time limits and reminders of waiting requests by the calendars as they are now; those that moved are told.
    pub(crate) fn approval_clocks(&mut self, clocks: &mut Clocks) -> Result<Vec<Moved>> {
        let (mut moved, mut after) = (Vec::new(), 0);
        loop {
            let rows = self.conn.approvals_timed(after, CLOCKS)?;
            let Some(last) = rows.last() else { return Ok(moved) };
            after = last.id;
            for row in rows {
                moved.extend(self.approval_clock(clocks, row)?);
            }
        }
    }

    fn approval_clock(&mut self, clocks: &mut Clocks, mut row: ApprovalRow) -> Result<Option<Moved>> {
        let plan = Plan::of(&row)?;
        let step = plan.step(&row)?.clone();
        let Some(calendar) = clocks.calendar(self, &plan.calendar) else { return Ok(None) };
        let begun = Timestamp::from_microsecond(row.step_at).map_err(Problem::internal)?;
        let at = |minutes: Option<u32>| calendar.add(begun, SignedDuration::from_mins(minutes?.into())).ok().map(Timestamp::as_microsecond);
        let shifted = |old: Option<i64>, new: Option<i64>| old.filter(|old| clocks.touches(*old)).and(new).or(old);
        let (due, remind) = (shifted(row.due_at, at(step.limit)), shifted(row.remind_at, at(step.remind)));
        if (due, remind) == (row.due_at, row.remind_at) {
            return Ok(None);
        }
        let (from, to) = if due == row.due_at { (row.remind_at, remind) } else { (row.due_at, due) };
        (row.due_at, row.remind_at) = (due, remind);
        self.conn.approval_set(&row)?;
        let moment = |micros: Option<i64>| micros.and_then(|m| Timestamp::from_microsecond(m).ok()).unwrap_or(Timestamp::UNIX_EPOCH);
        let (from, to) = (moment(from), moment(to));
        self.tell_approval_moved(&row, &plan, from, to)?;
        let (object, record) = (row.object, row.record);
        Ok(Some(Moved { kind: "approval", id: row.id, name: plan.name, object, record, from, to }))
    }
}

/// Whether a reminder or an end has come.
pub(crate) fn is_due(tx: &mut Tx) -> Result<bool> {
    let now = tx.ctx.micros();
    Ok(!tx.conn.approvals_due(now, 1)?.is_empty())
}
