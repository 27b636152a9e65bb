//! Approval rules: the list, a rule with its steps and bands, its condition, and rules as a file.

mod draw;
mod read;

use super::listed::{Kind, faults};
use super::{Errors, frame, show};
use crate::approval::words;
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, get, post};
use crate::settings::calendars::key_for;
use crate::settings::condition::{Press, press};
use crate::ui::frame::content;
use crate::visit::Visit;
use akrab_engine::approval::{ApprovalDecl, usual_reasons};
use akrab_engine::calendar::USUAL;
use akrab_model::{FieldProblem, Object};
use axum::extract::{Path, Query};
use draw::Bench;
use maud::html;
use serde::Deserialize;

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/settings/approvals", get(page))
        .route("/settings/approvals/new", get(new).post(add))
        .route("/settings/approvals/{key}", get(edit).post(save))
        .route("/settings/approvals/{key}/retire", post(retire))
}

const KIND: Kind = Kind {
    place: "approvals",
    icon: "badge-check",
    title: "settings-approvals",
    text: "approval-rules-text",
    none: "approval-rules-none",
    new: "approval-rule-new",
    file_out: "approval-file-out",
    file_in: "approval-file-in",
    choose: "approval-choose-object",
    states: ["approval-rule-on", "approval-rule-off", "approval-rule-faulty"],
    verbs: ["approval-rule-use", "approval-rule-rest"],
    heads: [
        ("approval-rule", Some(200)),
        ("approval-object", Some(130)),
        ("approval-steps", None),
        ("approval-guards", Some(220)),
        ("approval-state", Some(130)),
    ],
};

async fn page(visit: Visit) -> Reply {
    visit.require_admin()?;
    let (rules, faulty) = visit
        .read(|tx| {
            let rules = tx.approval_rules()?;
            // what was changed about an object since may not fit any more
            let faulty: Vec<String> =
                rules.iter().filter(|r| !r.retired && tx.approval_rule_check(&r.key, &r.decl).is_err()).map(|r| r.key.clone()).collect();
            Ok((rules, faulty))
        })
        .await?;
    let look = visit.look();
    let cells = |decl: &ApprovalDecl, object: Option<&Object>| {
        let steps: Vec<String> = decl.steps.iter().map(|step| words::step(&look, &look.people, object, step)).collect();
        let guards: Vec<String> = decl.guards.iter().map(|guard| words::guard(&look, object, guard)).collect();
        let guards = html! { @if guards.is_empty() { span.ak-faint { "—" } } @else { (guards.join(", ")) } };
        [html! { (steps.join(" → ")) }, guards]
    };
    KIND.page(&visit, &rules, &faulty, |decl| &decl.object, cells).await
}

/// What the address of a rule's page may say.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// Of a new rule: its object.
    object: String,
    /// A number to try the rule with.
    #[serde(rename = "try")]
    number: String,
}

/// A press about the condition of a rule for the records of `object`.
async fn pressed(visit: &Visit, object: &str, fields: Fields, title: &str) -> Press {
    let over = |_: &str| Some((visit.registry().object(object)?.clone(), visit.t.get("approval-when")));
    press(visit, fields, &over, title).await
}

/// `GET /settings/approvals/new`: the object first, then the rule.
async fn new(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    let Some(object) = visit.registry().object(&asked.object).cloned() else { return KIND.choose_object(&visit).await };
    let decl = ApprovalDecl { object: object.key.clone(), calendar: USUAL.into(), reasons: usual_reasons(), ..ApprovalDecl::default() };
    draw_one(&visit, Bench::new(&visit, "", &decl, 0), &asked, &Errors::new()).await
}

async fn add(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let object = fields.text("object").to_string();
    let (fields, came) = match pressed(&visit, &object, fields, &visit.t.get("approval-rule-new")).await {
        Ok(form) => form,
        Err(page) => return *page,
    };
    let (decl, mut errors) = read::decl(&visit, &fields, &ApprovalDecl::default());
    if came {
        let bench = Bench { unsaved: true, ..Bench::new(&visit, "", &decl, 0) };
        return draw_one(&visit, bench, &Asked::default(), &Errors::new()).await;
    }
    if errors.is_empty() {
        let made = decl.clone();
        let saved = visit.write(move |tx| {
            let taken: Vec<String> = tx.approval_rules()?.into_iter().map(|rule| rule.key).collect();
            let key = key_for(&made.name.en, "approval", &taken);
            tx.approval_rule_save(&key, &made, Some(0))?;
            Ok(key)
        });
        match saved.await {
            Ok(key) => return visit.go(&format!("/settings/approvals/{key}"), Flash::ok(visit.t.get("saved"))),
            Err(fail) => errors = faults(&visit, fail, row)?,
        }
    }
    draw_one(&visit, Bench::new(&visit, "", &decl, 0), &Asked::default(), &errors).await
}

async fn edit(visit: Visit, Path(key): Path<String>, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    let wanted = key.clone();
    let kept = visit.read(move |tx| tx.approval_rule(&wanted)).await?;
    let bench = Bench { retired: kept.retired, ..Bench::new(&visit, &key, &kept.decl, kept.version) };
    draw_one(&visit, bench, &asked, &Errors::new()).await
}

async fn save(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let wanted = key.clone();
    let kept = visit.read(move |tx| tx.approval_rule(&wanted)).await?;
    let (fields, came) = match pressed(&visit, &kept.decl.object, fields, kept.name.get(visit.lang())).await {
        Ok(form) => form,
        Err(page) => return *page,
    };
    let known: i64 = fields.text("known").parse().unwrap_or(kept.version);
    let (decl, mut errors) = read::decl(&visit, &fields, &kept.decl);
    if came {
        let bench = Bench { retired: kept.retired, unsaved: true, ..Bench::new(&visit, &key, &decl, known) };
        return draw_one(&visit, bench, &Asked::default(), &Errors::new()).await;
    }
    if errors.is_empty() {
        let (made, name) = (decl.clone(), key.clone());
        match visit.write(move |tx| tx.approval_rule_save(&name, &made, Some(known))).await {
            Ok(_) => return visit.go(&format!("/settings/approvals/{key}"), Flash::ok(visit.t.get("saved"))),
            Err(fail) => errors = faults(&visit, fail, row)?,
        }
    }
    let bench = Bench { retired: kept.retired, ..Bench::new(&visit, &key, &decl, known) };
    draw_one(&visit, bench, &Asked::default(), &errors).await
}

/// The row of the form a fault stands at.
fn row(fault: &FieldProblem) -> String {
    let mut parts = fault.pointer.trim_start_matches('/').split('/');
    match (parts.next().unwrap_or_default(), parts.next(), parts.next()) {
        ("steps", Some(n), Some(part)) => format!("s{n}_{part}"),
        ("bands", Some(n), Some(part)) => format!("b{n}_{part}"),
        ("steps", ..) => "s0_who".into(),
        ("bands", ..) => "b0_from".into(),
        (first, ..) => first.to_string(),
    }
}

async fn draw_one(visit: &Visit, bench: Bench, asked: &Asked, errors: &Errors) -> Reply {
    let body = bench.draw(visit, &asked.number, errors).await?;
    let t = visit.t;
    let name = bench.decl.name.get(visit.lang());
    let title = if bench.key.is_empty() { t.get("approval-rule-new") } else { name.to_string() };
    let mut frame = frame(visit, &title).await;
    if !bench.key.is_empty() {
        frame.actions = Some(KIND.rest(visit, &bench.key, bench.retired));
    }
    show(visit, &frame, content(false, body), !errors.is_empty()).await
}

/// `POST /settings/approvals/{key}/retire`: out of force with `on`, back without.
async fn retire(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let on = fields.ticked("on");
    let done = visit.write(move |tx| tx.approval_rule_retire(&key, on)).await;
    KIND.rested(&visit, done)
}
