//! What stands in a form: texts by the name of their control, as typed or as a record has them.

use super::Look;
use akrab_model::format;
use akrab_model::value::{Input, ParseEnv};
use akrab_model::{Field, FieldType, Record, RecordId, Value};
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, HashMap};

/// Longest list of rows a form of a `links` field may bring.
const MAX_ROWS: usize = 200;

/// Texts by control name. A field of several columns has `KEY.N.id` and `KEY.N.COLUMN`.
#[derive(Debug, Clone, Default)]
pub struct Typed {
    values: BTreeMap<String, Vec<String>>,
    /// Titles of chosen records: (name of the field, id) → title.
    pub titles: HashMap<(String, RecordId), String>,
}

impl Typed {
    /// From posted pairs.
    pub fn posted(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut typed = Self::default();
        for (name, value) in pairs {
            typed.values.entry(name).or_default().push(value);
        }
        typed
    }

    /// As the record stands, for the fields given.
    pub fn of_record<'f>(look: &Look, record: &Record, fields: impl IntoIterator<Item = &'f Field>) -> Self {
        let titles = record.titles().map(|(ix, id, title)| ((record.object.at(ix).key.clone(), id), title.to_string())).collect();
        let mut typed = Self { titles, ..Self::default() };
        for field in fields {
            typed.put(look, field, record.get(&field.key));
        }
        typed
    }

    /// Writes one value as a person would type it.
    pub fn put(&mut self, look: &Look, field: &Field, value: &Value) {
        let key = field.key.clone();
        match value {
            Value::Keys(keys) => drop(self.values.insert(key, keys.clone())),
            Value::Links(rows) => {
                for (n, row) in rows.iter().enumerate() {
                    self.set(&format!("{key}.{n}.id"), row.to.to_string());
                    for (column, value) in field.columns.iter().zip(&row.columns) {
                        self.set(&format!("{key}.{n}.{}", column.key), text_of(look, column, value));
                    }
                }
            }
            value => self.set(&key, text_of(look, field, value)),
        }
    }

    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.values.insert(name.to_string(), vec![value.into()]);
    }
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }
    /// The first text under `name`.
    pub fn text(&self, name: &str) -> &str {
        self.values.get(name).and_then(|v| v.first()).map_or("", String::as_str)
    }
    /// Every text under `name`.
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.values.get(name).into_iter().flatten().map(String::as_str).filter(|v| !v.is_empty()).collect()
    }
    /// Title of the record chosen in `field`.
    pub fn title(&self, field: &str, id: &str) -> String {
        id.parse().ok().and_then(|id: i64| self.titles.get(&(field.to_string(), id))).cloned().unwrap_or_default()
    }

    /// How many rows a `links` field has here.
    pub fn rows(&self, key: &str) -> usize {
        let prefix = format!("{key}.");
        let numbers = self.values.keys().filter_map(|name| name.strip_prefix(&prefix)?.split('.').next()?.parse::<usize>().ok());
        numbers.map(|n| n + 1).max().unwrap_or(0).min(MAX_ROWS)
    }

    /// What is handed to the engine for these fields. Tick boxes that were not sent are off.
    pub fn input<'f>(&self, fields: impl IntoIterator<Item = &'f Field>) -> Input {
        fields.into_iter().map(|field| (field.key.clone(), self.json(field))).collect()
    }

    fn json(&self, field: &Field) -> Json {
        let key = &field.key;
        match field.kind {
            // the box without script takes several words at once
            FieldType::Choices if field.open => {
                let words =
                    self.all(key).into_iter().flat_map(|text| text.split([',', ';'])).map(str::trim).filter(|word| !word.is_empty());
                json!(words.collect::<Vec<_>>())
            }
            FieldType::Choices => json!(self.all(key)),
            // the file there was stands before the one that takes its place
            FieldType::File if self.has(&format!("{key}.remove")) && self.all(key).len() < 2 => Json::Null,
            FieldType::File => self.all(key).last().map_or(Json::Null, |id| json!(id)),
            FieldType::Boolean => json!(self.all(key).contains(&"true")),
            FieldType::Links => {
                let rows = (0..self.rows(key)).filter_map(|n| {
                    let id = self.text(&format!("{key}.{n}.id"));
                    (!id.is_empty()).then(|| {
                        let mut row = Map::new();
                        row.insert("id".into(), json!(id));
                        for column in &field.columns {
                            let name = format!("{key}.{n}.{}", column.key);
                            row.insert(column.key.clone(), text_json(self.text(&name)));
                        }
                        Json::Object(row)
                    })
                });
                Json::Array(rows.collect())
            }
            _ => text_json(self.text(key)),
        }
    }

    /// The field's value, null when what was typed cannot be read.
    pub fn value(&self, field: &Field, env: &ParseEnv) -> Value {
        field.parse(&self.json(field), env).unwrap_or(Value::Null)
    }

    /// Whether a field stands here as it does there.
    pub fn same(&self, other: &Typed, field: &Field) -> bool {
        match field.kind {
            FieldType::LongText => {
                self.text(&field.key).replace("\r\n", "\n").trim() == other.text(&field.key).replace("\r\n", "\n").trim()
            }
            FieldType::Links | FieldType::Choices | FieldType::Boolean | FieldType::File => self.json(field) == other.json(field),
            _ => self.text(&field.key).trim() == other.text(&field.key).trim(),
        }
    }

    /// Pairs under `prefix` with the prefix taken off: the state a form was drawn from.
    pub fn under(&self, prefix: &str) -> Typed {
        let values = self.values.iter().filter_map(|(name, v)| Some((name.strip_prefix(prefix)?.to_string(), v.clone())));
        Typed { values: values.collect(), titles: self.titles.clone() }
    }

    /// Names and texts that belong to `field`.
    pub fn pairs_of(&self, field: &Field) -> Vec<(String, String)> {
        let prefix = format!("{}.", field.key);
        let mine = self.values.iter().filter(|(name, _)| {
            **name == field.key || (matches!(field.kind, FieldType::Links | FieldType::File) && name.starts_with(&prefix))
        });
        mine.flat_map(|(name, values)| values.iter().map(|v| (name.clone(), v.clone()))).collect()
    }

    /// Takes over how `field` stands in `other`.
    pub fn take(&mut self, other: &Typed, field: &Field) {
        for (name, _) in self.pairs_of(field) {
            self.values.remove(&name);
        }
        for (name, value) in other.pairs_of(field) {
            self.values.entry(name).or_default().push(value);
        }
    }

    /// Ids of linked records that stand here, by field: their titles are looked up before drawing.
    pub fn linked<'o>(&self, fields: &'o [Field]) -> Vec<(&'o Field, RecordId)> {
        let mut found = Vec::new();
        for field in fields.iter().filter(|f| f.to.is_some()) {
            let names: Vec<String> = match field.kind {
                FieldType::Links => (0..self.rows(&field.key)).map(|n| format!("{}.{n}.id", field.key)).collect(),
                _ => vec![field.key.clone()],
            };
            found.extend(names.iter().filter_map(|name| Some((field, self.text(name).trim().parse().ok()?))));
        }
        found
    }
}

fn text_json(text: &str) -> Json {
    if text.trim().is_empty() { Json::Null } else { json!(text) }
}

/// A value as it would be typed in the person's language; parsing gives it back.
fn text_of(look: &Look, field: &Field, value: &Value) -> String {
    match value {
        Value::Dec(d) => format::number(*d, look.lang),
        Value::Bool(on) => on.to_string(),
        Value::Int(id) if field.kind == FieldType::File => id.to_string(),
        Value::Int(n) if field.kind != FieldType::Duration => format::number((*n).into(), look.lang),
        Value::Text(key) if field.kind == FieldType::Choice => key.clone(),
        Value::Text(text) if field.rich => text.clone(),
        Value::Link(id) => id.to_string(),
        Value::Time(at) => look.typed_moment(&look.local(*at)),
        value => look.value_words(field, value, |_| None),
    }
}
