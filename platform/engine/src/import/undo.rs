//! Taking a whole job back: what it made goes to the bin, what it changed gets its old values,
//! unless somebody has changed it since; that is listed.

use super::report::ChunkNote;
use crate::job::{Job, JobCtx, JobView, Outcome, Queued, Step};
use crate::{Access, Ctx, Door, Engine, Result, Tx};
use akrab_model::object::FieldRight;
use akrab_model::problem::ProblemKind;
use akrab_model::value::Input;
use akrab_model::{Problem, Value};
use akrab_store::{Bin, Change};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// Changes taken back together.
const BATCH: usize = 500;
/// Things left as they are that are listed by name.
const LISTED: usize = 500;

/// Takes back everything the job `of` has written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UndoJob {
    pub of: i64,
    /// Kind of the job taken back and the object it was about, for people to know it by.
    #[serde(default)]
    kind: String,
    #[serde(default)]
    spec: Json,
}

/// What became of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UndoReport {
    pub of: i64,
    /// New records now in the bin.
    pub removed: u64,
    /// Changed records with their old values again.
    pub restored: u64,
    /// Left as they are, wholly or in part.
    pub kept: u64,
    /// (object, id, title, field or empty for the whole record).
    pub listed: Vec<(String, i64, String, String)>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Mark {
    /// Chunks are taken from the last to the first; this one is next.
    chunk: i64,
    /// Changes of it done, from its end.
    done: usize,
    total: i64,
    report: UndoReport,
}

impl Engine {
    /// Queues the undoing of an import (within seven days) or a bulk edit (within a day).
    ///
    /// # Errors
    /// `not_found`; `undo_too_late`; `undo_queued` when it was asked for before; `undo_not_over`
    /// while the job is running.
    pub async fn job_undo(&self, ctx: &Ctx, of: i64) -> Result<i64> {
        ctx.require_whole()?;
        let conflict = |code| Problem::new(ProblemKind::Conflict, code);
        let view = self.job(ctx, of).await?;
        let until = undo_until(&view).ok_or_else(Problem::not_found)?;
        if !view.state.is_over() {
            return Err(conflict("undo_not_over"));
        }
        if self.now().timestamp() > until {
            return Err(conflict("undo_too_late"));
        }
        let undo = UndoJob { of, kind: view.kind, spec: json!({ "object": view.payload["spec"]["object"] }) };
        let queued = Queued { unique_key: Some(undo_key(of)), ..Queued::of(&undo)? };
        self.write(ctx, move |tx| tx.queue(&queued)?.ok_or_else(|| conflict("undo_queued"))).await
    }

    /// What may still be taken back of a job: whether it may be now, and the job that has done so already.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn job_undone(&self, ctx: &Ctx, job: &JobView) -> Result<(bool, Option<i64>)> {
        let Some(until) = undo_until(job).filter(|_| job.state.is_over()) else { return Ok((false, None)) };
        let of = job.id;
        let by = self.read(ctx, move |tx| Ok(tx.conn.job_keyed(&undo_key(of))?)).await?;
        Ok((by.is_none() && self.now().timestamp() <= until, by))
    }
}

/// A job is taken back once.
fn undo_key(of: i64) -> String {
    format!("undo:{of}")
}

/// Until when a job may be taken back; none for those that never can.
fn undo_until(job: &JobView) -> Option<jiff::Timestamp> {
    let days = match job.kind.as_str() {
        "import" if job.payload["dry"] != json!(true) => 7,
        "bulk" => 1,
        _ => return None,
    };
    let ended = job.finished_at.unwrap_or(job.created_at);
    ended.checked_add(jiff::SignedDuration::from_hours(24 * days)).ok()
}

impl Job for UndoJob {
    const KIND: &'static str = "undo";

    async fn run(self, mut job: JobCtx) -> Result<Outcome> {
        job.ctx.door = Door::Undo;
        let of = self.of;
        let mut mark: Mark = match job.mark()? {
            Some(mark) => mark,
            None => {
                let chunks = job.read(move |tx| all_chunks(tx, of)).await?;
                let total = chunks.iter().map(|(_, n)| *n as i64).sum();
                Mark {
                    chunk: chunks.last().map_or(-1, |(seq, _)| *seq),
                    total,
                    report: UndoReport { of, ..UndoReport::default() },
                    ..Mark::default()
                }
            }
        };
        let mut passed = 0;
        while mark.chunk >= 0 {
            mark = job
                .step(move |tx| {
                    let mut mark = mark.clone();
                    let changes = chunk(tx, of, mark.chunk)?;
                    let rest = changes.len().saturating_sub(mark.done);
                    let batch: Vec<i64> = changes[..rest].iter().rev().take(BATCH).copied().collect();
                    for id in &batch {
                        take_back(tx, of, *id, &mut mark.report)?;
                    }
                    mark.done += batch.len();
                    let done = passed + batch.len() as i64;
                    if mark.done >= changes.len() {
                        (mark.chunk, mark.done) = (mark.chunk - 1, 0);
                    }
                    Ok(Step { mark: json!(mark), done, total: Some(mark.total), value: (mark, done) })
                })
                .await
                .map(|(mark, done)| {
                    passed = done;
                    mark
                })?;
        }
        Ok(json!(mark.report))
    }
}

fn chunk(tx: &mut Tx, job: i64, seq: i64) -> Result<Vec<i64>> {
    let found = tx.conn.job_notes(job, seq - 1, 1)?;
    Ok(found.first().filter(|(n, _)| *n == seq).map_or_else(Vec::new, |(_, data)| changes_in(data)))
}

fn all_chunks(tx: &mut Tx, job: i64) -> Result<Vec<(i64, usize)>> {
    let mut found = Vec::new();
    let mut after = -1;
    loop {
        let notes = tx.conn.job_notes(job, after, 50)?;
        let Some(last) = notes.last() else { return Ok(found) };
        after = last.0;
        found.extend(notes.iter().map(|(seq, data)| (*seq, changes_in(data).len())));
    }
}

fn changes_in(data: &str) -> Vec<i64> {
    serde_json::from_str::<ChunkNote>(data).unwrap_or_default().changes
}

fn take_back(tx: &mut Tx, of: i64, id: i64, report: &mut UndoReport) -> Result<()> {
    let Some(change) = tx.conn.change(id)? else { return Ok(()) };
    let answer = tx.attempt(|tx| match change.kind.as_str() {
        "update" => restore_fields(tx, &change, report),
        _ => take_back_whole(tx, of, &change, report),
    });
    match answer {
        Ok(()) => Ok(()),
        Err(p) if matches!(p.kind, ProblemKind::Busy | ProblemKind::Full | ProblemKind::Internal) => Err(p),
        // out of reach by now, or in use in a way that forbids it: it stays
        Err(_) => keep(tx, &change, "", report),
    }
}

/// A record that was made goes to the bin, one that was deleted comes back.
fn take_back_whole(tx: &mut Tx, of: i64, change: &Change, report: &mut UndoReport) -> Result<()> {
    let own = [format!("job-{of}"), tx.ctx.request.clone()];
    let since = tx.conn.changes(&change.object, change.record, None, 20)?;
    if since.iter().any(|c| !own.contains(&c.request) && c.id > change.id) {
        return keep(tx, change, "", report);
    }
    match change.kind.as_str() {
        "create" => {
            tx.undo(change.id)?;
            report.removed += 1;
        }
        "delete" => {
            tx.undo(change.id)?;
            report.restored += 1;
        }
        _ => {}
    }
    Ok(())
}

/// Fields that still have the value they were given get the old one.
fn restore_fields(tx: &mut Tx, change: &Change, report: &mut UndoReport) -> Result<()> {
    let object = tx.object(&change.object)?;
    let record = tx.load_for(&object, change.record, Access::Edit, Bin::Living)?;
    let diff: serde_json::Map<String, Json> = serde_json::from_str(&change.diff).map_err(Problem::internal)?;
    let mut input = Input::new();
    let mut stays = Vec::new();
    for (key, pair) in diff {
        let Some(field) = object.field(&key).filter(|f| f.writable()) else { continue };
        if object.field_ix(&key).is_none_or(|ix| tx.rights.field(&object, ix) == FieldRight::Hidden) {
            // not his to know of by now
            stays.push(String::new());
            continue;
        }
        let present = match record.get(&key) {
            Value::Links(rows) => Json::Array(rows.iter().map(|r| r.to_json(field)).collect()),
            value => value.to_json(),
        };
        if present == pair[1] {
            input.insert(key, pair[0].clone());
        } else {
            stays.push(key);
        }
    }
    if !input.is_empty() {
        // taking back confirms nothing
        tx.unasked = true;
        let restored = tx.update(&change.object, change.record, &input, None);
        tx.unasked = false;
        restored?;
        report.restored += 1;
    }
    for key in stays {
        keep(tx, change, &key, report)?;
    }
    Ok(())
}

fn keep(tx: &mut Tx, change: &Change, field: &str, report: &mut UndoReport) -> Result<()> {
    report.kept += 1;
    if report.listed.len() < LISTED {
        // it may lie out of his sight by now
        let object = tx.object(&change.object)?.ix;
        let title = tx.titles_of(object, &[change.record])?.pop().map_or_else(String::new, |(_, title)| title);
        report.listed.push((change.object.clone(), change.record, title, field.into()));
    }
    Ok(())
}
