//! Opening connections and running statements on them. Twin of `sqlite/connect.rs`.

use super::ahead::{Course, Question};
use super::batch;
use super::session::{Session, Statements};
use crate::conn::Rows;
use crate::error::StoreError;
use akrab_model::Raw;
use bytes::BytesMut;
use futures::future::{join, join_all, try_join_all};
use tokio_postgres::Client;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

/// Statements in flight at once when one is run for many rows.
const PIPELINE: usize = 256;

/// A connection in use.
pub(crate) struct Link {
    pub session: Session,
    /// The transaction failed in a way that trying again may mend.
    pub again: bool,
    /// What the page that is being read asks.
    pub course: Option<Course>,
    /// A transaction was begun; the server is told with the first statement of it.
    begun: bool,
    /// Changes nobody waits for: they travel with the next statement, before it.
    later: Vec<(String, Vec<Raw>)>,
}

/// Changes that wait for the next statement; more are not kept waiting.
const MOST_LATER: usize = 16;

impl Link {
    pub fn new(session: Session) -> Self {
        Self { session, again: false, course: None, begun: false, later: Vec::new() }
    }

    fn drive<T>(&mut self, work: impl AsyncFnOnce(&Client, &mut Statements) -> Result<T, tokio_postgres::Error>) -> Result<T, StoreError> {
        let (begun, later) = (std::mem::take(&mut self.begun), std::mem::take(&mut self.later));
        let whole = async move |client: &Client, statements: &mut Statements| {
            if !begun && later.is_empty() {
                return work(client, statements).await;
            }
            let begin = async { if begun { client.batch_execute("BEGIN").await } else { Ok(()) } };
            if later.is_empty() {
                let (begin, done) = join(begin, work(client, statements)).await;
                return begin.and(done);
            }
            // what can fail before anything travels fails within the transaction
            begin.await?;
            let mut prepared = Vec::with_capacity(later.len());
            for (sql, _) in &later {
                prepared.push(statements.prepare(client, sql).await?);
            }
            let changes = join_all(later.iter().zip(&prepared).map(async |((_, params), statement)| {
                let bound: Vec<_> = params.iter().map(Bound).collect();
                let bound: Vec<&(dyn ToSql + Sync)> = bound.iter().map(|b| b as _).collect();
                client.execute(statement, &bound).await.map(drop)
            }));
            // requests of one connection are carried out in the order in which they are first looked at
            let (changes, done) = join(changes, work(client, statements)).await;
            changes.into_iter().fold(Ok(()), Result::and).and(done)
        };
        self.session.drive(whole).map_err(|error| {
            // a value taken at the same moment: tried again, the change sees who took it and says so
            let clash = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED, SqlState::UNIQUE_VIOLATION];
            self.again |= error.code().is_some_and(|c| clash.contains(c));
            failure(error)
        })
    }
}

pub(crate) fn query(link: &mut Link, sql: &str, params: &[Raw]) -> Result<Rows, StoreError> {
    if let Some(known) = link.course.as_mut().and_then(|course| course.answer(sql, params)) {
        return Ok(known);
    }
    let found = link.drive(async |client, statements| {
        let statement = statements.prepare(client, sql).await?;
        let bound: Vec<_> = params.iter().map(Bound).collect();
        let bound: Vec<&(dyn ToSql + Sync)> = bound.iter().map(|b| b as _).collect();
        client.query(&statement, &bound).await
    });
    found?.iter().map(cells).collect()
}

/// Asks all at once. What fails has no answer: whoever asks it himself is told why.
pub(crate) fn ask(link: &mut Link, questions: Vec<Question>) -> Vec<(Question, Rows)> {
    let found = link.session.drive(async |client, statements| {
        let mut prepared = Vec::with_capacity(questions.len());
        for (sql, _) in &questions {
            prepared.push(statements.prepare(client, sql).await.ok());
        }
        let asked = questions.iter().zip(&prepared).map(async |((_, params), statement)| {
            let bound: Vec<_> = params.iter().map(Bound).collect();
            let bound: Vec<&(dyn ToSql + Sync)> = bound.iter().map(|b| b as _).collect();
            client.query(statement.as_ref()?, &bound).await.ok()
        });
        Ok(join_all(asked).await)
    });
    let answers = found.unwrap_or_default().into_iter();
    let read = |rows: Vec<tokio_postgres::Row>| rows.iter().map(cells).collect::<Result<Rows, StoreError>>().ok();
    questions.into_iter().zip(answers).filter_map(|(question, rows)| Some((question, rows.and_then(read)?))).collect()
}

pub(crate) fn execute(link: &mut Link, sql: &str, params: &[Raw]) -> Result<u64, StoreError> {
    link.drive(async |client, statements| {
        let statement = statements.prepare(client, sql).await?;
        let bound: Vec<_> = params.iter().map(Bound).collect();
        let bound: Vec<&(dyn ToSql + Sync)> = bound.iter().map(|b| b as _).collect();
        client.execute(&statement, &bound).await
    })
}

pub(crate) fn execute_many(link: &mut Link, sql: &str, rows: &[Vec<Raw>]) -> Result<(), StoreError> {
    link.drive(async |client, statements| {
        let statement = statements.prepare(client, sql).await?;
        let statement = &statement;
        let many = batch::insert(sql, statement.params()).or_else(|| batch::update(sql, statement.params()));
        if let Some(many) = many.filter(|_| rows.len() >= batch::FEWEST)
            && let Some(groups) = arrays(rows, statement)
        {
            let many = statements.prepare(client, &many).await?;
            for columns in groups {
                let bound: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|c| &**c as &(dyn ToSql + Sync)).collect();
                client.execute(&many, &bound).await?;
            }
            return Ok(());
        }
        for group in rows.chunks(PIPELINE) {
            // requests of one connection are answered in order, so these travel together
            try_join_all(group.iter().map(|params| async move {
                let bound: Vec<_> = params.iter().map(Bound).collect();
                let bound: Vec<&(dyn ToSql + Sync)> = bound.iter().map(|b| b as _).collect();
                client.execute(statement, &bound).await
            }))
            .await?;
        }
        Ok(())
    })
}

/// Inserts one row after another and gives their ids.
pub(crate) fn insert_many(link: &mut Link, sql: &str, rows: &[Vec<Raw>]) -> Result<Vec<i64>, StoreError> {
    let sql = format!("{sql} RETURNING id");
    link.drive(async |client, statements| {
        let statement = statements.prepare(client, &sql).await?;
        let statement = &statement;
        let mut found = Vec::with_capacity(rows.len());
        if let Some(many) = batch::insert(&sql, statement.params()).filter(|_| rows.len() >= batch::FEWEST)
            && let Some(groups) = arrays(rows, statement)
        {
            let many = statements.prepare(client, &many).await?;
            for columns in groups {
                let bound: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|c| &**c as &(dyn ToSql + Sync)).collect();
                let mut ids = Vec::new();
                for row in client.query(&many, &bound).await? {
                    ids.push(row.try_get::<_, i64>(0)?);
                }
                // numbers are given in the order of the rows
                ids.sort_unstable();
                found.extend(ids);
            }
            return Ok(found);
        }
        for group in rows.chunks(PIPELINE) {
            // requests of one connection are answered in order, so these travel together
            let answers = try_join_all(group.iter().map(|params| async move {
                let bound: Vec<_> = params.iter().map(Bound).collect();
                let bound: Vec<&(dyn ToSql + Sync)> = bound.iter().map(|b| b as _).collect();
                client.query_one(statement, &bound).await?.try_get::<_, i64>(0)
            }));
            found.extend(answers.await?);
        }
        Ok(found)
    })
}

/// Rows in groups, each column by column; none when a cell does not fit.
fn arrays(rows: &[Vec<Raw>], statement: &tokio_postgres::Statement) -> Option<Vec<Vec<Box<dyn ToSql + Sync + Send>>>> {
    rows.chunks(batch::MOST).map(|group| batch::columns(group, statement.params())).collect()
}

/// Runs one statement for many rows. A few are not waited for: what they fail with the next statement says.
pub(crate) fn execute_later(link: &mut Link, sql: &str, rows: Vec<Vec<Raw>>) -> Result<(), StoreError> {
    if rows.len() >= batch::FEWEST {
        return execute_many(link, sql, &rows);
    }
    link.later.extend(rows.into_iter().map(|row| (sql.to_string(), row)));
    if link.later.len() > MOST_LATER { settle(link) } else { Ok(()) }
}

/// Waits for what was not waited for.
pub(crate) fn settle(link: &mut Link) -> Result<(), StoreError> {
    if link.later.is_empty() { Ok(()) } else { link.drive(async |_, _| Ok(())) }
}

/// Leaves out what was left to travel: its attempt failed.
pub(crate) fn leave_out(link: &mut Link) {
    link.later.clear();
}

/// Begins a transaction: the server is told with its first statement.
pub(crate) fn begin(link: &mut Link) {
    link.begun = true;
}

pub(crate) fn commit(link: &mut Link) -> Result<(), StoreError> {
    if link.begun && link.later.is_empty() {
        link.begun = false;
        return Ok(());
    }
    script(link, "COMMIT")
}

pub(crate) fn roll_back(link: &mut Link) -> Result<(), StoreError> {
    leave_out(link);
    if std::mem::take(&mut link.begun) { Ok(()) } else { script(link, "ROLLBACK") }
}

pub(crate) fn script(link: &mut Link, sql: &str) -> Result<(), StoreError> {
    link.drive(async |client, _| client.batch_execute(sql).await)
}

#[derive(Debug)]
struct Bound<'a>(&'a Raw);

impl ToSql for Bound<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match (self.0, kind) {
            (Raw::Null, _) => Ok(IsNull::Yes),
            (Raw::Int(n), &Type::INT8) => n.to_sql(kind, out),
            (Raw::Int(n), &Type::INT4) => i32::try_from(*n)?.to_sql(kind, out),
            (Raw::Int(n), &Type::BOOL) => (*n != 0).to_sql(kind, out),
            (Raw::Int(n), _) => n.to_string().to_sql(&Type::TEXT, out),
            (Raw::Text(s), &Type::INT8) => s.parse::<i64>()?.to_sql(kind, out),
            // PostgreSQL cannot store the zero character
            (Raw::Text(s), _) if s.contains('\0') => s.replace('\0', "").to_sql(&Type::TEXT, out),
            (Raw::Text(s), _) => s.to_sql(&Type::TEXT, out),
        }
    }
    fn accepts(_: &Type) -> bool {
        true
    }
    to_sql_checked!();
}

fn cells(row: &tokio_postgres::Row) -> Result<Vec<Raw>, StoreError> {
    let mut cells = Vec::with_capacity(row.len());
    for (n, column) in row.columns().iter().enumerate() {
        let cell = match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(n).map(Raw::from),
            Type::INT4 => row.try_get::<_, Option<i32>>(n).map(|v| Raw::from(v.map(i64::from))),
            Type::BOOL => row.try_get::<_, Option<bool>>(n).map(Raw::from),
            _ => row.try_get::<_, Option<&str>>(n).map(Raw::from),
        };
        cells.push(cell.map_err(StoreError::other)?);
    }
    Ok(cells)
}

pub(crate) fn failure(error: tokio_postgres::Error) -> StoreError {
    let Some(told) = error.as_db_error() else {
        let source = std::error::Error::source(&error);
        let text = format!("{error}{}", source.map(|c| format!(": {c}")).unwrap_or_default());
        let away = error.is_closed() || source.is_some_and(|cause| cause.is::<std::io::Error>());
        return if away { StoreError::Away(text) } else { StoreError::Other(text) };
    };
    let text = format!("{} ({})", told.message(), told.code().code());
    match *told.code() {
        SqlState::UNIQUE_VIOLATION => StoreError::Unique { on: told.constraint().unwrap_or_default().into() },
        SqlState::NUMERIC_VALUE_OUT_OF_RANGE => StoreError::TooLarge,
        SqlState::DISK_FULL => StoreError::Full,
        SqlState::ADMIN_SHUTDOWN
        | SqlState::CRASH_SHUTDOWN
        | SqlState::CANNOT_CONNECT_NOW
        | SqlState::CONNECTION_EXCEPTION
        | SqlState::CONNECTION_FAILURE => StoreError::Away(text),
        SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => StoreError::Corrupt(text),
        SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::LOCK_NOT_AVAILABLE
        | SqlState::QUERY_CANCELED
        | SqlState::TOO_MANY_CONNECTIONS => StoreError::Busy(text),
        _ => StoreError::Other(text),
    }
}
