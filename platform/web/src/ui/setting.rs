//! A part of the settings: what it is about at the left, its form at the right.

use maud::{Markup, html};

/// One part. `wide` puts the form under its words: for tables.
pub fn setting(title: &str, text: &str, wide: bool, body: Markup) -> Markup {
    html! {
        section.ak-setting.ak-setting-wide[wide] {
            div.ak-setting-head {
                h2 { (title) }
                @if !text.is_empty() { p { (text) } }
            }
            div.ak-setting-body { (body) }
        }
    }
}
