//! Records: reading, counting, grouping and writing the rows of any object.

mod figures;
mod lanes;
mod links;
mod page;
mod pair;
mod read;
mod report;
mod titled;
mod write;

pub use links::LinkCells;
pub use read::{Bin, Few};
pub(crate) use report::sliced;
pub use report::{Cell, ReportQuery};
pub use write::NewRow;

use crate::cond::{Compiler, col};
use crate::conn::{Backend, Conn, Rows};
use crate::error::StoreError;
use akrab_model::query::Row;
use akrab_model::{Cond, FieldIx, Object, Raw};
use sea_query::{Expr, ExprTrait, Keyword, PostgresQueryBuilder, Query, QueryStatementWriter, SelectStatement, SqliteQueryBuilder, Value};

/// Name of the asked table in every statement.
pub(crate) const T: &str = "t";

/// A statement's text and parameters for one database.
pub(crate) fn built(backend: Backend, statement: &impl QueryStatementWriter) -> (String, Vec<Raw>) {
    let (sql, values) = match backend {
        Backend::Sqlite => statement.build(SqliteQueryBuilder),
        Backend::Postgres => statement.build(PostgresQueryBuilder),
    };
    with_limits(backend, &sql, values.0)
}

/// Limits stand in the text where a parameter would cost a new plan each time the statement is run:
/// on SQLite always, as for a value it knows the frequency of; on PostgreSQL where nothing else is a
/// parameter. With others it takes one plan for all values, made for the usual one, unless a limit
/// it does not know makes that plan look dear.
fn with_limits(backend: Backend, sql: &str, values: Vec<Value>) -> (String, Vec<Raw>) {
    // only limits are unsigned
    let is_limit = |value: &Value| matches!(value, Value::BigUnsigned(Some(_)));
    let mark = match backend {
        Backend::Sqlite => '?',
        Backend::Postgres if values.iter().all(is_limit) => '$',
        Backend::Postgres => return (sql.into(), values.into_iter().map(raw).collect()),
    };
    let (mut text, mut params) = (String::with_capacity(sql.len() + 8), Vec::with_capacity(values.len()));
    let mut parts = sql.split(mark);
    text.push_str(parts.next().unwrap_or_default());
    for (value, part) in values.into_iter().zip(parts) {
        match value {
            Value::BigUnsigned(Some(limit)) => text.push_str(&limit.to_string()),
            value => {
                text.push(mark);
                params.push(raw(value));
            }
        }
        // PostgreSQL's marks are numbered
        text.push_str(if mark == '$' { part.trim_start_matches(|c: char| c.is_ascii_digit()) } else { part });
    }
    (text, params)
}

fn raw(value: Value) -> Raw {
    match value {
        Value::BigInt(v) => v.into(),
        Value::Int(v) => v.map(i64::from).into(),
        Value::BigUnsigned(v) => v.map(|n| i64::try_from(n).unwrap_or(i64::MAX)).into(),
        Value::Bool(v) => v.into(),
        Value::String(v) => v.into(),
        // the builders of this crate make no others
        other => unreachable!("a parameter of an unknown kind: {other:?}"),
    }
}

impl Conn {
    pub(crate) fn select_rows(&mut self, statement: &SelectStatement) -> Result<Rows, StoreError> {
        let (sql, params) = built(self.backend(), statement);
        self.query(&sql, &params)
    }
}

/// A column to select; fields kept elsewhere give null.
fn cell(object: &Object, ix: FieldIx) -> Expr {
    let field = object.at(ix);
    if field.is_column() { col(T, &field.column) } else { Expr::Keyword(Keyword::Null) }
}

/// `id, version, deleted_at, columns…` of the rows that match.
fn rows_of(compiler: &mut Compiler<'_>, object: &Object, columns: &[FieldIx], cond: &Cond, bin: Bin) -> SelectStatement {
    let mut select = Query::select();
    for column in ["id", "version", "deleted_at"] {
        select.expr(col(T, column));
    }
    select.exprs(columns.iter().map(|ix| cell(object, *ix)));
    from(compiler, &mut select, object, cond, bin);
    select
}

/// Adds the table and its conditions.
pub(crate) fn from(compiler: &mut Compiler<'_>, select: &mut SelectStatement, object: &Object, cond: &Cond, bin: Bin) {
    select.from_as(object.table.clone(), T);
    match bin {
        Bin::Living => select.and_where(col(T, "deleted_at").is_null()),
        // what went into another record is not in the bin
        Bin::Binned => select.and_where(col(T, "deleted_at").gt(0)),
        Bin::Any => select,
    };
    if *cond != Cond::True {
        select.and_where(compiler.cond(cond, object, T));
    }
}

fn row(cells: Vec<Raw>, skip: usize, width: usize) -> Row {
    let mut cells = cells.into_iter().skip(skip);
    let mut number = || cells.next().and_then(|c| c.int());
    let (id, version, deleted_at) = (number().unwrap_or_default(), number().unwrap_or_default(), number());
    Row { id, version, deleted_at, cells: cells.take(width).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(filter: bool) -> SelectStatement {
        let mut inner = Query::select();
        inner.column("a").from("t").limit(10_000);
        if filter {
            inner.and_where(col("t", "b").eq(7));
        }
        Query::select().column("a").from_subquery(inner, "s").limit(51).take()
    }

    #[test]
    fn a_limit_stands_in_the_text_where_it_would_cost_a_plan() {
        let (sql, sent) = built(Backend::Sqlite, &page(true));
        assert!(sql.ends_with(r#""b" = ? LIMIT 10000) AS "s" LIMIT 51"#), "{sql}");
        assert_eq!(sent, [Raw::Int(7)]);
        let (sql, sent) = built(Backend::Postgres, &page(false));
        assert!(sql.ends_with(r#"LIMIT 10000) AS "s" LIMIT 51"#) && sent.is_empty(), "{sql}");
        let (sql, sent) = built(Backend::Postgres, &page(true));
        assert!(sql.ends_with(r#""b" = $1 LIMIT $2) AS "s" LIMIT $3"#), "{sql}");
        assert_eq!(sent, [Raw::Int(7), Raw::Int(10_000), Raw::Int(51)]);
    }
}
