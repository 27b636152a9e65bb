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
