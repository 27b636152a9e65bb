//! Files of records: added, versioned, put away and brought back, looked at, and never out of reach of the rights.

use crate::browser::Browser;
use crate::workspace::{Workspace, both, map};
use akrab_engine::Door;
use akrab_engine::attachment::Rewording;
use akrab_engine::file::PictureSize;
use akrab_model::ProblemKind;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use serde_json::{Value as Json, json};
use std::io::Cursor;
use tower::ServiceExt;

const PDF: &[u8] = b"%PDF-1.7 a drawing";
const SVG: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
const PROGRAM: &[u8] = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00\xb8\x00";

fn role(w: &Workspace, key: &str) -> i64 {
    w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role exists")
}

/// A picture of four pixels, as PNG.
fn png() -> Vec<u8> {
    let mut bytes = Vec::new();
    let picture = image::RgbaImage::from_pixel(2, 2, image::Rgba([200, 30, 30, 128]));
    picture.write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png).expect("a picture");
    bytes
}

both!(files_are_added_versioned_put_away_and_brought_back, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    w.make("account", json!({"name": "Hotel Arjuna"})).await;
    let mut browser = Browser::of(w, admin).await;
    // two at once, by a form without script
    let sent = [("file", "Denah.pdf", PDF), ("file", "../../gambar <b>.svg", SVG)];
    let answer = browser.submit_files("/accounts/1/attachments", &[("description", "Lantai dua")], &sent).await;
    assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, "/accounts/1?tab=files"), "{}", answer.html);
    let tab = browser.get("/accounts/1?tab=files").await.html;
    assert!(tab.contains("Denah.pdf") && tab.contains("gambar b.svg") && tab.contains("Lantai dua"), "both are listed");
    assert!(browser.get("/accounts/1").await.html.contains("/accounts/1/attachments/1"), "and told of in the timeline");
    // nothing active comes back as a page
    let got = browser.get("/accounts/1/attachments/2/content").await;
    assert_eq!((got.status, got.html.as_bytes()), (StatusCode::OK, SVG));
    let header = |name: &str| got.headers[name].to_str().expect("text").to_string();
    assert!(header("content-disposition").starts_with("attachment;") && header("content-security-policy").contains("sandbox"));
    assert_eq!((header("content-type").as_str(), header("x-content-type-options").as_str()), ("text/plain", "nosniff"));
    let viewer = browser.get("/accounts/1/attachments/2").await.html;
    assert!(viewer.contains("&lt;script&gt;alert(1)") && !viewer.contains("<script>alert"), "shown as the text it is");
    // a version of the same kind, and one of another
    let answer = browser.submit_files("/accounts/1/attachments/1/revisions", &[], &[("file", "baru.pdf", b"%PDF-1.7 second")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let ctx = w.of(admin, Door::Page);
    let other = w.engine.file_put(&ctx, "lain.txt", Cursor::new(b"teks".to_vec()), 1 << 20).await.expect("kept").id;
    let refused = w.engine.write(&ctx, move |tx| tx.attach_again("account", 1, 1, other)).await.expect_err("refused");
    assert_eq!(refused.fields[0].code, "file_other_kind");
    let now = browser.get("/accounts/1/attachments/1/content").await.html;
    let first = browser.get("/accounts/1/attachments/1/content?revision=1").await.html;
    assert_eq!((now.as_bytes(), first.as_bytes()), (b"%PDF-1.7 second".as_slice(), PDF));
    assert_eq!(browser.submit("/accounts/1/attachments/1/revisions/1/restoration", &[]).await.status, StatusCode::SEE_OTHER);
    let revisions = w.engine.read(&ctx, |tx| tx.attachment_revisions("account", 1, 1)).await.expect("versions");
    assert_eq!(revisions.iter().map(|r| r.revision).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!(browser.get("/accounts/1/attachments/1/content").await.html.as_bytes(), PDF);
    // another name keeps the ending that says what it is
    let to = Rewording { name: Some("Denah lantai dua.exe".into()), description: Some("Dari arsitek".into()) };
    let renamed = w.engine.write(&ctx, move |tx| tx.attachment_reword("account", 1, 1, &to)).await.expect("renamed");
    assert_eq!((renamed.name.as_str(), renamed.description.as_str()), ("Denah lantai dua.exe.pdf", "Dari arsitek"));
    // into the bin and back
    assert_eq!(browser.submit("/accounts/1/attachments/1/bin", &[]).await.status, StatusCode::SEE_OTHER);
    let names = async |binned| {
        let found = w.engine.read(&ctx, move |tx| tx.attachments("account", 1, binned)).await.expect("files");
        found.into_iter().map(|f| f.id).collect::<Vec<_>>()
    };
    assert_eq!((names(false).await, names(true).await), (vec![2], vec![1]));
    assert_eq!(browser.submit("/accounts/1/attachments/1/bin", &[]).await.status, StatusCode::NOT_FOUND, "not twice");
    assert_eq!(browser.submit("/accounts/1/attachments/1/restoration", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(names(false).await, [2, 1]);
    // told in the history and in the trail
    let history = w.engine.history(&ctx, "account", 1, None).await.expect("a history");
    let told: Vec<_> = history.iter().filter_map(|c| c.told.as_ref()?.file()).map(|f| f.event.as_str()).collect();
    assert_eq!(told, ["restore", "bin", "reword", "revert", "revise", "add", "add"]);
    let page = browser.get("/accounts/1/history").await.html;
    assert!(page.contains("mengubah berkas") && page.contains("dibuang ke tempat sampah"), "{page}");
    let trail = w.engine.audit(&ctx, akrab_engine::audit::AuditQuery { limit: 50, ..Default::default() }).await.expect("the trail");
    assert_eq!(trail.iter().filter(|row| row.kind.starts_with("file_")).count(), 7);
});

both!(what_nobody_should_keep_is_refused_and_leaves_nothing, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    w.make("account", json!({"name": "Hotel Arjuna"})).await;
    let settings = akrab_engine::Settings { company: "PT Kopi".into(), file_mb: 1, files_mb: Some(2), ..(*w.engine.settings()).clone() };
    w.engine.save_settings(&w.of(admin, Door::Page), settings).await.expect("saved");
    let mut browser = Browser::of(w, admin).await;
    let large = vec![b'x'; (1 << 20) + 1];
    for (name, content, told) in [
        ("liburan.jpg", PROGRAM, "liburan.jpg adalah program"),
        ("kontrak.pdf", b"<html>no pdf</html>".as_slice(), "bukan pdf"),
        ("kosong.txt", b"".as_slice(), "Pilih berkas yang ada isinya"),
        ("besar.txt", &large, "paling besar 1 MB"),
    ] {
        let answer = browser.submit_files("/accounts/1/attachments", &[], &[("file", name, content)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{name}");
        assert!(browser.get("/accounts/1?tab=files").await.html.contains(told), "{name} is refused in words");
    }
    let size = async || w.engine.read(&w.system(), |tx| tx.files_size()).await.expect("a size");
    assert_eq!(size().await, (0, 0), "nothing stayed");
    let full = vec![b'y'; 900_000];
    for n in 0..2 {
        let name = format!("{n}.txt");
        browser.submit_files("/accounts/1/attachments", &[], &[("file", &name, &full)]).await;
    }
    assert_eq!(size().await.0, 2);
    let ctx = w.of(admin, Door::Page);
    let refused = w.engine.file_put(&ctx, "3.txt", Cursor::new(full.clone()), 1 << 20).await.expect_err("no room");
    assert_eq!((refused.kind, refused.code), (ProblemKind::Full, "files_full"));
    assert_eq!(size().await.0, 2);
    let there = w.engine.read(&ctx, |tx| tx.attachment("account", 1, 1)).await.expect("a file");
    assert!(w.engine.file_path(&there.file).exists(), "the same content that was refused is still there for the others");
});

both!(pictures_are_drawn_anew, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    w.make("account", json!({"name": "Hotel Arjuna"})).await;
    let ctx = w.of(admin, Door::Page);
    let hidden = [png(), b"<script>alert(1)</script>".to_vec()].concat();
    let put = async |name: &str, content: Vec<u8>| {
        let id = w.engine.file_put(&ctx, name, Cursor::new(content), 1 << 20).await.expect("kept").id;
        w.engine.write(&ctx, move |tx| tx.attach("account", 1, id, "")).await.expect("attached")
    };
    let (whole, broken) = (put("foto.png", hidden).await, put("rusak.png", png()[..40].to_vec()).await);
    let path = w.engine.picture(&whole.file, PictureSize::Small).await.expect("a picture");
    let drawn = std::fs::read(path).expect("bytes");
    assert!(drawn.starts_with(b"\xff\xd8\xff") && !drawn.windows(7).any(|w| w == b"<script"), "a JPEG of ours, and nothing else");
    assert_eq!(w.engine.picture(&broken.file, PictureSize::Large).await.expect_err("broken").code, "picture_unreadable");
    let mut browser = Browser::of(w, admin).await;
    let answer = browser.get("/accounts/1/attachments/1/picture?size=small").await;
    assert_eq!((answer.status, answer.headers["content-type"].to_str().expect("text")), (StatusCode::OK, "image/jpeg"));
    assert!(answer.headers["cache-control"].to_str().expect("text").contains("no-cache"), "rights are asked each time");
});

both!(files_follow_the_rights_of_their_record, async |w: &Workspace| {
    let (admin, siti) = (w.user("ratna", role(w, "administrator"), None).await, w.user("siti", role(w, "sales"), None).await);
    let reader = w.user("sumarni", role(w, "readonly"), None).await;
    let ctx = w.of(admin, Door::Page);
    w.engine.create(&ctx, "opportunity", map(json!({"name": "Pasokan", "owner": admin}))).await.expect("made");
    let file = w.engine.file_put(&ctx, "foto.png", Cursor::new(png()), 1 << 20).await.expect("kept").id;
    w.engine.write(&ctx, move |tx| tx.attach("opportunity", 1, file, "")).await.expect("attached");
    let mut hers = Browser::of(w, siti).await;
    let places = ["", "/content", "/picture", "/edit"].map(|end| format!("/opportunities/1/attachments/1{end}"));
    for place in &places {
        assert_eq!(hers.get(place).await.status, StatusCode::NOT_FOUND, "{place}");
    }
    // shown to her: she reads, and adds nothing; taken away again, all is out of sight at once
    w.engine.update(&ctx, "opportunity", 1, map(json!({"owner": siti})), None).await.expect("handed over");
    assert_eq!(hers.get(&places[1]).await.status, StatusCode::OK);
    let sent = hers.submit_files("/opportunities/1/attachments", &[], &[("file", "a.pdf", PDF)]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER);
    w.engine.update(&ctx, "opportunity", 1, map(json!({"owner": admin})), None).await.expect("handed back");
    for place in &places {
        assert_eq!(hers.get(place).await.status, StatusCode::NOT_FOUND, "{place}");
    }
    let own = w.of(siti, Door::Page);
    assert_eq!(w.engine.read(&own, |tx| tx.attachments("opportunity", 1, false)).await.expect_err("hidden").kind, ProblemKind::NotFound);
    // who may only read neither adds nor changes
    let mut browser = Browser::of(w, reader).await;
    assert_eq!(browser.get("/opportunities/1/attachments/1/content").await.status, StatusCode::OK);
    assert_eq!(browser.submit("/opportunities/1/attachments/1/bin", &[]).await.status, StatusCode::FORBIDDEN);
    let sent = browser.submit_files("/opportunities/1/attachments", &[], &[("file", "a.pdf", PDF)]).await;
    assert_eq!(sent.status, StatusCode::FORBIDDEN);
    // a file of another record is not reached through this one
    w.engine.create(&own, "opportunity", map(json!({"name": "Milik Siti"}))).await.expect("made");
    assert_eq!(hers.get("/opportunities/2/attachments/1/content").await.status, StatusCode::NOT_FOUND);
});

both!(files_of_records_travel_over_the_api, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    w.make("account", json!({"name": "Hotel Arjuna"})).await;
    let token = w.engine.token_add(&w.of(admin, Door::Page), admin, "a program", false, None).await.expect("a token");
    let call = async |method: &str, path: &str, body: &[u8], kind: &str| -> (StatusCode, Vec<u8>) {
        let request = Request::builder().method(method).uri(format!("/api/v1/accounts/1/attachments{path}"));
        let request = request.header("authorization", format!("Bearer {token}")).header("content-type", kind).header("host", "127.0.0.1");
        let response = w.http().oneshot(request.body(Body::from(body.to_vec())).expect("a request")).await.expect("an answer");
        (response.status(), to_bytes(response.into_body(), 1 << 20).await.expect("a body").to_vec())
    };
    let read = |bytes: &[u8]| serde_json::from_slice::<Json>(bytes).expect("JSON");
    let (status, made) = call("POST", "?name=Denah.pdf&description=Lantai", PDF, "application/octet-stream").await;
    assert_eq!(status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&made));
    assert_eq!((read(&made)["name"].as_str(), read(&made)["size"].as_i64()), (Some("Denah.pdf"), Some(PDF.len() as i64)));
    assert_eq!(call("GET", "/1/content", b"", "").await, (StatusCode::OK, PDF.to_vec()));
    assert_eq!(call("POST", "/1/revisions", b"%PDF-1.7 two", "application/pdf").await.0, StatusCode::CREATED);
    let (_, one) = call("GET", "/1", b"", "").await;
    assert_eq!(read(&one)["revisions"].as_array().map(Vec::len), Some(2));
    assert_eq!(call("POST", "/1/reversion", br#"{"revision": 1}"#, "application/json").await.0, StatusCode::OK);
    assert_eq!(call("GET", "/1/content", b"", "").await.1, PDF);
    let (status, named) = call("PATCH", "/1", br#"{"name": "Rencana"}"#, "application/json").await;
    assert_eq!((status, read(&named)["name"].as_str()), (StatusCode::OK, Some("Rencana.pdf")));
    let (status, wrong) = call("PATCH", "/1", br#"{"nama": "Rencana"}"#, "application/json").await;
    assert_eq!((status, read(&wrong)["errors"][0]["code"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some("unknown_field")));
    assert_eq!(call("DELETE", "/1", b"", "").await.0, StatusCode::NO_CONTENT);
    let (_, list) = call("GET", "", b"", "").await;
    let (_, binned) = call("GET", "?deleted=true", b"", "").await;
    assert_eq!((read(&list)["data"].as_array().map(Vec::len), read(&binned)["data"].as_array().map(Vec::len)), (Some(0), Some(1)));
    assert_eq!(call("POST", "/1/restoration", b"", "").await.0, StatusCode::OK);
    assert_eq!(call("GET", "/9", b"", "").await.0, StatusCode::NOT_FOUND);
});

both!(files_go_with_their_record_and_not_before, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    let ctx = w.of(admin, Door::Page);
    w.make("account", json!({"name": "Hotel Arjuna"})).await;
    let put = async |content: &[u8]| w.engine.file_put(&ctx, "a.pdf", Cursor::new(content.to_vec()), 1 << 20).await.expect("kept");
    let (kept, thrown) = (put(PDF).await, put(b"%PDF-1.7 thrown").await);
    let (first, second) = (kept.id, thrown.id);
    w.engine
        .write(&ctx, move |tx| Ok((tx.attach("account", 1, first, "")?, tx.attach("account", 1, second, "")?)))
        .await
        .expect("attached");
    w.engine.write(&ctx, |tx| tx.attachment_bin("account", 1, 2, true)).await.expect("binned");
    let night = async |days: i64| {
        w.engine.pass_schedules().await.expect("the mark");
        w.pass(days * 86_400);
        w.engine.pass_schedules().await.expect("passed");
        w.work_off().await;
    };
    let there = |file: &akrab_engine::FileMeta| w.engine.file_path(file).exists();
    night(2).await;
    assert!(there(&kept) && there(&thrown), "what lies in the bin may come back");
    night(40).await;
    night(2).await;
    assert!(there(&kept) && !there(&thrown), "thirty days later it is gone, and the other is not");
    w.engine.delete(&ctx, "account", 1, None).await.expect("in the bin");
    night(40).await;
    night(2).await;
    assert!(!there(&kept), "gone with its record");
});
