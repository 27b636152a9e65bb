//! What may not be said about an object, found before anything is done.

use super::Edit;
use crate::world::{WHOLE, World};
use akrab_model::object::shape::{Part, RESERVED, RESERVED_FIELDS};
use akrab_model::object::{DeclError, FieldDecl, ObjectDecl, is_key};
use akrab_model::{FieldProblem, FieldType, Problem};

/// Longest key: parts of composites add to it.
const LONGEST: usize = 28;

/// Every fault of these edits that the compiler of declarations does not know of.
pub(super) fn faults(world: &World, edits: &[Edit], lang: &str) -> Vec<FieldProblem> {
    let mut faults = Vec::new();
    for edit in edits {
        match (&edit.part, world.shape.parts.get(&edit.object)) {
            (Some(Part::Own(decl)), before) => own(world, edit, decl, before, lang, &mut faults),
            (Some(part @ Part::Change(_)), before) => fields(world, edit, part, before, lang, &mut faults),
            (None, Some(before)) if edit.deed != super::Deed::Purge && before.own_fields().next().is_some() => {
                faults.push(FieldProblem::new("", "shape_fields_lost").with("object", &edit.object));
            }
            (None, _) => {}
        }
    }
    faults
}

fn own(world: &World, edit: &Edit, decl: &ObjectDecl, before: Option<&Part>, lang: &str, faults: &mut Vec<FieldProblem>) {
    let known = before.is_some();
    for (name, key) in [("key", &decl.key), ("plural", &decl.plural)] {
        let mut fault = |code: &str| faults.push(FieldProblem::new(name, code).with("key", key));
        if !is_key(key) || key.len() > LONGEST || key.starts_with("x_") {
            fault("shape_no_key");
        } else if RESERVED.contains(&key.as_str()) {
            fault("shape_reserved");
        } else if world.is_gone(key, WHOLE) {
            fault("shape_key_gone");
        } else if !known || decl.plural != *key {
            let other = world.registry.objects().any(|o| o.key != edit.object && (o.key == *key || o.plural == *key));
            if other || (!known && world.registry.object(&edit.object).is_some()) {
                fault("shape_key_taken");
            }
        }
    }
    if let Some(Part::Own(old)) = before
        && (old.plural != decl.plural || old.key != decl.key || old.owned != decl.owned)
    {
        faults.push(FieldProblem::new("key", "fixed_once_made"));
    }
    if decl.group == "system" {
        faults.push(FieldProblem::new("group", "unknown_choice").with("value", &decl.group));
    }
    fields(world, edit, &Part::Own(Box::new(decl.clone())), before, lang, faults);
}

fn fields(world: &World, edit: &Edit, part: &Part, before: Option<&Part>, lang: &str, faults: &mut Vec<FieldProblem>) {
    let decls = |part: &Part| match part {
        Part::Own(decl) => decl.fields.clone(),
        Part::Change(change) => change.fields.clone(),
    };
    let old = before.map(decls).unwrap_or_default();
    let shipped = world.registry.object(&edit.object);
    for (key, field) in &decls(part) {
        let mut fault = |code: &str| faults.push(FieldProblem::new(&format!("/fields/{key}"), code).with("key", key));
        match old.get(key) {
            Some(old) => fixed(old, field, &mut fault),
            None if !is_key(key) || key.len() > LONGEST || key.starts_with("x_") => fault("shape_no_key"),
            None if RESERVED_FIELDS.contains(&key.as_str()) => fault("shape_reserved"),
            None if world.is_gone(&edit.object, key) => fault("shape_key_gone"),
            None if shipped.is_some_and(|o| o.field(key).is_some() || o.decl.fields.contains_key(key)) => fault("shape_key_taken"),
            None => {}
        }
        if field.min.zip(field.max).is_some_and(|(min, max)| min > max) {
            fault("shape_min_above_max");
        }
    }
    sets(shipped.map(|o| &o.decl), part, before, lang, faults);
    let lost = old.keys().find(|key| !world.is_gone(&edit.object, key) && !decls(part).contains_key(*key));
    if let Some(key) = lost
        && edit.deed != super::Deed::Purge
    {
        faults.push(FieldProblem::new(&format!("/fields/{key}"), "shape_fields_lost").with("object", &edit.object));
    }
}

/// One field alone is unique by a switch of its own; sets that were there already stay.
fn sets(shipped: Option<&ObjectDecl>, part: &Part, before: Option<&Part>, lang: &str, faults: &mut Vec<FieldProblem>) {
    let of = |part: &Part| match part {
        Part::Own(decl) => decl.unique.clone(),
        Part::Change(change) => change.unique.clone(),
    };
    let known = before.map(of).unwrap_or_default();
    for set in of(part).iter().filter(|set| !known.contains(set)) {
        if let [key] = set.as_slice() {
            let label = declared(part, key).or_else(|| shipped?.fields.get(key)).map_or(key.as_str(), |field| field.label.get(lang));
            faults.push(FieldProblem::new("unique", "shape_unique_one").with("field", label));
        }
    }
}

/// A field as a part says it.
fn declared<'p>(part: &'p Part, key: &str) -> Option<&'p FieldDecl> {
    match part {
        Part::Own(decl) => decl.fields.get(key),
        Part::Change(change) => change.fields.get(key),
    }
}

/// What stands in the database under a key stays what it is.
fn fixed(old: &FieldDecl, new: &FieldDecl, fault: &mut dyn FnMut(&str)) {
    let result = |field: &FieldDecl| matches!(field.kind, FieldType::Formula | FieldType::Rollup).then_some(field.result);
    if old.kind != new.kind || old.to != new.to || result(old) != result(new) {
        fault("shape_type_fixed");
    }
}

/// Faults of the compiler, as a problem with a line for each. What is only being made is called as the edits call it.
pub(super) fn problem(world: &World, edits: &[Edit], faults: &[DeclError], lang: &str) -> Problem {
    let fields = faults.iter().map(|fault| {
        let pointer = fault.field.as_ref().map(|field| format!("/fields/{field}")).unwrap_or_default();
        let object = world.registry.object(&fault.file);
        let part = edits.iter().find(|edit| edit.object == fault.file).and_then(|edit| edit.part.as_ref());
        let made = match part {
            Some(Part::Own(decl)) => Some(decl.plural_label.get(lang)),
            _ => None,
        };
        let mut place = object.map(|o| o.plural_label(lang)).or(made).unwrap_or(&fault.file).to_string();
        if let Some(key) = &fault.field {
            let field = part.and_then(|part| declared(part, key)).or_else(|| object?.decl.fields.get(key));
            place = format!("{place} › {}", field.map_or(key.as_str(), |field| field.label.get(lang)));
        }
        FieldProblem::new(&pointer, "shape_fault").with("object", place).because(&fault.fault)
    });
    Problem::invalid(fields.collect())
}
