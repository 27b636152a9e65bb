//! Administration of people and stages: looking with somebody else's eyes, leaving, teams, stages.

use crate::browser::Browser;
use crate::digest;
use crate::workspace::{Workspace, both, map};
use akrab_engine::{Door, ListRequest, Worker};
use axum::http::StatusCode;
use serde_json::json;

fn role(w: &Workspace, key: &str) -> i64 {
    w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role exists")
}

both!(an_administrator_looks_with_the_eyes_of_a_role, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    let siti = w.user("siti", role(w, "sales"), None).await;
    w.make("lead", json!({"name": "Prospek rahasia", "owner": siti})).await;
    let account = w.make("account", json!({"name": "Hotel Bumi", "owner": admin})).await;
    let mut browser = Browser::of(w, admin).await;
    let service = role(w, "service").to_string();
    assert_eq!(browser.submit("/see-as", &[("role", &service)]).await.status, StatusCode::SEE_OTHER);
    let page = browser.get("/accounts").await;
    assert!(page.html.contains("Anda melihat sebagai peran service"), "every page says so");
    assert!(!browser.get("/leads").await.html.contains("Prospek rahasia"), "the role's rights hold");
    assert_eq!(browser.get("/settings/security").await.status, StatusCode::FORBIDDEN);
    let before = digest::of(w).await;
    for (address, fields) in [
        (format!("/accounts/{account}/fields/name"), vec![("name", "Lain")]),
        ("/accounts/new".to_string(), vec![("name", "Lain"), ("fields", "name")]),
        (format!("/accounts/{account}/favourite"), vec![]),
        (format!("/accounts/{account}/follow"), vec![]),
        ("/settings/profile".to_string(), vec![("name", "Lain"), ("language", "en"), ("theme", "dark")]),
        ("/inbox/read".to_string(), vec![]),
    ] {
        assert_eq!(browser.submit(&address, &fields).await.status, StatusCode::FORBIDDEN, "{address}");
    }
    assert_eq!(before, digest::of(w).await, "looking changes nothing");
    let end = browser.submit("/see-as/end", &[]).await;
    assert_eq!(end.location, format!("/settings/roles/{service}"));
    assert!(browser.get("/leads").await.html.contains("Prospek rahasia"));
    let told = browser.get(&format!("/roles/{service}/history")).await.html;
    assert!(told.contains("mulai melihat") && told.contains("selesai melihat"), "both are kept in the history");
    // what a role calls its own is somebody's who has it; where nobody has it, the bar says so
    let sales = role(w, "sales").to_string();
    browser.submit("/see-as", &[("role", &sales)]).await;
    let page = browser.get("/leads").await.html;
    assert!(page.contains("adalah milik siti") && page.contains("Prospek rahasia"), "her records are the role's own");
    browser.submit("/see-as/end", &[]).await;
    browser.submit("/see-as", &[("role", &service)]).await;
    assert!(browser.get("/accounts").await.html.contains("Belum ada yang memegang peran ini"));
    browser.submit("/see-as/end", &[]).await;
    // as a person: what is his is shown as his
    browser.submit("/see-as", &[("user", &siti.to_string())]).await;
    assert!(browser.get("/accounts").await.html.contains("Anda melihat sebagai siti"));
    browser.submit("/see-as/end", &[]).await;
    // nobody else looks with other eyes, whatever his cookies say
    let mut other = Browser::of(w, siti).await;
    assert_eq!(other.submit("/see-as", &[("role", &service)]).await.status, StatusCode::FORBIDDEN);
    other.set_cookie("akrab_see_as", &format!("role.{}", role(w, "administrator")));
    let own = other.get("/accounts").await;
    assert!(own.status == StatusCode::OK && !own.html.contains("Anda melihat sebagai"));
    assert_eq!(other.get("/settings/company").await.status, StatusCode::FORBIDDEN);
});

both!(who_leaves_hands_his_open_work_over, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    let siti = w.user("siti", role(w, "sales"), None).await;
    let budi = w.user("budi", role(w, "sales"), None).await;
    let account = w.make("account", json!({"name": "Hotel Bumi", "owner": siti})).await;
    let call = w.make("interaction", json!({"subject": "Telepon", "channel": "call", "account": account, "owner": siti})).await;
    let open = w.make("task", json!({"subject": "Siapkan contoh", "owner": siti})).await;
    let done = w.make("task", json!({"subject": "Sudah selesai", "owner": siti})).await;
    w.engine.act(&w.of(siti, Door::Page), "task", done, "completion", map(json!({}))).await.expect("it is done");
    let lead = async |name: &str, status: &str| w.make("lead", json!({"name": name, "status": status, "owner": siti})).await;
    let (working, converted) = (lead("Sekar", "working").await, lead("Tono", "converted").await);
    let disqualified = lead("Wati", "disqualified").await;
    let mut browser = Browser::of(w, admin).await;
    let address = format!("/settings/users/{siti}/leave");
    let asked = browser.get(&address).await.html;
    assert!(asked.contains("Perusahaan") && asked.contains("Tugas") && !asked.contains("Interaksi: "), "{asked}");
    let nobody = browser.submit(&address, &[("to", "")]).await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY, "somebody has to take over");
    assert!(nobody.html.contains("f-to-error"), "the message stands at the field");
    assert_eq!(browser.submit(&address, &[("to", &budi.to_string())]).await.status, StatusCode::SEE_OTHER);
    Worker::new(&w.engine, 1).drain().await.expect("drained");
    let owner = async |object: &str, id: i64| w.engine.get(&w.system(), object, id).await.expect("the record").link("owner");
    assert_eq!((owner("account", account).await, owner("task", open).await), (Some(budi), Some(budi)));
    assert_eq!(owner("lead", working).await, Some(budi));
    for over in [converted, disqualified] {
        assert_eq!(owner("lead", over).await, Some(siti), "who won or gave up a lead stays known");
    }
    assert_eq!((owner("task", done).await, owner("interaction", call).await), (Some(siti), Some(siti)), "what is past stays his");
    assert!(!w.engine.people().user(siti).expect("still known").active);
});

both!(teams_form_a_tree, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    let top = w.make("team", json!({"name": "Jawa"})).await;
    let below = w.make("team", json!({"name": "Malang", "parent": top})).await;
    let mut browser = Browser::of(w, admin).await;
    let circle = browser.submit(&format!("/settings/teams/{top}"), &[("name", "Jawa"), ("parent", &below.to_string())]).await;
    assert_eq!(circle.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(circle.html.contains("f-parent-error") && circle.html.contains("value=\"Jawa\""), "the message stands at the field");
    assert_eq!(browser.submit(&format!("/settings/teams/{top}/delete"), &[]).await.status, StatusCode::CONFLICT);
    let page = browser.get("/settings/teams").await.html;
    assert!(page.find("Jawa") < page.find("Malang") && page.contains("ak-tree-step"));
});

both!(stages_are_ordered_and_emptied_before_they_go, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    let mut browser = Browser::of(w, admin).await;
    let stages = async || {
        let request = ListRequest { object: "stage".into(), sort: vec!["position".into()], ..ListRequest::default() };
        let found = w.engine.list(&w.system(), request).await.expect("stages").records;
        found.iter().map(|s| (s.id, s.title().to_string())).collect::<Vec<_>>()
    };
    let names = |all: &[(i64, String)]| all.iter().map(|(_, name)| name.clone()).collect::<Vec<_>>();
    let before = stages().await;
    let pipeline = w.engine.get(&w.system(), "stage", before[0].0).await.expect("a stage").link("pipeline").expect("its pipeline");
    let added = browser
        .submit(&format!("/settings/stages/new?pipeline={pipeline}"), &[("name", "Negosiasi"), ("probability", "75"), ("category", "open")])
        .await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.html);
    let now = stages().await;
    assert_eq!(names(&now), ["Baru", "Penawaran", "Negosiasi", "Menang", "Kalah"], "a new one stands behind its like");
    browser.submit(&format!("/settings/stages/{}/move", now[2].0), &[("by", "-1")]).await;
    assert_eq!(names(&stages().await), ["Baru", "Negosiasi", "Penawaran", "Menang", "Kalah"]);
    browser.submit(&format!("/settings/stages/{}/move", now[1].0), &[("by", "1")]).await;
    assert_eq!(names(&stages().await)[2], "Penawaran", "an open stage never passes the end");
    let account = w.make("account", json!({"name": "Hotel Bumi", "owner": admin})).await;
    let deal = w.make("opportunity", json!({"name": "Kontrak", "account": account, "stage": now[2].0, "owner": admin})).await;
    let address = format!("/settings/stages/{}/delete", now[2].0);
    let nowhere = browser.submit(&address, &[("to", "")]).await;
    assert_eq!(nowhere.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nowhere.html.contains("f-to-error"));
    assert_eq!(browser.submit(&address, &[("to", &now[1].0.to_string())]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(names(&stages().await), ["Baru", "Penawaran", "Menang", "Kalah"]);
    assert_eq!(w.engine.get(&w.system(), "opportunity", deal).await.expect("the deal").link("stage"), Some(now[1].0));
});

both!(times_follow_the_persons_zone, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    let mut browser = Browser::of(w, admin).await;
    let wrong = browser
        .submit("/settings/profile", &[("name", "Ratna Dewi"), ("language", "id"), ("theme", "light"), ("time_zone", "Mars/Olympus")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.html.contains("Ratna Dewi") && wrong.html.contains("f-time_zone-error"), "nothing typed is lost");
    browser.submit("/settings/profile", &[("name", "Ratna"), ("language", "id"), ("theme", "light"), ("time_zone", "Asia/Jayapura")]).await;
    // 02:00 UTC is nine in Jakarta and eleven in Jayapura
    assert_eq!(w.of(admin, Door::Page).now.hour(), 11);
    let account = w.make("account", json!({"name": "Hotel Bumi", "owner": admin})).await;
    assert!(browser.get(&format!("/accounts/{account}")).await.html.contains("11.00"));
});

both!(every_settings_form_says_what_is_wrong_beside_the_field, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    let mut browser = Browser::of(w, admin).await;
    let (sales, user) = (role(w, "sales").to_string(), format!("/settings/users/{admin}"));
    let pipelines = browser.get("/settings/pipelines").await.html;
    let stage = pipelines.split("/settings/stages/new?pipeline=").nth(1).and_then(|s| s.split('"').next()).expect("a pipeline");
    for (address, fields, fault, kept) in [
        ("/settings/company", vec![("company", ""), ("currency", "IDR"), ("time_zone", "Asia/Makassar")], "company", "Asia/Makassar"),
        ("/settings/company", vec![("company", "PT Uji"), ("currency", "Rupiah"), ("time_zone", "UTC")], "currency", "PT Uji"),
        ("/settings/profile", vec![("name", ""), ("language", "en"), ("theme", "dark")], "name", "dark"),
        ("/settings/users/new", vec![("name", "Joko Susilo"), ("email", "bukan-email"), ("role", &sales)], "email", "Joko Susilo"),
        ("/settings/users/new", vec![("name", "Joko Susilo"), ("email", "ratna@contoh.test"), ("role", &sales)], "email", "Joko Susilo"),
        (&user, vec![("name", "Ratna Dewi"), ("email", "rusak"), ("role", &sales), ("active", "1")], "email", "Ratna Dewi"),
        ("/settings/teams/new", vec![("name", "")], "name", ""),
        ("/settings/roles/new", vec![("name", ""), ("like", &sales)], "name", ""),
        ("/settings/roles/new", vec![("name", "Kasir toko"), ("like", "0")], "like", "Kasir toko"),
        ("/settings/roles/new", vec![("name", "Sales"), ("like", &sales)], "name", "Sales"),
        ("/settings/pipelines/new", vec![("name", ""), ("object", "opportunity"), ("position", "7")], "name", "7"),
        (
            &format!("/settings/stages/new?pipeline={stage}"),
            vec![("name", "Uji rasa"), ("probability", "banyak"), ("category", "open")],
            "probability",
            "Uji rasa",
        ),
        ("/settings/security/tokens", vec![("name", ""), ("scope", "write"), ("days", "30")], "name", "write"),
        ("/settings/security/password", vec![("current", "salah"), ("password", "x"), ("repeat", "y")], "current", ""),
        ("/settings/security/totp", vec![("current", "salah")], "totp-on-password", ""),
    ] {
        let page = browser.submit(address, &fields).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{address} {fields:?}");
        let beside = if fault.contains("password") { format!("{fault}-error") } else { format!("f-{fault}-error") };
        assert!(page.html.contains(&beside), "{address} says nothing beside {fault}");
        assert!(page.html.contains(kept), "{address} loses {kept}");
    }
});
