//! What happens in the workspace, told to whoever has a page open, and who has which record in front of him.
//! Changes of other processes on the same database are told as well: what is told is read from the database.

use crate::{Ctx, Engine, Result};
use akrab_model::{Problem, RecordId};
use akrab_store::Conn;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::broadcast::{Receiver, Sender, channel};

/// Between two looks when nobody of this process has changed anything.
const LOOK: Duration = Duration::from_secs(1);
/// What comes within so short a time is told together.
const GATHER: Duration = Duration::from_millis(80);
/// More changes at once are told as a flood.
const FLOOD: usize = 1_000;
/// On PostgreSQL a number may be committed after greater ones: so many are looked at again.
const LATE: i64 = 200;
/// Moments kept for those who are slow to listen.
const BACKLOG: usize = 64;
/// Whoever has not said so again within these microseconds has left.
const GONE: i64 = 50_000_000;
const HOUR: i64 = 3_600_000_000;

/// A record that was changed, or in whose timeline something was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stirred {
    /// Object key.
    pub object: String,
    pub record: RecordId,
    /// Who did it; none for the program itself.
    pub actor: Option<i64>,
}

/// What happened in one moment.
#[derive(Debug, Clone, Default)]
pub struct Happened {
    pub records: BTreeSet<Stirred>,
    /// More than can be named.
    pub flood: bool,
    /// People who were told something.
    pub told: BTreeSet<i64>,
    /// A record somebody of this process came to or left: object key and id.
    pub presence: Option<(String, RecordId)>,
}

/// The ear and the mouth of it.
pub(crate) struct Live {
    told: Sender<Arc<Happened>>,
    stirred: tokio::sync::Notify,
    watching: AtomicBool,
}

impl Default for Live {
    fn default() -> Self {
        Self { told: channel(BACKLOG).0, stirred: tokio::sync::Notify::new(), watching: AtomicBool::new(false) }
    }
}

impl Live {
    /// Something was written by this process: it is looked at once.
    pub fn stir(&self) {
        if self.watching.load(Ordering::Relaxed) {
            self.stirred.notify_one();
        }
    }
}

/// How far has been looked.
#[derive(Debug, Clone, Default)]
struct Seen {
    mark: String,
    change: i64,
    notice: i64,
    /// Numbers within [`LATE`] of the newest that are told already.
    late: HashSet<i64>,
}

impl Engine {
    /// Hears of everything that happens from now on. The database is looked at while somebody listens.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn listen(&self) -> Result<Receiver<Arc<Happened>>> {
        let live = &self.inner.live;
        let ear = live.told.subscribe();
        if !live.watching.swap(true, Ordering::AcqRel) {
            // where things stand is known before the answer: what happens after it is heard
            match self.look(None).await {
                Ok((seen, _)) => drop(tokio::spawn(watch(self.clone(), seen))),
                Err(problem) => {
                    live.watching.store(false, Ordering::Release);
                    return Err(problem);
                }
            }
        }
        Ok(ear)
    }

    async fn look(&self, from: Option<Seen>) -> Result<(Seen, Option<Happened>)> {
        let registry = self.registry();
        self.inner.store.read(move |conn| look(conn, &registry, from)).await
    }

    /// The actor has a record in front of him on a page of this name; to be said again every 20 seconds or so.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn arrive(&self, ctx: &Ctx, object: &str, id: RecordId, page: &str) -> Result<()> {
        let Some(person) = ctx.user_id() else { return Ok(()) };
        let (key, name, at) = (object.to_string(), page.to_string(), self.micros());
        let put = move |conn: &mut Conn| -> Result<()> { Ok(conn.presence_put(&key, id, person, &name, at)?) };
        self.inner.store.write(put).await?;
        self.tell_presence(object, id);
        Ok(())
    }

    /// The page is left.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn leave(&self, ctx: &Ctx, object: &str, id: RecordId, page: &str) -> Result<()> {
        let Some(person) = ctx.user_id() else { return Ok(()) };
        let (key, name, before) = (object.to_string(), page.to_string(), self.micros() - HOUR);
        let leave = move |conn: &mut Conn| -> Result<()> { Ok(conn.presence_drop(&key, id, person, &name, before)?) };
        self.inner.store.write(leave).await?;
        self.tell_presence(object, id);
        Ok(())
    }

    /// Names of the others who have a record in front of them.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn present(&self, ctx: &Ctx, object: &str, id: RecordId) -> Result<Vec<String>> {
        let (key, since) = (object.to_string(), self.micros() - GONE);
        let people = self.inner.store.glance(move |conn| -> Result<_> { Ok(conn.present(&key, id, since)?) }).await?;
        let others = people.into_iter().filter(|person| Some(*person) != ctx.user_id());
        Ok(others.filter_map(|person| self.people().name(person)).collect())
    }

    fn tell_presence(&self, object: &str, id: RecordId) {
        // nobody may be listening
        let _ = self.inner.live.told.send(Arc::new(Happened { presence: Some((object.into(), id)), ..Happened::default() }));
    }
}

async fn watch(engine: Engine, mut seen: Seen) {
    let live = &engine.inner.live;
    loop {
        if live.told.receiver_count() == 0 {
            live.watching.store(false, Ordering::Release);
            // whoever came in between goes on with this watch
            if live.told.receiver_count() == 0 || live.watching.swap(true, Ordering::AcqRel) {
                return;
            }
        }
        match engine.look(Some(seen.clone())).await {
            Ok((now, happened)) => {
                seen = now;
                if let Some(happened) = happened {
                    let _ = live.told.send(Arc::new(happened));
                }
            }
            Err(problem) => tracing::debug!(%problem, "what happened could not be read; it is tried again"),
        }
        tokio::select! {
            () = live.stirred.notified() => tokio::time::sleep(GATHER).await,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// What has happened since `seen`; nothing at the first look, which only says where things stand.
fn look(conn: &mut Conn, registry: &akrab_model::Registry, seen: Option<Seen>) -> Result<(Seen, Option<Happened>), Problem> {
    let Some(mut seen) = seen else {
        let (change, notice) = conn.newest()?;
        let late = conn.stirs(change - LATE, FLOOD)?.into_iter().map(|stir| stir.change).collect();
        return Ok((Seen { mark: conn.mark()?, change, notice, late }, None));
    };
    let mark = conn.mark()?;
    let told = conn.told_after(seen.notice, FLOOD)?;
    if mark == seen.mark && told.is_empty() {
        return Ok((seen, None));
    }
    seen.mark = mark;
    let stirs = conn.stirs(seen.change - LATE, FLOOD + LATE as usize)?;
    let mut happened = Happened { flood: stirs.len() > FLOOD, ..Happened::default() };
    seen.notice = told.iter().map(|(id, _)| *id).max().unwrap_or(seen.notice);
    happened.told = told.into_iter().map(|(_, person)| person).collect();
    if happened.flood {
        seen.change = conn.newest()?.0;
        seen.late.clear();
        return Ok((seen, Some(happened)));
    }
    seen.change = stirs.last().map_or(seen.change, |stir| stir.change.max(seen.change));
    for stir in stirs {
        if !seen.late.insert(stir.change) {
            continue;
        }
        if registry.object(&stir.object).is_some_and(|object| !object.decl.timeline.on.is_empty()) {
            for (object, record) in conn.timelines_with(&stir.object, stir.record)? {
                happened.records.insert(Stirred { object, record, actor: stir.actor });
            }
        }
        happened.records.insert(Stirred { object: stir.object, record: stir.record, actor: stir.actor });
    }
    let oldest = seen.change - LATE;
    seen.late.retain(|change| *change > oldest);
    let nothing = happened.records.is_empty() && happened.told.is_empty();
    Ok((seen, (!nothing).then_some(happened)))
}
