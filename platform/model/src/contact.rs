//! Whether somebody may be written to or called now: consent, hours, caps.
//!
//! A [`PolicyDecl`] says what holds for a purpose and a channel; it is checked and compiled into a [`Policy`]. [`Policy::decide`]
//! takes what is known of the person ([`Facts`]) at the very moment of sending and answers with the first reason against it.
//! What was decided when the work was planned counts for nothing.

mod decide;
mod decl;
mod preset;
mod week;

pub use decide::{Decision, Facts, Policy, Reason, Sends};
pub use decl::{Consent, FrequencyDecl, Mode, PolicyDecl};
pub use preset::{Preset, PresetPurpose, presets, zone_of_province};

#[cfg(test)]
mod tests;
