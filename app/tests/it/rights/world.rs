//! Worlds made by chance: roles, people and records, the rules over them, and how they stand in a database.

use crate::workspace::Workspace;
use akrab_engine::{Ctx, Door};
use akrab_model::object::{AccessDecl, FieldRight, Scope};
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeSet;
use tower::ServiceExt;

/// Objects of the worlds: key and a field that a role may be denied.
pub const OBJECTS: [(&str, &str); 4] = [("account", "npwp"), ("contact", "email"), ("lead", "phone"), ("task", "body")];
/// Teams: name and the one above.
const TEAMS: [Option<usize>; 3] = [None, Some(0), None];

#[derive(Debug, Clone)]
pub struct World {
    /// Of each role, the rights on each object and what may be done with its deniable field.
    pub roles: Vec<[AccessDecl; 4]>,
    /// Of each user: role and team.
    pub users: Vec<(usize, Option<usize>)>,
    /// Of each record: object and owner.
    pub records: Vec<(usize, Option<usize>)>,
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

pub fn world() -> impl Strategy<Value = World> {
    let rights =
        (access(OBJECTS[0].1), access(OBJECTS[1].1), access(OBJECTS[2].1), access(OBJECTS[3].1)).prop_map(|(a, b, c, d)| [a, b, c, d]);
    let roles = prop::collection::vec(rights, 3);
    let users = prop::collection::vec((0..3_usize, prop::option::weighted(0.8, 0..3_usize)), 5);
    let records = prop::collection::vec((0..4_usize, prop::option::weighted(0.9, 0..5_usize)), 14);
    (roles, users, records).prop_map(|(roles, users, records)| World { roles, users, records })
}

impl World {
    pub fn may(&self, user: usize, record: usize, scope_of: impl Fn(&AccessDecl) -> Scope) -> bool {
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
    pub fn sees(&self, user: usize, record: usize) -> bool {
        self.may(user, record, |a| a.read)
    }
    pub fn access(&self, user: usize, object: usize) -> &AccessDecl {
        &self.roles[self.users[user].0][object]
    }
    pub fn hidden(&self, user: usize, object: usize) -> bool {
        self.access(user, object).fields.get(OBJECTS[object].1) == Some(&FieldRight::Hidden)
    }
}

/// A world as it stands in the database.
pub struct Stage<'w> {
    pub w: &'w Workspace,
    pub world: &'w World,
    pub users: Vec<i64>,
    /// Of each record: id and title.
    pub records: Vec<(i64, String)>,
    http: axum::Router,
    /// Of each user: an API token.
    tokens: Vec<String>,
}

impl Stage<'_> {
    pub fn ctx(&self, user: usize) -> Ctx {
        self.w.of(self.users[user], Door::Page)
    }
    /// What the API answers to this user: status and JSON.
    pub async fn api(&self, user: usize, method: &str, path: &str, body: Option<serde_json::Value>) -> (u16, serde_json::Value) {
        let request = axum::http::Request::builder().method(method).uri(format!("/api/v1{path}")).header("host", "127.0.0.1");
        let request = request.header("authorization", format!("Bearer {}", self.tokens[user])).header("content-type", "application/json");
        let body = body.map_or_else(axum::body::Body::empty, |b| axum::body::Body::from(b.to_string()));
        let response = self.http.clone().oneshot(request.body(body).expect("a request")).await.expect("an answer");
        let status = response.status().as_u16();
        let bytes = axum::body::to_bytes(response.into_body(), 8 << 20).await.expect("a body");
        (status, serde_json::from_slice(&bytes).unwrap_or_default())
    }
    /// Ids in the `data` of what the API answers.
    pub async fn api_ids(&self, user: usize, path: &str) -> BTreeSet<i64> {
        let (_, body) = self.api(user, "GET", path, None).await;
        body["data"].as_array().into_iter().flatten().filter_map(|r| r["id"].as_i64()).collect()
    }
    /// Ids of the object's records this user sees.
    pub fn seen(&self, user: usize, object: usize) -> BTreeSet<i64> {
        (0..self.records.len())
            .filter(|r| self.world.records[*r].0 == object && self.world.sees(user, *r))
            .map(|r| self.records[r].0)
            .collect()
    }
}

pub async fn build<'w>(w: &'w Workspace, world: &'w World) -> Stage<'w> {
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
pub fn secret(object: usize, n: usize) -> serde_json::Value {
    match OBJECTS[object].1 {
        "npwp" => json!(format!("00127345600120{n:02}")),
        "email" => json!(format!("sembunyi{}@contoh.test", letters(n))),
        "phone" => json!(format!("0812345678{n:02}")),
        _ => json!(format!("terlarang{}", letters(n))),
    }
}

/// A number in letters, so that the word is one in which the search forgives a slip.
pub fn letters(n: usize) -> String {
    format!("{n:02}").bytes().map(|digit| char::from(b'a' + (digit - b'0') * 2)).collect()
}
