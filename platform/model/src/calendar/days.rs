//! Working days: dates counted, not hours.

use super::{Calendar, CalendarError, HORIZON};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

impl Calendar {
    /// Whether any work is begun on this day.
    pub fn is_working_day(&self, day: Date) -> bool {
        !self.hours(day).1.is_empty()
    }

    /// The n-th working day after a date, which itself is not counted; the date itself for none.
    ///
    /// # Errors
    /// [`CalendarError::NeverOpens`] and [`CalendarError::TooFar`].
    pub fn add_working_days(&self, from: Date, days: u32) -> Result<Date, CalendarError> {
        let Some(nth) = usize::try_from(days).ok().and_then(|days| days.checked_sub(1)) else { return Ok(from) };
        let mut after = ahead(from).skip(1).filter(|day| self.is_working_day(*day));
        after.nth(nth).ok_or_else(|| self.nothing_left())
    }

    /// The date itself when work is done on it, else the next working day: where a planned date falls on a day off.
    ///
    /// # Errors
    /// [`CalendarError::NeverOpens`].
    pub fn working_day_from(&self, day: Date) -> Result<Date, CalendarError> {
        ahead(day).find(|day| self.is_working_day(*day)).ok_or(CalendarError::NeverOpens)
    }

    /// The last second of a day in the calendar's zone, up to which what is due that day may be done.
    ///
    /// # Errors
    /// [`CalendarError::TooFar`] at the end of time.
    pub fn last_second(&self, day: Date) -> Result<Timestamp, CalendarError> {
        let midnight = day.tomorrow().ok().and_then(|next| self.moment(next, 0));
        midnight.and_then(|at| at.checked_sub(SignedDuration::from_secs(1)).ok()).ok_or(CalendarError::TooFar)
    }
}

fn ahead(day: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(day), |day| day.tomorrow().ok()).take(usize::try_from(HORIZON).unwrap_or(0) + 1)
}
