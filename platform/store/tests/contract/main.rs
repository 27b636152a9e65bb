//! What the store promises, on both databases. PostgreSQL takes part when `AKRAB_TEST_PG` holds the
//! address of a server on which schemas may be made.

mod backup;
mod conditions;
mod fixture;
mod keeping;
mod paging;
mod records;
mod schema;
mod trace;
