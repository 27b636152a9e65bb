//! The company's directory (SCIM), service accounts, and how far narrow tokens reach.

use crate::browser::{Browser, PASSWORD};
use crate::digest;
use crate::hidden::person;
use crate::workspace::{Workspace, both};
use akrab_engine::identity::ServiceDraft;
use akrab_engine::{Ctx, Door};
use akrab_store::{GrantRow, OauthTokenRow};
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use tower::ServiceExt;

async fn admin(w: &Workspace) -> (i64, Ctx) {
    let role = w.engine.people().roles.iter().find(|r| r.key == "administrator").map(|r| r.id).expect("the role");
    let id = w.user("ratna", role, None).await;
    (id, w.of(id, Door::Page))
}

fn role(w: &Workspace, key: &str) -> i64 {
    w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role")
}

pub async fn ask(w: &Workspace, token: &str, method: &str, path: &str, headers: &[(&str, &str)], body: Json) -> (u16, Json, HeaderMap) {
    let mut request =
        Request::builder().method(method).uri(path).header("host", "127.0.0.1").header("authorization", format!("Bearer {token}"));
    let kind = if path.starts_with("/scim") { "application/scim+json" } else { "application/json" };
    request = request.header("content-type", kind);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
    let answer = w.http().oneshot(request.body(body).expect("a request")).await.expect("an answer");
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let bytes = to_bytes(answer.into_body(), 4 << 20).await.expect("a body");
    (status, serde_json::from_slice(&bytes).unwrap_or_default(), headers)
}

/// What Microsoft Entra sends of somebody new.
fn entra() -> Json {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef", "userName": "Siti@Contoh.test", "active": true, "displayName": "Siti Rahma",
        "emails": [{"primary": true, "type": "work", "value": "Siti@Contoh.test"}], "meta": {"resourceType": "User"},
        "name": {"formatted": "Siti Rahma", "familyName": "Rahma", "givenName": "Siti"}, "roles": [], "preferredLanguage": "en-US",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Penjualan"}
    })
}

/// What Okta sends.
fn okta() -> Json {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "budi@contoh.test",
        "name": {"givenName": "Budi", "familyName": "Santoso"}, "emails": [{"primary": true, "value": "budi@contoh.test", "type": "work"}],
        "displayName": "Budi Santoso", "locale": "id-ID", "externalId": "00ujl29u0le5T6Aj10h7", "groups": [], "password": "1mz050nq", "active": true
    })
}

both!(the_directory_adds_changes_and_takes_away_people, async |w: &Workspace| {
    let (ratna, ctx) = admin(w).await;
    let sales = role(w, "sales");
    let token = w.engine.write(&ctx, move |tx| tx.directory_open(sales)).await.expect("open");
    assert_eq!(ask(w, "akscim_salah", "GET", "/scim/v2/Users", &[], Json::Null).await.0, 401);
    assert_eq!(ask(w, "", "GET", "/scim/v2/Users", &[], Json::Null).await.0, 401);
    for place in
        ["ServiceProviderConfig", "ResourceTypes", "ResourceTypes/User", "Schemas", "Schemas/urn:ietf:params:scim:schemas:core:2.0:User"]
    {
        let (status, told, headers) = ask(w, &token, "GET", &format!("/scim/v2/{place}"), &[], Json::Null).await;
        let kind = headers.get("content-type").and_then(|v| v.to_str().ok());
        assert!(status == 200 && kind == Some("application/scim+json") && told["schemas"].is_array(), "{place}: {told}");
    }
    // Entra looks first, then adds, then changes in its own way
    let (_, none, _) = ask(w, &token, "GET", "/scim/v2/Users?filter=userName%20eq%20%22Siti%40Contoh.test%22", &[], Json::Null).await;
    assert_eq!((&none["totalResults"], &none["Resources"]), (&json!(0), &json!([])));
    let (status, siti, headers) = ask(w, &token, "POST", "/scim/v2/Users", &[], entra()).await;
    assert_eq!((status, &siti["userName"], &siti["active"]), (201, &json!("siti@contoh.test"), &json!(true)), "{siti}");
    assert_eq!(headers.get("location").and_then(|v| v.to_str().ok()), siti["meta"]["location"].as_str());
    assert_eq!(headers.get("etag").and_then(|v| v.to_str().ok()), siti["meta"]["version"].as_str());
    let (id, version) = (siti["id"].as_str().expect("an id").to_string(), siti["meta"]["version"].as_str().expect("a version").to_string());
    let here = format!("/scim/v2/Users/{id}");
    let known = w.engine.people().by_email("siti@contoh.test").cloned().expect("there");
    assert_eq!((known.name.as_str(), known.role.key.as_str(), known.language.as_str()), ("Siti Rahma", "sales", "en"));
    let (status, twice, _) = ask(w, &token, "POST", "/scim/v2/Users", &[], entra()).await;
    assert_eq!((status, &twice["scimType"]), (409, &json!("uniqueness")), "{twice}");
    let (status, budi, _) = ask(w, &token, "POST", "/scim/v2/Users", &[], okta()).await;
    assert_eq!((status, &budi["displayName"], &budi["externalId"]), (201, &json!("Budi Santoso"), &json!("00ujl29u0le5T6Aj10h7")));
    assert!(budi.get("password").is_none());
    for (filter, total) in [
        ("userName eq \"SITI@contoh.test\"", 1),
        ("externalId eq \"00ujl29u0le5T6Aj10h7\"", 1),
        ("emails.value eq \"budi@contoh.test\" and active eq true", 1),
        ("userName sw \"s\" or (displayName co \"santoso\" and not (active eq false))", 2),
        ("emails[type eq \"work\" and value ew \"@contoh.test\"] and roles.value ne \"sales\"", 1),
        ("meta.created gt \"2030-01-01T00:00:00Z\"", 0),
        ("externalId pr", 2),
        ("active eq false", 0),
        ("", 3),
    ] {
        let filter: String =
            filter.bytes().map(|b| if b.is_ascii_alphanumeric() { (b as char).to_string() } else { format!("%{b:02X}") }).collect();
        let (status, found, _) =
            ask(w, &token, "GET", &format!("/scim/v2/Users?filter={filter}&startIndex=1&count=2"), &[], Json::Null).await;
        assert_eq!((status, &found["totalResults"]), (200, &json!(total)), "{filter}: {found}");
        assert_eq!(found["Resources"].as_array().map(Vec::len), Some(total.min(2)));
    }
    let (_, last, _) = ask(w, &token, "GET", "/scim/v2/Users?startIndex=3&count=2", &[], Json::Null).await;
    assert_eq!((&last["startIndex"], last["Resources"].as_array().map(Vec::len)), (&json!(3), Some(1)));
    for wrong in
        ["shoeSize%20eq%207", "active%20gt%20true", "userName%20eq%20%22a%22%20or", "emails%5Btype%20eq%20%22work%22", "not%20active%20pr"]
    {
        let (status, told, _) = ask(w, &token, "GET", &format!("/scim/v2/Users?filter={wrong}"), &[], Json::Null).await;
        assert_eq!((status, &told["scimType"]), (400, &json!("invalidFilter")), "{wrong}");
    }
    let patch = |operations: Json| json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
    let renamed = patch(json!([
        {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "siti.baru@contoh.test"},
        {"op": "Replace", "path": "userName", "value": "siti.baru@contoh.test"},
        {"op": "Add", "path": "name.formatted", "value": "Siti R. Putri"},
        {"op": "Add", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "Gudang"}
    ]));
    let (status, told, _) = ask(w, &token, "PATCH", &here, &[("if-match", &version)], renamed.clone()).await;
    assert_eq!(
        (status, &told["userName"], &told["displayName"]),
        (200, &json!("siti.baru@contoh.test"), &json!("Siti R. Putri")),
        "{told}"
    );
    assert_eq!(ask(w, &token, "PATCH", &here, &[("if-match", &version)], renamed).await.0, 412, "changed since");
    let fresh = told["meta"]["version"].as_str().expect("a version").to_string();
    assert_eq!(ask(w, &token, "GET", &here, &[("if-none-match", &fresh)], Json::Null).await.0, 304);
    // who leaves is out at once, by every door, and the administrators hear of what is left behind
    let user: i64 = id.parse().expect("a number");
    w.make("contact", json!({"name": "Pelanggan", "owner": user})).await;
    let mut browser = Browser::of(w, user).await;
    let own = w.engine.token_add(&w.of(user, Door::Page), user, "Sendiri", false, None).await.expect("a token");
    assert_eq!(ask(w, &own, "GET", "/api/v1/me", &[], Json::Null).await.0, 200);
    let (status, told, _) =
        ask(w, &token, "PATCH", &here, &[], patch(json!([{"op": "Replace", "path": "active", "value": "False"}]))).await;
    assert_eq!((status, &told["active"]), (200, &json!(false)), "{told}");
    assert_eq!(browser.get("/settings/profile").await.status, 303);
    assert_eq!(ask(w, &own, "GET", "/api/v1/me", &[], Json::Null).await.0, 401);
    w.work_off().await;
    let mail = w.mail(0).await;
    assert!(
        mail.to == "ratna@contoh.test" && mail.text.contains("Siti R. Putri") && mail.text.contains(&format!("/settings/users/{id}/leave")),
        "{mail:?}"
    );
    let okta_back =
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "replace", "value": {"active": true}}]});
    assert_eq!(ask(w, &token, "PATCH", &here, &[], okta_back).await.1["active"], true);
    assert_eq!(ask(w, &own, "GET", "/api/v1/me", &[], Json::Null).await.0, 401, "nothing comes back with him");
    // a whole, and away
    let (status, told, _) =
        ask(w, &token, "PUT", &here, &[], json!({"schemas": [], "userName": "siti@contoh.test", "displayName": "Siti", "active": true}))
            .await;
    assert_eq!((status, &told["displayName"], told.get("externalId")), (200, &json!("Siti"), None), "{told}");
    assert_eq!(ask(w, &token, "DELETE", &here, &[], Json::Null).await.0, 204);
    assert_eq!(ask(w, &token, "GET", &here, &[], Json::Null).await.0, 404);
    // a value is chosen by what it is: a second address is let pass, one that is not there is no target
    let there = format!("/scim/v2/Users/{}", budi["id"].as_str().expect("an id"));
    let change = async |operations: Json| {
        let (status, told, _) = ask(w, &token, "PATCH", &there, &[], patch(operations)).await;
        (status, told)
    };
    let (status, told) = change(json!([{"op": "add", "path": "emails[type eq \"home\"].value", "value": "rumah@contoh.test"}])).await;
    assert_eq!((status, &told["userName"]), (200, &json!("budi@contoh.test")), "{told}");
    let (status, told) = change(json!([{"op": "replace", "path": "emails[type eq \"home\"].value", "value": "rumah@contoh.test"}])).await;
    assert_eq!((status, &told["scimType"]), (400, &json!("noTarget")), "{told}");
    let chosen = json!([{"op": "replace", "path": "emails[primary eq true and type eq \"work\"].value", "value": "budi.s@contoh.test"}]);
    assert_eq!(change(chosen).await.1["userName"], "budi.s@contoh.test");
    assert_eq!(change(json!([{"op": "remove", "path": "emails[type"}])).await.1["scimType"], "invalidPath");
    for wrong in [
        json!([]),
        json!({"Operations": [{"op": "x", "path": "active"}]}),
        json!({"Operations": [{"op": "replace", "path": "active", "value": 7}]}),
    ] {
        assert_eq!(ask(w, &token, "PATCH", &there, &[], wrong).await.0, 400);
    }
    // administrators are nobody's but their own
    let boss = format!("/scim/v2/Users/{ratna}");
    let taken = patch(json!([{"op": "replace", "path": "userName", "value": "pencuri@contoh.test"}]));
    assert_eq!(ask(w, &token, "PATCH", &boss, &[], taken).await.1["scimType"], "mutability");
    let off = patch(json!([{"op": "replace", "path": "active", "value": false}]));
    assert_eq!(ask(w, &token, "PATCH", &boss, &[], off).await.0, 400, "the last one stays");
    let raised = json!({"schemas": [], "userName": "baru@contoh.test", "roles": [{"value": "administrator"}]});
    assert_eq!(ask(w, &token, "POST", "/scim/v2/Users", &[], raised).await.0, 400);
    // a new token ends the one before, and closing ends all
    let next = w.engine.write(&ctx, move |tx| tx.directory_open(sales)).await.expect("renewed");
    assert_eq!(ask(w, &token, "GET", "/scim/v2/Users", &[], Json::Null).await.0, 401);
    w.engine.write(&ctx, |tx| tx.directory_close()).await.expect("closed");
    assert_eq!(ask(w, &next, "GET", "/scim/v2/Users", &[], Json::Null).await.0, 401);
});

both!(groups_of_the_directory_are_teams, async |w: &Workspace| {
    let (_, ctx) = admin(w).await;
    let sales = role(w, "sales");
    let token = w.engine.write(&ctx, move |tx| tx.directory_open(sales)).await.expect("open");
    let (siti, budi) = (w.user("siti", sales, None).await, w.user("budi", sales, None).await);
    let member = |id: i64| json!({"value": id.to_string()});
    let group = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Jakarta", "externalId": "g-1", "members": [member(siti)]});
    let (status, told, _) = ask(w, &token, "POST", "/scim/v2/Groups", &[], group).await;
    assert_eq!((status, &told["members"][0]["value"]), (201, &json!(siti.to_string())), "{told}");
    let here = format!("/scim/v2/Groups/{}", told["id"].as_str().expect("an id"));
    let patch = |operations: Json| json!({"Operations": operations});
    let (_, told, _) = ask(w, &token, "PATCH", &here, &[], patch(json!([{"op": "Add", "path": "members", "value": [member(budi)]}]))).await;
    assert_eq!(told["members"].as_array().map(Vec::len), Some(2), "{told}");
    let path = format!("members[value eq \"{siti}\"]");
    let (_, told, _) = ask(
        w,
        &token,
        "PATCH",
        &here,
        &[],
        patch(json!([{"op": "Remove", "path": path}, {"op": "replace", "value": {"displayName": "Jakarta Pusat"}}])),
    )
    .await;
    assert_eq!((&told["displayName"], &told["members"][0]["display"]), (&json!("Jakarta Pusat"), &json!("budi")), "{told}");
    // members by what they are
    let all = patch(json!([{"op": "replace", "path": "members", "value": [member(siti), member(budi)]}]));
    assert_eq!(ask(w, &token, "PATCH", &here, &[], all).await.1["members"].as_array().map(Vec::len), Some(2));
    let (_, told, _) = ask(w, &token, "PATCH", &here, &[], patch(json!([{"op": "remove", "path": "members[display sw \"s\"]"}]))).await;
    assert_eq!((told["members"].as_array().map(Vec::len), &told["members"][0]["display"]), (Some(1), &json!("budi")), "{told}");
    let (_, found, _) = ask(
        w,
        &token,
        "GET",
        "/scim/v2/Groups?filter=displayName%20eq%20%22jakarta%20pusat%22&excludedAttributes=members",
        &[],
        Json::Null,
    )
    .await;
    assert!(found["totalResults"] == 1 && found["Resources"][0].get("members").is_none(), "{found}");
    assert_eq!(
        ask(w, &token, "PATCH", &here, &[], patch(json!([{"op": "add", "path": "members", "value": [{"value": "99999"}]}]))).await.0,
        404
    );
    assert_eq!(ask(w, &token, "DELETE", &here, &[], Json::Null).await.0, 204);
    assert_eq!(w.engine.people().user(budi).and_then(|person| person.team), None);
});

both!(a_service_account_reaches_what_its_token_names_and_never_signs_in, async |w: &Workspace| {
    let (ratna, ctx) = admin(w).await;
    let contact = w.make("contact", json!({"name": "Pelanggan"})).await;
    let draft = ServiceDraft { name: "Gudang".into(), about: "Stok".into(), role: role(w, "manager"), active: true };
    let (wanted, raised) = (draft.clone(), ServiceDraft { role: role(w, "administrator"), ..draft.clone() });
    assert!(w.engine.write(&ctx, move |tx| tx.service_add(&raised)).await.is_err(), "no administrator");
    let id = w.engine.write(&ctx, move |tx| tx.service_add(&wanted)).await.expect("made");
    let token = async |scopes: &'static str| w.engine.write(&ctx, move |tx| tx.service_token_add(id, "Stok", scopes, Some(1))).await;
    assert!(token("").await.is_err() && token("hantu:read").await.is_err());
    let reader = token("contact:read").await.expect("a token");
    let here = format!("/api/v1/contacts/{contact}");
    assert_eq!(ask(w, &reader, "GET", &here, &[], Json::Null).await.0, 200);
    assert_eq!(ask(w, &reader, "PATCH", &here, &[], json!({"name": "X"})).await.0, 403);
    assert_eq!(ask(w, &reader, "GET", "/api/v1/accounts", &[], Json::Null).await.0, 404);
    let writer = token("contact:write").await.expect("a token");
    assert_eq!(ask(w, &writer, "PATCH", &here, &[], json!({"name": "Pelanggan Lama"})).await.0, 200);
    let shown = w.engine.read(&ctx, move |tx| tx.service(id)).await.expect("shown");
    assert!(shown.tokens.iter().all(|token| token.used_at.is_some()));
    w.pass(86_401);
    assert_eq!(ask(w, &reader, "GET", &here, &[], Json::Null).await.0, 401, "a day is over");
    let fresh = token("read").await.expect("a token");
    // nobody signs in as a program, whatever password somebody gives it
    let address = w.engine.people().user(id).expect("there").email.clone();
    w.engine.set_password(&w.system(), id, PASSWORD).await.expect("a password");
    assert_eq!(Browser::guest(w).await.sign_in(&address, PASSWORD).await.status, 422);
    let off = ServiceDraft { active: false, ..draft };
    w.engine.write(&ctx, move |tx| tx.service_change(id, &off)).await.expect("off");
    assert_eq!(ask(w, &fresh, "GET", "/api/v1/me", &[], Json::Null).await.0, 401);
    let mut browser = Browser::of(w, ratna).await;
    for page in ["/settings/services", "/settings/services/new", &format!("/settings/services/{id}"), "/settings/directory"] {
        assert_eq!(browser.get(page).await.status, 200, "{page}");
    }
});

/// A token of an app that was allowed exactly this.
async fn narrow(w: &Workspace, user: i64, scopes: &str) -> String {
    let secret = format!("akat_{scopes}");
    let id: String = Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let now = w.engine.now().timestamp().as_microsecond();
    let grant =
        GrantRow { id: 0, app: "app_x".into(), user, scopes: scopes.into(), resource: String::new(), created_at: now, used_at: None };
    let add = move |conn: &mut akrab_store::Conn| -> Result<(), akrab_store::StoreError> {
        let grant = conn.oauth_grant_add(&grant)?;
        conn.oauth_grant_touch(grant, now)?;
        conn.oauth_token_add(&OauthTokenRow {
            id: id.clone(),
            grant,
            kind: "access".into(),
            created_at: now,
            expires_at: now + 3_600_000_000,
            spent_at: None,
        })
    };
    w.engine.store().write(add).await.expect("a token");
    secret
}

both!(a_token_without_any_scope_opens_no_address_of_the_api, async |w: &Workspace| {
    let (ratna, _) = admin(w).await;
    let contact = w.make("contact", json!({"name": "Rahasia Besar", "owner": ratna})).await;
    let token = narrow(w, ratna, "").await;
    let before = digest::of(w).await;
    // what tells nothing of anybody's records
    let open = [
        "/api/v1/openapi.json",
        "/api/v1/me",
        "/api/v1/search",
        "/api/v1/reports",
        "/api/v1/hooks",
        "/api/v1/hooks/events",
        "/api/v1/flows",
    ];
    let mut walked = 0;
    for (method, path) in akrab_web::api::addresses() {
        let place = path
            .replace("{object}", "contacts")
            .replace("{id}", &contact.to_string())
            .replace("{field}", "name")
            .replace("{verb}", "restoration")
            .replace("{view}", "all")
            .replace("{report}", "leads");
        let place: String = place.split('/').map(|part| if part.starts_with('{') { "1" } else { part }).collect::<Vec<_>>().join("/");
        for body in [json!({}), json!({"name": "X", "all": true, "change": {"set": {"note": "x"}}, "object": "contacts", "id": contact})] {
            let body = if method == "get" { Json::Null } else { body };
            let (status, told, _) = ask(w, &token, &method.to_uppercase(), &place, &[], body).await;
            let fine = status >= 400 || open.contains(&path);
            assert!(fine && status < 500, "{method} {place}: {status} {told}");
            assert!(!told.to_string().contains("Rahasia Besar"), "{method} {place}: {told}");
        }
        walked += 1;
    }
    assert!(walked > 50, "{walked} addresses");
    assert_eq!(before, digest::of(w).await, "nothing was changed");
    for page in ["/live", "/contacts", "/settings/profile", "/approvals", "/mcp"] {
        assert!(![200, 202].contains(&ask(w, &token, "GET", page, &[], Json::Null).await.0), "{page}");
    }
});

both!(ending_all_tokens_ends_what_apps_were_allowed, async |w: &Workspace| {
    let siti = person(w, "siti", json!({})).await;
    let ctx = w.of(siti, Door::Page);
    let own = w.engine.token_add(&ctx, siti, "Sendiri", false, None).await.expect("a token");
    let app = narrow(w, siti, "read").await;
    for token in [&own, &app] {
        assert_eq!(ask(w, token, "GET", "/api/v1/me", &[], Json::Null).await.0, 200);
    }
    w.engine.end_tokens(&ctx, siti).await.expect("ended");
    for token in [&own, &app] {
        assert_eq!(ask(w, token, "GET", "/api/v1/me", &[], Json::Null).await.0, 401);
    }
});

both!(scripts_of_other_sites_come_in_by_the_assistants_door_alone, async |w: &Workspace| {
    let elsewhere = ("origin", "https://asisten.test");
    let asks = ("access-control-request-method", "POST");
    for place in [
        "/mcp",
        "/oauth/token",
        "/oauth/register",
        "/oauth/revoke",
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-protected-resource/mcp",
    ] {
        let (status, _, headers) = ask(w, "", "OPTIONS", place, &[elsewhere, asks], Json::Null).await;
        let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_string();
        assert_eq!((status, header("access-control-allow-origin").as_str()), (204, "*"), "{place}");
        assert!(header("access-control-allow-headers").contains("authorization") && header("access-control-allow-credentials").is_empty());
    }
    let (_, _, headers) = ask(w, "", "POST", "/mcp", &[], json!({})).await;
    assert!(headers.contains_key("www-authenticate") && headers["access-control-allow-origin"] == "*", "{headers:?}");
    for place in ["/api/v1/me", "/oauth/authorize", "/sign-in", "/live", "/scim/v2/Users", "/hooks/x", "/contacts"] {
        let (_, _, headers) = ask(w, "", "OPTIONS", place, &[elsewhere, asks], Json::Null).await;
        assert!(!headers.contains_key("access-control-allow-origin"), "{place}");
        let (_, _, headers) = ask(w, "", "GET", place, &[elsewhere], Json::Null).await;
        assert!(!headers.contains_key("access-control-allow-origin"), "{place}");
    }
});
