//! What proves who somebody is: passwords, second factors, sessions, API tokens, mailed links,
//! and counters against guessing. Secrets are stored hashed; a stored value never opens a door.

use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS credential (user_id BIGINT PRIMARY KEY, hash TEXT NOT NULL, set_at BIGINT NOT NULL, \
        totp TEXT, totp_on BIGINT NOT NULL DEFAULT 0)",
    "CREATE TABLE IF NOT EXISTS session (id TEXT PRIMARY KEY, user_id BIGINT NOT NULL, stage TEXT NOT NULL, \
        created_at BIGINT NOT NULL, used_at BIGINT NOT NULL, ip TEXT NOT NULL, agent TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS session_of_user ON session (user_id)",
    "CREATE TABLE IF NOT EXISTS device (id TEXT PRIMARY KEY, user_id BIGINT NOT NULL, used_at BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS api_token (id TEXT PRIMARY KEY, user_id BIGINT NOT NULL, name TEXT NOT NULL, scope TEXT NOT NULL, \
        hint TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT, used_at BIGINT)",
    "CREATE INDEX IF NOT EXISTS api_token_user ON api_token (user_id)",
    "CREATE TABLE IF NOT EXISTS reset (id TEXT PRIMARY KEY, user_id BIGINT NOT NULL, expires_at BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS attempt (id TEXT PRIMARY KEY, tries BIGINT NOT NULL, since BIGINT NOT NULL, \
        strikes BIGINT NOT NULL, blocked_until BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS totp_used (user_id BIGINT NOT NULL, step BIGINT NOT NULL, PRIMARY KEY (user_id, step))",
    "CREATE TABLE IF NOT EXISTS recovery (user_id BIGINT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (user_id, id))",
];

/// How somebody proves himself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Argon2id in PHC form.
    pub hash: String,
    /// Secret of the authenticator as the engine keeps it; asked for at sign-in once `totp_on`.
    pub totp: Option<String>,
    pub totp_on: bool,
}

/// A session; `id` is the hash of what the cookie holds. Times are microseconds UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    pub id: String,
    pub user: i64,
    /// `full`, or `code` while the second factor is outstanding.
    pub stage: String,
    pub created_at: i64,
    pub used_at: i64,
    pub ip: String,
    pub agent: String,
}

/// An API token; `id` is the hash of the token itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    pub id: String,
    pub user: i64,
    pub name: String,
    /// `read` or `write`.
    pub scope: String,
    /// Its first characters, to tell tokens apart.
    pub hint: String,
    pub created_at: i64,
    pub expires_at: Option<i64>,
    pub used_at: Option<i64>,
}

/// Tries counted under one name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attempt {
    pub tries: i64,
    /// Begin of the minute the tries are counted in.
    pub since: i64,
    /// How often the limit was passed; each doubles the wait.
    pub strikes: i64,
    pub blocked_until: i64,
}

type Done<T> = Result<T, StoreError>;

fn text(raw: Option<Raw>) -> String {
    raw.and_then(Raw::into_text).unwrap_or_default()
}
fn int(raw: Option<Raw>) -> i64 {
    raw.and_then(|r| r.int()).unwrap_or_default()
}

fn session(row: Vec<Raw>) -> SessionRow {
    let mut cells = row.into_iter();
    SessionRow {
        id: text(cells.next()),
        user: int(cells.next()),
        stage: text(cells.next()),
        created_at: int(cells.next()),
        used_at: int(cells.next()),
        ip: text(cells.next()),
        agent: text(cells.next()),
    }
}

fn token(row: Vec<Raw>) -> TokenRow {
    let mut cells = row.into_iter();
    TokenRow {
        id: text(cells.next()),
        user: int(cells.next()),
        name: text(cells.next()),
        scope: text(cells.next()),
        hint: text(cells.next()),
        created_at: int(cells.next()),
        expires_at: cells.next().and_then(|r| r.int()),
        used_at: cells.next().and_then(|r| r.int()),
    }
}

const SESSION: &str = "SELECT id, user_id, stage, created_at, used_at, ip, agent FROM session";
const TOKEN: &str = "SELECT id, user_id, name, scope, hint, created_at, expires_at, used_at FROM api_token";

/// Passwords and second factors. Here and below: times are microseconds UTC; what fails is the database.
/// What moves when things remembered are no longer true.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The setting asked for: people, rights, the workspace's own facts.
    pub epoch: Option<String>,
    /// Views and favourites.
    pub looks: i64,
    /// Records; as [`Conn::mark`].
    pub mark: String,
}

impl Conn {
    /// How a user proves himself; none before the first password.
    pub fn credential(&mut self, user: i64) -> Done<Option<Credential>> {
        let row = self.query_one("SELECT hash, totp, totp_on FROM credential WHERE user_id = $1", &[user.into()])?;
        Ok(row.map(|row| {
            let mut cells = row.into_iter();
            Credential { hash: text(cells.next()), totp: cells.next().and_then(Raw::into_text), totp_on: int(cells.next()) == 1 }
        }))
    }
    /// Sets a password, hashed; links mailed before end.
    pub fn password_set(&mut self, user: i64, hash: &str, at: i64) -> Done<()> {
        let sql = "INSERT INTO credential (user_id, hash, set_at) VALUES ($1, $2, $3) \
            ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, set_at = excluded.set_at";
        self.execute(sql, &[user.into(), hash.into(), at.into()])?;
        // a link that was mailed before must not open the account again
        self.execute("DELETE FROM reset WHERE user_id = $1", &[user.into()]).map(|_| ())
    }
    /// Sets the secret of an authenticator, or none, and whether sign-in asks for it.
    pub fn totp_set(&mut self, user: i64, secret: Option<&str>, on: bool) -> Done<()> {
        let sql = "UPDATE credential SET totp = $2, totp_on = $3 WHERE user_id = $1";
        self.execute(sql, &[user.into(), secret.into(), on.into()]).map(|_| ())
    }
    /// Turns on what was set; false when it is on already or another secret has taken its place.
    pub fn totp_on(&mut self, user: i64, secret: &str) -> Done<bool> {
        let sql = "UPDATE credential SET totp_on = 1 WHERE user_id = $1 AND totp = $2 AND totp_on = 0";
        Ok(self.execute(sql, &[user.into(), secret.into()])? == 1)
    }
    /// Every authenticator secret: user and text.
    pub fn totp_all(&mut self) -> Done<Vec<(i64, String)>> {
        let rows = self.query("SELECT user_id, totp FROM credential WHERE totp IS NOT NULL", &[])?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let mut cells = row.into_iter();
                (int(cells.next()), text(cells.next()))
            })
            .collect())
    }
    /// Puts another form of a secret in its place, if it has not changed meanwhile.
    pub fn totp_seal(&mut self, user: i64, before: &str, sealed: &str) -> Done<()> {
        let sql = "UPDATE credential SET totp = $3 WHERE user_id = $1 AND totp = $2";
        self.execute(sql, &[user.into(), before.into(), sealed.into()]).map(|_| ())
    }
    /// Marks a time step as used; false when it was already.
    pub fn totp_use(&mut self, user: i64, step: i64) -> Done<bool> {
        self.execute("DELETE FROM totp_used WHERE user_id = $1 AND step < $2", &[user.into(), (step - 10).into()])?;
        let sql = "INSERT INTO totp_used (user_id, step) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        Ok(self.execute(sql, &[user.into(), step.into()])? == 1)
    }
    /// Replaces the recovery codes; hashes.
    pub fn recovery_set(&mut self, user: i64, hashes: &[String]) -> Done<()> {
        self.execute("DELETE FROM recovery WHERE user_id = $1", &[user.into()])?;
        let rows: Vec<Vec<Raw>> = hashes.iter().map(|h| vec![user.into(), h.as_str().into()]).collect();
        self.execute_many("INSERT INTO recovery (user_id, id) VALUES ($1, $2)", &rows)
    }
    /// Uses a recovery code up; false when there is none.
    pub fn recovery_take(&mut self, user: i64, hash: &str) -> Done<bool> {
        Ok(self.execute("DELETE FROM recovery WHERE user_id = $1 AND id = $2", &[user.into(), hash.into()])? == 1)
    }
    /// Recovery codes not used yet.
    pub fn recovery_left(&mut self, user: i64) -> Done<i64> {
        let row = self.query_one("SELECT count(*) FROM recovery WHERE user_id = $1", &[user.into()])?;
        Ok(int(row.and_then(|r| r.into_iter().next())))
    }
}

/// Sessions and known devices.
impl Conn {
    /// Keeps a new session.
    pub fn session_add(&mut self, row: &SessionRow) -> Done<()> {
        let sql = "INSERT INTO session (id, user_id, stage, created_at, used_at, ip, agent) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let (id, stage, ip, agent) = (row.id.as_str(), row.stage.as_str(), row.ip.as_str(), row.agent.as_str());
        self.execute(sql, &[id.into(), row.user.into(), stage.into(), row.created_at.into(), row.used_at.into(), ip.into(), agent.into()])
            .map(|_| ())
    }
    /// A session with what tells whether things remembered are still true.
    pub fn session_seen(&mut self, id: &str, epoch: &str) -> Done<Option<(SessionRow, Seen)>> {
        // joined to nothing, the values stay out of SQLite's plans: it would plan anew for each of them
        let sql = format!(
            "SELECT s.id, s.user_id, s.stage, s.created_at, s.used_at, s.ip, s.agent, \
             (SELECT value FROM setting WHERE key = $2 || ''), (SELECT value FROM counter WHERE key = $3 || ''), {} \
             FROM session s WHERE s.id = $1 || ''",
            crate::history::mark(self.backend())
        );
        let row = self.query_one(&sql, &[id.into(), epoch.into(), crate::view::LOOKS.into()])?;
        Ok(row.map(|mut row| {
            let mark = row.pop().and_then(Raw::into_text).unwrap_or_default();
            let looks = int(row.pop());
            let epoch = row.pop().and_then(Raw::into_text);
            (session(row), Seen { epoch, looks, mark })
        }))
    }
    /// The session whose cookie has this hash.
    pub fn session(&mut self, id: &str) -> Done<Option<SessionRow>> {
        Ok(self.query_one(&format!("{SESSION} WHERE id = $1"), &[id.into()])?.map(session))
    }
    /// Notes the last use of a session.
    pub fn session_touch(&mut self, id: &str, at: i64) -> Done<()> {
        self.execute("UPDATE session SET used_at = $2 WHERE id = $1", &[id.into(), at.into()]).map(|_| ())
    }
    /// Sessions of a user, last used first.
    pub fn sessions(&mut self, user: i64) -> Done<Vec<SessionRow>> {
        let sql = format!("{SESSION} WHERE user_id = $1 AND stage = 'full' ORDER BY used_at DESC, id");
        Ok(self.query(&sql, &[user.into()])?.into_iter().map(session).collect())
    }
    /// Ends a session of this user; false when there is none.
    pub fn session_end(&mut self, user: i64, id: &str) -> Done<bool> {
        Ok(self.execute("DELETE FROM session WHERE user_id = $1 AND id = $2", &[user.into(), id.into()])? == 1)
    }
    /// Ends all sessions of a user but `except`.
    pub fn sessions_end(&mut self, user: i64, except: Option<&str>) -> Done<u64> {
        self.execute("DELETE FROM session WHERE user_id = $1 AND id <> $2", &[user.into(), except.unwrap_or("").into()])
    }
    /// Ends whatever opens the program for a user: sessions, tokens, mailed links, what he allowed apps.
    pub fn access_end(&mut self, user: i64) -> Done<()> {
        for table in ["session", "api_token", "reset"] {
            self.execute(&format!("DELETE FROM {table} WHERE user_id = $1"), &[user.into()])?;
        }
        self.service_tokens_end(user)?;
        self.oauth_end(user)
    }
    /// Forgets what has run out: sessions by last use and by age, links, tries.
    pub fn identity_tidy(&mut self, used_before: i64, created_before: i64, now: i64) -> Done<()> {
        self.execute("DELETE FROM session WHERE used_at < $1 OR created_at < $2", &[used_before.into(), created_before.into()])?;
        self.execute("DELETE FROM reset WHERE expires_at < $1", &[now.into()])?;
        self.execute("DELETE FROM attempt WHERE since < $1 AND blocked_until < $1", &[created_before.into()])?;
        Ok(())
    }
    /// Whether the user has signed in from this device before.
    pub fn device_known(&mut self, id: &str, user: i64) -> Done<bool> {
        Ok(self.query_one("SELECT 1 FROM device WHERE id = $1 AND user_id = $2", &[id.into(), user.into()])?.is_some())
    }
    /// Remembers the device of a user.
    pub fn device_add(&mut self, id: &str, user: i64, at: i64) -> Done<()> {
        let sql = "INSERT INTO device (id, user_id, used_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET user_id = excluded.user_id, used_at = excluded.used_at";
        self.execute(sql, &[id.into(), user.into(), at.into()]).map(|_| ())
    }
}

/// API tokens.
impl Conn {
    /// Keeps a new token.
    pub fn token_add(&mut self, row: &TokenRow) -> Done<()> {
        let sql = "INSERT INTO api_token (id, user_id, name, scope, hint, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let (id, name, scope, hint) = (row.id.as_str(), row.name.as_str(), row.scope.as_str(), row.hint.as_str());
        self.execute(
            sql,
            &[id.into(), row.user.into(), name.into(), scope.into(), hint.into(), row.created_at.into(), row.expires_at.into()],
        )
        .map(|_| ())
    }
    /// A token with the setting `epoch`, in one statement.
    pub fn token_seen(&mut self, id: &str, epoch: &str) -> Done<Option<(TokenRow, Option<String>)>> {
        let sql = "SELECT t.id, t.user_id, t.name, t.scope, t.hint, t.created_at, t.expires_at, t.used_at, \
            (SELECT value FROM setting WHERE key = $2 || '') FROM api_token t WHERE t.id = $1 || ''";
        let row = self.query_one(sql, &[id.into(), epoch.into()])?;
        Ok(row.map(|mut row| {
            let epoch = row.pop().and_then(Raw::into_text);
            (token(row), epoch)
        }))
    }
    /// Tokens of a user, the oldest first.
    pub fn tokens(&mut self, user: i64) -> Done<Vec<TokenRow>> {
        let sql = format!("{TOKEN} WHERE user_id = $1 ORDER BY created_at, id");
        Ok(self.query(&sql, &[user.into()])?.into_iter().map(token).collect())
    }
    /// Notes the last use of a token.
    pub fn token_touch(&mut self, id: &str, at: i64) -> Done<()> {
        self.execute("UPDATE api_token SET used_at = $2 WHERE id = $1", &[id.into(), at.into()]).map(|_| ())
    }
    /// Ends all tokens of this user; how many there were.
    pub fn tokens_end(&mut self, user: i64) -> Done<u64> {
        self.execute("DELETE FROM api_token WHERE user_id = $1", &[user.into()])
    }
    /// Ends a token of this user; false when there is none.
    pub fn token_end(&mut self, user: i64, id: &str) -> Done<bool> {
        Ok(self.execute("DELETE FROM api_token WHERE user_id = $1 AND id = $2", &[user.into(), id.into()])? == 1)
    }
}

/// Mailed links and tries.
impl Conn {
    /// Keeps a link that sets a password; earlier ones of the user end.
    pub fn reset_add(&mut self, id: &str, user: i64, expires_at: i64) -> Done<()> {
        self.execute("DELETE FROM reset WHERE user_id = $1", &[user.into()])?;
        let sql = "INSERT INTO reset (id, user_id, expires_at) VALUES ($1, $2, $3)";
        self.execute(sql, &[id.into(), user.into(), expires_at.into()]).map(|_| ())
    }
    /// The user a link is for, while it holds.
    pub fn reset_user(&mut self, id: &str, now: i64) -> Done<Option<i64>> {
        let row = self.query_one("SELECT user_id FROM reset WHERE id = $1 AND expires_at > $2", &[id.into(), now.into()])?;
        Ok(row.and_then(|r| r.into_iter().next()).and_then(|r| r.int()))
    }
    /// Uses a link up; false when somebody else did.
    pub fn reset_take(&mut self, id: &str) -> Done<bool> {
        Ok(self.execute("DELETE FROM reset WHERE id = $1", &[id.into()])? == 1)
    }
    /// Tries counted under a name; none counted when it is unknown.
    pub fn tries(&mut self, id: &str) -> Done<Attempt> {
        let row = self.query_one("SELECT tries, since, strikes, blocked_until FROM attempt WHERE id = $1", &[id.into()])?;
        Ok(row.map_or_else(Attempt::default, |row| {
            let mut cells = row.into_iter();
            Attempt { tries: int(cells.next()), since: int(cells.next()), strikes: int(cells.next()), blocked_until: int(cells.next()) }
        }))
    }
    /// Keeps the count of a name.
    pub fn tries_set(&mut self, id: &str, a: &Attempt) -> Done<()> {
        let sql = "INSERT INTO attempt (id, tries, since, strikes, blocked_until) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET \
            tries = excluded.tries, since = excluded.since, strikes = excluded.strikes, blocked_until = excluded.blocked_until";
        self.execute(sql, &[id.into(), a.tries.into(), a.since.into(), a.strikes.into(), a.blocked_until.into()]).map(|_| ())
    }
    /// Forgets the count of a name.
    pub fn tries_clear(&mut self, id: &str) -> Done<()> {
        self.execute("DELETE FROM attempt WHERE id = $1", &[id.into()]).map(|_| ())
    }
}
