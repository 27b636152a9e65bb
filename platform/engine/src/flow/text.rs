//! What steps put into fields and texts: worked out of the record they are taken for.

use super::deed::At;
use crate::{Person, Result, Tx};
use akrab_model::flow::{Given, Part, Values, Who, parts};
use akrab_model::format::{self, Lang};
use akrab_model::value::{Input, plain};
use akrab_model::{Field, FieldProblem, FieldType, Object, Problem, Record, Value};
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use std::sync::Arc;

impl Tx<'_> {
    /// Values of a step as input of a record.
    pub(super) fn flow_values(&mut self, at: &At<'_>, target: &Arc<Object>, values: &Values) -> Result<Input> {
        let mut input = Input::new();
        for (key, given) in values {
            let unknown = || Problem::invalid(vec![FieldProblem::new(key, "unknown_field").with("field", key)]);
            let field = target.field(key).ok_or_else(unknown)?;
            let value = match given {
                Given::Empty => Json::Null,
                Given::Value(Json::String(text)) if field.kind.is_text() || field.kind == FieldType::LongText => {
                    json!(self.flow_text(at, text)?)
                }
                Given::Value(json) => json.clone(),
                Given::Formula(_) => {
                    let place = format!("steps/{}/values/{key}", at.step.key);
                    let worked = at.ready.formulas.get(&place).map(|f| f.value(&at.record.object, &at.record, field.kind)).transpose();
                    let fault = |fault| Problem::invalid(vec![FieldProblem::new(key, "flow_formula").because(&fault)]);
                    worked.map_err(fault)?.map_or(Json::Null, |value| value.to_json())
                }
                Given::After(lapse) => {
                    let now = self.ctx.now.clone();
                    let moment = self.flow_moment(lapse, &now)?;
                    self.flow_moment_of(field.kind, moment)
                }
                Given::From(path) => match self.flow_path(at, path)? {
                    Some((from, value)) => self.flow_turned(&from, value, field)?,
                    None => Json::Null,
                },
            };
            input.insert(key.clone(), value);
        }
        Ok(input)
    }

    /// A moment as a field of this kind keeps it.
    pub(super) fn flow_moment_of(&self, kind: FieldType, moment: Timestamp) -> Json {
        match kind {
            FieldType::Date => json!(moment.to_zoned(self.ctx.now.time_zone().clone()).date().to_string()),
            _ => json!(moment.to_string()),
        }
    }

    /// What one field holds, as another takes it.
    fn flow_turned(&mut self, from: &Field, value: Value, to: &Field) -> Result<Json> {
        let zone = self.ctx.now.time_zone().clone();
        Ok(match (value, to.kind) {
            (Value::Null, _) => Json::Null,
            (Value::Time(moment), FieldType::Date) => json!(moment.to_zoned(zone).date().to_string()),
            (Value::Date(day), FieldType::DateTime) => day.to_zoned(zone).map_or(Json::Null, |start| json!(start.timestamp().to_string())),
            (Value::Text(text), FieldType::Text | FieldType::LongText) if from.kind != FieldType::Choice => json!(text),
            (value, FieldType::Text | FieldType::LongText) => {
                let (lang, currency) = (self.ctx.lang, self.engine.settings().currency.clone());
                json!(words(from, &value, None, lang, &currency, &zone))
            }
            (Value::Int(n), FieldType::Decimal | FieldType::Money | FieldType::Percent) => json!(n.to_string()),
            (Value::Links(rows), _) => json!(rows.iter().map(|row| row.to).collect::<Vec<_>>()),
            (value, _) => value.to_json(),
        })
    }

    /// The field at the end of a path, and what it holds; none where a link on the way is empty or out of sight.
    pub(super) fn flow_path(&mut self, at: &At<'_>, path: &str) -> Result<Option<(Field, Value)>> {
        Ok(self.follow(&at.record, path)?.map(|(record, field)| {
            let value = record.get(&field.key).clone();
            (field, value)
        }))
    }

    /// The record and the field a path ends at.
    pub(super) fn follow(&mut self, record: &Record, path: &str) -> Result<Option<(Record, Field)>> {
        let mut record = record.clone();
        let mut rest = path;
        loop {
            let (first, more) = rest.split_once('.').map_or((rest, None), |(first, more)| (first, Some(more)));
            let Some(field) = record.object.field(first).cloned() else { return Ok(None) };
            let Some(more) = more else { return Ok(Some((record, field))) };
            let (Some(to), Some(id)) = (field.to, record.link(first)) else { return Ok(None) };
            let target = self.registry.at(to).key.clone();
            let found = match self.ctx.person() {
                None => self.find(&target, id)?,
                Some(_) => self.get(&target, id).ok(),
            };
            let Some(next) = found else { return Ok(None) };
            (record, rest) = (next, more);
        }
    }

    /// A text with what its `{{field}}`s stand for.
    pub(super) fn flow_text(&mut self, at: &At<'_>, text: &str) -> Result<String> {
        let lang = self.ctx.lang;
        self.record_text(&at.record, text, lang)
    }

    /// A text about a record with what its `{{field}}`s stand for, in a language.
    pub(crate) fn record_text(&mut self, record: &Record, text: &str, lang: Lang) -> Result<String> {
        if !text.contains("{{") {
            return Ok(text.to_string());
        }
        let currency = self.engine.settings().currency.clone();
        let zone = self.ctx.now.time_zone().clone();
        let mut out = String::new();
        for part in parts(text) {
            match part {
                Part::Words(words) => out.push_str(words),
                Part::Field("id") => out.push_str(&record.id.to_string()),
                Part::Field(path) => {
                    let Some((found, field)) = self.follow(record, path)? else { continue };
                    let value = found.get(&field.key).clone();
                    let title = self.title_behind(&field, &value)?;
                    out.push_str(&words(&field, &value, title, lang, &currency, &zone));
                }
            }
        }
        Ok(out)
    }

    /// As [`Tx::flow_text`], in one line.
    pub(super) fn flow_line(&mut self, at: &At<'_>, text: &str) -> Result<String> {
        let text = self.flow_text(at, text)?;
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok(line.chars().take(250).collect())
    }

    fn title_behind(&mut self, field: &Field, value: &Value) -> Result<Option<String>> {
        let (Some(to), Value::Link(id)) = (field.to, value) else { return Ok(None) };
        Ok(self.titles_of(to, &[*id])?.pop().map(|(_, title)| title))
    }

    /// Active people, each once, in the order in which they are named.
    pub(super) fn flow_people(&mut self, at: &At<'_>, who: &[Who]) -> Result<Vec<Arc<Person>>> {
        let people = self.engine.people();
        let mut found: Vec<Arc<Person>> = Vec::new();
        for who in who {
            let object = &at.record.object;
            let named: Vec<i64> = match who {
                Who::Owner => object.owner.and_then(|ix| at.record.link(&object.at(ix).key)).into_iter().collect(),
                Who::Creator => at.record.link("created_by").into_iter().collect(),
                Who::User(id) => vec![*id],
                Who::Team(team) => people.at_work().iter().filter(|p| p.team == Some(*team)).map(|p| p.id).collect(),
                Who::Role(key) => people.at_work().iter().filter(|p| p.role.key == *key).map(|p| p.id).collect(),
                Who::Field(path) => self.flow_path(at, path)?.and_then(|(_, value)| value.int()).into_iter().collect(),
            };
            for person in named.iter().filter_map(|id| people.user(*id)).filter(|p| p.active) {
                if !found.iter().any(|known| known.id == person.id) {
                    found.push(person.clone());
                }
            }
        }
        Ok(found)
    }
}

/// What a field holds, in words.
fn words(field: &Field, value: &Value, title: Option<String>, lang: Lang, currency: &str, zone: &jiff::tz::TimeZone) -> String {
    let choice = |key: &str| field.choice(key).map_or_else(|| key.to_string(), |c| c.label.get(lang.as_str()).to_string());
    match value {
        Value::Null | Value::Links(_) | Value::Json(_) => String::new(),
        Value::Bool(on) => if *on { lang.pick("ya", "yes") } else { lang.pick("tidak", "no") }.into(),
        Value::Int(n) if field.kind == FieldType::Duration => format::duration(u32::try_from(*n).unwrap_or_default(), lang),
        Value::Int(n) => format::number((*n).into(), lang),
        Value::Dec(amount) => match field.kind {
            FieldType::Money => format::money(*amount, currency, lang),
            FieldType::Percent => format::percent(*amount, lang),
            _ => format::decimal(*amount, amount.normalize().scale(), lang),
        },
        Value::Text(key) if field.kind == FieldType::Choice => choice(key),
        Value::Text(number) if field.kind == FieldType::Phone => akrab_model::text::phone::display(number),
        Value::Text(text) => text.clone(),
        Value::Date(day) => format::date_long(*day, lang),
        Value::Time(moment) => format::datetime(&moment.to_zoned(zone.clone()), lang),
        Value::Link(id) => title.unwrap_or_else(|| plain((*id).into())),
        Value::Keys(keys) => keys.iter().map(|key| choice(key)).collect::<Vec<_>>().join(", "),
    }
}
