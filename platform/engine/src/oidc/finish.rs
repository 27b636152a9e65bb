//! Coming back from a provider: whether it is who he says, and whose account that opens.

use super::keep::{Preset, Provider};
use super::{SECOND, VERIFIER, place, refused};
use crate::identity::{Origin, SignedIn, digest};
use crate::outside::Call;
use crate::write::Tx;
use crate::{Door, Engine, Result};
use akrab_model::Problem;
use akrab_store::{OidcFlowRow, OidcIdentityRow};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

/// Clocks may differ by so many seconds.
pub(super) const SKEW: i64 = 120;
/// Longest name of somebody at a provider.
const SUBJECT: usize = 255;

/// What came back through the browser.
#[derive(Debug, Clone, Default)]
pub struct Back {
    pub state: String,
    pub code: String,
    /// The provider's refusal.
    pub error: String,
    /// Who answers (RFC 9207); may be absent.
    pub issuer: String,
    /// Random name of the browser.
    pub browser: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finished {
    SignedIn {
        done: SignedIn,
        next: String,
    },
    /// Somebody linked himself.
    Linked,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    #[serde(default)]
    access_token: String,
}

/// Who a provider says somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Claimed {
    subject: String,
    email: String,
    verified: bool,
    name: String,
}

impl Engine {
    /// Finishes a sign-in, or the link of somebody who is signed in (`user`).
    ///
    /// # Errors
    /// `oidc_state`, `oidc_refused`, `oidc_token`, `oidc_no_account`, `oidc_unverified`, `oidc_guarded`, `oidc_taken`, and
    /// why the provider was not reached.
    pub async fn oidc_finish(&self, back: Back, user: Option<i64>, from: &Origin) -> Result<Finished> {
        let (id, now) = (digest(&back.state), self.micros());
        let flow = self.store().write(move |conn| conn.oidc_flow_take(&id)).await?;
        // whoever was sent, and no other browser, comes back, once and in time
        let flow =
            flow.filter(|flow| flow.expires_at > now && flow.browser == digest(&back.browser)).ok_or_else(|| refused("oidc_state"))?;
        if flow.user.is_some() && flow.user != user {
            return Err(refused("oidc_state"));
        }
        if !back.error.is_empty() {
            return Err(Problem { cause: Some(back.error.chars().take(200).collect()), ..refused("oidc_refused") });
        }
        let open = self.oidc_open().await?;
        let provider = open.into_iter().find(|provider| provider.id == flow.provider).ok_or_else(|| refused("oidc_unknown"))?;
        if !back.issuer.is_empty() && back.issuer != provider.draft.issuer {
            return Err(refused("oidc_state"));
        }
        let claimed = self.oidc_claimed(&provider, &flow, &back.code).await?;
        self.refresh_people().await?;
        if let Some(user) = flow.user {
            let ctx = self.system("somebody links himself to a provider", Door::Page);
            self.write(&ctx, move |tx| tx.oidc_link(&provider, &claimed, user)).await?;
            return Ok(Finished::Linked);
        }
        let mut ctx = self.system("somebody signs in at a provider", Door::Page);
        ctx.place = from.ip.parse().ok();
        let user = self.write(&ctx, move |tx| tx.oidc_account(&provider, &claimed)).await?;
        Ok(Finished::SignedIn { done: self.admit(user, from, format!("oidc:{user}")).await?, next: flow.next })
    }

    /// Gets the tokens for a code and reads who somebody is.
    async fn oidc_claimed(&self, provider: &Provider, flow: &OidcFlowRow, code: &str) -> Result<Claimed> {
        let metadata = self.oidc_discover(&provider.draft.issuer).await?;
        let verifier = self.unseal(VERIFIER, &flow.verifier)?;
        let secret = provider.secret.as_ref().map(|sealed| self.unseal(&place(&provider.key), sealed)).transpose()?;
        let (headers, body) = asked(provider, flow, &metadata.token_endpoint_auth_methods_supported, code, &verifier, secret.as_deref());
        let call = Call { method: "POST", headers, body: body.into(), redirects: 0, most: 1 << 20, ..Call::get(&metadata.token_endpoint) };
        let tokens: Tokens = self.oidc_call(call).await?;
        let claims = self.oidc_proven(provider, &tokens.id_token).await?;
        let mut claimed = claimed(provider, &claims, &flow.nonce, self.micros().div_euclid(SECOND)).ok_or_else(|| refused("oidc_token"))?;
        if claimed.email.is_empty() && !metadata.userinfo_endpoint.is_empty() && !tokens.access_token.is_empty() {
            let bearer = ("authorization".to_string(), format!("Bearer {}", tokens.access_token));
            let told: Map<String, Json> = self.oidc_get(&metadata.userinfo_endpoint, &[bearer]).await?;
            if told.get("sub").and_then(Json::as_str) != Some(&claimed.subject) {
                return Err(refused("oidc_token"));
            }
            claimed = Claimed { subject: claimed.subject, ..described(provider, &told) };
        }
        Ok(claimed)
    }
}

/// What is asked for the tokens: headers and form.
fn asked(
    provider: &Provider,
    flow: &OidcFlowRow,
    methods: &[String],
    code: &str,
    verifier: &str,
    secret: Option<&str>,
) -> (Vec<(String, String)>, String) {
    let own = provider.draft.client_id.as_str();
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs([
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &flow.redirect),
        ("code_verifier", verifier),
    ]);
    let mut headers =
        vec![("content-type".to_string(), "application/x-www-form-urlencoded".to_string()), ("accept".into(), "application/json".into())];
    match secret {
        // the usual way, where nothing is said
        Some(secret) if methods.is_empty() || methods.iter().any(|method| method == "client_secret_basic") => {
            let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            headers.push(("authorization".into(), format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(own), encode(secret))))));
        }
        Some(secret) => drop(form.extend_pairs([("client_id", own), ("client_secret", secret)])),
        None => drop(form.append_pair("client_id", own)),
    }
    (headers, form.finish())
}

/// Whether a token is for us, and for nobody besides.
pub(super) fn ours(provider: &Provider, claims: &Map<String, Json>) -> bool {
    let own = provider.draft.client_id.as_str();
    let audience: Vec<&str> = match claims.get("aud") {
        Some(Json::String(one)) => vec![one],
        Some(Json::Array(all)) => all.iter().filter_map(Json::as_str).collect(),
        _ => return false,
    };
    audience.contains(&own) && claims.get("azp").and_then(Json::as_str).map_or(audience.len() == 1, |azp| azp == own)
}

/// Judges what a proven token says; none when it is not for us, not from now or not for this sign-in.
fn claimed(provider: &Provider, claims: &Map<String, Json>, nonce: &str, now: i64) -> Option<Claimed> {
    let text = |name: &str| claims.get(name).and_then(Json::as_str);
    let number = |name: &str| claims.get(name).and_then(Json::as_f64).map(|seconds| seconds as i64);
    let fresh = number("exp")? > now - SKEW && number("iat")? <= now + SKEW && number("nbf").is_none_or(|from| from <= now + SKEW);
    let subject = text("sub").filter(|sub| !sub.is_empty() && sub.len() <= SUBJECT)?;
    // a directory for companies says of which one somebody is
    let domain = provider.draft.preset != Preset::Google
        || provider.draft.domains.is_empty()
        || text("hd").is_some_and(|hd| provider.draft.domains.iter().any(|domain| domain.eq_ignore_ascii_case(hd)));
    let fits = text("iss") == Some(&provider.draft.issuer) && ours(provider, claims) && fresh && text("nonce") == Some(nonce) && domain;
    fits.then(|| Claimed { subject: subject.into(), ..described(provider, claims) })
}

fn described(provider: &Provider, claims: &Map<String, Json>) -> Claimed {
    let text = |name: &str| claims.get(name).and_then(Json::as_str).unwrap_or_default().trim();
    let yes = |name: &str| {
        claims.get(name).is_some_and(|told| *told == json!(true) || *told == json!("true") || *told == json!(1) || *told == json!("1"))
    };
    let verified = yes("email_verified") || (provider.draft.preset == Preset::Microsoft && yes("xms_edov")) || provider.draft.trusts;
    Claimed { subject: text("sub").into(), email: text("email").to_lowercase(), verified, name: text("name").into() }
}

impl Tx<'_> {
    /// The account somebody opens: the one he is linked to, one of his verified address, or a new one.
    fn oidc_account(&mut self, provider: &Provider, claimed: &Claimed) -> Result<i64> {
        let now = self.ctx.micros();
        if let Some(known) = self.conn.oidc_identity(provider.id, &claimed.subject)? {
            let active = self.engine.people().user(known.user).is_some_and(|person| person.active);
            self.conn.oidc_identity_used(provider.id, &claimed.subject, now)?;
            return if active { Ok(known.user) } else { Err(refused("oidc_no_account")) };
        }
        if claimed.email.is_empty() || !provider.takes(&claimed.email) {
            return Err(refused("oidc_no_account"));
        }
        if !claimed.verified {
            return Err(refused("oidc_unverified"));
        }
        let person = self.engine.people().by_email(&claimed.email).cloned();
        let user = match person {
            Some(person) if person.active && provider.draft.link => {
                // an address may have been given to somebody else; and who guards his account more links himself
                let linked = self.conn.oidc_identities(person.id)?.iter().any(|known| known.provider == provider.id);
                let guarded = person.role.is_administrator() || self.conn.credential(person.id)?.is_some_and(|c| c.totp_on);
                if linked || guarded || self.conn.passkeys_count(person.id)? > 0 {
                    return Err(refused("oidc_guarded"));
                }
                person.id
            }
            None if provider.draft.make => self.oidc_make(provider, claimed)?,
            _ => return Err(refused("oidc_no_account")),
        };
        self.oidc_bind(provider, claimed, user)?;
        Ok(user)
    }

    fn oidc_make(&mut self, provider: &Provider, claimed: &Claimed) -> Result<i64> {
        let name = if claimed.name.is_empty() { claimed.email.split('@').next().unwrap_or_default() } else { claimed.name.as_str() };
        let name: String = name.chars().filter(|c| !c.is_control()).take(100).collect();
        let language = self.engine.settings().lang;
        let input = json!({ "name": name, "email": claimed.email, "role": provider.draft.role, "language": language.as_str() });
        self.create("user", input.as_object().unwrap_or(&Map::new()))
    }

    /// Links whoever is signed in to who he is at the provider.
    fn oidc_link(&mut self, provider: &Provider, claimed: &Claimed, user: i64) -> Result<()> {
        match self.conn.oidc_identity(provider.id, &claimed.subject)? {
            Some(known) if known.user == user => Ok(()),
            Some(_) => Err(refused("oidc_taken")),
            None => {
                self.conn.oidc_identity_end(provider.id, user)?;
                self.ctx.behalf = Some(user);
                self.oidc_bind(provider, claimed, user)
            }
        }
    }

    fn oidc_bind(&mut self, provider: &Provider, claimed: &Claimed, user: i64) -> Result<()> {
        let now = self.ctx.micros();
        self.conn.oidc_identity_add(&OidcIdentityRow {
            provider: provider.id,
            subject: claimed.subject.clone(),
            user,
            email: claimed.email.clone(),
            created_at: now,
            used_at: Some(now),
        })?;
        self.audit("identity_linked", Some(("user", user)), json!({ "title": provider.draft.name }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::ProviderDraft;

    fn provider(change: impl Fn(&mut ProviderDraft)) -> Provider {
        let mut draft = ProviderDraft { issuer: "https://id.contoh.co.id".into(), client_id: "akrab".into(), ..ProviderDraft::default() };
        change(&mut draft);
        Provider { id: 1, key: "x".into(), draft, secret: None }
    }

    #[test]
    fn a_token_for_others_from_others_or_from_another_time_says_nothing() {
        let good = json!({"iss": "https://id.contoh.co.id", "aud": "akrab", "sub": "7", "exp": 1_000, "iat": 900, "nonce": "n", "email": "A@x.id", "email_verified": true});
        let judged = |change: Json, provider: &Provider| {
            let mut claims = good.as_object().unwrap().clone();
            claims.extend(change.as_object().unwrap().clone());
            claimed(provider, &claims, "n", 950)
        };
        let plain = provider(|_| {});
        let told = judged(json!({}), &plain).unwrap();
        assert!(told.verified && told.email == "a@x.id" && told.subject == "7");
        for wrong in [
            json!({"iss": "https://id.contoh.co.id/"}),
            json!({"aud": "lain"}),
            json!({"aud": ["akrab", "lain"]}),
            json!({"aud": ["akrab", "lain"], "azp": "lain"}),
            json!({"azp": "lain"}),
            json!({"exp": 800}),
            json!({"exp": null}),
            json!({"iat": 2_000}),
            json!({"nbf": 2_000}),
            json!({"nonce": "m"}),
            json!({"nonce": null}),
            json!({"sub": ""}),
        ] {
            assert!(judged(wrong.clone(), &plain).is_none(), "{wrong}");
        }
        assert!(judged(json!({"aud": ["akrab", "lain"], "azp": "akrab"}), &plain).is_some());
        assert!(!judged(json!({"email_verified": "false"}), &plain).unwrap().verified);
        assert!(!judged(json!({"email_verified": null, "xms_edov": true}), &plain).unwrap().verified);
        let google = provider(|draft| (draft.preset, draft.domains) = (Preset::Google, vec!["contoh.co.id".into()]));
        assert!(judged(json!({}), &google).is_none() && judged(json!({"hd": "lain.co.id"}), &google).is_none());
        assert!(judged(json!({"hd": "contoh.co.id"}), &google).is_some());
        let microsoft = provider(|draft| draft.preset = Preset::Microsoft);
        assert!(judged(json!({"email_verified": null, "xms_edov": "1"}), &microsoft).unwrap().verified);
    }
}
