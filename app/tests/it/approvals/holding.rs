//! What approvals hold back, from whom they are hidden, and what makes them void.

use super::*;
use crate::import::{import, upload};
use akrab_engine::bulk::{BulkChange, BulkReport, BulkSpec};
use akrab_engine::import::OnMatch;

both!(
    /// An approval covers one version: a change of the amount makes it void and asks anew, a change of the note does not.
    a_change_makes_an_approval_void,
    async |w: &Workspace| {
        let f = firm(w).await;
        keep(w, f.admin, rule()).await;
        let id = deal(w, f.siti, "15").await;
        assert_eq!(code(change(w, f.siti, id, json!({"stage": won(w).await})).await), "invalid", "held back before anybody was asked");
        // whoever presses the stage is told what is missing, on the page and in a toast
        let mut siti = Browser::of(w, f.siti).await;
        let stage = won(w).await.to_string();
        let csrf = siti.form_token(&format!("/opportunities/{id}")).await;
        for headers in [&[][..], &[("HX-Request", "true")][..]] {
            let move_on = [("stage", stage.as_str()), ("csrf", csrf.as_str())];
            let held = siti.submit_with(headers, &format!("/opportunities/{id}/stage"), &move_on).await;
            assert_eq!(held.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(held.html.contains("Tahap: Perlu persetujuan “Diskon” dulu"), "{}", held.html);
        }
        let request = ask(w, f.siti, id).await.expect("asked");
        assert_eq!(code(ask(w, f.siti, id).await), "approval_asked_already");
        let held = change(w, f.siti, id, json!({"stage": won(w).await})).await.expect_err("held back");
        assert_eq!(held.fields[0].code, "approval_waits");
        decide(w, f.sari, request, yes()).await.expect("decided");
        assert_eq!(code(ask(w, f.siti, id).await), "approval_given_already");
        change(w, f.siti, id, json!({"note": "Sudah dibicarakan"})).await.expect("changed");
        assert_eq!(standing(w, id).await, (request, State::Approved), "a note changes nothing");
        change(w, f.siti, id, json!({"amount": "26000000"})).await.expect("changed");
        let (again, state) = standing(w, id).await;
        assert_eq!((again != request, state), (true, State::Waiting), "back to waiting");
        let outcome = w.engine.read(&w.system(), move |tx| tx.approval_outcome(request)).await.expect("an outcome");
        assert_eq!(outcome, None, "whoever waits for the first waits for the second");
        // the price and the stage in one change: the old yes does not count
        decide(w, f.sari, again, yes()).await.expect("decided");
        let both = change(w, f.siti, id, json!({"amount": "27000000", "stage": won(w).await})).await.expect_err("held back");
        assert_eq!(both.fields[0].code, "approval_needed");
        change(w, f.siti, id, json!({"stage": won(w).await})).await.expect("approved, it may be won");
        // what no longer needs anybody's yes asks nobody
        change(w, f.siti, id, json!({"discount": "5"})).await.expect("changed");
        assert_eq!(standing(w, id).await, (again, State::Void));
        // a discount given after the deal was won is asked about by itself
        change(w, f.siti, id, json!({"discount": "25"})).await.expect("changed");
        let (third, state) = standing(w, id).await;
        assert_eq!((state, waiting(w, f.dina).await), (State::Waiting, vec![third]), "by the director, as the band says");
        let refused = decide(w, f.dina, third, Decision::new(Verdict::Refuse)).await.expect_err("why?");
        assert_eq!((refused.fields[0].field(), refused.fields[0].code.as_str()), ("reason", "required"));
        assert_eq!(code(decide(w, f.dina, third, Decision::new(Verdict::Refuse).because("nonsense", "")).await), "invalid");
        let no = Decision::new(Verdict::Refuse).because("too_high", "Terlalu murah");
        assert_eq!(decide(w, f.dina, third, no).await.expect("decided"), State::Refused);
        let page = siti.get(&format!("/opportunities/{id}")).await.html;
        assert!(page.contains("Ditolak · dina") && page.contains("Diskon · Nilainya terlalu besar"), "the record says who and why: {page}");
        assert!(page.contains("Minta persetujuan") && page.contains(&format!("/approvals/{third}")), "{page}");
    }
);

both!(
    /// Who may not see a record is told nothing of its approvals, by no door; a hidden figure stays hidden.
    what_is_out_of_sight_does_not_exist,
    async |w: &Workspace| {
        let f = firm(w).await;
        keep(w, f.admin, rule()).await;
        let id = deal(w, f.siti, "15").await;
        let request = ask(w, f.siti, id).await.expect("asked");
        let mut fajar = Browser::of(w, f.fajar).await;
        for address in [format!("/approvals/{request}"), format!("/approvals/{request}/approve"), format!("/approvals/ask?object=opportunity&id={id}&rule=discount")] {
            assert_eq!(fajar.get(&address).await.status, StatusCode::NOT_FOUND, "{address}");
        }
        assert!(!fajar.get("/approvals?whose=all").await.html.contains("Kopi"));
        for verb in ["approve", "withdraw"] {
            let answer = fajar.submit(&format!("/approvals/{request}/{verb}"), &[]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{verb}");
        }
        assert_eq!(code(decide(w, f.fajar, request, yes()).await), "not_found");
        assert_eq!(code(decide(w, f.siti, request, yes()).await), "approval_own");
        assert_eq!(code(decide(w, f.rudi, request, yes()).await), "forbidden", "he sees it, and has no say");
        let role = w.engine.people().roles.iter().find(|r| r.key == "marketing").map(|r| r.id).expect("a role");
        let dewi = w.user("dewi", role, None).await;
        let ctx = w.of(dewi, Door::Api);
        let seen = w.engine.read(&ctx, move |tx| tx.approval(request)).await.expect("she sees the deal");
        assert_eq!(seen.value, None, "and not its discount");
        let api = Api::by(w, f.fajar).await;
        assert_eq!(api.get(&format!("/approvals/{request}")).await.0, 404);
        assert_eq!(api.post(&format!("/approvals/{request}/approve"), json!({})).await.0, 404);
        assert_eq!(api.get("/approvals").await.1["data"], json!([]));
        let notices = w.engine.read(&w.of(f.sari, Door::Page), |tx| tx.notices(None, true, 10)).await.expect("an inbox");
        assert_eq!(notices.notices.iter().map(|n| n.kind.as_str()).collect::<Vec<_>>(), ["approval-asked"]);
        let audit = akrab_engine::audit::AuditQuery { kinds: vec!["approval_asked".into()], limit: 5, ..Default::default() };
        assert_eq!(w.engine.audit(&w.of(f.admin, Door::Page), audit).await.expect("the trail").len(), 1);
    }
);

both!(
    /// What a rule guards is held back through every door: page, board, several at once, API, import and action; once approved
    /// it goes through the same doors.
    a_guarded_stage_is_held_at_every_door,
    async |w: &Workspace| {
        let f = firm(w).await;
        keep(w, f.admin, rule()).await;
        let (sari, ctx) = (f.sari, w.of(f.sari, Door::Page));
        let (id, stage) = (deal(w, f.siti, "15").await, won(w).await);
        let still_open = async |door: &str| {
            let record = w.engine.read(&w.system(), move |tx| tx.get("opportunity", id)).await.expect("the deal");
            assert_ne!(record.link("stage"), Some(stage), "{door} let it through");
        };
        let mut browser = Browser::of(w, sari).await;
        let closing = "close_reason=price&no_competitor=1";
        let dragged = browser.post(&format!("/opportunities/{id}/stage"), &format!("stage={stage}&{closing}")).await;
        assert_eq!(dragged.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", dragged.html);
        still_open("the board").await;
        let values = map(json!({"stage": stage, "close_reason": "price", "no_competitor": true}));
        let spec = BulkSpec { object: "opportunity".into(), ids: vec![id], change: BulkChange::Set(values.clone()), ..BulkSpec::default() };
        let job = w.engine.bulk_start(&ctx, spec.clone()).await.expect("queued");
        w.work_off().await;
        let report: BulkReport = serde_json::from_value(w.engine.job(&ctx, job).await.expect("a job").result).expect("a report");
        assert_eq!((report.changed, report.skipped), (0, 1), "{report:?}");
        still_open("several at once").await;
        let api = Api::by(w, sari).await;
        let (status, _, told) = api.send("PATCH", &format!("/opportunities/{id}"), "application/json", json!(values).to_string()).await;
        assert_eq!((status, told["errors"][0]["code"].as_str()), (422, Some("approval_needed")), "{told}");
        let (status, told) = api.post(&format!("/opportunities/{id}/closure"), json!({"result": "won", "reason": "price"})).await;
        assert!((400..500).contains(&status), "{told}");
        still_open("the action").await;
        let csv = "Nama peluang;Diskon;Tahap;Alasan;Pesaing tidak diketahui\nKopi 15;15;Menang;Harga;ya\n";
        let file = upload(w, &ctx, "peluang.csv", csv).await.expect("a file");
        let mut spec = w.engine.import_guess(&ctx, "opportunity", file, None).await.expect("readable");
        spec.match_by = vec![vec!["name".into()]];
        spec.on_match = OnMatch::Update;
        let (_, report) = import(w, &ctx, &spec, false).await;
        assert_eq!((report.counts.rows, report.counts.refused), (1, 1), "{report:?}");
        still_open("the import").await;
        let request = ask(w, f.siti, id).await.expect("asked");
        decide(w, sari, request, yes()).await.expect("decided");
        let (status, told) = api.post(&format!("/opportunities/{id}/closure"), json!({"result": "won", "reason": "price"})).await;
        assert!(status < 300, "approved, it is closed: {told}");
    }
);
