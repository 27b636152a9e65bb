//! What time does to ledgers is written down by a job, once; commands and looks do not wait for it.

use super::sheet::Sheet;
use crate::job::{Job, JobCtx, Outcome};
use crate::{Result, Tx};
use serde::{Deserialize, Serialize};

/// Accounts in one transaction.
const BATCH: usize = 100;

/// Lets lots become usable and expire, and reservations end.
#[derive(Debug, Serialize, Deserialize)]
pub struct SettleLedgers {}

impl Job for SettleLedgers {
    const KIND: &'static str = "settle_ledgers";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let some = |tx: &mut Tx| {
            let now = tx.ctx.micros();
            let due = tx.conn.ledger_due(now, BATCH)?;
            for id in &due {
                tx.ledger_settle(*id)?;
            }
            Ok(due.len())
        };
        job.settle(some).await
    }
}

impl Tx<'_> {
    fn ledger_settle(&mut self, account: i64) -> Result<()> {
        let Some(row) = self.conn.ledger_account(account)? else { return Ok(()) };
        let mut sheet = Sheet::load(self, row)?;
        sheet.settle(self, true)?;
        sheet.close(self)
    }
}

/// Whether time has done something to an account.
pub(crate) fn is_due(tx: &mut Tx) -> Result<bool> {
    let now = tx.ctx.micros();
    Ok(!tx.conn.ledger_due(now, 1)?.is_empty())
}
