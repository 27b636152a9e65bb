//! Figures in groups over any number of keys: reports.
//!
//! Fields over links are joined with what the asker may read of the linked record; rows out of his sight count as
//! having no value there, as they do in filters.

use super::{Bin, T, from};
use crate::cond::{Compiler, col, constant, truth};
use crate::conn::{Backend, Conn};
use crate::error::StoreError;
use crate::{postgres, sqlite};
use akrab_model::filter::Step;
use akrab_model::report::{Figure, Function, Local, Part, Place, Slice};
use akrab_model::{Cond, FieldType, Object, Raw, Registry};
use sea_query::{
    CaseStatement, Expr, ExprTrait, Func, IntoIden, JoinType, Keyword, NullOrdering, Order, OverStatement, Query, SelectStatement,
    TableRef, WindowStatement,
};

const DAY_US: i64 = 86_400_000_000;
const HOUR_US: i64 = 3_600_000_000;
/// Sums are taken of what lies above and below this, so that no amount leaves 64 bits on the way.
const PART: i64 = 1_000_000_000;
/// Name of the rows a report is over.
const G: &str = "g";

/// The figures of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// In the order of the keys; null where there is no value.
    pub keys: Vec<Raw>,
    /// How many records.
    pub count: i64,
    /// In the order of the figures.
    pub parts: Vec<Part>,
}

/// What is asked.
pub struct ReportQuery<'a> {
    pub cond: &'a Cond,
    pub keys: &'a [(&'a Place, &'a Slice)],
    pub figures: &'a [Figure],
    /// Groups at most.
    pub limit: usize,
    /// Place of the figure by which the first groups are taken, and whether the largest come first.
    pub first: (usize, bool),
}

impl Conn {
    /// The figures of every group of the living rows that match.
    ///
    /// # Errors
    /// Those of the database.
    pub fn report(&mut self, registry: &Registry, object: &Object, query: &ReportQuery<'_>) -> Result<Vec<Cell>, StoreError> {
        let stays = match query.keys.iter().any(|(_, slice)| matches!(slice, Slice::Former(_))) {
            true => self.name_known(&object.key)?.unwrap_or_default(),
            false => 0,
        };
        let compiler = Compiler::new(registry, self.backend());
        let mut rows = Rows { compiler, joins: Vec::new(), spreads: Vec::new(), object, stays };
        let inner = rows.select(query);
        let keys: Vec<Expr> = (0..query.keys.len()).map(|n| col(G, format!("k{n}"))).collect();
        let mut select = Query::select();
        select.exprs(keys.iter().cloned()).expr(Func::count(constant(1)));
        for (n, figure) in query.figures.iter().enumerate().filter(|(_, f)| f.function != Function::Median) {
            select.exprs(parts(figure, col(G, format!("a{n}"))));
        }
        select.from_subquery(inner.clone(), G).add_group_by(keys.clone());
        if !keys.is_empty() {
            let order = |down| if down { Order::Desc } else { Order::Asc };
            let (n, down) = query.first;
            match query.figures.get(n).and_then(|figure| ordering(figure, n)) {
                Some(value) => drop(select.order_by_expr_with_nulls(value, order(down), NullOrdering::Last)),
                None => drop(select.order_by_expr(Func::count(constant(1)).into(), Order::Desc)),
            }
            for key in &keys {
                select.order_by_expr(key.clone(), Order::Asc);
            }
            select.limit(query.limit as u64);
        }
        let mut found: Vec<Cell> = self.select_rows(&select)?.into_iter().map(|row| cell(row, query)).collect();
        for (n, _) in query.figures.iter().enumerate().filter(|(_, f)| f.function == Function::Median) {
            let middles = self.select_rows(&middles(&inner, keys.len(), n))?;
            for row in middles {
                let (keys, ends) = row.split_at(keys.len());
                let ends = ends.first().and_then(Raw::int).zip(ends.get(1).and_then(Raw::int));
                if let Some(cell) = found.iter_mut().find(|cell| cell.keys == keys) {
                    cell.parts[n] = Part::Median(ends);
                }
            }
        }
        Ok(found)
    }
}

/// The rows of a report, with the tables their values stand in.
struct Rows<'a> {
    compiler: Compiler<'a>,
    /// Links already joined: the path and the name of its table.
    joins: Vec<(Vec<Step>, String)>,
    /// Fields of several choices, whose keys become rows: the stored text and the name of its keys.
    spreads: Vec<(Expr, String)>,
    object: &'a Object,
    /// Number under which the object's stays are kept.
    stays: i64,
}

impl Rows<'_> {
    fn select(&mut self, query: &ReportQuery<'_>) -> SelectStatement {
        let mut select = Query::select();
        for (n, (place, slice)) in query.keys.iter().enumerate() {
            let value = self.key(place, slice);
            select.expr_as(value, format!("k{n}"));
        }
        for (n, figure) in query.figures.iter().enumerate() {
            let value = figure.place.as_ref().map_or_else(|| constant(1).cast_as("bigint"), |place| self.value(place));
            let value = match &figure.only {
                Cond::True => value,
                only => {
                    let only = self.compiler.cond(only, self.object, T);
                    CaseStatement::new().case(only, value).finally(Expr::Keyword(Keyword::Null)).into()
                }
            };
            select.expr_as(value, format!("a{n}"));
        }
        if query.keys.is_empty() && query.figures.is_empty() {
            select.expr_as(constant(1), "one");
        }
        from(&mut self.compiler, &mut select, self.object, query.cond, Bin::Living);
        self.join(&mut select);
        select
    }

    /// The group a row belongs to.
    fn key(&mut self, place: &Place, slice: &Slice) -> Expr {
        let value = self.value(place);
        if let Slice::Former(stages) = slice {
            return self.former(stages);
        }
        if self.compiler.registry.at(place.object).at(place.field).kind != FieldType::Choices {
            return sliced(value, slice);
        }
        let name = format!("c{}", self.spreads.len());
        self.spreads.push((value, name.clone()));
        col(&name, "value")
    }

    /// The last of these stages a row stood in.
    fn former(&self, stages: &[i64]) -> Expr {
        const S: &str = "former";
        let mut stay = Query::select();
        stay.expr(col(S, "stage"))
            .from_as("stay", S)
            .and_where(col(S, "object").eq(constant(self.stays)))
            .and_where(col(S, "record").eq(col(T, "id")))
            .and_where(self.compiler.in_ids(col(S, "stage"), stages))
            .order_by((S, "id"), Order::Desc)
            .limit(1);
        Expr::SubQuery(None, Box::new(stay.take().into()))
    }

    /// The stored value at a place; its tables are joined later.
    fn value(&mut self, place: &Place) -> Expr {
        let at = if place.path.is_empty() { T.to_string() } else { self.joined(&place.path) };
        let field = self.compiler.registry.at(place.object).at(place.field);
        if field.is_column() { col(&at, &field.column) } else { Expr::Keyword(Keyword::Null) }
    }

    fn joined(&mut self, path: &[Step]) -> String {
        if let Some((_, name)) = self.joins.iter().find(|(known, _)| known == path) {
            return name.clone();
        }
        if path.len() > 1 {
            self.joined(&path[..path.len() - 1]);
        }
        let name = format!("j{}", self.joins.len());
        self.joins.push((path.to_vec(), name.clone()));
        name
    }

    fn join(&mut self, select: &mut SelectStatement) {
        for (path, name) in self.joins.clone() {
            let Some((step, before)) = path.split_last() else { continue };
            let from = if before.is_empty() { T.to_string() } else { self.joined(before) };
            let link = self.compiler.registry.at(step.object).at(step.field);
            let target = self.compiler.registry.at(link.to.unwrap_or(step.object));
            let mut on = col(&name, "id").eq(col(&from, &link.column));
            if step.guard != Cond::True {
                on = on.and(self.compiler.cond(&step.guard, target, &name));
            }
            select.join_as(JoinType::LeftJoin, target.table.clone(), name, on);
        }
        for (text, name) in std::mem::take(&mut self.spreads) {
            let keys = match self.compiler.backend {
                Backend::Sqlite => sqlite::dialect::keys(text),
                Backend::Postgres => postgres::dialect::keys(text),
            };
            select.join(JoinType::LeftJoin, TableRef::FunctionCall(keys, name.into_iden()), truth(true));
        }
    }
}

/// A value as the group it belongs to.
pub(crate) fn sliced(value: Expr, slice: &Slice) -> Expr {
    match slice {
        Slice::Value | Slice::Former(_) => value,
        Slice::Edges(edges) => {
            let filled = value.clone().is_not_null();
            CaseStatement::new().case(filled, among(&value, edges, 0)).finally(Expr::Keyword(Keyword::Null)).into()
        }
        Slice::Weekday(local) => {
            let day = day(local_time(value, local), local);
            // the first day of 1970 was a Thursday
            day.add(constant(3)).modulo(constant(7)).add(constant(7)).modulo(constant(7)).cast_as("bigint")
        }
        Slice::Hour(local) => {
            let within = within_day(local_time(value, local));
            within.div(constant(HOUR_US)).cast_as("bigint")
        }
    }
}

/// The number of edges at or below the value, found by halves: few comparisons however many edges there are.
fn among(value: &Expr, edges: &[i64], below: i64) -> Expr {
    if edges.is_empty() {
        return constant(below).cast_as("bigint");
    }
    let middle = edges.len() / 2;
    let (left, right) = (&edges[..middle], &edges[middle + 1..]);
    let lower = value.clone().lt(constant(edges[middle]));
    let next = below + middle as i64;
    CaseStatement::new().case(lower, among(value, left, below)).finally(among(value, right, next + 1)).into()
}

fn local_time(value: Expr, local: &Local) -> Expr {
    match local.0.as_slice() {
        [] => value,
        [(_, offset)] => value.add(constant(*offset)),
        [first, rest @ ..] => {
            let mut case = CaseStatement::new();
            for (from, offset) in rest.iter().rev() {
                case = case.case(value.clone().gte(constant(*from)), value.clone().add(constant(*offset)));
            }
            case.finally(value.add(constant(first.1))).into()
        }
    }
}

/// Both databases divide towards zero; moments before 1970 need the floor.
fn within_day(local: Expr) -> Expr {
    local.modulo(constant(DAY_US)).add(constant(DAY_US)).modulo(constant(DAY_US))
}

/// Days since 1970.
fn day(local: Expr, zone: &Local) -> Expr {
    if zone.0.is_empty() { local } else { local.clone().sub(within_day(local)).div(constant(DAY_US)) }
}

/// What to select for a figure: a sum needs three parts.
fn parts(figure: &Figure, value: Expr) -> Vec<Expr> {
    let sum = |value: Expr| Expr::from(Func::coalesce([Expr::from(Func::sum(value)).cast_as("bigint"), constant(0)]));
    match figure.function {
        Function::Count => vec![Func::count(value).into()],
        Function::Distinct => vec![Func::count_distinct(value).into()],
        Function::Sum | Function::Average => {
            vec![sum(value.clone().div(constant(PART))), sum(value.clone().modulo(constant(PART))), Func::count(value).into()]
        }
        Function::Min => vec![Func::min(value).into()],
        Function::Max => vec![Func::max(value).into()],
        Function::Median => Vec::new(),
    }
}

/// By what the first groups are taken; none for a figure that is not in the statement.
fn ordering(figure: &Figure, n: usize) -> Option<Expr> {
    let value = col(G, format!("a{n}"));
    Some(match figure.function {
        Function::Count => Func::count(value).into(),
        Function::Distinct => Func::count_distinct(value).into(),
        // no amount leaves its type on the way
        Function::Sum => Func::sum(value.cast_as("double precision")).into(),
        Function::Average => Func::avg(value).into(),
        Function::Min => Func::min(value).into(),
        Function::Max => Func::max(value).into(),
        Function::Median => return None,
    })
}

/// The two values in the middle of each group.
fn middles(inner: &SelectStatement, keys: usize, n: usize) -> SelectStatement {
    let names: Vec<String> = (0..keys).map(|k| format!("k{k}")).collect();
    let group = |at: &'static str| names.iter().map(move |k| col(at, k.clone()));
    let window = || {
        let mut window = WindowStatement::new();
        for key in group(G) {
            window.add_partition_by(key);
        }
        window
    };
    let mut ranked = Query::select();
    for name in &names {
        ranked.expr_as(col(G, name.clone()), name.clone());
    }
    let value = || col(G, format!("a{n}"));
    let mut by_value = window();
    by_value.order_by_expr(value(), Order::Asc);
    ranked
        .expr_as(value(), "v")
        .expr_window_as(Func::cust("row_number"), by_value, "place")
        .expr_window_as(Func::count(constant(1)), window(), "all_of")
        .from_subquery(inner.clone(), G)
        .and_where(value().is_not_null());
    let (place, all) = (|| col("r", "place"), || col("r", "all_of"));
    let lower = all().add(constant(1)).div(constant(2));
    let upper = all().add(constant(2)).div(constant(2));
    let mut select = Query::select();
    select.exprs(group("r")).expr(Func::min(col("r", "v"))).expr(Func::max(col("r", "v")));
    select.from_subquery(ranked, "r").and_where(place().eq(lower).or(place().eq(upper))).add_group_by(group("r"));
    select
}

fn cell(row: Vec<Raw>, query: &ReportQuery<'_>) -> Cell {
    let mut cells = row.into_iter();
    let keys = cells.by_ref().take(query.keys.len()).collect();
    let mut next = || cells.next().unwrap_or(Raw::Null);
    let count = next().int().unwrap_or_default();
    let parts = query.figures.iter().map(|figure| match figure.function {
        Function::Count | Function::Distinct => Part::Count(next().int().unwrap_or_default()),
        Function::Sum | Function::Average => {
            let (above, below, filled) = (next().int(), next().int(), next().int().unwrap_or_default());
            Part::Sum(above.zip(below).map(|(above, below)| i128::from(above) * i128::from(PART) + i128::from(below)), filled)
        }
        Function::Min | Function::Max => Part::End(next()),
        Function::Median => Part::Median(None),
    });
    Cell { keys, count, parts: parts.collect() }
}
