//! The place of a record in the list it was opened from, with its neighbours.

use super::load::Sight;
use crate::fail::encode;
use crate::list::address::Address;
use crate::list::state::Listing;
use crate::ui::record::place;
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::Tx;
use akrab_model::{Count, Object};
use axum::extract::Query;
use axum::http::Uri;
use maud::{Markup, html};
use std::sync::Arc;

/// Where a record stands.
pub struct Place {
    /// Its number in the list, from 1.
    n: u64,
    of: Count,
    previous: Option<Step>,
    next: Option<Step>,
}

/// A neighbour: its id, and the query of the list's page it stands on.
struct Step {
    id: i64,
    query: String,
}

/// The query of the list somebody comes from: handed on by its neighbour, or that of the page before.
pub fn query(visit: &Visit, object: &Object, handed: Option<&str>) -> Option<String> {
    if let Some(handed) = handed {
        return Some(handed.to_string());
    }
    let from = visit.facts.referer_path()?;
    let (path, query) = from.split_once('?').unwrap_or((&from, ""));
    (path == format!("/{}", object.plural)).then(|| query.to_string())
}

/// Finds the record on its page of the list. None when the list no longer has it there.
pub fn load(tx: &mut Tx, look: &Look, object: &Arc<Object>, id: i64, query: &str) -> Option<Place> {
    let uri: Uri = format!("/?{query}").parse().ok()?;
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&uri).ok()?;
    let address = Address::read(&object.plural, &pairs);
    let listing = Listing::resolve(tx, look, object.clone(), address.clone(), None).ok()?;
    let mut request = listing.request();
    request.columns = vec![object.title_field().key.clone()];
    let page = tx.list(&request).ok()?;
    let at = page.records.iter().position(|r| r.id == id)?;
    let first = address.from.unwrap_or(1);
    let beside = |at: usize| page.records.get(at).map(|r| Step { id: r.id, query: query.to_string() });
    let mut next = beside(at + 1);
    if let (None, Some(cursor)) = (&next, &page.next) {
        let there = address.page(cursor, first + page.records.len() as u64);
        request.after = Some(cursor.clone());
        next = tx.list(&request).ok()?.records.first().map(|r| Step { id: r.id, query: query_of(&there) });
    }
    let mut previous = at.checked_sub(1).and_then(beside);
    if let (None, Some(cursor)) = (&previous, &page.previous) {
        request.after = Some(cursor.clone());
        let before = tx.list(&request).ok()?.records;
        let there = address.page(cursor, first.saturating_sub(before.len() as u64).max(1));
        previous = before.last().map(|r| Step { id: r.id, query: query_of(&there) });
    }
    request.after = None;
    let of = tx.count(&request, false).ok()?;
    Some(Place { n: first + at as u64, of, previous, next })
}

fn query_of(address: &Address) -> String {
    address.href().split_once('?').map(|(_, query)| query.to_string()).unwrap_or_default()
}

/// "3 dari 214" with the steps to the neighbours (`K`, `J`).
pub fn draw(sight: &Sight) -> Markup {
    let Some(here) = &sight.place else { return html! {} };
    let t = sight.look.t;
    let of = match here.of {
        Count::Exact(n) => t.number(n as i64),
        Count::Above(n) => format!("{}+", t.number(n as i64)),
    };
    let words = t.with("record-place", &[("n", t.number(here.n as i64).into()), ("of", of.into())]);
    let href = |step: &Option<Step>| step.as_ref().map(|s| format!("{}?in={}", sight.look.href(&sight.object, s.id), encode(&s.query)));
    place(t, &words, href(&here.previous).as_deref(), href(&here.next).as_deref())
}
