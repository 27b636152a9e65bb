//! Taking a new lead: it gets an owner and is worked on.

use akrab_engine::{Access, Tx};
use akrab_model::object::Scope;
use akrab_model::problem::ProblemKind;
use akrab_model::value::Input;
use akrab_model::{Problem, Record, RecordId};
use akrab_sales::keys::{LEAD, lead};
use akrab_web::{Fail, Flash, Reply, Visit};
use axum::extract::Path;
use serde_json::json;

/// `POST /today/leads/{id}/take`
pub(super) async fn take(visit: Visit, Path(id): Path<i64>) -> Reply {
    let me = visit.person.id;
    let taken = visit.write(move |tx| take_one(tx, id, me)).await;
    match taken {
        Ok((title, change)) => {
            let flash = Flash::ok(visit.t.with("today-taken", &[("name", title.into())]));
            let flash = flash.link(visit.t.get("open"), format!("/leads/{id}"));
            visit.back("/today", change.map_or(flash.clone(), |id| flash.undo_change(id)))
        }
        // somebody was faster: the list is drawn anew without it
        Err(Fail { problem, .. }) if matches!(problem.kind, ProblemKind::Conflict | ProblemKind::Stale) => {
            let record = visit.read(move |tx| tx.get(LEAD, id)).await?;
            let flash = Flash::bad(whose(&visit, &record)).link(visit.t.get("open"), format!("/leads/{id}"));
            visit.back("/today", flash)
        }
        Err(fail) => Err(fail),
    }
}

/// Makes this person the owner of a new lead that has none.
fn take_one(tx: &mut Tx, id: RecordId, me: RecordId) -> akrab_engine::Result<(String, Option<i64>)> {
    let record = tx.get(LEAD, id)?;
    let object = tx.object(LEAD)?;
    if tx.rights.scope(&object, Access::Edit) == Scope::None {
        return Err(Problem::forbidden());
    }
    let owner = record.link(lead::OWNER);
    if record.text(lead::STATUS) != "new" || owner.is_some_and(|owner| owner != me) {
        return Err(Problem::new(ProblemKind::Conflict, "lead_taken"));
    }
    let mut input = Input::new();
    input.insert(lead::STATUS.into(), json!("working"));
    input.insert(lead::OWNER.into(), json!(me));
    let version = Some(record.version);
    if owner.is_none() {
        // nobody's lead may be taken by whoever may work on leads at all
        tx.as_system("a lead without an owner is taken").update(LEAD, id, &input, version)?;
    } else {
        tx.update(LEAD, id, &input, version)?;
    }
    let change = tx.last_change(LEAD, id)?;
    Ok((record.title().to_string(), change))
}

/// Why a lead cannot be taken.
fn whose(visit: &Visit, record: &Record) -> String {
    match record.link_title(lead::OWNER) {
        Some(owner) => visit.t.with("today-lead-owned", &[("name", record.title().into()), ("owner", owner.into())]),
        None => visit.t.get("problem-lead-taken"),
    }
}
