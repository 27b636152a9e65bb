//! Who may decide a step.

use super::{Plan, Who, barred};
use crate::rights::{Access, Rights};
use crate::{Door, Person, Result, Tx};
use akrab_model::{Object, Record, RecordId};
use akrab_store::{ApprovalRow, Bin};
use std::sync::Arc;

/// Somebody, and in whose place.
pub(super) type Placed = (RecordId, Option<RecordId>);

impl Tx<'_> {
    /// Those of `who` that may decide the step a request stands at, each once. `asked` are those that were asked before.
    pub(super) fn approvers(
        &mut self,
        row: &ApprovalRow,
        plan: &Plan,
        record: &Record,
        who: &[Who],
        asked: &[RecordId],
    ) -> Result<Vec<Placed>> {
        let mut found: Vec<Placed> = Vec::new();
        for who in who {
            for placed in self.named_by(who, record, asked)? {
                if !found.iter().any(|(person, _)| *person == placed.0) && self.may_decide(row, plan, record, placed)? {
                    found.push(placed);
                }
            }
        }
        Ok(found)
    }

    /// Everybody that a step names, whether he may decide or not.
    pub(crate) fn named(&mut self, who: &[Who], record: &Record) -> Result<Vec<RecordId>> {
        let mut found = Vec::new();
        for who in who {
            found.extend(self.named_by(who, record, &[])?.into_iter().map(|(person, _)| person));
        }
        Ok(found)
    }

    /// Nobody decides on what he asked for, nor anybody in his place; who cannot see the record does not decide on it.
    pub(super) fn may_decide(&mut self, row: &ApprovalRow, plan: &Plan, record: &Record, (person, stands_for): Placed) -> Result<bool> {
        let barred = barred(row);
        if barred.contains(&person) || stands_for.is_some_and(|other| barred.contains(&other)) {
            return Ok(false);
        }
        if plan.four_eyes {
            let owner = owner_of(record);
            let decided = self.conn.approval_decisions(&[row.id])?;
            let before = decided.iter().any(|d| d.step != row.step && (d.person == person || d.stands_for == Some(person)));
            if owner == Some(person) || before {
                return Ok(false);
            }
        }
        let people = self.engine.people();
        let Some(person) = people.user(person).filter(|p| p.active) else { return Ok(false) };
        self.sees(person, &record.object, record.id)
    }

    /// Whether somebody may see a record.
    pub(crate) fn sees(&mut self, person: &Arc<Person>, object: &Arc<Object>, id: RecordId) -> Result<bool> {
        let ctx = self.engine.ctx(person, Door::Job, "");
        let rights = Rights::new(self.registry.clone(), &ctx);
        let cond = rights.cond(object, Access::Read);
        let registry = self.registry.clone();
        Ok(self.conn.row(&registry, object, id, &[], &cond, Bin::Living)?.is_some())
    }

    fn named_by(&mut self, who: &Who, record: &Record, asked: &[RecordId]) -> Result<Vec<Placed>> {
        let people = self.engine.people();
        let plain = |ids: Vec<RecordId>| ids.into_iter().map(|id| (id, None)).collect();
        let owner = owner_of(record);
        Ok(match who {
            Who::Owner => plain(owner.into_iter().collect()),
            Who::User(address) => plain(people.by_email(address).map(|p| p.id).into_iter().collect()),
            Who::Field(key) => plain(record.link(key).into_iter().filter(|id| people.user(*id).is_some()).collect()),
            Who::Lead => plain(self.lead_of(owner)?.into_iter().collect()),
            Who::Role { role, near } => {
                let all: Vec<&Arc<Person>> = people.at_work().into_iter().filter(|p| p.role.key == *role).collect();
                if !near {
                    return Ok(plain(all.iter().map(|p| p.id).collect()));
                }
                let mut team = owner.and_then(|id| people.user(id)).and_then(|p| p.team);
                let mut walked = Vec::new();
                while let Some(here) = team.filter(|t| !walked.contains(t)) {
                    let of_team: Vec<RecordId> = all.iter().filter(|p| p.team == Some(here) && Some(p.id) != owner).map(|p| p.id).collect();
                    if !of_team.is_empty() {
                        return Ok(plain(of_team));
                    }
                    walked.push(here);
                    team = people.teams.iter().find(|(id, ..)| *id == here).and_then(|(_, _, parent)| *parent);
                }
                Vec::new()
            }
            Who::StandIn => {
                let now = self.ctx.micros();
                let mut found = Vec::new();
                for person in asked {
                    let deputies = self.conn.deputies(Some(*person), now)?;
                    // who acts for somebody now stands in as well as who does so always
                    let fits = deputies.iter().filter(|d| d.from_at.is_none_or(|from| from <= now));
                    found.extend(fits.map(|d| (d.deputy, Some(*person))));
                }
                found
            }
        })
    }

    /// Who leads the owner's team; the owner himself is led by the team above.
    pub(crate) fn lead_of(&mut self, owner: Option<RecordId>) -> Result<Option<RecordId>> {
        let team = owner.and_then(|id| self.engine.people().user(id).and_then(|p| p.team));
        self.lead_of_team(team, owner)
    }

    /// Who leads a team, or else the one above it; never `except`.
    pub(crate) fn lead_of_team(&mut self, mut team: Option<RecordId>, except: Option<RecordId>) -> Result<Option<RecordId>> {
        let mut walked = Vec::new();
        while let Some(here) = team.filter(|t| !walked.contains(t)) {
            let Some(found) = self.find("team", here)? else { return Ok(None) };
            let lead = found.link("lead").filter(|lead| Some(*lead) != except);
            if lead.is_some() {
                return Ok(lead);
            }
            walked.push(here);
            team = found.link("parent");
        }
        Ok(None)
    }

    /// Whether a rule names a role or a user that there is.
    pub(crate) fn is_anybody(&self, who: &Who) -> bool {
        let people = self.engine.people();
        match who {
            Who::Role { role, .. } => people.roles.iter().any(|known| known.key == *role),
            Who::User(address) => people.by_email(address).is_some(),
            _ => true,
        }
    }
}

/// Whom a record belongs to.
pub(super) fn owner_of(record: &Record) -> Option<RecordId> {
    let object = &record.object;
    object
        .owner
        .and_then(|ix| record.link(&object.at(ix).key))
        .or_else(|| if object.owner.is_none() { record.link("created_by") } else { None })
}
