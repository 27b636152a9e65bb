//! A provider says that somebody has signed out there, or was signed out: then he is signed out here too (OpenID
//! Connect Back-Channel Logout 1.0).

use super::finish::{SKEW, ours};
use super::keep::Provider;
use super::{SECOND, refused};
use crate::{Door, Engine, Result};
use akrab_model::Problem;
use serde_json::{Map, Value as Json, json};

/// What a token must say it tells of.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// A token is taken so many seconds after it was made, however long it calls itself good.
const LATE: i64 = 600;

impl Engine {
    /// Ends all sessions of whoever a provider's token names. Somebody nobody knows has none.
    ///
    /// # Errors
    /// `oidc_token` when no provider says so in a token for us, and why the provider was not reached.
    pub async fn oidc_leave(&self, token: &str) -> Result<()> {
        let now = self.micros().div_euclid(SECOND);
        let mut missed = refused("oidc_token");
        for provider in self.oidc_open().await? {
            let said = match self.oidc_proven(&provider, token).await {
                Ok(claims) => leaves(&provider, &claims, now),
                Err(problem) => {
                    missed = problem;
                    None
                }
            };
            let Some(subject) = said else { continue };
            return self.oidc_left(provider, subject).await;
        }
        Err(missed)
    }

    async fn oidc_left(&self, provider: Provider, subject: String) -> Result<()> {
        let ctx = self.system("a provider has signed somebody out", Door::Page);
        self.write(&ctx, move |tx| -> Result<(), Problem> {
            let Some(known) = tx.conn.oidc_identity(provider.id, &subject)? else { return Ok(()) };
            if tx.conn.sessions_end(known.user, None)? == 0 {
                return Ok(());
            }
            tx.ctx.behalf = Some(known.user);
            tx.audit("identity_left", Some(("user", known.user)), json!({ "title": provider.draft.name }))
        })
        .await
    }
}

/// Whom a proven token says to sign out; none when it is not for us, not from now, or tells of something else.
fn leaves(provider: &Provider, claims: &Map<String, Json>, now: i64) -> Option<String> {
    let text = |name: &str| claims.get(name).and_then(Json::as_str);
    let number = |name: &str| claims.get(name).and_then(Json::as_f64).map(|seconds| seconds as i64);
    let made = number("iat")?;
    let fresh = made <= now + SKEW && made > now - LATE && number("exp").is_none_or(|end| end > now - SKEW);
    let tells = claims.get("events").and_then(|events| events.get(EVENT)).is_some_and(Json::is_object);
    // a token of a sign-in is none of a sign-out
    let other = claims.contains_key("nonce") || text("jti").is_none_or(str::is_empty);
    let fits = text("iss") == Some(&provider.draft.issuer) && ours(provider, claims) && fresh && tells && !other;
    text("sub").filter(|subject| fits && !subject.is_empty()).map(str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::ProviderDraft;

    #[test]
    fn only_a_token_of_a_sign_out_for_us_and_from_now_signs_anybody_out() {
        let draft = ProviderDraft { issuer: "https://id.contoh.co.id".into(), client_id: "akrab".into(), ..ProviderDraft::default() };
        let provider = Provider { id: 1, key: "x".into(), draft, secret: None };
        let good = json!({"iss": "https://id.contoh.co.id", "aud": "akrab", "sub": "7", "iat": 900, "jti": "a", "events": {EVENT: {}}});
        let judged = |change: Json| {
            let mut claims = good.as_object().unwrap().clone();
            claims.extend(change.as_object().unwrap().clone());
            leaves(&provider, &claims, 950)
        };
        assert_eq!(judged(json!({})).as_deref(), Some("7"));
        assert_eq!(judged(json!({"aud": ["akrab"], "exp": 1_000, "sid": "s"})).as_deref(), Some("7"));
        for wrong in [
            json!({"iss": "https://lain.co.id"}),
            json!({"aud": "lain"}),
            json!({"iat": 100}),
            json!({"iat": 2_000}),
            json!({"exp": 700}),
            json!({"nonce": "n"}),
            json!({"events": {}}),
            json!({"events": null}),
            json!({"jti": null}),
            json!({"sub": null, "sid": "s"}),
        ] {
            assert_eq!(judged(wrong.clone()), None, "{wrong}");
        }
    }
}
