//! Forms that other sites draw themselves: their scripts ask what a form asks, send what was typed, and are answered in JSON. Browsers
//! let those sites do so that the form names; the guards and limits are those of the form's own page.

use super::draw;
use crate::fail::{Fail, as_json};
use crate::guard::{Facts, same_origin};
use crate::state::Web;
use crate::value::Look;
use akrab_engine::form::{FormPage, FormPlan};
use akrab_model::{Field, FieldType, Problem, ProblemKind};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};

/// Whether whoever calls understands JSON rather than a page.
pub(super) fn is_program(facts: &Facts) -> bool {
    facts.wants_json() || facts.header("content-type").starts_with("application/json")
}

/// The site whose script calls, where it is another one; only those the form names may.
pub(super) fn site(web: &Web, facts: &Facts, page: &FormPage) -> Result<Option<HeaderValue>, Problem> {
    let origin = facts.header("origin");
    if page.plan.origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin)) {
        return Ok(HeaderValue::from_str(origin).ok());
    }
    let own = origin.is_empty() || same_origin(web, facts) == Some(true);
    if own { Ok(None) } else { Err(Problem::new(ProblemKind::Forbidden, "form_site").with("site", origin)) }
}

/// Lets the script of that site read the answer.
pub(super) fn open_to(site: Option<HeaderValue>, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("vary"), HeaderValue::from_static("origin, accept"));
    if let Some(site) = site {
        headers.insert(HeaderName::from_static("access-control-allow-origin"), site);
        headers.insert(HeaderName::from_static("access-control-expose-headers"), HeaderValue::from_static("retry-after, x-request-id"));
    }
    response
}

/// What a browser asks before a script of another site may send JSON.
pub(super) fn preflight(site: Option<HeaderValue>) -> Response {
    let allowed = [
        (HeaderName::from_static("access-control-allow-methods"), "GET, POST"),
        (HeaderName::from_static("access-control-allow-headers"), "content-type, accept"),
        (HeaderName::from_static("access-control-max-age"), "7200"),
    ];
    open_to(site, (StatusCode::NO_CONTENT, allowed).into_response())
}

/// What is wrong, in the language of the form.
pub(super) fn refusal(web: &Web, facts: &Facts, look: &Look, fail: &Fail) -> Response {
    as_json(&web.engine, look.t, fail, &facts.id)
}

/// What a form asks.
pub(super) fn described(look: &Look, page: &FormPage) -> Json {
    let plan = &page.plan;
    let fields: Vec<Json> = draw::fields(look, plan, &page.offers).iter().map(|field| one(look, field)).collect();
    let agree = plan.tick.as_ref().zip(page.wording.as_ref());
    json!({
        "language": look.key(),
        "title": plan.title,
        "intro": plan.intro,
        "fields": fields,
        "agree": agree.map(|(tick, wording)| json!({ "words": wording.get(look.key()), "required": tick.required })),
    })
}

fn one(look: &Look, field: &Field) -> Json {
    let mut told = json!({ "key": field.key, "label": field.label.get(look.key()), "type": field.kind, "required": field.required });
    let offered = field.choices.iter().filter(|choice| !choice.retired);
    if !field.choices.is_empty() {
        told["choices"] = offered.map(|choice| json!({ "key": choice.key, "label": choice.label.get(look.key()) })).collect();
    }
    if let Some(most) = field.max_length {
        told["max_length"] = most.into();
    }
    if field.kind == FieldType::File {
        told["accept"] = json!(field.accept);
        told["max_mb"] = field.max_mb.into();
    }
    told
}

/// That it was taken.
pub(super) fn taken(look: &Look, plan: &FormPlan) -> Response {
    let mut told = json!({ "taken": true, "message": super::thanks_words(look, plan) });
    if !plan.next.is_empty() {
        told["next"] = plan.next.as_str().into();
    }
    axum::Json(told).into_response()
}
