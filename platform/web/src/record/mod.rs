//! The page of a record, and everything reached from it.
//!
//! One read brings the whole page ([`load::Sight`]); `head`, `path`, `body`, `timeline`, `panel` and
//! `composer` draw it. What an object shows is declared in its file; no object is known by name here.

pub(crate) mod access;
mod action;
mod beside;
mod body;
pub mod composer;
mod confirmation;
mod consent;
mod erase;
mod favourite;
mod figure;
mod flows;
mod follow;
mod freshness;
mod head;
mod load;
mod panel;
mod path;
mod place;
pub mod reach;
mod shares;
pub mod shift;
mod show;
pub mod teller;
mod templates;
mod territory;
mod ticks;
mod tie;
mod timeline;
mod tree;
pub mod words;

pub(crate) use erase::counts as erased_counts;
pub(crate) use load::Sight;

use crate::route::{Router, get, post};
use crate::{editor, history, search, trash};

/// Addresses of records of every object.
#[inline(always)]
pub fn routes() -> Router {
    Router::new()
        .route("/{plural}/{id}", get(show::show))
        .route("/{plural}/{id}/timeline", get(timeline::show))
        .route("/{plural}/{id}/entries", get(composer::show).post(composer::save))
        .route("/{plural}/{id}/favourite", post(favourite::toggle))
        .route("/{plural}/{id}/follow", post(follow::toggle))
        .route("/{plural}/{id}/flows/{flow}", post(flows::press))
        .route("/{plural}/{id}/fields/{field}/ticks", post(ticks::save))
        .route("/{plural}/{id}/templates", get(templates::show))
        .route("/{plural}/{id}/pins", post(timeline::pin))
        .route("/{plural}/{id}/access", get(access::show))
        .route("/{plural}/{id}/shares", get(shares::show).post(shares::give))
        .route("/{plural}/{id}/shares/{share}/end", post(shares::end))
        .route("/{plural}/{id}/consent", get(consent::show).post(consent::save))
        .route("/{plural}/{id}/freshness", get(freshness::show).post(freshness::confirm))
        .route("/{plural}/{id}/confirmation", get(confirmation::show).post(confirmation::make))
        .route("/{plural}/{id}/confirmation/{request}", post(confirmation::settle))
        .route("/{plural}/{id}/erasure", get(erase::ask).post(erase::run))
        .route("/{plural}/{id}/preferences", post(consent::link))
        .route("/{plural}/{id}/territory", get(territory::show).post(territory::save))
        .route("/{plural}/{id}/{action}", get(action::ask).post(action::run))
        .merge(editor::routes())
        .merge(trash::routes())
        .merge(history::routes())
        .merge(search::routes())
        .merge(crate::file::routes())
}
