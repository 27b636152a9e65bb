//! The page of a dashboard.

use super::filters::Filters;
use super::tile::{self, Shown};
use crate::report::Wanted;
use crate::ui::button::Button;
use crate::ui::chart;
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::{TopBar, content};
use crate::ui::menu::{menu_line, menu_link, more_menu};
use crate::ui::tabs::{Tab, tab_bar};
use crate::{Fail, Reply, Visit, download};
use akrab_engine::report::Dashboard;
use akrab_model::report::Report;
use akrab_model::{Filter, Problem};
use axum::extract::{Path, Query};
use axum::response::{IntoResponse, Redirect};
use futures::future::join_all;
use maud::{Markup, html};
use std::sync::Arc;

/// `GET /dashboards`: the one to begin with.
pub async fn first(visit: Visit) -> Reply {
    let first = visit.read(|tx| tx.first_dashboard()).await?;
    match first {
        Some(key) => Ok(Redirect::to(&format!("/dashboards/{key}")).into_response()),
        None => {
            let t = visit.t;
            let frame = visit.frame(&t.get("dashboards-title")).await;
            let actions = (!visit.ctx.read_only)
                .then(|| html! { (Button::new(t.get("dashboard-new")).icon("plus").primary().large().href("/dashboards/new")) });
            let none = Empty {
                icon: "layout-dashboard".into(),
                title: t.get("dashboards-none"),
                text: t.get("dashboards-purpose"),
                actions,
                ..Empty::default()
            };
            visit.page(&frame, empty(&none))
        }
    }
}

/// `GET /dashboards/{key}`.
pub async fn show(visit: Visit, Path(key): Path<String>, Query(filters): Query<Filters>) -> Reply {
    let (all, entries) = visit
        .read(|tx| {
            let all = tx.dashboards()?;
            Ok((all, tx.reports()?))
        })
        .await?;
    let dashboard = all.iter().find(|d| d.key == key).cloned().ok_or_else(Problem::not_found)?;
    let (registry, people) = (visit.registry(), visit.engine().people());
    let asked = dashboard.tiles.iter().map(|tile| {
        let entry = entries.iter().find(|e| e.key == tile.report).cloned();
        let within = entry.as_ref().and_then(|e| filters.of(&registry, &people, &e.report));
        let (engine, ctx) = (visit.engine().clone(), visit.ctx.clone());
        async move {
            let answer = match &entry {
                Some(entry) => match within.as_ref().map(Filter::from_json).transpose() {
                    Ok(filter) => engine.report(&ctx, entry.report.clone(), filter).await,
                    Err(problem) => Err(problem),
                },
                None => Err(Problem::not_found()),
            };
            Shown { tile: tile.clone(), entry, within, answer }
        }
    });
    let shown: Vec<Shown> = join_all(asked).await;
    let look = visit.look();
    let name = dashboard.name.get(visit.lang()).to_string();
    let mut frame = visit.frame(&name).await;
    frame.breadcrumb.push(visit.crumb("dashboards-title", "/dashboards"));
    frame.top = TopBar::Lined;
    frame.actions = Some(actions(&visit, &dashboard, &filters));
    let tabs: Vec<Tab> = all.iter().map(|d| Tab::new(d.name.get(visit.lang()), filters.href(&d.key), d.key == key)).collect();
    visit.page(
        &frame,
        html! {
            (chart::patterns())
            (tab_bar(&visit.t.get("dashboards-title"), &tabs, html! {}, html! { (filters.chips(&visit, &key)) }))
            div.ak-full[!filters.full.is_empty()] {
                (content(false, html! {
                    // the bar above has no room for them on a phone
                    div.ak-dash-filters.ak-only-phone { (filters.chips(&visit, &key)) }
                    div.ak-dash { @for one in &shown { (tile::draw(&look, one)) } }
                    @if shown.is_empty() { p.ak-muted { (visit.t.get("dashboard-empty")) } }
                }))
            }
        },
    )
}

/// `GET /dashboards/{key}/file?format=pdf|xlsx`, under the filters of the page.
pub async fn file(visit: Visit, Path(key): Path<String>, Query(wanted): Query<Wanted>, Query(filters): Query<Filters>) -> Reply {
    let (registry, people) = (visit.registry(), visit.engine().people());
    let narrow = Arc::new(move |report: &Report| filters.of(&registry, &people, report));
    let (name, content) = visit.engine().dashboard_file(&visit.ctx, &key, wanted.format, narrow).await?;
    download::bytes(content, &name, wanted.format.mime())
}

fn actions(visit: &Visit, dashboard: &Dashboard, filters: &Filters) -> Markup {
    let t = visit.t;
    let key = &dashboard.key;
    let full = Filters { full: if filters.full.is_empty() { "1".into() } else { String::new() }, ..filters.clone() }.href(key);
    let full_words = t.get(if filters.full.is_empty() { "dashboard-full" } else { "dashboard-full-end" });
    html! {
        (Button::only_icon("monitor", full_words).href(full).attr("data-fullscreen", if filters.full.is_empty() { "on" } else { "off" }))
        (more_menu(&t.get("list-more"), html! {
            (menu_link("file-text", &t.get("report-pdf"), &filters.file(key, "pdf")))
            (menu_link("file-spreadsheet", &t.get("report-xlsx"), &filters.file(key, "xlsx")))
            button.ak-menu-item type="button" data-print { (crate::ui::icon("printer")) span { (t.get("list-print")) } }
            @if !visit.ctx.read_only { (menu_link("plus", &t.get("dashboard-new"), "/dashboards/new")) }
            @if !visit.ctx.read_only { (menu_link("mail", &t.get("mailing-title"), &format!("/mailings/dashboards/{key}"))) }
            @if visit.ctx.is_admin() { (menu_link("users-round", &t.get("dashboard-default"), &format!("/dashboards/{key}/default"))) }
            @if dashboard.editable { (menu_line()) (menu_link("trash-2", &t.get("dashboard-delete"), &format!("/dashboards/{key}/delete"))) }
        }))
        @if !visit.ctx.read_only {
            (Button::new(t.get(if dashboard.editable { "report-change" } else { "report-adapt" })).icon("pencil").href(format!("/dashboards/{key}/edit")))
        }
    }
}

/// The dashboard with this key.
pub async fn find(visit: &Visit, key: &str) -> Result<Dashboard, Fail> {
    let key = key.to_string();
    visit.read(move |tx| tx.dashboard(&key)).await
}
