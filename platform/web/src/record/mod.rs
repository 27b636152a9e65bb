//! The page of a record, and everything reached from it.

pub mod words;

use crate::editor;
use crate::state::Web;
use axum::Router;

/// Addresses of records of every object.
pub fn routes() -> Router<Web> {
    Router::new().merge(editor::routes())
}
