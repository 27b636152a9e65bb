//! Signing in and out, the second factor, a forgotten password, an invitation.

mod passkey;
pub(crate) mod provider;

pub(crate) use passkey::party;

use crate::cookie::{self, Keep};
use crate::fail::{Fail, Reply, encode, field_errors, field_message, message};
use crate::flash::Flash;
use crate::form::Form;
use crate::frame::bare;
use crate::guard::{self, Facts};
use crate::locale::Text;
use crate::route::{Router, get, post};
use crate::state::Web;
use crate::ui::button::Button;
use crate::ui::dialog::{Dialog, dialog_sign_in};
use crate::ui::form::{self, Row, error_summary};
use crate::ui::input::{self, Input};
use crate::ui::layout::{self, bare_card};
use crate::ui::toast::toast_fragment;
use crate::visit::Visit;
use akrab_engine::identity::{Origin, SignedIn};
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

#[inline(always)]
pub(crate) fn routes() -> Router {
    Router::new()
        .route("/", get(home))
        .route("/sign-in", get(show).post(sign_in))
        .route("/sign-in/code", get(show_code).post(code))
        .route("/sign-out", post(sign_out))
        .route("/forgot", get(show_forgot).post(forgot))
        .route("/reset/{token}", get(show_reset).post(reset))
        .route("/guest/language/{lang}", get(language))
        .route("/guest/theme", get(theme))
        .merge(provider::routes())
        .merge(passkey::routes())
}

async fn home(visit: Visit) -> Redirect {
    Redirect::to(visit.web.home().href)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wish {
    next: String,
    /// Asks for the password though a provider is the usual way.
    password: String,
}

impl Wish {
    fn on(next: &str) -> Wish {
        Wish { next: next.into(), ..Wish::default() }
    }
}

/// An address of ours, or the start page.
fn own_address(next: &str) -> &str {
    if crate::guard::is_own(next) && !next.starts_with("/sign-") { next } else { "/" }
}

/// A page of the sign-in: a card in the middle.
fn page(web: &Web, facts: &Facts, title: &str, card: Markup, below: Markup) -> Response {
    let page = bare(web, facts, title);
    let mut response = layout::bare(&page, bare_card(card, below)).into_response();
    if page.flash.is_some() {
        response.headers_mut().append(header::SET_COOKIE, cookie::set(&web.config, cookie::FLASH, "", Keep::Never));
    }
    response
}

fn faulty(mut response: Response, problem: &Problem) -> Response {
    *response.status_mut() = StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::UNPROCESSABLE_ENTITY);
    if let Some((_, wait)) = problem.args.iter().find(|(name, _)| name == "seconds")
        && let Ok(value) = wait.parse()
    {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

fn token_field(facts: &Facts) -> Markup {
    html! { input type="hidden" name="csrf" value=(facts.csrf(facts.cookie_user)); }
}

async fn show(State(web): State<Web>, Extension(facts): Extension<Facts>, Query(wish): Query<Wish>) -> Reply {
    if web.engine.is_fresh() {
        web.engine.refresh_people().await?;
        if web.engine.is_fresh() {
            return Ok(Redirect::to("/setup").into_response());
        }
    }
    if Visit::find(&web, &facts).await?.is_some() {
        return Ok(Redirect::to(own_address(&wish.next)).into_response());
    }
    Ok(sign_in_page(&web, &facts, &wish, &known(&web, &facts).await, &[]).await)
}

/// The address of whoever was signed in at this browser until the session ran out; empty when nobody was.
pub(crate) async fn known(web: &Web, facts: &Facts) -> String {
    let Some((_, token)) = guard::session_cookie(web, &facts.headers) else { return String::new() };
    web.engine.session_owner(token).await.ok().flatten().unwrap_or_default()
}

async fn sign_in_page(web: &Web, facts: &Facts, wish: &Wish, email: &str, errors: &[(String, String)]) -> Response {
    let t = facts.guest_words();
    let company = web.engine.settings().company.clone();
    let admin = web.engine.people().administrator().map(|p| p.name.clone());
    // a sign-in by password is possible, whatever becomes of the other ways
    let providers = web.engine.oidc_open().await.unwrap_or_default();
    let only = providers.iter().any(|provider| provider.draft.only);
    let (next, typed) = (wish.next.as_str(), !wish.password.is_empty() || !errors.is_empty());
    let card = html! {
        h1.ak-question { (t.with("sign-in-to", &[("company", company.into())])) }
        p { (web.config.host().unwrap_or_else(|| facts.header("host"))) }
        (error_summary(t, errors))
        (provider::buttons(facts, &providers, own_address(next)))
        @if !only || typed {
            @if !providers.is_empty() { p.ak-muted { (t.get(if only { "sign-in-administrators" } else { "sign-in-or-password" })) } }
            form method="post" action="/sign-in" {
                (token_field(facts))
                input type="hidden" name="next" value=(own_address(next));
                (credentials(t, email))
                (input::checkbox("stay", "1", &t.get("stay-signed-in"), true))
                (Button::new(t.get("sign-in-do")).primary().large().submit())
            }
            (passkey::form(web, facts, next, "/sign-in/passkey"))
        } @else {
            p { a.ak-link href={ "/sign-in?password=1&next=" (encode(own_address(next))) } { (t.get("sign-in-by-password")) } }
        }
    };
    let below = html! {
        @if let Some(name) = admin { (t.get("no-account")) " " (t.get("ask-invitation")) " " b { (name) } }
    };
    page(web, facts, &t.get("sign-in-do"), card, below)
}

fn credentials(t: Text, email: &str) -> Markup {
    let name = Input::new("email", email).attr("required", "").attr("autocomplete", "username").attr("maxlength", "254");
    let name = if email.is_empty() { name.autofocus() } else { name };
    let password = Input::new("password", "").attr("required", "");
    let password = if email.is_empty() { password } else { password.autofocus() };
    html! {
        (form::row(t, &Row::new(t.get("email")), name, input::email))
        (form::row(t, &Row { beside: Some((t.get("forgot-short"), "/forgot".into())), ..Row::new(t.get("password")) }, password, |i| input::password(t, i, "current-password")))
    }
}

/// The session ended while a page was open: the sign-in comes as a dialog, the page stays.
pub(crate) fn again(facts: &Facts, email: &str, errors: &[(String, String)]) -> Markup {
    let t = facts.guest_words();
    let d = Dialog {
        id: "sign-in-again",
        icon: Some("log-in"),
        title: &t.get("session-ended"),
        body: html! {
            p { (t.get("session-ended-text")) }
            (error_summary(t, errors))
            input type="hidden" name="stay" value="1";
            (credentials(t, email))
        },
        footer: html! { span.ak-spacer {} (Button::new(t.get("sign-in-do")).primary().submit()) },
        wide: false,
        close_href: "/sign-in",
    };
    dialog_sign_in(t, &d, "/sign-in", &facts.csrf(facts.cookie_user))
}

#[derive(Deserialize)]
struct SignIn {
    email: String,
    password: String,
    stay: Option<String>,
    #[serde(default)]
    next: String,
}

fn origin(web: &Web, facts: &Facts) -> Origin {
    Origin {
        ip: facts.ip.to_string(),
        agent: facts.header("user-agent").to_string(),
        device: cookie::get(&web.config, &facts.headers, cookie::DEVICE).map(str::to_string),
    }
}

async fn sign_in(State(web): State<Web>, Extension(facts): Extension<Facts>, Form(input): Form<SignIn>) -> Reply {
    match web.engine.sign_in(&input.email, &input.password, &origin(&web, &facts)).await {
        Ok(done) => Ok(signed_in(&web, &facts, done, input.stay.is_some(), &input.next)),
        Err(problem) if problem.kind == ProblemKind::Invalid || problem.kind == ProblemKind::Limited => {
            let errors = [(String::new(), message(facts.guest_words(), &problem))];
            let response = if facts.fragment {
                again(&facts, &input.email, &errors).into_response()
            } else {
                sign_in_page(&web, &facts, &Wish::on(&input.next), &input.email, &errors).await
            };
            Ok(faulty(response, &problem))
        }
        Err(problem) => Err(problem.into()),
    }
}

/// Sets the cookies and leads on.
fn signed_in(web: &Web, facts: &Facts, done: SignedIn, stay: bool, next: &str) -> Response {
    let next = own_address(next);
    let (user, token, device) = match done {
        SignedIn::Full { user, token, device } => (user, token, Some(device)),
        SignedIn::Code { user, token } => (user, token, None),
    };
    let full = device.is_some();
    let mut response = match (facts.fragment, full) {
        (true, true) if user == facts.cookie_user => {
            let t = facts.guest_words();
            toast_fragment(t, &Flash::ok(t.get("signed-in-again")).toast(), &facts.csrf(user)).into_response()
        }
        (true, true) => ([("hx-redirect", "/")], "").into_response(),
        (true, false) => ([("hx-redirect", "/sign-in/code")], "").into_response(),
        (false, true) => Redirect::to(next).into_response(),
        (false, false) => Redirect::to(&format!("/sign-in/code?next={}", encode(next))).into_response(),
    };
    let keep = if stay { Keep::For(7 * 86_400) } else { Keep::Session };
    let headers = response.headers_mut();
    headers.append(header::SET_COOKIE, cookie::set(&web.config, cookie::SESSION, &format!("{user}.{token}"), keep));
    if let Some(device) = device {
        headers.append(header::SET_COOKIE, cookie::set(&web.config, cookie::DEVICE, &device, Keep::For(400 * 86_400)));
    }
    response
}

async fn show_code(State(web): State<Web>, Extension(facts): Extension<Facts>, Query(wish): Query<Wish>) -> Response {
    code_page(&web, &facts, &wish.next, &[])
}

fn code_page(web: &Web, facts: &Facts, next: &str, errors: &[(String, String)]) -> Response {
    let t = facts.guest_words();
    let field = Input::new("code", "")
        .attr("required", "")
        .autofocus()
        .attr("autocomplete", "one-time-code")
        .attr("inputmode", "numeric")
        .attr("maxlength", "12");
    let card = html! {
        h1.ak-question { (t.get("code-title")) }
        p { (t.get("code-text")) }
        (error_summary(t, errors))
        form method="post" action="/sign-in/code" {
            (token_field(facts))
            input type="hidden" name="next" value=(own_address(next));
            (form::row(t, &Row::new(t.get("code")).hint(t.get("code-hint")), field, input::text))
            (input::checkbox("stay", "1", &t.get("stay-signed-in"), true))
            (Button::new(t.get("continue")).primary().large().submit())
        }
        (passkey::form(web, facts, next, "/sign-in/code/passkey"))
    };
    page(web, facts, &t.get("code-title"), card, html! { a.ak-link href="/sign-in" { (t.get("sign-in-other")) } })
}

#[derive(Deserialize)]
struct Code {
    code: String,
    stay: Option<String>,
    #[serde(default)]
    next: String,
}

async fn code(State(web): State<Web>, Extension(facts): Extension<Facts>, Form(input): Form<Code>) -> Reply {
    let token = guard::session_cookie(&web, &facts.headers).map_or("", |(_, token)| token);
    match web.engine.second_factor(token, &input.code, &origin(&web, &facts)).await {
        Ok(done) => Ok(signed_in(&web, &facts, done, input.stay.is_some(), &input.next)),
        Err(problem) if problem.code == "code_too_late" => {
            let errors = [(String::new(), message(facts.guest_words(), &problem))];
            Ok(faulty(sign_in_page(&web, &facts, &Wish::on(&input.next), "", &errors).await, &problem))
        }
        Err(problem) if matches!(problem.kind, ProblemKind::Invalid | ProblemKind::Limited) => {
            let errors = field_errors(facts.guest_words(), &problem);
            Ok(faulty(code_page(&web, &facts, &input.next, &errors), &problem))
        }
        Err(problem) => Err(problem.into()),
    }
}

async fn sign_out(State(web): State<Web>, Extension(facts): Extension<Facts>) -> Reply {
    if let Some(visit) = Visit::find(&web, &facts).await? {
        web.engine.end_session(&visit.ctx, visit.session.user, &visit.session.id).await?;
    }
    let t = facts.guest_words();
    let mut response = Redirect::to("/sign-in").into_response();
    response.headers_mut().append(header::SET_COOKIE, cookie::set(&web.config, cookie::SESSION, "", Keep::Never));
    response.headers_mut().append(header::SET_COOKIE, cookie::set(&web.config, cookie::SEE_AS, "", Keep::Never));
    response.headers_mut().append(header::SET_COOKIE, Flash::ok(t.get("signed-out")).cookie(&web.config));
    Ok(response)
}

async fn show_forgot(State(web): State<Web>, Extension(facts): Extension<Facts>) -> Response {
    if !web.engine.sends_mail() {
        return no_mail(&web, &facts);
    }
    let t = facts.guest_words();
    let field = Input::new("email", "").attr("required", "").autofocus().attr("autocomplete", "username");
    let card = html! {
        h1.ak-question { (t.get("forgot-title")) }
        p { (t.get("forgot-text")) }
        form method="post" action="/forgot" {
            (token_field(&facts))
            (form::row(t, &Row::new(t.get("email")), field, input::email))
            (Button::new(t.get("forgot-do")).primary().large().submit())
        }
    };
    page(&web, &facts, &t.get("forgot-title"), card, back_to_sign_in(t))
}

/// No mail will come: whom to ask instead.
fn no_mail(web: &Web, facts: &Facts) -> Response {
    let t = facts.guest_words();
    let card = html! {
        h1.ak-question { (t.get("forgot-title")) }
        p { (t.get("forgot-no-mail")) }
    };
    page(web, facts, &t.get("forgot-title"), card, back_to_sign_in(t))
}

fn back_to_sign_in(t: Text) -> Markup {
    html! { a.ak-link href="/sign-in" { (t.get("back-to-sign-in")) } }
}

#[derive(Deserialize)]
struct Forgot {
    email: String,
}

async fn forgot(State(web): State<Web>, Extension(facts): Extension<Facts>, Form(input): Form<Forgot>) -> Reply {
    web.engine.ask_reset(&input.email, &facts.ip.to_string(), web.config.link_base()).await?;
    if !web.engine.sends_mail() {
        return Ok(no_mail(&web, &facts));
    }
    let t = facts.guest_words();
    let card = html! {
        h1.ak-question { (t.get("forgot-sent")) }
        p { (t.get("forgot-sent-text")) }
    };
    Ok(page(&web, &facts, &t.get("forgot-sent"), card, back_to_sign_in(t)))
}

async fn show_reset(State(web): State<Web>, Extension(facts): Extension<Facts>, Path(token): Path<String>) -> Reply {
    let person = web.engine.link_user(&token).await?;
    Ok(reset_page(&web, &facts, &token, &person.name, &person.email, &[]))
}

fn reset_page(web: &Web, facts: &Facts, token: &str, name: &str, email: &str, errors: &[(String, String)]) -> Response {
    let t = facts.guest_words();
    let card = html! {
        h1.ak-question { (t.with("reset-title", &[("name", name.into())])) }
        p { (t.get("reset-text")) }
        (error_summary(t, errors))
        form method="post" action={ "/reset/" (token) } {
            (token_field(facts))
            // password managers keep the new password under this name
            input type="hidden" name="username" autocomplete="username" value=(email);
            (new_password(t, errors))
            (Button::new(t.get("reset-do")).primary().large().submit())
        }
    };
    page(web, facts, &t.get("reset-do"), card, html! {})
}

/// A new password, typed twice.
pub(crate) fn new_password(t: Text, errors: &[(String, String)]) -> Markup {
    let error = |name: &str| errors.iter().find(|(field, _)| field == name).map(|(_, words)| words.clone()).unwrap_or_default();
    html! {
        (form::row(t, &Row::new(t.get("password-new")).hint(t.get("password-hint")).error(error("password")), Input::new("password", "").required(true), |i| input::password(t, i, "new-password")))
        (form::row(t, &Row::new(t.get("password-repeat")).error(error("repeat")), Input::new("repeat", "").required(true), |i| input::password(t, i, "new-password")))
    }
}

/// The fault when the two differ.
pub(crate) fn differ(password: &str, repeat: &str) -> Option<Problem> {
    (password != repeat).then(|| Problem::invalid(vec![akrab_model::FieldProblem::new("repeat", "passwords_differ")]))
}

#[derive(Deserialize)]
struct Reset {
    password: String,
    repeat: String,
}

async fn reset(State(web): State<Web>, Extension(facts): Extension<Facts>, Path(token): Path<String>, Form(input): Form<Reset>) -> Reply {
    let person = web.engine.link_user(&token).await?;
    let done = match differ(&input.password, &input.repeat) {
        Some(problem) => Err(problem),
        None => web.engine.use_link(&token, &input.password, &facts.ip.to_string()).await,
    };
    let t = facts.guest_words();
    match done {
        Ok(person) => {
            let left = !web.engine.tokens(person.id).await?.is_empty();
            let mut response = Redirect::to("/sign-in").into_response();
            let words = t.get(if left { "reset-done-tokens" } else { "reset-done" });
            response.headers_mut().append(header::SET_COOKIE, Flash::ok(words).cookie(&web.config));
            Ok(response)
        }
        Err(problem) if problem.kind == ProblemKind::Invalid => {
            let errors: Vec<_> = problem.fields.iter().map(|f| (f.field().to_string(), field_message(t, f))).collect();
            Ok(faulty(reset_page(&web, &facts, &token, &person.name, &person.email, &errors), &problem))
        }
        Err(problem) => Err(problem.into()),
    }
}

fn remember(web: &Web, facts: &Facts, name: &str, value: &str) -> Response {
    let back = facts.referer_path().unwrap_or_else(|| "/sign-in".into());
    let mut response = Redirect::to(&back).into_response();
    response.headers_mut().append(header::SET_COOKIE, cookie::set(&web.config, name, value, Keep::For(400 * 86_400)));
    response
}

async fn language(State(web): State<Web>, Extension(facts): Extension<Facts>, Path(lang): Path<String>) -> Result<Response, Fail> {
    let lang = if lang == "en" { "en" } else { "id" };
    Ok(remember(&web, &facts, cookie::LANG, lang))
}

#[derive(Deserialize)]
struct ThemeChoice {
    theme: String,
}

async fn theme(State(web): State<Web>, Extension(facts): Extension<Facts>, Query(choice): Query<ThemeChoice>) -> Response {
    remember(&web, &facts, cookie::THEME, guard::theme(&choice.theme).name())
}
