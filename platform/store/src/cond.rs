//! Bound conditions as SQL, with the answers of [`Cond::matches`].
//!
//! A positive test may come out as SQL null for an empty field; that counts as false under AND and
//! OR. Negation is therefore pushed down to the tests, where emptiness is spelled out.

use crate::conn::Backend;
use crate::records::sliced;
use crate::schema::{comparing_column, link_table};
use crate::search::matching;
use crate::share::given;
use crate::stay::former;
use crate::{postgres, sqlite};
use akrab_model::filter::{Child, Cmp, Is, Step, Test, TextMode};
use akrab_model::object::Avatar;
use akrab_model::query::AggregateFn;
use akrab_model::{Cond, Field, FieldType, Object, Raw, Registry};
use sea_query::{Expr, ExprTrait, Func, Query, SelectStatement, Value};

/// Longer lists travel as one JSON parameter, so that the statement stays the same.
const SHORT_LIST: usize = 16;

/// Compiles conditions on one statement; hands out names for the tables it looks into.
pub(crate) struct Compiler<'a> {
    pub registry: &'a Registry,
    pub backend: Backend,
    tables: usize,
}

/// A column of the table called `at`.
pub(crate) fn col(at: &str, column: impl Into<String>) -> Expr {
    Expr::col((at.to_string(), column.into()))
}

pub(crate) fn bound(raw: &Raw) -> Expr {
    match raw {
        Raw::Null => Expr::Value(Value::String(None)),
        Raw::Int(n) => Expr::val(*n),
        Raw::Text(s) => Expr::val(s.as_str()),
    }
}

pub(crate) fn truth(value: bool) -> Expr {
    Expr::Constant(Value::Bool(Some(value)))
}

/// A choice's key in the text of a statement: a word of the declaration, never one somebody typed
/// alone. The planner knows then how many records have it, once and for all.
fn declared(key: &str) -> Expr {
    if key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        Expr::Constant(Value::String(Some(key.into())))
    } else {
        Expr::val(key)
    }
}

/// A number of ours in the text of a statement.
pub(crate) fn constant(n: i64) -> Expr {
    Expr::Constant(n.into())
}

impl<'a> Compiler<'a> {
    pub fn new(registry: &'a Registry, backend: Backend) -> Self {
        Self { registry, backend, tables: 0 }
    }

    /// `cond` on the records of `object` in the table called `at`.
    pub fn cond(&mut self, cond: &Cond, object: &Object, at: &str) -> Expr {
        match cond {
            Cond::True => truth(true),
            Cond::False => truth(false),
            Cond::All(items) => self.fold(items, object, at, true, false),
            Cond::Any(items) => self.fold(items, object, at, false, false),
            Cond::Not(item) => self.negated(item, object, at),
            Cond::Ids(ids) => self.in_ids(col(at, "id"), ids),
            Cond::Found(found) => col(at, "id").in_subquery(matching(self.backend, found)),
            Cond::Shared(shared) => given(at, shared),
            Cond::Test(test) => self.walk(test, &test.path, object, at),
            Cond::Child(child) => self.child(child, at),
        }
    }

    fn negated(&mut self, cond: &Cond, object: &Object, at: &str) -> Expr {
        match cond {
            Cond::True => truth(false),
            Cond::False => truth(true),
            Cond::All(items) => self.fold(items, object, at, false, true),
            Cond::Any(items) => self.fold(items, object, at, true, true),
            Cond::Not(item) => self.cond(item, object, at),
            Cond::Ids(ids) => self.in_ids(col(at, "id"), ids).not(),
            Cond::Found(found) => col(at, "id").in_subquery(matching(self.backend, found)).not(),
            Cond::Shared(shared) => given(at, shared).not(),
            Cond::Test(test) if test.path.is_empty() => {
                let field = object.at(test.field);
                if field.kind == FieldType::Links {
                    return self.leaf(test, object, at).not();
                }
                if test.is == Is::Filled {
                    return col(at, &field.column).is_null();
                }
                col(at, &field.column).is_null().or(self.leaf(test, object, at).not())
            }
            Cond::Test(test) => self.walk(test, &test.path, object, at).not(),
            Cond::Child(child) => {
                let sure = matches!(child.agg, AggregateFn::Count | AggregateFn::Filled | AggregateFn::Sum);
                let test = self.child(child, at);
                if sure { test.not() } else { Expr::from(Func::coalesce([test, truth(false)])).not() }
            }
        }
    }

    fn fold(&mut self, items: &[Cond], object: &Object, at: &str, all: bool, negate: bool) -> Expr {
        let parts = items.iter().map(|item| if negate { self.negated(item, object, at) } else { self.cond(item, object, at) });
        joined(parts.collect(), if all { Expr::and } else { Expr::or }).unwrap_or_else(|| truth(all))
    }

    /// Follows the links of a path; each target must exist and pass its guard.
    fn walk(&mut self, test: &Test, path: &[Step], object: &Object, at: &str) -> Expr {
        let Some((step, rest)) = path.split_first() else { return self.leaf(test, object, at) };
        let link = object.at(step.field);
        let target = self.registry.at(link.to.unwrap_or(step.object));
        let name = self.name();
        let inner = self.walk(test, rest, target, &name);
        let guard = self.cond(&step.guard, target, &name);
        let mut select = Query::select();
        select
            .expr(truth(true))
            .from_as(target.table.clone(), name.clone())
            .and_where(col(&name, "id").eq(col(at, &link.column)))
            .and_where(inner);
        if step.guard != Cond::True {
            select.and_where(guard);
        }
        Expr::exists(select.take())
    }

    fn leaf(&mut self, test: &Test, object: &Object, at: &str) -> Expr {
        let field = object.at(test.field);
        if field.kind == FieldType::Links {
            return self.linked(&test.is, object, field, at);
        }
        let stored = col(at, &field.column);
        if test.is == Is::Filled || !field.is_column() {
            return if field.is_column() { stored.is_not_null() } else { truth(false) };
        }
        if field.kind == FieldType::Choices {
            return self.keys(&test.is, stored);
        }
        let column = match field.text_mode() {
            TextMode::Folded => col(at, comparing_column(field)),
            TextMode::Ascii => Expr::from(Func::lower(stored)),
            TextMode::Exact => stored,
        };
        match &test.is {
            Is::Eq(Raw::Text(key)) if field.choice(key).is_some() => column.eq(declared(key)),
            Is::Eq(value) if self.backend == Backend::Sqlite && few_each(self.registry, field) => rare(column.eq(bound(value))),
            Is::Eq(value) => column.eq(bound(value)),
            Is::In(values) if self.backend == Backend::Sqlite && few_each(self.registry, field) => rare(self.in_raws(column, values)),
            Is::In(values) => self.in_raws(column, values),
            Is::Range { from, from_open, to, to_open } => {
                let low = from.as_ref().map(|v| if *from_open { column.clone().gt(bound(v)) } else { column.clone().gte(bound(v)) });
                let high = to.as_ref().map(|v| if *to_open { column.clone().lt(bound(v)) } else { column.clone().lte(bound(v)) });
                match (low, high) {
                    (Some(low), Some(high)) => low.and(high),
                    (Some(one), None) | (None, Some(one)) => one,
                    (None, None) => column.is_not_null(),
                }
            }
            Is::Group(slice, n) => sliced(column, slice).eq(constant(*n)),
            Is::From(stages) => {
                let came = self.in_ids(former(object, at), stages);
                column.is_not_null().and(Func::coalesce([came, truth(false)]))
            }
            Is::Contains(needle) => self.contains(column, needle),
            Is::StartsWith(start) => match prefix_end(start) {
                Some(end) => column.clone().gte(start.as_str()).and(column.lt(end)),
                None => column.gte(start.as_str()),
            },
            Is::Filled | Is::HasKey(_) | Is::LinksTo(_) => truth(false),
        }
    }

    fn linked(&mut self, is: &Is, object: &Object, field: &Field, at: &str) -> Expr {
        let name = self.name();
        let mut links = Query::select();
        links.expr(col(&name, "from_id")).from_as(link_table(object, field), name.clone());
        if let Is::LinksTo(ids) = is {
            let to = self.in_ids(col(&name, "to_id"), ids);
            links.and_where(to);
            return col(at, "id").in_subquery(links.take());
        }
        links.and_where(col(&name, "from_id").eq(col(at, "id")));
        Expr::exists(links.take())
    }

    fn keys(&self, is: &Is, stored: Expr) -> Expr {
        let has = |key: &str| self.contains(stored.clone(), &format!("|{key}|"));
        match is {
            Is::HasKey(key) => has(key),
            Is::In(keys) => {
                let any = keys.iter().filter_map(Raw::text).map(has).collect();
                joined(any, Expr::or).unwrap_or_else(|| truth(false))
            }
            _ => stored.is_not_null(),
        }
    }

    fn child(&mut self, child: &Child, at: &str) -> Expr {
        let object = self.registry.at(child.object);
        let name = self.name();
        let mut rows = self.children(child, object, &name, at);
        let of = child.of.map(|ix| object.at(ix));
        if let Some(field) = of {
            if !field.is_column() {
                return compare(child.cmp, constant(0), child.value, child.upper);
            }
            if child.agg == AggregateFn::Filled {
                rows.and_where(col(&name, &field.column).is_not_null());
            }
        }
        let value = |of: Option<&Field>| of.map_or_else(|| constant(1), |f| col(&name, &f.column));
        match child.agg {
            AggregateFn::Count | AggregateFn::Filled => match (child.cmp, child.value) {
                (Cmp::Gt, 0) | (Cmp::Gte, 1) => Expr::exists(rows.expr(truth(true)).take()),
                (Cmp::Eq | Cmp::Lte, 0) | (Cmp::Lt, 1) => Expr::exists(rows.expr(truth(true)).take()).not(),
                _ => {
                    let count = Expr::from(Func::count(constant(1)));
                    compare(child.cmp, scalar(rows.expr(count).take()), child.value, child.upper)
                }
            },
            AggregateFn::Sum => {
                let sum = Func::coalesce([Expr::from(Func::sum(value(of))), constant(0)]);
                compare(child.cmp, scalar(rows.expr(sum).take()), child.value, child.upper)
            }
            AggregateFn::Min | AggregateFn::Max => {
                let end = if child.agg == AggregateFn::Min { Func::min(value(of)) } else { Func::max(value(of)) };
                compare(child.cmp, scalar(rows.expr(end).take()), child.value, child.upper)
            }
            AggregateFn::Avg => {
                // sum against value × count: no division, no rounding
                let over = |bound: i64| {
                    let times = Expr::val(bound).cast_as("bigint").cast_as("numeric").mul(Func::count(value(of)));
                    scalar(rows.clone().expr(Expr::from(Func::sum(value(of))).sub(times)).take())
                };
                match (child.cmp, child.upper) {
                    (Cmp::Between, Some(upper)) => over(child.value).gte(constant(0)).and(over(upper).lte(constant(0))),
                    (Cmp::Between, None) => over(child.value).gte(constant(0)),
                    (cmp, _) => compare(cmp, over(child.value), 0, None),
                }
            }
        }
    }

    /// Living children of the record in `at` that match; nothing selected yet.
    fn children(&mut self, child: &Child, object: &Object, name: &str, at: &str) -> SelectStatement {
        let mut rows = Query::select();
        rows.from_as(object.table.clone(), name.to_string())
            .and_where(col(name, &object.at(child.via).column).eq(col(at, "id")))
            .and_where(col(name, "deleted_at").is_null());
        if *child.cond != Cond::True {
            let cond = self.cond(&child.cond, object, name);
            rows.and_where(cond);
        }
        rows
    }

    pub fn in_ids(&self, column: Expr, ids: &[i64]) -> Expr {
        match ids {
            [] => truth(false),
            [one] => column.eq(*one),
            // lists of few lengths, so that there are few statements and their plans are kept
            [.., last] if ids.len() <= SHORT_LIST => {
                let more = ids.len().next_power_of_two() - ids.len();
                column.is_in(ids.iter().copied().chain(std::iter::repeat_n(*last, more)))
            }
            _ => self.among(column, serde_json::json!(ids).to_string(), true),
        }
    }

    fn in_raws(&self, column: Expr, values: &[Raw]) -> Expr {
        let numbers: Vec<i64> = values.iter().filter_map(Raw::int).collect();
        if !numbers.is_empty() {
            return self.in_ids(column, &numbers);
        }
        let texts: Vec<&str> = values.iter().filter_map(Raw::text).collect();
        match texts.len() {
            0 => truth(false),
            n if n <= SHORT_LIST => column.is_in(texts),
            _ => self.among(column, serde_json::json!(texts).to_string(), false),
        }
    }

    fn contains(&self, text: Expr, needle: &str) -> Expr {
        match self.backend {
            Backend::Sqlite => sqlite::dialect::contains(text, needle),
            Backend::Postgres => postgres::dialect::contains(text, needle),
        }
    }

    fn among(&self, column: Expr, json: String, numbers: bool) -> Expr {
        match self.backend {
            Backend::Sqlite => sqlite::dialect::among(column, json, numbers),
            Backend::Postgres => postgres::dialect::among(column, json, numbers),
        }
    }

    fn name(&mut self) -> String {
        self.tables += 1;
        format!("t{}", self.tables)
    }
}

/// The parts joined half by half: a row of many stays a shallow expression, for the databases and for us.
fn joined(mut parts: Vec<Expr>, join: fn(Expr, Expr) -> Expr) -> Option<Expr> {
    if parts.len() < 2 {
        return parts.pop();
    }
    let rest = parts.split_off(parts.len() / 2);
    joined(parts, join).zip(joined(rest, join)).map(|(left, right)| join(left, right))
}

/// Whether few records link to any one of those the field points to: a person or a company. SQLite has to be told; it would
/// look the value up in its samples otherwise and make the plan anew for each, which costs more than the question itself.
pub(crate) fn few_each(registry: &Registry, field: &Field) -> bool {
    let target = field.to.filter(|_| field.kind == FieldType::Link).map(|to| registry.at(to));
    target.is_some_and(|target| !target.is_system() && target.decl.avatar != Avatar::Icon)
}

/// A number SQLite does not look up in its samples, for which it would make the plan anew.
pub(crate) fn unsampled(value: i64) -> Expr {
    Expr::val(value).cast_as("bigint").add(constant(0))
}

/// A test few rows pass, told to SQLite's planner: one in ten thousand.
fn rare(test: Expr) -> Expr {
    Func::cust("likelihood").args([test, Expr::cust("0.0001")]).into()
}

fn scalar(select: SelectStatement) -> Expr {
    Expr::SubQuery(None, Box::new(select.into()))
}

fn compare(cmp: Cmp, figure: Expr, value: i64, upper: Option<i64>) -> Expr {
    let number = |n: i64| Expr::val(n).cast_as("bigint");
    match cmp {
        Cmp::Eq => figure.eq(number(value)),
        Cmp::Gt => figure.gt(number(value)),
        Cmp::Gte => figure.gte(number(value)),
        Cmp::Lt => figure.lt(number(value)),
        Cmp::Lte => figure.lte(number(value)),
        Cmp::Between => match upper {
            Some(upper) => figure.between(number(value), number(upper)),
            None => figure.gte(number(value)),
        },
    }
}

/// The smallest text after all that begin with `start`; none when there is no such text.
pub(crate) fn prefix_end(start: &str) -> Option<String> {
    let mut chars: Vec<char> = start.chars().collect();
    while let Some(last) = chars.pop() {
        if let Some(next) = (last..=char::MAX).nth(1) {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}
