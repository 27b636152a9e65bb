//! The audit trail: what it tells, who reads it, and that nobody changes it unnoticed.

use crate::api::Api;
use crate::browser::{Browser, PASSWORD};
use crate::workspace::{Workspace, both, map};
use akrab_engine::Door;
use akrab_engine::approval::{ApprovalDecl, Decision, StepDecl, Verdict, usual_reasons};
use akrab_engine::audit::{AuditFault, AuditQuery, AuditRow};
use akrab_engine::calendar::USUAL;
use akrab_engine::job::Queued;
use akrab_engine::sharing::{Give, Taker};
use akrab_model::Label;
use axum::http::StatusCode;
use serde_json::{Value as Json, json};

fn role(w: &Workspace, key: &str) -> i64 {
    w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role exists")
}

/// A user with the usual password and his e-mail.
async fn person(w: &Workspace, name: &str, key: &str) -> (i64, String) {
    let user = w.user(name, role(w, key), None).await;
    w.engine.set_password(&w.system(), user, PASSWORD).await.expect("a password");
    (user, format!("{name}@contoh.test"))
}

/// All entries, the oldest first.
async fn trail(w: &Workspace) -> Vec<AuditRow> {
    let mut rows = w.engine.audit(&w.system(), AuditQuery { limit: 1_000, ..AuditQuery::default() }).await.expect("a trail");
    rows.reverse();
    rows
}

fn kinds(rows: &[AuditRow]) -> Vec<&str> {
    rows.iter().map(|row| row.kind.as_str()).collect()
}

fn detail(row: &AuditRow) -> Json {
    serde_json::from_str(&row.detail).expect("JSON")
}

both!(who_comes_in_and_goes_out_is_told, async |w: &Workspace| {
    let (siti, email) = person(w, "siti", "sales").await;
    let begun = trail(w).await.len();
    let mut browser = Browser::guest(w).await;
    browser.sign_in(&email, "bukan-kata-sandinya").await;
    browser.sign_in("tidak-ada@contoh.test", PASSWORD).await;
    assert_eq!(browser.sign_in(&email, PASSWORD).await.status, StatusCode::SEE_OTHER);
    browser.submit("/sign-out", &[]).await;
    let rows = trail(w).await.split_off(begun);
    assert_eq!(kinds(&rows), ["sign_in_failed", "sign_in_failed", "sign_in", "sign_out"]);
    let told: Vec<_> = rows.iter().map(|r| (r.actor, r.name.as_str(), r.record)).collect();
    assert_eq!(told[0], (None, email.as_str(), Some(siti)), "nobody is named by what a stranger typed");
    assert_eq!(told[1], (None, "tidak-ada@contoh.test", None));
    assert_eq!(told[2], (Some(siti), "siti", Some(siti)));
    assert_eq!((told[3].0, rows[3].door.as_str()), (Some(siti), "page"));
    assert_eq!(rows[2].place, "127.0.0.1");
});

both!(what_goes_out_and_who_gets_which_rights_is_told, async |w: &Workspace| {
    let (ratna, _) = person(w, "ratna", "administrator").await;
    let (siti, _) = person(w, "siti", "sales").await;
    for name in ["PT Kopi Satu", "PT Kopi Dua"] {
        w.make("account", json!({ "name": name })).await;
    }
    let begun = trail(w).await.len();
    let mut browser = Browser::of(w, ratna).await;
    assert_eq!(browser.submit("/accounts/export/file", &[("format", "csv"), ("spec", "{}")]).await.status, StatusCode::OK);
    let (sales, manager) = (role(w, "sales"), role(w, "manager"));
    w.engine.update(&w.of(ratna, Door::Page), "user", siti, map(json!({ "role": manager })), None).await.expect("changed");
    w.engine.token_add(&w.of(siti, Door::Page), siti, "kasir", true, Some(30)).await.expect("a token");
    let rows = trail(w).await.split_off(begun);
    let rows: Vec<_> = rows.iter().filter(|r| !matches!(r.kind.as_str(), "sign_in" | "password_set")).collect();
    assert_eq!(rows.iter().map(|r| r.kind.as_str()).collect::<Vec<_>>(), ["export", "people_update", "token_added"]);
    assert_eq!(
        (rows[0].actor, detail(rows[0])["object"].clone(), detail(rows[0])["rows"].clone()),
        (Some(ratna), json!("account"), json!(2))
    );
    assert_eq!(
        (rows[1].actor, rows[1].record, detail(rows[1])["diff"].clone()),
        (Some(ratna), Some(siti), json!({ "role": [sales, manager] }))
    );
    assert_eq!((rows[2].actor, detail(rows[2])["name"].clone()), (Some(siti), json!("kasir")));
    let page = browser.get("/settings/audit").await.html;
    for words in ["Mengekspor data", "2 baris", "Peran", "Membuat token API", "kasir"] {
        assert!(page.contains(words), "the page tells: {words}");
    }
    let found = browser.get("/settings/audit?group=access&q=kasir").await;
    assert!(found.html.contains("kasir") && !found.html.contains("Mengekspor data"), "searched by group and word");
    let nothing = browser.get("/settings/audit?q=tidak-ada-yang-begini").await.html;
    assert!(nothing.contains("Tidak ada kejadian yang cocok"));
    let file = browser.get(&format!("/settings/audit/export?who={ratna}")).await.html;
    let lines: Vec<&str> = file.lines().collect();
    assert!(lines[0].starts_with("n,at,actor,name,door"), "{}", lines[0]);
    assert!(lines.iter().any(|line| line.contains("people_update")) && lines[1..].iter().all(|line| line.contains("ratna")));
    assert_eq!(trail(w).await.last().expect("an entry").kind, "trail_export", "whoever takes the trail along is told in it");
});

both!(only_administrators_read_the_trail_and_see_as_names_the_administrator, async |w: &Workspace| {
    let (ratna, _) = person(w, "ratna", "administrator").await;
    let (siti, _) = person(w, "siti", "sales").await;
    let mut siti_browser = Browser::of(w, siti).await;
    for address in ["/settings/audit", "/settings/audit/export"] {
        assert_eq!(siti_browser.get(address).await.status, StatusCode::FORBIDDEN, "{address}");
    }
    assert_eq!(Api::of(w, "sales").await.get("/audit").await.0, 403);
    let mut browser = Browser::of(w, ratna).await;
    browser.submit("/see-as", &[("user", &siti.to_string())]).await;
    browser.submit("/see-as/end", &[]).await;
    let rows = trail(w).await;
    let seen: Vec<_> = rows.iter().filter(|r| r.kind.starts_with("see_as")).map(|r| (r.kind.as_str(), r.actor, r.record)).collect();
    assert_eq!(seen, [("see_as", Some(ratna), Some(siti)), ("see_as_end", Some(ratna), Some(siti))]);
});

both!(the_trail_over_the_api_is_paged_and_refuses_what_it_does_not_know, async |w: &Workspace| {
    let api = Api::of(w, "administrator").await;
    let (status, page) = api.get("/audit?limit=2").await;
    assert_eq!((status, page["data"].as_array().map(Vec::len)), (200, Some(2)));
    let (_, older) = api.get(&format!("/audit?limit=2&before={}", page["next"])).await;
    assert!(older["data"][0]["n"].as_i64() < page["data"][1]["n"].as_i64());
    for bad in ["group=apa", "limit=0", "from=kemarin", "before=0", "warna=biru"] {
        let (status, problem) = api.get(&format!("/audit?{bad}")).await;
        assert!(status == 400 || status == 422, "{bad}: {status} {problem}");
    }
});

both!(a_broken_chain_is_found, async |w: &Workspace| {
    let (siti, _) = person(w, "siti", "sales").await;
    let sound = w.engine.audit_verify(&w.system()).await.expect("verified");
    assert_eq!((sound.fault, sound.entries), (None, trail(w).await.len() as i64));
    assert_eq!(sound.head, trail(w).await.last().expect("an entry").hash);
    let forged = move |conn: &mut akrab_store::Conn| -> akrab_engine::Result<i64> {
        let (n, last) = conn.audit_turn()?;
        let row = AuditRow { n, at: 1, actor: Some(siti), kind: "export".into(), detail: "{}".into(), hash: last, ..AuditRow::default() };
        conn.audit_add(&row)?;
        Ok(n)
    };
    let n = w.engine.store().write(forged).await.expect("forged");
    assert_eq!(w.engine.audit_verify(&w.system()).await.expect("verified").fault, Some(AuditFault::Entry(n)));
});

both!(an_entry_taken_from_the_end_is_missed, async |w: &Workspace| {
    let entries = trail(w).await.len() as i64;
    // the number is taken, the entry is not there
    w.engine.store().write(|conn| conn.audit_turn()).await.expect("a turn");
    let verdict = w.engine.audit_verify(&w.system()).await.expect("verified");
    assert_eq!(verdict.fault, Some(AuditFault::Missing(entries + 1)));
});

both!(the_history_is_sealed_once_a_day_and_a_false_seal_is_found, async |w: &Workspace| {
    let id = w.make("account", json!({ "name": "PT Kopi" })).await;
    for n in 0..3 {
        w.engine.update(&w.system(), "account", id, map(json!({ "name": format!("PT Kopi {n}") })), None).await.expect("changed");
    }
    w.engine.pass_schedules().await.expect("passed");
    w.pass(24 * 3_600);
    w.engine.pass_schedules().await.expect("passed");
    w.work_off().await;
    let seals: Vec<_> = trail(w).await.into_iter().filter(|row| row.kind == "seal").collect();
    assert_eq!(seals.len(), 1);
    let verdict = w.engine.audit_verify(&w.system()).await.expect("verified");
    assert_eq!((verdict.fault, Some(verdict.changes)), (None, detail(&seals[0])["count"].as_i64()));
    assert!(verdict.changes >= 4);
    // a second run has nothing to seal but what came since
    w.engine.write(&w.system(), |tx| tx.queue(&Queued::of(&akrab_engine::audit::AuditSeal {})?)).await.expect("queued");
    w.work_off().await;
    assert_eq!(trail(w).await.iter().filter(|row| row.kind == "seal").count(), 1);
    let mut false_seal = detail(&seals[0]);
    false_seal["hash"] = json!("0");
    w.engine.write(&w.system(), move |tx| tx.audit("seal", None, false_seal.clone())).await.expect("written");
    let fault = w.engine.audit_verify(&w.system()).await.expect("verified").fault;
    assert!(matches!(fault, Some(AuditFault::Changes { after: 0, .. })), "{fault:?}");
});

both!(
    /// Who looks at the page knows which record, which rule, to whom and how far, without asking anything else.
    the_trail_tells_what_was_done_to_what,
    async |w: &Workspace| {
        let (ratna, _) = person(w, "ratna", "administrator").await;
        let (budi, _) = person(w, "budi", "manager").await;
        let (siti, _) = person(w, "siti", "sales").await;
        let hotel = w.make("account", json!({ "name": "Hotel Bumi", "owner": siti })).await;
        let sales = role(w, "sales");
        let admin = w.of(ratna, Door::Page);
        let rights = |read: &str| map(json!({ "rights": { "account": { "read": read, "edit": "own" } } }));
        for read in ["own", "team"] {
            w.engine.update(&admin, "role", sales, rights(read), None).await.expect("rights");
        }
        let rule = json!({
            "name": "Hotel terbuka", "object": "account", "level": "read", "to_role": sales,
            "filter": { "field": "name", "op": "contains", "value": "Hotel" },
        });
        let opened = w.engine.create(&admin, "sharing_rule", map(rule)).await.expect("a rule").id;
        let narrower = json!({ "filter": { "field": "name", "op": "contains", "value": "Bumi" } });
        w.engine.update(&admin, "sharing_rule", opened, map(narrower), None).await.expect("narrower");
        let give = Give { to: Taker::User(budi), edit: true, until: Some("2026-12-31T17:00:00Z".parse().expect("a moment")), note: String::new() };
        w.engine.write(&admin, move |tx| tx.give("account", hotel, &give).map(drop)).await.expect("given");
        let decl = ApprovalDecl {
            name: Label::new("Batas kredit", "Credit limit"),
            object: "account".into(),
            steps: vec![StepDecl {
                key: "manager".into(),
                who: vec!["role:manager".parse().expect("a role")],
                need: 1,
                limit: None,
                remind: None,
                fallback: Vec::new(),
            }],
            calendar: USUAL.into(),
            reasons: usual_reasons(),
            ..ApprovalDecl::default()
        };
        let reason = decl.reasons[0].clone();
        w.engine.write(&admin, move |tx| tx.approval_rule_save("credit", &decl, None).map(drop)).await.expect("kept");
        let hers = w.of(siti, Door::Page);
        let asked = w.engine.write(&hers, move |tx| tx.approval_ask("account", hotel, "credit", "", None)).await;
        let request = asked.expect("asked");
        let no = Decision { reason: Some(reason.key.clone()), ..Decision::new(Verdict::Refuse) };
        w.engine.write(&w.of(budi, Door::Page), move |tx| tx.approval_decide(request, &no)).await.expect("refused");
        w.engine
            .write(&admin, |tx| {
                let kept = tx.calendar_kept(USUAL)?;
                tx.calendar_save(USUAL, &kept.name, &kept.decl, None, Some(kept.version))
            })
            .await
            .expect("a calendar");

        let mut browser = Browser::of(w, ratna).await;
        let page = browser.get("/settings/audit").await.html;
        let told = [
            format!("href=\"/accounts/{hotel}\">Hotel Bumi"),
            "Perusahaan · Lihat".into(),
            "Sendiri → <b>Tim</b>".into(),
            "Nama berisi Hotel → <b>Nama berisi Bumi</b>".into(),
            "kepada budi · Melihat dan mengubah · sampai dengan 31 Des".into(),
            "Mengubah aturan persetujuan".into(),
            "Batas kredit · versi 1".into(),
            format!("Batas kredit · Langkah 1 · {}", reason.label.get("id")),
            "Mengubah kalender kerja".into(),
            "Jam kantor · versi 1".into(),
        ];
        for words in told {
            assert!(page.contains(&words), "the page tells {words}: {page}");
        }
        let table = page.split("<tbody").nth(1).expect("entries");
        assert!(!table.contains("{&quot;"), "nothing is told as the program keeps it: {table}");
        let of_hotel = browser.get("/settings/audit?q=Hotel+Bumi&group=approval").await.html;
        assert!(of_hotel.contains("Menolak") && of_hotel.contains("Meminta persetujuan"), "found by the record's name: {of_hotel}");
    }
);
