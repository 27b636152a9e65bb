//! Flows: which there are and how they stand, the runs of them, what each step came to, and what is fed to them by time.
//!
//! A run is one small row that says where it stands and when it goes on; what its steps came to stands in a log beside it.
//! Whoever works runs off takes them, does their steps and writes where they stand now in one transaction, so a run is
//! never between two steps.

mod declared;
mod feed;
mod log;
mod mail;
mod run;

pub use declared::FlowRow;
pub use feed::FlowFeed;
pub use log::FlowLog;
pub use mail::FlowMail;
pub use run::{FlowRun, FlowRunQuery, FlowState};

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS flow ({id}, key TEXT NOT NULL, paused BIGINT NOT NULL DEFAULT 0, publisher BIGINT, \
     mark BIGINT NOT NULL DEFAULT 0, draft TEXT, draft_at BIGINT, draft_by BIGINT, made_at BIGINT NOT NULL, gone BIGINT NOT NULL DEFAULT 0)",
    "CREATE UNIQUE INDEX IF NOT EXISTS flow_key ON flow (key)",
    "CREATE TABLE IF NOT EXISTS flow_run ({id}, flow BIGINT NOT NULL, version BIGINT NOT NULL, object TEXT NOT NULL, record BIGINT NOT NULL, \
     state BIGINT NOT NULL, listens BIGINT NOT NULL DEFAULT 0, due BIGINT NOT NULL, place TEXT, step TEXT, attempts BIGINT NOT NULL DEFAULT 0, \
     seq BIGINT NOT NULL DEFAULT 0, depth BIGINT NOT NULL DEFAULT 0, chain TEXT, data TEXT, told TEXT, actor BIGINT, \
     started BIGINT NOT NULL, ended BIGINT)",
    "CREATE INDEX IF NOT EXISTS flow_run_due ON flow_run (flow, due) WHERE state = 0",
    "CREATE INDEX IF NOT EXISTS flow_run_record ON flow_run (object, record, id)",
    "CREATE INDEX IF NOT EXISTS flow_run_listens ON flow_run (object, record) WHERE listens = 1",
    "CREATE INDEX IF NOT EXISTS flow_run_state ON flow_run (flow, state, id)",
    "CREATE INDEX IF NOT EXISTS flow_run_ended ON flow_run (ended) WHERE ended IS NOT NULL",
    "CREATE TABLE IF NOT EXISTS flow_log (run BIGINT NOT NULL, seq BIGINT NOT NULL, step TEXT NOT NULL, at BIGINT NOT NULL, state BIGINT NOT NULL, \
     input TEXT, result TEXT, PRIMARY KEY (run, seq)) {clustered}",
    "CREATE TABLE IF NOT EXISTS flow_count (flow BIGINT NOT NULL, step TEXT NOT NULL, day BIGINT NOT NULL, lane BIGINT NOT NULL, n BIGINT NOT NULL, \
     PRIMARY KEY (flow, step, day, lane)) {clustered}",
    "CREATE TABLE IF NOT EXISTS flow_feed ({id}, flow BIGINT NOT NULL, version BIGINT NOT NULL, planned BIGINT NOT NULL, filter TEXT, \
     after BIGINT NOT NULL DEFAULT 0, fed BIGINT NOT NULL DEFAULT 0)",
    "CREATE UNIQUE INDEX IF NOT EXISTS flow_feed_planned ON flow_feed (flow, planned)",
    "CREATE TABLE IF NOT EXISTS flow_mail ({id}, run BIGINT NOT NULL, step TEXT NOT NULL, at BIGINT NOT NULL, address TEXT NOT NULL, \
     subject TEXT NOT NULL, body TEXT NOT NULL)",
];
