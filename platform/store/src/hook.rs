//! Outgoing webhooks: who wants to be told of what, what happened, and how far the telling is.
//!
//! An event is written once; a delivery is (hook, event). Deliveries of one record leave one after the other.

use crate::cells::Cells;
use crate::conn::{Backend, Conn};
use crate::error::StoreError;
use akrab_model::Raw;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS hook ({id}, owner BIGINT NOT NULL, name TEXT NOT NULL, url TEXT NOT NULL, events TEXT NOT NULL, \
     filter TEXT, secret TEXT NOT NULL, former TEXT, former_until BIGINT, state TEXT NOT NULL, why TEXT, source TEXT NOT NULL, \
     created_at BIGINT NOT NULL, failing_since BIGINT, failures BIGINT NOT NULL, rest_until BIGINT NOT NULL, heard_at BIGINT)",
    "CREATE TABLE IF NOT EXISTS hook_event ({id}, name TEXT NOT NULL, kind TEXT NOT NULL, object TEXT NOT NULL, record BIGINT NOT NULL, \
     at BIGINT NOT NULL, body TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS hook_event_at ON hook_event (at)",
    "CREATE INDEX IF NOT EXISTS hook_event_flow ON hook_event (name) WHERE kind = 'flow'",
    "CREATE TABLE IF NOT EXISTS hook_delivery ({id}, hook BIGINT NOT NULL, event BIGINT NOT NULL, object TEXT NOT NULL, \
     record BIGINT NOT NULL, state BIGINT NOT NULL, attempts BIGINT NOT NULL, run_at BIGINT NOT NULL, fence BIGINT, lease_until BIGINT, \
     ended_at BIGINT)",
    "CREATE INDEX IF NOT EXISTS hook_delivery_hook ON hook_delivery (hook, id)",
    "CREATE INDEX IF NOT EXISTS hook_delivery_event ON hook_delivery (event)",
    "CREATE INDEX IF NOT EXISTS hook_delivery_ready ON hook_delivery (hook, run_at, id) WHERE state = 0",
    "CREATE INDEX IF NOT EXISTS hook_delivery_held ON hook_delivery (hook, lease_until) WHERE state = 1",
    "CREATE INDEX IF NOT EXISTS hook_delivery_order ON hook_delivery (hook, object, record, id) WHERE state IN (0, 1)",
    "CREATE INDEX IF NOT EXISTS hook_delivery_dead ON hook_delivery (hook, id) WHERE state = 3",
    "CREATE TABLE IF NOT EXISTS hook_attempt ({id}, delivery BIGINT NOT NULL, at BIGINT NOT NULL, took BIGINT NOT NULL, status BIGINT, \
     code TEXT, detail TEXT, request TEXT NOT NULL, answer TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS hook_attempt_delivery ON hook_attempt (delivery, id)",
];

/// Somebody's wish to be told. Secrets are sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookRow {
    pub id: i64,
    /// The user with whose rights it is told.
    pub owner: i64,
    pub name: String,
    pub url: String,
    /// JSON list of patterns.
    pub events: String,
    /// JSON.
    pub filter: Option<String>,
    pub secret: String,
    /// The secret before, and until when it still signs.
    pub former: Option<(String, i64)>,
    /// `on`, `off`, `stopped`.
    pub state: String,
    /// Why it was stopped.
    pub why: Option<String>,
    /// `page`, `api`.
    pub source: String,
    pub created_at: i64,
    pub failing_since: Option<i64>,
    /// Failed attempts in a row.
    pub failures: i64,
    pub rest_until: i64,
    /// Last attempt that was answered well.
    pub heard_at: Option<i64>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookEvent {
    /// Given when stored.
    pub id: i64,
    /// Names it for the other side.
    pub name: String,
    pub kind: String,
    pub object: String,
    pub record: i64,
    pub at: i64,
    /// JSON.
    pub body: String,
}

/// Where a delivery stands. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HookState {
    Waiting = 0,
    /// On its way.
    Taken = 1,
    Done = 2,
    /// Tried as often as allowed.
    Dead = 3,
    /// Not for this subscriber after all.
    Left = 4,
}

impl HookState {
    pub const ALL: [HookState; 5] = [HookState::Waiting, HookState::Taken, HookState::Done, HookState::Dead, HookState::Left];

    fn of(number: i64) -> HookState {
        Self::ALL.into_iter().find(|state| *state as i64 == number).unwrap_or(HookState::Dead)
    }
}

/// An event on its way to one hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookDelivery {
    pub id: i64,
    pub hook: i64,
    pub event: i64,
    pub object: String,
    pub record: i64,
    pub state: HookState,
    pub attempts: i64,
    pub run_at: i64,
    pub fence: i64,
    pub ended_at: Option<i64>,
}

/// One try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookAttempt {
    pub id: i64,
    pub delivery: i64,
    pub at: i64,
    /// Milliseconds.
    pub took: i64,
    pub status: Option<i64>,
    /// Why nothing was heard.
    pub code: Option<String>,
    pub detail: Option<String>,
    /// What was sent: headers and body.
    pub request: String,
    /// What came back: headers and the beginning of the body.
    pub answer: String,
}

const HOOK: &str = "id, owner, name, url, events, filter, secret, former, former_until, state, why, source, created_at, failing_since, \
                    failures, rest_until, heard_at";
const EVENT: &str = "id, name, kind, object, record, at, body";
const DELIVERY: &str = "id, hook, event, object, record, state, attempts, run_at, fence, ended_at";
const ATTEMPT: &str = "id, delivery, at, took, status, code, detail, request, answer";

/// Hooks.
impl Conn {
    /// Hooks of a user, or all.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hooks(&mut self, owner: Option<i64>) -> Result<Vec<HookRow>, StoreError> {
        let sql = format!("SELECT {HOOK} FROM hook WHERE (CAST($1 AS BIGINT) IS NULL OR owner = $1) ORDER BY id");
        Ok(self.query(&sql, &[owner.into()])?.into_iter().map(hook).collect())
    }
    /// One hook; while writing nobody else changes it until the transaction ends.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hook(&mut self, id: i64) -> Result<Option<HookRow>, StoreError> {
        let sql = format!("SELECT {HOOK} FROM hook WHERE id = $1");
        let rows = match (self.backend(), self.writable) {
            (Backend::Postgres, true) => self.changing(&format!("{sql} FOR UPDATE"), &[id.into()])?,
            _ => self.query(&sql, &[id.into()])?,
        };
        Ok(rows.into_iter().next().map(hook))
    }
    /// Keeps a new hook and gives its number.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hook_add(&mut self, row: &HookRow) -> Result<i64, StoreError> {
        let sql = "INSERT INTO hook (owner, name, url, events, filter, secret, state, source, created_at, failures, rest_until) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0)";
        let params = vec![
            row.owner.into(),
            row.name.as_str().into(),
            row.url.as_str().into(),
            row.events.as_str().into(),
            row.filter.clone().into(),
            row.secret.as_str().into(),
            row.state.as_str().into(),
            row.source.as_str().into(),
            row.created_at.into(),
        ];
        let ids = self.insert_many(sql, &[params])?;
        ids.first().copied().ok_or_else(|| StoreError::other("a hook was not stored"))
    }
    /// Keeps everything about a hook that can change.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hook_set(&mut self, row: &HookRow) -> Result<(), StoreError> {
        let sql = "UPDATE hook SET name = $2, url = $3, events = $4, filter = $5, secret = $6, former = $7, former_until = $8, state = $9, \
                   why = $10, failing_since = $11, failures = $12, rest_until = $13, heard_at = $14 WHERE id = $1";
        let (former, until) = row.former.clone().map_or((None, None), |(secret, until)| (Some(secret), Some(until)));
        let params = [
            row.id.into(),
            row.name.as_str().into(),
            row.url.as_str().into(),
            row.events.as_str().into(),
            row.filter.clone().into(),
            row.secret.as_str().into(),
            former.into(),
            until.into(),
            row.state.as_str().into(),
            row.why.clone().into(),
            row.failing_since.into(),
            row.failures.into(),
            row.rest_until.into(),
            row.heard_at.into(),
        ];
        self.execute(sql, &params).map(|_| ())
    }
    /// Forgets a hook and all it was told.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hook_drop(&mut self, id: i64) -> Result<(), StoreError> {
        for sql in [
            "DELETE FROM hook_attempt WHERE delivery IN (SELECT id FROM hook_delivery WHERE hook = $1)",
            "DELETE FROM hook_delivery WHERE hook = $1",
            "DELETE FROM hook WHERE id = $1",
        ] {
            self.execute(sql, &[id.into()])?;
        }
        Ok(())
    }
}

/// Events and deliveries.
impl Conn {
    /// Keeps an event and plans it for these hooks.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hook_tell(&mut self, event: &HookEvent, hooks: &[i64]) -> Result<i64, StoreError> {
        let sql = "INSERT INTO hook_event (name, kind, object, record, at, body) VALUES ($1, $2, $3, $4, $5, $6)";
        let params = vec![
            event.name.as_str().into(),
            event.kind.as_str().into(),
            event.object.as_str().into(),
            event.record.into(),
            event.at.into(),
            event.body.as_str().into(),
        ];
        let ids = self.insert_many(sql, &[params])?;
        let id = ids.first().copied().ok_or_else(|| StoreError::other("an event was not stored"))?;
        let plan = "INSERT INTO hook_delivery (hook, event, object, record, state, attempts, run_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let rows: Vec<Vec<Raw>> = hooks
            .iter()
            .map(|hook| {
                let place = [(*hook).into(), id.into(), event.object.as_str().into(), event.record.into()];
                place.into_iter().chain([Raw::Int(0), Raw::Int(0), event.at.into()]).collect()
            })
            .collect();
        self.execute_many(plan, &rows)?;
        Ok(id)
    }
    /// An event.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hook_event(&mut self, id: i64) -> Result<Option<HookEvent>, StoreError> {
        Ok(self.query_one(&format!("SELECT {EVENT} FROM hook_event WHERE id = $1"), &[id.into()])?.map(event))
    }
    /// Hooks that are on and do not rest.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hooks_awake(&mut self, now: i64) -> Result<Vec<i64>, StoreError> {
        let rows = self.query("SELECT id FROM hook WHERE state = 'on' AND rest_until <= $1 ORDER BY id", &[now.into()])?;
        Ok(rows.into_iter().map(|row| Cells::new(row).int()).collect())
    }
    /// Deliveries of a hook that can leave now, the one that waits longest first; as many as `most` at once. What a
    /// sender that is gone had taken can be taken again. None overtakes an earlier one of the same record.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hook_due(&mut self, hook: i64, now: i64, most: i64) -> Result<Vec<i64>, StoreError> {
        let held = "SELECT COUNT(*) FROM hook_delivery WHERE hook = $1 AND state = 1 AND lease_until >= $2";
        let held = self.query_one(held, &[hook.into(), now.into()])?.map_or(0, |row| Cells::new(row).int());
        if held >= most {
            return Ok(Vec::new());
        }
        let first = "NOT EXISTS (SELECT 1 FROM hook_delivery e WHERE e.hook = d.hook AND e.object = d.object AND e.record = d.record \
                     AND e.id < d.id AND e.state IN (0, 1))";
        let mut found = Vec::new();
        for which in [
            "d.state = 1 AND d.lease_until < $2 ORDER BY d.lease_until",
            "d.state = 0 AND d.run_at <= $2 AND {first} ORDER BY d.run_at, d.id",
        ] {
            let which = which.replace("{first}", first);
            let room = (most - held - found.len() as i64).max(0);
            let sql = format!("SELECT d.id FROM hook_delivery d WHERE d.hook = $1 AND {which} LIMIT {room}");
            found.extend(self.query(&sql, &[hook.into(), now.into()])?.into_iter().map(|row| Cells::new(row).int()));
        }
        Ok(found)
    }
    /// Takes a delivery; none when somebody else was faster.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hook_take(&mut self, id: i64, now: i64, until: i64, fence: i64) -> Result<Option<HookDelivery>, StoreError> {
        let sql = format!(
            "UPDATE hook_delivery SET state = 1, attempts = attempts + 1, fence = $4, lease_until = $3 \
             WHERE id = $1 AND ((state = 0 AND run_at <= $2) OR (state = 1 AND lease_until < $2)) RETURNING {DELIVERY}"
        );
        let rows = self.changing(&sql, &[id.into(), now.into(), until.into(), fence.into()])?;
        Ok(rows.into_iter().next().map(delivery))
    }
    /// Ends a try: on to another one at `run_at`, or over. False when it is no longer the holder's.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hook_end(&mut self, row: &HookDelivery) -> Result<bool, StoreError> {
        let sql = "UPDATE hook_delivery SET state = $3, run_at = $4, ended_at = $5, fence = NULL, lease_until = NULL \
                   WHERE id = $1 AND fence = $2 AND state = 1";
        let params = [row.id.into(), row.fence.into(), (row.state as i64).into(), row.run_at.into(), row.ended_at.into()];
        Ok(self.execute(sql, &params)? > 0)
    }
    /// Lets what any sender had taken be taken again.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hooks_release(&mut self) -> Result<u64, StoreError> {
        self.execute("UPDATE hook_delivery SET lease_until = 0 WHERE state = 1", &[])
    }
    /// Sends one delivery that is over again, or that waits for its next try; or all dead ones of a hook. Says how many.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hook_again(&mut self, hook: i64, one: Option<i64>, now: i64) -> Result<u64, StoreError> {
        let set = "UPDATE hook_delivery SET state = 0, attempts = 0, run_at = $2, ended_at = NULL WHERE hook = $1";
        match one {
            Some(id) => self.execute(
                &format!("{set} AND id = $3 AND (state IN (2, 3, 4) OR (state = 0 AND attempts > 0))"),
                &[hook.into(), now.into(), id.into()],
            ),
            None => self.execute(&format!("{set} AND state = 3"), &[hook.into(), now.into()]),
        }
    }
    /// Deliveries of a hook, the newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hook_deliveries(
        &mut self,
        hook: i64,
        state: Option<HookState>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<(HookDelivery, HookEvent)>, StoreError> {
        let (columns, of) = (prefixed("d", DELIVERY), prefixed("e", EVENT));
        let only = state.map(|state| format!(" AND d.state = {}", state as i64)).unwrap_or_default();
        let sql = format!(
            "SELECT {columns}, {of} FROM hook_delivery d JOIN hook_event e ON e.id = d.event \
             WHERE d.hook = $1 AND d.id < $2{only} ORDER BY d.id DESC LIMIT {limit}"
        );
        let rows = self.query(&sql, &[hook.into(), before.unwrap_or(i64::MAX).into()])?;
        Ok(rows.into_iter().map(pair).collect())
    }
    /// One delivery with its event.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hook_delivery(&mut self, id: i64) -> Result<Option<(HookDelivery, HookEvent)>, StoreError> {
        let (columns, of) = (prefixed("d", DELIVERY), prefixed("e", EVENT));
        let sql = format!("SELECT {columns}, {of} FROM hook_delivery d JOIN hook_event e ON e.id = d.event WHERE d.id = $1");
        Ok(self.query_one(&sql, &[id.into()])?.map(pair))
    }
    /// What a flow asked to be sent under this name, with how far that is.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hook_letter(&mut self, name: &str) -> Result<Option<(HookDelivery, HookEvent)>, StoreError> {
        let (columns, of) = (prefixed("d", DELIVERY), prefixed("e", EVENT));
        let sql = format!(
            "SELECT {columns}, {of} FROM hook_event e JOIN hook_delivery d ON d.event = e.id \
             WHERE e.name = $1 AND e.kind = 'flow' ORDER BY d.id DESC LIMIT 1"
        );
        Ok(self.query_one(&sql, &[name.into()])?.map(pair))
    }
    /// How many deliveries of a hook stand where.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hook_counts(&mut self, hook: i64) -> Result<Vec<(HookState, i64)>, StoreError> {
        let rows = self.query("SELECT state, COUNT(*) FROM hook_delivery WHERE hook = $1 GROUP BY state ORDER BY state", &[hook.into()])?;
        Ok(rows.into_iter().map(Cells::new).map(|mut c| (HookState::of(c.int()), c.int())).collect())
    }
    /// Keeps a try.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hook_tried(&mut self, row: &HookAttempt) -> Result<(), StoreError> {
        let sql = "INSERT INTO hook_attempt (delivery, at, took, status, code, detail, request, answer) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let params = [
            row.delivery.into(),
            row.at.into(),
            row.took.into(),
            row.status.into(),
            row.code.clone().into(),
            row.detail.clone().into(),
            row.request.as_str().into(),
            row.answer.as_str().into(),
        ];
        self.execute(sql, &params).map(|_| ())
    }
    /// Tries of a delivery, the newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hook_attempts(&mut self, delivery: i64, limit: usize) -> Result<Vec<HookAttempt>, StoreError> {
        let sql = format!("SELECT {ATTEMPT} FROM hook_attempt WHERE delivery = $1 ORDER BY id DESC LIMIT {limit}");
        Ok(self.query(&sql, &[delivery.into()])?.into_iter().map(attempt).collect())
    }
    /// Forgets deliveries that ended before a moment, and events nobody is told of any more.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hooks_forget(&mut self, before: i64) -> Result<u64, StoreError> {
        let attempts =
            "DELETE FROM hook_attempt WHERE delivery IN (SELECT id FROM hook_delivery WHERE state IN (2, 3, 4) AND ended_at < $1)";
        self.execute(attempts, &[before.into()])?;
        let gone = self.execute("DELETE FROM hook_delivery WHERE state IN (2, 3, 4) AND ended_at < $1", &[before.into()])?;
        let events = "DELETE FROM hook_event WHERE at < $1 AND NOT EXISTS (SELECT 1 FROM hook_delivery d WHERE d.event = hook_event.id)";
        Ok(gone + self.execute(events, &[before.into()])?)
    }
}

/// `a, b` with a table before each.
fn prefixed(table: &str, columns: &str) -> String {
    columns.split(", ").map(|column| format!("{table}.{column}")).collect::<Vec<_>>().join(", ")
}

fn hook(row: Vec<Raw>) -> HookRow {
    let mut c = Cells::new(row);
    HookRow {
        id: c.int(),
        owner: c.int(),
        name: c.text(),
        url: c.text(),
        events: c.text(),
        filter: c.maybe_text(),
        secret: c.text(),
        former: {
            let (secret, until) = (c.maybe_text(), c.maybe_int());
            secret.zip(until)
        },
        state: c.text(),
        why: c.maybe_text(),
        source: c.text(),
        created_at: c.int(),
        failing_since: c.maybe_int(),
        failures: c.int(),
        rest_until: c.int(),
        heard_at: c.maybe_int(),
    }
}

fn event(row: Vec<Raw>) -> HookEvent {
    told(&mut Cells::new(row))
}

fn told(c: &mut Cells) -> HookEvent {
    HookEvent { id: c.int(), name: c.text(), kind: c.text(), object: c.text(), record: c.int(), at: c.int(), body: c.text() }
}

fn delivery(row: Vec<Raw>) -> HookDelivery {
    planned(&mut Cells::new(row))
}

fn planned(c: &mut Cells) -> HookDelivery {
    HookDelivery {
        id: c.int(),
        hook: c.int(),
        event: c.int(),
        object: c.text(),
        record: c.int(),
        state: HookState::of(c.int()),
        attempts: c.int(),
        run_at: c.int(),
        fence: c.int(),
        ended_at: c.maybe_int(),
    }
}

fn pair(row: Vec<Raw>) -> (HookDelivery, HookEvent) {
    let mut c = Cells::new(row);
    (planned(&mut c), told(&mut c))
}

fn attempt(row: Vec<Raw>) -> HookAttempt {
    let mut c = Cells::new(row);
    HookAttempt {
        id: c.int(),
        delivery: c.int(),
        at: c.int(),
        took: c.int(),
        status: c.maybe_int(),
        code: c.maybe_text(),
        detail: c.maybe_text(),
        request: c.text(),
        answer: c.text(),
    }
}
