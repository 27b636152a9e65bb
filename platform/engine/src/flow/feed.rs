//! Beginning runs: in the transaction of the change that triggers them.

use super::live::Ready;
use super::{Cause, DEEPEST, MOST_REPEATS, Repeat, RunRow, RunState, Trigger};
use crate::behaviour::Draft;
use crate::{Door, Result, Tx};
use akrab_model::{Object, Problem, ProblemKind, Record, RecordId};
use serde_json::json;
use std::sync::Arc;

const HOUR: i64 = 3_600 * 1_000_000;

impl Tx<'_> {
    /// Begins the flows that written records trigger, and lets runs go on that wait for something to hold of them.
    pub(crate) fn trigger_flows(&mut self, object: &Arc<Object>, drafts: &[Draft]) -> Result<()> {
        let flows = self.engine.flows();
        let Some(asked) = flows.of(&object.key) else { return Ok(()) };
        let mut begun = Vec::new();
        // taking a change back is no new event
        let news = self.ctx.door != Door::Undo;
        for draft in drafts {
            self.stand_for_draft(draft);
            for ready in asked.on_write.iter().filter(|_| news) {
                if self.is_triggered(ready, draft)? {
                    begun.extend(self.flow_run(ready, draft.after.id, draft.is_new())?);
                }
            }
        }
        if asked.listens {
            let changed: Vec<RecordId> = drafts.iter().filter(|draft| !draft.is_new()).map(|draft| draft.after.id).collect();
            let now = self.ctx.micros();
            if self.conn.flow_wake(&object.key, &changed, now)? > 0 {
                self.effects.flows_go();
            }
        }
        self.flow_begin(&begun).map(|_| ())
    }

    pub(super) fn flow_begin(&mut self, begun: &[RunRow]) -> Result<Vec<i64>> {
        if begun.is_empty() {
            return Ok(Vec::new());
        }
        self.effects.flows_go();
        Ok(self.conn.flow_begin(begun)?)
    }

    fn is_triggered(&mut self, ready: &Ready, draft: &Draft) -> Result<bool> {
        let triggered = match &ready.flow.trigger {
            Trigger::Created {} => draft.is_new(),
            Trigger::Changed { field, to } => {
                !draft.is_new()
                    && draft.changed(field)
                    && match (to, draft.object.field(field)) {
                        (None, _) => true,
                        (Some(to), Some(of)) => of.parse(to, &self.parse_env().own()).is_ok_and(|to| to == *draft.get(field)),
                        (Some(_), None) => false,
                    }
            }
            Trigger::Became {} => match &draft.before {
                Some(before) => !self.fits_flow(ready, &draft.object, before)?,
                None => true,
            },
            _ => false,
        };
        Ok(triggered && self.fits_flow(ready, &draft.object, &draft.after)?)
    }

    /// Whether a flow's condition holds of a record.
    pub(super) fn fits_flow(&mut self, ready: &Ready, object: &Arc<Object>, record: &Record) -> Result<bool> {
        if let Some(when) = &ready.when
            && !self.holds_of(object, record, when)?
        {
            return Ok(false);
        }
        Ok(ready.formulas.get("formula").is_none_or(|formula| formula.holds(object, record)))
    }

    /// The run a flow begins for a record; none when it may not, or has not to.
    pub(super) fn flow_run(&mut self, ready: &Ready, record: i64, new: bool) -> Result<Option<RunRow>> {
        let now = self.ctx.micros();
        let object = &ready.flow.object;
        let mut stopped = None;
        if !new {
            let (going, all) = match ready.flow.repeat {
                Repeat::Always => (0, 0),
                Repeat::Idle | Repeat::Once => self.conn.flow_of_record(ready.id, object, record, 0)?,
            };
            if (ready.flow.repeat == Repeat::Idle && going > 0) || (ready.flow.repeat == Repeat::Once && all > 0) {
                return Ok(None);
            }
            let (_, lately) = self.conn.flow_of_record(ready.id, object, record, now - HOUR)?;
            if lately > MOST_REPEATS {
                return Ok(None);
            }
            if lately == MOST_REPEATS {
                stopped = Some(Problem::new(ProblemKind::Conflict, "flow_repeats").with("max", MOST_REPEATS));
            }
        }
        let cause = self.ctx.cause.clone();
        let depth = cause.as_ref().map_or(0, |cause| cause.depth);
        if cause.as_ref().is_some_and(|c| c.chain.iter().any(|(flow, of, id)| *flow == ready.id && of == object && *id == record)) {
            stopped = Some(Problem::new(ProblemKind::Conflict, "flow_loop"));
        } else if depth > DEEPEST {
            stopped = Some(Problem::new(ProblemKind::Conflict, "flow_too_deep").with("max", DEEPEST));
        }
        Ok(Some(RunRow {
            id: 0,
            flow: ready.id,
            version: ready.version,
            object: object.clone(),
            record,
            state: if stopped.is_some() { RunState::Failed } else { RunState::Going },
            listens: false,
            due: now,
            place: None,
            step: None,
            attempts: 0,
            seq: 0,
            depth,
            chain: cause.map(|cause| json!(&*cause.chain).to_string()),
            data: None,
            told: stopped.as_ref().map(told),
            actor: self.ctx.user_id(),
            started: now,
            ended: stopped.map(|_| now),
        }))
    }
}

impl Cause {
    /// What stands behind whatever a step of this run does.
    pub(super) fn of(run: &RunRow) -> Cause {
        let mut chain: Vec<(i64, String, i64)> = run.chain.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        chain.push((run.flow, run.object.clone(), run.record));
        Cause { depth: run.depth + 1, chain: chain.into() }
    }
}

/// A problem as it is kept.
pub(super) fn told(problem: &Problem) -> String {
    json!({ "code": problem.code, "args": problem.args, "fields": problem.fields }).to_string()
}
