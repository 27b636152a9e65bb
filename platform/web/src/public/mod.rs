//! Public forms at `/f/KEY`: anybody fills them in, without signing in and without script, in the language of the form; other
//! sites show them in a frame where the form allows it.

mod draw;

pub(crate) use draw::{card, drawn};

use crate::fail::{Reply, field_message, message};
use crate::form::Form;
use crate::guard::{Facts, theme};
use crate::route::{Router, get};
use crate::state::Web;
use crate::ui::layout;
use crate::value::{Look, Typed};
use akrab_engine::form::{FormPage, FormPlan, Submission};
use akrab_model::problem::ProblemKind;
use akrab_model::{FieldProblem, Problem};
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use maud::{Markup, html};
use std::time::Instant;

/// What the addresses begin with.
pub(crate) const PLACE: &str = "/f/";
/// Submissions a minute from one network address, and of one form.
const OF_ONE: u32 = 10;
const OF_ALL: u32 = 300;
/// Names of what a form has besides its fields: which filling in it is, what people do not see, and the box.
const ONCE: &str = "form_once";
const TRAP: &str = "form_homepage";
const AGREED: &str = "form_agreed";

type Pairs = Vec<(String, String)>;

pub(crate) fn routes() -> Router {
    Router::new().route("/f/{key}", get(show).post(take))
}

/// A form on its way to be shown.
struct Shown<'a> {
    facts: &'a Facts,
    key: &'a str,
    page: &'a FormPage,
    look: &'a Look,
    /// How it was asked for: in a frame, in which theme.
    asked: &'a [(String, String)],
}

impl Shown<'_> {
    fn asked(&self, name: &str) -> &str {
        self.asked.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
    fn embedded(&self) -> bool {
        !self.asked("embed").is_empty()
    }

    fn answer(&self, status: StatusCode, body: Markup) -> Response {
        let plan = &self.page.plan;
        let page = layout::open(self.look.t, theme(self.asked("theme")), &plan.title, self.embedded(), body);
        let mut response = (status, page).into_response();
        if let Ok(policy) = HeaderValue::from_str(&policy(self.page)) {
            response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }

    fn form(&self, status: StatusCode, typed: &Typed, once: &str, errors: &[(String, String)]) -> Response {
        let mut query: String = ["embed", "theme"]
            .iter()
            .filter(|name| !self.asked(name).is_empty())
            .map(|name| format!("&{name}={}", crate::fail::encode(self.asked(name))))
            .collect();
        if !query.is_empty() {
            query.replace_range(..1, "?");
        }
        let action = format!("{PLACE}{}{query}", self.key);
        let hidden = html! {
            input type="hidden" name=(ONCE) value=(once);
            div.ak-sr aria-hidden="true" {
                label for="f-homepage" { (self.look.t.get("form-trap")) }
                input id="f-homepage" type="text" name=(TRAP) tabindex="-1" autocomplete="off";
            }
        };
        let wording = self.page.wording.as_ref();
        self.answer(
            status,
            card(
                self.look,
                &self.page.plan,
                &html! {
                    form.ak-open-form method="post" action=(action) {
                        (hidden)
                        (drawn(self.look, &self.page.plan, wording, typed, errors))
                    }
                },
            ),
        )
    }
}

/// Nothing but our own comes in, nobody but the allowed sites frames it, and it is sent nowhere but here; where the browser
/// goes afterwards counts as sent, too.
fn policy(page: &FormPage) -> String {
    let frames = if page.plan.origins.is_empty() { "'none'".to_string() } else { format!("'self' {}", page.plan.origins.join(" ")) };
    let next = page.next_origin().map(|origin| format!(" {origin}")).unwrap_or_default();
    let base = crate::guard::CSP.split("; frame-ancestors").next().unwrap_or_default();
    format!("{base}; frame-ancestors {frames}; form-action 'self'{next}")
}

async fn show(State(web): State<Web>, Extension(facts): Extension<Facts>, Path(key): Path<String>, Query(asked): Query<Pairs>) -> Reply {
    let page = web.engine.form_page(&key, &facts.id).await?;
    let look = Look::new(&web.engine, &page.ctx);
    let once = URL_SAFE_NO_PAD.encode(web.engine.random::<18>());
    // an address may bring values with it
    let typed = Typed::posted(asked.clone());
    let shown = Shown { facts: &facts, key: &key, page: &page, look: &look, asked: &asked };
    Ok(shown.form(StatusCode::OK, &typed, &once, &[]))
}

async fn take(
    State(web): State<Web>,
    Extension(facts): Extension<Facts>,
    Path(key): Path<String>,
    Query(asked): Query<Pairs>,
    Form(pairs): Form<Pairs>,
) -> Reply {
    let page = web.engine.form_page(&key, &facts.id).await?;
    let look = Look::new(&web.engine, &page.ctx);
    let shown = Shown { facts: &facts, key: &key, page: &page, look: &look, asked: &asked };
    let typed = Typed::posted(pairs);
    let once = typed.text(ONCE).chars().take(100).collect::<String>();
    let taken = match paced(&web, &facts, page.id) {
        Ok(()) => {
            let said = Submission {
                key: key.clone(),
                values: typed.input(draw::fields(&look, &page.plan).iter()),
                trapped: !typed.text(TRAP).trim().is_empty(),
                agreed: typed.has(AGREED),
                once: once.clone(),
                place: facts.ip,
                request: facts.id.clone(),
            };
            web.engine.form_take(said).await
        }
        Err(problem) => Err(problem),
    };
    match taken {
        Ok(_) if !page.plan.next.is_empty() => Ok(Redirect::to(&page.plan.next).into_response()),
        Ok(_) => Ok(shown.answer(StatusCode::OK, thanks(&look, &page.plan))),
        Err(problem) => match problem.kind {
            ProblemKind::Invalid => {
                let errors = told(&shown, &problem);
                Ok(shown.form(StatusCode::UNPROCESSABLE_ENTITY, &typed, &once, &errors))
            }
            ProblemKind::Limited => {
                let errors = [(String::new(), message(look.t, &problem))];
                Ok(shown.form(StatusCode::TOO_MANY_REQUESTS, &typed, &once, &errors))
            }
            ProblemKind::Conflict | ProblemKind::Forbidden => Ok(refused(&shown, &typed, &once, &problem)),
            _ => Err(problem.into()),
        },
    }
}

fn paced(web: &Web, facts: &Facts, form: i64) -> Result<(), Problem> {
    web.pace.take(&format!("form {form} {}", facts.ip), OF_ONE, Instant::now())?;
    web.pace.take(&format!("form {form}"), OF_ALL, Instant::now())
}

/// Faults in words: each at its field. What is wrong with what nobody is asked for, or what would tell strangers of other
/// records, is said in general; the log of the server says more.
fn told(shown: &Shown, problem: &Problem) -> Vec<(String, String)> {
    let (look, plan) = (shown.look, &shown.page.plan);
    let mut errors = Vec::new();
    let asked = |fault: &FieldProblem| fault.field() == AGREED || plan.fields.iter().any(|asked| asked.key == fault.field());
    for fault in &problem.fields {
        if !asked(fault) {
            tracing::warn!(request = shown.facts.id, form = shown.page.id, field = fault.field(), code = %fault.code, "a form could not be taken");
            errors = vec![(String::new(), look.t.get("form-cannot"))];
            break;
        }
        let words = if fault.code == "taken" { look.t.get("form-not-this") } else { field_message(look.t, fault) };
        errors.push((fault.field().to_string(), words));
    }
    errors
}

fn refused(shown: &Shown, typed: &Typed, once: &str, problem: &Problem) -> Response {
    tracing::warn!(request = shown.facts.id, form = shown.page.id, code = problem.code, "a form could not be taken");
    let errors = [(String::new(), shown.look.t.get("form-cannot"))];
    shown.form(StatusCode::UNPROCESSABLE_ENTITY, typed, once, &errors)
}

fn thanks(look: &Look, plan: &FormPlan) -> Markup {
    let words = if plan.thanks.trim().is_empty() { look.t.get("form-thanks-usual") } else { plan.thanks.clone() };
    html! {
        div.ak-open-card {
            div.ak-open-thanks role="status" {
                (crate::ui::icon::icon_sized("circle-check", 28))
                h1 { (look.t.get("form-thanks-title")) }
                p { (words) }
            }
        }
    }
}
