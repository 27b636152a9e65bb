//! The shape of a calendar and of a holiday list, as files, settings and the API hold them. Defaults are not written.

use super::WIB;
use crate::Label;
use serde::{Deserialize, Serialize};

/// When work is done: a week, what differs on some dates, and the holidays kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarDecl {
    /// Time zone the hours are meant in: `WIB`, `WITA`, `WIT` or an IANA name such as `Asia/Jakarta`.
    #[serde(default = "western")]
    pub zone: String,
    /// The hours of an ordinary week.
    #[serde(default)]
    pub week: WeekDecl,
    /// Other hours on some dates. No two of them hold the same date.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overrides: Vec<OverrideDecl>,
    /// Keys of the holiday lists kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holidays: Vec<String>,
}

fn western() -> String {
    WIB.into()
}

impl Default for CalendarDecl {
    fn default() -> Self {
        Self { zone: western(), week: WeekDecl::default(), overrides: Vec::new(), holidays: Vec::new() }
    }
}

/// The hours of each weekday: `["08:00-12:00", "13:00-17:00"]`, past midnight `["20:00-04:00"]`, all day
/// `["00:00-24:00"]`. A day without hours is closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, Default)]
#[serde(default, deny_unknown_fields)]
pub struct WeekDecl {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mon: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tue: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wed: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub thu: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fri: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sat: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sun: Vec<String>,
}

impl WeekDecl {
    /// Each day's key and hours, from Monday.
    pub fn days(&self) -> [(&'static str, &[String]); 7] {
        [
            ("mon", &self.mon),
            ("tue", &self.tue),
            ("wed", &self.wed),
            ("thu", &self.thu),
            ("fri", &self.fri),
            ("sat", &self.sat),
            ("sun", &self.sun),
        ]
    }
    /// No day has hours.
    pub fn is_empty(&self) -> bool {
        self.days().iter().all(|(_, hours)| hours.is_empty())
    }
}

/// Other hours from one date to another, both included: Ramadan, a stocktaking, a Saturday worked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OverrideDecl {
    pub name: Label,
    /// First day, `2026-02-18`.
    #[schemars(extend("format" = "date"))]
    pub from: String,
    /// Last day; the first when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date"))]
    pub to: Option<String>,
    /// Closed on all these days. Said in words, so that hours left out by mistake close nothing.
    #[serde(default)]
    pub closed: bool,
    /// The hours of the weekdays within; they take the place of the ordinary week.
    #[serde(default, skip_serializing_if = "WeekDecl::is_empty")]
    pub week: WeekDecl,
    /// Worked on holidays too.
    #[serde(default)]
    pub also_on_holidays: bool,
}

/// Days off, with where they come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HolidayListDecl {
    pub name: Label,
    /// Where they are kept: `ID`, a province, a plant.
    #[serde(default)]
    pub region: String,
    /// Who says so: a decree, a publication.
    #[serde(default)]
    pub source: String,
    /// Day the source was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date"))]
    pub source_date: Option<String>,
    pub days: Vec<HolidayDecl>,
}

/// One day off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HolidayDecl {
    #[schemars(extend("format" = "date"))]
    pub date: String,
    pub kind: HolidayKind,
    pub name: Label,
    /// Not decreed yet, or bound to the sight of the moon.
    #[serde(default)]
    pub provisional: bool,
    /// Whether the firm keeps it. When absent, national days are kept; *cuti bersama* and regional days are worked, for
    /// each firm decides on them itself and no list may add days off unasked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<bool>,
}

impl HolidayDecl {
    /// The firm keeps it.
    pub fn is_on(&self) -> bool {
        self.on.unwrap_or(self.kind == HolidayKind::National)
    }
}

/// What kind of day off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HolidayKind {
    /// Public holiday of the whole country (*libur nasional*).
    #[serde(alias = "libur_nasional")]
    National,
    /// Leave the government recommends to be taken together.
    CutiBersama,
    /// Holiday of a region.
    Regional,
}
