//! What a domain adds to an object of another: the file of that object need not know of it.

use super::check::is;
use super::decl::is_default;
use super::{
    ActionDecl, CircleDecl, DeclError, FieldDecl, FieldRight, FigureDecl, LayoutDecl, ObjectDecl, PanelDecl, TimelineDecl, ViewDecl,
};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// A file beside the object files, such as `account_purchases.toml`. Everything comes behind what the object has itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdditionDecl {
    /// Key of the object.
    pub adds_to: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub fields: IndexMap<String, FieldDecl>,
    /// Further links whose records are told of it; nothing else of a timeline can be added.
    #[serde(default, skip_serializing_if = "is_default")]
    pub timeline: TimelineDecl,
    #[serde(default, skip_serializing_if = "is_default")]
    pub layout: LayoutDecl,
    #[serde(default, skip_serializing_if = "is_default")]
    pub circle: Vec<CircleDecl>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub figures: Vec<FigureDecl>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub panels: Vec<PanelDecl>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub views: Vec<ViewDecl>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub actions: Vec<ActionDecl>,
    /// Role key → rights on the fields.
    #[serde(default, skip_serializing_if = "is_default")]
    pub access: IndexMap<String, IndexMap<String, FieldRight>>,
}

/// Puts additions into the objects they add to; those to an object there is not are left out.
///
/// # Errors
/// Fields there are already.
pub fn add(decls: &mut [(String, ObjectDecl)], additions: Vec<(String, AdditionDecl)>) -> Result<(), Vec<DeclError>> {
    let mut faults = Vec::new();
    for (file, addition) in additions {
        // what this program does not have, nothing is added to
        if let Some((_, decl)) = decls.iter_mut().find(|(_, decl)| decl.key == addition.adds_to) {
            put(decl, addition, &file, &mut faults);
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

fn put(decl: &mut ObjectDecl, more: AdditionDecl, file: &str, faults: &mut Vec<DeclError>) {
    for (key, field) in more.fields {
        if decl.fields.insert(key.clone(), field).is_some() {
            faults.push(DeclError::new(file, Some(&key), is("decl_shipped_field")));
        }
    }
    decl.timeline.on.extend(more.timeline.on);
    decl.layout.add(more.layout);
    decl.circle.extend(more.circle);
    decl.figures.extend(more.figures);
    decl.panels.extend(more.panels);
    decl.views.extend(more.views);
    decl.actions.extend(more.actions);
    for (role, fields) in more.access {
        decl.access.entry(role).or_default().fields.extend(fields);
    }
}

impl LayoutDecl {
    fn add(&mut self, more: LayoutDecl) {
        self.sections.extend(more.sections);
        self.quick.extend(more.quick);
        self.chips.extend(more.chips);
        self.figures.extend(more.figures);
        self.related.extend(more.related);
    }
}
