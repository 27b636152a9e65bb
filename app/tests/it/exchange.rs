//! Address books and calendars out and in, columns over links, and records as JSON.

use crate::import::{import, upload};
use crate::workspace::{Workspace, both, map};
use akrab_engine::export::{ExportFormat, ExportSpec};
use akrab_engine::{Ctx, Door};
use akrab_model::Value;
use serde_json::{Value as Json, json};

async fn actor(w: &Workspace) -> Ctx {
    let id = w.user("admin", 1, None).await;
    w.of(id, Door::Page)
}

async fn exported(w: &Workspace, ctx: &Ctx, object: &str, format: ExportFormat, columns: &[&str]) -> String {
    let columns = columns.iter().map(ToString::to_string).collect();
    let made = w
        .engine
        .export(ctx, ExportSpec { object: object.into(), format, columns, ..ExportSpec::default() })
        .await
        .unwrap_or_else(|p| panic!("{p:?}"));
    let text = std::fs::read_to_string(&made.path).expect("a file");
    w.engine.export_done(&made);
    text
}

both!(
    /// A contact goes into a telephone and comes back as the same person, one name or several.
    an_address_book_comes_back,
    async |w: &Workspace| {
        let ctx = actor(w).await;
        let account = w.make("account", json!({"name": "PT Kopi; Senja, Tbk"})).await;
        let people = [
            json!({"name": "Suharto"}),
            json!({"name": "Dr. Lestari Handayani, S.E.", "nickname": "Tari", "job_title": "Kepala; Pembelian", "account": account, "email": "tari@contoh.co.id", "phone": "081234567890",
                "whatsapp": "081355550001", "birthday": "1985-02-28", "note": format!("Suka kopi,\nbukan teh; {}", "panjang ☕ ".repeat(30)), "tags": ["Hotel"],
                "address_street": "Jl. Ijen 5, Lt. 2", "address_city": "Malang", "address_province": "Jawa Timur", "address_postcode": "65112"}),
        ];
        for person in people {
            w.engine.create(&ctx, "contact", map(person)).await.expect("a contact");
        }
        for format in [ExportFormat::Vcard, ExportFormat::Vcard4] {
            let book = exported(w, &ctx, "contact", format, &[]).await;
            assert!(book.lines().all(|line| line.len() <= 75), "lines are folded");
            let other = Workspace::sqlite(&[]).await;
            let there = actor(&other).await;
            let file = upload(&other, &there, "buku.vcf", book.into_bytes()).await.expect("a file");
            let spec = other.engine.import_guess(&there, "contact", file, None).await.expect("readable");
            let (_, report) = import(&other, &there, &spec, false).await;
            assert_eq!((report.counts.created, report.counts.refused, report.notes), (2, 0, 0), "{:?}", report.first);
            for id in [1, 2] {
                let (was, is) = (w.engine.get(&ctx, "contact", id).await.expect("a record"), other.engine.get(&there, "contact", id).await.expect("a record"));
                for field in ["name", "name_prefix", "name_suffix", "nickname", "job_title", "email", "phone", "whatsapp", "birthday", "note", "tags", "address_street", "address_city", "address_province", "address_postcode"] {
                    assert_eq!(was.get(field), is.get(field), "{format:?} {id} {field}");
                }
                assert_eq!(was.link_title("account"), is.link_title("account"));
            }
            other.close().await;
        }
        let refused = w.engine.export(&ctx, ExportSpec { object: "opportunity".into(), format: ExportFormat::Vcard, ..ExportSpec::default() }).await;
        assert_eq!(refused.expect_err("nobody to reach").fields[0].code, "export_unfit");
    }
);

/// As telephones and other programs write them: several numbers, old encodings, a picture, several cards.
#[tokio::test]
async fn cards_of_telephones_are_read() {
    let w = Workspace::sqlite(&[]).await;
    let ctx = actor(&w).await;
    let book = "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:;=53=69=74=69=20=\r\n=41=6D=69=6E=61=68;;;\r\nTEL;HOME:021 555 1234\r\nTEL;CELL:0812-3456-7890\r\n\
        PHOTO;ENCODING=BASE64;JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD/\r\n /2wBDAAMCAgICAgMC\r\n\r\nEND:VCARD\r\n\
        BEGIN:VCARD\nVERSION:3.0\nFN:Jos\u{e9} Ramos-Horta\nitem1.TEL;type=WORK:+62 21 111\nTEL;TYPE=CELL,PREF:0813 5555 0001\nTEL:0813 5555 0002\nTEL:0813 5555 0003\n\
        item2.EMAIL;type=INTERNET:a@contoh.co\nEMAIL:b@contoh.co\nEMAIL:c@contoh.co\nEND:VCARD\n";
    let file = upload(&w, &ctx, "ponsel.vcf", book.as_bytes().to_vec()).await.expect("a file");
    let spec = w.engine.import_guess(&ctx, "contact", file, None).await.expect("readable");
    let (_, report) = import(&w, &ctx, &spec, false).await;
    assert_eq!((report.counts.created, report.counts.refused), (2, 0), "{:?}", report.first);
    let [one, two] = [w.engine.get(&ctx, "contact", 1).await.expect("a record"), w.engine.get(&ctx, "contact", 2).await.expect("a record")];
    assert_eq!((one.text("name"), one.text("phone")), ("Siti Aminah", "+6281234567890"), "the mobile one comes first");
    assert_eq!((two.text("name"), two.text("phone"), two.text("email")), ("José Ramos-Horta", "+6281355550001", "a@contoh.co"));
    let codes: Vec<(u64, &str)> = report.first.iter().map(|n| (n.line, n.code.as_str())).collect();
    assert_eq!(codes, [(1, "card_picture"), (11, "card_beyond")], "what is left out is told");
    w.close().await;
}

both!(
    /// Meetings and tasks go into a calendar and come back at the same moments.
    a_calendar_comes_back,
    async |w: &Workspace| {
        let ctx = actor(w).await;
        w.make("interaction", json!({"subject": "Rapat; besar", "channel": "meeting", "starts_at": "2026-03-02T09:30:00+07:00", "duration": 90, "body": "satu\ndua"})).await;
        w.make("task", json!({"subject": "Telepon", "due_at": "2026-03-05T16:00:00+07:00", "priority": "high", "body": "tanya"})).await;
        w.make("task", json!({"subject": "Kapan saja"})).await;
        for (object, fields) in [("interaction", &["subject", "starts_at", "duration", "body"][..]), ("task", &["subject", "due_at", "priority", "body"][..])] {
            let calendar = exported(w, &ctx, object, ExportFormat::Ical, &[]).await;
            assert!(calendar.starts_with("BEGIN:VCALENDAR\r\n") && calendar.ends_with("END:VCALENDAR\r\n"), "{calendar}");
            let other = Workspace::sqlite(&[]).await;
            let there = actor(&other).await;
            let file = upload(&other, &there, "agenda.ics", calendar.into_bytes()).await.expect("a file");
            let spec = other.engine.import_guess(&there, object, file, None).await.expect("readable");
            let (_, report) = import(&other, &there, &spec, false).await;
            assert_eq!((report.counts.refused, report.notes), (0, 0), "{:?}", report.first);
            for id in 1..=report.counts.created as i64 {
                let (was, is) = (w.engine.get(&ctx, object, id).await.expect("a record"), other.engine.get(&there, object, id).await.expect("a record"));
                for field in fields {
                    assert_eq!(was.get(field), is.get(field), "{object} {id} {field}");
                }
            }
            other.close().await;
        }
    }
);

/// Zones by name and by the file's own description, whole days, rules written out, alarms that are none of it.
#[tokio::test]
async fn calendars_of_others_are_read() {
    let w = Workspace::sqlite(&[]).await;
    let ctx = actor(&w).await;
    let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTIMEZONE\r\nTZID:SE Asia Standard Time\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\nTZOFFSETFROM:+0700\r\nTZOFFSETTO:+0700\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n\
        BEGIN:VEVENT\r\nSUMMARY:Zona kantor\r\nDTSTART;TZID=\"SE Asia Standard Time\":20260302T090000\r\nDTEND;TZID=\"SE Asia Standard Time\":20260302T101500\r\nBEGIN:VALARM\r\nDESCRIPTION:jangan\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nSUMMARY:Zona bernama\r\nDTSTART;TZID=Asia/Makassar:20260302T090000\r\nDURATION:PT45M\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nSUMMARY:Sehari\r\nDTSTART;VALUE=DATE:20260401\r\nDTEND;VALUE=DATE:20260402\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nSUMMARY:Mingguan\r\nDTSTART:20260302T020000Z\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nEXDATE:20260309T020000Z\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nSUMMARY:Selamanya\r\nDTSTART:20260302T020000Z\r\nRRULE:FREQ=DAILY\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nSUMMARY:Entah di mana\r\nDTSTART;TZID=Mars/Olympus:20260302T020000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let file = upload(&w, &ctx, "lain.ics", text.as_bytes().to_vec()).await.expect("a file");
    let spec = w.engine.import_guess(&ctx, "interaction", file, None).await.expect("readable");
    let (_, report) = import(&w, &ctx, &akrab_engine::import::ImportSpec { match_by: Vec::new(), ..spec }, false).await;
    assert_eq!((report.counts.created, report.counts.refused), (7, 0), "{:?}", report.first);
    let mut found = Vec::new();
    for id in 1..=7 {
        let record = w.engine.get(&ctx, "interaction", id).await.expect("a record");
        let Value::Time(at) = record.get("starts_at") else { panic!("a moment") };
        found.push((record.text("subject").to_string(), at.to_string(), record.get("duration").int()));
    }
    let want = |subject: &str, at: &str, long: Option<i64>| (subject.to_string(), at.to_string(), long);
    assert_eq!(
        found,
        [
            want("Zona kantor", "2026-03-02T02:00:00Z", Some(75)),
            want("Zona bernama", "2026-03-02T01:00:00Z", Some(45)),
            want("Sehari", "2026-03-31T17:00:00Z", None),
            want("Mingguan", "2026-03-02T02:00:00Z", None),
            want("Mingguan", "2026-03-16T02:00:00Z", None),
            want("Selamanya", "2026-03-02T02:00:00Z", None),
            want("Entah di mana", "2026-03-01T19:00:00Z", None),
        ]
    );
    let codes: Vec<&str> = report.first.iter().map(|n| n.code.as_str()).collect();
    assert_eq!(codes, ["calendar_repeats", "calendar_zone"]);
    let cut = upload(&w, &ctx, "putus.ics", b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Putus\n".to_vec()).await.expect("a file");
    let fault = w.engine.import_inspect(&ctx, "interaction", cut, None).await.expect_err("an event that does not end");
    assert_eq!(fault.code, "file_broken");
    w.close().await;
}

both!(
    /// Columns over links stand beside the record's own, as far as whoever exports may read them.
    columns_lead_over_links,
    async |w: &Workspace| {
        let ctx = actor(w).await;
        let mother = w.make("account", json!({"name": "Induk", "address_city": "Solo"})).await;
        let account = w.make("account", json!({"name": "=Anak()", "industry": "cafe", "parent": mother, "credit_limit": "1000"})).await;
        w.make("contact", json!({"name": "Satu", "account": account})).await;
        w.make("contact", json!({"name": "Dua"})).await;
        let columns = ["name", "account.industry", "account.parent.address_city", "account.parent", "account.name"];
        let text = exported(w, &ctx, "contact", ExportFormat::Csv, &columns).await;
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "akrab_id,Nama,Perusahaan › Segmen,Perusahaan › Perusahaan induk › Kota/kabupaten,Perusahaan › Perusahaan induk,Perusahaan › Perusahaan induk (ID),Perusahaan › Nama");
        assert!(lines.contains(&"1,Satu,Kafe,Solo,Induk,1,'=Anak()") && lines.contains(&"2,Dua,,,,,"), "{text}");
        let rows: Json = serde_json::from_str(&exported(w, &ctx, "contact", ExportFormat::Json, &["name", "account", "account.industry"]).await).expect("JSON");
        assert_eq!(rows[0], json!({"id": 1, "name": "Satu", "account": {"id": account, "title": "=Anak()"}, "account.industry": "cafe"}));
        assert_eq!(rows[1], json!({"id": 2, "name": "Dua", "account": null, "account.industry": null}));
        let seller = w.of(w.user("dewi", 4, None).await, Door::Page);
        for (column, code) in [("account.credit_limit", "unknown_field"), ("account.tidak_ada", "unknown_field"), ("name.x", "unknown_field"), ("account.parent.parent.parent.name", "path_too_long")] {
            let spec = ExportSpec { object: "contact".into(), columns: vec![column.into()], ..ExportSpec::default() };
            assert_eq!(w.engine.export(&seller, spec).await.expect_err(column).fields[0].code, code, "{column}");
        }
    }
);

/// A file of another program, as it writes its titles.
async fn guessed(w: &Workspace, ctx: &Ctx, object: &str, name: &str, text: &str) -> akrab_engine::import::ImportSpec {
    let file = upload(w, ctx, name, text.as_bytes().to_vec()).await.expect("a file");
    w.engine.import_guess(ctx, object, file, None).await.unwrap_or_else(|p| panic!("{p:?}"))
}

both!(
    /// An export of HubSpot is recognised; what its words mean is offered, decided once and remembered; its numbers are
    /// never taken for ours.
    another_program_s_export_is_taken_over,
    async |w: &Workspace| {
        let ctx = actor(w).await;
        let seller = w.make("user", json!({"name": "Siti Aminah", "email": "siti@contoh.test", "role": 3})).await;
        w.make("account", json!({"name": "Bukan ini"})).await;
        let account = w.make("account", json!({"name": "PT Senja", "external_key": "1"})).await;
        let text = "Record ID,Deal Name,Deal Stage,Pipeline,Amount,Close Date,Deal owner,Create Date,Associated Company IDs,Deal probability\n\
            501,Mesin kopi,Closed Won,Sales Pipeline,15000000,2026-05-01,Siti,2026-01-01,1;7,0.9\n\
            502,Langganan,appointmentscheduled,,1000,2026-06-01,siti@contoh.test,2026-01-02,1,0.1\n\
            503,Tanpa perusahaan,Penawaran,,5,2026-06-02,,2026-01-02,99,0.2\n";
        let spec = guessed(w, &ctx, "opportunity", "hubspot.csv", text).await;
        assert_eq!(spec.system.as_deref(), Some("hubspot"));
        let found = w.engine.import_inspect(&ctx, "opportunity", spec.file, None).await.expect("readable");
        assert!(found.left.iter().any(|(n, why)| *n == 7 && *why == akrab_engine::import::Left::KeptHere), "{:?}", found.left);
        let words = w.engine.import_words(&ctx, "opportunity", spec.file, None, &spec.columns).await.expect("words");
        let stage = words.iter().find(|u| u.field == "stage").expect("stages");
        let of = |text: &str| stage.words.iter().find(|word| word.text == text).unwrap_or_else(|| panic!("{text} in {stage:?}"));
        assert_eq!(of("Closed Won").meant, Some(json!(3)), "won is won in every program");
        assert_eq!((of("appointmentscheduled").meant.clone(), stage.words.len()), (Some(json!(1)), 2), "the open stage nearest in likelihood");
        let owner = words.iter().find(|u| u.field == "owner").expect("people");
        assert_eq!((owner.words.len(), &owner.words[0].meant), (1, &Some(json!(seller))), "an e-mail address needs no decision: {owner:?}");
        let mut spec = spec;
        spec.values = [
            ("stage".to_string(), [("closed won".to_string(), json!(3)), ("appointmentscheduled".to_string(), json!(1))].into()),
            ("owner".to_string(), [("Siti".to_string(), json!(seller))].into()),
        ]
        .into();
        let (_, report) = import(w, &ctx, &spec, false).await;
        assert_eq!((report.counts.created, report.counts.blanked, report.counts.refused), (3, 1, 0), "{:?}", report.first);
        assert_eq!((report.first[0].line, report.first[0].code.as_str()), (4, "no_such_record"), "99 is no id of ours: the link stays empty");
        let deal = w.engine.get(&ctx, "opportunity", 1).await.expect("a deal");
        assert_eq!((deal.link("account"), deal.link("stage"), deal.link("owner"), deal.text("external_key")), (Some(account), Some(3), Some(seller), "501"));
        assert_eq!(deal.get("probability").to_json(), json!("90"), "its 0.9 are 90 %");
        let again = w.engine.import_words(&ctx, "opportunity", spec.file, None, &spec.columns).await.expect("words");
        let stage = again.iter().find(|u| u.field == "stage").expect("stages");
        assert!(stage.words.iter().any(|word| word.text == "appointmentscheduled" && word.meant == Some(json!(1))), "remembered: {stage:?}");
    }
);

both!(
    /// One parent over several rows, and rows with nothing but a parent: found by any key, made once when there is none,
    /// told the same by the trial, and taken back with the rows.
    parents_and_children_come_in_together,
    async |w: &Workspace| {
        let ctx = actor(w).await;
        let there = w.make("account", json!({"name": "PT Ada", "phone": "0215551234", "industry": "hotel"})).await;
        w.make("account", json!({"name": "Kembar"})).await;
        w.make("account", json!({"name": "Kembar"})).await;
        let text = "Nama;Telepon;Perusahaan › Nama;Perusahaan › Telepon;Perusahaan › Segmen;Perusahaan › Kota/kabupaten\n\
            Ani;081200000001;PT Baru;;Kafe;Solo\n\
            Budi;081200000002;PT Baru;;Kafe;Solo\n\
            Citra;081200000003;Nama lain;+62 21 555 1234;Kafe;Medan\n\
            ;;CV Sendiri;;;Bogor\n\
            Dedi;081200000004;Kembar;;;\n\
            Eka;081200000005;;;;\n\
            Fani;081200000006;PT Salah;bukan nomor;;\n";
        let spec = guessed(w, &ctx, "contact", "gabungan.csv", text).await;
        let columns: Vec<&str> = spec.columns.iter().map(|c| c.as_deref().unwrap_or("")).collect();
        assert_eq!(columns, ["name", "phone", "account.name", "account.phone", "account.industry", "account.address_city"]);
        let spec = akrab_engine::import::ImportSpec { make: vec!["account".into()], ..spec };
        let (_, trial) = import(w, &ctx, &spec, true).await;
        let counted = async |object: &str| {
            let request = akrab_engine::ListRequest { object: object.into(), ..Default::default() };
            w.engine.count(&ctx, request, true).await.expect("a count").shown()
        };
        assert_eq!((counted("account").await, counted("contact").await), (3, 0), "a trial makes nothing");
        let (job, report) = import(w, &ctx, &spec, false).await;
        for told in [&trial, &report] {
            let c = told.counts;
            assert_eq!((c.created, c.skipped, c.refused), (4, 1, 2), "{:?}", told.first);
            assert_eq!(told.made.get("account"), Some(&2));
        }
        let codes: Vec<(u64, &str)> = report.first.iter().map(|n| (n.line, n.code.as_str())).collect();
        assert!(codes.contains(&(6, "several_records")) && codes.contains(&(5, "import_linked_alone")) && codes.iter().any(|(line, _)| *line == 8), "{codes:?}");
        let [ani, budi, citra] = [w.engine.get(&ctx, "contact", 1).await.expect("Ani"), w.engine.get(&ctx, "contact", 2).await.expect("Budi"), w.engine.get(&ctx, "contact", 3).await.expect("Citra")];
        assert_eq!((ani.link("account"), ani.link_title("account")), (budi.link("account"), Some("PT Baru")), "one parent for both");
        assert_eq!(citra.link("account"), Some(there), "found by its telephone");
        let kept = w.engine.get(&ctx, "account", there).await.expect("a record");
        assert_eq!((kept.text("name"), kept.text("industry"), kept.text("address_city")), ("PT Ada", "hotel", ""), "what is there stays");
        assert_eq!(counted("account").await, 5);
        // one of the parents is in use by somebody else meanwhile
        w.make("contact", json!({"name": "Sesudahnya", "account": ani.link("account")})).await;
        w.engine.job_undo(&ctx, job).await.expect("queued");
        w.work_off().await;
        assert_eq!(counted("contact").await, 1, "the rows are gone again");
        assert!(counted("account").await <= 4, "and so are the parents that were made for them");
    }
);

both!(
    /// A link is found by whatever the other side is known by, never by our id; without the wish nothing is made.
    a_link_is_found_by_any_key,
    async |w: &Workspace| {
        let ctx = actor(w).await;
        let account = w.make("account", json!({"name": "PT Ada", "phone": "0215551234", "email": "halo@ada.co.id", "external_key": "X-77"})).await;
        let number = w.engine.get(&ctx, "account", account).await.expect("a record").text("number").to_string();
        let mut text = String::from("Nama peluang,Perusahaan\n");
        for (n, name) in ["PT Ada", "pt ada", "halo@ada.co.id", "021 555 1234", "X-77", &number, &account.to_string(), "PT Tiada"].into_iter().enumerate() {
            text += &format!("Peluang {n},{name}\n");
        }
        let spec = guessed(w, &ctx, "opportunity", "peluang.csv", &text).await;
        let (_, report) = import(w, &ctx, &akrab_engine::import::ImportSpec { match_by: Vec::new(), ..spec.clone() }, true).await;
        assert_eq!((report.counts.created, report.counts.refused), (6, 2), "{:?}", report.first);
        let spec = akrab_engine::import::ImportSpec { match_by: Vec::new(), make: vec!["account".into()], ..spec };
        let (_, report) = import(w, &ctx, &spec, false).await;
        assert_eq!(report.counts.refused, 0, "{:?}", report.first);
        assert_eq!(w.engine.get(&ctx, "opportunity", 8).await.expect("a record").link_title("account"), Some("PT Tiada"));
        let theirs = w.engine.get(&ctx, "opportunity", 7).await.expect("a record").link("account").expect("made");
        assert_ne!(theirs, account);
        assert_eq!(w.engine.get(&ctx, "account", theirs).await.expect("a record").text("external_key"), account.to_string());
    }
);
