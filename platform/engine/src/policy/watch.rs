//! Policies are looked at from time to time: what is new is opened and told once, what is well again ends.

use super::compile::Conditions;
use super::{NOTICE, Policy};
use crate::job::{Job, JobCtx, Outcome, Step};
use crate::people::People;
use crate::{Door, Result, Tx};
use akrab_model::{Object, RecordId};
use akrab_store::{BreachRow, BreachTurn, NoticeRow};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;

/// Records in one transaction.
const BATCH: usize = 500;
/// Breaches of one policy one person is told of by one look; the rest stand in the list.
const TOLD: usize = 20;

/// Looks at every policy whose time has come.
#[derive(Debug, Serialize, Deserialize)]
pub struct WatchPolicies {}

/// How far a look has come: policies done, the policy at hand, its last record, and how many each person was told.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Mark {
    done: Vec<String>,
    after: RecordId,
    told: HashMap<RecordId, usize>,
    opened: i64,
    over: i64,
}

impl Job for WatchPolicies {
    const KIND: &'static str = "watch_policies";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let mut mark: Mark = job.mark()?.unwrap_or_default();
        loop {
            let from = mark.clone();
            let step = job.step(move |tx| {
                let next = tx.look_at_policies(&from)?;
                let kept = next.clone().unwrap_or_else(|| from.clone());
                Ok(Step { value: next, mark: json!(kept), done: kept.opened + kept.over, total: None })
            });
            match step.await? {
                Some(next) => mark = next,
                None => return Ok(json!({ "opened": mark.opened, "over": mark.over })),
            }
        }
    }
}

impl Tx<'_> {
    /// The policies whose time has come.
    fn policies_due(&mut self) -> Result<Vec<(Arc<Policy>, bool)>> {
        let policies = self.engine.policies();
        if policies.is_empty() {
            return Ok(Vec::new());
        }
        let checks = self.conn.policy_checks()?;
        let now = self.ctx.micros();
        let last = |key: &str| checks.iter().find(|(policy, ..)| policy == key).map(|(.., at)| *at);
        let due = policies.all().into_iter().filter_map(|policy| match last(&policy.key) {
            None => Some((policy, true)),
            Some(at) => (at + i64::from(policy.decl.every) * 60_000_000 <= now).then_some((policy, false)),
        });
        Ok(due.collect())
    }

    /// One step of the look; none when nothing is left to do.
    fn look_at_policies(&mut self, mark: &Mark) -> Result<Option<Mark>> {
        let due = self.policies_due()?;
        let Some((policy, first)) = due.into_iter().find(|(policy, _)| !mark.done.contains(&policy.key)) else { return Ok(None) };
        let mut next = mark.clone();
        let object = self.object(&policy.decl.object)?;
        let Some(conditions) = self.policy_conditions(&policy)? else {
            next.done.push(policy.key.clone());
            return Ok(Some(next));
        };
        let registry = self.registry.clone();
        let found = self.conn.breaches_new(&registry, &object, &policy.key, &conditions.broken, mark.after, BATCH)?;
        self.open_breaches(&policy, &object, &found, first, &mut next)?;
        match found.last() {
            Some(last) if found.len() == BATCH => next.after = *last,
            _ => {
                next.over += self.turn_breaches(&policy, &object, &conditions)?;
                let now = self.ctx.micros();
                self.conn.policy_checked(&policy.key, policy.version, now)?;
                next.done.push(policy.key.clone());
                (next.after, next.told) = (0, HashMap::new());
            }
        }
        Ok(Some(next))
    }

    fn open_breaches(&mut self, policy: &Policy, object: &Arc<Object>, ids: &[RecordId], first: bool, mark: &mut Mark) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        let now = self.ctx.micros();
        let owners = self.owners_of(object, ids)?;
        let people = self.engine.people();
        let (mut rows, mut notices) = (Vec::new(), Vec::new());
        for id in ids {
            let person = owners.get(id).copied();
            // what broke it before it was a policy is listed, not told one by one
            let tell = person.filter(|_| policy.decl.notify && !first);
            let told = match tell {
                Some(person) => self.hears(policy, &people, person, *id, mark)?,
                None => false,
            };
            if let Some(person) = person.filter(|_| told) {
                *mark.told.entry(person).or_default() += 1;
                notices.push(NoticeRow {
                    id: 0,
                    person,
                    at: now,
                    kind: format!("{NOTICE}{}", policy.key),
                    object: object.key.clone(),
                    record: *id,
                    about: None,
                    change_id: None,
                    actor: None,
                    read_at: None,
                });
            }
            let key = policy.key.clone();
            rows.push(BreachRow {
                policy: key,
                object: object.key.clone(),
                record: *id,
                person,
                opened_at: now,
                told,
                ..BreachRow::default()
            });
        }
        self.conn.breaches_open(&rows)?;
        mark.opened += ids.len() as i64;
        if notices.is_empty() { Ok(()) } else { Ok(self.conn.notices_put(&notices)?) }
    }

    /// Whether somebody is to be told: he is there, sees the record, and may know of the policy.
    fn hears(&mut self, policy: &Policy, people: &People, person: RecordId, record: RecordId, mark: &Mark) -> Result<bool> {
        let Some(person) = people.user(person).filter(|p| p.active) else { return Ok(false) };
        if mark.told.get(&person.id).is_some_and(|n| *n >= TOLD) {
            return Ok(false);
        }
        let ctx = self.engine.ctx(person, Door::Job, "");
        let mut his = self.acting(ctx);
        let Some(conditions) = his.policy_conditions(policy)? else { return Ok(false) };
        let object = his.object(&policy.decl.object)?;
        let cond = his.broken_within(&object, &conditions).and(akrab_model::Cond::Ids(vec![record]));
        let registry = his.registry.clone();
        Ok(!his.conn.ids_after(&registry, &object, &cond, 0, 1)?.is_empty())
    }

    /// Whose the records are.
    pub(super) fn owners_of(&mut self, object: &Arc<Object>, ids: &[RecordId]) -> Result<HashMap<RecordId, RecordId>> {
        let Some(owner) = object.owner else { return Ok(HashMap::new()) };
        let registry = self.registry.clone();
        let rows = self.conn.rows(&registry, object, ids, &[owner], &akrab_model::Cond::True)?;
        Ok(rows.into_iter().filter_map(|row| Some((row.id, row.cells.first()?.int()?))).collect())
    }

    fn turn_breaches(&mut self, policy: &Policy, object: &Arc<Object>, conditions: &Conditions) -> Result<i64> {
        let watched = self.watched(policy);
        let registry = self.registry.clone();
        let turn = BreachTurn {
            policy: &policy.key,
            object,
            unwell: &conditions.unwell,
            calm: i64::from(policy.decl.calm),
            watched: watched.as_ref(),
            now: self.ctx.micros(),
        };
        Ok(i64::try_from(self.conn.breaches_turn(&registry, &turn)?).unwrap_or_default())
    }
}

/// Whether the time of a policy has come.
pub(crate) fn is_due(tx: &mut Tx) -> Result<bool> {
    Ok(!tx.policies_due()?.is_empty())
}
