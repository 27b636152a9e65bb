//! The columns of a board, all in one statement.

use super::titled::sort_value;
use super::{Bin, T, row, rows_of};
use crate::cond::{Compiler, bound, col, constant};
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::query::Row;
use akrab_model::{Cond, FieldIx, Object, Raw, Registry, Sort};
use sea_query::{Asterisk, ExprTrait, IntoIden, NullOrdering, Order, Query, SelectStatement, UnionType};

impl Conn {
    /// The first `per_lane` living matching rows for each of `keys` (values of `by`, null for none),
    /// in order, lanes in the order of `keys`.
    ///
    /// # Errors
    /// Those of the database.
    #[allow(clippy::too_many_arguments, reason = "each is one part of the question")]
    pub fn lanes(
        &mut self,
        registry: &Registry,
        object: &Object,
        cond: &Cond,
        by: FieldIx,
        keys: &[Raw],
        columns: &[FieldIx],
        sort: &[Sort],
        per_lane: usize,
    ) -> Result<Vec<(Raw, Vec<Row>)>, StoreError> {
        let mut lanes: Vec<(Raw, Vec<Row>)> = keys.iter().map(|k| (k.clone(), Vec::new())).collect();
        let mut compiler = Compiler::new(registry, self.backend());
        let mut whole: Option<SelectStatement> = None;
        for (n, key) in keys.iter().enumerate() {
            let mut rows = rows_of(&mut compiler, object, columns, cond, Bin::Living);
            name_columns(&mut rows);
            let column = col(T, &object.at(by).column);
            rows.and_where(if key.is_null() { column.is_null() } else { column.eq(bound(key)) });
            for s in sort.iter().filter(|s| object.at(s.field).is_column()) {
                let order = if s.descending { Order::Desc } else { Order::Asc };
                rows.order_by_expr_with_nulls(sort_value(&mut compiler, object, s), order, NullOrdering::Last);
            }
            let down = sort.last().is_some_and(|s| s.descending);
            rows.order_by_expr(col(T, "id"), if down { Order::Desc } else { Order::Asc }).limit(per_lane as u64);
            let mut lane = Query::select();
            lane.expr_as(constant(n as i64).cast_as("bigint"), "lane");
            lane.column(("r", Asterisk)).from_subquery(rows, "r");
            whole = Some(match whole.take() {
                None => lane,
                Some(mut whole) => whole.union(UnionType::All, lane).take(),
            });
        }
        let Some(whole) = whole else { return Ok(lanes) };
        for cells in self.select_rows(&whole)? {
            let lane = cells.first().and_then(Raw::int).and_then(|n| usize::try_from(n).ok());
            if let Some((_, rows)) = lane.and_then(|n| lanes.get_mut(n)) {
                rows.push(row(cells, 1, columns.len()));
            }
        }
        Ok(lanes)
    }
}

/// Gives every column its own name, since a column may be asked for twice.
fn name_columns(rows: &mut SelectStatement) {
    let mut n = 0;
    rows.exprs_mut_for_each(|select| {
        select.alias = Some(format!("c{n}").into_iden());
        n += 1;
    });
}
