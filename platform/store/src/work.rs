//! The work ledger's rows: routes with their rates, batches, waves of planned units, and items.
//!
//! A unit of work is called (batch, unit): what its unit is called and what is to be done stands once, at its batch. As long
//! as it only waits it is one narrow row of a wave, of units that were planned together for the same moment: 64 bytes or
//! less are stored of it on either database, its key and its place in the order of waiting included. When it is taken it
//! becomes an item, which says where it stands; it never goes back into a wave. So each unit stands in exactly one of the
//! two tables, and whoever takes units out of a wave holds the wave's row.

mod batch;
mod item;
mod look;
mod route;
mod wave;

pub use batch::WorkBatch;
pub use item::{WorkEnd, WorkItem, WorkState};
pub use route::WorkRoute;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS work_route ({id}, queue TEXT NOT NULL, route TEXT NOT NULL, per_minute BIGINT, per_day BIGINT, \
     paused BIGINT NOT NULL DEFAULT 0, minute BIGINT NOT NULL DEFAULT 0, in_minute BIGINT NOT NULL DEFAULT 0, \
     day BIGINT NOT NULL DEFAULT 0, in_day BIGINT NOT NULL DEFAULT 0)",
    "CREATE UNIQUE INDEX IF NOT EXISTS work_route_name ON work_route (queue, route)",
    "CREATE TABLE IF NOT EXISTS work_batch ({id}, queue TEXT NOT NULL, key TEXT NOT NULL, title TEXT NOT NULL, payload TEXT NOT NULL, \
     subject_object TEXT, subject_id BIGINT, paused BIGINT NOT NULL DEFAULT 0, created_at BIGINT NOT NULL, actor BIGINT)",
    "CREATE UNIQUE INDEX IF NOT EXISTS work_batch_key ON work_batch (queue, key)",
    "CREATE TABLE IF NOT EXISTS work_purpose (batch BIGINT PRIMARY KEY, people TEXT NOT NULL, purpose TEXT NOT NULL) {clustered}",
    "CREATE INDEX IF NOT EXISTS work_purpose_people ON work_purpose (people, purpose)",
    "CREATE TABLE IF NOT EXISTS work_wave ({id}, batch BIGINT NOT NULL, route BIGINT NOT NULL, run_at BIGINT NOT NULL, \
     first BIGINT NOT NULL, last BIGINT NOT NULL, taken BIGINT NOT NULL DEFAULT -1)",
    "CREATE INDEX IF NOT EXISTS work_wave_due ON work_wave (route, run_at)",
    "CREATE INDEX IF NOT EXISTS work_wave_batch ON work_wave (batch, first)",
    // counted from the first unit of the wave; a row of two short numbers is what PostgreSQL keeps in 36 bytes
    "CREATE TABLE IF NOT EXISTS work_unit (wave INTEGER NOT NULL, unit INTEGER NOT NULL, PRIMARY KEY (wave, unit)) {clustered}",
    "CREATE TABLE IF NOT EXISTS work_item (batch BIGINT NOT NULL, unit BIGINT NOT NULL, route BIGINT NOT NULL, state BIGINT NOT NULL, \
     run_at BIGINT NOT NULL, attempts BIGINT NOT NULL, fence BIGINT, lease_until BIGINT, told TEXT, \
     PRIMARY KEY (batch, unit)) {clustered}",
    "CREATE INDEX IF NOT EXISTS work_item_ready ON work_item (route, run_at) WHERE state = 0",
    "CREATE INDEX IF NOT EXISTS work_item_held ON work_item (lease_until) WHERE state IN (1, 2)",
    "CREATE INDEX IF NOT EXISTS work_item_bad ON work_item (route, state) WHERE state IN (4, 5)",
];

const NOT_RESTING: &str = "batch NOT IN (SELECT id FROM work_batch WHERE paused = 1)";
