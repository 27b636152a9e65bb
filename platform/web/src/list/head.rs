//! Heads and feet of columns: sorting, totals over the whole result.

use super::address::Address;
use super::state::Listing;
use crate::ui::table::{Sorting, total};
use crate::value::Look;
use akrab_engine::Total;
use akrab_model::query::AggregateFn;
use akrab_model::{Count, Field, FieldType, Value, format};
use maud::{Markup, html};

/// How a column is sorted, and what a click and Shift with a click ask for.
pub fn sorting(listing: &Listing, key: &str) -> Sorting {
    let sort = &listing.state.sort;
    let now = sort.iter().find(|s| s.trim_start_matches('-') == key);
    let descending = now.map(|s| s.starts_with('-'));
    let next = match descending {
        None => Some(key.to_string()),
        Some(false) => Some(format!("-{key}")),
        Some(true) => None,
    };
    let alone: Vec<String> = next.clone().into_iter().collect();
    let mut added: Vec<String> = sort.iter().filter(|s| s.trim_start_matches('-') != key).cloned().collect();
    added.truncate(1);
    added.extend(next);
    let link = listing.object.field(key).is_some_and(|f| f.kind == FieldType::Link);
    let added = if link { alone.clone() } else { added };
    let address = listing.address.first_page();
    Sorting { descending, href: address.with_sort(&alone).href(), add_href: address.with_sort(&added).href() }
}

/// A figure in words: money short, the rest as it is.
pub fn total_value(look: &Look, field: &Field, total: &Total) -> Option<String> {
    match &total.value {
        Value::Null => None,
        Value::Dec(d) if field.kind == FieldType::Money => Some(format::money_short(*d, &look.currency, look.lang)),
        Value::Dec(d) if total.function == AggregateFn::Avg => Some(format::decimal(*d, 1, look.lang)),
        // hundreds of hours are not told to the minute
        Value::Int(n) if field.kind == FieldType::Duration && *n >= 6_000 => {
            Some(look.t.with("total-hours", &[("n", look.t.number(n / 60).into())]))
        }
        Value::Int(n) if matches!(total.function, AggregateFn::Count | AggregateFn::Filled) => Some(look.t.number(*n)),
        value => Some(look.value_words(field, value, |_| None)),
    }
}

/// The totals under the columns.
pub fn totals(listing: &Listing, figures: &[Total]) -> Vec<Option<Markup>> {
    let look = &listing.look;
    listing
        .columns()
        .map(|(_, field)| {
            let figure = figures.iter().find(|t| t.field.as_deref() == Some(&field.key))?;
            let words = total_value(look, field, figure)?;
            Some(total(&look.t.get(function_key(figure.function)), &words))
        })
        .collect()
}

/// Message key of a figure's name.
pub fn function_key(function: AggregateFn) -> &'static str {
    match function {
        AggregateFn::Count => "total-count",
        AggregateFn::Filled => "total-filled",
        AggregateFn::Sum => "total-sum",
        AggregateFn::Avg => "total-avg",
        AggregateFn::Min => "total-min",
        AggregateFn::Max => "total-max",
    }
}

/// `1.284`, or `10.000+` when there are more.
pub fn count_words(look: &Look, count: Count) -> String {
    match count {
        Count::Exact(n) => look.t.number(i64::try_from(n).unwrap_or(i64::MAX)),
        Count::Above(n) => format!("{}+", look.t.number(i64::try_from(n).unwrap_or(i64::MAX))),
    }
}

/// "1.284 perusahaan", the first cell of the foot.
pub fn count_cell(listing: &Listing, count: Count) -> Markup {
    html! { b { (count_words(&listing.look, count)) " " (listing.records()) } }
}

/// "1–50 dari 1.284".
pub fn range_words(listing: &Listing, shown: usize, count: Count) -> String {
    let from = listing.address.from.unwrap_or(1);
    let to = from + shown as u64 - u64::from(shown > 0);
    let of = count_words(&listing.look, count);
    let number = |n: u64| listing.look.t.number(i64::try_from(n).unwrap_or(i64::MAX));
    let range = if shown == 0 { "0".to_string() } else { format!("{}–{}", number(from), number(to)) };
    listing.look.t.with("list-range", &[("range", range.into()), ("of", of.into())])
}

/// Addresses of the page before and after.
pub fn pages(listing: &Listing, shown: usize, previous: Option<&str>, next: Option<&str>) -> (Option<String>, Option<String>) {
    let from = listing.address.from.unwrap_or(1);
    let page = |cursor: &str, from: u64| Address::page(&listing.address, cursor, from).href();
    let back = from.saturating_sub(listing.limit as u64).max(1);
    (previous.map(|c| page(c, back)), next.map(|c| page(c, from + shown as u64)))
}
