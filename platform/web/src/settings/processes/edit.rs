//! A map on the bench: the picture, and beside it the form of the map or of the step that is chosen.

use super::{faults, read, step_href};
use crate::fail::{Fail, Reply, encode};
use crate::flash::Flash;
use crate::form::Fields;
use crate::process::{picture, words};
use crate::settings::{Errors, condition::Condition, frame};
use crate::ui::button::Button;
use crate::ui::form::{self, Row, error_summary};
use crate::ui::frame::TopBar;
use crate::ui::icon::icon_sized;
use crate::ui::input::{self, Input};
use crate::ui::tag::{Tone, tag_toned};
use crate::visit::Visit;
use akrab_engine::calendar::Kept;
use akrab_engine::process::{Process, ProcessDecl, StepDecl, Way};
use akrab_model::{Filter, Object};
use axum::extract::{Path, Query};
use maud::{Markup, html};
use serde::Deserialize;
use std::sync::Arc;

/// The step whose form is open.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    step: String,
}

pub(super) async fn page(visit: Visit, Path(key): Path<String>, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    let kept = kept(&visit, &key).await?;
    draw(&visit, &kept, &kept.decl, &asked.step, &Errors::new()).await
}

pub(super) async fn kept(visit: &Visit, key: &str) -> Result<Kept<ProcessDecl>, Fail> {
    let wanted = key.to_string();
    visit.read(move |tx| tx.process(&wanted)).await
}

/// `POST /settings/processes/{key}`: what holds for the whole map.
pub(super) async fn save(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let kept = kept(&visit, &key).await?;
    let decl = read::whole(&fields, &kept.decl);
    keep(&visit, &kept, decl, fields.text("known"), "", Errors::new()).await
}

/// `POST /settings/processes/{key}/step`
pub(super) async fn save_step(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let kept = kept(&visit, &key).await?;
    let mut errors = Errors::new();
    let stage = fields.text("stage").to_string();
    let mut decl = kept.decl.clone();
    let before = decl.step(&stage).cloned().unwrap_or_else(|| StepDecl { stage: stage.clone(), ..StepDecl::default() });
    *decl.step_mut(&stage) = read::step(&visit, &fields, before, &mut errors);
    keep(&visit, &kept, decl, fields.text("known"), &stage, errors).await
}

/// `POST /settings/processes/{key}/way`: draws the way between two stages, or takes it away. The way that was expected where
/// none was drawn stays beside the first one.
pub(super) async fn way(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let kept = kept(&visit, &key).await?;
    let (from, to) = (fields.text("from").to_string(), fields.text("to").to_string());
    let mut decl = kept.decl.clone();
    if from != to {
        let process = visit.read(move |tx| tx.process_drawn(&key)).await?;
        let expected = process.named(&from).filter(|stage| stage.category == "open").map(|stage| process.ways(stage)).unwrap_or_default();
        let ways = &mut decl.step_mut(&from).to;
        if ways.is_empty() {
            ways.extend(expected.iter().map(|stage| stage.name.clone()).filter(|name| *name != to));
        }
        match ways.iter().position(|name| *name == to) {
            Some(at) => drop(ways.remove(at)),
            None => ways.push(to),
        }
    }
    keep(&visit, &kept, decl, "", &from, Errors::new()).await
}

/// Keeps a new version and comes back to the step, or shows what is wrong with it.
pub(super) async fn keep(visit: &Visit, kept: &Kept<ProcessDecl>, decl: ProcessDecl, known: &str, step: &str, mut errors: Errors) -> Reply {
    let known: i64 = known.parse().unwrap_or(kept.version);
    if errors.is_empty() {
        let (key, made) = (kept.key.clone(), decl.clone());
        match visit.write(move |tx| tx.process_save(&key, &made, Some(known))).await {
            Ok(_) => {
                let back = if step.is_empty() { format!("/settings/processes/{}", kept.key) } else { step_href(&kept.key, step) };
                return visit.go(&back, Flash::ok(visit.t.get("saved")));
            }
            Err(fail) => errors = faults(visit, fail, step)?,
        }
    }
    draw(visit, kept, &decl, step, &errors).await
}

async fn draw(visit: &Visit, kept: &Kept<ProcessDecl>, decl: &ProcessDecl, step: &str, errors: &Errors) -> Reply {
    let t = visit.t;
    let Some(object) = visit.registry().object(&decl.object).cloned() else { return Err(akrab_model::Problem::not_found().into()) };
    let key = kept.key.clone();
    let (process, calendars, versions) =
        visit.read(move |tx| Ok((tx.process_drawn(&key), tx.calendars()?, tx.process_versions(&key)?.len()))).await?;
    let mut frame = frame(visit, kept.name.get(visit.lang())).await;
    frame.top = TopBar::Lined;
    frame.beside_title = Some(html! {
        @if kept.retired { (tag_toned(&t.get("process-off"), Tone::Outline)) } @else { (tag_toned(&t.get("process-on"), Tone::Ok)) }
        span.ak-muted.ak-small.ak-hide-phone { (t.with("process-version", &[("n", kept.version.into()), ("all", versions.into())])) }
    });
    frame.actions = Some(html! {
        @if !kept.retired { (Button::new(t.get("process-look")).icon("chart-column").href(format!("/processes/{}", kept.key))) }
        form method="post" action={ "/settings/processes/" (kept.key) "/retire" } {
            (visit.token_field())
            @if !kept.retired { input type="hidden" name="on" value="1"; }
            (Button::new(t.get(if kept.retired { "process-use" } else { "process-rest" })).ghost().submit())
        }
    });
    // a map whose pipeline has changed is shown with what is wrong with it
    let process = match process {
        Ok(mut process) => {
            process.decl = decl.clone();
            process
        }
        Err(problem) => {
            let words = crate::fail::field_errors(t, &problem).into_iter().map(|(_, words)| words).collect::<Vec<_>>().join(" ");
            let body = html! { div.ak-stack { p.ak-error { (words) } p { (t.get("process-faulty-text")) } } };
            return crate::settings::show(visit, &frame, crate::ui::frame::content(true, body), false).await;
        }
    };
    let chosen = process.named(step).cloned();
    let calendars: Vec<(String, String)> = calendars
        .iter()
        .filter(|c| !c.retired || c.key == decl.calendar)
        .map(|c| (c.key.clone(), c.name.get(visit.lang()).to_string()))
        .collect();
    let bench = Bench { visit, object: &object, process: &process, key: &kept.key, version: kept.version, errors };
    let panel = match &chosen {
        Some(stage) => bench.step(&stage.name).await?,
        None => bench.whole(&calendars),
    };
    let href = |stage: &str| step_href(&kept.key, stage);
    let body = html! {
        div.ak-flow {
            div.ak-flow-main {
                p.ak-flow-sentence { (t.get("process-draw-text")) }
                (picture::draw(t, &process, None, step, &href, Some(&format!("/settings/processes/{}/way", kept.key))))
                div.ak-process-list { (picture::list(t, visit.lang(), &process, None, step, &href)) }
            }
            aside.ak-flow-panel id="flow-panel" aria-label=(t.get("process-panel")) { (panel) }
        }
    };
    if errors.is_empty() { visit.page(&frame, body) } else { visit.invalid(&frame, body) }
}

struct Bench<'a> {
    visit: &'a Visit,
    object: &'a Arc<Object>,
    process: &'a Process,
    key: &'a str,
    version: i64,
    errors: &'a Errors,
}

impl Bench<'_> {
    fn error(&self, name: &str) -> String {
        form::error(self.errors, name)
    }

    fn text(&self, name: &str, label: &str, value: &str) -> Markup {
        let t = self.visit.t;
        form::row(t, &Row::new(t.get(label)).error(self.error(name)), Input::new(name, value), input::text)
    }

    fn long(&self, name: &str, label: &str, value: &str) -> Markup {
        let t = self.visit.t;
        form::row(t, &Row::new(t.get(label)), Input::new(name, value), |i| input::textarea(i, 3))
    }

    fn head(&self, icon: &str, title: &str) -> Markup {
        html! { div.ak-flow-panel-head { (icon_sized(icon, 16)) h2 { (title) } } }
    }

    /// The form of the whole map.
    fn whole(&self, calendars: &[(String, String)]) -> Markup {
        let (t, decl) = (self.visit.t, &self.process.decl);
        let people = words::who_options(self.visit);
        let chosen: Vec<String> = decl.pass.iter().map(ToString::to_string).collect();
        html! {
            (self.head("git-commit-horizontal", &t.get("process-whole")))
            div.ak-flow-panel-body {
                (error_summary(t, self.errors))
                form.ak-stack.ak-flow-form method="post" action={ "/settings/processes/" (self.key) } data-guard {
                    (self.visit.token_field())
                    input type="hidden" name="known" value=(self.version);
                    (self.text("name_id", "calendar-name-id", &decl.name.id))
                    (self.text("name_en", "calendar-name-en", &decl.name.en))
                    (self.long("guide_id", "process-guide-id", &decl.guide.id))
                    (self.long("guide_en", "process-guide-en", &decl.guide.en))
                    (form::row(t, &Row::new(t.get("process-calendar")).hint(t.get("process-calendar-hint")).error(self.error("calendar")), Input::new("calendar", &decl.calendar), |i| input::select(i, calendars)))
                    div.ak-form-row {
                        (input::checkbox("ordered", "1", &t.get("process-ordered"), decl.ordered))
                        div.ak-hint { (t.get("process-ordered-hint")) }
                    }
                    (form::row(t, &Row::new(t.get("process-pass")).hint(t.get("process-pass-hint")).error(self.error("pass")), Input::new("pass", ""), |i| input::multi_select(i, &people, &chosen.iter().map(String::as_str).collect::<Vec<_>>())))
                    div { (Button::new(t.get("save")).primary().submit()) }
                }
            }
        }
    }

    /// The form of a step.
    async fn step(&self, stage: &str) -> Result<Markup, Fail> {
        let (t, lang) = (self.visit.t, self.visit.lang());
        let none = StepDecl::default();
        let step = self.process.decl.step(stage).unwrap_or(&none);
        let fields: Vec<(String, String)> = self
            .object
            .fields
            .iter()
            .filter(|f| !f.system && !f.hidden && f.writable() && f.kind != akrab_model::FieldType::Stage && f.part_of.is_none())
            .map(|f| (f.key.clone(), self.visit.look().name(f).to_string()))
            .collect();
        let names = |all: &[String]| all.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
        let (number, unit) = step.limit.map_or((String::new(), "d"), |limit| {
            let (number, unit) = limit.parts();
            (number.to_string(), if limit.working { "w" } else { unit })
        });
        let gate = async |way: Way| -> Result<Markup, Fail> {
            let gate = step.gate(way);
            let chosen: Vec<&str> = gate.fields.iter().map(String::as_str).collect();
            let name = format!("{}_fields", way.key());
            let mut rules = Vec::new();
            for (n, rule) in gate.rules.iter().enumerate() {
                let condition = Condition::load(self.visit, self.object.clone(), Filter::from_json(&rule.must).ok()).await?;
                rules.push((n, rule.name.get(lang).to_string(), condition.words()));
            }
            let href = |n: &str| format!("/settings/processes/{}/rule?stage={}&way={}{n}", self.key, encode(stage), way.key());
            Ok(html! {
                (form::row(t, &Row::new(t.get(&format!("process-{name}"))).error(self.error(&name)), Input::new(&name, &names(&gate.fields)), |i| input::multi_select(i, &fields, &chosen)))
                div.ak-form-row {
                    span.ak-label { (t.get(&format!("process-{}_rules", way.key()))) }
                    @for (n, name, words) in &rules {
                        div.ak-flow-condition { a.ak-link href=(href(&format!("&n={n}"))) { (name) } span.ak-muted { (words) } }
                    }
                    div { (Button::new(t.get("process-rule-add")).icon("plus").href(href(""))) }
                }
            })
        };
        let (entry, exit) = (gate(Way::Entry).await?, gate(Way::Exit).await?);
        let others = self.process.stages.iter().filter(|other| other.name != stage);
        Ok(html! {
            (self.head("circle-dot", stage))
            div.ak-flow-panel-body {
                (error_summary(t, self.errors))
                form.ak-stack.ak-flow-form method="post" action={ "/settings/processes/" (self.key) "/step" } data-guard {
                    (self.visit.token_field())
                    input type="hidden" name="known" value=(self.version);
                    input type="hidden" name="stage" value=(stage);
                    (self.long("guide_id", "process-guide-id", &step.guide.id))
                    (self.long("guide_en", "process-guide-en", &step.guide.en))
                    (entry)
                    (exit)
                    div.ak-form-row {
                        span.ak-label id="f-to" { (t.get("process-to")) }
                        div.ak-hint { (t.get("process-to-hint")) }
                        div role="group" aria-labelledby="f-to" {
                            @for other in others { (input::checkbox("to", &other.name, &other.name, step.to.contains(&other.name))) }
                        }
                    }
                    (input::checkbox("starts", "1", &t.get("process-starts"), step.starts))
                    div.ak-flow-pair {
                        (form::row(t, &Row::new(t.get("process-limit")).error(self.error("limit")), Input::new("limit", &number), input::number))
                        (form::row(t, &Row::new(t.get("process-unit")), Input::new("unit", unit), |i| input::select(i, &words::units(t))))
                    }
                    @if let Some(limit) = step.limit { div.ak-hint { (super::limit_words(self.visit, limit)) } }
                    div { (Button::new(t.get("save")).primary().submit()) " " (Button::new(t.get("process-to-whole")).ghost().href(format!("/settings/processes/{}", self.key))) }
                }
            }
        })
    }
}
