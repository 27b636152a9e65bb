//! Incoming webhooks: who is let in, what calls become, and that each counts once.

use crate::browser::Browser;
use crate::hidden::person;
use crate::workspace::{Workspace, both, map};
use akrab_engine::hook::{SigningKey, signature};
use akrab_engine::import::Mode;
use akrab_engine::inlet::{CallState, InletDraft, InletPlan, Mapped, Proof};
use akrab_engine::{Ctx, Door, ListRequest};
use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::{Value as Json, json};
use tower::ServiceExt;

async fn admin(w: &Workspace) -> (i64, Ctx) {
    let role = w.engine.people().roles.iter().find(|r| r.key == "administrator").map(|r| r.id).expect("the role");
    let id = w.user("ratna", role, None).await;
    (id, w.of(id, Door::Page))
}

/// An address for this person's records; gives its number, its path and its secret.
async fn inlet(w: &Workspace, ctx: &Ctx, owner: i64, proof: Proof) -> (i64, String, String) {
    let draft = InletDraft {
        name: "Toko".into(),
        owner,
        proof,
        header: if proof == Proof::Standard { String::new() } else { "X-Tanda".into() },
        known_by: String::new(),
        open: true,
    };
    let (id, secret) = w.engine.write(ctx, move |tx| tx.inlet_add(&draft, None)).await.expect("an address");
    let key = w.engine.read(ctx, move |tx| tx.inlet(id)).await.expect("the address").key;
    (id, format!("/hooks/{key}"), secret)
}

async fn send(w: &Workspace, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, Json) {
    let mut request = Request::post(path).header("host", "127.0.0.1");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = w.http().oneshot(request.body(Body::from(body.to_string())).expect("a request")).await.expect("an answer");
    let status = answer.status().as_u16();
    let bytes = to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

/// Signed as the specification says.
async fn signed(w: &Workspace, path: &str, secret: &str, id: &str, late: i64, body: &str) -> (u16, Json) {
    let seconds = w.engine.now().timestamp().as_second() - late;
    let key = SigningKey::read(secret).expect("a secret");
    let tag = signature(&[key], id, seconds, body);
    let time = seconds.to_string();
    let headers = [("content-type", "application/json"), ("webhook-id", id), ("webhook-timestamp", &time), ("webhook-signature", &tag)];
    send(w, path, &headers, body).await
}

async fn contacts(w: &Workspace) -> usize {
    let request = ListRequest { object: "contact".into(), limit: 50, ..ListRequest::default() };
    w.engine.list(&w.system(), request).await.expect("a list").records.len()
}

fn plan(mode: Mode, match_by: &[&str]) -> InletPlan {
    let field = |path: &str, field: &str| Mapped { path: path.into(), field: field.into() };
    InletPlan {
        object: "contact".into(),
        fields: vec![
            field("/data/nama", "name"),
            field("/data/email", "email"),
            field("/data/jabatan", "job_title"),
            field("/data/pt", "account"),
        ],
        match_by: match_by.iter().map(ToString::to_string).collect(),
        mode,
        replace: true,
        ..InletPlan::default()
    }
}

async fn decide(w: &Workspace, ctx: &Ctx, id: i64, plan: InletPlan) {
    w.engine.write(ctx, move |tx| tx.inlet_decide(id, Some(&plan))).await.expect("decided");
}

both!(calls_become_records_each_once_and_with_the_rights_of_a_person, async |w: &Workspace| {
    let (_, ctx) = admin(w).await;
    let siti = person(w, "siti", json!({})).await;
    let (id, path, secret) = inlet(w, &ctx, siti, Proof::Standard).await;
    w.make("account", json!({"name": "PT Kopi"})).await;
    let body = json!({"data": {"nama": "Ratna Sari", "email": "ratna@kopi.test", "jabatan": "Juru Beli", "pt": "PT Kopi"}}).to_string();
    // before anything is decided calls are kept, and can be done later
    let (status, told) = signed(w, &path, &secret, "msg_1", 0, &body).await;
    assert_eq!((status, &told["state"]), (202, &json!("kept")), "{told}");
    decide(w, &ctx, id, plan(Mode::Both, &["email"])).await;
    let kept = told["id"].as_i64().expect("a number");
    let done = w.engine.inlet_again(&ctx, id, kept).await.expect("done now");
    assert_eq!(done.state, CallState::Created);
    let contact = done.record.expect("a record").1;
    let made = w.engine.get(&w.system(), "contact", contact).await.expect("there");
    assert_eq!((made.text("name"), made.get("owner").int().or(made.link("owner"))), ("Ratna Sari", Some(siti)));
    assert!(made.link("account").is_some(), "a company is found by its name");
    // the same message again counts once, another one changes what is there, the third says nothing new
    let (status, told) = signed(w, &path, &secret, "msg_1", 0, &body).await;
    assert_eq!((status, &told["repeated"], &told["record"]), (200, &json!(true), &json!({"object": "contacts", "id": contact})));
    let change = body.replace("Juru Beli", "Kepala Gudang");
    assert_eq!(signed(w, &path, &secret, "msg_2", 0, &change).await.1["state"], "updated");
    assert_eq!(signed(w, &path, &secret, "msg_3", 0, &change).await.1["state"], "unchanged");
    assert_eq!(w.engine.get(&w.system(), "contact", contact).await.expect("there").text("job_title"), "Kepala Gudang");
    // nothing blank clears a field, and what cannot be done is kept with its reason
    let blank = json!({"data": {"email": "ratna@kopi.test", "jabatan": "", "nama": null}}).to_string();
    assert_eq!(signed(w, &path, &secret, "msg_4", 0, &blank).await.1["state"], "unchanged");
    let (status, told) = signed(w, &path, &secret, "msg_5", 0, &json!({"data": {"email": "bukan email", "nama": "X"}}).to_string()).await;
    assert_eq!((status, &told["state"]), (202, &json!("failed")));
    let failed = told["id"].as_i64().expect("a number");
    let call = w.engine.read(&ctx, move |tx| tx.inlet_call(id, failed)).await.expect("kept");
    assert_eq!(call.notes.first().and_then(|note| note.field.as_deref()), Some("email"), "{call:?}");
    // history says by whom and by which door
    let past = w.engine.history(&w.system(), "contact", contact, None).await.expect("a history");
    assert!(past.iter().all(|change| change.door == "webhook"), "{past:?}");
    // never more than the person may
    let role = w.engine.people().user(siti).expect("there").role.id;
    let rights = json!({"contact": {"create": false, "read": "all", "edit": "none"}});
    w.engine.update(&w.system(), "role", role, map(json!({"rights": rights})), None).await.expect("narrowed");
    assert_eq!(signed(w, &path, &secret, "msg_6", 0, &body.replace("ratna@", "baru@")).await.1["state"], "failed");
    w.engine.update(&w.system(), "user", siti, map(json!({"active": false})), None).await.expect("left");
    assert_eq!(signed(w, &path, &secret, "msg_7", 0, &body).await.0, 503, "to be tried again when there is somebody");
});

both!(only_whoever_proves_himself_is_let_in, async |w: &Workspace| {
    let (ratna, ctx) = admin(w).await;
    let (id, path, secret) = inlet(w, &ctx, ratna, Proof::Standard).await;
    decide(w, &ctx, id, plan(Mode::Create, &[])).await;
    let body = json!({"data": {"nama": "Budi"}}).to_string();
    let wrong = SigningKey::text(&[9; 32]);
    assert_eq!(signed(w, &path, &wrong, "msg_1", 0, &body).await.0, 401);
    assert_eq!(signed(w, &path, &secret, "msg_1", 301, &body).await.1["code"], "inlet_stale");
    assert_eq!(signed(w, &path, &secret, "msg_1", -301, &body).await.1["code"], "inlet_stale");
    assert_eq!(send(w, &path, &[], &body).await.1["code"], "inlet_unsigned");
    assert_eq!(send(w, "/hooks/tiada", &[], &body).await.0, 404);
    assert_eq!(contacts(w).await, 0, "nothing came of it");
    assert_eq!(signed(w, &path, &secret, "msg_1", 0, "[").await.0, 400);
    assert_eq!(signed(w, &path, &secret, "msg_1", 0, &format!("[{}]", " ".repeat(300_000))).await.0, 413);
    assert_eq!(signed(w, &path, &secret, "msg_1", 0, &body).await.1["state"], "created");
    // a new secret counts at once, the one before a day longer
    let fresh = w.engine.write(&ctx, move |tx| tx.inlet_rotate(id, None)).await.expect("another secret");
    assert_eq!(signed(w, &path, &fresh, "msg_2", 0, &body).await.0, 200);
    assert_eq!(signed(w, &path, &secret, "msg_3", 0, &body).await.0, 200);
    w.pass(86_401);
    assert_eq!(signed(w, &path, &secret, "msg_4", 0, &body).await.0, 401);
    // refused calls are told of, a few of them, and without what they said
    for _ in 0..25 {
        send(w, &path, &[], "rahasia").await;
    }
    let calls = w.engine.read(&ctx, move |tx| tx.inlet_calls(id, Some(CallState::Refused), None, 100)).await.expect("calls");
    assert!(calls.len() == 20 && calls.iter().all(|call| call.body.is_null()));
    let draft = InletDraft {
        open: false,
        name: "Toko".into(),
        owner: ratna,
        proof: Proof::Standard,
        header: String::new(),
        known_by: String::new(),
    };
    w.engine.write(&ctx, move |tx| tx.inlet_change(id, &draft)).await.expect("switched off");
    assert_eq!(signed(w, &path, &fresh, "msg_5", 0, &body).await.0, 404);
    // a secret in a header, in a form
    let (id, path, secret) = inlet(w, &ctx, ratna, Proof::Secret).await;
    let by_mail = Mapped { path: "/surel".into(), field: "email".into() };
    let named = Mapped { path: "/nama".into(), field: "name".into() };
    decide(w, &ctx, id, InletPlan { fields: vec![named, by_mail], ..plan(Mode::Create, &[]) }).await;
    let form = ("content-type", "application/x-www-form-urlencoded");
    let (status, told) = send(w, &path, &[form, ("x-tanda", &secret)], "nama=Dewi+Lestari&surel=dewi%40contoh.test").await;
    assert_eq!((status, &told["state"]), (200, &json!("created")), "{told}");
    assert_eq!(send(w, &path, &[form, ("x-tanda", "salah")], "nama=Dewi").await.0, 401);
    // and anybody but administrators has no business here
    let siti = person(w, "siti", json!({})).await;
    let other = w.of(siti, Door::Page);
    assert!(w.engine.read(&other, |tx| tx.inlets()).await.is_err());
    assert_eq!(Browser::of(w, siti).await.get("/settings/webhooks/incoming").await.status, 403);
});

both!(an_administrator_clicks_together_what_calls_become, async |w: &Workspace| {
    let (ratna, _) = admin(w).await;
    let mut browser = Browser::of(w, ratna).await;
    let made = browser
        .submit(
            "/settings/webhooks/incoming/new",
            &[("name", "Situs"), ("owner", &ratna.to_string()), ("proof", "secret"), ("secret", "rahasia-toko")],
        )
        .await;
    assert!(made.status == 200 && made.html.contains("rahasia-toko"), "{}", made.html);
    let page = browser.get("/settings/webhooks/incoming/1").await.html;
    let path =
        page.split("/hooks/").nth(1).and_then(|rest| rest.split(['<', '"']).next()).map(|key| format!("/hooks/{key}")).expect("an address");
    assert!(!page.contains("rahasia-toko"), "shown once");
    assert!(browser.get("/settings/webhooks/incoming/1/mapping").await.status == 200);
    let body = r#"{"pelanggan":{"name":"Rina","e-mail":"rina@contoh.test"}}"#;
    let headers = [("content-type", "application/json"), ("x-webhook-secret", "rahasia-toko")];
    assert_eq!(send(w, &path, &headers, body).await.0, 202);
    let sheet = browser.get("/settings/webhooks/incoming/1/mapping?object=contact").await.html;
    assert!(
        sheet.contains("rina@contoh.test") && sheet.contains("<option value=\"name\" selected>"),
        "values with guessed fields: {sheet}"
    );
    let fields = [
        ("object", "contact"),
        ("path", "/pelanggan/name"),
        ("field", "name"),
        ("path", "/pelanggan/e-mail"),
        ("field", "email"),
        ("match", "email"),
        ("mode", "both"),
        ("replace", "1"),
        ("default", "job_title"),
        ("value", "Pembeli"),
    ];
    let tried = browser.submit("/settings/webhooks/incoming/1/mapping", &[&fields[..], &[("verb", "try")]].concat()).await;
    assert!(tried.status == 200 && tried.html.contains("Pembeli"), "{}", tried.html);
    assert_eq!(contacts(w).await, 0, "a trial keeps nothing");
    let saved = browser.submit("/settings/webhooks/incoming/1/mapping", &[&fields[..], &[("verb", "save")]].concat()).await;
    assert_eq!(saved.status, 303, "{}", saved.html);
    let again = browser.submit("/settings/webhooks/incoming/1/calls/1", &[]).await;
    assert_eq!(again.status, 303);
    assert_eq!(contacts(w).await, 1);
    let nothing = browser
        .submit(
            "/settings/webhooks/incoming/1/mapping",
            &[("object", "contact"), ("path", "/x"), ("field", ""), ("mode", "both"), ("verb", "save")],
        )
        .await;
    assert_eq!(nothing.status, 422);
    for page in
        ["/settings/webhooks/incoming", "/settings/webhooks/incoming/1/edit", "/settings/webhooks/incoming/1/calls/1", "/settings/audit"]
    {
        assert_eq!(browser.get(page).await.status, 200, "{page}");
    }
});

both!(addresses_are_kept_over_the_api, async |w: &Workspace| {
    let (ratna, ctx) = admin(w).await;
    let token = w.engine.token_add(&ctx, ratna, "Sendiri", false, None).await.expect("a token");
    let call = async |method: &str, path: &str, body: Json| {
        let (status, told, _) = crate::directory::ask(w, &token, method, &format!("/api/v1/hooks/incoming{path}"), &[], body).await;
        (status, told)
    };
    let fields = json!([{"path": "/nama", "field": "name"}, {"path": "/surel", "field": "email"}]);
    let wish =
        json!({"name": "Toko", "proof": "secret", "plan": {"object": "contact", "fields": fields, "match_by": ["email"], "mode": "both"}});
    let (status, made) = call("POST", "", wish).await;
    assert_eq!(
        (status, &made["header"], &made["owner"], &made["open"]),
        (201, &json!("X-Webhook-Secret"), &json!(ratna), &json!(true)),
        "{made}"
    );
    let (id, secret) = (made["id"].as_i64().expect("a number"), made["secret"].as_str().expect("the secret").to_string());
    let path = format!("/hooks/{}", made["url"].as_str().and_then(|url| url.rsplit('/').next()).expect("an address"));
    let headers =
        |secret: &str| [("content-type".to_string(), "application/json".to_string()), ("x-webhook-secret".to_string(), secret.to_string())];
    let knock = async |secret: &str, body: Json| {
        let headers = headers(secret);
        let headers: Vec<(&str, &str)> = headers.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        send(w, &path, &headers, &body.to_string()).await
    };
    assert_eq!(knock(&secret, json!({"nama": "Siti", "surel": "siti@contoh.test"})).await.1["state"], "created");
    let (_, listed) = call("GET", "", Json::Null).await;
    assert!(
        listed["data"][0]["id"] == id && listed["data"][0].get("secret").is_none() && listed["data"][0]["heard_at"].is_string(),
        "{listed}"
    );
    let (_, log) = call("GET", &format!("/{id}/calls?state=created"), Json::Null).await;
    assert_eq!((&log["data"][0]["body"]["nama"], &log["data"][0]["record"]["object"]), (&json!("Siti"), &json!("contact")), "{log}");
    let (status, told) = call("PATCH", &format!("/{id}"), json!({"name": "Toko daring", "known_by": "/nomor", "plan": null})).await;
    assert_eq!(
        (status, &told["name"], &told["known_by"], &told["plan"]),
        (200, &json!("Toko daring"), &json!("/nomor"), &Json::Null),
        "{told}"
    );
    assert_eq!(knock(&secret, json!({"nama": "Budi"})).await.1["state"], "kept", "nothing is decided any more");
    let (status, told) = call("POST", &format!("/{id}/rotation"), Json::Null).await;
    let fresh = told["secret"].as_str().expect("a secret").to_string();
    assert!(status == 200 && fresh != secret, "{told}");
    assert_eq!(
        (knock(&secret, json!({"nomor": 1})).await.0, knock(&fresh, json!({"nomor": 2})).await.0, knock("salah", json!({})).await.0),
        (202, 202, 401)
    );
    assert_eq!(call("POST", &format!("/{id}/rotation"), json!({"secret": "rahasia-pengirim"})).await.1["secret"], "rahasia-pengirim");
    for (wrong, place) in [
        (json!({}), "/name"),
        (json!({"name": "X", "proof": "salam"}), "/proof"),
        (json!({"name": "X", "warna": 1}), "/warna"),
        (json!({"name": "X", "plan": {"object": "contact", "fields": []}}), "/fields"),
        (json!({"name": "X", "plan": {"benda": "contact"}}), "/plan/benda"),
        (json!({"name": "X", "owner": 99_999}), "/owner"),
        (json!({"name": "X", "secret": "pendek"}), "/secret"),
    ] {
        let (status, told) = call("POST", "", wrong.clone()).await;
        assert_eq!((status, told["errors"][0]["pointer"].as_str()), (422, Some(place)), "{wrong}: {told}");
    }
    assert_eq!(call("DELETE", &format!("/{id}"), Json::Null).await.0, 204);
    assert_eq!((call("GET", &format!("/{id}"), Json::Null).await.0, knock(&fresh, json!({})).await.0), (404, 404));
    // nobody else's
    let sales = w.engine.people().roles.iter().find(|r| r.key == "sales").map(|r| r.id).expect("the role");
    let siti = w.user("sitirahma", sales, None).await;
    let other = w.engine.token_add(&w.of(siti, Door::Page), siti, "Sendiri", false, None).await.expect("a token");
    assert_eq!(crate::directory::ask(w, &other, "GET", "/api/v1/hooks/incoming", &[], Json::Null).await.0, 403);
});
