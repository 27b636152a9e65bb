//! One interval of a day, as it is written: `08:00-12:00`, `20:00-04:00`.

use std::fmt;
use std::str::FromStr;

/// Minutes of a day.
pub(super) const DAY: u16 = 24 * 60;

/// From one minute of a day up to, not including, another; past midnight the end is counted on, so it may reach 47:59.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hours {
    start: u16,
    end: u16,
}

/// What was written is no interval of hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("hours are written 08:00-12:00, past midnight 20:00-04:00, a whole day 00:00-24:00")]
pub struct NotHours;

impl Hours {
    /// First minute, counted from midnight.
    pub fn start(self) -> u16 {
        self.start
    }
    /// Minute at which it is over, counted from the midnight the day begins with.
    pub fn end(self) -> u16 {
        self.end
    }
    /// Minutes of the day after that belong to it.
    pub fn past_midnight(self) -> u16 {
        self.end.saturating_sub(DAY)
    }
    /// Its length in minutes.
    pub fn minutes(self) -> u16 {
        self.end - self.start
    }
}

impl FromStr for Hours {
    type Err = NotHours;

    /// Reads `08:00-12:00`, also with dots (`08.00`) and a dash (`–`). An end at or before the start means the next day;
    /// start and end alike say nothing and are refused.
    fn from_str(text: &str) -> Result<Hours, NotHours> {
        let (start, end) = text.split_once(['-', '–']).ok_or(NotHours)?;
        let (start, end) = (minute(start).ok_or(NotHours)?, minute(end).ok_or(NotHours)?);
        if start >= DAY || start == end {
            return Err(NotHours);
        }
        Ok(Hours { start, end: if end < start { end + DAY } else { end } })
    }
}

fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.trim().split_once([':', '.'])?;
    let digits = |part: &str| part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(hours) || !digits(minutes) || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    (minutes < 60).then_some(hours * 60 + minutes).filter(|minute| *minute <= DAY)
}

impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = if self.end > DAY { self.end - DAY } else { self.end };
        write!(f, "{:02}:{:02}-{:02}:{:02}", self.start / 60, self.start % 60, end / 60, end % 60)
    }
}
