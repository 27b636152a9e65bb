//! Apps of others that act in people's names, after OAuth 2.1: who wants in asks the person, gets a code through the
//! browser, and with proof of having asked (PKCE) the tokens.
//!
//! Nothing here knows HTTP. Every secret is 256 random bits and kept as its hash. A refresh token works once; one that
//! comes a second time was stolen or copied, and ends all that was allowed. What an app may do is never more than its
//! person may ([`crate::Scopes`]).

mod app;
mod ask;
mod bearer;
mod exchange;
mod look;
mod redirect;

pub use akrab_store::GrantRow as Grant;
pub use app::{AppDraft, AppView};
pub use ask::{Asked, Consent};
pub use bearer::{API, Bearer, MCP};
pub use exchange::{Client, Tokens, Told};
pub use look::Connection;

/// Minutes a code waits, hours an access token lasts, days a refresh token lasts from its last use.
const CODE_MINUTES: i64 = 2;
const ACCESS_HOURS: i64 = 1;
const REFRESH_DAYS: i64 = 60;
/// Days after which an app that registered itself and was allowed nothing is forgotten.
pub(crate) const UNUSED_DAYS: i64 = 7;

const SECOND: i64 = 1_000_000;

/// Beginnings of secrets, by which they are known.
const ACCESS: &str = "akat_";
const REFRESH: &str = "akrt_";
const CODE: &str = "akac_";
const SECRET: &str = "aksk_";
