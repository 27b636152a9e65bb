//! Named verbs with declared inputs: one registration serves button, form, endpoint and automation.

use akrab_model::value::Input;
use akrab_model::{Record, RecordId};

/// An action called on a record.
#[derive(Debug, Clone)]
pub struct ActionRun {
    pub key: String,
    pub record: Record,
    /// The declared inputs that were handed in, unread.
    pub input: Input,
}

/// What became of it.
#[derive(Debug, Clone, Default)]
pub struct ActionOutcome {
    /// Records to look at now, first the most telling: (object key, id).
    pub made: Vec<(String, RecordId)>,
}
