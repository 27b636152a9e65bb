//! The whole workspace as one archive: asked for with the password, written by a job, fetched by its maker alone.

use super::{Errors, faults, frame, show};
use crate::fail::Reply;
use crate::form::Fields;
use crate::route::{Router, get};
use crate::ui::button::Button;
use crate::ui::form::{Row, error_summary, row};
use crate::ui::frame::content;
use crate::ui::input::{self, Input};
use crate::ui::setting::setting;
use crate::ui::table::plain_table;
use crate::visit::Visit;
use crate::{download, jobs};
use akrab_engine::archive::{ArchiveJob, ArchiveReport};
use akrab_engine::{Job, JobFilter, JobState, JobView};
use akrab_model::format;
use axum::extract::Path;
use maud::{Markup, html};

/// Archives listed.
const LISTED: usize = 10;

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new().route("/settings/archive", get(page).post(start)).route("/settings/archive/{job}/file", get(fetch))
}

async fn page(visit: Visit) -> Reply {
    draw(&visit, &Errors::new()).await
}

async fn draw(visit: &Visit, errors: &Errors) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let filter = JobFilter { kind: Some(ArchiveJob::KIND.into()), limit: LISTED, ..JobFilter::default() };
    let made = visit.engine().jobs(&visit.ctx, &filter).await?;
    let fault = errors.iter().find(|(name, _)| name == "current").map_or("", |(_, words)| words.as_str());
    let ask = html! {
        form.ak-stack method="post" action="/settings/archive" {
            (visit.token_field())
            (error_summary(t, errors))
            (row(t, &Row::new(t.get("password-current")).hint(t.get("archive-password-hint")).error(fault), Input::new("current", "").required(true), |i| {
                input::password(t, i, "current-password")
            }))
            div { (Button::new(t.get("archive-start")).icon("package").primary().submit()) }
        }
    };
    let room = visit.engine().archive_room(&visit.ctx).await?;
    let body = html! {
        div.ak-stack {
            (setting(&t.get("archive-write"), &t.get("archive-write-text"), false, ask))
            @if !made.is_empty() { (setting(&t.get("archive-made"), &t.get("archive-made-text"), true, table(visit, &made))) }
            (super::arrival::ask(visit, room))
        }
    };
    let frame = frame(visit, &t.get("settings-archive")).await;
    show(visit, &frame, content(false, body), !errors.is_empty()).await
}

fn table(visit: &Visit, made: &[JobView]) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let heads = ["job-when", "job-who", "archive-holds", "job-state", "archive-get"].map(|key| t.get(key));
    let widths = [Some(180), Some(180), None, Some(150), Some(150)];
    let heads: Vec<_> = heads.iter().zip(widths).map(|(head, width)| (head.as_str(), false, width)).collect();
    let row = |job: &JobView| {
        let report: Option<ArchiveReport> =
            (job.state == JobState::Done).then(|| serde_json::from_value(job.result.clone()).ok()).flatten();
        vec![
            html! { a.ak-link href={ "/jobs/" (job.id) } { (look.moment_words(&look.local(job.created_at))) } },
            html! { (job.actor_name.clone().unwrap_or_else(|| t.get("job-by-program"))) },
            html! { @if let Some(report) = &report { (holds(visit, report.records, report.files, report.bytes)) } @else { (crate::ui::tag::nothing()) } },
            jobs::words::state(t, job),
            html! { @if visit.engine().archive_there(&visit.ctx, job) { (get_it(visit, job)) } @else { (crate::ui::tag::nothing()) } },
        ]
    };
    plain_table(&t.get("archive-made"), &heads, &made.iter().map(row).collect::<Vec<_>>(), None)
}

/// "1.234 data, 5 berkas, 2 MB".
pub(super) fn holds(visit: &Visit, records: u64, files: u64, bytes: u64) -> String {
    let t = visit.t;
    let figures = [("records", t.number(records as i64)), ("files", t.number(files as i64)), ("size", size(visit, bytes))];
    t.with("archive-holds-words", &figures.map(|(name, value)| (name, value.into())))
}

fn size(visit: &Visit, bytes: u64) -> String {
    format::file_size(bytes, visit.t.lang)
}

fn get_it(visit: &Visit, job: &JobView) -> Markup {
    html! { (Button::new(visit.t.get("job-download")).icon("download").href(format!("/settings/archive/{}/file", job.id))) }
}

/// What stands on the job's own page.
pub(crate) fn result(visit: &Visit, job: &JobView) -> Markup {
    let t = visit.t;
    let report: ArchiveReport = serde_json::from_value(job.result.clone()).unwrap_or_default();
    html! {
        p { (holds(visit, report.records, report.files, report.bytes)) }
        @if visit.engine().archive_there(&visit.ctx, job) { p { (get_it(visit, job)) } p.ak-muted { (t.get("archive-made-text")) } }
        (counted(visit, &report.objects))
    }
}

/// Records of an archive by object.
pub(super) fn counted(visit: &Visit, objects: &serde_json::Value) -> Markup {
    let (t, registry) = (visit.t, visit.registry());
    let heads = [t.get("archive-object"), t.get("archive-records")];
    let heads: Vec<_> = heads.iter().enumerate().map(|(n, head)| (head.as_str(), n == 1, (n == 1).then_some(140))).collect();
    let all = objects.as_object().into_iter().flatten();
    let name = |key: &str| registry.object(key).map_or_else(|| key.to_string(), |object| object.plural_label(visit.lang()).to_string());
    let named = all.filter_map(|(key, rows)| Some((name(key), rows.as_i64().filter(|n| *n > 0)?)));
    let rows: Vec<Vec<Markup>> = named.map(|(name, rows)| vec![html! { (name) }, html! { (t.number(rows)) }]).collect();
    plain_table(&t.get("archive-holds"), &heads, &rows, None)
}

async fn start(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let begun = match visit.engine().confirm_password(visit.person.id, fields.get("current").unwrap_or("")).await {
        Ok(()) => visit.engine().archive_start(&visit.ctx).await,
        Err(problem) => Err(problem),
    };
    match begun {
        Ok(job) => visit.go(&format!("/jobs/{job}"), None),
        Err(problem) => draw(&visit, &faults(&visit, problem)?).await,
    }
}

async fn fetch(visit: Visit, Path(job): Path<i64>) -> Reply {
    visit.require_admin()?;
    let (file, report) = visit.engine().archive_fetch(&visit.ctx, job).await?;
    download::file(file, &report.name, "application/zip").await
}
