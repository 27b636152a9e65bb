//! Cleaning: a look that writes nothing, the change itself, and taking it back.

use crate::hooks::admin;
use crate::workspace::{Workspace, both, map};
use akrab_engine::clean::{CleanReport, CleanSpec, Odd};
use akrab_engine::{Ctx, Door};
use serde_json::json;

async fn run(w: &Workspace, ctx: &Ctx, spec: &CleanSpec, apply: bool) -> (i64, CleanReport) {
    let job = w.engine.clean_start(ctx, spec.clone(), apply).await.unwrap_or_else(|p| panic!("queued: {p:?}"));
    w.work_off().await;
    let (view, report) = w.engine.clean_report(ctx, job).await.expect("a report");
    assert!(view.error.is_none(), "{:?} {:?}", view.error, view.error_detail);
    (job, report)
}

both!(
    /// Names, numbers, mails and addresses come into one form: looked at first with before and after, done, and taken back but
    /// for what was changed since. Nothing becomes fresh by it, and what cannot be is listed.
    a_list_is_looked_at_cleaned_and_taken_back,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let shouted = w
            .make(
                "contact",
                json!({"name": "BUDI SANTOSO", "phone": "+62 812 3456 7890", "email": "budi@gmial.com",
                    "address_street": "jln merdeka no.5 rt1/rw02", "address_city": "kota bandung", "address_province": "jabar", "address_postcode": "4o1l1"}),
            )
            .await;
        let fine = w.make("contact", json!({"name": "Sri Hartati", "phone": "0813-1111-2222", "address_postcode": "150a2"})).await;
        let odd = w.make("contact", json!({"name": "xxx", "birthday": "2030-01-01", "email": "a@example.com"})).await;
        w.make("contact", json!({"name": "Suharto", "birthday": "1890-05-01"})).await;
        w.pass(10 * 86_400);
        let ctx = w.of(ctx.user_id().expect("a person"), Door::Page);
        let spec = CleanSpec { object: "contact".into(), ..CleanSpec::default() };
        let (_, seen) = run(w, &ctx, &spec, false).await;
        assert_eq!((seen.records, seen.changed, seen.applied), (4, 2, false));
        let after = |field: &str| seen.samples.iter().find(|one| one.id == shouted && one.field == field).map(|one| one.after.clone());
        assert_eq!(after("name").as_deref(), Some("Budi Santoso"));
        assert_eq!(after("email").as_deref(), Some("budi@gmail.com"));
        assert_eq!(after("address_street").as_deref(), Some("Jl. Merdeka No. 5 RT 001/RW 002"));
        assert_eq!(after("address_province").as_deref(), Some("Jawa Barat"));
        assert_eq!(after("address_city").as_deref(), Some("Bandung"));
        assert_eq!(after("address_postcode").as_deref(), Some("40111"));
        let found = |kind: Odd| seen.odd.iter().filter(|one| one.odd == kind).map(|one| one.id).collect::<Vec<_>>();
        assert_eq!((found(Odd::BornLater), found(Odd::Filler), found(Odd::EmailCannotBe)), (vec![odd], vec![odd], vec![odd]));
        assert_eq!(found(Odd::BornLongAgo).len(), 1);
        assert_eq!(found(Odd::PostcodeCannotBe), [fine], "what can be read as five digits is not odd");
        let before = w.engine.get(&ctx, "contact", shouted).await.expect("there");
        assert_eq!(before.text("name"), "BUDI SANTOSO", "a look writes nothing");

        let (job, done) = run(w, &ctx, &spec, true).await;
        assert_eq!((done.changed, done.refused, done.applied), (2, 0, true));
        let now = w.engine.get(&ctx, "contact", shouted).await.expect("there");
        assert_eq!((now.text("name"), now.text("email"), now.text("phone")), ("Budi Santoso", "budi@gmail.com", "+6281234567890"));
        for key in ["phone_confirmed_at", "email_confirmed_at", "address_confirmed_at"] {
            assert_eq!(now.get(key), before.get(key), "{key}: nobody was asked");
        }
        assert_eq!(run(w, &ctx, &spec, false).await.1.changed, 0, "once is enough");
        assert_eq!(w.engine.get(&ctx, "contact", fine).await.expect("there").version, 1);

        let undo = w.engine.clean_undo(&ctx, job).await.expect("queued");
        w.work_off().await;
        let result = w.engine.job(&ctx, undo).await.expect("the job").result;
        assert_eq!(result, json!({ "undone": 2, "left": 0 }));
        let back = w.engine.get(&ctx, "contact", shouted).await.expect("there");
        assert_eq!((back.text("name"), back.text("email")), ("BUDI SANTOSO", "budi@gmial.com"));

        // what was changed since stays
        let (job, _) = run(w, &ctx, &spec, true).await;
        w.engine.update(&ctx, "contact", shouted, map(json!({"name": "Budi S. Santoso"})), None).await.expect("a change");
        let undo = w.engine.clean_undo(&ctx, job).await.expect("queued");
        w.work_off().await;
        assert_eq!(w.engine.job(&ctx, undo).await.expect("the job").result, json!({ "undone": 1, "left": 1 }));
        assert_eq!(w.engine.get(&ctx, "contact", shouted).await.expect("there").text("name"), "Budi S. Santoso");

        // and what somebody has said to be right since
        let asked = w.make("contact", json!({"name": "Siti Aminah", "email": "siti@gmial.com"})).await;
        let (job, _) = run(w, &ctx, &spec, true).await;
        w.pass(60);
        let ctx = w.of(ctx.user_id().expect("a person"), Door::Page);
        w.engine.write(&ctx, move |tx| tx.confirm("contact", asked, &["email".to_string()])).await.expect("still right");
        w.engine.clean_undo(&ctx, job).await.expect("queued");
        w.work_off().await;
        assert_eq!(w.engine.get(&ctx, "contact", asked).await.expect("there").text("email"), "siti@gmail.com");
    }
);
