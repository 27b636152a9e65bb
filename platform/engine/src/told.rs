//! What the history of a record tells besides changes of its fields.

use crate::approval::ApprovalTold;
use crate::attachment::FileTold;
use crate::process::Passed;
use crate::twin::MergeTold;
use crate::{Result, Tx};
use akrab_model::{Problem, RecordId};
use akrab_store::{Change, Entry};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// Something that happened around a record. It is kept where a change keeps its fields, under a key that no field can
/// have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Told {
    #[serde(rename = "@approval")]
    Approval(ApprovalTold),
    #[serde(rename = "@file")]
    File(FileTold),
    /// Another record went into it, or was taken out again.
    #[serde(rename = "@merge")]
    Merged(MergeTold),
    /// A process map was passed over.
    #[serde(rename = "@process")]
    Passed(Passed),
}

impl Told {
    /// The kind of the change and of the entry in the timeline.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Told::Approval(_) => "approval",
            Told::File(_) => "file",
            Told::Merged(told) if told.apart => "unmerge",
            Told::Merged(_) => "merge",
            Told::Passed(_) => "process",
        }
    }

    /// What it tells of an approval.
    #[must_use]
    pub const fn approval(&self) -> Option<&ApprovalTold> {
        if let Told::Approval(told) = self { Some(told) } else { None }
    }
    /// What it tells of a file.
    #[must_use]
    pub const fn file(&self) -> Option<&FileTold> {
        if let Told::File(told) = self { Some(told) } else { None }
    }
    /// What it tells of a process map that was passed over.
    #[must_use]
    pub const fn passed(&self) -> Option<&Passed> {
        if let Told::Passed(told) = self { Some(told) } else { None }
    }

    /// What a change tells, unless it tells of fields.
    pub(crate) fn of(diff: &serde_json::Map<String, Json>) -> Result<Option<Told>> {
        if !diff.keys().any(|key| key.starts_with('@')) {
            return Ok(None);
        }
        serde_json::from_value(Json::Object(diff.clone())).map(Some).map_err(Problem::internal)
    }
}

impl Tx<'_> {
    /// Writes it into the history and onto the timeline of the record.
    pub(crate) fn keep_told(&mut self, object: &str, record: RecordId, told: &Told) -> Result<()> {
        let change = Change {
            id: 0,
            object: object.into(),
            record,
            at: self.ctx.micros(),
            actor: self.ctx.author(),
            door: self.ctx.door.key().into(),
            request: self.ctx.request.clone(),
            kind: told.kind().into(),
            diff: serde_json::to_string(told).map_err(Problem::internal)?,
        };
        let change_id = self.conn.add_changes(&[change])?.first().copied();
        let entry = Entry {
            id: 0,
            subject_object: object.into(),
            subject_id: record,
            at: self.ctx.micros(),
            kind: told.kind().into(),
            source_object: object.into(),
            source_id: record,
            change_id,
            open: false,
        };
        Ok(self.conn.timeline_put(&[entry])?)
    }
}
