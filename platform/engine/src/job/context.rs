//! What a running job holds: its rights, its lease, its checkpoint.

use super::Outcome;
use crate::{Actor, Ctx, Engine, Person, Result, Tx};
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use tokio::sync::watch;

/// Given to [`super::Job::run`]. Cheap to clone.
#[derive(Clone)]
pub struct JobCtx {
    pub engine: Engine,
    /// The rights of whoever queued the job.
    pub ctx: Ctx,
    pub id: i64,
    /// 1 for the first try since the last progress.
    pub attempt: i64,
    pub(super) fence: i64,
    pub(super) mark: Option<Json>,
    pub(super) stop: watch::Receiver<bool>,
}

/// What one step came to, and where to go on after a crash.
pub struct Step<T> {
    pub value: T,
    /// The checkpoint: handed to the next run by [`JobCtx::mark`].
    pub mark: Json,
    pub done: i64,
    pub total: Option<i64>,
}

impl JobCtx {
    /// The last checkpoint; none when the job starts from the beginning.
    ///
    /// # Errors
    /// `internal` when it has another shape than `T`.
    pub fn mark<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        self.mark.clone().map(serde_json::from_value).transpose().map_err(Problem::internal)
    }

    /// The context with the present time and the rights its user has by now.
    ///
    /// # Errors
    /// `job_actor_gone` when the user was deleted or deactivated meanwhile.
    pub async fn now(&self) -> Result<Ctx> {
        self.engine.refresh_people().await?;
        let actor = match &self.ctx.actor {
            Actor::User(person) => Actor::User(acting(&self.engine, person.id)?),
            system => system.clone(),
        };
        Ok(Ctx { now: self.engine.now(), actor, world: self.engine.world(), ..self.ctx.clone() })
    }

    /// Writes in one transaction what `f` writes and the checkpoint it gives.
    ///
    /// # Errors
    /// What `f` answers; `job_cancelled` when somebody stopped the job, `job_lease_lost` when
    /// another worker has it, `job_paused` when the program is stopping (the step itself stands).
    pub async fn step<T: Send + 'static>(&self, f: impl Fn(&mut Tx) -> Result<Step<T>> + Send + Sync + 'static) -> Result<T> {
        let (id, fence) = (self.id, self.fence);
        let ctx = self.now().await?;
        let until = ctx.micros() + self.engine.lease_micros();
        let value = self
            .engine
            .write(&ctx, move |tx| {
                let step = f(tx)?;
                if !tx.conn.job_mark(id, fence, &step.mark.to_string(), step.done, step.total, until)? {
                    return Err(lost(tx, id)?);
                }
                Ok(step.value)
            })
            .await?;
        if *self.stop.borrow() { Err(ended("job_paused")) } else { Ok(value) }
    }

    /// Works off what is due, some in each transaction: `some` does the next ones and says how many those were, none when
    /// nothing is due any more.
    ///
    /// # Errors
    /// As [`JobCtx::step`].
    pub async fn settle(&self, some: impl Fn(&mut Tx) -> Result<usize> + Send + Sync + Clone + 'static) -> Result<Outcome> {
        let mut settled: i64 = self.mark()?.unwrap_or(0);
        loop {
            let (some, so_far) = (some.clone(), settled);
            let step = self.step(move |tx| {
                let count = some(tx)? as i64;
                Ok(Step { value: count, mark: json!(so_far + count), done: so_far + count, total: None })
            });
            let count = step.await?;
            settled += count;
            if count == 0 {
                return Ok(json!({ "settled": settled }));
            }
        }
    }

    /// Reads with the rights of the job.
    ///
    /// # Errors
    /// What `f` answers.
    pub async fn read<T: Send + 'static>(&self, f: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        self.engine.read(&self.now().await?, f).await
    }

    /// Ends when the program is stopping, for long work between steps.
    pub async fn stopping(&self) {
        if self.stop.clone().wait_for(|stop| *stop).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// For long work between steps.
    ///
    /// # Errors
    /// As [`JobCtx::step`] when the job should end here.
    pub async fn check(&self) -> Result<()> {
        let (id, fence) = (self.id, self.fence);
        let fine = self.engine.read(&self.ctx, move |tx| {
            let held = tx.conn.job(id)?.is_some_and(|row| row.fence == fence && row.state == super::JobState::Leased);
            if held { Ok(()) } else { Err(lost(tx, id)?) }
        });
        fine.await?;
        if *self.stop.borrow() { Err(ended("job_paused")) } else { Ok(()) }
    }
}

/// Whoever queued a job, as long as he may work.
///
/// # Errors
/// `job_actor_gone`.
pub(super) fn acting(engine: &Engine, user: i64) -> Result<Arc<Person>> {
    engine.people().user(user).filter(|p| p.active).cloned().ok_or_else(|| Problem::malformed("job_actor_gone"))
}

fn lost(tx: &mut Tx, id: i64) -> Result<Problem> {
    let cancelled = tx.conn.job(id)?.is_some_and(|row| row.state == super::JobState::Cancelled);
    Ok(ended(if cancelled { "job_cancelled" } else { "job_lease_lost" }))
}

fn ended(code: &'static str) -> Problem {
    Problem::new(ProblemKind::Conflict, code)
}
