//! Approvals: which steps a record needs before it may go on, and what a decision means.
//!
//! An [`ApprovalDecl`] is what people declare; checked against its object it becomes a [`Rule`]. A rule applies to a record
//! where its condition holds and the band its number falls into names steps. Bands are half-open, begin at 0 and leave
//! neither gap nor overlap, so every number falls into exactly one. Silence is never a yes: what is said to each step is
//! weighed by [`after`].

mod band;
mod check;
mod decl;
mod state;
mod who;

pub use band::Band;
pub use check::Rule;
pub use decl::{ApprovalDecl, BandDecl, ReasonDecl, Start, StepDecl, usual_reasons};
pub use state::{After, State, Verdict, after};
pub use who::{Guard, Unreadable, Who};

#[cfg(test)]
mod tests;
