//! Passkeys: the public half of keys that people's devices hold, and questions on their way to them.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS passkey (id TEXT PRIMARY KEY, user_id BIGINT NOT NULL, name TEXT NOT NULL, kind BIGINT NOT NULL, \
     public TEXT NOT NULL, counter BIGINT NOT NULL, created_at BIGINT NOT NULL, used_at BIGINT) {clustered}",
    "CREATE INDEX IF NOT EXISTS passkey_user ON passkey (user_id)",
    "CREATE TABLE IF NOT EXISTS passkey_ask (id TEXT PRIMARY KEY, user_id BIGINT, browser TEXT NOT NULL, expires_at BIGINT NOT NULL) {clustered}",
];

/// A key somebody signs in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyRow {
    /// As the device names it, base64url.
    pub id: String,
    pub user: i64,
    pub name: String,
    /// Number of its algorithm (COSE).
    pub kind: i64,
    /// Base64url.
    pub public: String,
    /// Uses, as far as the device counts them.
    pub counter: i64,
    pub created_at: i64,
    pub used_at: Option<i64>,
}

const PASSKEY: &str = "id, user_id, name, kind, public, counter, created_at, used_at";

impl Conn {
    /// Keys of a user, the oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn passkeys(&mut self, user: i64) -> Result<Vec<PasskeyRow>, StoreError> {
        let sql = format!("SELECT {PASSKEY} FROM passkey WHERE user_id = $1 ORDER BY created_at, id");
        Ok(self.query(&sql, &[user.into()])?.into_iter().map(passkey).collect())
    }
    /// How many keys a user has.
    ///
    /// # Errors
    /// Those of the database.
    pub fn passkeys_count(&mut self, user: i64) -> Result<i64, StoreError> {
        let row = self.query_one("SELECT COUNT(*) FROM passkey WHERE user_id = $1", &[user.into()])?;
        Ok(row.map_or(0, |row| Cells::new(row).int()))
    }
    /// A key.
    ///
    /// # Errors
    /// Those of the database.
    pub fn passkey(&mut self, id: &str) -> Result<Option<PasskeyRow>, StoreError> {
        Ok(self.query_one(&format!("SELECT {PASSKEY} FROM passkey WHERE id = $1"), &[id.into()])?.map(passkey))
    }
    /// Keeps a key.
    ///
    /// # Errors
    /// `Unique` when it is somebody's already.
    pub fn passkey_add(&mut self, row: &PasskeyRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO passkey (id, user_id, name, kind, public, counter, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let params = [
            row.id.as_str().into(),
            row.user.into(),
            row.name.as_str().into(),
            row.kind.into(),
            row.public.as_str().into(),
            row.counter.into(),
            row.created_at.into(),
        ];
        self.execute(sql, &params).map(|_| ())
    }
    /// Notes a use; false when somebody else has noted a later one.
    ///
    /// # Errors
    /// Those of the database.
    pub fn passkey_used(&mut self, id: &str, counter: i64, at: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE passkey SET counter = $2, used_at = $3 WHERE id = $1 AND (counter < $2 OR (counter = 0 AND $2 = 0))";
        Ok(self.execute(sql, &[id.into(), counter.into(), at.into()])? == 1)
    }
    /// Removes a key of a user; gives what it was called.
    ///
    /// # Errors
    /// Those of the database.
    pub fn passkey_end(&mut self, user: i64, id: &str) -> Result<Option<String>, StoreError> {
        let row = self.passkey(id)?.filter(|row| row.user == user);
        self.execute("DELETE FROM passkey WHERE user_id = $1 AND id = $2", &[user.into(), id.into()])?;
        Ok(row.map(|row| row.name))
    }

    /// Keeps a question; those too late are forgotten.
    ///
    /// # Errors
    /// Those of the database.
    pub fn passkey_ask(&mut self, id: &str, user: Option<i64>, browser: &str, now: i64, until: i64) -> Result<(), StoreError> {
        self.execute("DELETE FROM passkey_ask WHERE expires_at < $1", &[now.into()])?;
        let sql = "INSERT INTO passkey_ask (id, user_id, browser, expires_at) VALUES ($1, $2, $3, $4)";
        self.execute(sql, &[id.into(), user.into(), browser.into(), until.into()]).map(|_| ())
    }
    /// Uses a question up: whether it was asked of this user (of nobody in particular) in this browser, and is not too late.
    ///
    /// # Errors
    /// Those of the database.
    pub fn passkey_asked(&mut self, id: &str, user: Option<i64>, browser: &str, now: i64) -> Result<bool, StoreError> {
        let sql = "DELETE FROM passkey_ask WHERE id = $1 AND browser = $2 AND expires_at > $3 AND COALESCE(user_id, 0) = $4";
        Ok(self.execute(sql, &[id.into(), browser.into(), now.into(), user.unwrap_or(0).into()])? == 1)
    }
}

fn passkey(row: Vec<Raw>) -> PasskeyRow {
    let mut c = Cells::new(row);
    PasskeyRow {
        id: c.text(),
        user: c.int(),
        name: c.text(),
        kind: c.int(),
        public: c.text(),
        counter: c.int(),
        created_at: c.int(),
        used_at: c.maybe_int(),
    }
}
