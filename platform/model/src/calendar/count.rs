//! Working time added to a moment, taken from it, and counted between two.

use super::quiet::{days_between, shifted};
use super::{Calendar, CalendarError, HORIZON};
use jiff::{SignedDuration, Timestamp};

impl Calendar {
    /// The moment at which so much working time has passed since `start`. A clock started outside working time starts with
    /// the next interval. Where the length ends exactly with an interval, that end is the answer, not the next beginning.
    /// A length of zero leaves the moment alone; a negative one is subtracted.
    ///
    /// # Errors
    /// [`CalendarError::NeverOpens`] and [`CalendarError::TooFar`].
    pub fn add(&self, start: Timestamp, length: SignedDuration) -> Result<Timestamp, CalendarError> {
        if length.is_negative() {
            self.backward(start, length.checked_neg().ok_or(CalendarError::TooFar)?)
        } else {
            self.forward(start, length)
        }
    }

    /// The latest moment from which so much working time passes until `end`; the mirror image of [`Calendar::add`].
    ///
    /// # Errors
    /// [`CalendarError::NeverOpens`] (there was no working time before) and [`CalendarError::TooFar`].
    pub fn subtract(&self, end: Timestamp, length: SignedDuration) -> Result<Timestamp, CalendarError> {
        if length.is_negative() {
            self.forward(end, length.checked_neg().ok_or(CalendarError::TooFar)?)
        } else {
            self.backward(end, length)
        }
    }

    /// The working time from one moment to another; negative when the second is the earlier one.
    ///
    /// # Errors
    /// [`CalendarError::TooFar`] when they lie more than a hundred years apart.
    pub fn elapsed(&self, from: Timestamp, to: Timestamp) -> Result<SignedDuration, CalendarError> {
        if to < from {
            return Ok(-self.elapsed(to, from)?);
        }
        let (first, last) = (self.date(from), self.date(to));
        if days_between(first, last) > HORIZON {
            return Err(CalendarError::TooFar);
        }
        let mut total = SignedDuration::ZERO;
        let mut day = shifted(first, -1);
        loop {
            if days_between(first, day) > 1 {
                let weeks = self.quiet_weeks(day, (days_between(day, last) - 1).div_euclid(7));
                total += self.weeks(weeks);
                day = shifted(day, weeks * 7);
            }
            for span in self.spans(day) {
                total += span.to.min(to).duration_since(span.from.max(from)).max(SignedDuration::ZERO);
            }
            // With clocks put back over midnight the next day may have begun already.
            match day.tomorrow() {
                Ok(next) if days_between(last, next) <= 1 => day = next,
                _ => return Ok(total),
            }
        }
    }

    fn forward(&self, start: Timestamp, length: SignedDuration) -> Result<Timestamp, CalendarError> {
        if length.is_zero() {
            return Ok(start);
        }
        let today = self.date(start);
        let mut left = length;
        let mut day = shifted(today, -1);
        while days_between(today, day) <= HORIZON {
            if days_between(today, day) > 1 && left > self.week_length {
                let weeks = self.quiet_weeks(day, self.weeks_below(left).min((HORIZON - days_between(today, day)) / 7));
                left -= self.weeks(weeks);
                day = shifted(day, weeks * 7);
            }
            for span in self.spans(day).filter(|span| span.to > start) {
                let from = span.from.max(start);
                let room = span.to.duration_since(from);
                if left <= room {
                    return from.checked_add(left).map_err(|_| CalendarError::TooFar);
                }
                left -= room;
            }
            day = day.tomorrow().map_err(|_| CalendarError::TooFar)?;
        }
        Err(self.nothing_left())
    }

    fn backward(&self, end: Timestamp, length: SignedDuration) -> Result<Timestamp, CalendarError> {
        if length.is_zero() {
            return Ok(end);
        }
        let today = self.date(end);
        let mut left = length;
        let mut day = shifted(today, 1);
        while days_between(day, today) <= HORIZON {
            if days_between(day, today) > 1 && left > self.week_length {
                let weeks = self.quiet_weeks_before(day, self.weeks_below(left).min((HORIZON - days_between(day, today)) / 7));
                left -= self.weeks(weeks);
                day = shifted(day, -weeks * 7);
            }
            for span in self.spans(day).rev().filter(|span| span.from < end) {
                let to = span.to.min(end);
                let room = to.duration_since(span.from);
                if left <= room {
                    return to.checked_sub(left).map_err(|_| CalendarError::TooFar);
                }
                left -= room;
            }
            day = day.yesterday().map_err(|_| CalendarError::TooFar)?;
        }
        Err(self.nothing_left())
    }

    /// So many ordinary weeks; never more than the horizon holds.
    fn weeks(&self, weeks: i64) -> SignedDuration {
        i32::try_from(weeks).ok().and_then(|weeks| self.week_length.checked_mul(weeks)).unwrap_or(SignedDuration::MAX)
    }

    /// How many ordinary weeks leave something of a length to count; any number where a week has no hours.
    fn weeks_below(&self, left: SignedDuration) -> i64 {
        let week = self.week_length.as_nanos();
        if week == 0 { HORIZON } else { i64::try_from((left.as_nanos() - 1) / week).unwrap_or(HORIZON) }
    }

    pub(super) fn nothing_left(&self) -> CalendarError {
        if self.week_length.is_zero() { CalendarError::NeverOpens } else { CalendarError::TooFar }
    }
}
