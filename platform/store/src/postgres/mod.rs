//! PostgreSQL: one schema per workspace, a pool of connections bound to it.

pub(crate) mod connect;
pub(crate) mod pool;

pub(crate) use connect::Link;
