//! Signing in with a passkey, from the sign-in page or instead of a code.

use super::{Wish, code_page, faulty, origin, own_address, sign_in_page, signed_in, token_field};
use crate::fail::{Reply, message};
use crate::form::Form;
use crate::guard::{self, Facts};
use crate::route::{Router, post};
use crate::state::Web;
use crate::ui::button::Button;
use akrab_engine::passkey::Party;
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::{Extension, Json};
use maud::{Markup, html};
use serde::Deserialize;
use std::time::Instant;

/// Questions asked in a minute from one network address.
const PACE: u32 = 120;

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/sign-in/passkey/begin", post(begin))
        .route("/sign-in/passkey", post(finish))
        .route("/sign-in/code/passkey", post(second))
}

/// Whom browsers take this server for, as this one reaches it.
///
/// # Errors
/// `passkey_nowhere` where browsers keep no passkeys.
pub(crate) fn party(web: &Web, facts: &Facts) -> Result<Party, Problem> {
    Party::of(&crate::oauth::issuer(web, facts)).ok_or_else(|| Problem::new(ProblemKind::Invalid, "passkey_nowhere"))
}

/// The button; scripts show it where the browser knows passkeys.
pub(super) fn form(web: &Web, facts: &Facts, next: &str, action: &str) -> Markup {
    let t = facts.guest_words();
    html! {
        @if party(web, facts).is_ok() {
            form method="post" action=(action) hidden data-passkey="/sign-in/passkey/begin" data-failed=(t.get("passkey-failed")) data-known=(t.get("passkey-failed")) {
                (token_field(facts))
                input type="hidden" name="next" value=(own_address(next));
                input type="hidden" name="answer" value="";
                (Button::new(t.get("passkey-sign-in")).icon("key-round").large().submit())
                div.ak-error role="alert" hidden data-passkey-fault {}
            }
        }
    }
}

async fn begin(State(web): State<Web>, Extension(facts): Extension<Facts>) -> Reply {
    web.pace.take(&format!("passkey {}", facts.ip), PACE, Instant::now())?;
    Ok(Json(web.engine.passkey_begin(&party(&web, &facts)?, &facts.browser).await?).into_response())
}

#[derive(Deserialize)]
struct Answered {
    answer: String,
    #[serde(default)]
    next: String,
}

async fn finish(State(web): State<Web>, Extension(facts): Extension<Facts>, Form(input): Form<Answered>) -> Reply {
    let party = party(&web, &facts)?;
    match web.engine.passkey_sign_in(&party, &facts.browser, &input.answer, None, &origin(&web, &facts)).await {
        Ok(done) => Ok(signed_in(&web, &facts, done, true, &input.next)),
        Err(problem) if matches!(problem.kind, ProblemKind::Invalid | ProblemKind::Limited) => {
            let errors = [(String::new(), message(facts.guest_words(), &problem))];
            Ok(faulty(sign_in_page(&web, &facts, &Wish::on(&input.next), "", &errors).await, &problem))
        }
        Err(problem) => Err(problem.into()),
    }
}

/// The second factor by a passkey.
async fn second(State(web): State<Web>, Extension(facts): Extension<Facts>, Form(input): Form<Answered>) -> Reply {
    let party = party(&web, &facts)?;
    let pending = guard::session_cookie(&web, &facts.headers).map_or("", |(_, token)| token);
    match web.engine.passkey_sign_in(&party, &facts.browser, &input.answer, Some(pending), &origin(&web, &facts)).await {
        Ok(done) => Ok(signed_in(&web, &facts, done, true, &input.next)),
        Err(problem) if matches!(problem.kind, ProblemKind::Invalid | ProblemKind::Limited) => {
            let errors = [(String::new(), message(facts.guest_words(), &problem))];
            Ok(faulty(code_page(&web, &facts, &input.next, &errors), &problem))
        }
        Err(problem) => Err(problem.into()),
    }
}
