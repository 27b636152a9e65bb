//! The declared rules: kept in versions, and in memory for every save.

use super::{ApprovalDecl, Rule};
use crate::calendar::is_key;
use crate::rights::Everything;
use crate::versions::{Kept, Version};
use crate::write::check_condition;
use crate::{Result, Tx};
use akrab_model::{FieldProblem, Filter, Problem, Registry};
use akrab_store::Conn;
use serde_json::json;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

const RULE: &str = "approval";

/// The rules in force, by object.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    by_object: HashMap<String, Vec<Arc<Rule>>>,
    /// Objects with live requests that no rule asked for.
    unruled: HashSet<String>,
}

impl Rules {
    /// Reads the latest version of every rule. One that does not fit its object any more is left out, and said to be so.
    pub fn load(conn: &mut Conn, registry: &Registry) -> Result<Rules> {
        let mut rules = Rules { unruled: conn.approvals_unruled()?.into_iter().collect(), ..Rules::default() };
        let mut last = String::new();
        for row in conn.declared_versions(RULE, None)? {
            if std::mem::replace(&mut last, row.key.clone()) == row.key || row.retired {
                continue;
            }
            let decl: ApprovalDecl = serde_json::from_str(&row.decl).map_err(Problem::internal)?;
            match decl.compile(registry, &row.key, row.version) {
                Ok(rule) => rules.by_object.entry(rule.decl.object.clone()).or_default().push(Arc::new(rule)),
                Err(faults) => tracing::warn!(rule = row.key, ?faults, "an approval rule does not fit its object any more"),
            }
        }
        Ok(rules)
    }
    pub fn of(&self, object: &str) -> &[Arc<Rule>] {
        self.by_object.get(object).map(Vec::as_slice).unwrap_or_default()
    }
    pub fn get(&self, key: &str) -> Option<&Arc<Rule>> {
        self.by_object.values().flatten().find(|rule| rule.key == key)
    }
    pub fn has_unruled(&self, object: &str) -> bool {
        self.unruled.contains(object)
    }
    pub fn is_empty(&self) -> bool {
        self.by_object.is_empty() && self.unruled.is_empty()
    }
}

impl Tx<'_> {
    /// The rules as they count now, by key.
    ///
    /// # Errors
    /// What the database answers.
    pub fn approval_rules(&mut self) -> Result<Vec<Kept<ApprovalDecl>>> {
        self.kept_now(RULE, None)
    }

    /// One rule as it counts now.
    ///
    /// # Errors
    /// `not_found`.
    pub fn approval_rule(&mut self, key: &str) -> Result<Kept<ApprovalDecl>> {
        self.kept_now(RULE, Some(key))?.pop().ok_or_else(Problem::not_found)
    }

    /// Versions of a rule, the latest first.
    ///
    /// # Errors
    /// What the database answers.
    pub fn approval_rule_versions(&mut self, key: &str) -> Result<Vec<Version>> {
        self.versions_of(RULE, key)
    }

    /// Checks a rule whole: names, bands, steps, condition and expression.
    ///
    /// # Errors
    /// `invalid` with every fault and its place.
    pub fn approval_rule_check(&mut self, key: &str, decl: &ApprovalDecl) -> Result<Rule> {
        let mut faults = Vec::new();
        if !is_key(key) {
            faults.push(FieldProblem::new("key", "calendar_key"));
        }
        let compiled = decl.compile(&self.registry, key, 0).map_err(|found| faults.extend(found));
        if let Ok(object) = self.object(&decl.object) {
            if let Some(when) = &decl.when {
                let bound =
                    Filter::from_json(when).and_then(|filter| filter.bind(&self.registry.clone(), &object, &self.env(), &Everything));
                if let Err(problem) = bound {
                    faults.push(FieldProblem::new("when", "approval_when").because(&problem.first()));
                }
            }
            if let Some(Err(cause)) = decl.formula.as_deref().map(|text| check_condition(&object, text)) {
                faults.push(FieldProblem::new("formula", "approval_formula").because(&cause));
            }
        }
        if self.kept_now::<serde_json::Value>("calendar", Some(&decl.calendar))?.is_empty() && decl.calendar != crate::calendar::USUAL {
            faults.push(FieldProblem::new("calendar", "unknown_choice").with("value", &decl.calendar));
        }
        for (n, step) in decl.steps.iter().enumerate() {
            for who in step.who.iter().chain(&step.fallback) {
                if !self.is_anybody(who) {
                    faults.push(FieldProblem::new(&format!("/steps/{n}/who"), "approval_nobody_such").with("who", who));
                }
            }
        }
        match compiled {
            Ok(rule) if faults.is_empty() => Ok(rule),
            _ => Err(Problem::invalid(faults)),
        }
    }

    /// Keeps a version of a rule; it counts for what is asked from now on.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `invalid` with every fault; `stale` when `known` is not the present
    /// version any more.
    pub fn approval_rule_save(&mut self, key: &str, decl: &ApprovalDecl, known: Option<i64>) -> Result<i64> {
        self.may_declare()?;
        self.approval_rule_check(key, decl)?;
        self.kept_rule(key, decl, known, false)
    }

    /// Takes a rule out of force, or brings it back. Requests that wait go on by the terms they have.
    ///
    /// # Errors
    /// As [`Tx::approval_rule_save`].
    pub fn approval_rule_retire(&mut self, key: &str, retired: bool) -> Result<i64> {
        self.may_declare()?;
        let kept = self.approval_rule(key)?;
        if !retired {
            self.approval_rule_check(key, &kept.decl)?;
        }
        self.kept_rule(key, &kept.decl, None, retired)
    }

    fn kept_rule(&mut self, key: &str, decl: &ApprovalDecl, known: Option<i64>, retired: bool) -> Result<i64> {
        let version = self.keep_version(RULE, (key, &decl.name, decl), None, known, retired)?;
        let title = decl.name.get(self.ctx.lang_key()).to_string();
        self.audit("approval_rule", None, json!({ "title": title, "rule": key, "version": version, "retired": retired }))?;
        // other processes read them anew as they do people
        self.effects.people_changed();
        Ok(version)
    }
}
