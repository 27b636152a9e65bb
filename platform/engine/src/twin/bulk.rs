//! Merging all pairs above a threshold: each merge a transaction of its own, whole or not at all.

use super::merge::{Choice, MergeAsk};
use super::{TwinState, can_match, kept_score};
use crate::job::{Job, JobCtx, Outcome, Step};
use crate::rights::Access;
use crate::{Ctx, Engine, Result, Tx};
use akrab_model::problem::ProblemKind;
use akrab_model::text::fold;
use akrab_model::{FieldProblem, FieldType, Object, Problem, Record, RecordId};
use akrab_store::{Bin, TwinRow};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Merges every open pair that scores at least so much.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MergeMany {
    pub object: String,
    /// In ten-thousandths.
    pub from: i64,
}

/// What became of the pairs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MergedMany {
    pub object: String,
    /// All that were looked at: merged, through others, and skipped.
    pub pairs: i64,
    /// Merges made, each of two records into one.
    pub merged: i64,
    /// Pairs that were one by then, each through merges of others.
    pub through: i64,
    /// Left as two.
    pub skipped: i64,
}

/// How far it is: the last pair looked at, and what became of those before.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Progress {
    after: Option<(i64, i64)>,
    told: MergedMany,
}

/// What became of one pair.
enum Fate {
    /// With the pair that became one by it besides, where these had gone into others.
    Merged(Option<TwinRow>),
    Through,
    Skipped,
}

impl Progress {
    fn count(&mut self, pair: &TwinRow, fate: Fate, from: i64) {
        let told = &mut self.told;
        told.pairs += 1;
        match fate {
            Fate::Through => told.through += 1,
            Fate::Skipped => told.skipped += 1,
            Fate::Merged(besides) => {
                told.merged += 1;
                if let Some(other) = besides.filter(|other| other.state == TwinState::Open && other.score >= from) {
                    told.through += 1;
                    if (other.score, other.id) > (pair.score, pair.id) {
                        // it was passed by before, and counted then
                        told.skipped -= 1;
                    } else {
                        told.pairs += 1;
                    }
                }
            }
        }
    }
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
        so_far.told.object.clone_from(&key);
        let total = total + so_far.told.pairs - so_far.told.skipped;
        loop {
            let (key, at) = (key.clone(), so_far.clone());
            let next = job.step(move |tx| {
                let mut next = at.clone();
                let pair = tx.conn.twins(&key, TwinState::Open, at.after, 1)?.pop().filter(|pair| pair.score >= from);
                let value = pair.is_some().then_some(());
                if let Some(pair) = pair {
                    next.after = Some((pair.score, pair.id));
                    let fate = tx.merge_pair(&pair)?;
                    next.count(&pair, fate, from);
                }
                let done = next.told.pairs;
                Ok(Step { value: value.map(|()| next.clone()), mark: json!(next), done, total: Some(total.max(done)) })
            });
            match next.await? {
                Some(next) => so_far = next,
                None => return Ok(json!(so_far.told)),
            }
        }
    }
}

impl Tx<'_> {
    /// Merges a pair, each of the two as what it has gone into by now.
    fn merge_pair(&mut self, pair: &TwinRow) -> Result<Fate> {
        let object = self.object(&pair.object)?;
        let [a, b] =
            [self.conn.merged_into(&object.key, pair.a)?.unwrap_or(pair.a), self.conn.merged_into(&object.key, pair.b)?.unwrap_or(pair.b)];
        if a == b {
            let (by, at) = (self.ctx.author(), self.ctx.micros());
            self.conn.twin_decide(pair.id, TwinState::Merged, &pair.mark, by, at)?;
            return Ok(Fate::Through);
        }
        // somebody said of two who went into these that they are two
        if self.are_distinct(&object, a, b)? {
            return Ok(Fate::Skipped);
        }
        let besides = self.conn.twins_of(&object.key, a)?.into_iter().find(|one| one.id != pair.id && (one.a == b || one.b == b));
        let done = self.attempt(|tx| {
            let (winner, loser) = if tx.says_more(&object, a, b)? { (a, b) } else { (b, a) };
            let choices = tx.better_name(&object, winner, loser)?;
            tx.merge(&object.key, &MergeAsk { winner, loser, choices })?;
            let (by, at) = (tx.ctx.author(), tx.ctx.micros());
            Ok(tx.conn.twin_decide(pair.id, TwinState::Merged, &pair.mark, by, at)?)
        });
        match done {
            Ok(()) => Ok(Fate::Merged(besides)),
            Err(problem) if matches!(problem.kind, ProblemKind::Busy | ProblemKind::Full | ProblemKind::Internal) => Err(problem),
            Err(_) => Ok(Fate::Skipped),
        }
    }

    /// A name all in small letters, or a person's all in capitals, gives way to the other's usual spelling, unless more of
    /// the records agree with it.
    fn better_name(&mut self, object: &Arc<Object>, winner: RecordId, loser: RecordId) -> Result<BTreeMap<String, Choice>> {
        let title = object.title_field();
        let (ours, theirs) = (self.all_in(object, winner)?, self.all_in(object, loser)?);
        let (Some(own), Some(other)) = (ours.first(), theirs.first()) else { return Ok(BTreeMap::new()) };
        let name = |record: &Record| record.text(&title.key).to_string();
        let person = title.kind == FieldType::PersonName;
        let agree = |with: &Record| ours.iter().chain(&theirs).filter(|one| fold(&name(one)) == fold(&name(with))).count();
        // titles go with the name, and none is to be lost
        let mut parts = object.fields.iter().filter(|field| field.part_of.as_ref() == Some(&title.key));
        let whole = parts.all(|part| own.get(&part.key).is_blank() || !other.get(&part.key).is_blank());
        let better = !is_usual(&name(own), person) && is_usual(&name(other), person) && agree(other) >= agree(own);
        let choice = (better && whole && title.writable()).then(|| (title.key.clone(), Choice::Loser));
        Ok(choice.into_iter().collect())
    }

    /// A record, then those that went into it.
    fn all_in(&mut self, object: &Arc<Object>, id: RecordId) -> Result<Vec<Record>> {
        let mut ids = vec![id];
        ids.extend(self.conn.merged_from(&object.key, id)?);
        let mut found = self.find_kept(&object.key, &ids)?;
        found.sort_by_key(|record| record.id != id);
        Ok(found)
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

/// Whether a name is written as names are: not without any capital, and a person's not in capitals alone.
fn is_usual(name: &str, person: bool) -> bool {
    name.chars().any(char::is_uppercase) && (!person || name.chars().any(char::is_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_one_case_are_not_usual() {
        for (name, person, usual) in [
            ("Rizky Hidayat", true, true),
            ("rieky hidayat", true, false),
            ("RIZKY HIDAYAT", true, false),
            ("PT BCA", false, true),
            ("toko maju", false, false),
        ] {
            assert_eq!(is_usual(name, person), usual, "{name}");
        }
    }

    #[test]
    fn a_pair_that_becomes_one_besides_is_counted_once() {
        let pair = |id: i64, score: i64, state: TwinState| TwinRow {
            id,
            object: "firm".into(),
            a: 1,
            b: 2,
            score,
            reasons: String::new(),
            state,
            mark: String::new(),
            found_at: 0,
            decided_by: None,
            decided_at: None,
        };
        let here = pair(5, 9_000, TwinState::Open);
        let told = |besides: Option<TwinRow>, skipped: i64| {
            let told = MergedMany { pairs: skipped, skipped, ..MergedMany::default() };
            let mut progress = Progress { after: None, told };
            progress.count(&here, Fate::Merged(besides), 8_000);
            let told = progress.told;
            assert_eq!(told.pairs, told.merged + told.through + told.skipped);
            (told.pairs, told.merged, told.through, told.skipped)
        };
        assert_eq!(told(None, 0), (1, 1, 0, 0));
        assert_eq!(told(Some(pair(4, 9_000, TwinState::Open)), 0), (2, 1, 1, 0));
        assert_eq!(told(Some(pair(6, 9_000, TwinState::Open)), 1), (2, 1, 1, 0), "it was passed by before");
        assert_eq!(told(Some(pair(4, 7_000, TwinState::Open)), 0), (1, 1, 0, 0), "nobody asked for it");
        assert_eq!(told(Some(pair(4, 9_000, TwinState::Later)), 0), (1, 1, 0, 0));
    }
}
