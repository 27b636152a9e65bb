//! A workspace goes out as one archive and comes back the same, on the same database and on the other; what is
//! broken or made to harm is refused with its place and leaves everything as it was.

use crate::browser::{Browser, PASSWORD};
use crate::server::Server;
use crate::workspace::{Workspace, both, folder, map, objects};
use akrab_engine::archive::{self, Arrival, Checked};
use akrab_engine::identity::{Origin, SignedIn};
use akrab_engine::{Ctx, Door, JobState, ListRequest, TimelineRequest};
use akrab_model::Problem;
use akrab_store::{Options, Store, Target};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

async fn admin(w: &Workspace) -> Ctx {
    let id = w.user("admin", 1, None).await;
    w.of(id, Door::Page)
}

/// A workspace with something of every kind in it.
async fn furnished(w: &Workspace) -> Ctx {
    let ctx = admin(w).await;
    let made = w.engine.shape_import(&ctx, crate::shape::VEHICLES, false).await;
    assert!(made.is_ok(), "{made:?}");
    w.work_off().await;
    let ctx = w.of(ctx.user_id().expect("a person"), Door::Page);
    let make =
        async |object: &str, input: Json| w.engine.create(&ctx, object, map(input)).await.unwrap_or_else(|p| panic!("{object}: {p:?}")).id;
    let account = make("account", json!({"name": "PT Kopi \"Ñandú\" 'Toraja'", "credit_limit": "12345678901.2345", "tags": ["key", "halal"], "note": "baris\nbaris\u{2028}=1+1"})).await;
    for n in 0..2_300 {
        let contact = json!({"name": format!("Orang {n}"), "account": account, "phone": format!("0812{n:08}"), "birthday": "1980-12-31"});
        w.engine.create(&ctx, "contact", map(contact)).await.expect("a contact");
    }
    let deal =
        make("opportunity", json!({"name": "Mesin kopi", "account": account, "amount": "15000000", "close_date": "2026-05-01"})).await;
    make("interaction", json!({"subject": "Kunjungan", "account": account, "opportunity": deal, "participants": [{"id": 2, "role": "host"}, {"id": 1, "role": "absent"}], "starts_at": "2026-03-01T09:30:00+07:00"})).await;
    make("kendaraan", json!({"plat": "B 1234 XYZ"})).await;
    w.engine.update(&ctx, "account", account, map(json!({"status": "active"})), None).await.expect("changed");
    let gone = make("lead", json!({"name": "Terhapus"})).await;
    w.engine.delete(&ctx, "lead", gone, None).await.expect("in the bin");
    let purged = make("lead", json!({"name": "Hilang"})).await;
    w.engine.delete(&ctx, "lead", purged, None).await.expect("in the bin");
    w.engine.purge(&ctx, "lead", purged).await.expect("gone");
    let file = w.engine.file_put(&ctx, "kontrak.pdf", Cursor::new(b"%PDF-1.4 kontrak".to_vec()), 1 << 20).await.expect("a file");
    w.engine.update(&ctx, "account", account, map(json!({"contract": file.id})), None).await.expect("attached");
    let form = akrab_engine::form::FormDraft {
        name: "Kontak".into(),
        owner: ctx.user_id().expect("a person"),
        open: true,
        plan: akrab_engine::form::FormPlan {
            object: "lead".into(),
            lang: "id".into(),
            title: "Hubungi kami".into(),
            fields: vec![akrab_engine::form::Asked { key: "name".into(), required: true, ..Default::default() }],
            ..Default::default()
        },
    };
    w.engine.write(&ctx, move |tx| tx.form_add(&form)).await.expect("a form");
    w.engine.set_password(&ctx, ctx.user_id().expect("a person"), "rahasia-sekali-42").await.expect("a password");
    ctx
}

/// Everything a workspace holds that goes along, in the words of the store.
async fn content(store: &Store) -> BTreeMap<String, Vec<String>> {
    store
        .read(|conn| -> Result<_, Problem> {
            let mut all = BTreeMap::new();
            for table in conn.archive_tables()? {
                let rows = conn.archive_rows(&table, None, 1_000_000)?;
                let named = |row: &Vec<akrab_model::Raw>| {
                    let mut cells: Vec<String> = table
                        .columns
                        .iter()
                        .zip(row)
                        .filter(|(_, c)| !c.is_null())
                        .map(|(c, cell)| format!("{}={cell:?}", c.name))
                        .collect();
                    cells.sort();
                    cells.join(" ")
                };
                all.insert(format!("{} (last {:?})", table.name, table.last_id), rows.iter().map(named).collect());
            }
            Ok(all)
        })
        .await
        .expect("readable")
}

async fn written(w: &Workspace, ctx: &Ctx, to: &Path) -> PathBuf {
    let file = to.join("w.akrab.zip");
    let _ = std::fs::remove_file(&file);
    w.engine.archive_write(ctx, file.clone(), |_, _| {}).await.unwrap_or_else(|p| panic!("{p:?}"));
    file
}

fn read(path: &Path) -> Result<Checked, Problem> {
    Checked::read(path, &mut |_, _| {})
}

/// An empty place on each database at hand, with a folder of its own.
fn places(name: &str) -> Vec<(Target, PathBuf)> {
    let here = folder();
    let mut places = vec![(Target::Sqlite { path: here.join("akrab.db") }, here)];
    if let Some(url) = std::env::var("AKRAB_TEST_PG").ok().filter(|u| !u.is_empty()) {
        places.push((Target::Postgres { url, schema: format!("it_archive_{name}_{}", std::process::id()) }, folder()));
    }
    places
}

both!(
    /// Records, links, history, timelines, files and own objects arrive equal on both databases.
    a_workspace_arrives_whole,
    async |w: &Workspace| {
        let ctx = furnished(w).await;
        let here = folder();
        let file = written(w, &ctx, &here).await;
        let kind = format!("{:?}", w.engine.store().backend()).to_lowercase();
        for (target, home) in places(&format!("whole_{kind}")) {
            let store = Store::open(&target, &Options::default()).await.expect("an empty place");
            let checked = Arc::new(read(&file).expect("an archive"));
            archive::bring(&store, &objects(), &home.join("files"), checked, &mut |_| {}).await.unwrap_or_else(|p| panic!("{p:?}"));
            let (before, after) = (content(w.engine.store()).await, content(&store).await);
            for (table, rows) in &before {
                // the trail of the source has gone on by what tells of the archive itself
                if table.starts_with("audit ") || table.starts_with("counter ") {
                    continue;
                }
                let (Some(arrived), wanted) = (after.get(table), rows) else { panic!("{table} is missing in {:?}", after.keys()) };
                let first = wanted.iter().zip(arrived).find(|(a, b)| a != b);
                assert!(wanted == arrived, "{table}: {} rows, {} arrived; {first:?}", wanted.len(), arrived.len());
            }
            store.close().await;
            let other = w.opened_at(&target, home.join("files")).await;
            let (Ok(was), Ok(is)) = (w.engine.get(&ctx, "account", 1).await, other.get(&other.system("a look", Door::Command), "account", 1).await) else { panic!("the account") };
            assert_eq!(was.title(), is.title());
            let ctx = other.ctx(other.people().by_email("admin@contoh.test").expect("the administrator"), Door::Page, "test");
            let hits = other.list(&ctx, ListRequest { object: "contact".into(), q: Some("Orang 2299".into()), ..ListRequest::default() }).await.expect("a list");
            assert_eq!(hits.records.len(), 1, "the search knows what has arrived");
            let told = other.timeline(&ctx, "account", 1, TimelineRequest::default()).await.expect("a timeline");
            assert!(!told.events.is_empty());
            let contract = other.file(&ctx, is.get("contract").int().expect("a file")).await.expect("the file");
            assert_eq!(std::fs::read(other.file_path(&contract)).expect("its content"), b"%PDF-1.4 kontrak");
            assert_eq!(other.create(&ctx, "kendaraan", map(json!({"plat": "D 1 A"}))).await.expect("an own object").id, 2);
            assert_eq!(other.create(&ctx, "lead", map(json!({"name": "Baru"}))).await.expect("a lead").id, 3, "ids of those that are gone are not given again");
            let forms = other.read(&ctx, |tx| tx.forms()).await.expect("forms");
            assert_eq!(forms.len(), 1, "a form comes along at its address");
            assert_eq!(other.form_page(&forms[0].key, "test").await.expect("its page").plan.title, "Hubungi kami");
            assert_eq!(other.audit_verify(&ctx).await.expect("a verdict").fault, None, "the trail still holds");
            let signed = other.sign_in("admin@contoh.test", "rahasia-sekali-42", &akrab_engine::identity::Origin::default()).await;
            assert!(signed.is_err(), "passwords stay where they are");
            other.store().close().await;
            let _ = std::fs::remove_dir_all(home);
        }
        let _ = std::fs::remove_dir_all(here);
    }
);

/// Every table of the platform is carried or left behind for a reason.
#[tokio::test]
async fn no_table_is_forgotten() {
    let w = Workspace::sqlite(&[]).await;
    let names = w.engine.store().read(|conn| conn.table_names()).await.expect("the tables");
    let unknown: Vec<&String> = names.iter().filter(|name| akrab_store::archived(name) == Err(None)).collect();
    assert!(unknown.is_empty(), "store/src/archive.rs must say what becomes of {unknown:?}");
    w.close().await;
}

/// The archive with one of its files changed, or with another beside them.
fn altered(file: &Path, name: &str, change: &dyn Fn(Vec<u8>) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(file).expect("the archive")).expect("an archive");
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let mut names: Vec<String> = zip.file_names().map(str::to_string).collect();
    if !names.iter().any(|n| n == name) {
        names.push(name.into());
    }
    for entry in names {
        let mut content = Vec::new();
        if let Ok(mut found) = zip.by_name(&entry) {
            found.read_to_end(&mut content).expect("readable");
        }
        let content = if entry == name { change(content) } else { Some(content) };
        if let Some(content) = content {
            out.start_file(entry.as_str(), zip::write::SimpleFileOptions::default()).expect("an entry");
            out.write_all(&content).expect("written");
        }
    }
    out.finish().expect("an archive").into_inner()
}

fn manifest(change: impl Fn(&mut Json) + 'static) -> Box<dyn Fn(Vec<u8>) -> Option<Vec<u8>>> {
    Box::new(move |text| {
        let mut json: Json = serde_json::from_slice(&text).expect("a manifest");
        change(&mut json);
        Some(json.to_string().into_bytes())
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broken_or_hostile_archive_is_refused_with_its_place() {
    let w = Workspace::sqlite(&[]).await;
    let ctx = furnished(&w).await;
    let here = folder();
    let whole = written(&w, &ctx, &here).await;
    let bytes = std::fs::read(&whole).expect("the archive");
    let contacts = "objects/contact.jsonl";
    let entry = |json: &mut Json, name: &str| {
        json["entries"].as_array().expect("entries").iter().position(|e| e["name"] == name).expect("the entry")
    };
    let bomb = vec![b'0'; 64 << 20];
    let cases: Vec<(Vec<u8>, &str, &str)> = vec![
        (bytes[..bytes.len() / 2].to_vec(), "archive_foreign", ""),
        (b"no archive at all".to_vec(), "archive_foreign", ""),
        (altered(&whole, "manifest.json", &|_| None), "archive_foreign", ""),
        (altered(&whole, "manifest.json", &|text| Some(text[..200].to_vec())), "archive_damaged", "manifest.json"),
        (altered(&whole, "manifest.json", &manifest(|json| json["akrab_workspace"] = json!(2))), "archive_newer", ""),
        (altered(&whole, contacts, &|_| None), "archive_missing", contacts),
        (altered(&whole, contacts, &|text| Some(text[..text.len() - 30].to_vec())), "archive_line", contacts),
        (
            altered(&whole, contacts, &|text| Some(String::from_utf8(text).expect("text").replace("Orang 7\"", "Orang 8\"").into_bytes())),
            "archive_damaged",
            contacts,
        ),
        (altered(&whole, contacts, &|text| Some([text, b"{}\n".to_vec()].concat())), "archive_line", contacts),
        (altered(&whole, "../../akrab.db", &|_| Some(b"x".to_vec())), "archive_unlisted", "../../akrab.db"),
        (altered(&whole, "files/../../x", &|_| Some(b"x".to_vec())), "archive_unlisted", "files/../../x"),
        (
            altered(
                &whole,
                "manifest.json",
                &manifest(move |json| {
                    let n = entry(json, contacts);
                    json["entries"][n]["name"] = json!("objects/../../x.jsonl");
                }),
            ),
            "archive_unlisted",
            "objects/../../x.jsonl",
        ),
        (
            altered(
                &whole,
                "manifest.json",
                &manifest(move |json| {
                    let n = entry(json, contacts);
                    json["entries"][n]["table"]["table"] = json!("credential");
                }),
            ),
            "archive_damaged",
            "manifest.json",
        ),
        (
            altered(
                &whole,
                "manifest.json",
                &manifest(move |json| {
                    let n = entry(json, contacts);
                    json["entries"][n]["table"]["columns"][3]["column"] = json!("x\" TEXT); DROP TABLE o_user; --");
                }),
            ),
            "archive_damaged",
            "manifest.json",
        ),
        (
            altered(
                &whole,
                "manifest.json",
                &manifest(move |json| {
                    let n = entry(json, contacts);
                    json["entries"][n]["bytes"] = json!(1_u64 << 40);
                }),
            ),
            "archive_too_large",
            contacts,
        ),
        (altered(&whole, contacts, &move |_| Some(bomb.clone())), "archive_line", contacts),
    ];
    let file = here.join("bad.zip");
    for (n, (bytes, code, place)) in cases.into_iter().enumerate() {
        std::fs::write(&file, bytes).expect("written");
        let problem = read(&file).err().unwrap_or_else(|| panic!("case {n} ({code}) was taken"));
        let told = problem.args.iter().find(|(name, _)| name == "entry").map_or("", |(_, value)| value.as_str());
        assert_eq!((problem.code, told), (code, place), "case {n}: {problem:?}");
    }
    // a workspace where somebody works takes none
    let checked = Arc::new(read(&whole).expect("an archive"));
    let before = content(w.engine.store()).await;
    let problem = archive::bring(w.engine.store(), &objects(), &w.files(), checked, &mut |_| {}).await.expect_err("refused");
    assert_eq!(problem.code, "archive_not_empty");
    assert!(before == content(w.engine.store()).await, "nothing is lost");
    w.close().await;
    let _ = std::fs::remove_dir_all(here);
}

both!(
    /// Only administrators make one, only its maker fetches it, and the trail tells of both.
    an_archive_belongs_to_its_maker,
    async |w: &Workspace| {
        let maker = admin(w).await;
        let other = w.of(w.user("lain", 1, None).await, Door::Page);
        let seller = w.of(w.user("siti", 3, None).await, Door::Page);
        assert_eq!(w.engine.archive_start(&seller).await.expect_err("refused").code, "forbidden");
        let job = w.engine.archive_start(&maker).await.expect("queued");
        assert_eq!(w.engine.archive_start(&other).await.expect_err("one at a time").code, "archive_running");
        w.work_off().await;
        assert_eq!(w.engine.job(&maker, job).await.expect("a job").state, JobState::Done);
        for stranger in [&other, &seller] {
            assert_eq!(w.engine.archive_fetch(stranger, job).await.expect_err("not his").code, "not_found");
        }
        let (mut file, report) = w.engine.archive_fetch(&maker, job).await.expect("the archive");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("readable");
        assert_eq!((bytes.len() as u64, bytes.starts_with(b"PK")), (report.bytes, true));
        let trail = w.engine.audit(&maker, akrab_store::AuditQuery { limit: 10, ..Default::default() }).await.expect("the trail");
        let kinds: Vec<&str> = trail.iter().map(|row| row.kind.as_str()).collect();
        assert!(kinds.contains(&"archive") && kinds.contains(&"archive_taken"), "{kinds:?}");
    }
);

/// The last of `/jobs/7` in a place.
fn number(location: &str) -> i64 {
    location.rsplit('/').next().and_then(|n| n.parse().ok()).unwrap_or_else(|| panic!("{location} is no job"))
}

both!(
    /// An administrator of an empty workspace brings an archive through the page: it is read first, and then waits beside
    /// the workspace with the password of whoever brought it. Where somebody works it is only read.
    an_archive_comes_in_through_the_page,
    async |w: &Workspace| {
        let here = folder();
        let source = Workspace::sqlite(&[]).await;
        let ctx = furnished(&source).await;
        source.user("pengganti", 1, None).await;
        let file = std::fs::read(written(&source, &ctx, &here).await).expect("the archive");
        let boss = w.user("bos", 1, None).await;
        let mut browser = Browser::of(w, boss).await;
        let broken = browser.submit_files("/settings/archive/arrivals", &[], &[("file", "x.zip", b"bukan arsip")]).await;
        w.work_off().await;
        let told = browser.get(&broken.location).await;
        assert!(told.html.contains("bukan arsip ruang kerja"), "{}", told.html);
        let taken = browser.submit_files("/settings/archive/arrivals", &[], &[("file", "w.akrab.zip", &file)]).await;
        w.work_off().await;
        let page = browser.get(&taken.location).await;
        assert!(page.html.contains("Arsip utuh") && page.html.contains("pengganti@contoh.test"), "{}", page.html);
        let bring = format!("/settings/archive/arrivals/{}", number(&taken.location));
        let wrong = browser.submit(&bring, &[("admin", "pengganti@contoh.test"), ("current", "salah")]).await;
        assert_eq!(wrong.location, taken.location, "a wrong password brings nothing in");
        let nobody = browser.submit(&bring, &[("admin", "bos@contoh.test"), ("current", PASSWORD)]).await;
        assert_eq!(nobody.location, taken.location, "only somebody of the archive signs in to it");
        let kept = w.make("account", json!({"name": "PT Sudah Ada"})).await;
        let full = browser.submit(&bring, &[("admin", "pengganti@contoh.test"), ("current", PASSWORD)]).await;
        assert_eq!(full.location, taken.location);
        assert!(!browser.get(&taken.location).await.html.contains("name=\"admin\""), "records are never replaced");
        w.engine.delete(&w.system(), "account", kept, None).await.expect("in the bin");
        w.engine.purge(&w.system(), "account", kept).await.expect("gone");
        let going = browser.submit(&bring, &[("admin", "pengganti@contoh.test"), ("current", PASSWORD)]).await;
        assert!(going.location.starts_with("/arrival/"), "{}", going.location);
        let waits = Browser::guest(w).await.get(&going.location).await;
        assert!(waits.headers.contains_key("refresh") && waits.html.contains("Arsip sedang dimasukkan"), "{}", waits.html);
        assert!(Arrival::of(&w.files()).is_none());
        w.work_off().await;
        let arrival = Arrival::of(&w.files()).expect("it waits");
        assert!(arrival.records > 2_300, "{arrival:?}");
        let beside = match w.engine.store().target() {
            Target::Sqlite { path } => Target::Sqlite { path: Arrival::draft(path) },
            target => target.besides(),
        };
        let other = w.opened_at(&beside, w.files()).await;
        let signed = other.sign_in("pengganti@contoh.test", PASSWORD, &Origin::default()).await;
        assert!(matches!(signed, Ok(SignedIn::Full { .. })), "with the password of whoever brought it");
        assert!(other.sign_in("bos@contoh.test", PASSWORD, &Origin::default()).await.is_err());
        other.store().close().await;
        source.close().await;
        let _ = std::fs::remove_dir_all(here);
    }
);

/// A program that was killed after an archive had come in and before it took its place lets it do so when it starts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_archive_takes_its_place_at_the_next_start() {
    let here = folder();
    let source = Workspace::sqlite(&[]).await;
    let ctx = furnished(&source).await;
    let file = written(&source, &ctx, &here).await;
    let home = here.join("data");
    let mut server = Server::new(&home);
    server.kill();
    let place = home.join("workspaces").join("main");
    let draft = Target::Sqlite { path: Arrival::draft(&place.join("akrab.db")) };
    let store = Store::open(&draft, &Options::default()).await.expect("an empty place");
    let checked = Arc::new(read(&file).expect("an archive"));
    archive::bring(&store, &objects(), &place.join("files"), checked.clone(), &mut |_| {}).await.expect("brought");
    store.close().await;
    std::fs::create_dir_all(place.join("files/archives")).expect("a folder");
    let mark = serde_json::to_vec(&Arrival::from(&checked.manifest)).expect("JSON");
    std::fs::write(place.join("files/archives/arrived.json"), mark).expect("written");
    server.start();
    assert_eq!(server.wire.call("GET", "/api/v1/accounts", &[], "").expect("an answer").status, 401, "tokens stay behind");
    server.kill();
    assert!(place.join("before-archive-1.db").exists(), "what was there is kept");
    assert!(server.run(&["export", "account", "--columns", "name"]).contains("Toraja"));
    server.start();
    server.kill();
    assert!(!place.join("before-archive-2.db").exists(), "once");
    source.close().await;
    let _ = std::fs::remove_dir_all(here);
}
