//! Process maps: the firm's own way of working over the stages of its pipelines.
//!
//! - [`maps`]: what is declared, kept in versions, and in memory for every save.
//! - [`guard`]: what saving a record is held against, and who may pass over it.
//! - [`stays`]: how long records stood where, written with the change that moves them.
//! - [`figures`]: time spent and lost in each step, what waits, where records go, for a period and within rights.
//! - [`behind`]: the records behind a figure, one by one.

mod behind;
mod figures;
mod guard;
mod maps;
mod stays;

pub use akrab_model::process::*;
pub use behind::{Behind, Gone};
pub(crate) use figures::cutoff;
pub use figures::{Figures, FiguresAsked, Lengths, Move, StepFigures};
pub use guard::{Asked, Passed, What};
pub use maps::{Process, Stage};
pub(crate) use maps::{Processes, bound};
pub use stays::CountStays;
