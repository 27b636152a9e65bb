//! Calendars made by chance, in a plain form from which both the declaration and the slow count are made.

use super::list;
use crate::Label;
use crate::calendar::{Calendar, CalendarDecl, OverrideDecl, WeekDecl};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use proptest::collection::vec;
use proptest::prelude::*;

type Week = [Vec<(u16, u16)>; 7];

/// A calendar in plain numbers: minutes of the day, days counted from [`first`].
#[derive(Debug, Clone)]
pub(super) struct Plain {
    pub zone: &'static str,
    pub week: Week,
    /// First day, last day, hours, also on holidays.
    pub overrides: Vec<(u8, u8, Week, bool)>,
    pub holidays: Vec<u8>,
}

/// The random days lie in the three weeks from here; the clocks of New York go forward within them.
pub(super) fn first() -> Date {
    date(2026, 2, 26)
}

pub(super) fn on(day: u8) -> Date {
    first() + i64::from(day).days()
}

/// Any calendar with some hours; zones from those given.
pub(super) fn plain(zones: &'static [&'static str]) -> impl Strategy<Value = Plain> {
    let overrides = (vec((0u8..7, 0u8..3, week(), any::<bool>()), 0..3)).prop_map(|all| {
        let placed = all.into_iter().enumerate().map(|(n, (from, more, week, also))| {
            let from = from + 10 * u8::try_from(n).expect("small");
            (from, from + more, week, also)
        });
        placed.collect()
    });
    let open = week().prop_filter("some hours", |week| week.iter().any(|day| !day.is_empty()));
    (proptest::sample::select(zones), open, overrides, vec(0u8..21, 0..5)).prop_map(|(zone, week, overrides, holidays)| Plain {
        zone,
        week,
        overrides,
        holidays,
    })
}

fn week() -> impl Strategy<Value = Week> {
    let day = (vec(0u16..288, 0..7), proptest::option::of(1u16..288));
    proptest::array::uniform7(day).prop_map(|days| {
        let (marks, nights): (Vec<_>, Vec<_>) = days.into_iter().unzip();
        let mut week: Week = std::array::from_fn(|n| {
            let mut marks: Vec<u16> = marks[n].iter().map(|mark| mark * 5).collect();
            marks.sort_unstable();
            marks.dedup();
            marks.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
        });
        // A night runs on at most to where the next day begins.
        for (n, night) in nights.iter().enumerate() {
            let next = week[(n + 1) % 7].first().map_or(1440, |hours| hours.0);
            if let (Some(night), Some(last)) = (night, week[n].last_mut()) {
                last.1 = 1440 + (night * 5).min(next).min(last.0.saturating_sub(5));
            }
        }
        week
    })
}

fn declared(week: &Week) -> WeekDecl {
    let [mon, tue, wed, thu, fri, sat, sun] = week.each_ref().map(|day| {
        let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let end = |minute: u16| if minute > 1440 { clock(minute - 1440) } else { clock(minute) };
        day.iter().map(|(from, to)| format!("{}-{}", clock(*from), end(*to))).collect()
    });
    WeekDecl { mon, tue, wed, thu, fri, sat, sun }
}

impl Plain {
    pub(super) fn compiled(&self) -> Calendar {
        let overrides = self.overrides.iter().map(|(from, to, week, also)| {
            let name = Label::new("Jam lain", "Other hours");
            let applies = (*from..=*to).any(|day| !week[weekday(on(day))].is_empty());
            let week = if applies { declared(week) } else { WeekDecl::default() };
            let (from, to) = (on(*from).to_string(), Some(on(*to).to_string()));
            OverrideDecl { name, from, to, closed: !applies, week, also_on_holidays: *also }
        });
        let decl = CalendarDecl {
            zone: self.zone.into(),
            week: declared(&self.week),
            overrides: overrides.collect(),
            holidays: vec!["list".into()],
        };
        let mut days: Vec<String> = self.holidays.iter().map(|day| on(*day).to_string()).collect();
        days.sort();
        days.dedup();
        let days: Vec<&str> = days.iter().map(String::as_str).collect();
        decl.compile(&list(&days)).unwrap_or_else(|faults| panic!("{faults:?} in {decl:?}"))
    }

    fn hours(&self, day: Date) -> &[(u16, u16)] {
        let number = u8::try_from(day.duration_since(first()).as_hours() / 24).ok().filter(|_| day >= first());
        let over = self.overrides.iter().find(|(from, to, ..)| number.is_some_and(|day| *from <= day && day <= *to));
        let off = number.is_some_and(|day| self.holidays.contains(&day));
        match over {
            Some((_, _, week, also)) if *also || !off => &week[weekday(day)],
            _ if off => &[],
            _ => &self.week[weekday(day)],
        }
    }

    /// Whether the wall clock stands within hours of today or of last night.
    pub(super) fn open(&self, zone: &TimeZone, at: Timestamp) -> bool {
        let local = zone.to_datetime(at);
        let minute = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).expect("a minute of a day");
        let within = |day: Date, minute: u16| self.hours(day).iter().any(|(from, to)| *from <= minute && minute < *to);
        within(local.date(), minute) || within(local.date().yesterday().expect("a day"), minute + 1440)
    }
}

fn weekday(day: Date) -> usize {
    usize::from(day.weekday().to_monday_zero_offset().unsigned_abs())
}
