//! The queue of pairs: read side by side, put off, or told to be two.

use super::{Reason, TwinState, can_match};
use crate::rights::Access;
use crate::{Ctx, Engine, Result, Tx};
use akrab_model::problem::ProblemKind;
use akrab_model::{Cond, Object, Problem, Record, RecordId};
use akrab_store::{Bin, TwinRow};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Pairs on a page.
const PAGE: usize = 25;
/// So many pairs are looked at for a page; those of records out of sight do not shorten it.
const LOOKED_AT: usize = 400;
/// Open pairs of one record that are looked at.
const OPEN: usize = 10;
/// Counting stops here.
const MOST: usize = 10_000;
/// Score of what was told at entry and never worked out: a person has to look.
const TOLD: i64 = 5_000;

/// A pair.
#[derive(Debug, Clone)]
pub struct Twin {
    pub id: i64,
    /// Probability that the two are the same, 0 to 1.
    pub score: f64,
    pub reasons: Vec<Reason>,
    pub state: TwinState,
    /// Microseconds UTC.
    pub found_at: i64,
    pub decided_by: Option<i64>,
    pub sides: [TwinSide; 2],
    /// What a third record is called that both are the same as.
    pub through: Option<String>,
    /// Whether the actor may merge the two.
    pub may_merge: bool,
}

/// One of the two, with the fields the actor may read.
#[derive(Debug, Clone)]
pub struct TwinSide {
    pub record: Record,
}

/// A page of the queue.
#[derive(Debug, Clone, Default)]
pub struct TwinPage {
    pub twins: Vec<Twin>,
    /// After which score and id the next page begins.
    pub next: Option<(i64, i64)>,
    /// How many pairs there are in this state, records out of sight among them; counted up to ten thousand.
    pub count: i64,
    /// From which score on pairs may be merged unseen, 0 to 1; none when nobody has looked yet.
    pub threshold: Option<f64>,
    /// When all records were last looked through, microseconds UTC.
    pub looked_at: Option<i64>,
    /// How many open pairs lie above the threshold.
    pub sure: i64,
}

impl Engine {
    /// Pairs in a state, the likeliest first.
    ///
    /// # Errors
    /// `not_found` for an object whose records are out of sight.
    pub async fn twins(&self, ctx: &Ctx, object: &str, state: TwinState, after: Option<(i64, i64)>) -> Result<TwinPage> {
        let object = object.to_string();
        self.read(ctx, move |tx| tx.twins(&object, state, after)).await
    }

    /// Decides on a pair: it is put off, the two are two, or it stands open again.
    ///
    /// # Errors
    /// `not_found`; `forbidden` for whoever may not merge; `merged_already`.
    pub async fn twin_decide(&self, ctx: &Ctx, object: &str, id: i64, state: TwinState) -> Result<()> {
        let object = object.to_string();
        self.write(ctx, move |tx| tx.twin_decide(&object, id, state)).await
    }
}

impl Tx<'_> {
    /// How many open pairs score at least `from` (0 to 1), all of them.
    ///
    /// # Errors
    /// `not_found`, `forbidden`.
    pub fn twins_from(&mut self, object: &str, from: f64) -> Result<i64> {
        let object = self.object(object)?;
        self.rights.require(&object, crate::Access::Merge)?;
        Ok(self.conn.twins_count(&object.key, TwinState::Open, (from * 10_000.0).round() as i64, i64::MAX as usize)?)
    }

    /// How many open pairs there are, records out of sight among them.
    ///
    /// # Errors
    /// What the database answers.
    pub(crate) fn twins_waiting(&mut self, object: &Object) -> Result<i64> {
        Ok(self.conn.twins_count(&object.key, TwinState::Open, 0, i64::MAX as usize)?)
    }

    /// As [`Engine::twins`].
    ///
    /// # Errors
    /// As [`Engine::twins`].
    pub fn twins(&mut self, object: &str, state: TwinState, after: Option<(i64, i64)>) -> Result<TwinPage> {
        let object = self.object(object)?;
        self.rights.require_read(&object)?;
        let mut page = TwinPage { count: self.conn.twins_count(&object.key, state, 0, MOST)?, ..TwinPage::default() };
        if let Some(kept) = self.conn.setting_get(&setting(&object))?.and_then(|text| serde_json::from_str::<Json>(&text).ok()) {
            page.threshold = kept["threshold"].as_i64().map(|score| score as f64 / 10_000.0);
            page.looked_at = kept["at"].as_i64();
            let from = kept["threshold"].as_i64().unwrap_or(i64::MAX);
            page.sure = self.conn.twins_count(&object.key, TwinState::Open, from, MOST)?;
        }
        let (mut after, mut looked_at) = (after, 0);
        loop {
            let rows = self.conn.twins(&object.key, state, after, PAGE + 1)?;
            let more = rows.len() > PAGE;
            looked_at += rows.len();
            for row in rows.into_iter().take(PAGE) {
                after = Some((row.score, row.id));
                page.twins.extend(self.twin_of(&object, row)?);
                if page.twins.len() == PAGE {
                    break;
                }
            }
            if !more || page.twins.len() == PAGE || looked_at >= LOOKED_AT {
                page.next = after.filter(|_| more);
                return Ok(page);
            }
        }
    }

    /// A pair of which the actor sees both records.
    ///
    /// # Errors
    /// `not_found`.
    pub fn twin(&mut self, object: &str, id: i64) -> Result<Twin> {
        let object = self.object(object)?;
        self.rights.require_read(&object)?;
        let row = self.conn.twin(id)?.filter(|row| row.object == object.key).ok_or_else(Problem::not_found)?;
        self.twin_of(&object, row)?.ok_or_else(Problem::not_found)
    }

    /// The open pairs a record is in of which the actor sees both, the likeliest first.
    ///
    /// # Errors
    /// What the database answers.
    pub fn twins_open(&mut self, object: &str, id: RecordId) -> Result<Vec<Twin>> {
        let object = self.object(object)?;
        if !can_match(&object) {
            return Ok(Vec::new());
        }
        let rows = self.conn.twins_of(&object.key, id)?.into_iter().filter(|row| row.state == TwinState::Open).take(OPEN);
        let twins: Result<Vec<Option<Twin>>> = rows.map(|row| self.twin_of(&object, row)).collect();
        Ok(twins?.into_iter().flatten().collect())
    }

    fn twin_of(&mut self, object: &Arc<Object>, row: TwinRow) -> Result<Option<Twin>> {
        let reasons: Vec<Reason> = serde_json::from_str(&row.reasons).unwrap_or_default();
        // a field out of sight is no reason one could be told
        let hidden = |reason: &Reason| {
            let parts = [reason.field.clone(), format!("{}_city", reason.field)];
            let found = parts.iter().filter_map(|key| object.field_ix(key)).next();
            found.is_some_and(|ix| self.rights.field(object, ix) == akrab_model::object::FieldRight::Hidden)
        };
        if reasons.iter().any(|reason| reason.speaks_for() && hidden(reason)) {
            return Ok(None);
        }
        let reasons: Vec<Reason> = reasons.into_iter().filter(|reason| !hidden(reason)).collect();
        // one of two that were merged is told of still
        let bin = if row.state == TwinState::Merged { Bin::Any } else { Bin::Living };
        let sides = [row.a, row.b].map(|id| self.get_from(&object.key, id, bin));
        let [Ok(a), Ok(b)] = sides else { return Ok(None) };
        let third = reasons.iter().find(|reason| reason.kind == "through").and_then(|reason| reason.level.parse::<i64>().ok());
        let through = match third {
            Some(id) => self.titles_of(object.ix, &[id])?.pop().map(|(_, title)| title),
            None => None,
        };
        let may_merge = self.may_among(object, Access::Merge, &[row.a, row.b])?.len() == 2;
        Ok(Some(Twin {
            id: row.id,
            score: row.score as f64 / 10_000.0,
            reasons,
            state: row.state,
            found_at: row.found_at,
            decided_by: row.decided_by,
            sides: [TwinSide { record: a }, TwinSide { record: b }],
            through,
            may_merge,
        }))
    }

    /// As [`Engine::twin_decide`].
    ///
    /// # Errors
    /// As [`Engine::twin_decide`].
    pub fn twin_decide(&mut self, object: &str, id: i64, state: TwinState) -> Result<()> {
        let twin = self.twin(object, id)?;
        let object = self.object(object)?;
        if !twin.may_merge || self.ctx.read_only {
            return Err(Problem::forbidden());
        }
        if twin.state == TwinState::Merged || state == TwinState::Merged {
            return Err(Problem::new(ProblemKind::Conflict, "merged_already"));
        }
        let [a, b] = twin.sides.map(|side| side.record.id);
        let mark = self.twin_mark(&object, a, b)?;
        let (by, at) = (self.ctx.author(), self.ctx.micros());
        Ok(self.conn.twin_decide(id, state, &mark, by, at)?)
    }

    /// What two records say in the fields they are compared by; of all of them, whoever asks.
    fn twin_mark(&mut self, object: &Arc<Object>, a: RecordId, b: RecordId) -> Result<String> {
        let (a, b) = (a.min(b), a.max(b));
        let all = self.as_system("what two records say").gather(object, Cond::Ids(vec![a, b]))?;
        let at = |id| all.ids.iter().position(|known| *known == id);
        Ok(at(a).zip(at(b)).map_or_else(String::new, |(a, b)| all.mark(a, b)))
    }

    /// Opens pairs of a record and others somebody was shown while typing it.
    pub(super) fn twins_between(&mut self, object: &Arc<Object>, id: RecordId, others: &[RecordId]) -> Result<()> {
        if others.is_empty() || !can_match(object) {
            return Ok(());
        }
        let mut ids = others.to_vec();
        ids.push(id);
        let all = self.as_system("what two records say").gather(object, Cond::Ids(ids))?;
        let at = |id| all.ids.iter().position(|known| *known == id);
        let mut rows = Vec::new();
        for other in others {
            let (a, b) = (id.min(*other), id.max(*other));
            let Some((x, y)) = at(a).zip(at(b)) else { continue };
            let levels = all.matcher.levels(x as u32, y as u32);
            let said = all.fields.iter().zip(&levels).filter_map(|(field, level)| {
                let level = field.spec.kind.level((*level)?).unwrap_or("other");
                Some(Reason { field: field.key.clone(), kind: super::word(field.spec.kind).into(), level: level.into() })
            });
            let mut reasons: Vec<Reason> = said.collect();
            reasons.sort_by_key(|reason| !reason.speaks_for());
            rows.push(TwinRow {
                id: 0,
                object: object.key.clone(),
                a,
                b,
                score: TOLD,
                reasons: json!(reasons).to_string(),
                state: TwinState::Open,
                mark: all.mark(x, y),
                found_at: self.ctx.micros(),
                decided_by: None,
                decided_at: None,
            });
        }
        Ok(self.conn.twins_put(&rows)?)
    }
}

/// Where it is kept what the last search came to.
pub(super) fn setting(object: &Object) -> String {
    format!("twins.{}", object.key)
}
