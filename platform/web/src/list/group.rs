//! Groups of a list: heads with count and totals, rows on demand.

use super::head::total_value;
use super::rows::{Drawing, more_line};
use super::state::Listing;
use crate::ui::table::{Group, Line};
use crate::value::Look;
use akrab_engine::{GroupRow, List, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::query::Bucket;
use akrab_model::{Field, Filter, Value, format};
use jiff::ToSpan;
use jiff::civil::Date;
use maud::html;

/// Groups open at first, and rows shown in each.
const OPEN: usize = 3;
const ROWS: usize = 5;

/// A group with the rows read for it.
pub struct Part {
    pub row: GroupRow,
    pub list: Option<List>,
}

/// Groups with the rows of the open ones.
///
/// # Errors
/// As [`Tx::groups`] and [`Tx::list`].
pub fn read(tx: &mut Tx, listing: &Listing) -> Result<Vec<Part>> {
    let Some((field, bucket)) = listing.group() else { return Ok(Vec::new()) };
    let groups = tx.groups(&listing.request(), &field.key, bucket, &listing.state.totals)?;
    let open: Option<Vec<String>> = listing.address.open.as_deref().map(super::state::split);
    let mut parts = Vec::new();
    for (n, row) in groups.into_iter().enumerate() {
        let key = key_text(&row.key);
        let shown = open.as_ref().map_or(n < OPEN, |open| open.contains(&key));
        let list = match condition(listing, &key).filter(|_| shown) {
            Some(own) => {
                let mut request = listing.request();
                request.limit = ROWS;
                request.after = None;
                request.filter = Some(match request.filter.take() {
                    Some(filter) => Filter::All(vec![filter, own]),
                    None => own,
                });
                Some(tx.list(&request)?)
            }
            None => None,
        };
        parts.push(Part { row, list });
    }
    Ok(parts)
}

/// The lines of a grouped table.
pub fn lines(listing: &Listing, drawing: &Drawing, parts: &[Part]) -> Vec<Line> {
    let Some((field, bucket)) = listing.group() else { return Vec::new() };
    let open: Vec<String> = parts.iter().filter(|p| p.list.is_some()).map(|p| key_text(&p.row.key)).collect();
    let mut lines = Vec::new();
    for part in parts {
        let key = key_text(&part.row.key);
        lines.push(Line::Group(head(listing, field, bucket, part, &key, &open)));
        if let Some(list) = &part.list {
            lines.extend(list.records.iter().map(|r| Line::Row(Box::new(drawing.row(r, &list.editable)))));
            if let Some(next) = &list.next {
                lines.push(more_line(listing, &key, next, list.records.len() as u64, part.row.count));
            }
        }
    }
    lines
}

fn head(listing: &Listing, field: &Field, bucket: Option<Bucket>, part: &Part, key: &str, open: &[String]) -> Group {
    let look = &listing.look;
    let mut after: Vec<&str> = open.iter().map(String::as_str).filter(|k| *k != key).collect();
    if part.list.is_none() {
        after.push(key);
    }
    let address = super::address::Address { open: Some(after.join(",")), ..listing.address.clone() };
    let total = |key: &str| {
        let total = part.row.totals.iter().find(|t| t.field.as_deref() == Some(key))?;
        total_value(look, listing.object.field(key)?, total).map(|words| html! { (words) })
    };
    Group {
        label: label(look, field, bucket, &part.row),
        count: look.t.number(i64::try_from(part.row.count).unwrap_or(i64::MAX)),
        open: part.list.is_some(),
        href: address.href(),
        totals: listing.columns().map(|(_, f)| total(&f.key)).collect(),
    }
}

/// The group's value in words.
fn label(look: &Look, field: &Field, bucket: Option<Bucket>, row: &GroupRow) -> String {
    match (&row.key, bucket) {
        (Value::Null, _) => look.t.get("list-group-empty"),
        (Value::Date(day), Some(Bucket::Month)) => format::month_year(*day, look.lang),
        (Value::Date(day), Some(Bucket::Year)) => day.year().to_string(),
        (Value::Date(day), _) => format::date_long(*day, look.lang),
        (Value::Link(_), _) => row.title.clone().unwrap_or_else(|| look.t.get("value-out-of-sight")),
        (value, _) => look.value_words(field, value, |_| None),
    }
}

/// A group's key in an address.
pub fn key_text(value: &Value) -> String {
    match value {
        Value::Null => "-".into(),
        Value::Text(key) => key.clone(),
        Value::Link(id) | Value::Int(id) => id.to_string(),
        Value::Bool(on) => on.to_string(),
        Value::Date(day) => day.to_string(),
        other => other.to_json().to_string(),
    }
}

/// The condition that selects a group.
pub fn condition(listing: &Listing, key: &str) -> Option<Filter> {
    let (field, bucket) = listing.group()?;
    if key == "-" {
        return Some(Filter::test(&field.key, Op::Empty, ()));
    }
    let Some(bucket) = bucket else {
        let value = match key {
            "true" | "false" => serde_json::Value::Bool(key == "true"),
            _ => key.into(),
        };
        return Some(Filter::test(&field.key, Op::Is, value));
    };
    let from: Date = key.parse().ok()?;
    let last = match bucket {
        Bucket::Day => from,
        Bucket::Month => from.last_of_month(),
        Bucket::Year => from.checked_add(1.year()).ok()?.yesterday().ok()?,
    };
    let ends = vec![from.to_string(), last.to_string()];
    Some(Filter::test(&field.key, Op::Between, ends))
}
