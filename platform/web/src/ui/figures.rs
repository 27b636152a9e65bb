//! The strip of key figures under a record's head.

use maud::{Markup, html};

/// One key figure.
#[derive(Clone, Default)]
pub struct Figure {
    /// What it is.
    pub label: String,
    /// The figure, bold.
    pub value: Option<Markup>,
    /// What it means, a second line.
    pub detail: Option<Markup>,
    /// Where it leads.
    pub href: Option<String>,
    /// A telephone number: its hyphens shall not spread.
    pub phone: bool,
    /// It counts nothing; it gives way to figures that say something.
    pub idle: bool,
}

impl Figure {
    /// A figure with its second line.
    pub fn new(label: impl Into<String>, value: Markup, detail: Markup) -> Self {
        Self { label: label.into(), value: Some(value), detail: Some(detail), ..Self::default() }
    }
    /// Leads to what it counts.
    #[must_use]
    pub fn href(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }
}

/// Up to six figures side by side.
pub fn figures(label: &str, all: &[Figure]) -> Markup {
    html! {
        section aria-label=(label) { dl.ak-figures data-count=(all.len()) {
            @for one in all {
                div {
                    dt { @match &one.href { Some(href) => { a href=(href) { (one.label) } } None => { (one.label) } } }
                    @if let Some(value) = &one.value { dd.ak-figure data-kind=[one.phone.then_some("phone")] { (value) } }
                    @if let Some(detail) = &one.detail { dd.ak-figure-detail { (detail) } }
                }
            }
        } }
    }
}
