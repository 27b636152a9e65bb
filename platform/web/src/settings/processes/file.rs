//! Maps as a file, out of one workspace and into another.

use crate::download;
use crate::fail::{Reply, field_errors};
use crate::flash::Flash;
use crate::form::Fields;
use crate::settings::{Errors, frame, show as show_settings};
use crate::ui::button::Button;
use crate::ui::form::{self, Row, error_summary};
use crate::ui::frame::content;
use crate::ui::input::{self, Input};
use crate::visit::Visit;
use akrab_model::problem::ProblemKind;
use maud::html;

/// `GET /settings/processes/export`
pub(super) async fn export(visit: Visit) -> Reply {
    visit.require_admin()?;
    let text = visit.read(|tx| tx.processes_file()).await?;
    download::bytes(text.into_bytes(), "processes.toml", "application/toml")
}

/// `GET /settings/processes/import`
pub(super) async fn show(visit: Visit) -> Reply {
    visit.require_admin()?;
    draw(&visit, "", &Errors::new()).await
}

async fn draw(visit: &Visit, typed: &str, errors: &Errors) -> Reply {
    let t = visit.t;
    let body = html! {
        div.ak-stack {
            p { (t.get("process-file-text")) }
            form.ak-stack method="post" action="/settings/processes/import" {
                (visit.token_field())
                (error_summary(t, errors))
                (form::row(t, &Row::new(t.get("process-file")), Input::new("file", typed).attr("spellcheck", "false"), |i| input::textarea(i, 14)))
                (crate::settings::line::buttons(t, Button::new(t.get("process-file-in")).primary(), "/settings/processes"))
            }
        }
    };
    let frame = frame(visit, &t.get("process-file-in")).await;
    show_settings(visit, &frame, content(true, body), !errors.is_empty()).await
}

/// `POST /settings/processes/import`
pub(super) async fn import(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let text = fields.text("file").to_string();
    let file = text.clone();
    match visit.write(move |tx| tx.processes_read(&file)).await {
        Ok(n) => visit.go("/settings/processes", Flash::ok(visit.t.with("process-file-taken", &[("n", n.into())]))),
        Err(fail) if fail.problem.kind == ProblemKind::Invalid => {
            let errors = field_errors(visit.t, &fail.problem).into_iter().map(|(_, words)| ("file".to_string(), words)).collect();
            draw(&visit, &text, &errors).await
        }
        Err(fail) => Err(fail),
    }
}
