//! The one writer: a thread that puts waiting changes into one transaction and answers after its commit.

use crate::conn::{Conn, Link};
use crate::errand::{Again, Done};
use crate::error::StoreError;
use crate::shared::Shared;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Whoever waited longer than this is told "busy" and has changed nothing.
const PATIENCE: Duration = Duration::from_secs(5);
/// More waiting writers than this are refused at once.
const LONGEST_QUEUE: usize = 2_000;
/// A group ends after this many changes or this much time, whichever is first.
const GROUP: usize = 128;
const GROUP_TIME: Duration = Duration::from_millis(20);
/// After so long without a change the writer tidies up.
const REST: Duration = Duration::from_secs(30);

/// Answers one change once the fate of its group is known.
type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
type Work = Box<dyn FnOnce(&mut Conn) -> (bool, Answer) + Send>;

struct Job {
    since: Instant,
    work: Work,
    refuse: Box<dyn FnOnce(StoreError) + Send>,
}

pub(crate) struct Writer {
    jobs: Mutex<Option<Sender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    shared: Arc<Shared>,
}

impl Writer {
    pub fn start(db: rusqlite::Connection, shared: Arc<Shared>) -> Result<Self, StoreError> {
        let (jobs, waiting) = channel();
        let conn = Conn::new(Link::Sqlite(db), Arc::clone(&shared), true);
        let thread =
            std::thread::Builder::new().name("store-writer".into()).spawn(move || serve(conn, &waiting)).map_err(StoreError::other)?;
        Ok(Self { jobs: Mutex::new(Some(jobs)), thread: Mutex::new(Some(thread)), shared })
    }

    /// Does the work in the next group; the answer comes after the commit.
    pub async fn run(&self, work: Again) -> Result<Done, StoreError> {
        let (tell, told) = tokio::sync::oneshot::channel::<Result<Done, StoreError>>();
        let tell = Arc::new(Mutex::new(Some(tell)));
        let refusal = Arc::clone(&tell);
        let send = |tell: &Mutex<Option<tokio::sync::oneshot::Sender<_>>>, result| {
            if let Some(tell) = tell.lock().ok().and_then(|mut t| t.take()) {
                // whoever asked may have gone; the change stands all the same
                let _ = tell.send(result);
            }
        };
        let work: Work = Box::new(move |conn| {
            let done = catch_unwind(AssertUnwindSafe(|| work(conn))).map_err(|_| StoreError::other("a write panicked"));
            let fine = done.as_ref().is_ok_and(|done| done.fine);
            // what failed by itself says why; what succeeded stands or falls with its group
            let answer: Answer = Box::new(move |fate| send(&tell, done.and_then(|done| if fine { fate.map(|()| done) } else { Ok(done) })));
            (fine, answer)
        });
        let refuse = Box::new(move |error: StoreError| send(&refusal, Err(error)));
        self.enqueue(Job { since: Instant::now(), work, refuse })?;
        told.await.unwrap_or_else(|_| Err(StoreError::closed()))
    }

    fn enqueue(&self, job: Job) -> Result<(), StoreError> {
        if self.shared.figures.queue.load(Relaxed) >= LONGEST_QUEUE {
            return Err(StoreError::Busy("too many changes are waiting".into()));
        }
        let jobs = self.jobs.lock().map_err(StoreError::other)?;
        let sender = jobs.as_ref().ok_or_else(StoreError::closed)?;
        self.shared.figures.queue.fetch_add(1, Relaxed);
        sender.send(job).map_err(|_| StoreError::closed())
    }

    /// Lets waiting changes finish and ends the thread.
    pub fn close(&self) {
        if let Ok(mut jobs) = self.jobs.lock() {
            jobs.take();
        }
        if let Some(thread) = self.thread.lock().ok().and_then(|mut t| t.take()) {
            let _ = thread.join();
        }
    }
}

fn serve(mut conn: Conn, waiting: &Receiver<Job>) {
    let mut rested = true;
    loop {
        match waiting.recv_timeout(REST) {
            Ok(first) => {
                group(&mut conn, first, waiting);
                rested = false;
            }
            Err(RecvTimeoutError::Timeout) if rested => {}
            Err(RecvTimeoutError::Timeout) => {
                // the planner learns of grown tables; the page cache of a large import is given back
                let _ = conn.analyze();
                // the log is emptied, unless readers are at work: nobody waits for that
                let rest = ["busy_timeout = 0", "wal_checkpoint(TRUNCATE)", "busy_timeout = 5000", "secure_delete = FAST", "shrink_memory"];
                for pragma in rest {
                    let _ = conn.script(&format!("PRAGMA {pragma}"));
                }
                rested = true;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    // leaves one file behind, without a log beside it
    let _ = conn.analyze_last();
    let _ = conn.script("PRAGMA wal_checkpoint(TRUNCATE)");
}

fn group(conn: &mut Conn, first: Job, waiting: &Receiver<Job>) {
    let started = Instant::now();
    let mut next = Some(first);
    let mut answers: Vec<Answer> = Vec::new();
    while let Some(job) = next.take() {
        conn.shared.figures.queue.fetch_sub(1, Relaxed);
        if job.since.elapsed() > PATIENCE {
            (job.refuse)(StoreError::Busy("waited too long to write".into()));
        } else if answers.is_empty() {
            answers.extend(opening(conn, job));
        } else {
            answers.push(following(conn, job.work));
            if lost(conn) {
                break;
            }
        }
        if answers.len() < GROUP && started.elapsed() < GROUP_TIME {
            next = waiting.try_recv().ok();
        }
    }
    if answers.is_empty() {
        return;
    }
    let fate = end(conn, answers.len(), started);
    for answer in answers {
        answer(fate.clone());
    }
}

/// The first change of a transaction needs no savepoint, which would copy every page it touches:
/// if it fails, nothing else is lost with it.
fn opening(conn: &mut Conn, job: Job) -> Option<Answer> {
    if let Err(error) = conn.script("BEGIN IMMEDIATE") {
        (job.refuse)(error);
        return None;
    }
    let (fine, answer) = (job.work)(conn);
    if fine && !lost(conn) {
        return Some(answer);
    }
    let fate = if fine { Err(StoreError::Full) } else { Ok(()) };
    if !lost(conn) {
        let _ = conn.script("ROLLBACK");
    }
    conn.fresh.forget();
    answer(fate);
    None
}

/// A later change in its own savepoint, so that its failure is its own.
fn following(conn: &mut Conn, work: Work) -> Answer {
    if let Err(error) = conn.script("SAVEPOINT change") {
        // without a savepoint the change may not run; its asker is told that the store is closed
        tracing::error!(%error, "no savepoint for a change");
        return Box::new(|_| ());
    }
    let (fine, answer) = work(conn);
    if lost(conn) {
        return answer;
    }
    let done = if fine {
        conn.script("RELEASE change")
    } else {
        conn.fresh.forget();
        conn.script("ROLLBACK TO change; RELEASE change")
    };
    match done {
        Ok(()) => answer,
        Err(error) => Box::new(move |_| answer(Err(error))),
    }
}

/// A full disk or an input error makes SQLite undo the whole transaction by itself.
fn lost(conn: &Conn) -> bool {
    matches!(&conn.link, Link::Sqlite(db) if db.is_autocommit())
}

fn end(conn: &mut Conn, changes: usize, started: Instant) -> Result<(), StoreError> {
    let fate = if lost(conn) { Err(StoreError::Full) } else { conn.script("COMMIT") };
    let figures = &conn.shared.figures;
    figures.last_commit_us.store(started.elapsed().as_micros() as u64, Relaxed);
    match fate {
        Ok(()) => {
            figures.commits.fetch_add(1, Relaxed);
            figures.writes.fetch_add(changes as u64, Relaxed);
            conn.publish();
            Ok(())
        }
        Err(error) => {
            if !lost(conn) {
                let _ = conn.script("ROLLBACK");
            }
            conn.fresh.forget();
            Err(error)
        }
    }
}
