//! Connections bound to one schema, and transactions on them.

use super::connect::{self, Link, failure};
use super::session::Session;
use crate::conn::{self, Conn};
use crate::errand::{Again, Done, Once};
use crate::error::StoreError;
use crate::shared::Shared;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::{Client, Config, NoTls};

/// How long a connection is waited for before the answer is "busy".
const PATIENCE: Duration = Duration::from_secs(5);
const MOST_RETRIES: u32 = 3;
/// Connections that may write, for each that may read: a commit waits for the disk, and the disk takes several at once.
const WRITERS: usize = 3;

pub(crate) struct Clients {
    config: Config,
    /// What each connection is told first.
    setup: String,
    /// Connections nobody uses, the last used on top.
    free: Mutex<Vec<Session>>,
    /// One permit per connection that may read at once, and one per connection that may write.
    reading: Arc<Semaphore>,
    writing: Arc<Semaphore>,
    shared: Arc<Shared>,
}

impl Clients {
    /// Connects, creates the schema if it is missing, and checks that the server keeps what it commits.
    pub async fn open(url: &str, schema: &str, count: usize, accept_data_loss: bool, shared: Arc<Shared>) -> Result<Arc<Self>, StoreError> {
        if schema.is_empty() || schema.len() > 63 || schema.contains(['"', '\0']) {
            return Err(StoreError::other("the schema's name cannot be used"));
        }
        let mut config: Config = url.parse().map_err(failure)?;
        config.application_name("akrab").connect_timeout(PATIENCE);
        let setup = format!(
            "SET search_path TO \"{schema}\"; SET statement_timeout = 30000; SET lock_timeout = 5000; \
             SET idle_in_transaction_session_timeout = 60000; SET plan_cache_mode = auto; SET jit = off; \
             SET default_transaction_isolation = 'read committed'; SET client_min_messages = warning; SET TIME ZONE 'UTC'"
        );
        let count = count.max(2);
        let (reading, writing) = (Arc::new(Semaphore::new(count)), Arc::new(Semaphore::new(count * WRITERS)));
        let clients = Self { config, setup, free: Mutex::default(), reading, writing, shared };
        let client = clients.client().await?;
        check(&client, accept_data_loss).await?;
        client.batch_execute(&format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\"")).await.map_err(failure)?;
        Ok(Arc::new(clients))
    }

    /// A connection of its own for work that waits for more than statements, as copying tables.
    pub async fn client(&self) -> Result<Client, StoreError> {
        let opened = tokio::time::timeout(PATIENCE, self.config.connect(NoTls)).await;
        let (client, connection) = opened.map_err(|_| StoreError::Busy("the database does not answer".into()))?.map_err(failure)?;
        // it ends with the client; what went wrong the client's calls tell
        tokio::spawn(async { drop(connection.await) });
        client.batch_execute(&self.setup).await.map_err(failure)?;
        Ok(client)
    }

    async fn place(places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, StoreError> {
        let place = tokio::time::timeout(PATIENCE, Arc::clone(places).acquire_owned()).await;
        place.map_err(|_| StoreError::Busy("no free connection".into()))?.map_err(|_| StoreError::closed())
    }

    fn link(&self) -> Result<Box<Link>, StoreError> {
        // those that ended while nobody used them are left out
        while let Some(mut session) = self.free()?.pop() {
            if session.stands() {
                return Ok(Box::new(Link::new(session)));
            }
        }
        Ok(Box::new(Link::new(Session::open(&self.config, &self.setup, PATIENCE)?)))
    }

    fn free(&self) -> Result<MutexGuard<'_, Vec<Session>>, StoreError> {
        self.free.lock().map_err(StoreError::other)
    }

    fn give_back(&self, link: conn::Link) {
        if let (conn::Link::Postgres(link), Ok(mut free), false) = (link, self.free(), self.reading.is_closed()) {
            free.push(link.session);
        }
    }

    /// Does the work on a thread for blocking work. Each statement sees what is committed when it starts.
    pub async fn read(self: &Arc<Self>, work: Once) -> Result<Done, StoreError> {
        let (place, own) = (Self::place(&self.reading).await?, Arc::clone(self));
        let read = tokio::task::spawn_blocking(move || {
            let mut conn = Conn::new(conn::Link::Postgres(own.link()?), Arc::clone(&own.shared), false);
            own.shared.figures.readers_busy.fetch_add(1, Relaxed);
            let done = catch_unwind(AssertUnwindSafe(|| work(&mut conn)));
            own.shared.figures.readers_busy.fetch_sub(1, Relaxed);
            let done = done.map_err(|_| StoreError::other("a read panicked"))?;
            if let conn::Link::Postgres(link) = &mut conn.link
                && let Some(course) = link.course.take()
            {
                own.shared.habits.learn(course);
            }
            own.give_back(conn.link);
            drop(place);
            Ok(done)
        });
        read.await.map_err(StoreError::other)?
    }

    /// Does the work in one transaction, again when the database gave way to another one.
    pub async fn write(self: &Arc<Self>, work: Again) -> Result<Done, StoreError> {
        let mut tries = 0;
        loop {
            let (place, own, work) = (Self::place(&self.writing).await?, Arc::clone(self), Arc::clone(&work));
            let written = tokio::task::spawn_blocking(move || {
                let done = own.transaction(&*work);
                drop(place);
                done
            });
            let (done, again) = written.await.unwrap_or_else(|e| (Err(StoreError::other(e)), false));
            if !again || tries == MOST_RETRIES {
                return done;
            }
            tries += 1;
            self.shared.figures.retries.fetch_add(1, Relaxed);
            tokio::time::sleep(Duration::from_millis((5 << tries) + jitter(20))).await;
        }
    }

    /// What came of it, and whether trying again may help.
    fn transaction(&self, work: &dyn Fn(&mut Conn) -> Done) -> (Result<Done, StoreError>, bool) {
        let started = Instant::now();
        let link = match self.link() {
            Ok(link) => link,
            Err(error) => return (Err(error), false),
        };
        let mut conn = Conn::new(conn::Link::Postgres(link), Arc::clone(&self.shared), true);
        if let conn::Link::Postgres(link) = &mut conn.link {
            connect::begin(link);
        }
        let done = catch_unwind(AssertUnwindSafe(|| work(&mut conn))).map_err(|_| StoreError::other("a write panicked"));
        let done = done.and_then(|done| if done.fine { ended(&mut conn, connect::commit).map(|()| done) } else { Ok(done) });
        if done.as_ref().is_ok_and(|done| done.fine) {
            conn.publish();
            let figures = &self.shared.figures;
            figures.commits.fetch_add(1, Relaxed);
            figures.writes.fetch_add(1, Relaxed);
            figures.last_commit_us.store(started.elapsed().as_micros() as u64, Relaxed);
            self.give_back(conn.link);
            return (done, false);
        }
        let again = matches!(&conn.link, conn::Link::Postgres(link) if link.again);
        // a connection in an unknown state does not go back
        if ended(&mut conn, connect::roll_back).is_ok() {
            self.give_back(conn.link);
        }
        (done, again)
    }

    /// Nothing is run from now on, and connections end as they come back.
    pub fn close(&self) {
        self.reading.close();
        self.writing.close();
        if let Ok(mut free) = self.free() {
            free.clear();
        }
    }
}

fn ended(conn: &mut Conn, how: fn(&mut Link) -> Result<(), StoreError>) -> Result<(), StoreError> {
    if let conn::Link::Postgres(link) = &mut conn.link { how(link) } else { Ok(()) }
}

fn jitter(most: u64) -> u64 {
    RandomState::new().build_hasher().finish() % most
}

async fn check(client: &Client, accept_data_loss: bool) -> Result<(), StoreError> {
    for name in ["fsync", "full_page_writes", "synchronous_commit"] {
        let row = client.query_one("SELECT current_setting($1)", &[&name]).await.map_err(failure)?;
        let value: String = row.get(0);
        let tolerable = name == "synchronous_commit" && accept_data_loss;
        if value == "off" && !tolerable {
            return Err(StoreError::other(format!("the database would lose changes in a power cut ({name}=off)")));
        }
    }
    Ok(())
}
