//! The list of reports: shipped, one's own, shared by others.

use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::content;
use crate::ui::icon::icon_sized;
use crate::ui::segmented::{Segment, segmented};
use crate::{Reply, Visit};
use akrab_engine::report::ReportEntry;
use akrab_model::report::Chart;
use akrab_model::text::fold;
use axum::extract::Query;
use maud::{Markup, html};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    of: String,
}

/// `GET /reports`.
pub async fn show(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    let t = visit.t;
    let lang = visit.lang();
    let all = visit.read(|tx| tx.reports()).await?;
    let q = fold(asked.q.trim());
    let of = |entry: &&ReportEntry| match asked.of.as_str() {
        "mine" => entry.own,
        "shared" => entry.scope.is_some() && !entry.own,
        "shipped" => entry.scope.is_none(),
        _ => true,
    };
    let matches = |entry: &&ReportEntry| q.is_empty() || fold(&format!("{} {}", entry.name.get(lang), entry.about.get(lang))).contains(&q);
    let found: Vec<&ReportEntry> = all.iter().filter(of).filter(matches).collect();
    let kinds = [("", "reports-all"), ("shipped", "reports-shipped"), ("mine", "reports-mine"), ("shared", "reports-shared")];
    let tabs: Vec<Segment> = kinds.map(|(of, key)| Segment::new(t.get(key), format!("/reports?of={of}"), asked.of == of)).to_vec();
    let mut frame = visit.frame(&t.get("reports-title")).await;
    if !visit.ctx.read_only {
        frame.actions = Some(html! { (Button::new(t.get("report-new")).icon("plus").primary().href("/reports/build")) });
    }
    let registry = visit.registry();
    visit.page(&frame, content(false, html! {
        div.ak-report-head {
            (segmented(&t.get("reports-title"), &tabs))
            form.ak-report-search method="get" action="/reports" role="search" {
                @if !asked.of.is_empty() { input type="hidden" name="of" value=(asked.of); }
                input.ak-input type="search" name="q" value=(asked.q) placeholder=(t.get("reports-search")) aria-label=(t.get("reports-search"));
            }
        }
        @if found.is_empty() {
            (empty(&Empty { icon: "chart-column".into(), title: t.get("reports-none"), text: t.get("reports-purpose"), ..Empty::default() }))
        } @else {
            ul.ak-report-list { @for entry in found {
                li { a href={ "/reports/" (entry.key) } {
                    span.ak-mark aria-hidden="true" { (icon_sized(icon(entry.report.chart), 16)) }
                    span.ak-two-lines { b { (entry.name.get(lang)) } span.ak-two-lines-detail { (entry.about.get(lang)) } }
                    span.ak-spacer {}
                    span.ak-muted.ak-small.ak-hide-phone { (registry.object(&entry.report.object).map_or("", |o| o.plural_label(lang))) }
                    (scope(&visit, entry))
                } }
            } }
        }
    }))
}

fn scope(visit: &Visit, entry: &ReportEntry) -> Markup {
    let key = match entry.scope {
        None => "reports-shipped",
        Some(scope) => match scope.key() {
            "private" => "view-private",
            "team" => "view-team",
            _ => "view-everyone",
        },
    };
    html! { span.ak-tag.ak-hide-phone { (visit.t.get(key)) } }
}

/// The icon of a kind of chart.
pub fn icon(chart: Chart) -> &'static str {
    match chart {
        Chart::Table => "table-2",
        Chart::Bar => "chart-bar",
        Chart::Column | Chart::Stacked => "chart-column",
        Chart::Line | Chart::Area => "chart-line",
        Chart::Funnel => "list-filter",
        Chart::Donut => "chart-pie",
        Chart::Heat => "calendar-range",
        Chart::Number => "gauge",
        Chart::Map => "map",
    }
}
