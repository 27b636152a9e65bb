//! A length of time as a rule names it: `3d`, `90m`, `16h working`.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A length of time, of the wall clock or of working time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Limit {
    pub minutes: u32,
    /// Only time in which the business calendar is open counts.
    pub working: bool,
}

/// A text that names no length.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no length of time; write 3d, 8h, 30m or 8h working")]
pub struct NotALimit(pub String);

const DAY: u32 = 1_440;

impl Limit {
    pub fn micros(self) -> i64 {
        i64::from(self.minutes) * 60_000_000
    }

    /// The number and the unit people would say: `d`, `h` or `m`. A day of working time is no fixed length.
    pub fn parts(self) -> (u32, &'static str) {
        match self.minutes {
            n if n % DAY == 0 && !self.working => (n / DAY, "d"),
            n if n % 60 == 0 => (n / 60, "h"),
            n => (n, "m"),
        }
    }

    /// So many of a unit; none for nothing, too much, or another unit.
    pub fn of(number: u32, unit: &str, working: bool) -> Option<Limit> {
        let each = match unit {
            "d" if !working => DAY,
            "h" => 60,
            "m" => 1,
            _ => return None,
        };
        let minutes = number.checked_mul(each).filter(|n| (1..=5_256_000).contains(n))?;
        Some(Limit { minutes, working })
    }
}

impl FromStr for Limit {
    type Err = NotALimit;

    fn from_str(text: &str) -> Result<Self, NotALimit> {
        let wrong = || NotALimit(text.into());
        let (length, working) = match text.trim().split_once(' ') {
            Some((length, "working")) => (length, true),
            None => (text.trim(), false),
            Some(_) => return Err(wrong()),
        };
        let at = length.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (number, unit) = length.split_at(at);
        Limit::of(number.parse().map_err(|_| wrong())?, unit, working).ok_or_else(wrong)
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = self.parts();
        write!(f, "{number}{unit}{}", if self.working { " working" } else { "" })
    }
}

impl TryFrom<String> for Limit {
    type Error = NotALimit;
    fn try_from(text: String) -> Result<Self, NotALimit> {
        text.parse()
    }
}

impl From<Limit> for String {
    fn from(limit: Limit) -> String {
        limit.to_string()
    }
}
