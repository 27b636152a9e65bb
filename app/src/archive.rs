//! The whole workspace out as an archive that either database takes in, and in again where nobody works yet.

use crate::config::Config;
use crate::stop::{Stop, writable_place};
use crate::transfer::bar;
use crate::{lock, workspace};
use akrab_engine::Door;
use akrab_engine::archive::{self, Arrival, Checked};
use akrab_store::{Options, Store, StoreError, Target};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Writes the workspace into `file`; one that is there already only by `force`.
pub async fn export(config: &Config, file: &Path, force: bool) -> Result<(), Stop> {
    writable_place(file)?;
    if file.exists() && !force {
        return Err(Stop::refused(format!("{} is there already; --force writes over it", file.display())));
    }
    let engine = workspace::open(config).await?;
    let mut draft = file.as_os_str().to_owned();
    draft.push(".part");
    let draft = Path::new(&draft).to_path_buf();
    let _ = fs::remove_file(&draft);
    let ctx = engine.system("export of the workspace", Door::Command);
    let bar = bar(0);
    let shown = bar.clone();
    let written = engine.archive_write(&ctx, draft.clone(), move |done, total| {
        shown.set_length(total.max(done));
        shown.set_position(done);
    });
    let written = written.await;
    bar.finish_and_clear();
    engine.store().close().await;
    let report = written?;
    fs::rename(&draft, file).map_err(|e| Stop::failed(format!("{}: {e}", file.display())))?;
    println!("{}: {} records, {} rows in all, {} files", file.display(), report.records, report.rows, report.files);
    eprintln!("passwords, second factors, tokens, apps and webhooks stay here; README.md in it says what the rest is");
    Ok(())
}

/// Brings an archive in where there is no workspace, or one in which nobody works yet; with `check` only reads it.
pub async fn import(config: &Config, file: &Path, check: bool) -> Result<(), Stop> {
    if !file.is_file() {
        return Err(Stop::refused(format!("{}: there is no such file", file.display())));
    }
    let path = file.to_path_buf();
    let reading = bar(0);
    let shown = reading.clone();
    let checked = tokio::task::spawn_blocking(move || {
        Checked::read(&path, &mut |done, total| {
            shown.set_length(total);
            shown.set_position(done);
        })
    });
    let checked = checked.await.map_err(|e| Stop::failed(e.to_string()))?;
    reading.finish_and_clear();
    let checked = Arc::new(checked?);
    let manifest = &checked.manifest;
    println!("{} of {}: {} records, {} files", manifest.company, manifest.made_at, manifest.records(), manifest.files());
    if check {
        println!("the archive is whole; nothing was written");
        return Ok(());
    }
    let _lock = lock::alone(config, "import-workspace").await?;
    let folder = config.workspace();
    let draft = folder.join("arriving.db");
    clear(&draft)?;
    empty(config).await?;
    let target = config.target();
    let store = Store::beside(&target, &Options::default(), &draft).await.map_err(|e| match e {
        StoreError::Taken(_) => Stop::refused(format!("{e}; an archive goes into an empty one")),
        other => Stop::failed(other.to_string()),
    })?;
    let rows = manifest.entries.iter().filter_map(|e| Some(e.table.as_ref()?.rows)).sum();
    let bar = bar(rows);
    let files = folder.join("files");
    let brought = archive::bring(&store, &workspace::objects(), &files, checked.clone(), &mut |done| bar.set_position(done)).await;
    bar.finish_and_clear();
    if let Err(problem) = brought {
        if let Err(error) = store.give_up().await {
            eprintln!("{error}");
        }
        store.close().await;
        clear(&draft)?;
        return Err(problem.into());
    }
    place(&target, &store, &draft).await?;
    let engine = workspace::open(config).await?;
    engine.archive_arrived(&engine.system("import of a workspace", Door::Command), &Arrival::from(manifest)).await?;
    engine.store().close().await;
    println!("{} brought in", file.display());
    eprintln!("nobody has a password yet: set the first with `akrab user passwd EMAIL`, invite the others in the settings");
    Ok(())
}

/// Refuses a workspace in which somebody works; one that was only opened makes way.
async fn empty(config: &Config) -> Result<(), Stop> {
    let Target::Sqlite { path } = config.target() else { return Ok(()) };
    if !path.exists() {
        return Ok(());
    }
    let store = workspace::store(config).await?;
    let used = store.is_used().await;
    store.close().await;
    if used.map_err(|e| Stop::failed(e.to_string()))? {
        let place = config.data.display();
        return Err(Stop::refused(format!(
            "{place} holds a workspace already; an archive goes into an empty one: name another folder with --data DIR"
        )));
    }
    Ok(())
}

/// The filled workspace takes the place of the empty one.
async fn place(target: &Target, store: &Store, draft: &Path) -> Result<(), Stop> {
    let failed = |e: &dyn std::fmt::Display| Stop::failed(e.to_string());
    match target {
        Target::Sqlite { path } => {
            store.close().await;
            clear(path)?;
            rename(draft, path).map_err(|e| failed(&e))
        }
        Target::Postgres { schema, .. } => {
            let aside = store.take_place(schema).await.map_err(|e| failed(&e))?;
            store.close().await;
            if let Some(aside) = aside {
                eprintln!("the empty workspace that was there is now the schema {aside}");
            }
            Ok(())
        }
    }
}

/// Lets a workspace that came in through a page take the place of the one there is, which is kept beside it. Nothing
/// may be open of either; killed meanwhile, it is brought to its end at the next start.
pub async fn finish(config: &Config) -> Result<Option<Arrival>, Stop> {
    let files = config.workspace().join("files");
    let Some(arrival) = Arrival::of(&files) else { return Ok(None) };
    let failed = |e: &dyn std::fmt::Display| Stop::failed(format!("the archive cannot take its place: {e}"));
    match config.target() {
        Target::Sqlite { path } => {
            let draft = Arrival::draft(&path);
            // both moves may be done already
            if draft.exists() {
                if path.exists() {
                    let aside = (1..).map(|n| path.with_file_name(format!("before-archive-{n}.db"))).find(|p| !p.exists());
                    let aside = aside.unwrap_or_else(|| path.with_file_name("before-archive.db"));
                    rename(&path, &aside).map_err(|e| failed(&e))?;
                    tracing::info!(file = %aside.display(), "the workspace before the archive is kept");
                }
                rename(&draft, &path).map_err(|e| failed(&e))?;
            }
        }
        target @ Target::Postgres { .. } => {
            let store = Store::open(&target.besides(), &Options::default()).await.map_err(|e| failed(&e))?;
            let there = store.is_used().await;
            if there.map_err(|e| failed(&e))?
                && let Target::Postgres { schema, .. } = &target
                && let Some(aside) = store.take_place(schema).await.map_err(|e| failed(&e))?
            {
                tracing::info!(schema = aside, "the workspace before the archive is kept");
            }
            store.close().await;
        }
    }
    Arrival::settled(&files).map_err(|e| failed(&e))?;
    Ok(Some(arrival))
}

/// What belongs to a database file goes before it.
fn rename(from: &Path, to: &Path) -> std::io::Result<()> {
    for ending in ["-wal", "-shm"] {
        let beside = beside(from, ending);
        if beside.exists() {
            fs::rename(&beside, self::beside(to, ending))?;
        }
    }
    fs::rename(from, to)
}

/// Removes a database file with what lies beside it.
fn clear(path: &Path) -> Result<(), Stop> {
    for file in [path.to_path_buf(), beside(path, "-wal"), beside(path, "-shm")] {
        match fs::remove_file(&file) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Stop::failed(format!("{}: {e}", file.display()))),
            _ => {}
        }
    }
    Ok(())
}

fn beside(path: &Path, ending: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
