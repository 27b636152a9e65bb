//! Public forms at `/f/KEY`: anybody fills them in, without signing in and without script, in the language of the form; other
//! sites show them in a frame, or draw them and send what was typed, where the form allows it.

mod body;
mod confirm;
mod draw;
mod prefer;
mod site;

pub(crate) use confirm::CONFIRM;
pub(crate) use draw::{card, drawn};
pub(crate) use prefer::PREFER;

use crate::fail::{Fail, Reply, field_errors, message};
use crate::guard::{Facts, theme};
use crate::route::{Router, get};
use crate::state::Web;
use crate::ui::layout;
use crate::value::{Look, Typed};
use akrab_engine::form::{FormPage, FormPlan, Submission};
use akrab_model::problem::ProblemKind;
use akrab_model::{FieldProblem, Problem};
use axum::Extension;
use axum::extract::{Path, Query, Request, State};
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

#[inline(always)]
pub(crate) fn routes() -> Router {
    Router::new().route("/f/{key}", get(show).post(take).options(before)).merge(confirm::routes()).merge(prefer::routes())
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
                    // what is wrong is told by us, in the language of the form; a browser would tell it in its own
                    form.ak-open-form method="post" action=(action) enctype=[draw::asks_for_files(self.look, &self.page.plan).then_some("multipart/form-data")] novalidate {
                        (hidden)
                        (drawn(self.look, &self.page.plan, &self.page.offers, wording, typed, errors))
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
    if site::is_program(&facts) {
        let site = site::site(&web, &facts, &page)?;
        return Ok(site::open_to(site, axum::Json(site::described(&look, &page)).into_response()));
    }
    let once = fresh(&web);
    // an address may bring values with it
    let typed = Typed::posted(asked.clone());
    let shown = Shown { facts: &facts, key: &key, page: &page, look: &look, asked: &asked };
    Ok(shown.form(StatusCode::OK, &typed, &once, &[]))
}

/// A name for one filling in.
fn fresh(web: &Web) -> String {
    URL_SAFE_NO_PAD.encode(web.engine.random::<18>())
}

async fn before(State(web): State<Web>, Extension(facts): Extension<Facts>, Path(key): Path<String>) -> Reply {
    let page = web.engine.form_page(&key, &facts.id).await?;
    Ok(site::preflight(site::site(&web, &facts, &page)?))
}

async fn take(
    State(web): State<Web>,
    Extension(facts): Extension<Facts>,
    Path(key): Path<String>,
    Query(asked): Query<Pairs>,
    req: Request,
) -> Reply {
    let page = web.engine.form_page(&key, &facts.id).await?;
    let look = Look::new(&web.engine, &page.ctx);
    let shown = Shown { facts: &facts, key: &key, page: &page, look: &look, asked: &asked };
    if !site::is_program(&facts) {
        let (typed, once, done) = done(&web, &shown, req).await;
        return match done {
            Ok(()) if !page.plan.next.is_empty() => Ok(Redirect::to(&page.plan.next).into_response()),
            Ok(()) => Ok(shown.answer(StatusCode::OK, thanks(&look, &page.plan))),
            Err(fail) => match fail.problem.kind {
                ProblemKind::Invalid => Ok(shown.form(fail.status(), &typed, &once, &field_errors(look.t, &fail.problem))),
                ProblemKind::Limited | ProblemKind::TooLarge => {
                    Ok(shown.form(fail.status(), &typed, &once, &[(String::new(), message(look.t, &fail.problem))]))
                }
                _ => Err(fail),
            },
        };
    }
    let site = site::site(&web, &facts, &page)?;
    let answer = match done(&web, &shown, req).await.2 {
        Ok(()) => site::taken(&look, &page.plan),
        Err(fail) => site::refusal(&web, &facts, &look, &fail),
    };
    Ok(site::open_to(site, answer))
}

/// Takes what was sent, as far as it is kept within bounds; gives it back as it was typed, with what names this filling in.
async fn done(web: &Web, shown: &Shown<'_>, req: Request) -> (Typed, String, Result<(), Fail>) {
    let (facts, page) = (shown.facts, shown.page);
    let fields = draw::fields(shown.look, &page.plan, &page.offers);
    let kind = facts.header("content-type");
    let paced = paced(web, facts, page.id);
    let sent = match &paced {
        // of those who come too often no files are read
        Err(problem) if kind.starts_with("multipart/") => Err(problem.clone().into()),
        _ => body::read(web, page, &fields, kind, req).await,
    };
    let sent = match sent {
        Ok(sent) => sent,
        Err(fail) => return (Typed::default(), fresh(web), Err(fail)),
    };
    if let Err(problem) = paced {
        return (sent.typed, sent.once, Err(problem.into()));
    }
    let said = Submission {
        key: shown.key.into(),
        values: sent.values,
        trapped: sent.trapped,
        agreed: sent.agreed,
        once: sent.once.clone(),
        place: facts.ip,
        request: facts.id.clone(),
    };
    let taken = web.engine.form_take(said).await.map(drop).map_err(|problem| for_strangers(shown, problem).into());
    (sent.typed, sent.once, taken)
}

fn paced(web: &Web, facts: &Facts, form: i64) -> Result<(), Problem> {
    web.pace.take(&format!("form {form} {}", facts.ip), OF_ONE, Instant::now())?;
    web.pace.take(&format!("form {form}"), OF_ALL, Instant::now())
}

/// What is wrong, as far as it concerns strangers. What is wrong with what nobody is asked for, or what would tell of other
/// records, is said in general; the log of the server says more.
fn for_strangers(shown: &Shown, problem: Problem) -> Problem {
    let plan = &shown.page.plan;
    let asked = |fault: &FieldProblem| fault.field() == AGREED || plan.fields.iter().any(|asked| asked.key == fault.field());
    let inner = match problem.kind {
        ProblemKind::Invalid => problem.fields.iter().find(|fault| !asked(fault)).map(|fault| (fault.field(), fault.code.as_str())),
        ProblemKind::Conflict | ProblemKind::Forbidden => Some(("", problem.code)),
        _ => None,
    };
    if let Some((field, code)) = inner {
        tracing::warn!(request = shown.facts.id, form = shown.page.id, field, code, "a form could not be taken");
        return Problem::invalid(vec![FieldProblem::new("", "form_cannot")]);
    }
    // that somebody was erased is nobody else's business
    if problem.fields.iter().any(|fault| fault.code == "erased_person") {
        return Problem::invalid(vec![FieldProblem::new("", "form_cannot")]);
    }
    let hidden = |fault: FieldProblem| if fault.code == "taken" { FieldProblem::new(fault.field(), "form_not_this") } else { fault };
    Problem { fields: problem.fields.into_iter().map(hidden).collect(), ..problem }
}

fn thanks_words(look: &Look, plan: &FormPlan) -> String {
    if plan.thanks.trim().is_empty() { look.t.get("form-thanks-usual") } else { plan.thanks.clone() }
}

fn thanks(look: &Look, plan: &FormPlan) -> Markup {
    html! {
        div.ak-open-card {
            div.ak-open-thanks role="status" {
                (crate::ui::icon::icon_sized("circle-check", 28))
                h1 { (look.t.get("form-thanks-title")) }
                p { (thanks_words(look, plan)) }
            }
        }
    }
}
