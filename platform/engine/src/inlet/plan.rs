//! What becomes of a call: which object, which place fills which field, by what a record is found.

use super::body::cell;
use crate::import::{ImportSpec, Mode, OnBadValue, OnMatch};
use akrab_model::value::Input;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// Places that may be mapped at most.
pub(super) const MOST: usize = 200;

/// What is decided about calls.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct InletPlan {
    pub object: String,
    pub fields: Vec<Mapped>,
    /// Values every new record has that the call says nothing of.
    pub defaults: Input,
    /// Fields by which a record is found; none makes a new one each time.
    pub match_by: Vec<String>,
    pub mode: Mode,
    /// What is there is replaced; otherwise only empty fields are filled.
    pub replace: bool,
    /// A flow that runs for the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow: Option<String>,
}

/// A place of the body and the field it fills. Several places may fill one field: their texts are put together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapped {
    /// JSON Pointer.
    pub path: String,
    pub field: String,
}

impl InletPlan {
    /// As an import of a table with one column for each place.
    pub(super) fn spec(&self) -> ImportSpec {
        ImportSpec {
            object: self.object.clone(),
            file: 0,
            sheet: None,
            columns: self.fields.iter().map(|one| Some(one.field.clone())).collect(),
            match_by: if self.match_by.is_empty() { Vec::new() } else { vec![self.match_by.clone()] },
            mode: self.mode,
            on_match: if self.replace { OnMatch::Update } else { OnMatch::FillEmpty },
            on_bad_value: OnBadValue::Refuse,
            defaults: self.defaults.clone(),
        }
    }
    /// The row a body makes.
    pub(super) fn cells(&self, body: &Json) -> Vec<Json> {
        self.fields.iter().map(|one| cell(body, &one.path)).collect()
    }
}
