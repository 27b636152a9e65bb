//! Undo: a new change that brings the old values back.

use super::Tx;
use crate::{Door, Result};
use akrab_model::object::FieldRight;
use akrab_model::value::Input;
use akrab_model::{FieldType, Problem, ProblemKind, RecordId};
use serde_json::Value as Json;

impl Tx<'_> {
    /// Takes one change back: a changed record gets its old values, a deleted one comes back, a
    /// created one goes to the bin.
    ///
    /// # Errors
    /// `not_found` for a change on a record out of sight; `forbidden` when it is also of a field out of sight;
    /// `changed_since` when one of the fields
    /// has another value by now; `not_undoable` for a removal for good.
    pub fn undo(&mut self, change: i64) -> Result<(String, RecordId)> {
        let change = self.conn.change(change)?.ok_or_else(Problem::not_found)?;
        let conflict = |code| Problem::new(ProblemKind::Conflict, code);
        self.ctx.door = Door::Undo;
        match change.kind.as_str() {
            "create" => self.delete(&change.object, change.record, None)?,
            "delete" => self.restore(&change.object, change.record)?,
            "restore" => self.delete(&change.object, change.record, None)?,
            "update" => {
                let object = self.object(&change.object)?;
                let now = self.load_for(&object, change.record, crate::Access::Edit, akrab_store::Bin::Living)?;
                let diff: serde_json::Map<String, Json> = serde_json::from_str(&change.diff).map_err(Problem::internal)?;
                let mut input = Input::new();
                for (key, pair) in &diff {
                    let Some(field) = object.field(key).filter(|f| f.writable()) else { continue };
                    if object.field_ix(key).is_none_or(|ix| self.rights.field(&object, ix) == FieldRight::Hidden) {
                        return Err(Problem::forbidden());
                    }
                    let present = match now.get(key) {
                        akrab_model::Value::Links(rows) => Json::Array(rows.iter().map(|r| r.to_json(field)).collect()),
                        value => value.to_json(),
                    };
                    // somebody has said since that it is right as it is now
                    let confirmed = super::fresh::confirmations(&object).any(|(_, said)| {
                        let at = if let akrab_model::Value::Time(at) = now.get(&said.key) { at.as_microsecond() } else { 0 };
                        said.derived.contains(key) && at > change.at
                    });
                    if present != pair[1] || confirmed {
                        return Err(conflict("changed_since").with("field", key));
                    }
                    // a number comes back as it was typed
                    let typed = diff.get(&format!("{key}_typed")).map(|pair| &pair[0]).filter(|_| field.kind == FieldType::Phone);
                    let typed = typed.filter(|typed| field.parse(typed, &self.parse_env()).is_ok_and(|v| v.to_json() == pair[0]));
                    input.insert(key.clone(), typed.unwrap_or(&pair[0]).clone());
                }
                self.update(&change.object, change.record, &input, None)?;
            }
            _ => return Err(conflict("not_undoable")),
        }
        Ok((change.object, change.record))
    }
}
