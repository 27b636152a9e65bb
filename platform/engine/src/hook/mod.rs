//! Outgoing webhooks, after the Standard Webhooks specification: other programs are told of what happens here.
//!
//! What happened is written in the transaction of the change ([`tell`]); where nobody listens, nothing is written and
//! nothing is asked. The [`Courier`] brings it out: signed, one record's news one after the other, tried again on the
//! ladder of [`ladder`]. A subscriber is told with the rights its owner has at the moment of sending. What steps of flows
//! call leaves the same way ([`letter`]).

mod body;
mod courier;
mod kinds;
mod ladder;
mod letter;
mod look;
mod sign;
mod stopped;
mod subscribe;
mod tell;

pub use akrab_store::HookState;
pub use courier::Courier;
pub use kinds::EventKind;
pub use ladder::LADDER;
pub(crate) use letter::FlowLetter;
pub use look::{AttemptView, DeliveryView, HookView};
pub use sign::{Key as SigningKey, signature};
pub use stopped::HookStopped;
pub use subscribe::{HookDraft, ROTATION};
pub(crate) use tell::Listeners;

/// Kind of the event that only says that telling works.
pub const TEST: &str = "test";
/// Kind of what steps of flows send, and the word by which a subscription lets them.
pub const FLOW: &str = "flow";

/// Where the secret of a hook may be opened.
pub(crate) fn place(hook: i64) -> String {
    format!("hook/{hook}/secret")
}
