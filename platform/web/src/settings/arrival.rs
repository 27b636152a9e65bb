//! An archive comes in: brought, read wholly by a job, put in the place of an empty workspace. While the program lets
//! it take its place nobody is signed in, so a page of its own tells how far it is.

use crate::fail::{Fail, Reply, message};
use crate::file::feed::{Piece, feed};
use crate::flash::Flash;
use crate::form::Fields;
use crate::frame::bare;
use crate::guard::{BODY_LIMIT, Facts};
use crate::jobs::words;
use crate::route::{Router, get, post};
use crate::state::Web;
use crate::ui::button::Button;
use crate::ui::form::{Row, row};
use crate::ui::input::{self, Input};
use crate::ui::layout::{self, bare_card};
use crate::ui::setting::setting;
use crate::ui::status::{Status, status};
use crate::visit::Visit;
use akrab_engine::archive::{ArrivalReport, LARGEST};
use akrab_engine::{JobState, JobView};
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use axum::Extension;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, Multipart, Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect};
use maud::{Markup, html};

/// A page that waits asks again after so many seconds.
const AGAIN: &str = "2";

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/settings/archive/arrivals", post(take).layer(DefaultBodyLimit::max(LARGEST as usize + BODY_LIMIT)))
        .route("/settings/archive/arrivals/{job}", post(bring))
        .route("/arrival/{key}", get(wait))
}

/// The part of the page on which an archive is brought.
pub(super) fn ask(visit: &Visit, room: bool) -> Markup {
    let t = visit.t;
    let given = Row::new(t.get("archive-file")).hint(t.get("archive-file-hint"));
    let form = html! {
        form.ak-stack method="post" action="/settings/archive/arrivals" enctype="multipart/form-data" {
            (visit.token_field())
            (row(t, &given, Input::new("file", "").required(true), |i| input::file_drop(t, i, ".zip")))
            div { (Button::new(t.get("archive-check")).icon("search-check").submit()) }
        }
        @if !room { p.ak-muted { (t.get("archive-no-room")) } (commands(visit)) }
    };
    setting(&t.get("archive-bring"), &t.get("archive-bring-text"), false, form)
}

fn commands(visit: &Visit) -> Markup {
    let (file, folder) = (visit.t.get("archive-file-name"), visit.t.get("archive-folder-name"));
    html! { pre.ak-pre tabindex="0" { "akrab import-workspace " (file) ".akrab.zip --data " (folder) } }
}

async fn take(visit: Visit, mut form: Multipart) -> Reply {
    visit.require_admin()?;
    let bad = |error: MultipartError| unreadable(&error);
    while let Some(mut field) = form.next_field().await.map_err(bad)? {
        let name = field.file_name().unwrap_or("").to_string();
        if field.name() != Some("file") || name.is_empty() {
            continue;
        }
        return match put(&visit, &name, &mut field).await {
            Ok(job) => visit.go(&format!("/jobs/{job}"), None),
            Err(problem) if problem.kind == ProblemKind::Internal => Err(problem.into()),
            Err(problem) => visit.go("/settings/archive", Flash::bad(message(visit.t, &problem))),
        };
    }
    visit.go("/settings/archive", Flash::bad(visit.t.get("problem-file-empty")))
}

fn unreadable(error: &MultipartError) -> Fail {
    match error.status().as_u16() {
        413 => Problem::new(ProblemKind::TooLarge, "file_too_large").with("max", LARGEST >> 20).into(),
        _ => Problem::malformed("bad_form").into(),
    }
}

/// Keeps the archive as it comes.
async fn put(visit: &Visit, name: &str, field: &mut Field<'_>) -> akrab_engine::Result<i64> {
    let (sender, content) = feed();
    let fed = async move {
        let mut wanted = true;
        // what is refused is still read to its end: whoever sends hears the answer only then
        while let Ok(Some(bytes)) = field.chunk().await {
            wanted = wanted && sender.send(Piece::Bytes(bytes)).await.is_ok();
        }
        let _ = sender.send(Piece::End).await;
    };
    // one that broke off has no end, and its check says so
    let ((), job) = tokio::join!(fed, visit.engine().archive_take(&visit.ctx, name, content));
    job
}

/// What stands on the page of the job that has read an archive.
pub(crate) async fn result(visit: &Visit, job: &JobView) -> Result<Markup, Fail> {
    let t = visit.t;
    let report: ArrivalReport = serde_json::from_value(job.result.clone()).unwrap_or_default();
    if job.payload["admin"].is_string() {
        return Ok(html! {});
    }
    let made = report.made_at.parse().map_or_else(|_| report.made_at.clone(), |at| visit.look().moment_words(&visit.look().local(at)));
    let room = visit.engine().archive_room(&visit.ctx).await?;
    let words = [("company", report.company.clone().into()), ("when", made.into()), ("program", report.program.clone().into())];
    Ok(html! {
        p { (status(Status::Ok, &t.get("archive-whole"))) }
        p { (t.with("archive-of", &words)) }
        p { (super::archive::holds(visit, report.records, report.files, report.bytes)) }
        @if room && !report.administrators.is_empty() { (place(visit, job, &report)) }
        @else if room { p.ak-error { (t.get("archive-nobody")) } }
        @else { p.ak-muted { (t.get("archive-no-room")) } (commands(visit)) }
        (super::archive::counted(visit, &report.objects))
    })
}

/// Who signs in afterwards, and the word for it.
fn place(visit: &Visit, job: &JobView, report: &ArrivalReport) -> Markup {
    let t = visit.t;
    let own = &visit.person.email;
    let known = report.administrators.iter().find(|(email, _)| email == own).or(report.administrators.first());
    let chosen = known.map_or("", |(email, _)| email.as_str());
    let people: Vec<(String, String)> =
        report.administrators.iter().map(|(email, name)| (email.clone(), format!("{name} · {email}"))).collect();
    html! {
        form.ak-stack method="post" action={ "/settings/archive/arrivals/" (job.id) } {
            (visit.token_field())
            p { (t.get("archive-replaces")) }
            (row(t, &Row::new(t.get("archive-admin")).hint(t.get("archive-admin-hint")), Input::new("admin", chosen), |i| input::select(i, &people)))
            (row(t, &Row::new(t.get("password-current")), Input::new("current", "").required(true), |i| input::password(t, i, "current-password")))
            div { (Button::new(t.get("archive-bring-do")).icon("package-open").primary().submit()) }
        }
    }
}

async fn bring(visit: Visit, Path(job): Path<i64>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let begun = match visit.engine().confirm_password(visit.person.id, fields.get("current").unwrap_or("")).await {
        Ok(()) => visit.engine().archive_bring(&visit.ctx, job, fields.get("admin").unwrap_or("")).await,
        Err(problem) => Err(problem),
    };
    match begun {
        Ok(key) => visit.go(&format!("/arrival/{key}"), None),
        Err(problem) if matches!(problem.kind, ProblemKind::Internal | ProblemKind::NotFound) => Err(problem.into()),
        Err(problem) => visit.go(&format!("/jobs/{job}"), Flash::bad(message(visit.t, &problem))),
    }
}

/// `GET /arrival/{key}`: how far it is; on to the sign-in once it has taken its place.
async fn wait(State(web): State<Web>, Extension(facts): Extension<Facts>, Path(key): Path<String>) -> Reply {
    let t = facts.guest_words();
    let job = web.engine.archive_arriving(&key).await?;
    let Some(job) = job else {
        let mut response = Redirect::to("/sign-in").into_response();
        let told = Flash::ok(t.get("archive-arrived")).cookie(&web.config);
        response.headers_mut().append(header::SET_COOKIE, told);
        return Ok(response);
    };
    let fault = words::error(t, &job);
    let over = job.state.is_over() && job.state != JobState::Done;
    let card = html! {
        h1.ak-question { (t.get("archive-arriving-title")) }
        @if let Some(fault) = &fault { p.ak-error { (fault) } }
        @if over {
            p { (t.get("archive-as-before")) }
            p { (Button::new(t.get("settings-archive")).href("/settings/archive")) }
        } @else {
            p { (t.get("archive-arriving-text")) }
            (words::bar(t, &job))
        }
    };
    let mut response = layout::bare(&bare(&web, &facts, &t.get("archive-arriving-title")), bare_card(card, html! {})).into_response();
    if !over {
        response.headers_mut().insert(header::REFRESH, HeaderValue::from_static(AGAIN));
    }
    Ok(response)
}
