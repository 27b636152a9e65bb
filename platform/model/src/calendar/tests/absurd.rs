//! Questions without a sensible answer, and answers years away.

use super::{at, calendar, jakarta, minutes, over};
use crate::calendar::{Calendar, CalendarError};
use jiff::{SignedDuration, Timestamp, civil::date};

/// Open on one day alone, ever.
fn once() -> Calendar {
    calendar("WIB", "", &[over("2026-08-22", "2026-08-22", "sat 08:00-12:00")], &[])
}

#[test]
fn what_never_opens_again_says_so() {
    let (calendar, never) = (once(), CalendarError::NeverOpens);
    let (before, after) = (at(&calendar, "2026-08-20 00:00"), at(&calendar, "2026-08-23 00:00"));
    assert_eq!(calendar.add(before, minutes(240)), Ok(at(&calendar, "2026-08-22 12:00")));
    assert_eq!(calendar.add(before, minutes(241)), Err(never));
    assert_eq!(calendar.subtract(after, minutes(240)), Ok(at(&calendar, "2026-08-22 08:00")));
    assert_eq!(calendar.subtract(after, minutes(241)), Err(never));
    assert_eq!(calendar.elapsed(before, after), Ok(minutes(240)));
    assert_eq!(calendar.closes(before), Ok(at(&calendar, "2026-08-22 12:00")));
    assert_eq!(calendar.opens(after), Err(never));
    assert_eq!(calendar.closes(after), Err(never));
    assert_eq!(calendar.add_working_days(date(2026, 8, 20), 2), Err(never));
    assert_eq!(calendar.working_day_from(date(2026, 8, 23)), Err(never));
}

#[test]
fn the_ends_of_time_are_no_trouble() {
    let calendar = jakarta();
    let far = CalendarError::TooFar;
    for moment in [Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX] {
        for length in [SignedDuration::MIN, SignedDuration::MAX] {
            assert_eq!(calendar.add(moment, length), Err(far));
            assert_eq!(calendar.subtract(moment, length), Err(far));
        }
        assert_eq!(calendar.elapsed(moment, moment), Ok(SignedDuration::ZERO));
        calendar.is_open(moment);
    }
    assert_eq!(calendar.elapsed(Timestamp::MIN, Timestamp::MAX), Err(far));
    assert_eq!(calendar.why(Timestamp::MIN, Timestamp::MAX), Err(far));
    assert_eq!(calendar.add_working_days(date(2026, 8, 12), u32::MAX), Err(far));
    assert_eq!(calendar.opens(Timestamp::MAX), Err(CalendarError::NeverOpens));
    assert_eq!(calendar.last_second(jiff::civil::Date::MAX), Err(far));
}

#[test]
fn years_ahead_are_counted_by_weeks_and_come_out_alike() {
    for zone in ["WIB", "America/New_York", "Australia/Lord_Howe"] {
        let ramadan = over("2029-01-16", "2029-02-13", "mon-fri 08:00-15:00");
        let calendar = calendar(zone, "mon-fri 20:00-04:00; sat 09:00-12:00", &[ramadan], &["2027-08-17", "2027-08-20", "2031-01-01"]);
        let start = at(&calendar, "2026-08-14 21:30");
        let end = at(&calendar, "2036-08-14 21:30");
        let mut by_days = SignedDuration::ZERO;
        let mut day = start;
        while day < end {
            let next = (day + SignedDuration::from_hours(24)).min(end);
            by_days += calendar.elapsed(day, next).expect("a length");
            day = next;
        }
        assert_eq!(calendar.elapsed(start, end), Ok(by_days), "{zone}");
        assert_eq!(calendar.add(start, by_days), Ok(end), "{zone}");
        assert_eq!(calendar.subtract(end, by_days), Ok(start), "{zone}");
    }
}

#[test]
fn a_hundred_thousand_clocks_are_recomputed() {
    let calendar = jakarta();
    let start = at(&calendar, "2026-08-14 16:15");
    let late = (0..100_000).filter(|n| calendar.add(start + minutes(*n), minutes(16 * 60)).is_ok_and(|due| due > start)).count();
    assert_eq!(late, 100_000);
}
