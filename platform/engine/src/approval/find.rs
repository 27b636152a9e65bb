//! What a record needs by a rule.

use super::{Rule, StepDecl};
use crate::write::is_condition_true;
use crate::{Result, Tx};
use akrab_model::{Record, Value};
use rust_decimal::Decimal;

/// Whose yes a record needs, and the number that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    pub value: Option<Decimal>,
    pub steps: Vec<StepDecl>,
}

impl Tx<'_> {
    /// What a record needs by a rule as it stands; none: nobody's yes. The record has to be whole.
    ///
    /// # Errors
    /// What the database answers.
    pub fn approval_need(&mut self, rule: &Rule, record: &Record) -> Result<Option<Need>> {
        let object = record.object.clone();
        if let Some(when) = &rule.decl.when
            && !self.holds(&object, record, when)?
        {
            return Ok(None);
        }
        if rule.decl.formula.as_deref().is_some_and(|text| !is_condition_true(&object, record, text)) {
            return Ok(None);
        }
        let value = rule.decl.field.as_deref().map(|field| number(record.get(field)));
        let steps = rule.steps(value);
        Ok((!steps.is_empty()).then_some(Need { value, steps }))
    }
}

/// A value as bands know it; nothing counts as 0.
fn number(value: &Value) -> Decimal {
    value.dec().unwrap_or_default()
}
