//! What people may ask about their own data: to be erased for good, and to get everything that is kept of them.

mod kills;

use crate::browser::Browser;
use crate::hooks::admin;
use crate::import;
use crate::workspace::{Workspace, both, folder, map};
use akrab_engine::contact::Saying;
use akrab_engine::export::Cards;
use akrab_engine::job::Queued;
use akrab_engine::privacy::{AccessCopy, CopyReport, Fate, Retention, RetentionDecl};
use akrab_engine::{Ctx, Engine, JobFilter, ListRequest};
use akrab_model::filter::Op;
use akrab_model::{Filter, Label, ProblemKind, Value};
use akrab_store::{Options, Store, Target};
use axum::http::StatusCode;
use serde_json::json;
use std::io::Read;
use std::time::Instant;

const EMAIL: &str = "lestari.wulandari@contoh.test";
const WORDS: &str = "rumahnya di Gang Kenanga nomor 9";

/// A person with two paid invoices, twelve mails, facts, an address, a file and a history.
async fn lestari(w: &Workspace, browser: &mut Browser) -> (i64, Vec<i64>) {
    let person = w
        .make(
            "contact",
            json!({"name": "Lestari Wulandari", "email": "lama@contoh.test", "phone": "0812-7777-8888", "note": WORDS, "address_street": "Gang Kenanga 9"}),
        )
        .await;
    w.engine.update(&w.system(), "contact", person, map(json!({"email": EMAIL})), None).await.expect("a change");
    let mut invoices = Vec::new();
    for total in [2_500_000, 1_250_000] {
        let invoice = w.make("invoice", json!({"contact": person, "issued_on": "2026-01-15", "total": total, "note": WORDS})).await;
        w.make("payment", json!({"contact": person, "invoice": invoice, "amount": total, "paid_on": "2026-01-20"})).await;
        invoices.push(invoice);
    }
    for n in 0..12 {
        let mail = json!({"channel": "email", "subject": format!("Surat {n} untuk Lestari"), "body": WORDS, "contact": person, "direction": "out"});
        w.make("interaction", mail).await;
    }
    w.make("profile_fact", json!({"contact": person, "kind": "hobby", "value": "melukis"})).await;
    w.make("contact_point", json!({"contact": person, "kind": "email", "value": EMAIL})).await;
    let address = format!("/contacts/{person}/attachments");
    let answer = browser.submit_files(&address, &[], &[("file", "ktp-lestari.pdf", b"%PDF-1.7 KTP Lestari Wulandari")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.html);
    w.engine
        .write(&w.system(), move |tx| {
            tx.preset_take("indonesia")?;
            let purpose = tx.purposes()?[0].key.clone();
            tx.consent_say(&Saying {
                person: ("contact".into(), person),
                purpose,
                channel: "email".into(),
                given: true,
                evidence: json!({ "form": "kontak" }),
                source: "form".into(),
            })
        })
        .await
        .expect("a consent");
    (person, invoices)
}

async fn of(engine: &Engine, ctx: &Ctx, object: &str, person: i64) -> Vec<akrab_model::Record> {
    let filter = Some(Filter::test("contact", Op::Is, json!(person)));
    let request = ListRequest { object: object.into(), filter, limit: 200, ..ListRequest::default() };
    engine.list(ctx, request).await.unwrap_or_else(|p| panic!("{object}: {p:?}")).records
}

/// Everything the workspace tells of somebody: pages, lists, history, search, export and the archive of it all.
async fn told(w: &Workspace, browser: &mut Browser, person: i64) -> String {
    let mut all = String::new();
    for address in ["", "/history", "?tab=files", "/consent"] {
        all += &browser.get(&format!("/contacts/{person}{address}")).await.html;
    }
    for address in ["/contacts", "/invoices", "/interactions", "/api/v1/contacts", "/api/v1/interactions", "/settings/audit"] {
        all += &browser.get(address).await.html;
    }
    for words in ["lestari", "wulandari", "081277778888", "kenanga"] {
        let hits = w.engine.search(&w.system(), words, None, 20).await.expect("a search");
        all += &format!("{:?}", hits.iter().map(|hit| format!("{hit:?}")).collect::<Vec<_>>());
    }
    all + &rows(w).await
}

/// Every row of the workspace.
async fn rows(w: &Workspace) -> String {
    let rows = w.engine.store().read(|conn| {
        let mut text = String::new();
        for table in conn.archive_tables()? {
            for row in conn.archive_rows(&table, None, 5_000)? {
                text += &format!("{} {row:?}\n", table.name);
            }
        }
        Ok::<_, akrab_store::StoreError>(text)
    });
    rows.await.expect("every row")
}

both!(
    /// Who went into a person by a merge, and what of him lies in the bin, goes with him; so does somebody who lies there himself.
    /// Afterwards the merge is not taken apart, his links end, and nothing new is collected about him.
    what_is_in_the_bin_or_was_merged_goes_too,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let person = w.make("contact", json!({"name": "Sri Kenanga", "email": "sri@contoh.test"})).await;
        let twin = w.make("contact", json!({"name": "Sri Dahlia", "email": "dahlia@contoh.test"})).await;
        let talk = json!({"channel": "call", "direction": "out", "subject": "Anggrek Dahlia", "body": "Dahlia suka anggrek", "contact": person});
        let talk = w.make("interaction", talk).await;
        let fact = w.make("profile_fact", json!({"contact": person, "kind": "hobby", "value": "menanam dahlia"})).await;
        let ask = akrab_engine::twin::MergeAsk { winner: person, loser: twin, ..Default::default() };
        let merge = w.engine.merge(&ctx, "contact", ask).await.expect("merged");
        for (object, id) in [("interaction", talk), ("profile_fact", fact)] {
            w.engine.delete(&ctx, object, id, None).await.expect("binned");
        }
        let gone = w.make("contact", json!({"name": "Tuti Dahlia", "email": "tuti@contoh.test"})).await;
        w.engine.delete(&ctx, "contact", gone, None).await.expect("binned");
        let fields = vec!["email".to_string()];
        let secret = w.engine.write(&ctx, move |tx| tx.confirmation_ask("contact", person, &fields)).await.expect("a link").1;
        assert!(rows(w).await.to_lowercase().contains("dahlia"));
        for id in [person, gone] {
            w.engine.erase(&ctx, "contact", id).await.expect("erased");
        }
        let left = rows(w).await.to_lowercase();
        let at = left.find("dahlia").or(left.find("anggrek"));
        assert!(at.is_none(), "{}", &left[left[..at.unwrap_or(0)].rfind('\n').unwrap_or(0)..at.unwrap_or(0) + 40]);
        let apart = w.engine.unmerge(&ctx, "contact", merge).await.expect_err("he is erased");
        assert_eq!((apart.kind, apart.code), (ProblemKind::Conflict, "locked_by_law"));
        let more = w.engine.create(&ctx, "profile_fact", map(json!({"contact": person, "kind": "hobby", "value": "lari"}))).await;
        assert_eq!(more.expect_err("nothing new").fields[0].code.as_str(), "no_such_record");
        let link = Browser::guest(w).await.get(&format!("/confirm/{secret}")).await;
        assert_eq!(link.status, StatusCode::NOT_FOUND);
    }
);

both!(
    /// The record that is left behind says what it is: not among the live ones of the list, and on no card.
    what_is_left_of_somebody_is_no_live_contact,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let mut browser = Browser::of(w, ctx.user_id().expect("a person")).await;
        let person = w.make("contact", json!({"name": "Sri Kenanga", "email": "sri@contoh.test"})).await;
        let other = w.make("contact", json!({"name": "Tuti Dahlia", "email": "tuti@contoh.test"})).await;
        w.engine.erase(&ctx, "contact", person).await.expect("erased");
        let left = w.engine.get(&ctx, "contact", person).await.expect("the number stays");
        assert_eq!(left.text("status"), "erased");
        let list = browser.get("/contacts").await.html;
        assert!(list.contains("Tuti Dahlia") && !list.contains(left.title()), "{list}");
        for four in [false, true] {
            let wanted = Cards { object: "contact".into(), four, most: 100, ..Cards::default() };
            let cards = w.engine.read(&ctx, move |tx| tx.cards(&wanted)).await.expect("cards");
            assert_eq!(cards.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [other]);
        }
        let by_hand = w.engine.update(&ctx, "contact", other, map(json!({"status": "erased"})), None).await;
        assert_eq!(by_hand.expect_err("not by hand").fields[0].code, "status_by_erasure");
    }
);

both!(
    /// A person with two paid invoices and twelve mails asks for erasure: identity is proven, it is done in one change, and nothing
    /// of him is left in pages, search, history, audit trail, files and archives. The invoices stay, locked with an end, and
    /// figures do not change; the trail can still be proven. Who has his address does not come back until a person allows it.
    somebody_who_asks_is_erased_everywhere,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let mut browser = Browser::of(w, ctx.user_id().expect("a person")).await;
        let (person, invoices) = lestari(w, &mut browser).await;
        let other = w.make("contact", json!({"name": "Bambang Lestari", "email": "bambang@contoh.test", "phone": "0812-1111-2222"})).await;
        // the history is sealed before: it can be proven afterwards, too
        w.pass(3_600);
        w.engine.write(&w.system(), |tx| tx.queue(&Queued::of(&akrab_engine::audit::AuditSeal {})?)).await.expect("queued");
        w.work_off().await;
        assert!(told(w, &mut browser, person).await.contains("Kenanga"), "before, everything is there");
        let file = w.engine.read(&w.system(), move |tx| Ok(tx.conn.attachment_files("contact", person)?)).await.expect("a file")[0];
        let file = w.engine.file(&ctx, file).await.expect("the file");
        assert!(w.engine.file_path(&file).exists());
        let backup = folder().join("backup");
        w.engine.store().backup(&backup).await.expect("a backup");

        let request = w.make("data_request", json!({"contact": person, "kind": "deletion", "words": WORDS})).await;
        let record = w.engine.get(&ctx, "data_request", request).await.expect("the request");
        let (Value::Time(from), Value::Time(due)) = (record.get("received_at"), record.get("due_at")) else { panic!("both moments") };
        assert_eq!(due.as_second() - from.as_second(), 72 * 3_600, "three days by wall clock");
        let early = w.engine.act(&ctx, "data_request", request, "erasure", map(json!({"sure": true}))).await.expect_err("not yet");
        assert_eq!(early.kind, ProblemKind::Conflict, "identity comes first");
        w.engine.act(&ctx, "data_request", request, "identity", map(json!({"proof": "KTP diperlihatkan"}))).await.expect("proven");
        let plan = w.engine.erase_plan(&ctx, "contact", person).await.expect("a plan");
        let count = |fate: Fate, key: &str| plan.counts.iter().find(|(k, f, _)| k == key && *f == fate).map_or(0, |(.., n)| *n);
        assert_eq!((count(Fate::Kept, "invoice"), count(Fate::Kept, "payment"), count(Fate::Cleared, "interaction")), (2, 2, 12));
        assert_eq!((count(Fate::Removed, "profile_fact"), count(Fate::Removed, "contact_point"), plan.files), (1, 1, 1));
        w.engine.act(&ctx, "data_request", request, "erasure", map(json!({"sure": true}))).await.expect("erased");
        assert_eq!(w.engine.get(&ctx, "data_request", request).await.expect("the request").text("state"), "done");

        let left = told(w, &mut browser, person).await;
        for gone in ["Wulandari", EMAIL, "lama@contoh.test", "Kenanga", "81277778888", "ktp-lestari", "melukis", "KTP diperlihatkan", "untuk Lestari"] {
            let at = left.find(gone).map(|at| left[at.saturating_sub(300)..].chars().take(400).collect::<String>());
            assert!(at.is_none(), "{gone}: {at:?}");
        }
        assert!(left.contains("Bambang Lestari"), "others stay");
        assert!(!w.engine.file_path(&file).exists(), "bytes go too");
        let verdict = w.engine.audit_verify(&w.system()).await.expect("verified");
        assert!(verdict.fault.is_none() && verdict.erased > 0, "{verdict:?}");

        // what the law keeps is there, locked; figures are what they were
        let kept = of(&w.engine, &ctx, "invoice", person).await;
        assert_eq!(kept.len(), 2);
        let total: rust_decimal::Decimal = kept.iter().filter_map(|r| if let Value::Dec(d) = r.get("total") { Some(*d) } else { None }).sum();
        assert_eq!(total, 3_750_000.into());
        assert_eq!(of(&w.engine, &ctx, "interaction", person).await.len(), 12, "totals do not change");
        let locked = w.engine.update(&ctx, "invoice", invoices[0], map(json!({"note": "baru"})), None).await.expect_err("locked");
        assert_eq!(locked.code, "locked_by_law");
        let again = w.engine.update(&ctx, "contact", person, map(json!({"name": "Lestari"})), None).await.expect_err("locked");
        assert_eq!(again.code, "locked_by_law");
        let erasure = w.engine.read(&ctx, |tx| tx.erasures()).await.expect("the list").remove(0);
        assert_eq!(erasure.until.map(|until| until.to_string()[..10].to_string()).as_deref(), Some("2036-01-19"), "ten years from the last payment");
        let page = browser.get("/settings/privacy").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.html);

        // he does not come back by himself
        let spec = import::guess(w, &ctx, format!("name,email\nLestari W,{}\nOrang Lain,lain@contoh.test\n", EMAIL.to_uppercase())).await;
        let (_, report) = import::import(w, &ctx, &spec, false).await;
        assert_eq!((report.counts.created, report.counts.refused, report.first[0].code.as_str()), (1, 1, "erased_person"));
        let typed = w.engine.create(&ctx, "contact", map(json!({"name": "L", "phone": "+6281277778888"}))).await.expect_err("refused");
        assert_eq!(typed.fields[0].code, "erased_person");
        let mut browser = Browser::of(w, ctx.user_id().expect("a person")).await;
        let page = browser.get(&format!("/settings/privacy?address={EMAIL}")).await;
        assert!(page.html.contains("/settings/privacy/allow"), "{}", page.html);
        let allowed = browser.submit("/settings/privacy/allow", &[("address", EMAIL)]).await;
        assert_eq!(allowed.status, StatusCode::SEE_OTHER, "{}", allowed.html);
        w.engine.create(&ctx, "contact", map(json!({"name": "Lestari W", "email": EMAIL}))).await.expect("a person decided");
        assert!(w.engine.get(&ctx, "contact", other).await.is_ok());
        w.engine.erase(&ctx, "contact", other).await.expect("another one");

        // a backup from before is brought back with the list: both are gone again before anybody sees them
        if let Target::Sqlite { .. } = &w.target {
            let home = folder();
            let target = Target::Sqlite { path: home.join("akrab.db") };
            Store::restore(&target, &Options::default(), &backup).await.expect("restored").close().await;
            std::fs::copy(w.engine.erased_list(), home.join(akrab_engine::privacy::ERASED_LIST)).expect("the list");
            let engine = w.opened_at(&target, home.join("files")).await;
            let ctx = engine.system("a look", akrab_engine::Door::Command);
            let back = engine.get(&ctx, "contact", person).await.expect("what is left");
            assert!(!back.title().contains("Lestari") && back.get("email").is_null());
            assert!(engine.search(&ctx, "wulandari", None, 5).await.expect("a search").is_empty());
            assert!(!engine.get(&ctx, "contact", other).await.expect("what is left").title().contains("Bambang"));
            let list = std::fs::read_to_string(w.engine.erased_list()).expect("the list");
            let salt = w.engine.store().read(|conn| conn.setting_get("erased.salt")).await.expect("read").expect("a salt");
            assert!(!list.contains(&salt), "the list alone tells no number, nor whether one stands in it");
            let refused = engine.create(&ctx, "contact", map(json!({"name": "L", "phone": "0812 7777 8888"}))).await.expect_err("known again");
            assert_eq!(refused.fields[0].code, "erased_person");
            engine.store().close().await;
            let _ = std::fs::remove_dir_all(home);
        }
        let _ = std::fs::remove_dir_all(backup.parent().expect("a folder"));
    }
);

both!(
    /// Who asks for his data gets one archive: every field, what he said about being contacted, every conversation and file, and
    /// nothing of anybody else; of ten thousand entries well within a minute.
    somebody_gets_everything_that_is_kept_of_him,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let mut browser = Browser::of(w, ctx.user_id().expect("a person")).await;
        let (person, _) = lestari(w, &mut browser).await;
        let other = w.make("contact", json!({"name": "Bambang Prakoso", "email": "bambang@contoh.test"})).await;
        let both = json!({"channel": "meeting", "subject": "Rapat bersama", "contact": person, "participants": [{"id": other}]});
        w.make("interaction", both).await;
        w.make("interaction", json!({"channel": "call", "subject": "Rahasia orang lain", "contact": other})).await;
        let object = w.engine.object("interaction").expect("the object");
        let load = move |tx: &mut akrab_engine::Tx| {
            let many = (0..10_000).map(|n| {
                let mut record = akrab_model::Record::new(object.clone(), 0, 1);
                record.set("subject", Value::Text(format!("Entri {n}")));
                record.set("channel", Value::Text("call".into()));
                record.set("contact", Value::Link(person));
                record
            });
            tx.load(&object, many.collect()).map(drop)
        };
        w.engine.write(&w.system(), load).await.expect("ten thousand entries");

        let request = w.make("data_request", json!({"contact": person, "kind": "access"})).await;
        w.engine.act(&ctx, "data_request", request, "identity", map(json!({"proof": "menelepon dari nomornya"}))).await.expect("proven");
        w.engine.act(&ctx, "data_request", request, "copying", map(json!({}))).await.expect("queued");
        let begun = Instant::now();
        w.work_off().await;
        assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
        let jobs = w.engine.jobs(&ctx, &JobFilter { kind: Some("access_copy".into()), limit: 1, ..JobFilter::default() }).await.expect("jobs");
        assert!(jobs[0].error.is_none(), "{:?} {:?}", jobs[0].error, jobs[0].error_detail);
        let record = w.engine.get(&ctx, "data_request", request).await.expect("the request");
        let file = record.get("copy").int().expect("the archive hangs on the request");
        let file = w.engine.file(&w.system(), file).await.expect("the file");
        let mut zip = zip::ZipArchive::new(std::fs::File::open(w.engine.file_path(&file)).expect("bytes")).expect("an archive");
        let mut text = String::new();
        let mut names = Vec::new();
        for n in 0..zip.len() {
            let mut entry = zip.by_index(n).expect("an entry");
            names.push(entry.name().to_string());
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).expect("its content");
            text += &String::from_utf8_lossy(&bytes);
        }
        for there in ["Lestari Wulandari", EMAIL, "lama@contoh.test", "Gang Kenanga 9", "Surat 11", "melukis", "Entri 9999", "KTP Lestari", "Rapat bersama", "\"given\": true"] {
            assert!(text.contains(there), "{there} in {names:?}");
        }
        for strange in ["Bambang", "bambang@contoh.test", "Rahasia orang lain", "ratna"] {
            assert!(!text.contains(strange), "{strange}");
        }
        assert!(names.iter().any(|name| name.ends_with("ktp-lestari.pdf")), "{names:?}");
        let copy = AccessCopy { object: "contact".into(), id: other, into: None };
        let job = w.engine.access_copy(&ctx, copy).await.expect("queued");
        w.work_off().await;
        let done = w.engine.job(&ctx, job).await.expect("the job");
        let report: CopyReport = serde_json::from_value(done.result).expect("a report");
        assert_eq!(report.records, 3, "himself and two conversations");
        // who helps customers does not read it, and it outlives somebody else's erasure
        let role = w.engine.people().roles.iter().find(|role| role.key == "service").map(|role| role.id).expect("a role");
        let helper = w.of(w.user("fajar", role, None).await, akrab_engine::Door::Page);
        assert!(!w.engine.get(&helper, "data_request", request).await.expect("the request").has("copy"), "hidden from him");
        w.engine.erase(&ctx, "contact", other).await.expect("erased");
        assert!(w.engine.file(&w.system(), file.id).await.is_ok(), "the copy made for another");
    }
);

both!(
    /// A retention rule shows what it would do before it does anything, and what the law keeps stays.
    retention_rules_show_before_they_act,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let old = w.make("contact", json!({"name": "Agus Salim", "email": "agus@contoh.test", "status": "former"})).await;
        let active = w.make("contact", json!({"name": "Rini Astuti", "email": "rini@contoh.test"})).await;
        w.pass(800 * 86_400);
        let ctx = w.of(ctx.user_id().expect("a person"), akrab_engine::Door::Page);
        let decl = RetentionDecl {
            object: "contact".into(),
            filter: Some(json!({"field": "status", "op": "is", "value": "former"})),
            since: "updated_at".into(),
            months: 24,
            what: Retention::Erase,
            active: true,
        };
        let (own, name) = (decl.clone(), Label::new("Kontak lama", "Old contacts"));
        w.engine.write(&ctx, move |tx| tx.retention_save("old", &name, &own, Some(0), false)).await.expect("a rule");
        let plan = w.engine.read(&ctx, move |tx| tx.retention_plan(&decl)).await.expect("a plan");
        assert_eq!((plan.count, plan.records[0].title()), (1, "Agus Salim"));
        assert_eq!(w.engine.get(&ctx, "contact", old).await.expect("there").text("name"), "Agus Salim", "nothing is done yet");
        w.engine.write(&w.system(), |tx| tx.queue(&Queued::of(&akrab_engine::privacy::RetainJob {})?)).await.expect("queued");
        w.work_off().await;
        assert!(w.engine.get(&ctx, "contact", old).await.expect("what is left").get("email").is_null());
        assert_eq!(w.engine.get(&ctx, "contact", active).await.expect("there").text("name"), "Rini Astuti");
    }
);

both!(
    /// Somebody chooses himself what he may be contacted for, through a link that works once and tells a stranger nothing.
    somebody_chooses_what_he_is_contacted_for,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let person = w.make("contact", json!({"name": "Lestari Wulandari", "email": EMAIL, "phone": "0812-7777-8888"})).await;
        w.engine.write(&w.system(), |tx| tx.preset_take("indonesia").map(drop)).await.expect("purposes");
        let mail = async || w.engine.write(&ctx, move |tx| tx.preferences_link("contact", person)).await.expect("a link");
        let fields = vec!["email".to_string()];
        let confirm = w.engine.write(&ctx, move |tx| tx.confirmation_ask("contact", person, &fields)).await.expect("a link").1;
        let (earlier, secret) = (mail().await, mail().await);
        // a link of another kind goes on working
        assert_eq!(Browser::guest(w).await.get(&format!("/confirm/{confirm}")).await.status, StatusCode::OK);
        let mut guest = Browser::guest(w).await;
        let link = format!("/preferences/{secret}");
        let page = guest.get(&link).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.html);
        assert!(!page.html.contains("Lestari") && !page.html.contains(EMAIL), "nothing of him is shown");
        let open = w.engine.preferences_open(&secret, None).await.expect("open");
        let purpose = open.purposes.iter().find(|p| p.channels.iter().any(|c| c.channel == "email" && c.needs_consent)).expect("one asks").key.clone();
        let said = guest.submit(&link, &[("yes", &format!("{purpose}/email"))]).await;
        assert_eq!(said.status, StatusCode::OK, "{}", said.html);
        let own = purpose.clone();
        let (state, last) = w.engine.read(&ctx, move |tx| tx.consent("contact", person, &own, "email")).await.expect("a state");
        assert_eq!(state, akrab_engine::contact::Consent::Given);
        let last = last.expect("its proof");
        assert_eq!((last.source.as_str(), last.actor), ("preference_page", None));
        assert!(last.evidence["wording"].is_object(), "the wording is kept with it");
        // used, guessed, and one that a later one has taken the place of
        for link in [link.clone(), "/preferences/tebakan".to_string(), format!("/preferences/{earlier}")] {
            assert_eq!(guest.get(&link).await.status, StatusCode::NOT_FOUND);
        }
    }
);

both!(
    /// A retention rule is made by hand: what it is about first, its condition with the builder of lists, and what it would take
    /// now leads to the records.
    a_retention_rule_is_made_by_hand,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        w.make("contact", json!({"name": "Bekas", "status": "former"})).await;
        w.make("contact", json!({"name": "Aktif", "status": "active"})).await;
        w.pass(800 * 86_400);
        let mut browser = Browser::of(w, ctx.user_id().expect("a person")).await;
        let new = "/settings/privacy/retention/new";
        assert!(browser.get(new).await.html.contains("?object=contact"), "which records it is about comes first");
        let form = browser.get(&format!("{new}?object=contact")).await.html;
        assert!(form.contains("name=\"since\"") && form.contains("id=\"f-filter\"") && !form.contains("JSON"), "{form}");
        let filled = [("object", "contact"), ("name", "Yang sudah pergi"), ("since", "updated_at"), ("months", "24"), ("what", "erase")];
        let filter = r#"{"field":"status","op":"is","value":"former"}"#;
        let builder = browser.submit(new, &[&filled[..], &[("condition", "filter")]].concat()).await.html;
        assert!(builder.contains("condition_stay") && builder.contains("value=\"Yang sudah pergi\""), "{builder}");
        let back = browser.submit(new, &[&filled[..], &[("condition_for", "filter"), ("condition_tree", filter)]].concat()).await.html;
        assert!(back.contains("name=\"filter\" value=\"{&quot;field") && back.contains("value=\"Yang sudah pergi\""), "{back}");
        let faulty = browser.submit(new, &[("object", "contact"), ("name", "X"), ("since", "updated_at"), ("months", "dua")]).await;
        assert_eq!(faulty.status, StatusCode::UNPROCESSABLE_ENTITY);
        let made = browser.submit(new, &[&filled[..], &[("filter", filter)]].concat()).await;
        assert_eq!(made.location, "/settings/privacy", "{}", made.html);
        let page = browser.get("/settings/privacy").await.html;
        let row = page.split("Yang sudah pergi").nth(1).and_then(|rest| rest.split("</tr>").next()).unwrap_or_default().to_string();
        assert!(row.contains(">1</a>"), "one contact would go: {row}");
        let now = w.of(ctx.user_id().expect("a person"), akrab_engine::Door::Page);
        let rules = w.engine.read(&now, |tx| tx.retention_rules()).await.expect("rules");
        let own = rules.iter().find(|rule| rule.name.get("id") == "Yang sudah pergi").expect("the rule");
        let again = browser.get(&format!("/settings/privacy/retention/{}", own.key)).await.html;
        assert!(again.contains("name=\"filter\" value=\"{&quot;field") && again.contains("value=\"Yang sudah pergi\""), "{again}");
    }
);
