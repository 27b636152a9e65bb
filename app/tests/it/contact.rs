//! Consent and contact policy: said once with its proof, decided each time something is sent.

use crate::browser::Browser;
use crate::workspace::{Workspace, both};
use akrab_engine::contact::{Ask, Consent, Decided, Decision, PolicyDecl, Purpose, Reason, Saying};
use akrab_engine::work::{Batch, Unit, WorkState};
use akrab_engine::{Door, ListRequest, Result};
use akrab_model::Label;
use axum::http::StatusCode;
use futures::future::join_all;
use serde_json::json;

const MONDAY_NINE: &str = "the clock of the tests stands on a Monday at 09:00 in Jakarta";

async fn person(w: &Workspace, name: &str) -> i64 {
    w.make("contact", json!({ "name": name })).await
}

async fn say(w: &Workspace, id: i64, purpose: &str, channel: &str, given: bool) {
    let saying = Saying {
        person: ("contact".into(), id),
        purpose: purpose.into(),
        channel: channel.into(),
        given,
        evidence: json!({ "form": "pendaftaran" }),
        source: "form".into(),
    };
    w.engine.write(&w.system(), move |tx| tx.consent_say(&saying)).await.expect("said");
}

fn ask(id: i64, channel: &str) -> Ask {
    Ask { person: ("contact".into(), id), purpose: "offers".into(), channel: channel.into(), ..Ask::default() }
}

async fn decide(w: &Workspace, ask: Ask) -> Result<Decided> {
    w.engine.write(&w.system(), move |tx| tx.contact_decide(&ask)).await
}

async fn preset(w: &Workspace) {
    w.engine.write(&w.system(), |tx| tx.preset_take("indonesia")).await.expect("taken over");
}

fn reason(decided: &Decided) -> Option<Reason> {
    match decided.decision {
        Decision::Allowed => None,
        Decision::Refused { reason } | Decision::Deferred { reason, .. } => Some(reason),
    }
}

both!(
    /// A form that has changed since does not change what somebody agreed to.
    a_proof_shows_the_wording_that_was_agreed_to,
    async |w: &Workspace| {
        let id = person(w, "Wulan").await;
        let word = async |n: i64| {
            let purpose = Purpose { wording: Label::new(&format!("Kata {n}"), &format!("Wording {n}")), basis: "consent".into() };
            w.engine.write(&w.system(), move |tx| tx.purpose_save("offers", &purpose, Some(n - 1))).await.expect("kept")
        };
        for n in 1..=3 {
            word(n).await;
        }
        say(w, id, "offers", "email", true).await;
        for n in 4..=7 {
            w.pass(60);
            word(n).await;
        }
        let (state, proof) = w.engine.read(&w.system(), move |tx| tx.consent("contact", id, "offers", "email")).await.expect("a state");
        let proof = proof.expect("a proof");
        assert_eq!((state, proof.evidence["wording"]["id"].as_str()), (Consent::Given, Some("Kata 3")));
        assert_eq!((proof.evidence["version"].as_i64(), proof.evidence["form"].as_str()), (Some(3), Some("pendaftaran")));
        let other = w.engine.read(&w.system(), move |tx| tx.consent("contact", id, "offers", "phone")).await.expect("a state");
        assert_eq!(other, (Consent::Unsaid, None), "no word is not a yes");
        let stranger = Saying {
            person: ("contact".into(), 999),
            purpose: "offers".into(),
            channel: "email".into(),
            given: true,
            evidence: json!({}),
            source: "form".into(),
        };
        let refused = w.engine.write(&w.system(), move |tx| tx.consent_say(&stranger)).await.expect_err("refused");
        assert_eq!(refused.code, "not_found");
    }
);

both!(
    /// Hours are the recipient's; the zone is the person's, else that of the province, else the workspace's, and says so.
    the_decision_is_taken_when_it_is_sent_and_kept,
    async |w: &Workspace| {
        let id = person(w, "Sekar").await;
        assert_eq!(decide(w, ask(id, "whatsapp")).await.expect_err("refused").code, "contact_no_policy");
        preset(w).await;
        preset(w).await;
        let policies = w.engine.read(&w.system(), |tx| tx.policy("offers", "phone")).await.expect("a policy");
        assert_eq!((policies.version, policies.decl.source.contains("POJK 22/2023")), (1, true), "taken over once, with its source");
        assert_eq!(reason(&decide(w, ask(id, "whatsapp")).await.expect("decided")), Some(Reason::NoConsent));
        say(w, id, "offers", "whatsapp", true).await;
        let first = decide(w, ask(id, "whatsapp")).await.expect("decided");
        assert_eq!((first.decision, first.zone.as_str(), first.assumed), (Decision::Allowed, "Asia/Jakarta", true), "{MONDAY_NINE}");
        w.pass(8 * 3_600);
        let eastern = Ask { province: Some("Papua".into()), ..ask(id, "whatsapp") };
        let late = decide(w, eastern.clone()).await.expect("decided");
        assert_eq!((reason(&late), late.zone.as_str(), late.assumed), (Some(Reason::OutsideHours), "Asia/Jayapura", false));
        let own = Ask { zone: Some("Asia/Jakarta".into()), ..eastern };
        assert_eq!(decide(w, own).await.expect("decided").decision, Decision::Allowed, "17:00 where the person is");
        let third = decide(w, ask(id, "whatsapp")).await.expect("decided");
        let Decision::Deferred { reason: Reason::FrequencyCap, until } = third.decision else { panic!("{third:?}") };
        assert_eq!(until.to_string(), "2026-03-09T02:00:00Z", "a week after the first");
        let blocked = Ask { do_not_contact: true, ..ask(id, "whatsapp") };
        assert_eq!(reason(&decide(w, blocked).await.expect("decided")), Some(Reason::DoNotContact));
        // what belongs to an order goes at any hour and is not counted
        w.pass(12 * 3_600);
        let service = Ask { purpose: "service".into(), ..ask(id, "whatsapp") };
        assert_eq!(decide(w, service).await.expect("decided").decision, Decision::Allowed);
        let kept = w.engine.read(&w.system(), move |tx| Ok(tx.conn.decisions(("contact", id), 20)?)).await.expect("decisions");
        let reasons: Vec<Option<&str>> = kept.iter().rev().map(|row| row.reason.as_deref()).collect();
        let wanted = [Some("no_consent"), None, Some("outside_hours"), None, Some("frequency_cap"), Some("do_not_contact"), None];
        assert_eq!(reasons, wanted);
        let seller = w.of(w.user("siti", 3, None).await, Door::Page);
        let policy = PolicyDecl::default();
        let refused = w.engine.write(&seller, move |tx| tx.policy_save("offers", "email", &policy, None)).await.expect_err("refused");
        assert_eq!(refused.code, "forbidden");
    }
);

both!(
    /// An administrator looks at a preset, takes it over, and makes a policy the firm's own.
    policies_are_looked_at_taken_over_and_changed_in_the_settings,
    async |w: &Workspace| {
        let role = w.engine.people().roles.iter().find(|r| r.is_administrator()).map(|r| r.id).expect("a role");
        let mut browser = Browser::of(w, w.user("ratna", role, None).await).await;
        let preview = browser.get("/settings/consent/presets/indonesia").await;
        assert!(preview.html.contains("POJK 22/2023") && preview.html.contains("08.00–18.00"), "{}", preview.html);
        assert_eq!(w.engine.read(&w.system(), |tx| tx.purposes()).await.expect("purposes").len(), 0, "looking changes nothing");
        browser.submit("/settings/consent/presets/indonesia", &[]).await;
        let page = browser.get("/settings/consent").await;
        assert!(page.html.contains("Kami boleh mengirim penawaran") && page.html.contains("2 dalam 7 hari"), "{}", page.html);
        let form = browser.get("/settings/consent/offers/sms").await;
        assert!(form.html.contains("name=\"known\" value=\"1\""), "{}", form.html);
        let mut fields = vec![("known", "1"), ("needs_consent", "1"), ("mon", "09:00-16:00"), ("most", "1"), ("days", "30"), ("mode", "skip")];
        assert_eq!(browser.submit("/settings/consent/offers/sms", &fields).await.status, StatusCode::SEE_OTHER);
        let kept = w.engine.read(&w.system(), |tx| tx.policy("offers", "sms")).await.expect("a policy");
        assert_eq!((kept.version, kept.decl.frequency.map(|cap| (cap.most, cap.days))), (2, Some((1, 30))));
        assert_eq!(kept.decl.notices.len(), 1, "what the form does not show stays");
        assert_eq!(browser.submit("/settings/consent/offers/sms", &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY, "changed meanwhile");
        fields[0].1 = "2";
        fields[2].1 = "25:00-26:00";
        let refused = browser.submit("/settings/consent/offers/sms", &fields).await;
        assert!(refused.html.contains("href=\"#f-mon\""), "{}", refused.html);
        let purpose = [("key", "kabar"), ("wording_id", "Kabar bulanan"), ("wording_en", "Monthly news"), ("basis", "consent")];
        assert_eq!(browser.submit("/settings/consent/new", &purpose).await.status, StatusCode::SEE_OTHER);
        assert_eq!(browser.submit("/settings/consent/new", &purpose).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(browser.submit("/settings/consent/kabar/email", &[("known", "0")]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(browser.get("/settings/consent/kabar/pigeon").await.status, StatusCode::NOT_FOUND);
        let mut siti = Browser::of(w, w.user("siti", 3, None).await).await;
        assert_eq!(siti.get("/settings/consent").await.status, StatusCode::FORBIDDEN);
        assert_eq!(siti.submit("/settings/consent/presets/indonesia", &[]).await.status, StatusCode::FORBIDDEN);
    }
);

both!(
    /// However many ask at once, the cap is kept.
    at_the_same_moment_the_cap_is_kept,
    async |w: &Workspace| {
        preset(w).await;
        let id = person(w, "Joko").await;
        say(w, id, "offers", "sms", true).await;
        let asks = (0..8).map(|_| {
            let (engine, ctx, ask) = (w.engine.clone(), w.system(), ask(id, "sms"));
            tokio::spawn(async move { engine.write(&ctx, move |tx| tx.contact_decide(&ask)).await })
        });
        let decided = join_all(asks).await.into_iter().map(|done| done.expect("a task ends").expect("decided"));
        assert_eq!(decided.filter(|one| one.decision == Decision::Allowed).count(), 2);
    }
);

both!(
    /// A withdrawal stops what is planned for the purpose and nothing else, and makes work for somebody, due in 72 hours.
    a_withdrawal_stops_what_is_planned,
    async |w: &Workspace| {
        preset(w).await;
        let (id, other) = (person(w, "Rina").await, person(w, "Tono").await);
        say(w, id, "offers", "email", true).await;
        let plan = async |key: &str, purpose: &str| {
            let batch = Batch {
                queue: "test".into(),
                route: "email".into(),
                key: key.into(),
                title: key.into(),
                payload: json!({}),
                subject: None,
                people: Some(("contact".into(), purpose.into())),
            };
            w.engine.write(&w.system(), move |tx| tx.work_plan(&batch, &[Unit::now(id), Unit::now(other)])).await.expect("planned")
        };
        let (offers, service) = (plan("run:1", "offers").await, plan("run:2", "service").await);
        say(w, id, "offers", "email", false).await;
        let counts = async |batch: i64| w.engine.read(&w.system(), move |tx| tx.work_counts(batch)).await.expect("counts");
        let of = |counts: &akrab_engine::work::Counts| (counts.of(WorkState::Ready), counts.of(WorkState::Cancelled));
        assert_eq!((of(&counts(offers).await), of(&counts(service).await)), ((1, 1), (2, 0)));
        let request = ListRequest { object: "task".into(), columns: vec!["subject".into(), "due_at".into(), "contact".into()], ..Default::default() };
        let tasks = w.engine.list(&w.system(), request).await.expect("tasks").records;
        assert_eq!((tasks.len(), tasks[0].text("subject"), tasks[0].link("contact")), (1, "Persetujuan ditarik: Rina", Some(id)));
        let due = w.engine.now().timestamp().checked_add(jiff::SignedDuration::from_hours(72)).expect("a moment");
        assert_eq!(tasks[0].get("due_at"), &akrab_model::Value::Time(due));
        assert_eq!(reason(&decide(w, ask(id, "email")).await.expect("decided")), Some(Reason::ConsentWithdrawn));
        say(w, id, "offers", "email", true).await;
        assert_eq!(decide(w, ask(id, "email")).await.expect("decided").decision, Decision::Allowed, "the last word counts");
        let history = w.engine.read(&w.system(), move |tx| tx.consent_history("contact", id)).await.expect("a history");
        assert_eq!(history.iter().map(|said| said.given).collect::<Vec<_>>(), [true, false, true]);
    }
);

both!(
    /// What somebody said stands on his page with its proof and is changed there, by whoever may change him.
    consent_stands_on_the_page_and_is_changed_there,
    async |w: &Workspace| {
        let id = person(w, "Lestari").await;
        let role = w.engine.people().roles.iter().find(|r| r.is_administrator()).map(|r| r.id).expect("a role");
        let mut browser = Browser::of(w, w.user("ratna", role, None).await).await;
        let page = format!("/contacts/{id}");
        // nothing is asked of anybody yet, which is said, with the way to where it is set up
        for address in [page.clone(), format!("{page}/consent")] {
            let bare = browser.get(&address).await;
            assert_eq!(bare.status, StatusCode::OK, "{address}");
            assert!(bare.html.contains("Belum ada tujuan izin"), "{address}: {}", bare.html);
            let panel = bare.html.split("Belum ada tujuan izin").nth(1).unwrap_or_default();
            assert!(panel.contains("href=\"/settings/consent\""), "{address}: {panel}");
        }
        let account = w.make("account", json!({"name": "PT Karya"})).await;
        assert_eq!(browser.get(&format!("/accounts/{account}/consent")).await.status, StatusCode::NOT_FOUND, "a company is nobody");
        preset(w).await;
        let shown = browser.get(&page).await.html;
        assert!(shown.contains("Izin dihubungi") && !shown.contains("Belum ada tujuan izin"));
        let form = browser.get(&format!("{page}/consent")).await.html;
        assert!(form.contains("offers/whatsapp") && form.contains("Belum ada jawaban"), "{form}");
        let bare = browser.submit(&format!("{page}/consent"), &[("what", "offers/whatsapp"), ("said", "yes"), ("note", "")]).await;
        assert!(bare.status == StatusCode::UNPROCESSABLE_ENTITY && bare.html.contains("itulah buktinya"), "{}", bare.html);
        let said = [("what", "offers/whatsapp"), ("said", "yes"), ("note", "Di pameran, kartu nama")];
        assert_eq!(browser.submit(&format!("{page}/consent"), &said).await.status, StatusCode::SEE_OTHER);
        let (state, proof) = w.engine.read(&w.system(), move |tx| tx.consent("contact", id, "offers", "whatsapp")).await.expect("a state");
        let proof = proof.expect("a proof");
        assert_eq!((state, proof.evidence["note"].as_str(), proof.source.as_str()), (Consent::Given, Some("Di pameran, kartu nama"), "by_hand"));
        let shown = browser.get(&format!("{page}/consent")).await.html;
        assert!(shown.contains("Di pameran, kartu nama") && shown.contains("dicatat oleh · ratna"), "{shown}");
        decide(w, ask(id, "sms")).await.expect("decided");
        assert!(browser.get(&format!("{page}/consent")).await.html.contains("Tidak dikirim: belum ada izin"));
        // who may look and not change sees it and changes nothing
        let looks = w.engine.people().roles.iter().find(|r| r.key == "readonly").map(|r| r.id).expect("a role");
        let mut sumarni = Browser::of(w, w.user("sumarni", looks, None).await).await;
        let seen = sumarni.get(&format!("{page}/consent")).await;
        assert!(seen.status == StatusCode::OK && !seen.html.contains("name=\"said\""), "{}", seen.html);
        assert_eq!(sumarni.submit(&format!("{page}/consent"), &said).await.status, StatusCode::FORBIDDEN);
    }
);

both!(
    /// Nobody is contacted who does not want to be, on any channel and for any purpose, until it is taken back; with reason,
    /// by whom and when, in the history, and kept when two records become one.
    who_is_not_to_be_contacted_is_refused_on_every_channel,
    async |w: &Workspace| {
        preset(w).await;
        let id = person(w, "Lestari").await;
        let role = w.engine.people().roles.iter().find(|r| r.is_administrator()).map(|r| r.id).expect("a role");
        let ratna = w.user("ratna", role, None).await;
        let (mut browser, ctx) = (Browser::of(w, ratna).await, w.of(ratna, Door::Api));
        say(w, id, "offers", "whatsapp", true).await;
        let all = [("offers", "whatsapp"), ("offers", "email"), ("offers", "phone"), ("service", "whatsapp")];
        let reasons = async || {
            let mut found = Vec::new();
            for (purpose, channel) in all {
                found.push(reason(&decide(w, Ask { purpose: purpose.into(), ..ask(id, channel) }).await.expect("decided")));
            }
            found
        };
        let before = reasons().await;
        assert!(!before.contains(&Some(Reason::DoNotContact)), "{before:?}");
        let change = async |input: serde_json::Value| {
            let input = input.as_object().cloned().expect("a map");
            w.engine.update(&ctx, "contact", id, input, None).await
        };
        let bare = change(json!({"do_not_contact": true})).await.expect_err("why?");
        assert_eq!((bare.fields[0].field(), bare.fields[0].code.as_str()), ("do_not_contact_reason", "required"));
        change(json!({"do_not_contact": true, "do_not_contact_reason": "Minta lewat telepon"})).await.expect("noted");
        assert_eq!(reasons().await, [Some(Reason::DoNotContact); 4]);
        let kept = w.engine.get(&ctx, "contact", id).await.expect("there");
        assert_eq!(kept.link("do_not_contact_by"), Some(ratna));
        assert_eq!(kept.get("do_not_contact_at"), &akrab_model::Value::Time(w.engine.now().timestamp()));
        let page = browser.get(&format!("/contacts/{id}")).await.html;
        let chips = page.split("id=\"record-head\"").nth(1).and_then(|rest| rest.split("ak-figures").next()).unwrap_or_default();
        assert!(chips.contains("Jangan dihubungi"), "{chips}");
        let panel = page.split("Izin dihubungi").nth(1).unwrap_or_default();
        assert!(panel.contains("Minta lewat telepon · ratna · "), "{panel}");
        assert!(panel.contains("/edit?only=do_not_contact,do_not_contact_reason"), "{panel}");
        assert!(browser.get(&format!("/contacts/{id}/consent")).await.html.contains("Minta lewat telepon · ratna · "));
        assert!(browser.get(&format!("/contacts/{id}/history")).await.html.contains("Jangan dihubungi"));
        // it holds for the person of two records that become one
        let other = person(w, "Lestari Handayani").await;
        w.engine.merge(&ctx, "contact", akrab_engine::twin::MergeAsk { winner: other, loser: id, ..Default::default() }).await.expect("one");
        assert_eq!(reason(&decide(w, ask(other, "email")).await.expect("decided")), Some(Reason::DoNotContact));
        let back = json!({"do_not_contact": false}).as_object().cloned().expect("a map");
        w.engine.update(&ctx, "contact", other, back, None).await.expect("taken back");
        assert_ne!(reason(&decide(w, ask(other, "email")).await.expect("decided")), Some(Reason::DoNotContact));
        let free = w.engine.get(&ctx, "contact", other).await.expect("there");
        assert!(free.get("do_not_contact_reason").is_null() && free.get("do_not_contact_by").is_null());
    }
);

both!(
    /// Who is on a list is not called or written to, whatever was agreed; lists are made by hand and taken in whole.
    lists_of_numbers_and_addresses_count_before_consent,
    async |w: &Workspace| {
        preset(w).await;
        let input = json!({"name": "Joko", "phone": "0812 3456 7890", "email": "joko@contoh.test"});
        let id = w.make("contact", input).await;
        for channel in ["phone", "whatsapp", "email"] {
            say(w, id, "offers", channel, true).await;
        }
        assert_eq!(decide(w, ask(id, "phone")).await.expect("decided").decision, Decision::Allowed);
        let role = w.engine.people().roles.iter().find(|r| r.is_administrator()).map(|r| r.id).expect("a role");
        let mut browser = Browser::of(w, w.user("ratna", role, None).await).await;
        let calls = "/settings/consent/lists/do_not_call";
        let wrong = browser.submit(calls, &[("address", "bukan nomor"), ("reason", "asked")]).await;
        assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.html.contains("#f-address"), "{}", wrong.html);
        let list = "nomor;nama\n+62 812-3456-7890;Joko\n0813 5555 0001;Rina\nbukan nomor\n081234567890\n";
        let taken = browser.submit(&format!("{calls}/import"), &[("text", list), ("list_reason", "registry")]).await;
        assert!(taken.html.contains("Ditambahkan: 2") && taken.html.contains("Tidak terbaca: 1"), "{}", taken.html);
        assert!(taken.html.contains("Baris 4: bukan nomor"), "{}", taken.html);
        let found = browser.get(&format!("{calls}?q=0812")).await.html;
        assert!(found.contains("Dari daftar resmi") && !found.contains("5555"), "{found}");
        assert_eq!(reason(&decide(w, ask(id, "phone")).await.expect("decided")), Some(Reason::DoNotCall));
        assert_eq!(reason(&decide(w, ask(id, "whatsapp")).await.expect("decided")), None, "a message is no call");
        let suppressed = "/settings/consent/lists/suppressed";
        assert_eq!(browser.submit(suppressed, &[("address", "Joko@Contoh.test"), ("reason", "bounced")]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(reason(&decide(w, ask(id, "email")).await.expect("decided")), Some(Reason::SuppressedAddress));
        let page = browser.get(&format!("/contacts/{id}")).await.html;
        assert!(page.contains("Jangan ditelepon") && page.contains("Pesan selalu kembali"), "{page}");
        assert_eq!(browser.submit(&format!("{suppressed}/remove"), &[("address", "joko@contoh.test")]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(reason(&decide(w, ask(id, "email")).await.expect("decided")), None);
        let mut siti = Browser::of(w, w.user("siti", 3, None).await).await;
        assert_eq!(siti.get(calls).await.status, StatusCode::FORBIDDEN);
        assert_eq!(siti.submit(calls, &[("address", "081300001111"), ("reason", "asked")]).await.status, StatusCode::FORBIDDEN);
    }
);
