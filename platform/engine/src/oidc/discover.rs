//! What a provider says of itself, and its keys; remembered for a while.

use super::jws::{Keys, Token};
use super::keep::Provider;
use super::{SECOND, refused};
use crate::outside::Call;
use crate::{Engine, Result};
use akrab_model::Problem;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// What is known counts for an hour; keys are asked for anew at most once a minute.
const KNOWN: i64 = 3_600 * SECOND;
const ANEW: i64 = 60 * SECOND;
/// Most of an answer that is read, in bytes.
const MOST: usize = 1 << 20;

/// A provider's own words (OpenID Connect Discovery).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Metadata {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub userinfo_endpoint: String,
    pub jwks_uri: String,
    pub token_endpoint_auth_methods_supported: Vec<String>,
}

/// What is remembered of providers, by their issuers.
#[derive(Default)]
pub(crate) struct Found(Mutex<HashMap<String, Remembered>>);

#[derive(Clone)]
struct Remembered {
    metadata: Metadata,
    keys: Keys,
    at: i64,
    keys_at: i64,
}

impl Engine {
    /// Asks a provider what it offers.
    ///
    /// # Errors
    /// `oidc_discovery`, `oidc_issuer`, and why nobody was reached.
    pub(super) async fn oidc_discover(&self, issuer: &str) -> Result<Metadata> {
        Ok(self.oidc_found(issuer).await?.metadata)
    }

    async fn oidc_found(&self, issuer: &str) -> Result<Remembered> {
        let now = self.micros();
        let known = self.inner.oidc.0.lock().unwrap_or_else(PoisonError::into_inner).get(issuer).cloned();
        if let Some(known) = known.filter(|known| (now - known.at).abs() < KNOWN) {
            return Ok(known);
        }
        let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let metadata: Metadata = self.oidc_get(&address, &[]).await?;
        // one that calls itself otherwise could speak for others
        if metadata.issuer != issuer {
            return Err(refused("oidc_issuer").with("issuer", metadata.issuer));
        }
        let all = [&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.jwks_uri];
        if all.iter().any(|address| self.outside().judge(address).is_err()) {
            return Err(refused("oidc_discovery"));
        }
        let keys = self.oidc_get(&metadata.jwks_uri, &[]).await?;
        let found = Remembered { metadata, keys, at: now, keys_at: now };
        self.oidc_remember(issuer, &found);
        Ok(found)
    }

    fn oidc_remember(&self, issuer: &str, found: &Remembered) {
        self.inner.oidc.0.lock().unwrap_or_else(PoisonError::into_inner).insert(issuer.into(), found.clone());
    }

    /// What a token says, if its provider has signed it. Keys that are not known yet are asked for: providers change them.
    ///
    /// # Errors
    /// `oidc_token`, and why nobody was reached.
    pub(super) async fn oidc_proven(&self, provider: &Provider, text: &str) -> Result<Map<String, Json>> {
        let wrong = || refused("oidc_token");
        let token = Token::read(text).ok_or_else(wrong)?;
        let mut found = self.oidc_found(&provider.draft.issuer).await?;
        let now = self.micros();
        if !token.is_known(&found.keys) && now - found.keys_at >= ANEW {
            found.keys = self.oidc_get(&found.metadata.jwks_uri, &[]).await?;
            found.keys_at = now;
            self.oidc_remember(&provider.draft.issuer, &found);
        }
        token.proven(&found.keys).ok_or_else(wrong)
    }

    /// Asks for JSON.
    pub(super) async fn oidc_get<T: serde::de::DeserializeOwned>(&self, url: &str, headers: &[(String, String)]) -> Result<T> {
        let mut call = Call { most: MOST, ..Call::get(url) };
        call.headers = vec![("accept".into(), "application/json".into())];
        call.headers.extend(headers.iter().cloned());
        self.oidc_call(call).await
    }

    /// Calls a provider and reads its answer.
    ///
    /// # Errors
    /// Why nobody was reached; `oidc_discovery` for an answer that is none.
    pub(super) async fn oidc_call<T: serde::de::DeserializeOwned>(&self, call: Call) -> Result<T> {
        let url = call.url.clone();
        let heard = self.outside().call(call).await.map_err(|missed| Problem { cause: Some(missed.detail), ..refused(missed.code) })?;
        let answer = || Problem {
            cause: Some(format!(
                "{url} answered {}: {}",
                heard.status,
                String::from_utf8_lossy(&heard.body).chars().take(300).collect::<String>()
            )),
            ..refused("oidc_discovery")
        };
        if heard.status != 200 || !heard.whole {
            return Err(answer());
        }
        serde_json::from_slice(&heard.body).map_err(|_| answer())
    }
}
