//! Jobs: what runs in the background, how far it is, what became of it.

mod list;
mod show;
pub use show::{buttons, head};
pub mod words;

use crate::route::{Router, get, post};

/// Addresses of jobs.
#[inline(always)]
pub fn routes() -> Router {
    Router::new()
        .route("/jobs", get(list::show))
        .route("/jobs/{job}", get(show::show))
        .route("/jobs/{job}/progress", get(show::progress))
        .route("/jobs/{job}/cancel", post(show::cancel))
        .route("/jobs/{job}/retry", post(show::retry))
        .route("/jobs/{job}/undo", post(show::undo))
        .route("/jobs/{job}/file", get(show::file))
        .route("/jobs/{job}/errors", get(show::errors))
}
