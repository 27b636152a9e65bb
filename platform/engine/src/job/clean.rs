//! What the program tidies up by itself every night.

use super::{Every, Job, JobCtx, Outcome, Queued, Schedule, Step};
use crate::Result;
use crate::write::KEPT_HOURS;
use akrab_model::Problem;
use jiff::ToSpan;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Days a record stays in the bin.
const BIN_DAYS: i64 = 30;
/// Days an ended job is shown.
const JOB_DAYS: i64 = 90;
/// Days a notice stays in somebody's inbox.
const NOTICE_DAYS: i64 = 90;
/// Days what subscribers were told is shown, and can be told again.
const HOOK_DAYS: i64 = 30;
/// Sessions end much earlier; their rows go after so many days, and a day after their last use.
const SESSION_DAYS: i64 = 30;
/// Hours after which nobody is writing a file any more.
const DRAFT_HOURS: i64 = 24;
/// Days an archive of the whole workspace may be fetched.
const ARCHIVE_DAYS: i64 = 7;
/// Days what was made of a file or fetched from elsewhere stays at hand, beyond [`DRAFT_HOURS`].
const CACHE_DAYS: i64 = 30;
/// Days a file may wait to be put into a record.
const FILE_DAYS: i64 = 1;
/// Days after which it is forgotten that a record was given to somebody for a time.
const SHARE_DAYS: i64 = 90;
const BATCH: usize = 200;

pub(super) fn schedules() -> Vec<Schedule> {
    vec![
        Schedule { name: "purge_bin", every: Every::Daily(2), job: || Queued::of(&PurgeBin {}) },
        Schedule { name: "clean_up", every: Every::Daily(3), job: || Queued::of(&CleanUp {}) },
    ]
}

/// Removes for good what has lain in the bin for thirty days.
#[derive(Debug, Serialize, Deserialize)]
pub struct PurgeBin {}

impl Job for PurgeBin {
    const KIND: &'static str = "purge_bin";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let before = days_ago(&job, BIN_DAYS);
        let mut purged: i64 = job.mark()?.unwrap_or(0);
        for object in job.engine.registry().objects() {
            loop {
                let (table, so_far) = (object.clone(), purged);
                let count = job.step(move |tx| {
                    let ids = tx.conn.binned_before(&table, before, BATCH)?;
                    for id in &ids {
                        tx.purge(&table.key, *id)?;
                    }
                    let count = ids.len() as i64;
                    Ok(Step { value: count, mark: json!(so_far + count), done: so_far + count, total: None })
                });
                let count = count.await?;
                purged += count;
                if count == 0 {
                    break;
                }
            }
        }
        Ok(json!({ "purged": purged }))
    }
}

/// Drops what nobody needs any more: ended sessions, spent keys, old jobs, unused files.
#[derive(Debug, Serialize, Deserialize)]
pub struct CleanUp {}

impl Job for CleanUp {
    const KIND: &'static str = "clean_up";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let (jobs, keys) = (days_ago(&job, JOB_DAYS), ago(&job, KEPT_HOURS.hours()));
        let unused = days_ago(&job, crate::oauth::UNUSED_DAYS);
        let (notices, hooks) = (days_ago(&job, NOTICE_DAYS), days_ago(&job, HOOK_DAYS));
        let (shares, binned) = (days_ago(&job, SHARE_DAYS), days_ago(&job, BIN_DAYS));
        let (idle, old) = (days_ago(&job, 1), days_ago(&job, SESSION_DAYS));
        let dropped = job.step(move |tx| {
            let dropped = tx.conn.job_clean(jobs)? + tx.conn.idempotency_forget(keys)? + tx.conn.notices_forget(notices)?;
            let dropped = dropped + tx.conn.shares_ended(shares)? + tx.conn.hooks_forget(hooks)? + tx.conn.attachments_purge(binned)?;
            let dropped = dropped + tx.conn.inlet_calls_forget(hooks)?;
            let now = tx.ctx.micros();
            tx.conn.identity_tidy(idle, old, now)?;
            tx.conn.scoped_links_forget(old)?;
            tx.conn.oauth_tidy(now, unused)?;
            Ok(Step { value: dropped, mark: json!(true), done: 1, total: Some(1) })
        });
        let dropped = dropped.await?;
        let runs = job.engine.flow_forget(days_ago(&job, crate::flow::RUN_DAYS)).await?;
        let (files, before) = (job.engine.files().clone(), job.engine.now().timestamp() - DRAFT_HOURS.hours());
        let now = job.engine.now().timestamp();
        let (archives, made) = (now - (24 * ARCHIVE_DAYS).hours(), now - (24 * CACHE_DAYS).hours());
        let sweep = move || {
            Ok::<_, Problem>(files.sweep(before.into())? + files.sweep_archives(archives.into())? + files.sweep_cache(made.into())?)
        };
        let swept = tokio::task::spawn_blocking(sweep).await.map_err(Problem::internal)??;
        let swept = swept + job.engine.sweep_shelf(days_ago(&job, FILE_DAYS)).await?;
        let files = crate::file::tidy(&job, days_ago(&job, FILE_DAYS)).await?;
        Ok(json!({ "dropped": dropped, "runs": runs, "swept": swept, "files": files }))
    }
}

/// Microseconds UTC.
fn days_ago(job: &JobCtx, days: i64) -> i64 {
    ago(job, days.days())
}

fn ago(job: &JobCtx, span: jiff::Span) -> i64 {
    job.engine.now().checked_sub(span).map_or(0, |z| z.timestamp().as_microsecond())
}
