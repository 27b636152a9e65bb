//! Sending somebody to a provider.

use super::keep::Provider;
use super::{MINUTES, SECOND, VERIFIER, refused};
use crate::identity::digest;
use crate::{Engine, Result};
use akrab_store::OidcFlowRow;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// Who is sent, and where he comes back.
#[derive(Debug, Clone, Default)]
pub struct Errand {
    /// Key of the provider.
    pub provider: String,
    /// Random name of the browser: it alone may come back.
    pub browser: String,
    /// Address he comes back to.
    pub redirect: String,
    /// Where he wanted to go.
    pub next: String,
    /// Who links himself; none for a sign-in.
    pub user: Option<i64>,
}

impl Engine {
    /// Providers that can be signed in with, the oldest first.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn oidc_open(&self) -> Result<Vec<Provider>> {
        let rows = self.store().read(|conn| conn.oidc_providers()).await?;
        Ok(rows.iter().map(Provider::of).filter(|provider| provider.draft.open).collect())
    }

    /// The address at the provider to send the browser to.
    ///
    /// # Errors
    /// `not_found`, and why the provider was not reached.
    pub async fn oidc_begin(&self, errand: Errand) -> Result<String> {
        let open = self.oidc_open().await?;
        let provider = open.into_iter().find(|provider| provider.key == errand.provider).ok_or_else(|| refused("oidc_unknown"))?;
        let metadata = self.oidc_discover(&provider.draft.issuer).await?;
        let (state, nonce, verifier) = (self.secret(), self.secret(), self.secret());
        let now = self.micros();
        let row = OidcFlowRow {
            id: digest(&state),
            provider: provider.id,
            nonce: nonce.clone(),
            verifier: self.seal(VERIFIER, &verifier)?,
            browser: digest(&errand.browser),
            redirect: errand.redirect.clone(),
            next: errand.next,
            user: errand.user,
            expires_at: now + MINUTES * 60 * SECOND,
        };
        self.store().write(move |conn| conn.oidc_flow_add(&row, now)).await?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let parts = [
            ("response_type", "code"),
            ("client_id", &provider.draft.client_id),
            ("redirect_uri", &errand.redirect),
            ("scope", "openid email profile"),
            ("state", &state),
            ("nonce", &nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parts).finish();
        let joint = if metadata.authorization_endpoint.contains('?') { '&' } else { '?' };
        Ok(format!("{}{joint}{query}", metadata.authorization_endpoint))
    }
}
