//! `/settings/audit`: who came in, what went out, who gave whom which rights; searched, and taken along as a file.

mod page;
mod words;

use crate::route::{Router, get};

/// Addresses of the trail.
#[inline(always)]
pub fn routes() -> Router {
    Router::new().route("/settings/audit", get(page::show)).route("/settings/audit/export", get(page::export))
}
