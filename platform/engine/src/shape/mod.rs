//! Own objects and fields: what a workspace makes and changes itself, tried out, applied, told and taken back.
//!
//! An [`Edit`] says what the part of one object is to be. [`Engine::shape_try`] judges edits and says what the
//! database would have to do; [`Engine::shape_apply`] does it in one transaction: tables, what is kept,
//! and the log. Indexes over tables there are and figures of records there are come after it, as a job.
//!
//! A new kind of change needs nothing here: it is another part. What may not be said is in `judge.rs`.

mod apply;
mod file;
mod job;
mod judge;
mod log;
mod plan;
mod purge;
mod revert;
mod text;
mod uses;

pub use apply::Outlook;
pub use file::{FileOutlook, Touched};
pub use job::ShapeJob;
pub use log::Told;
pub use plan::PlanLine;
pub use revert::{Reversal, Stand};
pub use uses::Use;

use akrab_model::object::shape::Part;
use serde::{Deserialize, Serialize};

/// What is done to the objects of a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    NewObject,
    Object,
    NewField,
    Field,
    Choices,
    Layout,
    Views,
    Board,
    Rules,
    Alike,
    Hide,
    Show,
    Purge,
    Revert,
    Import,
}

impl Deed {
    pub const ALL: [Deed; 15] = [
        Deed::NewObject,
        Deed::Object,
        Deed::NewField,
        Deed::Field,
        Deed::Choices,
        Deed::Layout,
        Deed::Views,
        Deed::Board,
        Deed::Rules,
        Deed::Alike,
        Deed::Hide,
        Deed::Show,
        Deed::Purge,
        Deed::Revert,
        Deed::Import,
    ];

    /// The stored word; message key `deed-<word>`.
    pub fn key(self) -> &'static str {
        match self {
            Deed::NewObject => "new_object",
            Deed::Object => "object",
            Deed::NewField => "new_field",
            Deed::Field => "field",
            Deed::Choices => "choices",
            Deed::Layout => "layout",
            Deed::Views => "views",
            Deed::Board => "board",
            Deed::Rules => "rules",
            Deed::Alike => "alike",
            Deed::Hide => "hide",
            Deed::Show => "show",
            Deed::Purge => "purge",
            Deed::Revert => "revert",
            Deed::Import => "import",
        }
    }
}

/// What the part of one object is to be.
#[derive(Debug, Clone)]
pub struct Edit {
    pub object: String,
    /// None takes everything back that was changed.
    pub part: Option<Part>,
    /// The version of the part this was made from.
    pub version: i64,
    pub deed: Deed,
    /// Key of the field it is about, or nothing.
    pub detail: String,
}
