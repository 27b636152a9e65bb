//! What somebody looked at lately.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS recent (person BIGINT NOT NULL, object TEXT NOT NULL, record BIGINT NOT NULL, \
     at BIGINT NOT NULL, PRIMARY KEY (person, object, record)) {clustered}",
    "CREATE INDEX IF NOT EXISTS recent_at ON recent (person, at)",
];

/// So many are kept per person.
const KEPT: i64 = 50;

/// A record somebody looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recent {
    pub object: String,
    pub id: i64,
    /// Microseconds UTC.
    pub at: i64,
}

impl Conn {
    /// Notes what people looked at: who, which record of which object, and when.
    ///
    /// # Errors
    /// Those of the database.
    pub fn recent_put(&mut self, seen: &[(i64, &str, i64, i64)]) -> Result<(), StoreError> {
        // one statement may not change a row twice: of two looks at one record the later counts
        let mut latest: BTreeMap<(i64, &str, i64), i64> = BTreeMap::new();
        for (user, object, record, at) in seen {
            let known = latest.entry((*user, object, *record)).or_insert(*at);
            *known = (*known).max(*at);
        }
        let row = |((user, object, record), at): (&(i64, &str, i64), &i64)| {
            vec![Raw::Int(*user), (*object).into(), Raw::Int(*record), Raw::Int(*at)]
        };
        let rows: Vec<Vec<Raw>> = latest.iter().map(row).collect();
        let sql = "INSERT INTO recent (person, object, record, at) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (person, object, record) DO UPDATE SET at = excluded.at";
        self.execute_many(sql, &rows)?;
        let sql = "DELETE FROM recent WHERE person = $1 AND at < \
                   (SELECT at FROM recent WHERE person = $1 ORDER BY at DESC LIMIT 1 OFFSET $2)";
        let users: BTreeSet<i64> = latest.keys().map(|(user, ..)| *user).collect();
        for user in users {
            self.execute(sql, &[Raw::Int(user), Raw::Int(KEPT - 1)])?;
        }
        Ok(())
    }

    /// What `user` looked at, the latest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn recent_list(&mut self, user: i64, limit: usize) -> Result<Vec<Recent>, StoreError> {
        let sql = format!("SELECT object, record, at FROM recent WHERE person = $1 ORDER BY at DESC, record LIMIT {limit}");
        let rows = self.query(&sql, &[Raw::Int(user)])?;
        Ok(rows.into_iter().map(Cells::new).map(|mut c| Recent { object: c.text(), id: c.int(), at: c.int() }).collect())
    }
}
