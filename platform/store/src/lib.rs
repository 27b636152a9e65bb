//! The only crate that says SQL: one workspace in one SQLite file or one PostgreSQL schema.
//!
//! Everything stored is a [`akrab_model::Raw`], so both databases hold only 64-bit numbers and
//! text. [`Store`] opens a workspace and runs closures in read or write transactions; what a
//! closure may ask for are the methods of [`Conn`], one module per ability. What differs between
//! the databases lives in `sqlite/` and `postgres/`, in files of the same names.
//!
//! To add a table of the platform's own: write it as portable SQL in its module's `TABLES` and
//! list that in `schema/system.rs`.

mod conn;
mod error;
mod job;
mod postgres;
mod shared;
mod sqlite;
mod store;

pub use conn::{Backend, Conn};
pub use error::StoreError;
pub use job::{JobEnd, JobQuery, JobRow, JobState, NewJob};
pub use store::{Options, Stats, Store, Target};
mod stub; pub use stub::*;
