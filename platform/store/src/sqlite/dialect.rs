//! Expressions that read differently on the two databases. Twin of `postgres/dialect.rs`.

use sea_query::{Expr, ExprTrait, Func, Query};

/// `text` has `needle` in it, letter by letter.
pub(crate) fn contains(text: Expr, needle: &str) -> Expr {
    Expr::from(Func::cust("instr").arg(text).arg(needle.to_string())).gt(0)
}

/// `column` is one of the elements of a JSON array, whole numbers or texts.
pub(crate) fn among(column: Expr, json: String, _numbers: bool) -> Expr {
    column.in_subquery(Query::select().column("value").from_function(Func::cust("json_each").arg(json), "list").take())
}

/// First day of the month or year of a day; both as days since 1970.
pub(crate) fn period_start(day: Expr, year: bool) -> Expr {
    let unit = if year { "start of year" } else { "start of month" };
    let start = Func::cust("unixepoch").arg(day.mul(86_400)).arg("unixepoch").arg(unit);
    Expr::from(start).div(86_400)
}
