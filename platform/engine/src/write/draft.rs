//! From input to draft: names checked, rights on fields applied, values read, defaults filled.

use super::Tx;
use crate::Result;
use crate::behaviour::Draft;
use akrab_model::object::FieldRight;
use akrab_model::text::person;
use akrab_model::value::Input;
use akrab_model::{Field, FieldProblem, FieldType, Object, Problem, Record, Value};
use serde_json::Value as Json;
use std::collections::HashSet;
use std::sync::Arc;

impl Tx<'_> {
    /// Reads `input` over `before` (or over defaults).
    pub(super) fn draft(&mut self, object: &Arc<Object>, before: Option<Record>, input: &Input) -> Result<Draft> {
        let env = self.parse_env();
        let mut faults = Vec::new();
        let mut after = before.clone().unwrap_or_else(|| Record::new(object.clone(), 0, 0));
        let mut given = HashSet::new();
        for (key, json) in input {
            match self.accept(object, key, before.is_none()) {
                Err(fault) => faults.push(fault),
                Ok(field) => match field.parse(json, &env) {
                    Err(fault) => faults.push(fault),
                    Ok(value) => {
                        keep_typed(&mut after, field, &value, json);
                        after.set(key, value);
                        given.insert(key.clone());
                    }
                },
            }
        }
        if before.is_none() {
            self.defaults(object, &mut after, &given);
        }
        for field in object.fields.iter().filter(|f| f.kind == FieldType::PersonName && given.contains(&f.key)) {
            split_name(&mut after, &field.key, &given);
        }
        if faults.is_empty() { Ok(Draft { given, ..Draft::of(object, before, after) }) } else { Err(Problem::invalid(faults)) }
    }

    /// The field behind `key`, if the actor may write it. Hidden fields count as unknown.
    fn accept<'o>(&self, object: &'o Object, key: &str, new: bool) -> Result<&'o Field, FieldProblem> {
        let unknown = || FieldProblem::new(key, "unknown_field").with("field", key);
        let ix = object.field_ix(key).ok_or_else(unknown)?;
        let field = object.at(ix);
        match self.rights.field(object, ix) {
            FieldRight::Hidden => Err(unknown()),
            FieldRight::Read => Err(FieldProblem::new(key, "read_only")),
            // an import may bring times and numbers of the system it comes from
            FieldRight::Edit if !field.writable() => {
                let brought = new && self.ctx.person().is_none() && field.formula.is_none() && field.rollup.is_none();
                let confirmed = field.confirms.is_some() && self.ctx.door == crate::Door::Import;
                if brought || confirmed { Ok(field) } else { Err(FieldProblem::new(key, "read_only")) }
            }
            FieldRight::Edit => Ok(field),
        }
    }

    /// What a new record has in `field` before anybody says anything.
    pub fn default_of(&self, field: &Field) -> Option<Value> {
        Some(match field.default.as_ref()? {
            Json::String(s) if s == "me" => self.ctx.user_id().map_or(Value::Null, Value::Link),
            Json::String(s) if s == "now" => Value::Time(self.ctx.now.timestamp()),
            Json::String(s) if s == "today" => Value::Date(self.ctx.now.date()),
            json => field.parse(json, &self.parse_env().own()).unwrap_or(Value::Null),
        })
    }

    fn defaults(&self, object: &Object, after: &mut Record, given: &HashSet<String>) {
        for field in object.fields.iter().filter(|f| !given.contains(&f.key)) {
            if let Some(value) = self.default_of(field).or_else(|| super::rollup::of_no_children(field)) {
                after.set(&field.key, value);
            }
        }
    }
}

/// A phone number is also kept as it was written, where that is another form; the same number in another form is no change.
fn keep_typed(after: &mut Record, field: &Field, value: &Value, json: &Json) {
    if field.kind == FieldType::Phone && (value.is_null() || after.get(&field.key) != value) {
        let typed = json.as_str().map(str::trim).filter(|s| value.text().is_some_and(|e164| e164 != *s));
        let typed = typed.map_or(Value::Null, |s| Value::Text(s.into()));
        after.set(format!("{}_typed", field.key), typed);
    }
}

/// Honorifics and titles written with the name go into their own fields.
fn split_name(after: &mut Record, key: &str, given: &HashSet<String>) {
    let Some(full) = after.get(key).text().map(str::to_string) else { return };
    let parts = person::parse(&full);
    if parts.name.is_empty() {
        return;
    }
    let honorific = parts.honorific.as_deref().unwrap_or("").to_string();
    for (suffix, value) in [("honorific", honorific), ("prefix", parts.titles_before.join(" ")), ("suffix", parts.titles_after.join(", "))]
    {
        let part = format!("{key}_{suffix}");
        // a form sends fields nobody filled, too
        if !value.is_empty() && (!given.contains(&part) || after.get(&part).is_blank()) {
            after.set(part, Value::Text(value));
        }
    }
    after.set(key, Value::Text(parts.name));
}

impl Tx<'_> {
    /// What a half-typed form amounts to: fields the actor may write, with the object's rules applied, faulty
    /// ones left out. `None` when a rule refuses it altogether.
    pub(crate) fn sketch(&mut self, object: &Arc<Object>, input: &Input) -> Result<Option<Record>> {
        let env = self.parse_env();
        let mut good = Input::new();
        for (key, json) in input {
            if let Ok(field) = self.accept(object, key, true)
                && field.parse(json, &env).is_ok_and(|v| !v.is_null())
            {
                good.insert(key.clone(), json.clone());
            }
        }
        let Ok(mut draft) = self.draft(object, None, &good) else { return Ok(None) };
        for behaviour in self.behaviours(&object.key) {
            // rules that find a fault in a half-typed form do not matter yet
            let _ = behaviour.before_save(&mut draft, self);
        }
        Ok(Some(draft.after))
    }
}
