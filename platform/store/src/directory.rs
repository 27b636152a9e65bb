//! What a company's directory calls its people here, and service accounts with their tokens.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS directory_name (kind TEXT NOT NULL, record BIGINT NOT NULL, external TEXT NOT NULL, PRIMARY KEY (kind, record)) {clustered}",
    "CREATE TABLE IF NOT EXISTS service_account (user_id BIGINT PRIMARY KEY, about TEXT NOT NULL, created_at BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS service_token (id TEXT PRIMARY KEY, user_id BIGINT NOT NULL, name TEXT NOT NULL, scopes TEXT NOT NULL, \
     hint TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT, used_at BIGINT) {clustered}",
    "CREATE INDEX IF NOT EXISTS service_token_user ON service_token (user_id)",
];

/// A token of a service account; `id` is the hash of the token itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceTokenRow {
    pub id: String,
    pub user: i64,
    pub name: String,
    /// Names with blanks between.
    pub scopes: String,
    /// Its first characters.
    pub hint: String,
    pub created_at: i64,
    pub expires_at: Option<i64>,
    pub used_at: Option<i64>,
}

const TOKEN: &str = "id, user_id, name, scopes, hint, created_at, expires_at, used_at";

impl Conn {
    /// What the directory calls records of a kind.
    ///
    /// # Errors
    /// Those of the database.
    pub fn directory_names(&mut self, kind: &str) -> Result<Vec<(i64, String)>, StoreError> {
        let rows = self.query("SELECT record, external FROM directory_name WHERE kind = $1 ORDER BY record", &[kind.into()])?;
        Ok(rows.into_iter().map(Cells::new).map(|mut c| (c.int(), c.text())).collect())
    }
    /// Keeps what the directory calls a record; forgets it when that is nothing.
    ///
    /// # Errors
    /// Those of the database.
    pub fn directory_name_set(&mut self, kind: &str, record: i64, external: Option<&str>) -> Result<(), StoreError> {
        match external {
            Some(external) => {
                let sql = "INSERT INTO directory_name (kind, record, external) VALUES ($1, $2, $3) \
                           ON CONFLICT (kind, record) DO UPDATE SET external = excluded.external";
                self.execute(sql, &[kind.into(), record.into(), external.into()]).map(|_| ())
            }
            None => self.execute("DELETE FROM directory_name WHERE kind = $1 AND record = $2", &[kind.into(), record.into()]).map(|_| ()),
        }
    }

    /// Service accounts: user and what it is for.
    ///
    /// # Errors
    /// Those of the database.
    pub fn service_accounts(&mut self) -> Result<Vec<(i64, String, i64)>, StoreError> {
        let rows = self.query("SELECT user_id, about, created_at FROM service_account ORDER BY user_id", &[])?;
        Ok(rows.into_iter().map(Cells::new).map(|mut c| (c.int(), c.text(), c.int())).collect())
    }
    /// Whether a user is a service account.
    ///
    /// # Errors
    /// Those of the database.
    pub fn is_service_account(&mut self, user: i64) -> Result<bool, StoreError> {
        Ok(self.query_one("SELECT 1 FROM service_account WHERE user_id = $1", &[user.into()])?.is_some())
    }
    /// Keeps a service account.
    ///
    /// # Errors
    /// Those of the database.
    pub fn service_account_set(&mut self, user: i64, about: &str, at: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO service_account (user_id, about, created_at) VALUES ($1, $2, $3) ON CONFLICT (user_id) DO UPDATE SET about = excluded.about";
        self.execute(sql, &[user.into(), about.into(), at.into()]).map(|_| ())
    }
    /// Tokens of a service account, the oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn service_tokens(&mut self, user: i64) -> Result<Vec<ServiceTokenRow>, StoreError> {
        let sql = format!("SELECT {TOKEN} FROM service_token WHERE user_id = $1 ORDER BY created_at, id");
        Ok(self.query(&sql, &[user.into()])?.into_iter().map(|row| token(&mut Cells::new(row))).collect())
    }
    /// A token with the setting `epoch`, in one statement.
    ///
    /// # Errors
    /// Those of the database.
    pub fn service_token_seen(&mut self, id: &str, epoch: &str) -> Result<Option<(ServiceTokenRow, Option<String>)>, StoreError> {
        let sql = format!("SELECT {TOKEN}, (SELECT value FROM setting WHERE key = $2 || '') FROM service_token WHERE id = $1 || ''");
        Ok(self.query_one(&sql, &[id.into(), epoch.into()])?.map(|row| {
            let mut c = Cells::new(row);
            (token(&mut c), c.maybe_text())
        }))
    }
    /// Keeps a token.
    ///
    /// # Errors
    /// Those of the database.
    pub fn service_token_add(&mut self, row: &ServiceTokenRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO service_token (id, user_id, name, scopes, hint, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let params = [
            row.id.as_str().into(),
            row.user.into(),
            row.name.as_str().into(),
            row.scopes.as_str().into(),
            row.hint.as_str().into(),
            row.created_at.into(),
            row.expires_at.into(),
        ];
        self.execute(sql, &params).map(|_| ())
    }
    /// Notes the last use of a token.
    ///
    /// # Errors
    /// Those of the database.
    pub fn service_token_touch(&mut self, id: &str, at: i64) -> Result<(), StoreError> {
        self.execute("UPDATE service_token SET used_at = $2 WHERE id = $1", &[id.into(), at.into()]).map(|_| ())
    }
    /// Ends a token of this account; false when there is none.
    ///
    /// # Errors
    /// Those of the database.
    pub fn service_token_end(&mut self, user: i64, id: &str) -> Result<bool, StoreError> {
        Ok(self.execute("DELETE FROM service_token WHERE user_id = $1 AND id = $2", &[user.into(), id.into()])? == 1)
    }
}

fn token(c: &mut Cells) -> ServiceTokenRow {
    ServiceTokenRow {
        id: c.text(),
        user: c.int(),
        name: c.text(),
        scopes: c.text(),
        hint: c.text(),
        created_at: c.int(),
        expires_at: c.maybe_int(),
        used_at: c.maybe_int(),
    }
}

impl Conn {
    /// Ends the tokens of a service account.
    pub(crate) fn service_tokens_end(&mut self, user: i64) -> Result<u64, StoreError> {
        self.execute("DELETE FROM service_token WHERE user_id = $1", &[Raw::Int(user)])
    }
}
