//! Search while typing, over every object the actor may see.

use super::record_of;
use crate::write::{Tx, search_terms};
use crate::{Access, Ctx, Engine, Result};
use akrab_model::{FieldIx, Object, Record};
use std::collections::HashMap;
use std::sync::Arc;

/// A record found.
#[derive(Debug, Clone)]
pub struct Hit {
    pub object: Arc<Object>,
    /// With title, subtitle fields and owner.
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

    /// Ids of one object's records that match, whatever the rights: the caller's condition has them.
    pub(super) fn search_ids(&mut self, q: &str, object: &Object, limit: usize) -> Result<Vec<i64>> {
        let mut terms = search_terms(q);
        let objects = [object.key.clone()];
        let mut hits = if terms.is_empty() { Vec::new() } else { self.conn.search(&terms, Some(&objects), limit)? };
        if hits.is_empty() && self.forgive(&mut terms)? {
            hits = self.conn.search(&terms, Some(&objects), limit)?;
        }
        Ok(hits.into_iter().map(|h| h.id).collect())
    }

    /// Adds to each word those within one edit. False when there are none to add.
    fn forgive(&mut self, terms: &mut [Vec<String>]) -> Result<bool> {
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
            let hits = self.visible(&found, limit)?;
            if hits.len() >= limit || found.len() < wide || wide >= 5_000 {
                return Ok(hits);
            }
            wide *= 5;
        }
    }

    /// Those of `found` the actor may see, in order, with title, subtitle and owner.
    pub(super) fn visible(&mut self, found: &[akrab_store::SearchHit], limit: usize) -> Result<Vec<Hit>> {
        let mut records: HashMap<(&str, i64), Record> = HashMap::new();
        let mut by_object: HashMap<&str, Vec<i64>> = HashMap::new();
        for hit in found {
            by_object.entry(&hit.object).or_default().push(hit.id);
        }
        let registry = self.registry.clone();
        for (key, ids) in by_object {
            let Some(object) = registry.object(key) else { continue };
            let cond = self.rights.cond(object, Access::Read);
            let shown = std::iter::once(object.title).chain(object.subtitle.iter().copied()).chain(object.owner);
            let readable = self.rights.readable(object);
            let columns: Vec<FieldIx> = shown.filter(|ix| object.at(*ix).is_column() && readable.contains(ix)).collect();
            let rows = self.conn.rows(&registry, object, &ids, &columns, &cond)?;
            records.extend(rows.iter().map(|row| ((key, row.id), record_of(object, &columns, row))));
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
}
