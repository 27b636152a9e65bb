//! One job: progress while it runs, what became of it afterwards.

use super::words;
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::ui::table::plain_table;
use crate::{Fail, Flash, Reply, Visit, download};
use akrab_engine::bulk::BulkReport;
use akrab_engine::export::ExportReport;
use akrab_engine::import::UndoReport;
use akrab_engine::{JobState, JobView};
use akrab_model::{FieldProblem, Problem};
use axum::extract::{Path, Query};
use axum::response::IntoResponse;
use maud::{Markup, html};

/// `GET /jobs/{job}`.
pub async fn show(visit: Visit, Path(id): Path<i64>, Query(looked): Query<crate::import::job::Looked>) -> Reply {
    let job = visit.engine().job(&visit.ctx, id).await?;
    if job.kind == "import" {
        return crate::import::job::show(visit, job, looked).await;
    }
    let t = visit.t;
    let mut frame = visit.frame(&words::title(&visit, &job)).await;
    frame.breadcrumb.push(visit.crumb("jobs-title", "/jobs"));
    let buttons = buttons(&visit, &job).await?;
    let became = match job.kind.as_str() {
        "arrival" if job.state == JobState::Done => crate::settings::arrival::result(&visit, &job).await?,
        _ if job.state == JobState::Done => result(&visit, &job),
        _ => html! {},
    };
    let body = content(
        true,
        html! {
            div.ak-job {
                (head(&visit, &job))
                (became)
                @if let Some(error) = words::error(t, &job) { p.ak-error { (error) } }
                (buttons)
            }
        },
    );
    visit.page(&frame, body)
}

/// State, who, when and the bar; keeps itself up to date while the job runs.
pub fn head(visit: &Visit, job: &JobView) -> Markup {
    let (t, look) = (visit.t, visit.look());
    html! {
        div id="job-progress" hx-get=[(!job.state.is_over()).then(|| format!("/jobs/{}/progress", job.id))] hx-trigger="every 1s" hx-swap="outerHTML" {
            p { (words::state(t, job)) " "
                span.ak-muted {
                    (job.actor_name.clone().unwrap_or_else(|| t.get("job-by-program"))) " · " (look.moment_words(&look.local(job.created_at)))
                }
            }
            @if !job.state.is_over() || job.total.is_some() { (words::bar(t, job)) }
        }
    }
}

/// `GET /jobs/{job}/progress`: the head alone, or on to the whole page when the job is over.
pub async fn progress(visit: Visit, Path(id): Path<i64>) -> Reply {
    let job = visit.engine().job(&visit.ctx, id).await?;
    if job.state.is_over() {
        return visit.go(&format!("/jobs/{id}"), None);
    }
    Ok(head(&visit, &job).into_response())
}

/// What may be done with it now.
///
/// # Errors
/// What the database answers.
pub async fn buttons(visit: &Visit, job: &JobView) -> Result<Markup, Fail> {
    let t = visit.t;
    let (undoable, undone) = visit.engine().job_undone(&visit.ctx, job).await?;
    let post = |verb: &str, button: Button| {
        html! {
            form method="post" action={ "/jobs/" (job.id) "/" (verb) } { (visit.token_field()) (button.submit()) }
        }
    };
    Ok(html! {
        @if let Some(by) = undone { p.ak-muted { (t.get("job-undone")) " " a.ak-link href={ "/jobs/" (by) } { (t.get("job-undone-by")) } } }
        div.ak-line {
            @if !job.state.is_over() { (post("cancel", Button::new(t.get("job-cancel")).icon("x"))) }
            @if matches!(job.state, JobState::Failed | JobState::Dead | JobState::Cancelled) { (post("retry", Button::new(t.get("job-retry")).icon("refresh-cw"))) }
            @if undoable { (post("undo", Button::new(t.get("job-undo-do")).icon("undo-2"))) }
        }
    })
}

fn result(visit: &Visit, job: &JobView) -> Markup {
    match job.kind.as_str() {
        "export" => exported(visit, job),
        "bulk" => changed(visit, job),
        "undo" => undone(visit, job),
        "placing" => crate::settings::territories::result(visit, job),
        "archive" => crate::settings::archive::result(visit, job),
        "clean" => crate::cleaning::result(visit, job),
        "clean_undo" => crate::cleaning::undone(visit, job),
        "access_copy" => copied(visit, job),
        "merge_many" => crate::twin::merged_many(visit, job),
        _ => html! {},
    }
}

fn copied(visit: &Visit, job: &JobView) -> Markup {
    let t = visit.t;
    let report: akrab_engine::privacy::CopyReport = serde_json::from_value(job.result.clone()).unwrap_or_default();
    let (records, files) = (t.number(report.records as i64), t.number(report.files as i64));
    html! { p { (t.with("privacy-copied", &[("records", records.into()), ("files", files.into()), ("name", report.name.into())])) } }
}

fn exported(visit: &Visit, job: &JobView) -> Markup {
    let t = visit.t;
    let report: ExportReport = serde_json::from_value(job.result.clone()).unwrap_or_default();
    html! {
        p { (t.with("export-done", &[("n", t.number(report.rows as i64).into()), ("name", report.name.clone().into())])) }
        p { (Button::new(t.get("job-download")).icon("download").primary().href(format!("/jobs/{}/file", job.id))) }
    }
}

fn changed(visit: &Visit, job: &JobView) -> Markup {
    let t = visit.t;
    let report: BulkReport = serde_json::from_value(job.result.clone()).unwrap_or_default();
    let object = visit.engine().object(&report.object).ok();
    let name = |field: &Option<String>| {
        let label = field.as_ref().and_then(|f| Some(object.as_ref()?.field(f)?.label.get(visit.lang()).to_string()));
        label.or_else(|| field.clone()).unwrap_or_default()
    };
    let figure = |n: u64| t.number(n as i64);
    let (record, field, reason) = (t.get("bulk-record"), t.get("import-field"), t.get("import-note"));
    let heads = [(record.as_str(), false, None), (field.as_str(), false, Some(180)), (reason.as_str(), false, None)];
    let rows: Vec<Vec<Markup>> = report
        .listed
        .iter()
        .map(|one| {
            let href = object.as_ref().map(|o| format!("/{}/{}", o.plural, one.id)).unwrap_or_default();
            let title = if one.title.is_empty() { format!("#{}", one.id) } else { one.title.clone() };
            let fault = FieldProblem { pointer: String::new(), code: one.code.clone(), args: one.args.clone() };
            vec![
                html! { a.ak-link href=(href) { (title) } },
                html! { (name(&one.field)) },
                html! { (crate::fail::field_message(t, &fault)) },
            ]
        })
        .collect();
    html! {
        p { (t.with(match &report.made { Some(_) => "bulk-made", None if report.delete => "bulk-deleted", None => "bulk-changed" }, &[
            ("made", report.made.as_ref().and_then(|key| visit.engine().object(key).ok()).map_or_else(String::new, |o| o.label(visit.lang()).to_lowercase()).into()),
            ("changed", figure(report.changed).into()), ("unchanged", figure(report.unchanged).into()), ("skipped", figure(report.skipped).into())])) }
        @if let Some(object) = &object {
            p { a.ak-link href={ "/" (object.plural) } { (t.with("import-open", &[("records", object.plural_label(visit.lang()).to_lowercase().into())])) } }
        }
        @if !rows.is_empty() { h2 { (t.get("bulk-skipped")) } (plain_table(&t.get("bulk-skipped"), &heads, &rows, None)) }
    }
}

fn undone(visit: &Visit, job: &JobView) -> Markup {
    let t = visit.t;
    let report: UndoReport = serde_json::from_value(job.result.clone()).unwrap_or_default();
    let figure = |n: u64| t.number(n as i64);
    html! {
        p { (t.with("undo-report", &[("removed", figure(report.removed).into()), ("restored", figure(report.restored).into()), ("kept", figure(report.kept).into())])) }
        @if !report.listed.is_empty() {
            h2 { (t.get("undo-kept")) }
            ul { @for (object, id, title, field) in &report.listed {
                @if let Ok(object) = visit.engine().object(object) {
                    li {
                        a.ak-link href={ "/" (object.plural) "/" (id) } { (if title.is_empty() { format!("#{id}") } else { title.clone() }) }
                        @if let Some(field) = object.field(field) { " · " (field.label.get(visit.lang())) }
                    }
                }
            } }
        }
    }
}

/// `POST /jobs/{job}/cancel`.
pub async fn cancel(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.engine().job_cancel(&visit.ctx, id).await?;
    visit.go(&format!("/jobs/{id}"), Flash::ok(visit.t.get("job-cancel-done")))
}

/// `POST /jobs/{job}/retry`.
pub async fn retry(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.engine().job_retry(&visit.ctx, id).await?;
    visit.go(&format!("/jobs/{id}"), Flash::ok(visit.t.get("job-retry-done")))
}

/// `POST /jobs/{job}/undo`.
pub async fn undo(visit: Visit, Path(id): Path<i64>) -> Reply {
    let undo = visit.engine().job_undo(&visit.ctx, id).await?;
    visit.go(&format!("/jobs/{undo}"), None)
}

/// `GET /jobs/{job}/file`: the file a job has made.
pub async fn file(visit: Visit, Path(id): Path<i64>) -> Reply {
    let job = visit.engine().job(&visit.ctx, id).await?;
    let report: ExportReport = serde_json::from_value(job.result).map_err(|_| Problem::not_found())?;
    let file = visit.engine().file(&visit.ctx, report.file).await?;
    let content = std::fs::File::open(visit.engine().file_local(&file).await?).map_err(Problem::internal)?;
    download::file(content, &file.name, akrab_engine::export::ExportFormat::of_name(&file.name).mime()).await
}

/// `GET /jobs/{job}/errors`: the refused rows of an import, with their reasons.
pub async fn errors(visit: Visit, Path(id): Path<i64>) -> Reply {
    let t = visit.t;
    let content = visit.engine().import_errors(&visit.ctx, id, move |note| words::note(t, note)).await?;
    download::bytes(content, &format!("{}-{id}.csv", t.get("import-errors-name")), "text/csv; charset=utf-8")
}
