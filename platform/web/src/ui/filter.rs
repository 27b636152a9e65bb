//! The filter builder: rows of field, operator and value in nested groups.
//!
//! The tree travels as JSON in the hidden input `filter`. Without script the builder is a plain
//! form of one row (`add-field`, `add-op`, `add-value`) that adds a condition to the tree.

use super::button::Button;
use super::icon::icon_sized;
use super::input::{Input, select, text};
use crate::locale::Text;
use maud::{Markup, html};

/// What the builder works on.
pub struct FilterBuilder<'a> {
    /// Page the filter is applied to (GET `filter=…`).
    pub action: &'a str,
    /// The tree as JSON: `{"all":[…]}`, `{"any":[…]}`, `{"field","op","value"}`.
    pub filter: &'a str,
    /// Fields as JSON: `[{"key","label","type","group","options":[[value,label]],"search"}]`; `type` names
    /// an entry of `operators`.
    pub fields: &'a str,
    /// Operators by type as JSON: `{"text":[{"op","label","editor"}]}`; editor is one of `text`, `number`,
    /// `money`, `date`, `relative`, `choice`, `choices`, `link`, `none`.
    pub operators: &'a str,
    /// `GET count_url?filter=…` answers the words of the live count as a fragment.
    pub count_url: &'a str,
    /// Words of the live count now.
    pub count: Markup,
    /// "Tampilkan perusahaan yang cocok dengan".
    pub title: &'a str,
    /// Fields for the form without script: (key, label).
    pub plain_fields: &'a [(String, String)],
    /// Operators for the form without script: (op, label).
    pub plain_operators: &'a [(String, String)],
    /// Address without any filter.
    pub clear_href: &'a str,
    /// Dialog that saves the view; empty where there is none.
    pub save_href: &'a str,
    /// Address parameters that stay (view, sort): (name, value).
    pub keep: &'a [(String, String)],
    /// Posted with this token instead of asked for.
    pub csrf: Option<&'a str>,
    /// The parameter that carries the tree; `filter` as a rule.
    pub param: &'a str,
    /// What the builder has no editor for, a sentence each, in the order of the tree: shown, kept, removed as a whole.
    pub untouched: &'a [String],
    /// Where the builder is a page of its own: where its × leads.
    pub standing: Option<&'a str>,
    /// Open from the beginning, over a form that waits: closing sends this name, and the condition stays as it was.
    pub stay: Option<&'a str>,
}

/// The builder, as a panel under the tool bar (`#filter` opens it).
pub fn filter_builder(t: Text, f: &FilterBuilder<'_>) -> Markup {
    let shown = f.stay.is_some() || f.standing.is_some();
    html! {
        div.ak-filter id="filter" data-filter hidden[!shown] data-filter-show[shown] data-untouched=(f.untouched.join("\n"))
            data-fields=(f.fields) data-operators=(f.operators) data-count-url=(f.count_url) data-words=(words(t)) {
            form method=(if f.csrf.is_some() { "post" } else { "get" }) action=(f.action) {
                @if let Some(csrf) = f.csrf { input type="hidden" name="csrf" value=(csrf); }
                @for (name, value) in f.keep { input type="hidden" name=(name) value=(value); }
                input type="hidden" name=(f.param) value=(f.filter) data-filter-json;
                div.ak-filter-head {
                    b { (f.title) }
                    span.ak-segmented data-filter-join {}
                    span.ak-muted.ak-small { (t.get("filter-following")) }
                    span.ak-spacer {}
                    (close(t, f))
                }
                div.ak-filter-body data-filter-body {
                    @for words in f.untouched { p.ak-filter-words { (words) } }
                    div.ak-filter-row {
                        (select(&Input::new("add-field", "").attr("aria-label", t.get("filter-field")), f.plain_fields))
                        (select(&Input::new("add-op", "").attr("aria-label", t.get("filter-operator")), f.plain_operators))
                        (text(&Input::new("add-value", "").attr("aria-label", t.get("filter-value"))))
                    }
                }
                div.ak-filter-foot {
                    span data-filter-count aria-live="polite" { (f.count) }
                    span.ak-spacer {}
                    @if !f.clear_href.is_empty() { (Button::new(t.get("clear-all")).ghost().href(f.clear_href)) }
                    @if !f.save_href.is_empty() { (Button::new(t.get("save-view")).href(f.save_href).attr("data-dialog-href", f.save_href)) }
                    (Button::new(t.get("apply")).primary().submit())
                }
            }
            // Drawn once, cloned by script.
            template data-filter-icons {
                span data-icon="copy" { (icon_sized("copy", 15)) } span data-icon="x" { (icon_sized("x", 15)) }
                span data-icon="trash" { (icon_sized("trash-2", 15)) } span data-icon="plus" { (icon_sized("plus", 14)) }
                span data-icon="group" { (icon_sized("brackets", 14)) } span data-icon="down" { (icon_sized("chevron-down", 15)) }
            }
        }
    }
}

fn close(t: Text, f: &FilterBuilder<'_>) -> Button {
    let close = Button::only_icon("x", t.get("close")).ghost().flag("data-filter-close", true);
    match (f.stay, f.standing) {
        (Some(name), _) => close.submit_as(name, "1").flag("formnovalidate", true),
        (None, Some(href)) => close.href(href),
        (None, None) => close,
    }
}

fn words(t: Text) -> String {
    const KEYS: &[&str] = &[
        "filter-all",
        "filter-any",
        "filter-if",
        "filter-and",
        "filter-or",
        "filter-all-of",
        "filter-any-of",
        "filter-nested",
        "filter-add",
        "filter-add-group",
        "filter-copy",
        "filter-remove",
        "filter-field",
        "filter-operator",
        "filter-value",
        "filter-relative",
        "filter-relative-codes",
        "filter-relative-hour",
    ];
    KEYS.iter().map(|key| format!("{key}={}", t.get(key))).collect::<Vec<_>>().join("\n")
}
