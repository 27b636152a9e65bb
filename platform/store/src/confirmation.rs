//! What customers were asked to confirm, and what they said.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use crate::schema::quote;
use akrab_model::{FieldIx, Object, Raw};

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS confirmation ({id}, object TEXT NOT NULL, record BIGINT NOT NULL, fields TEXT NOT NULL, state TEXT NOT NULL, \
     made_at BIGINT NOT NULL, made_by BIGINT, until_at BIGINT NOT NULL, done_at BIGINT, said TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS confirmation_record ON confirmation (object, record)",
];

/// How far a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfirmationState {
    /// Nobody has answered yet.
    Sent,
    /// All was still right.
    Confirmed,
    Changed,
    /// Nobody answered in time, or somebody asked anew.
    Ended,
}

impl ConfirmationState {
    /// As it is kept and named in words.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            ConfirmationState::Sent => "sent",
            ConfirmationState::Confirmed => "confirmed",
            ConfirmationState::Changed => "changed",
            ConfirmationState::Ended => "ended",
        }
    }
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, ConfirmationState::Sent)
    }
    fn of(key: &str) -> Self {
        match key {
            "sent" => ConfirmationState::Sent,
            "confirmed" => ConfirmationState::Confirmed,
            "changed" => ConfirmationState::Changed,
            _ => ConfirmationState::Ended,
        }
    }
}

/// A request. Times are microseconds UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfirmationRow {
    /// Given when stored; ignored by [`Conn::confirmation_add`].
    pub id: i64,
    pub object: String,
    pub record: i64,
    /// Keys of what is asked about, with blanks between.
    pub fields: String,
    pub state: ConfirmationState,
    pub made_at: i64,
    pub made_by: Option<i64>,
    pub until_at: i64,
    pub done_at: Option<i64>,
    /// JSON: what was written and waits; empty when nothing does.
    pub said: String,
}

const COLUMNS: &str = "SELECT id, object, record, fields, state, made_at, made_by, until_at, done_at, said FROM confirmation";
/// Requests of a record that are looked at.
const SHOWN: usize = 20;

impl Conn {
    /// Keeps a request and gives its id.
    ///
    /// # Errors
    /// Those of the database.
    pub fn confirmation_add(&mut self, row: &ConfirmationRow) -> Result<i64, StoreError> {
        let sql = "INSERT INTO confirmation (object, record, fields, state, made_at, made_by, until_at, done_at, said) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id";
        let params = [
            row.object.as_str().into(),
            row.record.into(),
            row.fields.as_str().into(),
            row.state.key().into(),
            row.made_at.into(),
            row.made_by.into(),
            row.until_at.into(),
            row.done_at.into(),
            row.said.as_str().into(),
        ];
        let rows = self.changing(sql, &params)?;
        rows.first().and_then(|c| c.first()?.int()).ok_or_else(|| StoreError::other("a request was not stored"))
    }

    /// The request with this id.
    ///
    /// # Errors
    /// Those of the database.
    pub fn confirmation(&mut self, id: i64) -> Result<Option<ConfirmationRow>, StoreError> {
        Ok(self.query_one(&format!("{COLUMNS} WHERE id = $1"), &[id.into()])?.map(row))
    }

    /// The latest requests about a record, the latest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn confirmations(&mut self, object: &str, record: i64) -> Result<Vec<ConfirmationRow>, StoreError> {
        let sql = format!("{COLUMNS} WHERE object = $1 AND record = $2 ORDER BY id DESC LIMIT {SHOWN}");
        Ok(self.query(&sql, &[object.into(), record.into()])?.into_iter().map(row).collect())
    }

    /// Records of an object of which something a customer wrote waits, the oldest request first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn confirmations_waiting(&mut self, object: &str, limit: usize) -> Result<Vec<i64>, StoreError> {
        let sql = format!("SELECT record FROM confirmation WHERE object = $1 AND said <> '' ORDER BY id LIMIT {limit}");
        Ok(self.query(&sql, &[object.into()])?.into_iter().map(|row| Cells::new(row).int()).collect())
    }

    /// Says how far a request is.
    ///
    /// # Errors
    /// Those of the database.
    pub fn confirmation_set(&mut self, id: i64, state: ConfirmationState, said: &str, done_at: Option<i64>) -> Result<(), StoreError> {
        let sql = "UPDATE confirmation SET state = $2, said = $3, done_at = $4 WHERE id = $1";
        self.execute(sql, &[id.into(), state.key().into(), said.into(), done_at.into()]).map(|_| ())
    }

    /// Fills an empty moment of records that have any of `parts` from when they were made.
    ///
    /// # Errors
    /// Those of the database.
    pub fn fill_from_made(&mut self, object: &Object, at: FieldIx, parts: &[FieldIx]) -> Result<(), StoreError> {
        let (Some(made), false) = (object.field("created_at"), parts.is_empty()) else { return Ok(()) };
        let column = quote(&object.at(at).column);
        let any: Vec<String> = parts.iter().map(|ix| format!("{} IS NOT NULL", quote(&object.at(*ix).column))).collect();
        let sql = format!(
            "UPDATE {} SET {column} = {} WHERE {column} IS NULL AND ({})",
            quote(&object.table),
            quote(&made.column),
            any.join(" OR ")
        );
        self.execute(&sql, &[]).map(|_| ())
    }
}

fn row(row: Vec<Raw>) -> ConfirmationRow {
    let mut c = Cells::new(row);
    ConfirmationRow {
        id: c.int(),
        object: c.text(),
        record: c.int(),
        fields: c.text(),
        state: ConfirmationState::of(&c.text()),
        made_at: c.int(),
        made_by: c.maybe_int(),
        until_at: c.int(),
        done_at: c.maybe_int(),
        said: c.text(),
    }
}
