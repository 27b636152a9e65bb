//! Values as cells.

use akrab_model::text::is_invisible;
use akrab_model::{Field, FieldType, Record, Value};
use std::borrow::Cow;

/// Whether a spreadsheet could take this text for a formula, also behind marks of earlier exports and
/// behind what it does not show.
pub fn is_formula(text: &str) -> bool {
    let bare = text.trim_start_matches(|c: char| c == '\'' || c == '"' || c.is_whitespace() || is_invisible(c));
    matches!(bare.chars().next(), Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '﹢' | '﹣' | '﹦' | '﹫' | '−'))
        || text.starts_with(['\t', '\r'])
}

/// Where a spreadsheet with another list separator than ours, or without respect for quotes, would begin
/// a new cell.
const BREAKS: [char; 4] = [';', '\t', '\n', '\r'];

/// The text with marks that keep spreadsheets from running any part of it; [`unguarded`] takes them off.
pub fn guarded(text: &str) -> Cow<'_, str> {
    marked(text, |part| is_formula(part).then(|| format!("'{part}")))
}

/// The text as it was before [`guarded`].
pub fn unguarded(text: &str) -> Cow<'_, str> {
    marked(text, |part| part.strip_prefix('\'').filter(|rest| is_formula(rest)).map(str::to_string))
}

/// Text whose parts between [`BREAKS`] are replaced where `change` has something else.
fn marked(text: &str, change: impl Fn(&str) -> Option<String>) -> Cow<'_, str> {
    let mut whole = String::new();
    let mut changed = false;
    for part in text.split_inclusive(BREAKS) {
        match change(part) {
            Some(other) => {
                changed = true;
                whole.push_str(&other);
            }
            None => whole.push_str(part),
        }
    }
    if changed { Cow::Owned(whole) } else { Cow::Borrowed(text) }
}

/// A cell to write.
pub(super) enum Cell {
    Blank,
    Text(String),
    Number(rust_decimal::Decimal),
    Date(jiff::civil::Date),
    Time(jiff::civil::DateTime),
}

impl Cell {
    pub fn of(field: &Field, record: &Record, lang: &str, zone: &jiff::tz::TimeZone) -> Cell {
        let title = |id: i64| record.title_in(&field.key, id).unwrap_or_default().to_string();
        match record.get(&field.key) {
            Value::Null => Cell::Blank,
            Value::Bool(b) => Cell::Text(match (lang, b) {
                ("id", true) => "ya".into(),
                ("id", false) => "tidak".into(),
                (_, b) => if *b { "yes" } else { "no" }.into(),
            }),
            Value::Int(n) if field.kind == FieldType::Duration => Cell::Text(format!("{}:{:02}", n / 60, n % 60)),
            Value::Int(id) if field.kind == FieldType::File => Cell::Text(title(*id)),
            Value::Int(n) => Cell::Number((*n).into()),
            Value::Dec(d) => Cell::Number(d.normalize()),
            Value::Text(key) if field.kind == FieldType::Choice => Cell::Text(choice(field, key, lang)),
            Value::Text(s) => Cell::Text(s.clone()),
            Value::Date(d) => Cell::Date(*d),
            Value::Time(t) => Cell::Time(t.to_zoned(zone.clone()).datetime()),
            Value::Link(id) => Cell::Text(title(*id)),
            Value::Keys(keys) => Cell::Text(keys.iter().map(|k| choice(field, k, lang)).collect::<Vec<_>>().join("; ")),
            Value::Links(rows) => Cell::Text(rows.iter().map(|r| title(r.to)).collect::<Vec<_>>().join("; ")),
            Value::Json(json) => Cell::Text(json.to_string()),
        }
    }

    /// As a CSV cell. Numbers are plain, so that any program reads them.
    pub fn text(&self, raw: bool) -> Cow<'_, str> {
        match self {
            Cell::Blank => Cow::Borrowed(""),
            Cell::Text(s) if raw => Cow::Borrowed(s),
            Cell::Text(s) => guarded(s),
            // what spreadsheets show and every reader of numbers here takes for the same
            Cell::Number(d) => Cow::Owned(akrab_model::value::plain(*d)),
            Cell::Date(d) => Cow::Owned(d.to_string()),
            Cell::Time(t) => Cow::Owned(t.strftime("%Y-%m-%d %H:%M:%S").to_string()),
        }
    }
}

fn choice(field: &Field, key: &str, lang: &str) -> String {
    field.choice(key).map_or_else(|| key.to_string(), |c| c.label.get(lang).to_string())
}

/// The id columns beside a link; none for other fields.
pub(super) fn link_id(field: &Field, record: &Record) -> Option<String> {
    match (field.to.is_some(), record.get(&field.key)) {
        (false, _) => None,
        (true, Value::Link(id)) => Some(id.to_string()),
        (true, Value::Links(rows)) => Some(rows.iter().map(|r| r.to.to_string()).collect::<Vec<_>>().join("; ")),
        (true, _) => Some(String::new()),
    }
}
