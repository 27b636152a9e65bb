//! Approval rules: the list, a rule with its steps and bands, its condition, and rules as a file.

mod condition;
mod draw;
mod file;
mod read;

use super::{Errors, frame, show};
use crate::approval::words;
use crate::fail::{Fail, Reply, field_message, message};
use crate::flash::Flash;
use crate::form::Fields;
use crate::settings::calendars::key_for;
use crate::state::Web;
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::content;
use crate::ui::status::{Status, status};
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::approval::{ApprovalDecl, usual_reasons};
use akrab_engine::calendar::{Kept, USUAL};
use akrab_model::Object;
use akrab_model::problem::ProblemKind;
use axum::Router;
use axum::extract::{Path, Query};
use axum::routing::{get, post};
use draw::Bench;
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/settings/approvals", get(page))
        .route("/settings/approvals/new", get(new).post(add))
        .route("/settings/approvals/new/condition", post(condition::of_new))
        .route("/settings/approvals/export", get(file::export))
        .route("/settings/approvals/{key}", get(edit).post(save))
        .route("/settings/approvals/{key}/condition", post(condition::of_kept))
        .route("/settings/approvals/{key}/retire", post(retire))
}

/// Objects whose records may need an approval.
fn objects(visit: &Visit) -> Vec<Arc<Object>> {
    let mut all: Vec<Arc<Object>> = visit.registry().objects().filter(|o| !o.is_system() && !o.decl.hidden).cloned().collect();
    all.sort_by_key(|o| o.plural_label(visit.lang()).to_lowercase());
    all
}

async fn page(visit: Visit) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let (rules, faulty) = visit
        .read(|tx| {
            let rules = tx.approval_rules()?;
            // what was changed about an object since may not fit any more
            let faulty: Vec<String> =
                rules.iter().filter(|r| !r.retired && tx.approval_rule_check(&r.key, &r.decl).is_err()).map(|r| r.key.clone()).collect();
            Ok((rules, faulty))
        })
        .await?;
    let mut frame = frame(&visit, &t.get("settings-approvals")).await;
    frame.actions = Some(html! {
        @if !rules.is_empty() { (Button::new(t.get("approval-file-out")).icon("download").ghost().href("/settings/approvals/export")) }
        (Button::new(t.get("approval-file-in")).icon("upload").ghost().href("/settings/approvals/import"))
        (Button::new(t.get("approval-rule-new")).icon("plus").primary().href("/settings/approvals/new"))
    });
    let body = if rules.is_empty() {
        empty(&Empty {
            icon: "badge-check".into(),
            title: t.get("approval-rules-none"),
            text: t.get("approval-rules-text"),
            ..Empty::default()
        })
    } else {
        content(false, html! { div.ak-stack { p { (t.get("approval-rules-text")) } (table(&visit, &rules, &faulty)) } })
    };
    show(&visit, &frame, body, false).await
}

fn table(visit: &Visit, rules: &[Kept<ApprovalDecl>], faulty: &[String]) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let heads = ["approval-rule", "approval-object", "approval-steps", "approval-guards", "approval-state"].map(|key| t.get(key));
    let widths = [Some(200), Some(130), None, Some(220), Some(130)];
    let heads: Vec<_> = heads.iter().zip(widths).map(|(label, width)| (label.as_str(), false, width)).collect();
    let row = |rule: &Kept<ApprovalDecl>| {
        let object = visit.registry().object(&rule.decl.object).cloned();
        let steps: Vec<String> = rule.decl.steps.iter().map(|step| words::step(&look, &look.people, object.as_deref(), step)).collect();
        let guards: Vec<String> = rule.decl.guards.iter().map(|guard| words::guard(&look, object.as_deref(), guard)).collect();
        vec![
            html! { a.ak-link href={ "/settings/approvals/" (rule.key) } { (rule.name.get(visit.lang())) } },
            html! { (object.as_ref().map_or(rule.decl.object.as_str(), |o| o.label(visit.lang()))) },
            html! { (steps.join(" → ")) },
            html! { @if guards.is_empty() { span.ak-faint { "—" } } @else { (guards.join(", ")) } },
            html! {
                @if rule.retired { (status(Status::None, &t.get("approval-rule-off"))) }
                @else if faulty.contains(&rule.key) { (status(Status::Late, &t.get("approval-rule-faulty"))) }
                @else { (status(Status::Ok, &t.get("approval-rule-on"))) }
            },
        ]
    };
    html! { div.ak-audit { (plain_table(&t.get("settings-approvals"), &heads, &rules.iter().map(row).collect::<Vec<_>>(), None)) } }
}

/// What the address of a rule's page may say.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// Of a new rule: its object.
    object: String,
    /// A condition that was put together, to be kept with the rest.
    filter: Option<String>,
    /// A number to try the rule with.
    #[serde(rename = "try")]
    number: String,
    /// The rest of the address is what was typed in the form before the condition was put together.
    typed: String,
}

/// What was typed before a condition was put together, with that condition.
fn typed(visit: &Visit, asked: &Asked, all: Vec<(String, String)>, decl: &mut ApprovalDecl) -> Result<(), Fail> {
    if !asked.typed.is_empty() {
        *decl = read::decl(visit, &Fields(all), decl).0;
    }
    if let (Some(text), Some(object)) = (&asked.filter, visit.registry().object(&decl.object)) {
        let filter = crate::filter::tree::read(&visit.registry(), object, &visit.look().parse_env(), text)?;
        decl.when = filter.map(|f| f.to_json());
    }
    Ok(())
}

/// `GET /settings/approvals/new`: the object first, then the rule.
async fn new(visit: Visit, Query(asked): Query<Asked>, Query(all): Query<Vec<(String, String)>>) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let Some(object) = visit.registry().object(&asked.object).cloned() else {
        let body = html! {
            p.ak-muted { (t.get("approval-choose-object")) }
            div.ak-type-list {
                @for object in objects(&visit) {
                    a href={ "/settings/approvals/new?object=" (object.key) } { b { (object.plural_label(visit.lang())) } span { (object.decl.purpose.get(visit.lang())) } }
                }
            }
        };
        let frame = frame(&visit, &t.get("approval-rule-new")).await;
        return show(&visit, &frame, content(true, html! { div.ak-stack { (body) } }), false).await;
    };
    let mut decl = ApprovalDecl { object: object.key.clone(), calendar: USUAL.into(), reasons: usual_reasons(), ..ApprovalDecl::default() };
    typed(&visit, &asked, all, &mut decl)?;
    let bench = Bench { unsaved: asked.filter.is_some(), ..Bench::new(&visit, "", &decl, 0) };
    draw_one(&visit, bench, &asked, &Errors::new()).await
}

async fn add(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let (decl, mut errors) = read::decl(&visit, &fields, &ApprovalDecl::default());
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
            Err(fail) => errors = faults(&visit, fail)?,
        }
    }
    draw_one(&visit, Bench::new(&visit, "", &decl, 0), &Asked::default(), &errors).await
}

async fn edit(visit: Visit, Path(key): Path<String>, Query(asked): Query<Asked>, Query(all): Query<Vec<(String, String)>>) -> Reply {
    visit.require_admin()?;
    let wanted = key.clone();
    let kept = visit.read(move |tx| tx.approval_rule(&wanted)).await?;
    let mut decl = kept.decl.clone();
    let known = all.iter().find(|(name, _)| name == "known").and_then(|(_, n)| n.parse().ok()).unwrap_or(kept.version);
    typed(&visit, &asked, all, &mut decl)?;
    let bench = Bench { retired: kept.retired, unsaved: decl != kept.decl, ..Bench::new(&visit, &key, &decl, known) };
    draw_one(&visit, bench, &asked, &Errors::new()).await
}

async fn save(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let wanted = key.clone();
    let kept = visit.read(move |tx| tx.approval_rule(&wanted)).await?;
    let known: i64 = fields.text("known").parse().unwrap_or(kept.version);
    let (decl, mut errors) = read::decl(&visit, &fields, &kept.decl);
    if errors.is_empty() {
        let (made, name) = (decl.clone(), key.clone());
        match visit.write(move |tx| tx.approval_rule_save(&name, &made, Some(known))).await {
            Ok(_) => return visit.go(&format!("/settings/approvals/{key}"), Flash::ok(visit.t.get("saved"))),
            Err(fail) => errors = faults(&visit, fail)?,
        }
    }
    let bench = Bench { retired: kept.retired, ..Bench::new(&visit, &key, &decl, known) };
    draw_one(&visit, bench, &Asked::default(), &errors).await
}

/// Faults beside the rows of the form.
fn faults(visit: &Visit, fail: Fail) -> Result<Errors, Fail> {
    let problem = fail.problem;
    match problem.kind {
        ProblemKind::Invalid => Ok(problem
            .fields
            .iter()
            .map(|fault| {
                let mut parts = fault.pointer.trim_start_matches('/').split('/');
                let (first, n, part) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
                let name = match (first, n, part) {
                    ("steps", Some(n), Some(part)) => format!("s{n}_{part}"),
                    ("bands", Some(n), Some(part)) => format!("b{n}_{part}"),
                    ("steps", ..) => "s0_who".into(),
                    ("bands", ..) => "b0_from".into(),
                    (first, ..) => first.to_string(),
                };
                (name, field_message(visit.t, fault))
            })
            .collect()),
        ProblemKind::Stale => Ok(vec![(String::new(), message(visit.t, &problem))]),
        _ => Err(problem.into()),
    }
}

async fn draw_one(visit: &Visit, bench: Bench, asked: &Asked, errors: &Errors) -> Reply {
    let body = bench.draw(visit, &asked.number, errors).await?;
    let t = visit.t;
    let name = bench.decl.name.get(visit.lang());
    let title = if bench.key.is_empty() { t.get("approval-rule-new") } else { name.to_string() };
    let mut frame = frame(visit, &title).await;
    if !bench.key.is_empty() {
        let words = t.get(if bench.retired { "approval-rule-use" } else { "approval-rule-rest" });
        frame.actions = Some(html! {
            form method="post" action={ "/settings/approvals/" (bench.key) "/retire" } {
                (visit.token_field())
                @if !bench.retired { input type="hidden" name="on" value="1"; }
                (Button::new(words).ghost().submit())
            }
        });
    }
    show(visit, &frame, content(false, body), !errors.is_empty()).await
}

/// `POST /settings/approvals/{key}/retire`: out of force with `on`, back without.
async fn retire(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let on = fields.ticked("on");
    match visit.write(move |tx| tx.approval_rule_retire(&key, on)).await {
        Ok(_) => visit.go("/settings/approvals", Flash::ok(visit.t.get("saved"))),
        Err(fail) if fail.problem.kind == ProblemKind::Invalid => {
            let words = faults(&visit, fail)?.into_iter().map(|(_, words)| words).collect::<Vec<_>>().join(" ");
            visit.back("/settings/approvals", Flash::bad(words))
        }
        Err(fail) => Err(fail),
    }
}
