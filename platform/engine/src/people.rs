//! Users, teams and roles as kept in memory: every right is worked out from here.

use crate::Result;
use crate::identity::{ADMINISTRATOR, USUAL_ROLE, is_built_in};
use crate::notice::MailNews;
use crate::rights::declared;
use crate::sharing::Sharing;
use akrab_model::object::{AccessDecl, FieldRight, Scope};
use akrab_model::{Cond, FieldIx, ObjectIx, Registry, Value};
use akrab_store::Conn;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// A user with everything his rights depend on.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    pub id: i64,
    pub name: String,
    pub email: String,
    pub language: String,
    pub theme: String,
    pub single_keys: bool,
    /// When he gets news by mail.
    pub mail_news: MailNews,
    /// Kinds of news that come by mail soon.
    pub mail_kinds: Vec<&'static str>,
    /// Hours of his day, from and until, in which no mail is sent; may pass midnight.
    pub quiet: Option<(i8, i8)>,
    /// His own time zone; the workspace's when he has none.
    pub zone: Option<jiff::tz::TimeZone>,
    /// A service account: nobody reads what it is told.
    pub program: bool,
    pub active: bool,
    pub team: Option<i64>,
    pub role: Arc<Role>,
    /// Users of the same team, himself included.
    pub team_members: Vec<i64>,
    /// Users of the team and all teams below it.
    pub tree_members: Vec<i64>,
    /// Territories he is a member of.
    pub member_of: Vec<i64>,
    /// Those and all below them.
    pub territories: Vec<i64>,
    /// Everybody's territories and sharing rules.
    pub sharing: Arc<Sharing>,
}

/// A role with its rights for each object: (object key → access).
#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    pub id: i64,
    pub key: String,
    pub name: String,
    pub rights: HashMap<String, AccessDecl>,
    /// Computed fields that would tell what the role may not read: object → fields.
    concealed: HashMap<String, HashSet<String>>,
}

impl Role {
    /// Whether it has all rights.
    pub fn is_administrator(&self) -> bool {
        self.key == ADMINISTRATOR
    }
    /// Whether a field would tell what the role may not read.
    pub fn conceals(&self, object: &str, field: &str) -> bool {
        self.concealed.get(object).is_some_and(|fields| fields.contains(field))
    }
    /// Whether every workspace has it.
    pub fn is_built_in(&self) -> bool {
        is_built_in(&self.key)
    }
}

/// Everybody, as of `epoch`.
#[derive(Debug, Default)]
pub struct People {
    pub epoch: i64,
    users: HashMap<i64, Arc<Person>>,
    by_email: HashMap<String, i64>,
    pub teams: Vec<(i64, String, Option<i64>)>,
    pub roles: Vec<Arc<Role>>,
    pub sharing: Arc<Sharing>,
}

impl People {
    /// The role somebody new has unless another is chosen.
    pub fn usual_role(&self) -> Option<&Arc<Role>> {
        self.roles.iter().find(|role| role.key == USUAL_ROLE).or(self.roles.first())
    }
    pub fn user(&self, id: i64) -> Option<&Arc<Person>> {
        self.users.get(&id)
    }
    pub fn by_email(&self, email: &str) -> Option<&Arc<Person>> {
        self.users.get(self.by_email.get(&email.trim().to_lowercase())?)
    }
    /// Living users, by name.
    pub fn users(&self) -> Vec<&Arc<Person>> {
        let mut users: Vec<_> = self.users.values().collect();
        users.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
        users
    }
    /// Those who can be asked and told: active people by name, without service accounts.
    pub fn at_work(&self) -> Vec<&Arc<Person>> {
        let mut users = self.users();
        users.retain(|p| p.active && !p.program);
        users
    }
    /// Active administrators, the oldest account first.
    pub fn administrators(&self) -> Vec<&Arc<Person>> {
        let mut found: Vec<_> = self.users.values().filter(|p| p.active && !p.program && p.role.is_administrator()).collect();
        found.sort_by_key(|p| p.id);
        found
    }
    /// Whom others are told to ask.
    pub fn administrator(&self) -> Option<&Arc<Person>> {
        self.administrators().first().copied()
    }
    /// The name of a user.
    pub fn name(&self, id: i64) -> Option<String> {
        self.user(id).map(|p| p.name.clone())
    }
    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// Reads everybody from the database.
    pub fn load(conn: &mut Conn, registry: &Registry) -> Result<People> {
        let epoch = conn.setting_get(EPOCH)?.and_then(|t| t.parse().ok()).unwrap_or(0);
        let teams: Vec<_> = rows(conn, registry, "team")?.iter().map(|t| (t.id, t.text("name").to_string(), t.link("parent"))).collect();
        let roles: Vec<_> = rows(conn, registry, "role")?.iter().map(|r| Arc::new(role(registry, r))).collect();
        let users = rows(conn, registry, "user")?;
        let programs: Vec<i64> = conn.service_accounts()?.into_iter().map(|(id, ..)| id).collect();
        let of_team = |wanted: &[i64]| -> Vec<i64> {
            users.iter().filter(|u| u.link("team").is_some_and(|t| wanted.contains(&t))).map(|u| u.id).collect()
        };
        let nobody = Arc::new(Role { id: 0, key: "none".into(), name: String::new(), rights: HashMap::new(), concealed: HashMap::new() });
        let sharing = Arc::new(Sharing::load(conn, registry, &teams)?);
        let mut people = People { epoch, teams: teams.clone(), roles: roles.clone(), sharing: sharing.clone(), ..People::default() };
        for user in &users {
            let team = user.link("team");
            let with_self = |mut ids: Vec<i64>| {
                if !ids.contains(&user.id) {
                    ids.push(user.id);
                }
                ids
            };
            let member_of: Vec<i64> = sharing.territories.iter().filter(|t| t.members.contains(&user.id)).map(|t| t.id).collect();
            let mut territories: Vec<i64> = member_of.iter().flat_map(|id| sharing.below(*id)).collect();
            territories.sort_unstable();
            territories.dedup();
            let role = user.link("role").and_then(|id| roles.iter().find(|r| r.id == id)).unwrap_or(&nobody);
            let person = Person {
                id: user.id,
                program: programs.contains(&user.id),
                name: user.text("name").into(),
                email: user.text("email").into(),
                language: user.get("language").text().unwrap_or("id").into(),
                theme: user.get("theme").text().unwrap_or("system").into(),
                zone: user.get("time_zone").text().and_then(|name| jiff::tz::TimeZone::get(name).ok()),
                single_keys: !matches!(user.get("single_keys"), Value::Bool(false)),
                mail_news: MailNews::of(user.get("mail_news").text()),
                mail_kinds: crate::notice::kinds_of(user.get("mail_kinds")),
                quiet: hour(user, "quiet_from").zip(hour(user, "quiet_to")).filter(|(from, to)| from != to),
                active: user.get("active").bool(),
                team,
                role: role.clone(),
                team_members: with_self(team.map(|t| of_team(&[t])).unwrap_or_default()),
                tree_members: with_self(team.map(|t| of_team(&below(&teams, t))).unwrap_or_default()),
                member_of,
                territories,
                sharing: sharing.clone(),
            };
            people.by_email.insert(person.email.clone(), person.id);
            people.users.insert(person.id, Arc::new(person));
        }
        Ok(people)
    }
}

fn hour(user: &akrab_model::Record, key: &str) -> Option<i8> {
    user.get(key).int().and_then(|hour| i8::try_from(hour).ok()).filter(|hour| (0..24).contains(hour))
}

/// Setting that changes with every write to users, teams, roles and the workspace's own facts.
pub(crate) const EPOCH: &str = "people_epoch";

/// Tells every process that people or settings have changed.
pub(crate) fn bump(conn: &mut Conn) -> Result<()> {
    let epoch: i64 = conn.setting_get(EPOCH)?.and_then(|t| t.parse().ok()).unwrap_or(0);
    conn.setting_set(EPOCH, &(epoch + 1).to_string())?;
    Ok(())
}

pub(crate) fn below(teams: &[(i64, String, Option<i64>)], root: i64) -> Vec<i64> {
    let mut found = vec![root];
    let mut next = 0;
    while next < found.len() {
        let parent = found[next];
        found.extend(teams.iter().filter(|(id, _, p)| *p == Some(parent) && !found.contains(id)).map(|t| t.0).collect::<Vec<_>>());
        next += 1;
    }
    found
}

fn role(registry: &Registry, record: &akrab_model::Record) -> Role {
    let key = record.text("key").to_string();
    let stored: HashMap<String, AccessDecl> = match record.get("rights") {
        Value::Json(json) => serde_json::from_value(json.clone()).unwrap_or_default(),
        _ => HashMap::new(),
    };
    let full =
        AccessDecl { create: true, read: Scope::All, edit: Scope::All, delete: Scope::All, export: Scope::All, ..AccessDecl::default() };
    let rights = registry.objects().map(|object| {
        let access = match (key.as_str(), stored.get(&object.key)) {
            (ADMINISTRATOR, _) => full.clone(),
            (_, Some(access)) => access.clone(),
            _ => object.decl.access.get(&key).cloned().unwrap_or_default(),
        };
        (object.key.clone(), access)
    });
    let rights: HashMap<String, AccessDecl> = rights.collect();
    let mut named: HashMap<String, HashSet<String>> = HashMap::new();
    for (object, field) in concealed(registry, &rights) {
        let object = registry.at(object);
        named.entry(object.key.clone()).or_default().insert(object.at(field).key.clone());
    }
    Role { id: record.id, name: record.text("name").into(), rights, concealed: named, key }
}

/// What is worked out of something the role may not read, directly or over other computed fields.
fn concealed(registry: &Registry, rights: &HashMap<String, AccessDecl>) -> HashSet<(ObjectIx, FieldIx)> {
    let mut found = HashSet::new();
    let computed: Vec<_> = registry
        .objects()
        .flat_map(|object| (0..object.fields.len() as u16).map(|n| (object.ix, FieldIx(n))))
        .map(|place| (place, registry.sources(place.0, place.1)))
        .filter(|(_, sources)| !sources.is_empty())
        .collect();
    loop {
        let before = found.len();
        for (place, sources) in &computed {
            let closed = sources.iter().any(|source| {
                let object = registry.at(source.object);
                let Some(access) = rights.get(&object.key) else { return true };
                match source.field {
                    None => access.read == Scope::None,
                    Some(ix) => found.contains(&(object.ix, ix)) || declared(access, object.at(ix)) == FieldRight::Hidden,
                }
            });
            if closed {
                found.insert(*place);
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

pub(crate) fn rows(conn: &mut Conn, registry: &Registry, key: &str) -> Result<Vec<akrab_model::Record>> {
    let Some(object) = registry.object(key) else { return Ok(Vec::new()) };
    let columns: Vec<_> = object.columns().map(|(ix, _)| ix).collect();
    let mut records = Vec::new();
    let mut after = 0;
    loop {
        let ids = conn.ids_after(registry, object, &Cond::True, after, 1_000)?;
        let Some(last) = ids.last() else { break };
        after = *last;
        for row in conn.rows(registry, object, &ids, &columns, &Cond::True)? {
            records.push(crate::read::record_of(object, &columns, row));
        }
    }
    Ok(records)
}
