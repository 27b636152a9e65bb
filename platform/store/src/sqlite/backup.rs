//! A copy of the file by SQLite's online backup. Twin of `postgres/backup.rs`.

use super::connect::{failure, open_reader, script};
use crate::backup::Backup;
use crate::error::StoreError;
use crate::private;
use rusqlite::backup::StepResult;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;
use std::time::Duration;

/// Copies the workspace at `path` as it is at one moment, and checks the copy.
pub(crate) fn write(path: &Path, draft: &Path) -> Result<Backup, StoreError> {
    let source = open_reader(path)?;
    // from here on this connection sees one moment, whatever is written meanwhile
    script(&source, "BEGIN")?;
    let wanted = rows(&source)?;
    copy(&source, draft)?;
    script(&source, "COMMIT")?;
    let found = check(draft)?;
    if wanted != found {
        return Err(StoreError::Corrupt("the backup has other rows than the workspace".into()));
    }
    let bytes = std::fs::metadata(draft).map_err(StoreError::io)?.len();
    Ok(Backup { tables: found.len(), rows: found.iter().map(|t| t.1).sum(), bytes })
}

/// Copies the backup to `draft` and checks the copy.
pub(crate) fn read(file: &Path, draft: &Path) -> Result<(), StoreError> {
    if let Some(folder) = draft.parent().filter(|p| !p.as_os_str().is_empty()) {
        private::folder(folder).map_err(StoreError::io)?;
    }
    let source = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failure)?;
    source.query_row("SELECT value FROM meta WHERE key = 'format'", [], |row| row.get::<_, i64>(0)).map_err(|e| match failure(e) {
        corrupt @ StoreError::Corrupt(_) => corrupt,
        _ => StoreError::other("this file is no backup of a workspace"),
    })?;
    copy(&source, draft)?;
    check(draft).map(|_| ())
}

fn copy(source: &Connection, draft: &Path) -> Result<(), StoreError> {
    if draft.exists() {
        std::fs::remove_file(draft).map_err(StoreError::io)?;
    }
    private::create_new(draft).map_err(StoreError::io)?;
    let mut copy = Connection::open(draft).map_err(failure)?;
    let steps = rusqlite::backup::Backup::new(source, &mut copy).map_err(failure)?;
    let mut tries = 0;
    loop {
        match steps.step(-1).map_err(failure)? {
            StepResult::Done => break,
            _ if tries == 100 => return Err(StoreError::Busy("the backup found no quiet moment".into())),
            _ => std::thread::sleep(Duration::from_millis(50)),
        }
        tries += 1;
    }
    drop(steps);
    // one file by itself, without a log beside it
    copy.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(())).map_err(failure)
}

/// Reads the whole file for damage; gives its tables and how many rows they have.
pub(crate) fn check(file: &Path) -> Result<Vec<(String, u64)>, StoreError> {
    let db = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failure)?;
    let verdict: String = db.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(failure)?;
    if verdict != "ok" {
        return Err(StoreError::Corrupt(verdict));
    }
    rows(&db)
}

/// Tables and how many rows they have.
fn rows(db: &Connection) -> Result<Vec<(String, u64)>, StoreError> {
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search!_fts%' ESCAPE '!' ORDER BY name";
    let mut tables = db.prepare(sql).map_err(failure)?;
    let names = tables.query_map([], |row| row.get::<_, String>(0)).map_err(failure)?;
    let mut counted = Vec::new();
    for name in names {
        let name = name.map_err(failure)?;
        let sql = format!("SELECT count(*) FROM {}", crate::schema::quote(&name));
        let rows: i64 = db.query_row(&sql, [], |row| row.get(0)).map_err(failure)?;
        counted.push((name, u64::try_from(rows).unwrap_or_default()));
    }
    Ok(counted)
}
