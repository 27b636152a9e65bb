//! Structured logs on standard error: lines for people, JSON for collectors.

use crate::config::Config;
use std::io::{IsTerminal, stderr};
use tracing_subscriber::EnvFilter;

/// Begins to log. `AKRAB_LOG` or `log` in `akrab.toml` choose what: `info`, `akrab_web=debug`.
pub fn start(config: &Config) {
    let filter = EnvFilter::try_new(&config.log).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(stderr);
    if config.log_json {
        lines.json().flatten_event(true).init();
    } else {
        lines.with_target(false).with_ansi(stderr().is_terminal()).init();
    }
}
