//! Asking for an approval.

use super::{Need, Plan, Rule, State, barred, conflict, state_of};
use crate::rights::Access;
use crate::{Result, Tx};
use akrab_model::{FieldProblem, Problem, Record, RecordId};
use akrab_store::{ApprovalRow, Bin};
use serde_json::json;

/// Longest note, in characters.
pub(super) const LONGEST_NOTE: usize = 2_000;

/// A request about to be made.
pub(super) struct Opening<'a> {
    pub record: &'a Record,
    /// Key and version of the rule.
    pub rule: (String, i64),
    pub plan: Plan,
    pub value: Option<String>,
    pub note: String,
    pub waiter: Option<String>,
    /// The request it takes the place of.
    pub before: Option<ApprovalRow>,
}

impl Plan {
    pub(super) fn by(rule: &Rule, need: &Need) -> Plan {
        let decl = &rule.decl;
        Plan {
            name: decl.name.clone(),
            steps: need.steps.clone(),
            calendar: decl.calendar.clone(),
            four_eyes: decl.four_eyes,
            reasons: decl.reasons.clone(),
            watched: rule.watched.clone(),
            field: decl.field.clone(),
        }
    }
}

impl Tx<'_> {
    /// Asks for the approval of a record by a rule; gives the request's number. `waiter` names who waits for the outcome.
    ///
    /// # Errors
    /// `not_found`, `forbidden` for who may not change the record; `approval_not_needed`, `approval_asked_already` and
    /// `approval_given_already`.
    pub fn approval_ask(&mut self, object: &str, id: RecordId, rule: &str, note: &str, waiter: Option<&str>) -> Result<i64> {
        let record = self.record_to_ask(object, id, note)?;
        let rules = self.engine.approvals();
        let rule = rules.get(rule).filter(|rule| rule.decl.object == record.object.key).cloned().ok_or_else(Problem::not_found)?;
        if let Some(last) = self.conn.approval_last(&record.object.key, id, &rule.key)? {
            match state_of(&last) {
                State::Waiting => return Err(conflict("approval_asked_already").with("id", last.id)),
                State::Approved => return Err(conflict("approval_given_already").with("id", last.id)),
                _ => {}
            }
        }
        let name = rule.decl.name.get(self.ctx.lang_key()).to_string();
        let need = self.approval_need(&rule, &record)?.ok_or_else(|| conflict("approval_not_needed").with("rule", name))?;
        self.approval_open(Opening {
            record: &record,
            rule: (rule.key.clone(), rule.version),
            plan: Plan::by(&rule, &need),
            value: need.value.map(|v| v.normalize().to_string()),
            note: note.trim().into(),
            waiter: waiter.map(Into::into),
            before: None,
        })
    }

    /// Asks for the approval of a record by steps of one's own, without a rule.
    ///
    /// # Errors
    /// `not_found`, `forbidden`; `invalid` for a plan without steps, people or reasons.
    pub fn approval_ask_by(&mut self, object: &str, id: RecordId, plan: Plan, note: &str, waiter: Option<&str>) -> Result<i64> {
        let record = self.record_to_ask(object, id, note)?;
        let faulty = |field: &str| Problem::invalid(vec![FieldProblem::new(field, "required")]);
        if plan.steps.is_empty() || plan.steps.iter().any(|step| step.who.is_empty() || step.need == 0) {
            return Err(faulty("steps"));
        }
        if plan.reasons.is_empty() {
            return Err(faulty("reasons"));
        }
        if !self.engine.approvals().has_unruled(&record.object.key) {
            // from now on every save of such a record looks for it
            self.effects.people_changed();
        }
        self.approval_open(Opening {
            record: &record,
            rule: (String::new(), 0),
            plan,
            value: None,
            note: note.trim().into(),
            waiter: waiter.map(Into::into),
            before: None,
        })
    }

    fn record_to_ask(&mut self, object: &str, id: RecordId, note: &str) -> Result<Record> {
        if self.ctx.read_only {
            return Err(Problem::forbidden());
        }
        if note.chars().count() > LONGEST_NOTE {
            return Err(Problem::invalid(vec![FieldProblem::new("note", "too_long").with("max", LONGEST_NOTE)]));
        }
        let object = self.object(object)?;
        // of two who ask at the same moment the second finds the first one's request
        self.load_for(&object, id, Access::Edit, Bin::Living)
    }

    pub(super) fn approval_open(&mut self, new: Opening) -> Result<i64> {
        let now = self.ctx.micros();
        let requester = self.ctx.author().or_else(|| new.before.as_ref().and_then(|before| before.requester));
        let mut barred = new.before.as_ref().map(barred).unwrap_or_default();
        barred.extend(requester.filter(|id| !barred.contains(id)));
        let mut row = ApprovalRow {
            id: 0,
            rule: new.rule.0,
            rule_version: new.rule.1,
            object: new.record.object.key.clone(),
            record: new.record.id,
            record_version: new.record.version,
            value: new.value,
            plan: serde_json::to_string(&new.plan).map_err(Problem::internal)?,
            note: new.note,
            state: State::Waiting.key().into(),
            step: 0,
            requester,
            barred: json!(barred).to_string(),
            waiter: new.waiter,
            asked_at: now,
            step_at: now,
            ..ApprovalRow::default()
        };
        row.id = self.conn.approval_add(&row)?;
        self.step_begin(&mut row, &new.plan, new.record)?;
        self.conn.approval_set(&row)?;
        self.tell_approval(&row, &new.plan, "asked", None)?;
        if let Some(mut before) = new.before {
            before.next = Some(row.id);
            self.conn.approval_set(&before)?;
        }
        Ok(row.id)
    }
}
