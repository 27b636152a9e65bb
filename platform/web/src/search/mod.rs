//! Search: the palette while typing, a page of its own, and what link pickers ask.

mod actions;
mod palette;
mod pick;

use crate::route::{Router, get};

/// Addresses of searches.
#[inline(always)]
pub fn routes() -> Router {
    Router::new()
        .route("/search", get(palette::show))
        .route("/create", get(actions::create))
        .route("/pick/{object}", get(pick::show))
        .route("/pick/{object}/words/{field}", get(pick::words))
        .route("/{plural}/{id}/actions", get(actions::show))
}
