//! What history, timeline and audit trail tell of the files of a record.

use crate::told::Told;
use crate::{Result, Tx};
use akrab_store::AttachmentRow;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What happened to a file of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileTold {
    pub id: i64,
    pub name: String,
    /// `add`, `revise`, `revert`, `reword`, `bin`, `restore`.
    pub event: String,
    pub revision: i64,
}

impl Tx<'_> {
    pub(super) fn tell_file(&mut self, row: &AttachmentRow, event: &str) -> Result<()> {
        let told = FileTold { id: row.id, name: row.name.clone(), event: event.into(), revision: row.revision };
        self.keep_told(&row.object, row.record, &Told::File(told))?;
        let detail = json!({ "title": row.name, "file": row.id, "revision": row.revision });
        self.audit(&format!("file_{event}"), Some((&row.object, row.record)), detail)
    }
}
