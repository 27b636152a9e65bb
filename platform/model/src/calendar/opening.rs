//! A calendar ready for questions: which hours a day has, and the moments they stand for.

use super::{HolidayKind, Hours, hours::DAY};
use crate::Label;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;

/// A compiled calendar (see [`CalendarDecl::compile`](super::CalendarDecl::compile)).
#[derive(Debug, Clone)]
pub struct Calendar {
    pub(super) zone: TimeZone,
    /// From Monday; each day's hours in order, none overlapping.
    pub(super) week: [Vec<Hours>; 7],
    /// Working time of a week in which nothing is special.
    pub(super) week_length: SignedDuration,
    /// In order of time, none overlapping.
    pub(super) overrides: Vec<Override>,
    /// Those switched on.
    pub(super) holidays: BTreeMap<Date, Holiday>,
}

/// Other hours on the days from `from` to `to`, both included.
#[derive(Debug, Clone)]
pub(super) struct Override {
    pub name: Label,
    pub from: Date,
    pub to: Date,
    pub week: [Vec<Hours>; 7],
    pub also_on_holidays: bool,
}

/// A day off that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Holiday {
    pub name: Label,
    pub kind: HolidayKind,
}

/// What decides a day's hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule<'c> {
    /// The ordinary week.
    Week,
    /// An override of this name.
    Override(&'c Label),
    /// A holiday: the day has no hours.
    Holiday(&'c Holiday),
}

/// Time worked without a break: from one moment up to, not including, another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Span {
    pub from: Timestamp,
    pub to: Timestamp,
}

impl Span {
    /// How long it is.
    pub fn length(self) -> SignedDuration {
        self.to.duration_since(self.from)
    }
}

impl Calendar {
    /// The zone the hours are meant in.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }
    /// The day it is at this moment in the calendar's zone.
    pub fn date(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }
    /// The hours of a day, and what decides them.
    pub fn hours(&self, day: Date) -> (Rule<'_>, &[Hours]) {
        let weekday = usize::from(day.weekday().to_monday_zero_offset().unsigned_abs());
        let over = self.overrides.get(self.overrides.partition_point(|o| o.to < day)).filter(|o| o.from <= day);
        match (over, self.holidays.get(&day)) {
            (Some(over), holiday) if holiday.is_none() || over.also_on_holidays => (Rule::Override(&over.name), &over.week[weekday]),
            (_, Some(holiday)) => (Rule::Holiday(holiday), &[]),
            _ => (Rule::Week, &self.week[weekday]),
        }
    }

    /// The day's working time in order of time. What the day before claims past midnight is left out, so that the spans of
    /// all days never overlap and stand in order.
    pub(super) fn spans(&self, day: Date) -> impl DoubleEndedIterator<Item = Span> + '_ {
        let before = day.yesterday().ok().and_then(|day| self.hours(day).1.last());
        let claimed = before.map_or(0, |hours| hours.past_midnight());
        self.hours(day).1.iter().filter_map(move |hours| {
            let start = hours.start().max(claimed);
            let span = Span { from: self.moment(day, start)?, to: self.moment(day, hours.end())? };
            (start < hours.end() && span.from < span.to).then_some(span)
        })
    }

    /// The moment a minute of a day stands for; a minute past 24:00 lies in the next day. `None` at the ends of time.
    pub(super) fn moment(&self, day: Date, minute: u16) -> Option<Timestamp> {
        let day = if minute < DAY { day } else { day.tomorrow().ok()? };
        let (hour, minute) = (minute % DAY / 60, minute % 60);
        let local = DateTime::from_parts(day, jiff::civil::time(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, 0, 0));
        match self.zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(local).ok(),
            AmbiguousOffset::Fold { before, .. } => before.to_timestamp(local).ok(),
            // The later offset puts a skipped time before the skip; the skip is then the next change of the zone.
            AmbiguousOffset::Gap { after, .. } => {
                let earlier = after.to_timestamp(local).ok()?;
                self.zone.following(earlier).next().map(|change| change.timestamp())
            }
        }
    }
}
