//! Declared actions, run by the object's behaviour.

use super::Tx;
use crate::action::{ActionOutcome, ActionRun};
use crate::rights::Access;
use crate::Result;
use akrab_model::value::Input;
use akrab_model::{Cond, Filter, Problem, ProblemKind, RecordId};
use akrab_store::Bin;

impl Tx<'_> {
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
        if let Some(when) = &decl.when {
            let registry = self.registry.clone();
            let when = Filter::from_json(when)?.bind(&registry, &object, &self.env(), &self.rights.clone())?;
            let holds = when == Cond::True || self.conn.row(&registry, &object, id, &[], &when, Bin::Living)?.is_some();
            if !holds {
                return Err(Problem::new(ProblemKind::Conflict, "action_not_now"));
            }
        }
        let run = ActionRun { key: key.into(), record, input: input.clone() };
        for behaviour in self.behaviours(&object.key) {
            return behaviour.act(&run, self);
        }
        Err(Problem::not_found())
    }
}
