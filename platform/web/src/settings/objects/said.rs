//! What a field's form says, as a declaration or as what differs of a shipped one; and back into the form.

use super::super::line::Filled;
use super::field::type_of;
use super::lines::{VISIBLE, WANTED};
use super::{choices, fill_label, label};
use crate::form::Fields;
use akrab_model::filter::Op;
use akrab_model::object::shape::{FieldChange, Part};
use akrab_model::object::{FieldDecl, RollupDecl};
use akrab_model::query::AggregateFn;
use akrab_model::{FieldType, Object, Registry};
use serde_json::{Value as Json, json};

/// A filter of one test as its three entries; none when it says more.
pub(super) fn entries(filter: &Json) -> Option<[String; 3]> {
    let field = filter.get("field")?.as_str()?.to_string();
    let op = filter.get("op")?.as_str()?.to_string();
    let value = match filter.get("value") {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) => text.clone(),
        Some(Json::Array(items)) => {
            items.iter().map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_string)).collect::<Vec<_>>().join(", ")
        }
        Some(other) => other.to_string(),
    };
    Some([field, op, value])
}

/// The filter three entries say; none where no field is chosen.
fn filter(object: &Object, fields: &Fields, names: [&str; 3]) -> Option<Json> {
    let [field, op, text] = names.map(|name| fields.text(name));
    if field.is_empty() {
        return None;
    }
    let kind = object.field(field).map(|f| f.kind);
    let value = |text: &str| -> Json {
        match kind {
            Some(FieldType::Boolean) => Json::Bool(matches!(text, "true" | "1" | "ya" | "yes")),
            Some(kind) if kind.is_number() || kind.is_link() => text
                .replace(',', ".")
                .parse::<f64>()
                .ok()
                .map_or_else(|| text.into(), |n| if n.fract() == 0.0 { json!(n as i64) } else { json!(n) }),
            _ => text.into(),
        }
    };
    let op: Op = serde_json::from_value(op.into()).unwrap_or(Op::NotEmpty);
    Some(match op {
        Op::Empty | Op::NotEmpty => json!({ "field": field, "op": op }),
        Op::In | Op::NotIn => {
            json!({ "field": field, "op": op, "value": text.split(',').map(|part| value(part.trim())).collect::<Vec<_>>() })
        }
        _ => json!({ "field": field, "op": op, "value": value(text) }),
    })
}

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
pub(super) fn set(object: &Object, kind: FieldType, fields: &Fields, decl: &mut FieldDecl) {
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
    conditions(object, fields, &mut decl.visible_when, &mut decl.required_when);
}

fn conditions(object: &Object, fields: &Fields, visible: &mut Option<Json>, wanted: &mut Option<Json>) {
    if !fields.ticked("visible_kept") {
        *visible = filter(object, fields, VISIBLE);
    }
    if !fields.ticked("wanted_kept") {
        *wanted = filter(object, fields, WANTED);
    }
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
    for (names, filter) in [(VISIBLE, &decl.visible_when), (WANTED, &decl.required_when)] {
        if let Some(values) = filter.as_ref().and_then(entries) {
            for (name, value) in names.into_iter().zip(values) {
                filled = filled.set(name, value);
            }
        }
    }
    filled
}

/// What differs of a shipped field; what is as it was before is not said again.
pub(super) fn change(part: &mut Part, object: &Object, key: &str, now: &FieldDecl, fields: &Fields) {
    let Part::Change(whole) = part else { return };
    let mut wanted = now.clone();
    set(object, now.kind, fields, &mut wanted);
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
    if wanted.visible_when != now.visible_when {
        change.visible_when = wanted.visible_when;
    }
    if wanted.required_when != now.required_when {
        change.required_when = wanted.required_when;
    }
    if change == FieldChange::default() {
        whole.changed.shift_remove(key);
    } else {
        whole.changed.insert(key.into(), change);
    }
}
