//! Items: units that were taken, and what became of them.

use crate::cells::Cells;
use crate::conn::{Backend, Conn};
use crate::error::StoreError;
use akrab_model::Raw;

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
    pub(super) fn of(number: i64) -> WorkState {
        Self::ALL.into_iter().find(|state| *state as i64 == number).unwrap_or(WorkState::Failed)
    }
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

pub(super) const ITEM: &str = "batch, unit, route, state, run_at, attempts, fence, told";

impl Conn {
    /// Takes up to `limit` units of a route that are due, the one that waits longest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_lease(&mut self, route: i64, now: i64, until: i64, fence: i64, limit: i64) -> Result<Vec<WorkItem>, StoreError> {
        let skip = if self.backend() == Backend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
        let resting = super::NOT_RESTING;
        let find = format!(
            "SELECT batch, unit, run_at FROM work_item WHERE route = $1 AND state = 0 AND run_at <= $2 AND {resting} ORDER BY run_at LIMIT $3{skip}"
        );
        let found = self.changing(&find, &[route.into(), now.into(), limit.into()])?.into_iter().map(Cells::new);
        let mut items = found.map(|mut c| (c.int(), c.int(), c.int())).peekable();
        let (mut taken, mut planned) = (Vec::new(), Vec::new());
        while taken.len() + planned.len() < limit as usize {
            let wave = self.work_wave_due(route, now)?;
            // what waits longer than the next wave goes before it
            while let Some((batch, unit, _)) = items.next_if(|(.., at)| wave.as_ref().is_none_or(|wave| *at <= wave.run_at)) {
                taken.push((batch, unit));
                if taken.len() + planned.len() == limit as usize {
                    break;
                }
            }
            let left = limit - (taken.len() + planned.len()) as i64;
            match wave {
                Some(wave) if left > 0 => planned.extend(self.work_wave_take(&wave, left)?.into_iter().map(|unit| WorkItem {
                    batch: wave.batch,
                    unit,
                    route,
                    state: WorkState::Leased,
                    run_at: wave.run_at,
                    attempts: 1,
                    fence,
                    told: None,
                })),
                _ => break,
            }
        }
        let rows: Vec<Vec<Raw>> = planned
            .iter()
            .map(|item| vec![item.batch.into(), item.unit.into(), route.into(), item.run_at.into(), fence.into(), until.into()])
            .collect();
        let sql =
            "INSERT INTO work_item (batch, unit, route, state, run_at, attempts, fence, lease_until) VALUES ($1, $2, $3, 1, $4, 1, $5, $6)";
        self.execute_many(sql, &rows)?;
        let sql = format!(
            "UPDATE work_item SET state = 1, attempts = attempts + 1, fence = $3, lease_until = $4 WHERE batch = $1 AND unit = $2 AND state = 0 \
             RETURNING {ITEM}"
        );
        let mut leased = Vec::with_capacity(taken.len() + planned.len());
        for (batch, unit) in taken {
            let rows = self.changing(&sql, &[batch.into(), unit.into(), fence.into(), until.into()])?;
            leased.extend(rows.into_iter().map(item));
        }
        leased.extend(planned);
        leased.sort_by_key(|item| item.run_at);
        Ok(leased)
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
}

pub(super) fn item(row: Vec<Raw>) -> WorkItem {
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
