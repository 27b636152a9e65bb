//! Rules over several fields that every record has to keep.

use super::super::Errors;
use super::super::condition::{Condition, Entry, of_json, press};
use super::{Come, Target, come, plan, tabbed};
use crate::fail::{Fail, Reply};
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::form::{self, Row};
use crate::ui::input::{self, Input};
use crate::visit::Visit;
use akrab_engine::shape::Deed;
use akrab_model::Label;
use akrab_model::object::ValidationDecl;
use akrab_model::object::shape::{Part, free_key};
use axum::extract::Path;
use maud::{Markup, html};

/// The rules the workspace made.
fn own(target: &Target) -> Vec<ValidationDecl> {
    match &target.part {
        Some(Part::Own(decl)) => decl.validations.clone(),
        Some(Part::Change(change)) => change.validations.clone(),
        None => Vec::new(),
    }
}

/// `GET /settings/objects/{key}/rules`
pub(super) async fn page(visit: Visit, Path(key): Path<String>) -> Reply {
    let target = Target::of(&visit, &key)?;
    let rules = own(&target);
    draw(&visit, &target, &rules, &Errors::new()).await
}

async fn draw(visit: &Visit, target: &Target, rules: &[ValidationDecl], errors: &Errors) -> Reply {
    let t = visit.t;
    let mine: Vec<&str> = rules.iter().map(|rule| rule.key.as_str()).collect();
    let shipped = target
        .object
        .decl
        .validations
        .iter()
        .filter(|rule| !mine.contains(&rule.key.as_str()) && !own(target).iter().any(|own| own.key == rule.key));
    let conditional = target.object.decl.fields.iter().filter(|(_, f)| f.visible_when.is_some() || f.required_when.is_some());
    let empty = ValidationDecl { key: String::new(), must: None, formula: Some(String::new()), message: Label::default(), field: None };
    let mut boxes = Vec::new();
    for (n, rule) in rules.iter().chain([&empty]).enumerate() {
        boxes.push(rule_box(visit, target, n, rule).await?);
    }
    let body = html! {
        p.ak-muted { (t.get("rules-text")) }
        form.ak-stack method="post" action=(target.href("/rules")) data-guard {
            (visit.token_field()) (target.version_field())
            (form::error_summary(t, errors))
            @for one in &boxes { (one) }
            div.ak-row.ak-gap-8 { (Button::new(t.get("save")).primary().submit()) }
        }
        @for rule in shipped { p.ak-muted { (rule.message.get(visit.lang())) } }
        h2.ak-strong { (t.get("shape-conditions")) }
        ul.ak-use-list { @for (key, field) in conditional {
            li { a.ak-link href=(target.href(&format!("/fields/{key}"))) { (field.label.get(visit.lang())) } " "
                @if field.visible_when.is_some() { (crate::ui::tag(&t.get("shape-visible-when"))) " " }
                @if field.required_when.is_some() { (crate::ui::tag(&t.get("shape-required-when"))) }
            }
        } }
        p.ak-hint { (t.get("rules-conditions-text")) }
    };
    tabbed(visit, target, "rules", None, body, errors).await
}

async fn rule_box(visit: &Visit, target: &Target, n: usize, rule: &ValidationDecl) -> Result<Markup, Fail> {
    let t = visit.t;
    let fields: Vec<(String, String)> = std::iter::once((String::new(), "—".to_string()))
        .chain(
            target
                .object
                .decl
                .fields
                .iter()
                .filter(|(_, f)| !f.hidden)
                .map(|(key, f)| (key.clone(), f.label.get(visit.lang()).to_string())),
        )
        .collect();
    let name = |suffix: &str| format!("r{n}_{suffix}");
    let row = |suffix: &str, words: String, value: &str, hint: String| {
        form::row(t, &Row::new(words).hint(hint), Input::new(&name(suffix), value), input::text)
    };
    let must_name = name("must");
    let must = Condition::load(visit, target.object.clone(), of_json(rule.must.as_ref())).await?;
    let must = must.row(&Entry { name: &must_name, label: t.get("rules-must"), none: t.get("rules-must-none"), ..Entry::default() });
    Ok(html! {
        fieldset.ak-form-group { legend { @if rule.message.get(visit.lang()).is_empty() { (t.get("rules-new")) } @else { (rule.message.get(visit.lang())) } }
            input type="hidden" name=(name("key")) value=(rule.key);
            (must)
            @if rule.must.is_none() || rule.formula.is_some() { (row("formula", t.get("rules-formula"), rule.formula.as_deref().unwrap_or(""), t.get("rules-formula-hint"))) }
            (row("id", format!("{} ({})", t.get("rules-message"), t.get("language-indonesian")), &rule.message.id, String::new()))
            (row("en", format!("{} ({})", t.get("rules-message"), t.get("language-english")), &rule.message.en, String::new()))
            (form::row(t, &Row::new(t.get("rules-field")), Input::new(&name("field"), rule.field.as_deref().unwrap_or("")), |i| input::select(i, &fields)))
            @if !rule.key.is_empty() { (input::checkbox(&name("out"), "1", &t.get("rules-out"), false)) }
        }
    })
}

fn read(fields: &Fields) -> Vec<ValidationDecl> {
    let mut rules: Vec<ValidationDecl> = Vec::new();
    for n in 0.. {
        let text = |suffix: &str| fields.text(&format!("r{n}_{suffix}")).to_string();
        if fields.get(&format!("r{n}_key")).is_none() {
            break;
        }
        let must = serde_json::from_str(&text("must")).ok();
        let formula = Some(text("formula")).filter(|formula| !formula.is_empty());
        let (id, en) = (text("id"), text("en"));
        let said = must.is_some() || formula.is_some() || !id.is_empty() || !en.is_empty();
        if fields.ticked(&format!("r{n}_out")) || !said {
            continue;
        }
        let message = Label { id: if id.is_empty() { en.clone() } else { id.clone() }, en: if en.is_empty() { id } else { en } };
        let key = match text("key") {
            key if key.is_empty() => free_key(&message.en, |key| rules.iter().any(|rule| rule.key == key)),
            key => key,
        };
        rules.push(ValidationDecl { key, must, formula, message, field: Some(text("field")).filter(|field| !field.is_empty()) });
    }
    rules
}

/// `POST /settings/objects/{key}/rules`
pub(super) async fn save(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    let target = Target::of(&visit, &key)?;
    let over = |name: &str| name.starts_with('r').then(|| (target.object.clone(), visit.t.get("rules-must")));
    let (fields, came) = match press(&visit, fields, &over, &visit.t.get("shape-rules")).await {
        Ok(form) => form,
        Err(page) => return *page,
    };
    let rules = read(&fields);
    if came {
        return draw(&visit, &target, &rules, &Errors::new()).await;
    }
    let mut part = target.draft();
    match &mut part {
        Part::Own(decl) => decl.validations.clone_from(&rules),
        Part::Change(change) => change.validations.clone_from(&rules),
    }
    let edit = target.edit(part, &fields, Deed::Rules, "");
    match come(&visit, edit, &fields).await? {
        Come::Done => visit.go(&target.href("/rules"), Flash::ok(visit.t.get("saved"))),
        Come::Plan(lines) => plan::page(&visit, target.object.plural_label(visit.lang()), &lines, &fields, &target.href("/rules")).await,
        Come::Faults(errors) => {
            let errors: Errors = errors.into_iter().map(|(_, words)| (String::new(), words)).collect();
            draw(&visit, &target, &rules, &errors).await
        }
    }
}
