//! What things are: objects, fields, values, filters, and how people write them; the business calendar, approvals, process
//! maps, policies, and the value ledger.
//!
//! Pure by rule: no I/O, no SQL, no HTML, no clock. The time comes in as an argument.
//!
//! To add a field type: one variant of [`FieldType`] with its storage, operators and parsing in
//! `value/parse.rs`, and its editor in the web crate (see `docs/how-to/add-a-field-type.md`).

pub mod approval;
pub mod area;
pub mod calendar;
pub mod contact;
pub mod filter;
pub mod flow;
pub mod format;
pub mod ledger;
pub mod object;
pub mod policy;
pub mod problem;
pub mod process;
pub mod query;
pub mod record;
pub mod report;
pub mod text;
pub mod value;

pub use filter::{Cond, Env, Filter};
pub use object::{Choice, Field, FieldIx, FieldType, Label, Object, ObjectIx, Registry};
pub use problem::{FieldProblem, Problem, ProblemKind};
pub use query::{Aggregate, Column, Count, Cursor, Page, Query, Sort};
pub use record::Record;
pub use value::{Raw, Value};

/// A record's id: positive, never reused within its object.
pub type RecordId = i64;
