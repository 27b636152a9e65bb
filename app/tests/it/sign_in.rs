//! Who gets in, for how long, and what strangers can find out.

use crate::browser::{Browser, PASSWORD};
use crate::digest;
use crate::workspace::{Workspace, both};
use akrab_engine::identity::{Origin, SignedIn};
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use serde_json::json;
use tower::ServiceExt;

const HOUR: i64 = 3_600;

async fn role(w: &Workspace, key: &str) -> i64 {
    w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role exists")
}

/// A user of this role with the usual password; gives id and e-mail.
async fn person(w: &Workspace, name: &str, key: &str) -> (i64, String) {
    let user = w.user(name, role(w, key).await, None).await;
    w.engine.set_password(&w.system(), user, PASSWORD).await.expect("a password");
    (user, format!("{name}@contoh.test"))
}

both!(the_right_password_opens_and_a_wrong_one_tells_nothing, async |w: &Workspace| {
    let (_, email) = person(w, "siti", "sales").await;
    let mut browser = Browser::guest(w).await;
    let before = browser.get("/settings/profile?tab=1").await;
    assert_eq!((before.status, before.location.as_str()), (StatusCode::SEE_OTHER, "/sign-in?next=/settings/profile%3Ftab%3D1"));
    let wrong = browser.sign_in(&email, "bukan-kata-sandinya").await;
    let unknown = browser.sign_in("tidakada@contoh.test", "bukan-kata-sandinya").await;
    assert_eq!((wrong.status, unknown.status), (StatusCode::UNPROCESSABLE_ENTITY, StatusCode::UNPROCESSABLE_ENTITY));
    assert_eq!(wrong.html.replace(&email, ""), unknown.html.replace("tidakada@contoh.test", ""), "known and unknown read the same");
    let right = browser.sign_in(&email, PASSWORD).await;
    assert_eq!(right.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/settings/profile").await.status, StatusCode::OK);
});

both!(after_signing_in_one_stands_where_one_wanted_to_go_but_never_elsewhere, async |w: &Workspace| {
    let (_, email) = person(w, "siti", "sales").await;
    for (wish, place) in [
        ("/contacts?q=a", "/contacts?q=a"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/%09/evil.example", "/%09/evil.example"),
        ("/\u{b}/x", "/"),
    ] {
        let mut browser = Browser::guest(w).await;
        browser.look("/sign-in").await;
        let answer = browser.submit("/sign-in", &[("email", &email), ("password", PASSWORD), ("next", wish)]).await;
        assert_eq!(answer.location, place, "{wish}");
    }
});

both!(a_form_without_its_token_is_refused_and_changes_nothing, async |w: &Workspace| {
    let (user, _) = person(w, "siti", "sales").await;
    let mut browser = Browser::of(w, user).await;
    let mut other = Browser::guest(w).await;
    let theirs = other.form_token("/sign-in").await;
    let before = digest::of(w).await;
    for token in ["", "x", theirs.as_str()] {
        let answer = browser.submit_with(&[], "/settings/profile", &[("name", "Penyusup"), ("csrf", token)]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{token}");
    }
    assert_eq!(before, digest::of(w).await, "a refused form leaves no trace");
});

both!(a_request_from_another_site_is_refused_even_with_the_token, async |w: &Workspace| {
    let (user, _) = person(w, "siti", "sales").await;
    let mut browser = Browser::of(w, user).await;
    let token = browser.form_token("/settings/profile").await;
    for header in
        [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example"), ("origin", "null")]
    {
        let answer = browser.submit_with(&[header], "/settings/profile", &[("name", "Penyusup"), ("csrf", &token)]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{header:?}");
    }
    let own = browser
        .submit_with(
            &[("origin", "http://127.0.0.1"), ("sec-fetch-site", "same-origin")],
            "/settings/profile",
            &[("name", "Siti R."), ("csrf", &token)],
        )
        .await;
    assert_eq!(own.status, StatusCode::SEE_OTHER);
});

both!(a_session_ends_when_idle_and_after_a_week_in_any_case, async |w: &Workspace| {
    let (_, email) = person(w, "siti", "sales").await;
    let mut browser = Browser::guest(w).await;
    browser.sign_in(&email, PASSWORD).await;
    w.pass(9 * HOUR);
    assert_eq!(browser.get("/settings/profile").await.status, StatusCode::SEE_OTHER, "idle for nine hours");
    browser.sign_in(&email, PASSWORD).await;
    for _ in 0..23 {
        w.pass(7 * HOUR);
        assert_eq!(browser.get("/settings/profile").await.status, StatusCode::OK, "in use every seven hours");
    }
    w.pass(8 * HOUR - 1);
    assert_eq!(browser.get("/settings/profile").await.status, StatusCode::SEE_OTHER, "after a week");
});

both!(revoking_a_session_or_disabling_the_user_works_at_once, async |w: &Workspace| {
    let (user, email) = person(w, "siti", "sales").await;
    let (mut home, mut office) = (Browser::guest(w).await, Browser::guest(w).await);
    home.sign_in(&email, PASSWORD).await;
    w.pass(5);
    office.sign_in(&email, PASSWORD).await;
    let sessions = w.engine.sessions(user).await.expect("sessions");
    assert_eq!(sessions.len(), 2);
    let answer = office.submit(&format!("/settings/security/sessions/{}/end", sessions[1].id), &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(home.get("/settings/profile").await.status, StatusCode::SEE_OTHER, "the other device is out");
    assert_eq!(office.get("/settings/profile").await.status, StatusCode::OK, "this one is not");
    w.engine.update(&w.system(), "user", user, crate::workspace::map(json!({"active": false})), None).await.expect("disabled");
    assert_eq!(office.get("/settings/profile").await.status, StatusCode::SEE_OTHER, "disabled is out at once");
    assert_eq!(office.sign_in(&email, PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
});

both!(signing_out_ends_the_session_and_nobody_ends_another_persons, async |w: &Workspace| {
    let (siti, email) = person(w, "siti", "sales").await;
    let (budi, _) = person(w, "budi", "sales").await;
    let mut browser = Browser::guest(w).await;
    browser.sign_in(&email, PASSWORD).await;
    let session = browser.cookie("akrab").expect("a session").to_string();
    let id = w.engine.sessions(siti).await.expect("sessions")[0].id.clone();
    let mut stranger = Browser::of(w, budi).await;
    assert_eq!(stranger.submit(&format!("/settings/security/sessions/{id}/end"), &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.submit("/sign-out", &[]).await.location, "/sign-in");
    let token = session.split_once('.').expect("user and secret").1;
    assert!(w.engine.session(token).await.expect("an answer").is_none(), "the old cookie opens nothing");
});

both!(guessing_is_slowed_down_but_a_known_device_still_gets_in, async |w: &Workspace| {
    let (_, email) = person(w, "siti", "sales").await;
    let mut known = Browser::guest(w).await;
    known.sign_in(&email, PASSWORD).await;
    let mut stranger = Browser::guest(w).await;
    for _ in 0..5 {
        assert_eq!(stranger.sign_in(&email, "tebakan-lain-1").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let limited = stranger.sign_in(&email, PASSWORD).await;
    assert_eq!(limited.status, StatusCode::TOO_MANY_REQUESTS, "even the right password has to wait");
    assert_eq!(limited.headers["retry-after"], "60");
    known.submit("/sign-out", &[]).await;
    assert_eq!(known.sign_in(&email, PASSWORD).await.status, StatusCode::SEE_OTHER, "the owner is not locked out");
    w.pass(61);
    for _ in 0..5 {
        stranger.sign_in(&email, "tebakan-lain-2").await;
    }
    assert_eq!(stranger.sign_in(&email, "tebakan-lain-2").await.headers["retry-after"], "120", "waits grow");
});

both!(one_address_cannot_try_many_accounts, async |w: &Workspace| {
    let mut stranger = Browser::guest(w).await;
    for n in 0..20 {
        let answer = stranger.sign_in(&format!("orang{n}@contoh.test"), "kopi-gayo-tiap-pagi").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "try {n}");
    }
    assert_eq!(stranger.sign_in("orang99@contoh.test", "kopi-gayo-tiap-pagi").await.status, StatusCode::TOO_MANY_REQUESTS);
});

both!(a_forgotten_password_is_replaced_through_a_mailed_link_once, async |w: &Workspace| {
    let (_, email) = person(w, "siti", "sales").await;
    let mut device = Browser::guest(w).await;
    device.sign_in(&email, PASSWORD).await;
    let mut browser = Browser::guest(w).await;
    let unknown = browser.submit("/forgot", &[("email", "tidakada@contoh.test")]).await;
    let known = browser.submit("/forgot", &[("email", &email)]).await;
    assert_eq!((unknown.status, &unknown.html), (known.status, &known.html), "the page tells nothing");
    let mail = w.mail(0).await;
    assert_eq!(mail.to, email);
    let link = mail.text.split_whitespace().find(|word| word.contains("/reset/")).expect("a link").to_string();
    let path = link[link.find("/reset/").expect("a path")..].to_string();
    browser.look(&path).await;
    let weak = browser.submit(&path, &[("password", "password123"), ("repeat", "password123")]).await;
    assert_eq!(weak.status, StatusCode::UNPROCESSABLE_ENTITY, "a common password is refused and the link still works");
    let done = browser.submit(&path, &[("password", "teh-melati-sore"), ("repeat", "teh-melati-sore")]).await;
    assert_eq!(done.location, "/sign-in");
    assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND, "a link works once");
    assert_eq!(device.get("/settings/profile").await.status, StatusCode::SEE_OTHER, "other devices are signed out");
    assert_eq!(browser.sign_in(&email, PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.sign_in(&email, "teh-melati-sore").await.status, StatusCode::SEE_OTHER);
    assert_eq!(w.mails(), 1, "nobody wrote to the unknown address");
});

both!(a_mailed_link_ends_after_half_an_hour, async |w: &Workspace| {
    let (_, email) = person(w, "siti", "sales").await;
    let mut browser = Browser::guest(w).await;
    browser.submit("/forgot", &[("email", &email)]).await;
    let text = w.mail(0).await.text;
    let path = text.split_whitespace().find_map(|word| word.find("/reset/").map(|at| word[at..].to_string())).expect("a link");
    assert_eq!(browser.get(&path).await.status, StatusCode::OK);
    w.pass(31 * 60);
    assert_eq!(browser.get(&path).await.status, StatusCode::NOT_FOUND);
});

both!(the_second_factor_is_asked_for_and_each_code_works_once, async |w: &Workspace| {
    let (user, email) = person(w, "siti", "sales").await;
    let enrolment = w.engine.enrol_totp(user).await.expect("an enrolment");
    let totp = totp_rs::Builder::new()
        .with_secret(totp_rs::Secret::try_from_base32(&enrolment.secret).expect("base32"))
        .build()
        .expect("a generator");
    let code = || totp.generate(u64::try_from(w.engine.now().timestamp().as_second()).expect("our century")).to_string();
    assert!(w.engine.confirm_totp(user, "000000").await.is_err());
    let recovery = w.engine.confirm_totp(user, &code()).await.expect("the first code turns it on");
    assert_eq!(recovery.len(), 10);
    let mut browser = Browser::guest(w).await;
    browser.look("/sign-in").await;
    let first = browser.submit("/sign-in", &[("email", &email), ("password", PASSWORD)]).await;
    assert_eq!(first.location, "/sign-in/code?next=/");
    assert_eq!(browser.get("/settings/profile").await.status, StatusCode::SEE_OTHER, "the password alone opens nothing");
    browser.look("/sign-in/code").await;
    assert_eq!(
        browser.submit("/sign-in/code", &[("code", &code())]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "the code was used to turn it on"
    );
    w.pass(30);
    assert_eq!(browser.submit("/sign-in/code", &[("code", &code())]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/settings/profile").await.status, StatusCode::OK);
    for (n, expected) in [StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY].into_iter().enumerate() {
        let mut browser = Browser::guest(w).await;
        browser.look("/sign-in").await;
        browser.submit("/sign-in", &[("email", &email), ("password", PASSWORD)]).await;
        browser.look("/sign-in/code").await;
        assert_eq!(
            browser.submit("/sign-in/code", &[("code", &recovery[0].to_lowercase())]).await.status,
            expected,
            "use {n} of a recovery code"
        );
    }
});

async fn api(w: &Workspace, method: &str, path: &str, token: &str, body: &str) -> (StatusCode, serde_json::Value) {
    let request =
        Request::builder().method(method).uri(path).header("host", "127.0.0.1").header("authorization", format!("Bearer {token}"));
    let response = w
        .http()
        .oneshot(request.header("content-type", "application/json").body(Body::from(body.to_string())).expect("a request"))
        .await
        .expect("an answer");
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

both!(a_token_opens_the_api_as_far_as_its_scope, async |w: &Workspace| {
    let (user, _) = person(w, "siti", "administrator").await;
    let ctx = w.of(user, akrab_engine::Door::Page);
    let read = w.engine.token_add(&ctx, user, "pembaca", true, Some(30)).await.expect("a token");
    let write = w.engine.token_add(&ctx, user, "penulis", false, None).await.expect("a token");
    assert!(read.starts_with("akrab_") && read.len() == 49);
    assert_eq!(api(w, "GET", "/api/v1/contacts", &read, "").await.0, StatusCode::OK);
    let before = digest::of(w).await;
    let (status, problem) = api(w, "POST", "/api/v1/contacts", &read, r#"{"name":"Dewi"}"#).await;
    assert_eq!((status, problem["code"].as_str()), (StatusCode::FORBIDDEN, Some("token_reads_only")));
    assert_eq!(before, digest::of(w).await);
    assert_eq!(api(w, "POST", "/api/v1/contacts", &write, r#"{"name":"Dewi"}"#).await.0, StatusCode::CREATED);
    w.pass(31 * 24 * HOUR);
    assert_eq!(api(w, "GET", "/api/v1/contacts", &read, "").await.0, StatusCode::UNAUTHORIZED, "expired");
    let id = w.engine.tokens(user).await.expect("tokens").into_iter().find(|t| t.name == "penulis").expect("kept").id;
    w.engine.end_token(&ctx, user, &id).await.expect("revoked");
    let (status, problem) = api(w, "GET", "/api/v1/contacts", &write, "").await;
    assert_eq!((status, problem["code"].as_str()), (StatusCode::UNAUTHORIZED, Some("unauthenticated")), "revoked");
    assert_eq!(api(w, "GET", "/api/v1/contacts", &id, "").await.0, StatusCode::UNAUTHORIZED, "what is stored opens nothing");
});

both!(who_was_signed_in_need_not_type_his_address_again, async |w: &Workspace| {
    let (siti, email) = person(w, "siti", "sales").await;
    let mut browser = Browser::of(w, siti).await;
    w.pass(8 * 24 * HOUR);
    let filled = format!("value=\"{email}\"");
    assert!(browser.fragment("/settings/profile").await.html.contains(&filled), "in the dialog over the page");
    assert!(browser.get("/sign-in").await.html.contains(&filled), "and on the page");
    // a number in a cookie tells nothing, only the session's own token does
    let mut other = Browser::guest(w).await;
    other.set_cookie("akrab", &format!("{siti}.unknown"));
    assert!(!other.get("/sign-in").await.html.contains(&email));
});

both!(an_unknown_visitor_is_answered_as_he_asks, async |w: &Workspace| {
    person(w, "siti", "sales").await;
    let mut browser = Browser::guest(w).await;
    let fragment = browser.fragment("/settings/profile").await;
    assert_eq!(fragment.status, StatusCode::UNAUTHORIZED);
    assert!(fragment.html.contains("data-sign-in") && !fragment.html.contains("<html"), "a dialog to sign in again");
    let (status, problem) = api(w, "GET", "/api/v1/contacts", "akrab_x", "").await;
    assert_eq!((status, problem["status"].as_i64()), (StatusCode::UNAUTHORIZED, Some(401)));
    let page = browser.get("/sign-in").await;
    for (name, value) in [("x-frame-options", "DENY"), ("x-content-type-options", "nosniff"), ("cache-control", "no-store")] {
        assert_eq!(page.headers[name], value);
    }
    let policy = page.headers["content-security-policy"].to_str().expect("text");
    assert!(policy.contains("script-src 'self';") && policy.contains("base-uri 'none'") && !policy.contains("unsafe"), "{policy}");
});

both!(an_empty_workspace_is_set_up_once, async |w: &Workspace| {
    let mut browser = Browser::guest(w).await;
    assert_eq!(browser.get("/sign-in").await.location, "/setup");
    browser.look("/setup").await;
    let form = |password: &'static str| {
        [
            ("company", "PT Kopi Nusantara"),
            ("name", "Ratna Dewi"),
            ("email", "ratna@kopi.test"),
            ("password", password),
            ("repeat", password),
            ("language", "id"),
            ("currency", "IDR"),
            ("time_zone", "Asia/Makassar"),
            ("sample", "none"),
        ]
    };
    assert_eq!(browser.submit("/setup", &form("pendek")).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.submit("/setup", &form("teh-melati-sore")).await.status, StatusCode::SEE_OTHER);
    let page = browser.look("/settings/company").await;
    assert!(page.html.contains("PT Kopi Nusantara"), "signed in as administrator at once");
    assert_eq!(w.engine.settings().time_zone, "Asia/Makassar");
    let mut second = Browser::guest(w).await;
    assert_eq!(second.submit("/setup", &form("punya-orang-lain")).await.status, StatusCode::CONFLICT);
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn behind_https_the_host_must_be_ours_and_cookies_are_bound_to_it() {
    let w = Workspace::sqlite(&[]).await;
    let (user, email) = person(&w, "siti", "sales").await;
    let config = akrab_web::Config { base_url: Some("https://127.0.0.1".into()), ..akrab_web::Config::default() };
    let seed: akrab_web::state::SeedFn = std::sync::Arc::new(|_, _| Box::pin(async { Ok(()) }));
    let http = akrab_web::router(akrab_web::Web::new(w.engine.clone(), config, vec![], seed));
    let foreign = Request::get("/sign-in").header("host", "evil.example").body(Body::empty()).expect("a request");
    assert_eq!(http.clone().oneshot(foreign).await.expect("an answer").status(), StatusCode::MISDIRECTED_REQUEST);
    let mut browser = Browser::on(http).await;
    let answer = browser.sign_in(&email, PASSWORD).await;
    let set: Vec<_> = answer.headers.get_all("set-cookie").iter().filter_map(|v| v.to_str().ok()).collect();
    let session = set.iter().find(|c| c.starts_with("__Host-akrab=")).expect("a session cookie");
    assert!(session.contains("; Secure") && session.contains("; HttpOnly") && session.contains("SameSite=Lax"), "{session}");
    assert!(answer.headers.contains_key("strict-transport-security"));
    assert!(browser.cookie("__Host-akrab").is_some_and(|c| c.starts_with(&format!("{user}."))));
    w.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cookie_that_names_somebody_else_opens_nothing() {
    let w = Workspace::sqlite(&[]).await;
    let (siti, email) = person(&w, "siti", "sales").await;
    let (admin, _) = person(&w, "ratna", "administrator").await;
    let SignedIn::Full { token, .. } = w.engine.sign_in(&email, PASSWORD, &Origin::default()).await.expect("a session") else {
        panic!("no second factor")
    };
    for (user, status) in [(siti, StatusCode::OK), (admin, StatusCode::SEE_OTHER)] {
        let request = Request::get("/settings/profile").header("host", "127.0.0.1").header("cookie", format!("akrab={user}.{token}"));
        assert_eq!(w.http().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer").status(), status);
    }
    w.close().await;
}

both!(a_token_that_asks_too_often_is_told_to_wait, async |w: &Workspace| {
    let (user, _) = person(w, "siti", "sales").await;
    let config = akrab_web::Config { api_rate: 60, proxies: vec![[127, 0, 0, 1].into()], ..akrab_web::Config::default() };
    let seed: akrab_web::state::SeedFn = std::sync::Arc::new(|_, _| Box::pin(async { Ok(()) }));
    let http = akrab_web::router(akrab_web::Web::new(w.engine.clone(), config, vec![], seed));
    let mut tokens = Vec::new();
    for name in ["satu", "dua"] {
        tokens.push(w.engine.token_add(&w.system(), user, name, false, None).await.expect("a token"));
    }
    let ask = async |token: &str, from: Option<&str>| {
        let mut request =
            axum::http::Request::get("/api/v1/me").header("host", "127.0.0.1").header("authorization", format!("Bearer {token}"));
        if let Some(from) = from {
            request = request.header("x-forwarded-for", from);
        }
        let request = request.body(axum::body::Body::empty()).expect("a request");
        let response = tower::ServiceExt::oneshot(http.clone(), request).await.expect("an answer");
        let (status, wait) = (response.status(), response.headers().get("retry-after").cloned());
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        (status, wait, serde_json::from_slice::<serde_json::Value>(&body).expect("JSON"))
    };
    let mut refused = None;
    for _ in 0..200 {
        let answer = ask(&tokens[0], Some("203.0.113.7")).await;
        if answer.0 == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(answer);
            break;
        }
    }
    let (_, wait, problem) = refused.expect("a minute's worth is not endless");
    assert!(wait.is_some(), "it says when to come back");
    assert_eq!((problem["code"].as_str(), problem["status"].as_i64()), (Some("too_many_requests"), Some(429)));
    assert_eq!(ask(&tokens[1], Some("203.0.113.7")).await.0, StatusCode::OK, "another token is not held up");
    assert_eq!(ask(&tokens[0], None).await.0, StatusCode::OK, "programs on this machine are the operator's own");
});
