//! Signing in through a provider of identity of others.

use crate::browser::{Browser, PASSWORD};
use crate::child::Script;
use crate::workspace::{Workspace, map};
use akrab_engine::Door;
use akrab_engine::oidc::ProviderDraft;
use serde_json::json;

async fn user(w: &Workspace, name: &str, role: &str) -> i64 {
    let role = w.engine.people().roles.iter().find(|r| r.key == role).map(|r| r.id).expect("the role");
    w.user(name, role, None).await
}

/// Where the browser is sent, as this person of the provider, and where he comes back to.
async fn there(script: &mut Script, browser: &mut Browser, begin: &str, person: &str) -> String {
    let sent = browser.get(begin).await;
    assert_eq!(sent.status, 303, "{}", sent.html);
    let answer = script.ask(json!({"go": sent.location, "as": person})).await;
    let back = answer["back"].as_str().unwrap_or_else(|| panic!("{answer}"));
    back.strip_prefix("http://127.0.0.1").expect("back here").to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_sign_in_through_a_provider_of_others_and_no_account_is_taken_over() {
    let Some(mut script) = Script::start("oidc.mjs", "oidc-provider") else { return };
    let w = Workspace::sqlite(&[]).await;
    // the provider lives in the present
    let present = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_secs();
    w.pass(i64::try_from(present).expect("a time") - w.engine.now().timestamp().as_second());
    let issuer = script.ask(json!({"redirect": "http://127.0.0.1/oidc/callback"})).await["issuer"].as_str().expect("an issuer").to_string();
    let (ratna, siti, budi) = (user(&w, "ratna", "administrator").await, user(&w, "siti", "sales").await, user(&w, "budi", "sales").await);
    let people = json!({
        "s": {"email": "siti@contoh.test", "email_verified": true, "name": "Siti"},
        "x": {"email": "siti@contoh.test", "email_verified": false, "name": "Penyusup"},
        "y": {"email": "siti@contoh.test", "email_verified": true, "name": "Alamat Bekas"},
        "r": {"email": "ratna@contoh.test", "email_verified": true, "name": "Ratna"},
        "n": {"email": "baru@contoh.test", "email_verified": true, "name": "Orang Baru"},
        "o": {"email": "orang@lain.test", "email_verified": true, "name": "Orang Lain"},
    });
    script.ask(json!({ "people": people })).await;
    // set up in the settings
    let mut admin = Browser::of(&w, ratna).await;
    let form = [("name", "Kopi"), ("client_id", "akrab"), ("secret", "rahasia:+%&x"), ("link", "1")];
    let wrong = admin.submit("/settings/sign-in/new?preset=other", &[&form[..], &[("issuer", "http://127.0.0.1:1")]].concat()).await;
    assert_eq!(wrong.status, 422, "nobody is there");
    let added = admin.submit("/settings/sign-in/new?preset=other", &[&form[..], &[("issuer", issuer.as_str())]].concat()).await;
    assert_eq!(added.status, 303, "{}", added.html);
    let with = "/sign-in/with/kopi?next=/settings/profile";
    assert!(Browser::guest(&w).await.get("/sign-in").await.html.contains("/sign-in/with/kopi"));
    // an address the provider has verified opens the account there is, and none other does
    let mut browser = Browser::guest(&w).await;
    for (person, code) in [("x", "verif"), ("r", "dijaga"), ("o", "Tidak ada akun"), ("n", "Tidak ada akun")] {
        let back = there(&mut script, &mut browser, with, person).await;
        let refused = browser.get(&back).await;
        assert!(refused.status == 422 && refused.html.contains(code), "{person}: {}", refused.html);
    }
    let back = there(&mut script, &mut browser, with, "s").await;
    assert_eq!(Browser::guest(&w).await.get(&back).await.status, 422, "another browser has no use of it");
    assert_eq!(browser.get(&back).await.status, 422, "and it is used up");
    let back = there(&mut script, &mut browser, with, "s").await;
    let opened = browser.get(&back).await;
    assert_eq!((opened.status.as_u16(), opened.location.as_str()), (303, "/settings/profile"), "{}", opened.html);
    assert!(browser.get("/settings/profile").await.html.contains("siti@contoh.test"));
    let mut other = Browser::guest(&w).await;
    let back = there(&mut script, &mut other, with, "y").await;
    assert_eq!(other.get(&back).await.status, 422, "an address given to somebody else opens nothing");
    // whoever is signed in links himself, and unlinks
    let csrf = admin.form_token("/settings/security").await;
    assert_eq!(admin.get("/settings/security/link/kopi?csrf=lain").await.status, 403);
    let back = there(&mut script, &mut admin, &format!("/settings/security/link/kopi?csrf={csrf}"), "r").await;
    assert_eq!(browser.get(&back).await.status, 422, "only he himself");
    let back = there(&mut script, &mut admin, &format!("/settings/security/link/kopi?csrf={csrf}"), "r").await;
    assert_eq!(admin.get(&back).await.location, "/settings/security");
    let mut again = Browser::guest(&w).await;
    let back = there(&mut script, &mut again, with, "r").await;
    assert_eq!(again.get(&back).await.location, "/settings/profile");
    assert_eq!(admin.submit("/settings/security/link/1/end", &[]).await.status, 303);
    // other keys of the provider, with what it says in the token itself
    w.pass(61);
    script.ask(json!({"rotate": true, "inToken": true})).await;
    let back = there(&mut script, &mut other, with, "s").await;
    assert_eq!(other.get(&back).await.location, "/settings/profile", "keys that change are asked for");
    let asked = script.ask(json!({})).await["keysAsked"].as_i64();
    assert_eq!(asked, Some(2), "and not more often than they change");
    // accounts are made for the company's own, and with a role that is not the administrators'
    let sales = w.engine.people().roles.iter().find(|r| r.key == "sales").map(|r| r.id);
    let change = |change: fn(&mut ProviderDraft)| {
        let mut draft = ProviderDraft {
            name: "Kopi".into(),
            issuer: issuer.clone(),
            client_id: "akrab".into(),
            role: sales,
            open: true,
            ..ProviderDraft::default()
        };
        change(&mut draft);
        draft
    };
    let ctx = w.of(ratna, Door::Page);
    let keep = async |draft: ProviderDraft| w.engine.write(&ctx, move |tx| tx.oidc_change(1, &draft, None)).await;
    assert!(keep(change(|draft| draft.make = true)).await.is_err(), "without domains anybody would get in");
    keep(change(|draft| (draft.make, draft.domains) = (true, vec!["contoh.test".into()]))).await.expect("kept");
    let mut newcomer = Browser::guest(&w).await;
    let back = there(&mut script, &mut newcomer, with, "o").await;
    assert_eq!(newcomer.get(&back).await.status, 422, "of another domain");
    let back = there(&mut script, &mut newcomer, with, "n").await;
    assert_eq!(newcomer.get(&back).await.location, "/settings/profile");
    let made = w.engine.people().by_email("baru@contoh.test").cloned().expect("an account");
    assert_eq!((made.name.as_str(), made.role.key.as_str()), ("Orang Baru", "sales"));
    // the only way in, save for administrators
    keep(change(|draft| draft.only = true)).await.expect("kept");
    w.engine.set_password(&w.system(), budi, PASSWORD).await.expect("a password");
    let mut guest = Browser::guest(&w).await;
    assert!(!guest.get("/sign-in").await.html.contains("name=\"password\""));
    let refused = guest.sign_in("budi@contoh.test", PASSWORD).await;
    assert!(refused.status == 422 && refused.html.contains("penyedia perusahaan"), "{}", refused.html);
    assert_eq!(guest.sign_in("ratna@contoh.test", PASSWORD).await.status, 303);
    // who signs out there is signed out here, and nobody else's word counts
    let mut there_too = Browser::guest(&w).await;
    let back = there(&mut script, &mut there_too, with, "s").await;
    there_too.get(&back).await;
    for (change, status) in [
        (json!({"aud": "lain"}), 400),
        (json!({"nonce": "n"}), 400),
        (json!({"stranger": true}), 400),
        (json!({"sub": "tak dikenal"}), 200),
        (json!({}), 200),
    ] {
        assert_eq!(there_too.get("/settings/profile").await.status, 200, "before {change}");
        let token = script.ask(json!({"leave": "s", "change": change})).await["token"].as_str().expect("a token").to_string();
        let told = guest.submit_with(&[], "/oidc/logout", &[("logout_token", token.as_str())]).await;
        assert_eq!(told.status, status, "{change}: {}", told.html);
    }
    assert_eq!(there_too.get("/settings/profile").await.status, 303, "signed out");
    assert_eq!(admin.get("/settings/profile").await.status, 200);
    // who has left is out, and a provider that is switched off lets nobody in
    w.engine.update(&w.system(), "user", siti, map(json!({"active": false})), None).await.expect("left");
    let back = there(&mut script, &mut other, with, "s").await;
    assert_eq!(other.get(&back).await.status, 422);
    keep(change(|draft| draft.open = false)).await.expect("kept");
    assert_eq!(Browser::guest(&w).await.get(with).await.status, 422);
    for page in [
        "/settings/sign-in",
        "/settings/sign-in/1",
        "/settings/sign-in/new?preset=google",
        "/settings/sign-in/new?preset=microsoft",
        "/settings/security",
        "/settings/audit",
    ] {
        assert_eq!(admin.get(page).await.status, 200, "{page}");
    }
    w.close().await;
}
