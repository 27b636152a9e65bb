//! Policies: what should hold of records, and what becomes of a breach.
//!
//! A [`PolicyDecl`] names the records it is for and what they must do; it is compiled to one condition, so what breaks it
//! now is always a query. A breach that somebody was told of is an episode ([`episode`]): one for each policy and record,
//! which ends only when the record has kept the policy for several checks.

pub mod episode;

use crate::Label;
use crate::process::Limit;
use crate::{FieldProblem, FieldType, Object, Registry};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::sync::Arc;

/// Checks a record has to pass before its breach is over, unless the policy says otherwise.
pub const CALM: u32 = 2;
/// Minutes between two checks, unless the policy says otherwise.
pub const EVERY: u32 = 15;

/// A policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyDecl {
    pub name: Label,
    /// Key of the object.
    pub object: String,
    pub severity: Severity,
    /// Address of the user who answers for the policy.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub keeper: String,
    /// Key of the business calendar that working time is counted by.
    pub calendar: String,
    /// Whoever is responsible for a record hears of a breach, once.
    pub notify: bool,
    /// Checks a record has to pass before its breach is over.
    pub calm: u32,
    /// Minutes between two checks.
    pub every: u32,
    /// How a breach is mended, in words.
    pub advice: Label,
    /// Which records (filter JSON); all when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<Json>,
    pub must: Must,
}

/// What a record must do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Must {
    /// Have these fields filled.
    Fields { fields: Vec<String> },
    /// Have a next step: one that is written down, or an open task; with `ahead` one whose time has not passed.
    Next {
        #[serde(default)]
        ahead: bool,
    },
    /// Be answered: `by` is filled within the time after `from`; without `by` any conversation or finished task counts.
    Answer {
        from: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        by: String,
        within: Limit,
    },
    /// Be in touch: something was said or done with it within the time.
    Touch { within: Limit },
    /// Not stay in a step longer than the map of its process allows.
    Pace {},
    /// Meet a condition.
    Hold { filter: Json },
    /// Keep a number at or below a limit; a breach is over when it is at or below `clear`.
    Below { field: String, limit: String, clear: String },
}

/// How grave a breach is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Low,
    #[default]
    Medium,
    High,
}

impl Severity {
    pub const ALL: [Severity; 3] = [Severity::High, Severity::Medium, Severity::Low];

    pub fn key(self) -> &'static str {
        match self {
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
        }
    }
}

impl Default for PolicyDecl {
    fn default() -> Self {
        PolicyDecl {
            name: Label::default(),
            object: String::new(),
            severity: Severity::default(),
            keeper: String::new(),
            calendar: String::new(),
            notify: true,
            calm: CALM,
            every: EVERY,
            advice: Label::default(),
            when: None,
            must: Must::Fields { fields: Vec::new() },
        }
    }
}

impl Must {
    pub const KINDS: [&'static str; 7] = ["fields", "next", "answer", "touch", "pace", "hold", "below"];

    pub fn kind(&self) -> &'static str {
        match self {
            Must::Fields { .. } => "fields",
            Must::Next { .. } => "next",
            Must::Answer { .. } => "answer",
            Must::Touch { .. } => "touch",
            Must::Pace {} => "pace",
            Must::Hold { .. } => "hold",
            Must::Below { .. } => "below",
        }
    }

    /// Fields of the record it looks at, apart from those of a condition.
    pub fn fields(&self) -> Vec<&str> {
        match self {
            Must::Fields { fields } => fields.iter().map(String::as_str).collect(),
            Must::Answer { from, by, .. } => [from, by].into_iter().filter(|key| !key.is_empty()).map(String::as_str).collect(),
            Must::Below { field, .. } => vec![field],
            _ => Vec::new(),
        }
    }
}

impl PolicyDecl {
    /// Checks the declaration against its object. Conditions and calendars are left to whoever can bind them.
    ///
    /// # Errors
    /// Every fault with its place.
    pub fn check(&self, registry: &Registry) -> Vec<FieldProblem> {
        let mut faults = Vec::new();
        for (place, words) in [("name_id", &self.name.id), ("name_en", &self.name.en)] {
            if words.trim().is_empty() {
                faults.push(FieldProblem::new(place, "required"));
            }
        }
        for (place, number, most) in [("calm", self.calm, 100), ("every", self.every, 10_080)] {
            if number == 0 {
                faults.push(FieldProblem::new(place, "too_small").with("min", 1));
            } else if number > most {
                faults.push(FieldProblem::new(place, "too_large").with("max", most));
            }
        }
        let Some(object) = registry.object(&self.object).filter(|o| !o.decl.hidden && !o.is_system()) else {
            faults.push(FieldProblem::new("object", "unknown_choice").with("value", &self.object));
            return faults;
        };
        self.check_must(object, &mut faults);
        faults
    }

    fn check_must(&self, object: &Arc<Object>, faults: &mut Vec<FieldProblem>) {
        let known = |key: &str| object.field(key).filter(|f| !f.hidden);
        let mut wants = |place: &str, key: &str, kinds: &dyn Fn(FieldType) -> bool| {
            if key.is_empty() {
                faults.push(FieldProblem::new(place, "required"));
            } else if !known(key).is_some_and(|f| kinds(f.kind) && (f.is_column() || f.kind == FieldType::Links)) {
                faults.push(FieldProblem::new(place, "unknown_field").with("field", key));
            }
        };
        match &self.must {
            Must::Fields { fields } => {
                fields.iter().for_each(|key| wants("fields", key, &|_| true));
                if fields.is_empty() {
                    faults.push(FieldProblem::new("fields", "required"));
                }
            }
            Must::Answer { from, by, .. } => {
                wants("from", from, &|kind| kind == FieldType::DateTime);
                if !by.is_empty() {
                    wants("by", by, &|kind| kind == FieldType::DateTime);
                }
            }
            Must::Below { field, .. } => wants("field", field, &FieldType::is_number),
            Must::Pace {} if object.decl.board.as_ref().is_none_or(|b| b.since.is_none()) => {
                faults.push(FieldProblem::new("must", "policy_no_stage"));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_written_as_it_is_read() {
        let text = r#"{"name":{"id":"Dijawab","en":"Answered"},"object":"lead","severity":"high","calendar":"office","notify":true,"calm":2,"every":15,"advice":{"id":"Telepon","en":"Call"},"must":{"kind":"answer","from":"captured_at","by":"answered_at","within":"1h working"}}"#;
        let decl: PolicyDecl = serde_json::from_str(text).expect("a policy");
        assert_eq!(serde_json::to_string(&decl).expect("a text"), text);
        assert_eq!(decl.must.fields(), ["captured_at", "answered_at"]);
    }
}
