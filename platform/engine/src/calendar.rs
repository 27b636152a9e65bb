//! The workspace's business calendars and holiday lists.
//!
//! Both are kept in versions, each with the moment from which it counts, so that what was worked out in the past can be
//! worked out again. [`Tx::calendar`] gives the calendar as it counts now, ready for questions
//! ([`akrab_model::calendar::Calendar`]); [`Tx::calendar_at`] as it counted at another moment. The calendar [`USUAL`] is
//! always there.

mod change;
mod clocks;
mod find;
mod templates;

pub use crate::versions::{Kept, Sketch, Version};
pub use akrab_model::calendar::*;
pub use change::is_key;
pub(crate) use clocks::Clocks;
pub use clocks::{Changed, Moved};
pub use templates::{indonesia, ramadan, usual};

/// Key of the calendar that every workspace has, also before anybody changed it.
pub const USUAL: &str = "office";
