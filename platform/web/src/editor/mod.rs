//! Forms of any object: quick create, the full form, edits of single fields, possible duplicates,
//! and what happens when two people edit one record.
//!
//! [`crate::value::Typed`] holds what stands in a form, [`Sheet`] draws it; both know fields only by
//! their types.

mod conflict;
mod create;
mod edit;
mod file;
mod hints;
mod inline;
mod sheet;

pub(crate) use edit::tags;
pub use sheet::Sheet;

use crate::route::{Router, get};
use crate::router::upload_limit;
use akrab_model::{Field, FieldType};

/// Addresses of the forms.
#[inline(always)]
pub fn routes() -> Router {
    Router::new()
        .route("/{plural}/new", get(create::show).post(create::save).layer(upload_limit()))
        .route("/{plural}/hints", get(hints::show))
        .route("/{plural}/{id}/edit", get(edit::show).post(edit::save).layer(upload_limit()))
        .route("/{plural}/{id}/clone", get(create::copy))
        .route("/{plural}/{id}/fields/{field}", get(inline::show).post(inline::save).layer(upload_limit()))
        .route("/{plural}/{id}/files/{field}", get(file::fetch))
}

/// Whether a form of these fields is sent with files.
pub(crate) fn takes_files(fields: &[&Field]) -> bool {
    fields.iter().any(|f| f.kind == FieldType::File)
}
