//! What the rows read so far have made of the records, as far as the database does not know it yet.
//!
//! In a run that is the present chunk alone; in a trial it is the whole file, for nothing is kept.

use crate::Draft;
use akrab_model::{FieldIx, Object, Raw, Record, Value};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A record matched or made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    Stored(i64),
    /// Made by this file and not in the database (yet).
    New(u64),
}

/// A record's values, small.
type Compact = Vec<(FieldIx, Raw)>;

#[derive(Default)]
struct Layer {
    /// (match set, values) → record.
    keys: HashMap<(u8, String), Who>,
    /// (unique set, values) → record.
    unique: HashMap<(u8, String), Who>,
    records: HashMap<Who, Compact>,
    /// Linked records made beside the rows.
    made: HashSet<String>,
    /// How links of this file call the records its rows became.
    called: HashSet<String>,
}

/// Layers: the chunk at work, and the chunks before it.
#[derive(Default)]
pub struct Memory {
    fresh: Layer,
    base: Layer,
    next: u64,
    settled: u64,
    /// So many of the next rows are held against the records there are, for somebody who is there already.
    pub looks: u64,
}

impl Memory {
    /// Forgets a chunk that has to be judged anew.
    pub fn rewind(&mut self) {
        self.fresh = Layer::default();
        self.next = self.settled;
    }

    /// The chunk is done: what it made stays known.
    pub fn settle(&mut self) {
        let fresh = std::mem::take(&mut self.fresh);
        self.base.keys.extend(fresh.keys);
        self.base.unique.extend(fresh.unique);
        self.base.records.extend(fresh.records);
        self.base.made.extend(fresh.made);
        self.base.called.extend(fresh.called);
        self.settled = self.next;
    }

    /// Whether a linked record is made for the first time.
    pub fn makes(&mut self, identity: String) -> bool {
        !self.base.made.contains(&identity) && self.fresh.made.insert(identity)
    }

    /// A row that links may mean is in.
    pub fn call(&mut self, name: String) {
        self.fresh.called.insert(name);
    }

    /// Whether a row that is called so is in.
    pub fn is_called(&self, name: &str) -> bool {
        self.base.called.contains(name) || self.fresh.called.contains(name)
    }

    pub fn newcomer(&mut self) -> Who {
        self.next += 1;
        Who::New(self.next)
    }

    pub fn find(&self, set: usize, key: &str) -> Option<Who> {
        let key = (set as u8, key.to_string());
        self.fresh.keys.get(&key).or_else(|| self.base.keys.get(&key)).copied()
    }

    /// Remembers under which keys a record is found now. The first to have a key keeps it.
    pub fn learn(&mut self, who: Who, keys: &[Option<String>]) {
        for (set, key) in keys.iter().enumerate() {
            if let Some(key) = key
                && self.find(set, key).is_none()
            {
                self.fresh.keys.insert((set as u8, key.clone()), who);
            }
        }
    }

    /// Pending records have got their ids.
    pub fn name(&mut self, ids: &HashMap<Who, i64>) {
        for found in self.fresh.keys.values_mut().chain(self.fresh.unique.values_mut()) {
            if let Some(id) = ids.get(found) {
                *found = Who::Stored(*id);
            }
        }
    }

    /// A pending record was refused after all.
    pub fn forget(&mut self, who: Who) {
        self.fresh.keys.retain(|_, w| *w != who);
        self.fresh.unique.retain(|_, w| *w != who);
    }

    /// Whether another record of this file has these unique values already; takes them if not.
    pub fn claim(&mut self, who: Who, set: usize, key: String) -> bool {
        let key = (set as u8, key);
        let holder = self.fresh.unique.get(&key).or_else(|| self.base.unique.get(&key)).copied();
        match holder {
            Some(holder) => holder == who,
            None => {
                self.fresh.unique.insert(key, who);
                true
            }
        }
    }

    pub fn keep(&mut self, who: Who, record: &Record) {
        let cells = record.object.columns().map(|(ix, f)| (ix, record.raw(&f.key))).filter(|(_, raw)| !raw.is_null());
        self.fresh.records.insert(who, cells.collect());
    }

    pub fn record(&self, who: Who, object: &Arc<Object>) -> Option<Record> {
        let cells = self.fresh.records.get(&who).or_else(|| self.base.records.get(&who))?;
        let id = if let Who::Stored(id) = who { id } else { 0 };
        let mut record = Record::new(object.clone(), id, 1);
        for (ix, field) in object.columns() {
            let raw = cells.iter().find(|(c, _)| *c == ix).map(|(_, raw)| raw);
            record.set(field.key.clone(), raw.map_or(Value::Null, |raw| Value::from_raw(field.kind, raw.clone())));
        }
        Some(record)
    }
}

/// The text under which a set of values is compared; none when one of them is empty.
pub fn key_of(object: &Object, set: &[FieldIx], value: impl Fn(&str) -> Raw) -> Option<String> {
    let mut key = String::new();
    for ix in set {
        let field = object.at(*ix);
        match field.comparable(value(&field.key)) {
            Raw::Null => return None,
            Raw::Int(n) => key += &n.to_string(),
            Raw::Text(s) => key += &s,
        }
        key.push('\u{1f}');
    }
    Some(key)
}

/// The match keys of a judged record.
pub fn keys_of(draft: &Draft, sets: &[Vec<FieldIx>]) -> Vec<Option<String>> {
    sets.iter().map(|set| key_of(&draft.object, set, |key| draft.after.raw(key))).collect()
}
