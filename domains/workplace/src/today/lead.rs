//! Taking a new lead: it gets an owner and is worked on.

use akrab_engine::Access;
use akrab_model::Problem;
use akrab_model::object::Scope;
use akrab_model::problem::ProblemKind;
use akrab_model::value::Input;
use akrab_sales::keys::{LEAD, lead};
use akrab_web::{Flash, Reply, Visit};
use axum::extract::Path;
use serde_json::json;

/// `POST /today/leads/{id}/take`
pub(super) async fn take(visit: Visit, Path(id): Path<i64>) -> Reply {
    let me = visit.person.id;
    let (title, change) = visit
        .write(move |tx| {
            let record = tx.get(LEAD, id)?;
            if record.text(lead::STATUS) != "new" {
                return Err(Problem::new(ProblemKind::Conflict, "lead_taken"));
            }
            let mut input = Input::new();
            input.insert(lead::STATUS.into(), json!("working"));
            input.insert(lead::OWNER.into(), json!(me));
            let object = tx.object(LEAD)?;
            // nobody's lead may be taken by whoever may work on leads at all
            if record.link(lead::OWNER).is_none() && tx.rights.scope(&object, Access::Edit) > Scope::None {
                tx.as_system("a lead without an owner is taken").update(LEAD, id, &input, None)?;
            } else {
                tx.update(LEAD, id, &input, None)?;
            }
            let change = tx.history(LEAD, id, None)?.first().map(|c| c.id);
            Ok((record.title().to_string(), change))
        })
        .await?;
    let flash = Flash::ok(visit.t.with("today-taken", &[("name", title.into())])).link(visit.t.get("open"), format!("/leads/{id}"));
    visit.back("/today", change.map_or(flash.clone(), |id| flash.undo_change(id)))
}
