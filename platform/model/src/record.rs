//! One row of an object with its meaning.

use crate::RecordId;
use crate::object::Object;
use crate::value::{Raw, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// A record with all or some of its fields. Fields the reader may not see are absent.
#[derive(Debug, Clone)]
pub struct Record {
    pub object: Arc<Object>,
    pub id: RecordId,
    pub version: i64,
    /// In the bin since then (microseconds UTC).
    pub deleted_at: Option<i64>,
    values: HashMap<String, Value>,
    /// Titles of linked records: (field key, id) → title; absent when the reader may not see the target.
    pub titles: HashMap<(String, RecordId), String>,
}

impl Record {
    pub fn new(object: Arc<Object>, id: RecordId, version: i64) -> Self {
        Self { object, id, version, deleted_at: None, values: HashMap::new(), titles: HashMap::new() }
    }
    pub fn set(&mut self, key: impl Into<String>, value: Value) {
        self.values.insert(key.into(), value);
    }
    /// The value, null when absent or hidden.
    pub fn get(&self, key: &str) -> &Value {
        self.values.get(key).unwrap_or(&Value::Null)
    }
    /// Loaded and visible to the reader.
    pub fn has(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }
    pub fn remove(&mut self, key: &str) {
        self.values.remove(key);
    }
    pub fn text(&self, key: &str) -> &str {
        self.get(key).text().unwrap_or("")
    }
    /// Id a link or stage field points to.
    pub fn link(&self, key: &str) -> Option<RecordId> {
        self.get(key).int()
    }
    /// Title of the record a link field points to.
    pub fn link_title(&self, key: &str) -> Option<&str> {
        let id = self.link(key)?;
        self.titles.get(&(key.to_string(), id)).map(String::as_str)
    }
    /// What the record is called.
    pub fn title(&self) -> &str {
        self.text(&self.object.title_field().key)
    }
    pub fn raw(&self, key: &str) -> Raw {
        self.get(key).to_raw()
    }
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }
}
