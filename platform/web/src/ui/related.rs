//! Related panels beside a record: title, count, "see all", "+", top five.

use super::button::Button;
use crate::locale::Text;
use maud::{Markup, html};

/// A line of a related panel.
#[derive(Default)]
pub struct RelatedRow {
    /// Avatar or icon.
    pub lead: Option<Markup>,
    /// Name.
    pub title: String,
    /// Its page; plain words when empty.
    pub href: String,
    /// Second line.
    pub detail: Option<Markup>,
    /// At the right: amount, tag.
    pub end: Option<Markup>,
}

/// A related panel.
#[derive(Default)]
pub struct Related {
    /// Title.
    pub title: String,
    /// Count, formatted.
    pub count: Option<String>,
    /// The whole list.
    pub all_href: Option<String>,
    /// Where one is added.
    pub add_href: Option<String>,
    /// The first rows.
    pub rows: Vec<RelatedRow>,
    /// Said when there are none.
    pub empty: String,
}

/// The panel.
pub fn related(t: Text, panel: &Related) -> Markup {
    html! {
        section.ak-related {
            (panel_head(t, &panel.title, panel.count.as_deref(), panel.all_href.as_deref(), panel.add_href.as_deref()))
            @if panel.rows.is_empty() && !panel.empty.is_empty() { p.ak-faint.ak-small { (panel.empty) } }
            ul { @for row in &panel.rows { (related_row(row)) } }
        }
    }
}

/// Head of a panel, for panels with a body of their own.
pub fn panel_head(t: Text, title: &str, count: Option<&str>, all_href: Option<&str>, add_href: Option<&str>) -> Markup {
    html! {
        div.ak-panel-head {
            h2 { (title) } @if let Some(count) = count { span.ak-count { (count) } }
            span.ak-spacer {}
            @if let Some(href) = all_href { (Button::new(t.get("see-all")).ghost().href(href)) }
            @if let Some(href) = add_href {
                (Button::only_icon("plus", t.with("add-to", &[("name", title.into())])).ghost().href(href).attr("data-dialog-href", href))
            }
        }
    }
}

/// One line.
pub fn related_row(row: &RelatedRow) -> Markup {
    html! {
        li.ak-related-row {
            @if let Some(lead) = &row.lead { (lead) }
            div.ak-two-lines {
                @if row.href.is_empty() { span.ak-two-lines-title { (row.title) } } @else { a.ak-two-lines-title href=(row.href) { (row.title) } }
                @if let Some(detail) = &row.detail { div.ak-two-lines-detail { (detail) } }
            }
            @if let Some(end) = &row.end { span.ak-related-end { (end) } }
        }
    }
}
