//! The import as a job: chunk after chunk, each with its checkpoint, or all of them tried out.

use super::ImportSpec;
use super::judge::{self, Tally};
use super::later::{self, Later};
use super::memory::Memory;
use super::plan::Plan;
use super::report::{ChunkNote, Counts, FIRST, ImportReport, LOOKED_AT, Note};
use super::source::{self, Line, Shape};
use super::twins;
use crate::job::{Job, JobCtx, Outcome, Step};
use crate::{Door, Result};
use akrab_model::Problem;
use akrab_model::text::fold;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::{Arc, Mutex};

/// An import, or with `dry` its trial.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImportJob {
    pub spec: ImportSpec,
    pub dry: bool,
}

/// How far a run is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Mark {
    /// Rows done, and the chunks they were in.
    rows: u64,
    chunks: i64,
    /// Chunks whose waiting links are set.
    linked: i64,
    report: ImportReport,
}

impl Job for ImportJob {
    const KIND: &'static str = "import";

    async fn run(self, mut job: JobCtx) -> Result<Outcome> {
        job.ctx.door = Door::Import;
        let file = job.engine.file(&job.ctx, self.spec.file).await?;
        let path = job.engine.file_local(&file).await?;
        let (at, sheet) = (path.clone(), self.spec.sheet.clone());
        let shape = tokio::task::spawn_blocking(move || source::inspect(&at, sheet.as_deref())).await.map_err(Problem::internal)??;
        let mut plan = Plan::new(&job.engine, &job.ctx, &self.spec)?;
        let (at, layout) = (path.clone(), shape.clone());
        let plan = tokio::task::spawn_blocking(move || plan.look(&at, &layout).map(|()| plan)).await.map_err(Problem::internal)??;
        let plan = Arc::new(plan);
        // a trial keeps what it knows in memory alone and begins anew
        let mut mark: Mark = if self.dry { Mark::default() } else { job.mark()?.unwrap_or_default() };
        mark.report.dry = self.dry;
        mark.report.file_name = file.name.clone();
        mark.report.header = shape.header.clone();
        mark.report.spec = Some(self.spec.clone());
        let (memory, mut waiting) = (Arc::new(Mutex::new(Memory::default())), Vec::new());
        let mut lines = source::stream(path, shape.layout.clone(), mark.rows);
        while let Some(chunk) = lines.recv().await {
            let chunk = Arc::new(chunk?);
            mark = if self.dry {
                self.try_out(&job, &plan, &shape, chunk, (mark, memory.clone(), &mut waiting)).await?
            } else {
                self.keep(&job, &plan, &shape, chunk, mark).await?
            };
        }
        if plan.seen.is_inward() {
            mark = if self.dry { self.try_links(&job, mark, &memory, &waiting).await? } else { self.link(&job, &plan, mark).await? };
        }
        if !self.dry {
            mark.report.search = twins::search(&job, &plan.object.key, &mark.report).await?;
        }
        Ok(json!(mark.report))
    }
}

impl ImportJob {
    /// Writes a chunk and its checkpoint in one transaction.
    async fn keep(&self, job: &JobCtx, plan: &Arc<Plan>, shape: &Shape, lines: Arc<Vec<Line>>, mark: Mark) -> Result<Mark> {
        let (plan, total, id) = (plan.clone(), shape.rows as i64, job.id);
        job.step(move |tx| {
            let tally = judge::chunk(tx, &plan, &lines, &mut Memory::default(), true)?;
            let changes = std::mem::take(&mut tx.changes);
            let mark = mark.clone().after(lines.len(), &tally);
            note(tx, id, mark.chunks, ChunkNote { notes: tally.notes, changes, later: tally.later })?;
            Ok(Step { mark: json!(mark), done: mark.rows as i64, total: Some(total), value: mark })
        })
        .await
    }

    /// Judges a chunk, takes its writes back and notes what it came to.
    async fn try_out(
        &self,
        job: &JobCtx,
        plan: &Arc<Plan>,
        shape: &Shape,
        lines: Arc<Vec<Line>>,
        (mark, memory, waiting): (Mark, Arc<Mutex<Memory>>, &mut Vec<Later>),
    ) -> Result<Mark> {
        let (total, id, count) = (shape.rows as i64, job.id, lines.len());
        let (plan, judged) = (plan.clone(), memory.clone());
        let now = job.now().await?;
        let looks = LOOKED_AT.saturating_sub(mark.rows);
        let tally = job.engine.try_out(&now, move |tx| {
            let mut memory = judged.lock().map_err(Problem::internal)?;
            memory.rewind();
            memory.looks = looks;
            judge::chunk(tx, &plan, &lines, &mut memory, false)
        });
        let mut tally = tally.await?;
        memory.lock().map_err(Problem::internal)?.settle();
        waiting.append(&mut tally.later);
        let mark = mark.after(count, &tally);
        let notes = tally.notes;
        job.step(move |tx| {
            note(tx, id, mark.chunks, ChunkNote { notes: notes.clone(), ..ChunkNote::default() })?;
            Ok(Step { mark: json!({ "rows": mark.rows }), done: mark.rows as i64, total: Some(total), value: mark.clone() })
        })
        .await
    }

    /// Sets the links that waited for their records, a chunk at a time.
    async fn link(&self, job: &JobCtx, plan: &Arc<Plan>, mut mark: Mark) -> Result<Mark> {
        let id = job.id;
        while mark.linked < mark.chunks {
            let seq = mark.linked + 1;
            let waiting = job.read(move |tx| waiting(tx, id, seq)).await?;
            mark.linked = seq;
            if waiting.is_empty() {
                continue;
            }
            let plan = plan.clone();
            mark = job
                .step(move |tx| {
                    let notes = later::settle(tx, &plan, &waiting)?;
                    let changes = std::mem::take(&mut tx.changes);
                    let mark = mark.clone().linked(&notes);
                    note(tx, id, mark.chunks, ChunkNote { notes, changes, later: Vec::new() })?;
                    Ok(Step { mark: json!(mark), done: mark.rows as i64, total: Some(mark.rows as i64), value: mark })
                })
                .await?;
        }
        Ok(mark)
    }

    /// Tells of links whose records a trial has refused.
    async fn try_links(&self, job: &JobCtx, mark: Mark, memory: &Mutex<Memory>, waiting: &[Later]) -> Result<Mark> {
        let mut notes = Vec::new();
        {
            let memory = memory.lock().map_err(Problem::internal)?;
            for one in waiting.iter().filter(|one| !memory.is_called(&fold(&one.text))) {
                notes.extend(one.missing()?);
            }
        }
        if notes.is_empty() {
            return Ok(mark);
        }
        let (id, mark) = (job.id, mark.linked(&notes));
        job.step(move |tx| {
            note(tx, id, mark.chunks, ChunkNote { notes: notes.clone(), ..ChunkNote::default() })?;
            Ok(Step { mark: json!({ "rows": mark.rows }), done: mark.rows as i64, total: Some(mark.rows as i64), value: mark.clone() })
        })
        .await
    }
}

/// Links that a chunk has left to be set.
fn waiting(tx: &mut crate::Tx, job: i64, seq: i64) -> Result<Vec<Later>> {
    let found = tx.conn.job_notes(job, seq - 1, 1)?;
    let chunk = found.into_iter().next().filter(|(n, _)| *n == seq);
    Ok(chunk.map(|(_, data)| serde_json::from_str::<ChunkNote>(&data).unwrap_or_default().later).unwrap_or_default())
}

impl Mark {
    fn after(mut self, rows: usize, tally: &Tally) -> Mark {
        self.rows += rows as u64;
        self.chunks += 1;
        self.tell(&tally.notes);
        let report = &mut self.report;
        report.counts.add(&tally.counts);
        report.alike += tally.alike;
        for (object, n) in &tally.made {
            *report.made.entry(object.clone()).or_default() += n;
        }
        let room = 3_usize.saturating_sub(report.samples.len());
        report.samples.extend(tally.samples.iter().take(room).cloned());
        self
    }

    /// Waiting links of a chunk are set; these are not.
    fn linked(mut self, notes: &[Note]) -> Mark {
        self.chunks += 1;
        self.report.counts.blanked += notes.len() as u64;
        self.tell(notes);
        self
    }

    fn tell(&mut self, notes: &[Note]) {
        let report = &mut self.report;
        report.notes += notes.len() as u64;
        for note in notes {
            *report.by_verdict.entry(note.verdict).or_default() += 1;
        }
        let room = FIRST.saturating_sub(report.first.len());
        report.first.extend(notes.iter().take(room).cloned());
    }
}

fn note(tx: &mut crate::Tx, job: i64, chunk: i64, note: ChunkNote) -> Result<()> {
    Ok(tx.conn.job_note(job, chunk, &serde_json::to_string(&note).map_err(Problem::internal)?)?)
}

impl Counts {
    /// Rows whose content is in the workspace afterwards.
    pub fn taken(&self) -> u64 {
        self.created + self.updated + self.unchanged
    }
}
