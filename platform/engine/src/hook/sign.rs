//! Signatures of the Standard Webhooks specification: HMAC-SHA256 over id, time and body.

use akrab_model::Problem;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

/// What a secret begins with.
const MARK: &str = "whsec_";

/// A secret both sides know.
pub struct Key(hmac::Key);

impl Key {
    /// The text of a new secret.
    pub fn text(bytes: &[u8; 32]) -> String {
        format!("{MARK}{}", STANDARD.encode(bytes))
    }

    /// # Errors
    /// `internal` for what is no secret.
    pub fn read(text: &str) -> Result<Key, Problem> {
        let bytes = text.strip_prefix(MARK).and_then(|text| STANDARD.decode(text).ok());
        let bytes = bytes.ok_or_else(|| Problem::internal("a secret of a webhook is damaged"))?;
        Ok(Key(hmac::Key::new(hmac::HMAC_SHA256, &bytes)))
    }
}

/// The header `webhook-signature`: one signature for each secret that counts now.
pub fn signature(keys: &[Key], id: &str, seconds: i64, body: &str) -> String {
    let signed = format!("{id}.{seconds}.{body}");
    let one = |key: &Key| format!("v1,{}", STANDARD.encode(hmac::sign(&key.0, signed.as_bytes())));
    keys.iter().map(one).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own libraries.
    #[test]
    fn a_signature_is_what_other_libraries_compute() {
        let key = || Key::read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", r#"{"test": 2432232314}"#);
        let wanted = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert_eq!(signature(&[key()], id, 1_614_265_330, body), wanted);
        assert_eq!(signature(&[key(), key()], id, 1_614_265_330, body), format!("{wanted} {wanted}"));
        assert!(Key::read("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_err() && Key::read("whsec_?").is_err());
        assert!(Key::read(&Key::text(&[7; 32])).is_ok());
    }
}
