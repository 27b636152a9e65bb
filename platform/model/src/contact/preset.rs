//! Presets and the zones of provinces: data with a source and a date, never code.

use super::PolicyDecl;
use crate::Label;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// Purposes and policies to begin from. A firm keeps its own copy and answers for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    pub key: String,
    pub name: Label,
    /// What it is drawn from, and when that was read.
    pub source: String,
    pub source_date: String,
    pub purposes: Vec<PresetPurpose>,
}

/// A purpose with its policies by channel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PresetPurpose {
    pub key: String,
    /// What somebody agrees to.
    pub wording: Label,
    /// The lawful basis: `consent`, `contract` …
    pub basis: String,
    pub policies: IndexMap<String, PolicyDecl>,
}

/// The presets that come with the program.
pub fn presets() -> Vec<Preset> {
    serde_json::from_str(include_str!("presets.json")).expect("the presets that come with the program are sound")
}

/// The time zone of a province of Indonesia by its name; none when nobody knows it.
pub fn zone_of_province(name: &str) -> Option<&'static str> {
    crate::area::province_named(name).map(|province| province.zone)
}
