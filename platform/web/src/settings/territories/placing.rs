//! Placing all records anew: first how many would move, then doing it, as a job.

use crate::fail::{Fail, Reply};
use crate::form::Fields;
use crate::jobs::words;
use crate::route::{Router, post};
use crate::ui::button::Button;
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::sharing::PlaceReport;
use akrab_engine::{JobFilter, JobState, JobView};
use maud::{Markup, html};

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new().route("/settings/territories/placing", post(start))
}

async fn start(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let job = visit.engine().place_all(&visit.ctx, fields.text("do") != "place").await?;
    visit.go(&format!("/jobs/{job}"), None)
}

/// What was placed last, what is being placed now, and the buttons.
pub(super) async fn part(visit: &Visit) -> Result<Markup, Fail> {
    let t = visit.t;
    let filter = JobFilter { kind: Some("placing".into()), limit: 3, ..JobFilter::default() };
    let jobs = visit.engine().jobs(&visit.ctx, &filter).await?;
    let look = visit.look();
    let row = |job: &JobView| {
        let moved = report(job).map_or_else(String::new, |report| t.with("placing-moved", &[("n", t.number(report.moved as i64).into())]));
        vec![
            html! { a.ak-link href={ "/jobs/" (job.id) } { (words::title(visit, job)) } },
            html! { (look.moment_words(&look.local(job.created_at))) },
            words::state(t, job),
            html! { (moved) },
        ]
    };
    let heads = [t.get("job-what"), t.get("job-when"), t.get("job-state"), t.get("placing-result")];
    let heads: Vec<_> = heads.iter().map(|head| (head.as_str(), false, None)).collect();
    Ok(html! {
        @if !jobs.is_empty() { (plain_table(&t.get("placing"), &heads, &jobs.iter().map(row).collect::<Vec<_>>(), None)) }
        form.ak-row.ak-gap-8 method="post" action="/settings/territories/placing" {
            (visit.token_field())
            (Button::new(t.get("placing-look")).icon("eye").submit_as("do", "look"))
            (Button::new(t.get("placing-do")).icon("map-pin").submit_as("do", "place"))
        }
    })
}

fn report(job: &JobView) -> Option<PlaceReport> {
    serde_json::from_value(job.result.clone()).ok().filter(|_| job.state == JobState::Done)
}

/// What a job of placing came to, on its page.
pub(crate) fn result(visit: &Visit, job: &JobView) -> Markup {
    let t = visit.t;
    let Some(report) = report(job) else { return html! {} };
    let sharing = visit.engine().people().sharing.clone();
    let name = |id: Option<i64>| {
        id.map_or_else(|| t.get("territory-none"), |id| sharing.name(id).map_or_else(|| format!("#{id}"), str::to_string))
    };
    let object = |key: &str| visit.engine().object(key).map_or_else(|_| key.to_string(), |o| o.plural_label(visit.lang()).to_string());
    let heads = [t.get("object"), t.get("placing-from"), t.get("placing-to"), t.get("placing-n")];
    let heads: Vec<_> = heads.iter().enumerate().map(|(n, head)| (head.as_str(), n == 3, None)).collect();
    let rows: Vec<Vec<Markup>> = report
        .moves
        .iter()
        .map(|m| vec![html! { (object(&m.object)) }, html! { (name(m.from)) }, html! { (name(m.to)) }, html! { (t.number(m.n as i64)) }])
        .collect();
    let key = if report.dry { "placing-would" } else { "placing-done" };
    html! {
        p { (t.with(key, &[("n", t.number(report.moved as i64).into()), ("all", t.number(report.looked_at as i64).into())])) }
        @if !rows.is_empty() { (plain_table(&t.get("placing-result"), &heads, &rows, None)) }
        div.ak-row.ak-gap-8 {
            @if report.dry && report.moved > 0 && visit.ctx.is_admin() {
                form method="post" action="/settings/territories/placing" { (visit.token_field()) (Button::new(t.get("placing-do")).primary().icon("map-pin").submit_as("do", "place")) }
            }
            (Button::new(t.get("settings-territories")).href("/settings/territories"))
        }
    }
}
