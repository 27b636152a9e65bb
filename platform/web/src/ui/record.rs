//! The head of a record and the three columns below it.

use super::button::Button;
use super::icon::icon_sized;
use super::status::{Status, dot};
use crate::locale::Text;
use maud::{Markup, html};

/// The head of a record.
#[derive(Default)]
pub struct RecordHead {
    /// Avatar of 44 px or [`object_mark`].
    pub lead: Option<Markup>,
    /// Title.
    pub title: String,
    /// Address of the title's editor.
    pub title_edit: Option<String>,
    /// Document number.
    pub number: String,
    /// Star and the like, right after the number.
    pub beside: Option<Markup>,
    /// Status, tags, owner.
    pub chips: Vec<Markup>,
    /// Figures at the right (amount, probability, date): (label, value).
    pub facts: Vec<(String, Markup)>,
    /// Buttons: call, WhatsApp, mail, task, note, ⋯.
    pub actions: Vec<Markup>,
}

/// The head.
pub fn record_head(head: &RecordHead) -> Markup {
    html! {
        header.ak-record-head {
            @if let Some(lead) = &head.lead { (lead) }
            div.ak-record-names {
                div.ak-record-title {
                    h1 data-edit=[head.title_edit.as_ref()] { (head.title) }
                    @if !head.number.is_empty() { span.ak-record-number { (head.number) } }
                    @if let Some(beside) = &head.beside { (beside) }
                }
                div.ak-record-chips { @for chip in &head.chips { (chip) } }
            }
            span.ak-spacer {}
            @if !head.facts.is_empty() {
                dl.ak-record-facts { @for (label, value) in &head.facts { div { dt { (label) } dd { (value) } } } }
            }
            div.ak-record-actions { @for action in &head.actions { (action) } }
        }
    }
}

/// The icon of an object on its tinted square, for records without an avatar.
pub fn object_mark(icon: &str) -> Markup {
    html! { span.ak-mark aria-hidden="true" { (icon_sized(icon, 20)) } }
}

/// The next thing to do with this record.
pub struct NextAction {
    /// Late, today or planned.
    pub state: Status,
    /// "Berikutnya hari ini 14.00".
    pub when: String,
    /// What.
    pub what: String,
    /// Who.
    pub owner: Option<Markup>,
    /// Done and postpone buttons.
    pub actions: Markup,
}

/// The line with the next action.
pub fn next_action(n: &NextAction) -> Markup {
    let tone = match n.state {
        Status::Late => "bad",
        Status::Today => "warn",
        _ => "neutral",
    };
    html! {
        div.ak-notice data-tone=(tone) {
            (dot(n.state)) b { (n.when) } @if !n.what.is_empty() { span.ak-truncate { (n.what) } }
            span.ak-spacer {}
            @if let Some(owner) = &n.owner { (owner) }
            (n.actions)
        }
    }
}

/// Place in the list it was opened from, with previous and next (`K`, `J`).
pub fn place(t: Text, words: &str, previous: Option<&str>, next: Option<&str>) -> Markup {
    html! {
        span.ak-small.ak-num { (words) }
        (step("chevron-up", t.get("previous"), previous, "prev"))
        (step("chevron-down", t.get("next"), next, "next"))
        span.ak-line-v {}
    }
}

fn step(icon: &str, label: String, href: Option<&str>, rel: &str) -> Button {
    match href {
        Some(href) => Button::only_icon(icon, label).ghost().href(href).attr("rel", rel),
        None => Button::only_icon(icon, label).ghost().flag("disabled", true),
    }
}

/// Three columns: fields, timeline and tabs, related panels where there are any. Two at 1024 px, one after
/// the other on a phone.
pub fn record_columns(fields: Markup, middle: Markup, side: Option<Markup>) -> Markup {
    html! {
        div.ak-record-columns {
            div.ak-record-fields { (fields) }
            div.ak-record-middle { (middle) }
            @if let Some(side) = side { div.ak-record-side { (side) } }
        }
    }
}
