//! Empty states: what this is for and how to begin.

use super::icon::{icon, icon_sized};
use maud::{Markup, html};

/// A further way to begin.
pub struct Way {
    /// Icon.
    pub icon: String,
    /// What.
    pub title: String,
    /// Why.
    pub detail: String,
    /// Where.
    pub href: String,
}

/// An empty page or list.
#[derive(Default)]
pub struct Empty {
    /// Icon of the object.
    pub icon: String,
    /// "Belum ada kampanye".
    pub title: String,
    /// One sentence of purpose.
    pub text: String,
    /// The one filled button first; large ones.
    pub actions: Option<Markup>,
    /// Other ways.
    pub ways: Vec<Way>,
}

/// The empty state in the middle of its space.
pub fn empty(e: &Empty) -> Markup {
    html! {
        div.ak-blank { div.ak-blank-inner {
            span.ak-mark aria-hidden="true" { (icon_sized(&e.icon, 20)) }
            h2.ak-question { (e.title) }
            p.ak-blank-text { (e.text) }
            @if let Some(actions) = &e.actions { div.ak-blank-actions { (actions) } }
            @if !e.ways.is_empty() {
                ul.ak-ways { @for way in &e.ways { li { a href=(way.href) {
                    (icon_sized(&way.icon, 18))
                    span.ak-two-lines { b { (way.title) } span.ak-two-lines-detail { (way.detail) } }
                    span.ak-spacer {}
                    (icon("chevron-right"))
                } } } }
            }
        } }
    }
}
