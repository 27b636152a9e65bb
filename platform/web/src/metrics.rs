//! Figures about requests, in Prometheus text.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Upper edges of the latency buckets, in microseconds.
const EDGES: [u64; 12] = [1_000, 2_500, 5_000, 10_000, 15_000, 30_000, 60_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000];

/// Counters since the start.
#[derive(Default)]
pub struct Metrics {
    /// By class of the status: 2xx, 3xx, 4xx, 5xx.
    classes: [AtomicU64; 4],
    buckets: [AtomicU64; EDGES.len() + 1],
    micros: AtomicU64,
}

impl Metrics {
    /// One answered request.
    pub fn count(&self, status: u16, took: Duration) {
        let class = usize::from((status / 100).clamp(2, 5) - 2);
        self.classes[class].fetch_add(1, Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = EDGES.iter().position(|edge| micros <= *edge).unwrap_or(EDGES.len());
        self.buckets[bucket].fetch_add(1, Relaxed);
        self.micros.fetch_add(micros, Relaxed);
    }

    /// As Prometheus reads it.
    pub fn text(&self) -> String {
        let mut out = String::from("# HELP akrab_http_requests_total Requests answered.\n# TYPE akrab_http_requests_total counter\n");
        for (n, count) in self.classes.iter().enumerate() {
            let _ = writeln!(out, "akrab_http_requests_total{{class=\"{}xx\"}} {}", n + 2, count.load(Relaxed));
        }
        out.push_str("# HELP akrab_http_seconds Time to answer.\n# TYPE akrab_http_seconds histogram\n");
        let mut sum = 0;
        for (n, bucket) in self.buckets.iter().enumerate() {
            sum += bucket.load(Relaxed);
            let edge = EDGES.get(n).map_or_else(|| "+Inf".to_string(), |edge| format!("{}", *edge as f64 / 1e6));
            let _ = writeln!(out, "akrab_http_seconds_bucket{{le=\"{edge}\"}} {sum}");
        }
        let _ = writeln!(out, "akrab_http_seconds_sum {}\nakrab_http_seconds_count {sum}", self.micros.load(Relaxed) as f64 / 1e6);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_add_up() {
        let metrics = Metrics::default();
        metrics.count(200, Duration::from_millis(3));
        metrics.count(404, Duration::from_secs(9));
        let text = metrics.text();
        assert!(text.contains("akrab_http_requests_total{class=\"4xx\"} 1"));
        assert!(text.contains("akrab_http_seconds_bucket{le=\"0.005\"} 1"));
        assert!(text.contains("akrab_http_seconds_bucket{le=\"+Inf\"} 2"));
    }
}
