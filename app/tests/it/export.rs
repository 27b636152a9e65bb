//! Exports and bulk edits: the count before is the count after, what goes out comes in the same, and
//! nobody takes out what he may not see.

use crate::import::{import, upload};
use crate::workspace::{Workspace, both, map};
use akrab_engine::bulk::{BulkChange, BulkReport, BulkSpec};
use akrab_engine::export::{ExportFormat, ExportReport, ExportSpec};
use akrab_engine::import::OnMatch;
use akrab_engine::{Ctx, Door, JobState, Worker};
use serde_json::json;

async fn actor(w: &Workspace) -> Ctx {
    let id = w.user("admin", 1, None).await;
    w.of(id, Door::Page)
}

fn all(object: &str, format: ExportFormat) -> ExportSpec {
    ExportSpec { object: object.into(), format, ..ExportSpec::default() }
}

both!(
    /// Every value survives the way out and in again, also those a spreadsheet would run or round.
    an_export_comes_back_unchanged,
    async |w: &Workspace| {
        let ctx = actor(w).await;
        let account = w.make("account", json!({"name": "=HYPERLINK(\"http://jahat\")", "note": "'-tanda\nbaris dua\n- butir; =1+1;\u{200b}@a\t+b", "credit_limit": "12345678901234.5"})).await;
        for n in 0..1_203 {
            let name = ["Suharto", "@satu", "+dua", "-tiga", "'=empat", "Lima; \"enam\", tujuh"][n % 6];
            w.make("contact", json!({"name": format!("{name} {n}"), "account": account, "phone": format!("0812{:08}", n), "birthday": "1980-12-31", "preferred_channel": "whatsapp", "note": format!("=1+{n}")})).await;
        }
        for format in [ExportFormat::Csv, ExportFormat::Xlsx] {
            for object in ["contact", "account"] {
                let count = w.engine.export_count(&ctx, all(object, format)).await.expect("a count");
                let made = w.engine.export(&ctx, all(object, format)).await.expect("an export");
                assert_eq!(made.rows, count);
                let content = std::fs::read(&made.path).expect("a file");
                w.engine.export_done(&made);
                if format == ExportFormat::Csv {
                    let cells = String::from_utf8_lossy(&content);
                    assert!(!cells.contains("\n=") && !cells.contains(",=") && !cells.contains(",\"=") && !cells.contains(",+62") && !cells.contains("; =") && !cells.contains("\n-") && !cells.contains("\t+"), "a formula went out");
                }
                let file = upload(w, &ctx, &made.name, content).await.expect("a file");
                let spec = w.engine.import_guess(&ctx, object, file, None).await.expect("readable");
                let (_, report) = import(w, &ctx, &akrab_engine::import::ImportSpec { on_match: OnMatch::Update, ..spec }, true).await;
                assert_eq!((report.counts.unchanged, report.counts.rows), (count, count), "{object} {format:?}: {:?} {:?}", report.samples, report.first);
            }
        }
    }
);

both!(
    /// Hidden fields are absent, the scope of the right holds, and without the right there is no file.
    an_export_keeps_to_the_rights,
    async |w: &Workspace| {
        let admin = actor(w).await;
        let seller = w.of(w.user("siti", 3, None).await, Door::Page);
        let reader = w.of(w.user("rudi", 6, None).await, Door::Page);
        w.engine.create(&admin, "contact", map(json!({"name": "Milik admin"}))).await.expect("made");
        w.engine.create(&seller, "contact", map(json!({"name": "Milik siti"}))).await.expect("made");
        assert_eq!(w.engine.export_count(&admin, all("contact", ExportFormat::Csv)).await.expect("a count"), 2);
        let made = w.engine.export(&seller, all("contact", ExportFormat::Csv)).await.expect("an export");
        let content = std::fs::read_to_string(&made.path).expect("a file");
        assert!(made.rows == 1 && content.contains("Milik siti") && !content.contains("Milik admin"));
        assert_eq!(w.engine.export(&reader, all("contact", ExportFormat::Csv)).await.expect_err("refused").code, "forbidden");
        let job = w.engine.export_start(&seller, all("contact", ExportFormat::Xlsx)).await.expect("queued");
        Worker::new(&w.engine, 1).drain().await.expect("drained");
        let report: ExportReport = serde_json::from_value(w.engine.job(&seller, job).await.expect("a job").result).expect("a report");
        assert_eq!(report.rows, 1);
        assert!(w.engine.file(&seller, report.file).await.is_ok());
        assert_eq!(w.engine.file(&reader, report.file).await.expect_err("unseen").code, "not_found");
    }
);

both!(
    /// A bulk edit meets what it said, tells what it left, and is taken back as a whole.
    a_bulk_edit_is_counted_run_and_undone,
    async |w: &Workspace| {
        let admin = actor(w).await;
        let seller = w.of(w.user("siti", 3, None).await, Door::Page);
        for n in 0..430 {
            let owner = if n % 10 == 0 { &admin } else { &seller };
            w.engine.create(owner, "contact", map(json!({"name": format!("Orang {n}"), "address_city": "Solo"}))).await.expect("made");
        }
        let filter = json!({"field": "address_city", "op": "is", "value": "Solo"});
        let spec = BulkSpec { object: "contact".into(), filter: Some(filter), change: BulkChange::Set(map(json!({"source": "exhibition"}))), ..BulkSpec::default() };
        let met = w.engine.bulk_preview(&seller, spec.clone()).await.expect("a preview");
        assert_eq!((met.matching, met.allowed), (430, 387));
        let job = w.engine.bulk_start(&seller, spec.clone()).await.expect("queued");
        Worker::new(&w.engine, 1).drain().await.expect("drained");
        let view = w.engine.job(&seller, job).await.expect("a job");
        assert_eq!(view.state, JobState::Done, "{:?}", view.error);
        let report: BulkReport = serde_json::from_value(view.result).expect("a report");
        assert_eq!((report.changed, report.unchanged, report.skipped, report.listed[0].code.as_str()), (387, 0, 43, "forbidden"));
        assert_eq!(w.engine.get(&seller, "contact", 2).await.expect("a record").text("source"), "exhibition");
        w.engine.job_undo(&seller, job).await.expect("queued");
        Worker::new(&w.engine, 1).drain().await.expect("drained");
        assert_eq!(w.engine.get(&seller, "contact", 2).await.expect("a record").text("source"), "");
        let bad = BulkSpec { change: BulkChange::Set(map(json!({"source": "bulan"}))), ..spec.clone() };
        assert_eq!(w.engine.bulk_start(&seller, bad).await.expect_err("refused").fields[0].code, "unknown_choice");
        let gone = BulkSpec { ids: vec![2, 3], change: BulkChange::Delete, ..spec };
        let job = w.engine.bulk_start(&seller, gone).await.expect("queued");
        Worker::new(&w.engine, 1).drain().await.expect("drained");
        assert_eq!(w.engine.get(&seller, "contact", 2).await.expect_err("in the bin").code, "not_found");
        w.engine.job_undo(&seller, job).await.expect("queued");
        Worker::new(&w.engine, 1).drain().await.expect("drained");
        assert!(w.engine.get(&seller, "contact", 2).await.is_ok());
    }
);
