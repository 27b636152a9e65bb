//! The network around a record: who is tied to whom, drawn and listed.
//!
//! `plan` says where each node stands, `picture` draws it as SVG, `show` is the page.

mod picture;
mod plan;
mod show;

use crate::route::{Router, get};

/// The page of every object whose records are tied to others.
#[inline(always)]
pub fn routes() -> Router {
    Router::new().route("/{plural}/{id}/network", get(show::show))
}
