//! The history of a record as the actor may read it.

use crate::told::Told;
use crate::write::Tx;
use crate::{Access, Ctx, Engine, Result};
use akrab_model::object::FieldRight;
use akrab_model::{FieldType, Object, RecordId, Value};
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
    /// create, update, delete, restore, merge, purge, or the kind of what it tells
    pub kind: String,
    pub shifts: Vec<Shift>,
    /// What it tells besides.
    pub told: Option<Told>,
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

/// A page of a history.
#[derive(Debug, Clone, Default)]
pub struct Past {
    /// Newest first.
    pub changes: Vec<ChangeView>,
    /// `before` of the next page.
    pub next: Option<i64>,
}

/// Changes on a page.
const PAGE: usize = 50;

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
        Ok(self.past(object, id, None, before)?.changes)
    }

    /// Id of a record's newest change, to take it back by; none when the record is out of sight, as after
    /// one handed it to somebody else.
    ///
    /// # Errors
    /// What the database answers.
    pub fn last_change(&mut self, object: &str, id: RecordId) -> Result<Option<i64>> {
        let object = self.object(object)?;
        let seen = self.rights.cond(&object, Access::Read);
        let registry = self.registry.clone();
        if self.conn.row(&registry, &object, id, &[], &seen, Bin::Any)?.is_none() {
            return Ok(None);
        }
        Ok(self.conn.last_change(&object.key, id)?)
    }

    /// Does `f` and says which change of the record came of it, to take it back by; none when nothing changed:
    /// Undo must not take back the change before. None also when the record is out of sight by then.
    ///
    /// # Errors
    /// Those of `f`, and what the database answers.
    pub fn changing<T>(&mut self, object: &str, id: RecordId, f: impl FnOnce(&mut Self) -> Result<T>) -> Result<(T, Option<i64>)> {
        let before = self.last_change(object, id)?;
        let done = f(self)?;
        Ok((done, self.last_change(object, id)?.filter(|change| before != Some(*change))))
    }

    /// A page of a record's history: every change, or those of one field alone, however far back they lie.
    ///
    /// # Errors
    /// `not_found` when the record is out of sight.
    pub fn past(&mut self, object: &str, id: RecordId, field: Option<&str>, before: Option<i64>) -> Result<Past> {
        self.get_from(object, id, Bin::Any)?;
        let object = self.object(object)?;
        let mut past = Past { changes: Vec::new(), next: before };
        // what went into a record brought its history along
        let mut ids = self.conn.merged_from(&object.key, id)?;
        ids.push(id);
        loop {
            let batch = if field.is_some() { 4 * PAGE } else { PAGE + 1 };
            let found = self.conn.changes_among(&object.key, &ids, past.next, batch)?;
            for change in &found {
                if past.changes.len() == PAGE {
                    past.next = past.changes.last().map(|c| c.id);
                    return Ok(past);
                }
                if field.is_some_and(|key| !change.diff.contains(&format!("\"{key}\""))) {
                    continue;
                }
                let mut view = self.view(&object, change)?;
                if let Some(key) = field {
                    view.shifts.retain(|s| s.field == key);
                    if view.shifts.is_empty() {
                        continue;
                    }
                }
                past.changes.push(view);
            }
            past.next = found.last().filter(|_| found.len() == batch).map(|c| c.id);
            if past.next.is_none() {
                return Ok(past);
            }
        }
    }

    pub(super) fn view(&mut self, object: &Object, change: &Change) -> Result<ChangeView> {
        let diff: serde_json::Map<String, Json> = serde_json::from_str(&change.diff).unwrap_or_default();
        let told = Told::of(&diff)?;
        let shifts = self.shifts(object, diff)?;
        Ok(ChangeView {
            id: change.id,
            at: change.at,
            actor: change.actor,
            actor_name: change.actor.and_then(|id| self.engine.people().name(id)),
            door: change.door.clone(),
            kind: change.kind.clone(),
            shifts,
            told,
        })
    }

    /// Changed fields as the actor may read them, from a JSON of field → from and to.
    ///
    /// # Errors
    /// What the database answers.
    pub fn shifts(&mut self, object: &Object, diff: serde_json::Map<String, Json>) -> Result<Vec<Shift>> {
        let mut shifts = Vec::new();
        for (key, pair) in diff {
            let Some(ix) = object.field_ix(&key).filter(|ix| self.rights.field(object, *ix) > FieldRight::Hidden) else { continue };
            let (old, new) = (pair[0].clone(), pair[1].clone());
            let title = |tx: &mut Self, value: &Json| -> Result<Option<String>> {
                match (object.at(ix).to, value.as_i64()) {
                    (None, Some(id)) if object.at(ix).kind == FieldType::File => tx.file_name(id),
                    (Some(to), Some(id)) => Ok(tx.titles_of(to, &[id])?.pop().map(|(_, t)| t)),
                    _ => Ok(None),
                }
            };
            let (old_title, new_title) = (title(self, &old)?, title(self, &new)?);
            shifts.push(Shift { field: key, old, new, old_title, new_title });
        }
        Ok(shifts)
    }
}

impl Shift {
    /// The value of one side, read by the field's type as it was written down.
    pub fn value(&self, object: &Object, new: bool, env: &akrab_model::value::ParseEnv) -> Value {
        let json = if new { &self.new } else { &self.old };
        object.field(&self.field).and_then(|f| f.parse(json, &env.own()).ok()).unwrap_or(Value::Null)
    }
}
