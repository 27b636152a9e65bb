//! Calendars and maps as ways to see a list: what stands where, for whom, and what moving does.

use crate::api::Api;
use crate::browser::Browser;
use crate::workspace::{Workspace, both};
use akrab_engine::{AgendaRequest, AreaRequest, Ctx, Door, ListRequest, Moment};
use akrab_model::object::{CalendarDecl, MapDecl};
use axum::http::StatusCode;
use jiff::civil::{Date, date};
use serde_json::{Value as Json, json};

async fn somebody(w: &Workspace, name: &str, role: &str) -> i64 {
    let role = w.engine.people().roles.iter().find(|r| r.key == role).map(|r| r.id).expect("the role exists");
    w.user(name, role, None).await
}

fn ctx(w: &Workspace, user: i64) -> Ctx {
    w.of(user, Door::Page)
}

fn by(start: &str, end: Option<&str>, colour: Option<&str>) -> CalendarDecl {
    CalendarDecl { start: start.into(), end: end.map(Into::into), title: None, colour: colour.map(Into::into) }
}

fn window(object: &str, calendar: CalendarDecl, from: Date, to: Date) -> AgendaRequest {
    AgendaRequest { object: object.into(), filter: None, q: None, calendar, from, to }
}

async fn titles(w: &Workspace, ctx: &Ctx, request: AgendaRequest) -> Vec<String> {
    let agenda = w.engine.agenda(ctx, request).await.expect("an agenda");
    agenda.entries.iter().map(|one| one.record.title().to_string()).collect()
}

both!(a_window_holds_what_stands_in_it_by_the_clock_of_whoever_asks, async |w: &Workspace| {
    let user = somebody(w, "ratna", "administrator").await;
    // 23:30 on the 9th and 00:30 on the 10th in Jakarta
    for (name, at) in [("malam", "2026-03-09T16:30:00Z"), ("dini hari", "2026-03-09T17:30:00Z"), ("besoknya", "2026-03-10T17:00:00Z")] {
        w.make("task", json!({"subject": name, "due_at": at, "owner": user})).await;
    }
    let day = |zone: &str| {
        let mut ctx = ctx(w, user);
        ctx.now = ctx.now.in_tz(zone).expect("a zone");
        ctx
    };
    let tenth = || window("task", by("due_at", None, None), date(2026, 3, 10), date(2026, 3, 11));
    assert_eq!(titles(w, &day("Asia/Jakarta"), tenth()).await, ["dini hari"]);
    assert_eq!(titles(w, &day("Asia/Jayapura"), tenth()).await, ["malam", "dini hari"]);
    // 17:00 UTC is midnight in Jakarta: it belongs to the 11th
    let eleventh = window("task", by("due_at", None, None), date(2026, 3, 11), date(2026, 3, 12));
    assert_eq!(titles(w, &day("Asia/Jakarta"), eleventh).await, ["besoknya"]);
});

both!(what_began_before_and_reaches_in_is_there_too, async |w: &Workspace| {
    let user = somebody(w, "ratna", "administrator").await;
    let make = async |name: &str, at: &str, minutes: Option<i64>| {
        w.make("interaction", json!({"subject": name, "channel": "meeting", "starts_at": at, "duration": minutes, "owner": user})).await
    };
    make("lembur", "2026-03-09T16:00:00Z", Some(180)).await;
    make("selesai tengah malam", "2026-03-09T16:00:00Z", Some(60)).await;
    make("pagi", "2026-03-10T02:00:00Z", None).await;
    let ctx = ctx(w, user);
    let found = w
        .engine
        .agenda(&ctx, window("interaction", by("starts_at", Some("duration"), Some("channel")), date(2026, 3, 10), date(2026, 3, 11)))
        .await;
    let agenda = found.expect("an agenda");
    let told: Vec<_> =
        agenda.entries.iter().map(|one| (one.record.title(), one.end, one.kind.map(|kind| agenda.kinds[kind].0.as_str()))).collect();
    let ends = Some(Moment::At("2026-03-09T19:00:00Z".parse().expect("a moment")));
    assert_eq!(told, [("lembur", ends, Some("meeting")), ("pagi", None, Some("meeting"))]);
    // days: from the creation of an opportunity's next step to its close
    let open = w
        .make("opportunity", json!({"name": "Panjang", "close_date": "2026-03-20", "next_at": "2026-03-01T02:00:00Z", "owner": user}))
        .await;
    assert!(open > 0);
    let over = window("opportunity", by("next_at", Some("close_date"), None), date(2026, 3, 10), date(2026, 3, 11));
    assert_eq!(titles(w, &ctx, over).await, ["Panjang"]);
});

both!(a_calendar_shows_nobody_more_than_his_list, async |w: &Workspace| {
    let (admin, siti) = (somebody(w, "ratna", "administrator").await, somebody(w, "siti", "sales").await);
    w.make("task", json!({"subject": "punya Ratna", "due_at": "2026-03-10T03:00:00Z", "owner": admin})).await;
    w.make("task", json!({"subject": "punya Siti", "due_at": "2026-03-10T02:00:00Z", "owner": siti})).await;
    let day = || window("task", by("due_at", None, None), date(2026, 3, 10), date(2026, 3, 11));
    assert_eq!(titles(w, &ctx(w, siti), day()).await, ["punya Siti"]);
    let all = w.engine.agenda(&ctx(w, admin), day()).await.expect("an agenda");
    assert!(all.entries.len() == 2 && all.entries.iter().all(|one| one.movable));
    let reader = somebody(w, "sumarni", "readonly").await;
    let read = w.engine.agenda(&ctx(w, reader), day()).await.expect("an agenda");
    assert!(read.entries.len() == 2 && !read.entries.iter().any(|one| one.movable), "who may only read moves nothing");
    // what is no date, and windows without an end, are refused
    for request in [
        window("task", by("subject", None, None), date(2026, 3, 10), date(2026, 3, 11)),
        window("task", by("due_at", Some("priority"), None), date(2026, 3, 10), date(2026, 3, 11)),
        window("task", by("due_at", None, None), date(2026, 3, 10), date(2026, 3, 10)),
        window("task", by("due_at", None, None), date(2026, 3, 10), date(2028, 3, 10)),
    ] {
        assert_eq!(w.engine.agenda(&ctx(w, admin), request).await.expect_err("a refusal").status(), 422);
    }
});

both!(an_entry_is_moved_by_its_version_and_put_back, async |w: &Workspace| {
    let user = somebody(w, "ratna", "administrator").await;
    let mut browser = Browser::of(w, user).await;
    let task = w.make("task", json!({"subject": "Telepon Lestari", "due_at": "2026-03-10T03:00:00Z", "owner": user})).await;
    let page = browser.get("/tasks?type=calendar&start=due_at&at=2026-03-01").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.html.contains("data-agenda") && page.html.contains("Telepon Lestari") && page.html.contains("Maret 2026"),
        "the days stand there without a script"
    );
    let version = w.engine.get(&w.system(), "task", task).await.expect("a task").version;
    let moved = browser.post(&format!("/tasks/{task}/when?from=due_at"), &format!("start=2026-03-12T14%3A30%3A00&version={version}")).await;
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.html);
    assert!(moved.html.contains("Telepon Lestari dipindahkan ke 12 Mar 14.30") && moved.html.contains("/undo"), "{}", moved.html);
    let due = async || w.engine.get(&w.system(), "task", task).await.expect("a task").get("due_at").to_json();
    assert_eq!(due().await, json!("2026-03-12T07:30:00Z"));
    // the page still holds the version before
    let late = browser.post(&format!("/tasks/{task}/when?from=due_at"), &format!("start=2026-03-15T09%3A00%3A00&version={version}")).await;
    assert_eq!(late.status, StatusCode::PRECONDITION_FAILED);
    assert!(late.html.contains("data-entry") && late.html.contains("2026-03-12T14:30"), "the entry as it is now comes back: {}", late.html);
    let undo = moved.html.split("action=\"/changes/").nth(1).and_then(|rest| rest.split('"').next()).expect("a way back");
    browser.post(&format!("/changes/{undo}"), "").await;
    assert_eq!(due().await, json!("2026-03-10T03:00:00Z"));
    // fields that no calendar may go by are not written this way
    let other = browser.post(&format!("/tasks/{task}/when?from=subject"), "start=2026-03-15T09%3A00%3A00").await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);
});

both!(making_an_entry_longer_writes_its_length_and_a_refusal_says_why, async |w: &Workspace| {
    let user = somebody(w, "ratna", "administrator").await;
    let mut browser = Browser::of(w, user).await;
    let talk = w
        .make("interaction", json!({"subject": "Kunjungan", "channel": "visit", "starts_at": "2026-03-09T03:00:00Z", "owner": user}))
        .await;
    let address = format!("/interactions/{talk}/when?from=starts_at&till=duration&colour=channel");
    let longer = browser.post(&address, "start=2026-03-09T10%3A00%3A00&end=2026-03-09T11%3A30%3A00").await;
    assert_eq!(longer.status, StatusCode::OK, "{}", longer.html);
    assert!(longer.html.contains("10.00–11.30"), "{}", longer.html);
    assert_eq!(w.engine.get(&w.system(), "interaction", talk).await.expect("a talk").get("duration").int(), Some(90));
    let backwards = browser.post(&address, "start=2026-03-09T10%3A00%3A00&end=2026-03-09T09%3A00%3A00").await;
    assert_eq!(backwards.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(backwards.html.contains("Selesainya harus setelah mulainya"), "{}", backwards.html);
    // somebody who may only read is refused
    let reader = somebody(w, "sumarni", "readonly").await;
    let mut reading = Browser::of(w, reader).await;
    let refused = reading.post(&address, "start=2026-03-09T10%3A00%3A00").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
});

both!(a_calendar_is_saved_shared_and_named_over_the_api, async |w: &Workspace| {
    let user = somebody(w, "ratna", "administrator").await;
    let mut browser = Browser::of(w, user).await;
    w.make("interaction", json!({"subject": "Kunjungan", "channel": "visit", "starts_at": "2026-03-09T03:00:00Z", "owner": user})).await;
    let saved = browser.post("/interactions/views?type=calendar&span=week&colour=&end=", "name=Minggu+saya&scope=everyone").await;
    let view = saved.location.split("view=").nth(1).expect("a view").to_string();
    let page = browser.get(&format!("/interactions?view={view}&at=2026-03-09")).await;
    assert!(page.html.contains("data-calendar=\"week\"") && page.html.contains("Kunjungan"), "{}", page.html);
    assert!(!page.html.contains("Simpan sebagai baru"), "nothing differs from what was saved");
    let api = Api::by(w, user).await;
    let (_, views) = api.get("/interactions/views").await;
    let own = views["data"].as_array().expect("views").iter().find(|v| v["name"] == "Minggu saya").expect("the view").clone();
    assert_eq!(
        (&own["state"]["kind"], &own["state"]["span"], &own["state"]["calendar"]),
        (&json!("calendar"), &json!("week"), &json!({"start": "starts_at"}))
    );
    let (status, wrong) =
        api.post("/interactions/views", json!({"name": "Salah", "state": {"kind": "calendar", "calendar": {"start": "subject"}}})).await;
    assert_eq!((status, &wrong["errors"][0]["code"]), (422, &json!("wrong_type")), "{wrong}");
    let (status, agenda) = api.get("/interactions/agenda?from=2026-03-09&to=2026-03-16").await;
    assert_eq!((status, agenda["data"].as_array().map(Vec::len)), (200, Some(1)), "{agenda}");
    assert_eq!((&agenda["data"][0]["start"], &agenda["data"][0]["kind"]), (&json!("2026-03-09T03:00:00Z"), &json!("visit")));
    assert_eq!(api.get("/interactions/agenda?from=2026-03-09").await.0, 422);
});

async fn account(w: &Workspace, owner: i64, name: &str, province: Option<&str>, city: Option<&str>) -> i64 {
    w.make("account", json!({"name": name, "status": "active", "address_province": province, "address_city": city, "owner": owner})).await
}

both!(records_are_counted_by_province_however_it_is_written, async |w: &Workspace| {
    let (admin, siti) = (somebody(w, "ratna", "administrator").await, somebody(w, "siti", "sales").await);
    account(w, admin, "Satu", Some("Jawa Timur"), Some("Surabaya")).await;
    account(w, admin, "Dua", Some("jatim"), Some("Kab. Sidoarjo")).await;
    account(w, siti, "Tiga", None, Some("Kota Surabaya")).await;
    account(w, admin, "Empat", Some("Bayern"), None).await;
    account(w, admin, "Lima", None, None).await;
    account(w, admin, "Enam", Some("Bali"), Some("entah di mana")).await;
    let map = || AreaRequest { object: "account".into(), filter: None, q: None, map: MapDecl { place: "address".into(), amount: None } };
    let areas = w.engine.areas(&ctx(w, admin), map()).await.expect("areas");
    let told: Vec<_> = areas.provinces.iter().map(|a| (a.what.name, a.figures.count, a.elsewhere.count)).collect();
    assert_eq!(told, [("Jawa Timur", 3, 0), ("Bali", 1, 1)]);
    let cities: Vec<_> = areas.provinces[0].regencies.iter().map(|a| (a.what.name, a.figures.count)).collect();
    assert_eq!(cities, [("Kabupaten Sidoarjo", 1), ("Kota Surabaya", 2)]);
    assert_eq!((areas.unknown.len(), areas.unknown[0].0.as_str(), areas.nowhere.count, areas.total.count), (1, "Bayern", 1, 6));
    // each area finds exactly what it counts, and the rest finds the rest
    let list = async |filter: &akrab_model::Filter| {
        let request =
            ListRequest { object: "account".into(), filter: Some(filter.clone()), sort: vec!["name".into()], ..ListRequest::default() };
        let list = w.engine.list(&ctx(w, admin), request).await.expect("a list");
        list.records.iter().map(|r| r.title().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(list(&areas.provinces[0].filter).await, ["Dua", "Satu", "Tiga"]);
    assert_eq!(list(&areas.provinces[0].regencies[1].filter).await, ["Satu", "Tiga"]);
    assert_eq!(list(&areas.lost).await, ["Empat", "Lima"]);
    // over a link, with a sum; and no further than one's own records
    let deal = |name: &str, account: i64, owner: i64| json!({"name": name, "account": account, "amount": 2_000_000, "owner": owner});
    let bali = account(w, siti, "Tujuh", Some("Bali"), None).await;
    w.make("opportunity", deal("Milik Siti", bali, siti)).await;
    w.make("opportunity", deal("Milik Ratna", bali, admin)).await;
    let deals = || AreaRequest {
        object: "opportunity".into(),
        filter: None,
        q: None,
        map: MapDecl { place: "account.address".into(), amount: Some("amount".into()) },
    };
    for (user, count, sum) in [(admin, 2, 4_000_000), (siti, 1, 2_000_000)] {
        let areas = w.engine.areas(&ctx(w, user), deals()).await.expect("areas");
        let bali = areas.provinces.first().expect("a province");
        assert_eq!((bali.what.name, bali.figures.count, bali.figures.sum), ("Bali", count, Some(sum.into())));
    }
    let api = Api::by(w, admin).await;
    let (status, told) = api.get("/accounts/areas").await;
    assert_eq!((status, &told["data"][0]["iso"], &told["data"][0]["count"]), (200, &json!("ID-JI"), &json!(3)), "{told}");
});

both!(a_map_leads_from_the_country_to_the_list, async |w: &Workspace| {
    let user = somebody(w, "ratna", "administrator").await;
    let mut browser = Browser::of(w, user).await;
    account(w, user, "Hotel Pantai", Some("Bali"), Some("Kabupaten Badung")).await;
    account(w, user, "Toko Lama", Some("Jawa Barat"), Some("Bandung")).await;
    let country = browser.get("/accounts?type=map").await;
    assert_eq!(country.status, StatusCode::OK);
    assert!(country.html.contains("Bali: 1 perusahaan") && country.html.contains("area=51"), "{}", country.html);
    let bali = browser.get("/accounts?type=map&area=51").await;
    assert!(bali.html.contains("Kab. Badung") && bali.html.contains("Kab. Buleleng"), "all its regencies are drawn");
    let href = bali
        .html
        .split("href=\"/accounts?")
        .filter(|part| part.contains("Badung"))
        .find_map(|part| part.split('"').next())
        .expect("a way to the list");
    let list = browser.get(&format!("/accounts?{}", href.replace("&amp;", "&"))).await;
    assert_eq!(list.rows(), ["Hotel Pantai"]);
    // a report of the same
    let report = browser.get("/reports/accounts_by_province").await;
    assert!(report.html.contains("ak-tiles") && report.html.contains("Bali: 1"), "{}", report.html);
    let wrong = Api::by(w, user).await;
    let ask = json!({"report": {"object": "account", "groups": [{"field": "created_at"}], "measures": [{"key": "n"}], "chart": "map"}});
    let (status, told) = wrong.post("/reports/answers", ask).await;
    assert_eq!((status, &told["errors"][0]["code"]), (422, &json!("report_map_group")), "{told}");
});

both!(who_may_not_see_addresses_gets_no_map, async |w: &Workspace| {
    let admin = somebody(w, "ratna", "administrator").await;
    account(w, admin, "Hotel Pantai", Some("Bali"), None).await;
    let role = w
        .make(
            "role",
            json!({"key": "tertutup", "name": "Tertutup", "rights": {"account": {"read": "all", "fields": {"address": "hidden"}}}}),
        )
        .await;
    let user = w.user("tono", role, None).await;
    let mut browser = Browser::of(w, user).await;
    let page = browser.get("/accounts?type=map").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.html.contains("data-map") && !page.html.contains("Bali"), "{}", page.html);
    let api = Api::by(w, user).await;
    let (status, told): (u16, Json) = api.get("/accounts/areas").await;
    assert_eq!(status, 422, "{told}");
});
