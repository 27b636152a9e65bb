//! All changes of the workspace as one file, and those of a file in.

use super::super::{Errors, frame, show};
use super::plan;
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::form::{Row, error_summary, row};
use crate::ui::frame::content;
use crate::ui::input::{self, Input};
use crate::visit::Visit;
use akrab_engine::shape::FileOutlook;
use akrab_model::Problem;
use axum::extract::Query;
use maud::{Markup, html};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Asked {
    object: Option<String>,
}

/// `GET /settings/objects/export`
pub(super) async fn export(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    let text = visit.engine().shape_export(&visit.ctx, asked.object.as_deref())?;
    crate::download::bytes(text.into_bytes(), "akrab-objects.toml", "application/toml")
}

/// `GET /settings/objects/import`
pub(super) async fn ask(visit: Visit) -> Reply {
    visit.require_admin()?;
    draw(&visit, "", None, &Errors::new()).await
}

async fn draw(visit: &Visit, text: &str, come: Option<&FileOutlook>, errors: &Errors) -> Reply {
    let t = visit.t;
    let body = html! {
        (error_summary(t, errors))
        @match come {
            Some(come) => {
                (outlook(visit, come))
                form.ak-row.ak-gap-8 method="post" action="/settings/objects/import" {
                    (visit.token_field())
                    input type="hidden" name="text" value=(text);
                    @if !come.touched.is_empty() { (Button::new(t.get("shape-import-do")).primary().submit_as("sure", "1")) }
                    (Button::new(t.get("cancel")).ghost().href("/settings/objects"))
                }
            }
            None => {
                p.ak-muted { (t.get("shape-import-text")) }
                form.ak-stack method="post" action="/settings/objects/import" enctype="multipart/form-data" {
                    (visit.token_field())
                    (row(t, &Row::new(t.get("shape-import-file")), Input::new("file", ""), |i| input::file_drop(t, i, ".toml")))
                    (row(t, &Row::new(t.get("shape-import-paste")), Input::new("text", text), |i| input::textarea(i, 12)))
                    div { (Button::new(t.get("shape-import-try")).primary().submit()) }
                }
            }
        }
    };
    let frame = frame(visit, &t.get("shape-import")).await;
    show(visit, &frame, content(false, html! { div.ak-stack { (body) } }), !errors.is_empty()).await
}

/// What a file would change.
fn outlook(visit: &Visit, come: &FileOutlook) -> Markup {
    let t = visit.t;
    html! {
        @if come.touched.is_empty() { p { (t.get("shape-import-nothing")) } }
        ul.ak-use-list { @for touched in &come.touched {
            @let name = come.outlook.registry.object(&touched.object).map_or_else(|| touched.object.clone(), |o| o.plural_label(visit.lang()).to_string());
            @let words = |keys: &[String]| keys.join(", ");
            li { b { (name) } " "
                @if touched.new { (crate::ui::tag(&t.get("shape-new"))) }
                @if !touched.new_fields.is_empty() { div.ak-muted { (t.get("shape-new-fields")) ": " (words(&touched.new_fields)) } }
                @if !touched.changed_fields.is_empty() { div.ak-muted { (t.get("shape-changed-fields")) ": " (words(&touched.changed_fields)) } }
                @if touched.looks && !touched.new { div.ak-muted { (t.get("shape-changed-looks")) } }
            }
        } }
        @if !come.outlook.lines.is_empty() { (plan::table(t, &come.outlook.lines)) }
    }
}

/// `POST /settings/objects/import`: a trial first, then with a yes the thing itself.
pub(super) async fn take(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let text = match fields.text("file").parse::<i64>() {
        Ok(file) => {
            let file = visit.engine().file(&visit.ctx, file).await?;
            let content = tokio::fs::read(visit.engine().file_local(&file).await?).await.map_err(Problem::internal)?;
            String::from_utf8_lossy(&content).into_owned()
        }
        Err(_) => fields.get("text").unwrap_or_default().to_string(),
    };
    let sure = fields.ticked("sure");
    match visit.engine().shape_import(&visit.ctx, &text, !sure).await {
        Ok(_) if sure => visit.go("/settings/objects", Flash::ok(visit.t.get("shape-imported"))),
        Ok(come) => draw(&visit, &text, Some(&come), &Errors::new()).await,
        Err(problem) => {
            let faults = super::super::faults(&visit, problem)?;
            let errors: Errors = faults.into_iter().map(|(_, words)| (String::new(), words)).collect();
            draw(&visit, &text, None, &errors).await
        }
    }
}
