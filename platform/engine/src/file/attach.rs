//! Files as values of records: who may put which file where, and who may fetch it.

use super::{FileKind, FileMeta, meta};
use crate::behaviour::Draft;
use crate::{Ctx, Door, Engine, Result, Tx};
use akrab_model::object::FieldRight;
use akrab_model::{Field, FieldIx, FieldProblem, FieldType, Object, Problem, Record, RecordId};

impl Engine {
    /// The file that stands in a field of a record, for whoever may read that field.
    ///
    /// # Errors
    /// `not_found` for a record or field out of sight, and for an empty field.
    pub async fn record_file(&self, ctx: &Ctx, object: &str, id: RecordId, field: &str) -> Result<FileMeta> {
        let (object, field) = (object.to_string(), field.to_string());
        self.read(ctx, move |tx| tx.record_file(&object, id, &field)).await
    }
}

impl Tx<'_> {
    /// As [`Engine::record_file`].
    ///
    /// # Errors
    /// As [`Engine::record_file`].
    pub fn record_file(&mut self, object: &str, id: RecordId, field: &str) -> Result<FileMeta> {
        let object = self.object(object)?;
        let ix = object.field_ix(field).filter(|ix| object.at(*ix).kind == FieldType::File).ok_or_else(Problem::not_found)?;
        if self.rights.field(&object, ix) == FieldRight::Hidden {
            return Err(Problem::not_found());
        }
        let file = self.get(&object.key, id)?.link(field).ok_or_else(Problem::not_found)?;
        Ok(meta(self.conn.file(file)?.ok_or_else(Problem::not_found)?))
    }

    /// A file newly put into a field is the actor's own, of a kind the field takes and not too large.
    pub(crate) fn check_files(&mut self, draft: &Draft, faults: &mut Vec<FieldProblem>) -> Result<()> {
        let object = draft.object.clone();
        for field in object.fields.iter().filter(|f| f.kind == FieldType::File && draft.changed(&f.key)) {
            // what the program brings back was judged when it came
            if !draft.given.contains(&field.key) || self.ctx.door == Door::Undo {
                continue;
            }
            let Some(id) = draft.get(&field.key).int() else { continue };
            self.keep_files()?;
            match self.own_file(id) {
                Ok(file) => faults.extend(fault(field, &file)),
                Err(_) => faults.push(FieldProblem::new(&field.key, "no_such_file")),
            }
        }
        Ok(())
    }

    /// Names of the files in these records, kept with the titles of links.
    pub(crate) fn load_file_names(&mut self, object: &Object, records: &mut [Record]) -> Result<()> {
        let fields = (0_u16..).map(FieldIx).zip(&object.fields).filter(|(_, f)| f.kind == FieldType::File);
        let fields: Vec<FieldIx> = fields.map(|(ix, _)| ix).collect();
        let of = |record: &Record| fields.iter().filter_map(|ix| Some((*ix, record.at(*ix).int()?))).collect::<Vec<_>>();
        let ids: Vec<i64> = records.iter().flat_map(&of).map(|(_, id)| id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let names = self.conn.file_names(&ids)?;
        for record in records.iter_mut() {
            for (ix, id) in of(record) {
                if let Some((_, name)) = names.iter().find(|(file, _)| *file == id) {
                    record.call(ix, id, name.as_str());
                }
            }
        }
        Ok(())
    }

    /// The name a file had; for histories.
    pub(crate) fn file_name(&mut self, id: i64) -> Result<Option<String>> {
        Ok(self.conn.file_names(&[id])?.pop().map(|(_, name)| name))
    }
}

/// What speaks against a file in a field.
fn fault(field: &Field, file: &FileMeta) -> Option<FieldProblem> {
    let ending = file.name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
    let kinds = || field.accept.join(", ");
    if !field.accept.contains(&ending) {
        return Some(FieldProblem::new(&field.key, "file_wrong_kind").with("name", &file.name).with("kinds", kinds()));
    }
    if !FileKind::of_mime(&file.content_type).fits(&ending) {
        return Some(FieldProblem::new(&field.key, "file_not_as_named").with("name", &file.name).with("ending", ending));
    }
    let most = i64::from(field.max_mb) << 20;
    (file.size > most).then(|| FieldProblem::new(&field.key, "file_too_large").with("max", field.max_mb))
}
