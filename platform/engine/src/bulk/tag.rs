//! Words put on many records, and taken off them.

use crate::{Result, Tx};
use akrab_model::object::FieldRight;
use akrab_model::text::fold;
use akrab_model::value::Input;
use akrab_model::{Field, FieldProblem, FieldType, Object, Problem, Value};
use serde_json::json;
use std::sync::Arc;

impl Tx<'_> {
    /// Faults of the words as such, before any record is touched.
    pub(super) fn tag_check(&mut self, object: &Object, key: &str, add: &[String], remove: &[String]) -> Result<()> {
        let field = object.field_ix(key).filter(|ix| object.at(*ix).kind == FieldType::Choices && object.at(*ix).writable());
        let Some(ix) = field.filter(|ix| self.rights.field(object, *ix) == FieldRight::Edit) else {
            return Err(Problem::invalid(vec![FieldProblem::new(key, "unknown_field").with("field", key)]));
        };
        if add.is_empty() && remove.is_empty() {
            return Err(Problem::invalid(vec![FieldProblem::new("add", "bulk_nothing")]));
        }
        // words that are to go may be any: a field may have been more open once
        let added = object.at(ix).parse(&json!(add), &self.parse_env());
        added.map(|_| ()).map_err(|fault| Problem::invalid(vec![FieldProblem { pointer: "/add".into(), ..fault }]))
    }
}

/// Whether anything changed.
pub(super) fn tag(tx: &mut Tx, object: &Arc<Object>, id: i64, key: &str, add: &[String], remove: &[String]) -> Result<bool> {
    let record = tx.get(&object.key, id)?;
    let field = object.field(key).ok_or_else(Problem::not_found)?;
    let now: Vec<String> = if let Value::Keys(keys) = record.get(key) { keys.clone() } else { Vec::new() };
    let gone: Vec<String> = remove.iter().map(|word| reads(field, word)).collect();
    let mut next: Vec<String> = now.iter().filter(|k| !gone.contains(&reads(field, k))).cloned().collect();
    for word in add {
        if !next.iter().any(|k| reads(field, k) == reads(field, word)) {
            next.push(word.clone());
        }
    }
    if next == now {
        return Ok(false);
    }
    let before = tx.changes.len();
    tx.update(&object.key, id, &Input::from_iter([(key.to_string(), json!(next))]), None)?;
    Ok(tx.changes.len() > before)
}

/// What a word comes to: a declared choice by its key, any other by its letters.
fn reads(field: &Field, word: &str) -> String {
    field.choice(word).map_or_else(|| fold(word.trim()), |choice| choice.key.clone())
}
