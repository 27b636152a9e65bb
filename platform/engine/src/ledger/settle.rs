//! What time does to ledgers is written down by a job, once; commands and looks do not wait for it.

use super::sheet::Sheet;
use crate::job::{Job, JobCtx, Outcome, Step};
use crate::{Result, Tx};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Accounts in one transaction.
const BATCH: usize = 100;

/// Lets lots become usable and expire, and reservations end.
#[derive(Debug, Serialize, Deserialize)]
pub struct SettleLedgers {}

impl Job for SettleLedgers {
    const KIND: &'static str = "settle_ledgers";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let mut settled: i64 = job.mark()?.unwrap_or(0);
        loop {
            let so_far = settled;
            let step = job.step(move |tx| {
                let now = tx.ctx.micros();
                let due = tx.conn.ledger_due(now, BATCH)?;
                let count = due.len() as i64;
                for id in due {
                    tx.ledger_settle(id)?;
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
