//! Takes items, has them handed over, and writes down what became of each before it touches the next.

use super::carry::{Carried, Carrier, Handed};
use crate::{Ctx, Door, Engine, Result, Tx};
use akrab_model::Problem;
use akrab_store::{WorkEnd, WorkItem, WorkRoute, WorkState};
use futures::FutureExt;
use serde_json::json;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::watch;

/// Items taken at once.
const TAKEN: i64 = 32;
/// Longest pause between tries, in seconds.
const LONGEST_PAUSE: i64 = 3_600;

/// Carries the items of one queue, one after the other. Several may work on one queue, in one process or many.
#[derive(Clone)]
pub struct Porter {
    engine: Engine,
    carrier: Arc<dyn Carrier>,
}

/// What was taken, in the order in which it is handed over.
struct Load {
    fence: i64,
    items: Vec<WorkItem>,
    batches: HashMap<i64, (String, serde_json::Value)>,
}

impl Porter {
    pub fn new(engine: &Engine, carrier: Arc<dyn Carrier>) -> Porter {
        Porter { engine: engine.clone(), carrier }
    }

    /// Carries what is due now and says how many items it handed over.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn drain(&self) -> Result<usize> {
        let (_hold, stop) = watch::channel(false);
        let mut carried = 0;
        loop {
            match self.next(&stop).await? {
                0 => return Ok(carried),
                n => carried += n,
            }
        }
    }

    /// Takes some items and carries them; says how many were handed over.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn next(&self, stop: &watch::Receiver<bool>) -> Result<usize> {
        let ctx = self.engine.system("work ledger", Door::Job);
        let (queue, now) = (self.carrier.queue(), ctx.now.timestamp().as_second());
        let due = self.engine.read(&ctx, move |tx| {
            let routes = tx.conn.work_routes(Some(queue))?;
            let mut due = Vec::new();
            for route in routes.into_iter().filter(|route| !route.paused) {
                if tx.conn.work_due(route.id, now)? {
                    due.push(route.id);
                }
            }
            Ok(due)
        });
        for route in due.await? {
            let fence = i64::from_le_bytes(self.engine.random()) & i64::MAX;
            let lease = self.lease();
            let load = self.engine.write(&ctx, move |tx| tx.work_take(route, fence, lease)).await?;
            if !load.items.is_empty() {
                return self.carry(load, stop).await;
            }
        }
        Ok(0)
    }

    /// Seconds.
    fn lease(&self) -> i64 {
        (self.engine.lease_micros() / 1_000_000).max(1)
    }

    fn ctx(&self) -> Ctx {
        self.engine.system("work ledger", Door::Job)
    }

    async fn carry(&self, load: Load, stop: &watch::Receiver<bool>) -> Result<usize> {
        let (fence, mut handed) = (load.fence, 0);
        let mut before: Option<(WorkItem, WorkEnd)> = None;
        for (n, item) in load.items.iter().enumerate() {
            if *stop.borrow() {
                self.end(fence, before.take(), load.items[n..].to_vec()).await?;
                return Ok(handed);
            }
            // one change ends the item before and says that this one is being handed over
            let rest: Vec<(i64, i64)> = load.items[n..].iter().map(|item| (item.batch, item.unit)).collect();
            if !self.begin(fence, before.take(), item.clone()).await? {
                continue;
            }
            let answer = tokio::select! {
                answer = self.hand(&load, item) => answer,
                () = self.renew(fence, rest) => continue,
            };
            handed += 1;
            before = Some((item.clone(), self.judge(item, answer)));
        }
        self.end(fence, before, Vec::new()).await?;
        Ok(handed)
    }

    /// False when the item is no longer ours.
    async fn begin(&self, fence: i64, before: Option<(WorkItem, WorkEnd)>, item: WorkItem) -> Result<bool> {
        let lease = self.lease();
        let begin = move |tx: &mut Tx| {
            if let Some((done, end)) = &before {
                tx.conn.work_end(done.batch, done.unit, fence, end)?;
            }
            let until = tx.ctx.now.timestamp().as_second() + lease;
            Ok(tx.conn.work_hand(item.batch, item.unit, fence, until)?)
        };
        self.engine.write(&self.ctx(), begin).await
    }

    async fn end(&self, fence: i64, before: Option<(WorkItem, WorkEnd)>, rest: Vec<WorkItem>) -> Result<()> {
        let end = move |tx: &mut Tx| {
            if let Some((done, end)) = &before {
                tx.conn.work_end(done.batch, done.unit, fence, end)?;
            }
            for item in &rest {
                tx.conn.work_give_back(item.batch, item.unit, fence)?;
            }
            Ok(())
        };
        self.engine.write(&self.ctx(), end).await
    }

    async fn hand(&self, load: &Load, item: &WorkItem) -> Handed {
        let (key, payload) = load.batches.get(&item.batch).cloned().unwrap_or_default();
        let carried = Carried { batch: item.batch, unit: item.unit, key, payload, attempt: item.attempts };
        let handing = AssertUnwindSafe(self.carrier.hand_over(self.engine.clone(), carried)).catch_unwind();
        handing.await.unwrap_or_else(|_| Handed::Unknown(Problem::internal("the carrier panicked")))
    }

    /// Keeps the items while one is handed over; never ends by itself.
    async fn renew(&self, fence: i64, items: Vec<(i64, i64)>) {
        loop {
            tokio::time::sleep(self.engine.inner.lease / 3).await;
            let (items, lease) = (items.clone(), self.lease());
            let renew = move |tx: &mut Tx| {
                let until = tx.ctx.now.timestamp().as_second() + lease;
                Ok(tx.conn.work_renew(&items, fence, until)?)
            };
            if let Err(problem) = self.engine.write(&self.ctx(), renew).await {
                tracing::warn!(cause = problem.cause.as_deref(), "leases of work could not be renewed");
            }
        }
    }

    fn judge(&self, item: &WorkItem, answer: Handed) -> WorkEnd {
        let told = |problem: &Problem| Some(json!({ "code": problem.code, "args": problem.args }).to_string());
        let end = |state, problem: &Problem| WorkEnd { state, run_at: None, told: told(problem) };
        match answer {
            Handed::Done(said) => WorkEnd { state: WorkState::Done, run_at: None, told: (!said.is_null()).then(|| said.to_string()) },
            Handed::Refused(problem) => end(WorkState::Failed, &problem),
            Handed::Left(problem) => end(WorkState::Cancelled, &problem),
            Handed::Unknown(problem) => end(WorkState::Unknown, &problem),
            Handed::Passing(problem) if item.attempts >= self.carrier.attempts() => end(WorkState::Failed, &problem),
            Handed::Passing(problem) => {
                let pause = (15_i64 << item.attempts.clamp(1, 20).saturating_sub(1)).min(LONGEST_PAUSE);
                let at = self.engine.now().timestamp().as_second() + pause;
                WorkEnd { run_at: Some(at), ..end(WorkState::Ready, &problem) }
            }
        }
    }
}

impl Tx<'_> {
    /// Takes as many items of a route as its rates allow now.
    fn work_take(&mut self, route: i64, fence: i64, lease: i64) -> Result<Load> {
        let mut load = Load { fence, items: Vec::new(), batches: HashMap::new() };
        let Some(mut row) = self.conn.work_route(route)?.filter(|row| !row.paused) else { return Ok(load) };
        let now = self.ctx.now.timestamp().as_second();
        let day = i64::from((self.ctx.now.date() - jiff::civil::date(1970, 1, 1)).get_days());
        let allowed = allowed(&mut row, now.div_euclid(60), day);
        if allowed > 0 {
            load.items = self.conn.work_lease(route, now, now + lease, fence, allowed)?;
        }
        let taken = load.items.len() as i64;
        if taken > 0 && (row.per_minute.is_some() || row.per_day.is_some()) {
            row.in_minute += taken;
            row.in_day += taken;
            self.conn.work_route_count(&row)?;
        }
        for batch in load.items.iter().map(|item| item.batch).collect::<std::collections::BTreeSet<_>>() {
            if let Some(row) = self.conn.work_batch(batch)? {
                let payload = serde_json::from_str(&row.payload).map_err(Problem::internal)?;
                load.batches.insert(batch, (row.key, payload));
            }
        }
        Ok(load)
    }
}

/// How many items may be taken now; a new minute or day begins to count anew.
fn allowed(row: &mut WorkRoute, minute: i64, day: i64) -> i64 {
    if row.minute != minute {
        (row.minute, row.in_minute) = (minute, 0);
    }
    if row.day != day {
        (row.day, row.in_day) = (day, 0);
    }
    let left = |most: Option<i64>, used: i64| most.map_or(TAKEN, |most| (most - used).max(0));
    TAKEN.min(left(row.per_minute, row.in_minute)).min(left(row.per_day, row.in_day))
}
