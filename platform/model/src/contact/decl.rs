//! The shape of a contact policy, and the states of consent.

use crate::Label;
use crate::calendar::WeekDecl;
use serde::{Deserialize, Serialize};

/// What somebody has last said about a purpose on a channel. In the order in which one prevails over the other when two
/// people turn out to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// Nothing yet: not given where a purpose needs it.
    Unsaid,
    /// Yes.
    Given,
    /// No, or no longer.
    Withdrawn,
}

/// What becomes of an item over the frequency cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It ends as skipped.
    #[default]
    Skip,
    /// It waits for the first moment it fits.
    Defer,
}

/// At most so many in so many days of 24 hours, looked back from the moment of sending.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FrequencyDecl {
    pub most: u32,
    pub days: u32,
    #[serde(default)]
    pub mode: Mode,
}

/// What holds for a purpose on a channel.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyDecl {
    /// Nobody is written to who has not said yes.
    pub needs_consent: bool,
    /// Belongs to what was bought or asked: neither capped nor counted.
    pub transactional: bool,
    /// A telephone rings: who does not want calls is not called.
    pub calls: bool,
    /// Hours and days on which it is allowed, in the recipient's zone; at any time when none is named.
    #[serde(skip_serializing_if = "WeekDecl::is_empty")]
    pub week: WeekDecl,
    /// Not on public holidays.
    pub not_on_holidays: bool,
    /// Within the allowed hours, hours of rest: `12:00-13:00`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet: Option<String>,
    /// Most tries that reached nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frequency: Option<FrequencyDecl>,
    /// What has to be said or shown every time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<Label>,
    /// Who says so, and when that was read.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source_date: Option<String>,
}
