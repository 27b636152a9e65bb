//! What steps do, one file for each kind or two of a kind. A new kind is one more file and one line in [`Tx::take_step`].

mod approval;
mod assign;
mod each;
mod mail;
mod make;
mod tell;
mod wait;
mod webhook;

use super::live::Ready;
use super::{Level, RunRow};
use crate::behaviour::Origin;
use crate::{Result, Tx};
use akrab_model::flow::{Deed, Step};
use akrab_model::{Problem, Record};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// A step to be taken, and what for.
pub(super) struct At<'a> {
    pub run: &'a RunRow,
    pub ready: &'a Arc<Ready>,
    pub step: &'a Step,
    /// The record it is taken for, with all its fields.
    pub record: Record,
    pub level: Level,
    /// What changes of it are told to come from.
    pub origin: Arc<Origin>,
    /// Nothing is to leave the program, and nothing is waited for.
    pub trial: bool,
}

/// What a step came to.
pub(super) struct Took {
    /// What it was given, once worked out, and what came of it; both for the log.
    pub input: Json,
    pub result: Json,
    pub next: Next,
    /// The record may be another one now.
    pub wrote: bool,
}

/// How the run goes on.
pub(super) enum Next {
    Pass,
    Arm(usize),
    Child(i64),
    /// Later; `data` is what the step remembers until then, and `tell` whether the log is to say so.
    Wait {
        until: i64,
        listens: bool,
        data: String,
        tell: bool,
    },
    End,
}

impl Took {
    pub fn wrote(input: Json, result: Json) -> Took {
        Took { input, result, next: Next::Pass, wrote: true }
    }
    pub fn told(input: Json, result: Json) -> Took {
        Took { input, result, next: Next::Pass, wrote: false }
    }
}

/// Whether several runs take this kind of step in few statements.
pub(super) fn is_shared(deed: &Deed) -> bool {
    matches!(deed, Deed::Set { .. } | Deed::Create { .. } | Deed::Task { .. })
}

impl Tx<'_> {
    /// Takes the same step for several records, none twice: all of it, or nothing. See [`is_shared`].
    pub(super) fn take_steps(&mut self, ats: &[At<'_>]) -> Result<Vec<Took>> {
        let Some(first) = ats.first() else { return Ok(Vec::new()) };
        match &first.step.deed {
            Deed::Set { values } => self.flow_set(ats, values),
            Deed::Create { object, link, values } => self.flow_create(ats, object, link.as_deref(), values),
            Deed::Task { title, note, to, due, values } => self.flow_task(ats, (title, note.as_deref()), to, due.as_ref(), values),
            _ => ats.iter().map(|at| self.take_step(at)).collect(),
        }
    }

    /// Takes a step. What it writes stands or falls with what is said of it in the log.
    fn take_step(&mut self, at: &At<'_>) -> Result<Took> {
        match &at.step.deed {
            Deed::Set { .. } | Deed::Create { .. } | Deed::Task { .. } => {
                let took = self.take_steps(std::slice::from_ref(at))?.pop();
                took.ok_or_else(|| Problem::internal("a step came to nothing"))
            }
            Deed::Assign(assigning) => self.flow_assign(at, assigning),
            Deed::Notify { to, text } => self.flow_notify(at, to, text),
            Deed::Mail { to, template, subject, text } => self.flow_mail(at, to, (template.as_deref(), subject, text)),
            Deed::Approval { rule, note, otherwise } => self.flow_approval(at, rule, note.as_deref(), *otherwise),
            Deed::Webhook(calling) => self.flow_webhook(at, calling),
            Deed::Wait(until) => self.flow_wait(at, until),
            Deed::Branch { arms } => {
                for (n, arm) in arms.iter().enumerate() {
                    let came = match &arm.outcome {
                        Some(outcome) => self.flow_came(at, outcome)?,
                        None => true,
                    };
                    let taken = match &arm.when {
                        Some(when) => came && self.holds(&at.record.object, &at.record, when)?,
                        None => came,
                    };
                    if taken {
                        return Ok(Took { next: Next::Arm(n), ..Took::told(Json::Null, json!({ "arm": n })) });
                    }
                }
                Ok(Took::told(Json::Null, json!({ "arm": null })))
            }
            Deed::Each { object, via, when, limit, .. } => self.flow_each(at, object, via, when.as_ref(), *limit),
            Deed::Run { flow } => {
                let flows = self.engine.flows();
                let ready = flows.going(flow).cloned().ok_or_else(|| Problem::new(akrab_model::ProblemKind::Conflict, "flow_rests"))?;
                let begun: Vec<RunRow> = self.flow_run(&ready, at.record.id, false)?.into_iter().collect();
                let ids = self.flow_begin(&begun)?;
                Ok(Took::told(json!({ "flow": flow }), json!({ "run": ids.first() })))
            }
            Deed::End {} => Ok(Took { next: Next::End, ..Took::told(Json::Null, Json::Null) }),
        }
    }
}
