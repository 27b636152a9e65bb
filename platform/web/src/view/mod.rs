//! Saved views: save, rename, share, copy, pin, order, default per role.

mod ask;
mod pins;
mod save;

pub use pins::nav;

use crate::route::{Router, get, post};

#[inline(always)]
pub fn routes() -> Router {
    Router::new()
        .route("/{plural}/views/new", get(ask::new))
        .route("/{plural}/views", post(save::create))
        .route("/{plural}/views/{view}", post(save::replace))
        .route("/{plural}/views/{view}/copy", get(ask::copy))
        .route("/{plural}/views/{view}/edit", get(ask::edit).post(save::rename))
        .route("/{plural}/views/{view}/default", get(ask::default).post(save::default))
        .route("/{plural}/views/{view}/pin", post(pins::pin))
        .route("/{plural}/views/{view}/left", post(save::left))
        .route("/{plural}/views/{view}/deletion", post(save::delete))
        .route("/favourites/order", post(pins::order))
}
