//! One synchronous face for both databases.

use crate::error::StoreError;
use crate::postgres::ahead::Course;
use crate::schema::quote;
use crate::shared::{Known, Shared};
use crate::{postgres, sqlite};
use akrab_model::Raw;
use std::sync::Arc;

/// Which database holds the workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// A connection inside a transaction, handed to the closures of [`crate::Store::read`] and
/// [`crate::Store::write`].
pub struct Conn {
    pub(crate) link: Link,
    pub(crate) shared: Arc<Shared>,
    /// Learnt in this transaction, shared after its commit.
    pub(crate) fresh: Known,
    pub(crate) writable: bool,
    /// One per running [`Conn::attempt`]: whether its mark is set in the database.
    marks: Vec<bool>,
}

pub(crate) enum Link {
    Sqlite(rusqlite::Connection),
    Postgres(Box<postgres::Link>),
}

pub(crate) type Rows = Vec<Vec<Raw>>;

impl Conn {
    pub(crate) fn new(link: Link, shared: Arc<Shared>, writable: bool) -> Self {
        Self { link, shared, fresh: Known::default(), writable, marks: Vec::new() }
    }

    pub fn backend(&self) -> Backend {
        match self.link {
            Link::Sqlite(_) => Backend::Sqlite,
            Link::Postgres(_) => Backend::Postgres,
        }
    }

    /// Runs a statement that gives rows. Parameters are `$1`, `$2` … on both databases.
    pub(crate) fn query(&mut self, sql: &str, params: &[Raw]) -> Result<Rows, StoreError> {
        match &mut self.link {
            Link::Sqlite(db) => sqlite::connect::query(db, sql, params),
            Link::Postgres(link) => postgres::connect::query(link, sql, params),
        }
    }

    /// Says that what is read from now on is for a page of this kind about the record with this number: on
    /// PostgreSQL, what such pages asked before is asked at once. SQLite needs none of this, since a
    /// statement costs it no journey.
    pub fn ahead(&mut self, kind: String, about: i64) {
        let Link::Postgres(link) = &mut self.link else { return };
        if self.writable || link.course.is_some() {
            return;
        }
        let questions = self.shared.habits.of(&kind, about);
        let answers = if questions.is_empty() { Vec::new() } else { postgres::connect::ask(link, questions) };
        link.course = Some(Course::new(kind, about, answers));
    }

    /// The first row, if there is one.
    pub(crate) fn query_one(&mut self, sql: &str, params: &[Raw]) -> Result<Option<Vec<Raw>>, StoreError> {
        Ok(self.query(sql, params)?.into_iter().next())
    }

    /// Runs a statement that changes rows and says how many.
    pub(crate) fn execute(&mut self, sql: &str, params: &[Raw]) -> Result<u64, StoreError> {
        self.must_write()?;
        match &mut self.link {
            Link::Sqlite(db) => sqlite::connect::execute(db, sql, params),
            Link::Postgres(link) => postgres::connect::execute(link, sql, params),
        }
    }

    /// Runs a statement that changes rows and gives some back.
    pub(crate) fn changing(&mut self, sql: &str, params: &[Raw]) -> Result<Rows, StoreError> {
        self.must_write()?;
        self.query(sql, params)
    }

    /// Runs an `INSERT` into a table with an id for many parameter rows and gives the ids in order.
    pub(crate) fn insert_many(&mut self, sql: &str, rows: &[Vec<Raw>]) -> Result<Vec<i64>, StoreError> {
        self.must_write()?;
        match &mut self.link {
            Link::Sqlite(db) => sqlite::connect::insert_many(db, sql, rows),
            Link::Postgres(link) => postgres::connect::insert_many(link, sql, rows),
        }
    }

    /// Before anything that a failed attempt has to undo. Attempts that only read cost no journey.
    pub(crate) fn must_write(&mut self) -> Result<(), StoreError> {
        if !self.writable {
            return Err(StoreError::other("a reader may not write"));
        }
        for n in 0..self.marks.len() {
            if !self.marks[n] {
                self.script("SAVEPOINT attempt")?;
                self.marks[n] = true;
            }
        }
        Ok(())
    }

    /// Runs one statement for many parameter rows as fast as the database allows.
    pub(crate) fn execute_many(&mut self, sql: &str, rows: &[Vec<Raw>]) -> Result<(), StoreError> {
        self.must_write()?;
        match &mut self.link {
            Link::Sqlite(db) => sqlite::connect::execute_many(db, sql, rows),
            Link::Postgres(link) => postgres::connect::execute_many(link, sql, rows),
        }
    }

    /// As [`Conn::execute_many`], of a statement that fails only when the whole transaction must: on PostgreSQL a
    /// few rows travel with the next statement, which then says what they failed with.
    pub(crate) fn execute_later(&mut self, sql: &str, rows: Vec<Vec<Raw>>) -> Result<(), StoreError> {
        self.must_write()?;
        match &mut self.link {
            Link::Sqlite(db) => sqlite::connect::execute_many(db, sql, &rows),
            Link::Postgres(link) => postgres::connect::execute_later(link, sql, rows),
        }
    }

    /// Waits for what [`Conn::execute_later`] left to travel.
    fn settle(&mut self) -> Result<(), StoreError> {
        if let Link::Postgres(link) = &mut self.link { postgres::connect::settle(link) } else { Ok(()) }
    }

    /// Sets columns of many rows: each row is the id and the values in the order of `columns`, no id twice.
    pub(crate) fn change_many(&mut self, table: &str, columns: &[String], rows: &[Vec<Raw>]) -> Result<(), StoreError> {
        self.must_write()?;
        let set: Vec<String> = columns.iter().enumerate().map(|(n, name)| format!("{} = ${}", quote(name), n + 2)).collect();
        let sql = format!("UPDATE {} SET {} WHERE id = $1", quote(table), set.join(", "));
        match &mut self.link {
            Link::Sqlite(db) => sqlite::connect::execute_many(db, &sql, rows),
            Link::Postgres(link) => postgres::connect::execute_many(link, &sql, rows),
        }
    }

    /// The condition that `column` is one of the numbers behind a parameter that was made by [`Conn::list`].
    pub(crate) fn one_of(&self, column: &str, parameter: &str) -> String {
        match self.backend() {
            Backend::Sqlite => format!("{column} IN (SELECT value FROM json_each({parameter}))"),
            // an index takes an array as it is
            Backend::Postgres => format!("{column} = ANY(CAST(CAST({parameter} AS text) AS bigint[]))"),
        }
    }

    /// Numbers as one parameter.
    pub(crate) fn list(&self, numbers: &[i64]) -> Raw {
        let numbers: Vec<String> = numbers.iter().map(i64::to_string).collect();
        let (open, close) = if self.backend() == Backend::Sqlite { ('[', ']') } else { ('{', '}') };
        Raw::Text(format!("{open}{}{close}", numbers.join(",")))
    }

    /// Runs statements without parameters: transaction control and schema.
    pub(crate) fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        match &mut self.link {
            Link::Sqlite(db) => sqlite::connect::script(db, sql),
            Link::Postgres(link) => postgres::connect::script(link, sql),
        }
    }

    /// Runs `f` so that its failure undoes only what `f` did, and the transaction goes on.
    ///
    /// # Errors
    /// Those of `f`, and those of the database while setting and clearing the mark.
    pub fn attempt<T, E: From<StoreError>>(&mut self, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        // what was left to travel before is none of its failures, and what it leaves is one
        self.settle()?;
        self.marks.push(false);
        let done = f(self).and_then(|done| Ok(self.settle().map(|()| done)?));
        let marked = self.marks.pop().unwrap_or_default();
        if done.is_err() {
            self.fresh.forget();
            if let Link::Postgres(link) = &mut self.link {
                postgres::connect::leave_out(link);
            }
        }
        if marked {
            let end = if done.is_ok() { "" } else { "ROLLBACK TO SAVEPOINT attempt; " };
            self.script(&format!("{end}RELEASE SAVEPOINT attempt"))?;
        }
        done
    }

    /// Runs `f` so that all it reads is of one moment, on both databases. Within a write it is that
    /// already.
    ///
    /// # Errors
    /// Those of `f`, and those of the database at begin and end.
    pub fn one_moment<T, E: From<StoreError>>(&mut self, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        if self.writable || self.backend() == Backend::Sqlite {
            return f(self);
        }
        self.script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        if let Link::Postgres(link) = &mut self.link
            && let Some(course) = &mut link.course
        {
            course.forget();
        }
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| f(self)));
        // the connection must not go back with a transaction open
        self.script("ROLLBACK")?;
        done.unwrap_or_else(|_| Err(StoreError::other("a read panicked").into()))
    }

    /// Until the transaction ends nobody else is alone with `what`: who asks for it waits. For rules over
    /// several records. SQLite has one writer at a time anyway.
    ///
    /// # Errors
    /// `Busy` when the wait is too long, and those of the database.
    pub fn alone(&mut self, what: &str) -> Result<(), StoreError> {
        if self.backend() == Backend::Sqlite || !self.writable {
            return Ok(());
        }
        let sql = "SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' ' || $1, 11))) l";
        self.query(sql, &[what.into()]).map(|_| ())
    }

    /// After a commit: what was learnt is true for everybody.
    pub(crate) fn publish(&mut self) {
        let Ok(mut known) = self.shared.known.lock() else { return };
        known.take_in(&mut self.fresh);
    }
}
