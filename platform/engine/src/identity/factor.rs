//! Second factor: codes of an authenticator, each taken once, and ten recovery codes.

use super::limit::ACCOUNT;
use super::session::Origin;
use super::session::code_name;
use super::{SECOND, digest};
use crate::seal::totp_place;
use crate::{Ctx, Engine, Result};
use akrab_model::{FieldProblem, Problem, ProblemKind};
use serde_json::json;
use totp_rs::{Builder, Secret, Totp};

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What an authenticator needs to be set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// To type in, base32.
    pub secret: String,
    /// To scan, `otpauth://…`.
    pub url: String,
}

fn totp(secret: &str) -> Result<Totp> {
    let secret = Secret::try_from_base32(secret).map_err(|e| Problem::internal(format!("{e:?}")))?;
    Builder::new().with_secret(secret).build().map_err(|e| Problem::internal(format!("{e:?}")))
}

fn in_use() -> Problem {
    Problem::new(ProblemKind::Conflict, "totp_in_use")
}

fn wrong_code() -> Problem {
    Problem::invalid(vec![FieldProblem::new("code", "wrong_code")])
}

fn escaped(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { (b as char).to_string() } else { format!("%{b:02X}") }).collect()
}

impl Engine {
    /// Begins to set an authenticator up; nothing is asked for before [`Engine::confirm_totp`].
    ///
    /// # Errors
    /// `not_found` for a user without password; `conflict` when one is in use.
    pub async fn enrol_totp(&self, user: i64) -> Result<Enrolment> {
        let person = self.people().user(user).cloned().ok_or_else(Problem::not_found)?;
        let stored = self.store().read(move |conn| conn.credential(user)).await?.ok_or_else(Problem::not_found)?;
        if stored.totp_on {
            return Err(in_use());
        }
        let secret: String = self.random::<32>().iter().map(|b| ALPHABET[usize::from(b % 32)] as char).collect();
        let kept = self.seal(&totp_place(user), &secret)?;
        self.store().write(move |conn| conn.totp_set(user, Some(&kept), false)).await?;
        let company = Some(self.settings().company.clone()).filter(|c| !c.is_empty()).unwrap_or_else(|| "Akrab".into());
        let (issuer, account) = (escaped(&company), escaped(&person.email));
        Ok(Enrolment { url: format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}"), secret })
    }

    /// The enrolment that waits for its first code, if there is one.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn totp_state(&self, user: i64) -> Result<(bool, i64)> {
        let (credential, left) =
            self.store().read(move |conn| -> Result<_> { Ok((conn.credential(user)?, conn.recovery_left(user)?)) }).await?;
        Ok((credential.is_some_and(|c| c.totp_on), left))
    }

    /// Turns the second factor on once the first code fits; gives the recovery codes, shown once.
    ///
    /// # Errors
    /// `wrong_code`, counted as at sign-in; `too_many_tries`; `totp_in_use` when it is on already.
    pub async fn confirm_totp(&self, user: i64, code: &str) -> Result<Vec<String>> {
        let stored = self.store().read(move |conn| conn.credential(user)).await?.ok_or_else(Problem::not_found)?;
        if stored.totp_on {
            return Err(in_use());
        }
        let secret = stored.totp.ok_or_else(Problem::not_found)?;
        self.count_tries(vec![(code_name(user), ACCOUNT)]).await?;
        let now = u64::try_from(self.micros() / SECOND).unwrap_or(0);
        let step = totp(&self.unseal(&totp_place(user), &secret)?)?.check(&plain(code), now);
        let Some(step) = step else { return Err(wrong_code()) };
        let codes: Vec<String> = (0..10).map(|_| self.recovery_code()).collect();
        let told = self.audit_stranger("totp_on", &Origin::default(), Some(user), "", true);
        let hashes: Vec<String> = codes.iter().map(|c| digest(&plain(c))).collect();
        self.store()
            .write(move |conn| -> Result<()> {
                // of several at once only one turns it on
                if !conn.totp_on(user, &secret)? {
                    return Err(in_use());
                }
                if !conn.totp_use(user, i64::try_from(step).unwrap_or(0))? {
                    return Err(wrong_code());
                }
                conn.tries_clear(&code_name(user))?;
                conn.recovery_set(user, &hashes)?;
                crate::audit::put(conn, &told)
            })
            .await?;
        Ok(codes)
    }

    /// Turns the second factor off.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn drop_totp(&self, ctx: &Ctx, user: i64) -> Result<()> {
        let told = self.audit_row(ctx, "totp_off", Some(("user", user)), json!({}));
        self.store()
            .write(move |conn| -> Result<()> {
                conn.totp_set(user, None, false)?;
                conn.recovery_set(user, &[])?;
                crate::audit::put(conn, &told)
            })
            .await
    }

    fn recovery_code(&self) -> String {
        let text: String = self.random::<10>().iter().map(|b| ALPHABET[usize::from(b % 32)] as char).collect();
        format!("{}-{}", &text[..5], &text[5..])
    }

    /// Whether `code` opens now: a fresh code of the authenticator, or a recovery code, used up by this.
    pub(super) async fn check_code(&self, user: i64, code: &str) -> Result<bool> {
        let code = plain(code);
        let secret = self.store().read(move |conn| conn.credential(user)).await?.and_then(|c| c.totp);
        let Some(secret) = secret else { return Ok(false) };
        if code.len() == 10 {
            let hash = digest(&code);
            return Ok(self.store().write(move |conn| conn.recovery_take(user, &hash)).await?);
        }
        let now = u64::try_from(self.micros() / SECOND).unwrap_or(0);
        let Some(step) = totp(&self.unseal(&totp_place(user), &secret)?)?.check(&code, now) else { return Ok(false) };
        let step = i64::try_from(step).unwrap_or(0);
        Ok(self.store().write(move |conn| conn.totp_use(user, step)).await?)
    }
}

/// Codes are read with or without spaces and hyphens.
fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_follow_the_standard() {
        // RFC 6238, appendix B, SHA-1, cut to six digits
        let totp = totp("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap();
        assert_eq!(totp.check("287082", 59), Some(1));
        assert_eq!(totp.check("081804", 1_111_111_109), Some(37_037_036));
        assert_eq!(totp.check("081804", 59), None);
        assert_eq!(plain(" 081 804 "), "081804");
    }
}
