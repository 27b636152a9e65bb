//! Approvals of records of every object: rules, requests, decisions.
//!
//! A rule ([`akrab_model::approval`]) says which records need whose yes. A request is bound to one version of its record and
//! carries its steps and terms with it ([`Plan`]); it goes from step to step, each with the people who may decide (seats), a
//! time limit in working time and a fallback. A decision is taken once; nobody decides on his own request, nor through who
//! stands in for him; silence is never a yes. A change of what the approval is about makes it void and asks anew.
//!
//! - [`rules`]: what is declared, kept in memory for every save.
//! - [`find`]: what a record needs; [`guard`]: what saving a record does to approvals, and what they keep it from.
//! - [`ask`], [`step`], [`decide`], [`clock`]: the life of a request; [`outcome`]: who waits for its end.
//! - [`people`], [`deputy`]: who may decide, and who acts for whom. [`tell`], [`mail`], [`link`]: how it is told.

mod ask;
mod clock;
mod decide;
mod deputy;
mod find;
mod guard;
mod link;
mod mail;
mod outcome;
mod people;
mod read;
mod rules;
mod step;
mod tell;

pub use akrab_model::approval::*;
pub use clock::SettleApprovals;
pub(crate) use clock::is_due;
pub use decide::Decision;
pub use deputy::Deputy;
pub use find::Need;
pub use link::LinkView;
pub use mail::ApprovalMail;
pub use read::{Approval, ApprovalFilter, DecisionView, Seat, Whose};
pub(crate) use rules::Rules;
pub(crate) use tell::APPROVAL;
pub use tell::ApprovalTold;

use crate::Result;
use akrab_model::{Label, Problem, ProblemKind};
use akrab_store::ApprovalRow;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Steps and terms of one request, as they were when it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    pub name: Label,
    pub steps: Vec<StepDecl>,
    /// Key of the business calendar; the usual one when empty.
    pub calendar: String,
    pub four_eyes: bool,
    pub reasons: Vec<ReasonDecl>,
    /// Fields whose change makes it void.
    pub watched: BTreeSet<String>,
    /// The field whose number chose the steps.
    pub field: Option<String>,
}

impl Plan {
    fn of(row: &ApprovalRow) -> Result<Plan> {
        serde_json::from_str(&row.plan).map_err(Problem::internal)
    }
    /// The step a request stands at.
    fn step(&self, row: &ApprovalRow) -> Result<&StepDecl> {
        usize::try_from(row.step).ok().and_then(|n| self.steps.get(n)).ok_or_else(|| Problem::internal("a request without a step"))
    }
}

fn state_of(row: &ApprovalRow) -> State {
    State::of(&row.state).unwrap_or(State::Void)
}

/// Everybody who asked: none of them decides.
fn barred(row: &ApprovalRow) -> Vec<i64> {
    serde_json::from_str(&row.barred).unwrap_or_default()
}

fn conflict(code: &'static str) -> Problem {
    Problem::new(ProblemKind::Conflict, code)
}
