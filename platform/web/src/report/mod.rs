//! Reports: the list of them, each with chart and table, and the builder.

mod builder;
pub mod draw;
mod form;
pub(crate) mod kept;
mod list;
mod mailing;
mod map;
mod save;
mod show;

pub(crate) use show::Wanted;

use crate::route::{Router, get, post};
use crate::state::{Nav, Place};
use crate::ui::sidebar::NavItem;
use crate::value::Look;
use akrab_engine::{Access, Tx};
use akrab_model::object::Scope;

/// Group of the side bar reports and dashboards stand in.
pub(crate) const GROUP: &str = "analysis";

/// Addresses of reports.
#[inline(always)]
pub fn routes() -> Router {
    Router::new()
        .route("/reports", get(list::show).post(save::create))
        .route("/reports/build", get(builder::show))
        .route("/reports/{key}", get(show::show).post(save::change))
        .route("/reports/{key}/file", get(show::file))
        .route("/mailings/{kind}/{key}", get(mailing::show).post(mailing::order))
        .route("/mailings/{kind}/{key}/{id}/delete", post(mailing::drop_one))
        .route("/reports/{key}/delete", get(save::ask_delete).post(save::delete))
}

/// The entry of the side bar; people who may see no record have nothing to report on.
pub(crate) fn nav(tx: &mut Tx, look: &Look) -> Vec<Nav> {
    entry(tx, 20, NavItem::new("chart-column", look.t.get("reports-title"), "/reports"))
}

/// An entry of the group, for whoever may see records.
pub(crate) fn entry(tx: &Tx, order: i32, item: NavItem) -> Vec<Nav> {
    let any = tx.registry.objects().any(|o| !o.is_system() && tx.rights.scope(o, Access::Read) > Scope::None);
    let entry = Nav { place: Place::Group(GROUP.into()), order, item };
    if any { vec![entry] } else { Vec::new() }
}
