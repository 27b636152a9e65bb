//! What history, timeline and audit trail tell of the files of a record.

use crate::{Result, Tx};
use akrab_model::Problem;
use akrab_store::{AttachmentRow, Change, Entry};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Under a key that no field can have.
const TOLD: &str = "@file";

/// What happened to a file of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileTold {
    pub id: i64,
    pub name: String,
    /// `add`, `revise`, `revert`, `reword`, `bin`, `restore`.
    pub event: String,
    pub revision: i64,
}

impl FileTold {
    /// What a change tells of a file, if it does.
    pub(crate) fn of(diff: &serde_json::Map<String, serde_json::Value>) -> Result<Option<FileTold>> {
        diff.get(TOLD).map(|told| serde_json::from_value(told.clone()).map_err(Problem::internal)).transpose()
    }
}

impl Tx<'_> {
    pub(super) fn tell_file(&mut self, row: &AttachmentRow, event: &str) -> Result<()> {
        let told = FileTold { id: row.id, name: row.name.clone(), event: event.into(), revision: row.revision };
        let change = Change {
            id: 0,
            object: row.object.clone(),
            record: row.record,
            at: self.ctx.micros(),
            actor: self.ctx.author(),
            door: self.ctx.door.key().into(),
            request: self.ctx.request.clone(),
            kind: "file".into(),
            diff: json!({ TOLD: told }).to_string(),
        };
        let change_id = self.conn.add_changes(&[change])?.first().copied();
        let entry = Entry {
            id: 0,
            subject_object: row.object.clone(),
            subject_id: row.record,
            at: self.ctx.micros(),
            kind: "file".into(),
            source_object: row.object.clone(),
            source_id: row.record,
            change_id,
            open: false,
        };
        self.conn.timeline_put(&[entry])?;
        let detail = json!({ "title": row.name, "file": row.id, "revision": row.revision });
        self.audit(&format!("file_{event}"), Some((&row.object, row.record)), detail)
    }
}
