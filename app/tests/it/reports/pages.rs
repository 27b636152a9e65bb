//! Reports and dashboards on their pages, by the API and by mail.

use super::*;

both!(a_report_is_built_saved_shared_and_deleted_on_its_pages, async |w: &Workspace| {
    let ratna = w.user("ratna", role(w, "manager"), None).await;
    let siti = w.user("siti", role(w, "sales"), None).await;
    for (name, kind) in [("Satu", "renewal"), ("Dua", "renewal"), ("Tiga", "expansion")] {
        w.make("opportunity", json!({"name": name, "kind": kind, "amount": 1_500_000, "owner": ratna})).await;
    }
    let mut browser = crate::browser::Browser::of(w, ratna).await;
    let list = browser.get("/reports").await;
    assert!(list.html.contains("Corong penjualan") && list.html.contains("/reports/sales_funnel"), "shipped reports are there");
    let fields = [
        ("object", "opportunity"),
        ("of", "opportunity"),
        ("chart", "bar"),
        ("g0", "kind"),
        ("m0", "count"),
        ("m1", "sum"),
        ("m1of", "amount"),
    ];
    let address: String = fields.iter().map(|(n, v)| format!("&{n}={}", encoded(v))).collect();
    let filter = encoded(r#"{"field":"amount","op":"gt","value":1000}"#);
    let built = browser.get(&format!("/reports/build?filter={filter}{address}")).await;
    assert!(built.html.contains("Perpanjangan") && built.html.contains("Rp\u{a0}3.000.000"), "the preview shows the figures");
    assert!(built.html.contains("1 syarat"));
    // without a name it is not saved, and says so
    let nameless = browser.submit("/reports", &fields).await;
    assert_eq!(nameless.status, axum::http::StatusCode::UNPROCESSABLE_ENTITY);
    let mut named = fields.to_vec();
    named.extend([("name", "Jenis peluang"), ("about", "Berapa dan senilai apa"), ("scope", "everyone")]);
    let saved = browser.submit("/reports", &named).await;
    let address = saved.location.clone();
    let page = browser.get(&address).await;
    assert!(page.html.contains("Jenis peluang") && page.html.contains("Berapa dan senilai apa"));
    // a group leads to the list of its records
    let href = page
        .html
        .split("href=\"")
        .filter_map(|part| part.split('"').next())
        .find(|h| h.starts_with("/opportunities?") && h.contains("renewal"));
    let listed = browser.get(&href.expect("a way to the records").replace("&amp;", "&")).await;
    assert_eq!(listed.rows().len(), 2);
    let sheet = browser.get(&format!("{address}/file?format=csv")).await;
    assert!(sheet.html.contains("Perpanjangan,2,3000000"), "{}", sheet.html);
    // somebody else sees it with her own rights, and cannot change it
    let mut other = crate::browser::Browser::of(w, siti).await;
    assert!(other.get("/reports?of=shared").await.html.contains("Jenis peluang"));
    assert!(!other.get(&address).await.html.contains("Perpanjangan"), "her records are none of these");
    assert_eq!(other.submit(&format!("{address}/delete"), &[]).await.status, axum::http::StatusCode::FORBIDDEN);
    assert_eq!(other.submit(&address, &named).await.status, axum::http::StatusCode::FORBIDDEN);
    named.retain(|(name, _)| *name != "scope");
    named.push(("scope", "private"));
    browser.submit(&address, &named).await;
    assert_eq!(other.get(&address).await.status, axum::http::StatusCode::NOT_FOUND, "private is out of sight");
    browser.submit(&format!("{address}/delete"), &[]).await;
    assert_eq!(browser.get(&address).await.status, axum::http::StatusCode::NOT_FOUND);
});

/// The large number of the first tile.
fn shown(html: &str) -> String {
    let after = html.split("ak-number-value").nth(1).and_then(|part| part.split('>').nth(1)).unwrap_or_default();
    after.split('<').next().unwrap_or_default().to_string()
}

both!(a_dashboard_holds_reports_under_filters_of_the_whole_page, async |w: &Workspace| {
    let ratna = w.user("ratna", role(w, "administrator"), None).await;
    let dewi = w.user("dewi", role(w, "marketing"), None).await;
    w.make("opportunity", json!({"name": "Lama", "amount": 10, "created_at": "2025-01-01T00:00:00Z", "owner": ratna})).await;
    let mut browser = crate::browser::Browser::of(w, ratna).await;
    assert_eq!(browser.get("/dashboards").await.location, "/dashboards/sales", "the role's own comes first");
    let sales = browser.get("/dashboards/sales").await.html;
    for name in ["Nilai menang", "Corong penjualan", "Pelanggan utama", "Telepon"] {
        assert!(sales.contains(name), "{name}");
    }
    // what a role may not see says so, and tells no figure
    let mut of_dewi = crate::browser::Browser::of(w, dewi).await;
    assert!(of_dewi.get("/dashboards/sales").await.html.contains("tidak terbuka bagi peran Anda"));
    let built = browser
        .submit("/reports", &[("object", "opportunity"), ("chart", "number"), ("m0", "count"), ("name", "Berapa"), ("scope", "everyone")])
        .await;
    let report = built.location.rsplit('/').next().expect("an id").to_string();
    let tiles = [
        ("name", "Milik kami"),
        ("scope", "everyone"),
        ("tile", report.as_str()),
        ("width", "6"),
        ("tile", "sales_funnel"),
        ("width", "6"),
    ];
    // moving a tile saves nothing yet
    let mut moved = tiles.to_vec();
    moved.push(("down", "0"));
    let arranged = browser.submit("/dashboards/arrange", &moved).await;
    let places = |html: &str| {
        (html.find("value=\"sales_funnel\"").expect("there"), html.find(&format!("name=\"tile\" value=\"{report}\"")).expect("there"))
    };
    let (funnel, own) = places(&arranged.html);
    assert!(funnel < own, "the second one came first");
    let saved = browser.submit("/dashboards", &tiles).await;
    let page = browser.get(&saved.location).await.html;
    assert!(page.contains("Milik kami"));
    assert_eq!(shown(&page), "1", "one deal is counted");
    let of =
        async |browser: &mut crate::browser::Browser, what: &str| shown(&browser.get(&format!("{}?{what}", saved.location)).await.html);
    assert_eq!(of(&mut browser, "period=last_year").await, "1");
    assert_eq!(of(&mut browser, "period=this_year").await, "0", "the period holds for every report");
    assert_eq!(of(&mut browser, &format!("owner={dewi}")).await, "0", "and so does the owner");
    // an administrator chooses what a role begins with
    browser.submit(&format!("{}/default", saved.location), &[("role", "marketing")]).await;
    assert_eq!(of_dewi.get("/dashboards").await.location, saved.location);
    browser.submit(&format!("{}/delete", saved.location), &[]).await;
    assert_eq!(browser.get(&saved.location).await.status, axum::http::StatusCode::NOT_FOUND);
    assert_eq!(of_dewi.get("/dashboards").await.location, "/dashboards/sales", "what is gone is no beginning");
});

both!(the_api_lists_reports_and_answers_any, async |w: &Workspace| {
    let siti = w.user("siti", role(w, "sales"), None).await;
    w.make("opportunity", json!({"name": "Satu", "kind": "renewal", "amount": 25, "owner": siti})).await;
    let token = w.engine.token_add(&w.system(), siti, "test", false, None).await.expect("a token");
    let ask = async |method: &str, path: &str, body: Option<Json>| -> (u16, Json) {
        use tower::ServiceExt;
        let request = axum::http::Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
        let request = request.header("content-type", "application/json").header("host", "localhost");
        let body = axum::body::Body::from(body.map(|b| b.to_string()).unwrap_or_default());
        let answer = w.http().oneshot(request.body(body).expect("a request")).await.expect("an answer");
        let status = answer.status().as_u16();
        let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
        (status, serde_json::from_slice(&bytes).unwrap_or(Json::Null))
    };
    let (status, all) = ask("GET", "/api/v1/reports", None).await;
    assert_eq!(status, 200);
    assert!(all["data"].as_array().expect("a list").iter().any(|r| r["key"] == "sales_funnel"));
    let (status, one) = ask("GET", "/api/v1/reports/pipeline_weighted", None).await;
    assert_eq!((status, &one["result"]["rows"]), (200, &json!(1)));
    let asked = json!({"report": {"object": "opportunity", "groups": [{"field": "kind"}], "measures": [{"key": "s", "function": "sum", "field": "amount"}]}});
    let (status, told) = ask("POST", "/api/v1/reports/answers", Some(asked)).await;
    assert_eq!(status, 200, "{told}");
    assert_eq!(told["lines"][0]["key"], "renewal");
    assert_eq!(told["lines"][0]["values"], json!(["25"]));
    // saved, read, changed and deleted, with the rights of the page
    let renewals =
        json!({"object": "opportunity", "filter": {"field": "kind", "op": "is", "value": "renewal"}, "measures": [{"key": "n"}]});
    let (status, made) = ask("POST", "/api/v1/reports", Some(json!({"name": "Perpanjangan", "about": "Berapa", "report": renewals}))).await;
    assert_eq!(
        (status, &made["name"], &made["scope"], &made["editable"]),
        (201, &json!("Perpanjangan"), &json!("private"), &json!(true)),
        "{made}"
    );
    let path = format!("/api/v1/reports/{}", made["key"].as_str().expect("a key"));
    let (status, changed) = ask("PATCH", &path, Some(json!({"name": "Kontrak"}))).await;
    assert_eq!((status, &changed["name"], &changed["about"]), (200, &json!("Kontrak"), &json!("Berapa")), "what is not named stays");
    assert_eq!(ask("GET", &path, None).await.1["result"]["totals"], json!([1]));
    assert_eq!(ask("GET", &format!("{path}/file?format=pdf"), None).await.0, 200);
    assert_eq!(ask("GET", &format!("{path}/file?format=doc"), None).await.0, 422);
    for (method, path, body, status) in [
        ("POST", "/api/v1/reports", json!({"name": "Tanpa isi"}), 422),
        ("POST", "/api/v1/reports", json!({"name": "Salah", "report": {"object": "opportunity", "measures": []}}), 422),
        (
            "POST",
            "/api/v1/reports",
            json!({"name": "Bagi", "scope": "everyone", "report": {"object": "opportunity", "measures": [{"key": "n"}]}}),
            403,
        ),
        ("PATCH", "/api/v1/reports/sales_funnel", json!({"name": "Milikku"}), 403),
        ("PATCH", "/api/v1/reports/999999", json!({"name": "Tidak ada"}), 404),
    ] {
        assert_eq!(ask(method, path, Some(body.clone())).await.0, status, "{method} {path} {body}");
    }
    let dodi = w.user("dodi", role(w, "sales"), None).await;
    let (own, theirs) = (made["key"].as_str().expect("a key").to_string(), w.of(dodi, Door::Api));
    let seen = w.engine.read(&theirs, move |tx| tx.report_entry(&own).map(|_| ())).await;
    assert_eq!(seen.expect_err("private").code, "not_found");
    assert_eq!(ask("DELETE", &path, None).await.0, 204);
    assert_eq!(ask("GET", &path, None).await.0, 404);
    let (status, refused) = ask("POST", "/api/v1/reports/answers", Some(json!({"report": {"object": "opportunity", "mesures": []}}))).await;
    assert_eq!((status, &refused["errors"][0]["code"]), (422, &json!("report_unreadable")));
    assert_eq!(ask("GET", "/api/v1/reports/none", None).await.0, 404);
});

both!(a_report_comes_by_mail_to_each_with_his_own_figures, async |w: &Workspace| {
    let ratna = w.user("ratna", role(w, "manager"), None).await;
    let siti = w.user("siti", role(w, "sales"), None).await;
    let fajar = w.user("fajar", role(w, "service"), None).await;
    w.make("opportunity", json!({"name": "Satu", "kind": "renewal", "owner": ratna, "amount": 5})).await;
    w.make("opportunity", json!({"name": "Dua", "kind": "expansion", "owner": siti, "amount": 9})).await;
    let mut browser = crate::browser::Browser::of(w, ratna).await;
    let saved = browser
        .submit(
            "/reports",
            &[("object", "opportunity"), ("chart", "bar"), ("g0", "kind"), ("m0", "count"), ("name", "Jenis"), ("scope", "everyone")],
        )
        .await;
    let key = saved.location.rsplit('/').next().expect("an id").to_string();
    let page = format!("/mailings/reports/{key}");
    let nobody = browser.submit(&page, &[("rhythm", "daily"), ("hour", "7")]).await;
    assert_eq!(nobody.status, axum::http::StatusCode::UNPROCESSABLE_ENTITY, "nobody would get it");
    let people = [ratna, siti, fajar].map(|id| id.to_string());
    let fields: Vec<(&str, &str)> = people.iter().map(|id| ("people", id.as_str())).chain([("rhythm", "daily"), ("hour", "10")]).collect();
    browser.submit(&page, &fields).await;
    let ordered = browser.get(&page).await.html;
    assert!(ordered.contains("Setiap hari, pukul 10.00") && ordered.contains("siti"));
    let id = ordered.split(&format!("{page}/")).nth(1).and_then(|rest| rest.split('/').next()).expect("an order").to_string();
    w.work_off().await;
    assert_eq!(w.mails(), 0, "it is nine in the morning");
    // a mail server that is away for a while makes no mail come twice
    w.mail_server(false);
    w.pass(3_600);
    w.work_off().await;
    w.mail_server(true);
    w.pass(600);
    let own = w.mail(0).await;
    assert_eq!(w.mails(), 2, "who may see no such record gets nothing");
    let file = own.files.first().expect("a file");
    assert!(own.to.starts_with("ratna") && file.name.ends_with(".pdf") && own.text.contains("/reports/"));
    let told = |mail: &akrab_engine::identity::Mail| crate::paper::read(&mail.files[0].content);
    assert!(told(&own).says("Perpanjangan") && told(&own).says("Perluasan"));
    let hers = told(&w.mail(1).await);
    assert!(hers.says("Perluasan") && !hers.says("Perpanjangan"), "her own alone: {}", hers.text());
    let rows = |mail: akrab_engine::identity::Mail| {
        use std::io::Read;
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(mail.files[1].content.to_vec())).expect("a workbook");
        let mut text = String::new();
        zip.by_name("xl/sharedStrings.xml").expect("texts").read_to_string(&mut text).expect("text");
        (text.contains("Perpanjangan"), text.contains("Perluasan"))
    };
    assert_eq!(rows(own), (true, true));
    assert_eq!(rows(w.mail(1).await), (false, true), "she sees her own alone");
    w.pass(86_400);
    w.work_off().await;
    assert_eq!(w.mails(), 4, "and again the next day");
    // a day later the former session has ended
    let mut browser = crate::browser::Browser::of(w, ratna).await;
    browser.submit(&format!("{page}/{id}/delete"), &[]).await;
    w.pass(2 * 86_400);
    w.work_off().await;
    assert_eq!(w.mails(), 4, "called off");
});
