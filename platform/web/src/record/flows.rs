//! Flows of a record: those its buttons begin, and what ran for it.

use super::load::Sight;
use crate::fail::Reply;
use crate::flash::Flash;
use crate::settings::flows::runs::standing_words;
use crate::ui::related::{Related, RelatedRow, related};
use crate::ui::status::{Status, status};
use crate::visit::Visit;
use akrab_engine::flow::{RunState, RunView};
use akrab_engine::{Result, Tx};
use akrab_model::problem::ProblemKind;
use akrab_model::{Object, Record};
use axum::extract::Path;
use maud::{Markup, html};
use std::sync::Arc;

/// Runs shown beside a record.
const SHOWN: usize = 5;

/// What a record's page shows of flows.
#[derive(Default)]
pub struct Flows {
    /// Key and name of those the person may begin now.
    pub buttons: Vec<(String, String)>,
    /// The latest runs with the names of their flows.
    pub runs: Vec<(RunView, String)>,
    /// The person may look at the log, and arrange what the page shows.
    pub admin: bool,
}

impl Flows {
    /// # Errors
    /// What the database answers.
    pub fn load(tx: &mut Tx, object: &Arc<Object>, record: &Record) -> Result<Flows> {
        let known = tx.engine.flows();
        if known.standing.is_empty() {
            return Ok(Flows { admin: tx.ctx.is_admin(), ..Flows::default() });
        }
        let lang = tx.ctx.lang_key();
        let buttons = tx.flow_buttons(object, record.id)?;
        let runs = tx.flow_runs_of(&object.key, record.id, SHOWN)?;
        let name = |run: &RunView| {
            let standing = known.standing.iter().find(|s| s.row.key == run.flow).and_then(|s| s.ready.as_ref());
            standing.map_or_else(|| run.flow.clone(), |ready| ready.flow.name.get(lang).to_string())
        };
        Ok(Flows {
            buttons: buttons.iter().map(|ready| (ready.key.clone(), ready.flow.name.get(lang).to_string())).collect(),
            runs: runs.into_iter().map(|run| (name(&run), run)).map(|(name, run)| (run, name)).collect(),
            admin: tx.ctx.is_admin(),
        })
    }
}

/// The buttons in the menu of the record.
pub fn buttons(sight: &Sight, csrf: &str) -> Markup {
    let base = sight.href();
    html! { @for (key, name) in &sight.flows.buttons {
        (crate::ui::menu::menu_post("zap", name, &format!("{base}/flows/{key}"), csrf, false))
    } }
}

/// What ran for the record.
pub fn panel(sight: &Sight) -> Markup {
    if sight.flows.runs.is_empty() {
        return html! {};
    }
    let look = &sight.look;
    let row = |(run, name): &(RunView, String)| {
        let shape = match run.state {
            RunState::Done => Status::Ok,
            RunState::Failed => Status::Late,
            RunState::Cancelled => Status::None,
            RunState::Going => Status::Today,
        };
        RelatedRow {
            title: name.clone(),
            href: if sight.flows.admin { format!("/settings/flows/{}/runs/{}", run.flow, run.id) } else { String::new() },
            detail: Some(html! { (look.moment_words(&look.local(run.started))) }),
            end: Some(status(shape, &look.t.get(standing_words(run)))),
            lead: None,
        }
    };
    let shown = Related { title: look.t.get("settings-flows"), rows: sight.flows.runs.iter().map(row).collect(), ..Related::default() };
    related(look.t, &shown)
}

/// `POST /{plural}/{id}/flows/{flow}`
pub(super) async fn press(visit: Visit, Path((plural, id, key)): Path<(String, i64, String)>) -> Reply {
    let object = visit.object(&plural)?;
    let back = format!("/{}/{id}", object.plural);
    let name = visit.engine().flows().going(&key).map(|ready| ready.flow.name.get(visit.lang()).to_string()).unwrap_or_default();
    let own = object.key.clone();
    match visit.write(move |tx| tx.flow_press(&own, id, &key)).await {
        Ok(run) => {
            let words = if run.is_some() { "flow-begun" } else { "flow-runs-already" };
            visit.go(&back, Flash::ok(visit.t.with(words, &[("name", name.into())])))
        }
        Err(fail) if fail.problem.kind == ProblemKind::Conflict => {
            visit.go(&back, Flash::bad(crate::fail::field_errors(visit.t, &fail.problem).remove(0).1))
        }
        Err(fail) => Err(fail),
    }
}
