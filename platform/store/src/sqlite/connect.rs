//! Opening a file and running statements on it. Twin of `postgres/connect.rs`.

use crate::conn::Rows;
use crate::error::StoreError;
use crate::private;
use akrab_model::Raw;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, Statement, ToSql};
use std::borrow::Cow;
use std::cell::Cell;
use std::path::Path;
use std::time::{Duration, Instant};

/// Page cache of the writer and of each reader, in KiB. The operating system caches the rest.
const WRITER_CACHE: i64 = 32 * 1024;
const READER_CACHE: i64 = 6 * 1024;
/// Statements each connection keeps prepared; the page of one customer asks a hundred of them.
const STATEMENTS: usize = 256;

/// Opens the file for writing and checks that it keeps what it commits.
pub(crate) fn open_writer(path: &Path, accept_data_loss: bool) -> Result<Connection, StoreError> {
    if let Some(dir) = path.parent().filter(|d| !d.as_os_str().is_empty()) {
        private::folder(dir).map_err(StoreError::other)?;
    }
    if !path.exists() {
        // the log beside it takes over the mode of the file
        private::create_new(path).map_err(StoreError::io)?;
    }
    let mut db = Connection::open(path).map_err(failure)?;
    prepare(&mut db, WRITER_CACHE)?;
    script(&db, "PRAGMA page_size = 8192")?;
    let mode: String = db.query_row("PRAGMA journal_mode = WAL", [], |r| r.get(0)).map_err(failure)?;
    // a longer log lets a page that changes often be copied back once
    // what went is overwritten where that costs no further page; an erasure overwrites all of it
    script(
        &db,
        "PRAGMA secure_delete = FAST; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 4000",
    )?;
    let sync: i64 = db.query_row("PRAGMA synchronous", [], |r| r.get(0)).map_err(failure)?;
    if (mode != "wal" || sync < 2) && !accept_data_loss {
        return Err(StoreError::other(format!("the database would lose changes in a power cut (journal_mode={mode}, synchronous={sync})")));
    }
    Ok(db)
}

/// Opens the file for reading only.
pub(crate) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = Connection::open_with_flags(path, flags).map_err(failure)?;
    prepare(&mut db, READER_CACHE)?;
    script(&db, "PRAGMA query_only = ON")?;
    Ok(db)
}

fn prepare(db: &mut Connection, cache: i64) -> Result<(), StoreError> {
    db.busy_timeout(Duration::from_secs(5)).map_err(failure)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    bounded(db, LONGEST)?;
    db.pragma_update(None, "cache_size", -cache).map_err(failure)?;
    // foreign keys are the engine's business; triggers of the file itself stay on
    script(db, "PRAGMA foreign_keys = OFF; PRAGMA trusted_schema = OFF")
}

/// Longest time a question may take, as on the other database: otherwise a few that look through everything would
/// hold every reader.
const LONGEST: Duration = Duration::from_secs(30);
/// Steps of SQLite's machine between two looks at the clock.
const STEPS: i32 = 20_000;

thread_local! {
    /// When the question this thread is at was asked.
    static ASKED: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Questions that take longer than `longest` are broken off.
fn bounded(db: &mut Connection, longest: Duration) -> Result<(), StoreError> {
    db.progress_handler(STEPS, Some(move || ASKED.get().is_some_and(|at| at.elapsed() > longest))).map_err(failure)
}

pub(crate) fn query(db: &mut Connection, sql: &str, params: &[Raw]) -> Result<Rows, StoreError> {
    ASKED.set(Some(Instant::now()));
    let answer = asked(db, sql, params);
    ASKED.set(None);
    answer
}

fn asked(db: &mut Connection, sql: &str, params: &[Raw]) -> Result<Rows, StoreError> {
    let mut statement = db.prepare_cached(&numbered(sql)).map_err(failure)?;
    rows(&mut statement, params)
}

fn rows(statement: &mut Statement<'_>, params: &[Raw]) -> Result<Rows, StoreError> {
    bind(statement, params)?;
    let width = statement.column_count();
    let mut found = statement.raw_query();
    let mut rows = Vec::new();
    while let Some(row) = found.next().map_err(failure)? {
        let mut cells = Vec::with_capacity(width);
        for n in 0..width {
            cells.push(cell(row.get_ref(n).map_err(failure)?));
        }
        rows.push(cells);
    }
    Ok(rows)
}

pub(crate) fn execute(db: &mut Connection, sql: &str, params: &[Raw]) -> Result<u64, StoreError> {
    let mut statement = db.prepare_cached(&numbered(sql)).map_err(failure)?;
    bind(&mut statement, params)?;
    statement.raw_execute().map(|n| n as u64).map_err(failure)
}

pub(crate) fn execute_many(db: &mut Connection, sql: &str, rows: &[Vec<Raw>]) -> Result<(), StoreError> {
    let mut statement = db.prepare_cached(&numbered(sql)).map_err(failure)?;
    for params in rows {
        bind(&mut statement, params)?;
        statement.raw_execute().map_err(failure)?;
    }
    Ok(())
}

/// Inserts one row after another and gives their ids. `RETURNING` would make SQLite copy every page
/// it touches first.
pub(crate) fn insert_many(db: &mut Connection, sql: &str, rows: &[Vec<Raw>]) -> Result<Vec<i64>, StoreError> {
    let mut statement = db.prepare_cached(&numbered(sql)).map_err(failure)?;
    let mut ids = Vec::with_capacity(rows.len());
    for params in rows {
        bind(&mut statement, params)?;
        statement.raw_execute().map_err(failure)?;
        ids.push(db.last_insert_rowid());
    }
    Ok(ids)
}

pub(crate) fn script(db: &Connection, sql: &str) -> Result<(), StoreError> {
    let often = ["BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"].iter().any(|word| sql.starts_with(word));
    if often && !sql.contains(';') {
        return db.prepare_cached(sql).and_then(|mut statement| statement.raw_execute()).map(|_| ()).map_err(failure);
    }
    db.execute_batch(sql).map_err(failure)
}

/// SQLite numbers its parameters `?1`; no statement of ours holds a `$` that is not a parameter.
fn numbered(sql: &str) -> Cow<'_, str> {
    if sql.contains('$') { Cow::Owned(sql.replace('$', "?")) } else { Cow::Borrowed(sql) }
}

fn bind(statement: &mut Statement<'_>, params: &[Raw]) -> Result<(), StoreError> {
    for (n, param) in params.iter().enumerate() {
        statement.raw_bind_parameter(n + 1, Bound(param)).map_err(failure)?;
    }
    Ok(())
}

struct Bound<'a>(&'a Raw);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Raw::Null => ValueRef::Null,
            Raw::Int(n) => ValueRef::Integer(*n),
            Raw::Text(s) => ValueRef::Text(s.as_bytes()),
        }))
    }
}

fn cell(value: ValueRef<'_>) -> Raw {
    match value {
        ValueRef::Null => Raw::Null,
        ValueRef::Integer(n) => Raw::Int(n),
        ValueRef::Real(x) => Raw::Int(x as i64),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Raw::Text(String::from_utf8_lossy(bytes).into_owned()),
    }
}

/// Extended code: the shared-memory file of the log could not grow.
const IOERR_SHMSIZE: i32 = 10 | (19 << 8);

pub(crate) fn failure(error: rusqlite::Error) -> StoreError {
    let rusqlite::Error::SqliteFailure(code, message) = &error else { return StoreError::other(error) };
    let text = message.clone().unwrap_or_else(|| code.to_string());
    match code.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::OperationInterrupted => StoreError::Busy(text),
        ErrorCode::DiskFull => StoreError::Full,
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => StoreError::Corrupt(text),
        ErrorCode::ConstraintViolation => {
            let unique = text.strip_prefix("UNIQUE constraint failed: ").map(Into::into);
            unique.map_or(StoreError::Other(text), |on| StoreError::Unique { on })
        }
        _ if text == "integer overflow" => StoreError::TooLarge,
        _ if code.extended_code == IOERR_SHMSIZE => StoreError::Full,
        _ => StoreError::Other(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_without_end_is_broken_off() {
        let mut db = Connection::open_in_memory().unwrap();
        bounded(&mut db, Duration::from_millis(20)).unwrap();
        let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
        let refused = query(&mut db, endless, &[]).unwrap_err();
        assert!(matches!(refused, StoreError::Busy(_)), "{refused:?}");
        assert_eq!(query(&mut db, "SELECT 7", &[]).unwrap(), [[Raw::Int(7)]], "the next one is answered");
    }
}
