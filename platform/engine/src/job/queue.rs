//! Queueing jobs and looking after them.

use super::{Job, JobState};
use crate::{Ctx, Door, Engine, Result, Tx};
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use akrab_store::{JobQuery, JobRow, NewJob};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value as Json;

/// A job ready to be queued.
#[derive(Debug, Clone)]
pub struct Queued {
    pub kind: &'static str,
    pub payload: Json,
    pub attempts: i64,
    /// Queued once only under this key.
    pub unique_key: Option<String>,
    /// Not before this moment.
    pub run_at: Option<Timestamp>,
}

impl Queued {
    /// # Errors
    /// `internal` when the payload has no JSON form.
    pub fn of<J: Job>(job: &J) -> Result<Queued> {
        let payload = serde_json::to_value(job).map_err(Problem::internal)?;
        Ok(Queued { kind: J::KIND, payload, attempts: J::ATTEMPTS, unique_key: None, run_at: None })
    }
}

impl Tx<'_> {
    /// Queues a job in this transaction; it will run with the rights of this context's actor.
    ///
    /// # Errors
    /// `forbidden` with a token that may only read.
    pub fn enqueue<J: Job>(&mut self, job: &J) -> Result<i64> {
        self.queue(&Queued::of(job)?)?.ok_or_else(|| Problem::internal("a job without a key was there already"))
    }

    /// As [`Tx::enqueue`]; none when a job with the same key is queued already.
    ///
    /// # Errors
    /// As [`Tx::enqueue`].
    pub fn queue(&mut self, job: &Queued) -> Result<Option<i64>> {
        if self.ctx.read_only {
            return Err(Problem::forbidden());
        }
        let now = self.ctx.micros();
        let id = self.conn.job_add(&NewJob {
            kind: job.kind.into(),
            payload: job.payload.to_string(),
            actor: self.ctx.user_id(),
            run_at: job.run_at.map_or(now, Timestamp::as_microsecond),
            max_attempts: job.attempts,
            unique_key: job.unique_key.clone(),
            created_at: now,
        })?;
        if id.is_some() {
            self.effects.queued();
        }
        Ok(id)
    }
}

/// Which jobs to show, newest first.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    pub states: Vec<JobState>,
    pub kind: Option<String>,
    /// Older than this job.
    pub before: Option<i64>,
    /// At most 200; 50 when 0.
    pub limit: usize,
}

/// A job as people see it.
#[derive(Debug, Clone, Serialize)]
pub struct JobView {
    pub id: i64,
    pub kind: String,
    pub state: JobState,
    /// Who queued it; none for the program itself.
    pub actor: Option<i64>,
    pub actor_name: Option<String>,
    pub done: i64,
    pub total: Option<i64>,
    pub attempts: i64,
    #[serde(skip_serializing_if = "Json::is_null")]
    pub result: Json,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Fields and arguments of the error.
    #[serde(skip_serializing_if = "Json::is_null")]
    pub error_detail: Json,
    pub created_at: Timestamp,
    /// When it runs or ran next.
    pub run_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
    #[serde(skip)]
    pub payload: Json,
}

impl JobView {
    /// 0–100, when the end is known.
    pub fn percent(&self) -> Option<u8> {
        let total = self.total.filter(|t| *t > 0)?;
        Some((self.done.clamp(0, total) * 100 / total) as u8)
    }
}

impl Engine {
    /// Lets jobs of a process that is known to be gone go on at once, instead of after their lease.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn take_over_jobs(&self) -> Result<()> {
        self.write(&self.system("take over", Door::Job), |tx| {
            tx.conn.work_expire(i64::MAX)?;
            tx.conn.hooks_release()?;
            Ok(tx.conn.jobs_release()?)
        })
        .await
    }
    /// Jobs the actor may see: his own, and for administrators all.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn jobs(&self, ctx: &Ctx, filter: &JobFilter) -> Result<Vec<JobView>> {
        // what a job tells of is not asked for again
        ctx.require_whole()?;
        let query = JobQuery {
            actor: if ctx.is_admin() { None } else { Some(ctx.user_id().unwrap_or(0)) },
            states: filter.states.clone(),
            kind: filter.kind.clone(),
            before: filter.before,
            limit: if filter.limit == 0 { 50 } else { filter.limit.min(200) },
        };
        let engine = self.clone();
        self.read(ctx, move |tx| Ok(tx.conn.jobs(&query)?.into_iter().map(|row| view(&engine, row)).collect())).await
    }

    /// One job.
    ///
    /// # Errors
    /// `not_found`, also for jobs of others.
    pub async fn job(&self, ctx: &Ctx, id: i64) -> Result<JobView> {
        let engine = self.clone();
        self.read(ctx, move |tx| tx.job(id).map(|row| view(&engine, row))).await
    }

    /// Stops a job; what its steps have written stays.
    ///
    /// # Errors
    /// `not_found`; `job_over` when it has ended already.
    pub async fn job_cancel(&self, ctx: &Ctx, id: i64) -> Result<()> {
        self.write(ctx, move |tx| {
            tx.job(id)?;
            let now = tx.ctx.micros();
            if tx.ctx.read_only {
                return Err(Problem::forbidden());
            }
            if tx.conn.job_cancel(id, now)? { Ok(()) } else { Err(Problem::new(ProblemKind::Conflict, "job_over")) }
        })
        .await
    }

    /// Queues an unsuccessful job again, to go on from its last checkpoint.
    ///
    /// # Errors
    /// `not_found`; `job_not_stopped` when it waits, runs or succeeded.
    pub async fn job_retry(&self, ctx: &Ctx, id: i64) -> Result<()> {
        ctx.require_whole()?;
        self.write(ctx, move |tx| {
            tx.job(id)?;
            let now = tx.ctx.micros();
            if tx.ctx.read_only {
                return Err(Problem::forbidden());
            }
            if !tx.conn.job_retry(id, now)? {
                return Err(Problem::new(ProblemKind::Conflict, "job_not_stopped"));
            }
            tx.effects.queued();
            Ok(())
        })
        .await
    }
}

impl Tx<'_> {
    /// The stored job, if the actor may see it.
    pub(crate) fn job(&mut self, id: i64) -> Result<JobRow> {
        self.ctx.require_whole()?;
        let row = self.conn.job(id)?.ok_or_else(Problem::not_found)?;
        let own = row.actor.is_some() && row.actor == self.ctx.user_id();
        if own || self.ctx.is_admin() { Ok(row) } else { Err(Problem::not_found()) }
    }
}

fn view(engine: &Engine, row: JobRow) -> JobView {
    let json = |text: Option<String>| text.and_then(|t| serde_json::from_str(&t).ok()).unwrap_or(Json::Null);
    let time = |micros: i64| Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
    JobView {
        id: row.id,
        kind: row.kind,
        state: row.state,
        actor: row.actor,
        actor_name: row.actor.and_then(|id| engine.people().name(id)),
        done: row.done,
        total: row.total,
        attempts: row.attempts,
        result: json(row.result),
        error: row.error_code,
        error_detail: json(row.error_text),
        created_at: time(row.created_at),
        run_at: time(row.run_at),
        finished_at: row.finished_at.map(time),
        payload: json(Some(row.payload)),
    }
}
