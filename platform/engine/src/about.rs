//! A record made about another: which links it takes.

use akrab_model::value::Input;
use akrab_model::{Field, FieldType, Object, Record, Value};
use serde_json::json;

/// The links of a new record of `object` that is about `record`: `via` leads there, and what the
/// record itself links to is told of it too (a task about a contact shows on the company).
pub fn links_about(object: &Object, via: &str, record: &Record) -> Input {
    let mut input = Input::new();
    for field in object.decl.timeline.on.iter().filter_map(|key| object.field(key)) {
        let id = if field.key == via { Some(record.id) } else { shared(record, field) };
        match (id, field.kind) {
            (Some(id), FieldType::Links) if field.key == via => drop(input.insert(field.key.clone(), json!([id]))),
            (Some(id), FieldType::Link) => drop(input.insert(field.key.clone(), json!(id))),
            _ => {}
        }
    }
    input
}

fn shared(record: &Record, field: &Field) -> Option<i64> {
    if field.to == Some(record.object.ix) {
        return None;
    }
    let own = record.object.fields.iter().find(|f| f.kind == FieldType::Link && f.to == field.to && !f.system && f.key != "owner")?;
    match record.get(&own.key) {
        Value::Link(id) => Some(*id),
        _ => None,
    }
}
