//! What a map asks of a record on its way, and who may pass over it.

use super::maps::Process;
use super::stays::stage_field;
use super::{RuleDecl, Way};
use crate::behaviour::Draft;
use crate::told::Told;
use crate::{Actor, Result, Tx};
use akrab_model::{FieldProblem, Label, Object, Record, RecordId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// Something a map asks for, and whether the record as it stands meets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub way: Way,
    /// Name of the stage whose door it is.
    pub stage: String,
    /// A field that must be filled, or a rule by its name.
    pub what: What,
    pub met: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    Field(String),
    Rule(Label),
    /// The way is not drawn; those that are.
    Path(Vec<String>),
}

/// What the history of a record tells of somebody who passed over a map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    pub process: Label,
    pub stage: String,
    /// What was not met: field keys, names of rules, `->` for a way that is not drawn.
    pub fields: Vec<String>,
    pub rules: Vec<Label>,
    pub path: bool,
}

impl Tx<'_> {
    /// Holds a move against the maps over the stages it leaves and enters.
    pub(crate) fn check_process(&mut self, draft: &Draft, faults: &mut Vec<FieldProblem>) -> Result<()> {
        if !self.is_held() {
            return Ok(());
        }
        let Some((field, process, broken)) = self.broken(draft)? else { return Ok(()) };
        if broken.is_empty() || self.may_pass(&process, draft)? {
            return Ok(());
        }
        let lang = self.ctx.lang_key();
        let name = process.decl.name.get(lang).to_string();
        for one in broken {
            let (place, code) = match (&one.what, one.way) {
                // what the stage itself asks for is told once
                (What::Field(key), _) if faults.iter().any(|fault| fault.field() == key) => continue,
                (What::Field(key), Way::Entry) => (key.as_str(), "process_field_entry"),
                (What::Field(key), Way::Exit) => (key.as_str(), "process_field_exit"),
                (What::Rule(_), Way::Entry) => (field.as_str(), "process_entry"),
                (What::Rule(_), Way::Exit) => (field.as_str(), "process_exit"),
                (What::Path(_), _) => (field.as_str(), "process_path"),
            };
            let mut fault = FieldProblem::new(place, code).with("process", &name).with("stage", &one.stage);
            match &one.what {
                What::Rule(label) => fault = fault.with("rule", label.get(lang)),
                What::Path(ways) => fault = fault.with("ways", ways.join(", ")),
                What::Field(_) => {}
            }
            faults.push(fault);
        }
        Ok(())
    }

    /// What the program does of its own accord nobody has to be asked about.
    fn is_held(&self) -> bool {
        !self.engine.processes().is_empty() && (!matches!(self.ctx.actor, Actor::System(_)) || self.ctx.author().is_some())
    }

    /// What a move does not meet: (stage field, map, what is missing); nothing where no map has a say.
    fn broken(&mut self, draft: &Draft) -> Result<Option<(String, Arc<Process>, Vec<Asked>)>> {
        let object = draft.object.clone();
        let Some(field) = stage_field(&object).map(|f| f.key.clone()).filter(|key| draft.changed(key)) else { return Ok(None) };
        let (from, to) = (draft.old(&field).int(), draft.after.link(&field));
        let processes = self.engine.processes();
        let mut broken = Vec::new();
        let left = from.and_then(|id| Some((processes.of_stage(id)?, id)));
        let entered = to.and_then(|id| Some((processes.of_stage(id)?, id)));
        if let Some((process, id)) = left {
            broken.extend(self.gate_asks(process, id, Way::Exit, &draft.after)?.into_iter().filter(|one| !one.met));
        }
        if let Some((process, id)) = entered {
            broken.extend(self.path(process, from, id));
            broken.extend(self.gate_asks(process, id, Way::Entry, &draft.after)?.into_iter().filter(|one| !one.met));
        }
        Ok(entered.or(left).map(|(process, _)| (field, process.clone(), broken)))
    }

    fn path(&self, process: &Process, from: Option<RecordId>, to: RecordId) -> Option<Asked> {
        // out of another pipeline it may come in anywhere
        let before = from.and_then(|id| process.stage(id));
        let stage = process.stage(to)?;
        if (from.is_some() && before.is_none()) || process.decl.allows(before.map(|s| s.name.as_str()), &stage.name) {
            return None;
        }
        let ways = process.stages.iter().filter(|s| process.decl.allows(before.map(|s| s.name.as_str()), &s.name)).map(|s| s.name.clone());
        Some(Asked { way: Way::Entry, stage: stage.name.clone(), what: What::Path(ways.collect()), met: false })
    }

    /// What one door of a stage asks for.
    fn gate_asks(&mut self, process: &Process, stage: RecordId, way: Way, record: &Record) -> Result<Vec<Asked>> {
        let Some(stage) = process.stage(stage) else { return Ok(Vec::new()) };
        let Some(step) = process.decl.step(&stage.name) else { return Ok(Vec::new()) };
        let gate = step.gate(way);
        let one = |what: What, met: bool| Asked { way, stage: stage.name.clone(), what, met };
        let mut found: Vec<Asked> = gate.fields.iter().map(|key| one(What::Field(key.clone()), !record.get(key).is_blank())).collect();
        let filters = process.filters.get(&(stage.name.clone(), way)).map(Vec::as_slice).unwrap_or_default();
        for (RuleDecl { name, .. }, filter) in gate.rules.iter().zip(filters) {
            let met = self.holds_of(&record.object.clone(), record, filter)?;
            found.push(one(What::Rule(name.clone()), met));
        }
        Ok(found)
    }

    /// What a map asks of a record before it goes from where it stands to another stage. Fields the actor may not read are
    /// left out.
    ///
    /// # Errors
    /// `not_found` when the record is out of sight.
    pub fn process_asks(&mut self, object: &Arc<Object>, id: RecordId, to: RecordId) -> Result<Vec<Asked>> {
        let processes = self.engine.processes();
        if processes.is_empty() {
            return Ok(Vec::new());
        }
        self.get(&object.key, id)?;
        let Some((record, field)) = self.find(&object.key, id)?.zip(stage_field(object)) else { return Ok(Vec::new()) };
        let from = record.link(&field.key);
        let mut found = Vec::new();
        if let Some((process, stage)) = from.and_then(|id| Some((processes.of_stage(id)?, id))) {
            found.extend(self.gate_asks(process, stage, Way::Exit, &record)?);
        }
        if let Some(process) = processes.of_stage(to) {
            found.extend(self.path(process, from, to));
            found.extend(self.gate_asks(process, to, Way::Entry, &record)?);
        }
        found.retain(|one| match &one.what {
            What::Field(key) => {
                object.field_ix(key).is_some_and(|ix| self.rights.field(object, ix) > akrab_model::object::FieldRight::Hidden)
            }
            _ => true,
        });
        Ok(found)
    }

    /// The map over the stage a record stands in.
    pub fn process_over(&self, stage: RecordId) -> Option<Arc<Process>> {
        self.engine.processes().of_stage(stage).cloned()
    }

    fn may_pass(&mut self, process: &Process, draft: &Draft) -> Result<bool> {
        let Some(person) = self.ctx.author() else { return Ok(false) };
        Ok(!process.decl.pass.is_empty() && self.named(&process.decl.pass, &draft.after)?.contains(&person))
    }

    /// After a move: whoever passed over the map is named in the history of the record and in the audit trail.
    pub(crate) fn mind_process(&mut self, object: &Arc<Object>, draft: &Draft, id: RecordId) -> Result<()> {
        if object.is_system() || !self.is_held() {
            return Ok(());
        }
        let Some((_, process, broken)) = self.broken(draft)?.filter(|(.., broken)| !broken.is_empty()) else { return Ok(()) };
        let mut passed = Passed {
            process: process.decl.name.clone(),
            stage: broken.first().map(|one| one.stage.clone()).unwrap_or_default(),
            fields: Vec::new(),
            rules: Vec::new(),
            path: false,
        };
        for one in broken {
            match one.what {
                What::Field(key) => passed.fields.push(key),
                What::Rule(label) => passed.rules.push(label),
                What::Path(_) => passed.path = true,
            }
        }
        let stage = passed.stage.clone();
        self.keep_told(&object.key, id, &Told::Passed(passed))?;
        let lang = self.ctx.lang_key();
        let detail = json!({ "title": process.decl.name.get(lang), "process": process.key, "stage": stage });
        self.audit("process_passed", Some((&object.key, id)), detail)
    }
}
