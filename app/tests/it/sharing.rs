//! Territories, sharing rules and single records given to somebody, as people meet them.

use crate::browser::{Browser, PASSWORD};
use crate::workspace::{Workspace, both, map};
use akrab_engine::sharing::{Give, PlaceReport, Taker};
use akrab_engine::{Ctx, Door, JobFilter, ListRequest};
use akrab_model::ProblemKind;
use axum::http::StatusCode;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// A user with a role of his own, who knows his colleagues.
async fn person(w: &Workspace, name: &str, mut rights: Json) -> i64 {
    rights["user"] = json!({"read": "all"});
    let role = w.make("role", json!({"key": format!("peran_{name}"), "name": name, "rights": rights})).await;
    w.user(name, role, None).await
}

async fn seen(w: &Workspace, ctx: &Ctx, object: &str) -> BTreeSet<i64> {
    let request = ListRequest { object: object.into(), limit: 200, ..Default::default() };
    w.engine.list(ctx, request).await.expect("a list").records.iter().map(|r| r.id).collect()
}

async fn admin(w: &Workspace) -> Ctx {
    let role = w.engine.people().roles.iter().find(|r| r.is_administrator()).expect("the role").id;
    let user = w.user("admin", role, None).await;
    w.of(user, Door::Page)
}

/// What a job of placing came to.
async fn placed(w: &Workspace, ctx: &Ctx, dry: bool) -> PlaceReport {
    let job = w.engine.place_all(ctx, dry).await.expect("queued");
    w.work_off().await;
    serde_json::from_value(w.engine.job(ctx, job).await.expect("the job").result).expect("a report")
}

async fn territory_of(w: &Workspace, object: &str, id: i64) -> Option<i64> {
    w.engine.get(&w.system(), object, id).await.expect("the record").link("territory")
}

both!(rules_place_records_and_those_that_follow_them, async |w: &Workspace| {
    let ctx = admin(w).await;
    let account = w.make("account", json!({"name": "Hotel Bandung", "address_city": "Bandung"})).await;
    let deal = w.make("opportunity", json!({"name": "Mesin", "account": account})).await;
    let country = w.make("territory", json!({"name": "Indonesia"})).await;
    let java = w.make("territory", json!({"name": "Jawa", "parent": country})).await;
    let city = json!({"field": "address_city", "op": "is", "value": "Bandung"});
    let rule = w.make("territory_rule", json!({"name": "Bandung", "object": "account", "filter": city, "territory": java})).await;
    w.make("territory_rule", json!({"name": "Ikut", "object": "opportunity", "via": "account"})).await;
    assert_eq!(territory_of(w, "account", account).await, None, "what is there waits for the job");

    let preview = placed(w, &ctx, true).await;
    assert_eq!((preview.dry, preview.moved), (true, 2), "the deal would follow its account: {preview:?}");
    assert_eq!(territory_of(w, "account", account).await, None, "a preview moves nothing");
    assert_eq!(placed(w, &ctx, false).await.moved, 2);
    assert_eq!(territory_of(w, "opportunity", deal).await, Some(java));
    assert_eq!(placed(w, &ctx, false).await.moved, 0, "everything stands where the rules want it");

    let later = w.make("account", json!({"name": "Kafe", "address_city": "Bandung"})).await;
    assert_eq!(territory_of(w, "account", later).await, Some(java), "a new record is placed at once");
    w.engine.update(&ctx, "account", account, map(json!({"address_city": "Medan"})), None).await.expect("changed");
    assert_eq!(territory_of(w, "account", account).await, None, "and so is a changed one");
    assert_eq!(territory_of(w, "opportunity", deal).await, None, "with those that follow it");
    let past = w.engine.history(&ctx, "opportunity", deal, None).await.expect("a history");
    assert!(past[0].shifts.iter().any(|s| s.field == "territory"), "the history tells of the move: {past:?}");

    w.engine.write(&ctx, move |tx| tx.place_by_hand("account", account, Some(Some(country)))).await.expect("placed by hand");
    assert_eq!(territory_of(w, "opportunity", deal).await, Some(country), "what follows follows a hand too");
    w.engine.update(&ctx, "account", account, map(json!({"address_city": "Bandung"})), None).await.expect("changed");
    assert_eq!(territory_of(w, "account", account).await, Some(country), "rules leave alone what a hand chose");
    w.engine.write(&ctx, move |tx| tx.place_by_hand("account", account, None)).await.expect("back to the rules");
    assert_eq!(territory_of(w, "account", account).await, Some(java));

    let refused = w.engine.delete(&ctx, "territory", java, None).await.expect_err("records are in it");
    assert_eq!(refused.code, "territory_in_use");
    let circle = w.engine.update(&ctx, "territory", country, map(json!({"parent": java})), None).await.expect_err("a circle");
    assert_eq!(circle.fields[0].code, "territory_circle");
    let far = json!({"filter": {"field": "parent.name", "op": "is", "value": "X"}});
    let refused = w.engine.update(&ctx, "territory_rule", rule, map(far), None).await.expect_err("another record's field");
    assert_eq!(refused.fields[0].code, "placing_own_fields");
});

both!(a_member_sees_his_territories_and_those_below, async |w: &Workspace| {
    let reads = json!({"account": {"read": "territory", "edit": "territory", "create": true}});
    let (head, local, other) =
        (person(w, "kepala", reads.clone()).await, person(w, "lokal", reads.clone()).await, person(w, "lain", reads).await);
    let country = w.make("territory", json!({"name": "Indonesia", "members": [head]})).await;
    let java = w.make("territory", json!({"name": "Jawa", "parent": country, "members": [local]})).await;
    let city = json!({"field": "address_city", "op": "is", "value": "Bandung"});
    w.make("territory_rule", json!({"name": "Bandung", "object": "account", "filter": city, "territory": java})).await;
    let there = w.make("account", json!({"name": "Hotel", "address_city": "Bandung"})).await;
    let nowhere = w.make("account", json!({"name": "Toko", "address_city": "Medan"})).await;
    let of = |user| w.of(user, Door::Page);
    assert_eq!(seen(w, &of(head), "account").await, [there].into(), "from above");
    assert_eq!(seen(w, &of(local), "account").await, [there].into());
    assert_eq!(seen(w, &of(other), "account").await, [].into());
    assert_eq!(w.engine.get(&of(other), "account", there).await.expect_err("unseen").kind, ProblemKind::NotFound);

    let moved = w.engine.update(&of(local), "account", there, map(json!({"owner": other})), None).await;
    moved.expect("within his territory he hands it to whomever he likes");
    assert_eq!(seen(w, &of(other), "account").await, [there].into(), "its owner sees it");
    let made = w.engine.create(&of(local), "account", map(json!({"name": "Jauh", "address_city": "Medan", "owner": other}))).await;
    assert_eq!(made.expect_err("it would land out of his reach").fields[0].code, "owner_out_of_reach");
    let out = w.engine.write(&of(local), move |tx| tx.place_by_hand("account", there, Some(None))).await;
    assert_eq!(out.expect_err("he could not change it any more").fields[0].code, "territory_out_of_reach");
    assert!(!seen(w, &of(head), "account").await.contains(&nowhere));
});

both!(a_sharing_rule_opens_what_matches_at_once_and_no_more, async |w: &Workspace| {
    let reads = json!({"account": {"read": "own", "edit": "own", "delete": "all", "export": "own"}});
    let user = person(w, "siti", reads).await;
    let blind = person(w, "buta", json!({})).await;
    let (hotel, cafe) = (
        w.make("account", json!({"name": "Hotel", "industry": "hotel"})).await,
        w.make("account", json!({"name": "Kafe", "industry": "cafe"})).await,
    );
    let filter = json!({"field": "industry", "op": "is", "value": "hotel"});
    let rule = json!({"name": "Hotel", "object": "account", "filter": filter, "to_user": user, "level": "edit"});
    let rule = w.make("sharing_rule", rule).await;
    w.make("sharing_rule", json!({"name": "Semua", "object": "account", "filter": filter, "to_user": blind})).await;
    let ctx = w.of(user, Door::Page);
    assert_eq!(seen(w, &ctx, "account").await, [hotel].into());
    assert!(
        w.engine.list(&w.of(blind, Door::Page), ListRequest { object: "account".into(), ..Default::default() }).await.is_err(),
        "no role, no object"
    );
    w.engine.update(&ctx, "account", hotel, map(json!({"name": "Hotel Baru"})), None).await.expect("the rule lets him");
    assert_eq!(w.engine.delete(&ctx, "account", hotel, None).await.expect_err("not that").kind, ProblemKind::Forbidden);
    let owner = w.engine.update(&ctx, "account", hotel, map(json!({"owner": user})), None).await.expect_err("he does not take it");
    assert_eq!(owner.fields[0].code, "owner_of_shared");
    let system = w.system();
    w.engine.update(&system, "account", cafe, map(json!({"industry": "hotel"})), None).await.expect("changed");
    assert_eq!(seen(w, &ctx, "account").await, [hotel, cafe].into(), "a changed record counts at once");
    w.engine.update(&system, "sharing_rule", rule, map(json!({"active": false})), None).await.expect("off");
    assert_eq!(seen(w, &w.of(user, Door::Page), "account").await, [].into(), "and so does a changed rule");
    for (fault, code) in
        [(json!({"to_user": null}), "rule_one_taker"), (json!({"filter": {"field": "gone", "op": "is", "value": 1}}), "rule_filter")]
    {
        let refused = w.engine.update(&system, "sharing_rule", rule, map(fault), None).await.expect_err("refused");
        assert_eq!(refused.fields[0].code, code);
    }
});

both!(a_record_is_given_for_a_time_and_taken_back, async |w: &Workspace| {
    let own = json!({"account": {"read": "own", "edit": "own", "delete": "own"}});
    let (giver, taker) = (person(w, "budi", own.clone()).await, person(w, "siti", own).await);
    let blind = person(w, "buta", json!({})).await;
    let id = w.make("account", json!({"name": "Hotel", "owner": giver})).await;
    let giving = w.of(giver, Door::Page);
    let give = |to, edit, hours: Option<i64>| Give {
        to: Taker::User(to),
        edit,
        until: hours.map(|n| w.system().now.timestamp() + jiff::SignedDuration::from_hours(n)),
        note: "untuk pameran".into(),
    };
    let asked = give(taker, false, Some(2));
    w.engine.write(&giving, move |tx| tx.give("account", id, &asked)).await.expect("given");
    let taking_now = || w.of(taker, Door::Page);
    assert_eq!(seen(w, &taking_now(), "account").await, [id].into());
    let told = w.engine.read(&taking_now(), |tx| tx.notices(None, true, 10)).await.expect("an inbox");
    assert_eq!(told.notices.iter().map(|n| (n.kind.as_str(), n.source.id)).collect::<Vec<_>>(), [("shared", id)]);
    let change = w.engine.update(&taking_now(), "account", id, map(json!({"name": "X"})), None).await.expect_err("given to read");
    assert_eq!(change.kind, ProblemKind::Forbidden);
    w.pass(2 * 3_600 - 1);
    assert_eq!(seen(w, &taking_now(), "account").await, [id].into(), "to the last second");
    w.pass(1);
    assert_eq!(seen(w, &taking_now(), "account").await, [].into(), "and not longer");

    let asked = give(taker, true, None);
    let share = w.engine.write(&w.of(giver, Door::Page), move |tx| tx.give("account", id, &asked)).await.expect("given again");
    w.engine.update(&taking_now(), "account", id, map(json!({"name": "Hotel Baru"})), None).await.expect("given to change");
    let on = give(blind, false, None);
    let further = w.engine.write(&taking_now(), move |tx| tx.give("account", id, &on)).await.expect_err("not his to give");
    assert_eq!(further.kind, ProblemKind::Forbidden);
    let on = give(blind, false, None);
    let useless = w.engine.write(&w.of(giver, Door::Page), move |tx| tx.give("account", id, &on)).await.expect_err("no effect");
    assert_eq!(useless.fields[0].code, "share_without_effect");
    let over = give(taker, false, Some(-1));
    let late = w.engine.write(&w.of(giver, Door::Page), move |tx| tx.give("account", id, &over)).await.expect_err("over already");
    assert_eq!(late.fields[0].code, "share_ended");
    assert_eq!(w.engine.delete(&taking_now(), "account", id, None).await.expect_err("not that").kind, ProblemKind::Forbidden);
    w.engine.write(&w.of(giver, Door::Page), move |tx| tx.take_back("account", id, share)).await.expect("taken back");
    assert_eq!(w.engine.get(&taking_now(), "account", id).await.expect_err("gone").kind, ProblemKind::NotFound);
});

both!(the_pages_of_sharing_say_and_do_it, async |w: &Workspace| {
    let ctx = admin(w).await;
    let user = person(w, "siti", json!({"account": {"read": "own"}})).await;
    let id = w.make("account", json!({"name": "Hotel Mulia", "industry": "hotel"})).await;
    let mut browser = Browser::of(w, ctx.user_id().expect("somebody")).await;
    let page = browser.submit("/settings/territories/new", &[("name", "Jawa"), ("members", &user.to_string())]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.html);
    let java = w.engine.people().sharing.territories[0].clone();
    assert_eq!((java.name.as_str(), java.members.as_slice()), ("Jawa", [user].as_slice()));
    let filter = r#"{"field":"industry","op":"in","value":["hotel"]}"#;
    let place = java.id.to_string();
    let rule = [("object", "account"), ("filter", filter), ("name", "Hotel"), ("place", place.as_str()), ("active", "1")];
    assert_eq!(browser.submit("/settings/territories/rules/new", &rule).await.status, StatusCode::SEE_OTHER);
    let page = browser.get("/settings/territories").await;
    assert!(page.html.contains("Hotel") && page.html.contains("/settings/territories/rules/"), "the rule is listed");
    let job = browser.submit("/settings/territories/placing", &[("do", "look")]).await;
    w.work_off().await;
    assert!(browser.get(&job.location).await.html.contains("Jawa"), "the preview tells where to");
    browser.submit("/settings/territories/placing", &[("do", "place")]).await;
    w.work_off().await;
    assert_eq!(territory_of(w, "account", id).await, Some(java.id));
    let jobs = w.engine.jobs(&ctx, &JobFilter { kind: Some("placing".into()), ..JobFilter::default() }).await.expect("jobs");
    assert_eq!(jobs.len(), 2);

    let to = format!("to_user:{user}");
    let opened =
        [("object", "account"), ("filter", filter), ("name", "Hotel terbuka"), ("to", to.as_str()), ("level", "read"), ("active", "1")];
    assert_eq!(browser.submit("/settings/sharing/new", &opened).await.status, StatusCode::SEE_OTHER);
    let listed = browser.get("/settings/sharing").await.html;
    assert!(listed.contains("Hotel terbuka"));
    let rule =
        listed.split("href=\"/settings/sharing/").filter_map(|rest| rest.split('"').next()?.parse::<i64>().ok()).next().expect("its page");
    let form = browser.get(&format!("/settings/sharing/{rule}")).await.html;
    assert!(form.contains("id=\"f-filter\"") && form.contains("data-condition"), "a condition comes into the form: {form}");
    // deleted by mistake, and taken back
    assert_eq!(browser.submit(&format!("/settings/sharing/{rule}/delete"), &[]).await.location, "/settings/sharing");
    let gone = browser.get("/settings/sharing").await.html;
    assert!(!gone.contains("Hotel terbuka") && gone.contains(&format!("/sharing_rules/{rule}/restore")), "{gone}");
    assert_eq!(browser.submit(&format!("/sharing_rules/{rule}/restore"), &[]).await.status, StatusCode::SEE_OTHER);
    assert!(browser.get("/settings/sharing").await.html.contains("Hotel terbuka"));
    // without a condition it opens all of them, as its form says
    let all = [("object", "account"), ("filter", ""), ("name", "Semua terbuka"), ("to", to.as_str()), ("level", "read")];
    assert_eq!(browser.submit("/settings/sharing/new", &all).await.status, StatusCode::SEE_OTHER);
    let shares = format!("/accounts/{id}/shares");
    let user_to = format!("user:{user}");
    let none = browser.submit(&shares, &[("to", ""), ("level", "read")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let given = browser.submit(&shares, &[("to", user_to.as_str()), ("level", "read"), ("until", "2026-03-05"), ("note", "pameran")]).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.html);
    let why = browser.get(&format!("/accounts/{id}/access")).await;
    assert!(why.html.contains("Hotel terbuka") && why.html.contains("siti"), "the rule is named as a reason: {}", why.html);
    let listed = browser.get(&shares).await.html;
    assert!(listed.contains("pameran") && listed.contains("sampai dengan 5 Mar"), "the share is listed with its note and its last day");
    let end = listed.split("formaction=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a way to take it back").to_string();
    assert_eq!(browser.submit(&end, &[]).await.status, StatusCode::SEE_OTHER);
    assert!(!browser.get(&shares).await.html.contains("pameran"));

    let made = browser.submit("/settings/roles/new", &[("name", "Magang"), ("like", "")]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.html);
    let role = w.engine.people().roles.iter().find(|r| r.name == "Magang").cloned().expect("made");
    let rights = |object: &str| role.rights.get(object).cloned().unwrap_or_default().read;
    assert_eq!((rights("account"), rights("stage")), (akrab_model::object::Scope::None, akrab_model::object::Scope::All));
    let compared = browser.get(&format!("/settings/roles/compare?a={}&b={}", role.id, ctx.person().expect("somebody").role.id)).await;
    assert!(compared.status == StatusCode::OK && compared.html.contains("Magang"));
    let mut his = Browser::of(w, user).await;
    assert_eq!(his.get(&format!("/accounts/{id}/access")).await.status, StatusCode::FORBIDDEN, "only for those who may share it");
});

both!(a_hidden_name_is_not_found_out_by_making_contacts, async |w: &Workspace| {
    let rights =
        json!({"account": {"read": "all", "create": true, "fields": {"name": "hidden"}}, "contact": {"read": "all", "create": true}});
    let user = person(w, "siti", rights).await;
    let account = w.make("account", json!({"name": "PT Rahasia Besar"})).await;
    let made = w.engine.create(&w.of(user, Door::Api), "contact", map(json!({"name": "Tono", "company": "Rahasia Besar"}))).await;
    let linked = match made {
        Ok(record) => record.link("account"),
        Err(_) => None,
    };
    assert_ne!(linked, Some(account), "a guess that is right looks like one that is wrong");
});

both!(a_new_password_says_that_tokens_live_on, async |w: &Workspace| {
    let ctx = admin(w).await;
    let user = person(w, "siti", json!({"account": {"read": "all"}})).await;
    let mut browser = Browser::of(w, user).await;
    let token = w.engine.token_add(&w.system(), user, "uji", true, None).await.expect("a token");
    let form = browser.look("/settings/security").await;
    assert!(form.html.contains("name=\"tokens\""), "the form offers to revoke them");
    let change = |new: &'static str| [("current", PASSWORD), ("password", new), ("repeat", new)];
    assert_eq!(browser.submit("/settings/security/password", &change("Teh-Poci-Tiap-Sore-1")).await.status, StatusCode::SEE_OTHER);
    assert!(w.engine.token(&token).await.expect("asked").is_some(), "it lives on, and he was told");
    let mut again = [("current", "Teh-Poci-Tiap-Sore-1"), ("password", PASSWORD), ("repeat", PASSWORD), ("tokens", "1")].to_vec();
    again.truncate(4);
    assert_eq!(browser.submit("/settings/security/password", &again).await.status, StatusCode::SEE_OTHER);
    assert!(w.engine.token(&token).await.expect("asked").is_none(), "revoked as he wished");

    let token = w.engine.token_add(&w.system(), user, "uji", true, None).await.expect("a token");
    let link = w.engine.invite_again(&ctx, user, "https://contoh.test").await.expect("a link");
    let secret = link.rsplit('/').next().expect("a secret").to_string();
    w.engine.use_link(&secret, "Wedang-Ronde-Tiap-Malam-2", "127.0.0.1").await.expect("used");
    assert!(w.engine.token(&token).await.expect("asked").is_none(), "a link of an administrator revokes them");
});

both!(
    /// The page everybody begins with, and whatever it leads to, is there for a role that may see one object only.
    who_may_see_next_to_nothing_has_pages_all_the_same,
    async |w: &Workspace| {
        let user = person(w, "magang", json!({"account": {"read": "own"}})).await;
        let mut browser = Browser::of(w, user).await;
        let today = browser.get("/today").await;
        assert_eq!(today.status, StatusCode::OK, "{}", today.html);
        let leads = today.html.split("href=\"/").skip(1).filter_map(|rest| rest.split('"').next());
        let leads: BTreeSet<String> = leads.filter(|path| !path.starts_with("assets")).map(|path| format!("/{}", path.replace("&amp;", "&"))).collect();
        assert!(leads.contains("/accounts") && leads.contains("/inbox"), "{leads:?}");
        for address in leads {
            let page = browser.get(&address).await;
            assert!(page.status.is_success() || page.status.is_redirection(), "{address} answers {}", page.status);
        }
    }
);
