//! What differs of a shipped object. What is left out stays as shipped.

use crate::object::decl::is_default;
use crate::object::{BoardDecl, CalendarDecl, Choice, DuplicateDecl, FieldDecl, Label, LayoutDecl, ObjectDecl, ValidationDecl, ViewDecl};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// What a workspace has changed about one shipped object.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectChange {
    /// Key of the object.
    pub object: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub label: Option<Label>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub plural_label: Option<Label>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub purpose: Option<Label>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub icon: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub group: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub subtitle: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub hidden: bool,
    /// New fields, whole.
    #[serde(default, skip_serializing_if = "is_default")]
    pub fields: IndexMap<String, FieldDecl>,
    /// What differs of shipped fields.
    #[serde(default, skip_serializing_if = "is_default")]
    pub changed: IndexMap<String, FieldChange>,
    /// Instead of the shipped layout, views, board and calendar.
    #[serde(default, skip_serializing_if = "is_default")]
    pub layout: Option<LayoutDecl>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub views: Option<Vec<ViewDecl>>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub board: Option<BoardDecl>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub calendar: Option<CalendarDecl>,
    /// Beside the shipped ones.
    #[serde(default, skip_serializing_if = "is_default")]
    pub validations: Vec<ValidationDecl>,
    /// Field sets that must be unique together, beside the shipped ones.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unique: Vec<Vec<String>>,
    /// Instead of the shipped hints.
    #[serde(default, skip_serializing_if = "is_default")]
    pub duplicates: Option<Vec<DuplicateDecl>>,
}

/// What a workspace has changed about one shipped field.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldChange {
    #[serde(default, skip_serializing_if = "is_default")]
    pub label: Option<Label>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub hint: Option<Label>,
    /// Shipped required fields stay required: rules of the program rely on them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub required: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub default: Option<Json>,
    /// Instead of the shipped ones; those are kept at the end, retired, where they are left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub choices: Option<Vec<Choice>>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub min: Option<f64>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub max: Option<f64>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub visible_when: Option<Json>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub required_when: Option<Json>,
    /// Of a link: only records of which this holds.
    #[serde(default, skip_serializing_if = "is_default")]
    pub must: Option<Json>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub remind: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub hidden: bool,
}

impl ObjectChange {
    /// A change of this object that changes nothing yet.
    pub fn of(object: &str) -> Self {
        Self { object: object.into(), ..Self::default() }
    }

    /// Brings everything but the fields to the shipped declaration.
    pub(super) fn put_into(&self, decl: &mut ObjectDecl) {
        fn replace<T: Clone>(place: &mut T, with: Option<&T>) {
            if let Some(value) = with {
                place.clone_from(value);
            }
        }
        replace(&mut decl.label, self.label.as_ref());
        replace(&mut decl.plural_label, self.plural_label.as_ref());
        replace(&mut decl.purpose, self.purpose.as_ref());
        replace(&mut decl.icon, self.icon.as_ref());
        replace(&mut decl.group, self.group.as_ref());
        replace(&mut decl.subtitle, self.subtitle.as_ref());
        replace(&mut decl.layout, self.layout.as_ref());
        replace(&mut decl.views, self.views.as_ref());
        if self.board.is_some() {
            decl.board.clone_from(&self.board);
        }
        if self.calendar.is_some() {
            decl.calendar.clone_from(&self.calendar);
        }
        decl.hidden |= self.hidden;
        decl.validations.extend(self.validations.iter().cloned());
        decl.unique.extend(self.unique.iter().cloned());
        replace(&mut decl.duplicates, self.duplicates.as_ref());
    }
}

impl FieldChange {
    /// Brings the change to the shipped field.
    pub(super) fn put_into(&self, decl: &mut FieldDecl) {
        if let Some(label) = &self.label {
            decl.label = label.clone();
        }
        if self.hint.is_some() {
            decl.hint.clone_from(&self.hint);
        }
        decl.required |= self.required;
        decl.remind |= self.remind;
        if self.default.is_some() {
            decl.default.clone_from(&self.default);
        }
        if let Some(choices) = &self.choices {
            let shipped = std::mem::replace(&mut decl.choices, choices.clone());
            // rules of the program may set them still
            let missing = shipped.into_iter().filter(|shipped| !choices.iter().any(|c| c.key == shipped.key));
            decl.choices.extend(missing.map(|choice| Choice { retired: true, ..choice }));
        }
        decl.min = self.min.or(decl.min);
        decl.max = self.max.or(decl.max);
        let conditions =
            [(&mut decl.visible_when, &self.visible_when), (&mut decl.required_when, &self.required_when), (&mut decl.must, &self.must)];
        for (place, with) in conditions {
            if with.is_some() {
                place.clone_from(with);
            }
        }
        decl.hidden |= self.hidden;
    }
}
