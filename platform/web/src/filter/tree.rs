//! From what the builder (or the plain form) sends to the filter tree and back.
//!
//! The builder writes values as typed and child conditions as fields; the tree has values in their
//! API form and real child conditions.

use super::fields::{Key, figure, read_key};
use akrab_engine::Result;
use akrab_model::filter::{Filter, Op};
use akrab_model::query::AggregateFn;
use akrab_model::value::ParseEnv;
use akrab_model::{Field, FieldProblem, FieldType, Object, Problem, Registry, Value};
use serde_json::{Value as Json, json};

/// Reads the filter of an address.
///
/// # Errors
/// As [`Filter::parse`], and faults of values as typed.
pub fn read(registry: &Registry, object: &Object, env: &ParseEnv, text: &str) -> Result<Option<Filter>> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let json: Json = serde_json::from_str(text).map_err(|_| Problem::invalid(vec![FieldProblem::new("filter", "filter_not_json")]))?;
    let filter = Filter::from_json(&json)?;
    let filter = Reader { registry, env }.filter(object, filter)?;
    Ok((!is_empty(&filter)).then_some(filter))
}

/// A filter that was kept in the program's own form, so that an address which holds it is read to the same numbers.
pub fn kept(registry: &Registry, object: &Object, env: &ParseEnv, filter: Filter) -> Filter {
    Reader { registry, env: &env.own() }.kept(object, filter)
}

/// Whether a filter says nothing.
pub fn is_empty(filter: &Filter) -> bool {
    matches!(filter, Filter::All(items) | Filter::Any(items) if items.iter().all(is_empty))
}

/// The conditions that stand side by side at the top.
pub fn top(filter: Option<&Filter>) -> Vec<Filter> {
    match filter {
        None => Vec::new(),
        Some(Filter::All(items)) => items.clone(),
        Some(other) => vec![other.clone()],
    }
}

/// A filter with one more condition; a condition on the same field with the same operator is replaced.
pub fn with(filter: Option<&Filter>, more: Filter) -> Filter {
    let mut items = top(filter);
    if let Filter::Test { field, .. } = &more {
        items.retain(|item| !matches!(item, Filter::Test { field: other, .. } if other == field));
    }
    items.push(more);
    Filter::All(items)
}

/// A filter and one more condition; nothing in it is replaced.
pub fn and(filter: Option<&Filter>, more: Filter) -> Filter {
    let mut items = top(filter);
    items.push(more);
    Filter::All(items)
}

/// The filter without its `n`th condition.
pub fn without(filter: Option<&Filter>, n: usize) -> Option<Filter> {
    let mut items = top(filter);
    if n < items.len() {
        items.remove(n);
    }
    (!items.is_empty()).then_some(Filter::All(items))
}

struct Reader<'a> {
    registry: &'a Registry,
    env: &'a ParseEnv,
}

impl Reader<'_> {
    fn filter(&self, object: &Object, filter: Filter) -> Result<Filter> {
        let each = |items: Vec<Filter>| items.into_iter().map(|f| self.filter(object, f)).collect::<Result<Vec<_>>>();
        Ok(match filter {
            Filter::All(items) => Filter::All(each(items)?),
            Filter::Any(items) => Filter::Any(each(items)?),
            Filter::Not(item) => Filter::Not(Box::new(self.filter(object, *item)?)),
            Filter::Test { field, op, value } => match read_key(&field) {
                Key::Path(path) => {
                    let value = self.value(self.walk(object, path).as_ref(), op, value, path)?;
                    Filter::Test { field, op, value }
                }
                Key::Child { object: child, via, figure: name, field: of } => self.child(child, via, name, of, op, value)?,
            },
            child @ Filter::Child { .. } => child,
        })
    }

    fn kept(&self, object: &Object, filter: Filter) -> Filter {
        let each = |items: Vec<Filter>| items.into_iter().map(|f| self.kept(object, f)).collect();
        match filter {
            Filter::All(items) => Filter::All(each(items)),
            Filter::Any(items) => Filter::Any(each(items)),
            Filter::Not(item) => Filter::Not(Box::new(self.kept(object, *item))),
            Filter::Test { field, op, value } => {
                let value = self.plain(self.walk(object, &field).as_ref(), value);
                Filter::Test { field, op, value }
            }
            Filter::Child { object: child, via, filter, agg, of, op, value } => {
                let target = self.registry.object(&child);
                let filter = match (filter, target) {
                    (Some(inner), Some(target)) => Some(Box::new(self.kept(target, *inner))),
                    (inner, _) => inner,
                };
                let value = self.plain(of.as_deref().and_then(|key| target?.field(key)), value);
                Filter::Child { object: child, via, filter, agg, of, op, value }
            }
        }
    }

    /// Numbers so that they mean the same whoever reads them.
    fn plain(&self, field: Option<&Field>, value: Json) -> Json {
        let Some(field) = field.filter(|f| f.kind.is_number()) else { return value };
        match value {
            Json::Array(items) => Json::Array(items.into_iter().map(|item| self.plain(Some(field), item)).collect()),
            Json::String(_) => field.settled(&value, self.env),
            other => other,
        }
    }

    fn child(&self, child: &str, via: &str, name: &str, of: Option<&str>, op: Op, value: Json) -> Result<Filter> {
        let target = self.registry.object(child);
        let field = of.and_then(|key| target.and_then(|o| o.field(key)));
        let make = |filter, agg, of: Option<String>, op, value| Filter::Child {
            object: child.into(),
            via: via.into(),
            filter,
            agg,
            of,
            op,
            value,
        };
        if let Some(agg) = figure(name) {
            let value = self.value(field, op, value, of.unwrap_or("count"))?;
            return Ok(make(None, agg, of.filter(|_| agg != AggregateFn::Count).map(Into::into), op, value));
        }
        let unknown = || Problem::invalid(vec![FieldProblem::new(child, "filter_unknown_field").with("field", child)]);
        let key = of.ok_or_else(unknown)?;
        let value = self.value(field, op, value, key)?;
        // "no order in the last 90 days" means none at all, not one outside of them
        let (op, among) = if op == Op::NotWithin { (Op::Within, Op::Is) } else { (op, Op::Gt) };
        let inner = Filter::Test { field: key.into(), op, value };
        Ok(make(Some(Box::new(inner)), AggregateFn::Count, None, among, json!(0)))
    }

    fn walk(&self, object: &Object, path: &str) -> Option<Field> {
        let mut at = object;
        let mut parts = path.split('.').peekable();
        while let Some(part) = parts.next() {
            let field = at.field(part)?;
            if parts.peek().is_none() {
                return Some(field.clone());
            }
            at = self.registry.at(field.to?);
        }
        None
    }

    /// A value in API form; lists and relative words stay as they are.
    fn value(&self, field: Option<&Field>, op: Op, value: Json, path: &str) -> Result<Json> {
        if matches!(op, Op::Empty | Op::NotEmpty) {
            return Ok(Json::Null);
        }
        let one = |value: Json| -> Result<Json> {
            let Some(text) = value.as_str() else { return Ok(value) };
            let typed = |kind| {
                matches!(
                    kind,
                    FieldType::Integer
                        | FieldType::Decimal
                        | FieldType::Money
                        | FieldType::Percent
                        | FieldType::Duration
                        | FieldType::Score
                )
            };
            match field {
                Some(field) if typed(field.kind) => {
                    let read = field.parse(&value, self.env).map_err(|f| Problem::invalid(vec![f]))?;
                    // the address is read again in whatever language
                    if read == Value::Null { Err(empty(path)) } else { Ok(field.settled(&value, self.env)) }
                }
                Some(_) if text.trim().is_empty() => Err(empty(path)),
                Some(_) => Ok(value),
                None => text.trim().parse::<i64>().map(Json::from).map_err(|_| empty(path)),
            }
        };
        match value {
            Json::Array(items) => Ok(Json::Array(items.into_iter().map(one).collect::<Result<_>>()?)),
            Json::String(text) if op == Op::Between => match text.split_once("..") {
                Some((from, to)) => Ok(json!([one(from.into())?, one(to.into())?])),
                None => Err(empty(path)),
            },
            other => one(other),
        }
    }
}

fn empty(path: &str) -> Problem {
    Problem::invalid(vec![FieldProblem::new(path, "filter_wrong_value").with("value", "")])
}

/// The tree as the builder shows it: child conditions it can draw become fields.
pub fn for_builder(filter: &Filter) -> Json {
    match filter {
        Filter::All(items) => json!({"all": items.iter().map(for_builder).collect::<Vec<_>>()}),
        Filter::Any(items) => json!({"any": items.iter().map(for_builder).collect::<Vec<_>>()}),
        Filter::Child { object, via, filter: None, agg, of, op, value } => {
            let name = serde_json::to_value(agg).ok().and_then(|v| v.as_str().map(str::to_string)).unwrap_or_default();
            if figure(&name).is_none() {
                return filter.to_json();
            }
            let of = of.as_ref().map(|key| format!(":{key}")).unwrap_or_default();
            json!({"field": format!(">{object}.{via}:{name}{of}"), "op": op, "value": value})
        }
        Filter::Child { object, via, filter: Some(inner), agg: AggregateFn::Count, op, value, .. } if value == &json!(0) => {
            match (&**inner, op) {
                // a field of the builder has one step; a path or another meaning of the operator has none
                (Filter::Test { field, op, .. }, _) if field.contains('.') || *op == Op::NotWithin => filter.to_json(),
                (Filter::Test { field, op: Op::Within, value }, Op::Is) => {
                    json!({"field": format!(">{object}.{via}:any:{field}"), "op": Op::NotWithin, "value": value})
                }
                (Filter::Test { field, op, value }, Op::Gt) => {
                    json!({"field": format!(">{object}.{via}:any:{field}"), "op": op, "value": value})
                }
                _ => filter.to_json(),
            }
        }
        other => other.to_json(),
    }
}

/// The conditions the builder has no editor for, in the order of the tree. They stand in it as they are, are shown in
/// words, and travel with the rest.
pub fn untouched(filter: &Filter) -> Vec<&Filter> {
    match filter {
        Filter::All(items) | Filter::Any(items) => items.iter().flat_map(untouched).collect(),
        Filter::Test { .. } => Vec::new(),
        Filter::Child { .. } if for_builder(filter).get("field").is_some() => Vec::new(),
        Filter::Child { .. } | Filter::Not(_) => vec![filter],
    }
}
