//! Interactions: recorded once and seen wherever they concern, with a next step that lies with nobody never, and customers
//! handed from one team to another.

use crate::browser::Browser;
use crate::workspace::{Workspace, both, map};
use akrab_engine::{Access, Door, ListRequest, TimelineRequest};
use akrab_model::filter::Op;
use akrab_model::{Filter, Value};
use axum::http::StatusCode;
use serde_json::{Value as Json, json};

async fn role(w: &Workspace, key: &str) -> i64 {
    w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role exists")
}

async fn somebody(w: &Workspace, name: &str, key: &str, team: Option<i64>) -> i64 {
    let role = role(w, key).await;
    w.user(name, role, team).await
}

/// Lets so many seconds pass, and the program do what has come due.
async fn wait(w: &Workspace, seconds: i64) {
    w.pass(seconds);
    while w.engine.pass_schedules().await.expect("schedules") + w.work_off().await > 0 {}
}

async fn count(w: &Workspace, object: &str, field: &str, id: i64) -> u64 {
    let filter = Some(Filter::test(field, Op::Is, id));
    w.engine
        .count(&w.system(), ListRequest { object: object.into(), filter, ..ListRequest::default() }, true)
        .await
        .expect("a count")
        .shown()
}

async fn titles(w: &Workspace, user: i64, object: &str, id: i64) -> Vec<String> {
    let told = w.engine.timeline(&w.of(user, Door::Page), object, id, TimelineRequest::default()).await.expect("a timeline");
    told.events.iter().filter(|e| e.source_object == "interaction").map(|e| e.source.title().to_string()).collect()
}

async fn get(w: &Workspace, object: &str, id: i64) -> akrab_model::Record {
    let object = object.to_string();
    w.engine.read(&w.system(), move |tx| tx.get(&object, id)).await.expect("it is there")
}

both!(
    /// Scenario 7: one row on four timelines, corrected once.
    a_visit_is_recorded_once_and_corrected_everywhere,
    async |w: &Workspace| {
        let ani = somebody(w, "ani", "manager", None).await;
        let account = w.make("account", json!({"name": "PT Karya", "owner": ani})).await;
        let [budi, citra] = [
            w.make("contact", json!({"name": "Budi", "account": account})).await,
            w.make("contact", json!({"name": "Citra", "account": account})).await,
        ];
        let deal = w.make("opportunity", json!({"name": "Kafe baru", "account": account, "owner": ani})).await;
        let before = count(w, "interaction", "account", account).await;
        let ctx = w.of(ani, Door::Api);
        let visit = json!({"subject": "Kunjungan dapur", "channel": "visit", "account": account, "contact": budi, "opportunity": deal,
            "participants": [budi, citra], "staff": [ani], "place": "Jl. Braga 12", "position": "-6.917464, 107.609810"});
        let visit = w.engine.create(&ctx, "interaction", map(visit)).await.expect("recorded").id;
        assert_eq!(count(w, "interaction", "account", account).await, before + 1);
        let four = [("account", account), ("contact", budi), ("contact", citra), ("opportunity", deal)];
        for (object, id) in four {
            assert_eq!(titles(w, ani, object, id).await, ["Kunjungan dapur"], "{object} {id}");
        }
        w.engine.update(&ctx, "interaction", visit, map(json!({"subject": "Kunjungan gudang"})), None).await.expect("corrected");
        for (object, id) in four {
            assert_eq!(titles(w, ani, object, id).await, ["Kunjungan gudang"], "{object} {id}");
        }
        let mut page = Browser::of(w, ani).await;
        let html = page.get(&format!("/contacts/{citra}")).await.html;
        assert!(html.contains("Kunjungan gudang"), "who took part sees it too");
        let html = page.get(&format!("/interactions/{visit}")).await.html;
        assert!(html.contains("https://www.openstreetmap.org/?mlat=-6.917464&amp;mlon=107.60981"), "{html}");
        assert!(page.get("/accounts").await.headers["permissions-policy"].to_str().is_ok_and(|p| p.contains("geolocation=(self)")));
    }
);

both!(
    /// Scenario 8: no step without owner and due time; the step of somebody who leaves goes to the lead, with his name.
    a_next_step_always_lies_with_somebody,
    async |w: &Workspace| {
        let lead = somebody(w, "lestari", "manager", None).await;
        let team = w.make("team", json!({"name": "Penjualan", "lead": lead})).await;
        let ani = somebody(w, "ani", "sales", Some(team)).await;
        let account = w.make("account", json!({"name": "PT Karya", "owner": ani})).await;
        let ctx = w.of(ani, Door::Api);
        let call = |more: Json| {
            let mut call = json!({"subject": "Telepon harga", "channel": "call", "account": account, "next_step": "Kirim penawaran"});
            call.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
            map(call)
        };
        let refused = w.engine.create(&ctx, "interaction", call(json!({"next_at": "2026-03-05T03:00:00Z"}))).await.expect_err("no owner");
        assert_eq!(refused.fields.iter().map(|f| f.field()).collect::<Vec<_>>(), ["next_owner"]);
        let refused = w.engine.create(&ctx, "interaction", call(json!({"next_owner": ani}))).await.expect_err("no due time");
        assert_eq!(refused.fields.iter().map(|f| f.field()).collect::<Vec<_>>(), ["next_at"]);
        let whole = json!({"next_at": "2026-03-05T03:00:00Z", "next_owner": ani});
        w.engine.create(&ctx, "interaction", call(whole)).await.expect("recorded");
        let find = async |w: &Workspace| {
            let request = ListRequest { object: "task".into(), ..ListRequest::default() };
            w.engine.list(&w.system(), request).await.expect("tasks").records.remove(0)
        };
        let step = find(w).await;
        assert_eq!((step.title(), step.link("owner")), ("Kirim penawaran", Some(ani)));
        wait(w, 60).await;
        assert_eq!(find(w).await.link("owner"), Some(ani), "nothing moves while she is there");
        w.engine.update(&w.system(), "user", ani, map(json!({"active": false})), None).await.expect("she leaves");
        wait(w, 60).await;
        let step = find(w).await;
        assert_eq!((step.link("owner"), step.link("came_from")), (Some(lead), Some(ani)));
        let mut page = Browser::of(w, lead).await;
        let html = page.get(&format!("/tasks/{}", step.id)).await.html;
        assert!(html.contains("Ditinggalkan oleh") && html.contains("ani"), "{html}");
        assert!(page.get("/inbox").await.html.contains("Kirim penawaran"), "the lead is told");
    }
);

both!(
    /// Rule 15: what is due before somebody who is away for long comes back does not wait for him.
    a_step_of_somebody_away_for_long_goes_to_the_lead,
    async |w: &Workspace| {
        let lead = somebody(w, "lestari", "manager", None).await;
        let team = w.make("team", json!({"name": "Penjualan", "lead": lead})).await;
        let [ani, budi] = [somebody(w, "ani", "sales", Some(team)).await, somebody(w, "budi", "sales", Some(team)).await];
        let due = |day: &str| format!("2026-03-{day}T03:00:00Z");
        let soon = w.make("task", json!({"subject": "Segera", "owner": ani, "due_at": due("07")})).await;
        let later = w.make("task", json!({"subject": "Nanti", "owner": ani, "due_at": due("20")})).await;
        let days = (jiff::civil::date(2026, 3, 2), jiff::civil::date(2026, 3, 10));
        w.engine.write(&w.of(ani, Door::Page), move |tx| tx.deputy_name(ani, budi, Some(days))).await.expect("away");
        wait(w, 48 * 3600).await;
        assert_eq!(get(w, "task", soon).await.link("owner"), Some(ani), "two days are no long time");
        wait(w, 26 * 3600).await;
        assert_eq!(get(w, "task", soon).await.link("owner"), Some(lead));
        assert_eq!(get(w, "task", later).await.link("owner"), Some(ani), "she is back by then");
    }
);

both!(
    /// Scenario 24: who is named and may not see it is given it, or is not told at all.
    a_mention_shows_nothing_to_whom_it_is_not_for,
    async |w: &Workspace| {
        let sales = role(w, "sales").await;
        let access = json!({"account": {"create": true, "read": "team", "edit": "team"}, "interaction": {"create": true, "read": "all", "edit": "own"},
            "contact": {"read": "all"}});
        w.engine.update(&w.system(), "role", sales, map(json!({"rights": access})), None).await.expect("rights");
        let [one, two] = [w.make("team", json!({"name": "Penjualan"})).await, w.make("team", json!({"name": "Layanan"})).await];
        let [ani, dewi] = [w.user("Ani", sales, Some(one)).await, w.user("Dewi", sales, Some(two)).await];
        let account = w.make("account", json!({"name": "PT Karya", "owner": ani})).await;
        let mut page = Browser::of(w, ani).await;
        let note = "kind=note&body=%40Dewi%20rahasia%20harga%20sewa";
        let asked = page.post(&format!("/accounts/{account}/entries"), note).await.html;
        assert!(asked.contains("Dewi tidak bisa melihat data ini") && asked.contains("name=\"mention\" value=\"drop\""), "{asked}");
        assert!(asked.contains("rahasia harga sewa"), "nothing typed is lost");
        assert_eq!(count(w, "interaction", "account", account).await, 0);
        page.post(&format!("/accounts/{account}/entries"), &format!("{note}&blind={dewi}&mention=drop")).await;
        assert_eq!(count(w, "interaction", "account", account).await, 1);
        let hers = w.of(dewi, Door::Page);
        assert!(w.engine.search(&hers, "rahasia", None, 9).await.expect("a search").is_empty(), "not in her search");
        let list = w.engine.list(&hers, ListRequest { object: "interaction".into(), ..ListRequest::default() }).await.expect("a list");
        assert!(list.records.is_empty(), "nor in her lists");
        let mut dewi_page = Browser::of(w, dewi).await;
        assert!(!dewi_page.get("/inbox").await.html.contains("rahasia"), "nor in her inbox");
        wait(w, 3600).await;
        assert_eq!(w.mails(), 0, "nor in a mail");
        page.post(&format!("/accounts/{account}/entries"), &format!("{note}&blind={dewi}&mention=share")).await;
        assert_eq!(dewi_page.get(&format!("/accounts/{account}")).await.status, StatusCode::OK, "now it is shared");
        let inbox = dewi_page.get("/inbox").await.html;
        assert!(inbox.contains("menyebut Anda dalam") && inbox.contains("rahasia harga sewa"), "{inbox}");
    }
);

both!(
    /// For all departments, for the owner's team, for the owner alone: by every door.
    an_interaction_is_seen_by_whom_it_is_for,
    async |w: &Workspace| {
        let [one, two] = [w.make("team", json!({"name": "Penjualan"})).await, w.make("team", json!({"name": "Layanan"})).await];
        let ani = somebody(w, "ani", "sales", Some(one)).await;
        let budi = somebody(w, "budi", "sales", Some(one)).await;
        let dewi = somebody(w, "dewi", "service", Some(two)).await;
        let boss = somebody(w, "boss", "administrator", None).await;
        let account = w.make("account", json!({"name": "PT Karya", "owner": ani})).await;
        for (words, audience) in [("Untuk semua", "all"), ("Untuk tim", "team"), ("Untuk saya", "private")] {
            w.make("interaction", json!({"subject": words, "channel": "note", "account": account, "owner": ani, "audience": audience})).await;
        }
        for (user, seen) in [(ani, 3), (budi, 2), (dewi, 1), (boss, 1)] {
            assert_eq!(titles(w, user, "account", account).await.len(), seen);
            let ctx = w.of(user, Door::Api);
            let request = ListRequest { object: "interaction".into(), ..ListRequest::default() };
            assert_eq!(w.engine.list(&ctx, request).await.expect("a list").records.len(), seen);
            assert_eq!(w.engine.search(&ctx, "untuk", None, 9).await.expect("hits").len(), seen);
        }
        let hers = get(w, "account", account).await;
        assert!(w.engine.read(&w.of(dewi, Door::Api), move |tx| {
            let object = tx.object("account")?;
            tx.may(&object, Access::Read, hers.id)
        }).await.expect("asked"));
    }
);

/// PT Karya with three open steps of Ani's, and the team Service with its lead and Dewi.
async fn karya(w: &Workspace) -> (i64, i64, i64, i64, i64, Vec<i64>) {
    let lead = somebody(w, "lestari", "service", None).await;
    let sales = w.make("team", json!({"name": "Penjualan"})).await;
    let service = w.make("team", json!({"name": "Layanan", "lead": lead})).await;
    let ani = somebody(w, "ani", "sales", Some(sales)).await;
    let dewi = somebody(w, "dewi", "service", Some(service)).await;
    let account = w.make("account", json!({"name": "PT Karya", "owner": ani})).await;
    let mut steps = Vec::new();
    for subject in ["Kirim kontrak", "Atur pelatihan", "Telepon gudang"] {
        steps.push(w.make("task", json!({"subject": subject, "owner": ani, "account": account, "due_at": "2026-03-06T03:00:00Z"})).await);
    }
    (lead, service, ani, dewi, account, steps)
}

both!(
    /// Scenario 25: the old owner stays until somebody accepts, then everything is the new one's.
    a_customer_is_handed_over_once_it_is_accepted,
    async |w: &Workspace| {
        let (_, service, ani, dewi, account, steps) = karya(w).await;
        let input = json!({"account": account, "to_team": service, "note": "Semua pesanan sudah beres", "due_at": "2026-03-09T03:00:00Z"});
        let handover = w.engine.create(&w.of(ani, Door::Api), "handover", map(input)).await.expect("handed over").id;
        let kept = get(w, "handover", handover).await;
        assert_eq!((kept.title(), kept.link("from_user")), ("PT Karya", Some(ani)));
        assert!(matches!(kept.get("steps"), Value::Links(rows) if rows.len() == 3), "{:?}", kept.get("steps"));
        for step in &steps {
            assert_eq!(get(w, "task", *step).await.link("owner"), Some(ani), "until it is accepted");
        }
        let mut hers = Browser::of(w, dewi).await;
        assert!(hers.get("/inbox").await.html.contains("PT Karya"), "the team is told");
        let mut his = Browser::of(w, ani).await;
        for (user, page) in [(ani, &mut his), (dewi, &mut hers)] {
            let list = page.get("/handovers").await.html;
            assert_eq!(list.matches(&format!("data-row=\"{handover}\"")).count(), 1, "both teams' lists show it once");
            let told = w.engine.timeline(&w.of(user, Door::Page), "account", account, TimelineRequest::default()).await.expect("told");
            assert_eq!(told.upcoming.iter().filter(|e| e.source_object == "handover").count(), 1, "and the customer's page");
        }
        let own = hers.post(&format!("/handovers/{handover}/withdrawal"), "").await;
        assert_eq!(own.status, StatusCode::FORBIDDEN, "only who gives takes back");
        hers.post(&format!("/handovers/{handover}/acceptance"), "").await;
        for step in &steps {
            assert_eq!(get(w, "task", *step).await.link("owner"), Some(dewi));
        }
        assert_eq!(get(w, "account", account).await.link("owner"), Some(dewi));
        assert_eq!(get(w, "handover", handover).await.text("state"), "accepted");
        assert!(his.get("/inbox").await.html.contains("PT Karya"), "the old owner is told");
    }
);

both!(
    /// Scenario 25: unanswered for a working day it goes to the lead of the team, and stays with the old owner until then.
    a_hand_over_nobody_answers_goes_to_the_lead,
    async |w: &Workspace| {
        let (lead, service, ani, dewi, account, steps) = karya(w).await;
        // a Friday: the next working day is Monday
        w.pass(4 * 24 * 3600);
        let input = json!({"account": account, "to_user": dewi, "to_team": service, "note": "Tolong", "due_at": "2026-03-12T03:00:00Z"});
        let handover = w.engine.create(&w.of(ani, Door::Api), "handover", map(input)).await.expect("handed over").id;
        wait(w, 2 * 24 * 3600).await;
        let kept = get(w, "handover", handover).await;
        assert_eq!((kept.link("owner"), kept.link("came_from")), (Some(dewi), None), "a week-end is no working day");
        wait(w, 24 * 3600 + 60).await;
        let kept = get(w, "handover", handover).await;
        assert_eq!((kept.link("owner"), kept.link("came_from")), (Some(lead), Some(dewi)));
        assert_eq!(get(w, "task", steps[0]).await.link("owner"), Some(ani), "still the old owner's");
        let mut page = Browser::of(w, lead).await;
        page.post(&format!("/handovers/{handover}/refusal"), "reason=Belum%20siap").await;
        let kept = get(w, "handover", handover).await;
        assert_eq!((kept.text("state"), kept.text("answer")), ("declined", "Belum siap"));
        assert_eq!(get(w, "account", account).await.link("owner"), Some(ani));
    }
);
