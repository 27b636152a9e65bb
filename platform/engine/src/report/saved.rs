//! Reports and dashboards people save, for themselves, their team or everyone. They stand where saved views stand. What
//! one shows is worked out with the rights of whoever looks.

use super::library::Library;
use crate::Result;
use crate::view::{edits, may_give, sees};
use crate::write::Tx;
use akrab_model::object::Scope;
use akrab_model::report::{DashboardDecl, Report, ReportDecl, Tile};
use akrab_model::{FieldProblem, Label, Problem};
use akrab_store::{SavedView, ViewScope};
use serde::{Deserialize, Serialize};

/// Where reports and dashboards are kept among the saved views; no object has such a key.
const REPORTS: &str = "@report";
const DASHBOARDS: &str = "@dashboard";
/// Longest name, and longest line that says what is shown, in characters.
const NAME: usize = 60;
const ABOUT: usize = 140;
/// Places of a dashboard at most.
pub const MOST_TILES: usize = 24;

/// A report somebody may open.
#[derive(Debug, Clone)]
pub struct ReportEntry {
    /// Key of a shipped one, or the id of a saved one.
    pub key: String,
    pub name: Label,
    pub about: Label,
    /// `None` for shipped ones.
    pub scope: Option<ViewScope>,
    /// The reader saved it himself.
    pub own: bool,
    pub editable: bool,
    pub report: Report,
}

/// What a report is saved with.
#[derive(Debug, Clone)]
pub struct ReportDraft {
    pub name: String,
    pub about: String,
    pub scope: ViewScope,
    pub report: Report,
}

/// A dashboard somebody may open.
#[derive(Debug, Clone)]
pub struct Dashboard {
    /// Key of a shipped one, or the id of a saved one.
    pub key: String,
    pub name: Label,
    pub about: Label,
    pub scope: Option<ViewScope>,
    pub own: bool,
    pub editable: bool,
    pub tiles: Vec<Tile>,
}

/// What a dashboard is saved with.
#[derive(Debug, Clone)]
pub struct DashboardDraft {
    pub name: String,
    pub about: String,
    pub scope: ViewScope,
    pub tiles: Vec<Tile>,
}

#[derive(Serialize, Deserialize)]
struct ReportBody {
    #[serde(default)]
    about: String,
    report: Report,
}

#[derive(Serialize, Deserialize)]
struct DashboardBody {
    #[serde(default)]
    about: String,
    tiles: Vec<Tile>,
}

impl Tx<'_> {
    /// The reports the actor may open: shipped ones first, then saved ones.
    ///
    /// # Errors
    /// What the database answers.
    pub fn reports(&mut self) -> Result<Vec<ReportEntry>> {
        let engine = self.engine.clone();
        let shipped = engine.library().reports.iter().map(shipped_report);
        let saved = self.saved_views(REPORTS)?;
        let saved = saved.iter().filter(|view| sees(&self.ctx, view)).filter_map(|view| self.saved_report(view));
        Ok(shipped.chain(saved).filter(|entry| self.reaches(&entry.report)).collect())
    }

    /// Whether the actor may see any record a report is about.
    fn reaches(&self, report: &Report) -> bool {
        self.registry.object(&report.object).is_some_and(|object| self.rights.scope(object, crate::Access::Read) > Scope::None)
    }

    /// The report with this key or id.
    ///
    /// # Errors
    /// `not_found` for one there is not, or not for this person.
    pub fn report_entry(&mut self, key: &str) -> Result<ReportEntry> {
        let engine = self.engine.clone();
        let found = match key.parse::<i64>() {
            Ok(id) => self.kept_visible(REPORTS, id)?.and_then(|view| self.saved_report(&view)),
            Err(_) => engine.library().report(key).map(shipped_report),
        };
        found.filter(|entry| self.reaches(&entry.report)).ok_or_else(Problem::not_found)
    }

    /// Saves a report and gives its id.
    ///
    /// # Errors
    /// `invalid` name or report, `forbidden` for a scope the actor may not give.
    pub fn create_report(&mut self, draft: &ReportDraft) -> Result<i64> {
        let body = self.report_body(draft)?;
        self.keep_saved(REPORTS, 0, &draft.name, draft.scope, body)
    }

    /// Changes a saved report.
    ///
    /// # Errors
    /// `not_found` out of sight, `forbidden` for one of somebody else, and as [`Tx::create_report`].
    pub fn change_report(&mut self, id: i64, draft: &ReportDraft) -> Result<()> {
        let body = self.report_body(draft)?;
        self.keep_saved(REPORTS, id, &draft.name, draft.scope, body).map(|_| ())
    }

    /// Deletes a saved report.
    ///
    /// # Errors
    /// As [`Tx::change_report`].
    pub fn delete_report(&mut self, id: i64) -> Result<()> {
        let view = self.kept_editable(REPORTS, id)?;
        Ok(self.conn.view_drop(view.id)?)
    }

    fn report_body(&mut self, draft: &ReportDraft) -> Result<String> {
        // whoever saves a report must be able to read it
        self.question(&draft.report, None)?;
        let about = line("about", &draft.about, ABOUT, false)?;
        serde_json::to_string(&ReportBody { about, report: draft.report.clone() }).map_err(Problem::internal)
    }

    fn saved_report(&self, view: &SavedView) -> Option<ReportEntry> {
        let body: ReportBody = serde_json::from_str(&view.body).ok()?;
        Some(ReportEntry {
            key: view.id.to_string(),
            name: Label::new(&view.name, &view.name),
            about: Label::new(&body.about, &body.about),
            scope: Some(view.scope),
            own: view.owner == self.ctx.user_id(),
            editable: edits(&self.ctx, view),
            report: body.report,
        })
    }

    /// The dashboards the actor may open: shipped ones first, then saved ones.
    ///
    /// # Errors
    /// What the database answers.
    pub fn dashboards(&mut self) -> Result<Vec<Dashboard>> {
        let engine = self.engine.clone();
        let shipped = engine.library().dashboards.iter().map(shipped_dashboard);
        let saved = self.saved_views(DASHBOARDS)?;
        let saved = saved.iter().filter(|view| sees(&self.ctx, view)).filter_map(|view| self.saved_dashboard(view));
        Ok(shipped.filter(|d| self.shows_any(engine.library(), d)).chain(saved).collect())
    }

    fn shows_any(&self, library: &Library, dashboard: &Dashboard) -> bool {
        dashboard.tiles.iter().filter_map(|tile| library.report(&tile.report)).any(|report| self.reaches(&report.show))
    }

    /// The dashboard with this key or id.
    ///
    /// # Errors
    /// `not_found` for one there is not, or not for this person.
    pub fn dashboard(&mut self, key: &str) -> Result<Dashboard> {
        self.dashboards()?.into_iter().find(|d| d.key == key).ok_or_else(Problem::not_found)
    }

    /// Key of the dashboard the actor begins with: chosen for his role, or shipped for it, or the first.
    ///
    /// # Errors
    /// What the database answers.
    pub fn first_dashboard(&mut self) -> Result<Option<String>> {
        let all = self.dashboards()?;
        let engine = self.engine.clone();
        let role = self.ctx.person().map(|p| p.role.key.clone()).unwrap_or_default();
        let chosen = self.conn.setting_get(&default_key(&role))?.filter(|key| all.iter().any(|d| d.key == *key));
        let shipped = engine.library().dashboards.iter().find(|d| d.roles.contains(&role) && all.iter().any(|o| o.key == d.key));
        Ok(chosen.or(shipped.map(|d| d.key.clone())).or(all.first().map(|d| d.key.clone())))
    }

    /// Makes a dashboard the one a role begins with; `None` takes the choice back.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators, `not_found` for a role that does not exist.
    pub fn set_first_dashboard(&mut self, role: &str, key: Option<&str>) -> Result<()> {
        if !self.ctx.is_admin() {
            return Err(Problem::forbidden());
        }
        if !self.engine.people().roles.iter().any(|r| r.key == role) {
            return Err(Problem::not_found());
        }
        match key {
            Some(key) => self.conn.setting_set(&default_key(role), key)?,
            None => self.conn.setting_drop(&default_key(role))?,
        }
        Ok(())
    }

    /// Saves a dashboard and gives its id.
    ///
    /// # Errors
    /// `invalid` name or tiles, `forbidden` for a scope the actor may not give.
    pub fn create_dashboard(&mut self, draft: &DashboardDraft) -> Result<i64> {
        let body = self.dashboard_body(draft)?;
        self.keep_saved(DASHBOARDS, 0, &draft.name, draft.scope, body)
    }

    /// Changes a saved dashboard.
    ///
    /// # Errors
    /// `not_found` out of sight, `forbidden` for one of somebody else, and as [`Tx::create_dashboard`].
    pub fn change_dashboard(&mut self, id: i64, draft: &DashboardDraft) -> Result<()> {
        let body = self.dashboard_body(draft)?;
        self.keep_saved(DASHBOARDS, id, &draft.name, draft.scope, body).map(|_| ())
    }

    /// Deletes a saved dashboard; the reports on it stay.
    ///
    /// # Errors
    /// As [`Tx::change_dashboard`].
    pub fn delete_dashboard(&mut self, id: i64) -> Result<()> {
        let view = self.kept_editable(DASHBOARDS, id)?;
        Ok(self.conn.view_drop(view.id)?)
    }

    fn dashboard_body(&mut self, draft: &DashboardDraft) -> Result<String> {
        let fault = |code: &str| Err(Problem::invalid(vec![FieldProblem::new("tiles", code).with("max", MOST_TILES)]));
        if draft.tiles.len() > MOST_TILES {
            return fault("too_many");
        }
        if draft.tiles.iter().any(|tile| !(1..=12).contains(&tile.width)) {
            return fault("wrong_type");
        }
        let about = line("about", &draft.about, ABOUT, false)?;
        serde_json::to_string(&DashboardBody { about, tiles: draft.tiles.clone() }).map_err(Problem::internal)
    }

    fn saved_dashboard(&self, view: &SavedView) -> Option<Dashboard> {
        let body: DashboardBody = serde_json::from_str(&view.body).ok()?;
        Some(Dashboard {
            key: view.id.to_string(),
            name: Label::new(&view.name, &view.name),
            about: Label::new(&body.about, &body.about),
            scope: Some(view.scope),
            own: view.owner == self.ctx.user_id(),
            editable: edits(&self.ctx, view),
            tiles: body.tiles,
        })
    }

    fn kept_visible(&mut self, kind: &str, id: i64) -> Result<Option<SavedView>> {
        Ok(self.conn.view_get(id)?.filter(|view| view.object == kind && sees(&self.ctx, view)))
    }

    fn kept_editable(&mut self, kind: &str, id: i64) -> Result<SavedView> {
        let view = self.kept_visible(kind, id)?.ok_or_else(Problem::not_found)?;
        if edits(&self.ctx, &view) { Ok(view) } else { Err(Problem::forbidden()) }
    }

    fn keep_saved(&mut self, kind: &str, id: i64, name: &str, scope: ViewScope, body: String) -> Result<i64> {
        let name = line("name", name, NAME, true)?;
        let person = self.ctx.person().ok_or_else(Problem::forbidden)?.clone();
        if self.ctx.read_only || !may_give(&self.ctx, scope) {
            return Err(Problem::forbidden());
        }
        if body.len() > 20_000 {
            return Err(Problem::invalid(vec![FieldProblem::new("filter", "filter_too_large")]));
        }
        let before = if id == 0 { None } else { Some(self.kept_editable(kind, id)?) };
        let (owner, team) = before.map_or((Some(person.id), None), |view| (view.owner, view.team));
        let team = team.or(person.team).filter(|_| scope == ViewScope::Team);
        let view = SavedView { id, object: kind.into(), owner, team, scope, name, body, position: 0 };
        Ok(self.conn.view_put(&view)?)
    }
}

fn default_key(role: &str) -> String {
    format!("dashboard-default:{role}")
}

/// One line of text within its bounds.
fn line(field: &str, text: &str, most: usize, required: bool) -> Result<String> {
    let text = text.trim();
    let fault = |code: &str| Err(Problem::invalid(vec![FieldProblem::new(field, code).with("max", most)]));
    if required && text.is_empty() {
        return fault("required");
    }
    if text.chars().count() > most {
        return fault("too_long");
    }
    Ok(text.replace(['\n', '\r', '\0'], " "))
}

fn shipped_report(decl: &ReportDecl) -> ReportEntry {
    ReportEntry {
        key: decl.key.clone(),
        name: decl.label.clone(),
        about: decl.about.clone(),
        scope: None,
        own: false,
        editable: false,
        report: decl.show.clone(),
    }
}

fn shipped_dashboard(decl: &DashboardDecl) -> Dashboard {
    Dashboard {
        key: decl.key.clone(),
        name: decl.label.clone(),
        about: decl.about.clone(),
        scope: None,
        own: false,
        editable: false,
        tiles: decl.tiles.clone(),
    }
}
