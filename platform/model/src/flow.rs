//! Flows: what the program does by itself when something happens to a record. A declaration, and what follows from it alone.
//!
//! A [`Flow`] begins by its [`Trigger`], for a record that its condition holds of, and then takes its [`Step`]s one after
//! the other. [`Place`] says where a run stands and how it goes on; [`Flow::check`] tells every fault with its place.
//! Nothing here reads a clock or a database: the engine does what a step says and asks what comes next.
//!
//! To add a kind of step: `docs/how-to/add-a-flow-step.md`.

mod calling;
mod check;
mod edit;
mod given;
mod mentions;
mod moment;
mod place;
mod step;
#[cfg(test)]
mod tests;
mod trigger;

pub use calling::{Calling, Content, Header, MOST_HEADERS, MOST_TRIES, Method, OnMiss, Piece, is_free_header, is_json, pieces};
pub use check::{Formula, Judge, Known, LONGEST_WAIT_DAYS, MOST_CHILDREN, MOST_STEPS, fits, names_field, tasks};
pub use edit::{Spot, Way};
pub use given::{Given, Part, Values, Who, parts, paths};
pub use moment::{Clock, Lapse, Unit};
pub use place::{Go, Level, Place};
pub use step::{AfterApproval, Arm, Assigning, Came, Deed, Else, MailTo, Rule, Step, Until};
pub use trigger::{DateUnit, Repeat, Rhythm, Trigger};

use crate::Label;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// A flow as it is declared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flow {
    pub name: Label,
    /// Object of the records it runs for.
    pub object: String,
    /// In whose name its steps act.
    #[serde(default, skip_serializing_if = "is_default")]
    pub acts_as: ActsAs,
    /// How often it may run for one record.
    #[serde(default, skip_serializing_if = "is_default")]
    pub repeat: Repeat,
    /// What must hold of the record (filter JSON).
    #[serde(default, skip_serializing_if = "is_default")]
    pub when: Option<Json>,
    /// What must hold besides, as an expression in CEL over the record's own fields.
    #[serde(default, skip_serializing_if = "is_default")]
    pub formula: Option<String>,
    pub trigger: Trigger,
    #[serde(default)]
    pub steps: Vec<Step>,
}

/// Whose rights the steps have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActsAs {
    /// The program itself.
    #[default]
    Program,
    /// Whoever published the version that runs.
    Publisher,
}

impl Flow {
    /// Keys of the templates its mails are written by.
    pub fn templates(&self) -> impl Iterator<Item = &str> {
        self.all_steps().into_iter().filter_map(|step| match &step.deed {
            Deed::Mail { template, .. } => template.as_deref(),
            _ => None,
        })
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
