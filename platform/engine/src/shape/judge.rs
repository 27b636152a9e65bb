//! What may not be said about an object, found before anything is done.

use super::Edit;
use crate::world::{WHOLE, World};
use akrab_model::object::shape::{Part, RESERVED, RESERVED_FIELDS};
use akrab_model::object::{DeclError, FieldDecl, ObjectDecl, is_key};
use akrab_model::{FieldProblem, FieldType, Problem};

/// Longest key: parts of composites add to it.
const LONGEST: usize = 28;

/// Every fault of these edits that the compiler of declarations does not know of.
pub(super) fn faults(world: &World, edits: &[Edit]) -> Vec<FieldProblem> {
    let mut faults = Vec::new();
    for edit in edits {
        match (&edit.part, world.shape.parts.get(&edit.object)) {
            (Some(Part::Own(decl)), before) => own(world, edit, decl, before, &mut faults),
            (Some(part @ Part::Change(_)), before) => fields(world, edit, part, before, &mut faults),
            (None, Some(before)) if edit.deed != super::Deed::Purge && before.own_fields().next().is_some() => {
                faults.push(FieldProblem::new("", "shape_fields_lost").with("object", &edit.object));
            }
            (None, _) => {}
        }
    }
    faults
}

fn own(world: &World, edit: &Edit, decl: &ObjectDecl, before: Option<&Part>, faults: &mut Vec<FieldProblem>) {
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
    fields(world, edit, &Part::Own(Box::new(decl.clone())), before, faults);
}

fn fields(world: &World, edit: &Edit, part: &Part, before: Option<&Part>, faults: &mut Vec<FieldProblem>) {
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
    let lost = old.keys().find(|key| !world.is_gone(&edit.object, key) && !decls(part).contains_key(*key));
    if let Some(key) = lost
        && edit.deed != super::Deed::Purge
    {
        faults.push(FieldProblem::new(&format!("/fields/{key}"), "shape_fields_lost").with("object", &edit.object));
    }
}

/// What stands in the database under a key stays what it is.
fn fixed(old: &FieldDecl, new: &FieldDecl, fault: &mut dyn FnMut(&str)) {
    let result = |field: &FieldDecl| matches!(field.kind, FieldType::Formula | FieldType::Rollup).then_some(field.result);
    if old.kind != new.kind || old.to != new.to || result(old) != result(new) {
        fault("shape_type_fixed");
    }
}

/// Faults of the compiler, as a problem with a line for each.
pub(super) fn problem(world: &World, faults: &[DeclError], lang: &str) -> Problem {
    let fields = faults.iter().map(|fault| {
        let pointer = fault.field.as_ref().map(|field| format!("/fields/{field}")).unwrap_or_default();
        let object = world.registry.object(&fault.file);
        let mut place = object.map_or(fault.file.as_str(), |o| o.plural_label(lang)).to_string();
        if let Some(key) = &fault.field {
            let field = object.and_then(|o| o.decl.fields.get(key)).map_or(key.as_str(), |field| field.label.get(lang));
            place = format!("{place} › {field}");
        }
        FieldProblem::new(&pointer, "shape_fault").with("object", place).because(&fault.fault)
    });
    Problem::invalid(fields.collect())
}
