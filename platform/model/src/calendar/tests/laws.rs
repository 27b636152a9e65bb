//! What holds for every calendar, moment and length.

use super::random::{Plain, first, plain};
use crate::calendar::{Calendar, CalendarError};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

const ANYWHERE: &[&str] = &["WIB", "WITA", "WIT", "Asia/Kathmandu", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"];

fn holds<S: Strategy>(cases: u32, strategy: S, law: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new(config).run(&strategy, law).unwrap_or_else(|fault| panic!("{fault}"));
}

/// A moment within the random days and a while around them, in seconds from their midnight.
fn moment() -> impl Strategy<Value = i64> {
    -30 * 86_400..60 * 86_400_i64
}

fn at(calendar: &Calendar, seconds: i64) -> Timestamp {
    calendar.zone().to_timestamp(first().at(0, 0, 0, 0)).expect("a moment") + SignedDuration::from_secs(seconds)
}

fn secs(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

#[test]
fn what_is_added_has_elapsed_and_can_be_taken_back() {
    let length = prop_oneof![1..200_000_i64, 1..20_000_000_i64];
    holds(10_000, (plain(ANYWHERE), moment(), length), |(plain, start, length)| {
        let calendar = plain.compiled();
        let (start, length) = (at(&calendar, start), secs(length));
        // a week with minutes of work takes such a length further than calendars are counted
        let (Ok(due), Ok(begun)) = (calendar.add(start, length), calendar.subtract(start, length)) else { return Ok(()) };
        prop_assert!(due > start);
        prop_assert_eq!(calendar.elapsed(start, due), Ok(length));
        prop_assert_eq!(calendar.subtract(due, length), calendar.opens(start));
        prop_assert_eq!(calendar.elapsed(begun, start), Ok(length));
        // from the begin the same length leads to the end of the last working time up to the start
        let end = calendar.add(begun, length).expect("an end");
        prop_assert!(end <= start);
        prop_assert_eq!(calendar.elapsed(end, start), Ok(SignedDuration::ZERO));
        Ok(())
    });
}

#[test]
fn lengths_add_up_and_more_time_is_later() {
    holds(4_000, (plain(ANYWHERE), moment(), 0..2_000_000_i64, 0..2_000_000_i64, 0..100_000_i64), |(plain, start, one, two, later)| {
        let calendar = plain.compiled();
        let start = at(&calendar, start);
        let (one, two) = (secs(one), secs(two));
        // a week with minutes of work takes both lengths further than calendars are counted
        let (Ok(whole), Ok(begun)) = (calendar.add(start, one + two), calendar.subtract(start, one + two)) else { return Ok(()) };
        let once = calendar.add(start, one).expect("due");
        prop_assert_eq!(calendar.add(once, two), Ok(whole));
        let back = calendar.subtract(start, one).expect("begun");
        prop_assert_eq!(calendar.subtract(back, two), Ok(begun));
        prop_assert!(whole >= once);
        if let Ok(due) = calendar.add(start + secs(later), one) {
            prop_assert!(due >= once);
        }
        prop_assert!(calendar.subtract(start + secs(later), one).expect("begun") >= back);
        Ok(())
    });
}

#[test]
fn elapsed_is_the_sum_of_its_parts_and_of_its_reasons() {
    holds(2_000, (plain(ANYWHERE), moment(), moment(), moment()), |(plain, a, b, c)| {
        let calendar = plain.compiled();
        let [a, b, c] = [a, b, c].map(|seconds| at(&calendar, seconds));
        let elapsed = |from, to| calendar.elapsed(from, to).expect("a length");
        prop_assert_eq!(elapsed(a, c), elapsed(a, b) + elapsed(b, c));
        let told = calendar.why(a.min(b), a.max(b)).expect("reasons");
        let told: SignedDuration = told.iter().flat_map(|day| &day.counted).fold(SignedDuration::ZERO, |sum, span| sum + span.length());
        prop_assert_eq!(told, elapsed(a.min(b), a.max(b)));
        Ok(())
    });
}

#[test]
fn openings_and_closings_agree_with_the_hours() {
    holds(2_000, (plain(ANYWHERE), moment()), |(plain, moment)| {
        let calendar = plain.compiled();
        let now = at(&calendar, moment);
        let opens = calendar.opens(now).expect("opens");
        prop_assert!(calendar.is_open(opens));
        prop_assert_eq!(calendar.is_open(now), opens == now);
        prop_assert_eq!(calendar.elapsed(now, opens), Ok(SignedDuration::ZERO));
        match calendar.closes(now) {
            Ok(closes) => {
                prop_assert!(!calendar.is_open(closes));
                prop_assert_eq!(calendar.elapsed(opens, closes), Ok(closes.duration_since(opens)));
            }
            Err(fault) => prop_assert_eq!(fault, CalendarError::NeverCloses),
        }
        Ok(())
    });
}

/// Zones whose clocks never go back within the random days, so that the wall clock tells moments apart.
const PLAIN: &[&str] = &["WIB", "WITA", "WIT", "Asia/Kathmandu", "America/New_York"];

fn agrees(plain: &Plain, day: i64, offset: usize, count: usize) -> Result<(), TestCaseError> {
    let calendar = plain.compiled();
    let start = at(&calendar, day * 86_400);
    let minute = |n: usize| start + secs(60 * i64::try_from(n).expect("small"));
    let open: Vec<bool> = (0..10 * 1440).map(|n| plain.open(calendar.zone(), minute(n))).collect();
    for n in (0..open.len()).step_by(7) {
        prop_assert_eq!(calendar.is_open(minute(n)), open[n], "at {}", minute(n));
    }
    let worked = open[offset..].iter().filter(|open| **open).count();
    prop_assert_eq!(calendar.elapsed(minute(offset), minute(open.len())), Ok(secs(60 * i64::try_from(worked).expect("small"))));
    let nth = open.iter().enumerate().skip(offset).filter(|(_, open)| **open).nth(count);
    if let Some((n, _)) = nth {
        let length = secs(60 * i64::try_from(count + 1).expect("small"));
        prop_assert_eq!(calendar.add(minute(offset), length), Ok(minute(n + 1)));
    }
    let nth = open[..offset].iter().enumerate().rev().filter(|(_, open)| **open).nth(count);
    if let Some((n, _)) = nth {
        let length = secs(60 * i64::try_from(count + 1).expect("small"));
        prop_assert_eq!(calendar.subtract(minute(offset), length), Ok(minute(n)));
    }
    Ok(())
}

#[test]
fn a_count_minute_by_minute_comes_out_alike() {
    holds(200, (plain(PLAIN), -3..14_i64, 0..10 * 1440_usize, 0..3_000_usize), |(plain, day, offset, count)| {
        agrees(&plain, day, offset, count)
    });
}
