//! What a workspace begins with, and the sample firm for demonstrations, practice and load tests.

mod approvals;
mod basics;
mod fill;
mod load;
mod papers;
mod people;
mod processes;

pub use basics::basics;
pub use load::{Progress, Volume, demo, fill, sample};
pub use people::{PASSWORD, sign_ins};
