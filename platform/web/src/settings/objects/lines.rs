//! The lines of a field's form: those its type has, and its conditions.

use super::super::line::{Kind, Line};
use super::field::{type_key, type_words};
use super::{Target, label_lines};
use crate::visit::Visit;
use akrab_model::{FieldType, Object};

/// Types a formula may have.
const RESULTS: [FieldType; 8] = [
    FieldType::Money,
    FieldType::Decimal,
    FieldType::Integer,
    FieldType::Percent,
    FieldType::Text,
    FieldType::Boolean,
    FieldType::Date,
    FieldType::DateTime,
];

/// The lines of a field of this type; `new` when it is not there yet, `own` when it was made here.
pub(super) fn lines(visit: &Visit, target: &Target, kind: FieldType, new: bool, own: bool) -> Vec<Line> {
    use FieldType::*;
    let t = visit.t;
    let line = |name, key: &str, how| Line::new(t, name, key, how);
    let mut lines: Vec<Line> = label_lines(t, ["label_id", "label_en"], "shape-label", true).into();
    lines.extend(label_lines(t, ["hint_id", "hint_en"], "shape-hint", false));
    if new {
        match kind {
            Formula => lines.push(line(
                "result",
                "shape-result",
                Kind::Choice(RESULTS.map(|kind| (type_key(kind), type_words(visit, kind))).to_vec()),
            )),
            Rollup => lines.extend(rollup_lines(visit, &target.object)),
            _ => {}
        }
    }
    if own {
        if kind == Integer {
            lines.push(line("plain", "shape-plain", Kind::Check).hint(t.get("shape-plain-hint")));
        }
        match kind {
            Formula => lines.push(line("formula", "shape-formula", Kind::Text).required().hint(formula_hint(visit, &target.object))),
            AutoNumber => lines.push(line("pattern", "shape-pattern", Kind::Text).required().hint(t.get("shape-pattern-hint"))),
            Text => lines.push(line("max_length", "shape-max-length", Kind::Number)),
            LongText => lines.extend([
                line("max_length", "shape-max-length", Kind::Number),
                line("rich", "shape-rich", Kind::Check).hint(t.get("shape-rich-hint")),
            ]),
            File => lines.push(line("accept", "shape-accept", Kind::Text).hint(t.get("shape-accept-hint"))),
            _ => {}
        }
    }
    if kind.is_number() {
        lines.extend([line("min", "shape-min", Kind::Number), line("max", "shape-max", Kind::Number)]);
    }
    let written = !matches!(kind, Formula | Rollup | AutoNumber);
    if written && !matches!(kind, Links | Address | File | Stage | Link) {
        lines.push(line("default", "shape-default", Kind::Text).hint(default_hint(visit, kind)));
    }
    if written && kind != Boolean {
        lines.push(line("required", "shape-required", Kind::Check));
    }
    if matches!(kind, Date | DateTime) && target.object.owner.is_some() {
        lines.push(line("remind", "shape-remind", Kind::Check).hint(t.get("shape-remind-hint")));
    }
    if own {
        if matches!(kind, Text | Email | Phone | Integer) {
            lines.push(line("unique", "shape-unique", Kind::Check).hint(t.get("shape-unique-hint")));
        }
        if !matches!(kind, LongText | Link | Links | Stage | Address | File | Json | AutoNumber) {
            lines.push(line("index", "shape-index", Kind::Check).hint(t.get("shape-index-hint")));
        }
        if matches!(kind, Text | LongText | Url | PersonName) {
            lines.push(line("search", "shape-search", Kind::Check).hint(t.get("shape-search-hint")));
        }
    }
    if new {
        lines.push(line("key", "shape-key", Kind::Text).hint(t.get("shape-key-hint")));
    }
    lines
}

fn default_hint(visit: &Visit, kind: FieldType) -> String {
    match kind {
        FieldType::Date => visit.t.get("shape-default-today"),
        FieldType::DateTime => visit.t.get("shape-default-now"),
        FieldType::Choice => visit.t.get("shape-default-choice"),
        FieldType::Boolean => visit.t.get("shape-default-boolean"),
        _ => String::new(),
    }
}

/// Which names a formula may use.
fn formula_hint(visit: &Visit, object: &Object) -> String {
    let numbers = object
        .fields
        .iter()
        .filter(|f| !f.hidden && !f.system && (f.kind.is_number() || f.kind == FieldType::Boolean))
        .map(|f| f.key.as_str());
    let names: Vec<&str> = numbers.take(20).collect();
    visit.t.with("shape-formula-hint", &[("fields", names.join(", ").into())])
}

fn rollup_lines(visit: &Visit, object: &Object) -> Vec<Line> {
    let t = visit.t;
    let registry = visit.registry();
    let lang = visit.lang();
    let mut children = Vec::new();
    let mut numbers = vec![(String::new(), "—".to_string())];
    for (child, via) in &object.children {
        let child = registry.at(*child);
        if child.decl.hidden || child.is_system() {
            continue;
        }
        let via = child.at(*via);
        children.push((format!("{}.{}", child.key, via.key), format!("{} · {}", child.plural_label(lang), via.label.get(lang))));
        let figures =
            child.fields.iter().filter(|f| !f.hidden && (f.kind.is_number() || matches!(f.kind, FieldType::Date | FieldType::DateTime)));
        for field in figures.filter(|f| !f.system) {
            let place = (format!("{}.{}", child.key, field.key), format!("{} · {}", child.plural_label(lang), field.label.get(lang)));
            if !numbers.contains(&place) {
                numbers.push(place);
            }
        }
    }
    let functions = ["count", "sum", "avg", "min", "max"].map(|key| (key.to_string(), t.get(&format!("shape-function-{key}")))).to_vec();
    vec![
        Line::new(t, "of", "shape-rollup-of", Kind::Choice(children)).required().hint(t.get("shape-rollup-hint")),
        Line::new(t, "function", "shape-function", Kind::Choice(functions)),
        Line::new(t, "of_field", "shape-rollup-field", Kind::Choice(numbers)),
    ]
}
