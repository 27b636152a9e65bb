//! A single row that came by another way than a file, judged and written by the same rules.

use super::judge;
use super::mapping;
use super::memory::Memory;
use super::plan::{self, ImportSpec, Plan};
use super::report::{ChangeSample, Counts, Note};
use super::source::Line;
use crate::{Result, Tx};
use akrab_model::Object;
use serde_json::Value as Json;

/// What became of it.
#[derive(Debug, Clone)]
pub(crate) struct Single {
    pub counts: Counts,
    pub notes: Vec<Note>,
    /// The record that was changed, from what to what.
    pub sample: Option<ChangeSample>,
    /// The record it became, or matched.
    pub record: Option<i64>,
}

impl Tx<'_> {
    /// Takes one row, in this transaction.
    ///
    /// # Errors
    /// `invalid` and `forbidden` for what concerns every row: fields nobody knows, rights.
    pub(crate) fn take_row(&mut self, spec: &ImportSpec, cells: Vec<Json>) -> Result<Single> {
        let object = self.object(&spec.object)?;
        plan::permitted(&self.ctx, &object)?;
        let plan = Plan::new(&self.engine, &self.ctx, spec)?;
        let lines = [Line::new(1, cells)];
        let tally = judge::chunk(self, &plan, &lines, &mut Memory::default(), true)?;
        let record = tally.touched.last().copied();
        Ok(Single { counts: tally.counts, notes: tally.notes, sample: tally.samples.into_iter().next(), record })
    }

    /// Fields a row may fill, and for each name of a column the one it seems to be for.
    pub(crate) fn row_fields(&self, object: &Object, names: &[String]) -> (Vec<String>, Vec<Option<String>>) {
        let mut fields = mapping::mappable(&self.rights, object);
        fields.retain(|ix| object.at(*ix).writable());
        let guess = mapping::guess(object, &fields, names, &|_| false);
        let guess = guess.into_iter().map(|key| key.filter(|key| key != mapping::ID_COLUMN && mapping::id_of(key).is_none())).collect();
        (fields.into_iter().map(|ix| object.at(ix).key.clone()).collect(), guess)
    }

    /// Whether a specification can be carried out by whoever acts.
    ///
    /// # Errors
    /// As [`Tx::take_row`].
    pub(crate) fn judge_row(&self, spec: &ImportSpec) -> Result<()> {
        plan::permitted(&self.ctx, &*self.object(&spec.object)?)?;
        Plan::new(&self.engine, &self.ctx, spec).map(|_| ())
    }
}
