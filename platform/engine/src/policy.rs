//! Policies: what should hold of records, what breaks it now, and who hears of it.
//!
//! - [`declared`]: kept in versions, and in memory.
//! - [`compile`]: a policy as one condition, so that what breaks it is always a query.
//! - [`find`]: what breaks them now, by policy, person and team, and of one record; within the rights of who asks. Whoever
//!   may not read a field a policy looks at knows nothing of the policy.
//! - [`watch`]: looks at them from time to time, and tells whoever is responsible once for each breach.
//! - [`say`]: what people make of a breach: taken note of, not now, not here; useful or not.

mod compile;
mod declared;
mod find;
mod say;
mod watch;

pub use akrab_model::policy::*;
pub use akrab_store::BreachRow;
pub(crate) use declared::Policies;
pub use declared::Policy;
pub use find::{Broken, Page, Record, Share, Standing, Whose};
pub use say::Saying;
pub use watch::WatchPolicies;
pub(crate) use watch::is_due;

/// Beginning of the kind of a notice of a breach; its policy follows.
pub(crate) const NOTICE: &str = "policy-";
