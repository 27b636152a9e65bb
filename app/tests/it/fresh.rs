//! Whether what is known is still right: how old it is, the one press that confirms it, and the customer's own link.

use crate::browser::Browser;
use crate::hooks::admin;
use crate::import::{import, upload};
use crate::workspace::{Workspace, both, map};
use akrab_engine::fresh::{ConfirmationState, Freshness};
use akrab_engine::import::{ImportSpec, OnMatch};
use akrab_engine::{Door, ListRequest};
use akrab_model::{Filter, ProblemKind, Record, Value};
use axum::http::StatusCode;
use jiff::civil::date;
use serde_json::json;

const DAY: i64 = 24 * 3_600;
/// From the tests' moment, 2 March 2026 in the morning, back to 10 January.
const TO_JANUARY: i64 = -51 * DAY;

async fn stand(w: &Workspace, object: &'static str, id: i64, key: &'static str) -> (Freshness, Record) {
    let ctx = w.system();
    let read = w.engine.read(&ctx, move |tx| {
        let record = tx.get(object, id)?;
        let one = tx.freshness(&record)?.into_iter().find(|one| one.field.key == key);
        Ok((one.unwrap_or_else(|| panic!("{key} is asked about")), record))
    });
    read.await.expect("the record")
}

async fn found(w: &Workspace, filter: serde_json::Value) -> usize {
    let filter = Filter::from_json(&filter).expect("a filter");
    let request = ListRequest { object: "contact".into(), filter: Some(filter), limit: 50, ..ListRequest::default() };
    w.engine.list(&w.system(), request).await.expect("a list").records.len()
}

both!(
    /// A phone number confirmed on 10 January with a greatest age of 180 days is fresh through 9 July and asked about from 10 July
    /// on. One press resets its age and nothing else: neither the version, nor when the record was changed, nor other ages.
    one_press_says_that_a_value_is_still_right,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        w.pass(TO_JANUARY);
        let siti = w.make("contact", json!({"name": "Siti Rahayu", "phone": "0812-3456-7890", "email": "siti@contoh.test"})).await;
        let (phone, made) = stand(w, "contact", siti, "phone").await;
        assert_eq!((phone.until, phone.field.days), (Some(date(2026, 7, 9)), 180));
        assert!(!phone.is_stale(date(2026, 7, 9)) && phone.is_stale(date(2026, 7, 10)));
        let (address, _) = stand(w, "contact", siti, "address").await;
        assert!(!address.filled && !address.is_stale(date(2030, 1, 1)), "nobody is asked about what is not there");

        let stale = json!({ "field": "phone_confirmed_at", "op": "not_within", "value": "last_181_days" });
        w.pass(180 * DAY);
        assert_eq!(found(w, stale.clone()).await, 0, "fresh through 9 July");
        w.pass(DAY);
        assert_eq!(found(w, stale.clone()).await, 1, "asked about from 10 July");

        let mut staff = Browser::of(w, ctx.user_id().expect("a person")).await;
        let page = staff.get(&format!("/contacts/{siti}")).await;
        assert!(page.html.contains("Masih benar?") && page.html.contains("0812-3456-7890"), "{}", page.html);
        let answer = staff.submit(&format!("/contacts/{siti}/freshness"), &[("field", "phone")]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.html);
        let (phone, record) = stand(w, "contact", siti, "phone").await;
        assert_eq!(phone.until, Some(date(2027, 1, 6)), "180 days from 10 July");
        assert_eq!((record.version, record.get("updated_at")), (made.version, made.get("updated_at")), "nothing else changes");
        assert_eq!(record.get("email_confirmed_at"), made.get("email_confirmed_at"));
        assert_eq!(found(w, stale).await, 0);
        let history = w.engine.history(&ctx, "contact", siti, None).await.expect("a history");
        assert_eq!(history[0].kind, "confirm");
        assert_eq!(history[0].actor, ctx.user_id(), "who said so stands in the history");

        // a value that changes is as old as the change; the same value given again is not
        w.pass(DAY);
        let ctx = admin_now(w, &ctx);
        let same = map(json!({"phone": "081234567890", "email": "siti.r@contoh.test"}));
        w.engine.update(&ctx, "contact", siti, same, None).await.expect("a change");
        assert_eq!(stand(w, "contact", siti, "phone").await.0.until, Some(date(2027, 1, 6)), "the number is what it was");
        assert_eq!(stand(w, "contact", siti, "email").await.0.until, Some(date(2027, 1, 7)));

        // the ages may be changed
        let days = [("phone".to_string(), 30)].into();
        w.engine.write(&ctx, move |tx| tx.fresh_ages_save("contact", &days)).await.expect("an administrator sets ages");
        assert_eq!(stand(w, "contact", siti, "phone").await.0.until, Some(date(2026, 8, 9)));
        let mut staff = Browser::of(w, ctx.user_id().expect("a person")).await;
        let quality = staff.get("/quality").await;
        assert!(quality.html.contains("30 hari") && quality.html.contains("Kontak"), "{}", quality.html);
    }
);

both!(
    /// What a list brings is confirmed by nobody, unless the list says when somebody did; what it leaves as it was keeps its age.
    a_list_confirms_nothing,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        w.pass(TO_JANUARY);
        let siti = w.make("contact", json!({"name": "Siti Rahayu", "phone": "0812-3456-7890", "email": "siti@contoh.test"})).await;
        let (_, made) = stand(w, "contact", siti, "email").await;
        w.pass(-TO_JANUARY);
        let ctx = admin_now(w, &ctx);
        let text = "a,b,c,d\n\
            Siti Rahayu,0812-9999-0000,siti@contoh.test,\n\
            Budi Santoso,0813-5555-0001,budi@contoh.test,2026-01-05T02:00:00Z\n\
            Wati Lestari,0813-5555-0002,wati@contoh.test,2036-01-05T02:00:00Z\n";
        let file = upload(w, &ctx, "kontak.csv", text).await.expect("a file");
        let mut spec = w.engine.import_guess(&ctx, "contact", file, None).await.expect("readable");
        spec.map_by_hand("name,phone,email,email_confirmed_at");
        spec.match_by = vec![vec!["email".into()]];
        let spec = ImportSpec { on_match: OnMatch::Update, ..spec };
        let (_, report) = import(w, &ctx, &spec, false).await;
        assert_eq!((report.counts.created, report.counts.updated, report.counts.refused), (2, 1, 0), "{:?}", report.first);
        let [budi, wati] = [siti + 1, siti + 2];
        for id in [siti, budi, wati] {
            let (phone, _) = stand(w, "contact", id, "phone").await;
            assert!(phone.at.is_none() && phone.is_stale(date(2026, 3, 2)), "{id}: nobody has said that the number is right");
        }
        assert_eq!(stand(w, "contact", siti, "email").await.1.get("email_confirmed_at"), made.get("email_confirmed_at"), "it is what it was");
        let told = stand(w, "contact", budi, "email").await.0.at.expect("as the list says");
        assert_eq!(told.to_string(), "2026-01-05T02:00:00Z");
        assert_eq!(stand(w, "contact", wati, "email").await.0.at, None, "a moment that lies ahead says nothing");
        let fresh = json!({ "field": "phone_confirmed_at", "op": "within", "value": "last_181_days" });
        let stale = json!({ "field": "phone_confirmed_at", "op": "not_within", "value": "last_181_days" });
        assert_eq!((found(w, fresh.clone()).await, found(w, stale).await), (0, 3), "as Data quality counts them");

        let mut staff = Browser::of(w, ctx.user_id().expect("a person")).await;
        staff.submit(&format!("/contacts/{budi}/freshness"), &[("field", "phone")]).await;
        assert_eq!(found(w, fresh).await, 1, "one press says so");
        w.engine.update(&ctx, "contact", wati, map(json!({"phone": "0813-5555-0003"})), None).await.expect("a change");
        assert!(stand(w, "contact", wati, "phone").await.0.at.is_some(), "entry by hand confirms");
    }
);

fn admin_now(w: &Workspace, ctx: &akrab_engine::Ctx) -> akrab_engine::Ctx {
    w.of(ctx.user_id().expect("a person"), Door::Page)
}

both!(
    /// A customer opens his link within 14 days: what he corrects counts at once with its history, a tax number waits for one of
    /// us, what he leaves is confirmed. Used, guessed and expired links show nothing of him.
    a_customer_corrects_his_own_details_through_a_link,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        w.pass(TO_JANUARY);
        let input = json!({"name": "PT Sinar Abadi", "phone": "0812-3456-7890", "npwp": "0123456782012345",
            "address_street": "Jl. Merdeka 1", "address_city": "Bandung"});
        let account = w.make("account", input).await;
        w.pass(40 * DAY);
        let ctx = admin_now(w, &ctx);
        let ask = |w: &Workspace, ctx: &akrab_engine::Ctx| {
            let fields: Vec<String> = ["address", "phone", "npwp"].map(String::from).to_vec();
            let (engine, ctx) = (w.engine.clone(), ctx.clone());
            async move { engine.write(&ctx, move |tx| tx.confirmation_ask("account", account, &fields)).await.expect("a link").1 }
        };
        let secret = ask(w, &ctx).await;
        let mut customer = Browser::guest(w).await;
        let link = format!("/confirm/{secret}");
        let page = customer.get(&link).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.html.contains("Jl. Merdeka 1") && page.html.contains("0123456782012345"), "{}", page.html);
        assert!(!page.html.contains("Sinar Abadi"), "nothing but what is asked about");
        let fields = [
            ("address_street", "Jl. Asia Afrika 8"),
            ("address_village", ""),
            ("address_district", ""),
            ("address_city", "Bandung"),
            ("address_province", ""),
            ("address_postcode", ""),
            ("phone", "0812-3456-7890"),
            ("npwp", "3174011205900001"),
        ];
        let done = customer.submit(&link, &fields).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.html);
        let (phone, record) = stand(w, "account", account, "phone").await;
        assert_eq!(record.text("address_street"), "Jl. Asia Afrika 8", "applied at once");
        assert_eq!(record.text("npwp"), "0123456782012345", "a tax number waits");
        assert_eq!(phone.until, Some(date(2026, 8, 18)), "what he left is confirmed: 180 days from 19 February");
        let history = w.engine.history(&ctx, "account", account, None).await.expect("a history");
        let moved = history.iter().find(|c| c.kind == "update").expect("the change is told");
        assert_eq!((moved.door.as_str(), moved.actor), ("link", None));
        assert_eq!(moved.shifts[0].old, json!("Jl. Merdeka 1"), "the old value stays in the history");

        // replayed and guessed links show nothing
        for (link, status) in [(link.clone(), StatusCode::NOT_FOUND), (format!("/confirm/{}x", &secret[1..]), StatusCode::NOT_FOUND)] {
            let over = customer.get(&link).await;
            assert_eq!(over.status, status);
            assert!(!over.html.contains("Asia Afrika") && !over.html.contains("0812"), "{}", over.html);
            let again = customer.submit(&link, &fields).await;
            assert_eq!(again.status, status);
        }

        // whoever asked, and the owner, are told
        let told = w.engine.read(&ctx, |tx| tx.notices(None, true, 10)).await.expect("an inbox").notices;
        assert_eq!(told.iter().map(|n| (n.kind.as_str(), n.source.id)).collect::<Vec<_>>(), [("written", account)]);

        // one of us accepts the tax number
        let mut staff = Browser::of(w, ctx.user_id().expect("a person")).await;
        let page = staff.get(&format!("/accounts/{account}")).await;
        assert!(page.html.contains("Ditulis pelanggan") && page.html.contains("3174011205900001"), "{}", page.html);
        let asked = w.engine.read(&ctx, move |tx| tx.confirmations("account", account)).await.expect("what was asked");
        assert_eq!((asked[0].state, asked[0].waiting.len()), (ConfirmationState::Changed, 1));
        let answer = staff.submit(&format!("/accounts/{account}/confirmation/{}", asked[0].id), &[("verdict", "accept")]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.html);
        let (_, record) = stand(w, "account", account, "npwp").await;
        assert_eq!(record.text("npwp"), "3174011205900001");

        // opened on day 15 it is over and shows nothing; an earlier link ends when a new one is made
        let first = ask(w, &ctx).await;
        let secret = ask(w, &ctx).await;
        assert_eq!(customer.get(&format!("/confirm/{first}")).await.status, StatusCode::NOT_FOUND);
        w.pass(14 * DAY - 60);
        assert_eq!(customer.get(&format!("/confirm/{secret}")).await.status, StatusCode::OK);
        w.pass(DAY);
        let late = customer.get(&format!("/confirm/{secret}")).await;
        assert_eq!(late.status, StatusCode::NOT_FOUND);
        assert!(late.html.contains("kedaluwarsa") && !late.html.contains("Asia Afrika"), "{}", late.html);
        let taken = w.engine.confirmation_take(&secret, map(json!({"phone": "0811"})), None).await.expect_err("too late");
        assert_eq!((taken.kind, taken.code), (ProblemKind::NotFound, "link_expired"));
    }
);

both!(
    /// What is filled of a record is a figure of its own, for lists, reports and the page of data quality.
    completeness_is_kept_with_every_change,
    async |w: &Workspace| {
        let id = w.make("contact", json!({"name": "Suharto", "phone": "0812-3456-7890", "job_title": "Pemilik"})).await;
        let (_, record) = stand(w, "contact", id, "phone").await;
        assert_eq!(record.get("completeness"), &Value::Int(33), "two of six");
        w.engine.update(&w.system(), "contact", id, map(json!({"email": "s@contoh.test"})), None).await.expect("a change");
        let (_, record) = stand(w, "contact", id, "phone").await;
        assert_eq!(record.get("completeness"), &Value::Int(50));
    }
);
