//! Evaluates a bound condition in memory, with the same answers as the SQL made from it.

use super::bind::comparable;
use super::{Child, Cmp, Cond, Found, Is, Shared, Test};
use crate::object::{FieldIx, FieldType, ObjectIx, Registry};
use crate::query::AggregateFn;
use crate::value::Raw;

/// Where evaluation gets its facts from.
pub trait Facts {
    /// Stored value of a record's field; null when there is no such record.
    fn cell(&self, object: ObjectIx, id: i64, field: FieldIx) -> Raw;
    /// Living records of `object` whose link `via` points to `id`.
    fn children(&self, object: ObjectIx, via: FieldIx, id: i64) -> Vec<i64>;
    /// Targets of a `links` field.
    fn linked(&self, object: ObjectIx, id: i64, field: FieldIx) -> Vec<i64>;
    /// The stage a record stood in before the present one.
    fn former(&self, object: ObjectIx, id: i64) -> Option<i64>;
    /// Whether the search index finds the record.
    fn found(&self, id: i64, found: &Found) -> bool;
    /// Whether somebody was given the record.
    fn shared(&self, id: i64, shared: &Shared) -> bool;
}

impl Cond {
    /// Whether record `id` of `object` matches.
    #[allow(clippy::only_used_in_recursion, reason = "the object names what `id` belongs to")]
    pub fn matches(&self, registry: &Registry, object: ObjectIx, id: i64, facts: &dyn Facts) -> bool {
        match self {
            Cond::True => true,
            Cond::False => false,
            Cond::All(items) => items.iter().all(|c| c.matches(registry, object, id, facts)),
            Cond::Any(items) => items.iter().any(|c| c.matches(registry, object, id, facts)),
            Cond::Not(item) => !item.matches(registry, object, id, facts),
            Cond::Ids(ids) => ids.contains(&id),
            Cond::Found(found) => facts.found(id, found),
            Cond::Shared(shared) => facts.shared(id, shared),
            Cond::Test(test) => matches_test(test, registry, id, facts),
            Cond::Child(child) => matches_child(child, registry, id, facts),
        }
    }
}

fn matches_test(test: &Test, registry: &Registry, id: i64, facts: &dyn Facts) -> bool {
    let mut id = id;
    for step in &test.path {
        let Some(next) = facts.cell(step.object, id, step.field).int() else { return false };
        let target = registry.at(step.object).at(step.field).to.unwrap_or(step.object);
        if !step.guard.matches(registry, target, next, facts) {
            return false;
        }
        id = next;
    }
    let field = registry.at(test.object).at(test.field);
    if field.kind == FieldType::Links {
        let linked = facts.linked(test.object, id, test.field);
        return match &test.is {
            Is::LinksTo(ids) => linked.iter().any(|id| ids.contains(id)),
            _ => !linked.is_empty(),
        };
    }
    let cell = match facts.cell(test.object, id, test.field) {
        Raw::Null => return false,
        Raw::Text(s) if field.kind == FieldType::Choices => {
            return match &test.is {
                Is::HasKey(key) => has_key(&s, key),
                Is::In(keys) => keys.iter().any(|k| k.text().is_some_and(|k| has_key(&s, k))),
                _ => true,
            };
        }
        Raw::Text(s) => Raw::Text(comparable(field, &s)),
        cell => cell,
    };
    match &test.is {
        Is::Filled => true,
        Is::Eq(value) => cell == *value,
        Is::In(values) => values.contains(&cell),
        Is::Range { from, from_open, to, to_open } => {
            from.as_ref().is_none_or(|f| if *from_open { cell > *f } else { cell >= *f })
                && to.as_ref().is_none_or(|t| if *to_open { cell < *t } else { cell <= *t })
        }
        Is::Group(slice, n) => slice.group(cell) == Raw::Int(*n),
        Is::From(stages) => facts.former(test.object, id).is_some_and(|stage| stages.contains(&stage)),
        Is::Contains(needle) => cell.text().is_some_and(|s| s.contains(needle.as_str())),
        Is::StartsWith(needle) => cell.text().is_some_and(|s| s.starts_with(needle.as_str())),
        Is::HasKey(_) | Is::LinksTo(_) => false,
    }
}

fn has_key(stored: &str, key: &str) -> bool {
    stored.split('|').any(|k| k == key)
}

fn matches_child(child: &Child, registry: &Registry, id: i64, facts: &dyn Facts) -> bool {
    let children = facts.children(child.object, child.via, id);
    let hits = children.into_iter().filter(|c| child.cond.matches(registry, child.object, *c, facts));
    let values: Vec<i64> = match child.of {
        None => hits.map(|_| 1).collect(),
        Some(of) => hits
            .filter_map(|c| match facts.cell(child.object, c, of) {
                Raw::Null => None,
                Raw::Int(n) => Some(n),
                Raw::Text(_) => Some(1),
            })
            .collect(),
    };
    let count = values.len() as i128;
    let sum: i128 = values.iter().map(|n| i128::from(*n)).sum();
    // an average is compared without dividing: sum against value × count
    let (figure, scale) = match child.agg {
        AggregateFn::Count | AggregateFn::Filled => (Some(count), 1),
        AggregateFn::Sum => (Some(sum), 1),
        AggregateFn::Avg => ((count > 0).then_some(sum), count),
        AggregateFn::Min => (values.iter().min().map(|n| i128::from(*n)), 1),
        AggregateFn::Max => (values.iter().max().map(|n| i128::from(*n)), 1),
    };
    let Some(figure) = figure else { return false };
    let value = i128::from(child.value) * scale;
    match child.cmp {
        Cmp::Eq => figure == value,
        Cmp::Gt => figure > value,
        Cmp::Gte => figure >= value,
        Cmp::Lt => figure < value,
        Cmp::Lte => figure <= value,
        Cmp::Between => figure >= value && child.upper.is_none_or(|u| figure <= i128::from(u) * scale),
    }
}
