//! The words of a list. They find every record that has them, however many: few are named one by
//! one; many are looked for in the order of the list, or are a condition of the search index.

use super::record_of;
use crate::write::{Tx, search_entry, search_terms, searched};
use crate::{Access, Result};
use akrab_model::object::FieldRight;
use akrab_model::query::Page;
use akrab_model::{Cond, Count, FieldIx, FieldType, Filter, Object, Query};
use akrab_store::Few;
use std::sync::Arc;

/// Records that are named one by one.
const FEW: usize = 2_000;
/// Rows tried in the order of a page before it starts from all that the index finds.
const TRIED: usize = 5_000;
/// As many before the index is asked at all: short beginnings are in many records.
const TRIED_SHORT: usize = 1_000;
const SHORT: usize = 3;
/// Records of which the fields are looked at together.
const BATCH: usize = 1_000;

/// What a list asks for: a condition, and records that have the words.
pub(crate) struct Asked {
    pub cond: Cond,
    pub words: Option<Words>,
}

/// What somebody reaches of an object's living records.
#[derive(Debug, Clone)]
pub(crate) struct Reach {
    pub cond: Cond,
    /// How many they are, where that was found out on the way.
    pub known: Option<Count>,
}

/// Words as they are looked for, slips forgiven.
pub(crate) struct Words {
    pub terms: Vec<Vec<String>>,
    /// Those that have them, when they are few.
    few: Option<Vec<i64>>,
}

impl Tx<'_> {
    /// The condition of a list: filter and words, within what the actor may see (or export).
    pub(crate) fn condition(&mut self, object: &Arc<Object>, filter: Option<&Filter>, q: Option<&str>, access: Access) -> Result<Cond> {
        let asked = self.asked(object, filter, q, access)?;
        self.settled(object, asked.cond, asked.words.as_ref())
    }

    /// As [`Tx::condition`], with the words still apart.
    pub(crate) fn asked(&mut self, object: &Arc<Object>, filter: Option<&Filter>, q: Option<&str>, access: Access) -> Result<Asked> {
        let cond = self.filtered(object, filter, access)?;
        let words = match q.map(str::trim).filter(|q| !q.is_empty()) {
            Some(q) => Some(self.words(object, q)?),
            None => None,
        };
        Ok(Asked { cond, words })
    }

    /// What the actor reaches of the living records. Where several ways lead to a few of them they are named one by
    /// one: the database would look through all records for those of one way or the other.
    pub(crate) fn reached_by(&mut self, object: &Arc<Object>, access: Access) -> Result<Reach> {
        let cond = self.rights.cond(object, access);
        let Cond::Any(ways) = &cond else { return Ok(Reach { cond, known: None }) };
        if !self.writing
            && let Some(known) = self.known().reach.get(&(object.ix, access))
        {
            return Ok(known.clone());
        }
        let registry = self.registry.clone();
        let reach = match self.conn.few_of_any(&registry, object, ways, Count::CAP as usize)? {
            Few::These(ids) => Reach { known: Some(Count::Exact(ids.len() as u64)), cond: Cond::Ids(ids) },
            Few::More => Reach { cond, known: Some(Count::Above(Count::CAP)) },
            Few::Unasked => Reach { cond, known: None },
        };
        if !self.writing {
            self.known().reach.insert((object.ix, access), reach.clone());
        }
        Ok(reach)
    }

    pub(super) fn filtered(&mut self, object: &Arc<Object>, filter: Option<&Filter>, access: Access) -> Result<Cond> {
        let cond = self.wanted(object, filter)?;
        Ok(cond.and(self.reached_by(object, access)?.cond))
    }

    /// The filter alone, bound to the actor and the moment.
    pub(super) fn wanted(&mut self, object: &Arc<Object>, filter: Option<&Filter>) -> Result<Cond> {
        self.rights.require_read(object)?;
        match filter {
            Some(filter) => filter.bind_placed(&self.registry.clone(), object, &self.env(), &self.rights.clone()),
            None => Ok(Cond::True),
        }
    }

    /// The words of `q`, with those one slip away when no record the actor sees has them.
    pub(super) fn words(&mut self, object: &Arc<Object>, q: &str) -> Result<Words> {
        let mut terms = search_terms(q);
        if terms.is_empty() {
            return Ok(Words { terms, few: Some(Vec::new()) });
        }
        if let Some(words) = self.seek(object, &terms)? {
            return Ok(words);
        }
        let forgiven = self.forgive(&mut terms)?;
        let found = if forgiven { self.seek(object, &terms)? } else { None };
        Ok(found.unwrap_or(Words { terms, few: Some(Vec::new()) }))
    }

    /// Words that were settled earlier.
    pub(crate) fn words_again(&mut self, object: &Arc<Object>, terms: Vec<Vec<String>>) -> Result<Words> {
        Ok(self.seek(object, &terms)?.unwrap_or(Words { terms, few: Some(Vec::new()) }))
    }

    /// None when no record the actor sees has them.
    fn seek(&mut self, object: &Arc<Object>, terms: &[Vec<String>]) -> Result<Option<Words>> {
        let index = self.conn.search_cond(terms, &object.key)?;
        let ids = self.conn.search_ids(&index, FEW + 1)?;
        let many = ids.len() > FEW;
        let seen = if self.open(object) { ids } else { self.reached_ids(object, &ids, terms)? };
        if !many {
            return Ok((!seen.is_empty()).then(|| Words { terms: terms.to_vec(), few: Some(seen) }));
        }
        let any = !seen.is_empty() || !self.all_reached(object, terms, true)?.is_empty();
        Ok(any.then(|| Words { terms: terms.to_vec(), few: None }))
    }

    /// Whether the actor sees every record of the object and every word of it.
    fn open(&self, object: &Object) -> bool {
        !self.searches_in_part(object) && matches!(self.rights.cond(object, Access::Read), Cond::True)
    }

    /// One condition of both.
    pub(crate) fn settled(&mut self, object: &Arc<Object>, cond: Cond, words: Option<&Words>) -> Result<Cond> {
        let Some(words) = words else { return Ok(cond) };
        let found = match &words.few {
            Some(ids) => Cond::Ids(ids.clone()),
            None if self.searches_in_part(object) => Cond::Ids(self.all_reached(object, &words.terms, false)?),
            None => self.conn.search_cond(&words.terms, &object.key)?,
        };
        Ok(if cond == Cond::True { found } else { cond.and(found) })
    }

    /// All records with the words that the actor sees, or the first batch of them.
    fn all_reached(&mut self, object: &Arc<Object>, terms: &[Vec<String>], first: bool) -> Result<Vec<i64>> {
        let index = self.conn.search_cond(terms, &object.key)?;
        let all = self.conn.search_ids(&index, i64::MAX as usize)?;
        let mut seen = Vec::new();
        for ids in all.chunks(BATCH) {
            seen.extend(self.reached_ids(object, ids, terms)?);
            if first && !seen.is_empty() {
                break;
            }
        }
        Ok(seen)
    }

    fn reached_ids(&mut self, object: &Arc<Object>, ids: &[i64], terms: &[Vec<String>]) -> Result<Vec<i64>> {
        Ok(self.reached(object, ids, &[], Some(terms))?.iter().map(|row| row.id).collect())
    }

    /// A page of what is asked for. `query` has the condition without the words; the cells of its
    /// columns come first in every row.
    pub(crate) fn page(&mut self, object: &Arc<Object>, mut query: Query, words: Option<&Words>, most: Option<usize>) -> Result<Page> {
        if let Some(words) = words.filter(|w| w.few.is_none())
            && let Some(page) = self.tried(object, &query, &words.terms, most.unwrap_or(TRIED))?
        {
            return Ok(page);
        }
        let registry = self.registry.clone();
        query.cond = self.settled(object, query.cond, words)?;
        Ok(self.conn.select(&registry, &query)?)
    }

    /// A full page of what short beginnings find, when it is found at once.
    pub(super) fn page_at_once(&mut self, object: &Arc<Object>, query: &Query, q: &str) -> Result<Option<Page>> {
        let terms = search_terms(q);
        if !terms.iter().flatten().any(|word| word.len() < SHORT) {
            return Ok(None);
        }
        let page = self.tried(object, query, &terms, TRIED_SHORT)?;
        Ok(page.filter(|page| page.rows.len() == query.limit))
    }

    /// Tries rows in their order; none when the page is not full after `most`, or when there is no
    /// index to follow.
    fn tried(&mut self, object: &Arc<Object>, query: &Query, terms: &[Vec<String>], most: usize) -> Result<Option<Page>> {
        let indexed = |ix: FieldIx| {
            object.at(ix).index && object.at(ix).kind != FieldType::Link
                || ["updated_at", "created_at"].contains(&object.at(ix).key.as_str())
        };
        if query.sort.len() > 1 || !query.sort.iter().all(|s| indexed(s.field)) {
            return Ok(None);
        }
        let mut all = query.columns.clone();
        let told = searched(object).filter(|ix| self.rights.field(object, *ix) > FieldRight::Hidden);
        all.extend(told.filter(|ix| !query.columns.contains(ix)));
        let registry = self.registry.clone();
        let wide = Query { columns: all.clone(), ..query.clone() };
        let keep = |row: &akrab_store::Row| search_entry(object, &record_of(object, &all, row.clone())).found_by(terms);
        Ok(self.conn.select_kept(&registry, &wide, most, &keep)?)
    }
}
