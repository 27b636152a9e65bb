//! What breaks policies now: how much of it, whose it is, and the records.

use super::compile::Conditions;
use super::{Policy, episode};
use crate::{Result, Tx};
use akrab_model::filter::{Is, Test};
use akrab_model::object::FieldRight;
use akrab_model::policy::Must;
use akrab_model::{Cond, Cursor, FieldProblem, Object, Problem, Query, Raw, RecordId};
use akrab_store::BreachRow;
use jiff::Timestamp;
use std::sync::Arc;

/// Records nobody wants to hear of now that are looked up for one policy at most.
const QUIET: usize = 5_000;

/// How a policy stands now, as far as the actor sees.
#[derive(Debug, Clone)]
pub struct Standing {
    pub policy: Arc<Policy>,
    /// Records that break it, those put off and muted left out.
    pub broken: u64,
    /// Of these his own.
    pub mine: u64,
    /// Those put off or muted.
    pub quiet: u64,
    /// Breaches that began, and that were over, within seven days; of all records, for administrators alone.
    pub week: Option<(i64, i64)>,
    /// What people said of them: useful, not useful.
    pub said: (u64, u64),
}

impl Standing {
    /// How many of a hundred breaches people found useful.
    pub fn precision(&self) -> Option<u64> {
        episode::precision(self.said.0, self.said.1)
    }
    /// Whether what people said calls for another look at the policy.
    pub fn wants_review(&self) -> bool {
        episode::wants_review(self.said.0, self.said.1)
    }
}

/// Whose records are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Whose {
    #[default]
    All,
    /// One person's.
    Person(RecordId),
    /// Those of a team's members.
    Team(RecordId),
    /// Nobody's.
    Nobody,
}

/// The part of one person or team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// None: nobody's.
    pub id: Option<RecordId>,
    pub name: Option<String>,
    pub broken: u64,
}

/// A record that breaks a policy.
#[derive(Debug, Clone)]
pub struct Record {
    pub id: RecordId,
    pub title: String,
    pub owner: Option<RecordId>,
    /// What was noticed and said of the breach; none before the first look.
    pub breach: Option<BreachRow>,
}

/// A page of them.
#[derive(Debug, Clone, Default)]
pub struct Page {
    pub records: Vec<Record>,
    /// `after` of the next page.
    pub next: Option<RecordId>,
}

/// A policy one record breaks.
#[derive(Debug, Clone)]
pub struct Broken {
    pub policy: Arc<Policy>,
    /// Fields to be filled, where that mends it.
    pub missing: Vec<String>,
    pub breach: Option<BreachRow>,
}

impl Tx<'_> {
    /// How the policies stand that the actor may know of, the gravest first.
    ///
    /// # Errors
    /// What the database answers.
    pub fn policies_standing(&mut self, whose: Whose) -> Result<Vec<Standing>> {
        let now = self.ctx.micros();
        let said = self.conn.breach_precision()?;
        let week = if self.ctx.is_admin() { self.conn.breaches_since(now - 7 * 86_400_000_000)? } else { Vec::new() };
        let mut found = Vec::new();
        for policy in self.engine.policies().all() {
            let Some(conditions) = self.policy_conditions(&policy)? else { continue };
            let object = self.object(&policy.decl.object)?;
            let within = self.broken_within(&object, &conditions).and(self.whose(&object, whose)?);
            let (loud, quiet) = self.loud(&policy, within)?;
            let broken = self.counted(&object, &loud)?;
            let mine = match self.ctx.user_id() {
                Some(me) if broken > 0 && object.owner.is_some() => {
                    let own = loud.and(self.whose(&object, Whose::Person(me))?);
                    self.counted(&object, &own)?
                }
                _ => 0,
            };
            let quiet = match quiet {
                Cond::False => 0,
                cond => self.counted(&object, &cond)?,
            };
            found.push(Standing {
                broken,
                mine,
                quiet,
                week: self.ctx.is_admin().then(|| week.iter().find(|(key, ..)| *key == policy.key).map_or((0, 0), |(_, a, b)| (*a, *b))),
                said: said.iter().find(|one| one.policy == policy.key).map_or((0, 0), |one| (one.useful, one.useless)),
                policy,
            });
        }
        Ok(found)
    }

    /// How many records of his own break a policy he may know of, each counted for each policy.
    ///
    /// # Errors
    /// What the database answers.
    pub fn policies_mine(&mut self) -> Result<u64> {
        if self.engine.policies().is_empty() || self.ctx.user_id().is_none() {
            return Ok(0);
        }
        Ok(self.policies_standing(Whose::Person(self.ctx.user_id().unwrap_or_default()))?.iter().map(|one| one.mine).sum())
    }

    /// Whether there is any policy the actor may know of.
    pub fn has_policies(&self) -> bool {
        self.engine.policies().all().iter().any(|policy| self.policy_written(policy).is_some())
    }

    /// What a policy is called, for whoever may know of it; none when it is no longer in force.
    pub(crate) fn policy_name(&self, key: &str) -> Option<String> {
        let policy = self.engine.policies().get(key).cloned()?;
        let lang = self.ctx.lang_key();
        self.policy_written(&policy).map(|_| policy.decl.name.get(lang).to_string())
    }

    /// Whose records break a policy: by person, and by team.
    ///
    /// # Errors
    /// `not_found`.
    pub fn policy_shares(&mut self, key: &str) -> Result<(Vec<Share>, Vec<Share>)> {
        let (policy, conditions) = self.policy_known(key)?;
        let object = self.object(&policy.decl.object)?;
        let readable = |ix| self.rights.field(&object, ix) > FieldRight::Hidden;
        let Some(owner) = object.owner.filter(|ix| readable(*ix)) else { return Ok((Vec::new(), Vec::new())) };
        let within = self.broken_within(&object, &conditions);
        let (loud, _) = self.loud(&policy, within)?;
        let registry = self.registry.clone();
        let groups = self.figure(format!("breaches {} {loud:?}", policy.key), |tx| {
            let groups = tx.conn.groups(&registry, &object, &loud, owner, None, 0, &[], 2_000)?;
            Ok((groups.iter().map(|g| g.count).sum(), groups))
        })?;
        let people = self.engine.people();
        let mut teams: Vec<Share> = Vec::new();
        let mut persons = Vec::new();
        for group in groups {
            let id = group.key.int();
            let person = id.and_then(|id| people.user(id));
            let team = person.and_then(|p| p.team);
            let name = team.and_then(|id| people.teams.iter().find(|(t, ..)| *t == id)).map(|(_, name, _)| name.clone());
            match teams.iter_mut().find(|share| share.id == team) {
                Some(share) => share.broken += group.count,
                None => teams.push(Share { id: team, name, broken: group.count }),
            }
            persons.push(Share { id, name: person.map(|p| p.name.clone()), broken: group.count });
        }
        teams.sort_by_key(|share| std::cmp::Reverse(share.broken));
        Ok((persons, teams))
    }

    /// Records that break a policy, by their number; `quiet` those put off or muted instead of the others.
    ///
    /// # Errors
    /// `not_found`; `invalid` for a team or person there is not.
    pub fn policy_records(&mut self, key: &str, whose: Whose, quiet: bool, after: Option<RecordId>, limit: usize) -> Result<Page> {
        let (policy, conditions) = self.policy_known(key)?;
        let object = self.object(&policy.decl.object)?;
        let within = self.broken_within(&object, &conditions).and(self.whose(&object, whose)?);
        let (loud, silent) = self.loud(&policy, within)?;
        let registry = self.registry.clone();
        let owner = object.owner.filter(|ix| self.rights.field(&object, *ix) > FieldRight::Hidden);
        let query = Query {
            object: object.ix,
            columns: owner.into_iter().collect(),
            cond: if quiet { silent } else { loud },
            sort: Vec::new(),
            limit,
            after: after.map(|id| Cursor { keys: Vec::new(), id, back: false }),
            bin: false,
            titles: Vec::new(),
        };
        let page = self.conn.select(&registry, &query)?;
        let ids: Vec<RecordId> = page.rows.iter().map(|row| row.id).collect();
        let titles = self.titles_of(object.ix, &ids)?;
        let breaches = self.conn.breaches_by(&policy.key, &ids)?;
        let records = page.rows.iter().map(|row| Record {
            id: row.id,
            title: titles.iter().find(|(id, _)| *id == row.id).map(|(_, title)| title.clone()).unwrap_or_default(),
            owner: row.cells.first().and_then(Raw::int),
            breach: breaches.iter().find(|b| b.record == row.id).cloned(),
        });
        let records: Vec<Record> = records.collect();
        let next = page.next.and_then(|_| records.last().map(|r| r.id)).filter(|_| records.len() == limit);
        Ok(Page { records, next })
    }

    /// The policies a record breaks now, as far as the actor may know.
    ///
    /// # Errors
    /// What the database answers.
    pub fn policies_broken(&mut self, object: &Arc<Object>, id: RecordId) -> Result<Vec<Broken>> {
        let mut found = Vec::new();
        let policies = self.engine.policies();
        let mut all: Vec<Arc<Policy>> = policies.of(&object.key).cloned().collect();
        all.sort_by_key(|policy| std::cmp::Reverse(policy.decl.severity));
        for policy in all {
            let Some(conditions) = self.policy_conditions(&policy)? else { continue };
            if !self.breaks(object, &conditions, id)? {
                continue;
            }
            let missing = match &policy.decl.must {
                Must::Fields { fields } => match self.find(&object.key, id)? {
                    Some(record) => fields.iter().filter(|key| record.get(key).is_blank()).cloned().collect(),
                    None => Vec::new(),
                },
                Must::Answer { by, .. } if !by.is_empty() => vec![by.clone()],
                _ => Vec::new(),
            };
            let breach = self.conn.breaches_by(&policy.key, &[id])?.pop();
            found.push(Broken { policy, missing, breach });
        }
        Ok(found)
    }

    /// Whether a record breaks a policy, as far as the actor sees it.
    pub(super) fn breaks(&mut self, object: &Arc<Object>, conditions: &Conditions, id: RecordId) -> Result<bool> {
        let cond = Cond::Ids(vec![id]).and(self.broken_within(object, conditions));
        let registry = self.registry.clone();
        Ok(!self.conn.ids_after(&registry, object, &cond, 0, 1)?.is_empty())
    }

    fn counted(&mut self, object: &Arc<Object>, cond: &Cond) -> Result<u64> {
        let registry = self.registry.clone();
        self.figure(format!("breach count {} {cond:?}", object.key), |tx| {
            let count = tx.conn.count(&registry, object, cond, akrab_store::Bin::Living, None)?.shown();
            Ok((count, count))
        })
    }

    /// What is to be heard of, and what is not now.
    fn loud(&mut self, policy: &Policy, within: Cond) -> Result<(Cond, Cond)> {
        let now = self.ctx.micros();
        let quiet = self.conn.breaches_quiet(&policy.key, now, QUIET)?;
        if quiet.is_empty() {
            return Ok((within, Cond::False));
        }
        let quiet = Cond::Ids(quiet);
        Ok((within.clone().and(quiet.clone().negate()), within.and(quiet)))
    }

    fn whose(&self, object: &Object, whose: Whose) -> Result<Cond> {
        let ids = match whose {
            Whose::All => return Ok(Cond::True),
            Whose::Person(id) => vec![id],
            Whose::Team(team) => {
                let people = self.engine.people();
                if !people.teams.iter().any(|(id, ..)| *id == team) {
                    return Err(Problem::invalid(vec![FieldProblem::new("team", "no_such_record").with("id", team)]));
                }
                people.users().into_iter().filter(|p| p.team == Some(team)).map(|p| p.id).collect()
            }
            Whose::Nobody => Vec::new(),
        };
        let Some(field) = object.owner.filter(|ix| self.rights.field(object, *ix) > FieldRight::Hidden) else { return Ok(Cond::False) };
        let test = |is| Cond::Test(Test { path: Vec::new(), object: object.ix, field, is });
        Ok(match whose {
            Whose::Nobody => test(Is::Filled).negate(),
            _ => test(Is::In(ids.into_iter().map(Raw::Int).collect())),
        })
    }
}

impl Broken {
    /// Since when it is known.
    pub fn since(&self) -> Option<Timestamp> {
        Timestamp::from_microsecond(self.breach.as_ref()?.opened_at).ok()
    }
}
