//! The readers: a bounded set of connections, opened when first needed.

use super::connect;
use crate::conn::{Conn, Link};
use crate::errand::{Done, Once};
use crate::error::StoreError;
use crate::shared::Shared;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a reader is waited for before the answer is "busy".
const PATIENCE: Duration = Duration::from_secs(5);
/// A reader beyond the first that was not needed for so long is closed: each holds what it knows of the tables, some megabytes.
const SPARE: Duration = Duration::from_secs(10);

pub(crate) struct Readers {
    path: PathBuf,
    /// The one used last at the end, each with when that was.
    idle: Mutex<Vec<(Conn, Instant)>>,
    free: Arc<Semaphore>,
    shared: Arc<Shared>,
}

impl Readers {
    pub fn new(path: PathBuf, count: usize, shared: Arc<Shared>) -> Arc<Self> {
        let free = Arc::new(Semaphore::new(count.max(1)));
        Arc::new(Self { path, idle: Mutex::default(), free, shared })
    }

    /// Does the work on a thread for blocking work, inside one read transaction.
    pub async fn run(self: &Arc<Self>, work: Once) -> Result<Done, StoreError> {
        let permit = match tokio::time::timeout(PATIENCE, self.free.clone().acquire_owned()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) => return Err(StoreError::closed()),
            Err(_) => return Err(StoreError::Busy("no free reader".into())),
        };
        let readers = Arc::clone(self);
        tokio::task::spawn_blocking(move || readers.at_once(&permit, work)).await.map_err(StoreError::other)?
    }

    /// A place among the readers, if one is free.
    pub fn place(&self) -> Option<OwnedSemaphorePermit> {
        self.free.clone().try_acquire_owned().ok()
    }

    /// Does the work on this thread, in the place given.
    pub fn at_once(&self, _place: &OwnedSemaphorePermit, work: Once) -> Result<Done, StoreError> {
        self.shared.figures.readers_busy.fetch_add(1, Relaxed);
        let done = self.on_one(work);
        self.shared.figures.readers_busy.fetch_sub(1, Relaxed);
        done
    }

    fn on_one(&self, work: Once) -> Result<Done, StoreError> {
        let idle = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        let mut conn = match idle {
            Some((conn, _)) => conn,
            None => Conn::new(Link::Sqlite(connect::open_reader(&self.path)?), Arc::clone(&self.shared), false),
        };
        conn.script("BEGIN")?;
        let done = catch_unwind(AssertUnwindSafe(|| work(&mut conn)));
        let ended = conn.script("COMMIT");
        conn.fresh.forget();
        // a connection that cannot end its transaction is not used again
        if let (Ok(()), Ok(mut idle)) = (&ended, self.idle.lock()) {
            idle.push((conn, Instant::now()));
            let spare = idle.len() > 1 && idle.first().is_some_and(|(_, used)| used.elapsed() > SPARE);
            let spare = spare.then(|| idle.remove(0));
            drop((idle, spare));
        }
        done.map_err(|_| StoreError::other("a read panicked"))
    }

    /// No more reads; open ones end by themselves.
    pub fn close(&self) {
        self.free.close();
        if let Ok(mut idle) = self.idle.lock() {
            idle.clear();
        }
    }
}
