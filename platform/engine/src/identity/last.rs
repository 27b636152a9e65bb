//! Somebody must always be able to administer the workspace.

use crate::behaviour::{Behaviour, Draft};
use crate::people::People;
use crate::{Result, Tx};
use akrab_model::{FieldProblem, Problem};

/// Refuses a change that takes the last active administrator away.
pub(crate) struct LastAdministrator;

/// Whether `user` is the only active administrator.
pub(crate) fn is_last(people: &People, user: i64) -> bool {
    let mut admins = people.users().into_iter().filter(|p| p.active && p.role.key == "administrator").map(|p| p.id);
    admins.next() == Some(user) && admins.next().is_none()
}

impl Behaviour for LastAdministrator {
    fn object(&self) -> &'static str {
        "user"
    }
    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        let Some(before) = &draft.before else { return Ok(()) };
        let people = tx.engine.people();
        let admin = people.roles.iter().find(|r| r.key == "administrator").map(|r| r.id);
        let field = if !draft.get("active").bool() {
            "active"
        } else if draft.get("role").int() != admin {
            "role"
        } else {
            return Ok(());
        };
        if is_last(&people, before.id) { Err(Problem::invalid(vec![FieldProblem::new(field, "last_admin")])) } else { Ok(()) }
    }
}
