//! Tasks: done, deferred, opened again.

use crate::account::follow_links;
use crate::keys::{self, task as f};
use akrab_engine::{ActionOutcome, ActionRun, Behaviour, Ctx, Draft, Result, Tx};
use akrab_model::value::Input;
use akrab_model::{Problem, Record, Value};
use jiff::civil::time;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value as Json, json};

/// Rules and verbs of tasks.
pub struct Tasks;

impl Behaviour for Tasks {
    fn object(&self) -> &'static str {
        keys::TASK
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        follow_links(draft, tx)
    }

    fn act(&self, run: &ActionRun, tx: &mut Tx) -> Result<ActionOutcome> {
        let mut input = Input::new();
        match run.key.as_str() {
            "completion" => input.insert(f::DONE_AT.into(), json!(tx.ctx.now.timestamp().to_string())),
            "reopening" => input.insert(f::DONE_AT.into(), Json::Null),
            "deferral" => {
                let until = run.input.get("until").filter(|u| !u.is_null() && u.as_str() != Some("")).cloned();
                let until = until.unwrap_or_else(|| json!(tomorrow(&run.record, &tx.ctx).to_string()));
                input.insert(f::DUE_AT.into(), until)
            }
            _ => return Err(Problem::not_found()),
        };
        tx.update(keys::TASK, run.record.id, &input, None)?;
        Ok(ActionOutcome { made: vec![(keys::TASK.into(), run.record.id)] })
    }
}

/// Tomorrow at the hour the task was due, at nine when it had none.
fn tomorrow(task: &Record, ctx: &Ctx) -> Timestamp {
    let zone = ctx.now.time_zone().clone();
    let hour = match task.get(f::DUE_AT) {
        Value::Time(due) => due.to_zoned(zone.clone()).time(),
        _ => time(9, 0, 0, 0),
    };
    let day = ctx.now.date().saturating_add(1.day());
    day.to_datetime(hour).to_zoned(zone).map_or_else(|_| ctx.now.timestamp(), |moment| moment.timestamp())
}
