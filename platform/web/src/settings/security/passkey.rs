//! One's own passkeys: which there are, making another, removing one.

use super::super::{Errors, faults};
use super::{Extra, current_password_again, draw, fault_of};
use crate::fail::{Fail, Reply};
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, post};
use crate::sign_in::party;
use crate::ui::button::Button;
use crate::ui::form::{self, Row, error_summary};
use crate::ui::input::{self, Input};
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::passkey::PasskeyView;
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use axum::Json;
use axum::extract::Path;
use axum::response::IntoResponse;
use maud::{Markup, html};

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/settings/security/passkeys/begin", post(begin))
        .route("/settings/security/passkeys", post(add))
        .route("/settings/security/passkeys/{id}/end", post(end))
}

pub(super) fn part(visit: &Visit, passkeys: &[PasskeyView], errors: &Errors) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let moment = |at: jiff::Timestamp| look.moment_words(&look.local(at));
    let heads = [t.get("passkey-name"), t.get("passkey-since"), t.get("last-used"), String::new()];
    let heads: Vec<_> = heads.iter().map(|head| (head.as_str(), false, None)).collect();
    let row = |key: &PasskeyView| {
        vec![
            html! { (key.name) },
            html! { (moment(key.created_at)) },
            html! { (key.used_at.map_or_else(|| "—".to_string(), moment)) },
            html! { form method="post" action={ "/settings/security/passkeys/" (key.id) "/end" } { (visit.token_field()) (Button::new(t.get("passkey-remove")).ghost().submit()) } },
        ]
    };
    html! {
        (error_summary(t, errors))
        @if !passkeys.is_empty() { (plain_table(&t.get("passkeys"), &heads, &passkeys.iter().map(row).collect::<Vec<_>>(), None)) }
        @if party(&visit.web, &visit.facts).is_err() {
            p.ak-muted { (t.get("problem-passkey-nowhere")) }
        } @else {
            form.ak-stack.ak-content-narrow method="post" action="/settings/security/passkeys" hidden data-passkey="/settings/security/passkeys/begin" data-make data-failed=(t.get("passkey-failed")) data-known=(t.get("passkey-known")) {
                (visit.token_field())
                input type="hidden" name="answer" value="";
                (form::row(t, &Row::new(t.get("passkey-name")).hint(t.get("passkey-name-hint")).error(fault_of(errors, "name")), Input { id: "f-passkey-name".into(), ..Input::new("name", "") }.required(true).attr("maxlength", "60"), input::text))
                (current_password_again(t, "passkey-password", errors))
                div.ak-error role="alert" hidden data-passkey-fault {}
                div { (Button::new(t.get("passkey-add")).icon("key-round").submit()) }
            }
            noscript { p.ak-muted { (t.get("passkey-script")) } }
        }
    }
}

/// What the browser is asked; for scripts.
async fn begin(visit: Visit, fields: Fields) -> Reply {
    let party = party(&visit.web, &visit.facts)?;
    let engine = visit.engine();
    engine.confirm_presence(visit.person.id, fields.get("current").unwrap_or(""), visit.session.created_at).await?;
    Ok(Json(engine.passkey_begin_add(visit.person.id, &party, &visit.facts.browser).await?).into_response())
}

async fn add(visit: Visit, fields: Fields) -> Reply {
    let party = party(&visit.web, &visit.facts)?;
    let done = visit.engine().passkey_add(&visit.ctx, &party, &visit.facts.browser, fields.text("answer"), fields.text("name")).await;
    match done {
        Ok(()) => visit.go("/settings/security", Flash::ok(visit.t.get("passkey-added"))),
        Err(problem) => draw(&visit, Extra { passkeys: faults(&visit, problem)?, ..Extra::default() }).await,
    }
}

async fn end(visit: Visit, Path(id): Path<String>) -> Reply {
    if visit.seeing.is_some() {
        return Err(Fail::from(Problem::new(ProblemKind::Forbidden, "seeing_as")));
    }
    visit.write(move |tx| tx.passkey_remove(&id)).await?;
    visit.go("/settings/security", Flash::ok(visit.t.get("passkey-removed")))
}
