//! Making somebody responsible: always the same, by turns, by load, by rule.

use super::{At, Took};
use crate::bulk::unfinished;
use crate::{Person, Result, Tx};
use akrab_model::flow::{Assigning, Who};
use akrab_model::{Count, Object, Problem, ProblemKind, RecordId};
use akrab_store::{Bin, NoticeRow};
use serde_json::json;
use std::sync::Arc;

/// Records counted at most to find out who has the fewest.
const COUNTED: u64 = 10_000;

impl Tx<'_> {
    pub(super) fn flow_assign(&mut self, at: &At<'_>, assigning: &Assigning) -> Result<Took> {
        let object = at.record.object.clone();
        let owner = object.owner.map(|ix| object.at(ix).key.clone());
        let owner = owner.ok_or_else(|| Problem::new(ProblemKind::Conflict, "flow_no_owner"))?;
        let chosen = match assigning {
            Assigning::To { to } => Some(self.first_of(at, to)?),
            Assigning::RoundRobin { people } => {
                let people = self.some(at, people)?;
                let name = format!("flow:{}:{}", at.ready.id, at.step.key);
                let turn = self.conn.counter_next(&name, 1)?;
                people.get(usize::try_from(turn - 1).unwrap_or(0) % people.len()).cloned()
            }
            Assigning::Load { people } => {
                let mut found: Option<(u64, Arc<Person>)> = None;
                for person in self.some(at, people)? {
                    let load = self.load_of(&object, person.id)?;
                    if found.as_ref().is_none_or(|(least, _)| load < *least) {
                        found = Some((load, person));
                    }
                }
                found.map(|(_, person)| person)
            }
            Assigning::Rule { rules, otherwise } => {
                let mut to = otherwise.as_ref();
                for rule in rules {
                    if self.holds(&object, &at.record, &rule.when)? {
                        to = Some(&rule.to);
                        break;
                    }
                }
                to.map(|to| self.first_of(at, to)).transpose()?
            }
        };
        let Some(person) = chosen else { return Ok(Took::told(json!(null), json!({ "owner": null }))) };
        let told = json!({ "owner": person.id, "name": person.name });
        if at.record.link(&owner) == Some(person.id) {
            return Ok(Took::told(json!(null), told));
        }
        let input = [(owner, json!(person.id))].into_iter().collect();
        self.update(&object.key, at.record.id, &input, None)?;
        self.tell_assigned(&object, &[(at.record.id, person.id)])?;
        Ok(Took::wrote(json!(null), told))
    }

    fn some(&mut self, at: &At<'_>, people: &[Who]) -> Result<Vec<Arc<Person>>> {
        let found = self.flow_people(at, people)?;
        if found.is_empty() { Err(Problem::new(ProblemKind::Conflict, "flow_nobody")) } else { Ok(found) }
    }

    fn first_of(&mut self, at: &At<'_>, who: &Who) -> Result<Arc<Person>> {
        Ok(self.some(at, std::slice::from_ref(who))?.swap_remove(0))
    }

    /// Records somebody is responsible for and still works on.
    fn load_of(&mut self, object: &Arc<Object>, user: i64) -> Result<u64> {
        let Some(filter) = unfinished(object, user)? else { return Ok(0) };
        let registry = self.registry.clone();
        let cond = filter.bind(&registry, object, &self.env(), &crate::rights::Everything)?;
        Ok(match self.conn.count(&registry, object, &cond, Bin::Living, Some(COUNTED))? {
            Count::Exact(n) | Count::Above(n) => n,
        })
    }

    /// Tells people that they are responsible for records now: (record, person).
    pub(super) fn tell_assigned(&mut self, object: &Object, responsible: &[(RecordId, i64)]) -> Result<()> {
        let notice = |(record, person): &(RecordId, i64)| NoticeRow {
            id: 0,
            person: *person,
            at: self.ctx.micros(),
            kind: "assigned".into(),
            object: object.key.clone(),
            record: *record,
            about: None,
            change_id: None,
            actor: self.ctx.author(),
            read_at: None,
        };
        let notices: Vec<NoticeRow> = responsible.iter().map(notice).collect();
        Ok(self.conn.notices_put(&notices)?)
    }
}
