//! Weeks in which nothing is special are counted at once instead of day by day.

use super::Calendar;
use jiff::ToSpan;
use jiff::civil::Date;

/// Days from one date to another.
pub(super) fn days_between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

/// The date so many days away, or the last one there is.
pub(super) fn shifted(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

impl Calendar {
    /// How many weeks beginning with `day` are ordinary, at most `most`: no override, no holiday, no change of the zone's
    /// offset within them, nor on the day before (whose night may run into the first) or the day after the last.
    pub(super) fn quiet_weeks(&self, day: Date, most: i64) -> i64 {
        let before = shifted(day, -1);
        let special = self.special_from(before).map_or(most, |special| days_between(day, special).div_euclid(7));
        let changed = || {
            let change = self.zone.following(self.moment(before, 0)?).next()?.timestamp();
            Some((days_between(day, self.date(change)) - 2).div_euclid(7))
        };
        if most < 1 || special < 1 { 0 } else { special.min(most).min(changed().unwrap_or(most)).max(0) }
    }

    /// The same for weeks that end with `day`, that day included.
    pub(super) fn quiet_weeks_before(&self, day: Date, most: i64) -> i64 {
        let special = self.special_until(day).map_or(most, |special| (days_between(special, day) - 1).div_euclid(7));
        let changed = || {
            let change = self.zone.preceding(self.moment(shifted(day, 2), 0)?).next()?.timestamp();
            Some((days_between(self.date(change), day) - 2).div_euclid(7))
        };
        if most < 1 || special < 1 { 0 } else { special.min(most).min(changed().unwrap_or(most)).max(0) }
    }

    /// The first day with an override or a holiday, `day` or later.
    fn special_from(&self, day: Date) -> Option<Date> {
        let over = self.overrides.get(self.overrides.partition_point(|o| o.to < day)).map(|o| o.from.max(day));
        let holiday = self.holidays.range(day..).next().map(|(date, _)| *date);
        over.into_iter().chain(holiday).min()
    }

    /// The last day with an override or a holiday, `day` or earlier.
    fn special_until(&self, day: Date) -> Option<Date> {
        let over = self.overrides[..self.overrides.partition_point(|o| o.from <= day)].last().map(|o| o.to.min(day));
        let holiday = self.holidays.range(..=day).next_back().map(|(date, _)| *date);
        over.into_iter().chain(holiday).max()
    }
}
