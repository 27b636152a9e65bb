//! How long records stood in each stage: written with the change that moves them, and made anew from the history.

use crate::behaviour::Draft;
use crate::calendar::{Calendar, USUAL};
use crate::job::{Job, JobCtx, Outcome, Step};
use crate::read::record_of;
use crate::{Ctx, Door, Engine, Result, Tx};
use akrab_model::{Cond, Field, FieldIx, FieldType, Object, Problem, Record, RecordId, Value};
use akrab_store::Stay;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Records, or stays, dealt with in one transaction.
const BATCH: usize = 2_000;
/// Setting with the objects whose stays were made from their history.
const MADE: &str = "stays";

pub(crate) fn stage_field(object: &Object) -> Option<&Field> {
    object.fields.iter().find(|f| f.kind == FieldType::Stage)
}

impl Tx<'_> {
    /// New records begin their first stay.
    pub(crate) fn stays_begin(&mut self, object: &Object, drafts: &[Draft]) -> Result<()> {
        let Some(field) = stage_field(object) else { return Ok(()) };
        let now = self.ctx.micros();
        let stays: Vec<Stay> = drafts
            .iter()
            .filter_map(|draft| {
                let at = entered(object, &draft.after).or_else(|| micros(draft.get("created_at"))).unwrap_or(now).min(now);
                Some(first(draft.after.id, draft.after.link(&field.key)?, at))
            })
            .collect();
        Ok(self.conn.stays_add(&object.key, &stays)?)
    }

    /// A record has gone from one stage to another: one stay ends, the next begins. What is taken back was no move.
    pub(crate) fn stays_move(&mut self, object: &Object, draft: &Draft) -> Result<()> {
        let Some(field) = stage_field(object).filter(|field| draft.changed(&field.key)) else { return Ok(()) };
        let (record, to) = (draft.after.id, draft.after.link(&field.key));
        let now = self.ctx.micros();
        let all = self.conn.stays(&object.key, record)?;
        let open = all.last().filter(|stay| stay.left_at.is_none());
        if let (Some(open), Some(before), Door::Undo) = (open, all.len().checked_sub(2).and_then(|n| all.get(n)), self.ctx.door)
            && Some(before.stage) == to
            && before.next == Some(open.stage)
        {
            self.conn.stay_drop(open.id)?;
            return Ok(self.conn.stay_end(before.id, None, None, None)?);
        }
        if let Some(open) = open {
            let worked = self.worked(open.stage, open.entered_at, now)?;
            self.conn.stay_end(open.id, Some(now.max(open.entered_at)), to, worked)?;
        }
        let Some(to) = to else { return Ok(()) };
        let since = all.last().map_or(0, |stay| stay.left_at.unwrap_or(stay.entered_at));
        let at = entered(object, &draft.after).unwrap_or(now).clamp(since.min(now), now);
        let visit = all.iter().filter(|stay| stay.stage == to).count() as i64 + 1;
        Ok(self.conn.stays_add(&object.key, &[Stay { visit, ..first(record, to, at) }])?)
    }

    /// Working time in microseconds, by the calendar of the map over the stage.
    fn worked(&mut self, stage: RecordId, from: i64, to: i64) -> Result<Option<i64>> {
        let key = self.engine.processes().of_stage(stage).map_or_else(|| USUAL.to_string(), |process| process.decl.calendar.clone());
        let calendar = self.calendar_known(&key)?;
        Ok(worked(&calendar, from, to))
    }

    /// The stays of some records made anew from their history: (record, stage now, when it was made).
    fn stays_remade(&mut self, object: &Object, field: &Field, records: &[Record], calendars: &HashMap<RecordId, Calendar>) -> Result<()> {
        let mut made = Vec::new();
        for record in records {
            let created = micros(record.get("created_at")).unwrap_or_default();
            let mut moves: Vec<(i64, Option<RecordId>, Option<RecordId>)> = Vec::new();
            for change in self.conn.changes(&object.key, record.id, None, 10_000)?.iter().rev() {
                let Ok(Json::Object(diff)) = serde_json::from_str::<Json>(&change.diff) else { continue };
                let Some(pair) = diff.get(&field.key) else { continue };
                let step = (change.at, pair[0].as_i64(), pair[1].as_i64());
                match (moves.last(), change.door.as_str()) {
                    // what was taken back was no move
                    (Some((_, from, to)), "undo") if (*from, *to) == (step.2, step.1) => drop(moves.pop()),
                    _ => moves.push(step),
                }
            }
            let begun = moves.first().map_or_else(|| record.link(&field.key), |(_, from, _)| *from);
            let at = if moves.is_empty() { entered(object, record).unwrap_or(created) } else { created };
            let mut path: Vec<(i64, Option<RecordId>)> = vec![(at, begun)];
            path.extend(moves.iter().map(|(at, _, to)| (*at, *to)));
            for (n, (at, stage)) in path.iter().enumerate() {
                let Some(stage) = *stage else { continue };
                let left = path.get(n + 1);
                let visit = path[..n].iter().filter(|(_, earlier)| *earlier == Some(stage)).count() as i64 + 1;
                let left_at = left.map(|(end, _)| (*end).max(*at));
                let worked = left_at.zip(calendars.get(&stage).or_else(|| calendars.get(&0))).and_then(|(end, c)| worked(c, *at, end));
                made.push(Stay { left_at, next: left.and_then(|(_, next)| *next), worked, visit, ..first(record.id, stage, *at) });
            }
        }
        Ok(self.conn.stays_add(&object.key, &made)?)
    }

    /// The calendar that counts in each stage; the usual one under 0.
    fn calendars_of_stages(&mut self) -> Result<HashMap<RecordId, Calendar>> {
        let mut found = HashMap::from([(0, self.calendar(USUAL)?)]);
        for process in self.engine.processes().all().to_vec() {
            if let Ok(calendar) = self.calendar(&process.decl.calendar) {
                found.extend(process.stages.iter().map(|stage| (stage.id, calendar.clone())));
            }
        }
        Ok(found)
    }

    /// Tells the way sample records came: through which stages, and when they entered each, the first one first. The
    /// history of the record and its stays are written as if it had been moved by hand.
    ///
    /// # Errors
    /// `forbidden` for anybody but the program itself; what the database answers.
    pub fn load_ways(&mut self, object: &Arc<Object>, ways: &[(RecordId, Option<RecordId>, Vec<(RecordId, Timestamp)>)]) -> Result<()> {
        if self.ctx.person().is_some() {
            return Err(Problem::forbidden());
        }
        let Some(field) = stage_field(object) else { return Ok(()) };
        let calendars = self.calendars_of_stages()?;
        let (mut changes, mut stays) = (Vec::new(), Vec::new());
        for (record, actor, way) in ways {
            self.conn.stays_drop(&object.key, Some(*record))?;
            for (n, (stage, at)) in way.iter().enumerate() {
                let (entered, left) = (at.as_microsecond(), way.get(n + 1));
                let left_at = left.map(|(_, at)| at.as_microsecond().max(entered));
                let visit = way[..n].iter().filter(|(earlier, _)| earlier == stage).count() as i64 + 1;
                let calendar = calendars.get(stage).or_else(|| calendars.get(&0));
                let worked = left_at.zip(calendar).and_then(|(end, c)| worked(c, entered, end));
                stays.push(Stay { left_at, next: left.map(|(next, _)| *next), worked, visit, ..first(*record, *stage, entered) });
                if let Some((next, at)) = left {
                    let diff = json!({ &field.key: [stage, next] }).to_string();
                    let change = self.change(object, *record, "update", diff);
                    changes.push(akrab_store::Change { at: at.as_microsecond(), actor: *actor, ..change });
                }
            }
        }
        self.conn.add_changes(&changes)?;
        Ok(self.conn.stays_add(&object.key, &stays)?)
    }
}

impl Engine {
    /// Makes the stays of objects whose records moved before stays were kept, once.
    pub(crate) async fn fill_stays(&self) -> Result<()> {
        let ctx = self.system("stays of earlier moves", Door::Job);
        let kept = self.read(&ctx, |tx| Ok(tx.conn.setting_get(MADE)?)).await?;
        let made: BTreeSet<String> = kept.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let staged: BTreeSet<String> =
            self.registry().objects().filter(|o| stage_field(o).is_some() && !o.is_system()).map(|o| o.key.clone()).collect();
        let due: Vec<String> = staged.difference(&made).cloned().collect();
        if due.is_empty() {
            return Ok(());
        }
        for key in &due {
            self.remake_stays(&ctx, key).await?;
        }
        let text = serde_json::to_string(&made.union(&staged).collect::<Vec<_>>()).map_err(Problem::internal)?;
        self.write(&ctx, move |tx| Ok(tx.conn.setting_set(MADE, &text)?)).await
    }

    /// Makes the stays of all records of an object anew from their history.
    ///
    /// # Errors
    /// `forbidden` for anybody but the program itself; what the database answers.
    pub async fn remake_stays(&self, ctx: &Ctx, object: &str) -> Result<()> {
        if ctx.person().is_some() {
            return Err(Problem::forbidden());
        }
        let object = self.object(object)?;
        let mut after = Some(0);
        while let Some(from) = after {
            let table = object.clone();
            after = self
                .write(ctx, move |tx| {
                    if from == 0 {
                        tx.conn.stays_drop(&table.key, None)?;
                    }
                    tx.remake_page(&table, from)
                })
                .await?;
        }
        Ok(())
    }
}

impl Tx<'_> {
    fn remake_page(&mut self, object: &Arc<Object>, after: RecordId) -> Result<Option<RecordId>> {
        let Some(field) = stage_field(object) else { return Ok(None) };
        let registry = self.registry.clone();
        let ids = self.conn.lock_after(object, after, BATCH)?;
        let since = object.decl.board.as_ref().and_then(|b| b.since.as_deref());
        let columns: Vec<FieldIx> =
            [Some(field.key.as_str()), Some("created_at"), since].into_iter().flatten().filter_map(|key| object.field_ix(key)).collect();
        let rows = self.conn.rows(&registry, object, &ids, &columns, &Cond::True)?;
        let records: Vec<Record> = rows.into_iter().map(|row| record_of(object, &columns, row)).collect();
        let calendars = self.calendars_of_stages()?;
        self.stays_remade(object, field, &records, &calendars)?;
        Ok(ids.last().copied().filter(|_| ids.len() == BATCH))
    }
}

/// Counts the working time of a map's past anew, after it was given another calendar.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CountStays {
    pub process: String,
}

impl Job for CountStays {
    const KIND: &'static str = "count_stays";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let (mut last, mut counted): (i64, i64) = job.mark()?.unwrap_or_default();
        loop {
            let (key, from, so_far) = (self.process.clone(), last, counted);
            let step = job.step(move |tx| {
                let found = tx.count_stays(&key, from)?;
                let (at, n) = found.unwrap_or((from, 0));
                Ok(Step { value: found, mark: json!([at, so_far + n]), done: so_far + n, total: None })
            });
            let Some((at, n)) = step.await? else { return Ok(json!({ "counted": counted })) };
            (last, counted) = (at, counted + n);
        }
    }
}

impl Tx<'_> {
    /// Counts the next stays; gives the last one and how many, none when none are left.
    fn count_stays(&mut self, key: &str, after: i64) -> Result<Option<(i64, i64)>> {
        let Some(process) = self.engine.processes().get(key).cloned() else { return Ok(None) };
        let calendar = self.calendar(&process.decl.calendar)?;
        let stages: Vec<RecordId> = process.stages.iter().map(|stage| stage.id).collect();
        let found = self.conn.stays_after(&process.decl.object, &stages, after, BATCH)?;
        let Some(last) = found.last().map(|stay| stay.id) else { return Ok(None) };
        let rows: Vec<(i64, i64)> =
            found.iter().filter_map(|stay| Some((stay.id, worked(&calendar, stay.entered_at, stay.left_at?)?))).collect();
        self.conn.stays_worked(&rows)?;
        Ok(Some((last, rows.len() as i64)))
    }
}

fn first(record: RecordId, stage: RecordId, at: i64) -> Stay {
    Stay { id: 0, record, stage, entered_at: at, left_at: None, next: None, worked: None, visit: 1 }
}

/// When a record says it came to where it is.
fn entered(object: &Object, record: &Record) -> Option<i64> {
    micros(record.get(object.decl.board.as_ref()?.since.as_deref()?))
}

fn micros(value: &Value) -> Option<i64> {
    if let Value::Time(at) = value { Some(at.as_microsecond()) } else { None }
}

/// Working time between two moments in microseconds.
pub(super) fn worked(calendar: &Calendar, from: i64, to: i64) -> Option<i64> {
    let moment = |at: i64| Timestamp::from_microsecond(at).ok();
    let elapsed = calendar.elapsed(moment(from)?, moment(to)?).ok()?;
    i64::try_from(elapsed.as_micros()).ok()
}
