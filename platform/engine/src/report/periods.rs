//! Calendar units as edges between stored values, in the asker's time zone.

use akrab_model::FieldType;
use akrab_model::report::{Grain, Local};
use akrab_model::value::codec::{date_of, days};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};

/// Units looked at most: what lies far off from now is put together before and after.
const MOST: usize = 1_200;
/// Of these so many after now, at least.
const AHEAD: usize = 300;

/// First day, and the day after the last, of the unit so many units after the one that begins here.
pub fn later(grain: Grain, from: Date, units: i64) -> Option<(Date, Date)> {
    let begin = (0..units).try_fold(from, |day, _| after(grain, day))?;
    Some((begin, after(grain, begin)?))
}

/// Consecutive units. The group of number `n` runs from `starts[n - 1]` to `starts[n]`; the first and the last are open.
#[derive(Debug, Clone, PartialEq)]
pub struct Periods {
    pub grain: Grain,
    /// First days, and the day after the last one.
    pub starts: Vec<Date>,
    /// The same in stored form.
    pub edges: Vec<i64>,
}

impl Periods {
    /// The units from the one of the first day to the one of the last, for stored values of a field of this type.
    pub fn between(grain: Grain, kind: FieldType, (first, last): (Date, Date), today: Date, zone: &TimeZone) -> Periods {
        let (mut from, end) = (start(grain, first), start(grain, last));
        let now = start(grain, today);
        // an outlier must not cost the rest its order
        let far = |date: Date, by: usize, back: bool| (0..by).try_fold(date, |d, _| if back { before(grain, d) } else { after(grain, d) });
        if let Some(earliest) = far(now.min(end), MOST - AHEAD, true) {
            from = from.max(earliest);
        }
        let mut starts = vec![from];
        while let Some(next) = after(grain, starts[starts.len() - 1]) {
            starts.push(next);
            if next > end || starts.len() > MOST {
                break;
            }
        }
        let edges = starts.iter().map(|date| stored(kind, *date, zone)).collect();
        Periods { grain, starts, edges }
    }

    /// First day and the day after the last, of the group with this number; none for the open ones.
    pub fn span(&self, number: i64) -> Option<(Date, Date)> {
        let n = usize::try_from(number).ok()?;
        Some((*self.starts.get(n.checked_sub(1)?)?, *self.starts.get(n)?))
    }
}

/// The first day of the unit a day lies in.
pub fn start(grain: Grain, day: Date) -> Date {
    let first = |month: i8| Date::new(day.year(), month, 1).unwrap_or(day);
    match grain {
        Grain::Week => day.checked_sub(i64::from(day.weekday().since(Weekday::Monday)).days()).unwrap_or(day),
        Grain::Month => day.first_of_month(),
        Grain::Quarter => first((day.month() - 1) / 3 * 3 + 1),
        Grain::Year => first(1),
        Grain::Day | Grain::Weekday | Grain::Hour => day,
    }
}

fn span(grain: Grain) -> Span {
    match grain {
        Grain::Week => 1.week(),
        Grain::Month => 1.month(),
        Grain::Quarter => 3.months(),
        Grain::Year => 1.year(),
        Grain::Day | Grain::Weekday | Grain::Hour => 1.day(),
    }
}

fn after(grain: Grain, day: Date) -> Option<Date> {
    day.checked_add(span(grain)).ok()
}

fn before(grain: Grain, day: Date) -> Option<Date> {
    day.checked_sub(span(grain)).ok()
}

/// The day of a stored value.
pub fn day_of(kind: FieldType, value: i64, zone: &TimeZone) -> Date {
    match kind {
        FieldType::DateTime => Timestamp::from_microsecond(value).unwrap_or_default().to_zoned(zone.clone()).date(),
        _ => date_of(value).unwrap_or_default(),
    }
}

fn stored(kind: FieldType, day: Date, zone: &TimeZone) -> i64 {
    match kind {
        FieldType::DateTime => day.to_zoned(zone.clone()).map_or(i64::MAX, |z| z.timestamp().as_microsecond()),
        _ => days(day),
    }
}

/// What to add to stored moments between these two to have them in local time; nothing for days.
pub fn local(kind: FieldType, low: i64, high: i64, zone: &TimeZone) -> Local {
    if kind != FieldType::DateTime {
        return Local::default();
    }
    let from = Timestamp::from_microsecond(low).unwrap_or(Timestamp::MIN);
    Local::between(zone, from, Timestamp::from_microsecond(high).unwrap_or(Timestamp::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    #[test]
    fn units_begin_where_the_calendar_says() {
        let day = date(2026, 11, 19);
        assert_eq!(start(Grain::Week, day), date(2026, 11, 16));
        assert_eq!(start(Grain::Month, day), date(2026, 11, 1));
        assert_eq!(start(Grain::Quarter, day), date(2026, 10, 1));
        assert_eq!(start(Grain::Year, day), date(2026, 1, 1));
    }

    #[test]
    fn months_of_moments_begin_at_local_midnight() {
        let jakarta = zone("Asia/Jakarta");
        // 31 October 2026, 23:30 in Jakarta
        let low = date(2026, 10, 31).at(23, 30, 0, 0).to_zoned(jakarta.clone()).unwrap().timestamp().as_microsecond();
        let periods = Periods::between(
            Grain::Month,
            FieldType::DateTime,
            (day_of(FieldType::DateTime, low, &jakarta), date(2026, 11, 1)),
            date(2026, 11, 19),
            &jakarta,
        );
        assert_eq!(periods.starts, [date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)]);
        assert_eq!(periods.edges.iter().filter(|e| **e <= low).count(), 1);
        assert_eq!(periods.edges.iter().filter(|e| **e <= low + 3_600_000_000).count(), 2);
        assert_eq!(periods.span(2), Some((date(2026, 11, 1), date(2026, 12, 1))));
        assert_eq!(periods.span(0), None);
    }

    #[test]
    fn an_outlier_does_not_cost_the_rest() {
        let ends = (date(1, 1, 1), date(9000, 1, 1));
        let periods = Periods::between(Grain::Day, FieldType::Date, ends, date(2026, 11, 19), &TimeZone::UTC);
        assert!(periods.starts.len() <= MOST + 1);
        assert!(periods.starts[0] < date(2026, 1, 1) && periods.starts[periods.starts.len() - 1] > date(2027, 1, 1));
    }

    #[test]
    fn clocks_put_forward_are_followed() {
        let berlin = zone("Europe/Berlin");
        let at = |d: Date| d.to_zoned(berlin.clone()).unwrap().timestamp().as_microsecond();
        let local = local(FieldType::DateTime, at(date(2026, 1, 1)), at(date(2026, 12, 31)), &berlin);
        assert_eq!(local.0.iter().map(|(_, o)| o / 3_600_000_000).collect::<Vec<_>>(), [1, 2, 1]);
    }
}
