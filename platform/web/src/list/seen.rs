//! In which ways a person may see the records of an object, and what a calendar and a map of them go by.

use super::address::Address;
use akrab_engine::Tx;
use akrab_model::Object;
use akrab_model::object::{CalendarDecl, MapDecl, ViewKind};

/// Whether the address says what a calendar goes by.
pub fn names_calendar(address: &Address) -> bool {
    [&address.start, &address.end, &address.words, &address.colour].into_iter().any(Option::is_some)
}

/// Whether the address says what a map goes by.
pub fn names_map(address: &Address) -> bool {
    address.place.is_some() || address.amount.is_some()
}

/// The ways there are, the table first.
pub fn kinds(object: &Object, calendar: Option<&CalendarDecl>, map: Option<&MapDecl>) -> Vec<ViewKind> {
    let there = |kind: &ViewKind| match kind {
        ViewKind::Table => true,
        ViewKind::Board => object.decl.board.is_some(),
        ViewKind::Calendar => calendar.is_some(),
        ViewKind::Map => map.is_some(),
    };
    ViewKind::ALL.into_iter().filter(there).collect()
}

/// What the calendar goes by: the address laid over the view, the view over the object; without what the reader may not
/// see. None for an object without dates he may see.
pub fn calendar(tx: &Tx, object: &Object, saved: Option<&CalendarDecl>, address: &Address) -> Option<CalendarDecl> {
    let begun = saved.cloned().or_else(|| object.calendar())?;
    let wanted = CalendarDecl {
        start: address.start.clone().unwrap_or(begun.start),
        end: chosen(address.end.as_ref(), begun.end),
        title: chosen(address.words.as_ref(), begun.title),
        colour: chosen(address.colour.as_ref(), begun.colour),
    };
    let fits = |calendar: &CalendarDecl| tx.calendar_fits(object, calendar);
    let only = |start: &str| CalendarDecl { start: start.into(), end: None, title: None, colour: None };
    // each part is left out by itself
    let others = object.calendar().map(|calendar| calendar.start).into_iter().chain(object.dates().map(|f| f.key.clone()));
    let start = std::iter::once(wanted.start.clone()).chain(others).find(|start| fits(&only(start)))?;
    let mut calendar = only(&start);
    let end = CalendarDecl { end: wanted.end, ..calendar.clone() };
    if fits(&end) {
        calendar = end;
    }
    let title = CalendarDecl { title: wanted.title, ..calendar.clone() };
    if fits(&title) {
        calendar = title;
    }
    let colour = CalendarDecl { colour: wanted.colour, ..calendar.clone() };
    Some(if fits(&colour) { colour } else { calendar })
}

/// What the map goes by, as [`calendar`].
pub fn map(tx: &Tx, object: &Object, saved: Option<&MapDecl>, address: &Address) -> Option<MapDecl> {
    let begun = saved.cloned().or_else(|| tx.registry.map_of(object))?;
    let amount = chosen(address.amount.as_ref(), begun.amount);
    let places = address.place.clone().into_iter().chain([begun.place]).chain(tx.registry.places(object));
    let place = places.map(|place| MapDecl { place, amount: None }).find(|map| tx.map_fits(object, map))?;
    let whole = MapDecl { amount, ..place.clone() };
    Some(if tx.map_fits(object, &whole) { whole } else { place })
}

fn chosen(asked: Option<&String>, begun: Option<String>) -> Option<String> {
    asked.cloned().or(begun).filter(|key| !key.is_empty())
}
