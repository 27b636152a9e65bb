//! What saving a record does to its approvals, and what they keep it from.

use super::ask::Opening;
use super::{Guard, Plan, Rule, Start, State, conflict, state_of};
use crate::behaviour::Draft;
use crate::{Actor, Result, Tx};
use akrab_model::text::fold;
use akrab_model::{FieldProblem, FieldType, Object, Problem, Record, RecordId};
use akrab_store::ApprovalRow;
use std::sync::Arc;

impl Tx<'_> {
    /// Holds a record back from what a rule guards until it is approved.
    pub(crate) fn check_approvals(&mut self, draft: &Draft, faults: &mut Vec<FieldProblem>) -> Result<()> {
        let rules = self.engine.approvals();
        // what the program does of its own accord nobody has to be asked about
        if rules.of(&draft.object.key).is_empty() || (matches!(self.ctx.actor, Actor::System(_)) && self.ctx.author().is_none()) {
            return Ok(());
        }
        for rule in rules.of(&draft.object.key).to_vec() {
            let Some(field) = self.enters_guarded(&rule, draft)? else { continue };
            if self.approval_need(&rule, &draft.after)?.is_none() {
                continue;
            }
            let last = match &draft.before {
                Some(before) => self.conn.approval_last(&draft.object.key, before.id, &rule.key)?,
                None => None,
            };
            let touched = rule.watched.iter().any(|key| draft.changed(key));
            let state = last.as_ref().map(state_of).filter(|_| !touched);
            if state != Some(State::Approved) {
                let name = rule.decl.name.get(self.ctx.lang_key());
                faults.push(FieldProblem::new(&field, code(state)).with("rule", name));
            }
        }
        Ok(())
    }

    /// An action that a rule guards waits for its approval too.
    pub(crate) fn check_approved_to(&mut self, object: &Arc<Object>, record: &Record, action: &str) -> Result<()> {
        let rules = self.engine.approvals();
        for rule in rules.of(&object.key).to_vec() {
            let guards = rule.decl.guards.iter().any(|guard| matches!(guard, Guard::Action(key) if key == action));
            if !guards || self.approval_need(&rule, record)?.is_none() {
                continue;
            }
            let state = self.conn.approval_last(&object.key, record.id, &rule.key)?.as_ref().map(state_of);
            if state != Some(State::Approved) {
                return Err(conflict(code(state)).with("rule", rule.decl.name.get(self.ctx.lang_key())));
            }
        }
        Ok(())
    }

    /// The field through which the draft enters what a rule guards; none when it does not, or was there before.
    fn enters_guarded(&mut self, rule: &Rule, draft: &Draft) -> Result<Option<String>> {
        for guard in &rule.decl.guards {
            let Some(field) = guarded_field(guard, &draft.object) else { continue };
            if draft.changed(&field) && self.is_guarded(guard, &draft.after, &field)? {
                return Ok(Some(field));
            }
        }
        Ok(None)
    }

    /// Whether a record stands where a rule would not let it go unapproved.
    fn stands_guarded(&mut self, rule: &Rule, record: &Record) -> Result<bool> {
        for guard in &rule.decl.guards {
            if let Some(field) = guarded_field(guard, &record.object)
                && self.is_guarded(guard, record, &field)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_guarded(&mut self, guard: &Guard, record: &Record, field: &str) -> Result<bool> {
        Ok(match guard {
            Guard::Value { value, .. } => record.get(field).text() == Some(value),
            Guard::Stage(_) | Guard::Category(_) => {
                let stage = match record.link(field) {
                    Some(stage) => self.find("stage", stage)?,
                    None => None,
                };
                stage.is_some_and(|stage| match guard {
                    Guard::Stage(name) => fold(stage.title()) == fold(name),
                    Guard::Category(key) => stage.text("category") == key,
                    _ => false,
                })
            }
            Guard::Action(_) => false,
        })
    }

    /// After a record is written: an approval of what was changed is void and asked for anew, and what needs one from the
    /// first is asked for.
    pub(crate) fn mind_approvals(&mut self, object: &Arc<Object>, draft: &Draft, id: RecordId) -> Result<()> {
        let rules = self.engine.approvals();
        if rules.is_empty() || object.is_system() {
            return Ok(());
        }
        for rule in rules.of(&object.key).to_vec() {
            if !draft.is_new() && !rule.watched.iter().any(|key| draft.changed(key)) {
                continue;
            }
            let last = if draft.is_new() { None } else { self.conn.approval_last(&object.key, id, &rule.key)? };
            let live = last.filter(|row| state_of(row).is_live());
            let by_itself = rule.decl.start == Start::Saved && self.ctx.is_said_now();
            if live.is_none() && !by_itself && !self.stands_guarded(&rule, &draft.after)? {
                continue;
            }
            let need = self.approval_need(&rule, &draft.after)?;
            let before = live.map(|row| self.void(row)).transpose()?;
            let Some(need) = need else { continue };
            let (note, waiter) = before.as_ref().map(|b| (b.note.clone(), b.waiter.clone())).unwrap_or_default();
            self.approval_open(Opening {
                record: &draft.after,
                rule: (rule.key.clone(), rule.version),
                plan: Plan::by(&rule, &need),
                value: need.value.map(|v| v.normalize().to_string()),
                note,
                waiter,
                before,
            })?;
        }
        if draft.is_new() || !rules.has_unruled(&object.key) { Ok(()) } else { self.mind_unruled(object, draft, id) }
    }

    /// Requests that were asked for without a rule carry what makes them void with them.
    fn mind_unruled(&mut self, object: &Arc<Object>, draft: &Draft, id: RecordId) -> Result<()> {
        for row in self.conn.approvals_of(&object.key, id, 50)?.into_iter().filter(|row| row.rule.is_empty() && state_of(row).is_live()) {
            let plan = Plan::of(&row)?;
            if !plan.watched.iter().any(|key| draft.changed(key)) {
                continue;
            }
            let before = self.void(row)?;
            let (note, waiter) = (before.note.clone(), before.waiter.clone());
            let rule = (String::new(), 0);
            self.approval_open(Opening { record: &draft.after, rule, plan, value: None, note, waiter, before: Some(before) })?;
        }
        Ok(())
    }

    fn void(&mut self, mut row: ApprovalRow) -> Result<ApprovalRow> {
        let plan = Plan::of(&row)?;
        self.tell_approval(&row, &plan, "void", None)?;
        self.approval_end(&mut row, &plan, State::Void, None)?;
        Ok(row)
    }

    /// A record goes to the bin: what waits for a word about it is taken back.
    pub(crate) fn end_approvals(&mut self, object: &Object, id: RecordId) -> Result<()> {
        let rules = self.engine.approvals();
        if rules.is_empty() {
            return Ok(());
        }
        for mut row in self.conn.approvals_of(&object.key, id, 50)?.into_iter().filter(|row| state_of(row) == State::Waiting) {
            let plan = Plan::of(&row)?;
            let me = self.ctx.user_id();
            self.approval_end(&mut row, &plan, State::Withdrawn, me)?;
        }
        Ok(())
    }

    /// Keys and names of the rules by which the actor may ask for an approval of a record now.
    ///
    /// # Errors
    /// What the database answers.
    pub fn approvals_askable(&mut self, object: &Arc<Object>, id: RecordId) -> Result<Vec<(String, akrab_model::Label)>> {
        let rules = self.engine.approvals();
        let mut found = Vec::new();
        if rules.of(&object.key).is_empty() || self.ctx.read_only {
            return Ok(found);
        }
        if !self.may(object, crate::Access::Edit, id)? {
            return Ok(found);
        }
        let Some(record) = self.find(&object.key, id)? else { return Err(Problem::not_found()) };
        for rule in rules.of(&object.key).to_vec() {
            let live = self.conn.approval_last(&object.key, id, &rule.key)?.is_some_and(|row| state_of(&row).is_live());
            if !live && self.approval_need(&rule, &record)?.is_some() {
                found.push((rule.key.clone(), rule.decl.name.clone()));
            }
        }
        Ok(found)
    }
}

/// The field a guard looks at.
fn guarded_field(guard: &Guard, object: &Object) -> Option<String> {
    match guard {
        Guard::Stage(_) | Guard::Category(_) => object.fields.iter().find(|f| f.kind == FieldType::Stage).map(|f| f.key.clone()),
        Guard::Value { field, .. } => Some(field.clone()),
        Guard::Action(_) => None,
    }
}

/// What is said to whoever would go on without.
fn code(state: Option<State>) -> &'static str {
    match state {
        Some(State::Waiting) => "approval_waits",
        Some(State::Refused) => "approval_was_refused",
        _ => "approval_needed",
    }
}
