//! Approvals on the screen: what waits for somebody, one request, the record's own panel, and the pages of mailed links.
//!
//! `words` says things; `panel` stands on the record's page and in the day's work; `list` and `show` are pages; `decide` asks
//! for what a decision needs and takes it; `link` is for who comes from a mail without signing in.

mod ask;
mod decide;
mod link;
mod list;
pub mod panel;
mod show;
pub(crate) mod words;

use crate::route::{Router, get, post};
use crate::state::{Nav, Place};
use crate::ui::sidebar::NavItem;
use crate::value::Look;
use akrab_engine::Tx;

/// Addresses of approvals.
#[inline(always)]
pub fn routes() -> Router {
    Router::new()
        .route("/approvals", get(list::show))
        .route("/approvals/bulk", post(decide::many))
        .route("/approvals/ask", get(ask::show).post(ask::ask))
        .route("/approvals/link/{secret}", get(link::show).post(link::take))
        .route("/approvals/{id}", get(show::show))
        .route("/approvals/{id}/withdraw", post(decide::withdraw))
        .route("/approvals/{id}/move", get(decide::ask_move).post(decide::move_to))
        .route("/approvals/{id}/{verdict}", get(decide::show).post(decide::take))
}

/// The entry in the side bar, where there are rules or something waits.
pub fn nav(tx: &mut Tx, look: &Look) -> Vec<Nav> {
    // a frame without its count is better than no page
    let waiting = tx.approvals_count().unwrap_or(0);
    if waiting == 0 && !tx.engine.has_approvals() {
        return Vec::new();
    }
    let item = NavItem::new("badge-check", look.t.get("approvals"), "/approvals");
    let item = if waiting > 0 { item.count(waiting.to_string(), true) } else { item };
    vec![Nav { place: Place::Top, order: 20, item }]
}
