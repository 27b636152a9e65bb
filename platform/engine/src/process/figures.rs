//! Time spent and lost in the steps of a process, what waits in them, and where records go from there.
//!
//! Figures of a period are those of the stays that ended in it; what waits is counted as of now. All within the rights of
//! who asks, over living records.

use super::Stage;
use super::maps::Process;
use crate::calendar::Calendar;
use crate::{Access, Result, Tx};
use akrab_model::process::Limit;
use akrab_model::{Filter, RecordId};
use akrab_store::{StayFlow, StayLength, StayLimit, StayOpen, StayQuery};
use jiff::{SignedDuration, Timestamp};

/// A minute in microseconds: what waits is counted as of the last whole one.
const MINUTE: i64 = 60_000_000;

/// What is asked: stays that ended from one moment up to, not including, another, of records that match.
#[derive(Debug, Clone, PartialEq)]
pub struct FiguresAsked {
    pub from: Timestamp,
    pub to: Timestamp,
    pub filter: Option<Filter>,
}

/// Lengths in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lengths {
    pub median: i64,
    /// Nine of ten are no longer.
    pub p90: i64,
    pub worked_median: i64,
    pub worked_p90: i64,
}

/// One step of the process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepFigures {
    pub stage: Stage,
    pub limit: Option<Limit>,
    /// How many came in, and how many left, in the period.
    pub came: i64,
    pub left: i64,
    /// Of those that left: on to a later step or won, back to an earlier one, lost, out of the pipeline.
    pub forward: i64,
    pub won: i64,
    pub back: i64,
    pub lost: i64,
    pub elsewhere: i64,
    pub time: Lengths,
    /// Seconds all of them spent here together, and of these in working time.
    pub seconds: i64,
    pub worked_seconds: i64,
    /// How many were here longer than the limit, and the seconds above it, counted as the limit is.
    pub late: i64,
    pub late_seconds: i64,
    /// How many were here not for the first time, and the seconds they took again.
    pub again: i64,
    pub again_seconds: i64,
    pub waiting: i64,
    pub waiting_late: i64,
    /// When the one that waits longest came.
    pub oldest: Option<Timestamp>,
    /// How long those that wait have waited.
    pub age: Lengths,
    /// More time is lost here than in any other step.
    pub bottleneck: bool,
}

/// A way records took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    pub from: RecordId,
    /// None: out of the stages.
    pub to: Option<RecordId>,
    pub count: i64,
}

/// The figures of a process.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    /// In the order of the pipeline.
    pub steps: Vec<StepFigures>,
    pub moves: Vec<Move>,
}

impl Figures {
    /// How many of those that left an open step for an end were won, of a hundred.
    pub fn won_share(&self) -> Option<i64> {
        let (won, lost) = self.steps.iter().fold((0, 0), |(won, lost), step| (won + step.won, lost + step.lost));
        (won + lost > 0).then(|| (won * 100 + (won + lost) / 2) / (won + lost))
    }
}

impl StepFigures {
    /// Of a hundred that left how many went on.
    pub fn conversion(&self) -> Option<i64> {
        (self.left > 0).then(|| ((self.forward + self.won) * 100 + self.left / 2) / self.left)
    }
    /// Whether records are meant to leave it again.
    pub fn is_open(&self) -> bool {
        self.stage.category == "open"
    }
}

/// What the database answers.
#[derive(Debug, Clone, Default)]
struct Rows {
    flows: Vec<StayFlow>,
    lengths: Vec<StayLength>,
    worked: Vec<StayLength>,
    open: Vec<StayOpen>,
    came: Vec<(i64, i64)>,
}

impl Tx<'_> {
    /// The figures of a map in force.
    ///
    /// # Errors
    /// `not_found` where there is no such map over records the actor sees; faults of the filter.
    pub fn process_figures(&mut self, key: &str, asked: &FiguresAsked) -> Result<Figures> {
        let process = self.process_in_force(key)?;
        let object = self.object(&process.decl.object)?;
        let cond = self.condition(&object, asked.filter.as_ref(), None, Access::Read)?;
        let calendar = self.calendar_known(&process.decl.calendar)?;
        let now = self.ctx.micros().div_euclid(MINUTE) * MINUTE;
        let stages: Vec<RecordId> = process.stages.iter().map(|stage| stage.id).collect();
        let (from, to) = (asked.from.as_microsecond(), asked.to.as_microsecond());
        let (mut limits, mut due) = (Vec::<StayLimit>::new(), Vec::new());
        for (stage, limit) in process.stages.iter().filter_map(|s| Some((s, process.decl.step(&s.name)?.limit?))) {
            limits.push((stage.id, limit.micros(), limit.working));
            if let Some(moment) = cutoff(&calendar, limit, now) {
                due.push((stage.id, moment));
            }
        }
        let known = format!("process {} {} {from} {to} {now} {cond:?}", process.key, process.version);
        let registry = self.registry.clone();
        let rows = self.figure(known, |tx| {
            let query = StayQuery { object: &object, cond: &cond, stages: &stages, from, to };
            let rows = Rows {
                flows: tx.conn.stay_flows(&registry, &query, &limits)?,
                lengths: tx.conn.stay_lengths(&registry, &query, false)?,
                worked: tx.conn.stay_lengths(&registry, &query, true)?,
                open: tx.conn.stay_open(&registry, &query, &due)?,
                came: tx.conn.stays_begun(&registry, &query)?,
            };
            let all: i64 = rows.flows.iter().map(|flow| flow.count).sum();
            Ok((u64::try_from(all).unwrap_or_default(), rows))
        })?;
        Ok(figures(&process, &calendar, &rows, now))
    }
}

/// The latest moment whose limit is over by `now`.
pub(crate) fn cutoff(calendar: &Calendar, limit: Limit, now: i64) -> Option<i64> {
    if !limit.working {
        return now.checked_sub(limit.micros());
    }
    let length = SignedDuration::from_micros(limit.micros());
    Some(calendar.subtract(Timestamp::from_microsecond(now).ok()?, length).ok()?.as_microsecond())
}

fn figures(process: &Process, calendar: &Calendar, rows: &Rows, now: i64) -> Figures {
    let mut steps: Vec<StepFigures> = process.stages.iter().map(|stage| step(process, stage, calendar, rows, now)).collect();
    let lost = |step: &StepFigures| step.late_seconds + step.again_seconds;
    let worst = steps.iter().filter(|step| step.is_open()).map(lost).max().filter(|seconds| *seconds > 0);
    for step in &mut steps {
        step.bottleneck = step.is_open() && worst.is_some() && Some(lost(step)) == worst;
    }
    let moves = rows.flows.iter().map(|flow| Move { from: flow.stage, to: flow.next, count: flow.count }).collect();
    Figures { steps, moves }
}

fn step(process: &Process, stage: &Stage, calendar: &Calendar, rows: &Rows, now: i64) -> StepFigures {
    let length = |all: &[StayLength]| all.iter().find(|l| l.stage == stage.id).copied().unwrap_or_default();
    let (time, worked) = (length(&rows.lengths), length(&rows.worked));
    let open = rows.open.iter().find(|o| o.stage == stage.id).copied().filter(|_| stage.category == "open");
    let mut found = StepFigures {
        stage: stage.clone(),
        limit: process.decl.step(&stage.name).and_then(|step| step.limit),
        came: rows.came.iter().find(|(id, _)| *id == stage.id).map_or(0, |(_, n)| *n),
        left: 0,
        forward: 0,
        won: 0,
        back: 0,
        lost: 0,
        elsewhere: 0,
        time: Lengths { median: time.median, p90: time.p90, worked_median: worked.median, worked_p90: worked.p90 },
        seconds: 0,
        worked_seconds: 0,
        late: 0,
        late_seconds: 0,
        again: 0,
        again_seconds: 0,
        waiting: open.map_or(0, |o| o.count),
        waiting_late: open.map_or(0, |o| o.late),
        oldest: open.and_then(|o| Timestamp::from_microsecond(o.oldest).ok()),
        age: Lengths::default(),
        bottleneck: false,
    };
    if let Some(open) = open {
        // working time only grows with the clock, so the middle of the ages is the age of the middle
        let worked = |since: i64| super::stays::worked(calendar, since.min(now), now).unwrap_or_default();
        found.age = Lengths {
            median: (now - open.median).max(0),
            p90: (now - open.p90).max(0),
            worked_median: worked(open.median),
            worked_p90: worked(open.p90),
        };
    }
    for flow in rows.flows.iter().filter(|flow| flow.stage == stage.id) {
        found.left += flow.count;
        found.seconds += flow.seconds;
        found.worked_seconds += flow.worked;
        found.late += flow.late;
        found.late_seconds += flow.late_seconds;
        found.again += flow.again;
        found.again_seconds += flow.again_seconds;
        *match course(process, stage, flow.next) {
            Course::Forward => &mut found.forward,
            Course::Won => &mut found.won,
            Course::Back => &mut found.back,
            Course::Lost => &mut found.lost,
            Course::Elsewhere => &mut found.elsewhere,
        } += flow.count;
    }
    found
}

/// How a move from a stage to another is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Course {
    Forward,
    Won,
    Back,
    Lost,
    Elsewhere,
}

/// Where those went that left a stage for another.
pub(super) fn course(process: &Process, stage: &Stage, next: Option<RecordId>) -> Course {
    let Some(target) = next.and_then(|id| process.stage(id)) else { return Course::Elsewhere };
    match (target.category.as_str(), process.place(target.id), process.place(stage.id)) {
        ("won", ..) => Course::Won,
        ("lost", ..) => Course::Lost,
        // out of an end it is open again
        _ if stage.category != "open" => Course::Back,
        (_, Some(to), Some(from)) if to > from => Course::Forward,
        _ => Course::Back,
    }
}
