//! Nobody sees or changes what he may not, through whichever door: checked against a small model of
//! the rules over worlds made by chance.

use crate::browser::Browser;
use crate::digest;
use crate::workspace::{Workspace, map};
use akrab_engine::export::ExportSpec;
use akrab_engine::{BoardRequest, Ctx, Door, ListRequest, TimelineRequest};
use akrab_model::object::{AccessDecl, FieldRight, Scope};
use akrab_model::{Problem, ProblemKind};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use std::collections::BTreeSet;
use tower::ServiceExt;

/// Objects of the worlds: key and a field that a role may be denied.
const OBJECTS: [(&str, &str); 4] = [("account", "npwp"), ("contact", "email"), ("lead", "phone"), ("task", "body")];
/// Teams: name and the one above.
const TEAMS: [Option<usize>; 3] = [None, Some(0), None];

#[derive(Debug, Clone)]
struct World {
    /// Of each role, the rights on each object and what may be done with its deniable field.
    roles: Vec<[AccessDecl; 4]>,
    /// Of each user: role and team.
    users: Vec<(usize, Option<usize>)>,
    /// Of each record: object and owner.
    records: Vec<(usize, Option<usize>)>,
}

fn scope() -> impl Strategy<Value = Scope> {
    prop_oneof![Just(Scope::None), Just(Scope::Own), Just(Scope::Team), Just(Scope::TeamTree), Just(Scope::All)]
}

fn access(field: &'static str) -> impl Strategy<Value = AccessDecl> {
    let right = prop_oneof![Just(FieldRight::Hidden), Just(FieldRight::Read), Just(FieldRight::Edit)];
    (any::<bool>(), scope(), scope(), scope(), scope(), right).prop_map(move |(create, read, edit, delete, export, right)| AccessDecl {
        create,
        read,
        edit,
        delete,
        export,
        fields: [(field.to_string(), right)].into_iter().collect(),
    })
}

fn world() -> impl Strategy<Value = World> {
    let rights =
        (access(OBJECTS[0].1), access(OBJECTS[1].1), access(OBJECTS[2].1), access(OBJECTS[3].1)).prop_map(|(a, b, c, d)| [a, b, c, d]);
    let roles = prop::collection::vec(rights, 3);
    let users = prop::collection::vec((0..3_usize, prop::option::weighted(0.8, 0..3_usize)), 5);
    let records = prop::collection::vec((0..4_usize, prop::option::weighted(0.9, 0..5_usize)), 14);
    (roles, users, records).prop_map(|(roles, users, records)| World { roles, users, records })
}

impl World {
    fn may(&self, user: usize, record: usize, scope_of: impl Fn(&AccessDecl) -> Scope) -> bool {
        let (role, team) = self.users[user];
        let (object, owner) = self.records[record];
        let access = &self.roles[role][object];
        let owns = owner == Some(user);
        let theirs = owner.and_then(|o| self.users[o].1);
        let below = |mut t: Option<usize>| loop {
            match (t, team) {
                (Some(x), Some(y)) if x == y => return true,
                (Some(x), Some(_)) => t = TEAMS[x],
                _ => return false,
            }
        };
        match scope_of(access).min(access.read) {
            Scope::None => false,
            Scope::Own => owns,
            Scope::Team => owns || (theirs.is_some() && theirs == team),
            Scope::TeamTree => owns || below(theirs),
            Scope::All => true,
        }
    }
    fn sees(&self, user: usize, record: usize) -> bool {
        self.may(user, record, |a| a.read)
    }
    fn access(&self, user: usize, object: usize) -> &AccessDecl {
        &self.roles[self.users[user].0][object]
    }
    fn hidden(&self, user: usize, object: usize) -> bool {
        self.access(user, object).fields.get(OBJECTS[object].1) == Some(&FieldRight::Hidden)
    }
}

/// A world as it stands in the database.
struct Stage<'w> {
    w: &'w Workspace,
    world: &'w World,
    users: Vec<i64>,
    /// Of each record: id and title.
    records: Vec<(i64, String)>,
    http: axum::Router,
    /// Of each user: an API token.
    tokens: Vec<String>,
}

impl Stage<'_> {
    fn ctx(&self, user: usize) -> Ctx {
        self.w.of(self.users[user], Door::Page)
    }
    /// What the API answers to this user: status and JSON.
    async fn api(&self, user: usize, method: &str, path: &str, body: Option<serde_json::Value>) -> (u16, serde_json::Value) {
        let request = axum::http::Request::builder().method(method).uri(format!("/api/v1{path}")).header("host", "127.0.0.1");
        let request = request.header("authorization", format!("Bearer {}", self.tokens[user])).header("content-type", "application/json");
        let body = body.map_or_else(axum::body::Body::empty, |b| axum::body::Body::from(b.to_string()));
        let response = self.http.clone().oneshot(request.body(body).expect("a request")).await.expect("an answer");
        let status = response.status().as_u16();
        let bytes = axum::body::to_bytes(response.into_body(), 8 << 20).await.expect("a body");
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }
    /// Ids in the `data` of what the API answers.
    async fn api_ids(&self, user: usize, path: &str) -> BTreeSet<i64> {
        let (_, body) = self.api(user, "GET", path, None).await;
        body["data"].as_array().into_iter().flatten().filter_map(|r| r["id"].as_i64()).collect()
    }
    /// Ids of the object's records this user sees.
    fn seen(&self, user: usize, object: usize) -> BTreeSet<i64> {
        (0..self.records.len())
            .filter(|r| self.world.records[*r].0 == object && self.world.sees(user, *r))
            .map(|r| self.records[r].0)
            .collect()
    }
}

async fn build<'w>(w: &'w Workspace, world: &'w World) -> Stage<'w> {
    let mut teams: Vec<i64> = Vec::new();
    for (n, above) in TEAMS.iter().enumerate() {
        teams.push(w.make("team", json!({"name": format!("Tim {n}"), "parent": above.map(|a| teams[a])})).await);
    }
    let mut roles = Vec::new();
    for (n, rights) in world.roles.iter().enumerate() {
        let rights: serde_json::Map<_, _> =
            OBJECTS.iter().zip(rights).map(|((key, _), access)| ((*key).to_string(), json!(access))).collect();
        roles.push(w.make("role", json!({"key": format!("peran{n}"), "name": format!("Peran {n}"), "rights": rights})).await);
    }
    let mut users = Vec::new();
    for (n, (role, team)) in world.users.iter().enumerate() {
        users.push(w.user(&format!("orang{n}"), roles[*role], team.map(|t| teams[t])).await);
    }
    let mut records = Vec::new();
    let mut parent: Option<i64> = None;
    for (n, (object, owner)) in world.records.iter().enumerate() {
        let title = format!("Kenanga{n} Rahasia");
        let key = OBJECTS[*object].0;
        let field = if key == "task" { "subject" } else { "name" };
        let mut input = json!({field: title, "owner": owner.map(|o| users[o]), OBJECTS[*object].1: secret(*object, n)});
        if matches!(key, "contact" | "task") {
            input["account"] = json!(parent);
        }
        let id = w.make(key, input).await;
        if key == "account" {
            parent = Some(id);
        }
        records.push((id, title));
    }
    let mut tokens = Vec::new();
    for user in &users {
        tokens.push(w.engine.token_add(&w.system(), *user, "uji", false, None).await.expect("a token"));
    }
    Stage { w, world, users, records, http: w.http(), tokens }
}

/// What stands in the deniable field.
fn secret(object: usize, n: usize) -> serde_json::Value {
    match OBJECTS[object].1 {
        "npwp" => json!(format!("00127345600120{n:02}")),
        "email" => json!(format!("sembunyi{}@contoh.test", letters(n))),
        "phone" => json!(format!("0812345678{n:02}")),
        _ => json!(format!("terlarang{}", letters(n))),
    }
}

/// A number in letters, so that the word is one in which the search forgives a slip.
fn letters(n: usize) -> String {
    format!("{n:02}").bytes().map(|digit| char::from(b'a' + (digit - b'0') * 2)).collect()
}

/// Ways to look for what stands in the deniable field: a beginning that all records share, the
/// whole, and the whole with a slip of the finger or from its end.
fn guesses(object: usize, n: usize) -> [String; 3] {
    let (start, whole, other) = match OBJECTS[object].1 {
        "npwp" => ("001273", format!("00127345600120{n:02}"), format!("00.127.345.6-001.20{n:02}")),
        "email" => ("sembun", format!("sembunyi{}@contoh.test", letters(n)), format!("sembnuyi{}", letters(n))),
        "phone" => ("0812345", format!("+62 812-3456-78{n:02}"), format!("5678{n:02}")),
        _ => ("terlar", format!("terlarang{}", letters(n)), format!("terlarnag{}", letters(n))),
    };
    [start.into(), whole, other]
}

fn worlds() -> u32 {
    std::env::var("AKRAB_RIGHTS_WORLDS").ok().and_then(|n| n.parse().ok()).unwrap_or(4)
}

fn run(on_postgres: bool) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let config = Config {
        cases: if on_postgres { worlds() / 2 } else { worlds() },
        failure_persistence: None,
        max_shrink_iters: 6,
        ..Config::default()
    };
    let result = TestRunner::new(config).run(&world(), |world| {
        runtime.block_on(async {
            let w = if on_postgres {
                match Workspace::postgres(&[]).await {
                    Some(w) => w,
                    None => return Ok(()),
                }
            } else {
                Workspace::sqlite(&[]).await
            };
            let stage = build(&w, &world).await;
            let mut faults = reading(&stage).await;
            faults.extend(writing(&stage).await);
            w.close().await;
            prop_assert!(faults.is_empty(), "{}", faults.join("\n"));
            Ok(())
        })
    });
    if let Err(fault) = result {
        panic!("{fault}");
    }
}

#[test]
fn no_door_shows_or_changes_what_is_not_permitted_on_sqlite() {
    run(false);
}

#[test]
fn no_door_shows_or_changes_what_is_not_permitted_on_postgres() {
    run(true);
}

/// Every reading door beside the model; the differences in words.
async fn reading(s: &Stage<'_>) -> Vec<String> {
    let (mut faults, mut guessed) = (Vec::new(), Vec::new());
    let engine = &s.w.engine;
    for user in 0..s.users.len() {
        let ctx = s.ctx(user);
        let mut browser = Browser::of(s.w, s.users[user]).await;
        for (object, (key, denied)) in OBJECTS.iter().enumerate() {
            let seen = s.seen(user, object);
            let none = s.world.access(user, object).read == Scope::None;
            let mut differ = |door: &str, got: String, want: String| {
                if got != want {
                    faults.push(format!("user {user} {key} by {door}: got {got}, the rules say {want}"));
                }
            };
            let request = || ListRequest { object: (*key).into(), limit: 200, ..Default::default() };
            let want = |ids: &BTreeSet<i64>| if none { "not_found".to_string() } else { format!("{ids:?}") };
            let words = |p: Problem| p.code.to_string();

            let list = engine.list(&ctx, request()).await;
            let shown = list.as_ref().map(|l| l.records.iter().any(|r| r.has(denied))).unwrap_or(false);
            let ids = list.map(|l| l.records.iter().map(|r| r.id).collect::<BTreeSet<_>>());
            differ("list", ids.map_or_else(words, |i| format!("{i:?}")), want(&seen));
            differ("list's columns", (shown && s.world.hidden(user, object)).to_string(), "false".into());

            let count = engine.count(&ctx, request(), true).await.map_or_else(words, |c| c.shown().to_string());
            differ("count", count, if none { "not_found".into() } else { seen.len().to_string() });
            let totals = engine
                .totals(&ctx, request(), vec!["count".into()])
                .await
                .map_or_else(words, |t| t[0].value.int().unwrap_or(-1).to_string());
            differ("totals", totals, if none { "not_found".into() } else { seen.len().to_string() });
            let groups = engine
                .groups(&ctx, request(), "owner".into(), None, vec![])
                .await
                .map_or_else(words, |g| g.iter().map(|g| g.count).sum::<u64>().to_string());
            differ("groups", groups, if none { "not_found".into() } else { seen.len().to_string() });
            if engine.registry().object(key).is_some_and(|o| o.decl.board.is_some()) {
                let board = BoardRequest { object: (*key).into(), ..Default::default() };
                let counted =
                    engine.board(&ctx, board).await.map_or_else(words, |b| b.lanes.iter().map(|l| l.count).sum::<u64>().to_string());
                differ("board", counted, if none { "not_found".into() } else { seen.len().to_string() });
            }
            let closed = s.world.access(user, object).export.min(s.world.access(user, object).read) == Scope::None;
            let filter = json!({"field": denied, "op": "not_empty"});
            let probe = ListRequest { filter: Some(akrab_model::Filter::from_json(&filter).expect("a filter")), ..request() };
            let probed = engine.list(&ctx, probe).await;
            if s.world.hidden(user, object) && !none {
                differ("filter over a hidden field", probed.map_or_else(|p| p.code.to_string(), |_| "answered".into()), "invalid".into());
                let columned = engine.list(&ctx, ListRequest { columns: vec![(*denied).into()], ..request() }).await;
                differ("hidden column by name", columned.map_or_else(words, |_| "answered".into()), "invalid".into());
                let sorted = engine.list(&ctx, ListRequest { sort: vec![format!("-{denied}")], ..request() }).await;
                differ("sort by a hidden field", sorted.map_or_else(words, |_| "answered".into()), "invalid".into());
                let summed = engine.totals(&ctx, request(), vec![format!("{denied}:filled")]).await;
                differ("total of a hidden field", summed.map_or_else(words, |_| "answered".into()), "invalid".into());
                let grouped = engine.groups(&ctx, request(), (*denied).into(), None, vec![]).await;
                differ("groups by a hidden field", grouped.map_or_else(words, |_| "answered".into()), "invalid".into());
                if !closed {
                    let spec = ExportSpec { object: (*key).into(), columns: vec![(*denied).into()], ..ExportSpec::default() };
                    let exported = engine.export_count(&ctx, spec).await;
                    differ("export of a hidden field", exported.map_or_else(words, |_| "answered".into()), "invalid".into());
                }
            }
            guessed.extend(guessing(s, user, object, &mut browser).await);

            let hits = engine.search(&ctx, "rahasia", Some(vec![(*key).into()]), 100).await.expect("search answers");
            differ("search", format!("{:?}", hits.iter().map(|h| h.record.id).collect::<BTreeSet<_>>()), format!("{seen:?}"));

            let plural = engine.registry().object(key).map(|o| o.plural.clone()).unwrap_or_default();
            let (status, body) = s.api(user, "GET", &format!("/{plural}?limit=200&count=exact"), None).await;
            let ids: BTreeSet<i64> = body["data"].as_array().into_iter().flatten().filter_map(|r| r["id"].as_i64()).collect();
            differ(
                "API list",
                format!("{status} {ids:?} {}", body["count"]),
                if none { "404 {} null".into() } else { format!("200 {seen:?} {}", seen.len()) },
            );
            let leaked = body["data"].as_array().into_iter().flatten().any(|r| r.get(*denied).is_some());
            differ("API list's columns", (leaked && s.world.hidden(user, object)).to_string(), "false".into());

            let page = browser.get(&format!("/{plural}?filter=&limit=200")).await;
            let told: Vec<usize> = (0..s.records.len()).filter(|n| page.html.contains(s.records[*n].1.as_str())).collect();
            let shown: BTreeSet<i64> = told.iter().filter(|n| s.world.records[**n].0 == object).map(|n| s.records[*n].0).collect();
            differ("page of the list", format!("{shown:?}"), format!("{seen:?}"));
            let strange: Vec<&usize> = told.iter().filter(|n| !s.world.sees(user, **n)).collect();
            differ("page of the list, other records", format!("{strange:?}"), "[]".into());

            let leaves = (0..s.records.len()).filter(|n| s.world.records[*n].0 == object && s.world.may(user, *n, |a| a.export)).count();
            let spec = ExportSpec { object: (*key).into(), ..ExportSpec::default() };
            let exported = engine.export(&ctx, spec).await.map_or_else(words, |e| {
                let text = std::fs::read_to_string(&e.path).unwrap_or_default();
                engine.export_done(&e);
                if s.world.hidden(user, object) && (0..s.records.len()).any(|n| text.contains(secret(object, n).as_str().unwrap_or("?"))) {
                    "a hidden field".into()
                } else {
                    e.rows.to_string()
                }
            });
            let refused = if none { "not_found" } else { "forbidden" };
            differ("export", exported, if closed { refused.into() } else { leaves.to_string() });

            for (n, (id, title)) in s.records.iter().enumerate().filter(|(n, _)| s.world.records[*n].0 == object) {
                let may = s.world.sees(user, n);
                let want = if may { "seen" } else { "not_found" };
                let get = engine.get(&ctx, key, *id).await;
                if let Ok(record) = &get {
                    differ("get's hidden field", (record.has(denied) && s.world.hidden(user, object)).to_string(), "false".into());
                    for (field, target) in record.titles.keys() {
                        if field == "account" {
                            let at = s.records.iter().position(|(r, _)| {
                                r == target && s.world.records.iter().zip(&s.records).any(|((o, _), (i, _))| i == target && *o == 0)
                            });
                            let known = at.is_some_and(|_| s.seen(user, 0).contains(target));
                            differ("title of a linked account", known.to_string(), "true".into());
                        }
                    }
                }
                differ("get", get.map_or_else(words, |_| "seen".into()), want.into());
                let page = browser.get(&format!("/{plural}/{id}")).await;
                differ("page of the record", page.status.as_u16().to_string(), if may { "200" } else { "404" }.into());
                let strange: Vec<usize> =
                    (0..s.records.len()).filter(|o| !s.world.sees(user, *o) && page.html.contains(s.records[*o].1.as_str())).collect();
                differ("page of the record, other records", format!("{strange:?}"), "[]".into());
                differ(
                    "peek",
                    browser.fragment(&format!("/{plural}/{id}/peek")).await.status.as_u16().to_string(),
                    if may { "200" } else { "404" }.into(),
                );
                differ(
                    "API get",
                    s.api(user, "GET", &format!("/{plural}/{id}"), None).await.0.to_string(),
                    if may { "200" } else { "404" }.into(),
                );
                differ(
                    "API history",
                    s.api(user, "GET", &format!("/{plural}/{id}/history"), None).await.0.to_string(),
                    if may { "200" } else { "404" }.into(),
                );
                differ("history", engine.history(&ctx, key, *id, None).await.map_or_else(words, |_| "seen".into()), want.into());
                let timeline = engine.timeline(&ctx, key, *id, TimelineRequest::default()).await;
                if let Ok(timeline) = &timeline {
                    for event in timeline.events.iter().chain(&timeline.upcoming) {
                        let source = OBJECTS.iter().position(|(k, _)| *k == event.source_object);
                        let known = source.is_none_or(|o| s.seen(user, o).contains(&event.source.id));
                        differ("source of a timeline entry", known.to_string(), "true".into());
                    }
                }
                differ("timeline", timeline.map_or_else(words, |_| "seen".into()), want.into());
                let title_field = if *key == "task" { "subject" } else { "name" };
                if let Ok(hints) = engine.hints(&ctx, key, map(json!({title_field: title, *denied: secret(object, n)})), None).await {
                    let strange: Vec<i64> = hints.iter().map(|h| h.record.id).filter(|id| !seen.contains(id)).collect();
                    differ("hints", format!("{strange:?}"), "[]".into());
                }
            }
        }
    }
    faults.extend(guessed);
    faults
}

/// Looking for what stands in a hidden field finds nothing; what one may read is found.
async fn guessing(s: &Stage<'_>, user: usize, object: usize, browser: &mut Browser) -> Vec<String> {
    let mut faults = Vec::new();
    let (engine, ctx, key) = (&s.w.engine, s.ctx(user), OBJECTS[object].0);
    let (seen, hidden) = (s.seen(user, object), s.world.hidden(user, object));
    if s.world.access(user, object).read == Scope::None {
        return faults;
    }
    let plural = engine.registry().object(key).map(|o| o.plural.clone()).unwrap_or_default();
    let request = |q: &str| ListRequest { object: key.into(), q: Some(q.into()), limit: 200, ..Default::default() };
    let encoded = |q: &str| q.bytes().map(|b| format!("%{b:02X}")).collect::<String>();
    for (n, (id, _)) in s.records.iter().enumerate().filter(|(n, _)| s.world.records[*n].0 == object) {
        for (way, q) in guesses(object, n).iter().enumerate() {
            let at = encoded(q);
            let hits = engine.search(&ctx, q, Some(vec![key.into()]), 100).await.expect("search answers");
            let list = engine.list(&ctx, request(q)).await.expect("a list");
            let count = engine.count(&ctx, request(q), true).await.expect("a count").shown() as usize;
            let mut doors = vec![
                ("search", hits.iter().map(|h| h.record.id).collect::<BTreeSet<i64>>()),
                ("list", list.records.iter().map(|r| r.id).collect()),
                ("API search", s.api_ids(user, &format!("/search?q={at}&objects={plural}")).await),
                ("API list", s.api_ids(user, &format!("/{plural}?q={at}&limit=200")).await),
            ];
            let picked: serde_json::Value = serde_json::from_str(&browser.get(&format!("/pick/{plural}?q={at}")).await.html).expect("JSON");
            let picked = picked.as_array().into_iter().flatten().filter_map(|p| p["value"].as_str()?.parse().ok()).collect();
            doors.push(("picker", picked));
            for (door, page) in [("page of the list", format!("/{plural}?filter=&q={at}")), ("palette", format!("/search?q={at}"))] {
                let page = browser.get(&page).await;
                let told = (0..s.records.len()).filter(|r| s.world.records[*r].0 == object && page.html.contains(s.records[*r].1.as_str()));
                doors.push((door, told.map(|r| s.records[r].0).collect()));
            }
            if count != doors[1].1.len() {
                faults.push(format!("user {user} {key} count of {q}: {count} of {}", doors[1].1.len()));
            }
            for (door, found) in doors {
                if hidden && !found.is_empty() {
                    faults.push(format!("user {user} {key} by {door}: the hidden {q} finds {found:?}"));
                }
                if !found.is_subset(&seen) {
                    faults.push(format!("user {user} {key} by {door}: {q} finds {found:?} of {seen:?}"));
                }
                // a picker shows the first few
                if !hidden && way == 1 && found.contains(id) != seen.contains(id) {
                    faults.push(format!("user {user} {key} by {door}: {q} finds {found:?}, it stands in {id}"));
                }
            }
        }
    }
    faults
}

/// Every writing verb beside the model. What is refused must leave no trace.
async fn writing(s: &Stage<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    let engine = &s.w.engine;
    let untouched = digest::of(s.w).await;
    for user in 0..s.users.len() {
        for (object, (key, denied)) in OBJECTS.iter().enumerate() {
            let title = if *key == "task" { "subject" } else { "name" };
            if !s.world.access(user, object).create {
                let made = engine.create(&s.ctx(user), key, map(json!({title: "Baru"}))).await;
                let unseen = s.world.access(user, object).read == Scope::None;
                let refused = if unseen { ProblemKind::NotFound } else { ProblemKind::Forbidden };
                expect(&mut faults, user, key, "create", made.map(drop), refused);
            }
            for (n, (id, _)) in s.records.iter().enumerate().filter(|(n, _)| s.world.records[*n].0 == object) {
                let unseen = if s.world.sees(user, n) { ProblemKind::Forbidden } else { ProblemKind::NotFound };
                let change = map(json!({title: "Diubah"}));
                if !s.world.may(user, n, |a| a.edit) {
                    let plural = engine.registry().object(key).map(|o| o.plural.clone()).unwrap_or_default();
                    let (status, _) = s.api(user, "PATCH", &format!("/{plural}/{id}"), Some(json!({title: "Diubah"}))).await;
                    if status != if unseen == ProblemKind::Forbidden { 403 } else { 404 } {
                        faults.push(format!("user {user} {key} API update: answered {status}, the rules say {unseen:?}"));
                    }
                    expect(
                        &mut faults,
                        user,
                        key,
                        "update",
                        engine.update(&s.ctx(user), key, *id, change.clone(), None).await.map(drop),
                        unseen,
                    );
                } else if s.world.access(user, object).fields.get(*denied) != Some(&FieldRight::Edit) {
                    let change = map(json!({*denied: secret(object, 77)}));
                    expect(
                        &mut faults,
                        user,
                        key,
                        "update of a closed field",
                        engine.update(&s.ctx(user), key, *id, change, None).await.map(drop),
                        ProblemKind::Invalid,
                    );
                }
                if !s.world.may(user, n, |a| a.delete) {
                    expect(&mut faults, user, key, "delete", engine.delete(&s.ctx(user), key, *id, None).await, unseen);
                }
                expect(
                    &mut faults,
                    user,
                    key,
                    "restore of a living record",
                    engine.restore(&s.ctx(user), key, *id).await,
                    ProblemKind::NotFound,
                );
                let mut reader = s.ctx(user);
                reader.read_only = true;
                if s.world.sees(user, n) {
                    expect(
                        &mut faults,
                        user,
                        key,
                        "update by a reading token",
                        engine.update(&reader, key, *id, change, None).await.map(drop),
                        ProblemKind::Forbidden,
                    );
                    expect(
                        &mut faults,
                        user,
                        key,
                        "delete by a reading token",
                        engine.delete(&reader, key, *id, None).await,
                        ProblemKind::Forbidden,
                    );
                }
            }
        }
        if digest::of(s.w).await != untouched {
            faults.push(format!("refused requests of user {user} changed the database"));
            break;
        }
    }
    faults.extend(permitted(s).await);
    faults
}

/// What the rules allow does work: otherwise refusing everything would pass.
async fn permitted(s: &Stage<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    for user in 0..s.users.len() {
        for (n, (id, _)) in s.records.iter().enumerate() {
            let object = s.world.records[n].0;
            let key = OBJECTS[object].0;
            if s.world.may(user, n, |a| a.edit) {
                let field = if key == "task" { "subject" } else { "name" };
                let change = map(json!({field: format!("Kenanga{n} Diubah{user}")}));
                if let Err(p) = s.w.engine.update(&s.ctx(user), key, *id, change, None).await {
                    faults.push(format!("user {user} {key} update: refused with {p:?}, the rules allow it"));
                }
            }
        }
    }
    faults
}

fn expect(faults: &mut Vec<String>, user: usize, key: &str, verb: &str, got: Result<(), Problem>, want: ProblemKind) {
    match got {
        Err(p) if p.kind == want => {}
        Err(p) => faults.push(format!("user {user} {key} {verb}: refused with {:?}, the rules say {want:?}", p.kind)),
        Ok(()) => faults.push(format!("user {user} {key} {verb}: done, the rules say {want:?}")),
    }
}
