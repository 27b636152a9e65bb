//! Step one: a file comes in.

use super::{errand, importable};
use crate::guard::UPLOAD_LIMIT;
use crate::ui::button::Button;
use crate::ui::form::{Row, row};
use crate::ui::frame::content;
use crate::ui::input::{self, Input};
use crate::{Reply, Visit, fail};
use akrab_model::problem::ProblemKind;
use akrab_model::{Object, Problem};
use axum::extract::{Multipart, Path, Query};
use maud::{Markup, html};

#[derive(serde::Deserialize)]
pub struct Asked {
    /// The import whose refused rows are to be mended.
    mend: Option<i64>,
}

/// `GET /{plural}/import`, with `mend` for the refused rows of an earlier import.
pub async fn ask(visit: Visit, Path(plural): Path<String>, Query(asked): Query<Asked>) -> Reply {
    let object = importable(&visit, &plural)?;
    let frame = frame(&visit, &object).await;
    let mend = match asked.mend {
        Some(job) => mending(&visit, job, visit.engine().import_report(&visit.ctx, job).await?.1.counts.refused),
        None => html! {},
    };
    visit.page(&frame, draw(&visit, &object, "", mend))
}

/// First the file of refused rows, then it comes back mended.
fn mending(visit: &Visit, job: i64, refused: u64) -> Markup {
    let t = visit.t;
    let count = t.number(refused as i64);
    html! {
        div.ak-notice data-tone="neutral" {
            (crate::ui::icon("wrench"))
            span { (t.get("import-mend-text")) }
            span.ak-spacer {}
            (Button::new(t.with("import-download", &[("n", count.into())])).icon("download").href(format!("/jobs/{job}/errors")))
        }
    }
}

async fn frame(visit: &Visit, object: &Object) -> crate::ui::frame::Frame {
    let mut frame = visit.frame(&visit.t.get("import-title")).await;
    frame
        .breadcrumb
        .push(crate::ui::frame::Crumb { label: object.plural_label(visit.lang()).into(), href: Some(format!("/{}", object.plural)) });
    frame
}

fn draw(visit: &Visit, object: &Object, error: &str, mend: Markup) -> Markup {
    let t = visit.t;
    let hint = t.with("import-upload-hint", &[("max", (UPLOAD_LIMIT as i64 / 1024 / 1024).into())]);
    html! {
        (errand(t, object, None, 0))
        (content(true, html! {
            h2.ak-question { (t.with("import-upload-head", &[("records", object.plural_label(visit.lang()).to_lowercase().into())])) }
            p.ak-muted { (t.get("import-upload-text")) }
            (mend)
            form method="post" action={ "/" (object.plural) "/import" } enctype="multipart/form-data" {
                (visit.token_field())
                (row(t, &Row::new(t.get("import-file")).hint(hint).error(error), Input::new("file", "").required(true), |i| input::file_drop(t, i, ".csv,.tsv,.txt,.xlsx,.vcf,.ics")))
                p { (Button::new(t.get("import-next")).primary().submit()) }
            }
        }))
    }
}

/// `POST /{plural}/import`: keeps the file and goes on when it can be read.
pub async fn take(visit: Visit, Path(plural): Path<String>, mut form: Multipart) -> Reply {
    let object = importable(&visit, &plural)?;
    let bad = |e: axum::extract::multipart::MultipartError| match e.status().as_u16() {
        413 => Problem::new(ProblemKind::TooLarge, "file_too_large").with("max", UPLOAD_LIMIT / 1024 / 1024),
        _ => Problem::malformed("bad_form"),
    };
    while let Some(field) = form.next_field().await.map_err(bad)? {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or("").to_string();
        let content = field.bytes().await.map_err(bad)?;
        let answer = async {
            let file = visit.engine().file_put(&visit.ctx, &name, std::io::Cursor::new(content), UPLOAD_LIMIT as u64).await?;
            let found = visit.engine().import_inspect(&visit.ctx, &object.key, file.id, None).await;
            if found.is_err() {
                // what is refused leaves nothing behind
                visit.engine().file_forget(&visit.ctx, &file).await?;
            }
            found
        };
        return match answer.await {
            Ok(found) => visit.go(&format!("/{plural}/import/{}", found.file), None),
            Err(problem) if problem.kind == ProblemKind::Internal => Err(problem.into()),
            Err(problem) => {
                visit.invalid(&frame(&visit, &object).await, draw(&visit, &object, &fail::message(visit.t, &problem), html! {}))
            }
        };
    }
    visit.invalid(&frame(&visit, &object).await, draw(&visit, &object, &visit.t.get("problem-file-empty"), html! {}))
}
