//! Expressions that read differently on the two databases. Twin of `sqlite/dialect.rs`.

use sea_query::{Expr, ExprTrait, Func, FunctionCall, Query};

/// `text` has `needle` in it, letter by letter.
pub(crate) fn contains(text: Expr, needle: &str) -> Expr {
    Expr::from(Func::cust("strpos").arg(text).arg(needle.to_string())).gt(0)
}

/// `column` is one of the elements of a JSON array, whole numbers or texts.
pub(crate) fn among(column: Expr, json: String, numbers: bool) -> Expr {
    if numbers {
        // an index takes an array as it is; rows of a function it would have to join
        let array = Expr::val(json.replace('[', "{").replace(']', "}")).cast_as("text").cast_as("bigint[]");
        return column.eq(Func::cust("ANY").arg(array));
    }
    let array = Expr::val(json).cast_as("text").cast_as("jsonb");
    let texts = Func::cust("jsonb_array_elements_text").arg(array);
    column.in_subquery(Query::select().expr(Expr::col("value").cast_as("text")).from_function(texts, "list").take())
}

/// The keys of a field of several choices (`|a|b|`) as rows with a column `value`.
pub(crate) fn keys(text: Expr) -> FunctionCall {
    let bar = || Expr::val("|").cast_as("text");
    let list = Func::cust("string_to_array").arg(Func::cust("btrim").arg(text).arg(bar())).arg(bar());
    Func::cust("jsonb_array_elements_text").arg(Func::cust("to_jsonb").arg(list))
}

/// First day of the month or year of a day; both as days since 1970.
pub(crate) fn period_start(day: Expr, year: bool) -> Expr {
    let epoch = || Expr::val("1970-01-01").cast_as("text").cast_as("date");
    let unit = Expr::val(if year { "year" } else { "month" }).cast_as("text");
    let date = epoch().add(day.cast_as("integer")).cast_as("timestamp");
    let start = Expr::from(Func::cust("date_trunc").arg(unit).arg(date)).cast_as("date");
    start.sub(epoch()).cast_as("bigint")
}
