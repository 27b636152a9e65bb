//! Consent and contact policy: whether somebody may be written to or called, decided at the moment it is done.
//!
//! What somebody said is kept as it was said, with its proof ([`Tx::consent_say`]); purposes and policies are kept in versions.
//! [`Tx::contact_decide`] takes the decision and keeps it with its reason. A person is (object key, record id). The rules are
//! in [`akrab_model::contact`], which is pure.

mod ask;
mod block;
mod look;
pub(crate) mod prefer;
mod purpose;
mod say;

pub use akrab_model::contact::{
    Consent, Decision, Facts, FrequencyDecl, Mode, PolicyDecl, Preset, PresetPurpose, Reason, presets, zone_of_province,
};
pub use akrab_store::BlockRow;
pub use ask::{Ask, DO_NOT_CONTACT, Decided};
pub use block::{BLOCK_REASONS, BlockList, BlocksTaken};
pub use look::{ChannelState, ConsentView, PurposeState, are_people};
pub use prefer::{Preference, PreferencesPage};
pub use purpose::{PolicyKept, Purpose};
pub use say::{Said, Saying};
