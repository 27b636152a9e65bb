//! `/confirm/SECRET`: a customer looks at what is known of him and says what is right. Opening it changes nothing, and a link
//! that is over shows nothing.

use crate::fail::{Fail, Reply, field_errors, message};
use crate::form::Form;
use crate::guard::Facts;
use crate::route::{Router, get};
use crate::state::Web;
use crate::ui::button::Button;
use crate::ui::form::error_summary;
use crate::ui::layout;
use crate::value::input::Sheet;
use crate::value::{Look, Typed};
use akrab_engine::Ctx;
use akrab_engine::fresh::{ConfirmationPage, ConfirmationState};
use akrab_model::problem::ProblemKind;
use akrab_model::{Field, FieldProblem, Problem, format};
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use std::collections::HashMap;
use std::time::Instant;

/// What the addresses begin with.
pub(crate) const CONFIRM: &str = "/confirm/";
/// Tries a minute from one network address.
const PACE: u32 = 20;

#[inline(always)]
pub(crate) fn routes() -> Router {
    Router::new().route("/confirm/{secret}", get(show).post(take))
}

async fn show(State(web): State<Web>, Extension(facts): Extension<Facts>, Path(secret): Path<String>) -> Reply {
    paced(&web, &facts)?;
    match web.engine.confirmation_open(&secret, Some(facts.ip)).await {
        Ok(page) => {
            let look = guest_look(&web, &facts, &page.ctx);
            let typed = Typed::of_record(&look, &page.record, asked(&page).iter());
            Ok(ask(&web, &facts, &look, &page, &secret, &typed, &[]))
        }
        Err(problem) => over(&web, &facts, problem),
    }
}

async fn take(
    State(web): State<Web>,
    Extension(facts): Extension<Facts>,
    Path(secret): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Reply {
    paced(&web, &facts)?;
    let page = match web.engine.confirmation_open(&secret, Some(facts.ip)).await {
        Ok(page) => page,
        Err(problem) => return over(&web, &facts, problem),
    };
    let look = guest_look(&web, &facts, &page.ctx);
    let typed = Typed::posted(pairs);
    let input = typed.input(asked(&page).iter());
    match web.engine.confirmation_take(&secret, input, Some(facts.ip)).await {
        Ok(state) => {
            let text = if state == ConfirmationState::Confirmed { "confirm-thanks-same" } else { "confirm-thanks-changed" };
            let t = look.t;
            let card = html! { div.ak-open-thanks role="status" { (crate::ui::icon::icon_sized("circle-check", 28)) h1 { (t.get("form-thanks-title")) } p { (t.get(text)) } } };
            Ok(drawn(&web, &facts, &look, card))
        }
        Err(problem) if problem.kind == ProblemKind::Invalid => {
            let strange = |fault: FieldProblem| if fault.code == "erased_person" { FieldProblem::new("", "form_cannot") } else { fault };
            let problem = Problem { fields: problem.fields.into_iter().map(strange).collect(), ..problem };
            let errors = field_errors(look.t, &problem);
            let mut response = ask(&web, &facts, &look, &page, &secret, &typed, &errors);
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(problem) => over(&web, &facts, problem),
    }
}

/// Not more tries from one address than somebody makes by hand.
pub(super) fn paced(web: &Web, facts: &Facts) -> Result<(), Problem> {
    web.pace.take(&format!("confirm {}", facts.ip), PACE, Instant::now())
}

/// In the language of the browser.
pub(super) fn guest_look(web: &Web, facts: &Facts, ctx: &Ctx) -> Look {
    let t = facts.guest_words();
    let lang = t.lang.as_str().parse().unwrap_or(ctx.lang);
    Look { t, lang, ..Look::new(&web.engine, ctx) }
}

/// The fields as they are asked for; hints are written for the people who work here.
fn asked(page: &ConfirmationPage) -> Vec<Field> {
    let fields = page.fields.iter().filter_map(|key| page.object.field(key).cloned());
    fields.map(|field| Field { hint: None, rich: false, ..field }).collect()
}

fn ask(
    web: &Web,
    facts: &Facts,
    look: &Look,
    page: &ConfirmationPage,
    secret: &str,
    typed: &Typed,
    errors: &[(String, String)],
) -> Response {
    let t = look.t;
    let by_field: HashMap<String, String> = errors.iter().filter(|(name, _)| !name.is_empty()).cloned().collect();
    let sheet = Sheet { look, object: &page.object.key, typed, errors: &by_field, focus: None, templates: None };
    let company = web.engine.settings().company.clone();
    let vouched = page.fields.iter().filter_map(|key| page.object.field(key)).any(|field| field.vouched);
    let card = html! {
        h1 { (t.get("confirm-title")) }
        p.ak-open-intro { (t.with("confirm-text", &[("company", company.into())])) }
        form.ak-open-form method="post" action={ (CONFIRM) (secret) } novalidate {
            input type="hidden" name="csrf" value=(facts.csrf(facts.cookie_user));
            (error_summary(t, errors))
            @for field in asked(page) { (sheet.row(&field)) }
            @if vouched { p.ak-muted.ak-small { (t.get("confirm-vouched")) } }
            (Button::new(t.get("confirm-send")).icon("check").primary().large().submit())
        }
        p.ak-muted.ak-small { (t.with("confirm-until", &[("day", format::date(look.local(page.until).date()).into())])) }
    };
    drawn(web, facts, look, card)
}

/// A link that does nothing any more tells nothing but that.
pub(super) fn over(web: &Web, facts: &Facts, problem: Problem) -> Reply {
    if !problem.code.starts_with("link_") {
        return Err(Fail::from(problem));
    }
    let t = facts.guest_words();
    let title = message(t, &problem);
    let card = html! { h1 { (title) } p.ak-open-intro { (t.get("confirm-over")) } };
    let body = html! { div.ak-open-card { (card) } };
    Ok((StatusCode::NOT_FOUND, layout::open(t, facts.guest_theme(web), &title, false, body)).into_response())
}

fn drawn(web: &Web, facts: &Facts, look: &Look, card: Markup) -> Response {
    let title = look.t.get("confirm-title");
    layout::open(look.t, facts.guest_theme(web), &title, false, html! { div.ak-open-card { (card) } }).into_response()
}
