//! What entries of timelines and inboxes refer to, read with the rights of who asks.

use super::{ChangeView, record_of};
use crate::write::Tx;
use crate::{Access, Result};
use akrab_model::{FieldIx, Object, Problem, Record, RecordId};
use akrab_store::{Bin, Change};
use std::collections::{BTreeMap, HashMap};

/// What an entry tells besides its record.
pub(super) struct News {
    pub change: Option<ChangeView>,
}

impl Tx<'_> {
    /// # Errors
    /// `not_found` when the record is out of the actor's sight.
    pub(crate) fn must_see(&mut self, object: &Object, id: RecordId, bin: Bin) -> Result<()> {
        if bin != Bin::Binned && self.known().seen.contains(&(object.ix, id)) {
            return Ok(());
        }
        let cond = self.rights.cond(object, Access::Read);
        let registry = self.registry.clone();
        self.conn.row(&registry, object, id, &[], &cond, bin)?.map(|_| ()).ok_or_else(Problem::not_found)
    }

    /// These records as far as the actor may read them, those in the bin too; `titled` with the titles of what
    /// they link to.
    pub(crate) fn readable_sources(&mut self, wanted: &[(&str, RecordId)], titled: bool) -> Result<HashMap<(String, RecordId), Record>> {
        let mut by_object: BTreeMap<&str, Vec<RecordId>> = BTreeMap::new();
        for (object, id) in wanted {
            by_object.entry(object).or_default().push(*id);
        }
        let mut found = HashMap::new();
        for (key, mut ids) in by_object {
            ids.sort_unstable();
            ids.dedup();
            let Ok(object) = self.object(key) else { continue };
            let cond = self.rights.cond(&object, Access::Read);
            let columns: Vec<FieldIx> = self.rights.readable(&object).into_iter().filter(|ix| object.at(*ix).is_column()).collect();
            let registry = self.registry.clone();
            let rows = self.conn.rows(&registry, &object, &ids, &columns, &cond)?;
            let mut records: Vec<Record> = rows.into_iter().map(|row| record_of(&object, &columns, row)).collect();
            if titled {
                self.load_titles(&object, &mut records)?;
            }
            found.extend(records.into_iter().map(|record| ((key.to_string(), record.id), record)));
        }
        Ok(found)
    }

    /// The changes entries tell of, by id.
    pub(super) fn changes_told(&mut self, ids: impl Iterator<Item = i64>) -> Result<HashMap<i64, Change>> {
        let ids: Vec<i64> = ids.collect();
        Ok(self.conn.changes_by_id(&ids)?.into_iter().map(|change| (change.id, change)).collect())
    }

    /// What an entry tells of `source`; a change of nothing the actor may see is no news for him.
    pub(super) fn news(&mut self, source: &Record, change: Option<i64>, known: &HashMap<i64, Change>) -> Result<Option<News>> {
        let Some(change) = change.and_then(|id| known.get(&id)) else { return Ok(Some(News { change: None })) };
        let view = self.view(&source.object.clone(), change)?;
        let told = !view.shifts.is_empty() || view.told.is_some();
        Ok(told.then_some(News { change: Some(view) }))
    }
}
