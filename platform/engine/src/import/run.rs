//! The import as a job: chunk after chunk, each with its checkpoint, or all of them tried out.

use super::ImportSpec;
use super::judge::{self, Tally};
use super::memory::Memory;
use super::plan::Plan;
use super::report::{ChunkNote, Counts, FIRST, ImportReport};
use super::source::{self, Line, Shape};
use crate::job::{Job, JobCtx, Outcome, Step};
use crate::{Door, Result};
use akrab_model::Problem;
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
        let plan = Arc::new(Plan::new(&job.engine, &job.ctx, &self.spec)?);
        // a trial keeps what it knows in memory alone and begins anew
        let mut mark: Mark = if self.dry { Mark::default() } else { job.mark()?.unwrap_or_default() };
        mark.report.dry = self.dry;
        mark.report.file_name = file.name.clone();
        mark.report.header = shape.header.clone();
        mark.report.spec = Some(self.spec.clone());
        let memory = Arc::new(Mutex::new(Memory::default()));
        let mut lines = source::stream(path, shape.layout.clone(), mark.rows);
        while let Some(chunk) = lines.recv().await {
            let chunk = Arc::new(chunk?);
            mark = if self.dry {
                self.try_out(&job, &plan, &shape, chunk, mark, memory.clone()).await?
            } else {
                self.keep(&job, &plan, &shape, chunk, mark).await?
            };
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
            note(tx, id, mark.chunks, tally, changes)?;
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
        mark: Mark,
        memory: Arc<Mutex<Memory>>,
    ) -> Result<Mark> {
        let (total, id, count) = (shape.rows as i64, job.id, lines.len());
        let (plan, judged) = (plan.clone(), memory.clone());
        let now = job.now().await?;
        let tally = job.engine.try_out(&now, move |tx| {
            let mut memory = judged.lock().map_err(Problem::internal)?;
            memory.rewind();
            judge::chunk(tx, &plan, &lines, &mut memory, false)
        });
        let tally = tally.await?;
        memory.lock().map_err(Problem::internal)?.settle();
        let mark = mark.after(count, &tally);
        let tally = Arc::new(Mutex::new(tally.notes));
        job.step(move |tx| {
            let notes = tally.lock().map_err(Problem::internal)?.clone();
            note(tx, id, mark.chunks, Tally { notes, ..Tally::default() }, Vec::new())?;
            Ok(Step { mark: json!({ "rows": mark.rows }), done: mark.rows as i64, total: Some(total), value: mark.clone() })
        })
        .await
    }
}

impl Mark {
    fn after(mut self, rows: usize, tally: &Tally) -> Mark {
        self.rows += rows as u64;
        self.chunks += 1;
        let report = &mut self.report;
        report.counts.add(&tally.counts);
        report.notes += tally.notes.len() as u64;
        for note in &tally.notes {
            *report.by_verdict.entry(note.verdict).or_default() += 1;
        }
        let room = FIRST.saturating_sub(report.first.len());
        report.first.extend(tally.notes.iter().take(room).cloned());
        let room = 3_usize.saturating_sub(report.samples.len());
        report.samples.extend(tally.samples.iter().take(room).cloned());
        self
    }
}

fn note(tx: &mut crate::Tx, job: i64, chunk: i64, tally: Tally, changes: Vec<i64>) -> Result<()> {
    let note = ChunkNote { notes: tally.notes, changes };
    Ok(tx.conn.job_note(job, chunk, &serde_json::to_string(&note).map_err(Problem::internal)?)?)
}

impl Counts {
    /// Rows whose content is in the workspace afterwards.
    pub fn taken(&self) -> u64 {
        self.created + self.updated + self.unchanged
    }
}
