//! What all connections of one open workspace have in common: figures and small caches.

use crate::postgres::ahead::Habits;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, Mutex};

/// Counters behind [`crate::Stats`].
#[derive(Default)]
pub(crate) struct Figures {
    pub readers_busy: AtomicUsize,
    pub queue: AtomicUsize,
    pub commits: AtomicU64,
    pub writes: AtomicU64,
    pub last_commit_us: AtomicU64,
    pub retries: AtomicU64,
}

#[derive(Default)]
pub(crate) struct Shared {
    pub figures: Figures,
    /// Only what is committed; what a running transaction adds waits in its connection.
    pub known: Mutex<Known>,
    /// What pages ask on PostgreSQL.
    pub habits: Habits,
}

/// Facts that never change once stored, so that they need not be asked for again.
#[derive(Default)]
pub(crate) struct Known {
    /// Interned text → number.
    pub names: HashMap<String, i64>,
    /// Number → interned text, as many as were there when last asked.
    pub texts: Arc<HashMap<i64, String>>,
    /// Words the search vocabulary has.
    pub words: HashSet<Box<str>>,
}

/// More words than this are not remembered; they are inserted again and ignored.
const MOST_WORDS: usize = 200_000;

impl Known {
    pub fn take_in(&mut self, other: &mut Known) {
        self.names.extend(other.names.drain());
        if self.words.len() > MOST_WORDS {
            self.words.clear();
        }
        self.words.extend(other.words.drain());
    }
    pub fn forget(&mut self) {
        self.names.clear();
        self.words.clear();
    }
}
