//! The form of a rule, read.

use super::Errors;
use crate::fail::field_message;
use crate::form::Fields;
use crate::settings::calendars::label_of;
use crate::visit::Visit;
use akrab_engine::approval::{ApprovalDecl, BandDecl, Guard, ReasonDecl, Start, StepDecl, Who};
use akrab_model::object::shape::free_key;
use akrab_model::text::{money, number, percent};
use akrab_model::{FieldProblem, FieldType, Label};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// What the form says of a rule, and what of it could not be read.
pub fn decl(visit: &Visit, fields: &Fields, before: &ApprovalDecl) -> (ApprovalDecl, Errors) {
    let mut errors = Errors::new();
    let some = |name: &str| Some(fields.text(name).to_string()).filter(|text| !text.is_empty());
    let object = some("object").unwrap_or_else(|| before.object.clone());
    let field = some("field");
    let kind = visit.registry().object(&object).and_then(|o| o.field(field.as_deref()?)).map(|f| f.kind);
    let decl = ApprovalDecl {
        name: label_of(fields),
        when: some("when").and_then(|text| serde_json::from_str(&text).ok()),
        formula: some("formula"),
        bands: if field.is_some() { bands(visit, fields, kind, &mut errors) } else { Vec::new() },
        field,
        steps: steps(visit, fields, &mut errors),
        calendar: some("calendar").unwrap_or_else(|| before.calendar.clone()),
        four_eyes: fields.ticked("four_eyes"),
        start: if fields.text("start") == "saved" { Start::Saved } else { Start::Asked },
        void_on: fields.all("void_on").map(str::to_string).collect(),
        guards: fields.all("guards").filter_map(|text| text.parse::<Guard>().ok()).collect(),
        reasons: reasons(fields),
        object,
    };
    (decl, errors)
}

fn fault(visit: &Visit, errors: &mut Errors, name: String, code: &str) {
    let words = field_message(visit.t, &FieldProblem::new(&name, code));
    errors.push((name, words));
}

fn steps(visit: &Visit, fields: &Fields, errors: &mut Errors) -> Vec<StepDecl> {
    let mut steps = Vec::new();
    for n in 0.. {
        let name = |part: &str| format!("s{n}_{part}");
        let Some(key) = fields.get(&name("key")) else { break };
        let all = |part: &str| -> Vec<Who> { fields.all(&name(part)).filter_map(|text| text.parse().ok()).collect() };
        let who = all("who");
        let fallback = all("fallback");
        // a row nobody filled in is no step
        if fields.ticked(&name("out")) || (who.is_empty() && fallback.is_empty()) {
            continue;
        }
        let mut minutes = |part: &str| match fields.text(&name(part)) {
            "" => None,
            text => match hours(visit, text) {
                Some(minutes) => Some(minutes),
                None => {
                    fault(visit, errors, name(part), "not_a_number");
                    None
                }
            },
        };
        let (limit, remind) = (minutes("limit"), minutes("remind"));
        let need = fields.text(&name("votes")).parse().unwrap_or(1);
        steps.push(StepDecl { key: key.to_string(), who, need, limit, remind, fallback });
    }
    steps
}

/// Hours as they are typed, in minutes.
fn hours(visit: &Visit, text: &str) -> Option<u32> {
    let hours = number::parse(text, visit.ctx.lang).ok().filter(|h| *h > Decimal::ZERO)?;
    (hours * Decimal::from(60)).round().to_u32()
}

fn bands(visit: &Visit, fields: &Fields, kind: Option<FieldType>, errors: &mut Errors) -> Vec<BandDecl> {
    let mut bands = Vec::new();
    for n in 0.. {
        let name = |part: &str| format!("b{n}_{part}");
        let Some(from) = fields.get(&name("from")) else { break };
        let (from, to) = (from.trim(), fields.text(&name("to")));
        let steps: Vec<String> = fields.all(&name("steps")).map(str::to_string).collect();
        if fields.ticked(&name("out")) || (from.is_empty() && to.is_empty() && steps.is_empty()) {
            continue;
        }
        let mut read = |part: &str, text: &str| match value(visit, kind, text) {
            Some(value) => value.normalize().to_string(),
            None => {
                fault(visit, errors, name(part), "not_a_number");
                text.to_string()
            }
        };
        let from = read("from", from);
        let to = (!to.is_empty()).then(|| read("to", to));
        bands.push(BandDecl { from, to, steps });
    }
    bands
}

/// A number as people write it of this field.
pub fn value(visit: &Visit, kind: Option<FieldType>, text: &str) -> Option<Decimal> {
    let lang = visit.ctx.lang;
    let read = match kind {
        Some(FieldType::Money) => money::parse(text, lang),
        Some(FieldType::Percent) => percent::parse(text, lang),
        _ => number::parse(text, lang),
    };
    read.ok()
}

fn reasons(fields: &Fields) -> Vec<ReasonDecl> {
    let mut reasons: Vec<ReasonDecl> = Vec::new();
    for n in 0.. {
        let text = |part: &str| fields.text(&format!("r{n}_{part}")).to_string();
        if fields.get(&format!("r{n}_id")).is_none() {
            break;
        }
        let (id, en) = (text("id"), text("en"));
        if id.is_empty() && en.is_empty() {
            continue;
        }
        let label = Label { id: if id.is_empty() { en.clone() } else { id.clone() }, en: if en.is_empty() { id } else { en } };
        let key = match text("key") {
            key if key.is_empty() => free_key(&label.en, |key| reasons.iter().any(|r| r.key == key)),
            key => key,
        };
        reasons.push(ReasonDecl { key, label });
    }
    reasons
}
