//! Planning: a batch and its units, each once.

use crate::{Result, Tx};
use akrab_model::{Problem, RecordId};
use akrab_store::WorkBatch;
use jiff::Timestamp;
use serde_json::Value as Json;

/// What units of work have in common. The key names the batch for good: planned again it is the same batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// The carrier that hands its units over.
    pub queue: String,
    /// What goes the same way at the same rate: a sender, a number, a line.
    pub route: String,
    /// Run, channel, step, rotation: everything but the unit.
    pub key: String,
    /// What people call it.
    pub title: String,
    /// Whatever the carrier needs for all of its units.
    pub payload: Json,
    /// The record it belongs to.
    pub subject: Option<(String, RecordId)>,
    /// Units are records of this object, contacted for this purpose: who withdraws consent is not contacted.
    pub people: Option<(String, String)>,
}

/// One unit of a batch: a number that means something to the carrier, such as a person's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    pub unit: i64,
    /// Not before this moment; none for at once.
    pub run_at: Option<Timestamp>,
}

impl Unit {
    /// Due at once.
    pub fn now(unit: i64) -> Unit {
        Unit { unit, run_at: None }
    }
}

impl Tx<'_> {
    /// Plans units of a batch and gives the batch's number. What was planned before stays as it is.
    ///
    /// # Errors
    /// `forbidden` with a token that may only read.
    pub fn work_plan(&mut self, batch: &Batch, units: &[Unit]) -> Result<i64> {
        if self.ctx.read_only {
            return Err(Problem::forbidden());
        }
        let now = self.ctx.micros();
        let row = self.conn.work_batch_made(&WorkBatch {
            id: 0,
            queue: batch.queue.clone(),
            key: batch.key.clone(),
            title: batch.title.clone(),
            payload: batch.payload.to_string(),
            subject: batch.subject.clone(),
            paused: false,
            created_at: now,
            actor: self.ctx.author(),
        })?;
        if let Some((people, purpose)) = &batch.people {
            self.conn.work_purpose(row.id, people, purpose)?;
        }
        let route = self.conn.work_route_made(&batch.queue, &batch.route)?;
        let at = |unit: &Unit| unit.run_at.map_or(now.div_euclid(1_000_000), Timestamp::as_second);
        let rows: Vec<(i64, i64)> = units.iter().map(|unit| (unit.unit, at(unit))).collect();
        self.conn.work_plan(row.id, route, &rows)?;
        self.effects.queued();
        Ok(row.id)
    }
}
