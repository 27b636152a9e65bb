//! Numbers and outside ids of records that went into others lead to these.

use crate::read::record_of;
use crate::rights::Access;
use crate::write::{search_entry, searched};
use crate::{Result, Tx};
use akrab_model::{Cond, FieldIx, FieldType, Object, Raw, Record, RecordId};
use akrab_store::{Bin, SearchEntry};
use std::sync::Arc;

/// Whether what stands in a field names one record and no other.
pub(crate) fn names_one(object: &Object, field: FieldIx) -> bool {
    let field = object.at(field);
    let sole = field.unique || object.decl.unique.iter().any(|set| *set == [field.key.clone()]);
    !object.is_system() && (sole || field.kind == FieldType::AutoNumber)
}

impl Tx<'_> {
    /// Writes anew what the search knows of a record.
    pub(super) fn index_again(&mut self, object: &Arc<Object>, record: &Record) -> Result<()> {
        if !object.decl.searchable {
            return Ok(());
        }
        let mut entry = search_entry(object, record);
        self.add_former(object, &mut entry)?;
        Ok(self.conn.search_put(&[entry])?)
    }

    /// Adds the words of records that went into this one, so that it is found by what they were called.
    pub(crate) fn add_former(&mut self, object: &Object, entry: &mut SearchEntry) -> Result<()> {
        let columns: Vec<FieldIx> = searched(object).collect();
        let registry = self.registry.clone();
        for id in self.conn.merged_from(&object.key, entry.id)? {
            if let Some(row) = self.conn.row(&registry, object, id, &columns, &Cond::True, Bin::Any)? {
                let object = registry.at(object.ix);
                entry.words.extend(search_entry(object, &record_of(object, &columns, row)).words);
            }
        }
        entry.words.sort();
        entry.words.dedup();
        Ok(())
    }

    /// The record into which the one with this value has gone, if the actor may see it.
    pub(crate) fn former(&mut self, object: &Arc<Object>, field: FieldIx, value: &Raw) -> Result<Option<RecordId>> {
        if value.is_null() || !self.conn.has_merged(&object.key)? {
            return Ok(None);
        }
        let Some(loser) = self.conn.merged_with(object, object.at(field), value)? else { return Ok(None) };
        self.merged_into(&object.key, loser)
    }

    /// Adds to what was found by values that name one record those into which records with such values have gone.
    pub(crate) fn among_former(
        &mut self,
        object: &Arc<Object>,
        by: FieldIx,
        values: &[Raw],
        columns: &[FieldIx],
        found: &mut Vec<(RecordId, Vec<Raw>)>,
    ) -> Result<()> {
        if !names_one(object, by) || !self.conn.has_merged(&object.key)? {
            return Ok(());
        }
        let cond = self.rights.cond(object, Access::Read);
        let registry = self.registry.clone();
        let place = columns.iter().position(|column| *column == by);
        for value in values {
            let known = |cells: &[Raw]| place.is_some_and(|place| object.at(by).comparable(cells[place].clone()) == *value);
            if found.iter().any(|(_, cells)| known(cells)) {
                continue;
            }
            let Some(winner) = self.former(object, by, value)? else { continue };
            for mut row in self.conn.rows(&registry, object, &[winner], columns, &cond)? {
                // it is found under the name it was asked for
                if let Some(place) = place {
                    row.cells[place] = value.clone();
                }
                found.push((row.id, row.cells));
            }
        }
        Ok(())
    }
}
