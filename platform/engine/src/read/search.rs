//! Search while typing, over every object the actor may see.

use super::record_of;
use crate::write::{Tx, search_entry, search_terms, searched};
use crate::{Access, Ctx, Engine, Result};
use akrab_model::object::FieldRight;
use akrab_model::{FieldIx, Object, Record};
use akrab_store::{Row, SearchHit};
use std::collections::HashMap;
use std::sync::Arc;

/// Candidates looked at when many of them are out of the actor's sight.
const WIDEST: usize = 5_000;

/// A record found.
#[derive(Debug, Clone)]
pub struct Hit {
    pub object: Arc<Object>,
    /// With title, subtitle fields, owner, and whom it hangs on.
    pub record: Record,
}

impl Engine {
    /// Records that match every word as the beginning of one of theirs; one typing mistake a word is
    /// forgiven when nothing matches. At most `limit`, best first.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn search(&self, ctx: &Ctx, q: &str, objects: Option<Vec<String>>, limit: usize) -> Result<Vec<Hit>> {
        let q = q.to_string();
        self.read(ctx, move |tx| tx.search(&q, objects.as_deref(), limit)).await
    }
}

impl Tx<'_> {
    /// As [`Engine::search`].
    ///
    /// # Errors
    /// As [`Engine::search`].
    pub fn search(&mut self, q: &str, objects: Option<&[String]>, limit: usize) -> Result<Vec<Hit>> {
        let mut terms = search_terms(q);
        if terms.is_empty() {
            return Ok(Vec::new());
        }
        let hits = self.find_hits(&terms, objects, limit)?;
        if !hits.is_empty() || !self.forgive(&mut terms)? {
            return Ok(hits);
        }
        self.find_hits(&terms, objects, limit)
    }

    /// Adds to each word those within one edit. False when there are none to add.
    pub(super) fn forgive(&mut self, terms: &mut [Vec<String>]) -> Result<bool> {
        let mut added = false;
        for term in terms.iter_mut() {
            let Some(word) = term.first().filter(|w| w.chars().count() >= 4 && !w.bytes().all(|b| b.is_ascii_digit())).cloned() else {
                continue;
            };
            let near = self.conn.search_near(&word)?;
            added |= near.iter().any(|w| *w != word);
            term.extend(near.into_iter().filter(|w| *w != word).take(20));
        }
        Ok(added)
    }

    fn find_hits(&mut self, terms: &[Vec<String>], objects: Option<&[String]>, limit: usize) -> Result<Vec<Hit>> {
        let registry = self.registry.clone();
        let allowed: Vec<String> = registry
            .objects()
            .filter(|o| o.decl.searchable && self.rights.scope(o, Access::Read) != akrab_model::object::Scope::None)
            .filter(|o| objects.is_none_or(|wanted| wanted.contains(&o.key)))
            .map(|o| o.key.clone())
            .collect();
        if allowed.is_empty() {
            return Ok(Vec::new());
        }
        // rights are applied to candidates: look at more of them until the page is full
        let mut wide = limit.max(1) * 5;
        loop {
            let found = self.conn.search(terms, Some(&allowed), wide)?;
            let hits = self.visible(&found, limit, Some(terms))?;
            if hits.len() >= limit || found.len() < wide || wide >= WIDEST {
                return Ok(hits);
            }
            wide *= 5;
        }
    }

    /// Those of `found` the actor may see, in order, with title, subtitle and owner. With `terms` only
    /// those that match in fields he may read.
    pub(super) fn visible(&mut self, found: &[SearchHit], limit: usize, terms: Option<&[Vec<String>]>) -> Result<Vec<Hit>> {
        let mut records: HashMap<(&str, i64), Record> = HashMap::new();
        let mut by_object: HashMap<&str, Vec<i64>> = HashMap::new();
        for hit in found {
            by_object.entry(&hit.object).or_default().push(hit.id);
        }
        let registry = self.registry.clone();
        for (key, ids) in by_object {
            let Some(object) = registry.object(key) else { continue };
            let shown = std::iter::once(object.title).chain(object.subtitle.iter().copied()).chain(object.owner).chain(object.holders());
            let readable = self.rights.readable(object);
            let columns: Vec<FieldIx> = shown.filter(|ix| object.at(*ix).is_column() && readable.contains(ix)).collect();
            let rows = self.reached(object, &ids, &columns, terms)?;
            records.extend(rows.into_iter().map(|row| ((key, row.id), record_of(object, &columns, row))));
        }
        let mut hits = Vec::new();
        for hit in found {
            if let Some(record) = records.remove(&(hit.object.as_str(), hit.id)) {
                hits.push(Hit { object: record.object.clone(), record });
            }
            if hits.len() == limit {
                break;
            }
        }
        for hit in &mut hits {
            let object = hit.object.clone();
            self.load_titles(&object, std::slice::from_mut(&mut hit.record))?;
        }
        Ok(hits)
    }

    /// Whether the index knows words of the object that the actor may not read.
    pub(super) fn searches_in_part(&self, object: &Object) -> bool {
        searched(object).any(|ix| self.rights.field(object, ix) == FieldRight::Hidden)
    }

    /// Rows the actor may see, with `columns` first. The index holds the words of every field; so a
    /// candidate of `terms` counts only when it is found by those fields alone that he may read:
    /// otherwise words could be guessed.
    pub(super) fn reached(
        &mut self,
        object: &Arc<Object>,
        ids: &[i64],
        columns: &[FieldIx],
        terms: Option<&[Vec<String>]>,
    ) -> Result<Vec<Row>> {
        let registry = self.registry.clone();
        let cond = self.rights.cond(object, Access::Read);
        let Some(terms) = terms.filter(|_| self.searches_in_part(object)) else {
            return Ok(self.conn.rows(&registry, object, ids, columns, &cond)?);
        };
        let mut all = columns.to_vec();
        let told = searched(object).filter(|ix| self.rights.field(object, *ix) > FieldRight::Hidden);
        all.extend(told.filter(|ix| !columns.contains(ix)));
        let mut rows = self.conn.rows(&registry, object, ids, &all, &cond)?;
        rows.retain(|row| search_entry(object, &record_of(object, &all, row.clone())).found_by(terms));
        Ok(rows)
    }
}
