//! Records as a browser meets them: made, changed, fought over, deleted, brought back, converted.

use crate::browser::{Answer, Browser};
use crate::workspace::{Workspace, both};
use akrab_engine::{ListRequest, TimelineRequest};
use akrab_model::ProblemKind;
use axum::http::StatusCode;
use serde_json::json;

/// Somebody of this role at a browser, with his id.
async fn somebody(w: &Workspace, name: &str, role: &str) -> (Browser, i64) {
    let role = w.engine.people().roles.iter().find(|r| r.key == role).map(|r| r.id).expect("the role exists");
    let user = w.user(name, role, None).await;
    (Browser::of(w, user).await, user)
}

fn form(pairs: &[(&str, &str)]) -> String {
    let encode = |text: &str| text.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
    pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&")
}

/// Value of a hidden input of the form drawn.
fn hidden(page: &Answer, name: &str) -> String {
    let start = page.html.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("no input {name}"));
    start.split('"').next().unwrap_or_default().to_string()
}

fn id_of(address: &str) -> i64 {
    address.rsplit('/').next().and_then(|id| id.split('?').next()?.parse().ok()).unwrap_or_else(|| panic!("no record at {address}"))
}

both!(a_form_makes_one_record_however_often_it_is_sent, async |w: &Workspace| {
    let (mut browser, user) = somebody(w, "ratna", "administrator").await;
    w.make("account", json!({"name": "PT Karya Boga", "phone": "0361 223344", "owner": user})).await;
    let hints = browser.fragment("/accounts/hints?name=Karya%20Boga&phone=0361-223344").await;
    assert!(
        hints.html.contains("PT Karya Boga") && hints.html.contains("Telepon sama"),
        "what is typed resembles a known account: {}",
        hints.html
    );
    let page = browser.fragment("/accounts/new?name=Kedai%20Rindang").await;
    assert!(page.html.contains("Kedai Rindang"), "the context is filled in");
    let once = hidden(&page, "once");
    let sent = form(&[("once", &once), ("name", "Kedai Rindang"), ("fields", "name")]);
    let first = browser.post("/accounts/new", &sent).await;
    let second = browser.post("/accounts/new", &sent).await;
    assert_eq!((first.status, id_of(&first.location)), (StatusCode::OK, id_of(&second.location)));
    assert_eq!(browser.get("/accounts?filter=").await.rows().len(), 2);
});

both!(a_refused_form_keeps_what_was_typed, async |w: &Workspace| {
    let (mut browser, _) = somebody(w, "ratna", "administrator").await;
    let refused = browser
        .post(
            "/contacts/new",
            &form(&[("name", "Suparman"), ("email", "bukan-email"), ("phone", "0812-3456-7890"), ("fields", "name,email,phone")]),
        )
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for kept in ["Suparman", "bukan-email", "0812-3456-7890", "href=\"#f-email\"", "harus memuat tanda @"] {
        assert!(refused.html.contains(kept), "{kept} is missing");
    }
    let more = browser.post("/contacts/new", &form(&[("name", "Suparman"), ("more", "1"), ("fields", "name")])).await;
    assert!(more.html.contains("Suparman") && more.html.contains("name=\"birthday\""), "more fields keep the input");
});

both!(two_people_lose_nothing, async |w: &Workspace| {
    let (mut siti, user) = somebody(w, "siti", "administrator").await;
    let (mut budi, _) = somebody(w, "budi", "administrator").await;
    let id = w.make("account", json!({"name": "Hotel Puri", "payment_terms": 14, "owner": user})).await;
    let version = hidden(&siti.get(&format!("/accounts/{id}/edit")).await, "version");
    let edit = |field: &str, was: &str, now: &str, more: &[(&str, &str)]| {
        let was_name = format!("was.{field}");
        let mut pairs = vec![("version", version.as_str()), ("fields", field), (was_name.as_str(), was), (field, now)];
        pairs.extend(more);
        form(&pairs)
    };
    let address = format!("/accounts/{id}/edit");
    assert_eq!(budi.post(&address, &edit("payment_terms", "14", "30", &[])).await.location, format!("/accounts/{id}"));
    // another field of the same, older version: both changes stand
    assert_eq!(siti.post(&address, &edit("note", "", "Bayar Jumat", &[])).await.location, format!("/accounts/{id}"));
    // the same field: nobody wins silently
    let clash = siti.post(&address, &edit("payment_terms", "14", "45", &[])).await;
    assert_eq!(clash.status, StatusCode::PRECONDITION_FAILED);
    for told in ["budi", "14", "30", "45"] {
        assert!(clash.html.contains(told), "the clash tells {told}");
    }
    let now = hidden(&clash, "version");
    let theirs = form(&[
        ("version", &now),
        ("fields", "payment_terms"),
        ("was.payment_terms", "30"),
        ("payment_terms", "45"),
        ("choice.payment_terms", "theirs"),
    ]);
    siti.post(&address, &theirs).await;
    let mine = form(&[
        ("version", &now),
        ("fields", "payment_terms"),
        ("was.payment_terms", "30"),
        ("payment_terms", "45"),
        ("choice.payment_terms", "mine"),
    ]);
    let record = |w: &Workspace| w.engine.clone();
    assert_eq!(record(w).get(&w.system(), "account", id).await.expect("the account").get("payment_terms").int(), Some(30));
    siti.post(&address, &mine).await;
    let kept = record(w).get(&w.system(), "account", id).await.expect("the account");
    assert_eq!((kept.get("payment_terms").int(), kept.text("note").to_string()), (Some(45), "Bayar Jumat".to_string()));
});

both!(one_field_is_edited_where_it_stands, async |w: &Workspace| {
    let (mut browser, user) = somebody(w, "ratna", "administrator").await;
    let id = w.make("account", json!({"name": "Toko Sumber", "owner": user})).await;
    let address = format!("/accounts/{id}/fields/credit_limit");
    assert!(browser.fragment(&address).await.html.contains("name=\"credit_limit\""));
    let saved = browser.post(&address, &form(&[("was.credit_limit", ""), ("credit_limit", "1,5jt")])).await;
    assert!(saved.html.contains("1.500.000"), "money is understood: {}", saved.html);
    assert!(saved.html.contains("data-undo"), "a toast offers the way back");
    let stale = browser.post(&address, &form(&[("was.credit_limit", ""), ("credit_limit", "2jt")])).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    for told in ["1.500.000", "2jt", "data-keep-mine", "data-take-theirs"] {
        assert!(stale.html.contains(told), "{told} is missing: {}", stale.html);
    }
    let wrong = browser.post(&address, &form(&[("was.credit_limit", "1.500.000"), ("credit_limit", "banyak")])).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.html.contains("banyak"));
});

both!(a_change_is_taken_back, async |w: &Workspace| {
    let (mut browser, user) = somebody(w, "ratna", "administrator").await;
    let id = w.make("account", json!({"name": "Lama", "owner": user})).await;
    browser.post(&format!("/accounts/{id}/fields/name"), &form(&[("name", "Baru")])).await;
    let history = browser.get(&format!("/accounts/{id}/history")).await;
    assert!(history.html.contains("Lama") && history.html.contains("Baru"));
    let undo = history.html.split("action=\"/changes/").nth(1).and_then(|rest| rest.split('"').next()).expect("a way back");
    browser.post(&format!("/changes/{undo}"), "").await;
    assert_eq!(w.engine.get(&w.system(), "account", id).await.expect("the account").title(), "Lama");
});

both!(the_bin_gives_back, async |w: &Workspace| {
    let (mut browser, user) = somebody(w, "ratna", "administrator").await;
    let id = w.make("account", json!({"name": "Kafe Senja", "owner": user})).await;
    w.make("contact", json!({"name": "Wulan", "account": id, "owner": user})).await;
    let asked = browser.fragment(&format!("/accounts/{id}/delete")).await;
    assert!(asked.html.contains("Kontak") && asked.html.contains("Kafe Senja"), "what hangs on it is listed");
    let gone = browser.post(&format!("/accounts/{id}/delete"), "").await;
    assert_eq!(gone.location, "/accounts");
    assert_eq!(browser.get(&format!("/accounts/{id}")).await.status, StatusCode::NOT_FOUND);
    assert!(browser.get("/accounts/bin").await.html.contains("Kafe Senja"));
    let back = browser.post(&format!("/accounts/{id}/restore"), "").await;
    assert_eq!(back.location, format!("/accounts/{id}"));
    assert_eq!(browser.get(&back.location).await.status, StatusCode::OK);
    browser.post(&format!("/accounts/{id}/delete"), "").await;
    browser.post(&format!("/accounts/{id}/purge"), "").await;
    assert!(!browser.get("/accounts/bin").await.html.contains("Kafe Senja"));
});

both!(the_bin_is_counted_searched_and_emptied_by_the_handful, async |w: &Workspace| {
    let (mut browser, user) = somebody(w, "ratna", "administrator").await;
    let mut ids = Vec::new();
    for name in ["Kafe Senja", "Kafe Fajar", "Toko Rindang"] {
        let id = w.make("account", json!({"name": name, "owner": user})).await;
        browser.post(&format!("/accounts/{id}/delete"), "").await;
        ids.push(id);
    }
    let bin = browser.get("/accounts/bin").await.html;
    assert!(bin.contains("<span class=\"ak-count\">3</span>") && bin.contains("/accounts/bin/restore"));
    let found = browser.get("/accounts/bin?q=kafe").await.html;
    assert!(found.contains("Kafe Senja") && found.contains("Kafe Fajar") && !found.contains("Toko Rindang"));
    assert!(browser.get("/accounts/bin?q=zzz").await.html.contains("Tidak ada “zzz”"));
    let back = browser.post("/accounts/bin/restore", &format!("id={}&id={}", ids[0], ids[2])).await;
    assert_eq!(back.location, "/accounts/bin");
    let left = browser.get("/accounts/bin").await.html;
    assert!(left.contains("2 data dipulihkan") && left.contains("Kafe Fajar") && !left.contains("Kafe Senja"));
    assert_eq!(browser.get(&format!("/accounts/{}", ids[0])).await.status, StatusCode::OK);
    browser.post("/accounts/bin/restore", "").await;
    assert!(browser.get("/accounts/bin").await.html.contains("Pilih dulu"), "nothing chosen is said");
});

both!(the_bin_begins_with_what_was_deleted_last, async |w: &Workspace| {
    let (mut browser, user) = somebody(w, "ratna", "administrator").await;
    let mut ids = Vec::new();
    for name in ["Kafe Senja", "Kafe Fajar", "Toko Rindang"] {
        ids.push(w.make("account", json!({"name": name, "owner": user})).await);
        w.pass(60);
    }
    for n in [1, 2, 0] {
        browser.post(&format!("/accounts/{}/delete", ids[n]), "").await;
        w.pass(60);
    }
    let bin = browser.get("/accounts/bin").await.html;
    let at = |n: usize| bin.find(&format!("/accounts/{}/history", ids[n])).unwrap_or_else(|| panic!("{n}: {bin}"));
    assert!(at(0) < at(2) && at(2) < at(1), "{bin}");
    let (mut after, mut paged) = (None, Vec::new());
    for _ in 0..3 {
        let request = ListRequest { object: "account".into(), bin: true, limit: 1, after: after.take(), ..ListRequest::default() };
        let page = w.engine.list(&w.system(), request).await.expect("a page");
        paged.extend(page.records.iter().map(|record| record.id));
        after = page.next;
    }
    assert_eq!((paged, after), (vec![ids[0], ids[2], ids[1]], None));
    assert_eq!(browser.post(&format!("/accounts/{}/restore", ids[0]), "").await.location, format!("/accounts/{}", ids[0]));
    let again = browser.post(&format!("/accounts/{}/restore", ids[0]), "").await;
    assert_eq!(again.location, format!("/accounts/{}", ids[0]));
    assert!(browser.get(&again.location).await.html.contains("Data ini sudah dipulihkan."), "it says so");
    let refused = w.engine.restore(&w.system(), "account", ids[0]).await.expect_err("it is there");
    assert_eq!((refused.kind, refused.code), (ProblemKind::Conflict, "restored_already"));
    assert_eq!(w.engine.restore(&w.system(), "account", 9_999).await.expect_err("never there").code, "not_found");
});

both!(a_lead_becomes_an_opportunity, async |w: &Workspace| {
    let (mut browser, user) = somebody(w, "ratna", "administrator").await;
    let id =
        w.make("lead", json!({"name": "Rina Kusumawati", "company": "Kedai Teras Hijau", "phone": "0813-1111-2222", "owner": user})).await;
    let dialog = browser.fragment(&format!("/leads/{id}/conversion")).await;
    assert!(dialog.html.contains("name=\"amount\""), "the declared inputs are asked for");
    let made = browser
        .post(&format!("/leads/{id}/conversion"), &form(&[("opportunity", "Kopi bulanan"), ("amount", "25jt"), ("account", "")]))
        .await;
    assert!(made.location.starts_with("/opportunities/"), "the answer leads to the opportunity: {} {}", made.status, made.location);
    let page = browser.get(&made.location).await;
    for told in ["Kopi bulanan", "Kedai Teras Hijau", "25.000.000"] {
        assert!(page.html.contains(told), "{told} is missing");
    }
});

both!(a_converted_lead_hands_on_its_history_and_is_converted_once, async |w: &Workspace| {
    let (mut ratna, user) = somebody(w, "ratna", "administrator").await;
    let (mut siti, seller) = somebody(w, "siti", "sales").await;
    let id = w.make("lead", json!({"name": "Abdul Muslim", "company": "Kedai Teras Hijau", "owner": seller})).await;
    // a colleague's note goes along, though the seller may not change it
    ratna.post(&format!("/leads/{id}/entries"), &form(&[("kind", "note"), ("body", "Minta contoh Gayo")])).await;
    siti.post(&format!("/leads/{id}/entries"), &form(&[("kind", "task"), ("body", "kirim contoh besok 10.00")])).await;
    let made = siti.post(&format!("/leads/{id}/conversion"), "").await;
    assert!(made.location.starts_with("/opportunities/"), "{} {}", made.status, made.html);
    let lead = w.engine.get(&w.system(), "lead", id).await.expect("the lead");
    for object in ["account", "contact", "opportunity"] {
        let became = lead.link(object).expect("what the lead became");
        let page =
            siti.get(&format!("/{}/{became}", if object == "opportunity" { "opportunities".into() } else { format!("{object}s") })).await;
        for told in ["Minta contoh Gayo", "kirim contoh"] {
            assert!(page.html.contains(told), "the {object} tells of {told}");
        }
    }
    // what is written on the lead later is told there as well
    ratna.post(&format!("/leads/{id}/entries"), &form(&[("kind", "call"), ("body", "Kabar terakhir"), ("at", "")])).await;
    let page = siti.get(&made.location).await;
    assert!(page.html.contains("Kabar terakhir"));
    let page = siti.get(&format!("/leads/{id}")).await;
    assert!(!page.html.contains(&format!("/leads/{id}/conversion")), "nothing offers to convert it again");
    let again = siti.post(&format!("/leads/{id}/conversion"), &form(&[("amount", "99jt")])).await;
    assert_eq!(again.location, format!("/leads/{id}"));
    let refused = w.engine.act(&w.of(user, akrab_engine::Door::Api), "lead", id, "conversion", Default::default()).await;
    let refused = refused.expect_err("converted once");
    assert_eq!((refused.code, refused.status(), refused.records.len()), ("already_converted", 409, 3));
});

both!(a_call_is_told_wherever_it_belongs, async |w: &Workspace| {
    let (mut browser, user) = somebody(w, "ratna", "administrator").await;
    let account = w.make("account", json!({"name": "Hotel Bumi", "owner": user})).await;
    let contact = w.make("contact", json!({"name": "Lestari", "account": account, "owner": user})).await;
    let saved = browser
        .post(&format!("/contacts/{contact}/entries"), &form(&[("kind", "call"), ("body", "Minta contoh Gayo 2 kg"), ("at", "")]))
        .await;
    assert!(saved.html.contains("Minta contoh Gayo"), "the timeline comes back with it: {}", saved.html);
    for (object, id) in [("account", account), ("contact", contact)] {
        let timeline = w.engine.timeline(&w.system(), object, id, TimelineRequest::default()).await.expect("a timeline");
        assert!(timeline.events.iter().any(|e| e.kind == "call"), "the {object} tells of the call");
        assert!(browser.get(&format!("/{object}s/{id}")).await.html.contains("Minta contoh Gayo"));
    }
    let task =
        browser.post(&format!("/contacts/{contact}/entries"), &form(&[("kind", "task"), ("body", "telepon Lestari besok 10.00")])).await;
    assert!(task.html.contains("telepon Lestari") && task.html.contains("Besok 10.00"), "the moment is understood: {}", task.html);
});

both!(a_call_says_which_way_how_long_and_what_came_of_it, async |w: &Workspace| {
    let (mut browser, user) = somebody(w, "ratna", "administrator").await;
    let contact = w.make("contact", json!({"name": "Dr. Lestari Handayani, M.M.", "owner": user})).await;
    let page = format!("/contacts/{contact}");
    let composer = browser.fragment(&format!("{page}/entries?write=call")).await;
    for asked in ["name=\"direction\"", "name=\"duration\"", "name=\"outcome\"", "placeholder=\"sekarang\"", "write=visit"] {
        assert!(composer.html.contains(asked), "{asked} is missing");
    }
    let call =
        [("kind", "call"), ("body", "Minta contoh"), ("at", ""), ("direction", "out"), ("duration", "15 menit"), ("outcome", "positive")];
    let refused =
        browser.post(&format!("{page}/entries"), &form(&[("kind", "call"), ("body", "Minta contoh"), ("duration", "entah")])).await;
    assert!(refused.html.contains("data-faulty") && refused.html.contains("Minta contoh"), "what was typed stays: {}", refused.html);
    browser.post(&format!("{page}/entries"), &form(&call)).await;
    let request = akrab_engine::ListRequest { object: "interaction".into(), ..Default::default() };
    let made = w.engine.list(&w.system(), request).await.expect("a list").records.remove(0);
    assert_eq!((made.text("direction"), made.get("duration").int(), made.text("outcome")), ("out", Some(15), "positive"));
    assert_eq!(*made.get("starts_at"), akrab_model::Value::Time(w.system().now.timestamp()), "a call told of is a call of now");
    browser.post(&format!("{page}/entries"), &form(&[("kind", "visit"), ("body", "Lihat gudang"), ("at", "")])).await;
    let page = browser.get(&page).await;
    assert!(page.html.contains("Kunjungan") && page.html.contains(">Dr. Lestari Handayani, M.M.</h1>"), "titles stand with the name");
    assert!(browser.get("/contacts").await.rows().contains(&"Dr. Lestari Handayani, M.M.".to_string()));
});

both!(a_stage_with_questions_leads_back_to_the_record, async |w: &Workspace| {
    let (mut browser, user) = somebody(w, "ratna", "administrator").await;
    let stages = w.engine.list(&w.system(), akrab_engine::ListRequest { object: "stage".into(), ..Default::default() }).await;
    let stages = stages.expect("stages").records;
    let stage = |name: &str| stages.iter().find(|s| s.text("name") == name).map(|s| s.id.to_string()).expect("the stage");
    let id = w.make("opportunity", json!({"name": "Kontrak pasokan", "owner": user})).await;
    let page = format!("/opportunities/{id}");
    let lost = stage("Kalah");
    let asked = browser.submit(&format!("{page}/stage"), &[("stage", &lost), ("page", "1")]).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(hidden(&asked, "back"), page, "the dialog knows where it was opened");
    assert!(asked.html.contains("name=\"no_competitor\""), "nobody is made to invent a competitor: {}", asked.html);
    let gate = [("stage", lost.as_str()), ("gate", "1"), ("back", &page), ("asked", "close_reason"), ("asked", "competitor")];
    let empty = browser.submit(&format!("{page}/stage"), &gate).await;
    assert!(empty.html.contains("Pesaing: Wajib diisi"), "the summary names the field: {}", empty.html);
    let answers = [("close_reason", "price"), ("competitor", "Boga Niaga")];
    let moved = browser.submit(&format!("{page}/stage"), &[gate.as_slice(), &answers].concat()).await;
    assert_eq!((moved.status, moved.location.as_str()), (StatusCode::SEE_OTHER, page.as_str()));
    assert_eq!(browser.get(&format!("{page}/stage")).await.location, page, "an address that is no page leads to one");
});

both!(a_card_somebody_else_has_moved_goes_where_it_is, async |w: &Workspace| {
    let (mut ratna, user) = somebody(w, "ratna", "administrator").await;
    let (mut budi, _) = somebody(w, "budi", "manager").await;
    let stages = w.engine.list(&w.system(), akrab_engine::ListRequest { object: "stage".into(), ..Default::default() }).await;
    let stages = stages.expect("stages").records;
    let stage = |name: &str| stages.iter().find(|s| s.text("name") == name).map(|s| s.id).expect("the stage");
    let id = w.make("opportunity", json!({"name": "Kontrak pasokan", "owner": user})).await;
    let version = w.engine.get(&w.system(), "opportunity", id).await.expect("the opportunity").version;
    let (drawn, open) = (format!("/opportunities/{id}/stage?version={version}"), stage("Penawaran"));
    budi.post(&drawn, &format!("stage={open}")).await;
    let beaten = ratna.post(&drawn, &format!("stage={open}")).await;
    assert_eq!(beaten.status, StatusCode::PRECONDITION_FAILED);
    for told in [format!("data-lane=\"{open}\""), "budi".into(), "Penawaran".into(), format!("data-card=\"{id}\"")] {
        assert!(beaten.html.contains(&told), "{told} is missing: {}", beaten.html);
    }
    let now = beaten.html.split("data-move-url=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("the card as it is");
    assert_eq!(ratna.post(now, &format!("stage={}", stage("Baru"))).await.status, StatusCode::OK, "the next try works");
});

both!(nobody_takes_a_lead_that_has_an_owner, async |w: &Workspace| {
    let (mut siti, seller) = somebody(w, "siti", "sales").await;
    let (mut yoga, other) = somebody(w, "yoga", "sales").await;
    let (mut sumarni, _) = somebody(w, "sumarni", "readonly").await;
    let free = w.make("lead", json!({"name": "Tanpa Pemilik", "owner": null})).await;
    let owned = w.make("lead", json!({"name": "Milik Siti", "owner": seller})).await;
    let today = yoga.get("/today").await;
    assert!(today.html.contains("Tanpa Pemilik") && !today.html.contains("Milik Siti"), "only leads without owner are offered");
    let today = sumarni.get("/today").await;
    assert!(today.html.contains("Tanpa Pemilik") && !today.html.contains("/take"), "who may not take is offered nothing");
    let refused = yoga.submit(&format!("/today/leads/{owned}/take"), &[]).await;
    assert_eq!((refused.status, refused.location.as_str()), (StatusCode::SEE_OTHER, "/today"));
    assert!(yoga.get("/today").await.html.contains("sudah dipegang siti"), "it says whose it is");
    assert_eq!(w.engine.get(&w.system(), "lead", owned).await.expect("the lead").link("owner"), Some(seller));
    yoga.submit(&format!("/today/leads/{free}/take"), &[]).await;
    siti.submit(&format!("/today/leads/{free}/take"), &[]).await;
    assert_eq!(w.engine.get(&w.system(), "lead", free).await.expect("the lead").link("owner"), Some(other), "the first one has it");
});

both!(the_palette_finds_what_is_no_record, async |w: &Workspace| {
    let (mut browser, _) = somebody(w, "ratna", "administrator").await;
    for (typed, leads) in [
        ("sampah", "/contacts/bin"),
        ("impor", "/contacts/import"),
        ("keluar", "/sign-out"),
        ("gelap", "/settings/profile"),
        ("bahasa", "/settings/profile"),
        ("pengguna", "/settings/users"),
        ("hari+penting", "/important_dates"),
        ("kartu+ucapan", "/greetings"),
        ("pembayaran", "/payments"),
        ("retur", "/returns"),
        ("produk+dimiliki", "/products_owned"),
        ("rumah+tangga", "/accounts?view=households"),
    ] {
        let found = browser.fragment(&format!("/search?q={typed}")).await;
        assert!(!found.html.contains("Tidak ada yang cocok") && !found.html.contains("\"0 hasil"), "{typed}: {}", found.html);
        assert!(found.html.contains(&format!("\"{leads}\"")), "{typed} leads to {leads}");
        assert!(!found.html.contains("/new?name="), "a page that is meant comes before a record of that name");
    }
});

both!(days_to_remember_stand_under_today_and_in_the_menu, async |w: &Workspace| {
    let (mut ratna, user) = somebody(w, "ratna", "administrator").await;
    let colleague = w.user("siti", 3, None).await;
    let lestari = w.make("contact", json!({"name": "Lestari", "birthday": "1990-03-05", "owner": user})).await;
    w.make("contact", json!({"name": "Suparman", "birthday": "1980-03-06", "owner": colleague})).await;
    w.make("contact", json!({"name": "Hendra", "birthday": "1985-04-20", "owner": user})).await;
    let days = w.engine.list(&w.system(), ListRequest { object: "important_date".into(), ..ListRequest::default() }).await.expect("days");
    let day = days.records.iter().find(|day| day.link("contact") == Some(lestari)).expect("her birthday").id;
    let card = json!({"subject": "Ulang tahun: Lestari", "contact": lestari, "occasion": day, "on": "2026-03-05", "owner": user});
    let card = w.make("greeting", card).await;
    // on 2 March 2026
    let page = ratna.get("/today").await.html;
    let told = page.split("Ulang tahun &amp; hari jadi").nth(1).expect("a section");
    assert!(told.contains(&format!("\"/contacts/{lestari}\"")) && told.contains(&format!("\"/greetings/{card}\"")), "{told}");
    assert!(!told.contains("Suparman") && !told.contains("Hendra"), "somebody else's, and too far away: {told}");
    for href in ["\"/important_dates\"", "\"/greetings\""] {
        assert!(page.contains(href), "{href} stands in the menu");
    }
});

both!(a_board_with_nothing_open_is_still_a_board, async |w: &Workspace| {
    let (mut browser, user) = somebody(w, "ratna", "administrator").await;
    let empty = browser.get("/opportunities?type=board").await;
    assert!(!empty.html.contains("data-board-column"), "without any record the page says how to begin");
    let id = w.make("opportunity", json!({"name": "Kontrak", "owner": user})).await;
    w.engine.act(&w.system(), "opportunity", id, "closure", crate::workspace::map(json!({"result": "won"}))).await.expect("won");
    assert!(browser.get("/opportunities?type=board").await.html.contains("data-board-column"));
});

both!(what_is_out_of_sight_is_not_there, async |w: &Workspace| {
    let (_, owner) = somebody(w, "ratna", "administrator").await;
    let (mut fajar, _) = somebody(w, "fajar", "service").await;
    let id = w.make("lead", json!({"name": "Rahasia", "owner": owner})).await;
    for page in [
        "",
        "/edit",
        "/history",
        "/access",
        "/delete",
        "/timeline",
        "/entries",
        "/fields/name",
        "/conversion",
        "/clone",
        "/actions",
        "/peek",
    ] {
        let answer = fajar.fragment(&format!("/leads/{id}{page}")).await;
        assert!(!answer.html.contains("Rahasia"), "{page} tells of it");
        let wanted = if page == "/clone" || page == "/edit" {
            vec![StatusCode::NOT_FOUND, StatusCode::FORBIDDEN]
        } else {
            vec![StatusCode::NOT_FOUND]
        };
        let scripted = page == "/peek" && answer.status == StatusCode::NOT_FOUND;
        assert!(scripted || wanted.contains(&answer.status), "{page} answers {}", answer.status);
    }
    for (page, body) in [
        ("/edit", "name=x&fields=name"),
        ("/fields/name", "name=x"),
        ("/delete", ""),
        ("/favourite", ""),
        ("/disqualification", "reason=x"),
        ("/entries", "kind=note&body=x"),
    ] {
        let answer = fajar.post(&format!("/leads/{id}{page}"), body).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "POST {page}");
    }
    assert!(!fajar.fragment("/search?q=rahasia").await.html.contains("Rahasia</"));
    assert!(!fajar.get("/pick/lead?q=rahasia").await.html.contains("Rahasia"));
    assert_eq!(w.engine.get(&w.system(), "lead", id).await.expect("the lead").title(), "Rahasia");
});

both!(a_number_opens_a_chat_only_where_there_is_one, async |w: &Workspace| {
    let (mut browser, user) = somebody(w, "ratna", "administrator").await;
    let due = w.engine.now().timestamp().to_string();
    for (name, numbers, chat) in [
        ("Lestari", json!({"phone": "0361 223344"}), None),
        ("Suparman", json!({"phone": "0812-3456-7890"}), Some("https://wa.me/6281234567890")),
        ("Wulan", json!({"phone": "0361 223345", "whatsapp": "0813-1111-2222"}), Some("https://wa.me/6281311112222")),
    ] {
        let mut input = json!({"name": name, "owner": user});
        input.as_object_mut().expect("a map").extend(crate::workspace::map(numbers));
        let id = w.make("contact", input).await;
        let task = json!({"subject": format!("Telepon {name}"), "kind": "call", "contact": id, "owner": user, "due_at": due});
        let task = w.make("task", task).await;
        for page in [format!("/contacts/{id}"), format!("/contacts/{id}/peek"), "/today".to_string()] {
            let html = browser.fragment(&page).await.html;
            assert!(html.contains("tel:"), "{page} offers a call to {name}");
            let found =
                html.split("https://wa.me/").nth(1).map(|rest| format!("https://wa.me/{}", rest.split('"').next().unwrap_or_default()));
            assert_eq!(found.as_deref(), chat, "{page} of {name}");
        }
        w.engine.delete(&w.system(), "task", task, None).await.expect("in the bin");
    }
});

both!(a_search_finds_and_remembers, async |w: &Workspace| {
    let (mut browser, user) = somebody(w, "ratna", "administrator").await;
    let id = w.make("contact", json!({"name": "Lestari Handayani", "phone": "0812-3456-7890", "owner": user})).await;
    for typed in ["lest", "7890", "0812-3456", "lestary"] {
        let found = browser.fragment(&format!("/search?q={typed}")).await;
        assert!(found.html.contains(&format!("/contacts/{id}")), "{typed} finds the contact");
    }
    browser.get(&format!("/contacts/{id}")).await;
    for _ in 0..50 {
        if browser.fragment("/search?q=").await.html.contains(&format!("/contacts/{id}")) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("a visit is remembered");
});
