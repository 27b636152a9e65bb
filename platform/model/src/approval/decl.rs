//! The shape of an approval rule as people declare it.

use super::{Guard, Who};
use crate::Label;
use serde::{Deserialize, Serialize};

/// A rule: whose yes a record of an object needs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApprovalDecl {
    pub name: Label,
    /// Key of the object.
    pub object: String,
    /// Which records (filter JSON); all when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub when: Option<serde_json::Value>,
    /// The same as an expression in CEL over the record's own fields; both have to hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formula: Option<String>,
    /// The number whose bands choose the steps; without one all steps are taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<BandDecl>,
    /// One after the other, in this order.
    pub steps: Vec<StepDecl>,
    /// Key of the business calendar that limits and reminders are counted by.
    pub calendar: String,
    /// Nobody decides two steps, and the record's owner none.
    pub four_eyes: bool,
    pub start: Start,
    /// Fields whose change makes an approval void; those the rule itself looks at always do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub void_on: Vec<String>,
    /// What the record may not do before it is approved.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub guards: Vec<Guard>,
    /// What may be said when it is refused or returned.
    pub reasons: Vec<ReasonDecl>,
}

/// Numbers from one up to, but not including, another, and the steps they need.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BandDecl {
    /// A decimal number.
    pub from: String,
    /// Where the next one begins; none for the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Keys of the steps; none: no approval is needed.
    pub steps: Vec<String>,
}

/// A step: who is asked, and what becomes of it when nobody answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepDecl {
    pub key: String,
    pub who: Vec<Who>,
    /// How many of them have to say yes.
    #[serde(default = "one")]
    pub need: u32,
    /// Minutes of working time to answer in; as long as it takes when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Minutes of working time after which they are reminded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind: Option<u32>,
    /// Who is asked when the time is over, or when nobody of `who` may decide.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallback: Vec<Who>,
}

fn one() -> u32 {
    1
}

/// Why something is refused or returned.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonDecl {
    pub key: String,
    pub label: Label,
}

/// When an approval is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// Somebody asks, or a flow does.
    #[default]
    Asked,
    /// By itself, when a record is saved that needs it.
    Saved,
}

/// Reasons to begin with.
pub fn usual_reasons() -> Vec<ReasonDecl> {
    let reason = |key: &str, id: &str, en: &str| ReasonDecl { key: key.into(), label: Label::new(id, en) };
    vec![
        reason("too_high", "Nilainya terlalu besar", "The figure is too high"),
        reason("unclear", "Alasannya belum jelas", "The case is not made"),
        reason("incomplete", "Data belum lengkap", "Details are missing"),
        reason("policy", "Tidak sesuai kebijakan", "Against our policy"),
        reason("other", "Lainnya", "Other"),
    ]
}
