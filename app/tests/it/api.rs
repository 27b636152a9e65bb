//! The API as a whole: its document tells every address, its guide works as written, and the verbs
//! for many records do what they say.

use crate::server::Server;
use crate::workspace::{Workspace, both, folder};
use akrab_model::Object;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use tower::ServiceExt;

/// Somebody's token and the program.
pub struct Api<'w> {
    w: &'w Workspace,
    token: String,
}

impl Api<'_> {
    pub async fn of<'w>(w: &'w Workspace, role: &str) -> Api<'w> {
        let role = w.engine.people().roles.iter().find(|r| r.key == role).map(|r| r.id).expect("the role exists");
        let user = w.user(&format!("orang{}", w.engine.people().users().len()), role, None).await;
        Api::by(w, user).await
    }
    /// A token of this user.
    pub async fn by(w: &Workspace, user: i64) -> Api<'_> {
        Api { w, token: w.engine.token_add(&w.system(), user, "uji", false, None).await.expect("a token") }
    }
    pub async fn send(&self, method: &str, path: &str, kind: &str, body: impl Into<Body>) -> (u16, axum::http::HeaderMap, Json) {
        let request = Request::builder().method(method).uri(format!("/api/v1{path}")).header("host", "127.0.0.1");
        let request = request.header("authorization", format!("Bearer {}", self.token)).header("content-type", kind);
        let response = self.w.http().oneshot(request.body(body.into()).expect("a request")).await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), 8 << 20).await.expect("a body");
        (status, headers, serde_json::from_slice(&bytes).unwrap_or_else(|_| String::from_utf8_lossy(&bytes).into()))
    }
    pub async fn get(&self, path: &str) -> (u16, Json) {
        let (status, _, body) = self.send("GET", path, "application/json", Body::empty()).await;
        (status, body)
    }
    pub async fn post(&self, path: &str, body: Json) -> (u16, Json) {
        let (status, _, body) = self.send("POST", path, "application/json", body.to_string()).await;
        (status, body)
    }
    /// The job, after all that is due has run.
    async fn job(&self, answer: &Json) -> Json {
        self.w.work_off().await;
        let (status, job) = self.get(&format!("/jobs/{}", answer["job"])).await;
        assert_eq!((status, job["state"].as_str()), (200, Some("done")), "{job}");
        job
    }
}

/// Whether a path of the document is one the router has.
fn same(route: &str, told: &str) -> bool {
    let (route, told): (Vec<_>, Vec<_>) = (route.split('/').collect(), told.split('/').collect());
    let fits = |(r, t): (&&str, &&str)| match *r {
        // a name in the address stands in the document as what it can be
        "{object}" | "{verb}" => !t.starts_with('{'),
        r if r.starts_with('{') => r == *t,
        r => r == *t,
    };
    route.len() == told.len() && route.iter().zip(&told).all(fits)
}

both!(the_document_tells_every_address_and_no_other, async |w: &Workspace| {
    let document = akrab_web::api::document(&w.engine.registry());
    let paths = document["paths"].as_object().expect("paths");
    let routes = akrab_web::api::addresses();
    let methods = |path: &Json| -> Vec<String> {
        path.as_object().into_iter().flatten().map(|(m, _)| m.clone()).filter(|m| m != "parameters").collect()
    };
    for (method, route) in &routes {
        let found: Vec<&String> =
            paths.iter().filter(|(p, o)| same(route, p) && methods(o).iter().any(|m| m == method)).map(|(p, _)| p).collect();
        assert!(!found.is_empty(), "{method} {route} is not in the document");
        let each = route.contains("{object}") && !route.contains("{verb}") && !route.contains("/files/");
        // only what says by what it is compared has pairs, and the platform's own records are never merged
        let has = |object: &Object| {
            let pairs = !route.contains("/duplicates") || akrab_engine::twin::can_match(object);
            pairs && (!route.contains("/merges") || !object.is_system())
        };
        for object in w.engine.registry().objects().filter(|object| each && has(object)) {
            let path = route.replace("{object}", &object.plural);
            assert!(found.contains(&&path), "{method} {path} is not in the document");
        }
    }
    for (path, operations) in paths {
        for method in methods(operations) {
            assert!(
                routes.iter().any(|(m, route)| *m == method && same(route, path)),
                "{method} {path} is told, but there is no such address"
            );
        }
    }
    let names: Vec<&str> = paths
        .values()
        .flat_map(|o| o.as_object().into_iter().flatten())
        .filter_map(|(_, operation)| operation["operationId"].as_str())
        .collect();
    assert_eq!(names.len(), names.iter().collect::<BTreeSet<_>>().len(), "operations have names of their own");
});

both!(a_file_is_mapped_tried_run_and_undone_over_the_api, async |w: &Workspace| {
    let api = Api::of(w, "administrator").await;
    let csv = "Nama Lengkap;No HP;Kota\nSekar Ayu;0812-1111-2222;Solo\nTono;08-xx;Klaten\n";
    let form = format!("--batas\r\ncontent-disposition: form-data; name=\"file\"; filename=\"orang.csv\"\r\n\r\n{csv}\r\n--batas--\r\n");
    let (status, _, seen) = api.send("POST", "/contacts/imports?inspect=true", "multipart/form-data; boundary=batas", form).await;
    assert_eq!((status, seen["file_name"].as_str()), (200, Some("orang.csv")), "{seen}");
    assert_eq!(seen["columns"], json!(["name", "phone", "address_city"]));
    let mapping = format!("/contacts/imports?file={}&columns=name,phone,address_city&match_by=phone", seen["file"]);
    let (status, trial) = api.post(&format!("{mapping}&dry_run=true"), json!({})).await;
    assert_eq!(status, 202, "{trial}");
    let counts = api.job(&trial).await["result"]["counts"].clone();
    assert_eq!((counts["created"].as_i64(), counts["refused"].as_i64()), (Some(1), Some(1)));
    assert_eq!(api.get("/contacts/export/count").await.1, json!({"count": 0}), "a trial writes nothing");
    let (_, notes) = api.get(&format!("/jobs/{}/notes", trial["job"])).await;
    assert_eq!((notes["data"][0]["line"].as_i64(), notes["data"][0]["field"].as_str()), (Some(3), Some("phone")), "{notes}");
    let (_, run) = api.post(&mapping, json!({})).await;
    let done = api.job(&run).await;
    assert_eq!(done["result"]["counts"]["created"], 1);
    assert_eq!(done["duplicates"], json!([{"object": "contact", "waiting": 0}]), "nobody came in twice");
    assert_eq!(api.get("/contacts/export/count?q=sekar").await.1, json!({"count": 1}));
    let (_, headers, out) = api.send("GET", "/contacts/export?columns=name,phone", "application/json", Body::empty()).await;
    assert_eq!(headers["x-total-count"], "1");
    assert!(out.as_str().expect("a table").contains("Sekar Ayu"), "{out}");
    let (status, undo) = api.post(&format!("/jobs/{}/undo", run["job"]), json!({})).await;
    assert_eq!(status, 202, "{undo}");
    api.job(&undo).await;
    assert_eq!(api.get("/contacts/export/count").await.1, json!({"count": 0}));
    let other = Api::of(w, "sales").await;
    assert_eq!(other.post(&mapping, json!({})).await.0, 404, "somebody else's file");
});

both!(many_records_are_changed_together_over_the_api, async |w: &Workspace| {
    let api = Api::of(w, "administrator").await;
    for n in 0..5 {
        w.make("contact", json!({"name": format!("Sekar {n}"), "source": if n < 3 { "website" } else { "exhibition" }})).await;
    }
    let change = json!({"set": {"note": "Sudah dihubungi"}});
    let (status, told) = api.post("/contacts/bulk", json!({"change": change})).await;
    assert_eq!((status, told["errors"][0]["pointer"].as_str()), (422, Some("/ids")), "nobody changes all by leaving something out");
    let filter = json!({"field": "source", "op": "is", "value": "website"});
    assert_eq!(
        api.post("/contacts/bulk", json!({"filter": filter, "change": change, "dry_run": true})).await.1,
        json!({"matching": 3, "allowed": 3})
    );
    let (status, told) = api.post("/contacts/bulk", json!({"filter": filter, "change": change})).await;
    assert_eq!(status, 202, "{told}");
    assert_eq!(api.job(&told).await["result"]["changed"], 3);
    for (wrong, code) in [
        (json!({"all": true, "change": {"paint": 1}}), 422),
        (json!({"all": true}), 422),
        (json!({"all": true, "change": {"set": {"status": "ungu"}}, "dry_run": true}), 422),
        (json!({"all": 1, "change": change}), 422),
    ] {
        assert_eq!(api.post("/contacts/bulk", wrong.clone()).await.0, code, "{wrong}");
    }
});

both!(a_parameter_has_a_longest_value, async |w: &Workspace| {
    let api = Api::of(w, "administrator").await;
    for (path, name, most) in
        [("/contacts", "q", 200), ("/jobs", "kind", 60), ("/contacts", "columns", 4_000), ("/contacts/totals", "totals", 1_000)]
    {
        let (status, told) = api.get(&format!("{path}?{name}={}", "x".repeat(most + 1))).await;
        assert_eq!((status, told["errors"][0]["code"].as_str()), (422, Some("too_long")), "{name}: {told}");
    }
});

both!(a_refusal_names_the_limit_and_the_place, async |w: &Workspace| {
    let api = Api::of(w, "administrator").await;
    let detail = |told: &Json| told["errors"][0]["detail"].as_str().unwrap_or_default().to_string();
    let long = json!({"name": "Ratna", "email": format!("{}@contoh.test", "x".repeat(300))});
    for (path, body, named) in [
        ("/contacts", json!({"name": "x".repeat(201)}), "200"),
        ("/contacts", long, "254"),
        ("/contacts/views", json!({"name": "x".repeat(200)}), "60"),
    ] {
        let (status, told) = api.post(path, body).await;
        assert!(status == 422 && detail(&told).contains(named), "{told}");
    }
    let (_, told) = api.get(&format!("/contacts?q={}", "x".repeat(201))).await;
    assert!(detail(&told).contains("200"), "{told}");
    let (status, _, told) = api.send("POST", "/contacts", "application/json", "{\n \"name\": x}").await;
    let said = told["detail"].as_str().unwrap_or_default();
    assert!(status == 400 && said.contains("2") && said.contains("10"), "line and column: {told}");
    let (status, _, told) = api.send("POST", "/contacts", "application/json", "x".repeat(2 << 20)).await;
    assert!(status == 413 && told["detail"].as_str().is_some_and(|d| d.contains("1 MB")), "{told}");
    let (status, told) = api.get("/contacts/groups?by=labels").await;
    assert_eq!((status, told["errors"][0]["pointer"].as_str()), (422, Some("/by")), "{told}");
});

both!(an_action_and_a_restoration_heed_the_version, async |w: &Workspace| {
    let api = Api::of(w, "administrator").await;
    let id = w.make("lead", json!({"name": "Sekar Ayu"})).await;
    let send = async |path: String, version: i64| {
        let request = Request::builder().method("POST").uri(format!("/api/v1{path}")).header("host", "127.0.0.1");
        let request = request.header("authorization", format!("Bearer {}", api.token)).header("if-match", format!("\"{version}\""));
        w.http().oneshot(request.body(Body::empty()).expect("a request")).await.expect("an answer").status().as_u16()
    };
    let version = async || {
        let now = w.engine.read(&w.system(), move |tx| tx.get("lead", id)).await.expect("the lead");
        now.version
    };
    let known = version().await;
    assert_eq!(send(format!("/leads/{id}/conversion"), known + 1).await, 412);
    assert_eq!(version().await, known, "nothing was done");
    assert_eq!(send(format!("/leads/{id}/conversion"), known).await, 200);
    let other = w.make("contact", json!({"name": "Tono"})).await;
    assert_eq!(api.send("DELETE", &format!("/contacts/{other}"), "application/json", Body::empty()).await.0, 204);
    let path = format!("/contacts/{other}/restoration");
    assert_eq!((send(path.clone(), 1).await, send(path, 2).await), (412, 200), "the bin made it version 2");
});

both!(views_are_kept_over_the_api, async |w: &Workspace| {
    let api = Api::of(w, "administrator").await;
    let state = json!({"columns": [{"key": "name"}], "sort": ["-name"], "filter": {"field": "status", "op": "is", "value": "former"}});
    let (status, made) = api.post("/contacts/views", json!({"name": "Bekas", "scope": "private", "state": state})).await;
    assert_eq!((status, made["name"].as_str(), made["state"]["sort"][0].as_str()), (201, Some("Bekas"), Some("-name")), "{made}");
    let path = format!("/contacts/views/{}", made["id"]);
    let (status, _, changed) = api.send("PATCH", &path, "application/json", json!({"name": "Dulu"}).to_string()).await;
    assert_eq!((status, changed["name"].as_str(), &changed["state"]["filter"]), (200, Some("Dulu"), &state["filter"]), "{changed}");
    let keys = async || {
        let (_, list) = api.get("/contacts/views").await;
        list["data"].as_array().into_iter().flatten().filter_map(|v| v["id"].as_i64()).collect::<Vec<_>>()
    };
    assert_eq!(keys().await, [made["id"].as_i64().expect("an id")]);
    for wrong in [
        json!({"name": "Salah", "state": {"columns": [{"key": "umur"}]}}),
        json!({"name": "Salah", "state": {"filter": {"field": "umur", "op": "is", "value": 1}}}),
        json!({"name": "Salah", "warna": "merah"}),
        json!({"name": ""}),
        json!({"name": 1}),
    ] {
        assert_eq!(api.post("/contacts/views", wrong.clone()).await.0, 422, "{wrong}");
    }
    let other = Api::of(w, "sales").await;
    assert_eq!(other.send("DELETE", &path, "application/json", Body::empty()).await.0, 404, "somebody else's private view");
    assert_eq!(api.send("DELETE", &path, "application/json", Body::empty()).await.0, 204);
    assert!(keys().await.is_empty());
});

#[test]
fn an_address_too_long_is_answered_like_every_fault() {
    let folder = folder();
    let server = Server::new(&folder);
    let told = server.wire.call("GET", &format!("/api/v1/contacts?q={}", "x".repeat(70_000)), &[], "").expect("an answer");
    assert_eq!((told.status, told.json()["code"].as_str()), (414, Some("address_too_long")), "{}", told.body);
    let _ = std::fs::remove_dir_all(&folder);
}

#[test]
fn the_guide_to_the_api_works_as_written() {
    if Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_err() {
        eprintln!("skipped: there is no curl");
        return;
    }
    let guide = include_str!("../../../docs/api.md");
    let script: String = guide.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(script.matches("curl").count() > 10, "the examples are marked as sh");
    let folder = folder();
    let server = Server::new(&folder);
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script])
        .current_dir(&folder)
        .env("URL", format!("http://{}/api/v1", server.wire.address))
        .env("AUTH", format!("Authorization: Bearer {}", server.wire.token))
        .output()
        .expect("a shell");
    assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("\"refused\":1") && told.contains("08-xx"), "{told}");
    let _ = std::fs::remove_dir_all(&folder);
}
