//! Figures that come after the page: counts of the other views, live counts of the builder, sums
//! over very many rows.

use super::address::Address;
use super::head;
use super::state::Listing;
use crate::filter::builder::count_words;
use crate::filter::tree;
use crate::{Reply, Visit};
use akrab_engine::{ListRequest, Tx};
use akrab_model::filter::Op;
use akrab_model::object::ViewKind;
use akrab_model::problem::ProblemKind;
use akrab_model::{Count, FieldType, Filter, Object};
use axum::extract::{Path, Query};
use axum::response::IntoResponse;
use maud::{Markup, html};

type Pairs = Query<Vec<(String, String)>>;

/// "186 dari 1.284 perusahaan cocok", for the filter being built.
pub async fn live(visit: Visit, Path(plural): Path<String>, Query(pairs): Pairs) -> Reply {
    let object = visit.object(&plural)?;
    let (look, address) = (visit.look(), Address::read(&plural, &pairs));
    let own = object.clone();
    let counted = visit
        .read(move |tx| {
            let listing = Listing::resolve(tx, &look, own, address, None)?;
            let matching = tx.count(&listing.request(), false)?;
            let all = tx.count(&ListRequest { object: listing.object.key.clone(), ..ListRequest::default() }, false)?;
            Ok((matching, all))
        })
        .await;
    let look = visit.look();
    let (matching, all) = match counted {
        Ok(counted) => counted,
        // a condition is still being written
        Err(fail) if fail.problem.kind == ProblemKind::Invalid => return Ok(html! { (look.t.get("filter-incomplete")) }.into_response()),
        Err(fail) => return Err(fail),
    };
    let (matching, all) = (head::count_words(&look, matching), head::count_words(&look, all));
    Ok(count_words(&look, &object, &matching, Some(&all)).into_response())
}

/// The tabs' counts, each put into its tab.
pub async fn tabs(visit: Visit, Path(plural): Path<String>, Query(pairs): Pairs) -> Reply {
    let object = visit.object(&plural)?;
    let (look, address) = (visit.look(), Address::read(&plural, &pairs));
    let read = move |tx: &mut Tx| {
        let listing = Listing::resolve(tx, &look, object, address, None)?;
        let mut counts = Vec::new();
        for (n, view) in listing.views.iter().enumerate().filter(|(n, _)| *n != listing.at) {
            let filter = view.state.filter.as_ref().and_then(|f| Filter::from_json(f).ok());
            let filter = if view.state.kind == ViewKind::Board { on_board(&listing.object, filter) } else { filter };
            let request = ListRequest { object: listing.object.key.clone(), filter, ..ListRequest::default() };
            // a view over fields the reader may not see simply has no count
            if let Ok(count) = tx.count(&request, false) {
                counts.push((n, count));
            }
        }
        Ok(counts)
    };
    let counts: Vec<(usize, Count)> = visit.read(read).await?;
    let look = visit.look();
    let body = html! {
        @for (n, count) in counts { span.ak-count id={ "view-count-" (n) } hx-swap-oob="true" { (head::count_words(&look, count)) } }
    };
    Ok(body.into_response())
}

/// What a board counts: the cards in its open stages.
fn on_board(object: &Object, filter: Option<Filter>) -> Option<Filter> {
    let by = object.decl.board.as_ref().and_then(|board| object.field(&board.by)).filter(|f| f.kind == FieldType::Stage);
    match by {
        Some(field) => Some(tree::with(filter.as_ref(), Filter::test(&format!("{}.category", field.key), Op::Is, "open"))),
        None => filter,
    }
}

/// The totals of a long list, put under its columns.
pub async fn totals(visit: Visit, Path(plural): Path<String>, Query(pairs): Pairs) -> Reply {
    let object = visit.object(&plural)?;
    let (look, address) = (visit.look(), Address::read(&plural, &pairs));
    let read = move |tx: &mut Tx| {
        let listing = Listing::resolve(tx, &look, object, address, None)?;
        let figures = tx.totals(&listing.request(), &listing.state.totals)?;
        Ok((listing, figures))
    };
    let (listing, figures) = visit.read(read).await?;
    let cells = head::totals(&listing, &figures);
    let body = html! {
        @for ((_, field), cell) in listing.columns().zip(&cells) {
            @if let Some(cell) = cell { span id={ "total-" (field.key) } hx-swap-oob="true" { (cell) } }
        }
    };
    Ok(body.into_response())
}

/// Asks for the totals once the page stands.
pub fn late_totals(listing: &Listing) -> Markup {
    let address = listing.address.first_page();
    html! { div hidden hx-get=(address.at(&format!("{}/totals", address.base))) hx-trigger="load" hx-swap="none" {} }
}
