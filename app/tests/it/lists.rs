//! Lists and boards as a browser meets them.

use crate::browser::Browser;
use crate::workspace::{Workspace, both, map};
use axum::http::StatusCode;
use serde_json::json;

/// An administrator at a browser, with a role's id for further people.
async fn admin(w: &Workspace) -> (Browser, i64) {
    let role = role(w, "administrator").await;
    let user = w.user("ratna", role, None).await;
    (Browser::of(w, user).await, user)
}

async fn role(w: &Workspace, key: &str) -> i64 {
    let people = w.engine.people();
    people.roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role exists")
}

async fn user(w: &Workspace, name: &str, key: &str) -> i64 {
    w.user(name, role(w, key).await, None).await
}

async fn accounts(w: &Workspace, owner: i64, count: usize) {
    for n in 0..count {
        let status = if n % 2 == 0 { "active" } else { "prospect" };
        w.make("account", json!({"name": format!("Toko {n:03}"), "status": status, "owner": owner})).await;
    }
}

fn encoded(json: &serde_json::Value) -> String {
    json.to_string().bytes().map(|b| format!("%{b:02X}")).collect()
}

both!(a_list_is_read_forward_and_back, async |w: &Workspace| {
    let (mut browser, user) = admin(w).await;
    accounts(w, user, 60).await;
    let first = browser.get("/accounts?sort=name&limit=25").await;
    assert_eq!(first.status, StatusCode::OK);
    assert_eq!(first.rows().first().map(String::as_str), Some("Toko 000"));
    assert_eq!(first.rows().len(), 25);
    assert!(first.html.contains("1–25 dari 60"), "the pager says where one is");
    let second = browser.get(&first.rel("next").expect("a further page")).await;
    assert_eq!(second.rows().first().map(String::as_str), Some("Toko 025"));
    assert!(second.html.contains("26–50 dari 60"));
    let third = browser.get(&second.rel("next").expect("a last page")).await;
    assert_eq!(third.rows().len(), 10);
    assert!(third.rel("next").is_none());
    let back = browser.get(&third.rel("prev").expect("a page before")).await;
    assert_eq!(back.rows(), second.rows());
});

both!(the_address_holds_the_filter, async |w: &Workspace| {
    let (mut browser, user) = admin(w).await;
    accounts(w, user, 6).await;
    let filter =
        encoded(&json!({"all": [{"field": "status", "op": "is", "value": "prospect"}, {"field": "owner", "op": "in", "value": ["me"]}]}));
    let page = browser.get(&format!("/accounts?sort=name&filter={filter}")).await;
    assert_eq!(page.rows(), ["Toko 001", "Toko 003", "Toko 005"]);
    assert!(page.html.contains("Calon pelanggan") && page.html.contains("Saya"), "chips say the filter in words");
    let quick = browser.get("/accounts?view=all&quick=status:%3Dactive").await;
    assert_eq!(quick.status, StatusCode::SEE_OTHER);
    assert!(quick.location.contains("filter="), "a quick filter becomes a part of the address");
    let plain = browser.get("/accounts?filter=&add-field=name&add-op=contains&add-value=003").await;
    assert_eq!(browser.get(&plain.location).await.rows(), ["Toko 003"]);
});

both!(a_filter_over_children_is_written_as_a_field, async |w: &Workspace| {
    let (mut browser, user) = admin(w).await;
    accounts(w, user, 3).await;
    let account = w.make("account", json!({"name": "Hotel Bumi Arjuna", "status": "active", "owner": user})).await;
    w.make("opportunity", json!({"name": "Kontrak", "account": account, "amount": 25_000_000, "owner": user})).await;
    let filter = encoded(&json!({"all": [{"field": ">opportunity.account:sum:amount", "op": "gt", "value": "10jt"}]}));
    let page = browser.get(&format!("/accounts?filter={filter}")).await;
    assert_eq!(page.rows(), ["Hotel Bumi Arjuna"]);
    let count = browser.fragment(&format!("/accounts/count?filter={filter}")).await;
    assert!(count.html.contains("<b>1</b> dari 4"), "{}", count.html);
});

both!(what_the_builder_cannot_draw_stays_in_the_filter, async |w: &Workspace| {
    let (mut browser, user) = admin(w).await;
    for (name, status, amounts) in
        [("Hotel Arjuna", "active", &[60, 70][..]), ("Hotel Bima", "active", &[60, 1]), ("Hotel Cakra", "prospect", &[60, 70])]
    {
        let account = w.make("account", json!({"name": name, "status": status, "owner": user})).await;
        for amount in amounts {
            w.make("opportunity", json!({"name": "Kontrak", "account": account, "amount": amount * 1_000_000, "owner": user})).await;
        }
    }
    let counted = json!({"child": "opportunity.account", "where": {"field": "amount", "op": "gt", "value": 50_000_000}, "agg": "count", "op": "gte", "value": 2});
    let not = json!({"not": {"field": "status", "op": "is", "value": "prospect"}});
    let filter = encoded(&json!({"all": [counted, not, {"field": "name", "op": "contains", "value": "hotel"}]}));
    assert_eq!(browser.get(&format!("/accounts?filter={filter}")).await.rows(), ["Hotel Arjuna"]);
    let builder = browser.get(&format!("/accounts/filter?filter={filter}")).await.html;
    assert_eq!(builder.matches("ak-filter-words").count(), 2, "each stands there in words: {builder}");
    let tree =
        builder.split("name=\"filter\" value=\"").nth(1).and_then(|s| s.split('"').next()).expect("the tree").replace("&quot;", "\"");
    let tree: serde_json::Value = serde_json::from_str(&tree).expect("JSON");
    for kept in [&counted, &not] {
        assert!(tree["all"].as_array().is_some_and(|all| all.contains(kept)), "{kept} is not in {tree}");
    }
    assert_eq!(tree["all"].as_array().map(Vec::len), Some(3), "{tree}");
    // applied with one condition more, on a field that has one already
    let applied = browser.get(&format!("/accounts?filter={}&add-field=name&add-op=contains&add-value=a", encoded(&tree))).await;
    assert_eq!(applied.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get(&applied.location).await.rows(), ["Hotel Arjuna"]);
    let applied = browser.get(&format!("/accounts?filter={}&add-field=name&add-op=contains&add-value=bima", encoded(&tree))).await;
    assert!(browser.get(&applied.location).await.rows().is_empty(), "all of them hold");
});

/// Tags of a page that keep what is in them from whoever has no script.
fn shut(html: &str) -> Vec<&str> {
    let main = html.split("<main").nth(1).and_then(|s| s.split("</main>").next()).expect("a page");
    let tags = main.split('<').filter_map(|part| part.split('>').next());
    let closed = |tag: &str| tag.starts_with("dialog ") && !tag.starts_with("dialog open ");
    tags.filter(|tag| closed(tag) || tag.contains("data-filter hidden")).collect()
}

both!(a_dialog_asked_for_as_a_page_is_seen_without_script, async |w: &Workspace| {
    let (mut browser, _) = admin(w).await;
    let account = w.make("account", json!({"name": "Hotel Arjuna", "status": "active"})).await;
    let deletion = format!("/accounts/{account}/delete");
    for address in
        ["/contacts/new", "/tasks/new", "/create", "/accounts/export", "/accounts/arrange", "/accounts/views/new?view=", deletion.as_str()]
    {
        let page = browser.get(address).await;
        assert_eq!(page.status, StatusCode::OK, "{address}");
        assert!(page.html.contains("<dialog open "), "{address} stands open");
        assert_eq!(shut(&page.html), Vec::<&str>::new(), "{address}");
        let part = browser.fragment(address).await;
        assert!(part.html.contains("<dialog ") && !part.html.contains("<dialog open "), "{address} is opened by script");
    }
    let page = browser.get("/accounts/filter").await;
    assert_eq!(shut(&page.html), Vec::<&str>::new());
    assert!(page.html.contains("name=\"add-field\"") && page.html.contains("data-filter-close"));
    let part = browser.fragment("/accounts/filter").await.html;
    assert!(part.contains("data-filter hidden"), "in a list it is opened by script");
    // a form of such a page does its work, and comes back open with its faults
    let refused = browser.submit("/contacts/new", &[("fields", "name"), ("name", "")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.html.contains("<dialog open "));
    assert_eq!(browser.submit("/contacts/new", &[("fields", "name"), ("name", "Kemala")]).await.status, StatusCode::SEE_OTHER);
});

both!(a_filter_that_cannot_be_read_is_refused, async |w: &Workspace| {
    let (mut browser, _) = admin(w).await;
    for filter in [json!({"field": "nothing", "op": "is", "value": 1}), json!({"field": "status", "op": "is", "value": "blue"}), json!([1])]
    {
        let page = browser.get(&format!("/accounts?filter={}", encoded(&filter))).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{filter}");
    }
    assert_eq!(browser.get("/accounts?after=nonsense").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(browser.get("/nothings").await.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/users").await.status, StatusCode::NOT_FOUND);
});

both!(a_view_is_seen_by_those_it_is_for, async |w: &Workspace| {
    let (mut browser, _) = admin(w).await;
    let sales = role(w, "sales").await;
    let other = w.user("bagus", sales, None).await;
    let saved = browser.post("/accounts/views?view=all&sort=-name", "name=Milik+Ratna&scope=private").await;
    assert!(saved.location.starts_with("/accounts?view="), "{}", saved.location);
    let view = saved.location.clone();
    assert!(browser.get(&view).await.html.contains("Milik Ratna"));
    let mut theirs = Browser::of(w, other).await;
    assert!(!theirs.get("/accounts").await.html.contains("Milik Ratna"));
    let id = view.rsplit('=').next().unwrap_or_default();
    assert_eq!(theirs.post(&format!("/accounts/views/{id}/deletion"), "").await.status, StatusCode::NOT_FOUND);
    browser.post(&format!("/accounts/views/{id}/edit"), "name=Untuk+semua&scope=everyone").await;
    assert!(theirs.get("/accounts").await.html.contains("Untuk semua"));
    assert_eq!(theirs.post(&format!("/accounts/views/{id}/edit"), "name=Punya+saya&scope=private").await.status, StatusCode::FORBIDDEN);
    assert_eq!(theirs.post("/accounts/views?view=all", "name=Semua&scope=everyone").await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.post("/accounts/views?view=all", "name=&scope=private").await.status, StatusCode::UNPROCESSABLE_ENTITY);
});

both!(a_stage_asks_for_what_its_gate_wants, async |w: &Workspace| {
    let (mut browser, user) = admin(w).await;
    let record = w.make("opportunity", json!({"name": "Pasokan 2027", "owner": user})).await;
    let pipeline = w.engine.get(&w.system(), "opportunity", record).await.expect("the record").link("pipeline").expect("a pipeline");
    let gated = json!({"name": "Kontrak", "pipeline": pipeline, "position": 9, "category": "open", "probability": 80, "gate": ["amount"]});
    let stage = w.make("stage", gated).await;
    let refused = browser.post(&format!("/opportunities/{record}/stage"), &format!("stage={stage}")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.html.contains("<dialog") && refused.html.contains("name=\"amount\""), "{}", refused.html);
    let entered = browser.post(&format!("/opportunities/{record}/stage"), &format!("stage={stage}&gate=1&asked=amount&amount=25jt")).await;
    assert_eq!(entered.status, StatusCode::OK, "{}", entered.html);
    let now = w.engine.get(&w.system(), "opportunity", record).await.expect("the record");
    assert_eq!((now.link("stage"), now.get("amount").dec()), (Some(stage), Some(25_000_000.into())));
    let board = browser.get("/opportunities?type=board").await;
    assert!(board.html.contains("Pasokan 2027") && board.html.contains("data-board-column"));
});

both!(what_changed_nothing_offers_no_undo_of_something_else, async |w: &Workspace| {
    let (mut browser, user) = admin(w).await;
    let record = w.make("opportunity", json!({"name": "Pasokan 2027", "owner": user})).await;
    w.engine.update(&w.system(), "opportunity", record, map(json!({"amount": 25_000_000})), None).await.expect("changed");
    let stage = w.engine.get(&w.system(), "opportunity", record).await.expect("the record").link("stage").expect("a stage");
    let stayed = browser.post(&format!("/opportunities/{record}/stage"), &format!("stage={stage}")).await;
    assert!(stayed.status == StatusCode::OK && !stayed.html.contains("/undo"), "{}", stayed.html);
    let same = browser.post(&format!("/opportunities/{record}/fields/name?as=cell"), "was.name=Pasokan+2027&name=Pasokan+2027").await;
    assert!(same.status == StatusCode::OK && !same.html.contains("/undo"), "{}", same.html);
    let other = browser.post(&format!("/opportunities/{record}/fields/name?as=cell"), "was.name=Pasokan+2027&name=Pasokan").await;
    assert!(other.html.contains("/undo"), "{}", other.html);
});

both!(an_edit_in_a_cell_does_not_overwrite_anothers, async |w: &Workspace| {
    let (mut browser, user) = admin(w).await;
    let account = w.make("account", json!({"name": "Kedai Rindang", "owner": user})).await;
    let field = format!("/accounts/{account}/fields/email?as=cell");
    let saved = browser.post(&field, "was.email=&email=satu%40contoh.test").await;
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.html);
    assert!(saved.html.contains("satu@contoh.test"));
    let stale = browser.post(&field, "was.email=&email=dua%40contoh.test").await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED);
    assert!(stale.html.contains("<form"), "what was typed is kept");
    let wrong = browser.post(&field, "was.email=satu%40contoh.test&email=bukan+email").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let now = w.engine.get(&w.system(), "account", account).await.expect("the record");
    assert_eq!(now.text("email"), "satu@contoh.test");
});

both!(groups_and_totals_cover_the_whole_result, async |w: &Workspace| {
    let (mut browser, user) = admin(w).await;
    accounts(w, user, 12).await;
    let page = browser.get("/accounts?filter=&group=status&sort=name").await;
    assert_eq!(page.html.matches("data-group").count(), 2, "one head per value in use");
    assert_eq!(page.rows().len(), 10, "each open group shows its first rows");
    let rows = browser.fragment("/accounts/rows?filter=&group=status&sort=name&in=prospect&all=6&done=0").await;
    assert_eq!(rows.rows().len(), 6);
});

both!(an_object_out_of_reach_does_not_exist_on_any_page, async |w: &Workspace| {
    admin(w).await;
    let id = w.make("account", json!({"name": "Kopi Rahasia"})).await;
    let role = w.make("role", json!({"key": "guest", "name": "Tamu"})).await;
    let guest = w.user("tamu", role, None).await;
    let mut browser = Browser::of(w, guest).await;
    for page in ["", "/new", "/import", "/export", "/bin", "/count", "/columns"] {
        for answer in [browser.get(&format!("/accounts{page}")).await, browser.fragment(&format!("/accounts{page}")).await] {
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "/accounts{page}");
        }
    }
    for page in [format!("/accounts/{id}"), format!("/accounts/{id}/edit"), "/opportunities?view=board".into(), "/pick/account".into()] {
        assert_eq!(browser.get(&page).await.status, StatusCode::NOT_FOUND, "{page}");
    }
    let saved = browser.post("/accounts/views?view=all", "name=Semua&scope=private").await;
    assert_eq!(saved.status, StatusCode::NOT_FOUND);
    assert_eq!(browser.post("/accounts/new", "name=Baru").await.status, StatusCode::NOT_FOUND);
});

both!(rows_stand_close_for_whoever_wants_them_so, async |w: &Workspace| {
    let (ratna, siti) = (user(w, "ratna", "administrator").await, user(w, "siti", "sales").await);
    w.make("account", json!({"name": "Hotel Arjuna", "owner": siti})).await;
    let (mut one, mut other) = (Browser::of(w, ratna).await, Browser::of(w, siti).await);
    let kept = one.submit("/accounts/density?view=all&sort=name", &[("view", "all"), ("compact", "1")]).await;
    assert_eq!(kept.location, "/accounts?view=all&sort=name", "back to the list as it was");
    assert!(one.get("/accounts?view=all").await.html.contains("ak-table-compact"));
    assert!(!other.get("/accounts?view=all").await.html.contains("ak-table-compact"), "for oneself alone");
    one.submit("/accounts/density?view=all", &[("view", "all")]).await;
    assert!(!one.get("/accounts?view=all").await.html.contains("ak-table-compact"));
});

both!(cells_that_cannot_be_edited_say_why, async |w: &Workspace| {
    let siti = user(w, "siti", "sales").await;
    let budi = user(w, "budi", "manager").await;
    w.make("account", json!({"name": "Hotel Arjuna", "owner": siti})).await;
    w.make("contact", json!({"name": "Lestari", "owner": budi})).await;
    let mut browser = Browser::of(w, siti).await;
    let page = browser.get("/accounts?columns=number,win_rate,won_value,contract,phone").await.html;
    for lock in ["number", "formula", "rollup"] {
        assert!(page.contains(&format!("data-lock=\"{lock}\"")), "{lock}");
    }
    assert!(page.contains("formula=Dihitung dengan rumus") && page.contains("title=\"Nomor: Nomor diberikan oleh program.\""));
    // its editor is at /accounts/1/fields/phone, which follows from the row and the column
    assert!(page.contains("data-href=\"/accounts/1\"") && page.contains("data-column=\"phone\"") && page.contains(" data-edit>"));
    assert!(page.contains("/accounts/1/edit?only=contract&amp;back=") && page.contains("data-edit-dialog"), "a file is edited in a dialog");
    let sumarni = user(w, "sumarni", "readonly").await;
    let mut reader = Browser::of(w, sumarni).await;
    assert!(!reader.get("/accounts?columns=phone").await.html.contains("data-edit"), "who only reads edits nothing");
});

both!(a_phone_arranges_a_list_in_one_dialog, async |w: &Workspace| {
    let ratna = user(w, "ratna", "administrator").await;
    w.make("account", json!({"name": "Hotel Arjuna"})).await;
    let mut browser = Browser::of(w, ratna).await;
    assert!(browser.get("/accounts").await.html.contains("/accounts/arrange"), "reached from the menu");
    let dialog = browser.fragment("/accounts/arrange?sort=name").await.html;
    for part in ["group=status", "sort=-name", "/accounts/columns", "/accounts/views/new", "group=created_at:year"] {
        assert!(dialog.contains(part), "{part}");
    }
    let columns = browser.fragment("/accounts/columns").await.html;
    assert!(columns.contains("data-search-list"), "columns are searched by name");
});

both!(groups_by_stage_follow_the_pipeline, async |w: &Workspace| {
    let (mut browser, user) = admin(w).await;
    for (stage, count) in [("Menang", 3), ("Penawaran", 2), ("Baru", 1)] {
        let stages = akrab_engine::ListRequest { object: "stage".into(), limit: 200, ..Default::default() };
        let stages = w.engine.list(&w.system(), stages).await.expect("stages").records;
        let id = stages.iter().find(|s| s.title() == stage).map(|s| s.id).expect("the stage");
        for n in 0..count {
            let deal = json!({"name": format!("{stage} {n}"), "stage": id, "amount": 1_000_000, "close_date": "2026-12-01",
                "close_reason": "price", "competitor": "Kopi Sebelah", "owner": user});
            w.make("opportunity", deal).await;
        }
    }
    let page = browser.get("/opportunities?type=table&filter=&group=stage").await;
    let heads: Vec<&str> = page.html.split("data-group").skip(1).filter_map(|part| part.split("<b>").nth(1)?.split('<').next()).collect();
    assert_eq!(heads, ["Baru", "Penawaran", "Menang"], "as they follow one another, not the largest first");
    assert!(page.html.contains("3 kelompok"));
});

both!(a_number_kept_over_the_api_means_the_same_on_every_page, async |w: &Workspace| {
    let (mut browser, user) = admin(w).await;
    for (name, amount) in [("Kecil", "1.2"), ("Sedang", "20"), ("Besar", "2000")] {
        w.make("opportunity", json!({"name": name, "amount": amount, "owner": user})).await;
    }
    let api = crate::api::Api::of(w, "administrator").await;
    for filter in
        [json!({"field": "amount", "op": "gt", "value": "1.500"}), json!({"field": "amount", "op": "between", "value": ["1.500", "9000"]})]
    {
        let state = json!({"columns": [{"key": "amount"}], "sort": ["name"], "filter": filter});
        let (status, made) = api.post("/opportunities/views", json!({"name": "Besar", "scope": "everyone", "state": state})).await;
        assert_eq!(status, 201, "{made}");
        let page = browser.get(&format!("/opportunities?type=table&view={}", made["id"])).await;
        assert_eq!(page.rows(), ["Besar", "Sedang"], "one and a half, as the API wrote it");
        // the builder sends what it was given as if it had been typed
        let builder = browser.get(&format!("/opportunities/filter?type=table&view={}", made["id"])).await.html;
        assert!(builder.contains("&quot;1.5&quot;") && !builder.contains("1.500"), "{builder}");
    }
});

both!(the_builder_offers_what_people_ask_and_keeps_what_they_asked, async |w: &Workspace| {
    let (mut browser, user) = admin(w).await;
    accounts(w, user, 2).await;
    let page = browser.get("/accounts/filter").await.html;
    for key in ["industry", "parent.industry", "&gt;contact.account:any:status", "&gt;opportunity.account:sum:amount"] {
        assert!(page.contains(&format!("{key}&quot;")), "{key}");
    }
    for key in ["name_key", "phone_typed", "parent.name_key", "&gt;contact.account:any:created_at", "&gt;contact.account:any:name_prefix"] {
        assert!(!page.contains(&format!("&quot;{key}&quot;")), "{key}");
    }
    let filter = encoded(&json!({"all": [{"field": "name_key", "op": "contains", "value": "toko"}]}));
    let kept = browser.get(&format!("/accounts/filter?filter={filter}")).await.html;
    assert!(kept.contains("&quot;key&quot;:&quot;name_key&quot;"), "a saved filter stays what it is");
});

both!(what_is_overdue_is_marked_in_its_list, async |w: &Workspace| {
    let ratna = user(w, "ratna", "administrator").await;
    let late = json!({"subject": "Telepon Lestari", "kind": "call", "owner": ratna, "due_at": "2020-01-06T03:00:00Z"});
    let done = w.make("task", late.clone()).await;
    let mut browser = Browser::of(w, ratna).await;
    let rows = async |browser: &mut Browser| browser.get("/tasks?view=all&columns=due_at").await.html.matches("ak-status-strong").count();
    assert_eq!(rows(&mut browser).await, 1, "due long ago and not done");
    browser.post(&format!("/tasks/{done}/fields/done_at"), "done_at=2020-01-06%2010:00").await;
    assert_eq!(rows(&mut browser).await, 0, "done is done");
});
