//! PostgreSQL: one schema per workspace, a pool of connections bound to it.

pub(crate) mod ahead;
pub(crate) mod backup;
mod batch;
pub(crate) mod catalog;
pub(crate) mod connect;
pub(crate) mod dialect;
pub(crate) mod hold;
pub(crate) mod pool;
pub(crate) mod search;
mod session;

pub(crate) use connect::Link;
