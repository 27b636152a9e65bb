//! What a browser answers, taken apart and judged.

use super::Party;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value;
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Longest answer, in bytes; longest name a device gives a key.
const LONGEST: usize = 64 << 10;
const ID: usize = 1_023;

/// Flags of the authenticator: somebody was there, he was verified, a key is attached.
const PRESENT: u8 = 1;
const VERIFIED: u8 = 4;
const ATTACHED: u8 = 64;

/// Algorithms that are taken, by their COSE numbers, the best first.
pub(super) const KINDS: [i64; 3] = [ED25519, ES256, RS256];
const ED25519: i64 = -8;
const ES256: i64 = -7;
const RS256: i64 = -257;

pub(super) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

/// The answer of a browser, in the form its `toJSON` gives.
#[derive(Debug, Deserialize)]
pub(super) struct Answer {
    pub id: String,
    pub response: Response,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Response {
    #[serde(rename = "clientDataJSON")]
    pub client: String,
    /// Of a new key.
    pub attestation_object: Option<String>,
    /// Of a known one.
    pub authenticator_data: Option<String>,
    pub signature: Option<String>,
    pub user_handle: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Client {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

impl Answer {
    pub fn read(text: &str) -> Option<Answer> {
        if text.len() > LONGEST { None } else { serde_json::from_str(text).ok() }
    }

    /// The question this answers, when it was answered for us.
    pub fn question(&self, kind: &str, party: &Party) -> Option<String> {
        let client: Client = serde_json::from_slice(&decode(&self.response.client)?).ok()?;
        let ours = client.kind == kind && client.origin == party.origin && !client.cross_origin;
        ours.then_some(client.challenge)
    }
}

/// What an authenticator says of itself.
pub(super) struct Device {
    pub counter: i64,
    rest: Vec<u8>,
}

impl Device {
    /// Reads it; none when it is for another site, or nobody was there who proved himself.
    pub fn read(bytes: &[u8], party: &Party, attached: bool) -> Option<Device> {
        let (head, rest) = bytes.split_at_checked(37)?;
        let flags = head[32];
        let counter = u32::from_be_bytes(head[33..37].try_into().ok()?);
        let wanted = PRESENT | VERIFIED | if attached { ATTACHED } else { 0 };
        let ours = head[..32] == Sha256::digest(party.id.as_bytes())[..];
        (ours && flags & wanted == wanted).then(|| Device { counter: counter.into(), rest: rest.to_vec() })
    }

    /// The name of the new key, and the key.
    pub fn key(&self) -> Option<(Vec<u8>, Key)> {
        let length = usize::from(u16::from_be_bytes(self.rest.get(16..18)?.try_into().ok()?));
        let id = self.rest.get(18..18 + length).filter(|id| !id.is_empty() && id.len() <= ID)?;
        let cose: Value = ciborium::from_reader(self.rest.get(18 + length..)?).ok()?;
        Some((id.to_vec(), Key::read(&cose)?))
    }
}

/// The authenticator's part of the answer about a new key.
pub(super) fn attested(text: &str) -> Option<Vec<u8>> {
    let object: Value = ciborium::from_reader(decode(text)?.as_slice()).ok()?;
    let parts = object.as_map()?;
    let data = parts.iter().find(|(name, _)| name.as_text() == Some("authData"))?;
    data.1.as_bytes().cloned()
}

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub kind: i64,
    /// The point or number as the algorithm takes it; of RSA the exponent, led by its length, and the modulus.
    pub public: Vec<u8>,
}

impl Key {
    fn read(cose: &Value) -> Option<Key> {
        let parts = cose.as_map()?;
        let at = |wanted: i64| parts.iter().find(|(name, _)| name.as_integer() == Some(wanted.into())).map(|(_, value)| value);
        let number = |wanted: i64| at(wanted)?.as_integer().and_then(|n| i64::try_from(n).ok());
        let bytes = |wanted: i64| at(wanted)?.as_bytes().cloned();
        let kind = number(3)?;
        let public = match (kind, number(1)?) {
            (ES256, 2) if number(-1)? == 1 => {
                let (x, y) = (bytes(-2)?, bytes(-3)?);
                (x.len() == 32 && y.len() == 32).then(|| [vec![4], x, y].concat())?
            }
            (ED25519, 1) if number(-1)? == 6 => bytes(-2).filter(|x| x.len() == 32)?,
            (RS256, 3) => {
                let (n, e) = (bytes(-1)?, bytes(-2)?);
                (n.len() >= 256 && n.len() <= 1_024 && !e.is_empty() && e.len() <= 8).then(|| [vec![e.len() as u8], e, n].concat())?
            }
            _ => return None,
        };
        Some(Key { kind, public })
    }

    /// Whether this key has signed what the browser and the device say.
    pub fn has_signed(&self, device: &[u8], client: &[u8], signature: &[u8]) -> bool {
        let message = [device, &Sha256::digest(client)[..]].concat();
        match self.kind {
            ES256 => UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_ASN1, &self.public).verify(&message, signature).is_ok(),
            ED25519 => UnparsedPublicKey::new(&signature::ED25519, &self.public).verify(&message, signature).is_ok(),
            RS256 => {
                let Some((length, rest)) = self.public.split_first() else { return false };
                let Some((e, n)) = rest.split_at_checked(usize::from(*length)) else { return false };
                RsaPublicKeyComponents { n, e }.verify(&signature::RSA_PKCS1_2048_8192_SHA256, &message, signature).is_ok()
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_answer_is_none() {
        let party = Party { id: "localhost".into(), origin: "http://localhost:8080".into() };
        for text in ["", "{}", "[]", r#"{"id":"a","response":{}}"#] {
            assert!(Answer::read(text).is_none(), "{text}");
        }
        let client = |json: &str| Answer {
            id: "a".into(),
            response: Response {
                client: encode(json.as_bytes()),
                attestation_object: None,
                authenticator_data: None,
                signature: None,
                user_handle: None,
            },
        };
        let good = r#"{"type":"webauthn.get","challenge":"abc","origin":"http://localhost:8080"}"#;
        assert_eq!(client(good).question("webauthn.get", &party).as_deref(), Some("abc"));
        assert!(client(good).question("webauthn.create", &party).is_none());
        assert!(client(&good.replace("8080", "8081")).question("webauthn.get", &party).is_none());
        assert!(client(&good.replace("\"abc\"", "\"abc\",\"crossOrigin\":true")).question("webauthn.get", &party).is_none());
        let mut data = Sha256::digest(b"localhost").to_vec();
        data.extend([PRESENT | VERIFIED, 0, 0, 0, 7]);
        assert_eq!(Device::read(&data, &party, false).map(|device| device.counter), Some(7));
        assert!(Device::read(&data, &party, true).is_none(), "no key is attached");
        data[32] = PRESENT;
        assert!(Device::read(&data, &party, false).is_none(), "nobody proved himself");
        assert!(Device::read(&data[..36], &party, false).is_none());
        data[32] = PRESENT | VERIFIED | ATTACHED;
        data.extend([0; 16]);
        data.extend([0, 2, 1, 2, 0xa0]);
        assert!(Device::read(&data, &party, true).unwrap().key().is_none(), "an empty key");
        data[54] = 0xff;
        assert!(Device::read(&data, &party, true).unwrap().key().is_none(), "longer than there is");
        for broken in ["", "AAAA", "oA", "gICA"] {
            assert!(attested(broken).is_none(), "{broken}");
        }
    }
}
