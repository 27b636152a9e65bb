//! Process maps: a firm's own way of working, drawn over the stages of a pipeline.
//!
//! A [`ProcessDecl`] says of each stage what has to be done there, what must hold before a record enters it and before it
//! leaves it, where it may go from there, and how long it may stay. Checked against its object by [`ProcessDecl::check`];
//! pipelines and stages are rows and are named as people name them, so that a map can be brought into another workspace.

mod check;
mod limit;

pub use limit::{Limit, NotALimit};

use crate::Label;
use crate::approval::Who;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// A map.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProcessDecl {
    pub name: Label,
    /// Key of the object.
    pub object: String,
    /// Name of the pipeline.
    pub pipeline: String,
    /// Key of the business calendar that working time is counted by.
    pub calendar: String,
    /// Records go only along the ways that are drawn.
    pub ordered: bool,
    /// Who may pass over what the map asks for; it is written down.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pass: Vec<Who>,
    /// What the process is for.
    #[serde(skip_serializing_if = "is_blank")]
    pub guide: Label,
    pub steps: Vec<StepDecl>,
}

/// A stage of the pipeline as a step of the process. Stages that are not named are steps that ask for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StepDecl {
    /// Name of the stage.
    pub stage: String,
    /// A record may begin here. Where no step says so every one may be the first.
    #[serde(skip_serializing_if = "is_no")]
    pub starts: bool,
    /// Names of the stages it may go to next; none: any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<String>,
    /// How long a record should stay at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Limit>,
    /// What is to be done here, in words.
    #[serde(skip_serializing_if = "is_blank")]
    pub guide: Label,
    #[serde(skip_serializing_if = "GateDecl::is_empty")]
    pub entry: GateDecl,
    #[serde(skip_serializing_if = "GateDecl::is_empty")]
    pub exit: GateDecl,
}

/// What must hold on the way in or out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GateDecl {
    /// Fields that must be filled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleDecl>,
}

/// A condition with the words it is told by.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RuleDecl {
    pub name: Label,
    /// A filter that has to hold of the record as it is about to be.
    pub must: Json,
}

/// Which way through a stage's door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Way {
    Entry,
    Exit,
}

impl Way {
    pub const ALL: [Way; 2] = [Way::Entry, Way::Exit];

    pub fn key(self) -> &'static str {
        match self {
            Way::Entry => "entry",
            Way::Exit => "exit",
        }
    }
    pub fn of(key: &str) -> Option<Way> {
        Way::ALL.into_iter().find(|way| way.key() == key)
    }
}

impl StepDecl {
    pub fn gate(&self, way: Way) -> &GateDecl {
        match way {
            Way::Entry => &self.entry,
            Way::Exit => &self.exit,
        }
    }
    pub fn gate_mut(&mut self, way: Way) -> &mut GateDecl {
        match way {
            Way::Entry => &mut self.entry,
            Way::Exit => &mut self.exit,
        }
    }
}

impl GateDecl {
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.rules.is_empty()
    }
}

impl ProcessDecl {
    /// The step of a stage of this name.
    pub fn step(&self, stage: &str) -> Option<&StepDecl> {
        self.steps.iter().find(|step| step.stage == stage)
    }

    /// The step of a stage, made when there is none yet.
    pub fn step_mut(&mut self, stage: &str) -> &mut StepDecl {
        let at = self.steps.iter().position(|step| step.stage == stage).unwrap_or_else(|| {
            self.steps.push(StepDecl { stage: stage.into(), ..StepDecl::default() });
            self.steps.len() - 1
        });
        &mut self.steps[at]
    }

    /// Whether the way from one stage to another is drawn; without one that begins there.
    pub fn allows(&self, from: Option<&str>, to: &str) -> bool {
        if !self.ordered {
            return true;
        }
        match from {
            None => !self.steps.iter().any(|step| step.starts) || self.step(to).is_some_and(|step| step.starts),
            Some(from) => self.step(from).is_none_or(|step| step.to.is_empty() || step.to.iter().any(|name| name == to)),
        }
    }

    /// A stage is called otherwise from now on; whether the map named it.
    pub fn rename_stage(&mut self, old: &str, new: &str) -> bool {
        let before = self.clone();
        for step in &mut self.steps {
            for name in std::iter::once(&mut step.stage).chain(&mut step.to).filter(|name| *name == old) {
                *name = new.into();
            }
        }
        *self != before
    }
}

fn is_blank(label: &Label) -> bool {
    label.id.is_empty() && label.en.is_empty()
}

fn is_no(on: &bool) -> bool {
    !on
}

#[cfg(test)]
mod tests;
