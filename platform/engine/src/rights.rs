//! Rights compiled for one person: role × object × action × scope, what was opened to him besides, and fields.

use crate::Result;
use crate::ctx::{Actor, Ctx};
use crate::people::Person;
use akrab_model::filter::{Env, Is, Shared, Step, Test};
use akrab_model::object::{AccessDecl, FieldRight, Scope};
use akrab_model::{Cond, Field, FieldIx, Object, ObjectIx, Problem, Raw, Record, Registry};
use std::sync::Arc;

/// A minute in microseconds.
const MINUTE: i64 = 60_000_000;

/// What is to be done with records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    Read,
    Edit,
    Delete,
    Export,
    /// Giving a single record to others.
    Share,
    /// Making one record of two.
    Merge,
}

/// Why somebody reaches records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ground {
    /// His role reaches so far.
    Role(Scope),
    /// A sharing rule: id and name.
    Rule(i64, String),
    /// Single records were given to him or his team.
    Given,
}

/// The rights of one actor, used by every query and every write.
#[derive(Clone)]
pub struct Rights {
    registry: Arc<Registry>,
    ctx: Ctx,
}

impl Rights {
    pub fn new(registry: Arc<Registry>, ctx: &Ctx) -> Self {
        Self { registry, ctx: ctx.clone() }
    }

    fn decl(&self, object: &Object) -> Option<&AccessDecl> {
        match &self.ctx.actor {
            Actor::System(_) => None,
            Actor::User(_) if object.decl.hidden => None,
            Actor::User(person) => person.role.rights.get(&object.key),
        }
    }

    /// Whether the app that asks was allowed this.
    fn is_allowed(&self, object: &Object, write: bool) -> bool {
        let Some(scopes) = &self.ctx.scopes else { return true };
        if write { scopes.may_write(object) } else { scopes.may_read(object) }
    }

    /// How far the right reaches by role. What is opened besides widens what is reached, never what may be done.
    pub fn scope(&self, object: &Object, access: Access) -> Scope {
        let (scope, read) = self.scopes(object, access);
        // nobody may do to a record what he may not see
        scope.min(read)
    }

    /// How far the role lets him do it, and how far it lets him see.
    fn scopes(&self, object: &Object, access: Access) -> (Scope, Scope) {
        let Actor::User(person) = &self.ctx.actor else { return (Scope::All, Scope::All) };
        if self.ctx.read_only && !matches!(access, Access::Read | Access::Export) {
            return (Scope::None, Scope::None);
        }
        if !self.is_allowed(object, !matches!(access, Access::Read | Access::Export)) {
            return (Scope::None, Scope::None);
        }
        let Some(decl) = self.decl(object).filter(|_| person.active) else { return (Scope::None, Scope::None) };
        let scope = match access {
            Access::Read => decl.read,
            Access::Edit => decl.edit,
            Access::Delete => decl.delete,
            Access::Export => decl.export,
            Access::Share => decl.share.unwrap_or(decl.edit),
            // nobody merges what he may not change
            Access::Merge => decl.merge.unwrap_or(decl.delete).min(decl.edit),
        };
        (scope, decl.read)
    }

    pub fn may_create(&self, object: &Object) -> bool {
        match &self.ctx.actor {
            Actor::System(_) => true,
            Actor::User(person) => {
                person.active && !self.ctx.read_only && self.is_allowed(object, true) && self.decl(object).is_some_and(|d| d.create)
            }
        }
    }

    /// The condition a record must meet.
    pub fn cond(&self, object: &Object, access: Access) -> Cond {
        let by_role = self.by_role(object, access).and(self.audience(object));
        if by_role == Cond::True {
            return by_role;
        }
        self.opened(object, access).into_iter().fold(by_role, |all, (_, cond)| all.or(cond))
    }

    /// The same, ground by ground; one that reaches no record is left out.
    pub fn grounds(&self, object: &Object, access: Access) -> Vec<(Ground, Cond)> {
        let (scope, read) = self.scopes(object, access);
        let role = (Ground::Role(scope.min(read)), self.by_role(object, access).and(self.audience(object)));
        std::iter::once(role).chain(self.opened(object, access)).filter(|(_, cond)| *cond != Cond::False).collect()
    }

    fn by_role(&self, object: &Object, access: Access) -> Cond {
        let (scope, read) = self.scopes(object, access);
        let Actor::User(person) = &self.ctx.actor else { return Cond::True };
        match (scope, read) {
            (Scope::None, _) | (_, Scope::None) => Cond::False,
            // neither lies within the other
            (Scope::Territory, Scope::Team | Scope::TeamTree) | (Scope::Team | Scope::TeamTree, Scope::Territory) => {
                within(object, scope, person).and(within(object, read, person))
            }
            _ => within(object, scope.min(read), person),
        }
    }

    /// For whom a record is meant, where its object says so: nobody's role or rule reaches past that, but its owner may
    /// still give it to somebody.
    fn audience(&self, object: &Object) -> Cond {
        let Actor::User(person) = &self.ctx.actor else { return Cond::True };
        let own = || object.owner.map_or(Cond::False, |owner| among(object.ix, owner, &[person.id]));
        let said = object.decl.audience.as_deref().and_then(|key| object.field_ix(key)).map_or(Cond::True, |field| {
            let says = |is| Cond::Test(Test { path: Vec::new(), object: object.ix, field, is });
            let closed = Is::In(["team", "private"].map(|key| Raw::Text(key.into())).to_vec());
            let of_team = object.owner.map_or(Cond::False, |owner| among(object.ix, owner, &person.team_members));
            let team = Cond::All(vec![says(Is::Eq(Raw::Text("team".into()))), of_team]);
            Cond::All(vec![Cond::Any(vec![says(closed).negate(), own(), team])])
        });
        said.and(self.behind(object, own))
    }

    /// Sees at least one of the records it tells of, or it tells of none.
    fn behind(&self, object: &Object, own: impl Fn() -> Cond) -> Cond {
        let links = object.decl.behind.iter().filter_map(|key| object.field_ix(key)).filter_map(|ix| Some((ix, object.at(ix).to?)));
        let links: Vec<_> = links.map(|(ix, to)| (ix, to, self.cond(self.registry.at(to), Access::Read))).collect();
        if links.iter().all(|(.., guard)| *guard == Cond::True) {
            return Cond::True;
        }
        let filled = |field| Cond::Test(Test { path: Vec::new(), object: object.ix, field, is: Is::Filled });
        let mut ways = vec![own()];
        for (field, to, guard) in &links {
            let target = self.registry.at(*to);
            match (guard, target.field_ix("created_at")) {
                (Cond::False, _) => {}
                (Cond::True, _) | (_, None) => ways.push(filled(*field)),
                (guard, Some(made)) => {
                    let step = Step { object: object.ix, field: *field, guard: guard.clone() };
                    ways.push(Cond::Test(Test { path: vec![step], object: *to, field: made, is: Is::Filled }));
                }
            }
        }
        ways.push(Cond::Any(links.iter().map(|(field, ..)| filled(*field)).collect()).negate());
        // a condition of its own, not one of several grounds
        Cond::All(vec![Cond::Any(ways)])
    }

    /// What is open to him besides what his role reaches. Changing needs a role that changes records at all;
    /// whoever may take all he sees out of the program may take this too; deleting and giving on never come of it.
    fn opened(&self, object: &Object, access: Access) -> Vec<(Ground, Cond)> {
        let Actor::User(person) = &self.ctx.actor else { return Vec::new() };
        let (scope, read) = self.scopes(object, access);
        let edit = access == Access::Edit;
        let open = match access {
            Access::Read | Access::Edit => scope > Scope::None,
            Access::Export => scope == Scope::All,
            Access::Delete | Access::Share | Access::Merge => false,
        };
        if !open || read == Scope::None {
            return Vec::new();
        }
        let sharing = &person.sharing;
        let mut found = Vec::new();
        for rule in sharing.rules_for(&object.key, person).filter(|rule| rule.edit || !edit) {
            let env = Env { now: self.ctx.now.clone(), me: Some(person.id), team: person.team_members.clone() };
            // one that cannot be asked any more opens nothing
            if let Ok(cond) = rule.filter.bind(&self.registry, object, &env, &Everything) {
                found.push((Ground::Rule(rule.id, rule.name.clone()), cond.and(self.audience(object))));
            }
        }
        if sharing.takes(&object.key, person) {
            let at = self.ctx.micros().div_euclid(MINUTE) * MINUTE;
            let shared = Shared { object: object.key.clone(), user: person.id, team: person.team, edit, at };
            found.push((Ground::Given, Cond::Shared(shared)));
        }
        found
    }

    /// Whether the role reaches a record as it is here, with all its fields; what was opened besides does not count.
    pub fn reaches(&self, object: &Object, access: Access, record: &Record) -> bool {
        let (scope, read) = self.scopes(object, access);
        let Actor::User(person) = &self.ctx.actor else { return true };
        holds(object, scope, person, record) && holds(object, read, person, record)
    }

    /// Right on one field. Parts of a composite follow the composite; what is computed is hidden with
    /// whatever it is computed of.
    pub fn field(&self, object: &Object, field: FieldIx) -> FieldRight {
        match &self.ctx.actor {
            Actor::System(_) => FieldRight::Edit,
            Actor::User(_) if object.at(field).hidden => FieldRight::Hidden,
            Actor::User(person) if person.role.conceals(&object.key, &object.at(field).key) => FieldRight::Hidden,
            Actor::User(_) => self.decl(object).map_or(FieldRight::Hidden, |decl| match tailed(object, object.at(field)) {
                // whoever reads the whole needs no part of it
                Some(whole) if self.field(object, whole) > FieldRight::Hidden => FieldRight::Hidden,
                _ => declared(decl, object.at(field)),
            }),
        }
    }

    /// Fields the actor may read, in column order.
    pub fn readable(&self, object: &Object) -> Vec<FieldIx> {
        (0..object.fields.len() as u16).map(FieldIx).filter(|ix| self.field(object, *ix) > FieldRight::Hidden).collect()
    }

    /// # Errors
    /// `not_found` when the role may see no record of the object, `forbidden` when it may see some and
    /// do this to none.
    pub fn require(&self, object: &Object, access: Access) -> Result<()> {
        self.require_read(object)?;
        if self.scope(object, access) == Scope::None { Err(Problem::forbidden()) } else { Ok(()) }
    }

    /// # Errors
    /// As [`Rights::require`], for making new records.
    pub fn require_create(&self, object: &Object) -> Result<()> {
        if self.may_create(object) {
            return Ok(());
        }
        self.require_read(object)?;
        Err(Problem::forbidden())
    }

    /// # Errors
    /// `not_found` when the role may see no record of the object: what is out of sight does not exist.
    pub fn require_read(&self, object: &Object) -> Result<()> {
        if self.scope(object, Access::Read) == Scope::None { Err(Problem::not_found()) } else { Ok(()) }
    }
}

/// The field whose last characters this one tells.
fn tailed(object: &Object, field: &Field) -> Option<FieldIx> {
    object.field_ix(field.tail_of.as_deref()?)
}

/// The right a role declares on a field.
pub(crate) fn declared(access: &AccessDecl, field: &Field) -> FieldRight {
    let right = |key: &str| access.fields.get(key).copied().unwrap_or_default();
    let own = right(&field.key);
    field.part_of.as_deref().map_or(own, |whole| own.min(right(whole)))
}

/// The condition of a scope.
fn within(object: &Object, scope: Scope, person: &Person) -> Cond {
    let ids = match scope {
        Scope::None => return Cond::False,
        Scope::All => return Cond::True,
        scope => people_of(scope, person),
    };
    // records without an owner are reached through `created_by`
    let own = match object.owner.or_else(|| object.field_ix("created_by")) {
        Some(field) => among(object.ix, field, ids),
        None => Cond::False,
    };
    match object.territory.filter(|_| scope == Scope::Territory && !person.territories.is_empty()) {
        Some(field) => own.or(among(object.ix, field, &person.territories)),
        None => own,
    }
}

/// The same of one record.
fn holds(object: &Object, scope: Scope, person: &Person, record: &Record) -> bool {
    let link = |ix: FieldIx| record.at(ix).int();
    match scope {
        Scope::None => false,
        Scope::All => true,
        scope => {
            let of = object.owner.or_else(|| object.field_ix("created_by")).and_then(link);
            let territory = object.territory.filter(|_| scope == Scope::Territory).and_then(link);
            of.is_some_and(|of| people_of(scope, person).contains(&of)) || territory.is_some_and(|t| person.territories.contains(&t))
        }
    }
}

/// Whose records a scope reaches.
fn people_of(scope: Scope, person: &Person) -> &[i64] {
    match scope {
        Scope::None | Scope::All => &[],
        Scope::Own | Scope::Territory => std::slice::from_ref(&person.id),
        Scope::Team => &person.team_members,
        Scope::TeamTree => &person.tree_members,
    }
}

fn among(object: ObjectIx, field: FieldIx, ids: &[i64]) -> Cond {
    let is = match ids {
        [one] => Is::Eq(Raw::Int(*one)),
        many => Is::In(many.iter().map(|id| Raw::Int(*id)).collect()),
    };
    Cond::Test(Test { path: Vec::new(), object, field, is })
}

/// Conditions of the program itself count every record, whoever asks.
pub(crate) struct Everything;

impl akrab_model::filter::Rights for Everything {
    fn may_read(&self, _: ObjectIx, _: FieldIx) -> bool {
        true
    }
    fn guard(&self, _: ObjectIx) -> Cond {
        Cond::True
    }
}

impl akrab_model::filter::Rights for Rights {
    fn may_read(&self, object: ObjectIx, field: FieldIx) -> bool {
        self.field(self.registry.at(object), field) > FieldRight::Hidden
    }
    fn guard(&self, object: ObjectIx) -> Cond {
        self.cond(self.registry.at(object), Access::Read)
    }
}
