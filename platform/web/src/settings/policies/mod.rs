//! Policies in the settings: the list, a policy with its condition, policies as a file.

mod draw;
mod read;

use super::listed::{Kind, faults, first};
use super::{Errors, frame, show};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::policy::words;
use crate::route::{Router, get, post};
use crate::settings::calendars::key_for;
use crate::settings::condition::{Press, press};
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::visit::Visit;
use akrab_engine::calendar::USUAL;
use akrab_engine::policy::{Must, PolicyDecl};
use akrab_model::Object;
use axum::extract::{Path, Query};
use draw::Bench;
use maud::html;
use serde::Deserialize;

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/settings/policies", get(page))
        .route("/settings/policies/new", get(new).post(add))
        .route("/settings/policies/{key}", get(edit).post(save))
        .route("/settings/policies/{key}/retire", post(retire))
}

const KIND: Kind = Kind {
    place: "policies",
    icon: "shield-alert",
    title: "settings-policies",
    text: "policy-text",
    none: "policy-none",
    new: "policy-new",
    file_out: "policy-file-out",
    file_in: "policy-file-in",
    choose: "policy-choose-object",
    states: ["process-on", "process-off", "policy-faulty"],
    verbs: ["process-use", "process-rest"],
    heads: [
        ("policy-name", Some(220)),
        ("policy-object", Some(140)),
        ("policy-must", None),
        ("policy-severity", Some(120)),
        ("process-state", Some(150)),
    ],
};

async fn page(visit: Visit) -> Reply {
    visit.require_admin()?;
    let (rules, faulty) = visit
        .read(|tx| {
            let rules = tx.policy_rules()?;
            let faulty: Vec<String> =
                rules.iter().filter(|r| !r.retired && tx.policy_check(&r.key, &r.decl).is_err()).map(|r| r.key.clone()).collect();
            Ok((rules, faulty))
        })
        .await?;
    let (t, look) = (visit.t, visit.look());
    let cells = |decl: &PolicyDecl, object: Option<&Object>| {
        [html! { (words::must(&look, object, decl, None)) }, words::severity(t, decl.severity)]
    };
    KIND.page(&visit, &rules, &faulty, |decl| &decl.object, cells).await
}

/// What the address of a policy's page may say.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Asked {
    /// Of a new one: its object, and what it asks for.
    object: String,
    kind: String,
}

/// A policy of this kind with nothing filled in yet.
fn blank(object: &Object, kind: &str) -> Option<PolicyDecl> {
    let day = "1d".parse().ok()?;
    let must = match kind {
        "fields" => Must::Fields { fields: Vec::new() },
        "next" => Must::Next { ahead: true },
        "answer" => Must::Answer { from: "created_at".into(), by: String::new(), within: "8h working".parse().ok()? },
        "touch" => Must::Touch { within: day },
        "pace" => Must::Pace {},
        "hold" => Must::Hold { filter: serde_json::Value::Null },
        "below" => Must::Below { field: String::new(), limit: String::new(), clear: String::new() },
        _ => return None,
    };
    Some(PolicyDecl { object: object.key.clone(), calendar: USUAL.into(), must, ..PolicyDecl::default() })
}

/// A press about one of the conditions of a policy over `object`.
async fn pressed(visit: &Visit, object: &str, fields: Fields, title: &str) -> Press {
    let over = |name: &str| {
        let words = if name == "when" { "policy-when" } else { "rule-condition" };
        Some((visit.registry().object(object)?.clone(), visit.t.get(words)))
    };
    press(visit, fields, &over, title).await
}

/// `GET /settings/policies/new`: the object first, then what it is about, then the policy.
async fn new(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let chosen = visit.registry().object(&asked.object).cloned();
    let decl = chosen.as_ref().and_then(|object| blank(object, &asked.kind));
    if let Some(decl) = decl {
        return draw_one(&visit, Bench::new(&visit, "", &decl, 0), &Errors::new()).await;
    }
    let Some(object) = &chosen else { return KIND.choose_object(&visit).await };
    let body = html! {
        p.ak-muted { (t.with("policy-choose-kind", &[("records", object.plural_label(visit.lang()).to_lowercase().into())])) }
        div.ak-type-list { @for kind in Must::KINDS {
            a href={ "/settings/policies/new?object=" (object.key) "&kind=" (kind) } { b { (t.get(&format!("policy-kind-{kind}"))) } span { (t.get(&format!("policy-kind-{kind}-text"))) } }
        } }
    };
    let frame = frame(&visit, &t.get("policy-new")).await;
    show(&visit, &frame, content(true, html! { div.ak-stack { (body) } }), false).await
}

async fn add(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let object = fields.text("object").to_string();
    let (fields, came) = match pressed(&visit, &object, fields, &visit.t.get("policy-new")).await {
        Ok(form) => form,
        Err(page) => return *page,
    };
    let start = visit.registry().object(fields.text("object")).and_then(|object| blank(object, fields.text("kind"))).unwrap_or_default();
    let (decl, mut errors) = read::decl(&visit, &fields, &start);
    if came {
        let bench = Bench { unsaved: true, ..Bench::new(&visit, "", &decl, 0) };
        return draw_one(&visit, bench, &Errors::new()).await;
    }
    if errors.is_empty() {
        let made = decl.clone();
        let saved = visit.write(move |tx| {
            let taken: Vec<String> = tx.policy_rules()?.into_iter().map(|rule| rule.key).collect();
            let key = key_for(&made.name.en, "policy", &taken);
            tx.policy_rule_save(&key, &made, Some(0))?;
            Ok(key)
        });
        match saved.await {
            Ok(key) => return visit.go(&format!("/settings/policies/{key}"), Flash::ok(visit.t.get("saved"))),
            Err(fail) => errors = faults(&visit, fail, first)?,
        }
    }
    draw_one(&visit, Bench::new(&visit, "", &decl, 0), &errors).await
}

async fn edit(visit: Visit, Path(key): Path<String>) -> Reply {
    visit.require_admin()?;
    let wanted = key.clone();
    let kept = visit.read(move |tx| tx.policy_rule(&wanted)).await?;
    let bench = Bench { retired: kept.retired, ..Bench::new(&visit, &key, &kept.decl, kept.version) };
    draw_one(&visit, bench, &Errors::new()).await
}

async fn save(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let wanted = key.clone();
    let kept = visit.read(move |tx| tx.policy_rule(&wanted)).await?;
    let (fields, came) = match pressed(&visit, &kept.decl.object, fields, kept.name.get(visit.lang())).await {
        Ok(form) => form,
        Err(page) => return *page,
    };
    let known: i64 = fields.text("known").parse().unwrap_or(kept.version);
    let (decl, mut errors) = read::decl(&visit, &fields, &kept.decl);
    if came {
        let bench = Bench { retired: kept.retired, unsaved: true, ..Bench::new(&visit, &key, &decl, known) };
        return draw_one(&visit, bench, &Errors::new()).await;
    }
    if errors.is_empty() {
        let (made, name) = (decl.clone(), key.clone());
        match visit.write(move |tx| tx.policy_rule_save(&name, &made, Some(known))).await {
            Ok(_) => return visit.go(&format!("/settings/policies/{key}"), Flash::ok(visit.t.get("saved"))),
            Err(fail) => errors = faults(&visit, fail, first)?,
        }
    }
    let bench = Bench { retired: kept.retired, ..Bench::new(&visit, &key, &decl, known) };
    draw_one(&visit, bench, &errors).await
}

async fn draw_one(visit: &Visit, bench: Bench, errors: &Errors) -> Reply {
    let body = bench.draw(visit, errors).await?;
    let t = visit.t;
    let name = bench.decl.name.get(visit.lang());
    let title = if bench.key.is_empty() { t.get("policy-new") } else { name.to_string() };
    let mut frame = frame(visit, &title).await;
    if !bench.key.is_empty() {
        frame.actions = Some(html! {
            @if !bench.retired { (Button::new(t.get("policy-look")).icon("list-checks").href(format!("/policies/{}", bench.key))) }
            (KIND.rest(visit, &bench.key, bench.retired))
        });
    }
    show(visit, &frame, content(false, body), !errors.is_empty()).await
}

/// `POST /settings/policies/{key}/retire`: out of force with `on`, back without.
async fn retire(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let on = fields.ticked("on");
    let done = visit.write(move |tx| tx.policy_retire(&key, on)).await;
    KIND.rested(&visit, done)
}
