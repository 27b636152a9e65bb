//! One place of a dashboard: the report's chart, and its table behind a button.

use crate::report::draw::Drawing;
use crate::ui::icon::icon_sized;
use crate::value::Look;
use akrab_engine::ReportTable;
use akrab_engine::report::ReportEntry;
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use akrab_model::report::{Chart, Tile};
use maud::{Markup, html};
use serde_json::Value as Json;

/// A report as it was answered for a dashboard.
pub struct Shown {
    pub tile: Tile,
    /// None when the report is gone, or out of sight.
    pub entry: Option<ReportEntry>,
    pub within: Option<Json>,
    pub answer: Result<ReportTable, Problem>,
}

/// The tile.
pub fn draw(look: &Look, shown: &Shown) -> Markup {
    let t = look.t;
    let name = shown.entry.as_ref().map_or_else(|| t.get("dashboard-gone"), |e| e.name.get(look.key()).to_string());
    let about = shown.entry.as_ref().map_or("", |e| e.about.get(look.key()));
    html! {
        section.ak-tile.ak-dash-tile data-width=(shown.tile.width) data-tall[shown.tile.tall] aria-label=(name) {
            @match (&shown.answer, &shown.entry) {
                (Ok(table), Some(entry)) => {
                    @let drawing = Drawing { look, table, title: &name, within: shown.within.as_ref() };
                    @let chart = drawing.chart();
                    div.ak-dash-head {
                        h2 { a href={ "/reports/" (entry.key) } { (name) } }
                        @if table.report.chart != Chart::Number { span.ak-dash-about.ak-truncate title=(about) { (about) } }
                    }
                    @match chart {
                        Some(chart) => {
                            details.ak-dash-table {
                                summary title=(t.get("dashboard-table")) { (icon_sized("table-2", 15)) span.ak-sr { (t.get("dashboard-table")) ": " (name) } }
                                (drawing.table())
                            }
                            div.ak-dash-chart { (chart) }
                        }
                        None => { (drawing.table()) }
                    }
                }
                (answer, _) => {
                    div.ak-dash-head { h2 { (name) } }
                    p.ak-muted.ak-small { (reason(look, answer.as_ref().err())) }
                }
            }
        }
    }
}

/// Why a tile is empty. What is hidden from a role is not named to it.
fn reason(look: &Look, problem: Option<&Problem>) -> String {
    match problem.map(|p| p.kind) {
        Some(ProblemKind::Invalid) => look.t.get("dashboard-tile-hidden"),
        Some(ProblemKind::Busy) => look.t.get("dashboard-tile-busy"),
        _ => look.t.get("dashboard-tile-gone"),
    }
}
