//! The search index: a GIN index over words, a B-tree over the beginnings of titles. Twin of `sqlite/search.rs`.

use crate::cond::{col, prefix_end};
use crate::conn::{Conn, Rows};
use crate::error::StoreError;
use crate::search::{Indexed, Wanted};
use akrab_model::Raw;
use sea_query::{BinOper, Expr, ExprTrait, Query, SelectStatement};

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS search_entry ({id}, object BIGINT NOT NULL, record BIGINT NOT NULL, title TEXT NOT NULL, \
     start TEXT NOT NULL, words tsvector NOT NULL, UNIQUE (object, record))",
    "CREATE INDEX IF NOT EXISTS search_entry_words ON search_entry USING gin (words)",
    "CREATE INDEX IF NOT EXISTS search_entry_start ON search_entry (start)",
];

/// Beginnings of fewer bytes match too many words for the GIN index.
const SHORT: usize = 3;

pub(crate) fn put(conn: &mut Conn, entries: &[Indexed]) -> Result<(), StoreError> {
    let sql = "INSERT INTO search_entry (object, record, title, start, words) \
               VALUES ($1, $2, $3, $4, array_to_tsvector(string_to_array($5, ' '))) \
               ON CONFLICT (object, record) DO UPDATE SET title = excluded.title, start = excluded.start, words = excluded.words";
    let mut entries: Vec<&Indexed> = entries.iter().collect();
    entries.sort_by_key(|e| (e.object, e.record));
    // one statement may not change a row twice: of two entries for one record the later counts
    entries.reverse();
    entries.dedup_by_key(|e| (e.object, e.record));
    let rows: Vec<_> = entries
        .iter()
        .map(|entry| {
            let start: String = entry.title_words.join(" ").chars().take(60).collect();
            vec![Raw::Int(entry.object), Raw::Int(entry.record), entry.title.as_str().into(), start.into(), entry.words.join(" ").into()]
        })
        .collect();
    conn.execute_later(sql, rows)
}

pub(crate) fn remove(conn: &mut Conn, object: i64, record: i64) -> Result<(), StoreError> {
    let sql = "DELETE FROM search_entry WHERE object = $1 AND record = $2";
    conn.execute(sql, &[Raw::Int(object), Raw::Int(record)]).map(|_| ())
}

/// Candidates whose title begins with the first term, then any others.
pub(crate) fn find(conn: &mut Conn, wanted: &Wanted, many: usize) -> Result<Rows, StoreError> {
    let mut found = Vec::new();
    let alternatives = wanted.terms.first().map(Vec::as_slice).unwrap_or_default();
    for start in alternatives.iter().filter_map(|words| words.first()) {
        found.extend(titles(conn, wanted, start, many - found.len())?);
        if found.len() >= many {
            return Ok(found);
        }
    }
    let (long, short): (Vec<_>, Vec<_>) = wanted.terms.iter().partition(|t| t.iter().all(|words| words.iter().any(|w| w.len() >= SHORT)));
    if !long.is_empty() {
        let mut sql = String::from("SELECT object, record, title FROM search_entry WHERE words @@ CAST(CAST($1 AS text) AS tsquery)");
        let mut params = vec![expression(&long).into(), Raw::Int(many as i64)];
        if !short.is_empty() {
            params.push(expression(&short).into());
            // compared this way it is checked on each candidate, not looked up
            sql.push_str(" AND (words @@ CAST(CAST($3 AS text) AS tsquery)) IS TRUE");
        }
        sql.push_str(&kinds(wanted));
        found.extend(conn.query(&(sql + " LIMIT $2"), &params)?);
    }
    Ok(found)
}

/// Selects every record that matches.
pub(crate) fn matching(wanted: &Wanted) -> SelectStatement {
    let terms: Vec<_> = wanted.terms.iter().collect();
    let asked = Expr::val(expression(&terms)).cast_as("text").cast_as("tsquery");
    let mut select = Query::select();
    select.expr(col("e", "record")).from_as("search_entry", "e").and_where(col("e", "words").binary(BinOper::Custom("@@"), asked));
    if let Some(objects) = &wanted.objects {
        select.and_where(col("e", "object").is_in(objects.iter().copied()));
    }
    select
}

fn titles(conn: &mut Conn, wanted: &Wanted, start: &str, many: usize) -> Result<Rows, StoreError> {
    let Some(end) = prefix_end(start) else { return Ok(Vec::new()) };
    // the planner believes that few titles begin so, and would fetch and sort them all; of bounds it cannot
    // see beforehand it believes nothing, and follows the index until it has enough
    let mut sql = String::from(
        "SELECT object, record, title FROM search_entry WHERE start >= (SELECT CAST($1 AS text)) AND start < (SELECT CAST($2 AS text))",
    );
    let mut params = vec![start.into(), end.into(), Raw::Int(many as i64)];
    if wanted.terms.len() > 1 || wanted.terms.iter().flatten().any(|words| words.len() > 1) {
        params.push(expression(&wanted.terms.iter().collect::<Vec<_>>()).into());
        sql.push_str(" AND (words @@ CAST(CAST($4 AS text) AS tsquery)) IS TRUE");
    }
    sql.push_str(&kinds(wanted));
    conn.query(&(sql + " ORDER BY start LIMIT $3"), &params)
}

fn kinds(wanted: &Wanted) -> String {
    let Some(objects) = &wanted.objects else { return String::new() };
    let list: Vec<_> = objects.iter().map(i64::to_string).collect();
    format!(" AND object IN ({})", list.join(", "))
}

/// The text form of a tsquery. Words are letters and digits only, so quoting them is enough.
fn expression(terms: &[&Vec<Vec<String>>]) -> String {
    let term = |alternatives: &Vec<Vec<String>>| {
        let any = alternatives.iter().map(|words| {
            let all: Vec<_> = words.iter().map(|w| format!("'{w}':*")).collect();
            format!("({})", all.join(" & "))
        });
        format!("({})", any.collect::<Vec<_>>().join(" | "))
    };
    terms.iter().map(|t| term(t)).collect::<Vec<_>>().join(" & ")
}
