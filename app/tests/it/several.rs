//! Several processes on one workspace: each sees what the others write.

use crate::workspace::{KEY, Workspace, both, map};
use akrab_engine::{Door, ListRequest};
use serde_json::json;

both!(figures_and_settings_follow_what_another_process_writes, async |w: &Workspace| {
    let other = w.opened_again(KEY).await;
    let request = || ListRequest { object: "account".into(), ..Default::default() };
    // totals of many rows may lag some seconds
    let figures = async |engine: &akrab_engine::Engine| {
        w.pass(6);
        let totals = engine.totals(&w.system(), request(), vec!["count".into()]).await.expect("totals");
        (engine.count(&w.system(), request(), true).await.expect("a count").shown(), totals[0].value.to_raw().int())
    };
    w.make("account", json!({"name": "Toko Satu"})).await;
    assert_eq!(figures(&w.engine).await, (1, Some(1)));
    assert_eq!(figures(&other).await, (1, Some(1)));
    other.create(&w.system(), "account", map(json!({"name": "Toko Dua"}))).await.expect("an account");
    assert_eq!(figures(&w.engine).await, (2, Some(2)));
    assert_eq!(figures(&other).await, (2, Some(2)));

    let admin = w.engine.people().roles.iter().find(|r| r.key == "administrator").map(|r| r.id).expect("the role");
    let user = w.user("ratna", admin, None).await;
    let settings = akrab_engine::Settings { company: "PT Baru Jaya".into(), ..(*w.engine.settings()).clone() };
    w.engine.save_settings(&w.of(user, Door::Page), settings).await.expect("settings are saved");
    other.refresh_people().await.expect("people are read anew");
    assert_eq!(other.settings().company, "PT Baru Jaya");
    other.store().close().await;
});
