//! What a request comes to, for whoever waits for it.

use super::{State, state_of};
use crate::{Result, Tx};
use akrab_model::Problem;
use akrab_store::ApprovalRow;

impl Tx<'_> {
    /// What a request came to; none while it waits. One that was asked anew after a change of its record is followed.
    ///
    /// # Errors
    /// `not_found`.
    pub fn approval_outcome(&mut self, id: i64) -> Result<Option<State>> {
        let mut row = self.conn.approval(id)?.ok_or_else(Problem::not_found)?;
        while let Some(next) = row.next {
            row = self.conn.approval(next)?.ok_or_else(Problem::not_found)?;
        }
        Ok(Some(state_of(&row)).filter(|state| *state != State::Waiting))
    }

    /// A request has ended: runs of flows that wait for it go on after the commit.
    pub(super) fn approval_over(&mut self, row: &ApprovalRow) -> Result<()> {
        let run = row.waiter.as_deref().and_then(|waiter| waiter.strip_prefix("flow:")?.parse::<i64>().ok());
        if let Some(run) = run {
            let now = self.ctx.micros();
            self.conn.flow_wake_run(run, now)?;
            self.effects.flows_go();
        }
        // whoever has asked with the same approval already waiting listens to the record
        if self.conn.flow_wake(&row.object, &[row.record], self.ctx.micros())? > 0 {
            self.effects.flows_go();
        }
        Ok(())
    }
}
