//! Incoming webhooks: addresses that other programs call, and what becomes of what they say.
//!
//! A call proves where it comes from ([`Proof`]), is taken once by what it is known by, and becomes a record by the rules
//! of an import: matched, created or changed with the rights of a chosen person, in the transaction that also writes down
//! what became of it. What could not be done stands in the log with its reason and can be done again.

mod body;
mod keep;
mod look;
mod offer;
mod plan;
mod proof;
mod take;

pub use body::{LARGEST, Leaf, leaves, read as read_body};
pub use keep::{InletDraft, ROTATION};
pub use look::{CallView, InletView};
pub use offer::Offer;
pub use plan::{InletPlan, Mapped};
pub use proof::Proof;
pub use take::{Caller, InletTrial, Taken};

use serde::{Deserialize, Serialize};

/// Where the address of an incoming webhook may be opened.
pub(crate) fn address_place(inlet: i64) -> String {
    format!("inlet/{inlet}/address")
}

/// Where its secret may be opened.
fn secret_place(inlet: i64) -> String {
    format!("inlet/{inlet}/secret")
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallState {
    /// Nothing had been decided yet about what comes in.
    Kept,
    Created,
    Updated,
    /// The record says so already.
    Unchanged,
    /// Left out by the rules: there is such a record, or there is none.
    Skipped,
    /// It could not be done; the outcome says why.
    Failed,
    /// It did not prove where it comes from.
    Refused,
}

impl CallState {
    pub const ALL: [CallState; 7] = [
        CallState::Kept,
        CallState::Created,
        CallState::Updated,
        CallState::Unchanged,
        CallState::Skipped,
        CallState::Failed,
        CallState::Refused,
    ];
    /// As it is kept, and said in addresses and words.
    pub fn key(self) -> &'static str {
        match self {
            CallState::Kept => "kept",
            CallState::Created => "created",
            CallState::Updated => "updated",
            CallState::Unchanged => "unchanged",
            CallState::Skipped => "skipped",
            CallState::Failed => "failed",
            CallState::Refused => "refused",
        }
    }
    /// By its key; anything else has failed.
    pub fn of(key: &str) -> CallState {
        CallState::ALL.into_iter().find(|state| state.key() == key).unwrap_or(CallState::Failed)
    }
}
