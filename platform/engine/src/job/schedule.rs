//! Jobs that come by themselves, each occurrence at most once however many workers look.

use super::{JobState, Queued};
use crate::{Door, Engine, Result, Tx};
use akrab_store::JobQuery;
use jiff::civil::Time;
use jiff::{Timestamp, ToSpan, Zoned};

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// At whole multiples of so many minutes since 1970.
    Minutes(i64),
    /// Once a day at this hour of the workspace's time zone.
    Daily(i8),
}

impl Every {
    /// The last planned moment not after `now`.
    pub fn last(self, now: &Zoned) -> Timestamp {
        match self {
            Every::Minutes(minutes) => {
                let step = minutes.max(1) * 60;
                let second = now.timestamp().as_second().div_euclid(step) * step;
                Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH)
            }
            Every::Daily(hour) => {
                let at = Time::new(hour, 0, 0, 0).unwrap_or(Time::midnight());
                let on = |date: jiff::civil::Date| date.to_datetime(at).to_zoned(now.time_zone().clone()).ok();
                let today = on(now.date()).filter(|z| z <= now);
                let planned = today.or_else(|| on(now.date().checked_sub(1.day()).ok()?));
                planned.map_or(Timestamp::UNIX_EPOCH, |z| z.timestamp())
            }
        }
    }
}

/// A job that comes by itself, as the program.
#[derive(Clone)]
pub struct Schedule {
    pub name: &'static str,
    pub every: Every,
    pub job: fn() -> Result<Queued>,
}

/// A job of the platform that comes only when there is something for it to do.
struct Watch {
    name: &'static str,
    /// A look that writes nothing.
    due: fn(&mut Tx) -> Result<bool>,
    job: fn() -> Result<Queued>,
}

const WATCHES: [Watch; 7] = [
    Watch { name: "remind", due: crate::notice::is_reminder_due, job: || Queued::of(&crate::notice::Remind {}) },
    Watch { name: "notice_mail", due: crate::notice::is_mail_due, job: || Queued::of(&crate::notice::NoticeMail {}) },
    Watch { name: "settle_ledgers", due: crate::ledger::is_due, job: || Queued::of(&crate::ledger::SettleLedgers {}) },
    Watch { name: "settle_work", due: crate::work::is_due, job: || Queued::of(&crate::work::SettleWork {}) },
    Watch { name: "watch_policies", due: crate::policy::is_due, job: || Queued::of(&crate::policy::WatchPolicies {}) },
    Watch { name: "to_lead", due: crate::lead::is_due, job: || Queued::of(&crate::lead::ToLead {}) },
    Watch { name: "settle_approvals", due: crate::approval::is_due, job: || Queued::of(&crate::approval::SettleApprovals {}) },
];

/// Several processes that look within so many seconds queue one job.
const WATCH_SECONDS: i64 = 20;

/// An occurrence missed by longer than this is left out.
const LATE_MICROS: i64 = 24 * 3_600 * 1_000_000;

impl Engine {
    /// Queues what has come due since the last look.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn pass_schedules(&self) -> Result<usize> {
        let ctx = self.system("schedules", Door::Job);
        let mut queued = 0;
        for schedule in self.inner.kinds.schedules.clone() {
            let planned = schedule.every.last(&ctx.now).as_microsecond();
            // a look that finds nothing due must not write
            let name = schedule.name;
            if self.read(&ctx, move |tx| Ok(tx.conn.schedule_last(name)?.is_some_and(|last| last >= planned))).await? {
                continue;
            }
            let added = self.write(&ctx, move |tx| {
                let due = tx.conn.schedule_pass(schedule.name, planned)?;
                if !due || tx.ctx.micros() - planned >= LATE_MICROS {
                    return Ok(false);
                }
                let key = format!("schedule:{}:{planned}", schedule.name);
                let job = Queued { unique_key: Some(key), ..(schedule.job)()? };
                Ok(tx.queue(&job)?.is_some())
            });
            queued += usize::from(added.await?);
        }
        for watch in WATCHES {
            if self.read(&ctx, watch.due).await? {
                queued += usize::from(self.write(&ctx, move |tx| watch.queue(tx)).await?);
            }
        }
        self.pass_flows().await?;
        Ok(queued)
    }
}

impl Watch {
    /// Queues the job unless one waits or runs.
    fn queue(&self, tx: &mut Tx) -> Result<bool> {
        let states = vec![JobState::Ready, JobState::Leased];
        let running = JobQuery { states, kind: Some(self.name.into()), limit: 1, ..JobQuery::default() };
        if !tx.conn.jobs(&running)?.is_empty() {
            return Ok(false);
        }
        let key = format!("watch:{}:{}", self.name, tx.ctx.now.timestamp().as_second().div_euclid(WATCH_SECONDS));
        let job = Queued { unique_key: Some(key), ..(self.job)()? };
        Ok(tx.queue(&job)?.is_some())
    }
}
