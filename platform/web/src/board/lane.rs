//! More cards of one lane.

use super::card::card;
use super::draw::{CARDS, more_href};
use crate::list::address::Address;
use crate::list::state::Listing;
use crate::ui::board;
use crate::{Reply, Visit};
use akrab_engine::Tx;
use akrab_model::filter::{Filter, Op};
use akrab_model::object::ViewKind;
use akrab_model::{FieldType, Problem};
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect};
use maud::html;

/// The next cards, and the line for those after them.
pub async fn show(visit: Visit, Path(plural): Path<String>, Query(pairs): Query<Vec<(String, String)>>) -> Reply {
    let get = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let (Some(stage), done) = (get("stage"), get("done").and_then(|d| d.parse::<usize>().ok()).unwrap_or(0)) else {
        return Err(Problem::malformed("bad_form").into());
    };
    let object = visit.object(&plural)?;
    let decl = object.decl.board.clone().ok_or_else(|| Problem::malformed("no_board"))?;
    let (look, address, by) = (visit.look(), Address::read(&plural, &pairs), decl.by.clone());
    let own = stage.clone();
    let read = move |tx: &mut Tx| {
        let listing = Listing::resolve(tx, &look, object, address, None)?;
        let in_lane = Filter::test(&by, Op::Is, own.as_str());
        let mut request = listing.request();
        request.columns = Vec::new();
        // without a cursor the first cards are read again and left out
        request.limit = if request.after.is_some() { CARDS } else { done + CARDS }.min(200);
        if request.sort.is_empty() {
            request.sort = vec!["-updated_at".into()];
        }
        let narrowed = crate::filter::tree::with(listing.filter.as_ref(), in_lane);
        request.filter = Some(narrowed);
        let count = tx.count(&request, false)?;
        let list = tx.list(&request)?;
        let staged = listing.object.field(&by).is_some_and(|f| f.kind == FieldType::Stage);
        let limit = match own.parse() {
            Ok(id) if staged => tx.rotting_days(id)?,
            _ => None,
        };
        Ok((listing, list, count, limit))
    };
    let (listing, list, count, rotting) = visit.read(read).await?;
    if !visit.is_fragment() {
        let only = crate::filter::tree::with(listing.filter.as_ref(), Filter::test(&decl.by, Op::In, vec![stage]));
        return Ok(Redirect::to(&listing.address.with_kind(ViewKind::Table).with_filter(Some(&only.to_json())).href()).into_response());
    }
    let skip = if listing.address.after.is_some() { 0 } else { done };
    let fresh: Vec<_> = list.records.iter().skip(skip).collect();
    let shown = done + fresh.len();
    let rest = count.shown().saturating_sub(shown as u64);
    let words = visit.t.with("list-load-more", &[("n", i64::try_from(rest).unwrap_or(i64::MAX).into())]);
    let more = list.next.as_deref().map(|next| (words, more_href(&listing, &stage, shown, Some(next))));
    let body = html! {
        @for record in fresh { (board::card(visit.t, &card(&listing.look, &decl, record, rotting))) }
        (board::more_line(&stage, more.as_ref(), true))
    };
    Ok(body.into_response())
}
