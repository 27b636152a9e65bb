//! Filters as JSON. Unknown keys, operators and shapes are refused with the place.

use super::{Filter, Op};
use crate::problem::{FieldProblem, Problem};
use crate::query::AggregateFn;
use serde_json::{Map, Value as Json, json};

/// Deepest nesting, most conditions and most groups of them a filter may have.
pub const MAX_DEPTH: usize = 8;
pub const MAX_TESTS: usize = 100;
pub const MAX_GROUPS: usize = 200;

impl Filter {
    /// Reads a filter.
    ///
    /// # Errors
    /// `invalid` with a JSON pointer to each fault: `filter_shape`, `filter_no_operator`, `filter_unknown_key`,
    /// `filter_unknown_operator`, `filter_too_deep`, `filter_too_large`, `filter_too_many_groups`.
    pub fn from_json(json: &Json) -> Result<Filter, Problem> {
        let mut size = Size::default();
        let filter = read(json, "", 0, &mut size).map_err(|f| Problem::invalid(vec![f]))?;
        if size.tests > MAX_TESTS {
            return Err(Problem::invalid(vec![FieldProblem::new("", "filter_too_large").with("max", MAX_TESTS)]));
        }
        if size.groups > MAX_GROUPS {
            return Err(Problem::invalid(vec![FieldProblem::new("", "filter_too_many_groups").with("max", MAX_GROUPS)]));
        }
        Ok(filter)
    }

    /// Reads a filter from text.
    ///
    /// # Errors
    /// As [`Filter::from_json`], and `filter_not_json`.
    pub fn parse(text: &str) -> Result<Filter, Problem> {
        let json = serde_json::from_str(text).map_err(|_| Problem::invalid(vec![FieldProblem::new("", "filter_not_json")]))?;
        Self::from_json(&json)
    }

    pub fn to_json(&self) -> Json {
        match self {
            Filter::All(items) => json!({"all": items.iter().map(Filter::to_json).collect::<Vec<_>>()}),
            Filter::Any(items) => json!({"any": items.iter().map(Filter::to_json).collect::<Vec<_>>()}),
            Filter::Not(item) => json!({"not": item.to_json()}),
            Filter::Test { field, op, value } => {
                let mut map = Map::new();
                map.insert("field".into(), json!(field));
                map.insert("op".into(), json!(op));
                if !value.is_null() {
                    map.insert("value".into(), value.clone());
                }
                Json::Object(map)
            }
            Filter::Child { object, via, filter, agg, of, op, value } => {
                let mut map = Map::new();
                map.insert("child".into(), json!(format!("{object}.{via}")));
                if let Some(filter) = filter {
                    map.insert("where".into(), filter.to_json());
                }
                map.insert("agg".into(), json!(agg));
                if let Some(of) = of {
                    map.insert("of".into(), json!(of));
                }
                map.insert("op".into(), json!(op));
                map.insert("value".into(), value.clone());
                Json::Object(map)
            }
        }
    }

    /// A single test.
    pub fn test(field: &str, op: Op, value: impl Into<Json>) -> Filter {
        Filter::Test { field: field.into(), op, value: value.into() }
    }
}

/// What has been read so far.
#[derive(Default)]
struct Size {
    tests: usize,
    /// All, any and not.
    groups: usize,
}

fn read(json: &Json, at: &str, depth: usize, size: &mut Size) -> Result<Filter, FieldProblem> {
    let fault = |code: &str| FieldProblem::new(if at.is_empty() { "/" } else { at }, code);
    if depth > MAX_DEPTH {
        return Err(fault("filter_too_deep").with("max", MAX_DEPTH));
    }
    let map = json.as_object().ok_or_else(|| fault("filter_shape"))?;
    let only = |allowed: &[&str]| match map.keys().find(|k| !allowed.contains(&k.as_str())) {
        Some(key) => Err(FieldProblem::new(&format!("{at}/{key}"), "filter_unknown_key").with("key", key)),
        None => Ok(()),
    };
    for (key, make) in [("all", Filter::All as fn(Vec<Filter>) -> Filter), ("any", Filter::Any)] {
        if let Some(items) = map.get(key) {
            only(&[key])?;
            size.groups += 1;
            let items = items.as_array().ok_or_else(|| FieldProblem::new(&format!("{at}/{key}"), "filter_shape"))?;
            let read_one = |(n, item)| read(item, &format!("{at}/{key}/{n}"), depth + 1, size);
            return Ok(make(items.iter().enumerate().map(read_one).collect::<Result<_, _>>()?));
        }
    }
    if let Some(item) = map.get("not") {
        only(&["not"])?;
        size.groups += 1;
        return Ok(Filter::Not(Box::new(read(item, &format!("{at}/not"), depth + 1, size)?)));
    }
    size.tests += 1;
    let text = |key: &str| map.get(key).and_then(Json::as_str);
    let op = match map.get("op") {
        None => Op::Is,
        Some(op) => serde_json::from_value(op.clone())
            .map_err(|_| FieldProblem::new(&format!("{at}/op"), "filter_unknown_operator").with("op", op))?,
    };
    let value = map.get("value").cloned().unwrap_or(Json::Null);
    if let Some(child) = text("child") {
        only(&["child", "where", "agg", "of", "op", "value"])?;
        let (object, via) = child.split_once('.').ok_or_else(|| FieldProblem::new(&format!("{at}/child"), "filter_shape"))?;
        let agg = match map.get("agg") {
            None => AggregateFn::Count,
            Some(agg) => serde_json::from_value(agg.clone())
                .map_err(|_| FieldProblem::new(&format!("{at}/agg"), "filter_unknown_aggregate").with("agg", agg))?,
        };
        let filter = match map.get("where") {
            None | Some(Json::Null) => None,
            Some(inner) => Some(Box::new(read(inner, &format!("{at}/where"), depth + 1, size)?)),
        };
        // "has an opportunity that …" is the short form of "count > 0"
        let (op, value) = if map.contains_key("op") { (op, value) } else { (Op::Gt, json!(0)) };
        return Ok(Filter::Child { object: object.into(), via: via.into(), filter, agg, of: text("of").map(Into::into), op, value });
    }
    only(&["field", "op", "value"])?;
    let field = text("field").ok_or_else(|| fault("filter_shape"))?;
    if !map.contains_key("op") {
        return Err(FieldProblem::new(&format!("{at}/op"), "filter_no_operator"));
    }
    Ok(Filter::Test { field: field.into(), op, value })
}
