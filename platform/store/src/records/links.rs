//! The rows of `links` fields.

use super::built;
use crate::cond::{Compiler, bound, col};
use crate::conn::Conn;
use crate::error::StoreError;
use crate::schema::link_table;
use akrab_model::{Field, FieldIx, Object, Raw, Registry};
use sea_query::{Expr, ExprTrait, Order, Query};
use std::collections::HashMap;

/// One stored row of a `links` field.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkCells {
    pub to: i64,
    /// In the order of the field's columns.
    pub cells: Vec<Raw>,
}

const L: &str = "l";

impl Conn {
    /// The links of these records, in their order.
    ///
    /// # Errors
    /// Those of the database.
    pub fn links(
        &mut self,
        registry: &Registry,
        object: &Object,
        field: FieldIx,
        ids: &[i64],
    ) -> Result<HashMap<i64, Vec<LinkCells>>, StoreError> {
        let mut links: HashMap<i64, Vec<LinkCells>> = HashMap::new();
        if ids.is_empty() {
            return Ok(links);
        }
        let field = object.at(field);
        let compiler = Compiler::new(registry, self.backend());
        let mut select = Query::select();
        select.expr(col(L, "from_id")).expr(col(L, "to_id")).exprs(field.columns.iter().map(|c| col(L, &c.column)));
        select.from_as(link_table(object, field), L).and_where(compiler.in_ids(col(L, "from_id"), ids));
        select.order_by_expr(col(L, "from_id"), Order::Asc).order_by_expr(col(L, "n"), Order::Asc);
        for cells in self.select_rows(&select)? {
            let mut cells = cells.into_iter();
            let mut number = || cells.next().and_then(|c| c.int());
            if let (Some(from), Some(to)) = (number(), number()) {
                links.entry(from).or_default().push(LinkCells { to, cells: cells.collect() });
            }
        }
        Ok(links)
    }

    /// Replaces a record's links.
    ///
    /// # Errors
    /// Those of the database.
    pub fn set_links(
        &mut self,
        _registry: &Registry,
        object: &Object,
        field: FieldIx,
        id: i64,
        links: &[LinkCells],
    ) -> Result<(), StoreError> {
        let field = object.at(field);
        let mut delete = Query::delete();
        delete.from_table(link_table(object, field)).and_where(Expr::col("from_id").eq(id));
        let (sql, params) = built(self.backend(), &delete);
        self.execute(&sql, &params)?;
        let rows: Vec<Vec<Raw>> = links.iter().enumerate().map(|(n, link)| params_of(field, id, n, link)).collect();
        let Some(first) = rows.first() else { return Ok(()) };
        let columns = ["from_id", "n", "to_id"].map(String::from).into_iter();
        let mut insert = Query::insert();
        insert.into_table(link_table(object, field)).columns(columns.chain(field.columns.iter().map(|c| c.column.clone())));
        insert.values(first.iter().map(bound)).map_err(StoreError::other)?;
        let (sql, _) = built(self.backend(), &insert);
        self.execute_many(&sql, &rows)
    }
}

fn params_of(field: &Field, id: i64, n: usize, link: &LinkCells) -> Vec<Raw> {
    let mut row = vec![Raw::Int(id), Raw::Int(n as i64), Raw::Int(link.to)];
    row.extend((0..field.columns.len()).map(|c| link.cells.get(c).cloned().unwrap_or(Raw::Null)));
    row
}
