//! Dashboards: reports side by side, with filters for the whole page.

mod edit;
mod filters;
mod show;
mod tile;

use crate::route::{Router, get, post};
use crate::state::Nav;
use crate::ui::sidebar::NavItem;
use crate::value::Look;
use akrab_engine::Tx;

/// Addresses of dashboards.
#[inline(always)]
pub fn routes() -> Router {
    Router::new()
        .route("/dashboards", get(show::first).post(edit::create))
        .route("/dashboards/new", get(edit::new))
        .route("/dashboards/arrange", post(edit::arrange))
        .route("/dashboards/{key}", get(show::show).post(edit::change))
        .route("/dashboards/{key}/file", get(show::file))
        .route("/dashboards/{key}/edit", get(edit::edit))
        .route("/dashboards/{key}/default", get(edit::ask_default).post(edit::default))
        .route("/dashboards/{key}/delete", get(edit::ask_delete).post(edit::delete))
}

/// The entry of the side bar.
pub(crate) fn nav(tx: &mut Tx, look: &Look) -> Vec<Nav> {
    crate::report::entry(tx, 10, NavItem::new("layout-dashboard", look.t.get("dashboards-title"), "/dashboards"))
}
