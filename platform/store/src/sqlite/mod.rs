//! SQLite: one file per workspace, one writer thread, a pool of readers.

pub(crate) mod connect;
pub(crate) mod pool;
pub(crate) mod writer;
