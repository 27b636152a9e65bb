//! Settings, counters, and answers kept for repeated requests.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) {clustered}",
    "CREATE TABLE IF NOT EXISTS counter (key TEXT PRIMARY KEY, value BIGINT NOT NULL) {clustered}",
    "CREATE TABLE IF NOT EXISTS idempotency (actor TEXT NOT NULL, key TEXT NOT NULL, hash TEXT NOT NULL, \
     response TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (actor, key)) {clustered}",
    "CREATE INDEX IF NOT EXISTS idempotency_at ON idempotency (at)",
];

/// The first answer to a request that may be repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Checksum of the request's body.
    pub hash: String,
    /// JSON as the caller stored it.
    pub response: String,
    pub at: i64,
}

impl Conn {
    /// Takes `count` numbers and gives the first; numbers begin with 1 and follow one another.
    ///
    /// # Errors
    /// Those of the database.
    pub fn counter_next(&mut self, key: &str, count: i64) -> Result<i64, StoreError> {
        let sql = "INSERT INTO counter (key, value) VALUES ($1, $2) \
                   ON CONFLICT (key) DO UPDATE SET value = counter.value + excluded.value RETURNING value";
        let rows = self.changing(sql, &[key.into(), Raw::Int(count)])?;
        let last = rows.first().and_then(|c| c.first()?.int());
        last.map(|last| last - count + 1).ok_or_else(|| StoreError::other("a counter gave nothing"))
    }

    /// A setting's JSON text.
    ///
    /// # Errors
    /// Those of the database.
    pub fn setting_get(&mut self, key: &str) -> Result<Option<String>, StoreError> {
        let row = self.query_one("SELECT value FROM setting WHERE key = $1", &[key.into()])?;
        Ok(row.and_then(|r| Cells::new(r).maybe_text()))
    }

    /// All settings whose key begins with `start`, by key.
    ///
    /// # Errors
    /// Those of the database.
    pub fn settings(&mut self, start: &str) -> Result<Vec<(String, String)>, StoreError> {
        let end = crate::cond::prefix_end(start);
        let sql = "SELECT key, value FROM setting WHERE key >= $1 AND (CAST($2 AS TEXT) IS NULL OR key < $2) ORDER BY key";
        let rows = self.query(sql, &[start.into(), end.into()])?;
        Ok(rows.into_iter().map(Cells::new).map(|mut c| (c.text(), c.text())).collect())
    }

    /// Stores a setting.
    ///
    /// # Errors
    /// Those of the database.
    pub fn setting_set(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        self.execute(sql, &[key.into(), value.into()]).map(|_| ())
    }

    /// Removes a setting.
    ///
    /// # Errors
    /// Those of the database.
    pub fn setting_drop(&mut self, key: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM setting WHERE key = $1", &[key.into()]).map(|_| ())
    }

    /// The kept answer to this actor's request with this key.
    ///
    /// # Errors
    /// Those of the database.
    pub fn idempotency_get(&mut self, actor: &str, key: &str) -> Result<Option<Answered>, StoreError> {
        let sql = "SELECT hash, response, at FROM idempotency WHERE actor = $1 AND key = $2";
        let row = self.query_one(sql, &[actor.into(), key.into()])?.map(Cells::new);
        Ok(row.map(|mut c| Answered { hash: c.text(), response: c.text(), at: c.int() }))
    }

    /// Keeps an answer, in the transaction of the change it answers.
    ///
    /// # Errors
    /// `Unique` when the same key was answered meanwhile.
    pub fn idempotency_put(&mut self, actor: &str, key: &str, answered: &Answered) -> Result<(), StoreError> {
        let sql = "INSERT INTO idempotency (actor, key, hash, response, at) VALUES ($1, $2, $3, $4, $5)";
        let Answered { hash, response, at } = answered;
        self.execute(sql, &[actor.into(), key.into(), hash.as_str().into(), response.as_str().into(), Raw::Int(*at)])?;
        Ok(())
    }

    /// Forgets answers kept before `before`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn idempotency_forget(&mut self, before: i64) -> Result<u64, StoreError> {
        self.execute("DELETE FROM idempotency WHERE at < $1", &[Raw::Int(before)])
    }
}
