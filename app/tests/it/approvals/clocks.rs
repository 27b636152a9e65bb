//! Calendars that change while somebody is asked: what would move is shown first, and then moves.

use super::*;
use akrab_engine::ListRequest;

both!(
    /// Friday 16:00 and eight working hours, due on Monday; then Monday becomes a day off. The change first shows what it
    /// would move, and changes nothing; confirmed, the request and the wait of a flow move, and both times are kept.
    a_changed_calendar_moves_what_hangs_on_it_once_confirmed,
    async |w: &Workspace| {
        let f = firm(w).await;
        let mut decl = rule();
        decl.steps[0].limit = Some(8 * 60);
        keep(w, f.admin, decl).await;
        let wait = json!({
            "name": {"id": "Tunggu", "en": "Wait"}, "object": "opportunity", "trigger": {"on": "created"},
            "steps": [{"key": "a", "do": "wait", "until": "passed", "lapse": {"n": 8, "unit": "working_hours"}}, {"key": "b", "do": "end"}],
        });
        let flow: akrab_engine::flow::Flow = serde_json::from_value(wait).expect("a flow");
        let publish = move |tx: &mut akrab_engine::Tx| {
            let key = tx.flow_make(&flow, Some("wait"))?;
            tx.flow_publish(&key)
        };
        w.engine.write(&w.of(f.admin, Door::Page), publish).await.expect("published");
        until(w, "2026-08-07 16:00");
        let id = deal(w, f.siti, "15").await;
        let request = ask(w, f.siti, id).await.expect("asked");
        w.engine.flow_drain().await.expect("flows go");
        let due = async || w.engine.read(&w.system(), move |tx| tx.approval(request)).await.expect("the request").due_at;
        let waits = async || {
            let runs = w.engine.read(&w.system(), move |tx| tx.flow_runs("wait", &akrab_engine::flow::RunAsk::default())).await.expect("runs");
            runs[0].due
        };
        let monday = moment("2026-08-10 16:00");
        assert_eq!((due().await, waits().await), (Some(monday), monday));

        let mut browser = Browser::of(w, f.admin).await;
        let made = browser.submit("/settings/holidays/new", &[("name_id", "Libur kantor"), ("name_en", "Days off")]).await;
        assert_eq!(made.location, "/settings/holidays/days_off", "{}", made.html);
        let day = [("date", "10/08/2026"), ("name_id", "Libur"), ("name_en", "Day off"), ("kind", "holiday-regional")];
        let added = browser.submit("/settings/holidays/days_off/days", &day).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "no calendar keeps it yet: {}", added.html);
        let week = [("mon", "08:00-12:00, 13:00-17:00"), ("tue", "08:00-12:00, 13:00-17:00"), ("wed", "08:00-12:00, 13:00-17:00")];
        let mut office = vec![("known", "0"), ("name_id", "Jam kantor"), ("name_en", "Office hours"), ("zone", "Asia/Jakarta"), ("holidays", "days_off")];
        office.extend(week);
        office.extend([("thu", "08:00-12:00, 13:00-17:00"), ("fri", "08:00-11:30, 13:00-17:00")]);
        assert_eq!(browser.submit("/settings/calendars/office/draft", &office).await.status, StatusCode::SEE_OTHER);
        let draft = browser.get("/settings/calendars/office").await.html;
        assert!(draft.contains("Belum berlaku") && draft.contains("Berlakukan") && draft.contains("selected>Libur kantor"), "{draft}");
        assert_eq!((due().await, waits().await), (Some(monday), monday), "nothing is counted by a draft");
        let asked = browser.submit("/settings/calendars/office", &office).await;
        assert_eq!(asked.status, StatusCode::OK);
        for told in ["2 tenggat yang berjalan", "Diskon", "Tunggu", "10 Agu", "11 Agu", "name=\"known\" value=\"0\""] {
            assert!(asked.html.contains(told), "{told}: {}", asked.html);
        }
        assert_eq!((due().await, waits().await), (Some(monday), monday), "nothing is changed yet");
        let kept = w.engine.read(&w.system(), |tx| tx.calendar_kept(USUAL)).await.expect("the calendar");
        assert_eq!(kept.version, 0, "nor is the calendar");
        office.push(("sure", "1"));
        assert_eq!(browser.submit("/settings/calendars/office", &office).await.status, StatusCode::SEE_OTHER);
        assert!(!browser.get("/settings/calendars/office").await.html.contains("Berlakukan"), "the draft has become the version");
        let tuesday = moment("2026-08-11 16:00");
        assert_eq!((due().await, waits().await), (Some(tuesday), tuesday));
        let history = browser.get(&format!("/opportunities/{id}/history")).await.html;
        assert!(history.contains("bergeser karena kalender diubah") && history.contains("10/08/2026 16.00 → 11/08/2026 16.00"), "{history}");
        // what does not move anything asks nobody, and what is over stays as it was
        decide(w, f.sari, request, yes()).await.expect("decided");
        until(w, "2026-08-11 16:01");
        w.engine.flow_drain().await.expect("flows go");
        let tasks = w.engine.list(&w.system(), ListRequest { object: "opportunity".into(), ..ListRequest::default() }).await.expect("deals");
        assert_eq!(tasks.records.len(), 1);
        let out = browser.submit("/settings/holidays/days_off/days/2026-08-10/delete", &[]).await;
        assert_eq!(out.status, StatusCode::SEE_OTHER, "{}", out.html);
    }
);
