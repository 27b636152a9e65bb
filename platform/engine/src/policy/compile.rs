//! A policy as a condition on the records of its object: what breaks it at a moment.

use super::{Must, Policy};
use crate::calendar::{Calendar, USUAL};
use crate::process::cutoff;
use crate::rights::{Access, Rights};
use crate::{Result, Tx};
use akrab_model::filter::{Child, Cmp, Is, Test};
use akrab_model::object::FieldRight;
use akrab_model::query::AggregateFn;
use akrab_model::text::number as numbers;
use akrab_model::value::codec::scaled;
use akrab_model::{Cond, Field, FieldIx, FieldType, Object, ObjectIx, Problem, Raw, Registry};
use std::sync::Arc;

/// A condition is a fact of the record, one for everybody: whoever may not read what it looks at may not use it, but whom
/// the linked records are open to does not change it.
struct Fact<'r>(&'r Rights, &'r Registry);

impl akrab_model::filter::Rights for Fact<'_> {
    fn may_read(&self, object: ObjectIx, field: FieldIx) -> bool {
        let of = self.1.at(object);
        self.0.field(of, field) > FieldRight::Hidden && self.0.require_read(of).is_ok()
    }
    fn guard(&self, _: ObjectIx) -> Cond {
        Cond::True
    }
}

/// What breaks a policy, and what is not well again: the same but for a limit that is cleared lower.
#[derive(Debug, Clone)]
pub(super) struct Conditions {
    pub broken: Cond,
    pub unwell: Cond,
}

impl Tx<'_> {
    /// The conditions a policy was written with: which records, and what should hold; none for whoever may not read what
    /// it looks at.
    pub(super) fn policy_written(&self, policy: &Policy) -> Option<(Cond, Cond)> {
        let object = self.object(&policy.decl.object).ok()?;
        self.rights.require_read(&object).ok()?;
        let readable = |key: &str| object.field_ix(key).is_some_and(|ix| self.rights.field(&object, ix) > FieldRight::Hidden);
        let board = object.decl.board.as_ref().filter(|_| matches!(policy.decl.must, Must::Pace {}));
        let paced = board.into_iter().flat_map(|b| std::iter::once(b.by.as_str()).chain(b.since.as_deref()));
        if !policy.decl.must.fields().into_iter().chain(paced).all(readable) {
            return None;
        }
        let (env, fact) = (self.env(), Fact(&self.rights, &self.registry));
        let bound = |filter: Option<&akrab_model::Filter>| filter.map_or(Ok(Cond::True), |f| f.bind(&self.registry, &object, &env, &fact));
        Some((bound(policy.when.as_ref()).ok()?, bound(policy.hold.as_ref()).ok()?))
    }

    /// The conditions of a policy at this moment; none for whoever may not read what it looks at.
    pub(super) fn policy_conditions(&mut self, policy: &Policy) -> Result<Option<Conditions>> {
        let Some((when, hold)) = self.policy_written(policy) else { return Ok(None) };
        let object = self.object(&policy.decl.object)?;
        let registry = self.registry.clone();
        let of = |key: &str, is: Is| test(&object, key, is);
        let now = self.ctx.micros();
        let kept = match &policy.decl.must {
            Must::Fields { fields } => Cond::All(fields.iter().map(|key| of(key, Is::Filled)).collect()),
            Must::Hold { .. } => hold,
            Must::Next { ahead } => next_step(&registry, &object, ahead.then_some(now)),
            Must::Touch { within } => {
                let Some(since) = cutoff(self.calendar_known(&policy.decl.calendar)?.as_ref(), *within, now) else { return Ok(None) };
                touched(&registry, &object, since)
            }
            Must::Answer { from, by, within } => {
                let Some(since) = cutoff(self.calendar_known(&policy.decl.calendar)?.as_ref(), *within, now) else { return Ok(None) };
                let answered = if by.is_empty() { spoken(&registry, &object) } else { of(by, Is::Filled) };
                let waits = of(from, until(since)).and(answered.negate());
                waits.negate()
            }
            Must::Pace {} => match self.pace(&object, now)? {
                Some(slow) => slow.negate(),
                None => return Ok(None),
            },
            Must::Below { field, limit, clear } => {
                let Some(of) = object.field(field) else { return Ok(None) };
                let above = |text: &str| {
                    let from = number(of, text).map(Raw::Int);
                    test(&object, field, Is::Range { from, from_open: true, to: None, to_open: false })
                };
                let (broken, unwell) = (above(limit), above(clear));
                return Ok(Some(Conditions { broken: when.clone().and(broken), unwell: when.and(unwell) }));
            }
        };
        let broken = when.and(kept.negate());
        Ok(Some(Conditions { unwell: broken.clone(), broken }))
    }

    /// A calendar as it counts now, the usual one where there is none of this key; compiled once in a transaction.
    pub(crate) fn calendar_known(&mut self, key: &str) -> Result<Arc<Calendar>> {
        self.calendar_once(key).or_else(|_| self.calendar_once(USUAL))
    }

    /// Records that have stood in a step longer than the map of its process allows; none without such a map.
    fn pace(&mut self, object: &Arc<Object>, now: i64) -> Result<Option<Cond>> {
        let board = object.decl.board.as_ref();
        let Some((by, since)) = board.and_then(|b| Some((b.by.clone(), b.since.clone()?))) else { return Ok(None) };
        let mut slow = Vec::new();
        for process in self.engine.processes().all().iter().filter(|process| process.decl.object == object.key) {
            let calendar = self.calendar_known(&process.decl.calendar)?;
            for stage in process.stages.iter().filter(|stage| stage.category == "open") {
                let limit = process.decl.step(&stage.name).and_then(|step| step.limit);
                if let Some(moment) = limit.and_then(|limit| cutoff(&calendar, limit, now)) {
                    slow.push(test(object, &by, Is::Eq(Raw::Int(stage.id))).and(test(object, &since, until(moment))));
                }
            }
        }
        Ok(Some(if slow.is_empty() { Cond::False } else { Cond::Any(slow) }))
    }

    /// The number a policy watches, as its field.
    pub(super) fn watched(&self, policy: &Policy) -> Option<Field> {
        let Must::Below { field, .. } = &policy.decl.must else { return None };
        self.object(&policy.decl.object).ok()?.field(field).cloned()
    }

    /// A policy in force that the actor may know of.
    ///
    /// # Errors
    /// `not_found`.
    pub(super) fn policy_known(&mut self, key: &str) -> Result<(Arc<Policy>, Conditions)> {
        let policy = self.engine.policies().get(key).cloned().ok_or_else(Problem::not_found)?;
        let conditions = self.policy_conditions(&policy)?.ok_or_else(Problem::not_found)?;
        Ok((policy, conditions))
    }

    /// What breaks a policy among what the actor sees.
    pub(super) fn broken_within(&self, object: &Object, conditions: &Conditions) -> Cond {
        conditions.broken.clone().and(self.rights.cond(object, Access::Read))
    }
}

/// A limit in the form its field is stored in.
pub(super) fn number(field: &Field, text: &str) -> Option<i64> {
    let value = text.parse().ok().or_else(|| numbers::parse(text, akrab_model::format::Lang::En).ok())?;
    match field.kind {
        FieldType::Integer | FieldType::Duration | FieldType::Score => rust_decimal::prelude::ToPrimitive::to_i64(&value),
        _ => Some(scaled(value)),
    }
}

fn test(object: &Object, key: &str, is: Is) -> Cond {
    match object.field_ix(key) {
        Some(field) => Cond::Test(Test { path: Vec::new(), object: object.ix, field, is }),
        None => Cond::False,
    }
}

fn until(moment: i64) -> Is {
    Is::Range { from: None, from_open: false, to: Some(Raw::Int(moment)), to_open: false }
}

fn since(moment: i64) -> Is {
    Is::Range { from: Some(Raw::Int(moment)), from_open: false, to: None, to_open: false }
}

/// Objects whose records are entries in the timeline of this one, with the link and the moment they carry.
fn entries<'r>(registry: &'r Registry, object: &'r Object) -> impl Iterator<Item = (&'r Arc<Object>, FieldIx)> {
    object.children.iter().map(|(child, via)| (registry.at(*child), *via)).filter(|(child, via)| {
        !child.is_system() && child.at(*via).kind == FieldType::Link && child.decl.timeline.on.contains(&child.at(*via).key)
    })
}

fn any_child(child: &Object, via: FieldIx, cond: Cond) -> Cond {
    Cond::Child(Child {
        object: child.ix,
        via,
        cond: Box::new(cond),
        agg: AggregateFn::Count,
        of: None,
        cmp: Cmp::Gt,
        value: 0,
        upper: None,
    })
}

/// Whether records of the object can have what the policy asks for.
pub(super) fn has_entries(registry: &Registry, object: &Object, must: &Must) -> bool {
    match must {
        Must::Next { .. } => {
            let written = object.decl.board.as_ref().is_some_and(|b| b.next_at.is_some() || b.next.is_some());
            written || entries(registry, object).any(|(child, _)| child.is_task())
        }
        _ => entries(registry, object).any(|(child, _)| child.decl.timeline.at.is_some() || child.decl.timeline.done.is_some()),
    }
}

/// A next step is written down, or a task is open; with `ahead` one from that moment on.
fn next_step(registry: &Registry, object: &Object, ahead: Option<i64>) -> Cond {
    let mut ways = Vec::new();
    if let Some(board) = &object.decl.board {
        match (&board.next_at, &board.next, ahead) {
            (Some(at), _, Some(now)) => ways.push(test(object, at, since(now))),
            (at, next, None) => ways.extend([at, next].into_iter().flatten().map(|key| test(object, key, Is::Filled))),
            _ => {}
        }
    }
    for (child, via) in entries(registry, object) {
        let decl = &child.decl.timeline;
        let Some(done) = decl.done.as_ref().filter(|_| child.is_task()) else { continue };
        let open = test(child, done, Is::Filled).negate();
        let open = match (&decl.at, ahead) {
            (Some(at), Some(now)) => open.and(test(child, at, since(now))),
            _ => open,
        };
        ways.push(any_child(child, via, open));
    }
    if ways.is_empty() { Cond::False } else { Cond::Any(ways) }
}

/// Something was said or done with the record at all.
fn spoken(registry: &Registry, object: &Object) -> Cond {
    let said = entries(registry, object).filter_map(|(child, via)| {
        let key = child.decl.timeline.done.as_ref().or(child.decl.timeline.at.as_ref())?;
        Some(any_child(child, via, test(child, key, Is::Filled)))
    });
    let said: Vec<Cond> = said.collect();
    if said.is_empty() { Cond::False } else { Cond::Any(said) }
}

/// Something was said or done since a moment, or the record is not older than that.
fn touched(registry: &Registry, object: &Object, moment: i64) -> Cond {
    let mut ways = vec![test(object, "created_at", since(moment))];
    for (child, via) in entries(registry, object) {
        let decl = &child.decl.timeline;
        // of what is to be done the day it was done counts, of what is said the day it was said
        if let Some(key) = decl.done.as_ref().or(decl.at.as_ref()) {
            ways.push(any_child(child, via, test(child, key, since(moment))));
        }
    }
    Cond::Any(ways)
}
