//! What a workspace begins with, and the sample firm for demonstrations, practice and load tests.

mod approvals;
mod basics;
mod customers;
mod fill;
mod load;
mod papers;
mod people;
mod privacy;
mod processes;
mod purchases;
mod voices;

pub use basics::basics;
pub use load::{Progress, Volume, demo, fill, sample};
pub use people::{PASSWORD, sign_ins};
