//! Tabs: saved views over a list, parts of a record.

use super::icon::icon_sized;
use maud::{Markup, html};

/// One tab.
#[derive(Clone, Debug, Default)]
pub struct Tab {
    /// Words.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// Count, already formatted.
    pub count: Option<String>,
    /// Icon before the words.
    pub icon: Option<String>,
    /// Id of the place a count comes into after the page.
    pub late_count: Option<String>,
    /// Whether it is open.
    pub current: bool,
}

impl Tab {
    /// A tab without count or icon.
    pub fn new(label: impl Into<String>, href: impl Into<String>, current: bool) -> Self {
        Self { label: label.into(), href: href.into(), current, ..Self::default() }
    }
    /// With a count.
    #[must_use]
    pub fn count(mut self, count: impl Into<String>) -> Self {
        self.count = Some(count.into());
        self
    }
    /// With an icon.
    #[must_use]
    pub fn icon(mut self, name: &str) -> Self {
        self.icon = Some(name.to_owned());
        self
    }
}

/// A bar of tabs; `beside` stands right after them, `end` at the right edge.
pub fn tab_bar(label: &str, tabs: &[Tab], beside: Markup, end: Markup) -> Markup {
    html! {
        div.ak-tabs {
            nav.ak-tabs-list aria-label=(label) {
                @for tab in tabs { (tab_link(tab)) }
            }
            div.ak-tabs-beside { (beside) }
            div.ak-tabs-end { (end) }
        }
    }
}

fn tab_link(tab: &Tab) -> Markup {
    html! {
        a.ak-tab href=(tab.href) aria-current=[tab.current.then_some("page")] {
            @if let Some(name) = &tab.icon { (icon_sized(name, 15)) }
            span { (tab.label) }
            @if let Some(count) = &tab.count { span.ak-count { (count) } }
            @else if let Some(id) = &tab.late_count { span.ak-count id=(id) {} }
        }
    }
}

/// Filter tabs without a line under them (kinds of the timeline).
pub fn pill_tabs(label: &str, tabs: &[Tab]) -> Markup {
    html! {
        nav.ak-pills aria-label=(label) {
            @for tab in tabs {
                a.ak-pill href=(tab.href) aria-current=[tab.current.then_some("true")] {
                    @if let Some(name) = &tab.icon { (icon_sized(name, 15)) }
                    (tab.label)
                    @if let Some(count) = &tab.count { span.ak-count { (count) } }
                }
            }
        }
    }
}
