//! The one integration test binary: suites that run over the whole registry, and the program as a whole.
//!
//! Tests marked `both!` run on SQLite and, when `AKRAB_TEST_PG` holds the address of a PostgreSQL
//! server, in a fresh schema there. `cargo xtask test` starts such a server by itself.

mod api;
mod approvals;
mod arrows;
mod attacks;
mod audit;
mod browser;
mod calendars;
mod child;
mod commands;
mod contact;
mod contract;
mod digest;
mod export;
mod facts;
mod faults;
mod figures;
mod files;
mod flows;
mod hidden;
mod hooks;
mod how_to;
mod import;
mod inbox;
mod intruders;
mod jobs;
mod kill;
mod ledger;
mod lists;
mod live;
mod mails;
mod mcp;
mod notices;
mod oauth;
mod people;
mod races;
mod records;
mod reports;
mod restore;
mod rights;
mod seal;
mod server;
mod settings;
mod several;
mod shape;
mod sharing;
mod sign_in;
mod tags;
mod timelines;
mod values;
mod wire;
mod words;
mod work;
mod workspace;
