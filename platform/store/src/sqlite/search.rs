//! The search index: FTS5 without content. Twin of `postgres/search.rs`.
//!
//! Besides its words an entry holds two marked tokens: its kind of record, and the first word of its title.

use crate::cond::col;
use crate::conn::{Conn, Rows};
use crate::error::StoreError;
use crate::search::{Indexed, Wanted};
use akrab_model::Raw;
use sea_query::{BinOper, Expr, ExprTrait, JoinType, Query, SelectStatement};

/// The `ascii` tokenizer splits at ASCII marks only: words come folded and split already.
pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS search_entry ({id}, object BIGINT NOT NULL, record BIGINT NOT NULL, title TEXT NOT NULL, \
     UNIQUE (object, record))",
    "CREATE VIRTUAL TABLE IF NOT EXISTS search_fts USING fts5(words, content='', contentless_delete=1, detail='none', \
     prefix='1 2 3', tokenize='ascii')",
];

/// Private-use letters no typed word begins with.
const KIND: char = '\u{E000}';
const FIRST: char = '\u{E001}';

pub(crate) fn put(conn: &mut Conn, entries: &[Indexed]) -> Result<(), StoreError> {
    // without RETURNING, which would make SQLite copy every page it touches first
    let new = "INSERT INTO search_entry (object, record, title) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    let old = "UPDATE search_entry SET title = $3 WHERE object = $1 AND record = $2";
    let find = "SELECT id FROM search_entry WHERE object = $1 AND record = $2";
    let mut rows = Vec::with_capacity(entries.len());
    for entry in entries {
        let params = [Raw::Int(entry.object), Raw::Int(entry.record), entry.title.as_str().into()];
        let known = conn.execute(new, &params)? == 0;
        let id = conn.query_one(find, &params[..2])?.and_then(|c| c.into_iter().next()).unwrap_or(Raw::Null);
        if known {
            conn.execute(old, &params)?;
            conn.execute("DELETE FROM search_fts WHERE rowid = $1", std::slice::from_ref(&id))?;
        }
        let mut text = format!("{KIND}{}", entry.object);
        if let Some(first) = entry.title_words.first() {
            text.push(' ');
            text.push(FIRST);
            text.push_str(first);
        }
        for word in &entry.words {
            text.push(' ');
            text.push_str(word);
        }
        rows.push(vec![id, Raw::Text(text)]);
    }
    conn.execute_many("INSERT INTO search_fts (rowid, words) VALUES ($1, $2)", &rows)
}

pub(crate) fn remove(conn: &mut Conn, object: i64, record: i64) -> Result<(), StoreError> {
    let sql = "DELETE FROM search_entry WHERE object = $1 AND record = $2 RETURNING id";
    for row in conn.changing(sql, &[Raw::Int(object), Raw::Int(record)])? {
        conn.execute("DELETE FROM search_fts WHERE rowid = $1", &row)?;
    }
    Ok(())
}

/// Candidates whose title begins with the first term, then those with whole words, then any others.
pub(crate) fn find(conn: &mut Conn, wanted: &Wanted, many: usize) -> Result<Rows, StoreError> {
    let sql = format!(
        "SELECT e.object, e.record, e.title FROM (SELECT rowid AS id FROM search_fts WHERE search_fts MATCH $1 LIMIT {many}) f \
         JOIN search_entry e ON e.id = f.id"
    );
    let mut found = Vec::new();
    for reach in [Reach::Title, Reach::Whole, Reach::Any] {
        // a word most entries have is streamed when whole, but gathered first when it is a beginning
        if found.len() < many && (reach != Reach::Whole || wanted.terms.iter().flatten().flatten().all(|w| w.len() > INDEXED)) {
            found.extend(conn.query(&sql, &[expression(wanted, reach).into()])?);
        }
    }
    Ok(found)
}

/// Selects every record that matches.
pub(crate) fn matching(wanted: &Wanted) -> SelectStatement {
    Query::select()
        .expr(col("e", "record"))
        .from_as("search_fts", "f")
        .join_as(JoinType::InnerJoin, "search_entry", "e", col("e", "id").eq(col("f", "rowid")))
        .and_where(col("f", "search_fts").binary(BinOper::Custom("MATCH"), Expr::val(expression(wanted, Reach::Any))))
        .take()
}

/// Longest beginning with an index of its own.
const INDEXED: usize = 3;

/// Which entries a term may match.
#[derive(Clone, Copy, PartialEq)]
enum Reach {
    /// The first term begins the title.
    Title,
    /// Terms are whole words.
    Whole,
    /// Terms begin words.
    Any,
}

/// The FTS5 expression. Words are letters and digits only, so quoting them is enough.
fn expression(wanted: &Wanted, reach: Reach) -> String {
    let mut parts = Vec::new();
    for (n, alternatives) in wanted.terms.iter().enumerate() {
        let any: Vec<String> = alternatives
            .iter()
            .map(|words| {
                let all = words.iter().enumerate().map(|(m, word)| match reach {
                    Reach::Title if n == 0 && m == 0 => format!("\"{FIRST}{word}\"*"),
                    Reach::Whole => format!("\"{word}\""),
                    _ => format!("\"{word}\"*"),
                });
                format!("({})", all.collect::<Vec<_>>().join(" AND "))
            })
            .collect();
        parts.push(format!("({})", any.join(" OR ")));
    }
    if let Some(objects) = &wanted.objects {
        let any: Vec<_> = objects.iter().map(|o| format!("\"{KIND}{o}\"")).collect();
        parts.push(format!("({})", any.join(" OR ")));
    }
    parts.join(" AND ")
}
