//! Shipped declarations and a workspace's parts become the declarations of this workspace.

use super::{ObjectChange, Part, Shape};
use crate::object::check::is;
use crate::object::{DeclError, FieldDecl, FieldType, Label, ObjectDecl, SectionDecl};

/// The declarations of a workspace, each with its file for messages: of those the workspace made or changed that
/// is the object's key alone. Parts that fit nothing are told as faults and left out.
pub fn merge(shipped: &[(String, ObjectDecl)], shape: &Shape) -> (Vec<(String, ObjectDecl)>, Vec<DeclError>) {
    let mut decls = shipped.to_vec();
    let mut faults = Vec::new();
    for (key, part) in &shape.parts {
        let place = decls.iter_mut().find(|(_, decl)| decl.key == *key);
        match (part, place) {
            (Part::Own(_), Some(_)) => faults.push(DeclError::new(key, None, is("decl_shipped_object"))),
            (Part::Own(decl), None) => decls.push((key.clone(), own(decl))),
            (Part::Change(_), None) => faults.push(DeclError::new(key, None, is("decl_no_object"))),
            (Part::Change(_), Some((_, decl))) if decl.group == "system" => {
                faults.push(DeclError::new(key, None, is("decl_system_changed")));
            }
            (Part::Change(change), Some((file, decl))) => {
                file.clone_from(key);
                changed(decl, change, &mut faults);
            }
        }
    }
    tell_of_own(&mut decls);
    (decls, faults)
}

/// Objects of the workspace's own are told of by what tells of any object: each gets a link there.
fn tell_of_own(decls: &mut [(String, ObjectDecl)]) {
    let own: Vec<(String, Label)> =
        decls.iter().filter(|(_, d)| d.own && !d.hidden).map(|(_, d)| (d.key.clone(), d.label.clone())).collect();
    for (_, decl) in decls.iter_mut().filter(|(_, d)| d.timeline.any) {
        for (key, label) in own.iter().filter(|(key, _)| *key != decl.key) {
            let field = decl.fields.entry(key.clone()).or_insert_with(|| {
                let mut field = FieldDecl::new(FieldType::Link, label.clone());
                (field.to, field.own) = (Some(key.clone()), true);
                field
            });
            // a field of that name may be about something else
            let there = field.kind == FieldType::Link && field.to.as_deref() == Some(key) && !field.hidden;
            if there && !decl.timeline.on.contains(key) {
                decl.timeline.on.push(key.clone());
            }
        }
    }
}

fn own(decl: &ObjectDecl) -> ObjectDecl {
    let mut decl = decl.clone();
    decl.own = true;
    decl.fields.values_mut().for_each(mark);
    if decl.layout.sections.is_empty() {
        let fields: Vec<String> = decl.fields.keys().cloned().collect();
        decl.layout.sections.push(SectionDecl { label: Label::new("Rincian", "Details"), fields, closed: false });
    }
    decl
}

/// A field of the workspace's own; so are the columns of its links.
fn mark(field: &mut FieldDecl) {
    field.own = true;
    field.columns.values_mut().for_each(mark);
}

fn changed(decl: &mut ObjectDecl, change: &ObjectChange, faults: &mut Vec<DeclError>) {
    change.put_into(decl);
    for (key, field) in &change.changed {
        match decl.fields.get_mut(key) {
            Some(shipped) => field.put_into(shipped),
            None => faults.push(DeclError::new(&change.object, Some(key), is("decl_no_field"))),
        }
    }
    for (key, field) in &change.fields {
        if decl.fields.contains_key(key) {
            faults.push(DeclError::new(&change.object, Some(key), is("decl_shipped_field")));
            continue;
        }
        let mut field = field.clone();
        mark(&mut field);
        decl.fields.insert(key.clone(), field);
    }
    if change.layout.is_none() && !change.fields.is_empty() {
        let fields: Vec<String> = change.fields.keys().cloned().collect();
        decl.layout.sections.push(SectionDecl { label: Label::new("Isian tambahan", "More fields"), fields, closed: false });
    }
}
