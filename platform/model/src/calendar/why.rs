//! The working behind an answer: which time was counted, and what kept days out.

use super::quiet::{days_between, shifted};
use super::{Calendar, CalendarError, HORIZON, Holiday, Rule, Span};
use crate::Label;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;

/// What one day gave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DayCount {
    pub date: Date,
    pub reason: Reason,
    /// The time counted; none on a day that was skipped.
    pub counted: Vec<Span>,
}

/// Why a day had the hours it had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It is an ordinary day of the week.
    Week,
    /// An override gave it other hours, or none.
    Override(Label),
    /// It was a holiday.
    Holiday(Holiday),
}

impl Calendar {
    /// The days from one moment to another on which time was counted, with those that an override or a holiday kept closed.
    /// The lengths of all spans add up to [`Calendar::elapsed`].
    ///
    /// # Errors
    /// [`CalendarError::TooFar`] when they lie more than a hundred years apart.
    pub fn why(&self, from: Timestamp, to: Timestamp) -> Result<Vec<DayCount>, CalendarError> {
        let (first, last) = (self.date(from), self.date(to));
        if days_between(first, last) > HORIZON {
            return Err(CalendarError::TooFar);
        }
        let mut days = Vec::new();
        // A night begun the day before may still run, and with clocks put back the next day may have begun.
        for date in
            std::iter::successors(Some(shifted(first, -1)), |day| day.tomorrow().ok()).take_while(|day| days_between(last, *day) <= 1)
        {
            let clipped = self.spans(date).map(|span| Span { from: span.from.max(from), to: span.to.min(to) });
            let counted: Vec<Span> = clipped.filter(|span| span.from < span.to).collect();
            let reason = match self.hours(date) {
                (Rule::Week, _) => Reason::Week,
                (Rule::Override(name), _) => Reason::Override(name.clone()),
                (Rule::Holiday(holiday), _) => Reason::Holiday(holiday.clone()),
            };
            let skipped = reason != Reason::Week && self.hours(date).1.is_empty() && first <= date && date <= last;
            if skipped || !counted.is_empty() {
                days.push(DayCount { date, reason, counted });
            }
        }
        Ok(days)
    }
}
