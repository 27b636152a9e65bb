//! Placeholders of fixed height for parts that come late.

use maud::{Markup, html};

/// `lines` grey lines of text height.
pub fn skeleton_lines(lines: usize) -> Markup {
    html! { div.ak-skeleton aria-hidden="true" { @for _ in 0..lines { span {} } } }
}

/// A part that is loaded from `href` once it is seen; the skeleton keeps its place.
pub fn late(href: &str, lines: usize) -> Markup {
    html! { div hx-get=(href) hx-trigger="revealed" hx-swap="outerHTML" { (skeleton_lines(lines)) } }
}
