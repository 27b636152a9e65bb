//! Process maps in the settings: the list, a map drawn and changed step by step, its rules, maps as a file.

mod edit;
mod read;
mod rule;

use super::{Errors, frame, show};
use crate::fail::{Fail, Reply, encode, field_message, message};
use crate::flash::Flash;
use crate::form::Fields;
use crate::process::words;
use crate::route::{Router, get, post};
use crate::settings::calendars::{is_own, key_for, label_of};
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::form::{self, Row, error_summary};
use crate::ui::frame::content;
use crate::ui::input::{self, Input};
use crate::ui::status::{Status, status};
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::ListRequest;
use akrab_engine::calendar::{Kept, USUAL};
use akrab_engine::process::ProcessDecl;
use akrab_model::problem::ProblemKind;
use akrab_model::{Problem, Record};
use axum::extract::Path;
use maud::{Markup, html};
pub(super) use read::{label, limit};

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new()
        .route("/settings/processes", get(page))
        .route("/settings/processes/new", get(new).post(add))
        .route("/settings/processes/{key}", get(edit::page).post(edit::save))
        .route("/settings/processes/{key}/step", post(edit::save_step))
        .route("/settings/processes/{key}/way", post(edit::way))
        .route("/settings/processes/{key}/rule", get(rule::page).post(rule::save))
        .route("/settings/processes/{key}/rule/remove", post(rule::remove))
        .route("/settings/processes/{key}/retire", post(retire))
}

/// The address of a step of a map.
fn step_href(key: &str, stage: &str) -> String {
    format!("/settings/processes/{key}?step={}", encode(stage))
}

async fn page(visit: Visit) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let (maps, faulty) = visit
        .read(|tx| {
            let maps = tx.processes()?;
            let faulty: Vec<String> =
                maps.iter().filter(|m| !m.retired && tx.process_check(&m.key, &m.decl).is_err()).map(|m| m.key.clone()).collect();
            Ok((maps, faulty))
        })
        .await?;
    let mut frame = frame(&visit, &t.get("settings-processes")).await;
    frame.actions = Some(html! {
        @if !maps.is_empty() { (Button::new(t.get("process-file-out")).icon("download").ghost().href("/settings/transfer/export?part=processes")) }
        (Button::new(t.get("process-file-in")).icon("upload").ghost().href("/settings/processes/import"))
        (Button::new(t.get("process-new")).icon("plus").primary().href("/settings/processes/new"))
    });
    let body = if maps.is_empty() {
        empty(&Empty {
            icon: "git-commit-horizontal".into(),
            title: t.get("process-none"),
            text: t.get("process-text"),
            ..Empty::default()
        })
    } else {
        content(false, html! { div.ak-stack { p { (t.get("process-text")) } (table(&visit, &maps, &faulty)) } })
    };
    show(&visit, &frame, body, false).await
}

fn table(visit: &Visit, maps: &[Kept<ProcessDecl>], faulty: &[String]) -> Markup {
    let t = visit.t;
    let heads = ["process-name", "process-object", "process-pipeline", "process-rules", "process-state"].map(|key| t.get(key));
    let widths = [None, Some(160), Some(200), Some(120), Some(150)];
    let heads: Vec<_> = heads.iter().zip(widths).enumerate().map(|(n, (label, width))| (label.as_str(), n == 3, width)).collect();
    let row = |map: &Kept<ProcessDecl>| {
        let object = visit.registry().object(&map.decl.object).map(|o| o.label(visit.lang()).to_string());
        let rules: usize = map.decl.steps.iter().flat_map(|s| [&s.entry, &s.exit]).map(|g| g.fields.len() + g.rules.len()).sum();
        vec![
            html! { a.ak-link href={ "/settings/processes/" (map.key) } { (map.name.get(visit.lang())) } },
            html! { (object.unwrap_or_else(|| map.decl.object.clone())) },
            html! { (map.decl.pipeline) },
            html! { (t.number(rules as i64)) },
            html! {
                @if map.retired { (status(Status::None, &t.get("process-off"))) }
                @else if faulty.contains(&map.key) { (status(Status::Late, &t.get("process-faulty"))) }
                @else { (status(Status::Ok, &t.get("process-on"))) }
            },
        ]
    };
    html! { div.ak-audit { (plain_table(&t.get("settings-processes"), &heads, &maps.iter().map(row).collect::<Vec<_>>(), None)) } }
}

/// Pipelines there are, with the object of each.
async fn pipelines(visit: &Visit) -> Result<Vec<Record>, Fail> {
    let request = ListRequest { object: "pipeline".into(), limit: 200, ..ListRequest::default() };
    Ok(visit.engine().list(&visit.ctx, request).await?.records)
}

async fn new(visit: Visit) -> Reply {
    visit.require_admin()?;
    draw_new(&visit, &Fields::default(), &Errors::new()).await
}

async fn draw_new(visit: &Visit, typed: &Fields, errors: &Errors) -> Reply {
    let t = visit.t;
    let registry = visit.registry();
    let options: Vec<(String, String)> = pipelines(visit)
        .await?
        .iter()
        .filter_map(|p| Some((p.id.to_string(), format!("{} · {}", registry.object(p.text("object"))?.label(visit.lang()), p.title()))))
        .collect();
    let error = |name: &str| form::error(errors, name);
    let row = |lang: &str, name: &str, label: &str| {
        form::row(t, &Row::new(t.get(label)).error(error(name)), Input::new(name, typed.text(name)).required(is_own(t, lang)), input::text)
    };
    let body = if options.is_empty() {
        html! { p { (t.get("process-no-pipelines")) } div { (Button::new(t.get("pipeline-new")).icon("plus").primary().href("/settings/pipelines/new")) } }
    } else {
        html! {
            p.ak-muted { (t.get("process-new-text")) }
            form.ak-stack method="post" action="/settings/processes/new" {
                (visit.token_field())
                (error_summary(t, errors))
                (form::row(t, &Row::new(t.get("process-pipeline")).error(error("pipeline")), Input::new("pipeline", typed.text("pipeline")).required(true), |i| input::select(i, &options)))
                (form::columns(html! { (row("id", "name_id", "calendar-name-id")) (row("en", "name_en", "calendar-name-en")) }))
                (crate::settings::line::buttons(t, Button::new(t.get("process-draw")).primary(), "/settings/processes"))
            }
        }
    };
    let frame = frame(visit, &t.get("process-new")).await;
    show(visit, &frame, content(true, html! { div.ak-stack { (body) } }), !errors.is_empty()).await
}

async fn add(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let chosen = pipelines(&visit).await?.into_iter().find(|p| p.id.to_string() == fields.text("pipeline"));
    let decl = ProcessDecl {
        name: label_of(&fields),
        object: chosen.as_ref().map(|p| p.text("object").to_string()).unwrap_or_default(),
        pipeline: chosen.as_ref().map(|p| p.title().to_string()).unwrap_or_default(),
        calendar: USUAL.into(),
        ..ProcessDecl::default()
    };
    let saved = visit.write(move |tx| {
        let taken: Vec<String> = tx.processes()?.into_iter().map(|map| map.key).collect();
        let key = key_for(&decl.name.en, "process", &taken);
        tx.process_save(&key, &decl, Some(0))?;
        Ok(key)
    });
    match saved.await {
        Ok(key) => visit.go(&format!("/settings/processes/{key}"), Flash::ok(visit.t.get("saved"))),
        Err(fail) => draw_new(&visit, &fields, &faults(&visit, fail, "")?).await,
    }
}

/// Faults beside the rows of a form; those of a step stand at the form of that step.
fn faults(visit: &Visit, fail: Fail, step: &str) -> Result<Errors, Fail> {
    let problem: Problem = fail.problem;
    match problem.kind {
        ProblemKind::Invalid => Ok(problem
            .fields
            .iter()
            .map(|fault| {
                let name = match fault.pointer.trim_start_matches('/').split('/').collect::<Vec<_>>().as_slice() {
                    ["steps", _, part] if !step.is_empty() => format!("{part}_fields"),
                    ["steps", ..] => String::new(),
                    [first, ..] => (*first).to_string(),
                    [] => String::new(),
                };
                (name, field_message(visit.t, fault))
            })
            .collect()),
        ProblemKind::Stale => Ok(vec![(String::new(), message(visit.t, &problem))]),
        _ => Err(problem.into()),
    }
}

/// `POST /settings/processes/{key}/retire`: out of force with `on`, back without.
async fn retire(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let on = fields.ticked("on");
    match visit.write(move |tx| tx.process_retire(&key, on)).await {
        Ok(_) => visit.go("/settings/processes", Flash::ok(visit.t.get("saved"))),
        Err(fail) if fail.problem.kind == ProblemKind::Invalid => {
            let words = faults(&visit, fail, "")?.into_iter().map(|(_, words)| words).collect::<Vec<_>>().join(" ");
            visit.back("/settings/processes", Flash::bad(words))
        }
        Err(fail) => Err(fail),
    }
}

/// The words of a limit, for those who set one.
fn limit_words(visit: &Visit, limit: akrab_engine::process::Limit) -> String {
    words::limit(visit.t, limit)
}
