//! Filters and pages of a list.

use super::filter::Filter;
use super::{Fault, told};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value as Json, json};

const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
/// Resources on a page at most.
pub(super) const MOST: usize = 200;

/// What a list is asked for.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Asked {
    filter: String,
    start_index: Option<i64>,
    count: Option<i64>,
    excluded_attributes: String,
}

impl Asked {
    /// The filter over these attributes; an empty one fits everything.
    pub fn filter(&self, known: &[&str]) -> Result<Filter, Fault> {
        Filter::read(&self.filter, known)
    }
    /// Whether a part is not wanted.
    pub fn excludes(&self, name: &str) -> bool {
        self.excluded_attributes.split(',').any(|part| part.trim().eq_ignore_ascii_case(name))
    }
    /// The page of all that fits.
    pub fn page(&self, all: Vec<Json>) -> Response {
        let start = self.start_index.unwrap_or(1).max(1);
        let count = usize::try_from(self.count.unwrap_or(100).max(0)).unwrap_or(MOST).min(MOST);
        let total = all.len();
        let page: Vec<Json> = all.into_iter().skip(usize::try_from(start - 1).unwrap_or(usize::MAX)).take(count).collect();
        told(
            StatusCode::OK,
            &json!({ "schemas": [LIST], "totalResults": total, "startIndex": start, "itemsPerPage": page.len(), "Resources": page }),
        )
    }
}
