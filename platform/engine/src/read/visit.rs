//! What people look at, noted in the background: what comes while the database writes goes with the next writing.

use crate::{Ctx, Engine, Result};
use akrab_model::RecordId;
use std::mem::take;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Between two writings: the first view is noted at once, those of busy times together. Every writing also makes the
/// figures that pages keep be worked out anew.
const REST: Duration = Duration::from_millis(200);

/// Views that wait to be noted.
#[derive(Default)]
pub(crate) struct Visits(Mutex<Waiting>);

#[derive(Default)]
struct Waiting {
    visits: Vec<Visit>,
    /// Somebody is at work noting them.
    writing: bool,
}

/// Somebody saw a record.
#[derive(Clone)]
struct Visit {
    user: RecordId,
    object: String,
    id: RecordId,
    /// Microseconds UTC.
    at: i64,
}

impl Visits {
    /// Takes one in; whether the caller has to note them.
    fn push(&self, visit: Visit) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.visits.push(visit);
        !std::mem::replace(&mut waiting.writing, true)
    }

    /// All that wait; none ends the work of whoever notes them.
    fn next(&self) -> Vec<Visit> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.writing = !waiting.visits.is_empty();
        take(&mut waiting.visits)
    }
}

impl Engine {
    /// Notes that the acting user looked at a record; what he was told of it counts as read. Nobody waits for it: it is kept in the
    /// background, and a failure is only logged.
    pub fn looked_at(&self, ctx: &Ctx, object: &str, id: RecordId) {
        let Some(user) = ctx.user_id().filter(|_| !ctx.read_only) else { return };
        if self.inner.visits.push(Visit { user, object: object.into(), id, at: ctx.micros() }) {
            tokio::spawn(self.clone().note_visits());
        }
    }

    async fn note_visits(self) {
        loop {
            let visits = self.inner.visits.next();
            if visits.is_empty() {
                return;
            }
            let kept = self.inner.store.write(move |conn| -> Result<u64> {
                let mut read = 0;
                let seen: Vec<_> = visits.iter().map(|visit| (visit.user, visit.object.as_str(), visit.id, visit.at)).collect();
                conn.recent_put(&seen)?;
                let mut users: Vec<RecordId> = visits.iter().map(|visit| visit.user).collect();
                users.sort_unstable();
                users.dedup();
                let waiting = conn.notices_wait(&users)?;
                for visit in visits.iter().filter(|visit| waiting.contains(&visit.user)) {
                    read += conn.notices_seen(visit.user, &visit.object, visit.id, visit.at)?;
                }
                Ok(read)
            });
            match kept.await {
                Ok(0) => {}
                // the number of unread ones is another one now
                Ok(_) => self.inner.figures.changed(),
                Err(problem) => tracing::warn!(cause = ?problem.cause, "visits were not noted"),
            }
            tokio::time::sleep(REST).await;
        }
    }
}
