//! Files in fields: put there, replaced, taken off, fetched with rights, told of, over page and API.

use crate::browser::Browser;
use crate::workspace::{Workspace, both, map};
use akrab_engine::{Door, ListRequest};
use akrab_model::{Filter, ProblemKind};
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use serde_json::{Value as Json, json};
use std::io::Cursor;
use tower::ServiceExt;

const PDF: &[u8] = b"%PDF-1.7 a contract";

fn role(w: &Workspace, key: &str) -> i64 {
    w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role exists")
}

both!(a_file_goes_into_a_record_is_replaced_and_taken_off, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    let mut browser = Browser::of(w, admin).await;
    // a new record with its file, in one form
    let form = browser.get("/accounts/new?full=1").await.html;
    assert!(form.contains("enctype=\"multipart/form-data\"") && form.contains("type=\"file\""), "the form takes files");
    let fields = [("name", "Hotel Arjuna"), ("kind", "company"), ("status", "prospect"), ("fields", "name,contract")];
    let answer = browser.submit_files("/accounts/new", &fields, &[("contract", "Kontrak 2027.pdf", PDF)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.html);
    let page = browser.get("/accounts/1").await.html;
    assert!(page.contains("Kontrak 2027.pdf") && page.contains("/accounts/1/files/contract"), "the record shows it");
    let list = browser.get("/accounts?columns=contract").await.html;
    assert!(list.contains("Kontrak 2027.pdf"), "and the list");
    let got = browser.get("/accounts/1/files/contract").await;
    assert_eq!((got.status, got.html.as_bytes()), (StatusCode::OK, PDF));
    assert!(got.headers["content-disposition"].to_str().expect("text").starts_with("attachment;"));
    assert_eq!(got.headers["content-type"], "application/pdf");
    // another in its place; the timeline names both
    let before = w.engine.get(&w.system(), "account", 1).await.expect("a record").link("contract").expect("a file").to_string();
    let edit = [("fields", "contract"), ("was.contract", before.as_str()), ("contract", before.as_str()), ("version", "1")];
    let answer = browser.submit_files("/accounts/1/edit", &edit, &[("contract", "Adendum.pdf", b"%PDF-1.7 more")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.html);
    let history = w.engine.history(&w.system(), "account", 1, None).await.expect("a history");
    let shift = &history[0].shifts[0];
    assert_eq!((shift.old_title.as_deref(), shift.new_title.as_deref()), (Some("Kontrak 2027.pdf"), Some("Adendum.pdf")));
    assert!(browser.get("/accounts/1").await.html.contains("Adendum.pdf"));
    // what was there comes back by undo, whoever had put it there
    let other = w.user("budi", role(w, "manager"), None).await;
    w.engine.undo(&w.of(other, Door::Page), history[0].id).await.expect("undone");
    assert_eq!(browser.get("/accounts/1/files/contract").await.html.as_bytes(), PDF);
    // taken off
    let edit = [("fields", "contract"), ("was.contract", before.as_str()), ("contract", before.as_str()), ("contract.remove", "1")];
    assert_eq!(browser.submit("/accounts/1/edit", &edit).await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/accounts/1/files/contract").await.status, StatusCode::NOT_FOUND);
    let empty = Filter::from_json(&json!({"field": "contract", "op": "empty"})).expect("a filter");
    let request = ListRequest { object: "account".into(), filter: Some(empty), ..ListRequest::default() };
    assert_eq!(w.engine.count(&w.system(), request, true).await.expect("a count").shown(), 1);
});

both!(a_file_that_does_not_fit_is_refused_at_its_field, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    let ctx = w.of(admin, Door::Page);
    w.make("account", json!({"name": "Hotel Arjuna"})).await;
    let put = async |name: &str, content: Vec<u8>| w.engine.file_put(&ctx, name, Cursor::new(content), 25 << 20).await.expect("kept").id;
    for (name, content, code) in [
        ("kontrak.exe", b"MZ\x90\0\x03".to_vec(), "file_wrong_kind"),
        ("kontrak", PDF.to_vec(), "file_wrong_kind"),
        ("kontrak.pdf", b"<html>no pdf</html>".to_vec(), "file_not_as_named"),
        ("kontrak.docx", PDF.to_vec(), "file_not_as_named"),
    ] {
        let file = put(name, content).await;
        let fault = w.engine.update(&ctx, "account", 1, map(json!({"contract": file})), None).await.expect_err(name);
        assert_eq!(
            (fault.kind, fault.fields[0].field(), fault.fields[0].code.as_str()),
            (ProblemKind::Invalid, "contract", code),
            "{name}"
        );
    }
    assert_eq!(
        w.engine.file_put(&ctx, "besar.pdf", Cursor::new(vec![b'%'; 2_000]), 1_000).await.expect_err("large").code,
        "file_too_large"
    );
    let mut browser = Browser::of(w, admin).await;
    let answer = browser.submit_files("/accounts/1/edit", &[("fields", "contract"), ("part", "1")], &[("contract", "a.exe", b"MZ")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.html.contains("a.exe bukan jenis yang diterima"), "told in words at the field");
});

both!(files_are_fetched_only_with_rights_on_record_and_field, async |w: &Workspace| {
    let (admin, siti) = (w.user("ratna", role(w, "administrator"), None).await, w.user("siti", role(w, "sales"), None).await);
    let ctx = w.of(admin, Door::Page);
    let file = w.engine.file_put(&ctx, "rahasia.pdf", Cursor::new(PDF), 1 << 20).await.expect("kept").id;
    w.engine.create(&ctx, "opportunity", map(json!({"name": "Pasokan", "quotation": file, "owner": admin}))).await.expect("made");
    let mut browser = Browser::of(w, siti).await;
    assert_eq!(browser.get("/opportunities/1/files/quotation").await.status, StatusCode::NOT_FOUND, "a record out of sight");
    let own = w.of(siti, Door::Page);
    let stolen = w.engine.create(&own, "opportunity", map(json!({"name": "Lain", "quotation": file}))).await.expect_err("refused");
    assert_eq!(stolen.fields[0].code, "no_such_file", "nobody reads a file by putting it into a record of his own");
    assert_eq!(w.engine.file(&own, file).await.expect_err("refused").kind, ProblemKind::NotFound);
});

both!(files_travel_over_the_api, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    let ctx = w.of(admin, Door::Page);
    let token = w.engine.token_add(&ctx, admin, "a program", false, None).await.expect("a token");
    let call = async |method: &str, path: &str, body: Vec<u8>, kind: &str| -> (StatusCode, Vec<u8>) {
        let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
        let request = request.header("content-type", kind).header("host", "127.0.0.1").body(Body::from(body)).expect("a request");
        let response = w.http().oneshot(request).await.expect("an answer");
        (response.status(), to_bytes(response.into_body(), 1 << 20).await.expect("a body").to_vec())
    };
    let (status, body) = call("POST", "/api/v1/files?name=Penawaran.pdf", PDF.to_vec(), "application/pdf").await;
    assert_eq!(status, StatusCode::CREATED);
    let file: Json = serde_json::from_slice(&body).expect("JSON");
    assert_eq!((file["name"].as_str(), file["content_type"].as_str()), (Some("Penawaran.pdf"), Some("application/pdf")));
    let input = json!({"name": "Pasokan", "quotation": file["id"]}).to_string().into_bytes();
    let (status, body) = call("POST", "/api/v1/opportunities", input, "application/json").await;
    assert_eq!(status, StatusCode::CREATED, "{}", String::from_utf8_lossy(&body));
    let record: Json = serde_json::from_slice(&body).expect("JSON");
    assert_eq!((&record["quotation"], record["titles"]["quotation"].as_str()), (&file["id"], Some("Penawaran.pdf")));
    let (status, body) = call("GET", "/api/v1/opportunities/1/files/quotation", Vec::new(), "").await;
    assert_eq!((status, body.as_slice()), (StatusCode::OK, PDF));
    let gone = json!({"quotation": null}).to_string().into_bytes();
    assert_eq!(call("PATCH", "/api/v1/opportunities/1", gone, "application/json").await.0, StatusCode::OK);
    assert_eq!(call("GET", "/api/v1/opportunities/1/files/quotation", Vec::new(), "").await.0, StatusCode::NOT_FOUND);
});

both!(files_nobody_can_come_back_to_are_taken_away, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    let ctx = w.of(admin, Door::Page);
    let put = async |name: &str, text: &str| {
        let content = Cursor::new(format!("%PDF-1.7 {text}").into_bytes());
        w.engine.file_put(&ctx, name, content, 1 << 20).await.expect("kept")
    };
    let (first, second, never) = (put("lama.pdf", "lama").await, put("baru.pdf", "baru").await, put("salah.pdf", "salah").await);
    let twin = put("kembar.pdf", "baru").await;
    let sheet = w.engine.file_put(&ctx, "orang.csv", Cursor::new(b"nama\nSiti\n".to_vec()), 1 << 20).await.expect("kept");
    let spec = w.engine.import_guess(&ctx, "contact", sheet.id, None).await.expect("a mapping");
    w.engine.import_start(&ctx, spec, false).await.expect("queued");
    w.make("account", json!({"name": "Hotel Arjuna"})).await;
    let set = async |file: Json| w.engine.update(&ctx, "account", 1, map(json!({"contract": file})), None).await.expect("changed");
    set(json!(first.id)).await;
    set(json!(second.id)).await;
    let there = |file: &akrab_engine::FileMeta| w.engine.file_path(file).exists();
    let night = async |days: i64| {
        w.engine.pass_schedules().await.expect("the mark");
        w.pass(days * 86_400);
        w.engine.pass_schedules().await.expect("passed");
        w.work_off().await;
    };
    night(1).await;
    let fresh = put("segar.pdf", "segar").await;
    night(1).await;
    assert!(!there(&never) && w.engine.file(&ctx, never.id).await.is_err(), "never used");
    assert!(w.engine.file(&ctx, twin.id).await.is_err() && there(&second), "the same bytes under another name stay");
    assert!(there(&first) && there(&sheet), "an undo and a report may still want them");
    let history = w.engine.history(&ctx, "account", 1, None).await.expect("a history");
    w.engine.undo(&ctx, history[0].id).await.expect("undone");
    assert_eq!(w.engine.record_file(&ctx, "account", 1, "contract").await.expect("the file").id, first.id);
    w.engine.delete(&ctx, "account", 1, None).await.expect("in the bin");
    night(2).await;
    assert!(there(&first) && there(&second), "the bin gives records back");
    assert!(!there(&fresh));
    night(40).await;
    night(1).await;
    assert!(!there(&first) && !there(&second), "gone with the record and its history");
});
