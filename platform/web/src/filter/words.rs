//! Conditions in words: field, operator, value.

use crate::value::Look;
use akrab_engine::{ListRequest, Result, Tx};
use akrab_model::filter::{Filter, Op, Recurring};
use akrab_model::object::Object;
use akrab_model::query::AggregateFn;
use akrab_model::{Field, FieldType, ObjectIx, Value};
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Titles of records named in a filter.
pub type Titles = HashMap<(u16, i64), String>;

/// A condition as a chip shows it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Words {
    pub field: String,
    pub operator: String,
    pub value: String,
}

/// Puts the filters of one object into words.
pub struct Wording<'a> {
    pub s: &'a Look,
    pub object: &'a Arc<Object>,
    pub titles: &'a Titles,
    /// Every value of a list is named, as on paper; chips have no room for that.
    pub whole: bool,
}

impl Wording<'_> {
    /// One condition.
    pub fn of(&self, filter: &Filter) -> Words {
        self.on(self.object, filter)
    }

    fn on(&self, object: &Arc<Object>, filter: &Filter) -> Words {
        match filter {
            Filter::Test { field, op, value } => self.test(object, field, *op, value),
            Filter::Child { object: child, filter, agg, of, op, value, .. } => {
                self.child(child, filter.as_deref(), *agg, of.as_deref(), *op, value)
            }
            Filter::All(items) => self.several(object, items, "filter-and"),
            Filter::Any(items) => self.several(object, items, "filter-or"),
            Filter::Not(item) => {
                let inner = self.on(object, item);
                Words { field: self.s.t.get("filter-not"), operator: String::new(), value: sentence(&inner) }
            }
        }
    }

    fn several(&self, object: &Arc<Object>, items: &[Filter], joiner: &str) -> Words {
        let parts: Vec<String> = items.iter().map(|item| sentence(&self.on(object, item))).collect();
        let key = if joiner == "filter-or" { "filter-any-of" } else { "filter-all-of" };
        Words { field: self.s.t.get(key), operator: String::new(), value: parts.join(&format!(" {} ", self.s.t.get(joiner))) }
    }

    fn test(&self, object: &Arc<Object>, path: &str, op: Op, value: &Json) -> Words {
        let Some((label, field)) = self.walk(object, path) else {
            return Words { field: path.to_string(), operator: op_words(self.s, FieldType::Text, op), value: plain(value) };
        };
        Words { field: label, operator: op_words(self.s, field.kind, op), value: self.value(&field, op, value) }
    }

    fn child(&self, child: &str, filter: Option<&Filter>, agg: AggregateFn, of: Option<&str>, op: Op, value: &Json) -> Words {
        let Some(child) = self.s.registry.object(child).cloned() else { return Words::default() };
        let t = self.s.t;
        let plural = child.plural_label(self.s.key()).to_string();
        let field = of.and_then(|key| child.field(key));
        let Some(filter) = filter else {
            let label = match (agg, field) {
                (AggregateFn::Count, _) | (_, None) => {
                    t.with("filter-child-count", &[("records", plural.to_lowercase().into()), ("field", "".into())])
                }
                (agg, Some(field)) => {
                    let key = format!("filter-child-{}", agg_key(agg));
                    t.with(
                        &key,
                        &[("records", plural.to_lowercase().into()), ("field", field.label.get(self.s.key()).to_lowercase().into())],
                    )
                }
            };
            let kind = field.map_or(FieldType::Integer, |f| f.kind);
            let words = field.map_or_else(|| plain(value), |f| self.value(f, op, value));
            return Words { field: label, operator: op_words(self.s, kind, op), value: words };
        };
        let inner = self.on(&child, filter);
        let none = op == Op::Is && value == &Json::from(0);
        let some = op == Op::Gt && value == &Json::from(0);
        if none || some {
            let operator = t.get(if none { "filter-child-none" } else { "filter-child-some" });
            return Words { field: plural, operator, value: sentence(&inner) };
        }
        let amount = format!("{} {}", op_words(self.s, FieldType::Integer, op), plain(value));
        Words { field: plural, operator: amount, value: sentence(&inner) }
    }

    /// The field at the end of a path, and the labels on the way.
    fn walk(&self, object: &Arc<Object>, path: &str) -> Option<(String, Field)> {
        walk(self.s, object, path).map(|(label, _, field)| (label, field))
    }

    fn value(&self, field: &Field, op: Op, value: &Json) -> String {
        if matches!(op, Op::Empty | Op::NotEmpty) {
            return String::new();
        }
        match value {
            Json::Array(items) if op == Op::Between && items.len() == 2 => {
                format!("{} – {}", self.one(field, &items[0]), self.one(field, &items[1]))
            }
            Json::Array(items) if items.len() > 2 && !self.whole => {
                let first: Vec<String> = items.iter().take(2).map(|v| self.one(field, v)).collect();
                format!("{}, +{}", first.join(", "), items.len() - 2)
            }
            Json::Array(items) => items.iter().map(|v| self.one(field, v)).collect::<Vec<_>>().join(", "),
            one => self.one(field, one),
        }
    }

    fn one(&self, field: &Field, value: &Json) -> String {
        let t = self.s.t;
        if let Some(word) = value.as_str() {
            match word {
                "me" if field.to.is_some() => return t.get("filter-me"),
                "my_team" if field.to.is_some() => return t.get("filter-my-team"),
                _ => {}
            }
            if let Some(choice) = field.choice(word) {
                return choice.label.get(self.s.key()).to_string();
            }
            if matches!(field.kind, FieldType::Date | FieldType::DateTime) {
                return relative(self.s, word).unwrap_or_else(|| match word.get(..10).and_then(|d| d.parse().ok()) {
                    Some(day) => akrab_model::format::date(day),
                    None => word.to_string(),
                });
            }
        }
        if let Some(to) = field.to
            && let Some(id) = value.as_i64().or_else(|| value.as_str()?.parse().ok())
        {
            return self.titles.get(&(to.0, id)).cloned().unwrap_or_else(|| format!("#{id}"));
        }
        let read = match (field.kind, value) {
            (FieldType::Boolean, Json::Bool(on)) => Value::Bool(*on),
            (FieldType::Boolean, Json::String(s)) => Value::Bool(s == "true"),
            (FieldType::Money | FieldType::Decimal | FieldType::Percent, v) => plain(v).parse().map_or(Value::Null, Value::Dec),
            (FieldType::Integer | FieldType::Score | FieldType::Duration, v) => plain(v).parse().map_or(Value::Null, Value::Int),
            _ => Value::Null,
        };
        if read.is_null() { plain(value) } else { self.s.value_words(field, &read, |_| None) }
    }
}

/// The field at the end of a path with its object, and the labels on the way.
pub fn walk(s: &Look, object: &Arc<Object>, path: &str) -> Option<(String, Arc<Object>, Field)> {
    let mut at = object.clone();
    let mut labels = Vec::new();
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        let field = at.field(part)?.clone();
        labels.push(field.label.get(s.key()).to_string());
        if parts.peek().is_none() {
            return Some((labels.join(" › "), at, field));
        }
        at = s.registry.at(field.to?).clone();
    }
    None
}

/// An operator in words: dates are before and after, numbers less and more.
pub fn op_words(s: &Look, kind: FieldType, op: Op) -> String {
    let name = serde_json::to_value(op).ok().and_then(|v| v.as_str().map(|s| s.replace('_', "-"))).unwrap_or_default();
    let date = matches!(kind, FieldType::Date | FieldType::DateTime);
    let dated = date.then(|| s.t.find(&format!("op-date-{name}"), &[])).flatten();
    dated.unwrap_or_else(|| s.t.get(&format!("op-{name}")))
}

/// A relative range in words: the usual ones by name, the others counted.
pub fn relative(s: &Look, word: &str) -> Option<String> {
    let codes = s.t.get("filter-relative-codes");
    let names = s.t.get("filter-relative");
    if let Some(at) = codes.split('|').position(|code| code == word) {
        return names.split('|').nth(at).map(str::to_string);
    }
    if let Some(Recurring::Hour(hour)) = Recurring::of(word) {
        return Some(s.t.get("filter-relative-hour").replace('#', &format!("{hour:02}")));
    }
    let mut parts = word.split('_');
    let (direction, number, unit) = (parts.next()?, parts.next()?.parse::<i64>(), parts.next());
    match (number, unit) {
        (Ok(n), Some(unit)) => s.t.find(&format!("relative-{direction}-{unit}"), &[("n", n.into())]),
        _ => s.t.find(&format!("relative-{}", word.replace('_', "-")), &[]),
    }
}

fn agg_key(agg: AggregateFn) -> &'static str {
    match agg {
        AggregateFn::Count | AggregateFn::Filled => "count",
        AggregateFn::Sum => "sum",
        AggregateFn::Avg => "avg",
        AggregateFn::Min => "min",
        AggregateFn::Max => "max",
    }
}

/// "Segmen salah satu Hotel, Kafe".
pub fn sentence(words: &Words) -> String {
    [&words.field, &words.operator, &words.value].into_iter().filter(|w| !w.is_empty()).cloned().collect::<Vec<_>>().join(" ")
}

fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, Into::into)
}

/// The conditions of a filter, a sentence each, with every value named.
///
/// # Errors
/// What the database answers.
pub fn sentences(tx: &mut Tx<'_>, object: &Arc<Object>, filter: &Filter) -> Result<Vec<String>> {
    let look = Look::new(&tx.engine, &tx.ctx);
    let titles = titles(&look, tx, object, filter)?;
    let wording = Wording { s: &look, object, titles: &titles, whole: true };
    let items = match filter {
        Filter::All(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    Ok(items.iter().map(|item| sentence(&wording.of(item))).collect())
}

/// Titles of every record a filter names, as far as the person may see them.
///
/// # Errors
/// What the database answers.
pub fn titles(s: &Look, tx: &mut Tx, object: &Arc<Object>, filter: &Filter) -> Result<Titles> {
    let mut wanted = BTreeMap::new();
    collect(s, object, filter, &mut wanted);
    let mut titles = Titles::new();
    for (to, ids) in wanted {
        let target = s.registry.at(ObjectIx(to)).clone();
        let ids: Vec<i64> = ids.into_iter().take(200).collect();
        let request = ListRequest {
            object: target.key.clone(),
            filter: Some(Filter::test("id", Op::In, ids)),
            columns: vec![target.title_field().key.clone()],
            limit: 200,
            ..ListRequest::default()
        };
        // whoever may not read the target sees its number
        if let Ok(list) = tx.list(&request) {
            titles.extend(list.records.iter().map(|r| ((to, r.id), r.title().to_string())));
        }
    }
    Ok(titles)
}

fn collect(s: &Look, object: &Arc<Object>, filter: &Filter, wanted: &mut BTreeMap<u16, BTreeSet<i64>>) {
    match filter {
        Filter::All(items) | Filter::Any(items) => items.iter().for_each(|item| collect(s, object, item, wanted)),
        Filter::Not(item) => collect(s, object, item, wanted),
        Filter::Child { object: child, filter: Some(inner), .. } => {
            if let Some(child) = s.registry.object(child) {
                collect(s, child, inner, wanted);
            }
        }
        Filter::Child { .. } => {}
        Filter::Test { field, value, .. } => {
            let titles = Titles::new();
            let Some((_, field)) = (Wording { s, object, titles: &titles, whole: false }).walk(object, field) else { return };
            let Some(to) = field.to else { return };
            let one = std::slice::from_ref(value);
            let ids = value.as_array().map_or(one, Vec::as_slice).iter().filter_map(|v| v.as_i64().or_else(|| v.as_str()?.parse().ok()));
            wanted.entry(to.0).or_default().extend(ids);
        }
    }
}
