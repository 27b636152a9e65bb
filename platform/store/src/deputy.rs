//! Who acts for whom: for a time, or whenever somebody does not answer.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS deputy ({id}, person BIGINT NOT NULL, deputy BIGINT NOT NULL, from_at BIGINT, until_at BIGINT, \
     made_at BIGINT NOT NULL, made_by BIGINT, ended_at BIGINT)",
    "CREATE INDEX IF NOT EXISTS deputy_person ON deputy (person, id)",
    "CREATE INDEX IF NOT EXISTS deputy_deputy ON deputy (deputy, id)",
];

/// Somebody acts for somebody else. Times are microseconds UTC; without any he stands in when an answer is late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeputyRow {
    pub id: i64,
    pub person: i64,
    pub deputy: i64,
    pub from_at: Option<i64>,
    /// Not counted any more.
    pub until_at: Option<i64>,
    pub made_at: i64,
    pub made_by: Option<i64>,
    pub ended_at: Option<i64>,
}

const COLUMNS: &str = "id, person, deputy, from_at, until_at, made_at, made_by, ended_at";

impl Conn {
    /// Keeps that somebody acts for somebody else.
    ///
    /// # Errors
    /// Those of the database.
    pub fn deputy_add(&mut self, new: &DeputyRow) -> Result<i64, StoreError> {
        let sql = "INSERT INTO deputy (person, deputy, from_at, until_at, made_at, made_by) VALUES ($1, $2, $3, $4, $5, $6)";
        let row =
            vec![new.person.into(), new.deputy.into(), new.from_at.into(), new.until_at.into(), new.made_at.into(), new.made_by.into()];
        self.insert_many(sql, &[row])?.first().copied().ok_or_else(|| StoreError::other("a row was not stored"))
    }

    /// It ends here.
    ///
    /// # Errors
    /// Those of the database.
    pub fn deputy_end(&mut self, id: i64, now: i64) -> Result<(), StoreError> {
        self.execute("UPDATE deputy SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL", &[id.into(), now.into()]).map(|_| ())
    }

    /// One of them.
    ///
    /// # Errors
    /// Those of the database.
    pub fn deputy(&mut self, id: i64) -> Result<Option<DeputyRow>, StoreError> {
        Ok(self.query_one(&format!("SELECT {COLUMNS} FROM deputy WHERE id = $1"), &[id.into()])?.map(row))
    }

    /// Those that have not ended by `now`, of one person or of all.
    ///
    /// # Errors
    /// Those of the database.
    pub fn deputies(&mut self, person: Option<i64>, now: i64) -> Result<Vec<DeputyRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM deputy WHERE ended_at IS NULL AND (until_at IS NULL OR until_at > $1) AND \
             (CAST($2 AS BIGINT) IS NULL OR person = $2) ORDER BY from_at, id"
        );
        Ok(self.query(&sql, &[now.into(), person.into()])?.into_iter().map(row).collect())
    }

    /// For whom somebody acts at this moment.
    ///
    /// # Errors
    /// Those of the database.
    pub fn acts_for(&mut self, deputy: i64, now: i64) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT DISTINCT person FROM deputy WHERE deputy = $1 AND ended_at IS NULL AND from_at <= $2 AND until_at > $2";
        Ok(self.query(sql, &[deputy.into(), now.into()])?.into_iter().filter_map(|c| c.first()?.int()).collect())
    }
}

fn row(row: Vec<Raw>) -> DeputyRow {
    let mut c = Cells::new(row);
    DeputyRow {
        id: c.int(),
        person: c.int(),
        deputy: c.int(),
        from_at: c.maybe_int(),
        until_at: c.maybe_int(),
        made_at: c.int(),
        made_by: c.maybe_int(),
        ended_at: c.maybe_int(),
    }
}
