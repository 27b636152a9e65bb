//! Policies on the screen: what breaks them now, whose it is, the records, and the line on a record's own page.

mod page;
pub mod panel;
mod records;
mod say;
pub(crate) mod words;

use crate::route::{Router, get};
use crate::state::Nav;
use crate::ui::sidebar::NavItem;
use crate::value::Look;
use akrab_engine::Tx;

/// Addresses of policies.
#[inline(always)]
pub fn routes() -> Router {
    Router::new()
        .route("/policies", get(page::show))
        .route("/policies/{key}", get(records::show))
        .route("/policies/{key}/{id}", get(say::ask).post(say::take))
}

/// The entry of the side bar, where there is a policy the person may know of.
pub fn nav(tx: &mut Tx, look: &Look) -> Vec<Nav> {
    if !tx.has_policies() {
        return Vec::new();
    }
    crate::report::entry(tx, 40, NavItem::new("shield-alert", look.t.get("policies"), "/policies"))
}
