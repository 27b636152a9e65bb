//! What a flow does.

use super::calling::Calling;
use super::given::{Values, Who};
use super::is_default;
use super::moment::{Lapse, Unit};
use crate::approval::State;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// One step. Its key stays the same in all versions, so that counts and logs find it again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub key: String,
    #[serde(flatten)]
    pub deed: Deed,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Deed {
    /// Sets fields of the record.
    Set {
        #[serde(default)]
        values: Values,
    },
    /// Makes a record.
    Create {
        object: String,
        /// The field of the new record that is to point to this one.
        #[serde(default, skip_serializing_if = "is_default")]
        link: Option<String>,
        #[serde(default)]
        values: Values,
    },
    /// Makes somebody responsible for the record.
    Assign(Assigning),
    /// Gives somebody something to do about the record.
    Task {
        title: String,
        #[serde(default, skip_serializing_if = "is_default")]
        note: Option<String>,
        #[serde(default = "owner")]
        to: Who,
        #[serde(default, skip_serializing_if = "is_default")]
        due: Option<Lapse>,
        /// Further fields of it.
        #[serde(default, skip_serializing_if = "is_default")]
        values: Values,
    },
    /// Tells people in their inbox.
    Notify { to: Vec<Who>, text: String },
    /// Sends a mail: with a subject and a text of its own, or by a template.
    Mail {
        to: Vec<MailTo>,
        #[serde(default, skip_serializing_if = "is_default")]
        template: Option<String>,
        #[serde(default, skip_serializing_if = "is_default")]
        subject: String,
        #[serde(default, skip_serializing_if = "is_default")]
        text: String,
    },
    /// Calls an outside address and waits for its answer.
    Webhook(Calling),
    /// Asks for an approval of the record by a rule, and waits for the outcome.
    Approval {
        rule: String,
        #[serde(default, skip_serializing_if = "is_default")]
        note: Option<String>,
        /// What becomes of the run when it is not approved.
        #[serde(default, skip_serializing_if = "is_default", rename = "else")]
        otherwise: Else,
    },
    /// Waits.
    Wait(Until),
    /// Goes on along the first arm whose condition holds.
    Branch { arms: Vec<Arm> },
    /// Takes steps for each record of another object that points here, up to a limit.
    Each {
        object: String,
        via: String,
        /// Which of them (filter JSON).
        #[serde(default, skip_serializing_if = "is_default")]
        when: Option<Json>,
        #[serde(default = "usual_limit")]
        limit: u32,
        #[serde(default)]
        steps: Vec<Step>,
    },
    /// Begins another flow for the record and does not wait for it.
    Run { flow: String },
    /// Ends the run.
    End {},
}

fn owner() -> Who {
    Who::Owner
}

fn usual_limit() -> u32 {
    100
}

/// How somebody is chosen who becomes responsible.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Assigning {
    /// Always the same.
    To { to: Who },
    /// One after the other.
    RoundRobin { people: Vec<Who> },
    /// Whoever is responsible for the fewest records that are still worked on.
    Load { people: Vec<Who> },
    /// By the first rule that holds; whoever is responsible stays so when none does and there is nobody else.
    Rule {
        rules: Vec<Rule>,
        #[serde(default, skip_serializing_if = "is_default")]
        otherwise: Option<Who>,
    },
}

/// Records of which this holds go to somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Filter JSON.
    pub when: Json,
    pub to: Who,
}

/// Whom a mail goes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailTo {
    Address(String),
    /// An e-mail field of the record, over links if need be.
    Field(String),
    Who(Who),
}

/// What is waited for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "until", rename_all = "snake_case")]
pub enum Until {
    /// So long.
    Passed { lapse: Lapse },
    /// Until a date or moment of the record, or so long after it. It goes on at once when that is past or empty.
    Date {
        field: String,
        #[serde(default, skip_serializing_if = "is_default")]
        lapse: Option<Lapse>,
    },
    /// Until something holds of the record, at most so long.
    Holds {
        /// Filter JSON.
        when: Json,
        most: Lapse,
        #[serde(default, skip_serializing_if = "is_default", rename = "else")]
        otherwise: Else,
    },
}

/// What becomes of a run that has waited in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Else {
    #[default]
    GoOn,
    End,
}

/// One way of a branch; without a condition it is taken when no other is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// What an approval that was asked for in an earlier step has come to.
    #[serde(default, skip_serializing_if = "is_default")]
    pub outcome: Option<AfterApproval>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub when: Option<Json>,
    #[serde(default)]
    pub steps: Vec<Step>,
}

impl Arm {
    /// Asks for nothing: it is taken when no other is.
    pub fn is_otherwise(&self) -> bool {
        self.when.is_none() && self.outcome.is_none()
    }
}

/// What a branch asks of an approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AfterApproval {
    /// Key of the step that asked for it.
    pub step: String,
    pub is: Came,
}

/// What an approval has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Came {
    Approved,
    /// Refused, returned, not answered or taken back.
    NotApproved,
    Refused,
    Returned,
    /// Nobody answered.
    Expired,
    /// The rule asked nobody about this record.
    NotNeeded,
}

impl Came {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Came; 6] = [Came::Approved, Came::NotApproved, Came::Refused, Came::Returned, Came::Expired, Came::NotNeeded];

    /// Its key in forms and words.
    pub fn key(self) -> &'static str {
        match self {
            Came::Approved => "approved",
            Came::NotApproved => "not_approved",
            Came::Refused => "refused",
            Came::Returned => "returned",
            Came::Expired => "expired",
            Came::NotNeeded => "not_needed",
        }
    }

    /// Whether a request that stands so, or that there is not, is what is asked for.
    pub fn fits(self, state: Option<State>) -> bool {
        match (self, state) {
            (Came::NotNeeded, state) => state.is_none(),
            (Came::Approved, state) => state == Some(State::Approved),
            (Came::NotApproved, Some(state)) => state != State::Approved,
            (Came::Refused, state) => state == Some(State::Refused),
            (Came::Returned, state) => state == Some(State::Returned),
            (Came::Expired, state) => state == Some(State::Expired),
            (Came::NotApproved, None) => false,
        }
    }
}

impl Deed {
    /// Every kind, as it begins in the editor, in the order in which it is offered.
    pub fn all() -> Vec<Deed> {
        let days = |n| Lapse::new(n, Unit::Days);
        vec![
            Deed::Set { values: Values::new() },
            Deed::Create { object: String::new(), link: None, values: Values::new() },
            Deed::Assign(Assigning::RoundRobin { people: Vec::new() }),
            Deed::Task { title: String::new(), note: None, to: Who::Owner, due: Some(days(1)), values: Values::new() },
            Deed::Notify { to: vec![Who::Owner], text: String::new() },
            Deed::Mail { to: Vec::new(), template: None, subject: String::new(), text: String::new() },
            Deed::Webhook(Calling::default()),
            Deed::Approval { rule: String::new(), note: None, otherwise: Else::End },
            Deed::Wait(Until::Passed { lapse: days(1) }),
            Deed::Branch { arms: vec![Arm::default(), Arm::default()] },
            Deed::Each { object: String::new(), via: String::new(), when: None, limit: usual_limit(), steps: Vec::new() },
            Deed::Run { flow: String::new() },
            Deed::End {},
        ]
    }
    /// Its key in declarations, forms and words.
    pub fn key(&self) -> &'static str {
        match self {
            Deed::Set { .. } => "set",
            Deed::Create { .. } => "create",
            Deed::Assign(_) => "assign",
            Deed::Task { .. } => "task",
            Deed::Notify { .. } => "notify",
            Deed::Mail { .. } => "mail",
            Deed::Webhook(_) => "webhook",
            Deed::Approval { .. } => "approval",
            Deed::Wait(_) => "wait",
            Deed::Branch { .. } => "branch",
            Deed::Each { .. } => "each",
            Deed::Run { .. } => "run",
            Deed::End {} => "end",
        }
    }
    /// The icon of its card.
    pub fn icon(&self) -> &'static str {
        match self {
            Deed::Set { .. } => "pencil",
            Deed::Create { .. } => "plus",
            Deed::Assign(_) => "user-check",
            Deed::Task { .. } => "square-check",
            Deed::Notify { .. } => "bell",
            Deed::Mail { .. } => "mail",
            Deed::Webhook(_) => "webhook",
            Deed::Approval { .. } => "badge-check",
            Deed::Wait(_) => "hourglass",
            Deed::Branch { .. } => "split",
            Deed::Each { .. } => "repeat",
            Deed::Run { .. } => "workflow",
            Deed::End {} => "circle-stop",
        }
    }
    /// Lists of steps inside of it.
    pub fn lists(&self) -> Vec<&[Step]> {
        match self {
            Deed::Branch { arms } => arms.iter().map(|arm| arm.steps.as_slice()).collect(),
            Deed::Each { steps, .. } => vec![steps],
            _ => Vec::new(),
        }
    }
    /// As [`Deed::lists`], to change them.
    pub fn lists_mut(&mut self) -> Vec<&mut Vec<Step>> {
        match self {
            Deed::Branch { arms } => arms.iter_mut().map(|arm| &mut arm.steps).collect(),
            Deed::Each { steps, .. } => vec![steps],
            _ => Vec::new(),
        }
    }
}
