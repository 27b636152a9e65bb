//! Signing in through a provider of identity (OpenID Connect): one's own directory, Google, Microsoft.
//!
//! The way is the code flow with PKCE, state and nonce; all calls go through the one outbound client. Who somebody is,
//! is decided by issuer and subject. A mail address opens an account only when the provider has verified it, and never
//! one that is guarded otherwise ([`finish`]). Tokens are verified with the cryptography the program has already: the
//! crates for it bring a second one, and with it RSA arithmetic that leaks by its timing (RUSTSEC-2023-0071).

mod begin;
mod discover;
mod finish;
mod jws;
mod keep;
mod leave;
mod look;

pub use begin::Errand;
pub(crate) use discover::Found;
pub use finish::{Back, Finished};
pub use keep::{Preset, Provider, ProviderDraft};
pub use look::{IdentityView, Linked, ProviderView};

use akrab_model::{Problem, ProblemKind};

/// Minutes a sign-in may take at the provider.
const MINUTES: i64 = 15;
const SECOND: i64 = 1_000_000;

/// Where the secret of a provider may be opened.
fn place(key: &str) -> String {
    format!("oidc/{key}/secret")
}

/// Where the proof of having asked may be opened.
const VERIFIER: &str = "oidc/flow";

/// A sign-in that came to nothing.
fn refused(code: &'static str) -> Problem {
    Problem::new(ProblemKind::Invalid, code)
}
