//! Where a request stands, and what a decision makes of it.

use serde::{Deserialize, Serialize};

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Waiting,
    Approved,
    Refused,
    /// Back to whoever asked, to be mended.
    Returned,
    /// Nobody answered in time, nor did the fallback.
    Expired,
    Withdrawn,
    /// The record was changed in what the approval was about.
    Void,
}

impl State {
    /// All of them.
    pub const ALL: [State; 7] =
        [State::Waiting, State::Approved, State::Refused, State::Returned, State::Expired, State::Withdrawn, State::Void];

    pub fn key(self) -> &'static str {
        match self {
            State::Waiting => "waiting",
            State::Approved => "approved",
            State::Refused => "refused",
            State::Returned => "returned",
            State::Expired => "expired",
            State::Withdrawn => "withdrawn",
            State::Void => "void",
        }
    }
    pub fn of(key: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.key() == key)
    }
    /// It says something about the record as it stands.
    pub fn is_live(self) -> bool {
        matches!(self, State::Waiting | State::Approved)
    }
}

/// What somebody says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Approve,
    Refuse,
    Return,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Verdict; 3] = [Verdict::Approve, Verdict::Refuse, Verdict::Return];

    pub fn key(self) -> &'static str {
        match self {
            Verdict::Approve => "approve",
            Verdict::Refuse => "refuse",
            Verdict::Return => "return",
        }
    }
    pub fn of(key: &str) -> Option<Verdict> {
        Verdict::ALL.into_iter().find(|verdict| verdict.key() == key)
    }
    /// Whoever says so has to say why.
    pub fn needs_reason(self) -> bool {
        self != Verdict::Approve
    }
}

/// How a request goes on after a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum After {
    /// More have to say yes.
    Waits,
    NextStep,
    Ends(State),
}

/// What a verdict makes of a step that had `yes` yeses of the `need` it wants; `last`: no step follows.
pub fn after(verdict: Verdict, yes: u32, need: u32, last: bool) -> After {
    match verdict {
        Verdict::Refuse => After::Ends(State::Refused),
        Verdict::Return => After::Ends(State::Returned),
        Verdict::Approve if yes + 1 < need => After::Waits,
        Verdict::Approve if last => After::Ends(State::Approved),
        Verdict::Approve => After::NextStep,
    }
}
