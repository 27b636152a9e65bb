//! Apps of others: how they get tokens, how far these reach, and how it ends.

use crate::browser::Browser;
use crate::child::{Script, serve};
use crate::hidden::person;
use crate::workspace::{Workspace, both, map};
use akrab_engine::Door;
use akrab_engine::oauth::{API, AppDraft, Asked, Client, MCP};
use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use tower::ServiceExt;

const BACK: &str = "http://127.0.0.1:9/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// The person at the browser says yes; gives where it goes back to.
async fn allow(browser: &mut Browser, url: &str) -> String {
    let path = url.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| rest[at..].to_string())).unwrap_or_else(|| url.into());
    let page = browser.get(&path).await;
    assert_eq!(page.status, 200, "{}", page.html);
    decide(browser, &page.html, "allow").await
}

async fn decide(browser: &mut Browser, page: &str, decision: &str) -> String {
    let hidden = page.split("<input type=\"hidden\" name=\"").skip(1).filter_map(|part| {
        let (name, rest) = part.split_once('"')?;
        Some((name.to_string(), rest.split("value=\"").nth(1)?.split('"').next()?.replace("&amp;", "&")))
    });
    let fields: Vec<(String, String)> = hidden.filter(|(name, _)| name != "csrf").chain([("decision".into(), decision.into())]).collect();
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let answer = browser.submit("/oauth/authorize", &fields).await;
    assert_eq!(answer.status, 303, "{}", answer.html);
    answer.location
}

fn asked(app: &str, scope: &str) -> Asked {
    use base64_url::encode;
    Asked {
        response_type: "code".into(),
        client_id: app.into(),
        redirect_uri: BACK.into(),
        scope: scope.into(),
        state: "xyz".into(),
        code_challenge: encode(&Sha256::digest(VERIFIER)),
        code_challenge_method: "S256".into(),
        resource: String::new(),
    }
}

/// Base64 as addresses carry it.
mod base64_url {
    pub fn encode(bytes: &[u8]) -> String {
        const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let letter = |group: &[u8], n: usize| {
            let bits = (0..3).fold(0_u32, |bits, at| (bits << 8) | u32::from(group.get(at).copied().unwrap_or(0)));
            char::from(LETTERS[(bits >> (18 - 6 * n)) as usize & 63])
        };
        bytes.chunks(3).flat_map(|group| (0..=group.len()).map(move |n| letter(group, n))).collect()
    }
}

async fn app(w: &Workspace, confidential: bool) -> (String, Option<String>) {
    let draft = AppDraft { name: "Pencatat".into(), redirects: vec![BACK.into()], confidential, ..AppDraft::default() };
    w.engine.write(&w.system(), move |tx| tx.app_add(&draft)).await.expect("an app")
}

/// A code for this person.
async fn code(w: &Workspace, user: i64, asked: Asked) -> String {
    w.engine.write(&w.of(user, Door::Page), move |tx| tx.oauth_allow(&asked, "http://127.0.0.1")).await.expect("a code")
}

/// An access token for this person, with these scopes.
async fn access(w: &Workspace, user: i64, scope: &str) -> String {
    let (id, _) = app(w, false).await;
    let code = code(w, user, asked(&id, scope)).await;
    w.engine.oauth_code(Client { id, secret: None }, &code, BACK, VERIFIER).await.expect("tokens").access
}

async fn api(w: &Workspace, token: &str, method: &str, path: &str, body: Json) -> (u16, Json) {
    let request = Request::builder().method(method).uri(format!("/api/v1{path}")).header("host", "127.0.0.1");
    let request = request.header("authorization", format!("Bearer {token}")).header("content-type", "application/json");
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let answer = w.http().oneshot(request.body(body).expect("a request")).await.expect("an answer");
    let status = answer.status().as_u16();
    let bytes = to_bytes(answer.into_body(), 4 << 20).await.expect("a body");
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_app_with_a_library_of_others_gets_renews_and_loses_its_tokens() {
    let w = Workspace::sqlite(&[]).await;
    let siti = person(&w, "siti", json!({})).await;
    let host = serve(&w).await;
    let mut browser = Browser::of(&w, siti).await.at(&host);
    let server = format!("http://{host}");
    // one that registers itself, and whose refresh token is stolen
    let Some(mut script) = Script::start("oauth.mjs", "openid-client") else { return };
    let wish = script.ask(json!({"server": server, "way": "library", "scope": "contact:read"})).await;
    let back = allow(&mut browser, wish["url"].as_str().expect("an address")).await;
    let told = script.ask(json!({ "back": back })).await;
    assert_eq!(told, json!({"scope": "contact:read", "type": "bearer", "before": 200, "after": 200, "old": 401}));
    let told = script.ask(json!({"then": "steal"})).await;
    assert_eq!(told, json!({"again": "invalid_grant", "honest": "invalid_grant", "access": 401}), "a token used twice ends all");
    // one with a secret, which gives back what it was allowed
    let (id, secret) = app(&w, true).await;
    let mut script = Script::start("oauth.mjs", "openid-client").expect("as before");
    let wish = script.ask(json!({"server": server, "way": "library", "scope": "write", "id": id, "secret": secret})).await;
    let back = allow(&mut browser, wish["url"].as_str().expect("an address")).await;
    let told = script.ask(json!({ "back": back })).await;
    assert_eq!((&told["scope"], &told["active"]), (&json!("write"), &json!(true)), "{told}");
    let shown = browser.get("/settings/connections").await.html;
    assert!(shown.contains("Pencatat"), "{shown}");
    let told = script.ask(json!({"then": "revoke"})).await;
    assert_eq!(told, json!({"access": 401, "active": false}));
    assert!(!browser.get("/settings/connections").await.html.contains("Pencatat"));
    w.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_assistant_finds_its_way_from_the_address_alone() {
    let Some(mut script) = Script::start("oauth.mjs", "@modelcontextprotocol/sdk") else { return };
    let w = Workspace::sqlite(&[]).await;
    let siti = person(&w, "siti", json!({})).await;
    let host = serve(&w).await;
    let mut browser = Browser::of(&w, siti).await.at(&host);
    let begun = script.ask(json!({"server": format!("http://{host}"), "way": "assistant", "scope": "read"})).await;
    assert_eq!(begun["begun"], "REDIRECT");
    let back = allow(&mut browser, begun["url"].as_str().expect("an address")).await;
    let done = script.ask(json!({ "back": back })).await;
    assert_eq!((&done["done"], &done["scope"]), (&json!("AUTHORIZED"), &json!("read")), "{done}");
    let token = done["access"].as_str().expect("a token");
    let bearer = w.engine.bearer(token, MCP).await.expect("looked up").expect("it counts");
    assert!(bearer.read_only && bearer.person.id == siti);
    assert!(w.engine.bearer(token, API).await.expect("looked up").is_none(), "it was given for the assistants' door alone");
    let mut assistant = Script::start("mcp.mjs", "@modelcontextprotocol/sdk").expect("as before");
    let begun = assistant.ask(json!({"url": format!("http://{host}/mcp"), "token": token})).await;
    assert_eq!(begun["server"], "akrab", "{begun}");
    w.close().await;
}

both!(an_app_reaches_no_further_than_it_was_allowed, async |w: &Workspace| {
    let role = w.engine.people().roles.iter().find(|r| r.key == "administrator").map(|r| r.id).expect("the role");
    let ratna = w.user("ratna", role, None).await;
    let account = w.make("account", json!({"name": "PT Kopi"})).await;
    let contact = w.make("contact", json!({"name": "Ratna Sari", "account": account})).await;
    let one = access(w, ratna, "contact:write").await;
    let (status, seen) = api(w, &one, "GET", &format!("/contacts/{contact}"), Json::Null).await;
    assert!(status == 200 && seen["titles"].get("account").is_none(), "what it links to is another object's: {seen}");
    assert_eq!(api(w, &one, "PATCH", &format!("/contacts/{contact}"), json!({"job_title": "Juru Catat"})).await.0, 200);
    for (method, path) in [("GET", format!("/accounts/{account}")), ("GET", "/accounts".into()), ("DELETE", format!("/accounts/{account}"))]
    {
        assert_eq!(api(w, &one, method, &path, Json::Null).await.0, 404, "{method} {path}");
    }
    let (_, found) = api(w, &one, "GET", "/search?q=kopi", Json::Null).await;
    assert_eq!(found["data"], json!([]));
    // what only administrators do themselves, and what would go on with all their rights
    for (method, path, body) in [
        ("GET", "/audit", Json::Null),
        ("GET", "/jobs", Json::Null),
        ("GET", "/approvals", Json::Null),
        ("POST", "/approvals/1/decision", json!({})),
        ("GET", "/jobs/1", Json::Null),
        ("POST", "/users", json!({"name": "X", "email": "x@contoh.test"})),
        ("POST", "/contacts/bulk", json!({"all": true, "change": {"set": {"note": "x"}}})),
        ("POST", "/hooks", json!({"event": "contact.created", "target_url": "https://contoh.co.id/"})),
    ] {
        assert_eq!(api(w, &one, method, path, body).await.0, 403, "{method} {path}");
    }
    let reader = access(w, ratna, "read").await;
    assert_eq!(api(w, &reader, "GET", &format!("/accounts/{account}"), Json::Null).await.0, 200);
    assert_eq!(api(w, &reader, "PATCH", &format!("/accounts/{account}"), json!({"name": "X"})).await.0, 403);
    let whole = access(w, ratna, "write").await;
    assert_eq!(api(w, &whole, "PATCH", &format!("/accounts/{account}"), json!({"name": "PT Teh"})).await.0, 200);
    assert_eq!(api(w, &whole, "POST", "/contacts/bulk", json!({"all": true, "change": {"set": {"note": "x"}}})).await.0, 202);
    assert_eq!(
        api(w, &whole, "PATCH", &format!("/users/{ratna}"), json!({"name": "X"})).await.0,
        403,
        "people and rights want to be named"
    );
    // never more than its person
    let siti = person(w, "siti", json!({"account": {"read": "none"}})).await;
    let hers = access(w, siti, "write").await;
    assert_eq!(api(w, &hers, "GET", &format!("/accounts/{account}"), Json::Null).await.0, 404);
    w.engine.update(&w.system(), "user", siti, map(json!({"active": false})), None).await.expect("left");
    assert_eq!(api(w, &hers, "GET", "/me", Json::Null).await.0, 401);
    // and not for ever
    w.pass(3_601);
    assert_eq!(api(w, &one, "GET", "/me", Json::Null).await.0, 401);
});

both!(codes_and_tokens_are_of_use_to_whoever_asked_alone, async |w: &Workspace| {
    let siti = person(w, "siti", json!({})).await;
    let (id, secret) = app(w, true).await;
    let (other, other_secret) = app(w, true).await;
    let own = || Client { id: id.clone(), secret: secret.clone() };
    let error =
        |problem: akrab_model::Problem| problem.args.iter().find(|(name, _)| name == "error").map(|(_, e)| e.clone()).unwrap_or_default();
    let fresh = code(w, siti, asked(&id, "read")).await;
    for (client, redirect, verifier, wanted) in [
        (Client { id: id.clone(), secret: None }, BACK, VERIFIER, "invalid_client"),
        (Client { id: id.clone(), secret: Some("aksk_salah".into()) }, BACK, VERIFIER, "invalid_client"),
        (Client { id: "app_tiada".into(), secret: None }, BACK, VERIFIER, "invalid_client"),
        (Client { id: other.clone(), secret: other_secret.clone() }, BACK, VERIFIER, "invalid_grant"),
        (own(), "http://127.0.0.1:9/lain", VERIFIER, "invalid_grant"),
        (own(), BACK, &VERIFIER.replace('d', "e"), "invalid_grant"),
        (own(), BACK, "", "invalid_grant"),
    ] {
        let refused = w.engine.oauth_code(client, &fresh, redirect, verifier).await.expect_err(wanted);
        assert_eq!(error(refused), wanted);
    }
    let tokens = w.engine.oauth_code(own(), &fresh, BACK, VERIFIER).await.expect("tokens");
    assert!(w.engine.bearer(&tokens.access, API).await.expect("looked up").is_some());
    assert!(w.engine.bearer(&tokens.refresh, API).await.expect("looked up").is_none(), "a refresh token opens no door");
    // a code that comes twice was stolen: what it gave is worth nothing any more
    assert_eq!(error(w.engine.oauth_code(own(), &fresh, BACK, VERIFIER).await.expect_err("twice")), "invalid_grant");
    assert!(w.engine.bearer(&tokens.access, API).await.expect("looked up").is_none());
    let late = code(w, siti, asked(&id, "read")).await;
    w.pass(121);
    assert_eq!(error(w.engine.oauth_code(own(), &late, BACK, VERIFIER).await.expect_err("late")), "invalid_grant");
    let third = code(w, siti, asked(&id, "contact:read account:write")).await;
    let tokens = w.engine.oauth_code(own(), &third, BACK, VERIFIER).await.expect("tokens");
    assert_eq!(tokens.scopes, "account:write contact:read");
    for (scope, wanted) in [("write", "invalid_scope"), ("hantu:read", "invalid_scope")] {
        assert_eq!(error(w.engine.oauth_refresh(own(), &tokens.refresh, scope).await.expect_err(scope)), wanted);
    }
    let theirs = Client { id: other, secret: other_secret };
    assert_eq!(error(w.engine.oauth_refresh(theirs.clone(), &tokens.refresh, "").await.expect_err("not theirs")), "invalid_grant");
    assert!(w.engine.oauth_introspect(theirs.clone(), &tokens.access).await.expect("asked").is_none());
    w.engine.oauth_revoke(theirs, &tokens.access).await.expect("as good as ended");
    assert!(w.engine.bearer(&tokens.access, API).await.expect("looked up").is_some(), "somebody else's token stays");
    let told = w.engine.oauth_introspect(own(), &tokens.access).await.expect("asked").expect("active");
    assert_eq!((told.user, told.scopes.as_str()), (siti, "account:write contact:read"));
    w.pass(61 * 86_400);
    assert_eq!(error(w.engine.oauth_refresh(own(), &tokens.refresh, "").await.expect_err("long ago")), "invalid_grant");
});

both!(a_person_sees_who_asks_and_for_what, async |w: &Workspace| {
    let siti = person(w, "siti", json!({})).await;
    let (id, _) = app(w, false).await;
    let mut browser = Browser::of(w, siti).await;
    let address = |change: fn(&mut Asked)| {
        let mut asked = asked(&id, "contact:read");
        change(&mut asked);
        let parts = [
            ("response_type", asked.response_type),
            ("client_id", asked.client_id),
            ("redirect_uri", asked.redirect_uri.replace('/', "%2F").replace(':', "%3A")),
            ("scope", asked.scope),
            ("state", asked.state),
            ("code_challenge", asked.code_challenge),
            ("code_challenge_method", asked.code_challenge_method),
            ("resource", asked.resource.replace('/', "%2F").replace(':', "%3A")),
        ];
        format!("/oauth/authorize?{}", parts.map(|(name, value)| format!("{name}={value}")).join("&"))
    };
    let page = browser.get(&address(|_| {})).await;
    assert!(page.status == 200 && page.html.contains("Pencatat") && page.html.contains("127.0.0.1:9"), "{}", page.html);
    let policy = page.headers["content-security-policy"].to_str().expect("a policy");
    assert!(policy.ends_with("form-action 'self' http://127.0.0.1:9") && policy.contains("frame-ancestors 'none'"), "{policy}");
    let back = decide(&mut browser, &page.html, "deny").await;
    assert!(back.starts_with(BACK) && back.contains("error=access_denied") && back.contains("state=xyz"), "{back}");
    // what is wrong is told to the app, unless nobody knows whether it is one
    for (change, error) in [
        ((|a| a.code_challenge_method = "plain".into()) as fn(&mut Asked), "invalid_request"),
        (|a| a.code_challenge = String::new(), "invalid_request"),
        (|a| a.response_type = "token".into(), "unsupported_response_type"),
        (|a| a.scope = "hantu:read".into(), "invalid_scope"),
        (|a| a.resource = "https://lain.test/mcp".into(), "invalid_target"),
    ] {
        let answer = browser.get(&address(change)).await;
        assert!(
            answer.status == 303 && answer.location.contains(&format!("error={error}")),
            "{error}: {} {}",
            answer.status,
            answer.location
        );
    }
    for change in [
        (|a| a.redirect_uri = "https://jahat.test/".into()) as fn(&mut Asked),
        |a| a.client_id = "app_tiada".into(),
        |a| a.redirect_uri = "http://127.0.0.1:9/callback/../x".into(),
    ] {
        let answer = browser.get(&address(change)).await;
        assert!(answer.status == 422 && answer.location.is_empty(), "{} {}", answer.status, answer.location);
    }
    // whoever is not signed in does that first
    let guest = Browser::guest(w).await.get(&address(|_| {})).await;
    assert!(guest.location.starts_with("/sign-in?next=/oauth/authorize"), "{}", guest.location);
    // and no page elsewhere presses the button
    let forged =
        browser.submit_with(&[("origin", "https://jahat.test")], "/oauth/authorize", &[("client_id", &id), ("decision", "allow")]).await;
    assert_eq!(forged.status, 403);
});

both!(apps_are_looked_after_in_the_settings, async |w: &Workspace| {
    let role = w.engine.people().roles.iter().find(|r| r.key == "administrator").map(|r| r.id).expect("the role");
    let ratna = w.user("ratna", role, None).await;
    let mut browser = Browser::of(w, ratna).await;
    let form = [("name", "Pembukuan"), ("redirects", "https://buku.contoh.co.id/cb"), ("scopes", "contact:read"), ("kind", "server")];
    let made = browser.submit("/settings/apps/new", &form).await;
    assert!(made.html.contains("aksk_"), "the secret is shown once: {}", made.html);
    let app = w.engine.read(&w.system(), |tx| tx.apps()).await.expect("apps").remove(0);
    assert!(!browser.get(&format!("/settings/apps/{}", app.id)).await.html.contains("aksk_"));
    let most = Asked { redirect_uri: "https://buku.contoh.co.id/cb".into(), ..asked(&app.id, "write") };
    let consent = w.engine.read(&w.of(ratna, Door::Page), move |tx| tx.oauth_ask(&most, "http://127.0.0.1")).await.expect("asked");
    assert_eq!(consent.scopes.to_string(), "contact:read", "no more than the administrator lets it ask for");
    for wrong in [("redirects", "javascript:alert(1)"), ("redirects", "http://buku.contoh.co.id/cb"), ("redirects", ""), ("name", "")] {
        let mut fields = vec![("name", "X"), ("redirects", "https://x.test/")];
        fields.retain(|(name, _)| *name != wrong.0);
        fields.push(wrong);
        assert_eq!(browser.submit("/settings/apps/new", &fields).await.status, 422, "{wrong:?}");
    }
    let again = browser.submit(&format!("/settings/apps/{}/secret", app.id), &[]).await;
    assert!(again.html.contains("aksk_"));
    let siti = person(w, "siti", json!({})).await;
    let token = access(w, siti, "read").await;
    let mut hers = Browser::of(w, siti).await;
    assert_eq!(hers.get("/settings/apps").await.status, 403);
    let connection = w.engine.read(&w.of(siti, Door::Page), |tx| tx.connections()).await.expect("connections")[0].id;
    assert_eq!(browser.submit(&format!("/settings/connections/{connection}/end"), &[]).await.status, 404, "not his");
    hers.submit(&format!("/settings/connections/{connection}/end"), &[]).await;
    assert_eq!(api(w, &token, "GET", "/me", Json::Null).await.0, 401, "at once");
    browser.submit(&format!("/settings/apps/{}/delete", app.id), &[]).await;
    assert_eq!(browser.get(&format!("/settings/apps/{}", app.id)).await.status, 404);
    let trail = browser.get("/settings/audit").await.html;
    assert!(trail.contains("Pembukuan") && trail.contains("Pencatat"));
});

both!(apps_register_themselves_within_limits, async |w: &Workspace| {
    let register = async |body: Json| {
        let request = Request::post("/oauth/register").header("host", "127.0.0.1").header("content-type", "application/json");
        let answer = w.http().oneshot(request.body(Body::from(body.to_string())).expect("a request")).await.expect("an answer");
        let status = answer.status().as_u16();
        let bytes = to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
        (status, serde_json::from_slice::<Json>(&bytes).unwrap_or_default())
    };
    let (status, told) =
        register(json!({"redirect_uris": [BACK], "token_endpoint_auth_method": "none", "client_name": "Asisten\u{7}"})).await;
    assert!(status == 201 && told.get("client_secret").is_none() && told["client_name"] == "Asisten", "{told}");
    let (status, told) = register(json!({"redirect_uris": [BACK]})).await;
    assert!(status == 201 && told["client_secret"].as_str().is_some_and(|secret| secret.starts_with("aksk_")), "{told}");
    for (wrong, error) in [
        (json!({"redirect_uris": ["javascript:alert(1)"]}), "invalid_redirect_uri"),
        (json!({"redirect_uris": []}), "invalid_redirect_uri"),
        (json!({"redirect_uris": [BACK], "grant_types": ["implicit"]}), "invalid_client_metadata"),
        (json!({"redirect_uris": [BACK], "token_endpoint_auth_method": "private_key_jwt"}), "invalid_client_metadata"),
        (json!([1]), "invalid_client_metadata"),
    ] {
        let (status, told) = register(wrong.clone()).await;
        assert_eq!((status, told["error"].as_str()), (400, Some(error)), "{wrong}");
    }
    let mut last = 0;
    for _ in 0..40 {
        last = register(json!({"redirect_uris": [BACK]})).await.0;
    }
    assert_eq!(last, 429, "one address registers no more than some");
    // what nobody allowed anything is forgotten
    let kept = async || w.engine.read(&w.system(), |tx| tx.apps()).await.expect("apps").len();
    assert!(kept().await > 10);
    w.pass(8 * 86_400);
    let (now, week) = (w.engine.now().timestamp().as_microsecond(), 7 * 86_400_000_000);
    w.engine.store().write(move |conn| conn.oauth_tidy(now, now - week)).await.expect("tidied");
    assert_eq!(kept().await, 0);
});
