//! What can happen to records, by name: `contact.created`, `opportunity.won`, `lead.conversion`.

use crate::Tx;
use akrab_model::{FieldType, Label, Object};
use std::sync::Arc;

/// Happens to records of every object.
const ALWAYS: [&str; 5] = ["created", "updated", "deleted", "restored", PURGED];
/// It is gone for good: nothing but its number is told.
pub(super) const PURGED: &str = "purged";
/// Happens to records that pass through stages.
const STAGED: [&str; 4] = ["stage_changed", "won", "lost", "reopened"];

/// A kind of event.
#[derive(Debug, Clone)]
pub struct EventKind {
    pub object: Arc<Object>,
    /// `created`, or the key of an action.
    pub verb: String,
    /// Words of an action; those of the other verbs are the program's own.
    pub label: Option<Label>,
}

impl EventKind {
    /// As subscribers name it.
    pub fn name(&self) -> String {
        format!("{}.{}", self.object.key, self.verb)
    }
}

/// Kinds of events of one object.
pub(super) fn of(object: &Arc<Object>) -> Vec<EventKind> {
    let staged = object.fields.iter().any(|f| f.kind == FieldType::Stage);
    let own = ALWAYS.iter().chain(STAGED.iter().filter(|_| staged));
    let own = own.map(|verb| EventKind { object: object.clone(), verb: (*verb).into(), label: None });
    let actions = object.decl.actions.iter();
    let actions = actions.map(|action| EventKind { object: object.clone(), verb: action.key.clone(), label: Some(action.label.clone()) });
    own.chain(actions).collect()
}

/// Whether a pattern (`*`, `contact.*`, `contact.created`) means this event.
pub(super) fn fits(pattern: &str, object: &str, verb: &str) -> bool {
    match pattern.split_once('.') {
        None => pattern == "*",
        Some((of, wanted)) => of == object && (wanted == "*" || wanted == verb),
    }
}

impl Tx<'_> {
    /// Every kind of event the actor may be told of.
    pub fn event_kinds(&self) -> Vec<EventKind> {
        let registry = self.registry.clone();
        let seen = registry.objects().filter(|object| !object.decl.hidden && self.rights.require_read(object).is_ok());
        seen.flat_map(of).collect()
    }
}
