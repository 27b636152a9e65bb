//! When values were last confirmed, kept beside them with every change.

use crate::behaviour::Draft;
use akrab_model::{Field, FieldIx, Object, Record, Value};

/// The fields that say when others were confirmed.
pub(crate) fn confirmations(object: &Object) -> impl Iterator<Item = (FieldIx, &Field)> {
    object.columns().filter(|(_, field)| field.confirms.is_some())
}

/// Whether there is anything to confirm: of an address any of its parts.
pub(crate) fn is_filled(confirmation: &Field, record: &Record) -> bool {
    confirmation.derived.iter().any(|key| !record.get(key).is_blank())
}

/// What a list brings nobody has confirmed, unless the list says when somebody did: then it counts with the value beside it,
/// and a moment that lies ahead says nothing.
pub(super) fn stamp_import(draft: &mut Draft, moment: &Value) {
    let object = draft.object.clone();
    for (_, field) in confirmations(&object) {
        let told = draft.given.contains(&field.key) && field.derived.iter().any(|key| draft.given.contains(key));
        let said = match (draft.get(&field.key), moment) {
            _ if !is_filled(field, &draft.after) => Value::Null,
            (Value::Time(said), Value::Time(now)) if told && said <= now => continue,
            _ if draft.is_new() || told || field.derived.iter().any(|key| draft.changed(key)) => Value::Null,
            _ => draft.old(&field.key).clone(),
        };
        draft.set(&field.key, said);
    }
}

/// A value that is new counts as confirmed at `moment`, one that is gone as never.
pub(super) fn stamp(draft: &mut Draft, moment: &Value) {
    let object = draft.object.clone();
    for (_, field) in confirmations(&object) {
        let said = if !is_filled(field, &draft.after) {
            Value::Null
        } else if draft.is_new() {
            if draft.get(&field.key).is_null() { moment.clone() } else { continue }
        } else if field.derived.iter().any(|key| draft.changed(key)) {
            moment.clone()
        } else {
            continue;
        };
        draft.set(&field.key, said);
    }
}
