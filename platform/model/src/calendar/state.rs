//! Open or closed, and when that changes.

use super::quiet::shifted;
use super::{Calendar, CalendarError, HORIZON, Span};
use jiff::Timestamp;

impl Calendar {
    /// Whether this moment is working time.
    pub fn is_open(&self, at: Timestamp) -> bool {
        self.spans_around(at, 2).any(|span| span.from <= at && at < span.to)
    }

    /// When a clock started now begins to run: the moment itself while open, else the next opening.
    ///
    /// # Errors
    /// [`CalendarError::NeverOpens`].
    pub fn opens(&self, at: Timestamp) -> Result<Timestamp, CalendarError> {
        let next = self.spans_around(at, HORIZON).find(|span| span.to > at);
        next.map(|span| span.from.max(at)).ok_or(CalendarError::NeverOpens)
    }

    /// When work next stops: the end of the present working time, else that of the next. Intervals that touch, as those of a
    /// desk manned day and night do, are one.
    ///
    /// # Errors
    /// [`CalendarError::NeverOpens`] and, when there is no break any more, [`CalendarError::NeverCloses`].
    pub fn closes(&self, at: Timestamp) -> Result<Timestamp, CalendarError> {
        let mut end = None;
        for span in self.spans_around(at, HORIZON).filter(|span| span.to > at) {
            match end {
                Some(end) if span.from > end => return Ok(end),
                _ => end = Some(span.to),
            }
        }
        // With nothing after it, the last opening there is ends for good.
        let last = self.spans(shifted(self.date(at), HORIZON - 1)).next_back();
        match (end, last) {
            (None, _) => Err(CalendarError::NeverOpens),
            (Some(end), Some(last)) if last.to <= end => Err(CalendarError::NeverCloses),
            (Some(end), _) => Ok(end),
        }
    }

    /// The working time of a moment's day, the day before, and so many days in all.
    fn spans_around(&self, at: Timestamp, days: i64) -> impl Iterator<Item = Span> + '_ {
        let before = shifted(self.date(at), -1);
        let all = std::iter::successors(Some(before), |day| day.tomorrow().ok());
        all.take(usize::try_from(days + 1).unwrap_or(0)).flat_map(|day| self.spans(day))
    }
}
