//! Slows guessing down: so many tries a minute, then waits that grow.

use super::{DAY, HOUR, MINUTE, SECOND};
use crate::{Engine, Result};
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use akrab_store::Conn;

/// How often something may be tried.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    pub tries: i64,
    pub window: i64,
}

pub(super) const ACCOUNT: Limit = Limit { tries: 5, window: MINUTE };
pub(super) const ADDRESS: Limit = Limit { tries: 20, window: MINUTE };
pub(super) const MAILS: Limit = Limit { tries: 3, window: DAY };

/// The longest wait.
const LONGEST: i64 = 15 * MINUTE;
/// Who keeps quiet this long begins anew.
const FORGIVEN: i64 = HOUR;

fn limited(wait: i64) -> Problem {
    Problem::new(ProblemKind::Limited, "too_many_tries").with("seconds", (wait + SECOND - 1) / SECOND)
}

/// The wait under `name`, without counting a try.
fn wait(conn: &mut Conn, name: &str, now: i64) -> Result<Option<i64>> {
    let until = conn.tries(name)?.blocked_until;
    Ok((until > now).then(|| until - now))
}

/// Counts a try under `name`; gives the wait when there were too many.
pub(super) fn count(conn: &mut Conn, name: &str, limit: Limit, now: i64) -> Result<Option<i64>> {
    let mut state = conn.tries(name)?;
    if state.blocked_until > now {
        return Ok(Some(state.blocked_until - now));
    }
    if now - state.since >= limit.window {
        if now - state.blocked_until > FORGIVEN {
            state.strikes = 0;
        }
        (state.since, state.tries) = (now, 0);
    }
    state.tries += 1;
    let wait = (state.tries > limit.tries).then(|| {
        state.strikes += 1;
        let wait = limit.window.max(MINUTE << (state.strikes - 1).min(8));
        if limit.window >= DAY { state.since + limit.window - now } else { wait.min(LONGEST) }
    });
    if let Some(wait) = wait {
        state.blocked_until = now + wait;
        (state.since, state.tries) = (now + wait, 0);
    }
    conn.tries_set(name, &state)?;
    Ok(wait)
}

impl Engine {
    /// Counts an app that registers itself from this address.
    ///
    /// # Errors
    /// `too_many_tries` with the seconds to wait.
    pub(crate) async fn count_registration(&self, ip: &str, per_hour: i64) -> Result<()> {
        self.count_tries(vec![(format!("register-ip:{ip}"), Limit { tries: per_hour, window: HOUR })]).await
    }

    /// Refuses while `name` has to wait; counts nothing.
    ///
    /// # Errors
    /// `too_many_tries` with the seconds to wait.
    pub(super) async fn check_tries(&self, name: String) -> Result<()> {
        let now = self.micros();
        let wait = self.store().read(move |conn| wait(conn, &name, now)).await?;
        wait.map_or(Ok(()), |wait| Err(limited(wait)))
    }

    /// Counts a try under each name.
    ///
    /// # Errors
    /// `too_many_tries` with the seconds to wait.
    pub(super) async fn count_tries(&self, names: Vec<(String, Limit)>) -> Result<()> {
        let now = self.micros();
        let wait = self
            .store()
            .write(move |conn| -> Result<_> {
                let mut longest = None;
                for (name, limit) in &names {
                    longest = longest.max(count(conn, name, *limit, now)?);
                }
                Ok(longest)
            })
            .await?;
        wait.map_or(Ok(()), |wait| Err(limited(wait)))
    }
}
