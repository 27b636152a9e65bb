//! Links that do one thing with one record for one person. Of the secret only a checksum is kept.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS scoped_link (hash TEXT PRIMARY KEY, kind TEXT NOT NULL, deed TEXT NOT NULL, subject BIGINT NOT NULL, part BIGINT NOT NULL, \
     person BIGINT NOT NULL, until_at BIGINT NOT NULL, used_at BIGINT, revoked_at BIGINT, made_at BIGINT NOT NULL) {clustered}",
    "CREATE INDEX IF NOT EXISTS scoped_link_subject ON scoped_link (kind, subject)",
];

/// A link. Times are microseconds UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopedLinkRow {
    pub hash: String,
    /// What kind of subject it is about.
    pub kind: String,
    /// What it does.
    pub deed: String,
    pub subject: i64,
    /// Which part of the subject.
    pub part: i64,
    pub person: i64,
    pub until_at: i64,
    pub used_at: Option<i64>,
    pub revoked_at: Option<i64>,
    pub made_at: i64,
}

impl Conn {
    /// Keeps a link.
    ///
    /// # Errors
    /// Those of the database.
    pub fn scoped_link_add(&mut self, new: &ScopedLinkRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO scoped_link (hash, kind, deed, subject, part, person, until_at, made_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let params = [
            new.hash.as_str().into(),
            new.kind.as_str().into(),
            new.deed.as_str().into(),
            new.subject.into(),
            new.part.into(),
            new.person.into(),
            new.until_at.into(),
            new.made_at.into(),
        ];
        self.execute(sql, &params).map(|_| ())
    }

    /// The link with this checksum.
    ///
    /// # Errors
    /// Those of the database.
    pub fn scoped_link(&mut self, hash: &str) -> Result<Option<ScopedLinkRow>, StoreError> {
        let sql = "SELECT hash, kind, deed, subject, part, person, until_at, used_at, revoked_at, made_at FROM scoped_link WHERE hash = $1";
        Ok(self.query_one(sql, &[hash.into()])?.map(row))
    }

    /// Uses a link up; false when somebody else has, or it was revoked.
    ///
    /// # Errors
    /// Those of the database.
    pub fn scoped_link_use(&mut self, hash: &str, now: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE scoped_link SET used_at = $2 WHERE hash = $1 AND used_at IS NULL AND revoked_at IS NULL";
        Ok(self.execute(sql, &[hash.into(), now.into()])? > 0)
    }

    /// Revokes the links of a kind to one record of an object that nobody has used.
    ///
    /// # Errors
    /// Those of the database.
    pub fn scoped_links_end(&mut self, kind: &str, object: &str, subject: i64, now: i64) -> Result<(), StoreError> {
        let sql = "UPDATE scoped_link SET revoked_at = $4 WHERE kind = $1 AND deed = $2 AND subject = $3 \
                   AND used_at IS NULL AND revoked_at IS NULL";
        self.execute(sql, &[kind.into(), object.into(), subject.into(), now.into()]).map(|_| ())
    }

    /// Revokes the links of a subject that nobody has used: one person's, or all.
    ///
    /// # Errors
    /// Those of the database.
    pub fn scoped_links_revoke(&mut self, kind: &str, subject: i64, person: Option<i64>, now: i64) -> Result<(), StoreError> {
        let sql = "UPDATE scoped_link SET revoked_at = $3 WHERE kind = $1 AND subject = $2 AND used_at IS NULL AND revoked_at IS NULL \
                   AND (CAST($4 AS BIGINT) IS NULL OR person = $4)";
        self.execute(sql, &[kind.into(), subject.into(), now.into(), person.into()]).map(|_| ())
    }

    /// Forgets links that ended before this moment.
    ///
    /// # Errors
    /// Those of the database.
    pub fn scoped_links_forget(&mut self, before: i64) -> Result<u64, StoreError> {
        self.execute("DELETE FROM scoped_link WHERE until_at < $1", &[before.into()])
    }
}

fn row(row: Vec<Raw>) -> ScopedLinkRow {
    let mut c = Cells::new(row);
    ScopedLinkRow {
        hash: c.text(),
        kind: c.text(),
        deed: c.text(),
        subject: c.int(),
        part: c.int(),
        person: c.int(),
        until_at: c.int(),
        used_at: c.maybe_int(),
        revoked_at: c.maybe_int(),
        made_at: c.int(),
    }
}
