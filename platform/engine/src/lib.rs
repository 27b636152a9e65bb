//! What may happen: records with rules, rights, history, timeline, search, jobs, import and export.
//!
//! One way to read and one way to write, used by page, API, import and job alike. Never here: HTTP,
//! HTML, SQL, a provider's name, the system clock.

pub mod about;
pub mod action;
pub mod approval;
pub mod archive;
pub mod attachment;
pub mod audit;
pub mod behaviour;
pub mod bulk;
pub mod bundle;
pub mod calendar;
pub mod clean;
pub mod clock;
pub mod contact;
pub mod ctx;
pub mod engine;
pub mod export;
pub mod file;
pub mod flow;
pub mod form;
pub mod fresh;
pub mod hook;
pub mod identity;
pub mod import;
pub mod inlet;
pub mod job;
mod lead;
pub mod ledger;
mod link;
pub mod live;
pub mod note_template;
pub mod notice;
pub mod oauth;
pub mod objects;
pub mod oidc;
pub mod outside;
pub mod passkey;
pub mod people;
pub mod policy;
pub mod privacy;
pub mod process;
pub mod read;
pub mod report;
pub mod rights;
pub mod scim;
pub mod scopes;
pub mod seal;
pub mod settings;
pub mod shape;
pub mod sharing;
mod standing;
pub mod template;
pub mod told;
pub mod twin;
mod versions;
pub mod view;
pub mod work;
pub mod world;
pub mod write;
mod written;

pub use about::links_about;
pub use action::{ActionOutcome, ActionRun};
pub use behaviour::{Behaviour, Concern, Draft, Weight};
pub use clock::{Clock, Random};
pub use ctx::{Actor, Ctx, Door};
pub use engine::{Engine, Setup};
pub use file::FileMeta;
pub use job::{Job, JobCtx, JobFilter, JobKind, JobState, JobView, Schedule, Work, Worker};
pub use people::{People, Person, Role};
pub use read::*;
pub use report::ReportTable;
pub use rights::{Access, Ground, Rights};
pub use scopes::Scopes;
pub use seal::Key;
pub use settings::Settings;
pub use world::World;
pub use write::{Answer, Once, Tx};

pub use akrab_store::private;

/// Answer of an engine call.
pub type Result<T, E = akrab_model::Problem> = std::result::Result<T, E>;

#[cfg(test)]
mod tests;
