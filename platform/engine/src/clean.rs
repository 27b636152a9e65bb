//! Cleaning: values of one kind brought into one form, and values that cannot be found. A look shows what would change, with
//! before and after; carrying it out and taking it back are jobs. Nothing becomes fresh by it: nobody was asked.

mod form;
mod odd;
mod run;

pub use odd::Odd;
pub use run::{CleanJob, CleanReport, CleanSample, CleanSpec, OddValue, UndoClean};

pub use form::is_cleaned;
