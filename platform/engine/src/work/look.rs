//! How far work is, and what of it needs somebody.

use crate::{Result, Tx};
use akrab_model::{Problem, RecordId};
use akrab_store::{WorkBatch, WorkItem, WorkRoute, WorkState};
use jiff::Timestamp;
use serde_json::Value as Json;

/// How many items stand where. Counted, so nothing is ever lost from sight.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts(Vec<(WorkState, i64)>);

impl Counts {
    pub fn of(&self, state: WorkState) -> i64 {
        self.0.iter().find(|(known, _)| *known == state).map_or(0, |(_, n)| *n)
    }
    pub fn all(&self) -> i64 {
        self.0.iter().map(|(_, n)| n).sum()
    }
    /// What nothing more is done about by itself.
    pub fn over(&self) -> i64 {
        [WorkState::Done, WorkState::Failed, WorkState::Unknown, WorkState::Cancelled].iter().map(|state| self.of(*state)).sum()
    }
}

/// A batch as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchView {
    pub id: i64,
    pub queue: String,
    pub key: String,
    pub title: String,
    pub subject: Option<(String, RecordId)>,
    pub paused: bool,
    pub created_at: Timestamp,
    pub actor: Option<RecordId>,
    pub counts: Counts,
}

/// An item as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ItemView {
    pub unit: i64,
    pub state: WorkState,
    pub attempts: i64,
    pub run_at: Timestamp,
    /// The code of a problem and its arguments, or what the other side said.
    pub told: Json,
}

impl Tx<'_> {
    fn work_admin(&self) -> Result<()> {
        if self.ctx.is_admin() { Ok(()) } else { Err(Problem::forbidden()) }
    }

    /// Every route with its rates.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub fn work_routes(&mut self) -> Result<Vec<WorkRoute>> {
        self.work_admin()?;
        Ok(self.conn.work_routes(None)?)
    }

    /// The latest batches with their counts.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub fn work_batches(&mut self, before: Option<i64>, limit: usize) -> Result<Vec<BatchView>> {
        self.work_admin()?;
        let rows = self.conn.work_batches(before, limit)?;
        rows.into_iter().map(|row| self.work_view(row)).collect()
    }

    /// One batch with its counts.
    ///
    /// # Errors
    /// `not_found`; `forbidden` for anybody but administrators.
    pub fn work_batch(&mut self, id: i64) -> Result<BatchView> {
        self.work_admin()?;
        let row = self.conn.work_batch(id)?.ok_or_else(Problem::not_found)?;
        self.work_view(row)
    }

    /// How far a batch is; for the domain it belongs to.
    ///
    /// # Errors
    /// What the database answers.
    pub fn work_counts(&mut self, batch: i64) -> Result<Counts> {
        Ok(Counts(self.conn.work_counts(batch)?))
    }

    /// Items of a batch in one state.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub fn work_items(&mut self, batch: i64, state: WorkState, after: i64, limit: usize) -> Result<Vec<ItemView>> {
        self.work_admin()?;
        Ok(self.conn.work_items(batch, state, after, limit)?.into_iter().map(view).collect())
    }

    fn work_view(&mut self, row: WorkBatch) -> Result<BatchView> {
        let counts = self.work_counts(row.id)?;
        Ok(BatchView {
            id: row.id,
            queue: row.queue,
            key: row.key,
            title: row.title,
            subject: row.subject,
            paused: row.paused,
            created_at: Timestamp::from_microsecond(row.created_at).unwrap_or(Timestamp::UNIX_EPOCH),
            actor: row.actor,
            counts,
        })
    }
}

fn view(row: WorkItem) -> ItemView {
    ItemView {
        unit: row.unit,
        state: row.state,
        attempts: row.attempts,
        run_at: Timestamp::from_second(row.run_at).unwrap_or(Timestamp::UNIX_EPOCH),
        told: row.told.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Json::Null),
    }
}
