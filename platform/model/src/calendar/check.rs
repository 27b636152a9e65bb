//! Declarations checked and made ready for questions. Every fault is told, each with the place it stands at.

use super::opening::{Holiday, Override};
use super::quiet::{days_between, shifted};
use super::{Calendar, CalendarDecl, HolidayListDecl, Hours, OverrideDecl, WeekDecl, find_zone};
use crate::FieldProblem;
use indexmap::IndexMap;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, fmt::strtime};
use std::collections::{BTreeMap, HashSet};

const MOST_INTERVALS: usize = 24;
const MOST_OVERRIDES: usize = 500;
const MOST_HOLIDAYS: usize = 5_000;

type Faults = Vec<FieldProblem>;

impl CalendarDecl {
    /// Checks the calendar with the holiday lists it names.
    ///
    /// # Errors
    /// All faults found; pointers lead into this declaration, and past `/holidays/N` into the list named there.
    pub fn compile(&self, lists: &IndexMap<String, HolidayListDecl>) -> Result<Calendar, Vec<FieldProblem>> {
        let mut faults = Faults::new();
        let zone = find_zone(&self.zone).unwrap_or_else(|| {
            faults.push(FieldProblem::new("/zone", "unknown_time_zone").with("value", &self.zone));
            TimeZone::UTC
        });
        let week = week(&self.week, "/week", &mut faults);
        let overrides = overrides(&self.overrides, &mut faults);
        let mut holidays = BTreeMap::new();
        for (n, key) in self.holidays.iter().enumerate() {
            let place = format!("/holidays/{n}");
            match lists.get(key) {
                Some(list) => holidays.extend(list.kept(&place, &mut faults)),
                None => faults.push(FieldProblem::new(&place, "calendar_holiday_list").with("value", key)),
            }
        }
        if faults.is_empty() && self.week.is_empty() && self.overrides.iter().all(|over| over.week.is_empty()) {
            faults.push(FieldProblem::new("/week", "calendar_never_opens"));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let minutes: i64 = week.iter().flatten().map(|hours| i64::from(hours.minutes())).sum();
        Ok(Calendar { zone, week, week_length: SignedDuration::from_mins(minutes), overrides, holidays })
    }
}

impl HolidayListDecl {
    /// Faults of the list alone.
    pub fn check(&self) -> Vec<FieldProblem> {
        let mut faults = Faults::new();
        self.kept("", &mut faults);
        faults
    }

    fn kept(&self, place: &str, faults: &mut Faults) -> Vec<(Date, Holiday)> {
        if self.days.len() > MOST_HOLIDAYS {
            faults.push(FieldProblem::new(&format!("{place}/days"), "too_many").with("max", MOST_HOLIDAYS));
            return Vec::new();
        }
        if let Some(read) = &self.source_date {
            date(read, &format!("{place}/source_date"), faults);
        }
        let (mut kept, mut seen) = (Vec::new(), HashSet::new());
        for (n, day) in self.days.iter().enumerate() {
            let place = format!("{place}/days/{n}/date");
            let Some(date) = date(&day.date, &place, faults) else { continue };
            if !seen.insert(date) {
                faults.push(FieldProblem::new(&place, "calendar_holiday_twice").with("value", &day.date));
            } else if day.is_on() {
                kept.push((date, Holiday { name: day.name.clone(), kind: day.kind }));
            }
        }
        kept
    }
}

fn week(decl: &WeekDecl, place: &str, faults: &mut Faults) -> [Vec<Hours>; 7] {
    let days = decl.days();
    let read = days.map(|(key, texts)| day(texts, &format!("{place}/{key}"), faults));
    for (n, hours) in read.iter().enumerate() {
        let after = (n + 1) % 7;
        if let (Some((_, night)), Some((place_in_day, morning))) = (hours.last(), read[after].first())
            && night.past_midnight() > morning.start()
        {
            faults.push(overlap(&format!("{place}/{}/{place_in_day}", days[after].0), *morning, *night));
        }
    }
    read.map(|hours| hours.into_iter().map(|(_, hours)| hours).collect())
}

/// The hours of one day in order, each with the place it was written at.
fn day(texts: &[String], place: &str, faults: &mut Faults) -> Vec<(usize, Hours)> {
    if texts.len() > MOST_INTERVALS {
        faults.push(FieldProblem::new(place, "too_many").with("max", MOST_INTERVALS));
        return Vec::new();
    }
    let mut read = Vec::new();
    for (n, text) in texts.iter().enumerate() {
        match text.parse::<Hours>() {
            Ok(hours) => read.push((n, hours)),
            Err(_) => faults.push(FieldProblem::new(&format!("{place}/{n}"), "calendar_hours").with("value", text)),
        }
    }
    read.sort_by_key(|(_, hours)| *hours);
    for pair in read.windows(2).filter(|pair| pair[1].1.start() < pair[0].1.end()) {
        faults.push(overlap(&format!("{place}/{}", pair[1].0), pair[1].1, pair[0].1));
    }
    read
}

fn overlap(place: &str, hours: Hours, other: Hours) -> FieldProblem {
    FieldProblem::new(place, "calendar_hours_overlap").with("value", hours).with("other", other)
}

fn overrides(decls: &[OverrideDecl], faults: &mut Faults) -> Vec<Override> {
    if decls.len() > MOST_OVERRIDES {
        faults.push(FieldProblem::new("/overrides", "too_many").with("max", MOST_OVERRIDES));
        return Vec::new();
    }
    let mut read: Vec<(usize, Override)> = Vec::new();
    for (n, decl) in decls.iter().enumerate() {
        read.extend(override_of(decl, &format!("/overrides/{n}"), faults).map(|over| (n, over)));
    }
    read.sort_by_key(|(_, over)| over.from);
    for pair in read.windows(2).filter(|pair| pair[1].1.from <= pair[0].1.to) {
        faults
            .push(FieldProblem::new(&format!("/overrides/{}/from", pair[1].0), "calendar_overrides_overlap").with("date", pair[1].1.from));
    }
    read.into_iter().map(|(_, over)| over).collect()
}

fn override_of(decl: &OverrideDecl, place: &str, faults: &mut Faults) -> Option<Override> {
    let week = week(&decl.week, &format!("{place}/week"), faults);
    match (decl.closed, decl.week.is_empty()) {
        (false, true) => faults.push(FieldProblem::new(&format!("{place}/week"), "calendar_override_empty")),
        (true, false) => faults.push(FieldProblem::new(&format!("{place}/closed"), "calendar_override_closed")),
        _ => {}
    }
    let from = date(&decl.from, &format!("{place}/from"), faults);
    let to = decl.to.as_ref().map_or(from, |to| date(to, &format!("{place}/to"), faults));
    let (from, to) = (from?, to?);
    if to < from {
        faults.push(FieldProblem::new(&format!("{place}/to"), "calendar_days_reversed"));
        return None;
    }
    let weekday = |n: i64| usize::from(shifted(from, n).weekday().to_monday_zero_offset().unsigned_abs());
    if !decl.week.is_empty() && (0..=days_between(from, to).min(6)).all(|n| decl.week.days()[weekday(n)].1.is_empty()) {
        faults.push(FieldProblem::new(&format!("{place}/week"), "calendar_override_idle"));
    }
    Some(Override { name: decl.name.clone(), from, to, week, also_on_holidays: decl.also_on_holidays })
}

fn date(text: &str, place: &str, faults: &mut Faults) -> Option<Date> {
    let read = strtime::parse("%Y-%m-%d", text).and_then(|parts| parts.to_date()).ok();
    if read.is_none() {
        faults.push(FieldProblem::new(place, "calendar_date").with("value", text));
    }
    read
}
