//! Many rows in one statement: the columns travel as arrays. SQLite needs none of this, since a
//! statement costs it no journey.

use akrab_model::Raw;
use tokio_postgres::types::{ToSql, Type};

/// Fewer rows travel one by one.
pub(super) const FEWEST: usize = 4;
/// Rows of one statement; more would only hold more memory.
pub(super) const MOST: usize = 2_000;

type Column = Box<dyn ToSql + Sync + Send>;

/// `INSERT … VALUES ($1, $2)` for rows in arrays, in their order; none for a statement of another
/// form. One that updates on conflict must not be given the same row twice.
pub(super) fn insert(sql: &str, types: &[Type]) -> Option<String> {
    let (head, rest) = sql.strip_prefix("INSERT INTO ")?.split_once(" VALUES (")?;
    if types.is_empty() || types.iter().any(|t| array_of(t).is_none()) {
        return None;
    }
    let (values, tail) = rest.split_at(closing(rest)?);
    Some(format!("INSERT INTO {head} SELECT {} FROM {} ORDER BY r.n{}", named(values), rows_of(types, true), &tail[1..]))
}

/// `UPDATE … SET a = $2, b = $3 WHERE id = $1` for rows in arrays, which must not hold an id twice; none for a
/// statement of another form.
pub(super) fn update(sql: &str, types: &[Type]) -> Option<String> {
    let (table, rest) = sql.strip_prefix("UPDATE ")?.split_once(" SET ")?;
    let set = rest.strip_suffix(" WHERE id = $1")?;
    if types.is_empty() || types.iter().any(|t| array_of(t).is_none()) {
        return None;
    }
    Some(format!("UPDATE {table} AS t SET {} FROM {} WHERE t.id = r.p1", named(set), rows_of(types, false)))
}

/// Parameters that are arrays as rows called `r`.
fn rows_of(types: &[Type], numbered: bool) -> String {
    let lists: Vec<String> = types.iter().enumerate().map(|(n, t)| format!("CAST(${} AS {}[])", n + 1, t.name())).collect();
    let names: Vec<String> = (1..=types.len()).map(|n| format!("p{n}")).collect();
    let (ordered, number) = if numbered { (" WITH ORDINALITY", ", n") } else { ("", "") };
    format!("unnest({}){ordered} AS r({}{number})", lists.join(", "), names.join(", "))
}

/// Place of the bracket that ends what `text` begins within.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quoted) = (0, false);
    for (place, letter) in text.char_indices() {
        match letter {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted && depth == 0 => return Some(place),
            ')' if !quoted => depth -= 1,
            _ => {}
        }
    }
    None
}

/// `$3` becomes `r.p3`; no statement of ours holds a `$` that is not a parameter.
fn named(values: &str) -> String {
    values.replace('$', "r.p")
}

fn array_of(kind: &Type) -> Option<()> {
    [Type::INT8, Type::INT4, Type::BOOL, Type::TEXT, Type::VARCHAR].contains(kind).then_some(())
}

/// The rows' cells column by column; none when a cell does not fit its column.
pub(super) fn columns(rows: &[Vec<Raw>], types: &[Type]) -> Option<Vec<Column>> {
    types.iter().enumerate().map(|(n, kind)| column(rows, n, kind)).collect()
}

fn column(rows: &[Vec<Raw>], n: usize, kind: &Type) -> Option<Column> {
    let numbers = || {
        rows.iter().map(|row| match row.get(n)? {
            Raw::Null => Some(None),
            Raw::Int(number) => Some(Some(*number)),
            Raw::Text(text) => text.parse().ok().map(Some),
        })
    };
    Some(match *kind {
        Type::INT8 => Box::new(numbers().collect::<Option<Vec<Option<i64>>>>()?),
        Type::INT4 => {
            let short = numbers().map(|cell| cell?.map(i32::try_from).transpose().ok());
            Box::new(short.collect::<Option<Vec<Option<i32>>>>()?)
        }
        Type::BOOL => Box::new(numbers().map(|cell| Some(cell?.map(|number| number != 0))).collect::<Option<Vec<Option<bool>>>>()?),
        _ => {
            let texts = rows.iter().map(|row| match row.get(n)? {
                Raw::Null => Some(None),
                Raw::Int(number) => Some(Some(number.to_string())),
                // PostgreSQL cannot store the zero character
                Raw::Text(text) => Some(Some(text.replace('\0', ""))),
            });
            Box::new(texts.collect::<Option<Vec<Option<String>>>>()?)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_insert_takes_its_rows_from_arrays() {
        let sql = "INSERT INTO a (x, y) VALUES ($1, array_to_tsvector(string_to_array($2, ' ) '))) ON CONFLICT (x) DO NOTHING";
        let many = insert(sql, &[Type::INT8, Type::TEXT]);
        let wanted = "INSERT INTO a (x, y) SELECT r.p1, array_to_tsvector(string_to_array(r.p2, ' ) ')) \
                      FROM unnest(CAST($1 AS int8[]), CAST($2 AS text[])) WITH ORDINALITY AS r(p1, p2, n) ORDER BY r.n \
                      ON CONFLICT (x) DO NOTHING";
        assert_eq!(many.as_deref(), Some(wanted));
        assert_eq!(insert("UPDATE a SET x = $1", &[Type::INT8]), None);
    }

    #[test]
    fn a_change_takes_its_rows_from_arrays() {
        let many = update("UPDATE \"a\" SET \"x\" = $2, \"y\" = $3 WHERE id = $1", &[Type::INT8, Type::TEXT, Type::INT8]);
        let wanted = "UPDATE \"a\" AS t SET \"x\" = r.p2, \"y\" = r.p3 \
                      FROM unnest(CAST($1 AS int8[]), CAST($2 AS text[]), CAST($3 AS int8[])) AS r(p1, p2, p3) WHERE t.id = r.p1";
        assert_eq!(many.as_deref(), Some(wanted));
        assert_eq!(update("UPDATE a SET x = $1 WHERE id = $2", &[Type::INT8, Type::INT8]), None);
    }
}
