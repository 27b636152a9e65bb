//! A report: chart, table, the records behind each figure, and files of it.

use super::draw::Drawing;
use super::form;
use crate::list::address::push;
use crate::ui::button::Button;
use crate::ui::chart;
use crate::ui::frame::content;
use crate::ui::menu::{menu_line, menu_link, more_menu};
use crate::{Reply, Visit, download};
use akrab_engine::report::{FileFormat, ReportEntry};
use axum::extract::{Path, Query};
use maud::{Markup, html};
use serde::Deserialize;

/// `GET /reports/{key}`.
pub async fn show(visit: Visit, Path(key): Path<String>) -> Reply {
    let t = visit.t;
    let (entry, table) = visit
        .read(move |tx| {
            let entry = tx.report_entry(&key)?;
            let table = tx.report(&entry.report, None)?;
            Ok((entry, table))
        })
        .await?;
    let look = visit.look();
    let name = entry.name.get(visit.lang()).to_string();
    let drawing = Drawing { look: &look, table: &table, title: &name, within: None };
    let mut frame = visit.frame(&name).await;
    frame.breadcrumb.push(visit.crumb("reports-title", "/reports"));
    frame.actions = Some(actions(&visit, &entry));
    let rows =
        t.with("report-rows", &[("n", table.rows.into()), ("records", table.object.plural_label(visit.lang()).to_lowercase().into())]);
    visit.page(
        &frame,
        content(
            false,
            html! {
                (chart::patterns())
                div.ak-stack.ak-report {
                    p.ak-muted { (entry.about.get(visit.lang())) @if !entry.about.id.is_empty() { " · " } (rows)
                @if let Some(day) = table.as_of { " · " (t.with("report-as-of-day", &[("day", akrab_model::format::date(day).into())])) }
            }
                    @if let Some(drawn) = drawing.chart() { section.ak-tile aria-label=(name) { (drawn) } }
                    (drawing.table())
                }
            },
        ),
    )
}

fn actions(visit: &Visit, entry: &ReportEntry) -> Markup {
    let t = visit.t;
    let file = |format: &str| format!("/reports/{}/file?format={format}", entry.key);
    let mut build = String::from("/reports/build");
    for (name, value) in form::pairs(&entry.report) {
        push(&mut build, &name, &value);
    }
    push(&mut build, "from", &entry.key);
    html! {
        (more_menu(&t.get("list-more"), html! {
            (menu_link("file-text", &t.get("report-pdf"), &file("pdf")))
            (menu_link("file-spreadsheet", &t.get("report-xlsx"), &file("xlsx")))
            (menu_link("download", &t.get("report-csv"), &file("csv")))
            button.ak-menu-item type="button" data-print { (crate::ui::icon("printer")) span { (t.get("list-print")) } }
            @if !visit.ctx.read_only { (menu_link("mail", &t.get("mailing-title"), &format!("/mailings/reports/{}", entry.key))) }
            @if entry.editable {
                (menu_line())
                (menu_link("trash-2", &t.get("report-delete"), &format!("/reports/{}/delete", entry.key)))
            }
        }))
        @if !visit.ctx.read_only {
            (Button::new(t.get(if entry.editable { "report-change" } else { "report-adapt" })).icon("pencil").href(build))
        }
    }
}

#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    pub format: FileFormat,
}

/// `GET /reports/{key}/file?format=csv|xlsx|pdf`.
pub async fn file(visit: Visit, Path(key): Path<String>, Query(wanted): Query<Wanted>) -> Reply {
    let (name, content) = visit.engine().report_file(&visit.ctx, &key, wanted.format).await?;
    download::bytes(content, &name, wanted.format.mime())
}
