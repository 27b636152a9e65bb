//! What an object does beyond its declaration. A domain gives one behaviour per object that needs it.

use crate::action::{ActionOutcome, ActionRun};
use crate::flow::Cause;
use crate::{Circle, Result, Tx};
use akrab_model::value::Input;
use akrab_model::{FieldProblem, Object, Problem, ProblemKind, Record, RecordId, Value};
use jiff::Timestamp;
use std::collections::HashSet;
use std::sync::Arc;

/// Rules and verbs of one object. All run inside the transaction of the change.
pub trait Behaviour: Send + Sync {
    /// Key of the object.
    fn object(&self) -> &'static str;
    /// Told what many records are to be made of before they are prepared one by one, so that a rule can ask
    /// the database once for all of them, with [`Tx::foresee`]. Changes nothing.
    ///
    /// # Errors
    /// What the database answers.
    fn before_many(&self, _inputs: &[&Input], _tx: &mut Tx) -> Result<()> {
        Ok(())
    }
    /// Completes and judges a draft before it is checked and written.
    ///
    /// # Errors
    /// Faults of the draft; nothing is written.
    fn before_save(&self, _draft: &mut Draft, _tx: &mut Tx) -> Result<()> {
        Ok(())
    }
    /// Follows up a written change with others in the same transaction.
    ///
    /// # Errors
    /// Undoes the whole change.
    fn after_save(&self, _draft: &Draft, _id: i64, _tx: &mut Tx) -> Result<()> {
        Ok(())
    }
    /// Follows up new records written together, once for all of them and after `after_save` of each.
    ///
    /// # Errors
    /// Undoes the whole change.
    fn after_insert(&self, _drafts: &[Draft], _tx: &mut Tx) -> Result<()> {
        Ok(())
    }
    /// Judges whether a record may go to the bin.
    ///
    /// # Errors
    /// Why it has to stay; nothing is written.
    fn before_delete(&self, _record: &Record, _tx: &mut Tx) -> Result<()> {
        Ok(())
    }
    /// Follows up a record that came back from the bin.
    ///
    /// # Errors
    /// Undoes the whole change.
    fn after_restore(&self, _record: &Record, _tx: &mut Tx) -> Result<()> {
        Ok(())
    }
    /// Somebody of this object does not want to be contacted for a purpose any more; by `due` that has to be dealt with.
    /// What was planned for it is stopped already.
    ///
    /// # Errors
    /// Undoes the whole change.
    fn after_withdrawal(&self, _id: i64, _purpose: &str, _due: Timestamp, _tx: &mut Tx) -> Result<()> {
        Ok(())
    }
    /// What speaks for and against a record staying a customer together with its circle, whose figures it carries, as far
    /// as the actor may know it. Nothing when it is not for this rule to say.
    ///
    /// # Errors
    /// What the database answers.
    fn concerns(&self, _record: &Record, _circle: &Circle, _tx: &mut Tx) -> Result<Option<Vec<Concern>>> {
        Ok(None)
    }
    /// Runs a declared action.
    ///
    /// # Errors
    /// Faults of the input or the record's state.
    fn act(&self, _run: &ActionRun, _tx: &mut Tx) -> Result<ActionOutcome> {
        Err(Problem::not_found())
    }
    /// For objects whose actions are not everybody's who may edit: whether the actor may run one on this record. What he may
    /// not is not offered to him; none where the right to edit decides alone.
    fn actors(&self) -> Option<MayAct> {
        None
    }
    /// Why a declared action cannot be run on the record as it stands.
    fn not_now(&self, _run: &ActionRun) -> Problem {
        Problem::new(ProblemKind::Conflict, "action_not_now")
    }
}

/// A reason to worry about a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Concern {
    /// Its words are `concern-CODE`.
    pub code: &'static str,
    pub weight: Weight,
    /// What the words are about; amounts, dates and numbers are written as the reader writes them.
    pub args: Vec<(&'static str, Value)>,
}

/// How much a reason weighs; the heaviest decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    Some,
    Much,
}

/// Whether somebody may run an action: its key, the record, whoever asks.
pub type MayAct = fn(&str, &Record, &Tx) -> bool;

/// A record about to be written.
#[derive(Debug, Clone)]
pub struct Draft {
    pub object: Arc<Object>,
    pub before: Option<Record>,
    pub after: Record,
    /// Fields the caller handed in.
    pub given: HashSet<String>,
    /// Of drafts written together: what this one comes from, where that is not what the transaction comes from.
    pub(crate) origin: Option<Arc<Origin>>,
}

/// What a change comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    pub request: String,
    pub cause: Option<Cause>,
}

impl Draft {
    /// A draft of what a record is to become; nothing of it was handed in.
    pub(crate) fn of(object: &Arc<Object>, before: Option<Record>, after: Record) -> Draft {
        Draft { object: object.clone(), before, after, given: HashSet::new(), origin: None }
    }
    pub fn is_new(&self) -> bool {
        self.before.is_none()
    }
    pub fn get(&self, key: &str) -> &Value {
        self.after.get(key)
    }
    pub fn set(&mut self, key: &str, value: Value) {
        self.after.set(key, value);
    }
    /// The value before the change; null for a new record.
    pub fn old(&self, key: &str) -> &Value {
        const NULL: &Value = &Value::Null;
        self.before.as_ref().map_or(NULL, |b| b.get(key))
    }
    pub fn changed(&self, key: &str) -> bool {
        self.old(key) != self.after.get(key)
    }
    /// A link to a record that went into another leads to that one; once, if it is linked already.
    pub(crate) fn lead_on(&mut self, key: &str, from: RecordId, to: RecordId) {
        match self.after.get(key).clone() {
            Value::Link(_) => self.set(key, Value::Link(to)),
            Value::Links(mut rows) => {
                let known = rows.iter().any(|row| row.to == to);
                rows.retain(|row| !known || row.to != from);
                rows.iter_mut().filter(|row| row.to == from).for_each(|row| row.to = to);
                self.set(key, Value::Links(rows));
            }
            _ => {}
        }
    }
    /// A fault at one field of this draft.
    pub fn fault(&self, key: &str, code: &str) -> Problem {
        Problem::invalid(vec![FieldProblem::new(key, code)])
    }
}
