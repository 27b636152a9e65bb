//! Signed tokens: reading one and proving it with the provider's keys.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;
use serde_json::{Map, Value as Json};

/// Longest token, in bytes.
const LONGEST: usize = 32 << 10;

/// Keys of a provider (RFC 7517). Those of other kinds are passed over.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Keys {
    #[serde(default)]
    keys: Vec<Map<String, Json>>,
}

/// A token in parts, not proven yet.
pub(super) struct Token<'t> {
    signed: &'t str,
    signature: Vec<u8>,
    alg: String,
    pub kid: Option<String>,
    claims: Map<String, Json>,
}

impl<'t> Token<'t> {
    /// Reads a token; none for what is no signed one.
    pub fn read(text: &'t str) -> Option<Token<'t>> {
        if text.len() > LONGEST {
            return None;
        }
        let (signed, signature) = text.rsplit_once('.')?;
        let (head, body) = signed.split_once('.')?;
        let part = |text: &str| serde_json::from_slice::<Map<String, Json>>(&URL_SAFE_NO_PAD.decode(text).ok()?).ok();
        let head = part(head)?;
        // whatever else has to be understood is not
        if head.contains_key("crit") {
            return None;
        }
        Some(Token {
            signed,
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
            alg: head.get("alg")?.as_str()?.into(),
            kid: head.get("kid").and_then(Json::as_str).map(str::to_string),
            claims: part(body)?,
        })
    }

    /// Whether one of the keys is named by the token, or it names none.
    pub fn is_known(&self, keys: &Keys) -> bool {
        keys.keys.iter().any(|key| self.names(key))
    }

    fn names(&self, key: &Map<String, Json>) -> bool {
        let text = |name: &str| key.get(name).and_then(Json::as_str);
        self.kid.as_deref().is_none_or(|kid| text("kid") == Some(kid))
            && text("use").is_none_or(|usage| usage == "sig")
            && text("alg").is_none_or(|alg| alg == self.alg)
    }

    /// What it says, if one of the keys proves it.
    pub fn proven(self, keys: &Keys) -> Option<Map<String, Json>> {
        keys.keys.iter().any(|key| self.names(key) && self.fits(key)).then_some(self.claims)
    }

    fn fits(&self, key: &Map<String, Json>) -> bool {
        let text = |name: &str| key.get(name).and_then(Json::as_str).unwrap_or_default();
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name).trim_end_matches('=')).unwrap_or_default();
        let message = self.signed.as_bytes();
        match (self.alg.as_str(), text("kty"), text("crv")) {
            ("RS256" | "PS256", "RSA", _) => {
                let algorithm =
                    if self.alg == "RS256" { &signature::RSA_PKCS1_2048_8192_SHA256 } else { &signature::RSA_PSS_2048_8192_SHA256 };
                RsaPublicKeyComponents { n: bytes("n"), e: bytes("e") }.verify(algorithm, message, &self.signature).is_ok()
            }
            ("ES256", "EC", "P-256") => {
                let point = [vec![4], padded(bytes("x")), padded(bytes("y"))].concat();
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point).verify(message, &self.signature).is_ok()
            }
            ("EdDSA", "OKP", "Ed25519") => UnparsedPublicKey::new(&signature::ED25519, bytes("x")).verify(message, &self.signature).is_ok(),
            _ => false,
        }
    }
}

/// Coordinates have 32 bytes, also where leading zeros were left out.
fn padded(bytes: Vec<u8>) -> Vec<u8> {
    let mut full = vec![0; 32_usize.saturating_sub(bytes.len())];
    full.extend(bytes);
    full
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7515 A.2 and A.3, RFC 8037 A.4.
    #[test]
    fn the_examples_of_the_standards_are_proven_and_nothing_else() {
        let ec = r#"{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;
        let token = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
        let keys: Keys = serde_json::from_str(ec).unwrap();
        let claims = Token::read(token).unwrap().proven(&keys).unwrap();
        assert_eq!(claims["iss"], "joe");
        let changed = token.replace("eyJpc3MiOiJqb2Ui", "eyJpc3MiOiJqb2Yi");
        assert!(Token::read(&changed).unwrap().proven(&keys).is_none());
        let none = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), token.split('.').nth(1).unwrap());
        assert!(Token::read(&none).unwrap().proven(&keys).is_none());
        let symmetric = format!("{}.{}.AAAA", URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#), token.split('.').nth(1).unwrap());
        assert!(Token::read(&symmetric).unwrap().proven(&keys).is_none());
        let critical = format!("{}.e30.AAAA", URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","crit":["x"]}"#));
        assert!(Token::read(&critical).is_none());
        for broken in ["", "a.b", "a.b.c", "..", "e30.e30.e30"] {
            assert!(Token::read(broken).is_none(), "{broken}");
        }
        let other: Keys = serde_json::from_str(&ec.replace("\"kty\"", "\"kid\":\"7\",\"use\":\"enc\",\"kty\"")).unwrap();
        assert!(!Token::read(token).unwrap().is_known(&other), "a key for something else");
    }
}
