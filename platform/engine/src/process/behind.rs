//! The records behind a figure of a step: which left it in the period, when, and where they went.

use super::figures::{Course, course};
use super::{FiguresAsked, Process, Stage};
use crate::{Access, Result, Tx};
use akrab_model::{Problem, RecordId};
use akrab_store::{StayPick, StayQuery};
use jiff::Timestamp;
use serde::Deserialize;

/// Records told at most, the last ones first.
const MOST: usize = 200;

/// Which figure of a step is looked behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Behind {
    /// All that left it.
    #[default]
    Left,
    /// On to a later step, or won.
    On,
    Back,
    Lost,
    /// Longer in it than the limit.
    Late,
    /// Not in it for the first time.
    Again,
}

/// A record that left a step. It may have left it several times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    pub record: RecordId,
    /// Empty where the title is hidden from who asks.
    pub title: String,
    pub came: Timestamp,
    pub left: Timestamp,
    /// Working time in it, in microseconds.
    pub worked: Option<i64>,
    /// Name of the stage it went to; none out of the pipeline.
    pub to: Option<String>,
}

impl Tx<'_> {
    /// The records behind a figure of a step, the last ones first, and whether there are more of them. `to`: those alone that
    /// went to this stage.
    ///
    /// # Errors
    /// As [`Tx::process_figures`]; `not_found` where the map has no such stage.
    pub fn process_behind(
        &mut self,
        key: &str,
        asked: &FiguresAsked,
        stage: &str,
        behind: Behind,
        to: Option<&str>,
    ) -> Result<(Vec<Gone>, bool)> {
        let process = self.process_in_force(key)?;
        let stage = process.named(stage).ok_or_else(Problem::not_found)?;
        let to = to.map(|name| process.named(name).map(|to| to.id).ok_or_else(Problem::not_found)).transpose()?;
        let object = self.object(&process.decl.object)?;
        let cond = self.condition(&object, asked.filter.as_ref(), None, Access::Read)?;
        let (from, until) = (asked.from.as_microsecond(), asked.to.as_microsecond());
        let query = StayQuery { object: &object, cond: &cond, stages: &[stage.id], from, to: until };
        let registry = self.registry.clone();
        let mut stays = self.conn.stays_ended(&registry, &query, &pick(&process, stage, behind, to), MOST as u64 + 1)?;
        let more = stays.len() > MOST;
        stays.truncate(MOST);
        let ids: Vec<RecordId> = stays.iter().map(|stay| stay.record).collect();
        let titles = self.titles_of(object.ix, &ids)?;
        let moment = |micros: i64| Timestamp::from_microsecond(micros).map_err(Problem::internal);
        let gone = stays.into_iter().map(|stay| {
            Ok(Gone {
                record: stay.record,
                title: titles.iter().find(|(id, _)| *id == stay.record).map(|(_, title)| title.clone()).unwrap_or_default(),
                came: moment(stay.entered_at)?,
                left: moment(stay.left_at.unwrap_or(stay.entered_at))?,
                worked: stay.worked,
                to: stay.next.and_then(|id| process.stage(id)).map(|stage| stage.name.clone()),
            })
        });
        Ok((gone.collect::<Result<_>>()?, more))
    }
}

fn pick(process: &Process, stage: &Stage, behind: Behind, to: Option<RecordId>) -> StayPick {
    let courses: &[Course] = match behind {
        Behind::On => &[Course::Forward, Course::Won],
        Behind::Back => &[Course::Back],
        Behind::Lost => &[Course::Lost],
        Behind::Left | Behind::Late | Behind::Again => &[],
    };
    let ways = process.stages.iter().map(|next| next.id).filter(|next| courses.contains(&course(process, stage, Some(*next))));
    let next = match to {
        Some(to) => Some(vec![to]),
        None if courses.is_empty() => None,
        None => Some(ways.collect()),
    };
    let limit = process.decl.step(&stage.name).and_then(|step| step.limit);
    // without a limit nothing is late
    let most = limit.map_or((i64::MAX, false), |limit| (limit.micros(), limit.working));
    StayPick { next, again: behind == Behind::Again, above: (behind == Behind::Late).then_some(most) }
}
