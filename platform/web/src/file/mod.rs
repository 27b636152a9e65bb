//! The files of a record: added, looked at, given new versions, put away. Every address proves the right to the record
//! first; nothing of a file is ever shown as a page of ours.

mod act;
mod content;
pub(crate) mod feed;
pub(crate) mod list;
mod preview;
pub(crate) mod take;
mod viewer;
pub(crate) mod words;

pub(crate) use content::{drawn, send};

use crate::guard::file_limit;
use crate::route::{Router, get, post};

/// Addresses below a record of any object.
#[inline(always)]
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/{plural}/{id}/attachments", get(list::show).post(take::add).layer(file_limit()))
        .route("/{plural}/{id}/attachments/{file}", get(viewer::show))
        .route("/{plural}/{id}/attachments/{file}/content", get(content::fetch))
        .route("/{plural}/{id}/attachments/{file}/picture", get(content::picture))
        .route("/{plural}/{id}/attachments/{file}/edit", get(act::ask).post(act::reword))
        .route("/{plural}/{id}/attachments/{file}/bin", post(act::bin))
        .route("/{plural}/{id}/attachments/{file}/restoration", post(act::restore))
        .route("/{plural}/{id}/attachments/{file}/revisions", post(take::revise).layer(file_limit()))
        .route("/{plural}/{id}/attachments/{file}/revisions/{revision}/restoration", post(act::revert))
}
