//! Which field is what an address book or a calendar knows by name: the same as when such a file comes in.

use crate::import::column_guess;
use akrab_model::object::Avatar;
use akrab_model::{Field, FieldIx, FieldType, Object, Record, Registry, Value};
use std::collections::HashMap;

/// Names of either kind of file.
const TITLES: [&str; 9] = ["Company", "Job title", "Date of birth", "Notes", "Tags", "Nickname", "Description", "Location", "Priority"];
const TIMES: [&str; 2] = ["Start", "End"];

pub(super) struct Known {
    fields: HashMap<&'static str, String>,
    /// Links to firms.
    pub firm: Vec<String>,
    pub lang: String,
}

impl Known {
    /// Among the fields that may be read.
    pub fn of(registry: &Registry, object: &Object, readable: &[FieldIx], lang: &str) -> Known {
        let mut fields = HashMap::new();
        // one at a time: here two names may mean one field
        for title in TITLES.into_iter().chain(TIMES) {
            if let Some(Some(key)) = column_guess(object, readable, &[title.to_string()], &|_| false).into_iter().next() {
                fields.insert(title, key);
            }
        }
        if let Some(body) = object.decl.timeline.body.clone()
            && readable.iter().any(|ix| object.at(*ix).key == body)
        {
            fields.insert("Description", body);
        }
        let links = readable.iter().map(|ix| object.at(*ix)).filter(|f| f.kind == FieldType::Link);
        let firm = links.filter(|f| f.to.is_some_and(|to| registry.at(to).decl.avatar == Avatar::Company));
        Known { fields, firm: firm.map(|f| f.key.clone()).collect(), lang: lang.into() }
    }

    pub fn field<'o>(&self, object: &'o Object, title: &str) -> Option<&'o Field> {
        object.field(self.fields.get(title)?)
    }

    pub fn value<'r>(&self, record: &'r Record, title: &str) -> Option<&'r Value> {
        self.fields.get(title).map(|key| record.get(key)).filter(|v| !v.is_blank())
    }

    pub fn text(&self, record: &Record, title: &str) -> String {
        self.value(record, title).and_then(Value::text).unwrap_or("").to_string()
    }
}
