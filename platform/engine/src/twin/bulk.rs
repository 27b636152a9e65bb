//! Merging all pairs above a threshold: each merge a transaction of its own, whole or not at all.

use super::merge::MergeAsk;
use super::{TwinState, can_match, kept_score};
use crate::job::{Job, JobCtx, Outcome, Step};
use crate::rights::Access;
use crate::{Ctx, Engine, Result, Tx};
use akrab_model::problem::ProblemKind;
use akrab_model::{FieldProblem, Object, Problem, RecordId};
use akrab_store::{Bin, TwinRow};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// Merges every open pair that scores at least so much.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MergeMany {
    pub object: String,
    /// In ten-thousandths.
    pub from: i64,
}

/// How far it is: the last pair looked at, and what became of those before.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Progress {
    after: Option<(i64, i64)>,
    merged: i64,
    skipped: i64,
}

impl Engine {
    /// Queues the merging of every open pair that scores at least `from` (0 to 1); gives the job.
    ///
    /// # Errors
    /// `not_found`, `forbidden`, `no_comparison`; `invalid` for a score that is none.
    pub async fn merge_many(&self, ctx: &Ctx, object: &str, from: f64) -> Result<i64> {
        ctx.require_whole()?;
        let object = object.to_string();
        self.write(ctx, move |tx| {
            let object = tx.object(&object)?;
            tx.rights.require(&object, Access::Merge)?;
            if !can_match(&object) {
                return Err(Problem::malformed("no_comparison").with("object", &object.key));
            }
            if !(0.5..=1.0).contains(&from) {
                return Err(Problem::invalid(vec![FieldProblem::new("from", "score_range")]));
            }
            let job = MergeMany { object: object.key.clone(), from: kept_score(from as f32) };
            let id = tx.enqueue(&job)?;
            tx.audit("merge_many", None, json!({ "object": object.key, "from": from, "job": id }))?;
            Ok(id)
        })
        .await
    }
}

impl Job for MergeMany {
    const KIND: &'static str = "merge_many";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let (key, from) = (self.object.clone(), self.from);
        let total = {
            let key = key.clone();
            job.read(move |tx| Ok(tx.conn.twins_count(&key, TwinState::Open, from, 1_000_000)?)).await?
        };
        let mut so_far: Progress = job.mark()?.unwrap_or_default();
        let total = total + so_far.merged + so_far.skipped;
        loop {
            let (key, at) = (key.clone(), so_far.clone());
            let next = job.step(move |tx| {
                let mut next = at.clone();
                let pair = tx.conn.twins(&key, TwinState::Open, at.after, 1)?.pop().filter(|pair| pair.score >= from);
                let value = pair.is_some().then_some(());
                if let Some(pair) = pair {
                    next.after = Some((pair.score, pair.id));
                    if tx.merge_pair(&pair)? { next.merged += 1 } else { next.skipped += 1 }
                }
                let done = next.merged + next.skipped;
                Ok(Step { value: value.map(|()| next.clone()), mark: json!(next), done, total: Some(total.max(done)) })
            });
            match next.await? {
                Some(next) => so_far = next,
                None => return Ok(json!({ "merged": so_far.merged, "skipped": so_far.skipped })),
            }
        }
    }
}

impl Tx<'_> {
    /// Merges a pair, each of the two as what it has gone into by now; `false` when that cannot be done.
    fn merge_pair(&mut self, pair: &TwinRow) -> Result<bool> {
        let object = self.object(&pair.object)?;
        let [a, b] =
            [self.conn.merged_into(&object.key, pair.a)?.unwrap_or(pair.a), self.conn.merged_into(&object.key, pair.b)?.unwrap_or(pair.b)];
        if a == b {
            let (by, at) = (self.ctx.author(), self.ctx.micros());
            self.conn.twin_decide(pair.id, TwinState::Merged, &pair.mark, by, at)?;
            return Ok(true);
        }
        // somebody said of two who went into these that they are two
        if self.are_distinct(&object, a, b)? {
            return Ok(false);
        }
        let done = self.attempt(|tx| {
            let (winner, loser) = if tx.says_more(&object, a, b)? { (a, b) } else { (b, a) };
            tx.merge(&object.key, &MergeAsk { winner, loser, choices: Default::default() })?;
            let (by, at) = (tx.ctx.author(), tx.ctx.micros());
            Ok(tx.conn.twin_decide(pair.id, TwinState::Merged, &pair.mark, by, at)?)
        });
        match done {
            Ok(()) => Ok(true),
            Err(problem) if matches!(problem.kind, ProblemKind::Busy | ProblemKind::Full | ProblemKind::Internal) => Err(problem),
            Err(_) => Ok(false),
        }
    }

    fn are_distinct(&mut self, object: &Arc<Object>, a: RecordId, b: RecordId) -> Result<bool> {
        let mut ours = self.conn.merged_from(&object.key, a)?;
        let mut theirs = self.conn.merged_from(&object.key, b)?;
        ours.push(a);
        theirs.push(b);
        for id in &ours {
            let pairs = self.conn.twins_of(&object.key, *id)?;
            let other = |pair: &TwinRow| if pair.a == *id { pair.b } else { pair.a };
            if pairs.iter().any(|pair| pair.state == TwinState::Distinct && theirs.contains(&other(pair))) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the first of two records says more than the second; the older one when they say as much.
    fn says_more(&mut self, object: &Arc<Object>, a: RecordId, b: RecordId) -> Result<bool> {
        let columns: Vec<_> = object.columns().filter(|(_, f)| f.writable()).map(|(ix, _)| ix).collect();
        let cond = self.rights.cond(object, Access::Read);
        let registry = self.registry.clone();
        let mut said = |id| -> Result<usize> {
            let row = self.conn.row(&registry, object, id, &columns, &cond, Bin::Living)?.ok_or_else(Problem::not_found)?;
            Ok(row.cells.iter().filter(|cell| !cell.is_null()).count())
        };
        let (first, second) = (said(a)?, said(b)?);
        Ok(first > second || (first == second && a < b))
    }
}
