//! A declaration held against its object, and what it says about a number.

use super::band::{self, Band};
use super::{ApprovalDecl, Guard, StepDecl, Who};
use crate::{FieldProblem, FieldType, Object, Registry};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// A sound rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub key: String,
    pub version: i64,
    pub decl: ApprovalDecl,
    pub bands: Vec<Band>,
    /// Fields of the record whose change makes an approval void.
    pub watched: BTreeSet<String>,
}

impl ApprovalDecl {
    /// Checks the declaration. The filter and the expression are left to whoever can bind them.
    ///
    /// # Errors
    /// Every fault with its place.
    pub fn compile(&self, registry: &Registry, key: &str, version: i64) -> Result<Rule, Vec<FieldProblem>> {
        let mut faults = Vec::new();
        for (place, words) in [("name_id", &self.name.id), ("name_en", &self.name.en)] {
            if words.trim().is_empty() {
                faults.push(FieldProblem::new(place, "required"));
            }
        }
        let Some(object) = registry.object(&self.object).filter(|o| !o.decl.hidden && !o.is_system()) else {
            faults.push(FieldProblem::new("object", "unknown_choice").with("value", &self.object));
            return Err(faults);
        };
        if let Some(field) = &self.field
            && !object.field(field).is_some_and(|f| f.kind.is_number() && !f.hidden)
        {
            faults.push(FieldProblem::new("field", "approval_no_number").with("value", field));
        }
        for (n, key) in self.void_on.iter().enumerate().filter(|(_, key)| object.field(key).is_none()) {
            faults.push(FieldProblem::new(&format!("/void_on/{n}"), "unknown_field").with("field", key));
        }
        self.check_steps(object, &mut faults);
        self.check_guards(object, &mut faults);
        if self.reasons.is_empty() {
            faults.push(FieldProblem::new("reasons", "required"));
        }
        let bands = match &self.field {
            // without a number every record needs all steps
            None => vec![Band { from: Decimal::ZERO, to: None, steps: (0..self.steps.len()).collect() }],
            Some(_) => band::read(&self.bands, |key| self.steps.iter().position(|s| s.key == key)).unwrap_or_else(|found| {
                faults.extend(found);
                Vec::new()
            }),
        };
        if faults.is_empty() {
            let watched = self.watched();
            Ok(Rule { key: key.into(), version, decl: self.clone(), bands, watched })
        } else {
            Err(faults)
        }
    }

    fn check_steps(&self, object: &Object, faults: &mut Vec<FieldProblem>) {
        if self.steps.is_empty() {
            faults.push(FieldProblem::new("steps", "required"));
        }
        for (n, step) in self.steps.iter().enumerate() {
            let at = |part: &str| format!("/steps/{n}/{part}");
            if self.steps[..n].iter().any(|other| other.key == step.key) {
                faults.push(FieldProblem::new(&at("key"), "taken"));
            }
            if step.who.is_empty() {
                faults.push(FieldProblem::new(&at("who"), "required"));
            }
            if step.need == 0 {
                faults.push(FieldProblem::new(&at("need"), "too_small").with("min", 1));
            }
            if step.who.contains(&Who::StandIn) {
                faults.push(FieldProblem::new(&at("who"), "approval_stand_in_only_after"));
            }
            for who in step.who.iter().chain(&step.fallback) {
                if let Who::Field(key) = who
                    && !object.field(key).is_some_and(|f| f.kind == FieldType::Link)
                {
                    faults.push(FieldProblem::new(&at("who"), "unknown_field").with("field", key));
                }
            }
            if let (Some(limit), Some(remind)) = (step.limit, step.remind)
                && remind >= limit
            {
                faults.push(FieldProblem::new(&at("remind"), "approval_remind_late"));
            }
        }
    }

    fn check_guards(&self, object: &Object, faults: &mut Vec<FieldProblem>) {
        let staged = object.fields.iter().any(|f| f.kind == FieldType::Stage);
        for (n, guard) in self.guards.iter().enumerate() {
            let sound = match guard {
                Guard::Stage(_) | Guard::Category(_) => staged,
                Guard::Action(key) => object.decl.actions.iter().any(|a| a.key == *key),
                Guard::Value { field, value } => object.field(field).is_some_and(|f| f.choice(value).is_some()),
            };
            if !sound {
                faults.push(FieldProblem::new(&format!("/guards/{n}"), "unknown_choice").with("value", guard));
            }
        }
    }

    /// Fields whose change makes an approval void: those named for it, and those the rule looks at.
    fn watched(&self) -> BTreeSet<String> {
        let mut watched: BTreeSet<String> = self.void_on.iter().chain(&self.field).cloned().collect();
        if let Some(when) = &self.when {
            named(when, &mut watched);
        }
        watched
    }
}

/// Fields of the record that a filter names; of a path its first step.
fn named(filter: &serde_json::Value, found: &mut BTreeSet<String>) {
    match filter {
        serde_json::Value::Object(map) => {
            if let Some(path) = map.get("field").and_then(|f| f.as_str()) {
                found.extend(path.split('.').next().map(str::to_string));
            }
            for part in ["all", "any", "not"].iter().filter_map(|key| map.get(*key)) {
                named(part, found);
            }
        }
        serde_json::Value::Array(parts) => parts.iter().for_each(|part| named(part, found)),
        _ => {}
    }
}

impl Rule {
    /// The band a number falls into; nothing and what is below 0 count as 0.
    pub fn band(&self, value: Option<Decimal>) -> Option<&Band> {
        let value = value.unwrap_or_default().max(Decimal::ZERO);
        self.bands.iter().find(|band| band.from <= value && band.to.is_none_or(|to| value < to))
    }

    /// The steps a number needs, in their order; none at all: it needs nobody's yes.
    pub fn steps(&self, value: Option<Decimal>) -> Vec<StepDecl> {
        let places = self.band(value).map(|band| band.steps.as_slice()).unwrap_or_default();
        places.iter().filter_map(|n| self.decl.steps.get(*n).cloned()).collect()
    }
}
