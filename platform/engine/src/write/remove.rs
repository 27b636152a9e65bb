//! Into the bin, out of it, and gone for good.

use super::Tx;
use crate::Result;
use crate::rights::Access;
use akrab_model::filter::{Is, Test};
use akrab_model::{Cond, Object, Problem, ProblemKind, Raw, Record, RecordId};
use akrab_store::Bin;
use std::sync::Arc;

/// The program's own objects on which others hang, and the code of the refusal.
const NEEDED: [(&str, &str); 3] = [("stage", "stage_in_use"), ("pipeline", "pipeline_in_use"), ("role", "role_in_use")];

impl Tx<'_> {
    /// Moves a record to the bin.
    ///
    /// # Errors
    /// `not_found`, `forbidden`, `stale`; `last_admin` for the only administrator; `stage_in_use` and
    /// its like while records point to it.
    pub fn delete(&mut self, object: &str, id: RecordId, version: Option<i64>) -> Result<()> {
        let object = self.object(object)?;
        let record = self.load_for(&object, id, Access::Delete, Bin::Living)?;
        if version.is_some_and(|v| v != record.version) {
            return Err(Problem::stale().with("version", record.version));
        }
        if object.key == "user" && crate::identity::is_last(&self.engine.people(), id) {
            return Err(Problem::new(ProblemKind::Conflict, "last_admin"));
        }
        self.refuse_in_use(&object, id)?;
        self.conn.set_deleted(&object, id, Some(self.ctx.micros()))?;
        self.conn.search_drop(&object.key, id)?;
        self.told(&object, &record, "delete")
    }

    /// What others cannot do without stays as long as they point to it.
    fn refuse_in_use(&mut self, object: &Object, id: RecordId) -> Result<()> {
        let Some((_, code)) = NEEDED.iter().find(|(key, _)| *key == object.key) else { return Ok(()) };
        let registry = self.registry.clone();
        for (child, via) in &object.children {
            let child = registry.at(*child);
            if !child.at(*via).is_column() {
                continue;
            }
            let test = Test { path: Vec::new(), object: child.ix, field: *via, is: Is::Eq(Raw::Int(id)) };
            if !self.conn.ids_after(&registry, child, &Cond::Test(test), 0, 1)?.is_empty() {
                return Err(Problem::new(ProblemKind::Conflict, code));
            }
        }
        Ok(())
    }

    /// Takes a record out of the bin.
    ///
    /// # Errors
    /// `not_found` when it is not in the bin, `forbidden`, `invalid` when a unique value is taken by now.
    pub fn restore(&mut self, object: &str, id: RecordId) -> Result<()> {
        let object = self.object(object)?;
        let record = self.load_for(&object, id, Access::Delete, Bin::Binned)?;
        let registry = self.registry.clone();
        for field in object.fields.iter().filter(|f| f.unique && !record.get(&f.key).is_null()) {
            let ix = object.field_ix(&field.key).into_iter().collect::<Vec<_>>();
            if self.conn.taken(&registry, &object, &ix, &[record.raw(&field.key)], Some(id))?.is_some() {
                return Err(Problem::invalid(vec![akrab_model::FieldProblem::new(&field.key, "taken")]));
            }
        }
        self.conn.set_deleted(&object, id, None)?;
        if object.decl.searchable {
            self.conn.search_put(&[super::search_entry(&object, &record)])?;
        }
        self.told(&object, &record, "restore")
    }

    /// Removes a record from the bin for good, with its timeline. The history keeps that it was there.
    ///
    /// # Errors
    /// `not_found` when it is not in the bin, `forbidden`.
    pub fn purge(&mut self, object: &str, id: RecordId) -> Result<()> {
        let object = self.object(object)?;
        let record = self.load_for(&object, id, Access::Delete, Bin::Binned)?;
        let registry = self.registry.clone();
        self.conn.timeline_drop_source(&object.key, id)?;
        self.conn.timeline_drop_subject(&object.key, id)?;
        self.conn.purge(&registry, &object, id)?;
        self.told(&object, &record, "purge")
    }

    fn told(&mut self, object: &Arc<Object>, record: &Record, kind: &str) -> Result<()> {
        self.known().targets.clear();
        let change = self.change(object, record.id, kind, "{}".into());
        let ids = self.conn.add_changes(&[change])?;
        self.changes.extend(ids);
        self.note_people(object);
        self.feed_parents(object, &[(None, record)])
    }
}
