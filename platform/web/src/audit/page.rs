//! The page with its search, and the file.

use super::words;
use crate::download;
use crate::fail::{Reply, encode};
use crate::settings::{frame, show as show_settings};
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::content;
use crate::ui::input::{self, Input};
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::audit::{AuditQuery, AuditRow, GROUPS, kinds_of};
use axum::extract::Query;
use jiff::{Span, ToSpan};
use maud::{Markup, html};
use serde::Deserialize;

const PAGE: usize = 50;

/// What is looked for; everything when nothing is asked.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    who: String,
    group: String,
    since: String,
    q: String,
    before: Option<i64>,
}

/// Periods by name.
const PERIODS: [&str; 4] = ["today", "7", "30", "365"];

impl Asked {
    fn query(&self, visit: &Visit) -> AuditQuery {
        let back: Option<Span> = match self.since.as_str() {
            "today" => Some(0.days()),
            days => days.parse::<i64>().ok().filter(|_| PERIODS.contains(&days)).map(|days| days.days()),
        };
        let midnight = visit.ctx.now.start_of_day().ok();
        let from = back.and_then(|back| midnight?.checked_sub(back).ok()).map(|from| from.timestamp().as_microsecond());
        AuditQuery {
            actor: self.who.parse().ok(),
            kinds: kinds_of(&self.group).iter().map(ToString::to_string).collect(),
            from,
            text: self.q.trim().chars().take(200).collect(),
            before: self.before,
            limit: PAGE,
            ..AuditQuery::default()
        }
    }
    fn is_narrow(&self) -> bool {
        !(self.who.is_empty() && self.group.is_empty() && self.since.is_empty() && self.q.trim().is_empty())
    }
    fn address(&self, path: &str, before: Option<i64>) -> String {
        let before = before.map(|n| format!("&before={n}")).unwrap_or_default();
        format!(
            "{path}?who={}&group={}&since={}&q={}{before}",
            encode(&self.who),
            encode(&self.group),
            encode(&self.since),
            encode(&self.q)
        )
    }
}

/// `GET /settings/audit`
pub(super) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let rows = visit.engine().audit(&visit.ctx, asked.query(&visit)).await?;
    let told = words::of(&visit, &rows).await?;
    let older = rows.last().filter(|row| rows.len() == PAGE && row.n > 1).map(|row| asked.address("/settings/audit", Some(row.n)));
    let mut frame = frame(&visit, &t.get("settings-audit")).await;
    frame.actions = Some(html! {
        (Button::new(t.get("audit-export")).icon("download").href(asked.address("/settings/audit/export", None)))
    });
    let body = html! {
        div.ak-job.ak-audit {
            p.ak-muted { (t.get("audit-text")) }
            (search(&visit, &asked))
            @if rows.is_empty() {
                (empty(&Empty { icon: "scroll-text".into(), title: t.get(if asked.is_narrow() { "audit-none-found" } else { "audit-none" }), text: t.get("audit-none-text"), ..Empty::default() }))
            } @else {
                (table(&visit, &rows, &told))
            }
            @if let Some(href) = older { p { (Button::new(t.get("jobs-older")).href(href)) } }
        }
    };
    show_settings(&visit, &frame, content(false, body), false).await
}

/// `GET /settings/audit/export`
pub(super) async fn export(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    let exported = visit.engine().audit_export(&visit.ctx, AuditQuery { before: None, ..asked.query(&visit) }).await?;
    let content = std::fs::File::open(&exported.path).map_err(akrab_model::Problem::internal);
    visit.engine().export_done(&exported);
    download::file(content?, &exported.name, "text/csv; charset=utf-8").await
}

fn search(visit: &Visit, asked: &Asked) -> Markup {
    let t = visit.t;
    let option = |value: &str, words: String| (value.to_string(), words);
    let everyone = std::iter::once(option("", t.get("audit-everyone")));
    let people = visit.engine().people();
    let people: Vec<_> = everyone.chain(people.users().iter().map(|p| option(&p.id.to_string(), p.name.clone()))).collect();
    let any = std::iter::once(option("", t.get("audit-anything")));
    let groups: Vec<_> = any.chain(GROUPS.iter().map(|(key, _)| option(key, t.get(&format!("audit-group-{key}"))))).collect();
    let ever = std::iter::once(option("", t.get("audit-ever")));
    let periods: Vec<_> = ever.chain(PERIODS.iter().map(|key| option(key, t.get(&format!("audit-since-{key}"))))).collect();
    let choice = |name: &str, value: &str, label: String, options: &[(String, String)]| {
        input::select(&Input::new(name, value).attr("aria-label", label), options)
    };
    html! {
        form.ak-audit-search method="get" action="/settings/audit" role="search" {
            (choice("who", &asked.who, t.get("audit-who"), &people))
            (choice("group", &asked.group, t.get("audit-what"), &groups))
            (choice("since", &asked.since, t.get("audit-when"), &periods))
            (input::text(&Input::new("q", &asked.q).placeholder(&t.get("audit-search")).attr("aria-label", t.get("audit-search"))))
            (Button::new(t.get("audit-find")).icon("search").submit())
            @if asked.is_narrow() { (Button::new(t.get("empty-filter-clear")).ghost().href("/settings/audit")) }
        }
    }
}

fn table(visit: &Visit, rows: &[AuditRow], told: &[words::Told]) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let heads = [t.get("audit-when"), t.get("audit-who"), t.get("audit-what"), t.get("audit-about"), t.get("audit-way")];
    let widths = [Some(130), Some(150), Some(170), None, Some(120)];
    let heads: Vec<_> = heads.iter().zip(widths).map(|(head, width)| (head.as_str(), false, width)).collect();
    let lines: Vec<Vec<Markup>> = rows
        .iter()
        .zip(told)
        .map(|(row, told)| {
            vec![
                html! { span title=(format!("#{} · {}", row.n, row.hash)) { (look.moment_words(&look.local_micros(row.at))) } },
                html! { @if row.name.is_empty() { span.ak-muted { (t.get("record-by-system")) } } @else { (row.name) } },
                html! { (told.what) },
                // one part of its row, also where a phone shows name and value beside each other
                html! { div { (told.about) } },
                html! { div { (words::way(t, row)) @if !row.place.is_empty() { div.ak-faint { (row.place) } } } },
            ]
        })
        .collect();
    plain_table(&t.get("settings-audit"), &heads, &lines, None)
}
