//! Into the bin, out of it, and gone for good.

use super::Tx;
use crate::Result;
use crate::rights::Access;
use akrab_model::{Object, Problem, ProblemKind, Record, RecordId};
use akrab_store::Bin;
use serde_json::json;
use std::sync::Arc;

impl Tx<'_> {
    /// Moves a record to the bin.
    ///
    /// # Errors
    /// `not_found`, `forbidden`, `stale`, and what the object's behaviours object.
    pub fn delete(&mut self, object: &str, id: RecordId, version: Option<i64>) -> Result<()> {
        let object = self.object(object)?;
        let record = self.load_for(&object, id, Access::Delete, Bin::Living)?;
        if version.is_some_and(|v| v != record.version) {
            return Err(Problem::stale().with("version", record.version));
        }
        for behaviour in self.behaviours(&object.key) {
            behaviour.before_delete(&record, self)?;
        }
        self.conn.set_deleted(&object, id, Some(self.ctx.micros()))?;
        self.conn.search_drop(&object.key, id)?;
        self.end_approvals(&object, id)?;
        self.told(&object, &record, "delete")
    }

    /// Takes a record out of the bin.
    ///
    /// # Errors
    /// `not_found` when it is not in the bin, `restored_already` when it is there again, `forbidden`, `invalid` when a unique
    /// value is taken by now.
    pub fn restore(&mut self, object: &str, id: RecordId) -> Result<()> {
        let object = self.object(object)?;
        let record = match self.load_for(&object, id, Access::Delete, Bin::Binned) {
            Err(problem) if problem.kind == ProblemKind::NotFound => return Err(self.why_not_binned(&object, id)?),
            found => found?,
        };
        self.check_still_free(&object, &record)?;
        self.conn.set_deleted(&object, id, None)?;
        if object.decl.searchable {
            let mut entry = super::search_entry(&object, &record);
            self.add_former(&object, &mut entry)?;
            self.conn.search_put(&[entry])?;
        }
        self.told(&object, &record, "restore")?;
        for behaviour in self.behaviours(&object.key) {
            behaviour.after_restore(&record, self)?;
        }
        Ok(())
    }

    /// Why a record that is not in the bin cannot be restored, as far as the actor may know.
    fn why_not_binned(&mut self, object: &Object, id: RecordId) -> Result<Problem> {
        match self.must_see(object, id, Bin::Living) {
            Ok(()) => Ok(Problem::new(ProblemKind::Conflict, "restored_already")),
            Err(problem) if problem.kind == ProblemKind::NotFound => Ok(problem),
            Err(problem) => Err(problem),
        }
    }

    /// Nobody has taken what must be unique of a record that is to be there again.
    pub(crate) fn check_still_free(&mut self, object: &Arc<Object>, record: &Record) -> Result<()> {
        let registry = self.registry.clone();
        for set in super::save::unique_sets(object).filter(|set| !set.iter().any(|key| record.get(key).is_null())) {
            let fields: Vec<_> = set.iter().filter_map(|key| object.field_ix(key)).collect();
            let values: Vec<_> = set.iter().map(|key| record.raw(key)).collect();
            if self.conn.taken(&registry, object, &fields, &values, Some(record.id))?.is_some() {
                return Err(Problem::invalid(vec![akrab_model::FieldProblem::new(&set[0], "taken")]));
            }
        }
        Ok(())
    }

    /// Removes a record from the bin for good, with its timeline. The history keeps that it was there.
    ///
    /// # Errors
    /// `not_found` when it is not in the bin, `forbidden`.
    pub fn purge(&mut self, object: &str, id: RecordId) -> Result<()> {
        let object = self.object(object)?;
        let record = self.load_for(&object, id, Access::Delete, Bin::Binned)?;
        let registry = self.registry.clone();
        self.tell_purged(&object, &record)?;
        self.conn.timeline_drop_source(&object.key, id)?;
        self.conn.timeline_drop_subject(&object.key, id)?;
        self.conn.notices_drop(&object.key, id)?;
        self.conn.shares_drop(&object.key, id)?;
        self.conn.approvals_drop(&object.key, id)?;
        self.conn.attachments_drop(&object.key, id)?;
        self.conn.stays_drop(&object.key, Some(id))?;
        self.conn.breaches_drop(&object.key, id)?;
        self.conn.purge(&registry, &object, id)?;
        // what the night purges was put into the bin by somebody thirty days before
        if !object.is_system() && self.ctx.user_id().is_some() {
            self.audit("purge", Some((&object.key, id)), json!({ "title": record.title() }))?;
        }
        self.told(&object, &record, "purge")
    }

    /// Keeps in a record's history that something happened around it which changed nothing.
    ///
    /// # Errors
    /// `not_found` for a record out of sight.
    pub fn note(&mut self, object: &str, id: RecordId, kind: &str) -> Result<()> {
        self.get(object, id)?;
        let object = self.object(object)?;
        let change = self.change(&object, id, kind, "{}".into());
        self.conn.add_changes(&[change])?;
        Ok(())
    }

    fn told(&mut self, object: &Arc<Object>, record: &Record, kind: &str) -> Result<()> {
        self.known().targets.clear();
        self.known().found.clear();
        let change = self.change(object, record.id, kind, "{}".into());
        let ids = self.conn.add_changes(&[change])?;
        self.changes.extend(ids);
        self.audit_own(object, record.id, kind, json!({ "title": record.title() }))?;
        self.note_people(object);
        self.tell_binned(object, record, kind)?;
        self.feed_parents(object, &[(None, record)])
    }
}
