//! What people may ask of a firm that keeps their data: to be erased, to get everything that is kept of them, and that they do
//! not come back by themselves. What is personal, what belongs to a person and what the law keeps stands in object files.

mod access;
mod back;
mod blank;
mod erase;
mod list;
mod retain;

pub use access::{AccessCopy, CopyReport};
pub(crate) use blank::sum;
pub use erase::{ErasePlan, Erased, Fate};
pub use list::NAME as ERASED_LIST;
pub use retain::{RetainJob, Retention, RetentionDecl, RetentionPlan, RetentionRule, schedule};
