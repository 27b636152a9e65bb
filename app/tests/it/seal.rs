//! Secrets that the program reads again stand sealed in the database.

use crate::workspace::{KEY, Workspace, both};
use akrab_engine::Engine;
use akrab_engine::identity::{Origin, SignedIn};

const PASSWORD: &str = "Kopi-Toraja-2026!";
const SECRET: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";

fn code(engine: &Engine, secret: &str) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).expect("base32");
    let totp = totp_rs::Builder::new().with_secret(secret).build().expect("a generator");
    totp.generate(u64::try_from(engine.now().timestamp().as_second()).expect("our century")).to_string()
}

/// What the database holds of the user's second factor.
async fn stored(w: &Workspace, user: i64) -> String {
    let credential = w.engine.store().read(move |conn| conn.credential(user)).await.expect("a credential");
    credential.and_then(|c| c.totp).unwrap_or_default()
}

async fn user(w: &Workspace) -> i64 {
    let role = w.engine.people().roles[0].id;
    let user = w.user("siti", role, None).await;
    w.engine.set_password(&w.system(), user, PASSWORD).await.expect("a password");
    user
}

/// Signs in with password and code.
async fn opens(engine: &Engine, secret: &str) -> bool {
    let from = Origin { ip: "10.0.0.1".into(), agent: "test".into(), device: None };
    let SignedIn::Code { token, .. } = engine.sign_in("siti@contoh.test", PASSWORD, &from).await.expect("a session") else {
        panic!("no second factor was asked for")
    };
    engine.second_factor(&token, &code(engine, secret), &from).await.is_ok()
}

both!(a_second_factor_stands_sealed_in_the_database, async |w: &Workspace| {
    let user = user(w).await;
    let secret = w.engine.enrol_totp(user).await.expect("an enrolment").secret;
    let kept = stored(w, user).await;
    assert!(kept.starts_with("sealed:") && !kept.contains(&secret), "{kept}");
    w.engine.confirm_totp(user, &code(&w.engine, &secret)).await.expect("confirmed");
    w.pass(60);
    assert!(opens(&w.engine, &secret).await);
});

both!(a_second_factor_of_an_earlier_version_is_sealed_at_the_next_start, async |w: &Workspace| {
    let user = user(w).await;
    w.engine.store().write(move |conn| conn.totp_set(user, Some(SECRET), true)).await.expect("written");
    let engine = w.opened_again(KEY).await;
    assert!(stored(w, user).await.starts_with("sealed:"));
    assert!(opens(&engine, SECRET).await, "the same codes open");
    assert_eq!(engine.foreign_seals().await.expect("a count"), 0);
    engine.store().close().await;
});

both!(another_key_opens_nothing_and_says_so, async |w: &Workspace| {
    let user = user(w).await;
    let secret = w.engine.enrol_totp(user).await.expect("an enrolment").secret;
    let recovery = w.engine.confirm_totp(user, &code(&w.engine, &secret)).await.expect("confirmed");
    w.pass(60);
    let engine = w.opened_again([8; 32]).await;
    assert_eq!(engine.foreign_seals().await.expect("a count"), 1);
    assert!(!opens(&engine, &secret).await);
    let from = Origin { ip: "10.0.0.1".into(), agent: "test".into(), device: None };
    let SignedIn::Code { token, .. } = engine.sign_in("siti@contoh.test", PASSWORD, &from).await.expect("a session") else {
        panic!("no second factor was asked for")
    };
    assert!(engine.second_factor(&token, &recovery[0], &from).await.is_ok(), "recovery codes still open");
    engine.store().close().await;
});

both!(a_seal_opens_for_its_own_user_only, async |w: &Workspace| {
    let first = user(w).await;
    let secret = w.engine.enrol_totp(first).await.expect("an enrolment").secret;
    let stolen = stored(w, first).await;
    let role = w.engine.people().roles[0].id;
    let second = w.user("budi", role, None).await;
    w.engine.set_password(&w.system(), second, PASSWORD).await.expect("a password");
    w.engine.store().write(move |conn| conn.totp_set(second, Some(&stolen), false)).await.expect("written");
    assert!(w.engine.confirm_totp(second, &code(&w.engine, &secret)).await.is_err());
});
