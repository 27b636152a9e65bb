//! What follows from a hidden field is hidden with it, and what was answered once is not answered for ever.

use crate::browser::Browser;
use crate::workspace::{Workspace, both, map};
use akrab_engine::view::{ViewDraft, ViewScope, ViewState};
use akrab_engine::{Door, ListRequest};
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use serde_json::{Value as Json, json};
use tower::ServiceExt;

/// A user whose role may do everything with these objects, but for what `rights` says of them.
pub async fn person(w: &Workspace, name: &str, rights: Json) -> i64 {
    let mut all = json!({});
    for object in w.engine.registry().objects().filter(|o| !o.is_system()) {
        all[&object.key] = json!({"create": true, "read": "all", "edit": "all", "delete": "all", "export": "all"});
    }
    for (object, part) in rights.as_object().into_iter().flatten() {
        for (key, value) in part.as_object().into_iter().flatten() {
            all[object][key] = value.clone();
        }
    }
    let role = w.make("role", json!({"key": name, "name": name, "rights": all})).await;
    w.user(name, role, None).await
}

async fn deal(w: &Workspace) -> (i64, i64) {
    let account = w.make("account", json!({"name": "PT Gayo Kopi"})).await;
    let deal = w.make("opportunity", json!({"name": "Mesin", "account": account, "amount": "899999999999", "probability": "10"})).await;
    (account, deal)
}

both!(what_is_worked_out_of_a_hidden_field_is_hidden, async |w: &Workspace| {
    let (account, opportunity) = deal(w).await;
    let open = person(w, "terbuka", json!({})).await;
    let cases = [
        ("jumlah", json!({"opportunity": {"fields": {"amount": "hidden"}}}), vec!["pipeline_value", "won_value"], vec!["weighted"]),
        ("nama", json!({"account": {"fields": {"name": "hidden"}}}), vec!["name", "name_key"], vec![]),
        (
            "tahap",
            json!({"opportunity": {"fields": {"stage": "hidden"}}}),
            vec!["open_opportunities", "pipeline_value", "won_count", "lost_count", "win_rate"],
            vec!["stage_since", "closed_at"],
        ),
        (
            "tanpa",
            json!({"opportunity": {"read": "none"}}),
            vec!["open_opportunities", "pipeline_value", "won_value", "won_count", "lost_count", "win_rate"],
            vec![],
        ),
    ];
    let told = w.engine.get(&w.of(open, Door::Api), "account", account).await.expect("seen");
    assert!(told.has("pipeline_value") && told.has("name_key"));
    for (name, rights, of_account, of_deal) in cases {
        let ctx = w.of(person(w, name, rights).await, Door::Api);
        let record = w.engine.get(&ctx, "account", account).await.expect("seen");
        for key in &of_account {
            assert!(!record.has(key), "{name}: {key}");
            for request in [
                ListRequest { object: "account".into(), sort: vec![(*key).into()], ..Default::default() },
                ListRequest { object: "account".into(), columns: vec![(*key).into()], ..Default::default() },
                ListRequest {
                    object: "account".into(),
                    filter: Some(akrab_model::Filter::test(key, akrab_model::filter::Op::NotEmpty, true)),
                    ..Default::default()
                },
            ] {
                assert!(w.engine.list(&ctx, request).await.is_err(), "{name}: {key} is not asked about either");
            }
        }
        for key in &of_deal {
            assert!(!w.engine.get(&ctx, "opportunity", opportunity).await.expect("seen").has(key), "{name}: {key}");
        }
        assert!(record.has("number") && record.has("last_contact"), "{name}: what has nothing to do with it stays");
    }
    // records out of reach are counted too: the right on the figure decides
    let own = person(w, "sendiri", json!({"opportunity": {"read": "own"}})).await;
    let record = w.engine.get(&w.of(own, Door::Api), "account", account).await.expect("seen");
    assert_eq!(record.get("open_opportunities").int(), Some(1));
});

pub async fn send(w: &Workspace, user: i64, method: &str, path: &str, key: &str, body: &Json) -> (StatusCode, Json) {
    let token = w.engine.token_add(&w.system(), user, "uji", false, None).await.expect("a token");
    let request = Request::builder().method(method).uri(format!("/api/v1{path}")).header("host", "127.0.0.1");
    let request = request.header("authorization", format!("Bearer {token}")).header("content-type", "application/json");
    let request = request.header("idempotency-key", key).body(Body::from(body.to_string())).expect("a request");
    let response = w.http().oneshot(request).await.expect("an answer");
    let status = response.status();
    let bytes = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

both!(an_answer_given_again_tells_only_what_may_be_read_by_then, async |w: &Workspace| {
    let user = person(w, "dewi", json!({})).await;
    let role = w.engine.people().user(user).expect("dewi").role.id;
    let body = json!({"name": "Idem Corp", "note": "RAHASIA"});
    let batch = json!({"operations": [{"op": "create", "object": "accounts", "data": body}]});
    let first = send(w, user, "POST", "/accounts", "k1", &body).await;
    let many = send(w, user, "POST", "/batch", "k2", &batch).await;
    assert_eq!((first.0, many.0), (StatusCode::CREATED, StatusCode::OK));
    assert_eq!(send(w, user, "POST", "/accounts", "k1", &body).await, first, "the same again");
    assert_eq!(send(w, user, "POST", "/batch", "k2", &batch).await, many, "the same again");
    let rights = |access: Json| map(json!({"rights": {"account": access}}));
    let hidden = json!({"create": true, "read": "all", "fields": {"note": "hidden"}});
    w.engine.update(&w.system(), "role", role, rights(hidden), None).await.expect("changed");
    let cut = send(w, user, "POST", "/accounts", "k1", &body).await;
    assert_eq!((cut.0, &cut.1["name"], cut.1.get("note")), (StatusCode::CREATED, &first.1["name"], None));
    w.engine.update(&w.system(), "role", role, rights(json!({"create": true, "read": "none"})), None).await.expect("changed");
    let gone = send(w, user, "POST", "/accounts", "k1", &body).await;
    assert_eq!(gone.0, StatusCode::NOT_FOUND, "{}", gone.1);
    let many = send(w, user, "POST", "/batch", "k2", &batch).await;
    assert!(many.1["data"][0]["id"].is_i64() && !many.1.to_string().contains("Idem Corp"), "{}", many.1);
});

both!(a_view_over_a_hidden_field_is_shown_without_it, async |w: &Workspace| {
    deal(w).await;
    let author = person(w, "penulis", json!({})).await;
    let reader = person(w, "pembaca", json!({"opportunity": {"fields": {"amount": "hidden"}}})).await;
    let filter = json!({"all": [
        {"field": "amount", "op": "gt", "value": 5},
        {"field": "name", "op": "contains", "value": "mesin"},
        {"not": {"any": [{"field": "amount", "op": "lt", "value": 1}, {"field": "name", "op": "is", "value": "Lain"}]}},
    ]});
    let ids: Vec<i64> = {
        let ctx = w.of(author, Door::Page);
        let draft = |name: &str, state: ViewState| ViewDraft { name: name.into(), scope: ViewScope::Everyone, state };
        let views = [
            draft("Besar", ViewState { filter: Some(filter), ..ViewState::default() }),
            draft("Urut", ViewState { sort: vec!["-amount".into()], ..ViewState::default() }),
            draft("Biasa", ViewState { sort: vec!["name".into()], ..ViewState::default() }),
        ];
        let save = move |tx: &mut akrab_engine::Tx| {
            let object = tx.object("opportunity")?;
            views.iter().map(|view| tx.create_view(&object, view)).collect::<akrab_engine::Result<Vec<i64>>>()
        };
        w.engine.write(&ctx, save).await.expect("saved")
    };
    let (mut his, mut hers) = (Browser::of(w, author).await, Browser::of(w, reader).await);
    for (n, id) in ids.iter().enumerate() {
        let address = format!("/opportunities?view={id}&type=table");
        for (browser, noted) in [(&mut his, false), (&mut hers, n < 2)] {
            let page = browser.get(&address).await;
            assert_eq!((page.status, page.rows()), (StatusCode::OK, vec!["Mesin".to_string()]), "view {n}");
            assert_eq!(page.html.contains("ak-view-note"), noted, "view {n}");
        }
    }
    let typed = filtered();
    assert_eq!(hers.get(&typed).await.status, StatusCode::UNPROCESSABLE_ENTITY, "a condition of one's own is refused");
});

fn filtered() -> String {
    "/opportunities?filter=%7B%22field%22%3A%22amount%22%2C%22op%22%3A%22gt%22%2C%22value%22%3A5%7D".into()
}

both!(an_order_by_a_link_tells_no_more_than_its_cells, async |w: &Workspace| {
    let user = person(w, "siti", json!({"account": {"read": "own"}, "contact": {"read": "all"}})).await;
    let mut made = Vec::new();
    for (account, mine) in [("Cahaya", true), ("Bintang", false), ("Angkasa", true), ("Dirgantara", false)] {
        let owner = if mine { json!(user) } else { json!(null) };
        let of = w.make("account", json!({"name": account, "owner": owner})).await;
        for n in 0..3 {
            made.push((account, w.make("contact", json!({"name": format!("{account} {n}"), "account": of})).await));
        }
    }
    made.push(("", w.make("contact", json!({"name": "Sendiri"})).await));
    let ids = |accounts: &[&str]| made.iter().filter(|(of, _)| accounts.contains(of)).map(|(_, id)| *id).collect::<Vec<_>>();
    let ctx = w.of(user, Door::Api);
    for sort in [vec!["account"], vec!["account", "created_at"]] {
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let sort = sort.iter().map(|s| (*s).to_string()).collect();
            let request = ListRequest { object: "contact".into(), sort, limit: 4, after: after.take(), ..Default::default() };
            let page = w.engine.list(&ctx, request).await.expect("a page");
            seen.extend(page.records.iter().map(|r| (r.id, r.link_title("account").map(str::to_string))));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let wanted = [ids(&["Angkasa"]), ids(&["Cahaya"]), ids(&["Bintang", "Dirgantara", ""])].concat();
        assert_eq!(seen.iter().map(|(id, _)| *id).collect::<Vec<_>>(), wanted, "{sort:?}: out of sight is as without");
        assert!(seen[6..].iter().all(|(_, title)| title.is_none()));
    }
    let request = ListRequest { object: "contact".into(), sort: vec!["created_by".into()], ..Default::default() };
    assert!(w.engine.list(&ctx, request).await.is_err(), "a link without an index heads no sort");
    let request = ListRequest { object: "contact".into(), sort: vec!["created_at".into(), "account".into()], ..Default::default() };
    assert_eq!(w.engine.list(&ctx, request).await.expect_err("refused").fields[0].code, "link_sorts_first");
});
