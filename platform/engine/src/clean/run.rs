//! Cleaning as jobs: a look that writes nothing, the change itself, and taking it back.

use super::form::{formed, is_cleaned};
use super::odd::{Numbers, Odd, odd};
use crate::job::{Job, JobCtx, JobView, Outcome, Step};
use crate::rights::Access;
use crate::{Ctx, Engine, Result, Tx};
use akrab_model::object::FieldRight;
use akrab_model::problem::ProblemKind;
use akrab_model::value::Input;
use akrab_model::{Cond, Field, Filter, Object, Problem, Record, RecordId};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Records in one step.
const BATCH: usize = 200;
/// Changes shown of each field, and odd values of each kind.
const SHOWN: usize = 200;
const ODD_SHOWN: usize = 25;

/// What is cleaned.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CleanSpec {
    pub object: String,
    /// Which records (filter JSON); all when absent.
    pub filter: Option<Json>,
    /// Keys of the fields; all that have a form when empty.
    pub fields: Vec<String>,
}

/// A change, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CleanSample {
    pub id: RecordId,
    pub title: String,
    pub field: String,
    pub before: String,
    pub after: String,
}

/// A value that cannot be, or is far outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OddValue {
    pub id: RecordId,
    pub title: String,
    pub field: String,
    pub odd: Odd,
    pub value: Json,
}

/// What was found or done.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CleanReport {
    pub spec: CleanSpec,
    /// Whether anything was written.
    pub applied: bool,
    pub records: u64,
    /// Records that would be or were changed, and those that rules refused.
    pub changed: u64,
    pub refused: u64,
    /// How many values of each field.
    pub fields: BTreeMap<String, u64>,
    pub samples: Vec<CleanSample>,
    pub odd: Vec<OddValue>,
    /// How many odd values of each field and kind.
    pub odd_counts: BTreeMap<String, u64>,
    /// The last record looked at.
    after: RecordId,
}

/// Looks what cleaning would do, or does it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CleanJob {
    pub spec: CleanSpec,
    pub apply: bool,
}

/// Takes the changes of a cleaning back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UndoClean {
    pub job: i64,
}

impl Engine {
    /// Queues a look at what cleaning would do, or the cleaning itself; gives the job.
    ///
    /// # Errors
    /// `not_found`, `forbidden`; `invalid` for a filter or field that does not fit.
    pub async fn clean_start(&self, ctx: &Ctx, spec: CleanSpec, apply: bool) -> Result<i64> {
        ctx.require_whole()?;
        self.write(ctx, move |tx| {
            let object = tx.object(&spec.object)?;
            tx.rights.require(&object, Access::Edit)?;
            tx.clean_cond(&object, &spec)?;
            let job = tx.enqueue(&CleanJob { spec: spec.clone(), apply })?;
            if apply {
                tx.audit("bulk", None, json!({ "object": object.key, "cleaning": job }))?;
            }
            Ok(job)
        })
        .await
    }

    /// A look or a cleaning with what came of it.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn clean_report(&self, ctx: &Ctx, job: i64) -> Result<(JobView, CleanReport)> {
        let view = self.job(ctx, job).await?;
        if view.kind != CleanJob::KIND {
            return Err(Problem::not_found());
        }
        let report = serde_json::from_value(view.result.clone()).unwrap_or_default();
        Ok((view, report))
    }

    /// Queues that a cleaning is taken back; gives the job.
    ///
    /// # Errors
    /// `not_found`; `job_running` before it has ended.
    pub async fn clean_undo(&self, ctx: &Ctx, job: i64) -> Result<i64> {
        let (view, report) = self.clean_report(ctx, job).await?;
        if !report.applied || !view.state.is_over() {
            return Err(Problem::new(ProblemKind::Conflict, "job_running"));
        }
        self.write(ctx, move |tx| tx.enqueue(&UndoClean { job })).await
    }
}

impl Tx<'_> {
    fn clean_cond(&mut self, object: &Arc<Object>, spec: &CleanSpec) -> Result<Cond> {
        let filter = spec.filter.as_ref().map(Filter::from_json).transpose()?;
        self.condition(object, filter.as_ref(), None, Access::Edit)
    }

    fn clean_some(&mut self, job: &CleanJob, mut report: CleanReport, seq: i64, id: i64) -> Result<(CleanReport, bool)> {
        let object = self.object(&job.spec.object)?;
        let cond = self.clean_cond(&object, &job.spec)?;
        let registry = self.registry.clone();
        let ids = self.conn.ids_after(&registry, &object, &cond, report.after, BATCH)?;
        let may = |tx: &Tx, field: &Field| object.field_ix(&field.key).is_some_and(|ix| tx.rights.field(&object, ix) == FieldRight::Edit);
        let wanted = |field: &Field| job.spec.fields.is_empty() || job.spec.fields.iter().any(|key| *key == whole(field));
        let fields: Vec<Field> = object.fields.iter().filter(|f| is_cleaned(&object, f) && wanted(f) && may(self, f)).cloned().collect();
        let seen: Vec<Field> = object.fields.iter().filter(|f| f.writable() && may(self, f)).cloned().collect();
        let today = self.ctx.now.date();
        let mut changes = Vec::new();
        for record in self.find_all(&object.key, &ids)? {
            report.records += 1;
            for field in &seen {
                if let Some(odd) = odd(&object, field, &record, today) {
                    report.found(&record, field, odd);
                }
            }
            let mut input = Input::new();
            let mut samples = Vec::new();
            for field in &fields {
                let Some((before, after)) = formed(&object, field, &record) else { continue };
                input.insert(field.key.clone(), json!(after));
                samples.push(CleanSample { id: record.id, title: record.title().into(), field: field.key.clone(), before, after });
            }
            if input.is_empty() {
                continue;
            }
            if job.apply {
                // nobody was asked: nothing becomes fresh by it
                self.unasked = true;
                let known = self.changes.len();
                let done = self.attempt(|tx| tx.update(&object.key, record.id, &input, None));
                self.unasked = false;
                match done {
                    Ok(_) => changes.extend(self.changes.drain(known..)),
                    Err(problem) if matches!(problem.kind, ProblemKind::Busy | ProblemKind::Full | ProblemKind::Internal) => {
                        return Err(problem);
                    }
                    Err(_) => {
                        report.refused += 1;
                        continue;
                    }
                }
            }
            report.changed += 1;
            for sample in samples {
                report.keep(sample);
            }
        }
        if !changes.is_empty() {
            self.conn.job_note(id, seq, &json!({ "changes": changes }).to_string())?;
        }
        report.after = ids.last().copied().unwrap_or(report.after);
        Ok((report, ids.len() < BATCH))
    }

    /// Numbers far outside of the rest of what the actor sees.
    fn clean_outside(&mut self, spec: &CleanSpec, report: &mut CleanReport) -> Result<()> {
        let object = self.object(&spec.object)?;
        let cond = self.clean_cond(&object, spec)?;
        let number = |field: &&Field| field.kind.is_number() && field.writable() && !field.hidden;
        let fields: Vec<Field> = object
            .fields
            .iter()
            .filter(number)
            .filter(|f| object.field_ix(&f.key).is_some_and(|ix| self.rights.field(&object, ix) > FieldRight::Hidden))
            .cloned()
            .collect();
        if fields.is_empty() {
            return Ok(());
        }
        let registry = self.registry.clone();
        let mut numbers = vec![Numbers::default(); fields.len()];
        let mut after = 0;
        loop {
            let ids = self.conn.ids_after(&registry, &object, &cond, after, BATCH)?;
            for record in self.find_all(&object.key, &ids)? {
                for (field, numbers) in fields.iter().zip(&mut numbers) {
                    numbers.take(record.id, record.get(&field.key));
                }
            }
            let Some(last) = ids.last() else { break };
            after = *last;
        }
        for (field, numbers) in fields.iter().zip(&numbers) {
            let outside = numbers.outside();
            *report.odd_counts.entry(format!("{} {}", field.key, Odd::FarOutside.key())).or_default() += outside.len() as u64;
            for record in self.find_all(&object.key, &outside.into_iter().take(ODD_SHOWN).collect::<Vec<_>>())? {
                report.odd.push(value_of(&record, field, Odd::FarOutside));
            }
        }
        report.odd_counts.retain(|_, n| *n > 0);
        Ok(())
    }
}

/// A field's key; of a part of an address that of the address.
fn whole(field: &Field) -> &str {
    field.part_of.as_deref().unwrap_or(&field.key)
}

fn value_of(record: &Record, field: &Field, odd: Odd) -> OddValue {
    OddValue { id: record.id, title: record.title().into(), field: field.key.clone(), odd, value: record.get(&field.key).to_json() }
}

impl CleanReport {
    fn keep(&mut self, sample: CleanSample) {
        let count = self.fields.entry(sample.field.clone()).or_default();
        *count += 1;
        if *count <= SHOWN as u64 {
            self.samples.push(sample);
        }
    }

    fn found(&mut self, record: &Record, field: &Field, odd: Odd) {
        let count = self.odd_counts.entry(format!("{} {}", field.key, odd.key())).or_default();
        *count += 1;
        if *count <= ODD_SHOWN as u64 {
            self.odd.push(value_of(record, field, odd));
        }
    }
}

impl Job for CleanJob {
    const KIND: &'static str = "clean";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let (mut report, mut seq): (CleanReport, i64) = job.mark()?.unwrap_or_default();
        report.applied = self.apply;
        report.spec = self.spec.clone();
        loop {
            let (own, at, id) = (self.clone(), report.clone(), job.id);
            let step = job.step(move |tx| {
                let (next, ended) = tx.clean_some(&own, at.clone(), seq, id)?;
                let done = next.records as i64;
                Ok(Step { mark: json!([next, seq + 1]), value: (next, ended), done, total: None })
            });
            let (next, ended) = step.await?;
            (report, seq) = (next, seq + 1);
            if ended {
                break;
            }
        }
        if !self.apply {
            let spec = self.spec.clone();
            report = job
                .read(move |tx| {
                    tx.clean_outside(&spec, &mut report)?;
                    Ok(report)
                })
                .await?;
        }
        serde_json::to_value(report).map_err(Problem::internal)
    }
}

/// How far the taking back is: the last note, what was taken back, and what was changed since and stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Undoing {
    note: Option<i64>,
    undone: i64,
    left: i64,
}

impl Job for UndoClean {
    const KIND: &'static str = "clean_undo";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let mut so_far: Undoing = job.mark()?.unwrap_or_default();
        loop {
            let (of, at) = (self.job, so_far.clone());
            let step = job.step(move |tx| {
                let mut next = at.clone();
                let notes = tx.conn.job_notes(of, at.note.unwrap_or(-1), 1)?;
                let Some((seq, data)) = notes.first() else {
                    return Ok(Step { mark: json!(next), value: None, done: next.undone, total: None });
                };
                let noted: Json = serde_json::from_str(data).map_err(Problem::internal)?;
                for change in noted["changes"].as_array().into_iter().flatten().filter_map(Json::as_i64) {
                    tx.unasked = true;
                    match tx.attempt(|tx| tx.undo(change)) {
                        Ok(_) => next.undone += 1,
                        Err(problem) if matches!(problem.kind, ProblemKind::Busy | ProblemKind::Full | ProblemKind::Internal) => {
                            return Err(problem);
                        }
                        Err(_) => next.left += 1,
                    }
                }
                next.note = Some(*seq);
                Ok(Step { mark: json!(next), done: next.undone, total: None, value: Some(next) })
            });
            match step.await? {
                Some(next) => so_far = next,
                None => return Ok(json!({ "undone": so_far.undone, "left": so_far.left })),
            }
        }
    }
}
