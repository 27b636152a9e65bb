//! The archive as a job of an administrator. What it makes, he alone may fetch.

use super::write::{self, Progress};
use crate::file::failure;
use crate::job::{Job, JobCtx, JobFilter, JobView, Outcome, Step};
use crate::{Ctx, Engine, Result};
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Between two looks at how far it is.
const LOOK: Duration = Duration::from_millis(500);

/// Writes the whole workspace into an archive.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ArchiveJob {}

/// What became of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ArchiveReport {
    /// For showing: `kopi-nusantara-2026-03-04.akrab.zip`.
    pub name: String,
    /// Where it lies among the archives.
    pub place: String,
    pub records: u64,
    pub rows: u64,
    pub files: u64,
    pub bytes: u64,
    /// Records by object.
    pub objects: Json,
}

impl Engine {
    /// Queues an archive of the whole workspace; gives the job.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `archive_running` while another is being written.
    pub async fn archive_start(&self, ctx: &Ctx) -> Result<i64> {
        ctx.require_whole()?;
        if !ctx.is_admin() {
            return Err(Problem::forbidden());
        }
        let states = vec![crate::JobState::Ready, crate::JobState::Leased];
        let filter = JobFilter { states, kind: Some(ArchiveJob::KIND.into()), limit: 1, ..JobFilter::default() };
        if !self.jobs(ctx, &filter).await?.is_empty() {
            return Err(Problem::new(ProblemKind::Conflict, "archive_running"));
        }
        self.write(ctx, |tx| tx.enqueue(&ArchiveJob {})).await
    }

    /// A finished archive for whoever asked for it, and for nobody else.
    ///
    /// # Errors
    /// `not_found`, also when it was swept away after a week.
    pub async fn archive_fetch(&self, ctx: &Ctx, job: i64) -> Result<(std::fs::File, ArchiveReport)> {
        let view = self.job(ctx, job).await?;
        let own = view.actor.is_some() && view.actor == ctx.user_id();
        if view.kind != ArchiveJob::KIND || !own || !ctx.is_admin() {
            return Err(Problem::not_found());
        }
        let report = report(&view).ok_or_else(Problem::not_found)?;
        let file = std::fs::File::open(self.archive_place(&report.place)?).map_err(|_| Problem::not_found())?;
        let detail = json!({ "name": report.name, "job": job });
        self.write(ctx, move |tx| tx.audit("archive_taken", None, detail.clone())).await?;
        Ok((file, report))
    }

    /// Whether the archive of a job can still be fetched by this person.
    pub fn archive_there(&self, ctx: &Ctx, job: &JobView) -> bool {
        let own = job.actor.is_some() && job.actor == ctx.user_id();
        own && report(job).and_then(|r| self.archive_place(&r.place).ok()).is_some_and(|place| place.exists())
    }

    /// Writes the workspace into a file of the operator's choosing.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators and the program itself; those of disk and database.
    pub async fn archive_write(&self, ctx: &Ctx, path: PathBuf, seen: impl Fn(u64, u64) + Send + 'static) -> Result<ArchiveReport> {
        if !ctx.is_admin() {
            return Err(Problem::forbidden());
        }
        self.files_at_hand(ctx).await?;
        let progress = Arc::new(Progress::default());
        let (to, watched) = (path.clone(), progress.clone());
        let writing = self.read(ctx, move |tx| write::whole(tx, &to, &watched));
        tokio::pin!(writing);
        let manifest = loop {
            tokio::select! {
                done = &mut writing => break done,
                () = tokio::time::sleep(LOOK) => seen(progress.rows.load(Ordering::Relaxed), progress.total.load(Ordering::Relaxed)),
            }
        };
        let told = match manifest {
            Ok(manifest) => self.archive_told(ctx, &manifest, &path).await,
            Err(problem) => Err(problem),
        };
        if told.is_err() {
            // half an archive is worth nothing
            let _ = std::fs::remove_file(&path);
        }
        told
    }

    async fn archive_told(&self, ctx: &Ctx, manifest: &super::Manifest, path: &std::path::Path) -> Result<ArchiveReport> {
        let bytes = std::fs::metadata(path).map_err(failure)?.len();
        let report = ArchiveReport {
            name: format!("{}-{}.akrab.zip", slug(&manifest.company), ctx.now.date()),
            place: path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
            records: manifest.records(),
            rows: manifest.entries.iter().filter_map(|e| Some(e.table.as_ref()?.rows)).sum(),
            files: manifest.files() as u64,
            bytes,
            objects: write::told(manifest),
        };
        let detail = json!({ "records": report.records, "files": report.files, "bytes": report.bytes });
        self.write(ctx, move |tx| tx.audit("archive", None, detail.clone())).await?;
        Ok(report)
    }

    /// Tells the audit trail that this workspace came out of an archive.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn archive_arrived(&self, ctx: &Ctx, arrival: &super::Arrival) -> Result<()> {
        let detail = json!({
            "company": arrival.company, "made_at": arrival.made_at, "records": arrival.records, "files": arrival.files,
        });
        self.write(ctx, move |tx| tx.audit("archive_arrived", None, detail.clone())).await
    }

    pub(super) fn archive_place(&self, name: &str) -> Result<PathBuf> {
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.')) || name.starts_with('.') {
            return Err(Problem::not_found());
        }
        self.files().archives().map(|folder| folder.join(name))
    }
}

fn report(job: &JobView) -> Option<ArchiveReport> {
    serde_json::from_value(job.result.clone()).ok().filter(|r: &ArchiveReport| !r.place.is_empty())
}

/// Letters and digits of a name, for a file.
fn slug(name: &str) -> String {
    let folded = akrab_model::text::fold(name);
    let words: Vec<&str> = folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| !w.is_empty()).collect();
    if words.is_empty() { "akrab".into() } else { words.join("-").chars().take(60).collect() }
}

impl Job for ArchiveJob {
    const KIND: &'static str = "archive";
    const ATTEMPTS: i64 = 2;

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let ctx = job.now().await?;
        if !ctx.is_admin() {
            return Err(Problem::forbidden());
        }
        let secret: String = job.engine.random::<16>().iter().map(|b| format!("{b:02x}")).collect();
        let path = job.engine.archive_place(&format!("{}-{secret}.zip", job.id))?;
        let progress = Arc::new(Progress::default());
        let (to, seen) = (path.clone(), progress.clone());
        let writing = job.engine.read(&ctx, move |tx| write::whole(tx, &to, &seen));
        let told = match watched(&job, &progress, writing).await {
            Ok(manifest) => job.engine.archive_told(&ctx, &manifest, &path).await,
            Err(problem) => Err(problem),
        };
        match told {
            Ok(report) => Ok(json!(report)),
            Err(problem) => {
                let _ = std::fs::remove_file(&path);
                Err(problem)
            }
        }
    }
}

/// Tells how far the work of a job is, and asks it to stop when nobody wants it any more, or the program ends.
///
/// # Errors
/// Those of the work; as [`JobCtx::step`] when it was stopped.
pub(super) async fn watched<T>(job: &JobCtx, progress: &Progress, work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::pin!(work);
    let mut stopped = None;
    let done = loop {
        tokio::select! {
            done = &mut work => break done,
            () = tokio::time::sleep(LOOK) => {
                let (rows, total) = (progress.rows.load(Ordering::Relaxed), progress.total.load(Ordering::Relaxed));
                let total = total.max(rows);
                let step = job.step(move |_| Ok(Step { value: (), mark: json!(null), done: rows as i64, total: Some(total as i64) }));
                if let Err(problem) = step.await {
                    progress.stop.store(true, Ordering::Relaxed);
                    stopped = Some(problem);
                }
            }
        }
    };
    match stopped {
        Some(problem) => Err(problem),
        None => done,
    }
}
