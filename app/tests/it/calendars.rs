//! Business calendars as administrators meet them, and as domains ask them.

use crate::browser::Browser;
use crate::workspace::{Workspace, both};
use akrab_engine::calendar::{CalendarDecl, Hours, USUAL};
use akrab_engine::{Ctx, Door};
use akrab_model::Label;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};

async fn admin(w: &Workspace) -> Ctx {
    let role = w.engine.people().roles.iter().find(|r| r.is_administrator()).map(|r| r.id).expect("a role");
    w.of(w.user("ratna", role, None).await, Door::Page)
}

/// When so many working minutes after a moment of Jakarta are over, by the calendar as it counts now.
async fn due(w: &Workspace, key: &'static str, from: &str, minutes: i64) -> String {
    let start = moment(from);
    let system = w.system();
    let due = w.engine.read(&system, move |tx| Ok(tx.calendar(key)?.add(start, SignedDuration::from_mins(minutes))?)).await;
    let zone = akrab_engine::calendar::find_zone("WIB").expect("a zone");
    due.expect("a moment").to_zoned(zone).strftime("%Y-%m-%d %H:%M").to_string()
}

fn moment(local: &str) -> Timestamp {
    format!("{}:00+07:00", local.replace(' ', "T")).parse().expect("a moment")
}

both!(
    /// Everybody has a calendar; holidays count only once an administrator has looked at them and taken them over.
    holidays_are_looked_at_before_they_count,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let mut browser = Browser::of(w, ctx.user_id().expect("a user")).await;
        // the Friday before Independence Day 2026, which is a Monday
        assert_eq!(due(w, USUAL, "2026-08-14 16:00", 120).await, "2026-08-17 09:00");
        let page = browser.get("/settings/calendars").await;
        assert!(page.html.contains("Jam kantor") && page.html.contains("08.00–11.30, 13.00–17.00"), "{}", page.html);

        let preview = browser.get("/settings/holidays/import?year=2026").await;
        assert!(preview.html.contains("Hari Kemerdekaan Republik Indonesia") && !preview.html.contains("2027-"));
        assert!(preview.html.contains("Paket Python holidays 0.108"), "the source is named");
        assert_eq!(due(w, USUAL, "2026-08-14 16:00", 120).await, "2026-08-17 09:00", "looking changes nothing");

        let days = [("year", "2026"), ("on", "2026-08-17"), ("on", "2026-12-25"), ("calendar", USUAL)];
        let done = browser.submit("/settings/holidays/import?year=2026", &days).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.html);
        assert_eq!(due(w, USUAL, "2026-08-14 16:00", 120).await, "2026-08-18 09:00");
        let lists = w.engine.read(&w.system(), |tx| tx.holiday_lists()).await.expect("lists");
        let kept: Vec<&str> = lists[0].decl.days.iter().filter(|day| day.is_on()).map(|day| day.date.as_str()).collect();
        assert_eq!(kept, ["2026-08-17", "2026-12-25"], "only what was ticked");
        // another year joins; what was switched stays as it was
        browser.submit("/settings/holidays/import?year=2027", &[("year", "2027"), ("on", "2027-01-01")]).await;
        let lists = w.engine.read(&w.system(), |tx| tx.holiday_lists()).await.expect("lists");
        assert_eq!(lists[0].decl.days.iter().filter(|day| day.is_on()).count(), 3);
        assert!(lists[0].decl.days.is_sorted_by_key(|day| day.date.clone()));
        // what was worked out before can be worked out again
        let then = w.system().now.timestamp().checked_sub(SignedDuration::from_secs(1)).expect("a moment");
        let start = moment("2026-08-14 16:00");
        let before = w.engine.read(&w.system(), move |tx| Ok(tx.calendar_at(USUAL, then)?.add(start, SignedDuration::from_hours(2))?)).await;
        assert_eq!(before.expect("a moment"), moment("2026-08-17 09:00"));
    }
);

both!(
    /// Hours of Ramadan, made in the browser, with the reasons shown by the calendar itself.
    other_hours_count_on_their_dates_and_say_so,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let mut browser = Browser::of(w, ctx.user_id().expect("a user")).await;
        let office = [
            ("name_id", "Kantor Jakarta"),
            ("name_en", "Jakarta office"),
            ("zone", "Asia/Jakarta"),
            ("mon", "08:00-12:00, 13:00-17:00"),
            ("tue", "08:00-12:00, 13:00-17:00"),
            ("wed", "08:00-12:00, 13:00-17:00"),
            ("thu", "08:00-12:00, 13:00-17:00"),
            ("fri", "08.00–11.30, 13.00–17.00"),
            ("sat", "09:00-12:00"),
            ("sun", ""),
        ];
        let mut wrong = office;
        wrong[3].1 = "08:00-12:00, 11:00-17:00";
        let refused = browser.submit("/settings/calendars/new", &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.html.contains("11:00-17:00 bertumpukan dengan 08:00-12:00"), "{}", refused.html);
        assert!(refused.html.contains("href=\"#f-mon\""), "the fault leads to its day");
        let made = browser.submit("/settings/calendars/new", &office).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.html);
        assert_eq!(due(w, "jakarta_office", "2026-08-13 11:50", 30).await, "2026-08-13 13:20", "over lunch");

        let form = browser.get("/settings/calendars/jakarta_office/hours/new?template=ramadan").await;
        assert!(form.html.contains("value=\"Jam Ramadan\"") && form.html.contains("value=\"08:00-15:00\""), "{}", form.html);
        let hours = [
            ("name_id", "Jam Ramadan"),
            ("name_en", "Ramadan hours"),
            ("from", "18/02/2026"),
            ("to", "19/03/2026"),
            ("mon", "08:00-15:00"),
            ("tue", "08:00-15:00"),
            ("wed", "08:00-15:00"),
            ("thu", "08:00-15:00"),
            ("fri", "08:00-15:00"),
        ];
        let added = browser.submit("/settings/calendars/jakarta_office/hours/new", &hours).await;
        assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.html);
        assert_eq!(due(w, "jakarta_office", "2026-02-17 16:00", 240).await, "2026-02-18 11:00");
        assert_eq!(due(w, "jakarta_office", "2026-02-20 14:00", 120).await, "2026-02-23 09:00");
        let answer = browser.get("/settings/calendars/jakarta_office?at=17%2F02%2F2026+16.00&n=4&unit=hours").await;
        assert!(answer.html.contains("18/02/2026 11.00"), "{}", answer.html);
        assert!(answer.html.contains("Minggu biasa"), "the reasons stand beside it");
        let twice = browser.submit("/settings/calendars/jakarta_office/hours/new", &hours).await;
        assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY, "no date has two sets of hours");
        assert_eq!(browser.submit("/settings/calendars/jakarta_office/hours/0/delete", &[]).await.status, StatusCode::SEE_OTHER);
        let versions = w.engine.read(&w.system(), |tx| tx.calendar_versions("jakarta_office")).await.expect("versions");
        assert_eq!(versions.iter().map(|v| v.version).collect::<Vec<_>>(), [3, 2, 1]);
        assert!(versions.iter().all(|v| v.actor == ctx.user_id()));
    }
);

both!(
    /// A version may wait for its day; a change made from an older version is refused; only administrators change anything.
    versions_count_from_their_day_and_are_not_overwritten,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let name = Label::new("Meja malam", "Night desk");
        let mut decl = CalendarDecl::default();
        for day in [&mut decl.week.mon, &mut decl.week.tue, &mut decl.week.wed, &mut decl.week.thu, &mut decl.week.fri] {
            *day = vec!["20:00-04:00".into()];
        }
        assert!("20:00-04:00".parse::<Hours>().is_ok());
        let (first, from) = (decl.clone(), ctx.now.timestamp());
        let save = async |ctx: &Ctx, decl: CalendarDecl, at: Option<Timestamp>, known: Option<i64>| {
            let name = name.clone();
            w.engine.write(ctx, move |tx| tx.calendar_save("night", &name, &decl, at, known)).await
        };
        assert_eq!(save(&ctx, first.clone(), None, Some(0)).await.expect("kept"), 1);
        decl.week.mon = vec!["22:00-02:00".into()];
        let later = from.checked_add(SignedDuration::from_hours(48)).expect("a moment");
        assert_eq!(save(&ctx, decl.clone(), Some(later), Some(1)).await.expect("kept"), 2);
        assert_eq!(due(w, "night", "2026-03-09 23:00", 60).await, "2026-03-10 00:00");
        assert_eq!(due(w, "night", "2026-03-09 20:00", 60).await, "2026-03-09 21:00", "the old hours count until then");
        w.pass(48 * 3_600);
        assert_eq!(due(w, "night", "2026-03-09 20:00", 60).await, "2026-03-09 23:00");
        let now = w.of(ctx.user_id().expect("a user"), Door::Page);
        assert_eq!(save(&now, first.clone(), None, Some(1)).await.expect_err("refused").code, "stale");
        let past = save(&now, first.clone(), Some(from), None).await.expect_err("refused");
        assert_eq!(past.fields[0].code, "calendar_past");

        let siti = w.of(w.user("siti", 3, None).await, Door::Page);
        assert_eq!(save(&siti, first, None, None).await.expect_err("refused").code, "forbidden");
        let mut browser = Browser::of(w, siti.user_id().expect("a user")).await;
        for address in ["/settings/calendars", "/settings/calendars/night", "/settings/holidays/import"] {
            assert_eq!(browser.get(address).await.status, StatusCode::FORBIDDEN, "{address}");
        }
        assert_eq!(w.engine.read(&w.system(), |tx| tx.calendar("nowhere").map(|_| ())).await.expect_err("unknown").code, "not_found");
        let refused = w.engine.write(&w.system(), |tx| tx.calendar_retire(USUAL, true)).await.expect_err("refused");
        assert_eq!(refused.code, "calendar_usual");
    }
);
