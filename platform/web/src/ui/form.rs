//! Forms: rows of label, input, hint and error; the error summary on top.

use super::button::Button;
use super::icon::icon_sized;
use super::input::Input;
use crate::locale::Text;
use maud::{Markup, html};

/// What stands around an input.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Label.
    pub label: String,
    /// Hint below.
    pub hint: String,
    /// Error below, in plain words.
    pub error: String,
    /// At the right end of the label line (a link such as "Lupa?").
    pub beside: Option<(String, String)>,
    /// Takes the whole width in a form of two columns.
    pub wide: bool,
}

impl Row {
    /// A row with its label.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }
    /// With a hint.
    #[must_use]
    pub fn hint(mut self, words: impl Into<String>) -> Self {
        self.hint = words.into();
        self
    }
    /// With an error.
    #[must_use]
    pub fn error(mut self, words: impl Into<String>) -> Self {
        self.error = words.into();
        self
    }
    /// Over the whole width.
    #[must_use]
    pub fn wide(mut self) -> Self {
        self.wide = true;
        self
    }
}

/// A row: `draw` gets the input with its states set, so that label, hint and error are tied to it.
pub fn row(t: Text, row: &Row, input: Input, draw: impl FnOnce(&Input) -> Markup) -> Markup {
    let input = Input { invalid: !row.error.is_empty(), described: !row.hint.is_empty(), ..input };
    let id = &input.id;
    html! {
        div.ak-form-row.ak-form-wide[row.wide] data-form-row=(input.name) {
            div.ak-label-line {
                label for=(id) {
                    (row.label)
                    @if input.required { " " span.ak-required aria-hidden="true" { "*" } span.ak-sr { " (" (t.get("required")) ")" } }
                }
                @if let Some((words, href)) = &row.beside { a.ak-link href=(href) { (words) } }
            }
            (draw(&input))
            @if !row.hint.is_empty() { div.ak-hint id={ (id) "-hint" } { (row.hint) } }
            @if !row.error.is_empty() { div.ak-error id={ (id) "-error" } { (icon_sized("circle-alert", 13)) (row.error) } }
        }
    }
}

/// Rows side by side where there is room.
pub fn columns(rows: Markup) -> Markup {
    html! { div.ak-form-columns { (rows) } }
}

/// A group of rows with a heading.
pub fn group(title: &str, rows: Markup) -> Markup {
    html! { fieldset.ak-form-group { legend { (title) } div.ak-form-columns { (rows) } } }
}

/// What is wrong with a field; empty when nothing is.
pub fn error(errors: &[(String, String)], name: &str) -> String {
    errors.iter().find(|(field, _)| field == name).map(|(_, words)| words.clone()).unwrap_or_default()
}

/// All errors on top, each a link to its field: (field name, message).
pub fn error_summary(t: Text, errors: &[(String, String)]) -> Markup {
    html! {
        @if !errors.is_empty() {
            div.ak-error-summary role="alert" tabindex="-1" data-error-summary {
                (icon_sized("circle-alert", 16))
                @if let [(name, message)] = errors && name.is_empty() { b { (message) } }
                @else { div {
                    b { (t.with("errors-head", &[("n", errors.len().into())])) }
                    ul { @for (name, message) in errors { li {
                        @if name.is_empty() { (message) } @else { a href={ "#f-" (name) } { (message) } }
                    } } }
                } }
            }
        }
    }
}

/// A possible duplicate of what is being typed.
#[derive(Clone, Default)]
pub struct Duplicate {
    /// Avatar.
    pub lead: Option<Markup>,
    /// Name.
    pub title: String,
    /// Why it may be the same.
    pub reason: String,
    /// Its page.
    pub href: String,
    /// Address that uses it instead of creating.
    pub use_href: Option<String>,
    /// Its id, for a link picker that takes it instead of a new record.
    pub value: String,
}

/// Duplicates found while typing; the fragment that fills `[data-duplicates-mount]`.
pub fn duplicates(t: Text, found: &[Duplicate]) -> Markup {
    html! {
        @if !found.is_empty() {
            div.ak-duplicates role="status" {
                div.ak-duplicates-head {
                    (icon_sized("copy-check", 15))
                    b { (t.with("duplicates-head", &[("n", found.len().into())])) }
                    span.ak-spacer {}
                    (Button::new(t.get("duplicates-ignore")).ghost().flag("data-duplicates-ignore", true))
                }
                @for one in found {
                    div.ak-duplicate {
                        @if let Some(lead) = &one.lead { (lead) }
                        div.ak-two-lines { b { (one.title) } div.ak-two-lines-detail { (one.reason) } }
                        span.ak-spacer {}
                        (Button::new(t.get("open")).ghost().href(one.href.clone()).attr("target", "_blank"))
                        @if let Some(href) = &one.use_href { (Button::new(t.get("use-this")).href(href.clone()).attr("data-made", one.value.clone()).attr("data-made-label", one.title.clone())) }
                    }
                }
            }
        }
    }
}

/// The place duplicates appear at; `url` is asked with the form's fields while they are typed.
pub fn duplicates_mount(url: &str) -> Markup {
    html! { div data-duplicates-mount data-duplicates-url=(url) {} }
}
