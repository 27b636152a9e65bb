//! A map held against its object. Stages and conditions are left to whoever can look them up and bind them.

use super::{ProcessDecl, Way};
use crate::approval::Who;
use crate::{FieldProblem, FieldType, Registry};

impl ProcessDecl {
    /// Checks the declaration.
    ///
    /// # Errors
    /// Every fault with its place.
    pub fn check(&self, registry: &Registry) -> Vec<FieldProblem> {
        let mut faults = Vec::new();
        for (place, words) in [("name_id", &self.name.id), ("name_en", &self.name.en), ("pipeline", &self.pipeline)] {
            if words.trim().is_empty() {
                faults.push(FieldProblem::new(place, "required"));
            }
        }
        let staged = |o: &&std::sync::Arc<crate::Object>| !o.decl.hidden && o.fields.iter().any(|f| f.kind == FieldType::Stage);
        let Some(object) = registry.object(&self.object).filter(staged) else {
            faults.push(FieldProblem::new("object", "unknown_choice").with("value", &self.object));
            return faults;
        };
        for (n, step) in self.steps.iter().enumerate() {
            let at = |part: &str| format!("/steps/{n}/{part}");
            if self.steps[..n].iter().any(|other| other.stage == step.stage) {
                faults.push(FieldProblem::new(&at("stage"), "taken"));
            }
            for way in Way::ALL {
                let gate = step.gate(way);
                for key in &gate.fields {
                    let known = object.field(key).is_some_and(|f| !f.hidden && !f.system && f.kind != FieldType::Stage);
                    if !known {
                        faults.push(FieldProblem::new(&at(way.key()), "unknown_field").with("field", key));
                    }
                }
                for rule in &gate.rules {
                    if rule.name.id.trim().is_empty() || rule.name.en.trim().is_empty() {
                        faults.push(FieldProblem::new(&at(way.key()), "process_rule_name"));
                    }
                }
            }
        }
        for (n, who) in self.pass.iter().enumerate() {
            let sound = match who {
                Who::Field(key) => object.field(key).is_some_and(|f| f.kind == FieldType::Link),
                Who::StandIn => false,
                _ => true,
            };
            if !sound {
                faults.push(FieldProblem::new(&format!("/pass/{n}"), "unknown_choice").with("value", who));
            }
        }
        faults
    }
}
