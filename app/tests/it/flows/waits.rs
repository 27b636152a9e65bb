//! Waiting, and what time begins.

use super::{DAY, HOUR, change, drain, fates, flow, get, log, publish, runs};
use crate::workspace::{Workspace, both};
use akrab_engine::flow::{RunState, StepFate};
use serde_json::{Value as Json, json};

both!(
    /// Waiting: for time that passes, for working hours over a weekend and a day off, for a date, and for something to hold.
    runs_wait_for_time_and_for_what_happens,
    async |w: &Workspace| {
        let note = |text: &str| json!({ "note": { "value": text } });
        let steps = json!([
            { "key": "s1", "do": "wait", "until": "passed", "lapse": { "n": 3, "unit": "hours" } },
            { "key": "s2", "do": "set", "values": note("tiga jam") },
            { "key": "s3", "do": "wait", "until": "date", "field": "close_date" },
            { "key": "s4", "do": "set", "values": note("hari tutup") },
            { "key": "s5", "do": "wait", "until": "holds", "when": { "field": "competitor", "op": "not_empty" }, "most": { "n": 2, "unit": "days" } },
            { "key": "s6", "do": "set", "values": note("ada pesaing") },
            { "key": "s7", "do": "wait", "until": "holds", "when": { "field": "amount", "op": "gt", "value": 5 }, "most": { "n": 1, "unit": "hours" }, "else": "end" },
            { "key": "s8", "do": "set", "values": note("tidak pernah") },
        ]);
        let key = publish(w, flow("opportunity", json!({ "on": "created" }), steps, Json::Null)).await;
        let id = w.make("opportunity", json!({ "name": "Tunggu", "close_date": "2026-03-04" })).await;
        drain(w).await;
        assert_eq!(get(w, "opportunity", id, "note").await, Json::Null);
        w.pass(3 * HOUR - 1);
        assert_eq!(drain(w).await, 0, "not a second before");
        w.pass(1);
        drain(w).await;
        assert_eq!(get(w, "opportunity", id, "note").await, json!("tiga jam"));
        let run = runs(w, &key).await.remove(0);
        assert!(run.waits && run.due.to_string() == "2026-03-03T17:00:00Z", "midnight of the day in Jakarta: {run:?}");
        w.pass(2 * DAY);
        drain(w).await;
        assert_eq!(get(w, "opportunity", id, "note").await, json!("hari tutup"));
        w.pass(HOUR);
        assert_eq!(drain(w).await, 0);
        change(w, &w.system(), "opportunity", id, json!({ "competitor": "Kopi Sebelah" })).await;
        drain(w).await;
        assert_eq!(get(w, "opportunity", id, "note").await, json!("ada pesaing"), "at once, not when its time is up");
        w.pass(2 * HOUR);
        drain(w).await;
        assert_eq!(get(w, "opportunity", id, "note").await, json!("ada pesaing"), "it waited in vain and ended");
        let run = runs(w, &key).await.remove(0);
        assert_eq!(run.state, RunState::Done);
        use StepFate::{Done, Waits};
        let told = log(w, run.id).await;
        let expected = [("s1", Waits), ("s1", Done), ("s2", Done), ("s3", Waits), ("s3", Done), ("s4", Done), ("s5", Waits), ("s5", Done), ("s6", Done), ("s7", Waits), ("s7", Done)];
        assert_eq!(fates(&told), expected);
        assert_eq!((&told[7].result["held"], &told[10].result["held"]), (&json!(true), &json!(false)));
    }
);

both!(
    /// Eight working hours from Friday afternoon end on Monday, or on Tuesday when Monday is a holiday.
    working_hours_keep_weekends_and_holidays,
    async |w: &Workspace| {
        let list = json!({ "name": { "id": "Libur", "en": "Holidays" }, "region": "ID", "source": "uji", "days": [
            { "date": "2026-03-09", "name": { "id": "Libur uji", "en": "Test day" }, "kind": "national" } ] });
        let steps = json!([{ "key": "s1", "do": "wait", "until": "passed", "lapse": { "n": 8, "unit": "working_hours" } }]);
        let key = publish(w, flow("opportunity", json!({ "on": "created" }), steps, Json::Null)).await;
        // Friday, four in the afternoon
        w.pass(4 * DAY + 7 * HOUR);
        w.make("opportunity", json!({ "name": "Tanpa libur" })).await;
        drain(w).await;
        let list: akrab_engine::calendar::HolidayListDecl = serde_json::from_value(list).expect("a list");
        let keep = move |tx: &mut akrab_engine::Tx| tx.holiday_list_import("uji", &list, Some(0), &["office".to_string()]);
        w.engine.write(&w.system(), keep).await.expect("kept");
        w.make("opportunity", json!({ "name": "Dengan libur" })).await;
        drain(w).await;
        let due: Vec<String> = runs(w, &key).await.iter().map(|run| run.due.to_string()).collect();
        let calendar = w.engine.read(&w.system(), |tx| tx.calendar("office")).await.expect("a calendar");
        let friday: jiff::Timestamp = "2026-03-06T09:00:00Z".parse().expect("a moment");
        let end = calendar.add(friday, jiff::SignedDuration::from_hours(8)).expect("an end");
        assert!(due[0].starts_with("2026-03-09T"), "Monday: {due:?}");
        assert_eq!(due[1], end.to_string());
        assert!(due[1].starts_with("2026-03-10T"), "Tuesday: {due:?}");
    }
);

both!(
    /// Days before a date, and every Monday at seven: each planned moment feeds its records once, whoever looks how often.
    time_begins_flows_once,
    async |w: &Workspace| {
        let set = |text: &str| json!([{ "key": "s1", "do": "set", "values": { "note": { "value": text } } }]);
        let before = publish(
            w,
            flow("opportunity", json!({ "on": "date", "field": "close_date", "offset": -3, "at": "08:00" }), set("tiga hari lagi"), Json::Null),
        )
        .await;
        let working = publish(
            w,
            flow(
                "opportunity",
                json!({ "on": "date", "field": "close_date", "offset": -3, "unit": "working_days", "at": "08:00" }),
                set("tiga hari kerja lagi"),
                json!({ "when": { "field": "name", "op": "starts_with", "value": "Kerja" } }),
            ),
        )
        .await;
        let weekly = publish(
            w,
            flow(
                "account",
                json!({ "on": "schedule", "rhythm": "weekly", "day": 0, "at": "07:00" }),
                json!([{ "key": "s1", "do": "set", "values": { "note": { "value": "Senin" } } }]),
                json!({ "when": { "field": "name", "op": "contains", "value": "Hotel" } }),
            ),
        )
        .await;
        let hours = publish(
            w,
            flow("opportunity", json!({ "on": "date", "field": "next_at", "offset": -2, "unit": "hours" }), set("dua jam lagi"), Json::Null),
        )
        .await;
        // now it is Monday the 2nd, nine o'clock
        let friday = w.make("opportunity", json!({ "name": "Jumat", "close_date": "2026-03-06" })).await;
        let monday = w.make("opportunity", json!({ "name": "Kerja Senin", "close_date": "2026-03-09" })).await;
        let soon = w.make("opportunity", json!({ "name": "Rapat", "next_at": "2026-03-02T06:00:00Z" })).await;
        let hotel = w.make("account", json!({ "name": "Hotel Bumi" })).await;
        let kiosk = w.make("account", json!({ "name": "Kios Kopi" })).await;
        let look = async || {
            for _ in 0..2 {
                w.engine.pass_flows().await.unwrap_or_else(|p| panic!("{p:?}"));
                drain(w).await;
            }
        };
        look().await;
        for key in [&before, &working, &weekly, &hours] {
            assert!(runs(w, key).await.is_empty(), "what lies before {key} counted is not made up for");
        }
        w.pass(2 * HOUR + 60);
        look().await;
        assert_eq!(get(w, "opportunity", soon, "note").await, json!("dua jam lagi"));
        // Tuesday, five past eight: three days before Friday
        w.pass(21 * HOUR + 4 * 60);
        look().await;
        assert_eq!(get(w, "opportunity", friday, "note").await, json!("tiga hari lagi"));
        assert_eq!(get(w, "opportunity", monday, "note").await, Json::Null);
        // Wednesday: three working days before Monday
        w.pass(DAY);
        look().await;
        assert_eq!(get(w, "opportunity", monday, "note").await, json!("tiga hari kerja lagi"));
        for _ in 0..5 {
            w.pass(DAY);
            look().await;
        }
        assert_eq!(get(w, "account", hotel, "note").await, json!("Senin"));
        assert_eq!(get(w, "account", kiosk, "note").await, Json::Null);
        for key in [&working, &weekly, &hours] {
            assert_eq!(runs(w, key).await.len(), 1, "{key} runs once");
        }
        assert_eq!(runs(w, &before).await.len(), 2, "Friday's and Monday's");
    }
);
