//! The active filters and the quick ones over a list.

use super::people::is_person;
use super::tree;
use super::words::{Titles, Wording, sentence};
use crate::list::address::{Address, push};
use crate::ui::chip::{FilterChip, filter_chip, quick_filter};
use crate::ui::menu::menu_choice;
use crate::value::Look;
use akrab_model::filter::{Filter, Op};
use akrab_model::{Field, FieldType, Object};
use maud::{Markup, html};
use std::sync::Arc;

/// One chip per condition at the top of the tree.
pub fn active(s: &Look, object: &Arc<Object>, filter: Option<&Filter>, titles: &Titles, address: &Address) -> Markup {
    let wording = Wording { s, object, titles, whole: false };
    let either = matches!(filter, Some(Filter::Any(_)));
    let items = tree::top(filter);
    html! {
        @for (n, item) in items.iter().enumerate() {
            @let words = wording.of(item);
            @let rest = if either { None } else { tree::without(filter, n) };
            (filter_chip(&FilterChip {
                remove_label: s.t.with("filter-remove-named", &[("name", sentence(&words).into())]),
                remove_href: Some(address.with_filter(rest.map(|f| f.to_json()).as_ref()).href()),
                edit_href: super::builder::page(address),
                field: words.field,
                operator: words.operator,
                value: words.value,
            }))
        }
    }
}

/// Dashed chips for the view's quick filters that are not set; each value is one link.
pub fn quick(s: &Look, object: &Arc<Object>, keys: &[String], filter: Option<&Filter>, address: &Address) -> Markup {
    let items = tree::top(filter);
    let taken = |key: &str| items.iter().any(|item| matches!(item, Filter::Test { field, .. } if field == key));
    html! {
        @for field in keys.iter().filter(|key| !taken(key)).filter_map(|key| object.field(key)) {
            (quick_filter(field.label.get(s.key()), html! {
                @for (words, value) in values(s, field) { (menu_choice(&words, &quick_href(address, &field.key, &value), false)) }
            }))
        }
    }
}

fn quick_href(address: &Address, key: &str, value: &str) -> String {
    let mut href = address.first_page().href();
    push(&mut href, "quick", &format!("{key}:{value}"));
    href
}

/// The values a quick filter offers: (words, value in the address).
fn values(s: &Look, field: &Field) -> Vec<(String, String)> {
    let t = s.t;
    let empty = (t.get("op-empty"), "empty".to_string());
    match field.kind {
        FieldType::Choice | FieldType::Choices => {
            field.choices.iter().map(|c| (c.label.get(s.key()).to_string(), format!("={}", c.key))).chain([empty]).collect()
        }
        FieldType::Boolean => vec![(t.get("value-yes"), "=true".into()), (t.get("value-no"), "=false".into())],
        FieldType::Date | FieldType::DateTime => {
            let words = ["today", "this_week", "next_week", "this_month", "next_month", "this_quarter", "past", "last_30_days"];
            words.iter().filter_map(|w| Some((super::words::relative(s, w)?, format!("~{w}")))).chain([empty]).collect()
        }
        _ if is_person(s, field) => vec![(t.get("filter-me"), "=me".into()), (t.get("filter-my-team"), "=my_team".into()), empty],
        _ => vec![(t.get("op-not-empty"), "filled".into()), empty],
    }
}

/// The condition of a quick filter's link, `segment:=hotel`.
pub fn read_quick(text: &str) -> Option<Filter> {
    let (key, value) = text.split_once(':')?;
    Some(match value {
        "empty" => Filter::test(key, Op::Empty, ()),
        "filled" => Filter::test(key, Op::NotEmpty, ()),
        _ => match (value.strip_prefix('='), value.strip_prefix('~')) {
            (Some("true"), _) => Filter::test(key, Op::Is, true),
            (Some("false"), _) => Filter::test(key, Op::Is, false),
            (Some(value), _) => Filter::test(key, Op::In, vec![value.to_string()]),
            (_, Some(range)) => Filter::test(key, Op::Within, range),
            _ => return None,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quick_filters_are_conditions() {
        assert_eq!(read_quick("city:=medan"), Some(Filter::test("city", Op::In, vec!["medan".to_string()])));
        assert_eq!(read_quick("due:~this_week"), Some(Filter::test("due", Op::Within, "this_week")));
        assert_eq!(read_quick("owner:empty"), Some(Filter::test("owner", Op::Empty, ())));
        assert_eq!(read_quick("owner"), None);
    }
}
