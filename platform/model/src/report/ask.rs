//! What the store is asked for a report, and what it answers.

use super::{Function, Grain};
use crate::filter::{Cond, Step};
use crate::object::{FieldIx, ObjectIx};
use crate::value::Raw;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A field, reached over links from the object asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    pub path: Vec<Step>,
    /// Object that holds `field` (the end of the path).
    pub object: ObjectIx,
    pub field: FieldIx,
}

/// How values become groups, as it is declared.
#[derive(Debug, Clone, PartialEq)]
pub enum Cut {
    /// Each value is a group.
    Value,
    /// By the calendar.
    Period(Grain),
    /// Between edges, in stored form.
    Bands(Vec<i64>),
}

/// How values become groups, made concrete for the values there are.
#[derive(Debug, Clone, PartialEq)]
pub enum Slice {
    /// The stored value.
    Value,
    /// How many of these rising edges lie at or below the value.
    Edges(Vec<i64>),
    /// Monday is 0.
    Weekday(Local),
    Hour(Local),
    /// The last of these stages in which the record itself stood, before it came to where it is.
    Former(Vec<i64>),
}

/// Microseconds to be added to a moment from then on, to have it in local time; rising, the first from the beginning
/// of time. Empty for days, which are local already.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Local(pub Vec<(i64, i64)>);

/// Changes of a zone's offset that are followed at most.
const MOST_SHIFTS: usize = 200;
const DAY_US: i64 = 86_400_000_000;

impl Local {
    /// For moments between these two.
    pub fn between(zone: &TimeZone, low: Timestamp, high: Timestamp) -> Local {
        let micros = |seconds: i32| i64::from(seconds) * 1_000_000;
        let mut offsets = vec![(i64::MIN, micros(zone.to_offset(low).seconds()))];
        let shifts = zone.following(low).take(MOST_SHIFTS).take_while(|shift| shift.timestamp() <= high);
        offsets.extend(shifts.map(|shift| (shift.timestamp().as_microsecond(), micros(shift.offset().seconds()))));
        Local(offsets)
    }

    fn of(&self, moment: i64) -> i64 {
        let offset = self.0.iter().rev().find(|(from, _)| *from <= moment).map_or(0, |(_, offset)| *offset);
        moment.saturating_add(offset)
    }
}

impl Slice {
    /// The group a value belongs to, as the store has it.
    pub fn group(&self, value: Raw) -> Raw {
        match (value, self) {
            (Raw::Int(n), Slice::Edges(edges)) => Raw::Int(edges.partition_point(|edge| *edge <= n) as i64),
            (Raw::Int(n), Slice::Weekday(local)) => {
                let day = if local.0.is_empty() { n } else { local.of(n).div_euclid(DAY_US) };
                Raw::Int((day + 3).rem_euclid(7))
            }
            (Raw::Int(n), Slice::Hour(local)) => Raw::Int(local.of(n).rem_euclid(DAY_US) / 3_600_000_000),
            (value, _) => value,
        }
    }
}

/// One figure of every group.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    pub function: Function,
    /// Absent for the count of records.
    pub place: Option<Place>,
    /// Only of records that match this.
    pub only: Cond,
}

/// A figure of a group, so that those of several groups can be put together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Count(i64),
    /// Sum, not known when it left 64 bits, and how many values it is of.
    Sum(Option<i128>, i64),
    /// Smallest or largest value.
    End(Raw),
    /// The two values in the middle, the same when there is one.
    Median(Option<(i64, i64)>),
}

impl Part {
    /// What a group without records has.
    pub fn none(function: Function) -> Part {
        match function {
            Function::Count | Function::Distinct => Part::Count(0),
            Function::Sum | Function::Average => Part::Sum(Some(0), 0),
            Function::Min | Function::Max => Part::End(Raw::Null),
            Function::Median => Part::Median(None),
        }
    }

    /// Takes in the same figure of another group. Not for those that do not add up.
    pub fn take_in(&mut self, function: Function, other: &Part) {
        match (self, other) {
            (Part::Count(a), Part::Count(b)) => *a = a.saturating_add(*b),
            (Part::Sum(a, n), Part::Sum(b, m)) => {
                *a = a.zip(*b).and_then(|(a, b)| a.checked_add(b));
                *n += m;
            }
            (Part::End(a), Part::End(b)) if !b.is_null() => {
                let nearer = if function == Function::Min { *b < *a } else { *b > *a };
                if a.is_null() || nearer {
                    *a = b.clone();
                }
            }
            _ => {}
        }
    }
}
