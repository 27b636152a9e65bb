//! How a public form looks: on its own page, and in the preview of whoever puts it together.

use super::AGREED;
use crate::ui::button::Button;
use crate::ui::form::error_summary;
use crate::ui::input::checkbox;
use crate::value::input::Sheet;
use crate::value::{Look, Typed};
use akrab_engine::form::{FormPlan, Offers};
use akrab_model::object::Tone;
use akrab_model::{Choice, Field, FieldType, Label};
use maud::{Markup, html};
use std::collections::HashMap;

type Errors = [(String, String)];

/// The fields of a form as its page asks for them; links as a choice of what is offered.
pub(super) fn fields(look: &Look, plan: &FormPlan, offers: &Offers) -> Vec<Field> {
    let Some(object) = look.registry.object(&plan.object) else { return Vec::new() };
    let field = |asked: &akrab_engine::form::Asked| {
        let field = object.field(&asked.key)?.clone();
        let label = if asked.label.trim().is_empty() { field.label.clone() } else { Label::new(&asked.label, &asked.label) };
        // hints are written for the people who work here
        let hint = (field.kind == FieldType::DateTime).then(|| zone(look));
        let field = Field { label, required: asked.required, hint, rich: false, ..field };
        if field.kind != FieldType::Link {
            return Some(field);
        }
        let offered = offers.get(&asked.key).into_iter().flatten();
        let choice = |(id, title): &(i64, String)| {
            let label = Label::new(title, title);
            Choice { key: id.to_string(), label, tone: Tone::Neutral, icon: None, retired: false, other: None, turns: None }
        };
        Some(Field { kind: FieldType::Choice, choices: offered.map(choice).collect(), to: None, must: None, ..field })
    };
    plan.fields.iter().filter_map(field).collect()
}

/// Whose hours are meant.
fn zone(look: &Look) -> Label {
    let words = look.t.with("form-zone", &[("zone", look.now.strftime("%Z").to_string().into())]);
    Label::new(&words, &words)
}

pub(super) fn asks_for_files(look: &Look, plan: &FormPlan) -> bool {
    let object = look.registry.object(&plan.object);
    let is_file = |key: &str| object.and_then(|object| object.field(key)).is_some_and(|field| field.kind == FieldType::File);
    plan.fields.iter().any(|asked| is_file(&asked.key))
}

/// Title and words above a form.
pub(crate) fn card(look: &Look, plan: &FormPlan, form: &Markup) -> Markup {
    let title = if plan.title.is_empty() { look.t.get("form-untitled") } else { plan.title.clone() };
    html! {
        div.ak-open-card {
            h1 { (title) }
            @if !plan.intro.trim().is_empty() { p.ak-open-intro { (plan.intro) } }
            (form)
        }
    }
}

/// Fields, box and button.
pub(crate) fn drawn(look: &Look, plan: &FormPlan, offers: &Offers, wording: Option<&Label>, typed: &Typed, errors: &Errors) -> Markup {
    let by_field: HashMap<String, String> = errors.iter().filter(|(name, _)| !name.is_empty()).cloned().collect();
    let sheet = Sheet { look, object: &plan.object, typed, errors: &by_field, focus: None, templates: None };
    let button = if plan.button.trim().is_empty() { look.t.get("form-send") } else { plan.button.clone() };
    html! {
        (error_summary(look.t, errors))
        @for field in fields(look, plan, offers) { (sheet.row(&field)) }
        @if let (Some(tick), Some(wording)) = (&plan.tick, wording) {
            div.ak-form-row id={ "f-" (AGREED) } {
                (checkbox(AGREED, "1", &format!("{}{}", wording.get(look.key()), if tick.required { " *" } else { "" }), typed.has(AGREED)))
                @if let Some(words) = by_field.get(AGREED) { div.ak-error { (words) } }
            }
        }
        (Button::new(button).primary().large().submit())
    }
}
