//! Who hands units of work over.

use crate::Engine;
use akrab_model::Problem;
use futures::future::BoxFuture;
use serde_json::Value as Json;

/// An item on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    pub batch: i64,
    pub unit: i64,
    /// The batch's key and payload.
    pub key: String,
    pub payload: Json,
    /// 1 for the first try.
    pub attempt: i64,
}

impl Carried {
    /// Names this unit of work for good: to be given to the other side, where it can refuse to do a thing twice.
    pub fn name(&self) -> String {
        format!("{}/{}", self.key, self.unit)
    }
}

/// What became of it.
#[derive(Debug, Clone)]
pub enum Handed {
    /// The other side has it; what it said of it is kept.
    Done(Json),
    /// It did not get there, and another try may: tried again, later each time, up to [`Carrier::attempts`].
    Passing(Problem),
    /// It will never get there.
    Refused(Problem),
    /// It was not sent, for a reason: it is cancelled.
    Left(Problem),
    /// Nobody knows whether it got there.
    Unknown(Problem),
}

/// Hands over the units of one queue.
pub trait Carrier: Send + Sync {
    /// The queue's key; message key `work-<queue>`.
    fn queue(&self) -> &'static str;
    /// Tries before it is given up.
    fn attempts(&self) -> i64 {
        5
    }
    /// Hands one item over and waits for the answer.
    fn hand_over(&self, engine: Engine, item: Carried) -> BoxFuture<'static, Handed>;
}
