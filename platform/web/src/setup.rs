//! First set-up of an empty workspace: company, administrator, language, currency, time zone, data.

use crate::cookie;
use crate::fail::{Reply, field_errors};
use crate::form::Form;
use crate::frame::bare;
use crate::guard::Facts;
use crate::locale::Text;
use crate::route::{Router, get};
use crate::sign_in::{differ, new_password};
use crate::state::Web;
use crate::ui::button::Button;
use crate::ui::form::{self, Row, error_summary};
use crate::ui::input::{self, Input};
use crate::ui::layout::{self, Bare, bare_card};
use akrab_engine::identity::{FirstSetup, Origin, SignedIn};
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use serde::Deserialize;

/// Currencies offered; any other can be set later through the API.
pub(crate) const CURRENCIES: [&str; 10] = ["IDR", "USD", "SGD", "MYR", "EUR", "JPY", "CNY", "AUD", "GBP", "THB"];
/// Time zones offered.
pub(crate) const ZONES: [(&str, &str); 10] = [
    ("Asia/Jakarta", "WIB · Jakarta"),
    ("Asia/Makassar", "WITA · Makassar"),
    ("Asia/Jayapura", "WIT · Jayapura"),
    ("Asia/Singapore", "Singapore"),
    ("Asia/Kuala_Lumpur", "Kuala Lumpur"),
    ("Asia/Bangkok", "Bangkok"),
    ("Asia/Tokyo", "Tokyo"),
    ("Australia/Sydney", "Sydney"),
    ("Europe/London", "London"),
    ("UTC", "UTC"),
];

#[inline(always)]
pub(crate) fn routes() -> Router {
    Router::new().route("/setup", get(show).post(finish)).route("/setup/words/{lang}", get(|| async { Redirect::to("/setup") }).post(speak))
}

#[derive(Deserialize, Default)]
struct Given {
    company: String,
    name: String,
    email: String,
    password: String,
    repeat: String,
    language: String,
    currency: String,
    time_zone: String,
    #[serde(default)]
    sample: String,
}

async fn show(State(web): State<Web>, Extension(facts): Extension<Facts>) -> Reply {
    web.engine.refresh_people().await?;
    if !web.engine.is_fresh() {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    let t = facts.guest_words();
    let language = t.lang.as_str().to_string();
    let input = Given { language, currency: "IDR".into(), time_zone: "Asia/Jakarta".into(), sample: "none".into(), ..Given::default() };
    Ok(page(&web, &facts, t, &input, &[]))
}

/// The same page in another language, with what was typed already. Passwords are typed anew: they stand on no page.
async fn speak(
    State(web): State<Web>,
    Extension(facts): Extension<Facts>,
    Path(lang): Path<String>,
    Form(mut given): Form<Given>,
) -> Reply {
    web.engine.refresh_people().await?;
    if !web.engine.is_fresh() {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    let t = Text::new(lang.parse().unwrap_or_default());
    if given.language == facts.guest_words().lang.as_str() {
        given.language = t.lang.as_str().into();
    }
    let mut response = page(&web, &facts, t, &given, &[]);
    let kept = cookie::set(&web.config, cookie::LANG, t.lang.as_str(), cookie::Keep::For(400 * 86_400));
    response.headers_mut().append(header::SET_COOKIE, kept);
    Ok(response)
}

fn page(web: &Web, facts: &Facts, t: Text, given: &Given, errors: &[(String, String)]) -> Response {
    let row = |name: &str, key: &str| {
        let error = errors.iter().find(|(field, _)| field == name).map(|(_, words)| words.clone()).unwrap_or_default();
        Row::new(t.get(key)).error(error)
    };
    // a summary that says "required" three times says nothing
    let named = |(field, message): &(String, String)| {
        let label = [("company", "setup-company"), ("name", "setup-name"), ("email", "email")].iter().find(|(name, _)| name == field);
        (field.clone(), label.map_or_else(|| message.clone(), |(_, key)| format!("{}: {message}", t.get(key))))
    };
    let summary: Vec<(String, String)> = errors.iter().map(named).collect();
    let field = |name: &str, value: &str| Input::new(name, value).required(true).attr("maxlength", "200");
    let card = html! {
        h1.ak-question { (t.get("setup-title")) }
        p { (t.get("setup-text")) }
        (error_summary(t, &summary))
        form id="setup" method="post" action="/setup" {
            input type="hidden" name="csrf" value=(facts.csrf(facts.cookie_user));
            (form::row(t, &row("company", "setup-company"), field("company", &given.company).autofocus().attr("autocomplete", "organization"), input::text))
            (form::row(t, &row("name", "setup-name"), field("name", &given.name).attr("autocomplete", "name"), input::text))
            (form::row(t, &row("email", "email"), field("email", &given.email).attr("autocomplete", "username"), input::email))
            (new_password(t, errors))
            (form::columns(html! {
                (form::row(t, &row("language", "language"), Input::new("language", &given.language), |i| input::select(i, &languages())))
                (form::row(t, &row("currency", "currency"), Input::new("currency", &given.currency), |i| input::select(i, &currencies())))
            }))
            (form::row(t, &row("time_zone", "time-zone"), Input::new("time_zone", &given.time_zone), |i| input::select(i, &zones())))
            fieldset.ak-form-group {
                legend { (t.get("setup-data")) }
                (input::radios("sample", &sample_choices(t), &given.sample))
            }
            (Button::new(t.get("setup-do")).primary().large().submit())
        }
        p.ak-muted.ak-small { (t.get("setup-archive")) " " code { "akrab import-workspace" } }
    };
    let languages = Some(("/setup/words/id".into(), "/setup/words/en".into()));
    let bare = Bare { t, languages, language_form: Some("setup"), ..bare(web, facts, &t.get("setup-title")) };
    layout::bare(&bare, bare_card(card, html! {})).into_response()
}

fn sample_choices(t: Text) -> Vec<(String, String)> {
    vec![("none".into(), t.get("setup-data-none")), ("sample".into(), t.get("setup-data-sample"))]
}
pub(crate) fn languages() -> Vec<(String, String)> {
    vec![("id".into(), "Indonesia".into()), ("en".into(), "English".into())]
}
pub(crate) fn currencies() -> Vec<(String, String)> {
    CURRENCIES.iter().map(|c| ((*c).to_string(), (*c).to_string())).collect()
}
pub(crate) fn zones() -> Vec<(String, String)> {
    ZONES.iter().map(|(zone, words)| ((*zone).to_string(), (*words).to_string())).collect()
}

async fn finish(State(web): State<Web>, Extension(facts): Extension<Facts>, Form(given): Form<Given>) -> Reply {
    let first = FirstSetup {
        company: given.company.clone(),
        name: given.name.clone(),
        email: given.email.clone(),
        password: given.password.clone(),
        lang: given.language.parse().unwrap_or_default(),
        currency: given.currency.clone(),
        time_zone: given.time_zone.clone(),
    };
    // all faults are told at once
    let done = match (differ(&given.password, &given.repeat), first.judge()) {
        (None, Ok(())) => web.engine.set_up(first).await,
        (None, Err(problem)) | (Some(problem), Ok(())) => Err(problem),
        (Some(differs), Err(mut problem)) => {
            problem.fields.extend(differs.fields);
            Err(problem)
        }
    };
    match done {
        Ok(_) => {}
        Err(problem) if problem.kind == ProblemKind::Invalid => {
            let mut response = page(&web, &facts, facts.guest_words(), &given, &field_errors(facts.guest_words(), &problem));
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(response);
        }
        Err(problem) => return Err(problem.into()),
    }
    // on a slow machine the data is made to its end even if nobody waits that long
    tokio::spawn((web.seed)(web.engine.clone(), given.sample == "sample")).await.map_err(Problem::internal)??;
    let from = Origin { ip: facts.ip.to_string(), agent: facts.header("user-agent").into(), device: None };
    let signed = web.engine.sign_in(&given.email, &given.password, &from).await?;
    let mut response = Redirect::to("/").into_response();
    if let SignedIn::Full { user, token, .. } = signed {
        let value = cookie::set(&web.config, cookie::SESSION, &format!("{user}.{token}"), cookie::Keep::For(7 * 86_400));
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}
