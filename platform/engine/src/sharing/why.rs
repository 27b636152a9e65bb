//! Who sees a record, and why: asked with the very conditions every query is made of.

use super::Given;
use crate::people::Person;
use crate::rights::{Access, Ground, Rights};
use crate::{Result, Tx};
use akrab_model::object::FieldRight;
use akrab_model::{Cond, FieldIx, RecordId};
use akrab_store::Bin;
use std::sync::Arc;

/// Somebody who sees a record.
#[derive(Debug, Clone)]
pub struct Seer {
    pub person: Arc<Person>,
    pub edit: bool,
    pub delete: bool,
    pub export: bool,
    /// Why he sees it; each reason alone would be enough.
    pub why: Vec<Ground>,
    /// What of it was given to him or his team and has not ended.
    pub given: Vec<Given>,
    /// Keys of the fields he does not see.
    pub hidden: Vec<String>,
}

impl Tx<'_> {
    /// Everybody who sees a record, by name.
    ///
    /// # Errors
    /// `not_found` for a record out of sight, `forbidden` for whoever may not share it.
    pub fn who_sees(&mut self, object: &str, id: RecordId) -> Result<Vec<Seer>> {
        let object = self.object(object)?;
        self.load_for(&object, id, Access::Share, Bin::Living)?;
        let registry = self.registry.clone();
        let (now, shares) = (self.ctx.micros(), self.conn.shares(&object.key, id)?);
        let people = self.engine.people();
        let mut seers = Vec::new();
        for person in people.users().into_iter().filter(|p| p.active) {
            let mut ctx = self.engine.ctx(person, self.ctx.door, &self.ctx.request);
            ctx.world = self.ctx.world.clone();
            let rights = Rights::new(registry.clone(), &ctx);
            let grounds = rights.grounds(&object, Access::Read);
            if grounds.is_empty() {
                continue;
            }
            let verbs = [Access::Edit, Access::Delete, Access::Export].map(|access| rights.cond(&object, access));
            let conds: Vec<Cond> = grounds.iter().map(|(_, cond)| cond.clone()).chain(verbs).collect();
            let holds = self.conn.truths(&registry, &object, id, &conds)?;
            let why: Vec<Ground> = grounds.into_iter().zip(&holds).filter(|(_, holds)| **holds).map(|((why, _), _)| why).collect();
            if why.is_empty() {
                continue;
            }
            let verb = |n: usize| holds.get(conds.len() - 3 + n).copied().unwrap_or_default();
            let mine = |row: &&akrab_store::ShareRow| {
                let his = row.person == Some(person.id) || (row.team.is_some() && row.team == person.team);
                his && row.until.is_none_or(|until| until > now)
            };
            let hidden = (0..object.fields.len() as u16).map(FieldIx).filter(|ix| {
                let field = object.at(*ix);
                !field.hidden && field.part_of.is_none() && rights.field(&object, *ix) == FieldRight::Hidden
            });
            seers.push(Seer {
                person: person.clone(),
                edit: verb(0),
                delete: verb(1),
                export: verb(2),
                given: if why.contains(&Ground::Given) {
                    shares.iter().filter(mine).map(|row| self.given_of(row, now)).collect()
                } else {
                    Vec::new()
                },
                why,
                hidden: hidden.map(|ix| object.at(ix).key.clone()).collect(),
            });
        }
        Ok(seers)
    }
}
