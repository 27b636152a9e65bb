//! What a workspace has made and changed itself: the second and last layer over the object files.
//!
//! A [`Shape`] is a set of parts, one for each object concerned: an object of the workspace's own, whole as in
//! an object file, or what differs of a shipped one. Merged with the shipped declarations it gives
//! the declarations the registry is compiled from.

mod change;
mod key;
mod merge;
mod prune;
mod undo;

pub use change::{FieldChange, ObjectChange};
pub use key::{RESERVED, RESERVED_FIELDS, free_key};
pub use merge::merge;
pub use undo::{BETWEEN, Place, places};

use super::ObjectDecl;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// Everything a workspace has made and changed, by the key of the object.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shape {
    pub parts: IndexMap<String, Part>,
}

/// What a workspace says about one object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Made here.
    Own(Box<ObjectDecl>),
    /// Shipped, and changed here.
    Change(Box<ObjectChange>),
}

impl Part {
    /// Whether nothing is changed after all.
    pub fn is_empty(&self) -> bool {
        match self {
            Part::Own(_) => false,
            Part::Change(change) => **change == ObjectChange { object: change.object.clone(), ..ObjectChange::default() },
        }
    }

    /// Keys of the fields the workspace made.
    pub fn own_fields(&self) -> impl Iterator<Item = &String> {
        match self {
            Part::Own(decl) => decl.fields.keys(),
            Part::Change(change) => change.fields.keys(),
        }
    }

    /// A field the workspace made.
    pub fn own_field(&mut self, key: &str) -> Option<&mut super::FieldDecl> {
        match self {
            Part::Own(decl) => decl.fields.get_mut(key),
            Part::Change(change) => change.fields.get_mut(key),
        }
    }

    /// The same part as it was before, with everything made since put out of sight instead of being lost.
    pub fn back_to(&self, before: Option<&Part>) -> Part {
        let mut back = match (before, self) {
            (Some(before), _) => before.clone(),
            (None, Part::Own(decl)) => {
                let mut decl = decl.clone();
                decl.hidden = true;
                Part::Own(decl)
            }
            (None, Part::Change(change)) => {
                Part::Change(Box::new(ObjectChange { object: change.object.clone(), ..ObjectChange::default() }))
            }
        };
        let mut since: Vec<(String, super::FieldDecl)> = match self {
            Part::Own(decl) => decl.fields.clone().into_iter().collect(),
            Part::Change(change) => change.fields.clone().into_iter().collect(),
        };
        let fields = match &mut back {
            Part::Own(decl) => &mut decl.fields,
            Part::Change(change) => &mut change.fields,
        };
        since.retain(|(key, _)| !fields.contains_key(key));
        for (key, mut decl) in since {
            decl.hidden = true;
            decl.required = false;
            fields.insert(key, decl);
        }
        back
    }
}

#[cfg(test)]
mod tests;
