//! How a public form looks: on its own page, and in the preview of whoever puts it together.

use super::AGREED;
use crate::ui::button::Button;
use crate::ui::form::error_summary;
use crate::ui::input::checkbox;
use crate::value::input::Sheet;
use crate::value::{Look, Typed};
use akrab_engine::form::FormPlan;
use akrab_model::{Field, Label};
use maud::{Markup, html};
use std::collections::HashMap;

type Errors = [(String, String)];

/// The fields of a form as its page asks for them.
pub(super) fn fields(look: &Look, plan: &FormPlan) -> Vec<Field> {
    let Some(object) = look.registry.object(&plan.object) else { return Vec::new() };
    let field = |asked: &akrab_engine::form::Asked| {
        let field = object.field(&asked.key)?.clone();
        let label = if asked.label.trim().is_empty() { field.label.clone() } else { Label::new(&asked.label, &asked.label) };
        // hints are written for the people who work here
        Some(Field { label, required: asked.required, hint: None, rich: false, ..field })
    };
    plan.fields.iter().filter_map(field).collect()
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
pub(crate) fn drawn(look: &Look, plan: &FormPlan, wording: Option<&Label>, typed: &Typed, errors: &Errors) -> Markup {
    let by_field: HashMap<String, String> = errors.iter().filter(|(name, _)| !name.is_empty()).cloned().collect();
    let sheet = Sheet { look, object: &plan.object, typed, errors: &by_field, focus: None, templates: None };
    let button = if plan.button.trim().is_empty() { look.t.get("form-send") } else { plan.button.clone() };
    html! {
        (error_summary(look.t, errors))
        @for field in fields(look, plan) { (sheet.row(&field)) }
        @if let (Some(tick), Some(wording)) = (&plan.tick, wording) {
            div.ak-form-row id={ "f-" (AGREED) } {
                (checkbox(AGREED, "1", &format!("{}{}", wording.get(look.key()), if tick.required { " *" } else { "" }), typed.has(AGREED)))
                @if let Some(words) = by_field.get(AGREED) { div.ak-error { (words) } }
            }
        }
        (Button::new(button).primary().large().submit())
    }
}
