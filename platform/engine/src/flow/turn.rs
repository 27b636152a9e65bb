//! Runs, step after step, as far as they go now. Those that stand at the same step take it together.

use super::deed::{At, Next, Took, is_shared};
use super::feed::told;
use super::live::Ready;
use super::{ATTEMPTS, ActsAs, Cause, Go, LogRow, Place, RunRow, RunState};
use crate::behaviour::Origin;
use crate::{Ctx, Door, Result, Tx};
use akrab_model::flow::Step;
use akrab_model::problem::ProblemKind;
use akrab_model::{Problem, Record, RecordId};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Steps of one run in one transaction.
pub(super) const MOST_AT_ONCE: usize = 24;
/// Steps after which none of the runs takes another one: writers of pages must not wait long.
const STEPS: usize = 64;
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
    /// Steps taken, and those of them that may have changed records.
    pub steps: usize,
    writes: usize,
}

/// A run on its way.
struct Going {
    run: RunRow,
    ready: Arc<Ready>,
    /// Whose rights its steps have.
    ctx: Ctx,
    place: Place,
    /// The record its step is for, and how many steps had written when it was read.
    known: Option<(Record, usize)>,
    /// It goes no further in this transaction.
    over: bool,
}

impl Going {
    fn step(&self) -> Option<&Step> {
        self.place.step(&self.ready.flow)
    }

    /// The record its step is for: (object, id).
    fn about(&self) -> (&str, RecordId) {
        self.place.child(&self.ready.flow).unwrap_or((&self.run.object, self.run.record))
    }

    /// Runs of the same kind that stand at the same step.
    fn is_beside(&self, other: &Going) -> bool {
        Arc::ptr_eq(&self.ready, &other.ready) && self.run.step == other.run.step
    }

    fn knows(&self, written: &Written) -> bool {
        self.known.as_ref().is_some_and(|(_, writes)| *writes == written.writes)
    }

    /// What its step is to be taken with; none while its record is not known.
    fn at(&mut self, trial: bool) -> Option<At<'_>> {
        let (record, _) = self.known.take()?;
        let origin = Arc::new(Origin { request: self.ctx.request.clone(), cause: self.ctx.cause.clone() });
        let step = self.place.step(&self.ready.flow)?;
        Some(At { run: &self.run, ready: &self.ready, step, record, level: self.place.level(), origin, trial })
    }
}

impl Tx<'_> {
    /// Takes steps of runs until each waits, ends or fails, or enough are taken for now. Trials pass over waits.
    pub(super) fn flow_go(&mut self, runs: Vec<(RunRow, Arc<Ready>)>, trial: bool, written: &mut Written) -> Result<Vec<RunRow>> {
        let mut going = Vec::with_capacity(runs.len());
        for (mut run, ready) in runs {
            let (ctx, over) = match self.flow_ctx(&run, &ready) {
                Ok(ctx) => (ctx, false),
                Err(problem) => {
                    fail(self, &mut run, &problem);
                    (self.ctx.clone(), true)
                }
            };
            let place: Place = run.place.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
            going.push(Going { run, ready, ctx, place, known: None, over });
        }
        let begun = written.steps;
        for _ in 0..MOST_AT_ONCE {
            for one in going.iter_mut().filter(|one| !one.over) {
                match one.step().map(|step| step.key.clone()) {
                    Some(key) => one.run.step = Some(key),
                    None => end(self, one, RunState::Done),
                }
            }
            let mut left: Vec<&mut Going> = going.iter_mut().filter(|one| !one.over).collect();
            if left.is_empty() || written.steps - begun >= STEPS {
                break;
            }
            left.sort_by(|a, b| (a.ready.version, &a.run.step).cmp(&(b.ready.version, &b.run.step)));
            for beside in left.chunk_by_mut(|a, b| a.is_beside(b)) {
                self.flow_beside(beside, trial, written)?;
            }
        }
        Ok(going.into_iter().map(|one| one.run).collect())
    }

    /// One step of runs that stand at the same one. Of several for the same record one goes first.
    fn flow_beside(&mut self, beside: &mut [&mut Going], trial: bool, written: &mut Written) -> Result<()> {
        self.flow_look(beside, written)?;
        let mut records = HashSet::new();
        let mut able: Vec<&mut Going> =
            beside.iter_mut().map(|one| &mut **one).filter(|one| one.knows(written) && records.insert(one.about().1)).collect();
        let shared = able.first().and_then(|one| one.step()).is_some_and(|step| is_shared(&step.deed));
        if able.len() > 1 && shared && !trial && self.flow_shared(&mut able, written)? {
            return Ok(());
        }
        for one in able {
            self.flow_look(&mut [&mut *one], written)?;
            if one.knows(written) {
                self.flow_one(one, trial, written)?;
            }
        }
        Ok(())
    }

    /// Reads the records of runs at the same step that are not known as they are now.
    fn flow_look(&mut self, beside: &mut [&mut Going], written: &Written) -> Result<()> {
        let mut blind: Vec<&mut Going> = beside.iter_mut().map(|one| &mut **one).filter(|one| !one.over && !one.knows(written)).collect();
        let Some(first) = blind.first() else { return Ok(()) };
        let (ctx, object) = (first.ctx.clone(), first.about().0.to_string());
        let ids: Vec<RecordId> = blind.iter().map(|one| one.about().1).collect();
        let found = self.acting(ctx).flow_records(&object, &ids)?;
        for one in &mut blind {
            // several runs may be for the same record
            one.known = found.get(&one.about().1).map(|record| (record.clone(), written.writes));
            if one.known.is_some() {
                continue;
            }
            if one.place.child(&one.ready.flow).is_none() {
                one.run.told = Some(told(&Problem::new(ProblemKind::NotFound, "flow_record_gone")));
                end(self, one, RunState::Cancelled);
            } else if one.place.drop_child(&one.ready.flow) == Go::Over {
                // the record went away while steps were taken for it, and no other one is left
                end(self, one, RunState::Done);
            }
        }
        Ok(())
    }

    /// One step of several runs in few statements. False when nothing came of it for any: one by one it shows whose fault
    /// that is, and the others go on.
    fn flow_shared(&mut self, able: &mut [&mut Going], written: &mut Written) -> Result<bool> {
        let Some(ctx) = able.first().map(|one| one.ctx.clone()) else { return Ok(true) };
        let ats: Vec<At> = able.iter_mut().filter_map(|one| one.at(false)).collect();
        let took = self.acting(ctx).attempt(|tx| tx.take_steps(&ats));
        let records: Vec<Record> = ats.into_iter().map(|at| at.record).collect();
        let took = match took {
            Ok(took) => took,
            Err(problem) if is_of_the_whole(&problem) => return Err(problem),
            Err(_) => {
                for (one, record) in able.iter_mut().zip(records) {
                    one.known = Some((record, written.writes));
                }
                return Ok(false);
            }
        };
        for ((one, record), took) in able.iter_mut().zip(records).zip(took) {
            self.flow_took(one, record, took, written)?;
        }
        Ok(true)
    }

    fn flow_one(&mut self, one: &mut Going, trial: bool, written: &mut Written) -> Result<()> {
        let ctx = one.ctx.clone();
        let Some(at) = one.at(trial) else { return Ok(()) };
        let took = self.acting(ctx).attempt(|tx| tx.take_steps(std::slice::from_ref(&at)));
        let record = at.record;
        match took.map(|mut took| took.pop()) {
            Ok(Some(took)) => self.flow_took(one, record, took, written),
            Ok(None) => Ok(()),
            Err(problem) => {
                written.steps += 1;
                self.flow_fault(one, &problem, trial, written)
            }
        }
    }

    /// A step has been taken: it is told, and the run goes on from there.
    fn flow_took(&mut self, one: &mut Going, record: Record, took: Took, written: &mut Written) -> Result<()> {
        written.steps += 1;
        let Took { input, result, next, wrote } = took;
        if let Next::Wait { until, listens, data, tell } = next {
            if tell {
                self.flow_note(&mut one.run, written, fate::WAITS, input, result);
            }
            (one.run.due, one.run.listens, one.run.data) = (until, listens, Some(data));
            one.run.place = Some(serde_json::to_string(&one.place).map_err(Problem::internal)?);
            one.over = true;
            return Ok(());
        }
        if wrote {
            written.writes += 1;
        } else {
            one.known = Some((record, written.writes));
        }
        self.flow_note(&mut one.run, written, fate::DONE, input, result);
        (one.run.attempts, one.run.listens, one.run.data) = (0, false, None);
        let go = match next {
            Next::Arm(n) => one.place.enter(&one.ready.flow, n),
            Next::Child(id) => one.place.repeat(&one.ready.flow, id),
            Next::Pass => one.place.pass(&one.ready.flow),
            Next::End | Next::Wait { .. } => Go::Over,
        };
        if go == Go::Over {
            end(self, one, RunState::Done);
            return Ok(());
        }
        if one.known.as_ref().is_some_and(|(known, _)| one.about() != (known.object.key.as_str(), known.id)) {
            one.known = None;
        }
        one.run.place = Some(serde_json::to_string(&one.place).map_err(Problem::internal)?);
        one.run.due = self.ctx.micros();
        Ok(())
    }

    /// The records steps are taken for, as far as whoever acts may see them.
    fn flow_records(&mut self, object: &str, ids: &[RecordId]) -> Result<HashMap<RecordId, Record>> {
        if self.ctx.person().is_none() {
            return Ok(self.find_all(object, ids)?.into_iter().map(|record| (record.id, record)).collect());
        }
        let mut found = HashMap::new();
        for id in ids {
            match self.get(object, *id) {
                Ok(record) => drop(found.insert(*id, record)),
                Err(problem) if problem.kind == ProblemKind::NotFound => {}
                Err(problem) => return Err(problem),
            }
        }
        Ok(found)
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
    fn flow_fault(&mut self, one: &mut Going, problem: &Problem, trial: bool, written: &mut Written) -> Result<()> {
        if is_of_the_whole(problem) && !trial {
            return Err(problem.clone());
        }
        one.over = true;
        let run = &mut one.run;
        run.attempts += 1;
        let again = problem.kind == ProblemKind::Internal && run.attempts < ATTEMPTS && !trial;
        if problem.kind == ProblemKind::Internal {
            tracing::warn!(run = run.id, step = run.step.as_deref(), cause = problem.cause.as_deref(), "a step of a flow failed");
        }
        let note = serde_json::from_str(&told(problem)).unwrap_or_default();
        self.flow_note(run, written, if again { fate::AGAIN } else { fate::FAILED }, serde_json::Value::Null, note);
        if !again {
            fail(self, run, problem);
            return Ok(());
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

/// The database itself is held or full: nothing of the transaction stands.
fn is_of_the_whole(problem: &Problem) -> bool {
    matches!(problem.kind, ProblemKind::Busy | ProblemKind::Full)
}

fn end(tx: &Tx, one: &mut Going, state: RunState) {
    one.over = true;
    ended(tx, &mut one.run, state);
}

fn ended(tx: &Tx, run: &mut RunRow, state: RunState) {
    (run.state, run.listens, run.data) = (state, false, None);
    run.ended = Some(tx.ctx.micros());
}

fn fail(tx: &Tx, run: &mut RunRow, problem: &Problem) {
    run.told = Some(told(problem));
    ended(tx, run, RunState::Failed);
}
