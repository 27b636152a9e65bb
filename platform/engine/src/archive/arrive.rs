//! An archive that comes in through a page: one job reads it wholly and says what is in it, another puts it beside
//! the workspace that is open and leaves a mark. Whoever runs the program then lets it take the workspace's place
//! ([`Engine::arrival`], [`Arrival::of`]); that is done to its end even when the program is killed meanwhile.

use super::job::watched;
use super::write::{Progress, told};
use super::{Checked, Manifest, bring};
use crate::file::failure;
use crate::job::{Job, JobCtx, JobFilter, JobView, Outcome};
use crate::people::People;
use crate::{Ctx, Door, Engine, Result, objects, world};
use akrab_model::problem::ProblemKind;
use akrab_model::{Cond, Problem, Raw};
use akrab_store::{JobState, Options, Store, Target, private};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// Largest archive that a page takes in; larger ones come by the command.
pub const LARGEST: u64 = 8 << 30;
/// Marks a workspace that waits, whole, to take its place.
const MARK: &str = "arrived.json";
const PREFIX: &str = "arriving-";

/// Reads an archive that was brought; with somebody to sign in afterwards, puts it beside the workspace.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct ArrivalJob {
    /// Where it lies among the archives.
    pub place: String,
    /// Its name at whoever brought it.
    pub name: String,
    /// Address of the administrator in the archive who gets the password of whoever asks.
    #[serde(default)]
    pub admin: Option<String>,
}

/// What an archive holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ArrivalReport {
    pub company: String,
    pub made_at: String,
    /// Version of the program that wrote it.
    pub program: String,
    pub records: u64,
    pub files: u64,
    pub bytes: u64,
    /// Records by object.
    pub objects: Json,
    /// Administrators who may work: address and name.
    pub administrators: Vec<(String, String)>,
}

/// A workspace that waits to take its place.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Arrival {
    pub company: String,
    pub made_at: String,
    pub records: u64,
    pub files: u64,
}

impl Arrival {
    /// The workspace that waits beside the one whose files lie in `files`; none as a rule.
    pub fn of(files: &Path) -> Option<Arrival> {
        serde_json::from_slice(&std::fs::read(mark(files)).ok()?).ok()
    }

    /// It has taken its place.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn settled(files: &Path) -> std::io::Result<()> {
        match std::fs::remove_file(mark(files)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Where the database of an arriving workspace lies on SQLite, beside `workspace`.
    pub fn draft(workspace: &Path) -> PathBuf {
        workspace.with_file_name("arriving.db")
    }
}

impl From<&Manifest> for Arrival {
    fn from(manifest: &Manifest) -> Arrival {
        let (records, files) = (manifest.records(), manifest.files() as u64);
        Arrival { company: manifest.company.clone(), made_at: manifest.made_at.clone(), records, files }
    }
}

fn mark(files: &Path) -> PathBuf {
    files.join("archives").join(MARK)
}

impl Engine {
    /// Takes an archive in and queues the job that reads it; gives the job.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `archive_running` while another comes in; `file_too_large`,
    /// `file_empty`, `disk_full`.
    pub async fn archive_take(&self, ctx: &Ctx, name: &str, content: impl Read + Send + 'static) -> Result<i64> {
        self.may_arrive(ctx).await?;
        let secret: String = self.random::<16>().iter().map(|b| format!("{b:02x}")).collect();
        let place = format!("{PREFIX}{secret}.zip");
        let path = self.archive_place(&place)?;
        let to = path.clone();
        let copied = tokio::task::spawn_blocking(move || copy(content, &to)).await.map_err(Problem::internal)?;
        let job = ArrivalJob { place, name: crate::file::display_name(name), admin: None };
        let queued = match copied {
            Ok(()) => self.write(ctx, move |tx| tx.enqueue(&job)).await,
            Err(problem) => Err(problem),
        };
        if queued.is_err() {
            let _ = std::fs::remove_file(&path);
        }
        queued
    }

    /// Queues the job that puts a checked archive beside this workspace, in which nobody has kept a record yet. The
    /// administrator `email` of the archive gets the password of whoever asks. Gives the key of
    /// [`Engine::archive_arriving`].
    ///
    /// # Errors
    /// As [`Engine::archive_take`]; `not_found` for a job of somebody else; `archive_not_empty`;
    /// `archive_others` while other processes serve the workspace; `invalid` at `admin`.
    pub async fn archive_bring(&self, ctx: &Ctx, checked: i64, email: &str) -> Result<String> {
        self.may_arrive(ctx).await?;
        let view = self.job(ctx, checked).await?;
        let job: ArrivalJob = serde_json::from_value(view.payload.clone()).map_err(|_| Problem::not_found())?;
        let own = view.actor.is_some() && view.actor == ctx.user_id();
        if view.kind != ArrivalJob::KIND || view.state != JobState::Done || !own || !self.archive_place(&job.place)?.exists() {
            return Err(Problem::not_found());
        }
        let report: ArrivalReport = serde_json::from_value(view.result).map_err(Problem::internal)?;
        if !report.administrators.iter().any(|(known, _)| known == email) {
            return Err(Problem::invalid(vec![akrab_model::FieldProblem::new("admin", "required")]));
        }
        if !self.archive_room(ctx).await? {
            return Err(Problem::new(ProblemKind::Conflict, "archive_not_empty"));
        }
        self.alone().await?;
        let key = job.place.trim_start_matches(PREFIX).trim_end_matches(".zip").to_string();
        let job = ArrivalJob { admin: Some(email.into()), ..job };
        self.write(ctx, move |tx| tx.enqueue(&job)).await?;
        Ok(key)
    }

    async fn may_arrive(&self, ctx: &Ctx) -> Result<()> {
        ctx.require_whole()?;
        if !ctx.is_admin() || ctx.read_only {
            return Err(Problem::forbidden());
        }
        let states = vec![JobState::Ready, JobState::Leased];
        let filter = JobFilter { states, kind: Some(ArrivalJob::KIND.into()), limit: 1, ..JobFilter::default() };
        if self.jobs(ctx, &filter).await?.is_empty() { Ok(()) } else { Err(Problem::new(ProblemKind::Conflict, "archive_arriving")) }
    }

    /// Whether an archive may take the place of this workspace: nobody has kept a record in it yet, beside people and
    /// what a set-up makes.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn archive_room(&self, ctx: &Ctx) -> Result<bool> {
        let own = objects::read(objects::OBJECTS, Vec::new()).unwrap_or_default();
        self.read(ctx, move |tx| {
            let registry = tx.registry.clone();
            for object in registry.objects().filter(|o| !own.iter().any(|(_, decl)| decl.key == o.key)) {
                let binned = tx.conn.binned_before(object, i64::MAX, 1)?;
                if !binned.is_empty() || !tx.conn.ids_after(&registry, object, &Cond::True, 0, 1)?.is_empty() {
                    return Ok(false);
                }
            }
            Ok(true)
        })
        .await
    }

    /// The ground is not taken from under others.
    async fn alone(&self) -> Result<()> {
        let Target::Postgres { url, schema } = self.store().target() else { return Ok(()) };
        match akrab_store::holders(url, schema).await?.len() {
            0 | 1 => Ok(()),
            _ => Err(Problem::new(ProblemKind::Conflict, "archive_others")),
        }
    }

    /// The job by which an archive comes in, for whoever knows its key: nobody is signed in all the while.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn archive_arriving(&self, key: &str) -> Result<Option<JobView>> {
        let place = format!("{PREFIX}{key}.zip");
        let filter = JobFilter { kind: Some(ArrivalJob::KIND.into()), limit: 20, ..JobFilter::default() };
        let jobs = self.jobs(&self.system("how far an archive has come in", Door::Page), &filter).await?;
        Ok(jobs.into_iter().find(|job| job.payload["place"] == place.as_str() && job.payload["admin"].is_string()))
    }

    /// Ends when a workspace waits to take the place of this one.
    pub async fn arrival(&self) {
        self.inner.arrived.notified().await;
    }

    /// Reads the archive to its end; what is refused does not stay.
    async fn archive_checked(&self, job: &JobCtx, path: &Path) -> Result<Checked> {
        let progress = Arc::new(Progress::default());
        let (from, seen) = (path.to_path_buf(), progress.clone());
        let reading = tokio::task::spawn_blocking(move || {
            Checked::read(&from, &mut |done, total| {
                seen.rows.store(done, Ordering::Relaxed);
                seen.total.store(total, Ordering::Relaxed);
            })
        });
        watched(job, &progress, async { reading.await.map_err(Problem::internal)? }).await
    }

    async fn archive_beside(&self, job: &JobCtx, checked: Arc<Checked>, email: &str) -> Result<()> {
        let ctx = job.now().await?;
        let asker = ctx.user_id().ok_or_else(Problem::forbidden)?;
        let hash = self.store().read(move |conn| conn.credential(asker)).await?.ok_or_else(Problem::forbidden)?.hash;
        let target = self.store().target().clone();
        if let Target::Sqlite { path } = &target {
            clear(&Arrival::draft(path))?;
        }
        let draft = match &target {
            Target::Sqlite { path } => Arrival::draft(path),
            Target::Postgres { .. } => PathBuf::new(),
        };
        let store = Store::besides(&target, &Options::default(), &draft).await?;
        let progress = Arc::new(Progress::default());
        let rows = checked.manifest.entries.iter().filter_map(|e| Some(e.table.as_ref()?.rows)).sum();
        progress.total.store(rows, Ordering::Relaxed);
        let (seen, files) = (progress.clone(), self.files().root().to_path_buf());
        let (into, shipped, email) = (store.clone(), self.inner.shipped.clone(), email.to_string());
        let now = ctx.micros();
        let work = async {
            bring::into(&into, &shipped, &files, checked.clone(), &mut |done| seen.rows.store(done, Ordering::Relaxed)).await?;
            let registry = world::of(&into, &shipped).await?.registry.clone();
            let people = into.read(move |conn| People::load(conn, &registry)).await?;
            let user = people.by_email(&email).ok_or_else(Problem::not_found)?.id;
            into.write(move |conn| conn.password_set(user, &hash, now)).await?;
            // somebody may have begun to work here meanwhile
            if self.archive_room(&job.now().await?).await? { Ok(()) } else { Err(Problem::new(ProblemKind::Conflict, "archive_not_empty")) }
        };
        let done = watched(job, &progress, work).await;
        if done.is_err()
            && let Err(error) = store.give_up().await
        {
            tracing::warn!(%error, "what came of a failed archive stays behind");
        }
        store.close().await;
        if done.is_err() && !draft.as_os_str().is_empty() {
            clear(&draft)?;
        }
        done
    }

    /// From here on the new workspace counts.
    fn archive_mark(&self, manifest: &Manifest) -> Result<()> {
        let arrival = Arrival::from(manifest);
        self.files().archives()?;
        let path = mark(self.files().root());
        let write = || -> std::io::Result<()> {
            let mut file = private::create(&path)?;
            std::io::Write::write_all(&mut file, &serde_json::to_vec(&arrival)?)?;
            file.sync_all()
        };
        write().map_err(failure)
    }
}

fn copy(content: impl Read, to: &Path) -> Result<()> {
    let mut file = private::create_new(to).map_err(failure)?;
    let bytes = std::io::copy(&mut content.take(LARGEST + 1), &mut file).map_err(failure)?;
    file.sync_all().map_err(failure)?;
    match bytes {
        0 => Err(Problem::malformed("file_empty")),
        _ if bytes > LARGEST => Err(Problem::new(ProblemKind::TooLarge, "file_too_large").with("max", LARGEST >> 20)),
        _ => Ok(()),
    }
}

/// Removes a database file with what lies beside it.
fn clear(path: &Path) -> Result<()> {
    for ending in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        match std::fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(failure(error)),
            _ => {}
        }
    }
    Ok(())
}

impl Checked {
    /// Cells of a table by the names of their columns.
    fn each(&self, table: &str, seen: &mut dyn FnMut(&HashMap<&str, &Raw>)) -> Result<()> {
        let found = self.manifest.entries.iter().find_map(|e| Some((e, e.table.as_ref().filter(|t| t.table == table)?)));
        let Some((entry, table)) = found else { return Ok(()) };
        let mut zip = self.zip()?;
        self.rows(entry, table, &mut zip, &mut |rows| {
            for row in &rows {
                seen(&table.columns.iter().map(|c| c.name.as_str()).zip(row).collect());
            }
            Ok(())
        })
    }

    /// Administrators in the archive who may work: address and name.
    fn administrators(&self) -> Result<Vec<(String, String)>> {
        let (mut roles, mut programs, mut people) = (HashSet::new(), HashSet::new(), Vec::new());
        let number = |row: &HashMap<&str, &Raw>, name: &str| row.get(name).and_then(|cell| cell.int());
        let words = |row: &HashMap<&str, &Raw>, name: &str| row.get(name).and_then(|cell| cell.text()).unwrap_or("").to_string();
        self.each("o_role", &mut |row| {
            if words(row, "key") == crate::identity::ADMINISTRATOR {
                roles.extend(number(row, "id"));
            }
        })?;
        self.each("service_account", &mut |row| programs.extend(number(row, "user_id")))?;
        self.each("o_user", &mut |row| {
            let (id, role) = (number(row, "id"), number(row, "role"));
            let works = number(row, "active") != Some(0) && number(row, "deleted_at").is_none();
            if works && role.is_some_and(|id| roles.contains(&id)) && !id.is_some_and(|id| programs.contains(&id)) {
                people.push((words(row, "email"), words(row, "name")));
            }
        })?;
        Ok(people)
    }
}

impl Job for ArrivalJob {
    const KIND: &'static str = "arrival";
    const ATTEMPTS: i64 = 2;

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        if !job.now().await?.is_admin() {
            return Err(Problem::forbidden());
        }
        let path = job.engine.archive_place(&self.place)?;
        let checked = job.engine.archive_checked(&job, &path).await;
        if checked.as_ref().is_err_and(|problem| problem.kind != ProblemKind::Conflict && problem.kind != ProblemKind::Internal) {
            let _ = std::fs::remove_file(&path);
        }
        let checked = Arc::new(checked?);
        let manifest = &checked.manifest;
        let report = ArrivalReport {
            company: manifest.company.clone(),
            made_at: manifest.made_at.clone(),
            program: manifest.program.clone(),
            records: manifest.records(),
            files: manifest.files() as u64,
            bytes: std::fs::metadata(&path).map_err(failure)?.len(),
            objects: told(manifest),
            administrators: checked.administrators()?,
        };
        if let Some(email) = &self.admin {
            job.engine.archive_beside(&job, checked.clone(), email).await?;
            job.engine.archive_mark(manifest)?;
            let _ = std::fs::remove_file(&path);
            job.engine.inner.arrived.notify_one();
        }
        Ok(json!(report))
    }
}
