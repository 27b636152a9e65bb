//! What the calendar promises: worked examples, faults that are told, laws, and a count minute by minute.

mod absurd;
mod examples;
mod faults;
mod laws;
mod random;

use super::{Calendar, CalendarDecl, HolidayDecl, HolidayKind, HolidayListDecl, OverrideDecl, WeekDecl};
use crate::Label;
use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};

/// Days and their hours: `"mon-thu 08:00-12:00 13:00-17:00; fri 08:00-11:30"`.
fn week(text: &str) -> WeekDecl {
    let mut week = WeekDecl::default();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let mut words = part.split(' ');
        let days = words.next().expect("a day");
        let hours: Vec<String> = words.map(Into::into).collect();
        let keys = WeekDecl::default().days().map(|(key, _)| key);
        let place = |day: &str| keys.iter().position(|key| *key == day).expect("a weekday");
        let (first, last) = days.split_once('-').unwrap_or((days, days));
        for day in place(first)..=place(last) {
            let WeekDecl { mon, tue, wed, thu, fri, sat, sun } = &mut week;
            *[mon, tue, wed, thu, fri, sat, sun][day] = hours.clone();
        }
    }
    week
}

fn over(from: &str, to: &str, hours: &str) -> OverrideDecl {
    let name = Label::new("Jam lain", "Other hours");
    OverrideDecl { name, from: from.into(), to: Some(to.into()), closed: hours.is_empty(), week: week(hours), also_on_holidays: false }
}

fn list(dates: &[&str]) -> IndexMap<String, HolidayListDecl> {
    let day = |date: &&str| HolidayDecl {
        date: (*date).into(),
        kind: HolidayKind::National,
        name: Label::new("Hari libur", "Day off"),
        provisional: false,
        on: None,
    };
    let days = dates.iter().map(day).collect();
    let list =
        HolidayListDecl { name: Label::new("Libur", "Holidays"), region: String::new(), source: String::new(), source_date: None, days };
    [("list".to_string(), list)].into()
}

fn calendar(zone: &str, hours: &str, overrides: &[OverrideDecl], holidays: &[&str]) -> Calendar {
    let decl = CalendarDecl { zone: zone.into(), week: week(hours), overrides: overrides.to_vec(), holidays: vec!["list".into()] };
    decl.compile(&list(holidays)).expect("a sound calendar")
}

const OFFICE: &str = "mon-thu 08:00-12:00 13:00-17:00; fri 08:00-11:30 13:00-17:00; sat 09:00-12:00";

/// A firm in Jakarta that keeps Independence Day.
fn jakarta() -> Calendar {
    calendar("WIB", OFFICE, &[], &["2026-08-17"])
}

/// A moment told in a calendar's own zone.
fn at(calendar: &Calendar, text: &str) -> Timestamp {
    let local: jiff::civil::DateTime = text.replace(' ', "T").parse().expect("a local time");
    calendar.zone().to_timestamp(local).expect("a moment")
}

fn minutes(count: i64) -> SignedDuration {
    SignedDuration::from_mins(count)
}
