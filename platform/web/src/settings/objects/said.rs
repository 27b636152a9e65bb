//! What a field's form says, as a declaration or as what differs of a shipped one; and back into the form.

use super::super::condition::{carried, of_json};
use super::super::line::Filled;
use super::field::type_of;
use super::{choices, fill_label, label};
use crate::form::Fields;
use akrab_model::object::shape::{FieldChange, Part};
use akrab_model::object::{FieldDecl, RollupDecl};
use akrab_model::query::AggregateFn;
use akrab_model::{FieldType, Registry};
use serde_json::{Value as Json, json};

/// Names under which a field's form carries its conditions.
pub(super) const VISIBLE: &str = "visible_when";
pub(super) const WANTED: &str = "required_when";
pub(super) const MUST: &str = "must";

/// What is said once, when a field is made.
pub(super) fn made(registry: &Registry, kind: FieldType, fields: &Fields, decl: &mut FieldDecl) {
    match kind {
        FieldType::Link | FieldType::Links => decl.to = Some(fields.text("to").into()),
        FieldType::Formula => decl.result = type_of(fields.text("result")),
        FieldType::Rollup => {
            let (of, via) = fields.text("of").split_once('.').unwrap_or_default();
            let function: AggregateFn = serde_json::from_value(fields.text("function").into()).unwrap_or(AggregateFn::Count);
            let field = fields
                .text("of_field")
                .split_once('.')
                .filter(|(object, _)| *object == of && function != AggregateFn::Count)
                .map(|(_, field)| field.to_string());
            let counted = registry.object(of).zip(field.as_deref()).and_then(|(child, field)| child.field(field)).map(|f| f.kind);
            decl.result = counted.filter(|_| !matches!(function, AggregateFn::Count | AggregateFn::Filled));
            decl.rollup = Some(RollupDecl { of: of.into(), via: via.into(), function, field, filter: None });
        }
        _ => {}
    }
}

/// What may be said again and again.
pub(super) fn set(kind: FieldType, fields: &Fields, decl: &mut FieldDecl) {
    decl.label = label(fields, "label");
    let hint = label(fields, "hint");
    decl.hint = (!hint.id.is_empty()).then_some(hint);
    decl.required = fields.ticked("required");
    decl.remind = fields.ticked("remind") && matches!(kind, FieldType::Date | FieldType::DateTime);
    decl.unique = fields.ticked("unique");
    decl.index = fields.ticked("index");
    decl.search = fields.ticked("search");
    decl.open = fields.ticked("open");
    decl.plain = fields.ticked("plain") && kind == FieldType::Integer;
    let number = |name: &str| fields.text(name).replace(',', ".").parse::<f64>().ok();
    if kind.is_number() {
        (decl.min, decl.max) = (number("min"), number("max"));
    }
    match kind {
        FieldType::Formula => decl.formula = Some(fields.text("formula").into()),
        FieldType::AutoNumber => decl.pattern = Some(fields.text("pattern").into()),
        FieldType::Text => decl.max_length = fields.text("max_length").parse().ok(),
        FieldType::LongText => {
            decl.max_length = fields.text("max_length").parse().ok();
            decl.rich = fields.ticked("rich");
        }
        FieldType::File => {
            decl.accept = fields
                .text("accept")
                .split([',', ' '])
                .map(|part| part.trim().trim_start_matches('.').to_lowercase())
                .filter(|part| !part.is_empty())
                .collect()
        }
        FieldType::Choice | FieldType::Choices => decl.choices = choices::read(fields, &decl.choices),
        _ => {}
    }
    decl.default = default(kind, fields.text("default"));
    let typed = |name: &str| carried(fields, name).map(|filter| filter.to_json());
    decl.visible_when = typed(VISIBLE);
    decl.required_when = typed(WANTED);
    decl.must = typed(MUST).filter(|_| matches!(kind, FieldType::Link | FieldType::Links));
}

fn default(kind: FieldType, text: &str) -> Option<Json> {
    match (kind, text) {
        (_, "") => None,
        (FieldType::Boolean, text) => Some(Json::Bool(matches!(text, "1" | "true" | "ya" | "yes"))),
        (FieldType::Choices, text) => Some(text.split(',').map(|part| Json::from(part.trim())).collect()),
        (kind, text) if kind.is_number() => Some(
            text.replace(',', ".")
                .parse::<f64>()
                .map_or_else(|_| text.into(), |n| if n.fract() == 0.0 { json!(n as i64) } else { json!(n) }),
        ),
        (FieldType::Date, "hari ini") => Some("today".into()),
        (FieldType::DateTime, "sekarang") => Some("now".into()),
        (_, text) => Some(text.into()),
    }
}

pub(super) fn filled(decl: &FieldDecl) -> Filled {
    let mut filled = fill_label(Filled::default(), ["label_id", "label_en"], &decl.label);
    if let Some(hint) = &decl.hint {
        filled = fill_label(filled, ["hint_id", "hint_en"], hint);
    }
    for (name, on) in [
        ("required", decl.required),
        ("remind", decl.remind),
        ("unique", decl.unique),
        ("index", decl.index),
        ("search", decl.search),
        ("open", decl.open),
        ("plain", decl.plain),
    ] {
        if on {
            filled = filled.set(name, "1");
        }
    }
    let number = |n: f64| n.to_string();
    let texts = [
        ("min", decl.min.map(number)),
        ("max", decl.max.map(number)),
        ("max_length", decl.max_length.map(|n| n.to_string())),
        ("formula", decl.formula.clone()),
        ("pattern", decl.pattern.clone()),
        ("accept", Some(decl.accept.join(", "))),
        ("default", decl.default.as_ref().map(|json| json.as_str().map_or_else(|| json.to_string(), str::to_string))),
    ];
    for (name, text) in texts {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            filled = filled.set(name, text);
        }
    }
    filled
}

/// What differs of a shipped field; what is as it was before is not said again.
pub(super) fn change(part: &mut Part, key: &str, now: &FieldDecl, fields: &Fields) {
    let Part::Change(whole) = part else { return };
    let mut wanted = now.clone();
    set(now.kind, fields, &mut wanted);
    let mut change: FieldChange = whole.changed.get(key).cloned().unwrap_or_default();
    if wanted.label != now.label {
        change.label = Some(wanted.label);
    }
    if wanted.hint != now.hint {
        change.hint = wanted.hint;
    }
    change.remind = wanted.remind && (change.remind || !now.remind);
    change.required = wanted.required && (change.required || !now.required);
    if wanted.default != now.default {
        change.default = wanted.default;
    }
    if wanted.choices != now.choices {
        change.choices = Some(wanted.choices);
    }
    if now.kind.is_number() {
        change.min = if wanted.min == now.min { change.min } else { wanted.min };
        change.max = if wanted.max == now.max { change.max } else { wanted.max };
    }
    // one that came back as it was may be written otherwise
    let differ = |wanted: &Option<Json>, now: &Option<Json>| of_json(wanted.as_ref()) != of_json(now.as_ref());
    if differ(&wanted.visible_when, &now.visible_when) {
        change.visible_when = wanted.visible_when;
    }
    if differ(&wanted.required_when, &now.required_when) {
        change.required_when = wanted.required_when;
    }
    if differ(&wanted.must, &now.must) {
        change.must = wanted.must;
    }
    if change == FieldChange::default() {
        whole.changed.shift_remove(key);
    } else {
        whole.changed.insert(key.into(), change);
    }
}
