//! Worked examples, each with its dates.

use super::{at, calendar, jakarta, minutes, over};
use crate::calendar::{Calendar, CalendarDecl, CalendarError, HolidayListDecl, Reason, find_zone};
use jiff::civil::date;

fn added(calendar: &Calendar, start: &str, length: i64, due: &str) {
    let due = at(calendar, due);
    assert_eq!(calendar.add(at(calendar, start), minutes(length)), Ok(due), "{start} + {length} min");
    assert_eq!(calendar.elapsed(at(calendar, start), due), Ok(minutes(length)), "{start} to {due}");
}

#[test]
fn lunch_is_no_working_time() {
    added(&jakarta(), "2026-08-13 11:50", 30, "2026-08-13 13:20");
}

#[test]
fn friday_afternoon_and_eight_hours_end_after_the_holiday() {
    // one hour on Friday, three on Saturday, none on Monday the 17th, four on Tuesday
    added(&jakarta(), "2026-08-14 16:00", 8 * 60, "2026-08-18 12:00");
    let keeping = calendar("WIB", "mon-fri 08:00-12:00 13:00-17:00", &[], &["2026-08-17"]);
    added(&keeping, "2026-08-14 16:00", 8 * 60, "2026-08-18 16:00");
    let working = calendar("WIB", "mon-fri 08:00-12:00 13:00-17:00", &[], &[]);
    added(&working, "2026-08-14 16:00", 8 * 60, "2026-08-17 16:00");
}

#[test]
fn due_times_of_a_case_and_its_warning() {
    let calendar = jakarta();
    added(&calendar, "2026-08-14 16:15", 2 * 60, "2026-08-15 10:15");
    added(&calendar, "2026-08-14 16:15", 16 * 60, "2026-08-19 13:15");
    added(&calendar, "2026-08-15 11:45", 30, "2026-08-18 08:15");
    added(&calendar, "2026-08-18 08:00", 16 * 60, "2026-08-19 17:00");
    assert_eq!(calendar.subtract(at(&calendar, "2026-08-19 13:15"), minutes(60)), Ok(at(&calendar, "2026-08-19 11:15")));
    let paused = calendar.elapsed(at(&calendar, "2026-08-15 10:00"), at(&calendar, "2026-08-18 10:30"));
    assert_eq!(paused, Ok(minutes(270)));
}

#[test]
fn elapsed_over_weekend_and_holiday_and_why() {
    let calendar = jakarta();
    let (from, to) = (at(&calendar, "2026-08-13 16:00"), at(&calendar, "2026-08-18 09:00"));
    assert_eq!(calendar.elapsed(from, to), Ok(minutes(12 * 60 + 30)));
    assert_eq!(calendar.elapsed(to, from), Ok(-minutes(12 * 60 + 30)));
    let days = calendar.why(from, to).expect("an answer");
    let told: Vec<(i8, i64)> =
        days.iter().map(|day| (day.date.day(), day.counted.iter().map(|span| span.length().as_mins()).sum())).collect();
    assert_eq!(told, [(13, 60), (14, 450), (15, 180), (17, 0), (18, 60)]);
    assert!(matches!(&days[3].reason, Reason::Holiday(holiday) if holiday.name.id == "Hari libur"));
}

#[test]
fn three_hours_back() {
    let calendar = jakarta();
    assert_eq!(calendar.subtract(at(&calendar, "2026-08-18 09:30"), minutes(180)), Ok(at(&calendar, "2026-08-15 10:30")));
    assert_eq!(calendar.add(at(&calendar, "2026-08-18 09:30"), -minutes(180)), Ok(at(&calendar, "2026-08-15 10:30")));
}

#[test]
fn a_night_belongs_to_the_day_it_begins_on() {
    let night = calendar("WIB", "mon-sun 20:00-04:00", &[], &[]);
    added(&night, "2026-08-17 23:00", 6 * 60, "2026-08-18 21:00");
    added(&night, "2026-08-18 02:00", 4 * 60, "2026-08-18 22:00");
    // the night before the holiday is worked to its end, the holiday's own night is not
    let off = calendar("WIB", "mon-sun 20:00-04:00", &[], &["2026-08-17"]);
    assert!(off.is_open(at(&off, "2026-08-17 03:59")));
    added(&off, "2026-08-17 03:00", 2 * 60, "2026-08-18 21:00");
}

#[test]
fn an_override_takes_the_place_of_the_week() {
    let ramadan = over("2026-02-18", "2026-03-19", "mon-fri 08:00-15:00");
    let calendar = calendar("WIB", super::OFFICE, &[ramadan], &[]);
    added(&calendar, "2026-02-17 16:00", 4 * 60, "2026-02-18 11:00");
    added(&calendar, "2026-02-20 14:00", 2 * 60, "2026-02-23 09:00");
}

#[test]
fn an_override_may_hold_on_holidays_and_may_close() {
    let mut stock = over("2026-08-17", "2026-08-17", "mon 09:00-10:00");
    let keeps = calendar("WIB", super::OFFICE, &[stock.clone()], &["2026-08-17"]);
    assert!(!keeps.is_working_day(date(2026, 8, 17)));
    stock.also_on_holidays = true;
    let works = calendar("WIB", super::OFFICE, &[stock], &["2026-08-17"]);
    added(&works, "2026-08-15 11:30", 60, "2026-08-17 09:30");
    let away = calendar("WIB", super::OFFICE, &[over("2026-08-18", "2026-08-21", "")], &[]);
    added(&away, "2026-08-17 16:00", 120, "2026-08-22 10:00");
}

#[test]
fn hours_that_run_into_those_of_the_day_before_count_once() {
    let early = over("2026-08-18", "2026-08-18", "tue 00:00-08:00");
    let calendar = calendar("WIB", "mon-sun 20:00-04:00", &[early], &[]);
    let day = (at(&calendar, "2026-08-17 20:00"), at(&calendar, "2026-08-18 08:00"));
    assert_eq!(calendar.elapsed(day.0, day.1), Ok(minutes(12 * 60)));
    assert_eq!(calendar.subtract(day.1, minutes(12 * 60)), Ok(day.0));
}

#[test]
fn a_request_from_the_west_is_due_by_the_hours_of_the_east() {
    let calendar = calendar("WIT", "mon-fri 08:00-17:00", &[], &["2026-08-17"]);
    let asked = at(&super::calendar("WIB", "mon 00:00-24:00", &[], &[]), "2026-08-18 16:30");
    assert_eq!(calendar.add(asked, minutes(60)), Ok("2026-08-19T00:00:00Z".parse().expect("a moment")));
    let dialled = |zone: &str| super::calendar(zone, "mon-sat 08:00-18:00", &[], &["2026-08-17"]).is_open(asked);
    assert_eq!(["WIB", "WITA", "WIT"].map(dialled), [true, true, false]);
}

#[test]
fn working_days_leave_out_the_first_and_the_holidays() {
    let calendar = calendar("WIB", "mon-fri 08:00-17:00", &[], &["2026-08-17"]);
    assert_eq!(calendar.add_working_days(date(2026, 8, 12), 5), Ok(date(2026, 8, 20)));
    assert_eq!(calendar.add_working_days(date(2026, 8, 15), 0), Ok(date(2026, 8, 15)));
    assert_eq!(calendar.working_day_from(date(2026, 8, 15)), Ok(date(2026, 8, 18)));
    assert_eq!(calendar.last_second(date(2026, 8, 20)), Ok(at(&calendar, "2026-08-20 23:59:59")));
}

#[test]
fn opens_and_closes() {
    let calendar = jakarta();
    let cases = [
        ("2026-08-14 11:30", "2026-08-14 13:00", "2026-08-14 17:00"),
        ("2026-08-14 11:29", "2026-08-14 11:29", "2026-08-14 11:30"),
        ("2026-08-15 12:00", "2026-08-18 08:00", "2026-08-18 12:00"),
    ];
    for (now, opens, closes) in cases {
        assert_eq!(calendar.opens(at(&calendar, now)), Ok(at(&calendar, opens)), "{now}");
        assert_eq!(calendar.closes(at(&calendar, now)), Ok(at(&calendar, closes)), "{now}");
        assert_eq!(calendar.is_open(at(&calendar, now)), now == opens, "{now}");
    }
    let weekdays = super::calendar("WIB", "mon-fri 00:00-24:00", &[], &[]);
    assert_eq!(weekdays.closes(at(&weekdays, "2026-08-12 03:00")), Ok(at(&weekdays, "2026-08-15 00:00")));
    let always = super::calendar("WIB", "mon-sun 00:00-24:00", &[], &[]);
    assert_eq!(always.closes(at(&always, "2026-08-12 03:00")), Err(CalendarError::NeverCloses));
}

#[test]
fn clocks_put_forward_and_back_count_true_time() {
    let night = calendar("America/New_York", "mon-sun 00:00-06:00", &[], &[]);
    let length = |from: &str, to: &str| night.elapsed(at(&night, from), at(&night, to)).expect("a length").as_mins();
    assert_eq!(length("2026-03-08 00:00", "2026-03-08 12:00"), 300);
    assert_eq!(length("2026-11-01 00:00", "2026-11-01 12:00"), 420);
    let skipped = calendar("America/New_York", "sun 02:15-02:45 03:15-03:45", &[], &[]);
    assert_eq!(skipped.opens(at(&skipped, "2026-03-08 01:00")), Ok(at(&skipped, "2026-03-08 03:15")));
    let repeated = calendar("America/New_York", "sun 01:15-01:45", &[], &[]);
    let first_time: jiff::Timestamp = "2026-11-01T05:15:00Z".parse().expect("a moment");
    assert_eq!(repeated.opens(at(&repeated, "2026-11-01 00:00")), Ok(first_time));
    assert_eq!(repeated.closes(first_time), Ok(first_time + minutes(30)));
    assert!(find_zone("Asia/Jayapura").is_some() && find_zone("Mars/Olympus").is_none());
}

#[test]
fn the_indonesian_list_is_sound_and_adds_no_day_unasked() {
    let mut list = HolidayListDecl::indonesia();
    assert!(list.check().is_empty());
    assert_eq!(list.days.len(), 96);
    assert!(list.days.iter().all(|day| day.provisional || !day.date.starts_with("2028")));
    let decl = CalendarDecl { week: super::week(super::OFFICE), holidays: vec!["id".into()], ..CalendarDecl::default() };
    let compiled = |list: &HolidayListDecl| decl.compile(&[("id".to_string(), list.clone())].into()).expect("a sound calendar");
    assert!(!compiled(&list).is_working_day(date(2026, 8, 17)));
    assert!(compiled(&list).is_working_day(date(2026, 12, 24)));
    for day in list.days.iter_mut().filter(|day| day.date == "2026-12-24") {
        day.on = Some(true);
    }
    assert!(!compiled(&list).is_working_day(date(2026, 12, 24)));
}
