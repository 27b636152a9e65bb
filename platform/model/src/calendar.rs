//! The business calendar: when work is done, and how much of it lies between two moments.
//!
//! A [`CalendarDecl`] and its [`HolidayListDecl`]s are checked and compiled into a [`Calendar`], which answers questions
//! about moments: [`Calendar::add`], [`Calendar::subtract`], [`Calendar::elapsed`], [`Calendar::add_working_days`],
//! [`Calendar::is_open`], [`Calendar::opens`], [`Calendar::closes`], and [`Calendar::why`] for the working behind an answer.
//! Every answer follows from the moments asked about and the declarations alone.
//!
//! - Intervals are half-open: the first instant counts, the last does not. One that ends after midnight belongs to the day
//!   it begins on.
//! - A dated override replaces the week for its days. A holiday that is switched on closes its day, unless an override says
//!   that it counts on holidays too.
//! - Where the hours of an override run into those of the day before, that time counts once.
//! - Working time is time that truly passes: a night on which clocks are put forward is an hour shorter. Local times a zone
//!   skips stand for the moment it skips them, those it repeats for the first time round.
//! - Nothing is looked for further than a hundred years away, so every question is answered in bounded time.

mod check;
mod count;
mod days;
mod decl;
mod holidays;
mod hours;
mod opening;
mod quiet;
mod state;
mod why;
mod zone;

pub use decl::{CalendarDecl, HolidayDecl, HolidayKind, HolidayListDecl, OverrideDecl, WeekDecl};
pub use hours::{Hours, NotHours};
pub use opening::{Calendar, Holiday, Rule, Span};
pub use why::{DayCount, Reason};
pub use zone::{WIB, WIT, WITA, find as find_zone};

use crate::{Problem, problem::ProblemKind};

/// How far from the moment asked about anything is looked for: a hundred years, in days.
pub const HORIZON: i64 = 36_525;

/// Why a calendar has no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// There is no working time left to count.
    #[error("the calendar does not open any more")]
    NeverOpens,
    /// It is open without a break.
    #[error("the calendar does not close any more")]
    NeverCloses,
    /// The answer lies beyond the horizon.
    #[error("the answer lies more than a hundred years away")]
    TooFar,
}

impl From<CalendarError> for Problem {
    fn from(error: CalendarError) -> Problem {
        match error {
            CalendarError::NeverOpens => Problem::new(ProblemKind::Invalid, "calendar_never_opens"),
            CalendarError::NeverCloses => Problem::new(ProblemKind::Invalid, "calendar_never_closes"),
            CalendarError::TooFar => Problem::new(ProblemKind::Invalid, "calendar_too_far"),
        }
    }
}

#[cfg(test)]
mod tests;
