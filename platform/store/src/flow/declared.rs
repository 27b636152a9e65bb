//! Which flows there are and how they stand.

use crate::cells::Cells;
use crate::conn::{Backend, Conn};
use crate::error::StoreError;
use akrab_model::Raw;

/// A flow as it stands; what it does is kept among the declared versions. Times are microseconds UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowRow {
    pub id: i64,
    pub key: String,
    pub paused: bool,
    /// Who published the version that counts.
    pub publisher: Option<i64>,
    /// Up to here time has triggered it.
    pub mark: i64,
    /// What is being written and does not count yet, JSON.
    pub draft: Option<String>,
    pub draft_at: Option<i64>,
    pub draft_by: Option<i64>,
    pub made_at: i64,
    pub gone: bool,
}

const FLOW: &str = "id, key, paused, publisher, mark, draft, draft_at, draft_by, made_at, gone";

impl Conn {
    /// Every flow there is or was.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flows(&mut self) -> Result<Vec<FlowRow>, StoreError> {
        Ok(self.query(&format!("SELECT {FLOW} FROM flow ORDER BY id"), &[])?.into_iter().map(flow).collect())
    }

    /// The flow of this key; while writing nobody else changes it until the transaction ends.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow(&mut self, key: &str) -> Result<Option<FlowRow>, StoreError> {
        let sql = format!("SELECT {FLOW} FROM flow WHERE key = $1");
        let rows = match (self.backend(), self.writable) {
            (Backend::Postgres, true) => self.changing(&format!("{sql} FOR UPDATE"), &[key.into()])?,
            _ => self.query(&sql, &[key.into()])?,
        };
        Ok(rows.into_iter().next().map(flow))
    }

    /// Makes a flow of this key.
    ///
    /// # Errors
    /// `Unique` when there is one.
    pub fn flow_make(&mut self, key: &str, at: i64) -> Result<i64, StoreError> {
        let sql = "INSERT INTO flow (key, made_at) VALUES ($1, $2)";
        let ids = self.insert_many(sql, &[vec![key.into(), at.into()]])?;
        ids.first().copied().ok_or_else(|| StoreError::other("a flow was not stored"))
    }

    /// Keeps how a flow stands: everything but its id and key.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_keep(&mut self, row: &FlowRow) -> Result<(), StoreError> {
        let sql =
            "UPDATE flow SET paused = $2, publisher = $3, mark = $4, draft = $5, draft_at = $6, draft_by = $7, gone = $8 WHERE id = $1";
        let params = [
            row.id.into(),
            row.paused.into(),
            row.publisher.into(),
            row.mark.into(),
            row.draft.clone().into(),
            row.draft_at.into(),
            row.draft_by.into(),
            row.gone.into(),
        ];
        self.execute(sql, &params).map(|_| ())
    }

    /// Moves on up to where time has triggered a flow. False when somebody did so before.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_mark(&mut self, id: i64, to: i64) -> Result<bool, StoreError> {
        Ok(self.execute("UPDATE flow SET mark = $2 WHERE id = $1 AND mark < $2", &[id.into(), to.into()])? > 0)
    }
}

fn flow(row: Vec<Raw>) -> FlowRow {
    let mut c = Cells::new(row);
    FlowRow {
        id: c.int(),
        key: c.text(),
        paused: c.int() != 0,
        publisher: c.maybe_int(),
        mark: c.int(),
        draft: c.maybe_text(),
        draft_at: c.maybe_int(),
        draft_by: c.maybe_int(),
        made_at: c.int(),
        gone: c.int() != 0,
    }
}
