//! Opportunities: probability follows the stage; won and lost carry their reason.

use crate::keys::{OPPORTUNITY, opportunity as f};
use akrab_customers::keys::{ACCOUNT, account};
use akrab_engine::{ActionOutcome, ActionRun, Behaviour, Draft, Result, Tx};
use akrab_model::value::Input;
use akrab_model::{FieldProblem, Problem, ProblemKind, Record, RecordId, Value};
use serde_json::{Value as Json, json};

/// Rules and verbs of opportunities.
pub struct Opportunities;

impl Behaviour for Opportunities {
    fn object(&self) -> &'static str {
        OPPORTUNITY
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        if draft.get(f::ACCOUNT).is_null()
            && draft.changed(f::CONTACT)
            && let Some(contact) = draft.after.link(f::CONTACT)
            && let Some(found) = tx.find("contact", contact)?.and_then(|record| record.link("account"))
        {
            draft.set(f::ACCOUNT, Value::Link(found));
        }
        if !draft.changed(f::STAGE) {
            return Ok(());
        }
        let Some(stage) = draft.after.link(f::STAGE) else { return Ok(()) };
        let Some(stage) = tx.find("stage", stage)? else { return Ok(()) };
        enter(draft, &stage, tx)
    }

    fn after_save(&self, draft: &Draft, _id: i64, tx: &mut Tx) -> Result<()> {
        let closed = !draft.get(f::CLOSED_AT).is_null() && draft.old(f::CLOSED_AT).is_null();
        match draft.after.link(f::ACCOUNT) {
            Some(account) if closed => make_customer(draft, account, tx),
            _ => Ok(()),
        }
    }

    fn act(&self, run: &ActionRun, tx: &mut Tx) -> Result<ActionOutcome> {
        match run.key.as_str() {
            "closure" => close(run, tx),
            "reopening" => reopen(run, tx),
            _ => Err(Problem::not_found()),
        }
    }
}

fn enter(draft: &mut Draft, stage: &Record, tx: &Tx) -> Result<()> {
    if !draft.given.contains(f::PROBABILITY) || draft.get(f::PROBABILITY).is_null() {
        draft.set(f::PROBABILITY, stage.get("probability").clone());
    }
    let category = stage.text("category");
    if category == "open" {
        draft.set(f::CLOSED_AT, Value::Null);
        return Ok(());
    }
    if draft.get(f::CLOSED_AT).is_null() || !draft.given.contains(f::CLOSED_AT) {
        draft.set(f::CLOSED_AT, Value::Time(tx.ctx.now.timestamp()));
    }
    // files of other systems seldom know why
    if category == "lost" && tx.ctx.is_said_now() {
        let mut faults = Vec::new();
        if draft.get(f::CLOSE_REASON).is_null() {
            faults.push(FieldProblem::new(f::CLOSE_REASON, "gate_required").with("stage", stage.title()));
        }
        if draft.get(f::COMPETITOR).is_null() && !draft.get(f::NO_COMPETITOR).bool() {
            faults.push(FieldProblem::new(f::COMPETITOR, "gate_required").with("stage", stage.title()).with("or", f::NO_COMPETITOR));
        }
        if !faults.is_empty() {
            return Err(Problem::invalid(faults));
        }
    }
    Ok(())
}

/// Who buys is a customer from then on.
fn make_customer(draft: &Draft, id: RecordId, tx: &mut Tx) -> Result<()> {
    let won = match draft.after.link(f::STAGE) {
        Some(stage) => tx.find("stage", stage)?.is_some_and(|stage| stage.text("category") == "won"),
        None => false,
    };
    let Some(record) = tx.find(ACCOUNT, id)?.filter(|_| won) else { return Ok(()) };
    if matches!(record.text(account::STATUS), "active" | "closed") {
        return Ok(());
    }
    let mut input = Input::new();
    input.insert(account::STATUS.into(), json!("active"));
    if record.get(account::CUSTOMER_SINCE).is_null() {
        input.insert(account::CUSTOMER_SINCE.into(), json!(tx.ctx.now.date().to_string()));
    }
    tx.as_system("a won opportunity makes its account a customer").update(ACCOUNT, id, &input, None)?;
    Ok(())
}

fn close(run: &ActionRun, tx: &mut Tx) -> Result<ActionOutcome> {
    let text = |key: &str| run.input.get(key).and_then(Json::as_str).map(str::trim).filter(|s| !s.is_empty());
    let unknown = matches!(run.input.get("no_competitor"), Some(Json::Bool(true)))
        || matches!(text("no_competitor"), Some("true" | "on" | "1" | "ya" | "yes"));
    let mut faults = Vec::new();
    match text("result") {
        Some("won") => {}
        Some("lost") => {
            if text("reason").is_none() {
                faults.push(FieldProblem::new("reason", "required"));
            }
            if text("competitor").is_none() && !unknown {
                faults.push(FieldProblem::new("competitor", "required"));
            }
        }
        Some(other) => faults.push(FieldProblem::new("result", "unknown_choice").with("value", other)),
        None => faults.push(FieldProblem::new("result", "required")),
    }
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    let stage = stage_of(&run.record, text("result").unwrap_or_default(), tx)?;
    let mut input = Input::new();
    input.insert(f::STAGE.into(), json!(stage));
    for (from, to) in [("reason", f::CLOSE_REASON), ("competitor", f::COMPETITOR), ("note", f::NOTE)] {
        if let Some(value) = text(from) {
            input.insert(to.into(), json!(value));
        }
    }
    if unknown {
        input.insert(f::NO_COMPETITOR.into(), json!(true));
    }
    tx.update(OPPORTUNITY, run.record.id, &input, None)?;
    Ok(ActionOutcome { made: vec![(OPPORTUNITY.into(), run.record.id)] })
}

/// Back to the last open stage; what was said about the end stays readable in the history.
fn reopen(run: &ActionRun, tx: &mut Tx) -> Result<ActionOutcome> {
    let stage = stage_of(&run.record, "open", tx)?;
    let mut input = Input::new();
    input.insert(f::STAGE.into(), json!(stage));
    for key in [f::CLOSE_REASON, f::COMPETITOR, f::NO_COMPETITOR] {
        input.insert(key.into(), Json::Null);
    }
    tx.update(OPPORTUNITY, run.record.id, &input, None)?;
    Ok(ActionOutcome { made: vec![(OPPORTUNITY.into(), run.record.id)] })
}

/// The pipeline's last stage of this category.
fn stage_of(record: &Record, category: &str, tx: &mut Tx) -> Result<RecordId> {
    let missing = || Problem::new(ProblemKind::Conflict, "no_such_stage");
    let pipeline = record.link(f::PIPELINE).ok_or_else(missing)?;
    let stages = tx.stages(pipeline)?;
    stages.iter().rev().find(|stage| stage.text("category") == category).map(|stage| stage.id).ok_or_else(missing)
}
