//! Secrets the program must be able to read again stand sealed in the database: a copy of it alone,
//! or a backup, opens none of them.
//!
//! A sealed text is `sealed:<key id>:<nonce and cipher text>`. It opens only in the place it was made
//! for, so that moving it to another row is of no use.

use crate::{Engine, Result};
use akrab_model::Problem;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest, Sha256};
use std::fmt;

const MARK: &str = "sealed:";

/// The key of a workspace: 32 bytes that stand outside its database.
pub struct Key {
    id: String,
    cipher: LessSafeKey,
}

impl Key {
    /// # Errors
    /// `internal`; never for 32 bytes.
    pub fn new(bytes: &[u8; 32]) -> Result<Key> {
        let unbound = UnboundKey::new(&CHACHA20_POLY1305, bytes).map_err(|_| Problem::internal("a key of 32 bytes was refused"))?;
        let id = Sha256::digest([b"akrab key id:".as_slice(), bytes].concat()).iter().take(4).map(|b| format!("{b:02x}")).collect();
        Ok(Key { id, cipher: LessSafeKey::new(unbound) })
    }

    /// Reads 64 hexadecimal digits.
    ///
    /// # Errors
    /// What is wrong with them, in English, for whoever runs the server.
    pub fn read(text: &str) -> Result<Key, String> {
        let text = text.trim();
        let digits: Option<Vec<u8>> = (0..text.len()).step_by(2).map(|n| u8::from_str_radix(text.get(n..n + 2)?, 16).ok()).collect();
        let bytes: [u8; 32] =
            digits.and_then(|d| d.try_into().ok()).ok_or("a key is 64 hexadecimal digits, as `openssl rand -hex 32` makes them")?;
        Key::new(&bytes).map_err(|p| p.cause.unwrap_or_default())
    }

    /// Tells keys apart without telling them.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.id)
    }
}

/// The id of the key a text was sealed with; none for an open one.
pub(crate) fn sealed_with(text: &str) -> Option<&str> {
    text.strip_prefix(MARK)?.split(':').next()
}

impl Engine {
    /// Seals a text for one place.
    pub(crate) fn seal(&self, place: &str, text: &str) -> Result<String> {
        let key = &self.inner.key;
        let nonce: [u8; NONCE_LEN] = self.random();
        let mut bytes = text.as_bytes().to_vec();
        let aad = Aad::from(place.as_bytes());
        key.cipher
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut bytes)
            .map_err(|_| Problem::internal("a secret could not be sealed"))?;
        Ok(format!("{MARK}{}:{}", key.id, URL_SAFE_NO_PAD.encode([nonce.as_slice(), &bytes].concat())))
    }

    /// Opens what was sealed for this place.
    ///
    /// # Errors
    /// `internal` when it was sealed with another key or for another place.
    pub(crate) fn unseal(&self, place: &str, sealed: &str) -> Result<String> {
        let key = &self.inner.key;
        let broken = || Problem::internal("a sealed secret is damaged");
        let (id, text) = sealed.strip_prefix(MARK).and_then(|s| s.split_once(':')).ok_or_else(broken)?;
        if id != key.id {
            return Err(Problem::internal(format!("a secret was sealed with key {id}; this workspace runs with key {}", key.id)));
        }
        let mut bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| broken())?;
        let nonce: [u8; NONCE_LEN] = bytes.get(..NONCE_LEN).and_then(|n| n.try_into().ok()).ok_or_else(broken)?;
        let mut rest = bytes.split_off(NONCE_LEN);
        let open = key.cipher.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(place.as_bytes()), &mut rest);
        String::from_utf8(open.map_err(|_| broken())?.to_vec()).map_err(|_| broken())
    }

    /// Seals second factors that an earlier version kept open, and says when some were sealed with
    /// another key.
    pub(crate) async fn seal_open_secrets(&self) -> Result<()> {
        let stored = self.store().read(|conn| conn.totp_all()).await?;
        let mut open = Vec::new();
        for (user, secret) in stored.iter().filter(|(_, secret)| sealed_with(secret).is_none()) {
            open.push((*user, secret.clone(), self.seal(&totp_place(*user), secret)?));
        }
        if !open.is_empty() {
            tracing::info!(secrets = open.len(), "second factors of an earlier version are sealed now");
            self.store()
                .write(move |conn| -> Result<()> {
                    for (user, before, sealed) in &open {
                        conn.totp_seal(*user, before, sealed)?;
                    }
                    Ok(())
                })
                .await?;
        }
        let foreign = self.foreign_seals().await?;
        if foreign > 0 {
            tracing::error!(
                secrets = foreign,
                key = self.inner.key.id,
                "second factors were sealed with another key: bring the former key back, or only recovery codes will open"
            );
        }
        Ok(())
    }

    /// How many second factors the present key does not open.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn foreign_seals(&self) -> Result<usize> {
        let stored = self.store().read(|conn| conn.totp_all()).await?;
        Ok(stored.iter().filter(|(_, secret)| sealed_with(secret).is_some_and(|id| id != self.inner.key.id)).count())
    }
}

/// The place of a user's second factor.
pub(crate) fn totp_place(user: i64) -> String {
    format!("credential/{user}/totp")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_64_hexadecimal_digits() {
        let text = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
        let key = Key::read(&format!("{text}\n")).unwrap();
        assert_eq!(key.id(), Key::read(&text.to_lowercase()).unwrap().id());
        assert_ne!(key.id(), Key::read(&text.replace('f', "e")).unwrap().id());
        assert!(!format!("{key:?}").contains("0011"));
        for wrong in ["", "00", &text[1..], &text.replace('f', "g"), "ключ"] {
            assert!(Key::read(wrong).is_err(), "{wrong}");
        }
    }
}
