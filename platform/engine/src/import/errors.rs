//! The file of rows that did not go in: line, field, code and reason before the row as it was.

use super::report::{self, Note, Verdict};
use super::source;
use crate::{Ctx, Engine, Result};
use akrab_model::Problem;
use std::collections::HashMap;

impl Engine {
    /// The refused rows of an import or its trial as CSV in UTF-8, ready to be mended and imported
    /// again. `word` gives the reason in the reader's language.
    ///
    /// # Errors
    /// As [`Engine::import_report`]; `not_found` when the file is gone.
    pub async fn import_errors(&self, ctx: &Ctx, job: i64, word: impl Fn(&Note) -> String + Send + 'static) -> Result<Vec<u8>> {
        let (_, report) = self.import_report(ctx, job).await?;
        let spec = report.spec.ok_or_else(Problem::not_found)?;
        let object = self.object(&spec.object)?;
        let path = self.file_local(&self.file(ctx, spec.file).await?).await?;
        let notes = self.read(ctx, move |tx| report::notes(tx, job, &[Verdict::Refused], usize::MAX / 2)).await?;
        let lang = ctx.lang_key();
        let labels: HashMap<String, String> = object.fields.iter().map(|f| (f.key.clone(), f.label.get(lang).to_string())).collect();
        tokio::task::spawn_blocking(move || write(&path, &spec, &notes, &labels, &word)).await.map_err(Problem::internal)?
    }
}

fn write(
    path: &std::path::Path,
    spec: &super::ImportSpec,
    notes: &[Note],
    labels: &HashMap<String, String>,
    word: &dyn Fn(&Note) -> String,
) -> Result<Vec<u8>> {
    let mut by_line: HashMap<u64, Vec<&Note>> = HashMap::new();
    for note in notes.iter().filter(|n| n.verdict == Verdict::Refused) {
        by_line.entry(note.line).or_default().push(note);
    }
    let mut out = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let layout = source::layout(path, spec.sheet.as_deref())?;
    let mut width = None;
    source::each(path, &layout, &mut |line| {
        let mut cells: Vec<String> = Vec::new();
        match width {
            None => {
                width = Some(line.cells.len());
                cells.extend(["akrab_line", "akrab_field", "akrab_code", "akrab_reason"].map(String::from));
            }
            Some(_) => match by_line.get(&line.number) {
                None => return Ok(true),
                Some(notes) => {
                    let join = |part: &dyn Fn(&Note) -> String| notes.iter().map(|n| part(n)).collect::<Vec<_>>().join("; ");
                    let label = |n: &Note| n.field.as_ref().map_or(String::new(), |f| labels.get(f).unwrap_or(f).clone());
                    cells.extend([line.number.to_string(), join(&label), join(&|n| n.code.clone()), join(&|n| word(n))]);
                }
            },
        }
        let columns = width.unwrap_or(0).max(line.cells.len());
        cells.extend((0..columns).map(|n| line.text(n)));
        out.write_record(cells.iter().map(|c| crate::export::guarded(c).into_owned())).map_err(Problem::internal)?;
        Ok(true)
    })?;
    out.into_inner().map_err(Problem::internal)
}
