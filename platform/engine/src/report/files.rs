//! Reports and dashboards as files. The audit trail tells of each.

use super::{ReportTable, paper, sheet};
use crate::write::Tx;
use crate::{Ctx, Engine, Result};
use akrab_model::filter::Filter;
use akrab_model::problem::ProblemKind;
use akrab_model::report::Report;
use akrab_model::{FieldProblem, Object, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Says a filter in words, a sentence for each condition. Handed in by the pages, where the words stand.
pub type Sentences = fn(&mut Tx<'_>, &Arc<Object>, &Filter) -> Result<Vec<String>>;

/// What narrows each report of a dashboard.
pub type Narrow = Arc<dyn Fn(&Report) -> Option<Json> + Send + Sync>;

/// What a report goes out as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFormat {
    Csv,
    #[default]
    Xlsx,
    Pdf,
}

impl FileFormat {
    pub fn extension(self) -> &'static str {
        match self {
            FileFormat::Csv => "csv",
            FileFormat::Xlsx => "xlsx",
            FileFormat::Pdf => "pdf",
        }
    }
    pub fn mime(self) -> &'static str {
        match self {
            FileFormat::Csv => "text/csv; charset=utf-8",
            FileFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            FileFormat::Pdf => "application/pdf",
        }
    }
}

/// A report as it was answered for a file.
pub(super) struct Answered {
    pub name: String,
    pub about: String,
    /// Its filters in words.
    pub filters: Vec<String>,
    pub table: ReportTable,
}

/// Everything that goes into a file.
pub(super) struct Bundle {
    pub name: String,
    pub about: String,
    pub parts: Vec<Answered>,
}

impl Bundle {
    /// What the audit trail keeps of it.
    pub fn detail(&self, format: &str) -> Json {
        let rows: usize = self.parts.iter().map(|part| part.table.lines.len()).sum();
        let first = self.parts.first();
        json!({
            "object": first.map_or("", |part| part.table.object.key.as_str()), "report": self.name, "format": format,
            "filter": first.and_then(|part| part.table.report.filter.as_ref()), "rows": rows,
        })
    }

    /// The file, drawn away from the threads that answer pages.
    pub async fn file(self: &Arc<Self>, engine: &Engine, ctx: &Ctx, format: FileFormat) -> Result<Vec<u8>> {
        let bundle = self.clone();
        let (lang, settings) = (ctx.lang, engine.settings().clone());
        let reader = paper::Reader {
            company: settings.company.clone(),
            person: ctx.person().map_or_else(String::new, |person| person.name.clone()),
            lang,
            currency: settings.currency.clone(),
            at: ctx.now.clone(),
        };
        let drawn = move || match format {
            FileFormat::Pdf => paper::pdf(&bundle.name, &bundle.about, &bundle.parts, &reader),
            FileFormat::Xlsx => {
                let tables: Vec<_> = bundle.parts.iter().map(|part| (part.name.as_str(), &part.table)).collect();
                sheet::book(&tables, lang, &reader.currency)
            }
            FileFormat::Csv => match bundle.parts.as_slice() {
                [one] => one.table.csv(lang, &reader.currency),
                _ => Err(Problem::invalid(vec![FieldProblem::new("format", "export_unfit")])),
            },
        };
        tokio::task::spawn_blocking(drawn).await.map_err(Problem::internal)?
    }
}

impl Engine {
    /// A report as a file: its name and content.
    ///
    /// # Errors
    /// As [`Engine::report`], and `not_found` for a report there is not.
    pub async fn report_file(&self, ctx: &Ctx, key: &str, format: FileFormat) -> Result<(String, Vec<u8>)> {
        let key = key.to_string();
        let bundle = self.read(ctx, move |tx| tx.report_bundle(&key)).await?;
        self.handed_out(ctx, bundle, format).await
    }

    /// A dashboard as a file, narrowed as its page is: what the person may not see of it is left out.
    ///
    /// # Errors
    /// `not_found` for a dashboard there is not, `export_unfit` for a format that holds one table alone.
    pub async fn dashboard_file(&self, ctx: &Ctx, key: &str, format: FileFormat, narrow: Narrow) -> Result<(String, Vec<u8>)> {
        if format == FileFormat::Csv {
            return Err(Problem::invalid(vec![FieldProblem::new("format", "export_unfit")]));
        }
        let key = key.to_string();
        let bundle = self.read(ctx, move |tx| tx.dashboard_bundle(&key, &*narrow)).await?;
        self.handed_out(ctx, bundle, format).await
    }

    async fn handed_out(&self, ctx: &Ctx, bundle: Bundle, format: FileFormat) -> Result<(String, Vec<u8>)> {
        let bundle = Arc::new(bundle);
        let content = bundle.file(self, ctx, format).await?;
        // nothing goes out that the trail does not tell of
        let detail = bundle.detail(format.extension());
        self.write(ctx, move |tx| tx.audit("export", None, detail.clone())).await?;
        Ok((format!("{} {}.{}", bundle.name, ctx.now.date(), format.extension()), content))
    }
}

impl Tx<'_> {
    pub(super) fn report_bundle(&mut self, key: &str) -> Result<Bundle> {
        let lang = self.ctx.lang_key();
        let entry = self.report_entry(key)?;
        let (name, about) = (entry.name.get(lang).to_string(), entry.about.get(lang).to_string());
        let part = self.answered(name.clone(), String::new(), &entry.report, None)?;
        Ok(Bundle { name, about, parts: vec![part] })
    }

    /// Every report of a dashboard that the actor may see.
    pub(super) fn dashboard_bundle(&mut self, key: &str, narrow: &dyn Fn(&Report) -> Option<Json>) -> Result<Bundle> {
        let lang = self.ctx.lang_key();
        let dashboard = self.dashboard(key)?;
        let mut parts = Vec::new();
        for tile in &dashboard.tiles {
            let answered = self.report_entry(&tile.report).and_then(|entry| {
                let within = narrow(&entry.report);
                self.answered(entry.name.get(lang).into(), entry.about.get(lang).into(), &entry.report, within.as_ref())
            });
            match answered {
                Ok(part) => parts.push(part),
                Err(problem) if matches!(problem.kind, ProblemKind::NotFound | ProblemKind::Invalid) => {}
                Err(problem) => return Err(problem),
            }
        }
        Ok(Bundle { name: dashboard.name.get(lang).into(), about: dashboard.about.get(lang).into(), parts })
    }

    fn answered(&mut self, name: String, about: String, report: &Report, within: Option<&Json>) -> Result<Answered> {
        let narrower = within.map(Filter::from_json).transpose()?;
        let table = self.report(report, narrower.as_ref())?;
        let own = report.filter.as_ref().map(Filter::from_json).transpose()?;
        let say = self.engine.inner.sentences;
        let mut filters = Vec::new();
        for filter in own.iter().chain(&narrower) {
            filters.extend(say(self, &table.object, filter)?);
        }
        Ok(Answered { name, about, filters, table })
    }
}
