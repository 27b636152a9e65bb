//! Cards for programs that keep an address book, and what has changed of it.

use super::write::pages;
use super::{ExportFormat, ExportSpec, card};
use crate::export::known::Known;
use crate::{Result, Tx};
use akrab_model::filter::Op;
use akrab_model::{Filter, Problem, ProblemKind, RecordId};

/// Changes younger than this may still be overtaken by one that is committed later, in microseconds.
const SETTLED: i64 = 60_000_000;
/// Changes of all objects that one question looks through.
const FAR: i64 = 200_000;
/// Records asked for by their ids at once.
const IDS: usize = 5_000;

/// Which cards are wanted.
#[derive(Debug, Clone, Default)]
pub struct Cards {
    pub object: String,
    /// Only one's own records.
    pub mine: bool,
    /// Only these; all when empty.
    pub ids: Vec<RecordId>,
    /// In the form of vCard 4.0.
    pub four: bool,
    /// More than these are refused.
    pub most: usize,
}

impl Tx<'_> {
    /// Cards of the records the actor may take out of the program, with their ids.
    ///
    /// # Errors
    /// `not_found`, `forbidden`, `book_too_large`.
    pub fn cards(&mut self, wanted: &Cards) -> Result<Vec<(RecordId, String)>> {
        let format = if wanted.four { ExportFormat::Vcard4 } else { ExportFormat::Vcard };
        let object = self.object(&wanted.object)?;
        let owner = object.owner.filter(|_| wanted.mine).map(|ix| object.at(ix).key.clone());
        let filter = owner.map(|owner| Filter::test(&owner, Op::Is, "me").to_json());
        let readable = self.rights.readable(&object);
        let known = Known::of(&self.registry, &object, &readable, self.ctx.lang_key());
        let now = self.ctx.now.timestamp();
        let mut found = Vec::new();
        let parts: Vec<Vec<RecordId>> =
            if wanted.ids.is_empty() { vec![Vec::new()] } else { wanted.ids.chunks(IDS).map(<[RecordId]>::to_vec).collect() };
        for ids in parts {
            let spec = ExportSpec { object: object.key.clone(), filter: filter.clone(), ids, format, ..ExportSpec::default() };
            let bound = self.bind_export(&spec)?;
            pages(self, &bound, &mut |_, record, _| {
                if found.len() >= wanted.most {
                    return Err(Problem::new(ProblemKind::Full, "book_too_large"));
                }
                found.push((record.id, card::card(record, &known, wanted.four, &card::stamp(record, now))));
                Ok(())
            })?;
        }
        Ok(found)
    }

    /// The newest change before which nothing can come any more: what an address book that was read now stands on.
    ///
    /// # Errors
    /// What the database answers.
    pub fn settled_change(&mut self) -> Result<i64> {
        let by = self.ctx.micros() - SETTLED;
        Ok(self.conn.change_by(by)?)
    }

    /// Records of an object that were touched after a change; none where there were too many to say.
    ///
    /// # Errors
    /// `not_found`.
    pub fn touched_since(&mut self, object: &str, change: i64, most: usize) -> Result<Option<Vec<RecordId>>> {
        let object = self.object(object)?;
        self.rights.require_read(&object)?;
        Ok(self.conn.touched_since(&object.key, change, FAR)?.filter(|ids| ids.len() <= most))
    }
}
