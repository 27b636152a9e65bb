//! The list of jobs, with those that went wrong on a tab of their own.

use super::words;
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::content;
use crate::ui::segmented::{Segment, segmented};
use crate::ui::table::plain_table;
use crate::{Reply, Visit};
use akrab_engine::{JobFilter, JobState, JobView};
use axum::extract::Query;
use maud::{Markup, html};
use serde::Deserialize;

const PAGE: usize = 50;

#[derive(Deserialize)]
pub struct Asked {
    #[serde(default)]
    state: String,
    before: Option<i64>,
}

/// `GET /jobs`.
pub async fn show(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    let t = visit.t;
    let states = match asked.state.as_str() {
        "running" => vec![JobState::Ready, JobState::Leased],
        "failed" => vec![JobState::Failed, JobState::Dead],
        "done" => vec![JobState::Done],
        _ => Vec::new(),
    };
    let filter = JobFilter { states, before: asked.before, limit: PAGE, ..JobFilter::default() };
    let jobs = visit.engine().jobs(&visit.ctx, &filter).await?;
    let tabs: Vec<Segment> = [("", "jobs-all"), ("running", "jobs-running"), ("failed", "jobs-failed"), ("done", "jobs-done")]
        .map(|(state, key)| Segment::new(t.get(key), format!("/jobs?state={state}"), asked.state == state))
        .to_vec();
    let more = jobs.last().filter(|_| jobs.len() == PAGE).map(|j| format!("/jobs?state={}&before={}", asked.state, j.id));
    let mut frame = visit.frame(&t.get("jobs-title")).await;
    frame.breadcrumb.push(visit.crumb("settings", "/settings"));
    visit.page(&frame, content(false, html! {
        div.ak-job {
            (segmented(&t.get("jobs-title"), &tabs))
            @if jobs.is_empty() {
                (empty(&Empty { icon: "list-checks".into(), title: t.get("jobs-none"), text: t.get("jobs-purpose"), ..Empty::default() }))
            } @else {
                (table(&visit, &jobs))
            }
            @if let Some(href) = more { p { (Button::new(t.get("jobs-older")).href(href)) } }
        }
    }))
}

fn table(visit: &Visit, jobs: &[JobView]) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let (what, who, when, how, state) = (t.get("job-what"), t.get("job-who"), t.get("job-when"), t.get("job-progress"), t.get("job-state"));
    let heads = [
        (what.as_str(), false, None),
        (who.as_str(), false, Some(160)),
        (when.as_str(), false, Some(170)),
        (how.as_str(), false, Some(180)),
        (state.as_str(), false, Some(150)),
    ];
    let rows: Vec<Vec<Markup>> = jobs
        .iter()
        .map(|job| {
            vec![
                html! { a.ak-link href={ "/jobs/" (job.id) } { (words::title(visit, job)) } },
                html! { (job.actor_name.clone().unwrap_or_else(|| t.get("job-by-program"))) },
                html! { (look.moment_words(&look.local(job.created_at))) },
                html! { @if let Some(total) = job.total { span.ak-num { (t.number(job.done)) " / " (t.number(total)) } } @else { (crate::ui::tag::nothing()) } },
                words::state(t, job),
            ]
        })
        .collect();
    plain_table(&t.get("jobs-title"), &heads, &rows, None)
}
