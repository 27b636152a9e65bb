//! The history of a record as the actor may read it.

use crate::write::Tx;
use crate::{Ctx, Engine, Result};
use akrab_model::object::FieldRight;
use akrab_model::{Object, RecordId, Value};
use akrab_store::{Bin, Change};
use serde_json::Value as Json;

/// One change of a record.
#[derive(Debug, Clone)]
pub struct ChangeView {
    pub id: i64,
    /// Microseconds UTC.
    pub at: i64,
    pub actor: Option<i64>,
    pub actor_name: Option<String>,
    pub door: String,
    /// create, update, delete, restore, merge, purge
    pub kind: String,
    pub shifts: Vec<Shift>,
}

/// One field's way from an old to a new value. Titles stand beside ids of links.
#[derive(Debug, Clone)]
pub struct Shift {
    pub field: String,
    pub old: Json,
    pub new: Json,
    pub old_title: Option<String>,
    pub new_title: Option<String>,
}

impl Engine {
    /// Changes of a record, newest first, at most 50 before change `before`.
    ///
    /// # Errors
    /// `not_found` when the record is out of sight.
    pub async fn history(&self, ctx: &Ctx, object: &str, id: RecordId, before: Option<i64>) -> Result<Vec<ChangeView>> {
        let object = object.to_string();
        self.read(ctx, move |tx| tx.history(&object, id, before)).await
    }
}

impl Tx<'_> {
    /// As [`Engine::history`].
    ///
    /// # Errors
    /// As [`Engine::history`].
    pub fn history(&mut self, object: &str, id: RecordId, before: Option<i64>) -> Result<Vec<ChangeView>> {
        self.get_from(object, id, Bin::Any)?;
        let object = self.object(object)?;
        let changes = self.conn.changes(&object.key, id, before, 50)?;
        changes.iter().map(|change| self.view(&object, change)).collect()
    }

    pub(super) fn view(&mut self, object: &Object, change: &Change) -> Result<ChangeView> {
        let diff: serde_json::Map<String, Json> = serde_json::from_str(&change.diff).unwrap_or_default();
        let mut shifts = Vec::new();
        for (key, pair) in diff {
            let Some(ix) = object.field_ix(&key).filter(|ix| self.rights.field(object, *ix) > FieldRight::Hidden) else { continue };
            let (old, new) = (pair[0].clone(), pair[1].clone());
            let title = |tx: &mut Self, value: &Json| -> Result<Option<String>> {
                match (object.at(ix).to, value.as_i64()) {
                    (Some(to), Some(id)) => Ok(tx.titles_of(to, &[id])?.pop().map(|(_, t)| t)),
                    _ => Ok(None),
                }
            };
            let (old_title, new_title) = (title(self, &old)?, title(self, &new)?);
            shifts.push(Shift { field: key, old, new, old_title, new_title });
        }
        Ok(ChangeView {
            id: change.id,
            at: change.at,
            actor: change.actor,
            actor_name: change.actor.and_then(|id| self.engine.people().user(id).map(|p| p.name.clone())),
            door: change.door.clone(),
            kind: change.kind.clone(),
            shifts,
        })
    }
}

impl Shift {
    /// The value of one side, read by the field's type.
    pub fn value(&self, object: &Object, new: bool, env: &akrab_model::value::ParseEnv) -> Value {
        let json = if new { &self.new } else { &self.old };
        object.field(&self.field).and_then(|f| f.parse(json, env).ok()).unwrap_or(Value::Null)
    }
}
