//! Who somebody is: passwords, sessions, second factor, API tokens, mailed links, first set-up.
//!
//! Every secret handed out is 256 random bits and stored as SHA-256. Whoever guesses is slowed down
//! ([`limit`]); whoever is told "no" cannot tell whether the account exists.

mod factor;
mod limit;
mod link;
mod mail;
mod password;
mod send;
mod service;
mod session;
mod setup;
mod token;
mod tree;

pub use factor::Enrolment;
pub use mail::{Mail, MailFile, Mailer};
pub use send::{MailJob, MailKind};
pub(crate) use service::MARK as SERVICE;
pub use service::{ServiceDraft, ServiceToken, ServiceView};
pub use session::{Origin, Session, SignedIn};
pub(crate) use setup::{ADMINISTRATOR, is_built_in};
pub use setup::{FirstSetup, USUAL_ROLE};
pub use token::Token;
pub(crate) use tree::TeamTree;

use crate::Engine;
use akrab_store::StoreError;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// When somebody was last here may stay untold: who reads needs no room on the disk and no writer.
fn bear(noted: Result<(), StoreError>) -> Result<(), StoreError> {
    match noted {
        Err(error @ (StoreError::Full | StoreError::Busy(_))) => {
            tracing::debug!(%error, "a last use is not noted");
            Ok(())
        }
        other => other,
    }
}

/// What is stored of a secret.
pub(crate) fn digest(secret: &str) -> String {
    Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Engine {
    /// Whether mails reach anybody: a mail server is configured.
    pub fn sends_mail(&self) -> bool {
        self.inner.mailer.reaches_people()
    }
    /// Notes when something was last used, as far as that is possible.
    pub(crate) async fn note_use(
        &self,
        note: impl Fn(&mut akrab_store::Conn) -> Result<(), StoreError> + Send + Sync + 'static,
    ) -> Result<(), StoreError> {
        bear(self.store().write(note).await)
    }
    /// 256 random bits as text.
    pub(crate) fn secret(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.random::<32>())
    }
    pub(crate) fn micros(&self) -> i64 {
        self.now().timestamp().as_microsecond()
    }
}
