//! One run, step after step, as far as it goes now.

use super::deed::{At, Next, Took};
use super::feed::told;
use super::live::Ready;
use super::{ATTEMPTS, ActsAs, Cause, Go, LogRow, Place, RunRow, RunState};
use crate::{Ctx, Door, Result, Tx};
use akrab_model::problem::ProblemKind;
use akrab_model::{Problem, Record};
use std::sync::Arc;

/// Steps of one run in one transaction.
pub(super) const MOST_AT_ONCE: usize = 24;
/// Longest pause between tries, in seconds.
const LONGEST_PAUSE: i64 = 3_600;

/// What a log entry tells.
pub(super) mod fate {
    pub const DONE: i64 = 0;
    pub const AGAIN: i64 = 1;
    pub const FAILED: i64 = 2;
    pub const WAITS: i64 = 3;
}

/// What a transaction has to write once its runs have gone as far as they go.
#[derive(Default)]
pub(super) struct Written {
    pub log: Vec<LogRow>,
    /// Steps taken.
    pub steps: usize,
}

impl Tx<'_> {
    /// Takes steps of a run until it waits, ends, fails, or has taken enough for now. Trials pass over waits.
    pub(super) fn flow_go(&mut self, run: &mut RunRow, ready: &Arc<Ready>, trial: bool, written: &mut Written) -> Result<()> {
        let ctx = match self.flow_ctx(run, ready) {
            Ok(ctx) => ctx,
            Err(problem) => return fail(self, run, &problem),
        };
        let mut place: Place = run.place.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let mut known: Option<Record> = None;
        for _ in 0..MOST_AT_ONCE {
            let Some(step) = place.step(&ready.flow) else {
                return end(self, run, RunState::Done);
            };
            run.step = Some(step.key.clone());
            let (object, id) = place.child(&ready.flow).map_or((run.object.as_str(), run.record), |(object, id)| (object, id));
            let mut tx = self.acting(ctx.clone());
            let record = match known.take().filter(|r| r.id == id && r.object.key == object) {
                Some(record) => record,
                None => match tx.flow_record(object, id)? {
                    Some(record) => record,
                    None if place.child(&ready.flow).is_some() => {
                        // the record went away while steps were taken for it: the next one is looked for
                        if go_on(&mut place, ready) == Go::Over {
                            return end(self, run, RunState::Done);
                        }
                        continue;
                    }
                    None => {
                        run.told = Some(told(&Problem::new(ProblemKind::NotFound, "flow_record_gone")));
                        return end(self, run, RunState::Cancelled);
                    }
                },
            };
            let at = At { run, ready, step, record, level: place.level(), trial };
            let took = tx.attempt(|tx| tx.take_step(&at));
            let untouched = at.record;
            let took = match took {
                Ok(took) => took,
                Err(problem) => {
                    written.steps += 1;
                    return self.flow_fault(run, &problem, trial, written);
                }
            };
            written.steps += 1;
            let Took { input, result, next, wrote } = took;
            if let Next::Wait { until, listens, data, tell } = next {
                if tell {
                    self.flow_note(run, written, fate::WAITS, input, result);
                }
                (run.due, run.listens, run.data) = (until, listens, Some(data));
                run.place = Some(serde_json::to_string(&place).map_err(Problem::internal)?);
                return Ok(());
            }
            if !wrote {
                known = Some(untouched);
            }
            self.flow_note(run, written, fate::DONE, input, result);
            (run.attempts, run.listens, run.data) = (0, false, None);
            let go = match next {
                Next::Arm(n) => place.enter(&ready.flow, n),
                Next::Child(id) => place.repeat(&ready.flow, id),
                Next::Pass => place.pass(&ready.flow),
                Next::End | Next::Wait { .. } => Go::Over,
            };
            if go == Go::Over {
                return end(self, run, RunState::Done);
            }
            run.place = Some(serde_json::to_string(&place).map_err(Problem::internal)?);
            run.due = self.ctx.micros();
        }
        Ok(())
    }

    /// The record steps are taken for, as far as whoever acts may see it.
    fn flow_record(&mut self, object: &str, id: i64) -> Result<Option<Record>> {
        if self.ctx.person().is_none() {
            return self.find(object, id);
        }
        match self.get(object, id) {
            Ok(record) => Ok(Some(record)),
            Err(problem) if problem.kind == ProblemKind::NotFound => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    /// Whose rights the steps have, at this moment.
    fn flow_ctx(&self, run: &RunRow, ready: &Ready) -> Result<Ctx> {
        let engine = &self.engine;
        let mut ctx = match ready.flow.acts_as {
            ActsAs::Program => engine.system("flow", Door::Flow),
            ActsAs::Publisher => {
                let gone = || Problem::new(ProblemKind::Conflict, "flow_publisher_gone");
                let people = engine.people();
                let person = ready.publisher.and_then(|id| people.user(id)).filter(|p| p.active).ok_or_else(gone)?;
                engine.ctx(person, Door::Flow, "")
            }
        };
        ctx.request = format!("flow-{}", run.id);
        ctx.now = self.ctx.now.with_time_zone(ctx.now.time_zone().clone());
        ctx.world = self.ctx.world.clone();
        ctx.cause = Some(Cause::of(run));
        Ok(ctx)
    }

    /// What could not be done: tried again later for a passing reason, left to a person for any other.
    fn flow_fault(&mut self, run: &mut RunRow, problem: &Problem, trial: bool, written: &mut Written) -> Result<()> {
        // the database itself is held or full: nothing of this transaction stands
        if matches!(problem.kind, ProblemKind::Busy | ProblemKind::Full) && !trial {
            return Err(problem.clone());
        }
        run.attempts += 1;
        let again = problem.kind == ProblemKind::Internal && run.attempts < ATTEMPTS && !trial;
        if problem.kind == ProblemKind::Internal {
            tracing::warn!(run = run.id, step = run.step.as_deref(), cause = problem.cause.as_deref(), "a step of a flow failed");
        }
        let note = serde_json::from_str(&told(problem)).unwrap_or_default();
        self.flow_note(run, written, if again { fate::AGAIN } else { fate::FAILED }, serde_json::Value::Null, note);
        if !again {
            return fail(self, run, problem);
        }
        let pause = (15_i64 << run.attempts.clamp(1, 20).saturating_sub(1)).min(LONGEST_PAUSE);
        run.due = self.ctx.micros() + pause * 1_000_000;
        Ok(())
    }

    fn flow_note(&self, run: &mut RunRow, written: &mut Written, state: i64, input: serde_json::Value, result: serde_json::Value) {
        let text = |json: serde_json::Value| (!json.is_null()).then(|| json.to_string());
        run.seq += 1;
        written.log.push(LogRow {
            run: run.id,
            seq: run.seq,
            step: run.step.clone().unwrap_or_default(),
            at: self.ctx.micros(),
            state,
            input: text(input),
            result: text(result),
        });
    }
}

/// Past whatever is left to do for the present record of several.
fn go_on(place: &mut Place, ready: &Ready) -> Go {
    place.drop_child(&ready.flow)
}

fn end(tx: &Tx, run: &mut RunRow, state: RunState) -> Result<()> {
    (run.state, run.listens, run.data) = (state, false, None);
    run.ended = Some(tx.ctx.micros());
    Ok(())
}

fn fail(tx: &Tx, run: &mut RunRow, problem: &Problem) -> Result<()> {
    run.told = Some(told(problem));
    end(tx, run, RunState::Failed)
}
