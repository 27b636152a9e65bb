//! What people ask about their own data, and what endangered them: both are answered within a time the law sets.

use crate::keys::{self, data_incident as i, data_request as f};
use akrab_engine::privacy::AccessCopy;
use akrab_engine::{ActionOutcome, ActionRun, Behaviour, Draft, Result, Tx};
use akrab_model::{FieldProblem, Problem, RecordId, Value};
use jiff::{SignedDuration, Timestamp};

/// By wall clock, holidays or not (UU PDP 27/2022).
const HOURS: i64 = 72;

/// Rules and verbs of requests.
pub struct DataRequests;

impl Behaviour for DataRequests {
    fn object(&self) -> &'static str {
        keys::DATA_REQUEST
    }

    fn before_save(&self, draft: &mut Draft, _tx: &mut Tx) -> Result<()> {
        due(draft, f::RECEIVED_AT, f::DUE_AT)
    }

    fn act(&self, run: &ActionRun, tx: &mut Tx) -> Result<ActionOutcome> {
        let id = run.record.id;
        let told = |key: &str| run.input.get(key).and_then(|value| value.as_str()).unwrap_or_default().trim().to_string();
        let needed = |key: &str| match told(key) {
            text if text.is_empty() => Err(Problem::invalid(vec![FieldProblem::new(key, "required")])),
            text => Ok(Value::Text(text)),
        };
        let now = Value::Time(tx.ctx.now.timestamp());
        let state = |key: &str| Value::Text(key.into());
        let contact = run.record.link(f::CONTACT).ok_or_else(Problem::not_found)?;
        match run.key.as_str() {
            "identity" => set(tx, id, vec![(f::IDENTITY, needed("proof")?), (f::STATE, state("in_work"))])?,
            "copying" => {
                let into = Some((keys::DATA_REQUEST.to_string(), id, f::COPY.to_string()));
                tx.access_copy(&AccessCopy { object: keys::CONTACT.into(), id: contact, into })?;
            }
            "erasure" => {
                if !run.input.get("sure").is_some_and(|sure| sure.as_bool() == Some(true) || sure.as_str() == Some("true")) {
                    return Err(Problem::invalid(vec![FieldProblem::new("sure", "required")]));
                }
                tx.erase(keys::CONTACT, contact)?;
                set(tx, id, vec![(f::STATE, state("done")), (f::ANSWERED_AT, now)])?;
            }
            "completion" => {
                let mut values = vec![(f::STATE, state("done")), (f::ANSWERED_AT, now)];
                if !told("answer").is_empty() {
                    values.push((f::ANSWER, Value::Text(told("answer"))));
                }
                set(tx, id, values)?;
            }
            "refusal" => set(tx, id, vec![(f::REASON, needed("reason")?), (f::STATE, state("refused")), (f::ANSWERED_AT, now)])?,
            _ => return Err(Problem::not_found()),
        }
        Ok(ActionOutcome { made: vec![(keys::DATA_REQUEST.into(), id)] })
    }
}

fn set(tx: &mut Tx, id: RecordId, values: Vec<(&str, Value)>) -> Result<()> {
    tx.set_values(keys::DATA_REQUEST, id, values).map(drop)
}

/// Rules of incidents.
pub struct DataIncidents;

impl Behaviour for DataIncidents {
    fn object(&self) -> &'static str {
        keys::DATA_INCIDENT
    }

    fn before_save(&self, draft: &mut Draft, _tx: &mut Tx) -> Result<()> {
        due(draft, i::FOUND_AT, i::DUE_AT)
    }
}

/// The moment by which it has to be dealt with.
fn due(draft: &mut Draft, from: &str, to: &str) -> Result<()> {
    if draft.changed(from) || draft.get(to).is_null() {
        let at: Option<Timestamp> = if let Value::Time(at) = draft.get(from) { Some(*at) } else { None };
        let due = at.map(|at| at.checked_add(SignedDuration::from_hours(HOURS))).transpose().map_err(Problem::internal)?;
        draft.set(to, due.map_or(Value::Null, Value::Time));
    }
    Ok(())
}
