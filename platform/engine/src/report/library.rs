//! Reports and dashboards that ship with the domains.

use super::figure::check_formulas;
use akrab_model::filter::{Env, Rights};
use akrab_model::object::{DeclError, is_key};
use akrab_model::report::{DashboardDecl, ReportDecl, ReportFile};
use akrab_model::{Cond, FieldIx, FieldProblem, Label, ObjectIx, Registry};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::HashSet;

/// Everything shipped, in the order of the files.
#[derive(Debug, Default)]
pub struct Library {
    pub reports: Vec<ReportDecl>,
    pub dashboards: Vec<DashboardDecl>,
}

impl Library {
    /// Reads the files. What they name is looked for when somebody asks: a workspace may have taken a field away.
    ///
    /// # Errors
    /// Every fault with its file.
    pub fn read(files: &[(&str, &str)]) -> Result<Library, Vec<DeclError>> {
        let mut faults = Vec::new();
        let (library, _) = Library::parse(files, &mut faults);
        if faults.is_empty() { Ok(library) } else { Err(faults) }
    }

    /// With the file each report stands in.
    fn parse<'f>(files: &[(&'f str, &str)], faults: &mut Vec<DeclError>) -> (Library, Vec<&'f str>) {
        let (mut library, mut sources) = (Library::default(), Vec::new());
        for (name, text) in files {
            match toml::from_str::<ReportFile>(text) {
                Ok(file) => {
                    sources.extend(file.reports.iter().map(|_| *name));
                    library.reports.extend(file.reports);
                    library.dashboards.extend(file.dashboards.into_iter().inspect(|d| judge(name, &d.key, &[&d.label, &d.about], faults)));
                }
                Err(error) => {
                    let (line, fault) = crate::written::fault(text, &error);
                    faults.push(DeclError::new(&format!("{name}:{line}"), None, fault));
                }
            }
        }
        (library, sources)
    }

    /// Reads the files and checks them against the objects.
    ///
    /// # Errors
    /// Every fault with its file.
    pub fn compile(files: &[(&str, &str)], registry: &Registry) -> Result<Library, Vec<DeclError>> {
        let mut faults = Vec::new();
        let (library, sources) = Library::parse(files, &mut faults);
        let mut keys = HashSet::new();
        for (report, file) in library.reports.iter().zip(sources) {
            judge(file, &report.key, &[&report.label, &report.about], &mut faults);
            if !keys.insert(&report.key) {
                faults.push(marked(file, &report.key, is("decl_twice").with("key", &report.key)));
            }
            if let Err(found) = binds(report, registry) {
                faults.push(marked(file, &report.key, is("decl_report").with("key", &report.key).because(&found)));
            }
        }
        for dashboard in &library.dashboards {
            for tile in dashboard.tiles.iter().filter(|tile| !keys.contains(&tile.report)) {
                let file = files.iter().find(|(_, text)| text.contains(&format!("\"{}\"", dashboard.key))).map_or("", |(name, _)| name);
                let fault = is("decl_dashboard_report").with("key", &dashboard.key).with("report", &tile.report);
                faults.push(marked(file, &tile.report, fault));
            }
        }
        if faults.is_empty() { Ok(library) } else { Err(faults) }
    }

    pub fn report(&self, key: &str) -> Option<&ReportDecl> {
        self.reports.iter().find(|r| r.key == key)
    }
    pub fn dashboard(&self, key: &str) -> Option<&DashboardDecl> {
        self.dashboards.iter().find(|d| d.key == key)
    }
}

/// All rights: what a reader may not see is found out when he asks.
struct Everything;

impl Rights for Everything {
    fn may_read(&self, _: ObjectIx, _: FieldIx) -> bool {
        true
    }
    fn guard(&self, _: ObjectIx) -> Cond {
        Cond::True
    }
}

fn is(code: &str) -> FieldProblem {
    FieldProblem::new("", code)
}

fn marked(file: &str, mark: &str, fault: FieldProblem) -> DeclError {
    DeclError { mark: Some(format!("\"{mark}\"")), ..DeclError::new(file, None, fault) }
}

fn judge(file: &str, key: &str, labels: &[&Label], faults: &mut Vec<DeclError>) {
    if !is_key(key) {
        faults.push(marked(file, key, is("decl_no_key").with("key", key)));
    }
    if labels.iter().any(|l| l.id.trim().is_empty() || l.en.trim().is_empty()) {
        faults.push(marked(file, key, is("decl_lacks_language").with("what", key)));
    }
}

fn binds(report: &ReportDecl, registry: &Registry) -> Result<(), FieldProblem> {
    let env = Env { now: Timestamp::UNIX_EPOCH.to_zoned(TimeZone::UTC), me: None, team: Vec::new() };
    let told = |problem: akrab_model::Problem| problem.first();
    let bound = report.show.bind(registry, &env, &Everything).map_err(told)?;
    check_formulas(registry, &bound).map_err(told)?;
    report.show.as_of.as_deref().map(|word| super::question::day(word, env.now.date())).transpose().map_err(told)?;
    let object = registry.at(bound.object);
    let dated = object
        .field(report.show.period_field())
        .is_some_and(|f| matches!(f.kind, akrab_model::FieldType::Date | akrab_model::FieldType::DateTime));
    if dated || report.show.period_field().contains('.') {
        Ok(())
    } else {
        Err(is("decl_report_date").with("name", report.show.period_field()))
    }
}
