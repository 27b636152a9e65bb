//! What a new day changes: positions that began or ended, dates that come round, greetings to prepare.

use crate::{dates, position};
use akrab_engine::Result;
use akrab_engine::job::{Every, Job, JobCtx, JobKind, Outcome, Queued, Schedule, Work};
use serde::{Deserialize, Serialize};

/// Brings customers to the new day.
#[derive(Debug, Serialize, Deserialize)]
pub struct NewDay {}

impl Job for NewDay {
    const KIND: &'static str = "customers_new_day";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        job.settle(|tx| {
            let changed = position::pass_day(tx)? + dates::come_round(tx)?;
            if changed > 0 { Ok(changed) } else { dates::prepare(tx) }
        })
        .await
    }
}

/// What runs by itself in this domain.
pub fn work() -> Work {
    Work {
        kinds: vec![JobKind::of::<NewDay>()],
        schedules: vec![Schedule { name: NewDay::KIND, every: Every::Daily(1), job: || Queued::of(&NewDay {}) }],
        carriers: Vec::new(),
    }
}
