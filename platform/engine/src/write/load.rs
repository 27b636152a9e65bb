//! Bulk loading of sound records: sample data and generators.
//!
//! Leaner than [`Tx::create`]: no rights, behaviours, gates or link checks, of which each costs a
//! query per record, and roll-ups once at the end ([`crate::Engine::fill`]) instead of once per
//! child. Rows, numbers, formulas, history, timeline and search are written as by any other change.

use super::Tx;
use crate::Result;
use crate::behaviour::Draft;
use akrab_model::{Object, Problem, Record, RecordId, Value};
use akrab_store::NewRow;
use std::sync::Arc;

impl Tx<'_> {
    /// Writes whole records as they are. `created_at` and `created_by` of a record are kept, so
    /// that a history can be told afterwards.
    ///
    /// # Errors
    /// `forbidden` for anybody but the program itself; what the database answers.
    pub fn load(&mut self, object: &Arc<Object>, records: Vec<Record>) -> Result<Vec<RecordId>> {
        if self.ctx.person().is_some() {
            return Err(Problem::forbidden());
        }
        let now = Value::Time(self.ctx.now.timestamp());
        let mut drafts: Vec<Draft> = records.into_iter().map(|after| Draft::of(object, None, after)).collect();
        self.number(object, &mut drafts)?;
        let world = self.ctx.world.clone();
        let formulas = &world.formulas;
        for draft in &mut drafts {
            if draft.get("created_at").is_null() {
                draft.set("created_at", now.clone());
            }
            for (key, from) in [("updated_at", "created_at"), ("updated_by", "created_by")] {
                let value = draft.get(from).clone();
                draft.set(key, value);
            }
            for field in &object.fields {
                if let Some(none) = super::rollup::of_no_children(field) {
                    draft.after.set(&field.key, none);
                }
            }
            super::between::keep_tails(draft);
            formulas.apply(object, &mut draft.after);
            let made = draft.get("created_at").clone();
            super::fresh::stamp(draft, &made);
        }
        let rows: Vec<NewRow> = drafts
            .iter()
            .map(|draft| {
                let cells = object.columns().map(|(ix, field)| (ix, draft.after.raw(&field.key)));
                NewRow { id: None, cells: cells.filter(|(_, cell)| !cell.is_null()).collect() }
            })
            .collect();
        let registry = self.registry.clone();
        let ids = self.conn.insert(&registry, object, &rows)?;
        for (draft, id) in drafts.iter_mut().zip(&ids) {
            draft.after.id = *id;
            draft.after.version = 1;
            self.keep_links(object, draft, *id)?;
        }
        self.tell_loaded(object, &drafts)?;
        self.stays_begin(object, &drafts)?;
        if object.decl.searchable {
            let entries: Vec<_> = drafts.iter().map(|d| super::search_entry(object, &d.after)).collect();
            self.conn.search_put(&entries)?;
        }
        self.note_people(object);
        Ok(ids)
    }

    fn tell_loaded(&mut self, object: &Object, drafts: &[Draft]) -> Result<()> {
        let mut changes = Vec::with_capacity(drafts.len());
        let mut entries = Vec::with_capacity(drafts.len() * 3);
        for draft in drafts {
            let mut change = self.change(object, draft.after.id, "create", "{}".into());
            if let Value::Time(at) = draft.get("created_at") {
                change.at = at.as_microsecond();
            }
            change.actor = draft.after.link("created_by");
            changes.push(change);
            if !object.is_system() {
                entries.push(self.entry(object, &draft.after, (&object.key, draft.after.id), "created"));
                self.fan_out(object, &draft.after, &mut entries);
            }
        }
        self.conn.add_changes(&changes)?;
        Ok(self.conn.timeline_put(&entries)?)
    }
}
