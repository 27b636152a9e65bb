//! Which files a record has.

use super::{Attachment, Revision};
use crate::file::meta;
use crate::{FileMeta, Result, Tx};
use akrab_model::{Problem, RecordId};
use akrab_store::{AttachmentRow, Bin, RevisionRow};
use jiff::Timestamp;
use std::collections::HashMap;

impl Tx<'_> {
    /// The files of a record, the newest first; with `binned` those of its bin.
    ///
    /// # Errors
    /// `not_found` for a record out of sight.
    pub fn attachments(&mut self, object: &str, id: RecordId, binned: bool) -> Result<Vec<Attachment>> {
        let object = self.object(object)?;
        self.must_see(&object, id, Bin::Any)?;
        let rows = self.conn.attachments(&object.key, id, binned)?;
        let mut files = self.files_of(rows.iter().map(|row| row.file))?;
        Ok(rows.into_iter().filter_map(|row| files.remove(&row.file).map(|file| attachment(row, file))).collect())
    }

    /// How many files a record has.
    ///
    /// # Errors
    /// `not_found` for a record out of sight.
    pub fn attachments_count(&mut self, object: &str, id: RecordId) -> Result<i64> {
        let object = self.object(object)?;
        self.must_see(&object, id, Bin::Any)?;
        Ok(self.conn.attachments_count(&object.key, id)?)
    }

    /// One of them, also from the bin.
    ///
    /// # Errors
    /// `not_found`, also for a record out of sight.
    pub fn attachment(&mut self, object: &str, id: RecordId, attachment: i64) -> Result<Attachment> {
        let object = self.object(object)?;
        self.must_see(&object, id, Bin::Any)?;
        let row = self.conn.attachment(&object.key, id, attachment)?.ok_or_else(Problem::not_found)?;
        self.attachment_of(row)
    }

    /// The versions of one, the newest first.
    ///
    /// # Errors
    /// As [`Tx::attachment`].
    pub fn attachment_revisions(&mut self, object: &str, id: RecordId, attachment: i64) -> Result<Vec<Revision>> {
        self.attachment(object, id, attachment)?;
        let rows = self.conn.attachment_revisions(attachment)?;
        let mut files = self.files_of(rows.iter().map(|row| row.file))?;
        // two versions may be the same file: one that was brought back
        Ok(rows.into_iter().filter_map(|row| files.get_mut(&row.file).map(|file| revision(&row, file.clone()))).collect())
    }

    /// The content of one: of its present version, or of an earlier one.
    ///
    /// # Errors
    /// As [`Tx::attachment`].
    pub fn attachment_file(
        &mut self,
        object: &str,
        id: RecordId,
        attachment: i64,
        revision: Option<i64>,
    ) -> Result<(Attachment, FileMeta)> {
        let found = self.attachment(object, id, attachment)?;
        let Some(revision) = revision else {
            let file = found.file.clone();
            return Ok((found, file));
        };
        let row = self.conn.attachment_revisions(attachment)?.into_iter().find(|row| row.revision == revision);
        let file = self.conn.file(row.ok_or_else(Problem::not_found)?.file)?.ok_or_else(Problem::not_found)?;
        Ok((found, meta(file)))
    }

    pub(super) fn attachment_of(&mut self, row: AttachmentRow) -> Result<Attachment> {
        let file = self.conn.file(row.file)?.ok_or_else(Problem::not_found)?;
        Ok(attachment(row, meta(file)))
    }

    fn files_of(&mut self, ids: impl Iterator<Item = i64>) -> Result<HashMap<i64, FileMeta>> {
        let mut ids: Vec<i64> = ids.collect();
        ids.sort_unstable();
        ids.dedup();
        Ok(self.conn.files(&ids)?.into_iter().map(|row| (row.id, meta(row))).collect())
    }
}

fn moment(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn attachment(row: AttachmentRow, file: FileMeta) -> Attachment {
    Attachment {
        id: row.id,
        name: row.name,
        description: row.description,
        revision: row.revision,
        size: file.size,
        content_type: file.content_type.clone(),
        created_at: moment(row.created_at),
        created_by: row.created_by,
        updated_at: moment(row.updated_at),
        updated_by: row.updated_by,
        deleted_at: row.deleted_at.map(moment),
        file,
    }
}

fn revision(row: &RevisionRow, file: FileMeta) -> Revision {
    Revision { revision: row.revision, size: file.size, content_type: file.content_type.clone(), at: moment(row.at), by: row.actor, file }
}
