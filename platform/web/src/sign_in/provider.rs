//! Signing in through a provider of identity: the buttons, the way there and back.

use super::{faulty, origin, own_address, page, signed_in};
use crate::fail::{Reply, encode, message};
use crate::flash::Flash;
use crate::form::Form;
use crate::guard::Facts;
use crate::route::{Router, get, post};
use crate::state::Web;
use crate::ui::button::Button;
use crate::ui::form::error_summary;
use crate::visit::Visit;
use akrab_engine::oidc::{Back, Errand, Finished, Provider};
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use std::time::Instant;

/// Sign-ins begun in a minute from one network address.
const PACE: u32 = 60;

/// Where providers say that somebody has signed out there.
pub(crate) const LEFT: &str = "/oidc/logout";

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/sign-in/with/{key}", get(begin))
        .route("/oidc/callback", get(back))
        .route(LEFT, post(left))
        .route("/settings/security/link/{key}", get(link))
}

/// Where providers send the browser back to.
pub(crate) fn callback(web: &Web, facts: &Facts) -> String {
    format!("{}/oidc/callback", crate::oauth::issuer(web, facts))
}

/// Where providers tell of who has signed out.
pub(crate) fn left_at(web: &Web, facts: &Facts) -> String {
    format!("{}{LEFT}", crate::oauth::issuer(web, facts))
}

#[derive(Deserialize)]
struct Left {
    logout_token: String,
}

/// `POST /oidc/logout`: the answers are those of the standard.
async fn left(State(web): State<Web>, Extension(facts): Extension<Facts>, Form(left): Form<Left>) -> Reply {
    web.pace.take(&format!("oidc {}", facts.ip), PACE, Instant::now())?;
    let kept = [(header::CACHE_CONTROL, "no-store")];
    match web.engine.oidc_leave(&left.logout_token).await {
        Ok(()) => Ok((kept, StatusCode::OK).into_response()),
        Err(problem) if problem.kind == ProblemKind::Invalid => {
            tracing::warn!(target: "akrab_web::sign_in", code = problem.code, cause = problem.cause, request = facts.id, "a sign-out by a provider was not believed");
            Ok((StatusCode::BAD_REQUEST, kept, axum::Json(serde_json::json!({ "error": "invalid_request" }))).into_response())
        }
        Err(problem) => Err(problem.into()),
    }
}

/// Buttons of the providers one may sign in with.
pub(super) fn buttons(facts: &Facts, providers: &[Provider], next: &str) -> Markup {
    let t = facts.guest_words();
    html! {
        @for provider in providers {
            @let href = format!("/sign-in/with/{}?next={}", provider.key, encode(next));
            (Button::new(t.with("sign-in-with", &[("name", provider.draft.name.clone().into())])).icon("key-round").large().href(href))
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wish {
    next: String,
    csrf: String,
}

async fn begin(State(web): State<Web>, Extension(facts): Extension<Facts>, Path(key): Path<String>, Query(wish): Query<Wish>) -> Reply {
    web.pace.take(&format!("oidc {}", facts.ip), PACE, Instant::now())?;
    go(&web, &facts, key, own_address(&wish.next), None).await
}

/// Whoever is signed in links himself to who he is at a provider.
async fn link(visit: Visit, Path(key): Path<String>, Query(wish): Query<Wish>) -> Reply {
    // a link that somebody else has laid out links nobody
    if wish.csrf != visit.csrf || visit.seeing.is_some() {
        return Err(Problem::new(ProblemKind::Forbidden, "csrf").into());
    }
    go(&visit.web, &visit.facts, key, "/settings/security", Some(visit.person.id)).await
}

async fn go(web: &Web, facts: &Facts, provider: String, next: &str, user: Option<i64>) -> Reply {
    let errand = Errand { provider, browser: facts.browser.clone(), redirect: callback(web, facts), next: next.into(), user };
    match web.engine.oidc_begin(errand).await {
        Ok(address) => Ok(Redirect::to(&address).into_response()),
        Err(problem) => Ok(refused(web, facts, &problem)),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Came {
    state: String,
    code: String,
    error: String,
    iss: String,
}

async fn back(State(web): State<Web>, Extension(facts): Extension<Facts>, Query(came): Query<Came>) -> Reply {
    let visit = Visit::find(&web, &facts).await?;
    let user = visit.as_ref().map(|visit| visit.person.id);
    let told = Back { state: came.state, code: came.code, error: came.error, issuer: came.iss, browser: facts.browser.clone() };
    match (web.engine.oidc_finish(told, user, &origin(&web, &facts)).await, visit) {
        (Ok(Finished::SignedIn { done, next }), _) => Ok(signed_in(&web, &facts, done, true, &next)),
        (Ok(Finished::Linked), Some(visit)) => visit.go("/settings/security", Flash::ok(visit.t.get("identity-linked"))),
        (Ok(Finished::Linked), None) => Ok(Redirect::to("/sign-in").into_response()),
        (Err(problem), _) => Ok(refused(&web, &facts, &problem)),
    }
}

/// Why it came to nothing, and the way back.
fn refused(web: &Web, facts: &Facts, problem: &Problem) -> Response {
    let t = facts.guest_words();
    tracing::warn!(target: "akrab_web::sign_in", code = problem.code, cause = problem.cause, request = facts.id, "a sign-in through a provider came to nothing");
    let card = html! {
        h1.ak-question { (t.get("sign-in-failed")) }
        (error_summary(t, &[(String::new(), message(t, problem))]))
        (Button::new(t.get("back-to-sign-in")).large().href("/sign-in"))
    };
    faulty(page(web, facts, &t.get("sign-in-failed"), card, html! {}), problem)
}
