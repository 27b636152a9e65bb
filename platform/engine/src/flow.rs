//! Flows: what the program does by itself when something happens to a record.
//!
//! Declarations ([`akrab_model::flow::Flow`]) are kept in versions; a run finishes on the version it began on. What makes a
//! flow begin is looked at in the transaction of the change ([`feed`]), by time ([`tick`]) or asked for ([`press`]). Runs
//! are worked off some at a time ([`work`]): in one transaction they are taken, their steps are done, what came of each is
//! written to their log, and where they stand now. A process that dies in it has done nothing; one that does not has done
//! each step once. What leaves the program goes through the work ledger.
//!
//! To add a kind of step: `docs/how-to/add-a-flow-step.md`.

mod deed;
mod feed;
mod file;
mod keep;
mod live;
mod look;
mod mail;
mod press;
mod text;
mod tick;
mod trial;
mod turn;
mod work;

pub use akrab_model::flow::*;
pub use akrab_store::{FlowLog as LogRow, FlowRun as RunRow, FlowState as RunState};
pub use file::Come;
pub use keep::{Draft as FlowDraft, is_key};
pub use live::{Flows, Ready, Standing};
pub use look::{FlowView, LogView, RunAsk, RunView, StepFate};
pub(crate) use mail::FlowMails;
pub use trial::{Trial, TrialAsk};

use std::sync::Arc;

/// Flows that may stand behind one another before they are stopped.
pub const DEEPEST: i64 = 10;
/// Runs of one flow for one record within an hour before it is stopped.
pub const MOST_REPEATS: i64 = 50;
/// Tries of a step that failed for a passing reason.
pub const ATTEMPTS: i64 = 5;

/// The flows behind a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    pub depth: i64,
    /// (flow, object key, record)
    pub chain: Arc<[(i64, String, i64)]>,
}

/// Days a run that has ended is kept.
pub(crate) const RUN_DAYS: i64 = 90;
