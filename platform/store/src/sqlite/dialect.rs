//! Expressions that read differently on the two databases. Twin of `postgres/dialect.rs`.

use sea_query::{BinOper, Expr, ExprTrait, Func, FunctionCall, Query};

/// `text` has `needle` in it, letter by letter.
pub(crate) fn contains(text: Expr, needle: &str) -> Expr {
    Expr::from(Func::cust("instr").arg(text).arg(needle.to_string())).gt(0)
}

/// `column` is one of the elements of a JSON array, whole numbers or texts.
pub(crate) fn among(column: Expr, json: String, _numbers: bool) -> Expr {
    column.in_subquery(Query::select().column("value").from_function(Func::cust("json_each").arg(json), "list").take())
}

/// The keys of a field of several choices (`|a|b|`) as rows with a column `value`.
pub(crate) fn keys(text: Expr) -> FunctionCall {
    // quoted first: what is in a key cannot end it
    let quoted = Func::cust("json_quote").arg(Func::cust("trim").arg(text).arg("|"));
    let list = Func::cust("replace").arg(quoted).arg("|").arg("\",\"");
    Func::cust("json_each").arg(Expr::val("[").binary(BinOper::Custom("||"), list).binary(BinOper::Custom("||"), "]"))
}

/// First day of the month or year of a day; both as days since 1970.
pub(crate) fn period_start(day: Expr, year: bool) -> Expr {
    let unit = if year { "start of year" } else { "start of month" };
    let start = Func::cust("unixepoch").arg(day.mul(86_400)).arg("unixepoch").arg(unit);
    Expr::from(start).div(86_400)
}
