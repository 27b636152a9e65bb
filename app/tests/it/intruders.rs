//! What somebody who should not get in, or not any more, still cannot do.

use crate::browser::{Browser, PASSWORD};
use crate::workspace::{Workspace, both, map};
use akrab_engine::identity::{FirstSetup, Origin};
use axum::http::StatusCode;
use serde_json::json;

fn role(w: &Workspace, key: &str) -> i64 {
    w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role exists")
}

/// A user of this role with the usual password; gives id and e-mail.
async fn person(w: &Workspace, name: &str, key: &str) -> (i64, String) {
    let user = w.user(name, role(w, key), None).await;
    w.engine.set_password(&w.system(), user, PASSWORD).await.expect("a password");
    (user, format!("{name}@contoh.test"))
}

both!(a_second_factor_that_is_on_is_not_confirmed_again, async |w: &Workspace| {
    let (user, _) = person(w, "siti", "sales").await;
    let mut browser = Browser::of(w, user).await;
    let refused = browser.submit("/settings/security/totp", &[("current", "bukan-kata-sandinya")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "enrolling asks for the password");
    let page = browser.submit("/settings/security/totp", &[("current", PASSWORD)]).await.html;
    let secret = page.split("data-copy-source>").nth(1).and_then(|s| s.split('<').next()).expect("a secret").to_string();
    let totp =
        totp_rs::Builder::new().with_secret(totp_rs::Secret::try_from_base32(&secret).expect("base32")).build().expect("a generator");
    let code = || totp.generate(u64::try_from(w.engine.now().timestamp().as_second()).expect("our century")).to_string();
    let confirm = "/settings/security/totp/confirm";
    for n in 0..5 {
        let wrong = browser.submit(confirm, &[("code", "000000")]).await;
        assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.html.contains("name=\"code\""), "try {n} may be mended");
    }
    assert!(w.engine.confirm_totp(user, &code()).await.is_err_and(|p| p.code == "too_many_tries"), "codes cannot be guessed");
    w.pass(61);
    let shown = browser.submit(confirm, &[("code", &code())]).await;
    assert_eq!(shown.status, StatusCode::OK);
    for way in ["data-copy=", "href=\"data:text/plain", "download=\"kode-pemulihan-akrab.txt\""] {
        assert!(shown.html.contains(way), "the codes can be kept: {way}");
    }
    let left = w.engine.totp_state(user).await.expect("a state");
    assert_eq!(left, (true, 10));
    w.pass(30);
    for code in [code(), "000000".into()] {
        let again = browser.submit(confirm, &[("code", &code)]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "it is on");
    }
    assert_eq!(w.engine.confirm_totp(user, &code()).await.expect_err("refused").code, "totp_in_use");
    let answer = w.engine.sign_in("siti@contoh.test", PASSWORD, &Origin::default()).await.expect("the password fits");
    let akrab_engine::identity::SignedIn::Code { token, .. } = answer else { panic!("a code is asked for") };
    w.engine.second_factor(&token, &code(), &Origin::default()).await.expect("the refused confirmation used no code up");
});

both!(who_leaves_loses_sessions_tokens_and_links_for_good, async |w: &Workspace| {
    person(w, "ratna", "administrator").await;
    for name in ["dewi", "siti"] {
        let (user, email) = person(w, name, "sales").await;
        let mut browser = Browser::guest(w).await;
        browser.sign_in(&email, PASSWORD).await;
        let token = w.engine.token_add(&w.system(), user, "uji", false, None).await.expect("a token");
        let link = w.engine.invite_again(&w.system(), user, "https://crm").await.expect("a link");
        let link = link.rsplit('/').next().expect("a token").to_string();
        if name == "dewi" {
            for active in [false, true] {
                w.engine.update(&w.system(), "user", user, map(json!({ "active": active })), None).await.expect("changed");
            }
        } else {
            w.engine.delete(&w.system(), "user", user, None).await.expect("deleted");
            w.engine.restore(&w.system(), "user", user).await.expect("brought back");
        }
        assert_eq!(browser.get("/settings/profile").await.status, StatusCode::SEE_OTHER, "{name}: the session stays ended");
        assert!(w.engine.token(&token).await.expect("an answer").is_none(), "{name}: so does the token");
        assert!(w.engine.link_user(&link).await.is_err(), "{name}: so does the link");
        assert_eq!(browser.sign_in(&email, PASSWORD).await.status, StatusCode::SEE_OTHER, "{name} signs in anew");
    }
});

both!(an_office_behind_one_address_signs_in_as_often_as_it_likes, async |w: &Workspace| {
    let office = |device: Option<String>| Origin { ip: "203.0.113.9".into(), agent: "test".into(), device };
    let (_, email) = person(w, "siti", "sales").await;
    let mut known = None;
    for n in 0..25 {
        let done = w.engine.sign_in(&email, PASSWORD, &office(None)).await.unwrap_or_else(|p| panic!("sign-in {n}: {p:?}"));
        if let akrab_engine::identity::SignedIn::Full { device, .. } = done {
            known = Some(device);
        }
    }
    for n in 0..30 {
        let _ = w.engine.sign_in(&format!("orang{n}@contoh.test"), "kopi-gayo-tiap-pagi", &office(None)).await;
    }
    let stranger = w.engine.sign_in(&email, PASSWORD, &office(None)).await;
    assert_eq!(stranger.expect_err("slowed down").code, "too_many_tries");
    w.engine.sign_in(&email, PASSWORD, &office(known)).await.expect("who is known on this device gets in");
});

both!(of_two_first_set_ups_one_leaves_nothing, async |w: &Workspace| {
    let first = |n: i32| FirstSetup {
        company: format!("PT {n}"),
        name: format!("Orang {n}"),
        email: format!("orang{n}@contoh.test"),
        password: "teh-melati-sore".into(),
        lang: akrab_model::format::Lang::Id,
        currency: if n == 1 { "IDR" } else { "USD" }.into(),
        time_zone: "Asia/Jakarta".into(),
    };
    let bad = FirstSetup { currency: "rupiah".into(), ..first(1) };
    assert_eq!(w.engine.set_up(bad).await.expect_err("refused").kind, akrab_model::ProblemKind::Invalid);
    let (one, two) = tokio::join!(w.engine.set_up(first(1)), w.engine.set_up(first(2)));
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    let winner = if one.is_ok() { 1 } else { 2 };
    assert_eq!(one.err().or(two.err()).map(|p| p.code), Some("already_set_up"));
    let stored = w.engine.store().read(akrab_engine::Settings::load).await.expect("settings");
    assert_eq!((stored.company, w.engine.settings().company.clone()), (format!("PT {winner}"), format!("PT {winner}")));
    w.engine.reload_people().await.expect("people");
    assert_eq!(w.engine.people().users().iter().map(|p| p.name.clone()).collect::<Vec<_>>(), [format!("Orang {winner}")]);
    w.engine.sign_in(&format!("orang{winner}@contoh.test"), "teh-melati-sore", &Origin::default()).await.expect("the winner's password");
});

/// Collects what is logged on this thread.
#[derive(Clone, Default)]
struct Log(std::sync::Arc<std::sync::Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("the log").extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_keeps_no_link_that_opens_an_account() {
    let w = Workspace::sqlite(&[]).await;
    let mut browser = Browser::guest(&w).await;
    let log = Log::default();
    let kept = log.clone();
    let listener = tracing_subscriber::fmt().with_writer(move || kept.clone()).finish();
    let guard = tracing::subscriber::set_default(listener);
    browser.get("/reset/5M-3nXUsecret").await;
    browser.get("/forgot").await;
    drop(guard);
    let text = String::from_utf8(log.0.lock().expect("the log").clone()).expect("text");
    assert!(text.contains("/forgot") && text.contains("/reset/…") && !text.contains("5M-3nXU"), "{text}");
    w.close().await;
}

#[cfg(unix)]
#[test]
fn what_the_program_writes_is_for_its_user_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = crate::workspace::folder();
    let mut server = crate::server::Server::prepared(&folder.join("data"));
    let workspace = folder.join("data/workspaces/main");
    let mode = |path: &std::path::Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    // an older version left it open
    std::fs::set_permissions(workspace.join("akrab.db"), std::fs::Permissions::from_mode(0o644)).expect("a mode");
    std::fs::set_permissions(&workspace, std::fs::Permissions::from_mode(0o755)).expect("a mode");
    server.start();
    server.kill();
    let backup = folder.join("b.akrab");
    server.run(&["backup", backup.to_str().expect("a path")]);
    for (path, wanted) in
        [(workspace.clone(), 0o700), (workspace.join("akrab.db"), 0o600), (workspace.join("files"), 0o700), (backup, 0o600)]
    {
        assert_eq!(format!("{:o}", mode(&path)), format!("{wanted:o}"), "{}", path.display());
    }
    let _ = std::fs::remove_dir_all(folder);
}

#[test]
fn a_mistyped_folder_becomes_no_workspace() {
    let folder = crate::workspace::folder();
    let server = crate::server::Server::prepared(&folder.join("data"));
    let backup = folder.join("b.akrab");
    for args in [
        vec!["token", "add", "admin@contoh.test"],
        vec!["user", "list"],
        vec!["user", "passwd", "admin@contoh.test"],
        vec!["export", "contact"],
        vec!["backup", backup.to_str().expect("a path")],
        vec!["generate", "--contacts", "1"],
        vec!["schema", "plan"],
        vec!["doctor"],
    ] {
        let wrong = folder.join("dtaa");
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_akrab"));
        let output = command.args(&args).arg("--data").arg(&wrong).env_remove("AKRAB_DATABASE").output().expect("the program runs");
        assert_eq!(output.status.code(), Some(3), "{args:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("no workspace in"), "{args:?}");
        assert!(!wrong.exists(), "{args:?} leaves nothing");
    }
    assert!(server.run(&["user", "list"]).contains("admin@contoh.test"));
    let _ = std::fs::remove_dir_all(folder);
}
