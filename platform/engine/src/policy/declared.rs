//! The declared policies: kept in versions, and in memory.

use super::PolicyDecl;
use crate::calendar::is_key;
use crate::process::bound;
use crate::versions::{Kept, Version};
use crate::{Result, Tx};
use akrab_model::policy::Must;
use akrab_model::{FieldProblem, Filter, Problem, Registry};
use akrab_store::Conn;
use serde_json::json;
use std::sync::Arc;

const POLICY: &str = "record_policy";

/// A policy in force.
#[derive(Debug, Clone)]
pub struct Policy {
    pub key: String,
    pub version: i64,
    pub decl: PolicyDecl,
    pub(super) when: Option<Filter>,
    /// The condition of [`Must::Hold`].
    pub(super) hold: Option<Filter>,
}

/// The policies in force.
#[derive(Debug, Default)]
pub(crate) struct Policies(Vec<Arc<Policy>>);

impl Policies {
    /// Reads the latest version of every policy. One that does not fit its object any more is left out, and said to be so.
    pub fn load(conn: &mut Conn, registry: &Registry) -> Result<Policies> {
        let mut found = Policies::default();
        let mut last = String::new();
        for row in conn.declared_versions(POLICY, None)? {
            if std::mem::replace(&mut last, row.key.clone()) == row.key || row.retired {
                continue;
            }
            let decl: PolicyDecl = serde_json::from_str(&row.decl).map_err(Problem::internal)?;
            match compile(registry, &row.key, row.version, decl) {
                Ok(policy) => found.0.push(Arc::new(policy)),
                Err(faults) => tracing::warn!(policy = row.key, ?faults, "a policy does not fit its object any more"),
            }
        }
        Ok(found)
    }
    /// The gravest first, then by key.
    pub fn all(&self) -> Vec<Arc<Policy>> {
        let mut all = self.0.clone();
        all.sort_by_key(|policy| std::cmp::Reverse(policy.decl.severity));
        all
    }
    pub fn of(&self, object: &str) -> impl Iterator<Item = &Arc<Policy>> {
        self.0.iter().filter(move |policy| policy.decl.object == object)
    }
    pub fn get(&self, key: &str) -> Option<&Arc<Policy>> {
        self.0.iter().find(|policy| policy.key == key)
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn compile(registry: &Registry, key: &str, version: i64, decl: PolicyDecl) -> Result<Policy, Vec<FieldProblem>> {
    let mut faults = decl.check(registry);
    let Some(object) = registry.object(&decl.object) else { return Err(faults) };
    let mut condition = |place: &str, json: Option<&serde_json::Value>| match json.map(|json| bound(registry, object, json)) {
        Some(Ok(filter)) => Some(filter),
        Some(Err(problem)) => {
            faults.push(FieldProblem::new(place, "approval_when").because(&problem.first()));
            None
        }
        None => None,
    };
    let when = condition("when", decl.when.as_ref());
    let hold = match &decl.must {
        Must::Hold { filter } => condition("filter", Some(filter)),
        _ => None,
    };
    if let Must::Below { field, limit, clear } = &decl.must
        && let Some(field) = object.field(field)
    {
        let read = |text: &str| super::compile::number(field, text);
        match (read(limit), read(clear)) {
            (Some(limit), Some(clear)) if clear > limit => faults.push(FieldProblem::new("clear", "policy_clear_above")),
            (limit, clear) => {
                let missing = [("limit", limit), ("clear", clear)].into_iter().filter(|(_, value)| value.is_none());
                faults.extend(missing.map(|(place, _)| FieldProblem::new(place, "not_a_number")));
            }
        }
    }
    let by_entries = match &decl.must {
        Must::Next { .. } | Must::Touch { .. } => true,
        Must::Answer { by, .. } => by.is_empty(),
        _ => false,
    };
    if by_entries && !super::compile::has_entries(registry, object, &decl.must) {
        faults.push(FieldProblem::new("must", "policy_no_entries"));
    }
    if faults.is_empty() { Ok(Policy { key: key.into(), version, decl, when, hold }) } else { Err(faults) }
}

impl Tx<'_> {
    /// The policies as they are kept now, by key.
    ///
    /// # Errors
    /// What the database answers.
    pub fn policy_rules(&mut self) -> Result<Vec<Kept<PolicyDecl>>> {
        self.kept_now(POLICY, None)
    }

    /// One policy as it is kept now.
    ///
    /// # Errors
    /// `not_found`.
    pub fn policy_rule(&mut self, key: &str) -> Result<Kept<PolicyDecl>> {
        self.kept_now(POLICY, Some(key))?.pop().ok_or_else(Problem::not_found)
    }

    /// Versions of a policy, the latest first.
    ///
    /// # Errors
    /// What the database answers.
    pub fn policy_versions(&mut self, key: &str) -> Result<Vec<Version>> {
        self.versions_of(POLICY, key)
    }

    /// Checks a policy whole: names, fields, conditions, calendar, who answers for it.
    ///
    /// # Errors
    /// `invalid` with every fault and its place.
    pub fn policy_check(&mut self, key: &str, decl: &PolicyDecl) -> Result<Policy> {
        let mut faults = Vec::new();
        if !is_key(key) {
            faults.push(FieldProblem::new("key", "calendar_key"));
        }
        if self.kept_now::<serde_json::Value>("calendar", Some(&decl.calendar))?.is_empty() && decl.calendar != crate::calendar::USUAL {
            faults.push(FieldProblem::new("calendar", "unknown_choice").with("value", &decl.calendar));
        }
        if !decl.keeper.is_empty() && self.engine.people().by_email(&decl.keeper).is_none() {
            faults.push(FieldProblem::new("keeper", "approval_nobody_such").with("who", &decl.keeper));
        }
        match compile(&self.registry.clone(), key, 0, decl.clone()) {
            Ok(policy) if faults.is_empty() => Ok(policy),
            Ok(_) => Err(Problem::invalid(faults)),
            Err(more) => Err(Problem::invalid(faults.into_iter().chain(more).collect())),
        }
    }

    /// Keeps a version of a policy; it counts from now on. Where what it asks for has changed, breaches are looked for anew,
    /// and those found first are listed but not told one by one.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `invalid` with every fault; `stale` when `known` is not the present
    /// version any more.
    pub fn policy_rule_save(&mut self, key: &str, decl: &PolicyDecl, known: Option<i64>) -> Result<i64> {
        self.may_declare()?;
        self.policy_check(key, decl)?;
        self.kept_policy(key, decl, known, false)
    }

    /// Takes a policy out of force, or brings it back.
    ///
    /// # Errors
    /// As [`Tx::policy_rule_save`].
    pub fn policy_retire(&mut self, key: &str, retired: bool) -> Result<i64> {
        self.may_declare()?;
        let kept = self.policy_rule(key)?;
        if !retired {
            self.policy_check(key, &kept.decl)?;
        }
        self.kept_policy(key, &kept.decl, None, retired)
    }

    fn kept_policy(&mut self, key: &str, decl: &PolicyDecl, known: Option<i64>, retired: bool) -> Result<i64> {
        let before = self.kept_now::<PolicyDecl>(POLICY, Some(key))?.pop();
        let version = self.keep_version(POLICY, (key, &decl.name, decl), None, known, retired)?;
        let same = before.as_ref().is_some_and(|b| {
            !b.retired && !retired && (&b.decl.object, &b.decl.when, &b.decl.must) == (&decl.object, &decl.when, &decl.must)
        });
        if !same {
            self.conn.policy_check_forget(key)?;
            self.conn.breaches_end(key, self.ctx.micros())?;
        }
        let title = decl.name.get(self.ctx.lang_key()).to_string();
        self.audit("policy", None, json!({ "title": title, "policy": key, "version": version, "retired": retired }))?;
        // other processes read them anew as they do people
        self.effects.people_changed();
        Ok(version)
    }
}
