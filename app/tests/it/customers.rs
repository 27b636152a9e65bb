//! Customers as one walks through them: names and numbers, positions over time, ties from both sides, groups, households,
//! dates to remember, needs.

use crate::browser::Browser;
use crate::workspace::{Workspace, both, map};
use akrab_engine::contact::Saying;
use akrab_engine::{Ctx, Door, ListRequest, NetworkAsk};
use akrab_model::filter::Op;
use akrab_model::{Filter, Record, Value};
use axum::http::StatusCode;
use jiff::civil::{Date, date};
use serde_json::{Value as Json, json};

async fn list(w: &Workspace, ctx: &Ctx, object: &str, filter: Filter) -> Vec<Record> {
    let request = ListRequest { object: object.into(), filter: Some(filter), limit: 200, ..ListRequest::default() };
    w.engine.list(ctx, request).await.unwrap_or_else(|p| panic!("{object}: {p:?}")).records
}

async fn get(w: &Workspace, object: &str, id: i64) -> Record {
    w.engine.get(&w.system(), object, id).await.unwrap_or_else(|p| panic!("{object}: {p:?}"))
}

async fn change(w: &Workspace, object: &str, id: i64, input: Json) {
    w.engine.update(&w.system(), object, id, map(input), None).await.unwrap_or_else(|p| panic!("{object}: {p:?}"));
}

async fn refusal(w: &Workspace, object: &str, id: i64, input: Json) -> String {
    w.engine.update(&w.system(), object, id, map(input), None).await.expect_err("refused").fields[0].code.clone()
}

async fn somebody(w: &Workspace, name: &str, role: &str) -> i64 {
    let role = w.engine.people().roles.iter().find(|r| r.key == role).map(|r| r.id).expect("the role exists");
    w.user(name, role, None).await
}

/// Nine o'clock in the morning of a day in Jakarta.
fn pass_to(w: &Workspace, day: Date) {
    let morning = day.at(9, 0, 0, 0).in_tz("Asia/Jakarta").expect("a moment").timestamp();
    w.pass(morning.as_second() - w.engine.now().timestamp().as_second());
}

/// The jobs of the night before this morning.
async fn night(w: &Workspace) {
    w.engine.pass_schedules().await.expect("schedules");
    w.work_off().await;
}

/// What a page says to somebody.
async fn page(w: &Workspace, user: i64, path: &str) -> String {
    Browser::of(w, user).await.get(path).await.html
}

async fn found(w: &Workspace, words: &str) -> Vec<i64> {
    let hits = w.engine.search(&w.system(), words, Some(vec!["contact".into()]), 20).await.expect("found");
    hits.into_iter().map(|hit| hit.record.id).collect()
}

both!(one_name_is_a_whole_name, async |w: &Workspace| {
    let id = w.make("contact", json!({"name": "Suharto", "name_honorific": "Bapak"})).await;
    for other in ["Rini", "Tono"] {
        w.make("contact", json!({"name": other})).await;
    }
    let request = ListRequest { object: "contact".into(), sort: vec!["name".into()], ..ListRequest::default() };
    let names: Vec<String> =
        w.engine.list(&w.system(), request).await.expect("a list").records.iter().map(|r| r.title().to_string()).collect();
    assert_eq!(names, ["Rini", "Suharto", "Tono"], "under S");
    assert_eq!(found(w, "suh").await, [id]);
    let person = get(w, "contact", id).await;
    assert_eq!(akrab_customers::fill("Yth. {honorific} {full_name}", &person), "Yth. Bapak Suharto");
    change(w, "contact", id, json!({"name_honorific": null})).await;
    assert_eq!(akrab_customers::fill("Yth. {honorific} {full_name}", &get(w, "contact", id).await), "Yth. Suharto", "one blank");
    // a whole form sends the parts nobody filled, too
    let typed = json!({"name": "Ibu Hj. Sumiati, S.E.", "name_honorific": null, "name_prefix": null, "name_suffix": null});
    let made = w.make("contact", typed).await;
    let made = get(w, "contact", made).await;
    let parts = ["name", "name_honorific", "name_prefix", "name_suffix"].map(|key| made.text(key).to_string());
    assert_eq!(parts, ["Sumiati", "Ibu", "Hj.", "S.E."]);
    let firm = w.make("account", json!({"name": "CV Serba Guna", "legal_form": null})).await;
    assert_eq!(get(w, "account", firm).await.text("legal_form"), "cv");
    // the form is told from the name and stands where it belongs; the name itself keeps its letters
    for (typed, shown, form) in [
        ("P.T. ANEKA TAMBANG", "PT ANEKA TAMBANG", "pt"),
        ("Aneka Tambang Tbk", "PT Aneka Tambang Tbk", "pt"),
        ("PT Aneka Gas, Tbk.", "PT Aneka Gas Tbk", "pt"),
        ("Abadi Bersama Logistik, PT", "PT Abadi Bersama Logistik", "pt"),
        ("Toko Maju, UD", "UD Toko Maju", "ud"),
        ("TK Ananda", "TK Ananda", ""),
    ] {
        let firm = w.make("account", json!({"name": typed})).await;
        let firm = get(w, "account", firm).await;
        assert_eq!((firm.text("name"), firm.text("legal_form")), (shown, form), "{typed}");
    }
    let dentist = w.make("contact", json!({"name": "drg. Maya Sari Sp.Ort"})).await;
    let dentist = get(w, "contact", dentist).await;
    assert_eq!([dentist.text("name_prefix"), dentist.text("name"), dentist.text("name_suffix")], ["drg.", "Maya Sari", "Sp.Ort."]);
});

both!(a_number_is_found_however_it_is_written, async |w: &Workspace| {
    let id = w.make("contact", json!({"name": "Lestari", "phone": "0812-3456-7890"})).await;
    w.make("contact", json!({"name": "Lain", "phone": "0813-1111-2222"})).await;
    let person = get(w, "contact", id).await;
    assert_eq!(person.text("phone"), "+6281234567890");
    assert_eq!(akrab_model::text::phone::display(person.text("phone")), "0812-3456-7890");
    for words in ["081234567890", "+62 812 3456 7890", "62812", "7890", "0812-3456-7890"] {
        assert!(found(w, words).await.contains(&id), "{words}");
    }
    // further numbers are kept as typed and in one form, and the main one is shown
    let other = w.make("contact_point", json!({"contact": id, "kind": "phone", "value": "(0821) 9988 7766", "label": "private"})).await;
    let point = get(w, "contact_point", other).await;
    assert_eq!((point.text("value"), point.text("normal"), point.text("state")), ("(0821) 9988 7766", "+6282199887766", "unverified"));
    change(w, "contact_point", other, json!({"main": true})).await;
    assert_eq!(get(w, "contact", id).await.text("phone"), "+6282199887766");
    w.engine.act(&w.system(), "contact_point", other, "verification", map(json!({"how": "call"}))).await.expect("verified");
    assert_eq!(get(w, "contact_point", other).await.text("state"), "verified");
    change(w, "contact_point", other, json!({"value": "0821 0000 1111"})).await;
    assert_eq!(get(w, "contact_point", other).await.text("state"), "unverified", "another number is not proven");
    // where the number is changed on the contact, that point is no longer the main one
    change(w, "contact", id, json!({"phone": "0812-3456-7890"})).await;
    assert_eq!(*get(w, "contact_point", other).await.get("main"), Value::Bool(false));
    // who looks for it comes to whose it is
    let asked = somebody(w, "sari", "manager").await;
    let hits = page(w, asked, "/search?q=0821+0000+1111").await;
    assert!(hits.contains(&format!(r#"href="/contacts/{id}""#)) && hits.contains("Lestari · Telepon · Pribadi"), "{hits}");
});

both!(
    /// However a number comes in, it is kept as it was typed beside its one form; what is in that form already needs no other.
    a_number_is_kept_as_it_was_typed,
    async |w: &Workspace| {
        let both = |person: &Record| [person.text("phone").to_string(), person.text("phone_typed").to_string()];
        for (typed, number, kept) in [
            ("0812 3456 7890", "+6281234567890", "0812 3456 7890"),
            (" 0812-3456-7890 ", "+6281234567890", "0812-3456-7890"),
            ("62812-3456-7890", "+6281234567890", "62812-3456-7890"),
            ("+62 812 3456 7890", "+6281234567890", "+62 812 3456 7890"),
            ("(021) 555-1234", "+62215551234", "(021) 555-1234"),
            ("+6281234567890", "+6281234567890", ""),
        ] {
            let id = w.make("contact", json!({"name": "Lestari", "phone": typed})).await;
            assert_eq!(both(&get(w, "contact", id).await), [number, kept], "{typed}");
        }
        let ani = somebody(w, "ani", "administrator").await;
        let ctx = w.of(ani, Door::Page);
        // the form
        let mut page = Browser::of(w, ani).await;
        let made = page.submit("/contacts/new", &[("name", "Rina Wati"), ("phone", "(0274) 512-345"), ("fields", "name,phone")]).await;
        assert!(made.status.is_success() || made.status.is_redirection(), "{}", made.html);
        let [rina] = found(w, "rina wati").await[..] else { panic!("one of that name") };
        assert_eq!(both(&get(w, "contact", rina).await), ["+62274512345", "(0274) 512-345"]);
        // the same number in another form is no change; another one is, and comes back as it was typed
        change(w, "contact", rina, json!({"phone": "0274-512345"})).await;
        assert_eq!(both(&get(w, "contact", rina).await), ["+62274512345", "(0274) 512-345"]);
        change(w, "contact", rina, json!({"phone": "0813 1111 2222"})).await;
        assert_eq!(both(&get(w, "contact", rina).await), ["+6281311112222", "0813 1111 2222"]);
        let last = w.engine.history(&ctx, "contact", rina, None).await.expect("a history")[0].id;
        w.engine.undo(&ctx, last).await.expect("taken back");
        assert_eq!(both(&get(w, "contact", rina).await), ["+62274512345", "(0274) 512-345"]);
        change(w, "contact", rina, json!({"phone": null})).await;
        assert_eq!(both(&get(w, "contact", rina).await), ["", ""]);
        // an import
        let spec = crate::import::guess(w, &ctx, "Nama Lengkap;No. HP\nSekar Ayu;0815.9999.0000\n").await;
        crate::import::import(w, &ctx, &spec, false).await;
        let [sekar] = found(w, "sekar ayu").await[..] else { panic!("one of that name") };
        assert_eq!(both(&get(w, "contact", sekar).await), ["+6281599990000", "0815.9999.0000"]);
    }
);

both!(tax_numbers_are_checked_and_told_by_their_end, async |w: &Workspace| {
    let id = w.make("account", json!({"name": "PT Karya", "npwp": "01.234.567.4-901.000", "nitku": "0012345674901000 000001"})).await;
    let boss = w.of(somebody(w, "ani", "manager").await, Door::Page);
    let service = w.of(somebody(w, "dewi", "service").await, Door::Page);
    let seen = async |ctx: &Ctx| w.engine.get(ctx, "account", id).await.expect("seen");
    let whole = seen(&boss).await;
    assert_eq!((whole.text("npwp"), whole.has("npwp_tail")), ("0012345674901000", false));
    let part = seen(&service).await;
    assert_eq!((part.has("npwp"), part.text("npwp_tail")), (false, "••••••••••••1000"));
    for (field, value, code) in [
        ("npwp", "123", "npwp_length"),
        ("npwp", "01.234.567.8-901.000", "npwp_check"),
        ("npwp", "0012345678901000", "npwp_check"),
        ("npwp", "3174013002880001", "nik_day"),
        ("npwp", "9999999999999999", "npwp_start"),
        ("nitku", "123", "nitku_length"),
        ("nik", "9974011502880001", "nik_place"),
    ] {
        assert_eq!(refusal(w, "account", id, json!({ field: value })).await, code, "{value}");
    }
    // the authority changes its numbers: so does the table, without a new program
    let boss = somebody(w, "ratna", "administrator").await;
    let mut browser = crate::browser::Browser::of(w, boss).await;
    let company = [("company", "PT Uji"), ("lang", "id"), ("currency", "IDR"), ("time_zone", "Asia/Jakarta")];
    assert_eq!(browser.submit("/settings/company", &company).await.status, StatusCode::SEE_OTHER);
    let rules = [("npwp", "18, 16"), ("npwp-fill", "1"), ("nik", "16"), ("nik-inside", "1"), ("nitku", "enam")];
    let faulty = browser.submit("/settings/numbers", &rules).await;
    assert!(faulty.status == StatusCode::UNPROCESSABLE_ENTITY && faulty.html.contains("value=\"18, 16\""), "{}", faulty.html);
    assert_eq!(browser.submit("/settings/numbers", &[&rules[..4], &[("nitku", "24")]].concat()).await.status, StatusCode::SEE_OTHER);
    assert_eq!(refusal(w, "account", id, json!({"npwp": "01.234.567.4-901.000"})).await, "npwp_length");
    change(w, "account", id, json!({"npwp": "3174011205900001", "nitku": "001234567490100000000001"})).await;
    assert_eq!(get(w, "account", id).await.text("npwp"), "003174011205900001");
    assert!(browser.get("/settings/numbers").await.html.contains("value=\"16, 18\""), "in their order");
    let ask = Filter::test("npwp", Op::Is, "0012345674901000");
    let request = ListRequest { object: "account".into(), filter: Some(ask), ..ListRequest::default() };
    assert!(w.engine.list(&service, request).await.is_err(), "nor guessed by filters");
});

both!(positions_follow_time, async |w: &Workspace| {
    let a = w.make("account", json!({"name": "PT A"})).await;
    let b = w.make("account", json!({"name": "PT B"})).await;
    let siti = w.make("contact", json!({"name": "Siti", "account": a, "job_title": "Manajer Keuangan", "role": "finance"})).await;
    let at = |account: i64| Filter::All(vec![Filter::test("contact", Op::Is, siti), Filter::test("account", Op::Is, account)]);
    let first = list(w, &w.system(), "position", at(a)).await;
    assert_eq!((first.len(), first[0].text("job_title")), (1, "Manajer Keuangan"), "a contact made at an account holds a position there");
    change(w, "position", first[0].id, json!({"from_on": "2024-01-01", "to_on": "2026-06-30"})).await;
    w.make(
        "position",
        json!({"contact": siti, "account": b, "job_title": "Direktur", "roles": ["decision_maker"], "from_on": "2026-07-01"}),
    )
    .await;
    let meeting = w
        .make("interaction", json!({"subject": "Rapat 2025", "channel": "meeting", "contact": siti, "starts_at": "2025-05-05T03:00:00Z"}))
        .await;
    assert_eq!(get(w, "contact", siti).await.link("account"), Some(a), "until June");
    night(w).await;
    pass_to(w, date(2026, 8, 15));
    night(w).await;
    let siti_now = get(w, "contact", siti).await;
    assert_eq!((siti_now.link("account"), siti_now.text("job_title")), (Some(b), "Direktur"), "by itself");
    let mailing =
        async |account: i64| list(w, &w.system(), "contact", akrab_customers::contacts_of(account, date(2026, 8, 15))).await.len();
    assert_eq!((mailing(a).await, mailing(b).await), (0, 1));
    for (object, id) in [("account", a), ("contact", siti)] {
        let told = w.engine.timeline(&w.system(), object, id, Default::default()).await.expect("a timeline");
        assert!(told.events.iter().any(|event| event.source.id == meeting && event.source_object == "interaction"), "{object}");
    }
    let admin = somebody(w, "admin", "administrator").await;
    let told = page(w, admin, &format!("/accounts/{a}")).await;
    let former = told.find("ak-former").expect("former ones are told apart");
    assert!(told[former..].contains("Siti") && told[former..].contains("1 Jan 2024 – 30 Jun 2026"), "with her years");
    // somebody moves by hand: the old position ends, the new one begins
    change(w, "contact", siti, json!({"account": a, "job_title": "Komisaris"})).await;
    let left = list(w, &w.system(), "position", at(b)).await;
    assert_eq!(*left[0].get("to_on"), Value::Date(date(2026, 8, 14)));
    assert_eq!(list(w, &w.system(), "position", at(a)).await.len(), 2);
});

both!(a_relationship_is_one_row_seen_from_both_sides, async |w: &Workspace| {
    let karya = w.make("account", json!({"name": "PT Karya"})).await;
    let lestari = w.make("account", json!({"name": "CV Lestari"})).await;
    let tie = w.make("relationship", json!({"account": karya, "kind": "supplier", "other": lestari, "from_on": "2025-02-01"})).await;
    let admin = somebody(w, "admin", "administrator").await;
    let side = async |id: i64| page(w, admin, &format!("/accounts/{id}")).await;
    assert!(side(karya).await.contains("Pemasok · sejak 1 Feb 2025"));
    assert!(side(lestari).await.contains("Pelanggan · sejak 1 Feb 2025"));
    // said from the far side it is the same row
    let turned = w.make("relationship", json!({"account": lestari, "kind": "member", "other": karya})).await;
    let kept = get(w, "relationship", turned).await;
    assert_eq!((kept.text("kind"), kept.link("account"), kept.link("other")), ("body", Some(karya), Some(lestari)));
    w.engine.delete(&w.system(), "relationship", turned, None).await.expect("gone");
    assert_eq!(refusal(w, "relationship", tie, json!({"other": karya})).await, "tie_to_itself");
    assert_eq!(refusal(w, "relationship", tie, json!({"to_on": "2025-01-01"})).await, "period_ends_first");
    change(w, "relationship", tie, json!({"to_on": "2026-06-30"})).await;
    let drawn = async |past: bool| {
        let ask = NetworkAsk { object: "account".into(), id: lestari, depth: 2, kinds: Vec::new(), past, most: 500 };
        w.engine.read(&w.system(), move |tx| tx.network(&ask)).await.expect("a network").ties.len()
    };
    pass_to(w, date(2026, 6, 30));
    assert_eq!((drawn(false).await, drawn(true).await), (1, 1), "through its last day");
    pass_to(w, date(2026, 7, 1));
    assert_eq!((drawn(false).await, drawn(true).await), (0, 1), "with past ones only");
    for id in [karya, lestari] {
        assert!(side(id).await.contains("1 Feb 2025 – 30 Jun 2026"), "ended on both");
    }
});

both!(a_group_adds_up_and_forms_no_circle, async |w: &Workspace| {
    let p = w.make("account", json!({"name": "P"})).await;
    let c1 = w.make("account", json!({"name": "C1", "parent": p})).await;
    let c2 = w.make("account", json!({"name": "C2", "parent": p})).await;
    let won = list(w, &w.system(), "stage", Filter::test("category", Op::Is, "won")).await[0].id;
    for (account, amount) in [(p, "100000000"), (c1, "50000000"), (c2, "25000000")] {
        let id = w.make("opportunity", json!({"name": "Kontrak", "account": account, "amount": amount})).await;
        change(w, "opportunity", id, json!({"stage": won, "close_reason": "price", "no_competitor": true})).await;
    }
    let tree = w.engine.read(&w.system(), move |tx| tx.tree("account", p)).await.expect("read").expect("a tree");
    let sum = tree.totals.iter().find(|total| total.field.as_deref() == Some("won_value")).expect("summed");
    assert_eq!(sum.value.dec().map(|d| d.normalize().to_string()).as_deref(), Some("175000000"));
    assert_eq!(tree.branches.iter().map(|b| (b.title.as_str(), b.depth)).collect::<Vec<_>>(), [("P", 0), ("C1", 1), ("C2", 1)]);
    let admin = somebody(w, "admin", "administrator").await;
    assert!(page(w, admin, &format!("/accounts/{p}")).await.contains("175.000.000"), "with all below");
    assert_eq!(refusal(w, "account", p, json!({"parent": c1})).await, "cycle");
    assert_eq!(refusal(w, "account", p, json!({"parent": p})).await, "cycle");
});

both!(a_greeting_without_a_sending_rule_is_refused_in_words, async |w: &Workspace| {
    let owner = somebody(w, "ratna", "administrator").await;
    let person = w.make("contact", json!({"name": "Lestari", "owner": owner})).await;
    let card = json!({"subject": "Ulang tahun: Lestari", "contact": person, "channel": "whatsapp", "on": "2026-03-05", "owner": owner});
    let card = w.make("greeting", card).await;
    let mut ratna = Browser::of(w, owner).await;
    let answer = ratna.submit(&format!("/greetings/{card}/delivery"), &[]).await;
    let told = if answer.status == StatusCode::SEE_OTHER { ratna.get(&format!("/greetings/{card}")).await.html } else { answer.html };
    assert!(told.contains("Belum ada aturan kirim untuk ucapan") && !told.contains("“greetings”"), "{told}");
    let kept = get(w, "greeting", card).await;
    assert_eq!(kept.text("state"), "draft");
});

both!(a_leap_day_comes_round_and_a_greeting_needs_consent, async |w: &Workspace| {
    w.engine.write(&w.system(), |tx| tx.preset_take("indonesia")).await.expect("taken over");
    let owner = somebody(w, "ani", "sales").await;
    let person = w
        .make(
            "contact",
            json!({"name": "Suharto", "name_honorific": "Bapak", "birthday": "1980-02-29", "whatsapp": "0812-3456-7890", "owner": owner}),
        )
        .await;
    let birthday = async || list(w, &w.system(), "important_date", Filter::test("contact", Op::Is, person)).await.remove(0);
    assert_eq!(birthday().await.link("owner"), Some(owner));
    let days = async || (birthday().await.get("next_on").clone(), birthday().await.get("remind_on").clone());
    assert_eq!(days().await, (Value::Date(date(2027, 2, 28)), Value::Date(date(2027, 2, 21))));
    let drafts = async || list(w, &w.system(), "greeting", Filter::test("contact", Op::Is, person)).await;
    let say = async |given: bool| {
        let saying = Saying {
            person: ("contact".into(), person),
            purpose: "greetings".into(),
            channel: "whatsapp".into(),
            given,
            evidence: json!({}),
            source: "test".into(),
        };
        w.engine.write(&w.system(), move |tx| tx.consent_say(&saying)).await.expect("said");
    };
    say(true).await;
    pass_to(w, date(2027, 2, 20));
    night(w).await;
    assert_eq!(drafts().await.len(), 0, "a day too early");
    pass_to(w, date(2027, 2, 21));
    night(w).await;
    let notices = w.engine.read(&w.of(owner, Door::Page), |tx| tx.notices(None, false, 20)).await.expect("an inbox");
    assert!(notices.notices.iter().any(|notice| format!("{notice:?}").contains("important_date")), "the owner is reminded");
    let made = drafts().await;
    assert_eq!((made.len(), made[0].text("channel"), *made[0].get("on") == Value::Date(date(2027, 2, 28))), (1, "whatsapp", true));
    assert!(made[0].text("text").starts_with("Yth. Bapak Suharto,"), "{}", made[0].text("text"));
    night(w).await;
    assert_eq!(drafts().await.len(), 1, "once");
    // a consent taken back stops it, even prepared
    say(false).await;
    let refused = w.engine.act(&w.system(), "greeting", made[0].id, "delivery", map(json!({}))).await.expect_err("no");
    assert_eq!(refused.code, "greeting_without_consent");
    pass_to(w, date(2027, 3, 1));
    night(w).await;
    assert_eq!(days().await, (Value::Date(date(2028, 2, 29)), Value::Date(date(2028, 2, 22))));
    pass_to(w, date(2028, 2, 22));
    night(w).await;
    assert_eq!(drafts().await.len(), 1, "the reminder comes, a message does not");
});

both!(a_household_counts_what_its_members_buy_while_they_belong_to_it, async |w: &Workspace| {
    let [home, other] = [
        w.make("account", json!({"name": "Keluarga A", "kind": "household"})).await,
        w.make("account", json!({"name": "Keluarga B", "kind": "household"})).await,
    ];
    let [head, spouse] = [w.make("contact", json!({"name": "Bambang"})).await, w.make("contact", json!({"name": "Ratna"})).await];
    let buy = async |contact: i64, day: &str, amount: &str| {
        w.make("order", json!({"contact": contact, "ordered_on": day, "amount": amount})).await
    };
    // one is bought before anybody says who lives there
    buy(head, "2026-03-01", "3000000").await;
    w.make("household_member", json!({"household": home, "contact": head, "relation": "head", "from_on": "2026-01-01"})).await;
    w.make("household_member", json!({"household": home, "contact": spouse, "relation": "spouse", "from_on": "2026-01-01"})).await;
    buy(spouse, "2026-05-01", "2000000").await;
    let value =
        async |id: i64| get(w, "account", id).await.get("household_value").dec().map(|d| d.normalize().to_string()).unwrap_or_default();
    assert_eq!(value(home).await, "5000000");
    w.make("household_member", json!({"household": other, "contact": spouse, "relation": "head", "from_on": "2026-10-01"})).await;
    buy(spouse, "2026-10-05", "700000").await;
    assert_eq!((value(home).await, value(other).await), ("5000000".into(), "700000".into()), "the old one keeps the past");
    let ended = list(w, &w.system(), "household_member", Filter::test("household", Op::Is, home)).await;
    assert!(ended.iter().any(|m| *m.get("to_on") == Value::Date(date(2026, 9, 30))), "with history");
    let company = w.make("account", json!({"name": "PT C"})).await;
    let alone = w.make("contact", json!({"name": "Sendiri"})).await;
    let refused =
        w.engine.create(&w.system(), "household_member", map(json!({"household": company, "contact": alone}))).await.expect_err("no");
    assert_eq!(refused.fields[0].code, "link_not_offered");
    let third = map(json!({"household": other, "contact": spouse, "from_on": "2026-02-01", "to_on": "2026-03-01"}));
    assert_eq!(w.engine.create(&w.system(), "household_member", third).await.expect_err("no").fields[0].code, "in_another_household");
});

both!(
    /// What a household buys itself and what its members buy is one value, the same in every figure of its page.
    a_household_and_its_members_are_one_value,
    async |w: &Workspace| {
        let owner = somebody(w, "ratna", "administrator").await;
        let home = w.make("account", json!({"name": "Keluarga A", "kind": "household"})).await;
        let [head, spouse] = [w.make("contact", json!({"name": "Bambang"})).await, w.make("contact", json!({"name": "Ratih"})).await];
        let since = json!({"household": home, "contact": head, "relation": "head", "from_on": "2025-01-01"});
        w.make("household_member", since).await;
        let left = json!({"household": home, "contact": spouse, "from_on": "2025-01-01", "to_on": "2025-12-31"});
        w.make("household_member", left).await;
        for (account, contact, day, amount) in [
            (json!(home), json!(null), "2026-01-10", 3_000_000),
            (json!(home), json!(head), "2026-01-11", 400_000),
            (json!(null), json!(head), "2026-01-12", 50_000),
            (json!(null), json!(spouse), "2025-12-01", 6_000),
            (json!(null), json!(spouse), "2026-02-01", 700),
        ] {
            w.make("order", json!({"account": account, "contact": contact, "ordered_on": day, "amount": amount})).await;
        }
        let told = |record: &Record, key: &str| record.get(key).dec().map(|d| d.normalize().to_string()).unwrap_or_default();
        let alone = get(w, "account", home).await;
        assert_eq!((told(&alone, "household_value"), told(&alone, "bought")), ("3456000".into(), "3400000".into()));
        let whole = w
            .engine
            .read(&w.system(), move |tx| {
                let record = tx.get("account", home)?;
                let circle = tx.circle(&record, &["members"])?;
                tx.rolled_up(&record, &circle)
            })
            .await
            .expect("a household");
        assert_eq!((told(&whole, "household_value"), told(&whole, "bought")), ("3456000".into(), "3456000".into()));
        assert_eq!(whole.get("order_count"), &Value::Int(4), "each once; what she bought after she left is not theirs");
        let html = page(w, owner, &format!("/accounts/{home}?with=members")).await.replace('\u{a0}', " ");
        assert!(html.matches("Rp 3.456.000").count() >= 4, "revenue, purchases, bought, household: {html}");
        assert!(!html.contains("Rp 3.400.000") && !html.contains("Rp 3.456.700"), "{html}");
    }
);

both!(a_need_leaves_the_list_of_its_product_once_met, async |w: &Workspace| {
    let account = w.make("account", json!({"name": "Hotel Bumi Arjuna"})).await;
    let service = w.make("product", json!({"name": "Antar pagi", "kind": "service"})).await;
    let need = w
        .make("need", json!({"statement": "Biji datang sebelum pukul 10.00", "importance": 5, "fit": "not_met", "account": account, "products": [{"id": service}]}))
        .await;
    let admin = somebody(w, "admin", "administrator").await;
    let shown = async |path: String| page(w, admin, &path).await.contains("Biji datang sebelum pukul 10.00");
    assert!(shown(format!("/accounts/{account}")).await);
    assert!(shown(format!("/products/{service}")).await);
    assert!(page(w, admin, &format!("/products/{service}")).await.contains("Hotel Bumi Arjuna"), "with the customer behind it");
    change(w, "need", need, json!({"fit": "met"})).await;
    assert_eq!(get(w, "need", need).await.text("status"), "met");
    assert!(!shown(format!("/products/{service}")).await);
    let told = w.engine.history(&w.system(), "need", need, None).await.expect("a history");
    assert!(told.iter().any(|change| change.shifts.iter().any(|shift| shift.field == "fit")), "it stays in the history");
});

both!(sensitive_facts_are_for_those_with_the_right, async |w: &Workspace| {
    let person = w.make("contact", json!({"name": "Ratna"})).await;
    w.make("sensitive_fact", json!({"contact": person, "kind": "religion", "value": "Kristen", "observes": "natal"})).await;
    w.make("profile_fact", json!({"contact": person, "kind": "hobby", "value": "Bersepeda"})).await;
    let sales = somebody(w, "ani", "sales").await;
    let boss = somebody(w, "bos", "manager").await;
    let path = format!("/contacts/{person}");
    let (seen, all) = (page(w, sales, &path).await, page(w, boss, &path).await);
    assert!(seen.contains("Bersepeda") && !seen.contains("Kristen") && !seen.contains("Data peka"));
    assert!(all.contains("Kristen"));
    let filter = json!({"child": "sensitive_fact.contact", "where": {"field": "kind", "op": "is", "value": "religion"}, "agg": "count", "op": "gt", "value": 0});
    let ask = |user: i64| {
        let request = ListRequest { object: "contact".into(), filter: Filter::from_json(&filter).ok(), ..ListRequest::default() };
        let ctx = w.of(user, Door::Page);
        async move { w.engine.list(&ctx, request).await }
    };
    assert_eq!(ask(boss).await.expect("a list").records.len(), 1);
    assert!(ask(sales).await.map_or(true, |list| list.records.is_empty()), "nor found by a filter");
});
