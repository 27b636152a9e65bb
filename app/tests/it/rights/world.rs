//! Worlds made by chance: roles, people and records, the rules over them, and how they stand in a database.

use crate::workspace::Workspace;
use akrab_engine::{Ctx, Door};
use akrab_model::object::{AccessDecl, FieldRight, Scope};
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeSet;
use tower::ServiceExt;

/// Objects of the worlds: key and a field that a role may be denied.
pub const OBJECTS: [(&str, &str); 5] =
    [("account", "npwp"), ("contact", "email"), ("lead", "phone"), ("task", "body"), ("opportunity", "note")];
/// Objects with a field for a file.
const FILES: [(usize, &str); 2] = [(0, "contract"), (4, "quotation")];
/// Teams: name and the one above.
const TEAMS: [Option<usize>; 3] = [None, Some(0), None];

/// Territories: the one above.
const TERRITORIES: [Option<usize>; 3] = [None, Some(0), None];
/// Objects whose records go where their account goes, unless a rule of their own or a hand places them.
const FOLLOW: [usize; 3] = [1, 3, 4];

#[derive(Debug, Clone)]
pub struct World {
    /// Of each role, the rights on each object and what may be done with its deniable field.
    pub roles: Vec<[AccessDecl; 5]>,
    /// Of each user: role and team.
    pub users: Vec<(usize, Option<usize>)>,
    /// Of each record: object and owner.
    pub records: Vec<(usize, Option<usize>)>,
    /// Of each user: of which territories he is a member.
    pub members: Vec<[bool; 3]>,
    /// Records of an object whose title has this number go to this territory; the first that fits counts.
    pub placing: Vec<(usize, usize, usize)>,
    /// Of some records: chosen by hand.
    pub by_hand: Vec<(usize, Option<usize>)>,
    /// Records of an object whose title has this number are open to somebody, perhaps for changing.
    pub rules: Vec<(usize, usize, bool, Taker)>,
    /// A record given to a user or a team, perhaps for changing, and how long for.
    pub shares: Vec<(usize, Taker, bool, Life)>,
}

/// To whom records are open.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Taker {
    Role(usize),
    Team(usize, bool),
    Territory(usize, bool),
    User(usize),
}

/// How long a share lives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Life {
    ForGood,
    StillOn,
    Over,
}

/// What is to be done with a record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Act {
    Read,
    Edit,
    Delete,
    Export,
    Share,
}

fn scope() -> impl Strategy<Value = Scope> {
    prop_oneof![Just(Scope::None), Just(Scope::Own), Just(Scope::Team), Just(Scope::TeamTree), Just(Scope::Territory), Just(Scope::All)]
}

fn access(field: &'static str) -> impl Strategy<Value = AccessDecl> {
    let right = prop_oneof![Just(FieldRight::Hidden), Just(FieldRight::Read), Just(FieldRight::Edit)];
    let share = prop::option::weighted(0.3, scope());
    (any::<bool>(), scope(), scope(), scope(), scope(), right, share).prop_map(move |(create, read, edit, delete, export, right, share)| {
        AccessDecl { create, read, edit, delete, export, share, merge: None, fields: [(field.to_string(), right)].into_iter().collect() }
    })
}

fn taker() -> impl Strategy<Value = Taker> {
    prop_oneof![
        (0..3_usize).prop_map(Taker::Role),
        (0..3_usize, any::<bool>()).prop_map(|(team, below)| Taker::Team(team, below)),
        (0..3_usize, any::<bool>()).prop_map(|(territory, below)| Taker::Territory(territory, below)),
        (0..5_usize).prop_map(Taker::User),
    ]
}

const RECORDS: usize = 16;

pub fn world() -> impl Strategy<Value = World> {
    let [a, b, c, d, e] = OBJECTS.map(|(_, field)| access(field));
    let rights = (a, b, c, d, e).prop_map(|(a, b, c, d, e)| [a, b, c, d, e]);
    let roles = prop::collection::vec(rights, 3);
    let users = prop::collection::vec((0..3_usize, prop::option::weighted(0.8, 0..3_usize)), 5);
    let records = prop::collection::vec((0..5_usize, prop::option::weighted(0.9, 0..5_usize)), RECORDS);
    let members = prop::collection::vec(any::<[bool; 3]>(), 5);
    let placing = prop::collection::vec((prop_oneof![Just(0_usize), Just(2), Just(4)], 0..RECORDS, 0..3_usize), 5);
    let by_hand = prop::collection::vec((0..RECORDS, prop::option::weighted(0.8, 0..3_usize)), 2);
    let rules = prop::collection::vec((0..5_usize, 0..RECORDS, any::<bool>(), taker()), 4);
    let one = prop_oneof![(0..5_usize).prop_map(Taker::User), (0..3_usize).prop_map(|team| Taker::Team(team, false))];
    let life = prop_oneof![Just(Life::ForGood), Just(Life::StillOn), Just(Life::Over)];
    let shares = prop::collection::vec((0..RECORDS, one, any::<bool>(), life), 8);
    (roles, users, records, members, placing, by_hand, rules, shares).prop_map(
        |(roles, users, records, members, placing, by_hand, rules, shares)| World {
            roles,
            users,
            records,
            members,
            placing,
            by_hand,
            rules,
            shares,
        },
    )
}

/// Whether `x` is `root` or below it.
fn lies_below(tree: &[Option<usize>], mut x: usize, root: usize) -> bool {
    loop {
        match (x == root, tree[x]) {
            (true, _) => return true,
            (false, Some(above)) => x = above,
            (false, None) => return false,
        }
    }
}

/// The title of a record, in which rules look for numbers.
fn title(n: usize) -> String {
    format!("Kenanga{n} Rahasia")
}

fn has_number(n: usize, number: usize) -> bool {
    title(n).contains(&format!("Kenanga{number}"))
}

impl World {
    /// The rules, said once more.
    pub fn may(&self, user: usize, record: usize, act: Act) -> bool {
        let access = self.access(user, self.records[record].0);
        let within = |scope| self.within(user, record, scope);
        let opened = |edit| access.read > Scope::None && self.opened(user, record, edit);
        match act {
            Act::Read => within(access.read) || opened(false),
            Act::Edit => (within(access.edit) && within(access.read)) || (access.edit > Scope::None && opened(true)),
            Act::Delete => within(access.delete) && within(access.read),
            Act::Share => within(access.share.unwrap_or(access.edit)) && within(access.read),
            Act::Export if access.export == Scope::All => self.may(user, record, Act::Read),
            Act::Export => within(access.export) && within(access.read),
        }
    }

    fn within(&self, user: usize, record: usize, scope: Scope) -> bool {
        let team = self.users[user].1;
        let owner = self.records[record].1;
        let owns = owner == Some(user);
        let theirs = owner.and_then(|o| self.users[o].1);
        let mine = |territory: usize| (0..TERRITORIES.len()).any(|t| self.members[user][t] && lies_below(&TERRITORIES, territory, t));
        match scope {
            Scope::None => false,
            Scope::Own => owns,
            Scope::Team => owns || (theirs.is_some() && theirs == team),
            Scope::TeamTree => owns || theirs.zip(team).is_some_and(|(theirs, team)| lies_below(&TEAMS, theirs, team)),
            Scope::Territory => owns || self.territory(record).is_some_and(mine),
            Scope::All => true,
        }
    }

    /// Where a record is: by hand, by the first rule, or where its account is.
    pub fn territory(&self, record: usize) -> Option<usize> {
        if let Some((_, to)) = self.by_hand.iter().rev().find(|(r, _)| *r == record) {
            return *to;
        }
        let object = self.records[record].0;
        let rule = self.placing.iter().find(|(of, number, _)| *of == object && has_number(record, *number));
        let account = || self.account(record).filter(|_| FOLLOW.contains(&object)).and_then(|account| self.territory(account));
        rule.map(|(_, _, to)| *to).or_else(account)
    }

    /// The account a record hangs on.
    fn account(&self, record: usize) -> Option<usize> {
        (0..record).rev().find(|r| self.records[*r].0 == 0)
    }

    fn opened(&self, user: usize, record: usize, edit: bool) -> bool {
        let object = self.records[record].0;
        let (role, team) = self.users[user];
        let takes = |taker: Taker| match taker {
            Taker::Role(r) => r == role,
            Taker::Team(t, below) => team.is_some_and(|own| own == t || (below && lies_below(&TEAMS, own, t))),
            Taker::Territory(t, below) => {
                (0..TERRITORIES.len()).any(|own| self.members[user][own] && (own == t || (below && lies_below(&TERRITORIES, own, t))))
            }
            Taker::User(u) => u == user,
        };
        let by_rule = |(of, number, may_edit, taker): &(usize, usize, bool, Taker)| {
            *of == object && has_number(record, *number) && (*may_edit || !edit) && takes(*taker)
        };
        // a later share to the same taker takes the place of the earlier one
        let mut standing: Vec<(Taker, bool, Life)> = Vec::new();
        for (_, taker, may_edit, life) in self.shares.iter().filter(|share| share.0 == record) {
            standing.retain(|(known, ..)| known != taker);
            standing.push((*taker, *may_edit, *life));
        }
        self.rules.iter().any(by_rule)
            || standing.iter().any(|(taker, may_edit, life)| *life != Life::Over && (*may_edit || !edit) && takes(*taker))
    }

    pub fn sees(&self, user: usize, record: usize) -> bool {
        self.may(user, record, Act::Read)
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
    let territories = territories(w, world, &users).await;
    openings(w, world, &Known { roles: &roles, teams: &teams, users: &users, territories: &territories }).await;
    let mut records = Vec::new();
    let mut parent: Option<i64> = None;
    for (n, (object, owner)) in world.records.iter().enumerate() {
        let title = title(n);
        let key = OBJECTS[*object].0;
        let field = if key == "task" { "subject" } else { "name" };
        let mut input = json!({field: title, "owner": owner.map(|o| users[o]), OBJECTS[*object].1: secret(*object, n)});
        if FOLLOW.contains(object) {
            input["account"] = json!(parent);
        }
        if let Some((_, field)) = FILES.iter().find(|(of, _)| of == object) {
            let content = std::io::Cursor::new(b"%PDF-1.4 rahasia".to_vec());
            input[*field] = json!(w.engine.file_put(&w.system(), "rahasia.pdf", content, 1 << 20).await.expect("a file").id);
        }
        let id = w.make(key, input).await;
        if key == "account" {
            parent = Some(id);
        }
        records.push((id, title));
    }
    for (record, to) in &world.by_hand {
        let (id, key, to) = (records[*record].0, OBJECTS[world.records[*record].0].0, to.map(|t| territories[t]));
        w.engine.write(&w.system(), move |tx| tx.place_by_hand(key, id, Some(to))).await.expect("a place chosen by hand");
    }
    give(w, world, &records, &teams, &users).await;
    // what ends after a minute is over
    w.pass(120);
    news(w, world, &records, &users).await;
    let mut tokens = Vec::new();
    for user in &users {
        tokens.push(w.engine.token_add(&w.system(), *user, "uji", false, None).await.expect("a token"));
    }
    Stage { w, world, users, records, http: w.http(), tokens }
}

/// Ids of what was made.
struct Known<'a> {
    roles: &'a [i64],
    teams: &'a [i64],
    users: &'a [i64],
    territories: &'a [i64],
}

async fn territories(w: &Workspace, world: &World, users: &[i64]) -> Vec<i64> {
    let mut made: Vec<i64> = Vec::new();
    for (n, above) in TERRITORIES.iter().enumerate() {
        let members: Vec<i64> = users.iter().zip(&world.members).filter(|(_, of)| of[n]).map(|(id, _)| *id).collect();
        let input = json!({"name": format!("Wilayah {n}"), "parent": above.map(|a| made[a]), "members": members});
        made.push(w.make("territory", input).await);
    }
    for (n, (object, number, to)) in world.placing.iter().enumerate() {
        let filter = json!({"field": "name", "op": "contains", "value": format!("Kenanga{number}")});
        let rule =
            json!({"name": format!("Aturan {n}"), "object": OBJECTS[*object].0, "position": n, "filter": filter, "territory": made[*to]});
        w.make("territory_rule", rule).await;
    }
    for object in FOLLOW {
        w.make("territory_rule", json!({"name": "Ikut", "object": OBJECTS[object].0, "position": 99, "via": "account"})).await;
    }
    made
}

async fn openings(w: &Workspace, world: &World, known: &Known<'_>) {
    for (n, (object, number, edit, taker)) in world.rules.iter().enumerate() {
        let key = OBJECTS[*object].0;
        let field = if key == "task" { "subject" } else { "name" };
        let filter = json!({"field": field, "op": "contains", "value": format!("Kenanga{number}")});
        let level = if *edit { "edit" } else { "read" };
        let mut rule = json!({"name": format!("Buka {n}"), "object": key, "filter": filter, "level": level});
        match taker {
            Taker::Role(role) => rule["to_role"] = json!(known.roles[*role]),
            Taker::Team(team, below) => (rule["to_team"], rule["below"]) = (json!(known.teams[*team]), json!(below)),
            Taker::Territory(t, below) => (rule["to_territory"], rule["below"]) = (json!(known.territories[*t]), json!(below)),
            Taker::User(user) => rule["to_user"] = json!(known.users[*user]),
        }
        w.make("sharing_rule", rule).await;
    }
}

async fn give(w: &Workspace, world: &World, records: &[(i64, String)], teams: &[i64], users: &[i64]) {
    for (record, taker, edit, life) in &world.shares {
        let to = match taker {
            Taker::Team(team, _) => akrab_engine::sharing::Taker::Team(teams[*team]),
            Taker::User(user) => akrab_engine::sharing::Taker::User(users[*user]),
            Taker::Role(_) | Taker::Territory(..) => continue,
        };
        let now = w.system().now.timestamp();
        let until = match life {
            Life::ForGood => None,
            Life::StillOn => Some(now + jiff::SignedDuration::from_hours(24)),
            Life::Over => Some(now + jiff::SignedDuration::from_secs(60)),
        };
        let give = akrab_engine::sharing::Give { to, edit: *edit, until, note: "coba".into() };
        let (id, key) = (records[*record].0, OBJECTS[world.records[*record].0].0);
        let given = w.engine.write(&w.system(), move |tx| tx.give(key, id, &give)).await;
        if let Err(problem) = given {
            assert_eq!(problem.fields[0].code, "share_without_effect", "{problem:?}");
        }
    }
}

/// Everybody is told of every record: what he may not see he must not read of.
async fn news(w: &Workspace, world: &World, records: &[(i64, String)], users: &[i64]) {
    let at = w.system().micros();
    let mut notices = Vec::new();
    for user in users {
        for (n, (id, _)) in records.iter().enumerate() {
            notices.push(akrab_store::NoticeRow {
                id: 0,
                person: *user,
                at,
                kind: "assigned".into(),
                object: OBJECTS[world.records[n].0].0.into(),
                record: *id,
                about: None,
                change_id: None,
                actor: None,
                read_at: None,
            });
        }
    }
    w.engine.write(&w.system(), move |tx| Ok(tx.conn.notices_put(&notices)?)).await.expect("notices");
}

/// What stands in the deniable field.
pub fn secret(object: usize, n: usize) -> serde_json::Value {
    match OBJECTS[object].1 {
        "npwp" => json!(format!("00127345620120{n:02}")),
        "email" => json!(format!("sembunyi{}@contoh.test", letters(n))),
        "phone" => json!(format!("0812345678{n:02}")),
        _ => json!(format!("terlarang{}", letters(n))),
    }
}

/// A number in letters, so that the word is one in which the search forgives a slip.
pub fn letters(n: usize) -> String {
    format!("{n:02}").bytes().map(|digit| char::from(b'a' + (digit - b'0') * 2)).collect()
}
