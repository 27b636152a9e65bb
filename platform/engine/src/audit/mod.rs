//! The audit trail: who came in, what went out, who gave whom which rights, by which door.
//!
//! An entry is written in the transaction of the deed it tells of, or not at all. Entries are numbered without a gap,
//! and each carries a hash over its content and the hash of the one before ([`chain`]); so whoever changes, adds or
//! drops one in the database has to change all that follow, and `akrab doctor` says where a chain breaks. The
//! history of the records ([`akrab_store::Change`]) is held by seals: once a day one entry carries a hash over all
//! changes since the last seal. Whoever keeps the hash of the last entry elsewhere can prove all before it.

mod add;
pub(crate) mod chain;
mod list;
mod seal;
mod verify;

pub(crate) use add::put;
pub use add::tell_command;
pub use akrab_store::{AuditQuery, AuditRow};
pub(crate) use list::is_people;
pub use list::{GROUPS, kinds_of};
pub use seal::AuditSeal;
pub(crate) use seal::schedule;
pub use verify::{AuditFault, AuditVerdict};
