//! The page on which a person says whether an app may act in his name.

use super::issuer;
use crate::fail::{Fail, Reply, encode};
use crate::form::Form;
use crate::frame::bare;
use crate::ui::button::Button;
use crate::ui::layout::{self, bare_card};
use crate::visit::Visit;
use akrab_engine::Scopes;
use akrab_engine::oauth::{Asked, Consent};
use akrab_model::Problem;
use axum::extract::Query;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

/// `GET /oauth/authorize`
pub(super) async fn ask(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    let base = issuer(&visit.web, &visit.facts);
    let (wanted, at) = (asked.clone(), base.clone());
    let consent = match visit.read(move |tx| tx.oauth_ask(&wanted, &at)).await {
        Ok(consent) => consent,
        Err(fail) => return turned_away(&asked, &base, fail),
    };
    let card = html! {
        h1.ak-question { (visit.t.with("consent-app-ask", &[("app", consent.app.clone().into())])) }
        p { (visit.t.with("consent-app-as", &[("name", visit.person.name.clone().into()), ("company", visit.settings.company.clone().into())])) }
        (wishes(&visit, &consent))
        form method="post" action="/oauth/authorize" {
            (visit.token_field())
            @for (name, value) in hidden(&asked) { input type="hidden" name=(name) value=(value); }
            (Button::new(visit.t.get("consent-app-allow")).primary().large().submit().attr("name", "decision").attr("value", "allow"))
            (Button::new(visit.t.get("consent-app-deny")).large().submit().attr("name", "decision").attr("value", "deny"))
        }
    };
    let page = bare(&visit.web, &visit.facts, &visit.t.get("consent-app-title"));
    let page = layout::Bare {
        t: visit.t,
        theme: visit.theme(),
        foot: visit.t.with("foot", &[("version", env!("CARGO_PKG_VERSION").into())]),
        languages: None,
        theme_url: None,
        ..page
    };
    let below =
        html! { (visit.t.get("consent-app-end")) " " a.ak-link href="/settings/connections" { (visit.t.get("settings-connections")) } "." };
    let mut response = layout::bare(&page, bare_card(card, below)).into_response();
    let_back(&mut response, &consent.redirect);
    Ok(response)
}

/// What the app wants, in words.
fn wishes(visit: &Visit, consent: &Consent) -> Markup {
    let t = visit.t;
    html! {
        ul.ak-wishes { @for words in scope_words(visit, &consent.scopes) { li { (words) } } }
        p.ak-muted { (t.get("consent-app-rights")) }
        p.ak-muted { (t.with("consent-app-back", &[("place", place(&consent.redirect).into())])) }
        @if consent.registered { div.ak-notice data-tone="warn" { span { (t.get("consent-app-unknown")) } } }
    }
}

/// Each part of what was allowed, in words.
pub(crate) fn scope_words(visit: &Visit, scopes: &Scopes) -> Vec<String> {
    let (t, registry, lang) = (visit.t, visit.registry(), visit.lang());
    let one = |name: String| match name.split_once(':') {
        None => t.get(&format!("scope-{name}")),
        Some((key, verb)) => {
            let object = registry.object(key).map_or_else(|| key.to_string(), |object| object.plural_label(lang).to_string());
            t.with(&format!("scope-one-{verb}"), &[("object", object.into())])
        }
    };
    scopes.list().into_iter().map(one).collect()
}

/// Where a browser goes back to, as people read it.
fn place(redirect: &str) -> String {
    let (scheme, rest) = redirect.split_once(':').unwrap_or((redirect, ""));
    match rest.strip_prefix("//") {
        Some(rest) if scheme.starts_with("http") => rest.split(['/', '?']).next().unwrap_or_default().to_string(),
        _ => format!("{scheme}:"),
    }
}

fn hidden(asked: &Asked) -> [(&'static str, &str); 8] {
    [
        ("response_type", &asked.response_type),
        ("client_id", &asked.client_id),
        ("redirect_uri", &asked.redirect_uri),
        ("scope", &asked.scope),
        ("state", &asked.state),
        ("code_challenge", &asked.code_challenge),
        ("code_challenge_method", &asked.code_challenge_method),
        ("resource", &asked.resource),
    ]
}

/// The answer to a form may lead to another place only if the page's policy names it.
fn let_back(response: &mut Response, redirect: &str) {
    let (scheme, rest) = redirect.split_once(':').unwrap_or((redirect, ""));
    let source = match rest.strip_prefix("//") {
        Some(rest) if scheme.starts_with("http") => format!("{scheme}://{}", rest.split(['/', '?']).next().unwrap_or_default()),
        _ => format!("{scheme}:"),
    };
    let policy = format!("{} {source}", crate::guard::CSP);
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

#[derive(Deserialize)]
pub(super) struct Decision {
    #[serde(flatten)]
    asked: Asked,
    decision: String,
}

/// `POST /oauth/authorize`
pub(super) async fn decide(visit: Visit, Form(decided): Form<Decision>) -> Reply {
    let base = issuer(&visit.web, &visit.facts);
    let (asked, at) = (decided.asked.clone(), base.clone());
    let consent = match visit.read(move |tx| tx.oauth_ask(&asked, &at)).await {
        Ok(consent) => consent,
        Err(fail) => return turned_away(&decided.asked, &base, fail),
    };
    if decided.decision != "allow" {
        return Ok(back(&consent.redirect, &[("error", "access_denied"), ("state", &decided.asked.state), ("iss", &base)]));
    }
    let (asked, at) = (decided.asked.clone(), base.clone());
    let code = visit.write(move |tx| tx.oauth_allow(&asked, &at)).await?;
    Ok(back(&consent.redirect, &[("code", &code), ("state", &decided.asked.state), ("iss", &base)]))
}

/// Tells the app what is wrong, if it is known where it is; otherwise the person.
fn turned_away(asked: &Asked, base: &str, fail: Fail) -> Reply {
    let problem: &Problem = &fail.problem;
    let error = problem.args.iter().find(|(name, _)| name == "error").map(|(_, error)| error.clone());
    match error {
        Some(error) if !asked.redirect_uri.is_empty() => {
            Ok(back(&asked.redirect_uri, &[("error", &error), ("state", &asked.state), ("iss", base)]))
        }
        _ => Err(fail),
    }
}

/// Sends the browser back with these.
fn back(redirect: &str, parts: &[(&str, &str)]) -> Response {
    let parts: Vec<String> =
        parts.iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let joint = if redirect.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{redirect}{joint}{}", parts.join("&"))).into_response()
}
