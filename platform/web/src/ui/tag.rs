//! Tags: choices, kinds, counts with a meaning.

use maud::{Markup, html};

/// What a colour says. Everything that is not chosen, soon or wrong is neutral.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Plain.
    #[default]
    Neutral,
    /// Line instead of fill.
    Outline,
    /// Chosen, active.
    Accent,
    /// Good.
    Ok,
    /// Today, soon, waiting.
    Warn,
    /// Late, failed.
    Bad,
}

impl Tone {
    /// The value of `data-tone`, which the style sheet colours by.
    pub fn name(self) -> &'static str {
        match self {
            Tone::Neutral => "neutral",
            Tone::Outline => "outline",
            Tone::Accent => "accent",
            Tone::Ok => "ok",
            Tone::Warn => "warn",
            Tone::Bad => "bad",
        }
    }
}

/// A plain tag.
pub fn tag(label: &str) -> Markup {
    html! { span.ak-tag { (label) } }
}

/// A tag with a tone.
pub fn tag_toned(label: &str, tone: Tone) -> Markup {
    html! { span.ak-tag data-tone=(tone.name()) { (label) } }
}

/// A tag around ready markup (avatar and name, dot and word), linked when `href` is given.
pub fn tag_around(inner: Markup, tone: Tone, href: Option<&str>) -> Markup {
    html! {
        @if let Some(href) = href {
            a.ak-tag data-tone=(tone.name()) href=(href) { (inner) }
        } @else {
            span.ak-tag data-tone=(tone.name()) { (inner) }
        }
    }
}

/// What stands where a value is missing.
pub fn nothing() -> Markup {
    html! { span.ak-faint aria-hidden="true" { "—" } }
}
