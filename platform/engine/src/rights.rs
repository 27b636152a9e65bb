//! Rights compiled for one person: role × object × action × scope, and fields.

use crate::Result;
use crate::ctx::{Actor, Ctx};
use akrab_model::filter::{Is, Test};
use akrab_model::object::{AccessDecl, FieldRight, Scope};
use akrab_model::{Cond, Field, FieldIx, Object, ObjectIx, Problem, Raw, Registry};
use std::sync::Arc;

/// What is to be done with records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    Read,
    Edit,
    Delete,
    Export,
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

    /// How far the right reaches.
    pub fn scope(&self, object: &Object, access: Access) -> Scope {
        let Actor::User(person) = &self.ctx.actor else { return Scope::All };
        if self.ctx.read_only && !matches!(access, Access::Read | Access::Export) {
            return Scope::None;
        }
        let Some(decl) = self.decl(object).filter(|_| person.active) else { return Scope::None };
        let scope = match access {
            Access::Read => decl.read,
            Access::Edit => decl.edit,
            Access::Delete => decl.delete,
            Access::Export => decl.export,
        };
        // nobody may do to a record what he may not see
        scope.min(decl.read)
    }

    pub fn may_create(&self, object: &Object) -> bool {
        match &self.ctx.actor {
            Actor::System(_) => true,
            Actor::User(person) => person.active && !self.ctx.read_only && self.decl(object).is_some_and(|d| d.create),
        }
    }

    /// The condition a record must meet.
    pub fn cond(&self, object: &Object, access: Access) -> Cond {
        let ids: &[i64] = match (self.scope(object, access), &self.ctx.actor) {
            (Scope::All, _) | (_, Actor::System(_)) => return Cond::True,
            (Scope::None, _) => return Cond::False,
            (Scope::Own, Actor::User(person)) => std::slice::from_ref(&person.id),
            (Scope::Team, Actor::User(person)) => &person.team_members,
            (Scope::TeamTree, Actor::User(person)) => &person.tree_members,
        };
        let Some(owner) = object.owner else {
            // records without an owner are reached through `created_by`
            return match object.field_ix("created_by") {
                Some(field) => among(object.ix, field, ids),
                None => Cond::False,
            };
        };
        among(object.ix, owner, ids)
    }

    /// Whether a record with this owner is within reach.
    pub fn reaches(&self, object: &Object, access: Access, owner: Option<i64>) -> bool {
        match (self.scope(object, access), &self.ctx.actor) {
            (Scope::All, _) | (_, Actor::System(_)) => true,
            (Scope::None, _) => false,
            (Scope::Own, Actor::User(person)) => owner == Some(person.id),
            (Scope::Team, Actor::User(person)) => owner.is_some_and(|o| person.team_members.contains(&o)),
            (Scope::TeamTree, Actor::User(person)) => owner.is_some_and(|o| person.tree_members.contains(&o)),
        }
    }

    /// Right on one field. Parts of a composite follow the composite; what is computed is hidden with
    /// whatever it is computed of.
    pub fn field(&self, object: &Object, field: FieldIx) -> FieldRight {
        match &self.ctx.actor {
            Actor::System(_) => FieldRight::Edit,
            Actor::User(_) if object.at(field).hidden => FieldRight::Hidden,
            Actor::User(person) if person.role.conceals(&object.key, &object.at(field).key) => FieldRight::Hidden,
            Actor::User(_) => self.decl(object).map_or(FieldRight::Hidden, |decl| declared(decl, object.at(field))),
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

/// The right a role declares on a field.
pub(crate) fn declared(access: &AccessDecl, field: &Field) -> FieldRight {
    let right = |key: &str| access.fields.get(key).copied().unwrap_or_default();
    let own = right(&field.key);
    field.part_of.as_deref().map_or(own, |whole| own.min(right(whole)))
}

fn among(object: ObjectIx, field: FieldIx, ids: &[i64]) -> Cond {
    let is = match ids {
        [one] => Is::Eq(Raw::Int(*one)),
        many => Is::In(many.iter().map(|id| Raw::Int(*id)).collect()),
    };
    Cond::Test(Test { path: Vec::new(), object, field, is })
}

impl akrab_model::filter::Rights for Rights {
    fn may_read(&self, object: ObjectIx, field: FieldIx) -> bool {
        self.field(self.registry.at(object), field) > FieldRight::Hidden
    }
    fn guard(&self, object: ObjectIx) -> Cond {
        self.cond(self.registry.at(object), Access::Read)
    }
}
