//! The foot of a list: what is shown, how many rows, previous and next.

use super::button::Button;
use super::icon::icon_sized;
use super::menu::{menu_around, menu_choice};
use crate::locale::Text;
use maud::{Markup, html};

/// Where one is in a list. There are no page numbers: paging goes by key.
#[derive(Clone, Debug, Default)]
pub struct Pager {
    /// "1–50 dari 1.284", or "10.000+".
    pub shown: String,
    /// Rows per page.
    pub rows: u32,
    /// Choices of rows per page: (rows, address).
    pub choices: Vec<(u32, String)>,
    /// Address of the page before.
    pub previous: Option<String>,
    /// Address of the page after.
    pub next: Option<String>,
}

/// The pager.
pub fn pager(t: Text, p: &Pager) -> Markup {
    html! {
        div.ak-pager {
            span.ak-num { (p.shown) }
            span.ak-spacer {}
            @if !p.choices.is_empty() {
                (menu_around(
                    html! { span.ak-btn-label { (t.with("pager-rows", &[("n", p.rows.into())])) } (icon_sized("chevron-down", 14)) },
                    "btn", "ghost",
                    html! { @for (rows, href) in &p.choices {
                        (menu_choice(&t.with("pager-rows", &[("n", (*rows).into())]), href, *rows == p.rows))
                    } },
                ))
            }
            (step("chevron-left", t.get("previous-page"), p.previous.as_deref(), "prev"))
            (step("chevron-right", t.get("next-page"), p.next.as_deref(), "next"))
        }
    }
}

fn step(icon: &str, label: String, href: Option<&str>, rel: &str) -> Button {
    match href {
        Some(href) => Button::only_icon(icon, label).href(href).attr("rel", rel),
        None => Button::only_icon(icon, label).flag("disabled", true),
    }
}
