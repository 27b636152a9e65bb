//! Filter chips: field · operator · value · ×.

use super::icon::icon_sized;
use maud::{Markup, html};

/// One active filter.
#[derive(Clone, Debug, Default)]
pub struct FilterChip {
    /// Label of the field.
    pub field: String,
    /// Operator in words; empty when the chip is a plain choice ("Periode · November").
    pub operator: String,
    /// Value in words.
    pub value: String,
    /// Where the value is changed.
    pub edit_href: String,
    /// The same page without this filter; `None` when it cannot be taken away.
    pub remove_href: Option<String>,
    /// Label of the ×.
    pub remove_label: String,
}

/// An active filter.
pub fn filter_chip(chip: &FilterChip) -> Markup {
    html! {
        span.ak-chip {
            a.ak-chip-part href=(chip.edit_href) data-filter-open {
                span.ak-chip-field { (chip.field) }
                @if !chip.operator.is_empty() { span.ak-chip-operator { (chip.operator) } }
                @if !chip.value.is_empty() { span.ak-chip-value title=(chip.value) { span { (chip.value) } } }
            }
            @if let Some(href) = &chip.remove_href {
                a.ak-chip-remove href=(href) aria-label=(chip.remove_label) title=(chip.remove_label) { (icon_sized("x", 13)) }
            }
        }
    }
}

/// A quick filter not set yet: a dashed chip that opens its values.
pub fn quick_filter(label: &str, values: Markup) -> Markup {
    html! {
        details.ak-menu data-menu {
            summary.ak-chip.ak-chip-quick { (label) (icon_sized("chevron-down", 13)) }
            div.ak-menu-list { (values) }
        }
    }
}

/// A choice shown as a chip (pipeline, period) that opens its values.
pub fn choice_chip(field: &str, value: &str, values: Markup) -> Markup {
    html! {
        details.ak-menu data-menu {
            summary.ak-chip {
                span.ak-chip-field { (field) }
                span.ak-chip-value { span { (value) } }
                span.ak-chip-remove { (icon_sized("chevron-down", 13)) }
            }
            div.ak-menu-list { (values) }
        }
    }
}
