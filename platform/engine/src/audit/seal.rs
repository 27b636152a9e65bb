//! Once a day the history of the records is sealed: one entry of the trail holds a hash over all its changes.

use super::chain;
use crate::job::{Every, Job, JobCtx, Outcome, Queued, Schedule, Step};
use crate::{Result, Tx};
use jiff::ToSpan;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Changes hashed in one step.
const BATCH: usize = 5_000;
/// Changes younger than this wait for the next seal: a transaction that began before them may still be under way.
const SETTLED_MINUTES: i64 = 10;
/// Where the last seal ended.
const PLACE: &str = "audit.sealed";

pub(crate) fn schedule() -> Schedule {
    Schedule { name: "audit_seal", every: Every::Daily(4), job: || Queued::of(&AuditSeal {}) }
}

/// What a seal says, and what is known of one in the making.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seal {
    /// Ids of changes: after this one …
    pub after: i64,
    /// … up to and with this one.
    pub to: i64,
    pub count: i64,
    pub hash: String,
}

/// Seals what has been changed since the last time.
#[derive(Debug, Serialize, Deserialize)]
pub struct AuditSeal {}

impl Job for AuditSeal {
    const KIND: &'static str = "audit_seal";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let until = job.engine.now().checked_sub(SETTLED_MINUTES.minutes()).map_or(0, |z| z.timestamp().as_microsecond());
        let mut begun: Option<Seal> = job.mark()?;
        loop {
            let so_far = begun.clone();
            let step = job.step(move |tx| {
                let seal = match so_far.clone() {
                    Some(seal) => seal,
                    None => {
                        let after = tx.conn.setting_get(PLACE)?.and_then(|t| t.parse().ok()).unwrap_or(0);
                        Seal { after, to: after, ..Seal::default() }
                    }
                };
                let (seal, ended) = further(tx, seal, until)?;
                if ended && seal.count > 0 {
                    tx.conn.setting_set(PLACE, &seal.to.to_string())?;
                    tx.audit("seal", None, json!(seal))?;
                }
                let done = seal.count;
                Ok(Step { mark: json!(seal), value: (ended, seal), done, total: None })
            });
            let (ended, seal) = step.await?;
            if ended {
                return Ok(json!({ "changes": seal.count }));
            }
            begun = Some(seal);
        }
    }
}

/// Takes the next changes into the seal; says whether there are no more to take.
fn further(tx: &mut Tx, mut seal: Seal, until: i64) -> Result<(Seal, bool)> {
    let changes = tx.conn.changes_after(seal.to, BATCH)?;
    let all = changes.len();
    let mut taken = 0;
    for change in changes.iter().take_while(|change| change.at <= until) {
        seal.hash = chain::change(&seal.hash, change);
        seal.to = change.id;
        taken += 1;
    }
    seal.count += taken;
    Ok((seal, taken < BATCH as i64 || all < BATCH))
}
