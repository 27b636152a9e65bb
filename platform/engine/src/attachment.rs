//! Files that hang on records: any number on a record of any object, each with its versions. Who may see the record
//! sees its files, who may edit it adds, changes and removes them. Nothing of a file is given out before the right to
//! its record is proved, in the same transaction.

mod change;
mod find;
mod told;

pub use told::FileTold;

use crate::FileMeta;
use jiff::Timestamp;
use serde::Serialize;

/// A file of a record, in its present version.
#[derive(Debug, Clone, Serialize)]
pub struct Attachment {
    pub id: i64,
    pub name: String,
    pub description: String,
    /// Number of the present version, from 1.
    pub revision: i64,
    /// Bytes.
    pub size: i64,
    /// MIME type worked out from the content.
    pub content_type: String,
    pub created_at: Timestamp,
    pub created_by: Option<i64>,
    pub updated_at: Timestamp,
    pub updated_by: Option<i64>,
    /// In the bin since then.
    pub deleted_at: Option<Timestamp>,
    #[serde(skip)]
    pub file: FileMeta,
}

/// A version of a file.
#[derive(Debug, Clone, Serialize)]
pub struct Revision {
    pub revision: i64,
    pub size: i64,
    pub content_type: String,
    pub at: Timestamp,
    pub by: Option<i64>,
    #[serde(skip)]
    pub file: FileMeta,
}

/// What may be said anew of a file.
#[derive(Debug, Clone, Default)]
pub struct Rewording {
    pub name: Option<String>,
    pub description: Option<String>,
}
