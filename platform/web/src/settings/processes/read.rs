//! The forms of a map, read.

use crate::form::Fields;
use crate::settings::Errors;
use crate::visit::Visit;
use akrab_engine::process::{Limit, ProcessDecl, StepDecl};
use akrab_model::{FieldProblem, Label};

/// What the form of the whole map says.
pub fn whole(fields: &Fields, before: &ProcessDecl) -> ProcessDecl {
    ProcessDecl {
        name: crate::settings::calendars::label_of(fields),
        calendar: fields.text("calendar").to_string(),
        ordered: fields.ticked("ordered"),
        pass: fields.all("pass").filter_map(|text| text.parse().ok()).collect(),
        guide: label(fields, "guide"),
        ..before.clone()
    }
}

/// Words in both languages; one that is left out is as the other.
pub fn label(fields: &Fields, name: &str) -> Label {
    let (id, en) = (fields.text(&format!("{name}_id")).trim().to_string(), fields.text(&format!("{name}_en")).trim().to_string());
    Label { id: if id.is_empty() { en.clone() } else { id.clone() }, en: if en.is_empty() { id } else { en } }
}

/// What the form of a step says; the rules of its doors have forms of their own.
pub fn step(visit: &Visit, fields: &Fields, before: StepDecl, errors: &mut Errors) -> StepDecl {
    let many = |name: &str| fields.all(name).map(str::to_string).collect::<Vec<_>>();
    let limit = limit(visit, fields, "limit", errors);
    let mut step = StepDecl { starts: fields.ticked("starts"), to: many("to"), limit, guide: label(fields, "guide"), ..before };
    step.entry.fields = many("entry_fields");
    step.exit.fields = many("exit_fields");
    step
}

/// A length of time: `NAME` with `unit` and `working`.
pub fn limit(visit: &Visit, fields: &Fields, name: &str, errors: &mut Errors) -> Option<Limit> {
    let text = fields.text(name).trim().to_string();
    if text.is_empty() {
        return None;
    }
    let (unit, working) = match fields.text("unit") {
        "w" => ("h", true),
        unit => (unit, false),
    };
    let found = text.parse().ok().and_then(|number| Limit::of(number, unit, working));
    if found.is_none() {
        errors.push((name.to_string(), crate::fail::field_message(visit.t, &FieldProblem::new(name, "process_limit"))));
    }
    found
}
