//! Passkeys, with a device made of software.

use crate::browser::{Browser, PASSWORD};
use crate::workspace::{Workspace, both, map};
use akrab_engine::identity::{Origin, SignedIn};
use akrab_engine::passkey::Party;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

fn text(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What a telephone or a stick does.
struct Device {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    user: String,
    counter: u32,
    /// Somebody is there, and has proven himself.
    flags: u8,
    origin: String,
}

impl Device {
    fn new(origin: &str) -> Device {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new()).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref(), &SystemRandom::new()).expect("a key");
        Device { id: Sha256::digest(pkcs8.as_ref())[..20].to_vec(), key, user: String::new(), counter: 0, flags: 5, origin: origin.into() }
    }
    fn client(&self, kind: &str, options: &Json) -> Vec<u8> {
        json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false }).to_string().into_bytes()
    }
    fn data(&self, site: &str, flags: u8) -> Vec<u8> {
        [&Sha256::digest(site.as_bytes())[..], &[flags], &self.counter.to_be_bytes()].concat()
    }
    fn make(&mut self, options: &Json) -> String {
        self.user = options["user"]["id"].as_str().expect("a name").into();
        let point = self.key.public_key().as_ref();
        let cose = [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20], &point[1..33], &[0x22, 0x58, 0x20], &point[33..]].concat();
        let site = options["rp"]["id"].as_str().expect("a site");
        let data =
            [self.data(site, self.flags | 64), vec![0; 16], (self.id.len() as u16).to_be_bytes().to_vec(), self.id.clone(), cose].concat();
        let length = (data.len() as u16).to_be_bytes();
        let object = [b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".as_slice(), &length, &data].concat();
        let response = json!({ "clientDataJSON": text(&self.client("webauthn.create", options)), "attestationObject": text(&object) });
        json!({ "id": text(&self.id), "response": response }).to_string()
    }
    fn prove(&mut self, options: &Json) -> String {
        self.counter += 1;
        let (client, data) = (self.client("webauthn.get", options), self.data(options["rpId"].as_str().expect("a site"), self.flags));
        let signed = [&data[..], &Sha256::digest(&client)[..]].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("a signature");
        let response = json!({
            "clientDataJSON": text(&client), "authenticatorData": text(&data), "signature": text(signature.as_ref()), "userHandle": self.user,
        });
        json!({ "id": text(&self.id), "response": response }).to_string()
    }
}

fn party() -> Party {
    Party::of("http://localhost").expect("a site")
}

async fn user(w: &Workspace, name: &str, role: &str) -> i64 {
    let role = w.engine.people().roles.iter().find(|r| r.key == role).map(|r| r.id).expect("the role");
    w.user(name, role, None).await
}

/// A passkey of this person on a new device.
async fn registered(w: &Workspace, user: i64) -> Device {
    let mut device = Device::new("http://localhost");
    let options = w.engine.passkey_begin_add(user, &party(), "b").await.expect("a question");
    let ctx = w.of(user, akrab_engine::Door::Page);
    w.engine.passkey_add(&ctx, &party(), "b", &device.make(&options), "Ponsel").await.expect("registered");
    device
}

both!(a_passkey_opens_the_account_it_was_made_for_and_its_owner_is_told, async |w: &Workspace| {
    let siti = user(w, "siti", "sales").await;
    let mut browser = Browser::of(w, siti).await.at("localhost");
    browser.look("/settings/security").await;
    let mut device = Device::new("http://localhost");
    let wrong = browser.post("/settings/security/passkeys/begin", "current=salah").await;
    assert_eq!(wrong.status, 422, "only whoever knows the password adds one");
    let begun = browser.post("/settings/security/passkeys/begin", &format!("current={}", PASSWORD.replace('!', "%21"))).await;
    let options: Json = serde_json::from_str(&begun.html).unwrap_or_else(|e| panic!("{e}: {}", begun.html));
    let answer = device.make(&options);
    let added = browser.submit("/settings/security/passkeys", &[("name", "Ponsel"), ("answer", &answer)]).await;
    assert_eq!(added.status, 303, "{}", added.html);
    assert_eq!(
        browser.submit("/settings/security/passkeys", &[("name", "Lagi"), ("answer", &answer)]).await.status,
        422,
        "a question is answered once"
    );
    assert!(browser.get("/settings/security").await.html.contains("Ponsel"));
    w.work_off().await;
    let mail = w.mail(0).await;
    assert!(mail.to == "siti@contoh.test" && mail.text.contains("Ponsel"), "{mail:?}");
    // signing in without any name or password
    let mut other = Browser::guest(w).await.at("localhost");
    other.look("/sign-in").await;
    let begun = other.post("/sign-in/passkey/begin", "").await;
    let options: Json = serde_json::from_str(&begun.html).expect("a question");
    let answer = device.prove(&options);
    let opened = other.submit("/sign-in/passkey", &[("answer", &answer), ("next", "/settings/profile")]).await;
    assert_eq!((opened.status.as_u16(), opened.location.as_str()), (303, "/settings/profile"), "{}", opened.html);
    assert_eq!(other.get("/settings/profile").await.status, 200);
    let mut thief = Browser::guest(w).await.at("localhost");
    thief.look("/sign-in").await;
    assert_eq!(
        thief.submit("/sign-in/passkey", &[("answer", &answer), ("next", "/")]).await.status,
        422,
        "an answer counts once, in its own browser"
    );
    // removed, it opens nothing
    let id = text(&device.id);
    assert_eq!(other.submit(&format!("/settings/security/passkeys/{id}/end"), &[]).await.status, 403, "a form without its token");
    other.look("/settings/security").await;
    assert_eq!(other.submit(&format!("/settings/security/passkeys/{id}/end"), &[]).await.status, 303);
    let options = w.engine.passkey_begin(&party(), "b").await.expect("a question");
    let refused = w.engine.passkey_sign_in(&party(), "b", &device.prove(&options), None, &Origin::default()).await;
    assert_eq!(refused.expect_err("removed").code, "passkey_unknown");
});

both!(a_passkey_answers_one_question_of_one_site_by_somebody_who_is_there, async |w: &Workspace| {
    let siti = user(w, "siti", "sales").await;
    let mut device = registered(w, siti).await;
    let from = Origin { ip: "127.0.0.1".into(), ..Origin::default() };
    let code = async |answer: String, browser: &str| {
        w.engine.passkey_sign_in(&party(), browser, &answer, None, &from).await.map(|_| "in").unwrap_or_else(|problem| problem.code)
    };
    let ask = async || w.engine.passkey_begin(&party(), "b").await.expect("a question");
    assert_eq!(code(device.prove(&ask().await), "b").await, "in");
    assert_eq!(code(device.prove(&ask().await), "lain").await, "passkey_late", "another browser");
    let options = ask().await;
    w.pass(301);
    assert_eq!(code(device.prove(&options), "b").await, "passkey_late");
    device.origin = "http://localhost.penipu.test".into();
    assert_eq!(code(device.prove(&ask().await), "b").await, "passkey_refused", "another site");
    device.origin = "http://localhost".into();
    device.flags = 1;
    assert_eq!(code(device.prove(&ask().await), "b").await, "passkey_refused", "nobody proved himself to the device");
    device.flags = 5;
    let mut options = ask().await;
    options["rpId"] = json!("penipu.test");
    assert_eq!(code(device.prove(&options), "b").await, "passkey_refused");
    let changed = |answer: &str, part: &str, value: &str| {
        let mut answer: Json = serde_json::from_str(answer).expect("JSON");
        answer["response"][part] = json!(value);
        answer.to_string()
    };
    let answer = device.prove(&ask().await);
    assert_eq!(code(changed(&answer, "signature", &text(&[1; 70])), "b").await, "passkey_refused");
    let answer = device.prove(&ask().await);
    assert_eq!(code(changed(&answer, "userHandle", &text(b"akrab-user-999")), "b").await, "passkey_refused");
    assert_eq!(code("{".into(), "b").await, "passkey_refused");
    device.counter = 0;
    assert_eq!(code(device.prove(&ask().await), "b").await, "passkey_refused", "a copy counts backwards");
    device.counter = 50;
    assert_eq!(code(device.prove(&ask().await), "b").await, "in");
    let mut stranger = Device::new("http://localhost");
    stranger.user = device.user.clone();
    assert_eq!(code(stranger.prove(&ask().await), "b").await, "passkey_unknown");
    // the same key is nobody else's
    let budi = user(w, "budi", "sales").await;
    let options = w.engine.passkey_begin_add(budi, &party(), "b").await.expect("a question");
    let ctx = w.of(budi, akrab_engine::Door::Page);
    assert_eq!(w.engine.passkey_add(&ctx, &party(), "b", &device.make(&options), "X").await.expect_err("taken").code, "passkey_taken");
    w.engine.update(&w.system(), "user", siti, map(json!({"active": false})), None).await.expect("left");
    device.user = text(format!("akrab-user-{siti}").as_bytes());
    assert_eq!(code(device.prove(&ask().await), "b").await, "passkey_unknown", "who has left is out");
    w.pass(7_200);
    let mut last = "";
    for _ in 0..25 {
        last = code("{".into(), "b").await;
    }
    assert_eq!(last, "too_many_tries");
});

both!(a_passkey_is_a_second_factor_too, async |w: &Workspace| {
    let (siti, budi) = (user(w, "siti", "sales").await, user(w, "budi", "sales").await);
    let (mut hers, mut his) = (registered(w, siti).await, registered(w, budi).await);
    w.engine.set_password(&w.system(), siti, PASSWORD).await.expect("a password");
    let secret = w.engine.enrol_totp(siti).await.expect("a secret").secret;
    let key = totp_rs::Secret::try_from_base32(&secret).expect("a secret");
    let totp = totp_rs::Builder::new().with_secret(key).build().expect("an authenticator");
    let now = u64::try_from(w.engine.now().timestamp().as_second()).expect("a time");
    w.engine.confirm_totp(siti, &totp.generate(now).to_string()).await.expect("on");
    let from = Origin { ip: "127.0.0.1".into(), ..Origin::default() };
    let SignedIn::Code { token, .. } = w.engine.sign_in("siti@contoh.test", PASSWORD, &from).await.expect("the password fits") else {
        panic!("no second factor was asked for")
    };
    let options = w.engine.passkey_begin(&party(), "b").await.expect("a question");
    let others = w.engine.passkey_sign_in(&party(), "b", &his.prove(&options), Some(&token), &from).await;
    assert_eq!(others.expect_err("somebody else's").code, "code_too_late");
    let options = w.engine.passkey_begin(&party(), "b").await.expect("a question");
    let done = w.engine.passkey_sign_in(&party(), "b", &hers.prove(&options), Some(&token), &from).await.expect("hers");
    assert!(matches!(done, SignedIn::Full { user, .. } if user == siti));
    assert!(w.engine.second_factor(&token, "000000", &from).await.is_err(), "used up");
});
