//! A rule of a step: its name, and the condition that has to hold, put together with the builder of lists.

use super::{edit, faults, step_href};
use crate::fail::{Reply, encode};
use crate::flash::Flash;
use crate::form::Fields;
use crate::settings::calendars::is_own;
use crate::settings::condition::{self, Condition, Entry};
use crate::settings::{Errors, frame, show};
use crate::ui::button::Button;
use crate::ui::form::{self, Row, error_summary};
use crate::ui::frame::content;
use crate::ui::input::{self, Input};
use crate::visit::Visit;
use akrab_engine::process::{RuleDecl, Way};
use akrab_model::{FieldProblem, Filter, Problem};
use axum::extract::{Path, Query};
use maud::html;
use serde::Deserialize;

/// Which rule: the stage, its door, and its place there; none for a new one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    stage: String,
    way: String,
    n: Option<usize>,
    name_id: String,
    name_en: String,
}

impl Asked {
    fn way(&self) -> Result<Way, Problem> {
        Way::of(&self.way).ok_or_else(Problem::not_found)
    }
    fn keep(&self) -> Vec<(String, String)> {
        let mut keep = vec![("stage".to_string(), self.stage.clone()), ("way".into(), self.way.clone())];
        keep.extend(self.n.map(|n| ("n".into(), n.to_string())));
        keep
    }
}

/// `GET /settings/processes/{key}/rule`
pub(super) async fn page(visit: Visit, Path(key): Path<String>, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    let kept = edit::kept(&visit, &key).await?;
    let way = asked.way()?;
    let rule = asked.n.and_then(|n| kept.decl.step(&asked.stage)?.gate(way).rules.get(n)).cloned().unwrap_or_default();
    let filter = condition::of_json(Some(&rule.must));
    draw(&visit, &key, kept.version, &asked, &rule, filter, &Errors::new()).await
}

async fn draw(visit: &Visit, key: &str, version: i64, asked: &Asked, rule: &RuleDecl, filter: Option<Filter>, errors: &Errors) -> Reply {
    let t = visit.t;
    let kept = edit::kept(visit, key).await?;
    let object = visit.registry().object(&kept.decl.object).cloned().ok_or_else(Problem::not_found)?;
    let condition = Condition::load(visit, object, filter).await?;
    let error = |name: &str| errors.iter().find(|(k, _)| k == name).map(|(_, words)| words.clone()).unwrap_or_default();
    let named = |typed: &str, kept: &str| if typed.is_empty() { kept.to_string() } else { typed.to_string() };
    let (id, en) = (named(&asked.name_id, &rule.name.id), named(&asked.name_en, &rule.name.en));
    let action = format!("/settings/processes/{key}/rule");
    let entry = Entry {
        name: "filter",
        label: t.get("rule-condition"),
        none: t.get("process-rule-none"),
        error: error("filter"),
        ..Entry::default()
    };
    let title = title(visit, asked);
    let body = html! {
        div.ak-stack {
            p.ak-muted { (t.get("process-rule-text")) }
            form.ak-stack method="post" action=(action) {
                (visit.token_field())
                input type="hidden" name="known" value=(version);
                @for (name, value) in asked.keep() { input type="hidden" name=(name) value=(value); }
                (error_summary(t, errors))
                (form::columns(html! {
                    (form::row(t, &Row::new(t.get("calendar-name-id")).hint(t.get("process-rule-name-hint")).error(error("name_id")), Input::new("name_id", &id).required(is_own(t, "id")), input::text))
                    (form::row(t, &Row::new(t.get("calendar-name-en")).error(error("name_en")), Input::new("name_en", &en).required(is_own(t, "en")), input::text))
                }))
                (condition.row(&entry))
                (crate::settings::line::buttons(t, Button::new(t.get("save")).primary(), &step_href(key, &asked.stage)))
            }
            @if asked.n.is_some() {
                form method="post" action={ (action) "/remove" } {
                    (visit.token_field())
                    @for (name, value) in asked.keep() { input type="hidden" name=(name) value=(value); }
                    (Button::new(t.get("process-rule-remove")).danger().submit())
                }
            }
        }
    };
    let mut frame = frame(visit, &title).await;
    frame.breadcrumb.push(crate::ui::frame::Crumb {
        label: kept.name.get(visit.lang()).to_string(),
        href: Some(format!("/settings/processes/{key}?step={}", encode(&asked.stage))),
    });
    show(visit, &frame, content(false, body), !errors.is_empty()).await
}

fn title(visit: &Visit, asked: &Asked) -> String {
    visit.t.with(&format!("process-rule-{}", asked.way), &[("stage", asked.stage.as_str().into())])
}

fn asked_of(fields: &Fields) -> Asked {
    Asked {
        stage: fields.text("stage").into(),
        way: fields.text("way").into(),
        n: fields.text("n").parse().ok(),
        name_id: fields.text("name_id").into(),
        name_en: fields.text("name_en").into(),
    }
}

/// `POST /settings/processes/{key}/rule`
pub(super) async fn save(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let kept = edit::kept(&visit, &key).await?;
    let object = visit.registry().object(&kept.decl.object).cloned().ok_or_else(Problem::not_found)?;
    let asked = asked_of(&fields);
    let way = asked.way()?;
    let over = |name: &str| (name == "filter").then(|| (object.clone(), visit.t.get("rule-condition")));
    let (fields, came) = match condition::press(&visit, fields, &over, &title(&visit, &asked)).await {
        Ok(form) => form,
        Err(page) => return *page,
    };
    let filter = condition::typed(&visit, &object, fields.text("filter"))?;
    let rule =
        RuleDecl { name: crate::settings::calendars::label_of(&fields), must: filter.as_ref().map(Filter::to_json).unwrap_or_default() };
    let known: i64 = fields.text("known").parse().unwrap_or(kept.version);
    let mut errors = Errors::new();
    if came {
        return draw(&visit, &key, known, &asked, &rule, filter, &errors).await;
    }
    let mut fault =
        |name: &str, code: &str| errors.push((name.into(), crate::fail::field_message(visit.t, &FieldProblem::new(name, code))));
    if rule.name.id.is_empty() {
        fault("name_id", "required");
    }
    if filter.is_none() {
        fault("filter", "process_rule_empty");
    }
    if errors.is_empty() {
        let mut decl = kept.decl.clone();
        let rules = &mut decl.step_mut(&asked.stage).gate_mut(way).rules;
        match asked.n.and_then(|n| rules.get_mut(n)) {
            Some(there) => *there = rule.clone(),
            None => rules.push(rule.clone()),
        }
        let name = key.clone();
        match visit.write(move |tx| tx.process_save(&name, &decl, Some(known))).await {
            Ok(_) => return visit.go(&step_href(&key, &asked.stage), Flash::ok(visit.t.get("saved"))),
            Err(fail) => errors = faults(&visit, fail, "")?,
        }
    }
    draw(&visit, &key, known, &asked, &rule, filter, &errors).await
}

/// `POST /settings/processes/{key}/rule/remove`
pub(super) async fn remove(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let kept = edit::kept(&visit, &key).await?;
    let asked = asked_of(&fields);
    let way = asked.way()?;
    let mut decl = kept.decl.clone();
    let rules = &mut decl.step_mut(&asked.stage).gate_mut(way).rules;
    if let Some(n) = asked.n.filter(|n| *n < rules.len()) {
        rules.remove(n);
    }
    edit::keep(&visit, &kept, decl, "", &asked.stage, Errors::new()).await
}
