//! Expressions that read differently on the two databases. Twin of `sqlite/dialect.rs`.

use sea_query::{Expr, ExprTrait, Func, Query, SelectStatement};

/// `text` has `needle` in it, letter by letter.
pub(crate) fn contains(text: Expr, needle: &str) -> Expr {
    Expr::from(Func::cust("strpos").arg(text).arg(needle.to_string())).gt(0)
}

/// The elements of a JSON array as rows, as whole numbers or as text.
pub(crate) fn elements(json: String, numbers: bool) -> SelectStatement {
    let array = Expr::val(json).cast_as("text").cast_as("jsonb");
    let value = Expr::col("value");
    Query::select()
        .expr(if numbers { value.cast_as("bigint") } else { value.cast_as("text") })
        .from_function(Func::cust("jsonb_array_elements_text").arg(array), "list")
        .take()
}

/// First day of the month or year of a day; both as days since 1970.
pub(crate) fn period_start(day: Expr, year: bool) -> Expr {
    let epoch = || Expr::val("1970-01-01").cast_as("text").cast_as("date");
    let unit = Expr::val(if year { "year" } else { "month" }).cast_as("text");
    let date = epoch().add(day.cast_as("integer")).cast_as("timestamp");
    let start = Expr::from(Func::cust("date_trunc").arg(unit).arg(date)).cast_as("date");
    start.sub(epoch()).cast_as("bigint")
}
