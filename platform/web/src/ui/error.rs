//! Errors: what happened, what was kept, what to do, a reference.

use super::button::Button;
use super::icon::icon_sized;
use crate::locale::Text;
use maud::{Markup, html};

/// An error as a person reads it.
#[derive(Default)]
pub struct ErrorBlock {
    /// Icon (`cloud-off`, `lock`, `search-x`, `triangle-alert`).
    pub icon: String,
    /// What happened.
    pub title: String,
    /// In one or two sentences.
    pub text: String,
    /// What was kept; left out when empty.
    pub kept: String,
    /// What to do.
    pub todo: String,
    /// Whom to ask when it happens again.
    pub again: String,
    /// Buttons, large; the filled one first.
    pub actions: Option<Markup>,
    /// Reference id.
    pub reference: String,
    /// When, formatted.
    pub time: String,
}

/// The block in the middle of its space.
pub fn error_block(t: Text, e: &ErrorBlock) -> Markup {
    let facts = [
        ("circle-check", "ok", t.get("error-kept"), &e.kept),
        ("circle-question-mark", "neutral", t.get("error-todo"), &e.todo),
        ("user-round-cog", "neutral", t.get("error-again"), &e.again),
    ];
    html! {
        div.ak-blank { div.ak-blank-inner {
            span.ak-mark data-tone="bad" aria-hidden="true" { (icon_sized(&e.icon, 20)) }
            h1.ak-question { (e.title) }
            p.ak-blank-text { (e.text) }
            @if facts.iter().any(|f| !f.3.is_empty()) {
                dl.ak-error-facts { @for (icon, tone, label, text) in &facts { @if !text.is_empty() {
                    div { dt { span.ak-toned data-tone=(tone) { (icon_sized(icon, 18)) } (label) } dd { (text) } }
                } } }
            }
            @if let Some(actions) = &e.actions { div.ak-blank-actions { (actions) } }
            @if !e.reference.is_empty() {
                div.ak-reference {
                    (t.get("error-reference")) code data-copy-source { (e.reference) } span.ak-num { (e.time) }
                    (Button::only_icon("copy", t.get("copy")).ghost().attr("data-copy", e.reference.clone()))
                }
            }
        } }
    }
}
