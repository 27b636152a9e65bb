//! Faults in object declarations, found before anything is compiled.

use super::{FieldDecl, FieldType, Label, ObjectDecl, TERRITORY};
use std::collections::HashSet;

/// A fault in an object file: which file, which field, what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {message}", field.as_ref().map(|f| format!(", field `{f}`")).unwrap_or_default())]
pub struct DeclError {
    pub file: String,
    pub field: Option<String>,
    pub message: String,
    /// Text in the line at fault, where that is not the field's own.
    pub mark: Option<String>,
}

impl DeclError {
    pub fn new(file: &str, field: Option<&str>, message: impl Into<String>) -> DeclError {
        DeclError { file: file.into(), field: field.map(Into::into), message: message.into(), mark: None }
    }
}

pub(super) fn check(decls: &[(String, ObjectDecl)]) -> Vec<DeclError> {
    let mut faults = Vec::new();
    let keys: HashSet<&str> = decls.iter().map(|(_, d)| d.key.as_str()).collect();
    let mut seen = HashSet::new();
    for (file, decl) in decls {
        let mut fault = |field: Option<&str>, message: String| {
            faults.push(DeclError::new(file, field, message));
        };
        if !seen.insert(&decl.key) {
            fault(None, format!("the object `{}` is declared twice", decl.key));
        }
        for key in [&decl.key, &decl.plural] {
            if !is_key(key) {
                fault(None, format!("`{key}` is no key: use a–z, 0–9 and _, beginning with a letter"));
            }
        }
        for (what, label) in [("label", &decl.label), ("plural_label", &decl.plural_label), ("purpose", &decl.purpose)] {
            if !complete(label) {
                fault(None, format!("`{what}` lacks a language"));
            }
        }
        if !decl.fields.contains_key(&decl.title) {
            fault(None, format!("title names the unknown field `{}`", decl.title));
        }
        if decl.fields.get(&decl.title).is_some_and(|title| title.hidden || title.visible_when.is_some()) {
            fault(Some(&decl.title), "names the record and cannot be hidden".into());
        }
        if decl.hidden && decl.group == "system" {
            fault(None, "the program's own objects cannot be hidden".into());
        }
        validations(decl, &mut fault);
        for (key, field) in &decl.fields {
            check_field(key, field, &keys, &mut |message| fault(Some(key), message));
        }
        for (key, input) in decl.actions.iter().flat_map(|action| &action.inputs) {
            check_field(key, input, &keys, &mut |message| fault(Some(key), message));
        }
        let known = |name: &str| {
            let name = name.trim_start_matches('-');
            let name = name.split(['.', ':']).next().unwrap_or(name);
            decl.fields.contains_key(name)
                || SYSTEM.contains(&name)
                || (decl.owned && (name == "owner" || name == TERRITORY))
                || decl
                    .fields
                    .iter()
                    .any(|(k, f)| matches!(f.kind, FieldType::Address | FieldType::PersonName) && name.starts_with(&format!("{k}_")))
        };
        let used = decl
            .subtitle
            .iter()
            .chain(&decl.layout.quick)
            .chain(&decl.layout.chips)
            .chain(&decl.layout.figures)
            .chain(decl.layout.sections.iter().flat_map(|s| &s.fields))
            .chain(decl.views.iter().flat_map(|v| v.columns.iter().chain(&v.sort).chain(&v.quick).chain(&v.totals).chain(&v.group)))
            .chain(decl.duplicates.iter().flat_map(|d| &d.fields))
            .chain(decl.unique.iter().flatten())
            .chain(decl.fields.values().flat_map(|f| &f.derived))
            .chain(decl.validations.iter().filter_map(|v| v.field.as_ref()))
            .chain(&decl.timeline.on)
            .chain(&decl.timeline.at)
            .chain(&decl.timeline.kind)
            .chain(&decl.timeline.body)
            .chain(&decl.timeline.done)
            .chain(decl.timeline.kinds.values().flat_map(|kind| &kind.asks));
        for name in used {
            if !known(name) {
                fault(Some(name), "is used in the layout, a view or a rule but not declared".into());
            }
        }
        let choices = decl.timeline.kind.as_ref().and_then(|kind| decl.fields.get(kind)).map_or(&[][..], |field| &field.choices);
        for kind in decl.timeline.kinds.keys().filter(|kind| !choices.iter().any(|choice| choice.key == **kind)) {
            fault(Some(kind), "is a kind of entry, but no choice of the field that says the kind".into());
        }
        for related in &decl.layout.related {
            match related.split_once('.') {
                Some((object, _)) if keys.contains(object) => {}
                _ => fault(None, format!("related panel `{related}` names no object.field")),
            }
        }
    }
    faults
}

fn validations(decl: &ObjectDecl, fault: &mut dyn FnMut(Option<&str>, String)) {
    let mut keys = HashSet::new();
    for rule in &decl.validations {
        if !is_key(&rule.key) || !keys.insert(&rule.key) {
            fault(None, format!("the validation `{}` is doubled or no key", rule.key));
        }
        if rule.must.is_some() == rule.formula.is_some() {
            fault(None, format!("the validation `{}` needs `must` or `formula`, and not both", rule.key));
        }
        if !complete(&rule.message) {
            fault(None, format!("the message of the validation `{}` lacks a language", rule.key));
        }
    }
}

pub(super) const SYSTEM: [&str; 5] = ["id", "created_at", "created_by", "updated_at", "updated_by"];

fn check_field(key: &str, field: &FieldDecl, objects: &HashSet<&str>, fault: &mut dyn FnMut(String)) {
    use FieldType::*;
    if !is_key(key) {
        fault("is no key: use a–z, 0–9 and _, beginning with a letter".into());
    }
    if SYSTEM.contains(&key) || key == "version" {
        fault("is a name the platform uses itself".into());
    }
    if !complete(&field.label) {
        fault("the label lacks a language".into());
    }
    if field.open && field.kind != Choices {
        fault("`open` belongs to the type choices".into());
    }
    if field.plain && field.kind != Integer {
        fault("`plain` belongs to the type integer".into());
    }
    if field.kind != Phone && field.used_for.is_some() {
        fault("`use` belongs to the type phone".into());
    }
    if field.kind != File && !(field.accept.is_empty() && field.max_mb.is_none()) {
        fault("`accept` and `max_mb` belong to the type file".into());
    }
    if let Some(ending) = field.accept.iter().find(|e| e.is_empty() || !e.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())) {
        fault(format!("`{ending}` is no ending of a file name: write `pdf`"));
    }
    if field.max_mb.is_some_and(|mb| !(1..=25).contains(&mb)) {
        fault("`max_mb` is 1 to 25".into());
    }
    if matches!(field.kind, Choice | Choices) == field.choices.is_empty() && !field.open {
        fault("choices belong to the types choice and choices, and these need them".into());
    }
    let mut keys = HashSet::new();
    for choice in &field.choices {
        if !keys.insert(&choice.key) || !is_key(&choice.key) {
            fault(format!("choice `{}` is doubled or no key", choice.key));
        }
        if !complete(&choice.label) {
            fault(format!("the label of choice `{}` lacks a language", choice.key));
        }
    }
    match (field.kind, &field.to) {
        (Link | Links, None) => fault("a link needs `to`".into()),
        (Link | Links | Stage, Some(to)) if !objects.contains(to.as_str()) => fault(format!("links to the unknown object `{to}`")),
        (Link | Links | Stage, _) | (_, None) => {}
        (_, Some(_)) => fault("`to` belongs to links".into()),
    }
    if (field.kind == Formula) != field.formula.is_some() {
        fault("`formula` belongs to the type formula, which needs it".into());
    }
    if field.kind == Formula && field.result.is_none() {
        fault("a formula needs `result`, the type of its value".into());
    }
    if (field.kind == Rollup) != field.rollup.is_some() {
        fault("`rollup` belongs to the type rollup, which needs it".into());
    }
    if (field.kind == AutoNumber) != field.pattern.is_some() {
        fault("`pattern` belongs to the type auto_number, which needs it".into());
    }
    if !field.columns.is_empty() && field.kind != Links {
        fault("`columns` belong to the type links".into());
    }
    if (field.min.is_some() || field.max.is_some()) && !field.kind.is_number() {
        fault("`min` and `max` belong to numbers".into());
    }
    if field.rich && field.kind != LongText {
        fault("`rich` belongs to long texts".into());
    }
    if field.max_length.is_some() && !(field.kind.is_text() || field.kind == Json) {
        fault("`max_length` belongs to texts".into());
    }
    if field.pipeline.is_some() && field.kind != Stage {
        fault("`pipeline` belongs to the type stage".into());
    }
    if field.result.is_some() && !matches!(field.kind, Formula | Rollup) {
        fault("`result` belongs to the types formula and rollup".into());
    }
    for (column, decl) in &field.columns {
        check_field(column, decl, objects, &mut |message| fault(format!("column `{column}`: {message}")));
    }
}

fn complete(label: &Label) -> bool {
    !label.id.trim().is_empty() && !label.en.trim().is_empty()
}

/// Keys become column and table names: lower-case letters, digits, underscore.
pub fn is_key(key: &str) -> bool {
    key.len() <= 40
        && key.starts_with(|c: char| c.is_ascii_lowercase())
        && key.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}
