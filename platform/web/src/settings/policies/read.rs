//! The form of a policy, read.

use crate::fail::field_message;
use crate::form::Fields;
use crate::settings::Errors;
use crate::settings::calendars::label_of;
use crate::settings::condition;
use crate::settings::processes::{label, limit};
use crate::visit::Visit;
use akrab_engine::policy::{Must, PolicyDecl, Severity};
use akrab_model::{FieldProblem, Filter};

/// What the form says of a policy, and what of it could not be read.
pub fn decl(visit: &Visit, fields: &Fields, before: &PolicyDecl) -> (PolicyDecl, Errors) {
    let mut errors = Errors::new();
    let text = |name: &str| fields.text(name).trim().to_string();
    let number = |name: &str, otherwise: u32| text(name).parse().unwrap_or(otherwise);
    let severity = Severity::ALL.into_iter().find(|one| one.key() == text("severity")).unwrap_or(before.severity);
    let must = must(visit, fields, before, &mut errors);
    let decl = PolicyDecl {
        name: label_of(fields),
        object: before.object.clone(),
        severity,
        keeper: text("keeper"),
        calendar: if text("calendar").is_empty() { before.calendar.clone() } else { text("calendar") },
        notify: fields.ticked("notify"),
        calm: number("calm", before.calm),
        every: number("every", before.every),
        advice: label(fields, "advice"),
        when: Some(text("when")).filter(|t| !t.is_empty()).and_then(|t| serde_json::from_str(&t).ok()),
        must,
    };
    (decl, errors)
}

fn must(visit: &Visit, fields: &Fields, before: &PolicyDecl, errors: &mut Errors) -> Must {
    let text = |name: &str| fields.text(name).trim().to_string();
    let mut fault = |name: &str, code: &str| errors.push((name.into(), field_message(visit.t, &FieldProblem::new(name, code))));
    match &before.must {
        Must::Fields { .. } => Must::Fields { fields: fields.all("fields").map(str::to_string).collect() },
        Must::Next { .. } => Must::Next { ahead: fields.ticked("ahead") },
        Must::Pace {} => Must::Pace {},
        Must::Below { .. } => {
            let clear = text("clear");
            Must::Below { field: text("field"), clear: if clear.is_empty() { text("limit") } else { clear }, limit: text("limit") }
        }
        Must::Hold { filter } => {
            let object = visit.registry().object(&before.object).cloned();
            match object.map(|object| condition::typed(visit, &object, fields.text("filter"))) {
                Some(Ok(Some(filter))) => Must::Hold { filter: Filter::to_json(&filter) },
                _ => {
                    fault("filter", "process_rule_empty");
                    Must::Hold { filter: filter.clone() }
                }
            }
        }
        Must::Answer { within, .. } => {
            let (from, by) = (text("from"), text("by"));
            if text("limit").is_empty() {
                fault("limit", "required");
            }
            Must::Answer { from, by, within: limit(visit, fields, "limit", errors).unwrap_or(*within) }
        }
        Must::Touch { within } => {
            if text("limit").is_empty() {
                fault("limit", "required");
            }
            Must::Touch { within: limit(visit, fields, "limit", errors).unwrap_or(*within) }
        }
    }
}
