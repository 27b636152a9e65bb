//! Process maps on the screen: how the work goes, where time is lost, and what a step asks for.
//!
//! `picture` draws a map, with figures or without; `show` is the page everybody reads, `behind` the records behind one of its
//! figures; `panel` stands on a record's page.

mod behind;
pub mod panel;
pub mod picture;
mod show;
pub(crate) mod words;

use crate::route::{Router, get};
use crate::state::Nav;
use crate::ui::sidebar::NavItem;
use crate::value::Look;
use akrab_engine::Tx;

/// Addresses of the maps.
#[inline(always)]
pub fn routes() -> Router {
    Router::new()
        .route("/processes", get(show::list))
        .route("/processes/{key}", get(show::show))
        .route("/processes/{key}/behind", get(behind::show))
}

/// The entry of the side bar, where there is a map the person may know of.
pub fn nav(tx: &mut Tx, look: &Look) -> Vec<Nav> {
    if tx.processes_in_force().is_empty() {
        return Vec::new();
    }
    crate::report::entry(tx, 30, NavItem::new("git-commit-horizontal", look.t.get("processes"), "/processes"))
}
