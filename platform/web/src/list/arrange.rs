//! Everything about how a list looks in one dialog: what a phone has no room for in its bars.

use super::address::Address;
use super::state::Listing;
use super::tools;
use crate::ui::dialog::{Dialog, dialog};
use crate::ui::icon;
use crate::ui::menu::{menu_choice, menu_line};
use crate::{Reply, Visit};
use akrab_model::object::ViewKind;
use axum::extract::{Path, Query};
use maud::{Markup, html};

/// The way to the dialog, in the menu of a phone.
pub fn link(listing: &Listing) -> Markup {
    let href = listing.address.first_page().at(&format!("{}/arrange", listing.address.base));
    html! {
        a.ak-menu-item.ak-only-phone-flex href=(href) data-dialog-href=(href) { (icon("sliders-horizontal")) span { (listing.look.t.get("list-arrange")) } }
    }
}

/// `GET /{plural}/arrange`
pub async fn show(visit: Visit, Path(plural): Path<String>, Query(pairs): Query<Vec<(String, String)>>) -> Reply {
    let object = visit.object(&plural)?;
    let (look, address) = (visit.look(), Address::read(&plural, &pairs));
    let listing = visit.read(move |tx| Listing::resolve(tx, &look, object, address, None)).await?;
    let t = visit.t;
    let title = t.get("list-arrange");
    let close = listing.address.href();
    let table = listing.state.kind == ViewKind::Table;
    let body = html! {
        div.ak-arrange {
            @if listing.kinds.len() > 1 {
                (part(&t.get("list-type"), html! {
                    @for kind in &listing.kinds { (menu_choice(&t.get(&tools::kind_words(*kind)), &listing.address.with_kind(*kind).href(), listing.state.kind == *kind)) }
                }))
            }
            @match listing.state.kind {
                ViewKind::Calendar => { (part(&t.get("agenda-by"), crate::calendar::choices(&listing))) }
                ViewKind::Map => { (part(&t.get("map-by"), crate::map::choices(&listing))) }
                _ => {}
            }
            @if table {
                (part(&t.get("list-group"), tools::group_choices(&listing)))
                (part(&t.get("list-order"), tools::sort_choices(&listing)))
                (part(&t.get("list-columns"), columns(&listing)))
            }
            (part(&t.get("view-menu"), html! { (tools::save_choices(&visit, &listing)) (menu_line()) (tools::view_choices(&visit, &listing)) }))
        }
    };
    let d =
        Dialog { id: "arrange", icon: Some("sliders-horizontal"), title: &title, body, footer: html! {}, wide: false, close_href: &close };
    visit.dialog(&title, dialog(t, &d)).await
}

fn part(label: &str, items: Markup) -> Markup {
    html! { details.ak-arrange-part { summary { span { (label) } span.ak-spacer {} (icon("chevron-down")) } div { (items) } } }
}

fn columns(listing: &Listing) -> Markup {
    let href = listing.address.first_page().at(&format!("{}/columns", listing.address.base));
    html! { a.ak-menu-item href=(href) data-dialog-href=(href) { (icon("columns-3")) span { (listing.look.t.get("list-columns-choose")) } } }
}
