//! Pages of mailed links: what is about to be decided, with a button; opening one changes nothing. Nobody has to sign in, and
//! nothing but this one request is shown.

use super::{decide, words};
use crate::cookie::{self, Keep};
use crate::fail::{Fail, Reply, field_errors, message};
use crate::form::Form;
use crate::frame::bare;
use crate::guard::Facts;
use crate::locale::Text;
use crate::state::Web;
use crate::ui::button::Button;
use crate::ui::layout::{self, bare_card};
use crate::value::Look;
use crate::visit::lang;
use akrab_engine::approval::LinkView;
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

type Errors = Vec<(String, String)>;

/// `GET /approvals/link/{secret}`
pub(super) async fn show(State(web): State<Web>, Extension(facts): Extension<Facts>, Path(secret): Path<String>) -> Reply {
    match web.engine.approval_link(&secret, Some(facts.ip)).await {
        Ok(view) => Ok(ask(&web, &facts, &view, &secret, &crate::form::Fields::default(), &Errors::new())),
        Err(problem) => over(&web, &facts, problem),
    }
}

/// `POST /approvals/link/{secret}`
pub(super) async fn take(
    State(web): State<Web>,
    Extension(facts): Extension<Facts>,
    Path(secret): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Reply {
    let fields = crate::form::Fields(pairs);
    match web.engine.approval_link_use(&secret, fields.text("reason"), fields.text("note"), Some(facts.ip)).await {
        Ok(_) => {
            let t = facts.guest_words();
            let card = html! { h1.ak-question { (t.get("approval-link-done")) } p { (t.get("approval-link-done-text")) } };
            Ok(page(&web, &facts, &t.get("approval-link-done"), card))
        }
        Err(problem) if problem.kind == ProblemKind::Invalid => {
            let view = match web.engine.approval_link(&secret, Some(facts.ip)).await {
                Ok(view) => view,
                Err(problem) => return over(&web, &facts, problem),
            };
            let errors = field_errors(Text::new(lang(view.ctx.lang)), &problem);
            let mut response = ask(&web, &facts, &view, &secret, &fields, &errors);
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
        Err(problem) => over(&web, &facts, problem),
    }
}

fn ask(web: &Web, facts: &Facts, view: &LinkView, secret: &str, typed: &crate::form::Fields, errors: &Errors) -> Response {
    let look = Look::new(&web.engine, &view.ctx);
    let t = look.t;
    let (one, key) = (&view.approval, view.verdict.key());
    let name = one.plan.name.get(look.key());
    let title = t.with(&format!("approval-{key}-title"), &[("name", name.into())]);
    let requester = one.requester.and_then(|id| look.people.name(id)).unwrap_or_else(|| t.get("record-by-system"));
    let reasons: Vec<(String, String)> = std::iter::once((String::new(), String::new()))
        .chain(one.plan.reasons.iter().map(|r| (r.key.clone(), r.label.get(look.key()).to_string())))
        .collect();
    let card = html! {
        h1.ak-question { (title) }
        p { b { (one.record.title()) } @if let Some(value) = words::value(&look, one) { " · " (value) } }
        p { (t.with("approval-link-asked", &[("name", requester.into())])) }
        @if !one.note.is_empty() { p.ak-muted { (one.note) } }
        (crate::ui::form::error_summary(t, errors))
        form method="post" action={ "/approvals/link/" (secret) } {
            input type="hidden" name="csrf" value=(facts.csrf(facts.cookie_user));
            (decide::words_asked(t, &reasons, view.verdict, typed, errors))
            (Button::new(t.get(&format!("approval-{key}"))).primary().large().submit())
        }
        p.ak-muted.ak-small { (t.with("approval-link-who", &[("name", view.person.name.as_str().into())])) }
    };
    page(web, facts, &title, card)
}

/// A link that does nothing any more tells nothing but that.
fn over(web: &Web, facts: &Facts, problem: Problem) -> Reply {
    if !problem.code.starts_with("link_") {
        return Err(Fail::from(problem));
    }
    let t = facts.guest_words();
    let title = message(t, &problem);
    let card = html! {
        h1.ak-question { (title) }
        p { (t.get("approval-link-over-text")) }
        (Button::new(t.get("approvals")).large().href("/approvals"))
    };
    let mut response = page(web, facts, &title, card);
    *response.status_mut() = StatusCode::NOT_FOUND;
    Ok(response)
}

fn page(web: &Web, facts: &Facts, title: &str, card: Markup) -> Response {
    let page = bare(web, facts, title);
    let mut response = layout::bare(&page, bare_card(card, html! {})).into_response();
    if page.flash.is_some() {
        response.headers_mut().append(header::SET_COOKIE, cookie::set(&web.config, cookie::FLASH, "", Keep::Never));
    }
    response
}
