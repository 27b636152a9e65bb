//! Boards: one column per stage or choice, cards that move between them.
//!
//! A board is a way to see a list ([`crate::list`]); only moving and reading on are its own.

mod card;
mod draw;
mod gate;
mod lane;
mod step;

pub use draw::{draw, request};

use crate::route::{Router, get};
use crate::router::upload_limit;

#[inline(always)]
pub fn routes() -> Router {
    Router::new()
        .route("/{plural}/lane", get(lane::show))
        .route("/{plural}/{id}/stage", get(step::whole).post(step::step).layer(upload_limit()))
}
