//! One row of an object with its meaning.

use crate::RecordId;
use crate::object::{FieldIx, Object};
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
    /// By the place of the field; fields beyond the last one set are absent.
    values: Vec<Option<Value>>,
    /// Values under names the object does not have.
    others: HashMap<String, Value>,
    /// Titles of linked records; absent when the reader may not see the target. A record has few, so they are looked
    /// through.
    titles: Vec<(FieldIx, RecordId, Arc<str>)>,
}

impl Record {
    pub fn new(object: Arc<Object>, id: RecordId, version: i64) -> Self {
        Self { object, id, version, deleted_at: None, values: Vec::new(), others: HashMap::new(), titles: Vec::new() }
    }
    pub fn set(&mut self, key: impl AsRef<str> + Into<String>, value: Value) {
        match self.object.field_ix(key.as_ref()) {
            Some(ix) => self.put(ix, value),
            None => drop(self.others.insert(key.into(), value)),
        }
    }
    /// Sets a field by its place.
    pub fn put(&mut self, ix: FieldIx, value: Value) {
        let place = usize::from(ix.0);
        if self.values.len() <= place {
            self.values.resize(self.object.fields.len().max(place + 1), None);
        }
        self.values[place] = Some(value);
    }
    fn value(&self, key: &str) -> Option<&Value> {
        match self.object.field_ix(key) {
            Some(ix) => self.values.get(usize::from(ix.0))?.as_ref(),
            None => self.others.get(key),
        }
    }
    /// The value, null when absent or hidden.
    pub fn get(&self, key: &str) -> &Value {
        self.value(key).unwrap_or(&Value::Null)
    }
    /// The value of a field by its place, null when absent or hidden.
    pub fn at(&self, ix: FieldIx) -> &Value {
        self.values.get(usize::from(ix.0)).and_then(Option::as_ref).unwrap_or(&Value::Null)
    }
    /// Loaded and visible to the reader.
    pub fn has(&self, key: &str) -> bool {
        self.value(key).is_some()
    }
    pub fn remove(&mut self, key: &str) {
        match self.object.field_ix(key) {
            Some(ix) => drop(self.values.get_mut(usize::from(ix.0)).and_then(Option::take)),
            None => drop(self.others.remove(key)),
        }
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
        self.title_in(key, self.link(key)?)
    }
    /// Title of the record `id` that a field of this key points to.
    pub fn title_in(&self, key: &str, id: RecordId) -> Option<&str> {
        self.title_at(self.object.field_ix(key)?, id)
    }
    /// As [`Record::title_in`], by the field's place.
    pub fn title_at(&self, ix: FieldIx, id: RecordId) -> Option<&str> {
        self.titles.iter().find(|(of, to, _)| (*of, *to) == (ix, id)).map(|(_, _, title)| &**title)
    }
    /// Says what the record `id` that a field points to is called.
    pub fn call(&mut self, ix: FieldIx, id: RecordId, title: impl Into<Arc<str>>) {
        if self.title_at(ix, id).is_none() {
            self.titles.push((ix, id, title.into()));
        }
    }
    /// All titles of linked records.
    pub fn titles(&self) -> impl Iterator<Item = (FieldIx, RecordId, &str)> {
        self.titles.iter().map(|(ix, id, title)| (*ix, *id, &**title))
    }
    /// What the record is called.
    pub fn title(&self) -> &str {
        self.at(self.object.title).text().unwrap_or("")
    }
    pub fn raw(&self, key: &str) -> Raw {
        self.get(key).to_raw()
    }
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        let named = self.object.fields.iter().zip(&self.values).filter(|(_, value)| value.is_some()).map(|(field, _)| field.key.as_str());
        named.chain(self.others.keys().map(String::as_str))
    }
}
