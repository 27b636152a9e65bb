//! The work ledger's rows: routes with their rates, batches, and one small row per unit of work.
//!
//! An item is (batch, unit): what its unit is called and what is to be done stands once, at its batch. Of an item that only
//! waits, 64 bytes or less are stored, its place in the order of waiting included.

use crate::cells::Cells;
use crate::conn::{Backend, Conn};
use crate::error::StoreError;
use akrab_model::Raw;

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
    "CREATE TABLE IF NOT EXISTS work_item (batch BIGINT NOT NULL, unit BIGINT NOT NULL, route BIGINT NOT NULL, state BIGINT NOT NULL, \
     run_at BIGINT NOT NULL, attempts BIGINT NOT NULL, fence BIGINT, lease_until BIGINT, told TEXT, \
     PRIMARY KEY (batch, unit)) {clustered}",
    "CREATE INDEX IF NOT EXISTS work_item_ready ON work_item (route, run_at) WHERE state = 0",
    "CREATE INDEX IF NOT EXISTS work_item_held ON work_item (lease_until) WHERE state IN (1, 2)",
    "CREATE INDEX IF NOT EXISTS work_item_bad ON work_item (route, state) WHERE state IN (4, 5)",
];

/// Where a unit of work stands. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WorkState {
    /// It waits for its time and its turn.
    Ready = 0,
    /// A worker has taken it; it has not been handed over.
    Leased = 1,
    /// It is being handed over: from here on nobody knows whether the other side has it.
    Handing = 2,
    Done = 3,
    /// Refused, or tried as often as allowed.
    Failed = 4,
    /// The worker was gone before it heard an answer.
    Unknown = 5,
    Cancelled = 6,
}

impl WorkState {
    /// All of them, in their order.
    pub const ALL: [WorkState; 7] = [
        WorkState::Ready,
        WorkState::Leased,
        WorkState::Handing,
        WorkState::Done,
        WorkState::Failed,
        WorkState::Unknown,
        WorkState::Cancelled,
    ];
    fn of(number: i64) -> WorkState {
        Self::ALL.into_iter().find(|state| *state as i64 == number).unwrap_or(WorkState::Failed)
    }
}

/// A route of a queue: what goes the same way at the same rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkRoute {
    pub id: i64,
    pub queue: String,
    pub route: String,
    pub per_minute: Option<i64>,
    pub per_day: Option<i64>,
    pub paused: bool,
    /// The minute counted last, and how many were handed over in it.
    pub minute: i64,
    pub in_minute: i64,
    /// The day counted last, and how many were handed over on it.
    pub day: i64,
    pub in_day: i64,
}

/// What the items of a batch have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkBatch {
    pub id: i64,
    pub queue: String,
    pub key: String,
    pub title: String,
    /// JSON.
    pub payload: String,
    pub subject: Option<(String, i64)>,
    pub paused: bool,
    pub created_at: i64,
    pub actor: Option<i64>,
}

/// A unit of work. `run_at` and `lease_until` are seconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkItem {
    pub batch: i64,
    pub unit: i64,
    pub route: i64,
    pub state: WorkState,
    pub run_at: i64,
    pub attempts: i64,
    pub fence: i64,
    /// What the other side or a person told of it, JSON.
    pub told: Option<String>,
}

/// How an item goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkEnd {
    pub state: WorkState,
    /// When to try again, for `Ready`.
    pub run_at: Option<i64>,
    pub told: Option<String>,
}

const NOT_RESTING: &str = "batch NOT IN (SELECT id FROM work_batch WHERE paused = 1)";
const ROUTE: &str = "id, queue, route, per_minute, per_day, paused, minute, in_minute, day, in_day";
const BATCH: &str = "id, queue, key, title, payload, subject_object, subject_id, paused, created_at, actor";
const ITEM: &str = "batch, unit, route, state, run_at, attempts, fence, told";

impl Conn {
    /// Routes of a queue, or of all.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_routes(&mut self, queue: Option<&str>) -> Result<Vec<WorkRoute>, StoreError> {
        let sql = format!("SELECT {ROUTE} FROM work_route WHERE (CAST($1 AS TEXT) IS NULL OR queue = $1) ORDER BY queue, route");
        Ok(self.query(&sql, &[queue.map_or(Raw::Null, Raw::from)])?.into_iter().map(route).collect())
    }

    /// A route; while writing nobody else counts on it until the transaction ends.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_route(&mut self, id: i64) -> Result<Option<WorkRoute>, StoreError> {
        let sql = format!("SELECT {ROUTE} FROM work_route WHERE id = $1");
        let rows = match (self.backend(), self.writable) {
            (Backend::Postgres, true) => self.changing(&format!("{sql} FOR UPDATE"), &[id.into()])?,
            _ => self.query(&sql, &[id.into()])?,
        };
        Ok(rows.into_iter().next().map(route))
    }

    /// The number of a route, made when it is new.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_route_made(&mut self, queue: &str, name: &str) -> Result<i64, StoreError> {
        let find = "SELECT id FROM work_route WHERE queue = $1 AND route = $2";
        let params = [queue.into(), name.into()];
        if let Some(row) = self.query_one(find, &params)? {
            return Ok(Cells::new(row).int());
        }
        self.execute("INSERT INTO work_route (queue, route) VALUES ($1, $2) ON CONFLICT (queue, route) DO NOTHING", &params)?;
        let row = self.query_one(find, &params)?;
        row.map(|row| Cells::new(row).int()).ok_or_else(|| StoreError::other("a route was not stored"))
    }

    /// Keeps the rates of a route and whether it rests.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_route_set(&mut self, id: i64, per_minute: Option<i64>, per_day: Option<i64>, paused: bool) -> Result<bool, StoreError> {
        let sql = "UPDATE work_route SET per_minute = $2, per_day = $3, paused = $4 WHERE id = $1";
        Ok(self.execute(sql, &[id.into(), per_minute.into(), per_day.into(), paused.into()])? > 0)
    }

    /// Keeps how many items a route has handed over in this minute and on this day.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_route_count(&mut self, row: &WorkRoute) -> Result<(), StoreError> {
        let sql = "UPDATE work_route SET minute = $2, in_minute = $3, day = $4, in_day = $5 WHERE id = $1";
        let params = [row.id.into(), row.minute.into(), row.in_minute.into(), row.day.into(), row.in_day.into()];
        self.execute(sql, &params).map(|_| ())
    }

    /// The batch of this key, made when it is new.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_batch_made(&mut self, new: &WorkBatch) -> Result<WorkBatch, StoreError> {
        if let Some(known) = self.work_batch_keyed(&new.queue, &new.key)? {
            return Ok(known);
        }
        let sql = "INSERT INTO work_batch (queue, key, title, payload, subject_object, subject_id, created_at, actor) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (queue, key) DO NOTHING";
        let params = [
            new.queue.as_str().into(),
            new.key.as_str().into(),
            new.title.as_str().into(),
            new.payload.as_str().into(),
            new.subject.as_ref().map(|s| s.0.clone()).into(),
            new.subject.as_ref().map(|s| s.1).into(),
            new.created_at.into(),
            new.actor.into(),
        ];
        self.execute(sql, &params)?;
        self.work_batch_keyed(&new.queue, &new.key)?.ok_or_else(|| StoreError::other("a batch was not stored"))
    }

    /// The batch of this key.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_batch_keyed(&mut self, queue: &str, key: &str) -> Result<Option<WorkBatch>, StoreError> {
        let sql = format!("SELECT {BATCH} FROM work_batch WHERE queue = $1 AND key = $2");
        Ok(self.query_one(&sql, &[queue.into(), key.into()])?.map(batch))
    }

    /// One batch.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_batch(&mut self, id: i64) -> Result<Option<WorkBatch>, StoreError> {
        Ok(self.query_one(&format!("SELECT {BATCH} FROM work_batch WHERE id = $1"), &[id.into()])?.map(batch))
    }

    /// Batches, the latest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_batches(&mut self, before: Option<i64>, limit: usize) -> Result<Vec<WorkBatch>, StoreError> {
        let sql = format!("SELECT {BATCH} FROM work_batch WHERE id < $1 ORDER BY id DESC LIMIT $2");
        Ok(self.query(&sql, &[before.unwrap_or(i64::MAX).into(), (limit as i64).into()])?.into_iter().map(batch).collect())
    }

    /// Lets a batch rest, or go on.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_batch_pause(&mut self, id: i64, paused: bool) -> Result<bool, StoreError> {
        Ok(self.execute("UPDATE work_batch SET paused = $2 WHERE id = $1", &[id.into(), paused.into()])? > 0)
    }

    /// Plans units of a batch: (unit, run at). Those planned before stay as they are.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_plan(&mut self, batch: i64, route: i64, units: &[(i64, i64)]) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO work_item (batch, unit, route, state, run_at, attempts) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
        let rows: Vec<Vec<Raw>> = units
            .iter()
            .map(|(unit, at)| vec![batch.into(), (*unit).into(), route.into(), Raw::Int(0), (*at).into(), Raw::Int(0)])
            .collect();
        self.execute_many(sql, &rows)
    }

    /// Takes up to `limit` items of a route that are due, the one that waits longest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_lease(&mut self, route: i64, now: i64, until: i64, fence: i64, limit: i64) -> Result<Vec<WorkItem>, StoreError> {
        let skip = if self.backend() == Backend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
        let find = format!(
            "SELECT batch, unit FROM work_item WHERE route = $1 AND state = 0 AND run_at <= $2 AND {NOT_RESTING} ORDER BY run_at LIMIT $3{skip}"
        );
        let found = self.changing(&find, &[route.into(), now.into(), limit.into()])?;
        let sql = format!(
            "UPDATE work_item SET state = 1, attempts = attempts + 1, fence = $3, lease_until = $4 WHERE batch = $1 AND unit = $2 AND state = 0 \
             RETURNING {ITEM}"
        );
        let mut taken = Vec::with_capacity(found.len());
        for row in found {
            let mut c = Cells::new(row);
            let rows = self.changing(&sql, &[c.int().into(), c.int().into(), fence.into(), until.into()])?;
            taken.extend(rows.into_iter().map(item));
        }
        Ok(taken)
    }

    /// Says that an item is being handed over now. False when it is no longer the holder's.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_hand(&mut self, batch: i64, unit: i64, fence: i64, until: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE work_item SET state = 2, lease_until = $4 WHERE batch = $1 AND unit = $2 AND fence = $3 AND state = 1";
        Ok(self.execute(sql, &[batch.into(), unit.into(), fence.into(), until.into()])? > 0)
    }

    /// Holds items longer.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_renew(&mut self, items: &[(i64, i64)], fence: i64, until: i64) -> Result<(), StoreError> {
        let sql = "UPDATE work_item SET lease_until = $4 WHERE batch = $1 AND unit = $2 AND fence = $3 AND state IN (1, 2)";
        for (batch, unit) in items {
            self.execute(sql, &[(*batch).into(), (*unit).into(), fence.into(), until.into()])?;
        }
        Ok(())
    }

    /// Ends a lease. False when it is no longer the holder's.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_end(&mut self, batch: i64, unit: i64, fence: i64, end: &WorkEnd) -> Result<bool, StoreError> {
        let sql = "UPDATE work_item SET state = $4, run_at = COALESCE($5, run_at), told = $6, fence = NULL, lease_until = NULL \
                   WHERE batch = $1 AND unit = $2 AND fence = $3 AND state IN (1, 2)";
        let params = [batch.into(), unit.into(), fence.into(), (end.state as i64).into(), end.run_at.into(), end.told.clone().into()];
        Ok(self.execute(sql, &params)? > 0)
    }

    /// Gives back what was taken and not handed over.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_give_back(&mut self, batch: i64, unit: i64, fence: i64) -> Result<(), StoreError> {
        let sql = "UPDATE work_item SET state = 0, attempts = attempts - 1, fence = NULL, lease_until = NULL \
                   WHERE batch = $1 AND unit = $2 AND fence = $3 AND state = 1";
        self.execute(sql, &[batch.into(), unit.into(), fence.into()]).map(|_| ())
    }

    /// Leases that ran out: what was not handed over waits again, what was being handed over is unknown. Says how many
    /// of each.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_expire(&mut self, now: i64) -> Result<(u64, u64), StoreError> {
        let unknown = "UPDATE work_item SET state = 5, fence = NULL, lease_until = NULL WHERE state = 2 AND lease_until < $1";
        let back = "UPDATE work_item SET state = 0, attempts = attempts - 1, fence = NULL, lease_until = NULL WHERE state = 1 AND lease_until < $1";
        let unknown = self.execute(unknown, &[now.into()])?;
        Ok((self.execute(back, &[now.into()])?, unknown))
    }

    /// Whether a lease has run out.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_expired(&mut self, now: i64) -> Result<bool, StoreError> {
        let sql = "SELECT batch FROM work_item WHERE state IN (1, 2) AND lease_until < $1 LIMIT 1";
        Ok(self.query_one(sql, &[now.into()])?.is_some())
    }

    /// Whether a route has an item that is due.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_due(&mut self, route: i64, now: i64) -> Result<bool, StoreError> {
        let sql = format!("SELECT batch FROM work_item WHERE route = $1 AND state = 0 AND run_at <= $2 AND {NOT_RESTING} LIMIT 1");
        Ok(self.query_one(&sql, &[route.into(), now.into()])?.is_some())
    }

    /// Sends an item that is over on its way again, or ends one. False unless it stands in one of `from`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_turn(&mut self, batch: i64, unit: i64, from: &[WorkState], end: &WorkEnd) -> Result<bool, StoreError> {
        let known: Vec<String> = from.iter().map(|state| (*state as i64).to_string()).collect();
        let again = if end.state == WorkState::Ready { "attempts = 0, " } else { "" };
        let sql = format!(
            "UPDATE work_item SET {again}state = $3, run_at = COALESCE($4, run_at), told = $5 WHERE batch = $1 AND unit = $2 AND state IN ({})",
            known.join(", ")
        );
        let params = [batch.into(), unit.into(), (end.state as i64).into(), end.run_at.into(), end.told.clone().into()];
        Ok(self.execute(&sql, &params)? > 0)
    }

    /// Cancels what of a batch has not been taken by anybody.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_cancel(&mut self, batch: i64) -> Result<u64, StoreError> {
        self.execute("UPDATE work_item SET state = 6 WHERE batch = $1 AND state = 0", &[batch.into()])
    }

    /// Says that the units of a batch are records of an object, contacted for a purpose.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_purpose(&mut self, batch: i64, people: &str, purpose: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO work_purpose (batch, people, purpose) VALUES ($1, $2, $3) ON CONFLICT (batch) DO NOTHING";
        self.execute(sql, &[batch.into(), people.into(), purpose.into()]).map(|_| ())
    }

    /// Cancels what waits for a person for a purpose and says how much that was.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_withdraw(&mut self, object: &str, person: i64, purpose: &str, told: &str) -> Result<u64, StoreError> {
        let sql = "UPDATE work_item SET state = 6, told = $4 WHERE unit = $2 AND state = 0 \
                   AND batch IN (SELECT batch FROM work_purpose WHERE people = $1 AND purpose = $3)";
        self.execute(sql, &[object.into(), person.into(), purpose.into(), told.into()])
    }

    /// One item.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_item(&mut self, batch: i64, unit: i64) -> Result<Option<WorkItem>, StoreError> {
        Ok(self.query_one(&format!("SELECT {ITEM} FROM work_item WHERE batch = $1 AND unit = $2"), &[batch.into(), unit.into()])?.map(item))
    }

    /// Items of a batch in one state, by unit.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_items(&mut self, batch: i64, state: WorkState, after: i64, limit: usize) -> Result<Vec<WorkItem>, StoreError> {
        let sql = format!("SELECT {ITEM} FROM work_item WHERE batch = $1 AND state = $2 AND unit > $3 ORDER BY unit LIMIT $4");
        let params = [batch.into(), (state as i64).into(), after.into(), (limit as i64).into()];
        Ok(self.query(&sql, &params)?.into_iter().map(item).collect())
    }

    /// How many items of a batch stand where.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_counts(&mut self, batch: i64) -> Result<Vec<(WorkState, i64)>, StoreError> {
        let rows = self.query("SELECT state, COUNT(*) FROM work_item WHERE batch = $1 GROUP BY state ORDER BY state", &[batch.into()])?;
        Ok(rows.into_iter().map(Cells::new).map(|mut c| (WorkState::of(c.int()), c.int())).collect())
    }
}

fn route(row: Vec<Raw>) -> WorkRoute {
    let mut c = Cells::new(row);
    WorkRoute {
        id: c.int(),
        queue: c.text(),
        route: c.text(),
        per_minute: c.maybe_int(),
        per_day: c.maybe_int(),
        paused: c.int() != 0,
        minute: c.int(),
        in_minute: c.int(),
        day: c.int(),
        in_day: c.int(),
    }
}

fn batch(row: Vec<Raw>) -> WorkBatch {
    let mut c = Cells::new(row);
    WorkBatch {
        id: c.int(),
        queue: c.text(),
        key: c.text(),
        title: c.text(),
        payload: c.text(),
        subject: subject(c.maybe_text(), c.maybe_int()),
        paused: c.int() != 0,
        created_at: c.int(),
        actor: c.maybe_int(),
    }
}

fn item(row: Vec<Raw>) -> WorkItem {
    let mut c = Cells::new(row);
    WorkItem {
        batch: c.int(),
        unit: c.int(),
        route: c.int(),
        state: WorkState::of(c.int()),
        run_at: c.int(),
        attempts: c.int(),
        fence: c.int(),
        told: c.maybe_text(),
    }
}

fn subject(object: Option<String>, id: Option<i64>) -> Option<(String, i64)> {
    Some((object?, id?))
}
