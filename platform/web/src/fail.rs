//! From a [`Problem`] to what the asker understands: page, fragment or `application/problem+json`.
//!
//! A handler answers `Err(Fail)`; the response only carries the problem, and [`crate::guard`], which
//! knows the request, has it drawn by [`draw`].

use crate::frame::bare;
use crate::guard::Facts;
use crate::locale::{Lang, Text, Value};
use crate::state::Web;
use crate::ui::button::Button;
use crate::ui::error::{ErrorBlock, error_block};
use crate::ui::frame::TopBar;
use crate::ui::toast::{Toast, toast_fragment};
use crate::ui::{Tone, layout};
use crate::visit::Visit;
use akrab_engine::Engine;
use akrab_model::object::DeclError;
use akrab_model::problem::ProblemKind;
use akrab_model::{FieldProblem, Problem, Registry};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::html;
use serde_json::json;

/// Answer of a handler.
pub type Reply = Result<Response, Fail>;

/// A problem on its way out.
#[derive(Debug, Clone)]
pub struct Fail {
    pub problem: Problem,
    /// Status where it is not the one of the problem's kind (405, 421).
    pub status: Option<StatusCode>,
}

impl From<Problem> for Fail {
    fn from(problem: Problem) -> Self {
        Self { problem, status: None }
    }
}

impl Fail {
    /// A problem under a status of its own.
    pub fn with_status(problem: Problem, status: StatusCode) -> Self {
        Self { problem, status: Some(status) }
    }
    pub(crate) fn status(&self) -> StatusCode {
        self.status.or_else(|| StatusCode::from_u16(self.problem.status()).ok()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for Fail {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Nobody is signed in.
pub fn unauthenticated() -> Problem {
    Problem::new(ProblemKind::Unauthenticated, "unauthenticated")
}

fn arguments(args: &[(String, String)]) -> Vec<(&str, Value<'_>)> {
    args.iter().map(|(name, value)| (name.as_str(), value.parse::<i64>().map_or_else(|_| value.as_str().into(), Value::from))).collect()
}

fn words(t: Text, code: &str, args: &[(String, String)]) -> String {
    let key = format!("problem-{}", code.replace('_', "-"));
    let (args, cause) = FieldProblem::parted(args);
    let cause = cause.map(|(code, args)| words(t, code, args));
    let mut values = arguments(args);
    // what is behind it is said in the same language
    for name in ["message", "cause"] {
        values.extend(cause.as_deref().map(|words| (name, Value::from(words))));
    }
    t.find(&key, &values).unwrap_or_else(|| {
        tracing::error!(key, "a problem has no words");
        t.get("problem-invalid")
    })
}

/// The problem in words.
pub fn message(t: Text, problem: &Problem) -> String {
    match problem.fields.first().filter(|fault| fault.code == problem.code) {
        Some(fault) => words(t, problem.code, &[problem.args.as_slice(), &named(fault)].concat()),
        None => words(t, problem.code, &problem.args),
    }
}

/// The words' arguments, with the place at fault for those that name it.
fn named(fault: &FieldProblem) -> Vec<(String, String)> {
    let mut args = fault.args.clone();
    if !FieldProblem::parted(&args).0.iter().any(|(name, _)| name == "field") {
        args.insert(0, ("field".into(), fault.pointer.rsplit('/').next().unwrap_or_default().into()));
    }
    args
}

/// What is wrong with one field.
pub fn field_message(t: Text, fault: &FieldProblem) -> String {
    words(t, &fault.code, &named(fault))
}

/// A fault of a declaration in words: which object, which field, what is wrong.
pub fn declared(t: Text, registry: &Registry, fault: &DeclError) -> String {
    let object = registry.object(&fault.file);
    let lang = t.lang.as_str();
    let mut place = object.map_or(fault.file.as_str(), |object| object.plural_label(lang)).to_string();
    if let Some(key) = &fault.field {
        let field = object.and_then(|o| o.decl.fields.get(key)).map_or(key.as_str(), |field| field.label.get(lang));
        place = format!("{place} › {field}");
    }
    field_message(t, &FieldProblem::new("", "shape_fault").with("object", place).because(&fault.fault))
}

/// The faulty fields with their messages, for [`crate::ui::form::error_summary`] and rows.
pub fn field_errors(t: Text, problem: &Problem) -> Vec<(String, String)> {
    if problem.fields.is_empty() {
        return vec![(String::new(), message(t, problem))];
    }
    problem.fields.iter().map(|fault| (fault.field().to_string(), field_message(t, fault))).collect()
}

/// The problem where no form stands that could show what is wrong with which field: each is named as people know it.
fn told(web: &Web, facts: &Facts, t: Text, problem: &Problem) -> String {
    let faults: Vec<&FieldProblem> = problem.fields.iter().filter(|fault| fault.code != problem.code).collect();
    if faults.is_empty() {
        return message(t, problem);
    }
    let registry = web.engine.registry();
    let object = facts.path().split('/').nth(1).and_then(|plural| registry.by_plural(plural));
    let label = |fault: &FieldProblem| Some(object?.field(fault.field())?.label.get(t.lang.as_str()).to_string());
    let one = |fault: &&FieldProblem| match label(fault) {
        Some(label) => format!("{label}: {}", field_message(t, fault)),
        None => field_message(t, fault),
    };
    let each = faults.iter().map(one).collect::<Vec<_>>().join(" ");
    if problem.code == "invalid" { each } else { format!("{} {each}", message(t, problem)) }
}

/// Draws a failed answer for whoever asked.
pub(crate) async fn draw(web: &Web, facts: &Facts, fail: &Fail) -> Response {
    if fail.problem.kind == ProblemKind::Internal {
        tracing::error!(request = facts.id, cause = fail.problem.cause, "a request failed");
    }
    if facts.wants_json() {
        return as_json(&web.engine, facts.guest_words(), fail, &facts.id);
    }
    let visit = Visit::find(web, facts).await.ok().flatten();
    let unknown = fail.problem.kind == ProblemKind::Unauthenticated && visit.is_none();
    let mut response = match (&visit, facts.fragment) {
        (_, false) if unknown => to_sign_in(facts),
        (_, true) if unknown => crate::sign_in::again(facts, &crate::sign_in::known(web, facts).await, &[]).into_response(),
        (Some(visit), true) => {
            let toast = Toast { message: told(web, facts, visit.t, &fail.problem), tone: Tone::Bad, ..Toast::default() };
            toast_fragment(visit.t, &toast, &visit.csrf).into_response()
        }
        (Some(visit), false) => {
            let mut frame = visit.frame(&title(visit.t, fail)).await;
            frame.top = TopBar::Lined;
            let body = error_block(visit.t, &block(web, facts, visit.t, fail, true));
            frame.page(body).into_response()
        }
        (None, _) => {
            let t = facts.guest_words();
            let page = bare(web, facts, &title(t, fail));
            layout::bare(&page, error_block(t, &block(web, facts, t, fail, false))).into_response()
        }
    };
    if response.status() == StatusCode::OK {
        *response.status_mut() = fail.status();
    }
    retry_after(&mut response, &fail.problem);
    response
}

fn retry_after(response: &mut Response, problem: &Problem) {
    let wait = problem.args.iter().find(|(name, _)| name == "seconds").map(|(_, value)| value.as_str());
    let wait = wait.or((problem.kind == ProblemKind::Busy).then_some("2"));
    if let Some(value) = wait.and_then(|w| HeaderValue::from_str(w).ok()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
}

/// The problem for programs: content type and body.
pub(crate) fn as_problem(engine: &Engine, t: Text, fail: &Fail, reference: &str) -> (&'static str, String) {
    let status = fail.status();
    let problem = &fail.problem;
    let mut body = json!({
        "type": format!("urn:akrab:problem:{}", problem.code),
        "title": title(t, fail),
        "status": status.as_u16(),
        "code": problem.code,
        "detail": message(t, problem),
        "reference": reference,
    });
    if !problem.fields.is_empty() {
        body["errors"] = problem
            .fields
            .iter()
            .map(|fault| json!({ "pointer": fault.pointer, "code": fault.code, "detail": field_message(t, fault) }))
            .collect();
    }
    if !problem.records.is_empty() {
        let registry = engine.registry();
        let named = |(object, id): &(String, i64)| Some(json!({ "object": registry.object(object)?.plural, "id": id }));
        body["records"] = problem.records.iter().filter_map(named).collect();
    }
    ("application/problem+json", body.to_string())
}

pub(crate) fn as_json(engine: &Engine, t: Text, fail: &Fail, reference: &str) -> Response {
    let (kind, body) = as_problem(engine, t, fail, reference);
    let mut response = (fail.status(), [(header::CONTENT_TYPE, kind)], body).into_response();
    if fail.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    retry_after(&mut response, &fail.problem);
    response
}

/// Leads to the sign-in and back to where the person wanted to go.
fn to_sign_in(facts: &Facts) -> Response {
    let back = if facts.method == Method::GET { facts.address() } else { facts.referer_path().unwrap_or_else(|| "/".into()) };
    let target = if back == "/" { "/sign-in".to_string() } else { format!("/sign-in?next={}", encode(&back)) };
    axum::response::Redirect::to(&target).into_response()
}

/// Percent-encodes what an address may not hold in a query value.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            out.push(byte as char);
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn title(t: Text, fail: &Fail) -> String {
    use ProblemKind::*;
    t.get(match fail.problem.kind {
        _ if fail.problem.code == "unknown_host" => "error-title-host",
        _ if fail.problem.code == "link_gone" => "error-title-link-gone",
        Malformed | Invalid => "error-title-invalid",
        Unauthenticated => "error-title-unauthenticated",
        Forbidden => "error-title-forbidden",
        NotFound => "error-title-not-found",
        Conflict | Stale => "error-title-conflict",
        TooLarge => "error-title-too-large",
        Limited => "error-title-limited",
        Internal => "error-title-internal",
        Busy => "error-title-busy",
        Full => "error-title-full",
    })
}

/// Ways on for somebody who is not signed in.
fn to_the_door(t: Text, problem: &Problem) -> maud::Markup {
    html! {
        @if problem.code == "link_gone" { (Button::new(t.get("forgot-do")).icon("mail").primary().large().href("/forgot")) }
        (Button::new(t.get("back-to-sign-in")).large().href("/sign-in"))
    }
}

fn block(web: &Web, facts: &Facts, t: Text, fail: &Fail, known: bool) -> ErrorBlock {
    use ProblemKind::*;
    let problem = &fail.problem;
    let (icon, todo) = match problem.kind {
        _ if problem.code == "link_gone" => ("link", "error-todo-link-gone"),
        NotFound if !known => ("search-x", "error-todo-lost"),
        Malformed | Invalid => ("circle-alert", "error-todo-invalid"),
        Unauthenticated => ("log-in", "error-todo-unauthenticated"),
        Forbidden => ("lock", "error-todo-forbidden"),
        NotFound => ("search-x", "error-todo-not-found"),
        Conflict | Stale => ("git-merge", "error-todo-conflict"),
        TooLarge => ("circle-alert", "error-todo-too-large"),
        Limited => ("hourglass", "error-todo-limited"),
        Internal => ("cloud-off", "error-todo-internal"),
        Busy => ("hourglass", "error-todo-limited"),
        Full => ("hard-drive", "error-todo-full"),
    };
    let text = told(web, facts, t, problem);
    let admin = web.engine.people().administrator().map(|p| p.name.clone());
    let home = t.with("to-home", &[("page", t.get(web.home().name).into())]);
    let again = admin.filter(|_| known).map(|name| t.with("error-ask-admin", &[("name", name.into())]));
    ErrorBlock {
        icon: icon.into(),
        title: title(t, fail),
        text,
        kept: if facts.method == Method::GET { String::new() } else { t.get("error-nothing-changed") },
        todo: t.get(todo),
        again: again.unwrap_or_default(),
        actions: Some(if !known && facts.method == Method::GET {
            to_the_door(t, problem)
        } else {
            html! {
                @if facts.method == Method::GET && matches!(problem.kind, Internal | Busy | Full) {
                    (Button::new(t.get("try-again")).icon("refresh-cw").primary().large().href(facts.address()))
                }
                @if let Some(back) = facts.referer_path().filter(|back| *back != facts.address()) {
                    (Button::new(t.get("go-back")).icon("arrow-left").large().href(back))
                }
                @if facts.method == Method::GET && facts.referer_path().is_none_or(|back| back == facts.address()) && !matches!(problem.kind, Internal | Busy | Full) {
                    (Button::new(home).icon(web.home().icon).primary().large().href("/"))
                } @else {
                    (Button::new(home).ghost().large().href("/"))
                }
            }
        }),
        reference: facts.id.clone(),
        time: web.engine.now().strftime(if t.lang == Lang::Id { "%d/%m/%Y %H.%M.%S" } else { "%d/%m/%Y %H:%M:%S" }).to_string(),
    }
}
