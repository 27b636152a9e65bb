//! Public forms: pages that anybody fills in without signing in, each submission a record.
//!
//! A form is a sibling of an incoming webhook ([`crate::inlet`]) that has a page of its own: both are addresses behind
//! which a chosen person's rights stand, kept in the same table with the log of what came in. What was typed is written
//! like anything else, so that every fault comes back at its field; what was taken is taken once.

mod bundle;
mod files;
mod judge;
mod keep;
mod look;
mod offer;
mod plan;
mod take;

pub use keep::FormDraft;
pub use look::{FormPage, FormView, SubmissionView};
pub use offer::{MOST_OFFERED, Offers};
pub use plan::{Asked, FormPlan, Tick, is_askable, is_typed};
pub use take::{Submission, Taken};

/// What tells a form among the addresses: it proves nothing, everybody may send it.
pub(crate) const FORM: &str = "form";
