//! Files are added, get new versions and names, go into the bin and come back.

use super::{Attachment, Rewording};
use crate::file::{FileKind, display_name};
use crate::{Access, FileMeta, Result, Tx};
use akrab_model::{FieldProblem, Problem, RecordId};
use akrab_store::{AttachmentRow, Bin, RevisionRow};

/// Longest description.
const DESCRIPTION: usize = 2_000;
/// Most files of one record.
const MOST: i64 = 1_000;
/// Most versions of one file.
const REVISIONS: i64 = 1_000;

impl Tx<'_> {
    /// Hangs a file that the actor has just put onto a record.
    ///
    /// # Errors
    /// `not_found`, `forbidden` for who may not edit the record, `invalid` for a file nobody should keep here.
    pub fn attach(&mut self, object: &str, id: RecordId, file: i64, description: &str) -> Result<Attachment> {
        let object = self.object(object)?;
        self.load_for(&object, id, Access::Edit, Bin::Living)?;
        self.keep_files()?;
        let file = self.fit_file(file)?;
        if self.conn.attachments_count(&object.key, id)? >= MOST {
            return Err(Problem::invalid(vec![FieldProblem::new("file", "too_many_files").with("max", MOST)]));
        }
        let (at, by) = (self.ctx.micros(), self.ctx.author());
        let mut row = AttachmentRow {
            id: 0,
            object: object.key.clone(),
            record: id,
            name: file.name,
            description: described(description)?,
            file: file.id,
            revision: 1,
            created_by: by,
            created_at: at,
            updated_by: by,
            updated_at: at,
            deleted_by: None,
            deleted_at: None,
        };
        row.id = self.conn.attachment_add(&row)?;
        self.tell_file(&row, "add")?;
        self.attachment_of(row)
    }

    /// Makes a file the actor has just put a new version of one that is there.
    ///
    /// # Errors
    /// As [`Tx::attach`]; `invalid` for a file of another kind.
    pub fn attach_again(&mut self, object: &str, id: RecordId, attachment: i64, file: i64) -> Result<Attachment> {
        let row = self.attachment_for(object, id, attachment, false)?;
        let file = self.fit_file(file)?;
        if ending(&file.name) != ending(&row.name) {
            let fault = FieldProblem::new("file", "file_other_kind").with("name", &file.name).with("ending", ending(&row.name));
            return Err(Problem::invalid(vec![fault]));
        }
        self.next_revision(row, file.id, "revise")
    }

    /// Brings an earlier version back, as the newest one.
    ///
    /// # Errors
    /// `not_found`, `forbidden`.
    pub fn attachment_revert(&mut self, object: &str, id: RecordId, attachment: i64, revision: i64) -> Result<Attachment> {
        let row = self.attachment_for(object, id, attachment, false)?;
        let earlier = self.conn.attachment_revisions(attachment)?.into_iter().find(|r| r.revision == revision);
        let file = earlier.ok_or_else(Problem::not_found)?.file;
        if file == row.file {
            return self.attachment_of(row);
        }
        self.next_revision(row, file, "revert")
    }

    /// Gives a file another name or description. Its ending stays: it says what the content is.
    ///
    /// # Errors
    /// `not_found`, `forbidden`, `invalid`.
    pub fn attachment_reword(&mut self, object: &str, id: RecordId, attachment: i64, to: &Rewording) -> Result<Attachment> {
        let mut row = self.attachment_for(object, id, attachment, false)?;
        let before = (row.name.clone(), row.description.clone());
        if let Some(name) = &to.name {
            if name.trim().is_empty() {
                return Err(Problem::invalid(vec![FieldProblem::new("name", "required")]));
            }
            let (name, kept) = (display_name(name), ending(&row.name));
            row.name = if kept.is_empty() || ending(&name) == kept { name } else { format!("{name}.{kept}") };
        }
        if let Some(description) = &to.description {
            row.description = described(description)?;
        }
        if before == (row.name.clone(), row.description.clone()) {
            return self.attachment_of(row);
        }
        (row.updated_by, row.updated_at) = (self.ctx.author(), self.ctx.micros());
        self.conn.attachment_set(&row)?;
        self.tell_file(&row, "reword")?;
        self.attachment_of(row)
    }

    /// Puts a file into the bin of its record, or takes it out again.
    ///
    /// # Errors
    /// `not_found`, also when it is there already; `forbidden`.
    pub fn attachment_bin(&mut self, object: &str, id: RecordId, attachment: i64, into: bool) -> Result<Attachment> {
        let mut row = self.attachment_for(object, id, attachment, !into)?;
        let by = self.ctx.author();
        (row.deleted_at, row.deleted_by) = if into { (Some(self.ctx.micros()), by) } else { (None, None) };
        self.conn.attachment_set(&row)?;
        self.tell_file(&row, if into { "bin" } else { "restore" })?;
        self.attachment_of(row)
    }

    /// A file of a record the actor may edit.
    fn attachment_for(&mut self, object: &str, id: RecordId, attachment: i64, binned: bool) -> Result<AttachmentRow> {
        let object = self.object(object)?;
        self.load_for(&object, id, Access::Edit, Bin::Living)?;
        self.keep_files()?;
        let row = self.conn.attachment(&object.key, id, attachment)?;
        row.filter(|row| row.deleted_at.is_some() == binned).ok_or_else(Problem::not_found)
    }

    fn next_revision(&mut self, mut row: AttachmentRow, file: i64, event: &str) -> Result<Attachment> {
        if row.revision >= REVISIONS {
            return Err(Problem::invalid(vec![FieldProblem::new("file", "too_many_files").with("max", REVISIONS)]));
        }
        let (at, by) = (self.ctx.micros(), self.ctx.author());
        (row.revision, row.file, row.updated_at, row.updated_by) = (row.revision + 1, file, at, by);
        self.conn.attachment_revision_add(row.id, &RevisionRow { revision: row.revision, file, actor: by, at })?;
        self.conn.attachment_set(&row)?;
        self.tell_file(&row, event)?;
        self.attachment_of(row)
    }

    /// A file the actor has put himself, whose name says what its content is.
    fn fit_file(&mut self, id: i64) -> Result<FileMeta> {
        let file = self.own_file(id).map_err(|_| Problem::invalid(vec![FieldProblem::new("file", "no_such_file")]))?;
        let kind = FileKind::of_mime(&file.content_type);
        let ending = ending(&file.name);
        let fault = |code: &str| FieldProblem::new("file", code).with("name", &file.name).with("ending", &ending);
        if kind == FileKind::Program {
            return Err(Problem::invalid(vec![fault("file_program")]));
        }
        if !ending.is_empty() && !kind.fits(&ending) {
            return Err(Problem::invalid(vec![fault("file_not_as_named")]));
        }
        Ok(file)
    }
}

/// The last part of a name, in small letters; empty without one.
fn ending(name: &str) -> String {
    name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).filter(|e| e.len() <= 8 && !e.contains(' ')).unwrap_or_default()
}

fn described(text: &str) -> Result<String> {
    let text = text.trim();
    if text.chars().count() > DESCRIPTION {
        return Err(Problem::invalid(vec![FieldProblem::new("description", "too_long").with("max", DESCRIPTION)]));
    }
    Ok(text.chars().filter(|c| !c.is_control() || *c == '\n').collect())
}
