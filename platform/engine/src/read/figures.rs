//! Figures over whole results (counts, totals, groups) are dear at a million rows and asked for on
//! every page. They are kept until the next write; large ones a few seconds longer, so that lists
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

struct Kept {
    generation: u64,
    at: i64,
    large: bool,
    value: Arc<dyn Any + Send + Sync>,
}

impl Figures {
    /// Something was written: what is kept is no longer sure.
    pub fn changed(&self) {
        self.generation.fetch_add(1, Ordering::Relaxed);
    }

    /// The generation to hand to [`Figures::put`], read before the figure is worked out.
    pub fn now(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    pub fn get<T: Clone + Send + Sync + 'static>(&self, key: &str, now: i64) -> Option<T> {
        let kept = self.kept.lock().ok()?;
        let found = kept.get(key)?;
        let fresh = found.generation == self.now() || (found.large && now - found.at < LAG);
        if fresh { found.value.downcast_ref::<T>().cloned() } else { None }
    }

    /// Keeps a figure over `rows` rows.
    pub fn put<T: Clone + Send + Sync + 'static>(&self, key: String, generation: u64, now: i64, rows: u64, value: &T) {
        let Ok(mut kept) = self.kept.lock() else { return };
        if kept.len() >= MOST {
            let sure = self.now();
            kept.retain(|_, k| k.generation == sure || now - k.at < LAG);
            if kept.len() >= MOST {
                kept.clear();
            }
        }
        kept.insert(key, Kept { generation, at: now, large: rows >= LARGE, value: Arc::new(value.clone()) });
    }
}
