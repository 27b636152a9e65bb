//! `GET /processes/{key}/behind`: the records behind a figure of a step.

use super::show::{Asked, moment};
use super::words;
use crate::fail::{Reply, encode};
use crate::filter::tree;
use crate::ui::frame::{Crumb, content};
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::process::{Behind, FiguresAsked, Gone};
use akrab_model::Problem;
use axum::extract::{Path, Query};
use maud::{Markup, html};

/// The way to the records behind a figure of `step`; `to` names the stage they went to.
pub(super) fn href(key: &str, asked: &Asked, step: &str, behind: Behind, to: &str) -> String {
    let mut href = format!("/processes/{key}/behind?days={}&step={}&behind={}", asked.days(), encode(step), word(behind));
    for (name, value) in [("to", to), ("filter", asked.filter.as_str())] {
        if !value.is_empty() {
            href.push_str(&format!("&{name}={}", encode(value)));
        }
    }
    href
}

fn word(behind: Behind) -> &'static str {
    match behind {
        Behind::Left => "left",
        Behind::On => "on",
        Behind::Back => "back",
        Behind::Lost => "lost",
        Behind::Late => "late",
        Behind::Again => "again",
    }
}

pub(super) async fn show(visit: Visit, Path(key): Path<String>, Query(asked): Query<Asked>) -> Reply {
    let t = visit.t;
    let wanted = key.clone();
    let process = visit.read(move |tx| tx.process_in_force(&wanted)).await?;
    let object = visit.registry().object(&process.decl.object).cloned().ok_or_else(Problem::not_found)?;
    let filter = tree::read(&visit.registry(), &object, &visit.look().parse_env(), &asked.filter)?;
    let (from, to) = asked.period(moment(&visit)?);
    let question = FiguresAsked { from, to, filter };
    let (name, place) = (key.clone(), asked.clone());
    let (gone, more) = visit
        .read(move |tx| {
            let next = Some(place.to.as_str()).filter(|to| !to.is_empty());
            tx.process_behind(&name, &question, &place.step, place.behind, next)
        })
        .await?;
    let what = if asked.to.is_empty() { t.get(&format!("process-head-{}", word(asked.behind))) } else { asked.to.clone() };
    let title = format!("{} → {what}", asked.step);
    let mut frame = visit.frame(&title).await;
    frame.breadcrumb.push(visit.crumb("processes", "/processes"));
    let map = process.decl.name.get(visit.lang()).to_string();
    frame.breadcrumb.push(Crumb { label: map, href: Some(asked.href(&key, asked.days(), &asked.step)) });
    let heads = ["next", "came", "left", "time", "worked"].map(|key| t.get(&format!("process-gone-{key}")));
    let heads: Vec<(&str, bool, Option<u16>)> = std::iter::once((object.label(visit.lang()), false, None))
        .chain(heads.iter().enumerate().map(|(n, head)| (head.as_str(), n > 2, Some(150))))
        .collect();
    let rows: Vec<Vec<Markup>> = gone.iter().map(|one| row(&visit, &object.plural, one)).collect();
    let told = if more { "process-gone-more" } else { "process-gone" };
    let told = t.with(told, &[("n", gone.len().into()), ("days", asked.days().into())]);
    let body = html! { div.ak-stack { p.ak-muted { (told) } @if !gone.is_empty() { div.ak-audit { (plain_table(&title, &heads, &rows, None)) } } } };
    visit.page(&frame, content(false, body))
}

fn row(visit: &Visit, plural: &str, one: &Gone) -> Vec<Markup> {
    let (t, look) = (visit.t, visit.look());
    let when = |at| look.moment_words(&look.local(at));
    let title = if one.title.is_empty() { format!("#{}", one.record) } else { one.title.clone() };
    vec![
        html! { a.ak-link href={ "/" (plural) "/" (one.record) } { (title) } },
        html! { (one.to.clone().unwrap_or_else(|| t.get("process-elsewhere"))) },
        html! { (when(one.came)) },
        html! { (when(one.left)) },
        html! { (words::length(t, one.left.as_microsecond() - one.came.as_microsecond())) },
        html! { @match one.worked { Some(worked) => { (words::working(t, worked)) } None => { span.ak-faint { "—" } } } },
    ]
}
