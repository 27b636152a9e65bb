//! Somebody leaves the firm: who takes over, and the account is closed.

use super::line::{Filled, Kind, Line, buttons, draw};
use super::{Errors, faults, show_form};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, get};
use crate::ui::button::Button;
use crate::visit::Visit;
use akrab_model::Problem;
use axum::extract::Path;
use maud::html;

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new().route("/settings/users/{id}/leave", get(ask).post(leave))
}

async fn ask(visit: Visit, Path(id): Path<i64>) -> Reply {
    form(&visit, id, &Filled::default(), &Errors::new()).await
}

async fn form(visit: &Visit, id: i64, filled: &Filled, errors: &Errors) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let people = visit.engine().people();
    let person = people.user(id).cloned().ok_or_else(Problem::not_found)?;
    let found = visit.engine().hand_over_preview(&visit.ctx, id).await?;
    let others = people.at_work().into_iter().filter(|p| p.id != id).map(|p| (p.id.to_string(), p.name.clone()));
    let choices = std::iter::once((String::new(), String::new())).chain(others).collect();
    let lines = [Line::new(t, "to", "leave-to", Kind::Choice(choices)).required()];
    let body = html! {
        form.ak-stack method="post" action={ "/settings/users/" (id) "/leave" } {
            (visit.token_field())
            p { (t.with("leave-text", &[("name", person.name.as_str().into())])) }
            @if found.is_empty() { p.ak-muted { (t.get("leave-nothing")) } } @else {
                p { (t.get("leave-list")) }
                ul.ak-bullets { @for (object, count) in &found { li { (object.plural_label(visit.lang())) ": " b.ak-num { (t.number(*count as i64)) } } } }
                (draw(t, &lines, filled, errors))
            }
            @if found.is_empty() { @for (_, words) in errors { div.ak-error role="alert" { (words) } } }
            (buttons(t, Button::new(t.get("leave-do")).danger(), &format!("/settings/users/{id}")))
        }
    };
    show_form(visit, &t.with("leave-title", &[("name", person.name.as_str().into())]), body, errors).await
}

async fn leave(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let person = visit.engine().people().user(id).cloned().ok_or_else(Problem::not_found)?;
    match visit.engine().hand_over(&visit.ctx, id, fields.text("to").parse().ok()).await {
        Ok(jobs) => {
            visit.engine().end_sessions(&visit.ctx, id, None).await?;
            let flash = Flash::ok(visit.t.with("leave-done", &[("name", person.name.as_str().into())]));
            let flash = if jobs > 0 { flash.link(visit.t.get("jobs-title"), "/jobs") } else { flash };
            visit.go("/settings/users", flash)
        }
        Err(problem) => form(&visit, id, &Filled::typed(&fields), &faults(&visit, problem)?).await,
    }
}
