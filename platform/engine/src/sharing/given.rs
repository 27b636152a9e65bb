//! Giving single records to a person or a team, and taking them back.

use crate::rights::Access;
use crate::{Result, Rights, Tx};
use akrab_model::object::Scope;
use akrab_model::{FieldProblem, Object, Problem, RecordId};
use akrab_store::{Bin, NoticeRow, ShareRow};
use jiff::Timestamp;
use serde_json::json;

/// A minute in microseconds: shares end at whole ones.
const MINUTE: i64 = 60_000_000;
/// Longest note, in characters.
const NOTE: usize = 500;
/// Most people and teams that one record is given to.
const MOST: usize = 200;

/// To whom a record is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taker {
    User(RecordId),
    Team(RecordId),
}

/// What is given.
#[derive(Debug, Clone)]
pub struct Give {
    pub to: Taker,
    pub edit: bool,
    /// Ends at this moment, counted in whole minutes; none is for good.
    pub until: Option<Timestamp>,
    pub note: String,
}

/// A record that was given to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    pub id: i64,
    pub to: Taker,
    /// What the person or team is called.
    pub name: String,
    pub edit: bool,
    pub until: Option<Timestamp>,
    /// The moment it ends has passed.
    pub ended: bool,
    pub note: String,
    pub by: Option<String>,
    pub at: Timestamp,
}

impl Taker {
    pub fn key(self) -> &'static str {
        match self {
            Taker::User(_) => "user",
            Taker::Team(_) => "team",
        }
    }
    pub fn id(self) -> RecordId {
        match self {
            Taker::User(id) | Taker::Team(id) => id,
        }
    }
}

impl Tx<'_> {
    /// Gives a record to somebody, instead of what he was given of it before; the id.
    ///
    /// # Errors
    /// `not_found` for a record out of sight, `forbidden` for whoever may not share it, `invalid` at `to` for
    /// somebody it would have no effect for, at `until` for a moment that has passed.
    pub fn give(&mut self, object: &str, id: RecordId, give: &Give) -> Result<i64> {
        let object = self.object(object)?;
        let record = self.load_for(&object, id, Access::Share, Bin::Living)?;
        if give.edit && !self.may(&object, Access::Edit, id)? {
            return Err(Problem::forbidden());
        }
        let fault = |field: &str, code: &str| Err(Problem::invalid(vec![FieldProblem::new(field, code).with("max", NOTE)]));
        let now = self.ctx.micros();
        let until = give.until.map(|until| until.as_microsecond().div_euclid(MINUTE) * MINUTE);
        if until.is_some_and(|until| until <= now) {
            return fault("until", "share_ended");
        }
        if give.note.chars().count() > NOTE {
            return fault("note", "too_long");
        }
        let people = self.engine.people();
        let takers: Vec<_> = match give.to {
            Taker::User(user) => people.user(user).filter(|p| p.active).into_iter().cloned().collect(),
            Taker::Team(team) => people.users().into_iter().filter(|p| p.active && p.team == Some(team)).cloned().collect(),
        };
        let known = match give.to {
            Taker::User(_) => !takers.is_empty(),
            Taker::Team(team) => people.teams.iter().any(|(id, ..)| *id == team),
        };
        if !known {
            return fault("to", "unknown_choice");
        }
        let sees = |person: &std::sync::Arc<crate::Person>| {
            Rights::new(self.registry.clone(), &self.engine.ctx(person, self.ctx.door, "")).scope(&object, Access::Read) > Scope::None
        };
        if !takers.iter().any(sees) {
            return fault("to", "share_without_effect");
        }
        if self.conn.shares(&object.key, id)?.len() >= MOST {
            return fault("to", "too_many_shares");
        }
        let (person, team) = match give.to {
            Taker::User(user) => (Some(user), None),
            Taker::Team(team) => (None, Some(team)),
        };
        let row = ShareRow {
            id: 0,
            object: object.key.clone(),
            record: id,
            person,
            team,
            edit: give.edit,
            until,
            note: give.note.trim().into(),
            actor: self.ctx.author(),
            at: now,
        };
        let made = self.conn.share_put(&row)?;
        // who was never given anything of this object is asked for nothing: now he is
        self.effects.people_changed();
        let notices: Vec<NoticeRow> = takers
            .iter()
            .filter(|person| Some(person.id) != self.ctx.author() && sees(person))
            .map(|person| NoticeRow {
                id: 0,
                person: person.id,
                at: now,
                kind: "shared".into(),
                object: object.key.clone(),
                record: id,
                about: None,
                change_id: None,
                actor: self.ctx.author(),
                read_at: None,
            })
            .collect();
        self.conn.notices_put(&notices)?;
        let name = self.taker_name(give.to);
        self.told_of_share(&object, id, "share", json!({ "title": record.title(), "name": name, "edit": give.edit, "until": until }))?;
        Ok(made)
    }

    /// Takes back what was given.
    ///
    /// # Errors
    /// `not_found` for a record out of sight or a share that is none of its, `forbidden`.
    pub fn take_back(&mut self, object: &str, id: RecordId, share: i64) -> Result<()> {
        let object = self.object(object)?;
        let record = self.load_for(&object, id, Access::Share, Bin::Living)?;
        let row = self.conn.shares(&object.key, id)?.into_iter().find(|row| row.id == share).ok_or_else(Problem::not_found)?;
        if !self.conn.share_drop(&object.key, id, share)? {
            return Err(Problem::not_found());
        }
        let name = self.taker_name(taker(&row));
        self.told_of_share(&object, id, "unshare", json!({ "title": record.title(), "name": name }))
    }

    /// To whom a record was given, the first given first.
    ///
    /// # Errors
    /// `not_found` for a record out of sight, `forbidden` for whoever may not share it.
    pub fn given(&mut self, object: &str, id: RecordId) -> Result<Vec<Given>> {
        let object = self.object(object)?;
        self.load_for(&object, id, Access::Share, Bin::Living)?;
        let now = self.ctx.micros();
        let rows = self.conn.shares(&object.key, id)?;
        Ok(rows.iter().map(|row| self.given_of(row, now)).collect())
    }

    pub(super) fn given_of(&self, row: &ShareRow, now: i64) -> Given {
        let moment = |at: i64| Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
        let to = taker(row);
        Given {
            id: row.id,
            to,
            name: self.taker_name(to),
            edit: row.edit,
            until: row.until.map(moment),
            ended: row.until.is_some_and(|until| until <= now),
            note: row.note.clone(),
            by: row.actor.and_then(|id| self.engine.people().name(id)),
            at: moment(row.at),
        }
    }

    fn taker_name(&self, to: Taker) -> String {
        let people = self.engine.people();
        match to {
            Taker::User(id) => people.name(id).unwrap_or_default(),
            Taker::Team(id) => people.teams.iter().find(|(team, ..)| *team == id).map(|(_, name, _)| name.clone()).unwrap_or_default(),
        }
    }

    fn told_of_share(&mut self, object: &Object, id: RecordId, kind: &str, detail: serde_json::Value) -> Result<()> {
        self.told_without_change(object, id, kind)?;
        self.audit(kind, Some((&object.key, id)), detail)
    }
}

fn taker(row: &ShareRow) -> Taker {
    match (row.person, row.team) {
        (Some(user), _) => Taker::User(user),
        (None, team) => Taker::Team(team.unwrap_or_default()),
    }
}
