//! Interactions: an agreed next step becomes a task of whoever does it.

use crate::account::follow_links;
use crate::keys::interaction as f;
use crate::keys::{self, task};
use akrab_engine::{Behaviour, Draft, Result, Tx};
use akrab_model::value::Input;
use akrab_model::{FieldProblem, Problem, Value};
use serde_json::json;

/// Rules of interactions.
pub struct Interactions;

impl Behaviour for Interactions {
    fn object(&self) -> &'static str {
        keys::INTERACTION
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        follow_links(draft, tx)?;
        if draft.get(f::NEXT_STEP).is_null() {
            draft.set(f::NEXT_OWNER, Value::Null);
        }
        // people say when and who; files of other systems often do not know
        if wants_step(draft) && tx.ctx.is_said_now() {
            let missing = [f::NEXT_AT, f::NEXT_OWNER].into_iter().filter(|key| draft.get(key).is_null());
            let faults: Vec<_> = missing.map(|key| FieldProblem::new(key, "required")).collect();
            if !faults.is_empty() {
                return Err(Problem::invalid(faults));
            }
        }
        Ok(())
    }

    fn after_save(&self, draft: &Draft, id: i64, tx: &mut Tx) -> Result<()> {
        if wants_step(draft) && !draft.get(f::NEXT_AT).is_null() { make_task(draft, id, tx) } else { Ok(()) }
    }
}

/// A next step was agreed just now.
fn wants_step(draft: &Draft) -> bool {
    !draft.get(f::NEXT_STEP).is_null() && draft.old(f::NEXT_STEP).is_null()
}

fn make_task(draft: &Draft, id: i64, tx: &mut Tx) -> Result<()> {
    let same = |channel: &&str| matches!(*channel, "call" | "email" | "whatsapp" | "visit" | "meeting");
    let kind = draft.get(f::CHANNEL).text().filter(same).unwrap_or("todo");
    let mut input = Input::new();
    input.insert(task::SUBJECT.into(), draft.get(f::NEXT_STEP).to_json());
    input.insert(task::KIND.into(), json!(kind));
    input.insert(task::DUE_AT.into(), draft.get(f::NEXT_AT).to_json());
    for (from, to) in [
        (f::ACCOUNT, task::ACCOUNT),
        (f::CONTACT, task::CONTACT),
        (f::OPPORTUNITY, task::OPPORTUNITY),
        (f::LEAD, task::LEAD),
        (f::OWNER, task::OWNER),
        (f::NEXT_OWNER, task::OWNER),
    ] {
        if !draft.get(from).is_null() {
            input.insert(to.into(), draft.get(from).to_json());
        }
    }
    let object = tx.object(keys::TASK)?;
    let mut made = tx.prepare_new(&object, &input)?;
    made.set(task::INTERACTION, Value::Link(id));
    tx.insert(&object, vec![made])?;
    Ok(())
}
