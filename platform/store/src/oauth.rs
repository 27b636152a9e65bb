//! Apps of others, what people allowed them, and the codes and tokens that follow. Of every secret only its hash.

use crate::cells::Cells;
use crate::conn::{Backend, Conn};
use crate::error::StoreError;
use akrab_model::Raw;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS oauth_app (id TEXT PRIMARY KEY, name TEXT NOT NULL, uri TEXT NOT NULL, redirects TEXT NOT NULL, scopes TEXT, \
     secret TEXT, registered BIGINT NOT NULL, owner BIGINT, created_at BIGINT NOT NULL) {clustered}",
    "CREATE TABLE IF NOT EXISTS oauth_grant ({id}, app TEXT NOT NULL, user_id BIGINT NOT NULL, scopes TEXT NOT NULL, resource TEXT NOT NULL, \
     created_at BIGINT NOT NULL, used_at BIGINT)",
    "CREATE INDEX IF NOT EXISTS oauth_grant_user ON oauth_grant (user_id)",
    "CREATE INDEX IF NOT EXISTS oauth_grant_app ON oauth_grant (app)",
    "CREATE TABLE IF NOT EXISTS oauth_code (id TEXT PRIMARY KEY, app TEXT NOT NULL, user_id BIGINT NOT NULL, redirect TEXT NOT NULL, \
     scopes TEXT NOT NULL, resource TEXT NOT NULL, challenge TEXT NOT NULL, expires_at BIGINT NOT NULL, spent_grant BIGINT) {clustered}",
    "CREATE TABLE IF NOT EXISTS oauth_token (id TEXT PRIMARY KEY, grant_id BIGINT NOT NULL, kind TEXT NOT NULL, created_at BIGINT NOT NULL, \
     expires_at BIGINT NOT NULL, spent_at BIGINT) {clustered}",
    "CREATE INDEX IF NOT EXISTS oauth_token_grant ON oauth_token (grant_id)",
    "CREATE INDEX IF NOT EXISTS oauth_token_expiry ON oauth_token (expires_at)",
];

/// An app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppRow {
    /// The `client_id`.
    pub id: String,
    pub name: String,
    /// Its home page; empty when it said none.
    pub uri: String,
    /// JSON list.
    pub redirects: String,
    /// What it may ask for; everything when absent.
    pub scopes: Option<String>,
    /// Hash; none for apps that can keep no secret.
    pub secret: Option<String>,
    /// It registered itself.
    pub registered: bool,
    /// Who registered it.
    pub owner: Option<i64>,
    pub created_at: i64,
}

/// What somebody allowed an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRow {
    pub id: i64,
    pub app: String,
    pub user: i64,
    pub scopes: String,
    /// The address the tokens are for.
    pub resource: String,
    pub created_at: i64,
    pub used_at: Option<i64>,
}

/// A code on its way from the browser to the app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeRow {
    /// Hash.
    pub id: String,
    pub app: String,
    pub user: i64,
    pub redirect: String,
    pub scopes: String,
    pub resource: String,
    pub challenge: String,
    pub expires_at: i64,
    /// The grant it became.
    pub spent: Option<i64>,
}

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OauthTokenRow {
    /// Hash.
    pub id: String,
    pub grant: i64,
    /// `access`, `refresh`.
    pub kind: String,
    pub created_at: i64,
    pub expires_at: i64,
    /// A refresh token that was used.
    pub spent_at: Option<i64>,
}

const APP: &str = "id, name, uri, redirects, scopes, secret, registered, owner, created_at";
const GRANT: &str = "id, app, user_id, scopes, resource, created_at, used_at";
const CODE: &str = "id, app, user_id, redirect, scopes, resource, challenge, expires_at, spent_grant";
const TOKEN: &str = "id, grant_id, kind, created_at, expires_at, spent_at";

impl Conn {
    /// All apps, by name.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oauth_apps(&mut self) -> Result<Vec<AppRow>, StoreError> {
        Ok(self.query(&format!("SELECT {APP} FROM oauth_app ORDER BY name, id"), &[])?.into_iter().map(app).collect())
    }
    /// One app.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oauth_app(&mut self, id: &str) -> Result<Option<AppRow>, StoreError> {
        Ok(self.query_one(&format!("SELECT {APP} FROM oauth_app WHERE id = $1"), &[id.into()])?.map(app))
    }
    /// Keeps an app, new or changed.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oauth_app_put(&mut self, row: &AppRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO oauth_app (id, name, uri, redirects, scopes, secret, registered, owner, created_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET name = excluded.name, uri = excluded.uri, \
                   redirects = excluded.redirects, scopes = excluded.scopes, secret = excluded.secret";
        let params = [
            row.id.as_str().into(),
            row.name.as_str().into(),
            row.uri.as_str().into(),
            row.redirects.as_str().into(),
            row.scopes.clone().into(),
            row.secret.clone().into(),
            row.registered.into(),
            row.owner.into(),
            row.created_at.into(),
        ];
        self.execute(sql, &params).map(|_| ())
    }
    /// Forgets an app with all that was allowed to it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oauth_app_drop(&mut self, id: &str) -> Result<(), StoreError> {
        for sql in [
            "DELETE FROM oauth_token WHERE grant_id IN (SELECT id FROM oauth_grant WHERE app = $1)",
            "DELETE FROM oauth_grant WHERE app = $1",
            "DELETE FROM oauth_code WHERE app = $1",
            "DELETE FROM oauth_app WHERE id = $1",
        ] {
            self.execute(sql, &[id.into()])?;
        }
        Ok(())
    }
    /// How many people allowed each app something.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oauth_app_uses(&mut self) -> Result<Vec<(String, i64)>, StoreError> {
        let rows = self.query("SELECT app, COUNT(*) FROM oauth_grant GROUP BY app ORDER BY app", &[])?;
        Ok(rows.into_iter().map(Cells::new).map(|mut c| (c.text(), c.int())).collect())
    }

    /// Keeps what somebody allowed and gives its number.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oauth_grant_add(&mut self, row: &GrantRow) -> Result<i64, StoreError> {
        let sql = "INSERT INTO oauth_grant (app, user_id, scopes, resource, created_at) VALUES ($1, $2, $3, $4, $5)";
        let params =
            vec![row.app.as_str().into(), row.user.into(), row.scopes.as_str().into(), row.resource.as_str().into(), row.created_at.into()];
        let ids = self.insert_many(sql, &[params])?;
        ids.first().copied().ok_or_else(|| StoreError::other("a grant was not stored"))
    }
    /// What a person allowed, the oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oauth_grants(&mut self, user: i64) -> Result<Vec<GrantRow>, StoreError> {
        let sql = format!("SELECT {GRANT} FROM oauth_grant WHERE user_id = $1 ORDER BY id");
        Ok(self.query(&sql, &[user.into()])?.into_iter().map(grant).collect())
    }
    /// One grant; while writing nobody else works on it until the transaction ends.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oauth_grant(&mut self, id: i64) -> Result<Option<GrantRow>, StoreError> {
        let sql = format!("SELECT {GRANT} FROM oauth_grant WHERE id = $1");
        let rows = match (self.backend(), self.writable) {
            (Backend::Postgres, true) => self.changing(&format!("{sql} FOR UPDATE"), &[id.into()])?,
            _ => self.query(&sql, &[id.into()])?,
        };
        Ok(rows.into_iter().next().map(grant))
    }
    /// Notes the last use.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oauth_grant_touch(&mut self, id: i64, at: i64) -> Result<(), StoreError> {
        self.execute("UPDATE oauth_grant SET used_at = $2 WHERE id = $1", &[id.into(), at.into()]).map(|_| ())
    }
    /// Ends what was allowed, with its tokens. False when there was none.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oauth_grant_end(&mut self, id: i64) -> Result<bool, StoreError> {
        self.execute("DELETE FROM oauth_token WHERE grant_id = $1", &[id.into()])?;
        Ok(self.execute("DELETE FROM oauth_grant WHERE id = $1", &[id.into()])? > 0)
    }
    /// Ends all a person allowed.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oauth_end(&mut self, user: i64) -> Result<(), StoreError> {
        for sql in [
            "DELETE FROM oauth_token WHERE grant_id IN (SELECT id FROM oauth_grant WHERE user_id = $1)",
            "DELETE FROM oauth_grant WHERE user_id = $1",
            "DELETE FROM oauth_code WHERE user_id = $1",
        ] {
            self.execute(sql, &[user.into()])?;
        }
        Ok(())
    }

    /// Keeps a code.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oauth_code_add(&mut self, row: &CodeRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO oauth_code (id, app, user_id, redirect, scopes, resource, challenge, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let params = [
            row.id.as_str().into(),
            row.app.as_str().into(),
            row.user.into(),
            row.redirect.as_str().into(),
            row.scopes.as_str().into(),
            row.resource.as_str().into(),
            row.challenge.as_str().into(),
            row.expires_at.into(),
        ];
        self.execute(sql, &params).map(|_| ())
    }
    /// A code.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oauth_code(&mut self, id: &str) -> Result<Option<CodeRow>, StoreError> {
        Ok(self.query_one(&format!("SELECT {CODE} FROM oauth_code WHERE id = $1"), &[id.into()])?.map(code))
    }
    /// Uses a code up; false when somebody else did.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oauth_code_spend(&mut self, id: &str, grant: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE oauth_code SET spent_grant = $2 WHERE id = $1 AND spent_grant IS NULL";
        Ok(self.execute(sql, &[id.into(), grant.into()])? > 0)
    }

    /// Keeps a token.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oauth_token_add(&mut self, row: &OauthTokenRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO oauth_token (id, grant_id, kind, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)";
        let params = [row.id.as_str().into(), row.grant.into(), row.kind.as_str().into(), row.created_at.into(), row.expires_at.into()];
        self.execute(sql, &params).map(|_| ())
    }
    /// A token.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oauth_token(&mut self, id: &str) -> Result<Option<OauthTokenRow>, StoreError> {
        Ok(self.query_one(&format!("SELECT {TOKEN} FROM oauth_token WHERE id = $1"), &[id.into()])?.map(token))
    }
    /// A token with what was allowed and the setting `epoch`, in one statement.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oauth_token_seen(&mut self, id: &str, epoch: &str) -> Result<Option<(OauthTokenRow, GrantRow, Option<String>)>, StoreError> {
        let sql = "SELECT t.id, t.grant_id, t.kind, t.created_at, t.expires_at, t.spent_at, g.id, g.app, g.user_id, g.scopes, g.resource, \
                   g.created_at, g.used_at, (SELECT value FROM setting WHERE key = $2 || '') \
                   FROM oauth_token t JOIN oauth_grant g ON g.id = t.grant_id WHERE t.id = $1 || ''";
        let row = self.query_one(sql, &[id.into(), epoch.into()])?;
        Ok(row.map(|row| {
            let mut c = Cells::new(row);
            (of_token(&mut c), of_grant(&mut c), c.maybe_text())
        }))
    }
    /// Uses a refresh token up; false when it was already.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oauth_token_spend(&mut self, id: &str, at: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE oauth_token SET spent_at = $2 WHERE id = $1 AND spent_at IS NULL";
        Ok(self.execute(sql, &[id.into(), at.into()])? > 0)
    }
    /// Ends the access tokens of a grant.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oauth_access_end(&mut self, grant: i64) -> Result<(), StoreError> {
        self.execute("DELETE FROM oauth_token WHERE grant_id = $1 AND kind = 'access'", &[grant.into()]).map(|_| ())
    }
    /// Forgets what has run out: codes, tokens, grants without any token, and apps that registered themselves before
    /// `unused` and that nobody allowed anything.
    ///
    /// # Errors
    /// Those of the database.
    pub fn oauth_tidy(&mut self, now: i64, unused: i64) -> Result<u64, StoreError> {
        let mut gone = 0;
        for sql in [
            "DELETE FROM oauth_code WHERE expires_at < $1",
            "DELETE FROM oauth_token WHERE expires_at < $1",
            "DELETE FROM oauth_grant WHERE created_at < $1 AND NOT EXISTS (SELECT 1 FROM oauth_token t WHERE t.grant_id = oauth_grant.id)",
        ] {
            gone += self.execute(sql, &[now.into()])?;
        }
        let apps = "DELETE FROM oauth_app WHERE registered = 1 AND created_at < $1 AND NOT EXISTS (SELECT 1 FROM oauth_grant g WHERE g.app = oauth_app.id)";
        Ok(gone + self.execute(apps, &[unused.into()])?)
    }
}

fn app(row: Vec<Raw>) -> AppRow {
    let mut c = Cells::new(row);
    AppRow {
        id: c.text(),
        name: c.text(),
        uri: c.text(),
        redirects: c.text(),
        scopes: c.maybe_text(),
        secret: c.maybe_text(),
        registered: c.int() != 0,
        owner: c.maybe_int(),
        created_at: c.int(),
    }
}

fn grant(row: Vec<Raw>) -> GrantRow {
    of_grant(&mut Cells::new(row))
}

fn of_grant(c: &mut Cells) -> GrantRow {
    GrantRow {
        id: c.int(),
        app: c.text(),
        user: c.int(),
        scopes: c.text(),
        resource: c.text(),
        created_at: c.int(),
        used_at: c.maybe_int(),
    }
}

fn code(row: Vec<Raw>) -> CodeRow {
    let mut c = Cells::new(row);
    CodeRow {
        id: c.text(),
        app: c.text(),
        user: c.int(),
        redirect: c.text(),
        scopes: c.text(),
        resource: c.text(),
        challenge: c.text(),
        expires_at: c.int(),
        spent: c.maybe_int(),
    }
}

fn token(row: Vec<Raw>) -> OauthTokenRow {
    of_token(&mut Cells::new(row))
}

fn of_token(c: &mut Cells) -> OauthTokenRow {
    OauthTokenRow { id: c.text(), grant: c.int(), kind: c.text(), created_at: c.int(), expires_at: c.int(), spent_at: c.maybe_int() }
}
