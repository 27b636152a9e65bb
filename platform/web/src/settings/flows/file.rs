//! Flows as a file, out and in.

use super::{Errors, frame, show};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::form::{Row, error_summary, row};
use crate::ui::frame::content;
use crate::ui::input::{self, Input};
use crate::ui::tag;
use crate::visit::Visit;
use akrab_engine::flow::Come;
use akrab_model::Problem;
use axum::extract::Query;
use maud::html;
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Asked {
    key: Option<String>,
}

/// `GET /settings/flows/export`
pub(super) async fn export(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    let name = asked.key.as_deref().map_or_else(|| "akrab-flows.toml".to_string(), |key| format!("akrab-flow-{key}.toml"));
    let text = visit.read(move |tx| tx.flow_export(asked.key.as_deref())).await?;
    crate::download::bytes(text.into_bytes(), &name, "application/toml")
}

/// `GET /settings/flows/import`
pub(super) async fn ask(visit: Visit) -> Reply {
    visit.require_admin()?;
    draw(&visit, "", None, &Errors::new()).await
}

async fn draw(visit: &Visit, text: &str, come: Option<&[Come]>, errors: &Errors) -> Reply {
    let t = visit.t;
    let body = html! {
        (error_summary(t, errors))
        @match come {
            Some(come) => {
                ul.ak-use-list { @for one in come {
                    li { b { (one.key) } " "
                        @if one.new { (tag(&t.get("flow-come-new"))) } @else if one.changed { (tag(&t.get("flow-come-changed"))) } @else { (tag(&t.get("flow-come-same"))) }
                        @if one.changed { div.ak-muted { (t.get(if one.new { "flow-come-new-text" } else { "flow-come-changed-text" })) } }
                    }
                } }
                form.ak-row.ak-gap-8 method="post" action="/settings/flows/import" {
                    (visit.token_field())
                    input type="hidden" name="text" value=(text);
                    @if come.iter().any(|one| one.changed) { (Button::new(t.get("flow-import-do")).primary().submit_as("sure", "1")) }
                    (Button::new(t.get("cancel")).ghost().href("/settings/flows"))
                }
            }
            None => {
                p.ak-muted { (t.get("flow-import-text")) }
                form.ak-stack method="post" action="/settings/flows/import" enctype="multipart/form-data" {
                    (visit.token_field())
                    (row(t, &Row::new(t.get("shape-import-file")), Input::new("file", ""), |i| input::file_drop(t, i, ".toml")))
                    (row(t, &Row::new(t.get("shape-import-paste")), Input::new("text", text), |i| input::textarea(i, 12)))
                    div { (Button::new(t.get("flow-import-try")).primary().submit()) }
                }
            }
        }
    };
    let frame = frame(visit, &t.get("flow-import")).await;
    show(visit, &frame, content(false, html! { div.ak-stack { (body) } }), !errors.is_empty()).await
}

/// `POST /settings/flows/import`: a trial first, then with a yes the thing itself.
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
    match visit.engine().flow_import(&visit.ctx, &text, !sure).await {
        Ok(_) if sure => visit.go("/settings/flows", Flash::ok(visit.t.get("flow-imported"))),
        Ok(come) => draw(&visit, &text, Some(&come), &Errors::new()).await,
        Err(problem) => {
            let named = |fault: &akrab_model::FieldProblem| {
                let place = fault.pointer.trim_start_matches('/').replace('/', " › ");
                (String::new(), format!("{place}: {}", crate::fail::field_message(visit.t, fault)))
            };
            let errors: Errors = match problem.fields.is_empty() {
                false => problem.fields.iter().map(named).collect(),
                true => super::super::faults(&visit, problem)?,
            };
            draw(&visit, &text, None, &errors).await
        }
    }
}
