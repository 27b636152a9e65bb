//! Working runs off: some in one transaction, flow after flow.

use super::feed::told;
use super::turn::Written;
use super::{RunRow, RunState};
use crate::{Door, Engine, Result, Tx};
use akrab_model::problem::ProblemKind;
use akrab_model::{Cond, Filter, Problem};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

/// Runs taken in one transaction.
const RUNS: i64 = 48;
/// Records fed to a flow in one transaction.
const FED: usize = 500;

impl Engine {
    /// Works off some of what is due of every flow and says how many steps and records that were. `lane` tells workers
    /// apart that work at once.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn flow_work(&self, lane: i64) -> Result<usize> {
        if self.flows().standing.is_empty() {
            return Ok(0);
        }
        self.refresh_people().await?;
        let flows = self.flows();
        let ctx = self.system("flows", Door::Flow);
        let ids: Vec<i64> = flows.standing.iter().filter(|s| !s.row.paused).map(|s| s.row.id).collect();
        let now = ctx.micros();
        let due = self.read(&ctx, move |tx| {
            let mut due = Vec::new();
            for id in ids {
                let (runs, feed) = tx.conn.flow_due(id, now)?;
                if runs || feed {
                    due.push((id, feed));
                }
            }
            Ok(due)
        });
        let mut due = due.await?;
        if !due.is_empty() {
            // none of them is always first
            let turn = self.inner.flow_turn.fetch_add(1, Ordering::Relaxed) % due.len();
            due.rotate_left(turn);
        }
        let mut done = 0;
        for (id, feed) in due {
            match self.write(&ctx, move |tx| tx.flow_turn(id, lane, feed, RUNS)).await {
                Ok(n) => done += n,
                // something in one of them brings the program down: they are tried one by one
                Err(problem) if problem.kind == ProblemKind::Internal => done += self.flow_singly(id, lane).await?,
                Err(problem) => return Err(problem),
            }
        }
        Ok(done)
    }

    async fn flow_singly(&self, id: i64, lane: i64) -> Result<usize> {
        let ctx = self.system("flows", Door::Flow);
        match self.write(&ctx, move |tx| tx.flow_turn(id, lane, false, 1)).await {
            Ok(n) => Ok(n),
            Err(problem) if problem.kind == ProblemKind::Internal => {
                tracing::error!(flow = id, cause = problem.cause.as_deref(), "a run of a flow failed as a whole");
                self.write(&ctx, move |tx| tx.flow_fail_first(id, &problem)).await
            }
            Err(problem) => Err(problem),
        }
    }

    /// Works off everything that is due now and says how many steps and records that were.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn flow_drain(&self) -> Result<usize> {
        let mut all = 0;
        loop {
            match self.flow_work(0).await? {
                0 => return Ok(all),
                n => all += n,
            }
        }
    }
}

impl Tx<'_> {
    /// Feeds a flow and takes steps of its runs that are due.
    fn flow_turn(&mut self, id: i64, lane: i64, feed: bool, runs: i64) -> Result<usize> {
        let mut done = 0;
        if feed {
            done += self.flow_fed(id)?;
        }
        let now = self.ctx.micros();
        let flows = self.engine.flows();
        let mut written = Written::default();
        let (mut stand, mut going) = (Vec::new(), Vec::new());
        for mut run in self.conn.flow_take(id, now, runs)? {
            match flows.version(run.flow, run.version).cloned() {
                Some(ready) => going.push((run, ready)),
                None => {
                    run.told = Some(told(&Problem::new(ProblemKind::Conflict, "flow_version_broken")));
                    (run.state, run.ended) = (RunState::Failed, Some(now));
                    stand.push(run);
                }
            }
        }
        stand.extend(self.flow_go(going, false, &mut written)?);
        self.flow_write(lane, written.log, &stand)?;
        Ok(done + written.steps.max(stand.len()))
    }

    fn flow_write(&mut self, lane: i64, log: Vec<super::LogRow>, stand: &[RunRow]) -> Result<()> {
        let mut counts: BTreeMap<(i64, String), i64> = BTreeMap::new();
        let flow = stand.first().map_or(0, |run| run.flow);
        for entry in log.iter().filter(|e| e.state == super::turn::fate::DONE) {
            *counts.entry((flow, entry.step.clone())).or_default() += 1;
        }
        let ended = stand.iter().filter(|run| run.state == RunState::Done).count() as i64;
        if ended > 0 {
            counts.insert((flow, String::new()), ended);
        }
        let day = self.ctx.micros().div_euclid(86_400 * 1_000_000);
        let counts: Vec<(i64, String, i64)> = counts.into_iter().map(|((flow, step), n)| (flow, step, n)).collect();
        self.conn.flow_tell(&log)?;
        self.conn.flow_stand(stand)?;
        Ok(self.conn.flow_count(day, lane, &counts)?)
    }

    /// The run that is due first has failed with everything it did.
    fn flow_fail_first(&mut self, id: i64, problem: &Problem) -> Result<usize> {
        let now = self.ctx.micros();
        let mut runs = self.conn.flow_take(id, now, 1)?;
        for run in &mut runs {
            (run.state, run.ended, run.told) = (RunState::Failed, Some(now), Some(told(problem)));
        }
        self.conn.flow_stand(&runs)?;
        Ok(runs.len())
    }

    /// Begins runs for the next records of a feed.
    fn flow_fed(&mut self, id: i64) -> Result<usize> {
        let Some(mut feed) = self.conn.flow_feed_take(id)? else { return Ok(0) };
        let flows = self.engine.flows();
        let ready = flows.version(id, feed.version).cloned();
        let Some((ready, object)) = ready.and_then(|r| self.registry.object(&r.flow.object).cloned().map(|o| (r, o))) else {
            self.conn.flow_feed_stand(&feed, true)?;
            return Ok(0);
        };
        let registry = self.registry.clone();
        let (env, rights) = (self.env(), self.rights.clone());
        let extra = feed.filter.as_deref().map(Filter::parse).transpose()?;
        let mut cond = Cond::True;
        for filter in ready.when.iter().chain(&extra) {
            cond = cond.and(filter.bind(&registry, &object, &env, &rights)?);
        }
        let ids = self.conn.ids_after(&registry, &object, &cond, feed.after, FED)?;
        let mut begun = Vec::new();
        for record in &ids {
            if let Some(formula) = ready.formulas.get("formula")
                && !self.find(&object.key, *record)?.is_some_and(|found| formula.holds(&object, &found))
            {
                continue;
            }
            begun.extend(self.flow_run(&ready, *record, false)?);
        }
        feed.fed += begun.len() as i64;
        self.flow_begin(&begun)?;
        feed.after = ids.last().copied().unwrap_or(feed.after);
        self.conn.flow_feed_stand(&feed, ids.len() < FED)?;
        Ok(ids.len())
    }
}
