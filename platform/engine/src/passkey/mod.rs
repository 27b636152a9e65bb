//! Passkeys (WebAuthn, level 2): keys that people's devices hold and that open nothing on any other site.
//!
//! Who made a device is not asked for (attestation `none`); that somebody was there and proved it to his device is. So a
//! passkey is both factors in one. Signatures are verified with the cryptography the program has already: the crate for it
//! brings a second one and chance of its own, where this program's comes in with its set-up.

mod add;
mod data;
mod mail;
mod sign_in;

pub use add::PasskeyView;
pub use mail::PasskeyMail;

use akrab_model::{Problem, ProblemKind};

/// Whom a browser takes us for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// The host's name.
    pub id: String,
    /// Scheme, host and port.
    pub origin: String,
}

impl Party {
    /// None where browsers keep no passkeys: a host that is a number, or has no protected connection.
    pub fn of(origin: &str) -> Option<Party> {
        let origin = origin.trim_end_matches('/').to_ascii_lowercase();
        let (scheme, host) = origin.split_once("://")?;
        let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(name, _)| name);
        let named = !name.is_empty() && !name.starts_with('[') && name.parse::<std::net::IpAddr>().is_err();
        let guarded = scheme == "https" || (scheme == "http" && (name == "localhost" || name.ends_with(".localhost")));
        (named && guarded).then(|| Party { id: name.into(), origin: origin.clone() })
    }
}

/// Minutes a question waits for its answer.
const MINUTES: i64 = 5;
const MINUTE: i64 = 60_000_000;
/// Milliseconds the browser waits for the person.
const PATIENCE: i64 = 120_000;

fn refused(code: &'static str) -> Problem {
    Problem::new(ProblemKind::Invalid, code)
}

/// What a device calls a user: no name, and the same each time.
fn handle(user: i64) -> String {
    data::encode(format!("akrab-user-{user}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_are_for_hosts_with_a_name_and_a_protected_connection() {
        let id = |origin: &str| Party::of(origin).map(|party| party.id);
        assert_eq!(id("https://crm.contoh.co.id"), Some("crm.contoh.co.id".into()));
        assert_eq!(id("https://CRM.contoh.co.id:8443/"), Some("crm.contoh.co.id".into()));
        assert_eq!(id("http://localhost:8080"), Some("localhost".into()));
        for none in ["http://crm.contoh.co.id", "https://10.0.0.5", "http://127.0.0.1:8080", "https://[::1]:8443", "https://", "crm"] {
            assert_eq!(id(none), None, "{none}");
        }
    }
}
