//! Faults in object declarations, found before anything is compiled.

use super::{FieldDecl, FieldType, Label, ObjectDecl, TERRITORY};
use crate::FieldProblem;
use std::collections::HashSet;
use std::fmt;

/// A fault in an object file: which file, which field, what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct DeclError {
    pub file: String,
    pub field: Option<String>,
    /// What is wrong; its code has words in both languages.
    pub fault: FieldProblem,
    /// Text in the line at fault, where that is not the field's own.
    pub mark: Option<String>,
}

impl DeclError {
    pub fn new(file: &str, field: Option<&str>, fault: FieldProblem) -> DeclError {
        DeclError { file: file.into(), field: field.map(Into::into), fault, mark: None }
    }
}

impl fmt::Display for DeclError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = self.field.as_ref().map(|field| format!(", field `{field}`")).unwrap_or_default();
        write!(f, "{}{field}: {}", self.file, self.fault.code)?;
        self.fault.args.iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))
    }
}

/// A fault by its code.
pub(super) fn is(code: &str) -> FieldProblem {
    FieldProblem::new("", code)
}

pub(super) fn check(decls: &[(String, ObjectDecl)]) -> Vec<DeclError> {
    let mut faults = Vec::new();
    let keys: HashSet<&str> = decls.iter().map(|(_, d)| d.key.as_str()).collect();
    let mut seen = HashSet::new();
    for (file, decl) in decls {
        let mut fault = |field: Option<&str>, fault: FieldProblem| {
            faults.push(DeclError::new(file, field, fault));
        };
        if !seen.insert(&decl.key) {
            fault(None, is("decl_twice").with("key", &decl.key));
        }
        for key in [&decl.key, &decl.plural] {
            if !is_key(key) {
                fault(None, is("decl_no_key").with("key", key));
            }
        }
        for (what, label) in [("label", &decl.label), ("plural_label", &decl.plural_label), ("purpose", &decl.purpose)] {
            if !complete(label) {
                fault(None, is("decl_lacks_language").with("what", what));
            }
        }
        if !decl.fields.contains_key(&decl.title) {
            fault(None, is("decl_title_unknown").with("name", &decl.title));
        }
        if decl.fields.get(&decl.title).is_some_and(|title| title.hidden || title.visible_when.is_some()) {
            fault(Some(&decl.title), is("decl_title_hidden"));
        }
        if decl.hidden && decl.group == "system" {
            fault(None, is("decl_system_hidden"));
        }
        validations(decl, &mut fault);
        alike(decl, &mut fault);
        for (key, field) in &decl.fields {
            check_field(key, field, &keys, &mut |found| fault(Some(key), found));
        }
        for (key, input) in decl.actions.iter().flat_map(|action| &action.inputs) {
            check_field(key, input, &keys, &mut |found| fault(Some(key), found));
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
                || name.strip_suffix("_confirmed_at").and_then(|key| decl.fields.get(key)).is_some_and(|field| field.fresh.is_some())
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
            .chain(decl.compare.iter().flat_map(|c| &c.fields))
            .chain(decl.merge.iter().flat_map(super::MergeDecl::names))
            .chain(decl.unique.iter().flatten())
            .chain(decl.fields.values().flat_map(|f| &f.derived))
            .chain(decl.validations.iter().filter_map(|v| v.field.as_ref()))
            .chain(&decl.timeline.on)
            .chain(decl.period.iter().flat_map(|period| [&period.from, &period.to]))
            .chain(decl.tie.iter().flat_map(|tie| tie.ends.iter().chain(&tie.kind).chain(&tie.strength).chain(&tie.shows)))
            .chain(decl.tree.iter().flat_map(|tree| tree.figures.iter().chain([&tree.parent])))
            .chain(decl.fields.values().filter_map(|field| field.tail_of.as_ref()))
            .chain(&decl.timeline.at)
            .chain(&decl.timeline.kind)
            .chain(&decl.timeline.body)
            .chain(&decl.timeline.tells)
            .chain(&decl.timeline.done)
            .chain(decl.timeline.kinds.values().flat_map(|kind| &kind.asks))
            .chain(&decl.timeline.also)
            .chain(&decl.audience)
            .chain(&decl.behind)
            .chain(decl.to_lead.iter().flat_map(|to| std::iter::once(&to.from).chain(&to.until).chain(&to.team)));
        for name in used {
            if !known(name) {
                fault(Some(name), is("decl_unknown_name").with("name", name));
            }
        }
        let choices = decl.timeline.kind.as_ref().and_then(|kind| decl.fields.get(kind)).map_or(&[][..], |field| &field.choices);
        for kind in decl.timeline.kinds.keys().filter(|kind| !choices.iter().any(|choice| choice.key == **kind)) {
            fault(Some(kind), is("decl_kind_no_choice").with("name", kind));
        }
        for related in &decl.layout.related {
            match related.split_once('.') {
                Some((object, _)) if keys.contains(object) => {}
                _ => fault(None, is("decl_related_nothing").with("name", related)),
            }
        }
    }
    faults
}

fn validations(decl: &ObjectDecl, fault: &mut dyn FnMut(Option<&str>, FieldProblem)) {
    let mut keys = HashSet::new();
    for rule in &decl.validations {
        if !is_key(&rule.key) || !keys.insert(&rule.key) {
            fault(None, is("decl_rule_key").with("rule", &rule.key));
        }
        if rule.must.is_some() == rule.formula.is_some() {
            fault(None, is("decl_rule_both").with("rule", &rule.key));
        }
        if !complete(&rule.message) {
            fault(None, is("decl_rule_words").with("rule", &rule.key));
        }
    }
}

/// What tells that two records are one: sets that must be unique, and hints.
fn alike(decl: &ObjectDecl, fault: &mut dyn FnMut(Option<&str>, FieldProblem)) {
    use FieldType::{Address, Choices, File, Json, Links, LongText};
    for set in &decl.unique {
        let names: HashSet<&String> = set.iter().collect();
        if set.is_empty() || names.len() < set.len() {
            fault(None, is("decl_unique_few"));
        }
        for name in set {
            if decl.fields.get(name).is_some_and(|f| matches!(f.kind, LongText | Json | File | Choices | Links | Address)) {
                fault(None, is("decl_unique_kind").with("name", name));
            }
        }
    }
    for compared in &decl.compare {
        let kind = |name: &String| decl.fields.get(name).map(|field| field.kind);
        let kinds: HashSet<_> = compared.fields.iter().map(kind).collect();
        let told = kinds.iter().all(|kind| compared.kind.or(kind.and_then(super::CompareAs::of)).is_some());
        if kinds.len() != 1 || !told {
            fault(None, is("decl_compare_kind").with("name", compared.fields.join(", ")));
        }
    }
    if decl.duplicates.iter().any(|hint| !complete(&hint.reason)) {
        fault(None, is("decl_duplicate_words"));
    }
}

pub(super) const SYSTEM: [&str; 5] = ["id", "created_at", "created_by", "updated_at", "updated_by"];

fn check_field(key: &str, field: &FieldDecl, objects: &HashSet<&str>, fault: &mut dyn FnMut(FieldProblem)) {
    use FieldType::*;
    if !is_key(key) {
        fault(is("decl_no_key").with("key", key));
    }
    if SYSTEM.contains(&key) || key == "version" {
        fault(is("decl_reserved").with("key", key));
    }
    if !complete(&field.label) {
        fault(is("decl_label"));
    }
    if field.open && field.kind != Choices {
        fault(is("decl_open"));
    }
    if (field.number.is_some() || field.tail_of.is_some()) && field.kind != Text {
        fault(is("decl_text_only"));
    }
    if field.plain && field.kind != Integer {
        fault(is("decl_plain"));
    }
    if field.used_for.is_some_and(|used| used.kind() != field.kind) {
        fault(is("decl_use"));
    }
    if field.kind != File && !(field.accept.is_empty() && field.max_mb.is_none()) {
        fault(is("decl_file_options"));
    }
    if let Some(ending) = field.accept.iter().find(|e| e.is_empty() || !e.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())) {
        fault(is("decl_ending").with("value", ending));
    }
    if field.max_mb.is_some_and(|mb| !(1..=25).contains(&mb)) {
        fault(is("decl_max_mb"));
    }
    if matches!(field.kind, Choice | Choices) == field.choices.is_empty() && !field.open {
        fault(is("decl_choices"));
    }
    let mut keys = HashSet::new();
    for choice in &field.choices {
        if !keys.insert(&choice.key) || !is_key(&choice.key) {
            fault(is("decl_choice_key").with("choice", &choice.key));
        }
        if !complete(&choice.label) || choice.other.as_ref().is_some_and(|other| !complete(other)) {
            fault(is("decl_choice_label").with("choice", &choice.key));
        }
        if choice.turns.as_ref().is_some_and(|to| !field.choices.iter().any(|known| known.key == *to && known.turns.is_none())) {
            fault(is("decl_choice_turns").with("choice", &choice.key));
        }
    }
    match (field.kind, &field.to) {
        (Link | Links, None) => fault(is("decl_link_to")),
        (Link | Links | Stage, Some(to)) if !objects.contains(to.as_str()) => fault(is("decl_link_unknown").with("to", to)),
        (Link | Links | Stage, _) | (_, None) => {}
        (_, Some(_)) => fault(is("decl_to")),
    }
    if field.must.is_some() && !matches!(field.kind, Link | Links) {
        fault(is("decl_must"));
    }
    if (field.kind == Formula) != field.formula.is_some() {
        fault(is("decl_formula"));
    }
    if field.kind == Formula && field.result.is_none() {
        fault(is("decl_formula_result"));
    }
    if (field.kind == Rollup) != field.rollup.is_some() {
        fault(is("decl_rollup"));
    }
    if (field.kind == AutoNumber) != field.pattern.is_some() {
        fault(is("decl_pattern"));
    }
    if !field.columns.is_empty() && field.kind != Links {
        fault(is("decl_columns"));
    }
    if (field.min.is_some() || field.max.is_some()) && !field.kind.is_number() {
        fault(is("decl_min_max"));
    }
    if field.rich && field.kind != LongText {
        fault(is("decl_rich"));
    }
    if field.max_length.is_some() && !(field.kind.is_text() || field.kind == Json) {
        fault(is("decl_max_length"));
    }
    if field.pipeline.is_some() && field.kind != Stage {
        fault(is("decl_pipeline"));
    }
    if field.result.is_some() && !matches!(field.kind, Formula | Rollup) {
        fault(is("decl_result"));
    }
    for (column, decl) in &field.columns {
        check_field(column, decl, objects, &mut |found| fault(is("decl_column").with("column", column).because(&found)));
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
