//! Imports: the trial tells what the run does, nothing is done twice, undo takes it back, and
//! hostile files are refused with code and place.

use crate::browser::Browser;
use crate::workspace::{Workspace, both, map};
use akrab_engine::import::{Counts, ImportReport, ImportSpec, OnBadValue, OnMatch, UndoReport, Verdict};
use akrab_engine::{Ctx, Door, JobState, ListRequest, Result, Worker};
use akrab_model::{Problem, Value};
use serde_json::json;
use std::io::{Cursor, Write};

async fn actor(w: &Workspace) -> Ctx {
    let id = w.user("admin", 1, None).await;
    w.of(id, Door::Page)
}

pub async fn upload(w: &Workspace, ctx: &Ctx, name: &str, content: impl Into<Vec<u8>>) -> Result<i64> {
    Ok(w.engine.file_put(ctx, name, Cursor::new(content.into()), 64 << 20).await?.id)
}

pub async fn guess(w: &Workspace, ctx: &Ctx, content: impl Into<Vec<u8>>) -> ImportSpec {
    let file = upload(w, ctx, "kontak.csv", content).await.expect("a file");
    w.engine.import_guess(ctx, "contact", file, None).await.unwrap_or_else(|p| panic!("readable: {p:?}"))
}

/// Runs an import to its end; gives the job and its report.
pub async fn import(w: &Workspace, ctx: &Ctx, spec: &ImportSpec, dry: bool) -> (i64, ImportReport) {
    let job = w.engine.import_start(ctx, spec.clone(), dry).await.unwrap_or_else(|p| panic!("queued: {p:?}"));
    Worker::new(&w.engine, 1).drain().await.expect("drained");
    let (view, report) = w.engine.import_report(ctx, job).await.expect("a report");
    assert_eq!(view.state, JobState::Done, "{:?} {:?}", view.error, view.error_detail);
    (job, report)
}

async fn contacts(w: &Workspace, ctx: &Ctx) -> u64 {
    w.engine.count(ctx, ListRequest { object: "contact".into(), ..ListRequest::default() }, true).await.expect("a count").shown()
}

const MIXED: &str = "\
Nama Lengkap;No. HP;Email;Perusahaan;Kota;Tgl Lahir
Bpk. Suharto;0812 3456 7890;suharto@contoh.co.id;PT Sinar Abadi;Surabaya;1960-05-01
dr. Rina Wijaya, Sp.A;+62 813 5555 0001;;;Bandung;
Suharto;0812-3456-7890;;Sinar Abadi, PT;;
Budi Santoso;0812 34;budi@contoh.co.id;;;
;0815 1111 2222;tanpa.nama@contoh.co.id;;;
Wati;;wati@contoh;;;
Rina Wijaya;081355550001;rina@contoh.co.id;;;31/02/1980
Ani;0815 9999 0000;suharto@contoh.co.id;;Malang;
";

both!(
    /// Two rows of one file that match each other are one new and one matched; the trial says so
    /// before, writes nothing, and the run comes to the same.
    a_trial_tells_what_the_run_does,
    async |w: &Workspace| {
        let ctx = actor(w).await;
        let spec = guess(w, &ctx, MIXED).await;
        let columns: Vec<&str> = spec.columns.iter().flatten().map(String::as_str).collect();
        assert_eq!(columns, ["name", "phone", "email", "company", "address_city", "birthday"]);
        let (trial, told) = import(w, &ctx, &spec, true).await;
        assert_eq!(contacts(w, &ctx).await, 0, "a trial writes nothing");
        assert_eq!(w.engine.count(&ctx, ListRequest { object: "account".into(), ..ListRequest::default() }, true).await.expect("a count").shown(), 0);
        let (_, done) = import(w, &ctx, &spec, false).await;
        assert_eq!(told.counts, done.counts);
        assert_eq!(told.first, done.first);
        assert_eq!(done.counts, Counts { rows: 8, created: 2, updated: 0, unchanged: 2, refused: 4, ..Counts::default() });
        assert_eq!(contacts(w, &ctx).await, 2);
        let notes: Vec<_> = told.first.iter().map(|n| (n.line, n.field.as_deref().unwrap_or(""), n.code.as_str())).collect();
        assert_eq!(notes, [(5, "phone", "phone_too_short"), (6, "name", "required"), (7, "email", "email_domain"), (8, "birthday", "no_such_day")]);
        let errors = w.engine.import_errors(&ctx, trial, |note| format!("alasan {}", note.code)).await.expect("a file");
        let errors = String::from_utf8(errors).expect("UTF-8");
        assert_eq!(errors.lines().count(), 5);
        assert!(errors.contains("5,Telepon,phone_too_short,alasan phone_too_short,Budi Santoso,0812 34,"), "{errors}");
    }
);

both!(
    /// Rules: skip, update, fill empty, ask; bad values can be blanked and listed.
    rules_decide_what_matching_rows_do,
    async |w: &Workspace| {
        let ctx = actor(w).await;
        w.make("contact", json!({"name": "Sari", "email": "sari@contoh.co.id", "address_city": "Solo"})).await;
        let file = "name,email,city,phone\nSari Dewi,sari@contoh.co.id,Klaten,0812 3456 7890\n";
        let base = guess(w, &ctx, file).await;
        let with = |on_match| ImportSpec { on_match, ..base.clone() };
        let (_, skipped) = import(w, &ctx, &with(OnMatch::Skip), true).await;
        assert_eq!((skipped.counts.skipped, skipped.counts.updated), (1, 0));
        let (_, asked) = import(w, &ctx, &with(OnMatch::Ask), true).await;
        assert_eq!((asked.counts.asked, asked.first[0].code.as_str()), (1, "import_asks"));
        import(w, &ctx, &with(OnMatch::FillEmpty), false).await;
        let record = w.engine.get(&ctx, "contact", 1).await.expect("a record");
        assert_eq!((record.text("name"), record.text("address_city"), record.text("phone")), ("Sari", "Solo", "+6281234567890"));
        import(w, &ctx, &with(OnMatch::Update), false).await;
        let record = w.engine.get(&ctx, "contact", 1).await.expect("a record");
        assert_eq!((record.text("name"), record.text("address_city")), ("Sari Dewi", "Klaten"));

        let bad = guess(w, &ctx, "name,email,phone\nTono,tono@contoh.co.id,0812\n").await;
        let (_, blanked) = import(w, &ctx, &ImportSpec { on_bad_value: OnBadValue::BlankAndNote, ..bad }, false).await;
        assert_eq!((blanked.counts.created, blanked.counts.blanked, blanked.counts.refused), (1, 1, 0));
        let long = guess(w, &ctx, format!("name,email\n{},panjang@contoh.co.id\n", "a".repeat(300))).await;
        let (_, refused) = import(w, &ctx, &long, false).await;
        assert_eq!((refused.counts.refused, refused.first[0].code.as_str()), (1, "too_long"), "a long name is refused, never cut");
    }
);

both!(
    /// Killed between two checkpoints, an import goes on where it was.
    an_import_resumes_after_a_crash,
    async |w: &Workspace| {
        let ctx = actor(w).await;
        let mut file = String::from("name,email,rec_id\n");
        for n in 0..1_700 {
            file += &format!("Orang {n},orang{n}@contoh.co.id,{n}\n");
        }
        let spec = guess(w, &ctx, file).await;
        let job = w.engine.import_start(&ctx, spec, false).await.expect("queued");
        let first = tokio::spawn({
            let worker = Worker::new(&w.engine, 1);
            async move { worker.drain().await }
        });
        while w.engine.job(&ctx, job).await.expect("a job").done < 500 {
            tokio::time::sleep(std::time::Duration::from_millis(2)).await;
        }
        first.abort();
        let _ = first.await;
        w.pass(121);
        Worker::new(&w.engine, 1).drain().await.expect("drained");
        let (view, report) = w.engine.import_report(&ctx, job).await.expect("a report");
        assert_eq!(view.state, JobState::Done);
        assert_eq!((report.counts.rows, report.counts.created, contacts(w, &ctx).await), (1_700, 1_700, 1_700));
    }
);

both!(
    /// Undo takes back what nobody has touched since and lists the rest.
    an_import_is_undone,
    async |w: &Workspace| {
        let ctx = actor(w).await;
        w.make("contact", json!({"name": "Sari", "email": "sari@contoh.co.id"})).await;
        w.make("contact", json!({"name": "Tono", "email": "tono@contoh.co.id"})).await;
        let file = "name,email,phone,city\nSari,sari@contoh.co.id,0812 3456 7890,Solo\nTono,tono@contoh.co.id,0812 3456 7891,Solo\nBaru,baru@contoh.co.id,,\nLain,lain@contoh.co.id,,\n";
        let spec = guess(w, &ctx, file).await;
        let (job, report) = import(w, &ctx, &spec, false).await;
        assert_eq!((report.counts.created, report.counts.updated), (2, 2));
        // somebody edits one field of a changed and one of a new record
        w.engine.update(&ctx, "contact", 2, map(json!({"address_city": "Klaten"})), None).await.expect("changed");
        w.engine.update(&ctx, "contact", 4, map(json!({"nickname": "L"})), None).await.expect("changed");
        let undo = w.engine.job_undo(&ctx, job).await.expect("queued");
        Worker::new(&w.engine, 1).drain().await.expect("drained");
        let view = w.engine.job(&ctx, undo).await.expect("a job");
        assert_eq!(view.state, JobState::Done, "{:?}", view.error);
        let undone: UndoReport = serde_json::from_value(view.result).expect("a report");
        assert_eq!((undone.removed, undone.restored, undone.kept), (1, 2, 2));
        let fields: Vec<_> = undone.listed.iter().map(|(_, id, _, field)| (*id, field.as_str())).collect();
        assert_eq!(fields, [(4, ""), (2, "address_city")]);
        let (sari, tono) = (w.engine.get(&ctx, "contact", 1).await.expect("a record"), w.engine.get(&ctx, "contact", 2).await.expect("a record"));
        assert_eq!((sari.text("phone"), sari.text("address_city")), ("", ""));
        assert_eq!((tono.text("phone"), tono.text("address_city")), ("", "Klaten"));
        assert_eq!(w.engine.job_undo(&ctx, job).await.expect_err("refused").code, "undo_queued");
        let (other, _) = import(w, &ctx, &guess(w, &ctx, "name\nSiapa\n").await, false).await;
        w.pass(8 * 24 * 3_600);
        assert_eq!(w.engine.job_undo(&ctx, other).await.expect_err("refused").code, "undo_too_late");
    }
);

both!(
    /// Odd values are kept with a remark; what new rows lack comes from the rules.
    odd_values_are_kept_and_new_rows_get_owner_and_labels,
    async |w: &Workspace| {
        let ctx = actor(w).await;
        let other = w.user("siti", 2, None).await;
        w.make("contact", json!({"name": "Sari", "email": "sari@contoh.co.id"})).await;
        let file = "name,email,postcode,tags\nSari,sari@contoh.co.id,40111,\nTono,tono@gmial.com,138u00,\nWati,wati@contoh.co.id,6564,Kunci lama\n";
        let spec = guess(w, &ctx, file).await;
        let defaults = map(json!({"owner": other, "tags": ["Pameran 2026"]}));
        let (_, report) = import(w, &ctx, &ImportSpec { defaults, ..spec.clone() }, false).await;
        assert_eq!(report.counts, Counts { rows: 3, created: 2, updated: 1, doubted: 2, ..Counts::default() });
        let notes: Vec<_> = report.first.iter().map(|n| (n.line, n.field.as_deref().unwrap_or(""), n.code.as_str(), n.verdict)).collect();
        assert_eq!(
            notes,
            [
                (3, "email", "email_slip", Verdict::Kept),
                (3, "address_postcode", "postcode_odd", Verdict::Kept),
                (4, "address_postcode", "postcode_odd", Verdict::Kept)
            ]
        );
        assert_eq!(report.by_verdict.get(&Verdict::Kept), Some(&3));
        let [sari, tono, wati] = [1, 2, 3].map(async |id| w.engine.get(&ctx, "contact", id).await.expect("a record"));
        let (sari, tono, wati) = (sari.await, tono.await, wati.await);
        assert_ne!(sari.link("owner"), Some(other), "a record there was keeps its owner");
        assert_eq!((tono.link("owner"), tono.text("email"), tono.text("address_postcode")), (Some(other), "tono@gmial.com", "138u00"));
        assert_eq!(tono.get("tags"), &Value::Keys(vec!["Pameran 2026".into()]));
        assert_eq!(wati.get("tags"), &Value::Keys(vec!["Kunci lama".into()]), "what the file says goes before");
        let wrong = ImportSpec { defaults: map(json!({"number": "X"})), ..spec };
        assert_eq!(w.engine.import_start(&ctx, wrong, true).await.expect_err("refused").fields[0].code, "unknown_field");
    }
);

both!(
    /// A meeting that comes every week is several meetings: the page offers title and moment together, never the title alone.
    meetings_of_one_title_stay_several,
    async |w: &Workspace| {
        let ctx = actor(w).await;
        let file = upload(w, &ctx, "rapat.csv", "Perihal,Waktu\nRapat,01/12/2026 09.00\nRapat,08/12/2026 09.00\n").await.expect("a file");
        let mut browser = Browser::of(w, ctx.user_id().expect("a person")).await;
        let rules = format!("/interactions/import/{file}/rules");
        let page = browser.submit(&rules, &[("c0", "subject"), ("c1", "starts_at")]).await.html;
        assert!(page.contains("name=\"match\" value=\"subject,starts_at\""), "{page}");
        let page = browser.submit(&rules, &[("c0", "subject")]).await.html;
        assert!(!page.contains("name=\"match\""), "a title alone names nothing that happens");
    }
);

both!(
    /// How a trial was done is saved under a name and found again by the titles of the columns.
    a_pattern_is_saved_found_again_and_deleted,
    async |w: &Workspace| {
        let ctx = actor(w).await;
        let guess = guess(w, &ctx, "Nama Kios,HP Toko,Lain\nKios Sari,0812 3456 7890,x\n").await;
        let spec = ImportSpec {
            columns: vec![Some("name".into()), Some("phone".into()), None],
            match_by: vec![vec!["phone".into()]],
            on_match: OnMatch::Update,
            defaults: map(json!({"tags": ["Kios"]})),
            ..guess
        };
        let (trial, _) = import(w, &ctx, &spec, true).await;
        w.engine.import_pattern_save(&ctx, trial, " Kios ").await.expect("saved");
        assert_eq!(w.engine.import_pattern_save(&ctx, trial, " ").await.expect_err("no name").fields[0].code, "required");
        let next = upload(w, &ctx, "kios.csv", "lain;nama kios;HP TOKO\ny;Kios Tono;0812 3456 7891\n").await.expect("a file");
        let found = w.engine.import_inspect_by(&ctx, "contact", next, None, None).await.expect("readable");
        assert_eq!(found.columns, [None, Some("name".into()), Some("phone".into())], "by the titles, wherever they stand");
        let pattern = found.pattern.expect("found again");
        assert_eq!((pattern.name.as_str(), pattern.on_match, pattern.defaults["tags"][0].as_str()), ("Kios", OnMatch::Update, Some("Kios")));
        let without = w.engine.import_inspect_by(&ctx, "contact", next, None, Some(String::new())).await.expect("readable");
        assert!(without.pattern.is_none(), "one may do without");
        let less = upload(w, &ctx, "lain.csv", "Nama Kios\nKios Tono\n").await.expect("a file");
        assert!(w.engine.import_inspect_by(&ctx, "contact", less, None, None).await.expect("readable").pattern.is_none(), "a column is missing");
        // the screens
        let mut browser = Browser::of(w, ctx.user_id().expect("a person")).await;
        let page = browser.get(&format!("/contacts/import/{next}")).await.html;
        assert!(page.contains("Pola “Kios” dikenali"), "the page says so");
        let rules = browser.submit(&format!("/contacts/import/{next}/rules"), &[("pattern", "Kios"), ("c1", "name"), ("c2", "phone")]).await.html;
        assert!(rules.contains("value=\"update\" checked") && rules.contains("name=\"tags\""), "its rules are set");
        let trial_page = browser.get(&format!("/jobs/{trial}")).await.html;
        assert!(trial_page.contains("/contacts/import/pattern?trial=") && trial_page.contains("2 dipasangkan, 1 diabaikan"));
        let siti = w.user("siti", 3, None).await;
        let mut other = Browser::of(w, siti).await;
        let refused = other.submit("/contacts/import/pattern/removal", &[("name", "Kios"), ("file", "1")]).await;
        assert_eq!(refused.status, axum::http::StatusCode::FORBIDDEN, "only who saved it, and administrators");
        browser.submit("/contacts/import/pattern/removal", &[("name", "Kios"), ("file", &next.to_string())]).await;
        assert!(w.engine.import_inspect_by(&ctx, "contact", next, None, None).await.expect("readable").pattern.is_none());
    }
);

#[tokio::test]
async fn an_address_book_is_a_table() {
    let w = Workspace::sqlite(&[]).await;
    let ctx = actor(&w).await;
    let book = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Handayani;Lestari;;Ibu;\r\nFN:Ibu Lestari Handayani\r\nORG:Hotel Bumi Arjuna;Dapur\r\nTEL;TYPE=WORK:0341 55512\r\nitem1.TEL;type=CELL;type=VOICE:0812-3456-7890\r\nEMAIL;TYPE=INTERNET:lestari@bumiarjuna.co.id\r\nADR;TYPE=WORK:;;Jl. Ijen 5\\, Lt. 2;Malang;Jawa Timur;65112;Indonesia\r\nBDAY:19850412\r\nPHOTO;ENCODING=b:AAAA\r\n BBBB\r\nNOTE:Suka kopi\\nGayo\r\n dan Toraja\r\nCATEGORIES:Pameran,Hotel\r\nEND:VCARD\r\nBEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=89lodie;Jos=\r\n=C3=A9\r\nTEL;CELL:+62 813 5555 0001\r\nEND:VCARD\r\n";
    let file = upload(&w, &ctx, "kontak.vcf", book).await.expect("a file");
    let spec = w.engine.import_guess(&ctx, "contact", file, None).await.expect("readable");
    let (_, report) = import(&w, &ctx, &spec, false).await;
    assert_eq!((report.counts.created, report.counts.refused), (2, 0), "{:?}", report.first);
    let [one, two] = [w.engine.get(&ctx, "contact", 1).await.expect("a record"), w.engine.get(&ctx, "contact", 2).await.expect("a record")];
    assert_eq!(
        (one.text("name"), one.text("phone"), one.text("email")),
        ("Lestari Handayani", "+6281234567890", "lestari@bumiarjuna.co.id")
    );
    assert_eq!(
        (one.text("address_street"), one.text("address_city"), one.text("address_postcode")),
        ("Jl. Ijen 5, Lt. 2", "Malang", "65112")
    );
    assert_eq!((one.text("note"), one.get("tags")), ("Suka kopi\nGayodan Toraja", &Value::Keys(vec!["Pameran".into(), "Hotel".into()])));
    assert_eq!((two.text("name"), two.text("phone")), ("José Élodie", "+6281355550001"));
    let broken = upload(&w, &ctx, "putus.vcf", "BEGIN:VCARD\nFN:Putus\n").await.expect("a file");
    let fault = w.engine.import_inspect(&ctx, "contact", broken, None).await.expect_err("a card that does not end");
    assert_eq!(fault.code, "file_broken");
    w.close().await;
}

#[tokio::test]
async fn encodings_and_delimiters_are_recognised() {
    let w = Workspace::sqlite(&[]).await;
    let ctx = actor(&w).await;
    let text = "Nama\tKota\nJosé Ñandú\tKöln\nÉlodie\tMañana\n";
    let wide = |big: bool| text.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect::<Vec<u8>>();
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin")).collect();
    let marked = |mark: &[u8], rest: Vec<u8>| [mark.to_vec(), rest].concat();
    let files = [
        text.as_bytes().to_vec(),
        marked(b"\xef\xbb\xbf", text.as_bytes().to_vec()),
        marked(b"\xff\xfe", wide(false)),
        marked(b"\xfe\xff", wide(true)),
        wide(false),
        latin,
    ];
    for (n, file) in files.into_iter().enumerate() {
        let id = upload(&w, &ctx, "a.csv", file).await.expect("a file");
        let found = w.engine.import_inspect(&ctx, "contact", id, None).await.unwrap_or_else(|p| panic!("file {n}: {p:?}"));
        assert_eq!(found.shape.header, ["Nama", "Kota"], "file {n}");
        assert_eq!(found.shape.samples[0], ["José Ñandú", "Köln"], "file {n}");
    }
    for delimiter in [",", ";", "\t", "|"] {
        let file = format!("Nama{delimiter}Email\n\"A{delimiter} \"\"B\"\"\nbaris dua\"{delimiter}a@b.co\n");
        let id = upload(&w, &ctx, "a.csv", file).await.expect("a file");
        let found = w.engine.import_inspect(&ctx, "contact", id, None).await.expect("readable");
        assert_eq!(found.shape.samples[0][1], "a@b.co");
        assert_eq!(found.shape.rows, 1);
    }
    w.close().await;
}

#[tokio::test]
async fn a_quote_that_is_never_closed_ends_with_the_file() {
    let w = Workspace::sqlite(&[]).await;
    let ctx = actor(&w).await;
    let spec = guess(&w, &ctx, "name\n\"Ani").await;
    let (_, report) = import(&w, &ctx, &spec, true).await;
    assert_eq!((report.counts.rows, report.counts.created), (1, 1), "{report:?}");
    w.close().await;
}

#[tokio::test]
async fn hostile_files_are_refused_with_code_and_place() {
    let w = Workspace::sqlite(&[]).await;
    let ctx = actor(&w).await;
    let ask = async |content: Vec<u8>| -> Problem {
        let id = match upload(&w, &ctx, "a.csv", content).await {
            Ok(id) => id,
            Err(problem) => return problem,
        };
        w.engine.import_inspect(&ctx, "contact", id, None).await.expect_err("refused")
    };
    let line = |problem: &Problem| problem.args.iter().find(|(name, _)| name == "line").map(|(_, value)| value.clone()).unwrap_or_default();
    for (content, code, place) in [
        (b"name\nA\nB\0C\n".to_vec(), "file_has_nul", "3"),
        (
            [b"name,city\nSi\xc3\xb1a,B\xc3\xa4rn\nJos\xc3\xa9,\xc3\xa9t\xe9 \xff\n".to_vec(), b"\xc3\xb1\n".repeat(20)].concat(),
            "file_broken_encoding",
            "3",
        ),
        (format!("name\nA\n{}\n", "x".repeat(2 << 20)).into_bytes(), "row_too_long", "3"),
        (format!("name\nA\n\"{}", "x\n".repeat(1 << 20)).into_bytes(), "row_too_long", "3"),
        (format!("{}\n", "a,".repeat(100_000)).into_bytes(), "too_many_columns", "1"),
        (format!("name\n{}\n", "y".repeat(200_000)).into_bytes(), "cell_too_long", "2"),
        (b"name\n".to_vec(), "file_no_rows", ""),
        (Vec::new(), "file_empty", ""),
        (b"\x7fELF\x02\x01\x01\x03".to_vec(), "file_not_a_table", ""),
        (b"PK\x03\x04 and then nothing of use".to_vec(), "file_broken", ""),
        (zip(&[("xl/workbook.xml", &vec![b' '; 120 << 20])]), "zip_too_large", ""),
        (zip(&(0..2_100).map(|_| ("", &b"x"[..])).collect::<Vec<_>>()), "zip_too_many_entries", ""),
        (sheet(br#"<sst uniqueCount="4000000000"><si><t>name</t></si></sst>"#), "file_broken", ""),
        (sheet(br#"<!-- --><x:sst count="1" uniqueCount = '99999999999'/>"#), "file_broken", ""),
        (sheet(&texts(500_001)), "too_many_texts", ""),
        (zip(&[("hello.txt", b"no spreadsheet")]), "file_broken", ""),
        (zip(&[("[Content_Types].xml", deep().as_bytes()), ("xl/workbook.xml", deep().as_bytes())]), "file_broken", ""),
    ] {
        let problem = ask(content).await;
        assert_eq!((problem.code, line(&problem).as_str()), (code, place), "{problem:?}");
    }
    w.close().await;
}

/// A workbook of one sheet with these shared strings.
fn sheet(strings: &[u8]) -> Vec<u8> {
    const BOOK: &[u8] = br#"<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    const LINKS: &[u8] = br#"<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    zip(&[
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", LINKS),
        ("xl/sharedStrings.xml", strings),
        ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData/></worksheet>"),
    ])
}

/// So many different texts that a workbook shares.
fn texts(count: usize) -> Vec<u8> {
    let mut strings = b"<sst>".to_vec();
    for n in 0..count {
        write!(strings, "<si><t>{}</t></si>", n.wrapping_mul(2_654_435_761) % 100_000_007).expect("a text");
    }
    strings.extend(b"</sst>");
    strings
}

/// Elements within elements, a hundred thousand deep.
fn deep() -> String {
    format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000))
}

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (n, (name, content)) in entries.iter().enumerate() {
        let name = if name.is_empty() { format!("{n}.xml") } else { (*name).to_string() };
        archive.start_file(name, zip::write::SimpleFileOptions::default()).expect("an entry");
        archive.write_all(content).expect("written");
    }
    archive.finish().expect("an archive").into_inner()
}

both!(every_fault_of_a_row_is_told_at_once, async |w: &Workspace| {
    let ctx = actor(w).await;
    let text = "Nama Lengkap;No. HP;Email;Perusahaan;Sumber\n;0812 34;wati@contoh;PT Sisa;mars\nAni;0815 9999 0000;;;\n";
    let spec = guess(w, &ctx, text).await;
    let (_, told) = import(w, &ctx, &spec, false).await;
    let mut faults: Vec<_> = told.first.iter().map(|n| (n.line, n.field.as_deref().unwrap_or(""))).collect();
    faults.sort_unstable();
    assert_eq!(faults, [(2, "email"), (2, "name"), (2, "phone"), (2, "source")]);
    assert_eq!((told.counts.refused, told.counts.created), (1, 1));
    let firms = w.engine.count(&ctx, ListRequest { object: "account".into(), ..ListRequest::default() }, true).await.expect("a count");
    assert_eq!(firms.shown(), 0, "looking for faults makes no company");
});
