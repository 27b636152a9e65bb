//! How a call proves that it comes from whom it says.

use akrab_model::FieldProblem;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

/// A signed message is taken so many seconds before and after its own time.
const TOLERANCE: i64 = 300;

/// The kinds of proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// Signed after Standard Webhooks: over id, time and body.
    #[default]
    Standard,
    /// HMAC-SHA256 of the body in a header, hexadecimal or base64, with or without `sha256=`.
    Hmac,
    /// The secret itself in a header.
    Secret,
}

impl Proof {
    pub const ALL: [Proof; 3] = [Proof::Standard, Proof::Hmac, Proof::Secret];
    pub fn key(self) -> &'static str {
        match self {
            Proof::Standard => "standard",
            Proof::Hmac => "hmac",
            Proof::Secret => "secret",
        }
    }
    /// By its key.
    pub fn of(key: &str) -> Option<Proof> {
        Proof::ALL.into_iter().find(|proof| proof.key() == key)
    }
    /// The header usual for it.
    pub fn usual_header(self) -> &'static str {
        match self {
            Proof::Standard => "",
            Proof::Hmac => "X-Hub-Signature-256",
            Proof::Secret => "X-Webhook-Secret",
        }
    }

    /// Judges a secret as its sender gives it.
    ///
    /// # Errors
    /// `inlet_secret_form`, `inlet_secret_short`.
    pub(super) fn judge(self, secret: &str) -> Result<(), FieldProblem> {
        match self {
            Proof::Standard if standard_key(secret).is_none() => Err(FieldProblem::new("secret", "inlet_secret_form")),
            _ if secret.chars().count() < 8 => Err(FieldProblem::new("secret", "inlet_secret_short").with("min", 8)),
            _ => Ok(()),
        }
    }
}

/// What a call says of itself.
pub(super) struct Said<'a> {
    pub proof: Proof,
    /// The header of the proof.
    pub header: &'a str,
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
    /// Seconds since 1970.
    pub now: i64,
}

impl Said<'_> {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Whether one of the secrets proves it.
    ///
    /// # Errors
    /// What is wrong: `inlet_unsigned`, `inlet_stale`, `inlet_wrong`.
    pub fn judge(&self, secrets: &[String]) -> Result<(), &'static str> {
        match self.proof {
            Proof::Standard => self.standard(secrets),
            Proof::Hmac => self.hmac(secrets),
            Proof::Secret => {
                let given = self.header(self.header).ok_or("inlet_unsigned")?.trim();
                let bare = given
                    .split_once(' ')
                    .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
                    .map_or(given, |(_, rest)| rest.trim());
                let fits = |secret: &String| {
                    bool::from(secret.as_bytes().ct_eq(bare.as_bytes())) || bool::from(secret.as_bytes().ct_eq(given.as_bytes()))
                };
                if secrets.iter().any(fits) { Ok(()) } else { Err("inlet_wrong") }
            }
        }
    }

    fn standard(&self, secrets: &[String]) -> Result<(), &'static str> {
        let [id, time, given] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|name| self.header(name).unwrap_or_default());
        if id.is_empty() || time.is_empty() || given.is_empty() {
            return Err("inlet_unsigned");
        }
        let seconds: i64 = time.trim().parse().map_err(|_| "inlet_stale")?;
        if (seconds - self.now).abs() > TOLERANCE {
            return Err("inlet_stale");
        }
        let signed = [id.as_bytes(), b".", time.as_bytes(), b".", self.body].concat();
        let given: Vec<Vec<u8>> = given.split_whitespace().filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok()).collect();
        let fits = |secret: &String| {
            let key = standard_key(secret).map(|bytes| hmac::Key::new(hmac::HMAC_SHA256, &bytes));
            key.is_some_and(|key| given.iter().any(|tag| hmac::verify(&key, &signed, tag).is_ok()))
        };
        if secrets.iter().any(fits) { Ok(()) } else { Err("inlet_wrong") }
    }

    fn hmac(&self, secrets: &[String]) -> Result<(), &'static str> {
        let given = self.header(self.header).ok_or("inlet_unsigned")?.trim();
        let bare = given.strip_prefix("sha256=").or_else(|| given.strip_prefix("v1=")).unwrap_or(given);
        let tags: Vec<Vec<u8>> = [unhex(bare), STANDARD.decode(bare).ok()].into_iter().flatten().collect();
        let fits = |secret: &String| {
            let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
            tags.iter().any(|tag| hmac::verify(&key, self.body, tag).is_ok())
        };
        if secrets.iter().any(fits) { Ok(()) } else { Err("inlet_wrong") }
    }
}

/// The key behind `whsec_…`.
fn standard_key(secret: &str) -> Option<Vec<u8>> {
    STANDARD.decode(secret.strip_prefix("whsec_")?).ok().filter(|bytes| bytes.len() >= 16)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    (0..text.len()).step_by(2).map(|n| u8::from_str_radix(&text[n..n + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(proof: Proof, header: &str, headers: &[(&str, &str)], body: &str, now: i64, secret: &str) -> Result<(), &'static str> {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        Said { proof, header, headers: &headers, body: body.as_bytes(), now }.judge(&[secret.to_string()])
    }

    /// The examples of the specifications: Standard Webhooks, and the documentation of a large forge.
    #[test]
    fn signatures_of_others_are_understood() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let (body, time) = (r#"{"test": 2432232314}"#, 1_614_265_330);
        let good = [
            ("Webhook-Id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
            ("webhook-timestamp", "1614265330"),
            ("webhook-signature", "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        ];
        assert_eq!(judged(Proof::Standard, "", &good, body, time, secret), Ok(()));
        assert_eq!(judged(Proof::Standard, "", &good, "{}", time, secret), Err("inlet_wrong"));
        assert_eq!(judged(Proof::Standard, "", &good, body, time + 301, secret), Err("inlet_stale"));
        assert_eq!(judged(Proof::Standard, "", &good, body, time - 301, secret), Err("inlet_stale"));
        assert_eq!(judged(Proof::Standard, "", &good[..2], body, time, secret), Err("inlet_unsigned"));
        let hub = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        let one = |value| {
            judged(Proof::Hmac, "X-Hub-Signature-256", &[("x-hub-signature-256", value)], "Hello, World!", 0, "It's a Secret to Everybody")
        };
        assert_eq!(one(hub), Ok(()));
        assert_eq!(one(&hub[7..]), Ok(()));
        assert_eq!(one("dXEH6g6yUJ/CESIczphLijdXC211hsIsRvQ3nIsEPhc="), Ok(()));
        assert_eq!(one("sha256=00"), Err("inlet_wrong"));
        assert_eq!(one("é"), Err("inlet_wrong"));
        assert_eq!(judged(Proof::Hmac, "X-Other", &[], "", 0, "rahasia-kita"), Err("inlet_unsigned"));
        for (value, wanted) in
            [("rahasia-kita", Ok(())), ("Bearer rahasia-kita", Ok(())), ("rahasia", Err("inlet_wrong")), ("", Err("inlet_wrong"))]
        {
            assert_eq!(judged(Proof::Secret, "Authorization", &[("authorization", value)], "", 0, "rahasia-kita"), wanted, "{value}");
        }
    }
}
