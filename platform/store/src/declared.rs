//! Declarations that people change in the settings: every version of them, with the moment from which it counts, and what is
//! being written of them and does not count yet.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS declared_version (kind TEXT NOT NULL, key TEXT NOT NULL, version BIGINT NOT NULL, \
     name TEXT NOT NULL, decl TEXT NOT NULL, retired BIGINT NOT NULL, valid_from BIGINT NOT NULL, at BIGINT NOT NULL, actor BIGINT, \
     PRIMARY KEY (kind, key, version)) {clustered}",
    "CREATE TABLE IF NOT EXISTS declared_draft (kind TEXT NOT NULL, key TEXT NOT NULL, name TEXT NOT NULL, decl TEXT NOT NULL, \
     at BIGINT NOT NULL, actor BIGINT, PRIMARY KEY (kind, key)) {clustered}",
];

/// A version as stored; `name` and `decl` are JSON, times are microseconds UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredVersion {
    pub key: String,
    pub version: i64,
    pub name: String,
    pub decl: String,
    pub retired: bool,
    pub valid_from: i64,
    pub at: i64,
    pub actor: Option<i64>,
}

/// What is being written and does not count yet; `name` and `decl` are JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredDraft {
    pub key: String,
    pub name: String,
    pub decl: String,
    /// Microseconds UTC.
    pub at: i64,
    pub actor: Option<i64>,
}

const COLUMNS: &str = "key, version, name, decl, retired, valid_from, at, actor";

impl Conn {
    /// Versions of one kind and, if named, of one key, the latest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn declared_versions(&mut self, kind: &str, key: Option<&str>) -> Result<Vec<DeclaredVersion>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM declared_version WHERE kind = $1 AND (CAST($2 AS TEXT) IS NULL OR key = $2) ORDER BY key, version DESC"
        );
        let rows = self.query(&sql, &[kind.into(), key.map_or(Raw::Null, Raw::from)])?;
        Ok(rows.into_iter().map(version).collect())
    }

    /// Keeps a version.
    ///
    /// # Errors
    /// `Unique` when somebody kept one of this number meanwhile.
    pub fn declared_version_add(&mut self, kind: &str, new: &DeclaredVersion) -> Result<(), StoreError> {
        let sql = "INSERT INTO declared_version (kind, key, version, name, decl, retired, valid_from, at, actor) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let params = [
            kind.into(),
            new.key.as_str().into(),
            new.version.into(),
            new.name.as_str().into(),
            new.decl.as_str().into(),
            new.retired.into(),
            new.valid_from.into(),
            new.at.into(),
            new.actor.into(),
        ];
        self.execute(sql, &params).map(|_| ())
    }

    /// What is being written of a declaration.
    ///
    /// # Errors
    /// Those of the database.
    pub fn declared_draft(&mut self, kind: &str, key: &str) -> Result<Option<DeclaredDraft>, StoreError> {
        let sql = "SELECT key, name, decl, at, actor FROM declared_draft WHERE kind = $1 AND key = $2";
        Ok(self.query_one(sql, &[kind.into(), key.into()])?.map(|row| {
            let mut c = Cells::new(row);
            DeclaredDraft { key: c.text(), name: c.text(), decl: c.text(), at: c.int(), actor: c.maybe_int() }
        }))
    }

    /// Keeps what is being written, in the place of what was written before.
    ///
    /// # Errors
    /// Those of the database.
    pub fn declared_draft_put(&mut self, kind: &str, draft: &DeclaredDraft) -> Result<(), StoreError> {
        let sql = "INSERT INTO declared_draft (kind, key, name, decl, at, actor) VALUES ($1, $2, $3, $4, $5, $6) \
                   ON CONFLICT (kind, key) DO UPDATE SET name = excluded.name, decl = excluded.decl, at = excluded.at, actor = excluded.actor";
        let params = [
            kind.into(),
            draft.key.as_str().into(),
            draft.name.as_str().into(),
            draft.decl.as_str().into(),
            draft.at.into(),
            draft.actor.into(),
        ];
        self.execute(sql, &params).map(|_| ())
    }

    /// Forgets what was being written.
    ///
    /// # Errors
    /// Those of the database.
    pub fn declared_draft_drop(&mut self, kind: &str, key: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM declared_draft WHERE kind = $1 AND key = $2", &[kind.into(), key.into()]).map(|_| ())
    }
}

fn version(row: Vec<Raw>) -> DeclaredVersion {
    let mut c = Cells::new(row);
    DeclaredVersion {
        key: c.text(),
        version: c.int(),
        name: c.text(),
        decl: c.text(),
        retired: c.int() != 0,
        valid_from: c.int(),
        at: c.int(),
        actor: c.maybe_int(),
    }
}
