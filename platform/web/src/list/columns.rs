//! Columns: which, how wide, in which order, and what stands under them.

use super::address::Address;
use super::state::Listing;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::dialog::{self, Dialog, dialog_form};
use crate::ui::icon::icon_sized;
use crate::ui::input::{Input, select, text};
use crate::{Reply, Visit};
use akrab_engine::view::ColumnState;
use akrab_model::object::FieldRight;
use akrab_model::{Field, FieldType};
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use maud::{Markup, html};

type Pairs = Query<Vec<(String, String)>>;

/// The button that opens the choice of columns.
pub fn button(listing: &Listing) -> Markup {
    let href = listing.address.first_page().at(&format!("{}/columns", listing.address.base));
    html! { (Button::only_icon("columns-3", listing.look.t.get("list-columns")).ghost().href(href.clone()).attr("data-dialog-href", href)) }
}

/// The dialog that chooses columns.
pub async fn ask(visit: Visit, Path(plural): Path<String>, Query(pairs): Pairs) -> Reply {
    let object = visit.object(&plural)?;
    let (look, address) = (visit.look(), Address::read(&plural, &pairs));
    let listing = visit.read(move |tx| Listing::resolve(tx, &look, object, address, None)).await?;
    let t = visit.t;
    let title = t.get("list-columns");
    let d = Dialog {
        id: "columns",
        icon: Some("columns-3"),
        title: &title,
        body: body(&visit, &listing),
        footer: dialog::foot(t, &listing.address.href(), Button::new(t.get("apply")).primary().submit()),
        wide: false,
        close_href: &listing.address.href(),
    };
    let action = listing.address.at(&format!("/{plural}/columns/choice"));
    visit.dialog(&title, dialog_form(t, &d, &action, &visit.csrf)).await
}

fn body(visit: &Visit, listing: &Listing) -> Markup {
    let rights = visit.rights();
    let object = &listing.object;
    let shown: Vec<&str> = listing.columns().map(|(c, _)| c.key.as_str()).collect();
    let title = &object.title_field().key;
    let readable = |f: &&Field| object.field_ix(&f.key).is_some_and(|ix| rights.field(object, ix) > FieldRight::Hidden);
    let others = object.fields.iter().filter(readable).filter(|f| f.key != *title && !shown.contains(&f.key.as_str()));
    let own = listing.columns().map(|(_, f)| f);
    html! {
        p.ak-muted.ak-small { (visit.t.get("columns-hint")) }
        (text(&Input::new("", "").placeholder(&visit.t.get("columns-search")).attr("aria-label", visit.t.get("columns-search")).attr("type", "search").attr("data-search-list", "column-list").attr("autocomplete", "off")))
        p.ak-muted.ak-small data-search-none hidden { (visit.t.get("columns-none")) }
        ul.ak-column-list id="column-list" data-sortable="" {
            @for field in own.chain(others) { (line(listing, field, shown.contains(&field.key.as_str()))) }
        }
    }
}

fn line(listing: &Listing, field: &Field, on: bool) -> Markup {
    let t = listing.look.t;
    let label = field.label.get(listing.look.key());
    let prefix = format!("{}:", field.key);
    let now = listing.state.totals.iter().find_map(|total| total.strip_prefix(&prefix)).unwrap_or("");
    let mut options = vec![(String::new(), t.get("total-none")), ("filled".into(), t.get("total-filled"))];
    if field.kind.is_number() {
        options.extend([("sum", "total-sum"), ("avg", "total-avg")].map(|(f, key)| (f.to_string(), t.get(key))));
    }
    if field.kind.is_number() || matches!(field.kind, FieldType::Date | FieldType::DateTime) {
        options.extend([("min", "total-min"), ("max", "total-max")].map(|(f, key)| (f.to_string(), t.get(key))));
    }
    let name = format!("total.{}", field.key);
    html! {
        li data-id=(field.key) {
            span.ak-grip data-handle aria-hidden="true" { (icon_sized("grip-vertical", 14)) }
            label.ak-check-label {
                input.ak-check type="checkbox" name="column" value=(field.key) checked[on];
                span { (label) }
            }
            @if field.is_column() {
                (select(&Input::new(&name, now).attr("aria-label", t.with("columns-total", &[("field", label.into())])), &options))
            }
        }
    }
}

/// The chosen columns, in the address of the list.
pub async fn choose(visit: Visit, Path(plural): Path<String>, Query(pairs): Pairs, fields: Fields) -> Reply {
    let object = visit.object(&plural)?;
    let (look, address) = (visit.look(), Address::read(&plural, &pairs));
    let listing = visit.read(move |tx| Listing::resolve(tx, &look, object, address, None)).await?;
    let width = |key: &str| listing.state.columns.iter().find(|c| c.key == key).and_then(|c| c.width);
    let columns: Vec<String> = fields.all("column").map(|key| ColumnState { key: key.into(), width: width(key) }.text()).collect();
    let totals: Vec<String> = fields
        .0
        .iter()
        .filter_map(|(name, function)| Some((name.strip_prefix("total.")?, function)))
        .filter(|(_, function)| !function.is_empty())
        .map(|(key, function)| format!("{key}:{function}"))
        .collect();
    let address = Address { totals: Some(totals.join(",")), ..listing.address.first_page().with_columns(&columns) };
    visit.go(&address.href(), None)
}

/// Widths and order as dragged, kept with the view.
pub async fn keep(visit: Visit, Path(plural): Path<String>, Query(pairs): Pairs, fields: Fields) -> Reply {
    let object = visit.object(&plural)?;
    let view = pairs.into_iter().find(|(name, _)| name == "view").map(|(_, key)| key).unwrap_or_default();
    let columns = ColumnState::parse_all(fields.text("columns"));
    visit.write(move |tx| tx.keep_columns(&object, &view, columns.clone())).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The button that puts the rows closer together, or apart again.
pub fn density(listing: &Listing, csrf: &str) -> Markup {
    let t = listing.look.t;
    let compact = listing.state.compact;
    let label = t.get(if compact { "list-loose" } else { "list-dense" });
    html! {
        form method="post" action=(listing.address.at(&format!("{}/density", listing.address.base))) {
            input type="hidden" name="csrf" value=(csrf);
            input type="hidden" name="view" value=(listing.view().key);
            @if !compact { input type="hidden" name="compact" value="1"; }
            (Button::only_icon(if compact { "rows-2" } else { "rows-4" }, label).ghost().submit())
        }
    }
}

/// Rows close together or apart, kept for the person or with the view.
pub async fn keep_density(visit: Visit, Path(plural): Path<String>, Query(pairs): Pairs, fields: Fields) -> Reply {
    let object = visit.object(&plural)?;
    let (view, compact) = (fields.text("view").to_string(), fields.ticked("compact"));
    visit.write(move |tx| tx.keep_density(&object, &view, compact)).await?;
    visit.go(&Address::read(&plural, &pairs).href(), None)
}
