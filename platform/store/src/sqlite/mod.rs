//! SQLite: one file per workspace, one writer thread, a pool of readers.

pub(crate) mod backup;
pub(crate) mod catalog;
pub(crate) mod connect;
pub(crate) mod dialect;
pub(crate) mod pool;
pub(crate) mod search;
pub(crate) mod writer;
