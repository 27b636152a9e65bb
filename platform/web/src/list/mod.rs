//! Lists of any object: views, filters, columns, groups, totals, edits in place, the side panel.
//!
//! The address holds the whole state ([`address`]); [`state`] lays it over the view; [`page`] reads
//! once and draws.

pub mod address;
pub mod arrange;
pub mod cell;
pub mod columns;
pub mod count;
pub mod empty;
pub mod group;
pub mod head;
pub mod page;
pub mod peek;
pub mod rows;
pub mod seen;
pub mod state;
pub mod tools;

use crate::route::{Router, get, post};

#[inline(always)]
pub fn routes() -> Router {
    Router::new()
        .route("/{plural}", get(page::show))
        .route("/{plural}/rows", get(rows::show))
        .route("/{plural}/filter", get(crate::filter::builder::show))
        .route("/{plural}/count", get(count::live))
        .route("/{plural}/counts", get(count::tabs))
        .route("/{plural}/totals", get(count::totals))
        .route("/{plural}/columns", get(columns::ask).post(columns::keep))
        .route("/{plural}/arrange", get(arrange::show))
        .route("/{plural}/density", post(columns::keep_density))
        .route("/{plural}/columns/choice", post(columns::choose))
        .route("/{plural}/{id}/peek", get(peek::show))
}
