//! Teams form a tree: none stands above itself, and none is left hanging.

use crate::behaviour::{Behaviour, Draft};
use crate::{Result, Tx};
use akrab_model::problem::ProblemKind;
use akrab_model::{Problem, Record, Value};

/// Refuses a parent that lies below the team itself, and to delete one with members or teams below it.
pub(crate) struct TeamTree;

impl Behaviour for TeamTree {
    fn object(&self) -> &'static str {
        "team"
    }
    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        let (Some(own), true) = (draft.before.as_ref().map(|b| b.id), draft.changed("parent")) else { return Ok(()) };
        // two changes at once could each find the other's circle still open
        tx.alone("team parents")?;
        let (mut above, mut met) = (draft.get("parent").int(), Vec::new());
        while let Some(id) = above {
            if id == own || met.contains(&id) {
                return Err(draft.fault("parent", "team_circle"));
            }
            met.push(id);
            above = tx.find("team", id)?.and_then(|team| team.link("parent"));
        }
        Ok(())
    }
    fn before_delete(&self, record: &Record, tx: &mut Tx) -> Result<()> {
        let here = Value::Link(record.id);
        if tx.find_by("user", "team", &here)?.is_some() || tx.find_by("team", "parent", &here)?.is_some() {
            return Err(Problem::new(ProblemKind::Conflict, "team_in_use"));
        }
        Ok(())
    }
}
