//! Declared actions, run by the object's behaviour.

use super::Tx;
use crate::Result;
use crate::action::{ActionOutcome, ActionRun};
use crate::rights::Access;
use akrab_model::object::ActionDecl;
use akrab_model::value::Input;
use akrab_model::{Cond, Filter, Object, Problem, ProblemKind, RecordId};
use akrab_store::Bin;
use std::sync::Arc;

impl Tx<'_> {
    /// Actions the actor may run on a record as it stands now, in the order of declaration.
    ///
    /// # Errors
    /// What the database answers.
    pub fn offered(&mut self, object: &Arc<Object>, id: RecordId) -> Result<Vec<ActionDecl>> {
        let reach = self.rights.cond(object, Access::Edit);
        let registry = self.registry.clone();
        if self.conn.row(&registry, object, id, &[], &reach, Bin::Living)?.is_none() {
            return Ok(Vec::new());
        }
        let mut offered = Vec::new();
        let actors = self.behaviours(&object.key).into_iter().find_map(|behaviour| behaviour.actors());
        let record = actors.map(|_| self.get(&object.key, id)).transpose()?;
        for action in &object.decl.actions {
            let his = actors.zip(record.as_ref()).is_none_or(|(may, record)| may(&action.key, record, self));
            if his && self.is_now(object, id, action)? {
                offered.push(action.clone());
            }
        }
        Ok(offered)
    }

    /// Whether the action's condition holds. One on fields the actor may not read does not.
    fn is_now(&mut self, object: &Arc<Object>, id: RecordId, action: &ActionDecl) -> Result<bool> {
        let Some(when) = &action.when else { return Ok(true) };
        let registry = self.registry.clone();
        let Ok(when) = Filter::from_json(when)?.bind(&registry, object, &self.env(), &self.rights.clone()) else { return Ok(false) };
        Ok(when == Cond::True || self.conn.row(&registry, object, id, &[], &when, Bin::Living)?.is_some())
    }

    /// Nobody has changed the record since `version`, when one is given; nobody will until the commit.
    ///
    /// # Errors
    /// `stale`, and `not_found` for a record out of sight.
    pub fn unchanged_since(&mut self, object: &str, id: RecordId, version: Option<i64>) -> Result<()> {
        let Some(version) = version else { return Ok(()) };
        let known = self.object(object)?;
        self.conn.lock(&known, id)?;
        let now = self.get_from(object, id, Bin::Any)?.version;
        if now == version { Ok(()) } else { Err(Problem::stale().with("version", now)) }
    }

    /// Runs action `key` on a record.
    ///
    /// # Errors
    /// `not_found` for an unknown record or action, `forbidden`, `action_not_now` when its
    /// condition does not hold, and what the action itself answers.
    pub fn act(&mut self, object: &str, id: RecordId, key: &str, input: &Input) -> Result<ActionOutcome> {
        let object = self.object(object)?;
        let decl = object.decl.actions.iter().find(|a| a.key == key).ok_or_else(Problem::not_found)?;
        let record = self.load_for(&object, id, Access::Edit, Bin::Living)?;
        if let Some(unknown) = input.keys().find(|k| !decl.inputs.contains_key(*k)) {
            return Err(Problem::invalid(vec![akrab_model::FieldProblem::new(unknown, "unknown_field").with("field", unknown)]));
        }
        let run = ActionRun { key: key.into(), record, input: input.clone() };
        let behaviour = self.behaviours(&object.key).into_iter().next();
        if !self.is_now(&object, id, decl)? {
            return Err(behaviour.map_or_else(|| Problem::new(ProblemKind::Conflict, "action_not_now"), |b| b.not_now(&run)));
        }
        self.check_approved_to(&object, &run.record, key)?;
        let outcome = behaviour.ok_or_else(Problem::not_found)?.act(&run, self)?;
        self.tell_action(&object, id, key, &outcome.made)?;
        Ok(outcome)
    }
}
