//! The bar that floats over a list while rows are selected.

use super::button::Button;
use super::icon::icon_sized;
use crate::locale::Text;
use maud::{Markup, Render, html};

/// One thing to do with the selected rows.
#[derive(Clone, Debug)]
pub struct BulkAction {
    /// Icon.
    pub icon: String,
    /// Words.
    pub label: String,
    /// Address the ids are posted to; answers a dialog, a toast or a job.
    pub action: String,
    /// Red words.
    pub danger: bool,
    /// Single key that does it.
    pub key: Option<char>,
}

/// The bar; hidden until a row is ticked. Ids go along as `id`, "all matching" as `all=1` with the
/// filter of the page. `all_label` is "Select all 1,284 matching".
pub fn bulk_bar(t: Text, actions: &[BulkAction], all_label: Option<&str>, csrf: &str) -> Markup {
    html! {
        form.ak-bulk id="bulk" method="post" data-bulk hidden {
            input type="hidden" name="csrf" value=(csrf);
            input type="hidden" name="all" value="" data-bulk-all-field;
            span.ak-bulk-count { b data-bulk-count { "0" } " " (t.get("selected")) }
            @if let Some(words) = all_label {
                button.ak-link type="button" data-bulk-all { (words) }
            }
            span.ak-line-v {}
            @for one in actions {
                button.btn type="submit" formaction=(one.action) data-variant=(if one.danger { "danger-ghost" } else { "ghost" }) data-key=[one.key] {
                    (icon_sized(&one.icon, 15)) span.ak-btn-label { (one.label) }
                }
            }
            span.ak-line-v {}
            (Button::only_icon("x", t.get("clear-selection")).ghost().flag("data-bulk-clear", true))
        }
    }
}

/// The body of a list page: table (or board) and pager, the bulk bar over them, the side panel beside.
pub fn list_body(t: Text, table: impl Render, pager: Markup, bulk: Markup) -> Markup {
    html! {
        div.ak-list {
            div.ak-list-main { (table) (bulk) (pager) }
            aside.ak-peek id="peek" data-peek-panel aria-label=(t.get("peek")) hidden {}
        }
    }
}

/// Content of the side panel: head with the place in the list, previous, next, open, close.
pub fn peek_panel(t: Text, place: &str, href: &str, body: Markup) -> Markup {
    html! {
        div.ak-peek-head {
            span.ak-num.ak-muted { (place) }
            (Button::only_icon("chevron-up", t.get("previous")).ghost().flag("data-peek-previous", true))
            (Button::only_icon("chevron-down", t.get("next")).ghost().flag("data-peek-next", true))
            span.ak-spacer {}
            (Button::new(t.get("open")).icon("arrow-up-right").href(href))
            (Button::only_icon("x", t.get("close")).ghost().flag("data-peek-close", true))
        }
        div.ak-peek-body { (body) }
    }
}
