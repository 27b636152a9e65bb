//! The global search: words to records, by any beginning of any word.
//!
//! A word's beginning finds more records than anybody reads; so a bounded number of candidates is
//! taken from the index, those whose title begins with what was typed first, and ranked here.

mod near;
mod rank;

use crate::cells::Cells;
use crate::conn::{Backend, Conn, Rows};
use crate::error::StoreError;
use crate::records::built;
use crate::{postgres, sqlite};
use akrab_model::filter::Found;
use akrab_model::text::fold;
use akrab_model::{Cond, Raw};
use sea_query::SelectStatement;

pub(crate) const TABLES: &[&str] = near::TABLES;

/// A record as the search knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchEntry {
    /// Object key.
    pub object: String,
    pub id: i64,
    pub title: String,
    /// Folded words of all searched fields.
    pub words: Vec<String>,
}

impl SearchEntry {
    /// Whether the index, knowing this entry alone, would find it by these terms.
    pub fn found_by(&self, terms: &[Vec<String>]) -> bool {
        let (_, words) = self.indexed_words();
        let known = |typed: &String| words.iter().any(|word| word.starts_with(typed.as_str()));
        alternatives(terms).iter().all(|term| term.iter().any(|typed| typed.iter().all(known)))
    }

    /// Words of the title in order, and all words, each once.
    fn indexed_words(&self) -> (Vec<String>, Vec<String>) {
        let title: Vec<String> = words_of(&fold(&self.title)).collect();
        let mut words: Vec<String> = self.words.iter().flat_map(|w| words_of(w)).chain(title.iter().cloned()).collect();
        words.sort_unstable();
        words.dedup();
        (title, words)
    }
}

/// Of every term its alternatives, each split into words.
fn alternatives(terms: &[Vec<String>]) -> Vec<Vec<Vec<String>>> {
    let split = |term: &Vec<String>| term.iter().map(|a| words_of(&fold(a)).collect::<Vec<_>>()).filter(|w| !w.is_empty()).collect();
    terms.iter().map(split).filter(|term: &Vec<Vec<String>>| !term.is_empty()).collect()
}

/// A record found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchHit {
    pub object: String,
    pub id: i64,
    pub title: String,
}

/// What the index of either database stores of an entry.
pub(crate) struct Indexed {
    pub object: i64,
    pub record: i64,
    pub title: String,
    /// Words of the title, in order.
    pub title_words: Vec<String>,
    /// All words, each once.
    pub words: Vec<String>,
}

/// What is looked for: every term by one of its alternatives; an alternative is one word or, when
/// it was typed with marks inside, several.
pub(crate) struct Wanted {
    pub terms: Vec<Vec<Vec<String>>>,
    pub objects: Option<Vec<i64>>,
}

/// Selects the records that a condition on the index finds.
pub(crate) fn matching(backend: Backend, found: &Found) -> SelectStatement {
    let wanted = Wanted { terms: found.terms.clone(), objects: Some(vec![found.kind]) };
    match backend {
        Backend::Sqlite => sqlite::search::matching(&wanted),
        Backend::Postgres => postgres::search::matching(&wanted),
    }
}

/// Letters and digits only: what either index keeps as a word.
fn words_of(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(|w| w.chars().take(40).collect())
}

/// Candidates taken from the index before ranking.
const CANDIDATES: usize = 300;

impl Conn {
    /// Adds or replaces entries.
    ///
    /// # Errors
    /// Those of the database.
    pub fn search_put(&mut self, entries: &[SearchEntry]) -> Result<(), StoreError> {
        let mut indexed = Vec::with_capacity(entries.len());
        for entry in entries {
            let (title_words, words) = entry.indexed_words();
            let object = self.name_made(&entry.object)?;
            indexed.push(Indexed { object, record: entry.id, title: entry.title.clone(), title_words, words });
        }
        match self.backend() {
            Backend::Sqlite => sqlite::search::put(self, &indexed)?,
            Backend::Postgres => postgres::search::put(self, &indexed)?,
        }
        self.learn_words(indexed.iter().flat_map(|e| e.words.iter().map(String::as_str)))
    }

    /// Forgets a record.
    ///
    /// # Errors
    /// Those of the database.
    pub fn search_drop(&mut self, object: &str, id: i64) -> Result<(), StoreError> {
        let Some(object) = self.name_known(object)? else { return Ok(()) };
        match self.backend() {
            Backend::Sqlite => sqlite::search::remove(self, object, id),
            Backend::Postgres => postgres::search::remove(self, object, id),
        }
    }

    /// Records in which every term, by one of its alternatives, begins a word; the best first.
    /// `objects` keeps to these kinds of record.
    ///
    /// # Errors
    /// Those of the database.
    pub fn search(&mut self, terms: &[Vec<String>], objects: Option<&[String]>, limit: usize) -> Result<Vec<SearchHit>, StoreError> {
        let terms = alternatives(terms);
        let mut known = Vec::new();
        for object in objects.unwrap_or_default() {
            known.extend(self.name_known(object)?);
        }
        if terms.is_empty() || (objects.is_some() && known.is_empty()) {
            return Ok(Vec::new());
        }
        let wanted = Wanted { terms, objects: objects.map(|_| known) };
        let many = CANDIDATES.max(limit);
        let found = match self.backend() {
            Backend::Sqlite => sqlite::search::find(self, &wanted, many)?,
            Backend::Postgres => postgres::search::find(self, &wanted, many)?,
        };
        self.hits(found, &wanted, limit)
    }

    /// The condition that is true of the records of `object` in which every term, by one of its
    /// alternatives, begins a word: all of them, however many.
    ///
    /// # Errors
    /// Those of the database.
    pub fn search_cond(&mut self, terms: &[Vec<String>], object: &str) -> Result<Cond, StoreError> {
        let terms = alternatives(terms);
        Ok(match self.name_known(object)? {
            Some(kind) if !terms.is_empty() => Cond::Found(Found { kind, terms }),
            _ => Cond::False,
        })
    }

    /// The first `limit` records of such a condition, in no order; none of any other condition.
    ///
    /// # Errors
    /// Those of the database.
    pub fn search_ids(&mut self, cond: &Cond, limit: usize) -> Result<Vec<i64>, StoreError> {
        let Cond::Found(found) = cond else { return Ok(Vec::new()) };
        let mut select = matching(self.backend(), found);
        let (sql, params) = built(self.backend(), select.limit(limit as u64));
        Ok(self.query(&sql, &params)?.into_iter().filter_map(|row| row.first()?.int()).collect())
    }

    fn hits(&mut self, found: Rows, wanted: &Wanted, limit: usize) -> Result<Vec<SearchHit>, StoreError> {
        let names = self.name_texts(found.iter().filter_map(|row| row.first()?.int()))?;
        let mut seen = std::collections::HashSet::new();
        let mut ranked: Vec<_> = found
            .into_iter()
            .filter_map(|row: Vec<Raw>| {
                let mut c = Cells::new(row);
                let (object, id, title) = (c.int(), c.int(), c.text());
                let hit = SearchHit { object: names.get(&object)?.clone(), id, title };
                seen.insert((object, id)).then(|| (rank::rank(&hit.title, wanted), hit))
            })
            .collect();
        ranked.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.id.cmp(&b.1.id)));
        Ok(ranked.into_iter().take(limit).map(|(_, hit)| hit).collect())
    }
}
