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
        let people = tx.engine.people();
        let mut above = draft.get("parent").int();
        // as many steps as there are teams reach the top of any tree
        for _ in 0..=people.teams.len() {
            match above {
                None => return Ok(()),
                Some(id) if id == own => return Err(draft.fault("parent", "team_circle")),
                Some(id) => above = people.teams.iter().find(|team| team.0 == id).and_then(|team| team.2),
            }
        }
        Err(draft.fault("parent", "team_circle"))
    }
    fn before_delete(&self, record: &Record, tx: &mut Tx) -> Result<()> {
        let here = Value::Link(record.id);
        if tx.find_by("user", "team", &here)?.is_some() || tx.find_by("team", "parent", &here)?.is_some() {
            return Err(Problem::new(ProblemKind::Conflict, "team_in_use"));
        }
        Ok(())
    }
}
