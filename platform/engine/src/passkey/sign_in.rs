//! Signing in with a passkey, instead of a password or as the second factor after it.

use super::data::{Answer, Device, Key, decode};
use super::{PATIENCE, Party, handle, refused};
use crate::identity::{Origin, SignedIn, digest};
use crate::{Engine, Result};
use akrab_model::Problem;
use akrab_store::PasskeyRow;
use serde_json::{Value as Json, json};

impl Engine {
    /// What the browser is asked, of whoever is there.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn passkey_begin(&self, party: &Party, browser: &str) -> Result<Json> {
        let challenge = self.passkey_ask(None, browser).await?;
        Ok(json!({ "challenge": challenge, "rpId": party.id, "timeout": PATIENCE, "userVerification": "required", "allowCredentials": [] }))
    }

    /// Signs in whoever's passkey has answered. With `pending`, the token of a sign-in that waits for its second factor,
    /// it has to be the same person's.
    ///
    /// # Errors
    /// `passkey_late`, `passkey_refused`, `passkey_unknown`; `too_many_tries`; `sign_in_elsewhere`.
    pub async fn passkey_sign_in(
        &self,
        party: &Party,
        browser: &str,
        answer: &str,
        pending: Option<&str>,
        from: &Origin,
    ) -> Result<SignedIn> {
        self.passkey_patience(from).await?;
        match self.passkey_proven(party, browser, answer).await {
            Ok(row) => {
                self.refresh_people().await?;
                let person = self.people().user(row.user).filter(|person| person.active).cloned();
                let person = person.ok_or_else(|| refused("passkey_unknown"))?;
                if let Some(pending) = pending {
                    self.end_pending(pending, row.user).await?;
                }
                self.judge_way(&person).await?;
                self.let_in(row.user, from, format!("passkey:{}", row.user)).await
            }
            Err(problem) => {
                self.passkey_failed(from).await?;
                Err(problem)
            }
        }
    }

    async fn passkey_proven(&self, party: &Party, browser: &str, answer: &str) -> Result<PasskeyRow> {
        let wrong = || refused("passkey_refused");
        let answer = Answer::read(answer).ok_or_else(wrong)?;
        let question = answer.question("webauthn.get", party).ok_or_else(wrong)?;
        let (asked, own, now) = (digest(&question), digest(browser), self.micros());
        if !self.store().write(move |conn| conn.passkey_asked(&asked, None, &own, now)).await? {
            return Err(refused("passkey_late"));
        }
        let id = answer.id.trim_end_matches('=').to_string();
        let row = self.store().read(move |conn| conn.passkey(&id)).await?.ok_or_else(|| refused("passkey_unknown"))?;
        let response = &answer.response;
        let part = |text: &Option<String>| text.as_deref().and_then(decode).ok_or_else(wrong);
        let (device, signature) = (part(&response.authenticator_data)?, part(&response.signature)?);
        let client = decode(&response.client).ok_or_else(wrong)?;
        if response.user_handle.as_deref().is_some_and(|named| !named.is_empty() && named.trim_end_matches('=') != handle(row.user)) {
            return Err(wrong());
        }
        let told = Device::read(&device, party, false).ok_or_else(wrong)?;
        let key = Key { kind: row.kind, public: decode(&row.public).ok_or_else(|| Problem::internal("a passkey is damaged"))? };
        if !key.has_signed(&device, &client, &signature) {
            return Err(wrong());
        }
        let (id, counter) = (row.id.clone(), told.counter);
        // a device that counts and goes back was copied
        if !self.store().write(move |conn| conn.passkey_used(&id, counter, now)).await? {
            tracing::warn!(user = row.user, "a passkey counts backwards: it may have been copied");
            return Err(wrong());
        }
        Ok(row)
    }
}
