//! How long records are kept: rules in versions, each shown with what it would do before it does anything, carried out every
//! night by a job.

use crate::job::{Every, Job, JobCtx, Outcome, Queued, Schedule, Step};
use crate::versions::Kept;
use crate::{ListRequest, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::{FieldProblem, FieldType, Filter, Label, Object, Problem, RecordId};
use jiff::ToSpan;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

const KIND: &str = "retention";
/// Records in one transaction.
const BATCH: usize = 20;
/// Records shown of what a rule would do.
const SHOWN: usize = 10;

/// What happens to records that are old enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retention {
    /// Personal data go, the record stays without them.
    Erase,
    /// The record goes to the bin.
    Bin,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionDecl {
    pub object: String,
    /// Which records (filter JSON); all when absent.
    #[serde(default)]
    pub filter: Option<serde_json::Value>,
    /// Day or moment from which the months count.
    pub since: String,
    pub months: u16,
    pub what: Retention,
    /// Carried out every night; else only shown.
    pub active: bool,
}

/// A rule as it is kept.
pub type RetentionRule = Kept<RetentionDecl>;

/// What a rule would do now.
#[derive(Debug, Clone)]
pub struct RetentionPlan {
    pub count: u64,
    /// The first of them.
    pub records: Vec<akrab_model::Record>,
    /// The same as a filter, for the list.
    pub filter: Filter,
}

pub fn schedule() -> Schedule {
    Schedule { name: "retain", every: Every::Daily(3), job: || Queued::of(&RetainJob {}) }
}

impl Tx<'_> {
    /// The rules, by key.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub fn retention_rules(&mut self) -> Result<Vec<RetentionRule>> {
        self.may_declare()?;
        self.kept_now(KIND, None)
    }

    /// Keeps a rule; `known` is the version it was made from, 0 when there was none.
    ///
    /// # Errors
    /// `forbidden`; `invalid` with the faults.
    pub fn retention_save(&mut self, key: &str, name: &Label, decl: &RetentionDecl, known: Option<i64>, retired: bool) -> Result<i64> {
        self.may_declare()?;
        let fault = |field: &str, code: &str| Problem::invalid(vec![FieldProblem::new(field, code)]);
        if name.id.trim().is_empty() {
            return Err(fault("name", "required"));
        }
        let object =
            self.registry.object(&decl.object).filter(|o| !o.is_system()).cloned().ok_or_else(|| fault("object", "unknown_choice"))?;
        let dated = object.field(&decl.since).is_some_and(|f| matches!(f.kind, FieldType::Date | FieldType::DateTime));
        if !dated {
            return Err(fault("since", "unknown_choice"));
        }
        if !(1..=600).contains(&decl.months) {
            return Err(Problem::invalid(vec![FieldProblem::new("months", "out_of_range").with("min", 1).with("max", 600)]));
        }
        if decl.what == Retention::Erase && !object.fields.iter().any(|field| field.personal) {
            return Err(fault("what", "nothing_personal"));
        }
        self.retention_filter(&object, decl)?;
        let version = self.keep_version(KIND, (key, name, decl), None, known, retired)?;
        self.audit("retention", None, json!({ "title": name.id, "key": key, "version": version }))?;
        Ok(version)
    }

    fn retention_filter(&mut self, object: &Arc<Object>, decl: &RetentionDecl) -> Result<Filter> {
        let edge = self.ctx.now.date().checked_sub(i64::from(decl.months).months()).map_err(Problem::internal)?;
        let mut all = vec![Filter::test(&decl.since, Op::Lt, edge.to_string())];
        if let Some(filter) = &decl.filter {
            all.push(Filter::from_json(filter)?);
        }
        let filter = Filter::All(all);
        let registry = self.registry.clone();
        filter.bind(&registry, object, &self.env(), &crate::rights::Everything)?;
        Ok(filter)
    }

    /// What a rule would do now.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `invalid` for a rule that no longer fits.
    pub fn retention_plan(&mut self, decl: &RetentionDecl) -> Result<RetentionPlan> {
        self.may_declare()?;
        let object = self.object(&decl.object)?;
        let filter = self.retention_filter(&object, decl)?;
        let request = ListRequest { object: object.key.clone(), filter: Some(filter.clone()), limit: SHOWN, ..ListRequest::default() };
        let count = self.count(&request, true)?.shown();
        Ok(RetentionPlan { count, records: self.list(&request)?.records, filter })
    }

    /// The next records of a rule after one; those the law keeps or that are erased already are passed over.
    fn retain_some(&mut self, rule: &RetentionRule, after: RecordId) -> Result<(RecordId, i64, bool)> {
        let decl = &rule.decl;
        let object = self.object(&decl.object)?;
        let filter = Filter::All(vec![self.retention_filter(&object, decl)?]);
        let registry = self.registry.clone();
        let cond = filter.bind(&registry, &object, &self.env(), &crate::rights::Everything)?;
        let ids = self.conn.ids_after(&registry, &object, &cond, after, BATCH)?;
        let mut done = 0;
        for id in &ids {
            if self.conn.law_locked(&object.key, &[*id])?.is_some() {
                continue;
            }
            match decl.what {
                Retention::Erase => drop(self.erase_all(&object, *id)?),
                Retention::Bin => self.delete(&object.key, *id, None)?,
            }
            done += 1;
        }
        Ok((ids.last().copied().unwrap_or(after), done, ids.len() < BATCH))
    }
}

/// Carries every active rule out.
#[derive(Debug, Serialize, Deserialize)]
pub struct RetainJob {}

/// How far it is: rules done, the last record looked at, and how many records were dealt with.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Progress {
    rule: usize,
    after: RecordId,
    done: i64,
}

impl Job for RetainJob {
    const KIND: &'static str = "retain";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let mut so_far: Progress = job.mark()?.unwrap_or_default();
        loop {
            let at = so_far.clone();
            let step = job.step(move |tx| {
                let rules: Vec<RetentionRule> = tx.kept_now(KIND, None)?;
                let active: Vec<_> = rules.into_iter().filter(|rule| rule.decl.active && !rule.retired).collect();
                let mut next = at.clone();
                let ended = match active.get(at.rule) {
                    None => true,
                    Some(rule) => {
                        let (after, done, whole) = tx.retain_some(rule, at.after)?;
                        next.done += done;
                        (next.rule, next.after) = if whole { (at.rule + 1, 0) } else { (at.rule, after) };
                        false
                    }
                };
                let done = next.done;
                Ok(Step { mark: json!(next), value: (ended, next), done, total: None })
            });
            let (ended, next) = step.await?;
            if ended {
                return Ok(json!({ "retained": next.done }));
            }
            so_far = next;
        }
    }
}
