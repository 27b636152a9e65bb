//! Keyset pages: no page costs more than the first.
//!
//! Empty values come last in either direction; ties follow the id in the direction of the last
//! sort key, so that one index serves both directions.

use super::{Bin, T, row, rows_of};
use crate::cond::{Compiler, bound, col, truth};
use crate::conn::{Conn, Rows};
use crate::error::StoreError;
use crate::schema::comparing_column;
use akrab_model::{Cursor, Object, Page, Query, Raw, Registry};
use sea_query::{Expr, ExprTrait, NullOrdering, Order, SelectStatement};

/// A resolved sort key.
struct Key {
    column: String,
    descending: bool,
}

impl Conn {
    /// A page of rows in order.
    ///
    /// # Errors
    /// Those of the database.
    pub fn select(&mut self, registry: &Registry, query: &Query) -> Result<Page, StoreError> {
        let object = registry.at(query.object);
        let keys: Vec<Key> = query
            .sort
            .iter()
            .filter(|s| object.at(s.field).is_column())
            .map(|s| Key { column: comparing_column(object.at(s.field)), descending: s.descending })
            .collect();
        let back = query.after.as_ref().is_some_and(|c| c.back);
        let mut found = match keys.as_slice() {
            [key] => self.by_one_key(registry, object, query, key, back)?,
            keys => {
                let mut select = self.base(registry, object, query, keys);
                order(&mut select, keys, back);
                if let Some(cursor) = &query.after {
                    select.and_where(beyond(keys, cursor));
                }
                self.select_rows(select.limit(query.limit as u64 + 1))?
            }
        };
        let more = found.len() > query.limit;
        found.truncate(query.limit);
        if back {
            found.reverse();
        }
        Ok(page(found, query, keys.len(), more, back))
    }

    fn base(&mut self, registry: &Registry, object: &Object, query: &Query, keys: &[Key]) -> SelectStatement {
        let mut compiler = Compiler::new(registry, self.backend());
        let bin = if query.bin { Bin::Binned } else { Bin::Living };
        let mut select = rows_of(&mut compiler, object, &query.columns, &query.cond, bin);
        select.exprs(keys.iter().map(|k| col(T, &k.column)));
        select
    }

    /// Filled values and empty ones are read apart, so that each part follows the index.
    fn by_one_key(&mut self, registry: &Registry, object: &Object, query: &Query, key: &Key, back: bool) -> Result<Rows, StoreError> {
        let want = query.limit + 1;
        let mut found = Vec::new();
        let start = query.after.as_ref().map(|c| (c.keys.first().cloned().unwrap_or(Raw::Null), c.id));
        let from_empty = matches!(start, Some((Raw::Null, _)));
        let parts = if back { [true, false] } else { [false, true] };
        for empty in parts {
            // the part before the cursor's own is done
            let own = start.is_some() && from_empty == empty;
            let done = start.is_some() && !own && empty == back;
            if done || found.len() >= want {
                continue;
            }
            let mut select = self.base(registry, object, query, std::slice::from_ref(key));
            let downward = key.descending != back;
            let direction = || if downward { Order::Desc } else { Order::Asc };
            let (column, id) = (col(T, &key.column), col(T, "id"));
            if empty {
                select.and_where(column.is_null());
            } else {
                select.and_where(column.clone().is_not_null()).order_by_expr(column.clone(), direction());
            }
            select.order_by_expr(id.clone(), direction());
            if let (Some((value, last)), true) = (&start, own) {
                let (here, there) = match empty {
                    true => (id, Expr::val(*last)),
                    false => (Expr::tuple([col(T, &key.column), id]), Expr::tuple([bound(value), Expr::val(*last)])),
                };
                select.and_where(if downward { here.lt(there) } else { here.gt(there) });
            }
            select.limit((want - found.len()) as u64);
            found.extend(self.select_rows(&select)?);
        }
        Ok(found)
    }
}

fn page(found: Rows, query: &Query, keys: usize, more: bool, back: bool) -> Page {
    let width = query.columns.len();
    let cursor = |cells: &Vec<Raw>, back: bool| Cursor {
        keys: cells[3 + width..3 + width + keys].to_vec(),
        id: cells[0].int().unwrap_or_default(),
        back,
    };
    let has_next = if back { true } else { more };
    let has_previous = if back { more } else { query.after.is_some() };
    let next = found.last().filter(|_| has_next).map(|cells| cursor(cells, false));
    let previous = found.first().filter(|_| has_previous).map(|cells| cursor(cells, true));
    Page { rows: found.into_iter().map(|cells| row(cells, 0, width)).collect(), next, previous }
}

fn order(select: &mut SelectStatement, keys: &[Key], back: bool) {
    let direction = |descending: bool| if descending != back { Order::Desc } else { Order::Asc };
    for key in keys {
        let nulls = if back { NullOrdering::First } else { NullOrdering::Last };
        select.order_by_expr_with_nulls(col(T, &key.column), direction(key.descending), nulls);
    }
    select.order_by_expr(col(T, "id"), direction(keys.last().is_some_and(|k| k.descending)));
}

/// The rows that come after the cursor's, in the direction read.
fn beyond(keys: &[Key], cursor: &Cursor) -> Expr {
    let tie_down = keys.last().is_some_and(|k| k.descending) != cursor.back;
    let id = col(T, "id");
    let mut whole = if tie_down { id.lt(cursor.id) } else { id.gt(cursor.id) };
    for (n, key) in keys.iter().enumerate().rev() {
        let column = || col(T, &key.column);
        let value = cursor.keys.get(n).unwrap_or(&Raw::Null);
        let (further, same) = match (value.is_null(), cursor.back) {
            (true, false) => (truth(false), column().is_null()),
            (true, true) => (column().is_not_null(), column().is_null()),
            (false, back) => {
                let past = if key.descending != back { column().lt(bound(value)) } else { column().gt(bound(value)) };
                (if back { past } else { past.or(column().is_null()) }, column().eq(bound(value)))
            }
        };
        whole = further.or(same.and(whole));
    }
    whole
}
