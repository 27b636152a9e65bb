//! Interned texts: keys that repeat in millions of rows are stored as small numbers.

use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;
use std::collections::HashMap;
use std::sync::Arc;

pub(crate) const TABLES: &[&str] = &["CREATE TABLE IF NOT EXISTS name ({id}, text TEXT NOT NULL UNIQUE)"];

impl Conn {
    /// The number of `text`, given now if it has none. Only in a writing transaction.
    pub(crate) fn name_made(&mut self, text: &str) -> Result<i64, StoreError> {
        if let Some(id) = self.name_known(text)? {
            return Ok(id);
        }
        self.execute("INSERT INTO name (text) VALUES ($1) ON CONFLICT (text) DO NOTHING", &[text.into()])?;
        let found = self.query_one("SELECT id FROM name WHERE text = $1", &[text.into()])?;
        let id = found.and_then(|c| c.first()?.int()).ok_or_else(|| StoreError::other("a name was not stored"))?;
        self.fresh.names.insert(text.into(), id);
        Ok(id)
    }

    /// The number of `text`, if it has one.
    pub(crate) fn name_known(&mut self, text: &str) -> Result<Option<i64>, StoreError> {
        if let Some(id) = self.fresh.names.get(text) {
            return Ok(Some(*id));
        }
        if let Some(id) = self.shared.known.lock().map_err(StoreError::other)?.names.get(text) {
            return Ok(Some(*id));
        }
        let found = self.query_one("SELECT id FROM name WHERE text = $1", &[text.into()])?;
        let found = found.and_then(|c| c.first()?.int());
        // what a reader sees is committed and stays for ever; what a writer sees is known after its commit
        match (found, self.writable) {
            (Some(id), false) => drop(self.shared.known.lock().map_err(StoreError::other)?.names.insert(text.into(), id)),
            (Some(id), true) => drop(self.fresh.names.insert(text.into(), id)),
            (None, _) => {}
        }
        Ok(found)
    }

    /// The texts behind numbers, at least behind all of `wanted`.
    pub(crate) fn name_texts(&mut self, wanted: impl IntoIterator<Item = i64>) -> Result<Arc<HashMap<i64, String>>, StoreError> {
        let known = Arc::clone(&self.shared.known.lock().map_err(StoreError::other)?.texts);
        if wanted.into_iter().all(|id| known.contains_key(&id)) {
            return Ok(known);
        }
        let rows = self.query("SELECT id, text FROM name", &[])?;
        let texts = rows.into_iter().filter_map(|row| match <[Raw; 2]>::try_from(row).ok()? {
            [Raw::Int(id), Raw::Text(text)] => Some((id, text)),
            _ => None,
        });
        let texts: Arc<HashMap<i64, String>> = Arc::new(texts.collect());
        // a writer may see names that are never committed
        if !self.writable {
            self.shared.known.lock().map_err(StoreError::other)?.texts = Arc::clone(&texts);
        }
        Ok(texts)
    }
}
