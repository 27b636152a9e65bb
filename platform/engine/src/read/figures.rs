//! Figures over whole results (counts, totals, groups) are dear at a million rows and asked for on
//! every page. They are kept until the next write of whatever process; large ones a few seconds longer, so that lists
//! stay fast while others write.

use std::any::Any;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Microseconds a large figure may lag behind writes.
const LAG: i64 = 5_000_000;
/// Rows from which a figure counts as large.
const LARGE: u64 = 2_000;
/// Figures kept at most.
const MOST: usize = 2_000;

/// Kept figures of one workspace, in this process.
#[derive(Default)]
pub(crate) struct Figures {
    generation: AtomicU64,
    kept: Mutex<HashMap<String, Kept>>,
}

/// What a figure was worked out from.
#[derive(PartialEq, Eq)]
pub(crate) struct Moment {
    generation: u64,
    mark: String,
}

struct Kept {
    moment: Moment,
    at: i64,
    large: bool,
    value: Arc<dyn Any + Send + Sync>,
}

impl Figures {
    /// Something was written: what is kept is no longer sure.
    pub fn changed(&self) {
        self.generation.fetch_add(1, Ordering::Relaxed);
    }

    /// The moment to hand to the others, read before the figure is worked out. `mark` is the
    /// database's, which moves with what other processes write.
    pub fn moment(&self, mark: String) -> Moment {
        Moment { generation: self.generation.load(Ordering::Relaxed), mark }
    }

    /// A large figure that may lag.
    pub fn recent<T: Clone + Send + Sync + 'static>(&self, key: &str, now: i64) -> Option<T> {
        self.find(key, |kept| kept.large && now - kept.at < LAG)
    }

    /// A figure of this moment.
    pub fn get<T: Clone + Send + Sync + 'static>(&self, key: &str, moment: &Moment) -> Option<T> {
        self.find(key, |kept| kept.moment == *moment)
    }

    fn find<T: Clone + Send + Sync + 'static>(&self, key: &str, fresh: impl FnOnce(&Kept) -> bool) -> Option<T> {
        let kept = self.kept.lock().ok()?;
        kept.get(key).filter(|k| fresh(k)).and_then(|k| k.value.downcast_ref::<T>().cloned())
    }

    /// Keeps a figure over `rows` rows.
    pub fn put<T: Clone + Send + Sync + 'static>(&self, key: String, moment: Moment, now: i64, rows: u64, value: &T) {
        let Ok(mut kept) = self.kept.lock() else { return };
        if kept.len() >= MOST {
            kept.retain(|_, k| k.moment == moment || now - k.at < LAG);
            if kept.len() >= MOST {
                kept.clear();
            }
        }
        kept.insert(key, Kept { moment, at: now, large: rows >= LARGE, value: Arc::new(value.clone()) });
    }
}
