//! Figures over a whole result: footer totals and groups.

use crate::write::Tx;
use crate::{Access, Ctx, Engine, ListRequest, Result};
use akrab_model::query::{AggregateFn, Bucket};
use akrab_model::{Aggregate, FieldProblem, FieldType, Object, Problem, Raw, Value};

/// One footer figure.
#[derive(Debug, Clone)]
pub struct Total {
    pub function: AggregateFn,
    /// Field key; absent for the count of rows.
    pub field: Option<String>,
    pub value: Value,
}

/// One group of a result.
#[derive(Debug, Clone)]
pub struct GroupRow {
    /// Filter value that selects the group: choice key, id, day, or null for the empty group.
    pub key: Value,
    /// Title of a linked record or stage; choices and dates are worded by the page.
    pub title: Option<String>,
    pub count: u64,
    pub totals: Vec<Total>,
}

impl Engine {
    /// Totals over the whole result of `request`: `amount:sum`, `city:filled`, `count`.
    ///
    /// # Errors
    /// As [`Engine::list`].
    pub async fn totals(&self, ctx: &Ctx, request: ListRequest, totals: Vec<String>) -> Result<Vec<Total>> {
        self.read(ctx, move |tx| tx.totals(&request, &totals)).await
    }

    /// Groups of the whole result by `by` (choice, link, stage, boolean, date with `bucket`).
    ///
    /// # Errors
    /// As [`Engine::list`].
    pub async fn groups(
        &self,
        ctx: &Ctx,
        request: ListRequest,
        by: String,
        bucket: Option<Bucket>,
        totals: Vec<String>,
    ) -> Result<Vec<GroupRow>> {
        self.read(ctx, move |tx| tx.groups(&request, &by, bucket, &totals)).await
    }
}

impl Tx<'_> {
    /// As [`Engine::totals`].
    ///
    /// # Errors
    /// As [`Engine::list`].
    pub fn totals(&mut self, request: &ListRequest, totals: &[String]) -> Result<Vec<Total>> {
        let object = self.object(&request.object)?;
        let cond = self.condition(&object, request.filter.as_ref(), request.q.as_deref(), Access::Read)?;
        let wanted = self.aggregates(&object, totals)?;
        let registry = self.registry.clone();
        let figures = self.figure(format!("totals {} {totals:?} {cond:?}", object.key), |tx| {
            // how many rows lie behind a total is not known: taken as many
            Ok((u64::MAX, tx.conn.aggregates(&registry, &object, &cond, &wanted)?))
        })?;
        Ok(wanted.iter().zip(figures).map(|(a, raw)| total(&object, *a, &raw)).collect())
    }

    /// As [`Engine::groups`].
    ///
    /// # Errors
    /// As [`Engine::list`].
    pub fn groups(&mut self, request: &ListRequest, by: &str, bucket: Option<Bucket>, totals: &[String]) -> Result<Vec<GroupRow>> {
        let object = self.object(&request.object)?;
        let cond = self.condition(&object, request.filter.as_ref(), request.q.as_deref(), Access::Read)?;
        let wanted = self.aggregates(&object, totals)?;
        let by = self.readable_field(&object, by, "by")?;
        let field = object.at(by);
        if matches!(field.kind, FieldType::Links | FieldType::Choices | FieldType::Json) {
            return Err(Problem::invalid(vec![FieldProblem::new("by", "not_groupable").with("field", &field.key)]));
        }
        let dated = matches!(field.kind, FieldType::Date | FieldType::DateTime);
        let bucket = dated.then_some(bucket.unwrap_or(Bucket::Month));
        let offset = self.ctx.now.offset().seconds() / 60;
        let registry = self.registry.clone();
        let mut groups = self.figure(format!("groups {} {by:?} {bucket:?} {offset} {totals:?} {cond:?}", object.key), |tx| {
            let groups = tx.conn.groups(&registry, &object, &cond, by, bucket, offset, &wanted, 200)?;
            Ok((groups.iter().map(|g| g.count).sum(), groups))
        })?;
        let titles = match field.to {
            Some(to) => {
                let ids: Vec<i64> = groups.iter().filter_map(|g| g.key.int()).collect();
                self.titles_of(to, &ids)?
            }
            None => Vec::new(),
        };
        if field.kind == FieldType::Stage {
            // as they follow one another; what has none of them comes last
            let order = self.stages_in_order()?;
            groups.sort_by_key(|g| g.key.int().and_then(|id| order.iter().position(|one| *one == id)).unwrap_or(usize::MAX));
        }
        let kind = if dated { FieldType::Date } else { field.kind };
        Ok(groups
            .into_iter()
            .map(|g| GroupRow {
                title: g.key.int().and_then(|id| titles.iter().find(|(t, _)| *t == id)).map(|(_, title)| title.clone()),
                key: Value::from_raw(kind, g.key.clone()),
                count: g.count,
                totals: wanted.iter().zip(&g.figures).map(|(a, raw)| total(&object, *a, raw)).collect(),
            })
            .collect())
    }
}

pub(super) fn total(object: &Object, aggregate: Aggregate, raw: &Raw) -> Total {
    let kind = match (aggregate.function, aggregate.field) {
        (AggregateFn::Count | AggregateFn::Filled, _) | (_, None) => FieldType::Integer,
        (_, Some(ix)) => object.at(ix).kind,
    };
    Total {
        function: aggregate.function,
        field: aggregate.field.map(|ix| object.at(ix).key.clone()),
        value: Value::from_raw(kind, raw.clone()),
    }
}
