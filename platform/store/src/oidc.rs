//! Sign-in through providers of identity (OpenID Connect): which there are, who is who there, and sign-ins on their way.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS oidc_provider ({id}, key TEXT NOT NULL, decl TEXT NOT NULL, secret TEXT, created_at BIGINT NOT NULL, heard_at BIGINT)",
    "CREATE UNIQUE INDEX IF NOT EXISTS oidc_provider_key ON oidc_provider (key)",
    "CREATE TABLE IF NOT EXISTS oidc_identity (provider BIGINT NOT NULL, subject TEXT NOT NULL, user_id BIGINT NOT NULL, email TEXT NOT NULL, \
     created_at BIGINT NOT NULL, used_at BIGINT, PRIMARY KEY (provider, subject)) {clustered}",
    "CREATE INDEX IF NOT EXISTS oidc_identity_user ON oidc_identity (user_id)",
    "CREATE TABLE IF NOT EXISTS oidc_flow (id TEXT PRIMARY KEY, provider BIGINT NOT NULL, nonce TEXT NOT NULL, verifier TEXT NOT NULL, \
     browser TEXT NOT NULL, redirect TEXT NOT NULL, next TEXT NOT NULL, user_id BIGINT, expires_at BIGINT NOT NULL) {clustered}",
];

/// A provider. Its secret is sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcProviderRow {
    pub id: i64,
    /// In addresses.
    pub key: String,
    /// JSON.
    pub decl: String,
    pub secret: Option<String>,
    pub created_at: i64,
    /// Last sign-in.
    pub heard_at: Option<i64>,
}

/// Who somebody is at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcIdentityRow {
    pub provider: i64,
    pub subject: String,
    pub user: i64,
    pub email: String,
    pub created_at: i64,
    pub used_at: Option<i64>,
}

/// A sign-in on its way through the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcFlowRow {
    /// Hash of the state.
    pub id: String,
    pub provider: i64,
    pub nonce: String,
    /// Sealed.
    pub verifier: String,
    /// Hash of the browser's name.
    pub browser: String,
    pub redirect: String,
    pub next: String,
    /// Who is to be linked; none for a sign-in.
    pub user: Option<i64>,
    pub expires_at: i64,
}

const PROVIDER: &str = "id, key, decl, secret, created_at, heard_at";
const IDENTITY: &str = "provider, subject, user_id, email, created_at, used_at";

impl Conn {
    /// All providers, the oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oidc_providers(&mut self) -> Result<Vec<OidcProviderRow>, StoreError> {
        Ok(self.query(&format!("SELECT {PROVIDER} FROM oidc_provider ORDER BY id"), &[])?.into_iter().map(provider).collect())
    }
    /// Keeps a new provider and gives its number.
    ///
    /// # Errors
    /// `Unique` when its key is taken.
    pub fn oidc_provider_add(&mut self, row: &OidcProviderRow) -> Result<i64, StoreError> {
        let sql = "INSERT INTO oidc_provider (key, decl, secret, created_at) VALUES ($1, $2, $3, $4)";
        let ids = self.insert_many(
            sql,
            &[vec![row.key.as_str().into(), row.decl.as_str().into(), row.secret.clone().into(), row.created_at.into()]],
        )?;
        ids.first().copied().ok_or_else(|| StoreError::other("a provider was not stored"))
    }
    /// Changes a provider.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oidc_provider_set(&mut self, row: &OidcProviderRow) -> Result<(), StoreError> {
        let sql = "UPDATE oidc_provider SET decl = $2, secret = $3, heard_at = $4 WHERE id = $1";
        self.execute(sql, &[row.id.into(), row.decl.as_str().into(), row.secret.clone().into(), row.heard_at.into()]).map(|_| ())
    }
    /// Forgets a provider with all who signed in there.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oidc_provider_drop(&mut self, id: i64) -> Result<(), StoreError> {
        for table in [
            "DELETE FROM oidc_identity WHERE provider = $1",
            "DELETE FROM oidc_flow WHERE provider = $1",
            "DELETE FROM oidc_provider WHERE id = $1",
        ] {
            self.execute(table, &[id.into()])?;
        }
        Ok(())
    }

    /// Who a subject is here.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oidc_identity(&mut self, provider: i64, subject: &str) -> Result<Option<OidcIdentityRow>, StoreError> {
        let sql = format!("SELECT {IDENTITY} FROM oidc_identity WHERE provider = $1 AND subject = $2");
        Ok(self.query_one(&sql, &[provider.into(), subject.into()])?.map(identity))
    }
    /// Who a user is at the providers.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oidc_identities(&mut self, user: i64) -> Result<Vec<OidcIdentityRow>, StoreError> {
        let sql = format!("SELECT {IDENTITY} FROM oidc_identity WHERE user_id = $1 ORDER BY provider, subject");
        Ok(self.query(&sql, &[user.into()])?.into_iter().map(identity).collect())
    }
    /// Links a subject to a user.
    ///
    /// # Errors
    /// `Unique` when the subject is somebody already.
    pub fn oidc_identity_add(&mut self, row: &OidcIdentityRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO oidc_identity (provider, subject, user_id, email, created_at, used_at) VALUES ($1, $2, $3, $4, $5, $6)";
        let params = [
            row.provider.into(),
            row.subject.as_str().into(),
            row.user.into(),
            row.email.as_str().into(),
            row.created_at.into(),
            row.used_at.into(),
        ];
        self.execute(sql, &params).map(|_| ())
    }
    /// Notes a sign-in.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oidc_identity_used(&mut self, provider: i64, subject: &str, at: i64) -> Result<(), StoreError> {
        let sql = "UPDATE oidc_identity SET used_at = $3 WHERE provider = $1 AND subject = $2";
        self.execute(sql, &[provider.into(), subject.into(), at.into()])?;
        self.execute("UPDATE oidc_provider SET heard_at = $2 WHERE id = $1", &[provider.into(), at.into()]).map(|_| ())
    }
    /// Ends a user's link to a provider; false when there was none.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oidc_identity_end(&mut self, provider: i64, user: i64) -> Result<bool, StoreError> {
        Ok(self.execute("DELETE FROM oidc_identity WHERE provider = $1 AND user_id = $2", &[provider.into(), user.into()])? > 0)
    }
    /// How many people signed in at each provider.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oidc_counts(&mut self) -> Result<Vec<(i64, i64)>, StoreError> {
        let rows = self.query("SELECT provider, COUNT(*) FROM oidc_identity GROUP BY provider ORDER BY provider", &[])?;
        Ok(rows.into_iter().map(Cells::new).map(|mut c| (c.int(), c.int())).collect())
    }

    /// Keeps a sign-in on its way; those too late are forgotten.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oidc_flow_add(&mut self, row: &OidcFlowRow, now: i64) -> Result<(), StoreError> {
        self.execute("DELETE FROM oidc_flow WHERE expires_at < $1", &[now.into()])?;
        let sql = "INSERT INTO oidc_flow (id, provider, nonce, verifier, browser, redirect, next, user_id, expires_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let params = [
            row.id.as_str().into(),
            row.provider.into(),
            row.nonce.as_str().into(),
            row.verifier.as_str().into(),
            row.browser.as_str().into(),
            row.redirect.as_str().into(),
            row.next.as_str().into(),
            row.user.into(),
            row.expires_at.into(),
        ];
        self.execute(sql, &params).map(|_| ())
    }
    /// Takes a sign-in on its way: it works once.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oidc_flow_take(&mut self, id: &str) -> Result<Option<OidcFlowRow>, StoreError> {
        let sql = "SELECT id, provider, nonce, verifier, browser, redirect, next, user_id, expires_at FROM oidc_flow WHERE id = $1";
        let Some(row) = self.query_one(sql, &[id.into()])? else { return Ok(None) };
        // of several at once only one finds it
        let taken = self.execute("DELETE FROM oidc_flow WHERE id = $1", &[id.into()])? == 1;
        let mut c = Cells::new(row);
        let row = OidcFlowRow {
            id: c.text(),
            provider: c.int(),
            nonce: c.text(),
            verifier: c.text(),
            browser: c.text(),
            redirect: c.text(),
            next: c.text(),
            user: c.maybe_int(),
            expires_at: c.int(),
        };
        Ok(taken.then_some(row))
    }
}

fn provider(row: Vec<Raw>) -> OidcProviderRow {
    let mut c = Cells::new(row);
    OidcProviderRow { id: c.int(), key: c.text(), decl: c.text(), secret: c.maybe_text(), created_at: c.int(), heard_at: c.maybe_int() }
}

fn identity(row: Vec<Raw>) -> OidcIdentityRow {
    let mut c = Cells::new(row);
    OidcIdentityRow { provider: c.int(), subject: c.text(), user: c.int(), email: c.text(), created_at: c.int(), used_at: c.maybe_int() }
}
