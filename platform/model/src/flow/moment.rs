//! Lengths of time and times of day in flows.

use super::is_default;
use crate::calendar::{Calendar, CalendarError};
use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::str::FromStr;

/// A time of day, to the minute; nine o'clock unless said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    hour: i8,
    minute: i8,
}

impl Default for Clock {
    fn default() -> Self {
        Clock { hour: 9, minute: 0 }
    }
}

impl Clock {
    /// As a time of the calendar.
    pub fn time(self) -> Time {
        Time::new(self.hour, self.minute, 0, 0).unwrap_or(Time::midnight())
    }
}

impl std::fmt::Display for Clock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

impl FromStr for Clock {
    type Err = ();
    /// `07:30`, `07.30` and `7`.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (hour, minute) = text.trim().split_once([':', '.']).unwrap_or((text.trim(), "0"));
        let (hour, minute) = (hour.parse().map_err(|_| ())?, minute.parse().map_err(|_| ())?);
        if (0..24).contains(&hour) && (0..60).contains(&minute) { Ok(Clock { hour, minute }) } else { Err(()) }
    }
}

impl Serialize for Clock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Clock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(|()| serde::de::Error::custom(format!("`{text}` is no time of day such as 07:30")))
    }
}

/// In what a length of time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Minutes,
    Hours,
    #[default]
    Days,
    Weeks,
    WorkingHours,
    WorkingDays,
}

impl Unit {
    pub const ALL: [Unit; 6] = [Unit::Minutes, Unit::Hours, Unit::Days, Unit::Weeks, Unit::WorkingHours, Unit::WorkingDays];

    /// Its key in declarations, forms and words.
    pub fn key(self) -> &'static str {
        match self {
            Unit::Minutes => "minutes",
            Unit::Hours => "hours",
            Unit::Days => "days",
            Unit::Weeks => "weeks",
            Unit::WorkingHours => "working_hours",
            Unit::WorkingDays => "working_days",
        }
    }
    /// Counted by the business calendar.
    pub fn is_working(self) -> bool {
        matches!(self, Unit::WorkingHours | Unit::WorkingDays)
    }
    /// Counted in days, so that a time of day can be said.
    pub fn is_of_days(self) -> bool {
        matches!(self, Unit::Days | Unit::Weeks | Unit::WorkingDays)
    }
}

/// How long.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lapse {
    pub n: u32,
    #[serde(default)]
    pub unit: Unit,
    /// For days: at this time of the last of them; at the time it began when absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub at: Option<Clock>,
    /// For working time: the calendar that counts it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub calendar: Option<String>,
}

impl Lapse {
    pub fn new(n: u32, unit: Unit) -> Self {
        Lapse { n, unit, ..Lapse::default() }
    }

    /// The moment so long after `from`. `calendar` is asked for working time alone.
    ///
    /// # Errors
    /// A calendar without working hours, or a moment beyond all calendars.
    pub fn after(&self, from: &Zoned, calendar: Option<&Calendar>) -> Result<Timestamp, CalendarError> {
        let far = |_| CalendarError::TooFar;
        let n = i64::from(self.n);
        let start = from.timestamp();
        match self.unit {
            Unit::Minutes => start.checked_add(SignedDuration::from_mins(n)).map_err(far),
            Unit::Hours => start.checked_add(SignedDuration::from_hours(n)).map_err(far),
            Unit::Days => self.on(from.checked_add(n.days()).map_err(far)?),
            Unit::Weeks => self.on(from.checked_add(n.weeks()).map_err(far)?),
            Unit::WorkingHours => calendar.ok_or(CalendarError::NeverOpens)?.add(start, SignedDuration::from_hours(n)),
            Unit::WorkingDays => {
                let calendar = calendar.ok_or(CalendarError::NeverOpens)?;
                let local = start.to_zoned(calendar.zone().clone());
                let day = calendar.add_working_days(local.date(), self.n)?;
                let time = self.at.map_or(local.time(), Clock::time);
                day.to_datetime(time).to_zoned(calendar.zone().clone()).map(|z| z.timestamp()).map_err(far)
            }
        }
    }

    fn on(&self, day: Zoned) -> Result<Timestamp, CalendarError> {
        let Some(at) = self.at else { return Ok(day.timestamp()) };
        let zoned = day.date().to_datetime(at.time()).to_zoned(day.time_zone().clone());
        zoned.map(|z| z.timestamp()).map_err(|_| CalendarError::TooFar)
    }
}
