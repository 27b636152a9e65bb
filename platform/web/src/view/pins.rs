//! Favourites in the side bar.

use super::ask::find;
use crate::form::Fields;
use crate::state::{Nav, Place};
use crate::ui::frame::star;
use crate::ui::sidebar::{Lead, NavItem};
use crate::value::{Look, shape};
use crate::{Reply, Visit};
use akrab_engine::Tx;
use akrab_engine::view::Pin;
use axum::http::StatusCode;
use axum::response::IntoResponse;

/// Pins a view, or takes it away when it is pinned.
pub async fn pin(visit: Visit, axum::extract::Path((plural, key)): axum::extract::Path<(String, String)>) -> Reply {
    let (object, view) = find(&visit, &plural, &key).await?;
    let own = key.clone();
    let on = visit
        .write(move |tx| {
            let on = !tx.is_view_pinned(&object.key, &view)?;
            tx.pin_view(&object.key, &own, on)?;
            Ok(on)
        })
        .await?;
    if visit.is_fragment() {
        return visit.fragment(star(visit.t, &format!("/{plural}/views/{key}/pin"), &visit.csrf, on), None);
    }
    visit.back(&format!("/{plural}?view={key}"), None)
}

/// Keeps the order favourites were dragged into; they are named by their addresses.
pub async fn order(visit: Visit, fields: Fields) -> Reply {
    let wanted: Vec<String> = fields.all("order").map(Into::into).collect();
    let pins = visit.read(|tx| tx.pins()).await?;
    let registry = visit.registry();
    let places: Vec<String> =
        wanted.iter().filter_map(|href| pins.iter().find(|pin| address(&registry, pin).as_deref() == Some(href))).map(Pin::place).collect();
    visit.write(move |tx| tx.order_pins(&places)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The favourites as entries of the side bar.
pub fn nav(tx: &mut Tx, look: &Look) -> Vec<Nav> {
    let Ok(pins) = tx.pins() else { return Vec::new() };
    let registry = &look.registry;
    let mut entries = Vec::new();
    for (order, pin) in pins.iter().enumerate() {
        let Some(href) = address(registry, pin) else { continue };
        let item = match pin {
            Pin::View { view, .. } => NavItem::new(crate::list::tools::kind_icon(view.kind), view.name.get(look.key()), href),
            Pin::Record { object, title, .. } => {
                let Some(object) = registry.object(object) else { continue };
                let mut item = NavItem::new(&object.decl.icon, title.clone(), href);
                if let Some(shape) = shape(object) {
                    item.lead = Lead::Avatar(shape, title.clone());
                }
                item
            }
        };
        entries.push(Nav { place: Place::Favourites, order: i32::try_from(order).unwrap_or(i32::MAX), item });
    }
    entries
}

fn address(registry: &akrab_model::Registry, pin: &Pin) -> Option<String> {
    Some(match pin {
        Pin::Record { object, id, .. } => format!("/{}/{id}", registry.object(object)?.plural),
        Pin::View { object, view } => format!("/{}?view={}", registry.object(object)?.plural, view.key),
    })
}
