//! Links to records of the same file: a parent may stand below its children, so they are set when every row is in.

use super::judge::told;
use super::links::Links;
use super::plan::{OnMatch, Plan};
use super::report::{Note, Verdict};
use crate::{Access, Result, Tx};
use akrab_model::value::Input;
use akrab_model::{FieldProblem, Problem};
use akrab_store::Bin;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// A link that waits for the record it means.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Later {
    /// The record that has the link; none in a trial, which keeps nothing.
    pub record: i64,
    pub line: u64,
    pub field: String,
    pub text: String,
}

impl Later {
    /// That the link stays empty, and why.
    fn left(&self, problem: Problem) -> Result<Vec<Note>> {
        let texts = HashMap::from([(self.field.clone(), self.text.clone())]);
        let notes = told(self.line, &texts, problem)?;
        Ok(notes.into_iter().map(|note| Note { verdict: Verdict::Blanked, field: Some(self.field.clone()), ..note }).collect())
    }

    /// The record it means was refused.
    ///
    /// # Errors
    /// None that could come of it.
    pub fn missing(&self) -> Result<Vec<Note>> {
        self.left(Problem::invalid(vec![FieldProblem::new(&self.field, "no_such_record").with("value", &self.text)]))
    }
}

/// Sets links that waited; those that lead nowhere stay empty and are told.
pub(super) fn settle(tx: &mut Tx, plan: &Plan, waiting: &[Later]) -> Result<Vec<Note>> {
    let object = plan.object.clone();
    let links = Links::called(tx, &object, waiting.iter().map(|one| one.text.clone()).collect())?;
    let mut notes = Vec::new();
    for one in waiting {
        let Some(field) = object.field(&one.field) else { continue };
        let done = match links.resolve(field, &one.text, false) {
            Ok(id) => tx.attempt(|tx| {
                let record = tx.load_for(&object, one.record, Access::Edit, Bin::Living)?;
                if plan.spec.on_match == OnMatch::FillEmpty && !record.get(&one.field).is_blank() {
                    return Ok(());
                }
                tx.update(&object.key, one.record, &Input::from_iter([(one.field.clone(), id)]), None).map(drop)
            }),
            Err(fault) => Err(Problem::invalid(vec![fault])),
        };
        if let Err(problem) = done {
            notes.extend(one.left(problem)?);
        }
    }
    Ok(notes)
}
