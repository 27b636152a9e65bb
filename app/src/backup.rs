//! The whole workspace in one file: the database of one moment and the files that hang on its records.

use crate::config::Config;
use crate::key;
use crate::stop::Stop;
use crate::{lock, workspace};
use akrab_engine::Clock;
use akrab_store::{Backup, Options, Store, StoreError, Target, private};
use serde_json::json;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, ErrorKind, Read, copy};
use std::path::{Component, Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// Names within the backup.
const DATABASE: &str = "database";
const FILES: &str = "files";
/// Marks a restored workspace that is ready to take its place.
const WHOLE: &str = "restored";

/// Writes the workspace into `file` while it is in use; one that is there already only by `force`.
pub async fn backup(config: &Config, file: &Path, force: bool) -> Result<(), Stop> {
    crate::stop::writable_place(file)?;
    if file.exists() && !force {
        return Err(Stop::refused(format!("{} is there already; --force writes over it", file.display())));
    }
    workspace::existing(config)?;
    let store = workspace::store(config).await?;
    let written = write_out(config, &store, file).await;
    if let Ok((held, files)) = &written {
        note(&store, "backup", json!({ "file": file.display().to_string(), "rows": held.rows, "files": files })).await;
    }
    let elsewhere = store.read(|conn| conn.files_elsewhere()).await;
    store.close().await;
    let ((held, files), elsewhere) = (written?, elsewhere.map_err(told)?);
    println!("{}: {} rows in {} tables, {files} files", file.display(), held.rows, held.tables);
    if elsewhere.0 > 0 {
        let size = crate::files::size(u64::try_from(elsewhere.1).unwrap_or_default());
        eprintln!("{} more files ({size}) lie in a store elsewhere and are not in it: keep versions of that bucket", elsewhere.0);
    }
    if config.key.is_none() {
        eprintln!("the key of the sealed secrets is not in it: keep {} apart from the backup", key::path(config).display());
    }
    Ok(())
}

async fn write_out(config: &Config, store: &Store, file: &Path) -> Result<(Backup, usize), Stop> {
    let draft = beside(file, "database");
    let held = store.backup(&draft).await.map_err(told)?;
    let packed = pack(&draft, &config.workspace().join(FILES), file);
    let _ = fs::remove_file(&draft);
    Ok((held, packed.map_err(|e| Stop::failed(format!("{}: {e}", file.display())))?))
}

/// Tells the workspace's audit trail. One so old that it has none is served first by this version, which makes it.
async fn note(store: &Store, kind: &'static str, detail: serde_json::Value) {
    let now = workspace::SystemClock.now();
    let tell = move |conn: &mut akrab_store::Conn| akrab_engine::audit::tell_command(conn, now, kind, detail.clone());
    if let Err(problem) = store.write(tell).await {
        eprintln!("the audit trail was not told: {}", problem.cause.as_deref().unwrap_or(problem.code));
    }
}

/// Brings a workspace back where there is none, or in place of the one there is. Everything is
/// unpacked and checked before anything is moved.
pub async fn restore(config: &Config, file: &Path, replace: bool) -> Result<(), Stop> {
    let folder = config.workspace();
    // nobody may serve a workspace whose ground is taken away
    let _lock = lock::alone(config, "restore").await?;
    let target = config.target();
    if let Target::Sqlite { path } = &target
        && path.exists()
        && !replace
    {
        return Err(Stop::refused(format!("{} holds a workspace already; --replace puts the backup in its place", folder.display())));
    }
    // the backup does not know who was erased since: the list stays, and is applied at the next start
    let erased = folder.join(akrab_engine::privacy::ERASED_LIST);
    let listed = fs::read(&erased).ok();
    let beside = folder.with_extension("restore");
    let _ = fs::remove_dir_all(&beside);
    fs::create_dir_all(&beside).map_err(|e| Stop::failed(format!("{}: {e}", beside.display())))?;
    let done = bring(config, file, replace, &beside, &folder).await;
    if !beside.join(WHOLE).exists() {
        let _ = fs::remove_dir_all(&beside);
    }
    done?;
    match listed {
        Some(list) => fs::write(&erased, list).map_err(|e| Stop::failed(format!("{}: {e}", erased.display())))?,
        None => eprintln!("if people were erased since the backup, put the list of them at {} before the first start", erased.display()),
    }
    let store = workspace::store(config).await?;
    note(&store, "restore", json!({ "file": file.display().to_string() })).await;
    store.close().await;
    println!("{} restored", file.display());
    if !key::exists(config) {
        eprintln!(
            "second factors open only with the key of the former installation: put it at {} before the first start",
            key::path(config).display()
        );
    }
    Ok(())
}

async fn bring(config: &Config, file: &Path, replace: bool, beside: &Path, folder: &Path) -> Result<(), Stop> {
    let draft = beside.join("backup.part");
    unpack(file, &draft, &beside.join(FILES)).map_err(|e| match e.kind() {
        ErrorKind::NotFound if !file.exists() => Stop::refused(format!("{}: there is no such file", file.display())),
        ErrorKind::StorageFull => Stop::failed(format!("{}: {e}", beside.display())),
        _ => Stop::refused(format!("{} is no backup that `akrab backup` wrote, or it is damaged: {e}", file.display())),
    })?;
    let failed = |e: std::io::Error| Stop::failed(format!("{}: {e}", folder.display()));
    same_kind(file, &draft, &config.target())?;
    match config.target() {
        Target::Sqlite { path: place } => {
            let path = beside.join("akrab.db");
            Store::restore(&Target::Sqlite { path: path.clone() }, &Options::default(), &draft).await.map_err(told)?.close().await;
            fs::remove_file(&draft).map_err(failed)?;
            if place.exists() {
                // from here on the new workspace counts, even if nobody is there to move it
                private::create(&beside.join(WHOLE)).and_then(|mark| mark.sync_all()).map_err(failed)?;
                set_aside(folder)?;
                return finish(config);
            }
            move_files(beside, folder).and_then(|_| fs::rename(path, place)).map_err(failed)
        }
        Target::Postgres { url, schema } => {
            // the records come last: never are there some whose files are still elsewhere
            let moved = move_files(beside, folder).map_err(failed)?;
            let done = Store::restore_schema(&url, &schema, &Options::default(), &draft, replace).await;
            if done.is_err() {
                moved.iter().for_each(|path| drop(fs::remove_file(path)));
            }
            let aside = done.map_err(|e| match e {
                StoreError::Taken(_) => Stop::refused(format!("{e}; --replace puts the backup in its place")),
                other => told(other),
            })?;
            if let Some(aside) = aside {
                eprintln!("the former workspace is now the schema {aside}");
            }
            Ok(())
        }
    }
}

/// A backup holds the tables as its database keeps them, and only such a database takes them back.
fn same_kind(file: &Path, database: &Path, target: &Target) -> Result<(), Stop> {
    let mut head = [0; 16];
    let read = File::open(database).and_then(|mut found| found.read(&mut head));
    let of_sqlite = read.is_ok() && head.starts_with(b"SQLite format 3");
    let (from, way) = match (of_sqlite, target) {
        (true, Target::Postgres { .. }) => ("SQLite", "leave --database out"),
        (false, Target::Sqlite { .. }) if head[0] == b'{' => ("PostgreSQL", "name one with --database"),
        _ => return Ok(()),
    };
    let file = file.display();
    Err(Stop::refused(format!("{file} was taken from a workspace on {from} and is restored on {from} alone; {way}")))
}

/// Files are named after their content: those that are there already stay. Gives the places of the others.
fn move_files(from: &Path, to: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut moved = Vec::new();
    for (path, name) in below(&from.join(FILES), FILES)? {
        let place = to.join(name);
        if place.exists() {
            continue;
        }
        private::folder(place.parent().unwrap_or(to))?;
        fs::rename(path, &place)?;
        moved.push(place);
    }
    Ok(moved)
}

/// Brings a restore to its end that was killed when the former workspace was aside and the new one not yet in its
/// place: otherwise the next start would make an empty one.
pub fn finish(config: &Config) -> Result<(), Stop> {
    let folder = config.workspace();
    let beside = folder.with_extension("restore");
    if folder.exists() || !beside.join(WHOLE).exists() {
        return Ok(());
    }
    let moved = fs::rename(&beside, &folder).and_then(|()| fs::remove_file(folder.join(WHOLE)));
    moved.map_err(|e| Stop::failed(format!("{}: {e}", folder.display())))
}

/// The old workspace is kept beside the new one until somebody removes it.
fn set_aside(folder: &Path) -> Result<(), Stop> {
    let aside = (1..).map(|n| folder.with_extension(format!("before-restore-{n}"))).find(|p| !p.exists());
    let aside = aside.unwrap_or_else(|| folder.with_extension("before-restore"));
    fs::rename(folder, &aside).map_err(|e| Stop::failed(format!("{}: {e}", folder.display())))?;
    eprintln!("the former workspace is now {}", aside.display());
    Ok(())
}

fn told(error: StoreError) -> Stop {
    Stop::failed(error.to_string())
}

fn beside(file: &Path, what: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{what}.part"));
    name.into()
}

/// Gives the number of files packed besides the database. Half a backup is worth nothing: it does not stay.
fn pack(database: &Path, files: &Path, to: &Path) -> std::io::Result<usize> {
    let draft = beside(to, "zip");
    let packed = write(database, files, &draft).and_then(|count| fs::rename(&draft, to).map(|()| count));
    if packed.is_err() {
        let _ = fs::remove_file(&draft);
    }
    packed
}

fn write(database: &Path, files: &Path, draft: &Path) -> std::io::Result<usize> {
    let mut zip = ZipWriter::new(BufWriter::new(private::create(draft)?));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).compression_level(Some(1)).large_file(true);
    zip.start_file(DATABASE, options)?;
    copy(&mut BufReader::new(File::open(database)?), &mut zip)?;
    let mut count = 0;
    for (path, name) in below(files, FILES)? {
        zip.start_file(name, options)?;
        copy(&mut BufReader::new(File::open(path)?), &mut zip)?;
        count += 1;
    }
    let written = zip.finish()?.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    written.sync_all()?;
    Ok(count)
}

/// All files below a folder, with their names in the backup.
fn below(folder: &Path, name: &str) -> std::io::Result<Vec<(PathBuf, String)>> {
    let mut found = Vec::new();
    if !folder.is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{name}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            found.extend(below(&entry.path(), &name)?);
        } else {
            found.push((entry.path(), name));
        }
    }
    Ok(found)
}

fn unpack(from: &Path, database: &Path, files: &Path) -> std::io::Result<()> {
    let mut zip = ZipArchive::new(BufReader::new(File::open(from)?))?;
    copy(&mut zip.by_name(DATABASE)?, &mut private::create(database)?)?;
    for n in 0..zip.len() {
        let mut entry = zip.by_index(n)?;
        let Some(name) = entry.name().strip_prefix("files/").map(PathBuf::from) else { continue };
        // a crafted archive must not write outside of the workspace
        if entry.is_dir() || !name.components().all(|c| matches!(c, Component::Normal(_))) {
            continue;
        }
        let path = files.join(name);
        if let Some(parent) = path.parent() {
            private::folder(parent)?;
        }
        copy(&mut entry, &mut private::create(&path)?)?;
    }
    Ok(())
}
