//! Counts, totals, groups and roll-ups.

use super::{Bin, T, cell, from};
use crate::cond::{Compiler, col, constant, truth};
use crate::conn::{Backend, Conn};
use crate::error::StoreError;
use crate::search::matching;
use crate::{postgres, sqlite};
use akrab_model::query::{AggregateFn, Bucket, Group};
use akrab_model::{Aggregate, Cond, Count, FieldIx, FieldType, Object, Raw, Registry};
use sea_query::{Expr, ExprTrait, Func, NullOrdering, Order, Query};

const DAY_US: i64 = 86_400_000_000;

impl Conn {
    /// How many rows match; counting stops above `cap`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn count(&mut self, registry: &Registry, object: &Object, cond: &Cond, bin: Bin, cap: Option<u64>) -> Result<Count, StoreError> {
        let mut compiler = Compiler::new(registry, self.backend());
        let mut select = Query::select();
        select.expr(rows_counted());
        match (cap, cond, bin) {
            // the index holds living records only
            (cap, Cond::Found(found), Bin::Living) => {
                let mut some = matching(self.backend(), found);
                cap.map(|cap| some.limit(cap + 1));
                select.from_subquery(some, "some");
            }
            (None, ..) => from(&mut compiler, &mut select, object, cond, bin),
            (Some(cap), ..) => {
                let mut some = Query::select();
                some.expr_as(truth(true), "one");
                from(&mut compiler, &mut some, object, cond, bin);
                some.limit(cap + 1);
                select.from_subquery(some, "some");
            }
        }
        let n = self.select_rows(&select)?.first().and_then(|c| c.first()?.int()).unwrap_or_default();
        let n = u64::try_from(n).unwrap_or_default();
        Ok(match cap {
            Some(cap) if n > cap => Count::Above(cap),
            _ => Count::Exact(n),
        })
    }

    /// One figure each over all living rows that match. Over no rows counts and sums are zero,
    /// the others null.
    ///
    /// # Errors
    /// Those of the database. A sum that leaves 64 bits is null: not known.
    pub fn aggregates(&mut self, registry: &Registry, object: &Object, cond: &Cond, wanted: &[Aggregate]) -> Result<Vec<Raw>, StoreError> {
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let mut compiler = Compiler::new(registry, self.backend());
        let mut select = Query::select();
        for aggregate in wanted {
            select.exprs(parts(aggregate.function, aggregate.field.map(|ix| cell(object, ix))));
        }
        from(&mut compiler, &mut select, object, cond, Bin::Living);
        let mut cells = self.select_rows(&select)?.into_iter().next().unwrap_or_default().into_iter();
        Ok(wanted.iter().map(|a| figure(a.function, &mut cells)).collect())
    }

    /// Living matching rows by the values of a field, dates by `bucket` in local time. Dates come
    /// in order, others the largest group first; rows without a value come last.
    ///
    /// # Errors
    /// Those of the database. A sum that leaves 64 bits is null: not known.
    #[allow(clippy::too_many_arguments, reason = "each is one part of the question")]
    pub fn groups(
        &mut self,
        registry: &Registry,
        object: &Object,
        cond: &Cond,
        by: FieldIx,
        bucket: Option<Bucket>,
        tz_offset_minutes: i32,
        wanted: &[Aggregate],
        limit: usize,
    ) -> Result<Vec<Group>, StoreError> {
        let mut compiler = Compiler::new(registry, self.backend());
        let mut inner = Query::select();
        inner.expr_as(self.key(object, by, bucket, tz_offset_minutes), "k");
        for (n, aggregate) in wanted.iter().enumerate() {
            if let Some(field) = aggregate.field {
                inner.expr_as(cell(object, field), format!("a{n}"));
            }
        }
        from(&mut compiler, &mut inner, object, cond, Bin::Living);
        let mut select = Query::select();
        let key = || col("g", "k");
        select.expr(key()).expr(rows_counted());
        for (n, aggregate) in wanted.iter().enumerate() {
            select.exprs(parts(aggregate.function, aggregate.field.map(|_| col("g", format!("a{n}")))));
        }
        select.from_subquery(inner, "g").add_group_by([key()]);
        if !matches!(object.at(by).kind, FieldType::Date | FieldType::DateTime) {
            select.order_by_expr(key().is_null(), Order::Asc).order_by_expr(rows_counted(), Order::Desc);
        }
        select.order_by_expr_with_nulls(key(), Order::Asc, NullOrdering::Last).limit(limit as u64);
        let found = self.select_rows(&select)?;
        Ok(found
            .into_iter()
            .map(|cells| {
                let mut cells = cells.into_iter();
                let key = cells.next().unwrap_or(Raw::Null);
                let count = cells.next().and_then(|c| c.int()).and_then(|n| u64::try_from(n).ok()).unwrap_or_default();
                Group { key, count, figures: wanted.iter().map(|a| figure(a.function, &mut cells)).collect() }
            })
            .collect())
    }

    fn key(&self, object: &Object, by: FieldIx, bucket: Option<Bucket>, tz_offset_minutes: i32) -> Expr {
        let Some(bucket) = bucket else { return cell(object, by) };
        let day = match object.at(by).kind {
            FieldType::DateTime => {
                let local = cell(object, by).add(i64::from(tz_offset_minutes) * 60_000_000);
                // both databases divide towards zero; days before 1970 need the floor
                let past = local.clone().modulo(DAY_US).add(DAY_US).modulo(DAY_US);
                local.sub(past).div(DAY_US)
            }
            _ => cell(object, by),
        };
        match (bucket, self.backend()) {
            (Bucket::Day, _) => day,
            (bucket, Backend::Sqlite) => sqlite::dialect::period_start(day, bucket == Bucket::Year),
            (bucket, Backend::Postgres) => postgres::dialect::period_start(day, bucket == Bucket::Year),
        }
    }

    /// Roll-ups: figures over the living children of `parent` that match.
    ///
    /// # Errors
    /// Those of the database. A sum that leaves 64 bits is null: not known.
    pub fn aggregate_children(
        &mut self,
        registry: &Registry,
        child: &Object,
        via: FieldIx,
        parent: i64,
        cond: &Cond,
        wanted: &[Aggregate],
    ) -> Result<Vec<Raw>, StoreError> {
        let mut compiler = Compiler::new(registry, self.backend());
        let mut select = Query::select();
        for aggregate in wanted {
            select.exprs(parts(aggregate.function, aggregate.field.map(|ix| cell(child, ix))));
        }
        from(&mut compiler, &mut select, child, cond, Bin::Living);
        select.and_where(col(T, &child.at(via).column).eq(parent));
        let mut cells = self.select_rows(&select)?.into_iter().next().unwrap_or_default().into_iter();
        Ok(wanted.iter().map(|a| figure(a.function, &mut cells)).collect())
    }
}

fn rows_counted() -> Expr {
    Func::count(constant(1)).into()
}

/// Sums are taken of what lies above and below this, so that no amount leaves 64 bits on the way.
const PART: i64 = 1_000_000_000;

/// What to select for a figure; a sum needs two parts, an average three.
fn parts(function: AggregateFn, value: Option<Expr>) -> Vec<Expr> {
    let value = value.unwrap_or_else(|| constant(1));
    let sum = |value: Expr| Expr::from(Func::coalesce([Expr::from(Func::sum(value)).cast_as("bigint"), constant(0)]));
    let sums = || vec![sum(value.clone().div(constant(PART))), sum(value.clone().modulo(constant(PART)))];
    match function {
        AggregateFn::Count => vec![rows_counted()],
        AggregateFn::Filled => vec![Func::count(value).into()],
        AggregateFn::Sum => sums(),
        AggregateFn::Min => vec![Func::min(value).into()],
        AggregateFn::Max => vec![Func::max(value).into()],
        AggregateFn::Avg => {
            let mut parts = sums();
            parts.push(Func::count(value).into());
            parts
        }
    }
}

fn figure(function: AggregateFn, cells: &mut impl Iterator<Item = Raw>) -> Raw {
    let mut next = || cells.next().unwrap_or(Raw::Null);
    match function {
        AggregateFn::Sum => whole(next(), next()).and_then(|sum| i64::try_from(sum).ok()).map_or(Raw::Null, Raw::Int),
        AggregateFn::Avg => match (whole(next(), next()), next()) {
            (Some(sum), Raw::Int(count)) if count > 0 => i64::try_from(rounded(sum, count.into())).map_or(Raw::Null, Raw::Int),
            _ => Raw::Null,
        },
        _ => next(),
    }
}

/// A sum from its two parts.
fn whole(above: Raw, below: Raw) -> Option<i128> {
    Some(i128::from(above.int()?) * i128::from(PART) + i128::from(below.int()?))
}

/// Quotient rounded half away from zero.
fn rounded(sum: i128, count: i128) -> i128 {
    let half = (sum.abs() % count) * 2 >= count;
    sum / count + if half { sum.signum() } else { 0 }
}
