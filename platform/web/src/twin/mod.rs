//! Duplicates of any object: the queue of pairs, two records side by side, merging and taking apart.

mod merge;
mod queue;
mod undo;
pub mod words;

use crate::route::{Router, get, post};

pub fn routes() -> Router {
    Router::new()
        .route("/{plural}/duplicates", get(queue::show).post(queue::find))
        .route("/{plural}/duplicates/{pair}", get(merge::pair).post(queue::decide))
        .route("/{plural}/merge", get(merge::show).post(merge::save))
        .route("/{plural}/merges", post(queue::merge_many))
        .route("/{plural}/merges/{merge}", get(undo::show))
        .route("/{plural}/merges/{merge}/undo", post(undo::save))
}
