//! What time does to requests: a reminder, the way to the fallback, the end.

use super::tell::Letter;
use super::{Plan, State, state_of};
use crate::job::{Job, JobCtx, Outcome, Step};
use crate::{Result, Tx};
use akrab_model::RecordId;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Requests in one transaction.
const BATCH: usize = 50;

/// Reminds people of what waits for them, and lets go to the fallback what nobody answered.
#[derive(Debug, Serialize, Deserialize)]
pub struct SettleApprovals {}

impl Job for SettleApprovals {
    const KIND: &'static str = "settle_approvals";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let mut settled: i64 = job.mark()?.unwrap_or(0);
        loop {
            let so_far = settled;
            let step = job.step(move |tx| {
                let now = tx.ctx.micros();
                let due = tx.conn.approvals_due(now, BATCH)?;
                let count = due.len() as i64;
                for id in due {
                    tx.approval_settle(id)?;
                }
                Ok(Step { value: count, mark: json!(so_far + count), done: so_far + count, total: None })
            });
            let count = step.await?;
            settled += count;
            if count == 0 {
                return Ok(json!({ "settled": settled }));
            }
        }
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

/// Whether a reminder or an end has come.
pub(crate) fn is_due(tx: &mut Tx) -> Result<bool> {
    let now = tx.ctx.micros();
    Ok(!tx.conn.approvals_due(now, 1)?.is_empty())
}
