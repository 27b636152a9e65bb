//! What the store is asked for a report, and what it answers.

use super::{Function, Grain};
use crate::filter::{Cond, Step};
use crate::object::{FieldIx, ObjectIx};
use crate::value::Raw;

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
}

/// Microseconds to be added to a moment from then on, to have it in local time; rising, the first from the beginning
/// of time. Empty for days, which are local already.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Local(pub Vec<(i64, i64)>);

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
