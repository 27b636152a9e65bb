//! Records out of the workspace, as many as the count said: as CSV or XLSX, links as title and id, in a form that
//! [`crate::import`] reads back to the same values; as JSON; as cards of an address book, and as entries of a
//! calendar.

mod book;
mod calendar;
mod card;
mod cell;
mod column;
mod job;
mod known;
mod write;

pub use book::Cards;
pub use cell::{guarded, unguarded};
pub use job::{ExportJob, ExportReport};

use crate::{Access, Ctx, Engine, ListRequest, Result, Tx};
use akrab_model::{Count, FieldProblem, Object, Problem};
use akrab_store::Bin;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    #[default]
    Csv,
    Xlsx,
    Json,
    /// vCard 3.0, which telephones take.
    Vcard,
    /// vCard 4.0.
    Vcard4,
    /// iCalendar.
    Ical,
}

impl ExportFormat {
    pub fn extension(self) -> &'static str {
        match self {
            ExportFormat::Csv => "csv",
            ExportFormat::Xlsx => "xlsx",
            ExportFormat::Json => "json",
            ExportFormat::Vcard | ExportFormat::Vcard4 => "vcf",
            ExportFormat::Ical => "ics",
        }
    }
    /// By the ending of a file's name.
    pub fn of_name(name: &str) -> ExportFormat {
        let ending = name.rsplit('.').next().unwrap_or("");
        let all = [ExportFormat::Xlsx, ExportFormat::Json, ExportFormat::Vcard, ExportFormat::Ical];
        all.into_iter().find(|f| f.extension() == ending).unwrap_or_default()
    }
    /// Whether records of this object can be written so: cards need somebody to reach, calendars a date.
    pub fn fits(self, object: &Object) -> bool {
        match self {
            ExportFormat::Vcard | ExportFormat::Vcard4 => card::fits(object),
            ExportFormat::Ical => calendar::fits(object),
            _ => true,
        }
    }
    pub fn mime(self) -> &'static str {
        match self {
            ExportFormat::Csv => "text/csv; charset=utf-8",
            ExportFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            ExportFormat::Json => "application/json",
            ExportFormat::Vcard | ExportFormat::Vcard4 => "text/vcard; charset=utf-8",
            ExportFormat::Ical => "text/calendar; charset=utf-8",
        }
    }
}

/// What to export.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportSpec {
    pub object: String,
    /// Filter JSON.
    pub filter: Option<serde_json::Value>,
    pub q: Option<String>,
    pub sort: Vec<String>,
    /// Field keys, or ways over links (`account.industry`); every readable field when empty.
    pub columns: Vec<String>,
    /// Only these records.
    pub ids: Vec<i64>,
    pub format: ExportFormat,
    /// Texts that a spreadsheet could run are written as they are. Logged.
    pub raw: bool,
}

/// A written export.
#[derive(Debug, Clone)]
pub struct Exported {
    /// A temporary file; whoever asked removes it or keeps it.
    pub path: PathBuf,
    pub rows: u64,
    /// For showing: `contact-2026-03-04.csv`.
    pub name: String,
}

impl Engine {
    /// How many rows the export will have, exactly.
    ///
    /// # Errors
    /// As [`Engine::export`].
    pub async fn export_count(&self, ctx: &Ctx, spec: ExportSpec) -> Result<u64> {
        self.read(ctx, move |tx| tx.export_count(&spec)).await
    }

    /// Writes the export into a temporary file, from one moment of the database.
    ///
    /// # Errors
    /// `not_found` object out of sight, `forbidden` without the right to export, `invalid` filter, sort or column, `disk_full`.
    pub async fn export(&self, ctx: &Ctx, spec: ExportSpec) -> Result<Exported> {
        let path = self.files().draft_path();
        let object = self.object(&spec.object)?;
        if spec.raw {
            tracing::warn!(object = object.key, user = ctx.user_id(), "export without formula protection");
        }
        let name = format!("{}-{}.{}", object.plural, ctx.now.date(), spec.format.extension());
        let mut detail =
            json!({ "object": object.key, "format": spec.format, "filter": spec.filter, "q": spec.q, "columns": spec.columns });
        if spec.raw {
            detail["raw"] = json!(true);
        }
        if !spec.ids.is_empty() {
            detail["ids"] = json!(spec.ids.len());
        }
        let out = path.clone();
        let written = self.read(ctx, move |tx| tx.one_moment(|tx| write::whole(tx, &spec, &out))).await;
        // nothing goes out that the trail does not tell of
        let told = match written {
            Ok(rows) => {
                detail["rows"] = json!(rows);
                self.write(ctx, move |tx| tx.audit("export", None, detail.clone())).await.map(|()| rows)
            }
            Err(problem) => Err(problem),
        };
        match told {
            Ok(rows) => Ok(Exported { path, rows, name }),
            Err(problem) => {
                // nothing half-written stays behind
                let _ = std::fs::remove_file(&path);
                Err(problem)
            }
        }
    }

    /// Removes an export that has been handed out.
    pub fn export_done(&self, exported: &Exported) {
        remove(&exported.path);
    }
}

fn remove(path: &Path) {
    if let Err(error) = std::fs::remove_file(path) {
        tracing::warn!(%error, "a temporary file stays behind");
    }
}

/// A specification bound to the actor's rights.
pub(crate) struct Bound {
    pub object: Arc<Object>,
    pub columns: Vec<column::Column>,
    pub cond: akrab_model::Cond,
    pub words: Option<crate::read::Words>,
    pub sort: Vec<akrab_model::Sort>,
}

impl Tx<'_> {
    pub(crate) fn export_count(&mut self, spec: &ExportSpec) -> Result<u64> {
        let bound = self.bind_export(spec)?;
        let registry = self.registry.clone();
        let cond = self.settled(&bound.object, bound.cond, bound.words.as_ref())?;
        match self.conn.count(&registry, &bound.object, &cond, Bin::Living, None)? {
            Count::Exact(n) | Count::Above(n) => Ok(n),
        }
    }

    pub(crate) fn bind_export(&mut self, spec: &ExportSpec) -> Result<Bound> {
        let request = ListRequest { q: spec.q.clone(), ..ListRequest::default() };
        let object = self.object(&spec.object)?;
        self.rights.require(&object, Access::Export)?;
        let filter = spec.filter.as_ref().map(akrab_model::Filter::from_json).transpose()?;
        let crate::read::Asked { mut cond, words } = self.asked(&object, filter.as_ref(), request.q.as_deref(), Access::Export)?;
        if !spec.ids.is_empty() {
            if spec.ids.len() > 10_000 {
                return Err(Problem::invalid(vec![FieldProblem::new("ids", "too_many").with("max", 10_000)]));
            }
            cond = cond.and(akrab_model::Cond::Ids(spec.ids.clone()));
        }
        if !spec.format.fits(&object) {
            return Err(Problem::invalid(vec![FieldProblem::new("format", "export_unfit")]));
        }
        // cards and entries have a form of their own
        let all = matches!(spec.format, ExportFormat::Vcard | ExportFormat::Vcard4 | ExportFormat::Ical);
        if matches!(spec.format, ExportFormat::Vcard | ExportFormat::Vcard4) {
            // what is left of somebody who was erased is nobody to write to
            let gone = self.conn.erased_all()?.into_iter().filter(|row| row.object == object.key).map(|row| row.record);
            let gone: Vec<i64> = gone.collect();
            cond = if gone.is_empty() { cond } else { cond.and(akrab_model::Cond::Ids(gone).negate()) };
        }
        let columns = self.export_columns(&object, if all { &[] } else { &spec.columns })?;
        Ok(Bound { columns, sort: self.sorts(&object, &spec.sort)?, cond, words, object })
    }
}
