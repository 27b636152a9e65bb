//! How fast a token may ask: a bucket of requests that fills evenly.

use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Buckets that have been full for long are dropped when there are more than this.
const KEPT: usize = 1_024;

/// The buckets of all tokens in this process.
#[derive(Default)]
pub struct Pace {
    buckets: Mutex<HashMap<String, Bucket>>,
}

struct Bucket {
    /// Requests left.
    left: f64,
    seen: Instant,
}

impl Pace {
    /// Takes one request out of the token's bucket, which holds a minute's worth.
    ///
    /// # Errors
    /// `too_many_requests` with the seconds to wait.
    pub fn take(&self, token: &str, per_minute: u32, now: Instant) -> Result<(), Problem> {
        let (size, second) = (f64::from(per_minute), f64::from(per_minute) / 60.0);
        // a bucket stays right even if whoever held the lock panicked
        let mut buckets = self.buckets.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if buckets.len() >= KEPT {
            buckets.retain(|_, bucket| now.duration_since(bucket.seen) < Duration::from_secs(60));
        }
        let bucket = buckets.entry(token.into()).or_insert(Bucket { left: size, seen: now });
        bucket.left = (bucket.left + now.duration_since(bucket.seen).as_secs_f64() * second).min(size);
        bucket.seen = now;
        if bucket.left >= 1.0 {
            bucket.left -= 1.0;
            return Ok(());
        }
        let wait = ((1.0 - bucket.left) / second).ceil().max(1.0) as u64;
        Err(Problem::new(ProblemKind::Limited, "too_many_requests").with("seconds", wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_again() {
        let (pace, start) = (Pace::default(), Instant::now());
        for _ in 0..60 {
            pace.take("a", 60, start).unwrap();
        }
        assert_eq!(pace.take("a", 60, start).unwrap_err().args, [("seconds".to_string(), "1".to_string())]);
        assert!(pace.take("b", 60, start).is_ok(), "tokens have buckets of their own");
        assert!(pace.take("a", 60, start + Duration::from_secs(2)).is_ok());
        assert!(pace.take("a", 60, start + Duration::from_secs(2)).is_ok());
        assert!(pace.take("a", 60, start + Duration::from_secs(2)).is_err());
        let much_later = start + Duration::from_secs(3_600);
        assert_eq!((0..100).filter(|_| pace.take("a", 60, much_later).is_ok()).count(), 60, "no more than a minute's worth");
    }
}
