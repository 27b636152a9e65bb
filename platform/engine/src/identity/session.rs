//! Signing in and staying signed in.

use super::limit::{ACCOUNT, ADDRESS};
use super::{DAY, HOUR, MINUTE, bear, digest, password};
use crate::people::{EPOCH, Person};
use crate::{Ctx, Engine, Result};
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use akrab_store::{Conn, SessionRow};
use serde_json::json;
use std::sync::Arc;

/// A session ends after this long without a request …
const IDLE: i64 = 8 * HOUR;
/// … and after this long in any case.
const ABSOLUTE: i64 = 7 * DAY;
/// Time to type the second factor.
const CODE_TIME: i64 = 5 * MINUTE;

/// Where a sign-in comes from.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    pub ip: String,
    /// What the browser calls itself.
    pub agent: String,
    /// Secret of a device somebody has signed in from before.
    pub device: Option<String>,
}

/// A signed-in device. Times are microseconds UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Names the session; opens no door.
    pub id: String,
    pub user: i64,
    pub created_at: i64,
    pub used_at: i64,
    pub ip: String,
    pub agent: String,
    /// State of views and favourites when the session was looked up; see [`Ctx::looks`](crate::Ctx).
    pub looks: Option<i64>,
    /// State of the records at that moment; see [`Ctx::mark`](crate::Ctx).
    pub mark: Option<Arc<str>>,
}

/// The password was right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignedIn {
    /// Done: secrets for the session's cookie and for the device's.
    Full { user: i64, token: String, device: String },
    /// The second factor is still to be typed.
    Code { user: i64, token: String },
}

impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Self {
        Session {
            id: row.id,
            user: row.user,
            created_at: row.created_at,
            used_at: row.used_at,
            ip: row.ip,
            agent: row.agent,
            looks: None,
            mark: None,
        }
    }
}

fn wrong() -> Problem {
    Problem::new(ProblemKind::Invalid, "wrong_credentials")
}

fn account_name(email: &str) -> String {
    format!("account:{}", digest(&email.trim().to_lowercase()))
}

fn address_name(from: &Origin) -> String {
    format!("ip:{}", from.ip)
}

/// Under which codes of the second factor are counted, wherever they are typed.
pub(super) fn code_name(user: i64) -> String {
    format!("code:{user}")
}

impl Engine {
    /// Loads users, teams, roles and settings anew when another process has changed them.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn refresh_people(&self) -> Result<()> {
        let stored = self.store().read(|conn| conn.setting_get(EPOCH)).await?;
        self.refresh_to(stored.as_deref()).await
    }

    pub(crate) async fn refresh_to(&self, stored: Option<&str>) -> Result<()> {
        let epoch = stored.and_then(|t| t.parse().ok()).unwrap_or(0);
        if epoch == self.people().epoch { Ok(()) } else { self.reload_people().await }
    }

    /// Checks e-mail and password.
    ///
    /// # Errors
    /// `wrong_credentials`, the same for unknown, disabled and known accounts; `too_many_tries`.
    pub async fn sign_in(&self, email: &str, password: &str, from: &Origin) -> Result<SignedIn> {
        self.refresh_people().await?;
        let person = self.people().by_email(email).filter(|p| p.active).cloned();
        let user = person.as_ref().map_or(0, |p| p.id);
        let device = from.device.as_deref().map(digest);
        let (credential, known) = self
            .store()
            .read(move |conn| -> Result<_> {
                let known = device.as_deref().map_or(Ok(false), |d| conn.device_known(d, user))?;
                Ok((conn.credential(user)?, known.then_some(device).flatten()))
            })
            .await?;
        // strangers who guess must not lock the owner out of a device he is known on
        let address = known.is_none().then(|| address_name(from));
        let account = known.map_or_else(|| account_name(email), |device| format!("device:{device}"));
        self.count_tries(vec![(account.clone(), ACCOUNT)]).await?;
        // an office behind one address signs in as often as it likes: only what fails counts. Whoever sends
        // many guesses at once is judged one after another, each by what the former has left.
        let place = password::turn().await?;
        if let Some(address) = &address {
            self.check_tries(address.clone()).await?;
        }
        let fits = password::verify_at(&place, password, credential.as_ref().map(|c| c.hash.clone())).await?;
        let known_as = person.clone();
        let Some(person) = person.filter(|_| fits) else {
            if let Some(address) = address {
                self.count_tries(vec![(address, ADDRESS)]).await?;
            }
            let user = known_as.map(|p| p.id);
            let told = self.audit_stranger("sign_in_failed", from, user, email, false);
            self.store().write(move |conn| crate::audit::put(conn, &told)).await?;
            return Err(wrong());
        };
        drop(place);
        self.judge_way(&person).await?;
        if credential.is_some_and(|c| c.totp_on) {
            let token = self.add_session(person.id, "code", from, None, account).await?;
            return Ok(SignedIn::Code { user: person.id, token });
        }
        self.let_in(person.id, from, account).await
    }

    /// Where a provider of identity is the only way in, it is so for everybody but administrators: they are the way back
    /// when the provider is gone.
    ///
    /// # Errors
    /// `sign_in_elsewhere`.
    pub(crate) async fn judge_way(&self, person: &Person) -> Result<()> {
        let id = person.id;
        if self.store().read(move |conn| conn.is_service_account(id)).await? {
            return Err(wrong());
        }
        let only = !person.role.is_administrator() && self.oidc_open().await?.iter().any(|provider| provider.draft.only);
        if only { Err(Problem::new(ProblemKind::Invalid, "sign_in_elsewhere")) } else { Ok(()) }
    }

    /// Lets somebody in who has proven himself otherwise than by a password; a second factor is still asked for.
    pub(crate) async fn admit(&self, user: i64, from: &Origin, account: String) -> Result<SignedIn> {
        let credential = self.store().read(move |conn| conn.credential(user)).await?;
        if credential.is_some_and(|c| c.totp_on) {
            let token = self.add_session(user, "code", from, None, account).await?;
            return Ok(SignedIn::Code { user, token });
        }
        self.let_in(user, from, account).await
    }

    pub(crate) async fn let_in(&self, user: i64, from: &Origin, account: String) -> Result<SignedIn> {
        let device = from.device.clone().filter(|d| d.len() == 43).unwrap_or_else(|| self.secret());
        let token = self.add_session(user, "full", from, Some(digest(&device)), account).await?;
        Ok(SignedIn::Full { user, token, device })
    }

    async fn add_session(&self, user: i64, stage: &str, from: &Origin, device: Option<String>, account: String) -> Result<String> {
        let token = self.secret();
        let now = self.micros();
        let row = SessionRow {
            id: digest(&token),
            user,
            stage: stage.into(),
            created_at: now,
            used_at: now,
            ip: from.ip.clone(),
            agent: from.agent.chars().take(200).collect(),
        };
        let told = device.as_ref().map(|_| self.audit_stranger("sign_in", from, Some(user), "", true));
        self.store()
            .write(move |conn| -> Result<()> {
                conn.identity_tidy(now - IDLE, now - ABSOLUTE, now)?;
                if let Some(told) = &told {
                    crate::audit::put(conn, told)?;
                }
                if let Some(device) = &device {
                    conn.device_add(device, row.user, now)?;
                    conn.tries_clear(&account)?;
                }
                Ok(conn.session_add(&row)?)
            })
            .await?;
        Ok(token)
    }

    /// Checks the second factor: a code of the authenticator or a recovery code.
    ///
    /// # Errors
    /// `unauthenticated` when the time to type it is over; `wrong_code`; `too_many_tries`.
    pub async fn second_factor(&self, token: &str, code: &str, from: &Origin) -> Result<SignedIn> {
        let (id, now) = (digest(token), self.micros());
        let key = id.clone();
        let row = self.store().read(move |conn| conn.session(&key)).await?;
        let row = row.filter(|row| row.stage == "code" && now - row.created_at < CODE_TIME);
        let row = row.ok_or_else(|| Problem::new(ProblemKind::Unauthenticated, "code_too_late"))?;
        let (device, user) = (from.device.as_deref().map(digest), row.user);
        let known = self.store().read(move |conn| device.as_deref().map_or(Ok(false), |d| conn.device_known(d, user))).await?;
        if !known {
            self.check_tries(address_name(from)).await?;
        }
        self.count_tries(vec![(code_name(row.user), ACCOUNT)]).await?;
        if !self.check_code(row.user, code).await? {
            if !known {
                self.count_tries(vec![(address_name(from), ADDRESS)]).await?;
            }
            let told = self.audit_stranger("code_failed", from, Some(user), "", false);
            self.store().write(move |conn| crate::audit::put(conn, &told)).await?;
            return Err(Problem::invalid(vec![akrab_model::FieldProblem::new("code", "wrong_code")]));
        }
        self.store().write(move |conn| conn.session_end(row.user, &id)).await?;
        self.let_in(row.user, from, code_name(row.user)).await
    }

    /// Ends a sign-in that waits for its second factor, which `user` has proven otherwise.
    ///
    /// # Errors
    /// `code_too_late` when it is over, or somebody else's.
    pub(crate) async fn end_pending(&self, token: &str, user: i64) -> Result<()> {
        let (id, now) = (digest(token), self.micros());
        let key = id.clone();
        let row = self.store().read(move |conn| conn.session(&key)).await?;
        let row = row.filter(|row| row.stage == "code" && row.user == user && now - row.created_at < CODE_TIME);
        let row = row.ok_or_else(|| Problem::new(ProblemKind::Unauthenticated, "code_too_late"))?;
        self.store().write(move |conn| conn.session_end(row.user, &id)).await?;
        Ok(())
    }

    /// Refuses addresses from which too much has failed.
    ///
    /// # Errors
    /// `too_many_tries`.
    pub(crate) async fn passkey_patience(&self, from: &Origin) -> Result<()> {
        self.check_tries(address_name(from)).await
    }

    /// Counts and tells of a passkey that opened nothing.
    ///
    /// # Errors
    /// `too_many_tries`.
    pub(crate) async fn passkey_failed(&self, from: &Origin) -> Result<()> {
        self.count_tries(vec![(address_name(from), ADDRESS)]).await?;
        let told = self.audit_stranger("sign_in_failed", from, None, "", false);
        self.store().write(move |conn| crate::audit::put(conn, &told)).await
    }

    /// The session behind a cookie and its user; nothing when it has ended or the user is disabled.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn session(&self, token: &str) -> Result<Option<(Session, Arc<Person>)>> {
        let id = digest(token);
        let seen = self.store().glance(move |conn: &mut Conn| conn.session_seen(&id, EPOCH)).await?;
        let now = self.micros();
        let alive = |row: &SessionRow| row.stage == "full" && now - row.used_at < IDLE && now - row.created_at < ABSOLUTE;
        let Some((row, seen)) = seen.filter(|(row, _)| alive(row)) else { return Ok(None) };
        self.refresh_to(seen.epoch.as_deref()).await?;
        let Some(person) = self.people().user(row.user).filter(|p| p.active).cloned() else { return Ok(None) };
        if now - row.used_at > MINUTE {
            let id = row.id.clone();
            bear(self.store().write(move |conn| conn.session_touch(&id, now)).await)?;
        }
        Ok(Some((Session { looks: Some(seen.looks), mark: Some(seen.mark.into()), ..row.into() }, person)))
    }

    /// The e-mail address of whoever had this session, as long as it is remembered that there was one. Only the
    /// browser that holds the token learns it.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn session_owner(&self, token: &str) -> Result<Option<String>> {
        let id = digest(token);
        let row = self.store().read(move |conn: &mut Conn| conn.session(&id)).await?;
        let row = row.filter(|row| row.stage == "full");
        Ok(row.and_then(|row| self.people().user(row.user).filter(|p| p.active).map(|p| p.email.clone())))
    }

    /// Sessions of a user, last used first.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn sessions(&self, user: i64) -> Result<Vec<Session>> {
        let oldest = (self.micros() - IDLE, self.micros() - ABSOLUTE);
        let rows = self.store().read(move |conn| conn.sessions(user)).await?;
        Ok(rows.into_iter().filter(|r| r.used_at > oldest.0 && r.created_at > oldest.1).map(Session::from).collect())
    }

    /// Ends one session of a user.
    ///
    /// # Errors
    /// `not_found` when it is not his.
    pub async fn end_session(&self, ctx: &Ctx, user: i64, id: &str) -> Result<()> {
        let id = id.to_string();
        let told = self.audit_row(ctx, "sign_out", Some(("user", user)), json!({}));
        let ended = self.store().write(move |conn| -> Result<bool> {
            let ended = conn.session_end(user, &id)?;
            if ended {
                crate::audit::put(conn, &told)?;
            }
            Ok(ended)
        });
        if ended.await? { Ok(()) } else { Err(Problem::not_found()) }
    }

    /// Ends all sessions of a user but `except`.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn end_sessions(&self, ctx: &Ctx, user: i64, except: Option<&str>) -> Result<()> {
        let except = except.map(str::to_string);
        let told = self.audit_row(ctx, "sessions_ended", Some(("user", user)), json!({}));
        let end = self.store().write(move |conn| -> Result<()> {
            conn.sessions_end(user, except.as_deref())?;
            crate::audit::put(conn, &told)
        });
        end.await
    }
}
