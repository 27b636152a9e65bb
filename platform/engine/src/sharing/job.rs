//! Placing all records anew after rules have changed, or only looking how many would move.

use super::Destination;
use super::place::{Ahead, Move};
use crate::job::{Every, Job, JobCtx, Outcome, Queued, Schedule, Step};
use crate::{Ctx, Engine, Result, Tx};
use akrab_model::filter::{Is, Test};
use akrab_model::{Cond, Object, Problem, Raw};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Records placed in one transaction.
const BATCH: usize = 1_000;

/// Walks through the records of every object that has territories.
#[derive(Debug, Clone, Serialize, Deserialize, Default)]
pub struct PlaceJob {
    /// Only looks.
    pub dry: bool,
    /// Records of this object alone …
    #[serde(default)]
    pub only: Option<String>,
    /// … whose link …
    #[serde(default)]
    pub via: Option<String>,
    /// … points to one of these.
    #[serde(default)]
    pub of: Vec<i64>,
}

/// Records of one object that moved, or would.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub struct Moved {
    pub object: String,
    pub from: Option<i64>,
    pub to: Option<i64>,
    pub n: u64,
}

/// What came of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize, PartialEq, Eq)]
pub struct PlaceReport {
    pub dry: bool,
    pub looked_at: u64,
    pub moved: u64,
    pub moves: Vec<Moved>,
}

/// How far it is.
#[derive(Default, Serialize, Deserialize)]
struct Mark {
    /// Objects that are done.
    objects: usize,
    after: i64,
    looked_at: u64,
    moves: Vec<Moved>,
}

impl Mark {
    fn count(&mut self, object: &str, moves: &[Move]) {
        let mut counted: BTreeMap<(Option<i64>, Option<i64>), u64> = BTreeMap::new();
        for one in moves {
            *counted.entry((one.from, one.to)).or_default() += 1;
        }
        for ((from, to), n) in counted {
            match self.moves.iter_mut().find(|m| m.object == object && m.from == from && m.to == to) {
                Some(known) => known.n += n,
                None => self.moves.push(Moved { object: object.into(), from, to, n }),
            }
        }
    }
    fn report(mut self, dry: bool) -> PlaceReport {
        self.moves.sort_by_key(|m| std::cmp::Reverse(m.n));
        PlaceReport { dry, looked_at: self.looked_at, moved: self.moves.iter().map(|m| m.n).sum(), moves: self.moves }
    }
}

impl Job for PlaceJob {
    const KIND: &'static str = "placing";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        job.engine.refresh_people().await?;
        let objects = self.objects(&job.engine);
        let total = self.total(&job, &objects).await?;
        // what a look has found ahead is in memory alone: it begins anew after a crash
        let mut mark: Mark = if self.dry { Mark::default() } else { job.mark()?.unwrap_or_default() };
        let mut ahead = Arc::new(Ahead::new());
        while let Some(object) = objects.get(mark.objects).cloned() {
            let (own, looked) = (self.clone(), object.clone());
            let (ids, moves) = if self.dry {
                let (after, known) = (mark.after, ahead.clone());
                let found = job.read(move |tx| own.batch(tx, &looked, after, &known)).await?;
                let done = i64::try_from(mark.looked_at).unwrap_or(i64::MAX);
                job.step(move |_| Ok(Step { value: (), mark: serde_json::json!({}), done, total: Some(total) })).await?;
                Arc::make_mut(&mut ahead).extend(found.1.iter().map(|m| ((object.ix, m.id), m.to)));
                found
            } else {
                let state = serde_json::to_value(&mark).map_err(Problem::internal)?;
                job.step(move |tx| own.step(tx, &looked, &state, total)).await?
            };
            pass(&mut mark, &object, &ids, &moves);
        }
        serde_json::to_value(mark.report(self.dry)).map_err(Problem::internal)
    }
}

impl PlaceJob {
    /// Those that go after others come after them.
    fn objects(&self, engine: &Engine) -> Vec<Arc<Object>> {
        let registry = engine.registry();
        let sharing = engine.people().sharing.clone();
        if let Some(only) = &self.only {
            return registry.object(only).filter(|o| o.territory.is_some()).cloned().into_iter().collect();
        }
        let mut left: Vec<Arc<Object>> = registry.objects().filter(|o| o.territory.is_some() && !o.decl.hidden).cloned().collect();
        let mut ordered: Vec<Arc<Object>> = Vec::new();
        while !left.is_empty() {
            let waits = |object: &Object| {
                sharing.placing(&object.key).iter().any(|rule| match &rule.to {
                    Destination::As(link) => {
                        let target = object.field(link).and_then(|f| f.to);
                        target.is_some_and(|t| t != object.ix && left.iter().any(|o| o.ix == t))
                    }
                    Destination::Territory(_) => false,
                })
            };
            // objects that go after each other are taken as they come
            let next = left.iter().position(|o| !waits(o)).unwrap_or(0);
            ordered.push(left.remove(next));
        }
        ordered
    }

    fn cond(&self, object: &Object, engine: &Engine) -> Cond {
        // without rules only what is somewhere can move: out
        let placed = match object.territory.filter(|_| engine.people().sharing.placing(&object.key).is_empty()) {
            Some(field) => Cond::Test(Test { path: Vec::new(), object: object.ix, field, is: Is::Filled }),
            None => Cond::True,
        };
        let Some(field) = self.via.as_deref().and_then(|via| object.field_ix(via)) else { return placed };
        let is = Is::In(self.of.iter().map(|id| Raw::Int(*id)).collect());
        Cond::Test(Test { path: Vec::new(), object: object.ix, field, is })
    }

    async fn total(&self, job: &JobCtx, objects: &[Arc<Object>]) -> Result<i64> {
        let (own, objects, engine) = (self.clone(), objects.to_vec(), job.engine.clone());
        job.read(move |tx| {
            let registry = tx.registry.clone();
            let mut total = 0;
            for object in &objects {
                total += tx.conn.count(&registry, object, &own.cond(object, &engine), akrab_store::Bin::Living, None)?.shown();
            }
            Ok(i64::try_from(total).unwrap_or(i64::MAX))
        })
        .await
    }

    fn batch(&self, tx: &mut Tx, object: &Arc<Object>, after: i64, ahead: &Ahead) -> Result<(Vec<i64>, Vec<Move>)> {
        let registry = tx.registry.clone();
        let ids = tx.conn.ids_after(&registry, object, &self.cond(object, &tx.engine.clone()), after, BATCH)?;
        let moves = tx.moves(object, &ids, ahead)?;
        Ok((ids, moves))
    }

    /// One step: places a batch and keeps how far it is.
    fn step(&self, tx: &mut Tx, object: &Arc<Object>, mark: &serde_json::Value, total: i64) -> Result<Step<(Vec<i64>, Vec<Move>)>> {
        let mut next: Mark = serde_json::from_value(mark.clone()).map_err(Problem::internal)?;
        let (ids, moves) = self.batch(tx, object, next.after, &Ahead::new())?;
        tx.move_all(object, &moves, true)?;
        if self.only.is_some() {
            let moved: Vec<i64> = moves.iter().map(|m| m.id).collect();
            tx.as_system("records go after those they belong to").lead(object, &moved, 1)?;
        }
        pass(&mut next, object, &ids, &moves);
        let done = i64::try_from(next.looked_at).unwrap_or(i64::MAX);
        Ok(Step { value: (ids, moves), mark: serde_json::to_value(&next).map_err(Problem::internal)?, done, total: Some(total) })
    }
}

fn pass(mark: &mut Mark, object: &Object, ids: &[i64], moves: &[Move]) {
    mark.looked_at += ids.len() as u64;
    mark.count(&object.key, moves);
    match ids.last().filter(|_| ids.len() == BATCH) {
        Some(last) => mark.after = *last,
        None => {
            mark.objects += 1;
            mark.after = 0;
        }
    }
}

/// Rules that speak of days fit other records tomorrow: every night all are placed anew.
pub(crate) fn schedule() -> Schedule {
    Schedule { name: "placing", every: Every::Daily(3), job: || Queued::of(&PlaceJob::default()) }
}

impl Engine {
    /// Queues the placing of all records, or with `dry` a look at how many would move. Gives the job.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub async fn place_all(&self, ctx: &Ctx, dry: bool) -> Result<i64> {
        if !ctx.is_admin() {
            return Err(Problem::forbidden());
        }
        self.write(ctx, move |tx| {
            if !dry {
                tx.audit("placing", None, serde_json::json!({}))?;
            }
            tx.enqueue(&PlaceJob { dry, ..PlaceJob::default() })
        })
        .await
    }
}
