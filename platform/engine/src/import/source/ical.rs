//! Calendars: each event and each to-do of an iCalendar file is a row. Times keep the zone they are written in;
//! what repeats stands there as often as it says, or once with a word when it has no end.

use super::content::{Lines, Property, TASK};
use super::decode::Decoded;
use super::repeat::Rule;
use super::vcard::begins;
use super::{Layout, Line, MAX_CELL, at, guess};
use crate::Result;
use crate::file::failure;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, ToSpan, Zoned};
use serde_json::Value as Json;
use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

/// Titles of the columns, known to every object that has such fields.
const COLUMNS: [&str; 15] = [
    "Subject",
    "Kind",
    "Start",
    "End",
    "Duration",
    "Due date",
    "Completed at",
    "Description",
    "Location",
    "Priority",
    "Status",
    "Email address",
    "Tags",
    "Repeats",
    "UID",
];

/// Whether a text begins like a calendar.
pub fn is_calendar(head: &[u8]) -> bool {
    begins(head, "BEGIN:VCALENDAR")
}

pub fn layout(path: &Path) -> Result<Layout> {
    match guess::layout(path)? {
        Layout::Csv { encoding, .. } => Ok(Layout::Ical { encoding }),
        other => Ok(other),
    }
}

pub fn each(path: &Path, encoding: &str, sink: &mut dyn FnMut(Line) -> Result<bool>) -> Result<()> {
    let file = File::open(path).map_err(failure)?;
    let mut lines = Lines::new(Decoded::new(file, guess::named(encoding)?));
    if !sink(Line::new(1, COLUMNS.map(|title| Json::String(title.into())).to_vec()))? {
        return Ok(());
    }
    let mut zones = Zones::default();
    let mut entry: Option<Entry> = None;
    // what stands inside of an entry, such as an alarm, is none of its own
    let mut within: Vec<String> = Vec::new();
    while let Some((number, line)) = lines.next()? {
        let Some(property) = Property::read(&line) else { continue };
        let what = property.value.trim().to_ascii_uppercase();
        match property.name.as_str() {
            "BEGIN" => {
                if entry.is_none() && matches!(what.as_str(), "VEVENT" | TASK) {
                    entry = Some(Entry { number, kind: what.clone(), depth: within.len(), ..Entry::default() });
                }
                within.push(what);
            }
            "END" => {
                within.pop();
                let over = entry.as_ref().is_some_and(|e| within.len() <= e.depth);
                if let Some(done) = entry.take_if(|_| over) {
                    for line in done.lines(&zones)? {
                        if !sink(line)? {
                            return Ok(());
                        }
                    }
                }
            }
            _ => match &mut entry {
                Some(entry) if within.len() == entry.depth + 1 => entry.take_in(property),
                Some(_) => {}
                None => zones.take_in(&within, &property),
            },
        }
    }
    match entry {
        Some(entry) => Err(at("file_broken", entry.number)),
        None => Ok(()),
    }
}

/// Zones the file describes itself, for names that nobody else knows.
#[derive(Default)]
struct Zones {
    described: HashMap<String, Offset>,
    open: String,
}

impl Zones {
    fn take_in(&mut self, within: &[String], property: &Property) {
        match (within.last().map(String::as_str), property.name.as_str()) {
            (Some("VTIMEZONE"), "TZID") => self.open = property.text(),
            (Some("STANDARD"), "TZOFFSETTO") => {
                if let Some(offset) = offset(property.value.trim()) {
                    self.described.entry(self.open.clone()).or_insert(offset);
                }
            }
            _ => {}
        }
    }

    fn of(&self, name: &str) -> Option<TimeZone> {
        let plain = name.trim_start_matches('/').rsplit("tzurl.org/").next().unwrap_or(name);
        TimeZone::get(plain).ok().or_else(|| self.described.get(name).map(|offset| TimeZone::fixed(*offset)))
    }
}

/// `+0700`
fn offset(text: &str) -> Option<Offset> {
    let (sign, digits) = text.split_at_checked(1)?;
    let part = |from: usize| digits.get(from..from + 2)?.parse::<i32>().ok();
    let seconds = part(0)? * 3_600 + part(2)? * 60;
    Offset::from_seconds(if sign == "-" { -seconds } else { seconds }).ok()
}

/// A moment as the file has it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Moment {
    Day(Date),
    /// Without a zone: wherever whoever reads it is.
    Floating(DateTime),
    Zoned(Zoned),
}

impl Moment {
    fn read(property: &Property, zones: &Zones) -> Option<Moment> {
        let text = property.value.trim();
        if property.is("DATE") || text.len() == 8 {
            return Some(Moment::Day(text.get(..8)?.parse().ok()?));
        }
        let time: DateTime = text.trim_end_matches('Z').parse().ok()?;
        if text.ends_with('Z') {
            return Some(Moment::Zoned(time.to_zoned(TimeZone::UTC).ok()?));
        }
        match property.parameter("TZID").map(|name| zones.of(name)) {
            None => Some(Moment::Floating(time)),
            Some(Some(zone)) => Some(Moment::Zoned(time.to_zoned(zone).ok()?)),
            // a zone nobody knows
            Some(None) => Some(Moment::Floating(time)),
        }
    }

    pub(super) fn date(&self) -> Date {
        match self {
            Moment::Day(day) => *day,
            Moment::Floating(time) => time.date(),
            Moment::Zoned(time) => time.date(),
        }
    }

    /// The same time of day on another day.
    pub(super) fn on(&self, day: Date) -> Option<Moment> {
        Some(match self {
            Moment::Day(_) => Moment::Day(day),
            Moment::Floating(time) => Moment::Floating(day.to_datetime(time.time())),
            Moment::Zoned(time) => Moment::Zoned(day.to_datetime(time.time()).to_zoned(time.time_zone().clone()).ok()?),
        })
    }

    fn written(&self) -> String {
        match self {
            Moment::Day(day) => day.to_string(),
            Moment::Floating(time) => time.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            Moment::Zoned(time) => time.timestamp().to_string(),
        }
    }

    fn until(&self, end: &Moment) -> Option<SignedDuration> {
        match (self, end) {
            (Moment::Zoned(from), Moment::Zoned(to)) => Some(to.duration_since(from)),
            (Moment::Day(from), Moment::Day(to)) => Some(to.duration_since(*from)),
            (Moment::Floating(from), Moment::Floating(to)) => Some(to.duration_since(*from)),
            _ => None,
        }
    }

    fn later(&self, by: SignedDuration) -> Option<Moment> {
        Some(match self {
            Moment::Day(day) => Moment::Day(day.checked_add(by).ok()?),
            Moment::Floating(time) => Moment::Floating(time.checked_add(by).ok()?),
            Moment::Zoned(time) => Moment::Zoned(time.checked_add(by).ok()?),
        })
    }
}

/// An event or a to-do.
#[derive(Default)]
struct Entry {
    number: u64,
    kind: String,
    depth: usize,
    properties: Vec<Property>,
}

impl Entry {
    fn take_in(&mut self, property: Property) {
        self.properties.push(property);
    }

    fn find(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|p| p.name == name)
    }

    fn text(&self, name: &str) -> String {
        self.find(name).map(Property::text).unwrap_or_default()
    }

    fn moment(&self, name: &str, zones: &Zones) -> Option<Moment> {
        Moment::read(self.find(name)?, zones)
    }

    fn lines(&self, zones: &Zones) -> Result<Vec<Line>> {
        let start = self.moment("DTSTART", zones);
        let end = self.moment("DTEND", zones);
        let long = match (&start, &end) {
            (Some(start), Some(end)) => start.until(end),
            _ => self.find("DURATION").and_then(|p| duration(p.value.trim())),
        };
        let end = end.or_else(|| start.as_ref()?.later(long?));
        let rule = self.text("RRULE");
        let left_out: Vec<Date> = self.properties.iter().filter(|p| p.name == "EXDATE").flat_map(|p| days(p, zones)).collect();
        let times = start.as_ref().filter(|_| !rule.is_empty()).and_then(|start| Rule::read(&rule, zones_until(&rule))?.times(start));
        let told = !rule.is_empty() && times.is_none();
        let Some(start) = start else { return Ok(vec![self.line(zones, None, None, long, told)?]) };
        let times = times.unwrap_or_else(|| vec![start.clone()]);
        let times = times.into_iter().filter(|time| !left_out.contains(&time.date()));
        times
            .map(|time| {
                let end = match (&end, long) {
                    (_, Some(long)) => time.later(long),
                    (end, None) => end.clone(),
                };
                self.line(zones, Some(time), end, long, told)
            })
            .collect()
    }

    fn line(&self, zones: &Zones, start: Option<Moment>, end: Option<Moment>, long: Option<SignedDuration>, told: bool) -> Result<Line> {
        // the end of a day is the day itself, not the one after
        let end = end.map(|end| match (&start, end) {
            (Some(Moment::Day(from)), Moment::Day(to)) if to > *from => Moment::Day(to.checked_sub(1.day()).unwrap_or(to)),
            (_, end) => end,
        });
        let due = self.moment("DUE", zones).or_else(|| start.clone().filter(|_| self.kind == TASK));
        let words = |moment: Option<Moment>| moment.map(|m| m.written()).unwrap_or_default();
        let minutes = long.filter(|_| !matches!(start, Some(Moment::Day(_)))).map(|d| d.as_mins()).filter(|n| *n > 0);
        let priority = match self.text("PRIORITY").parse::<u8>() {
            Ok(1..=4) => "high",
            Ok(5) => "normal",
            Ok(6..=9) => "low",
            _ => "",
        };
        let cells = [
            self.text("SUMMARY"),
            if self.kind == TASK { "todo".into() } else { "meeting".into() },
            words(start.clone()),
            words(end),
            minutes.map(|n| format!("{}:{:02}", n / 60, n % 60)).unwrap_or_default(),
            words(due),
            words(self.moment("COMPLETED", zones)),
            self.text("DESCRIPTION"),
            self.text("LOCATION"),
            priority.into(),
            self.text("STATUS").to_lowercase(),
            self.text("ORGANIZER").trim_start_matches("mailto:").trim_start_matches("MAILTO:").to_string(),
            self.find("CATEGORIES").map(|p| p.list().join("; ")).unwrap_or_default(),
            self.text("RRULE"),
            self.text("UID"),
        ];
        if let Some(n) = cells.iter().position(|c| c.len() > MAX_CELL) {
            return Err(at("cell_too_long", self.number).with("column", n + 1).with("max", MAX_CELL));
        }
        let cell = |text: String| {
            let text = text.trim();
            if text.is_empty() { Json::Null } else { Json::String(text.into()) }
        };
        let mut line = Line::new(self.number, cells.into_iter().map(cell).collect());
        if told {
            line.said.push(("calendar_repeats", self.text("RRULE")));
        }
        let lost = ["DTSTART", "DTEND", "DUE"].into_iter().filter_map(|name| self.find(name)?.parameter("TZID"));
        if let Some(zone) = lost.into_iter().find(|name| zones.of(name).is_none()) {
            line.said.push(("calendar_zone", zone.to_string()));
        }
        Ok(line)
    }
}

fn days(property: &Property, zones: &Zones) -> Vec<Date> {
    let one = |text: &str| {
        let line = match property.parameter("TZID") {
            Some(zone) => format!("EXDATE;TZID={zone}:{text}"),
            None => format!("EXDATE:{text}"),
        };
        Moment::read(&Property::read(&line)?, zones).map(|m| m.date())
    };
    property.value.split(',').filter_map(|text| one(text.trim())).collect()
}

/// The day `UNTIL` names.
fn zones_until(rule: &str) -> Option<Date> {
    let until = rule.split(';').find_map(|part| part.trim().strip_prefix("UNTIL="))?;
    until.get(..8)?.parse().ok()
}

/// `PT1H30M`, `P1D`, `P2W`
fn duration(text: &str) -> Option<SignedDuration> {
    let text = text.trim_start_matches('+').strip_prefix('P')?;
    let (mut seconds, mut number) = (0_i64, String::new());
    for c in text.chars() {
        let unit = match c {
            '0'..='9' => {
                number.push(c);
                continue;
            }
            'T' => continue,
            'W' => 604_800,
            'D' => 86_400,
            'H' => 3_600,
            'M' => 60,
            'S' => 1,
            _ => return None,
        };
        seconds = seconds.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)?;
        number.clear();
    }
    Some(SignedDuration::from_secs(seconds))
}
