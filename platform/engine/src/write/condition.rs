//! What a record's other fields ask of it: fields wanted or shown only under a condition, and rules over several fields.

use super::Tx;
use crate::Result;
use crate::behaviour::Draft;
use crate::rights::Everything;
use akrab_model::filter::{Facts, Filter};
use akrab_model::{Cond, Field, FieldIx, FieldProblem, Object, ObjectIx, Raw, Record, RecordId, Registry, Value};
use akrab_store::Bin;
use serde_json::Value as Json;
use std::cell::RefCell;
use std::collections::HashSet;
use std::sync::Arc;

impl Tx<'_> {
    /// Whether a field has to be filled: always, or under its condition. One that is not shown need not be.
    pub(super) fn is_wanted(&mut self, draft: &Draft, field: &Field) -> Result<bool> {
        if field.hidden {
            return Ok(false);
        }
        let object = draft.object.clone();
        if let Some(when) = &field.visible_when
            && !self.holds(&object, &draft.after, when)?
        {
            return Ok(false);
        }
        let touched = draft.is_new() || draft.changed(&field.key);
        if field.required && touched {
            return Ok(true);
        }
        let Some(when) = &field.required_when else { return Ok(false) };
        if !self.holds(&object, &draft.after, when)? {
            return Ok(false);
        }
        // what was empty under the same condition before stays allowed when other fields change
        match &draft.before {
            Some(before) if !touched => Ok(!self.holds(&object, before, when)?),
            _ => Ok(true),
        }
    }

    /// Keys of the fields that are not shown of this record as it stands.
    ///
    /// # Errors
    /// What the database answers.
    pub fn unseen(&mut self, object: &Arc<Object>, record: &Record) -> Result<HashSet<String>> {
        let mut unseen = HashSet::new();
        for field in &object.fields {
            if let Some(when) = &field.visible_when
                && !self.holds(object, record, when)?
            {
                unseen.insert(field.key.clone());
            }
        }
        Ok(unseen)
    }

    /// Rules of the object that the draft breaks.
    pub(super) fn check_rules(&mut self, draft: &Draft, faults: &mut Vec<FieldProblem>) -> Result<()> {
        let object = draft.object.clone();
        if object.decl.validations.is_empty() {
            return Ok(());
        }
        let world = self.ctx.world.clone();
        let broken = world.formulas.broken(&object, &draft.after);
        for rule in &object.decl.validations {
            let holds = match &rule.must {
                Some(must) => self.holds(&object, &draft.after, must)?,
                None => !broken.contains(&rule.key.as_str()),
            };
            if !holds {
                let message = rule.message.get(self.ctx.lang_key());
                faults.push(FieldProblem::new(rule.field.as_deref().unwrap_or(""), "rule_broken").with("message", message));
            }
        }
        Ok(())
    }

    /// Choices that are no longer offered may stay, but not come anew.
    pub(super) fn check_retired(&self, draft: &Draft, faults: &mut Vec<FieldProblem>) {
        let keys = |value: &Value| match value {
            Value::Text(key) => vec![key.clone()],
            Value::Keys(keys) => keys.clone(),
            _ => Vec::new(),
        };
        for field in draft.object.fields.iter().filter(|f| f.choices.iter().any(|c| c.retired)) {
            // the program's own rules, and what others have said elsewhere, go on with them
            if !draft.changed(&field.key) || !draft.given.contains(&field.key) || !self.ctx.is_said_now() {
                continue;
            }
            let old = keys(draft.old(&field.key));
            let new = keys(draft.get(&field.key));
            if let Some(key) = new.iter().find(|key| !old.contains(key) && field.choice(key).is_some_and(|c| c.retired)) {
                faults.push(FieldProblem::new(&field.key, "choice_retired").with("value", key));
            }
        }
    }

    /// Whether a condition of a declaration holds of a record as it is about to be.
    pub(crate) fn holds(&mut self, object: &Arc<Object>, record: &Record, when: &Json) -> Result<bool> {
        self.holds_of(object, record, &Filter::from_json(when)?)
    }

    /// As [`Tx::holds`], of a condition that was read before.
    pub(crate) fn holds_of(&mut self, object: &Arc<Object>, record: &Record, when: &Filter) -> Result<bool> {
        let registry = self.registry.clone();
        let env = self.env();
        let cond = when.bind(&registry, object, &env, &Everything)?;
        let facts = About { tx: RefCell::new(self), registry: &registry, object: object.ix, record };
        Ok(cond.matches(&registry, object.ix, record.id, &facts))
    }
}

/// Facts about one record in memory and those it leads to in the database.
struct About<'a, 'c> {
    tx: RefCell<&'a mut Tx<'c>>,
    registry: &'a Registry,
    object: ObjectIx,
    record: &'a Record,
}

impl Facts for About<'_, '_> {
    fn cell(&self, object: ObjectIx, id: RecordId, field: FieldIx) -> Raw {
        let of = self.registry.at(object);
        if object == self.object && id == self.record.id {
            return self.record.raw(&of.at(field).key);
        }
        let row = self.tx.borrow_mut().conn.row(self.registry, of, id, &[field], &Cond::True, Bin::Living);
        row.ok().flatten().and_then(|row| row.cells.into_iter().next()).unwrap_or(Raw::Null)
    }
    fn children(&self, object: ObjectIx, via: FieldIx, id: RecordId) -> Vec<RecordId> {
        if id == 0 {
            return Vec::new();
        }
        let test = akrab_model::filter::Test { path: Vec::new(), object, field: via, is: akrab_model::filter::Is::Eq(Raw::Int(id)) };
        let found = self.tx.borrow_mut().conn.ids_after(self.registry, self.registry.at(object), &Cond::Test(test), 0, 10_000);
        found.unwrap_or_default()
    }
    fn linked(&self, object: ObjectIx, id: RecordId, field: FieldIx) -> Vec<RecordId> {
        if object == self.object && id == self.record.id {
            return match self.record.get(&self.registry.at(object).at(field).key) {
                Value::Links(rows) => rows.iter().map(|row| row.to).collect(),
                _ => Vec::new(),
            };
        }
        Vec::new()
    }
    fn former(&self, object: ObjectIx, id: RecordId) -> Option<RecordId> {
        let stays = self.tx.borrow_mut().conn.stays(&self.registry.at(object).key, id).unwrap_or_default();
        stays.iter().rfind(|stay| stay.left_at.is_some()).map(|stay| stay.stage)
    }
    fn found(&self, _: RecordId, _: &akrab_model::filter::Found) -> bool {
        false
    }
    fn shared(&self, _: RecordId, _: &akrab_model::filter::Shared) -> bool {
        // a declaration says nothing of who was given what
        false
    }
}
