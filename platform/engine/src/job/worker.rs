//! The loop that leases jobs and runs them, inside the server or as a process of its own.

use super::context::acting;
use super::{JobCtx, JobKind, JobState, passing};
use crate::hook::Courier;
use crate::work::Porter;
use crate::{Door, Engine, Result};
use akrab_model::Problem;
use akrab_store::{Backend, JobEnd, JobRow};
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::sync::watch;

/// Items of one carrier handed over at once.
const CARRYING: usize = 4;
/// Workers that take steps of flows at once, where the database has many writers.
const FLOW_LANES: i64 = 3;
const SCHEDULES: Duration = Duration::from_secs(20);
/// Longest pause between tries.
const LONGEST_PAUSE_S: i64 = 3_600;

/// Runs jobs. Several may work on one workspace, in one process or many.
#[derive(Clone)]
pub struct Worker {
    engine: Engine,
    owner: String,
    lanes: usize,
}

impl Worker {
    /// `lanes`: jobs at once.
    pub fn new(engine: &Engine, lanes: usize) -> Worker {
        let id = u64::from_le_bytes(engine.random());
        Worker { engine: engine.clone(), owner: format!("{}-{id:016x}", std::process::id()), lanes: lanes.max(1) }
    }

    /// Works until `stop` becomes true; running jobs end after their present step and are handed back.
    pub async fn run(&self, stop: watch::Receiver<bool>) {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..self.lanes {
            let (worker, stop) = (self.clone(), stop.clone());
            tasks.spawn(async move { worker.lane(stop).await });
        }
        for carrier in self.engine.carriers() {
            for _ in 0..CARRYING {
                let (worker, porter, stop) = (self.clone(), Porter::new(&self.engine, carrier.clone()), stop.clone());
                tasks.spawn(async move { worker.carry(&porter, stop).await });
            }
        }
        let (courier, ended) = (Courier::new(&self.engine), stop.clone());
        tasks.spawn(async move { courier.run(ended).await });
        // SQLite has one writer: a second lane would only wait for the first
        let flows = if self.engine.store().backend() == Backend::Sqlite { 1 } else { FLOW_LANES };
        for lane in 0..flows {
            let (worker, stop) = (self.clone(), stop.clone());
            tasks.spawn(async move { worker.flows(lane, stop).await });
        }
        let (engine, mut ended) = (self.engine.clone(), stop.clone());
        tasks.spawn(async move {
            while !*ended.borrow() {
                if let Err(problem) = engine.pass_schedules().await {
                    tracing::warn!(cause = problem.cause.as_deref(), code = problem.code, "schedules");
                }
                tokio::select! {
                    () = tokio::time::sleep(SCHEDULES) => {}
                    changed = ended.changed() => if changed.is_err() { break },
                }
            }
        });
        while tasks.join_next().await.is_some() {}
    }

    /// Other processes queue work too: it is looked for now and then without being told.
    fn poll(&self) -> Duration {
        match self.engine.store().backend() {
            Backend::Postgres => Duration::from_secs(1),
            Backend::Sqlite => Duration::from_secs(3),
        }
    }

    /// Hands over what the work ledger holds for one carrier.
    async fn carry(&self, porter: &Porter, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            match porter.next(&stop).await {
                Ok(1..) => continue,
                Ok(0) => {}
                Err(problem) => tracing::warn!(cause = problem.cause.as_deref(), code = problem.code, "carrying work"),
            }
            tokio::select! {
                () = self.engine.inner.wake.notified() => {}
                () = tokio::time::sleep(self.poll()) => {}
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
    }

    /// Works runs of flows off.
    async fn flows(&self, lane: i64, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            match self.engine.flow_work(lane).await {
                Ok(1..) => {
                    tokio::task::yield_now().await;
                    continue;
                }
                Ok(0) => {}
                Err(problem) => tracing::warn!(cause = problem.cause.as_deref(), code = problem.code, "working flows off"),
            }
            tokio::select! {
                () = self.engine.inner.flow_wake.notified() => {}
                () = tokio::time::sleep(self.poll()) => {}
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
    }

    async fn lane(&self, mut stop: watch::Receiver<bool>) {
        let poll = self.poll();
        while !*stop.borrow() {
            match self.next(&stop).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(problem) => tracing::warn!(cause = problem.cause.as_deref(), code = problem.code, "taking a job"),
            }
            tokio::select! {
                () = self.engine.inner.wake.notified() => {}
                () = tokio::time::sleep(poll) => {}
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
    }

    /// Runs what is due now, one job after the other, and says how many ran.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn drain(&self) -> Result<usize> {
        let (_hold, stop) = watch::channel(false);
        let mut ran = 0;
        loop {
            let before = ran;
            while self.next(&stop).await? {
                ran += 1;
            }
            // what a job has written may have begun flows, and their steps may have queued jobs
            if self.engine.flow_drain().await? == 0 && ran == before {
                return Ok(ran);
            }
        }
    }

    /// Leases and runs one job; false when none is due.
    async fn next(&self, stop: &watch::Receiver<bool>) -> Result<bool> {
        let ctx = self.engine.system("worker", Door::Job);
        let now = ctx.micros();
        if !self.engine.read(&ctx, move |tx| Ok(tx.conn.job_due(now)?)).await? {
            return Ok(false);
        }
        let (owner, until) = (self.owner.clone(), now + self.engine.lease_micros());
        let claimed = self.engine.write(&ctx, move |tx| Ok(tx.conn.job_claim(&owner, now, until)?)).await?;
        let Some(row) = claimed else { return Ok(false) };
        self.serve(row, stop.clone()).await?;
        Ok(true)
    }

    async fn serve(&self, row: JobRow, stop: watch::Receiver<bool>) -> Result<()> {
        let (id, fence) = (row.id, row.fence);
        // a job that was stopped or taken over ends here, even in the middle of long work
        let answer = tokio::select! {
            answer = self.attempt(&row, stop) => answer,
            () = renew(self.engine.clone(), id, fence) => return Ok(()),
        };
        let Some(end) = self.judge(&row, answer) else { return Ok(()) };
        let ctx = self.engine.system("worker", Door::Job);
        self.engine.write(&ctx, move |tx| Ok(tx.conn.job_end(id, fence, &end)?)).await?;
        Ok(())
    }

    async fn attempt(&self, row: &JobRow, stop: watch::Receiver<bool>) -> Result<serde_json::Value> {
        // a worker that dies each time must not be asked for ever
        if row.attempts > row.max_attempts {
            return Err(Problem::internal("the worker died while running it"));
        }
        let kind: JobKind = self.engine.inner.kinds.get(&row.kind).cloned().ok_or_else(|| Problem::internal("unknown kind of job"))?;
        let mut ctx = match row.actor {
            None => self.engine.system("job", Door::Job),
            Some(id) => {
                self.engine.refresh_people().await?;
                self.engine.ctx(&acting(&self.engine, id)?, Door::Job, "")
            }
        };
        ctx.request = format!("job-{}", row.id);
        let payload = serde_json::from_str(&row.payload).map_err(Problem::internal)?;
        let mark = row.mark.as_deref().map(serde_json::from_str).transpose().map_err(Problem::internal)?;
        let job = JobCtx { engine: self.engine.clone(), ctx, id: row.id, attempt: row.attempts, fence: row.fence, mark, stop };
        let run = AssertUnwindSafe((kind.run)(payload, job)).catch_unwind();
        run.await.unwrap_or_else(|_| Err(Problem::internal("the job panicked")))
    }

    /// How the lease ends; none when it is not this worker's to end.
    fn judge(&self, row: &JobRow, answer: Result<serde_json::Value>) -> Option<JobEnd> {
        let now = self.engine.now().timestamp().as_microsecond();
        let end = JobEnd { state: JobState::Done, run_at: None, result: None, error_code: None, error_text: None, at: now };
        let problem = match answer {
            Ok(result) => return Some(JobEnd { result: Some(result.to_string()), ..end }),
            Err(problem) => problem,
        };
        match problem.code {
            "job_lease_lost" | "job_cancelled" => return None,
            "job_paused" => return Some(JobEnd { state: JobState::Ready, run_at: Some(now), ..end }),
            code => tracing::warn!(job = row.id, kind = row.kind, code, cause = problem.cause.as_deref(), "a job failed"),
        }
        let detail = serde_json::json!({ "fields": problem.fields, "args": problem.args });
        let end = JobEnd { error_code: Some(problem.code.into()), error_text: Some(detail.to_string()), ..end };
        if !passing(&problem) {
            Some(JobEnd { state: JobState::Failed, ..end })
        } else if row.attempts >= row.max_attempts {
            Some(JobEnd { state: JobState::Dead, ..end })
        } else {
            Some(JobEnd { state: JobState::Ready, run_at: Some(now + self.pause(row.attempts)), ..end })
        }
    }

    /// 15 s, 30 s, 60 s … with a quarter more or less, so that what failed together does not come
    /// back together. Microseconds.
    fn pause(&self, attempts: i64) -> i64 {
        let seconds = (15_i64 << attempts.clamp(1, 20).saturating_sub(1)).min(LONGEST_PAUSE_S);
        let chance = i64::from(u16::from_le_bytes(self.engine.random()));
        seconds * 1_000_000 * (49_152 + chance / 2) / 65_536
    }
}

/// Keeps the lease; ends when it is lost.
async fn renew(engine: Engine, id: i64, fence: i64) {
    loop {
        tokio::time::sleep(engine.inner.lease / 3).await;
        let ctx = engine.system("worker", Door::Job);
        let until = ctx.micros() + engine.lease_micros();
        match engine.write(&ctx, move |tx| Ok(tx.conn.job_renew(id, fence, until)?)).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(problem) => tracing::warn!(job = id, cause = problem.cause.as_deref(), "a lease could not be renewed"),
        }
    }
}
