//! One change to many records: counted before, run as a job, reported, taken back within a day.

mod hand_over;
pub(crate) use hand_over::{open, unfinished};
mod make;
mod tag;

use make::make;
use tag::tag;

use crate::import::ChunkNote;
use crate::job::{Job, JobCtx, Outcome, Step};
use crate::read::Asked;
use crate::{Access, Ctx, Engine, Result, Tx};
use akrab_model::problem::ProblemKind;
use akrab_model::value::Input;
use akrab_model::{Cond, Count, Cursor, FieldProblem, Filter, Object, Problem, Query};
use akrab_store::Bin;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// Records changed together, with one checkpoint.
const CHUNK: usize = 200;
/// Records left as they are that are listed by name.
const LISTED: usize = 200;

/// Which records, and what is done to them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BulkSpec {
    pub object: String,
    /// These records; when empty, those that `filter` and `q` match.
    pub ids: Vec<i64>,
    /// Filter JSON.
    pub filter: Option<serde_json::Value>,
    pub q: Option<String>,
    pub change: BulkChange,
}

/// What is done to each record.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BulkChange {
    /// Field values as the API takes them.
    Set(Input),
    /// Adds words to a field of several choices and takes others off it.
    Tag {
        field: String,
        #[serde(default)]
        add: Vec<String>,
        #[serde(default)]
        remove: Vec<String>,
    },
    /// Makes a record of `object` about each, linked by `via`.
    Make {
        object: String,
        via: String,
        values: Input,
    },
    Delete,
}

impl Default for BulkChange {
    fn default() -> Self {
        BulkChange::Set(Input::new())
    }
}

/// What a bulk edit would meet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkPreview {
    /// Records that match and may be seen.
    pub matching: u64,
    /// Of these, those the actor may change.
    pub allowed: u64,
}

/// What became of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct BulkReport {
    pub object: String,
    pub delete: bool,
    /// Object of which a record was made for each, when that was the task.
    pub made: Option<String>,
    pub changed: u64,
    /// Had these values already.
    pub unchanged: u64,
    pub skipped: u64,
    pub listed: Vec<Skipped>,
}

/// A record that was left as it is, and why.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Skipped {
    pub id: i64,
    pub title: String,
    /// Key of the field at fault, when it is one.
    pub field: Option<String>,
    pub code: String,
    #[serde(default)]
    pub args: Vec<(String, String)>,
}

impl Engine {
    /// As [`Engine::bulk_preview`], with the faults [`Engine::bulk_start`] would find.
    ///
    /// # Errors
    /// As [`Engine::bulk_start`].
    pub async fn bulk_trial(&self, ctx: &Ctx, spec: BulkSpec) -> Result<BulkPreview> {
        let checked = spec.clone();
        self.read(ctx, move |tx| {
            let object = tx.object(&checked.object)?;
            tx.bulk_check(&object, &checked.change)
        })
        .await?;
        self.bulk_preview(ctx, spec).await
    }

    /// Counts what a bulk edit would meet.
    ///
    /// # Errors
    /// `not_found` or `forbidden` object, `invalid` filter or values.
    pub async fn bulk_preview(&self, ctx: &Ctx, spec: BulkSpec) -> Result<BulkPreview> {
        self.read(ctx, move |tx| {
            let (object, asked) = tx.bulk_asked(&spec, None)?;
            let cond = tx.settled(&object, asked.cond, asked.words.as_ref())?;
            let count = |tx: &mut Tx, cond: &Cond| -> Result<u64> {
                let registry = tx.registry.clone();
                match tx.conn.count(&registry, &object, cond, Bin::Living, None)? {
                    Count::Exact(n) | Count::Above(n) => Ok(n),
                }
            };
            let own = cond.clone().and(tx.rights.cond(&object, spec.change.access()));
            Ok(BulkPreview { matching: count(tx, &cond)?, allowed: count(tx, &own)? })
        })
        .await
    }

    /// Queues a bulk edit; gives the job.
    ///
    /// # Errors
    /// As [`Engine::bulk_preview`]; `invalid` for fields that may not be written and values that
    /// cannot be read.
    pub async fn bulk_start(&self, ctx: &Ctx, spec: BulkSpec) -> Result<i64> {
        ctx.require_whole()?;
        self.write(ctx, move |tx| {
            let (object, _) = tx.bulk_asked(&spec, None)?;
            tx.bulk_check(&object, &spec.change)?;
            let change = tx.bulk_settled(&object, spec.change.clone())?;
            let spec = BulkSpec { object: object.key.clone(), change, ..spec.clone() };
            let id = tx.enqueue(&BulkJob { spec: spec.clone() })?;
            tx.audit("bulk", None, serde_json::json!({ "object": object.key, "change": spec.change, "job": id }))?;
            Ok(id)
        })
        .await
    }
}

impl BulkChange {
    fn access(&self) -> Access {
        match self {
            BulkChange::Set(_) | BulkChange::Tag { .. } => Access::Edit,
            BulkChange::Make { .. } => Access::Read,
            BulkChange::Delete => Access::Delete,
        }
    }
}

impl Tx<'_> {
    /// What is to be changed. Words settled before stay as they are: when the last record with them
    /// is changed, those one slip away are not meant.
    fn bulk_asked(&mut self, spec: &BulkSpec, terms: Option<&[Vec<String>]>) -> Result<(Arc<Object>, Asked)> {
        let object = self.object(&spec.object)?;
        self.rights.require(&object, spec.change.access())?;
        let filter = spec.filter.as_ref().map(Filter::from_json).transpose()?;
        let filter = filter.as_ref().filter(|_| spec.ids.is_empty());
        let q = spec.q.as_deref().filter(|_| spec.ids.is_empty() && terms.is_none());
        let Asked { mut cond, mut words } = self.asked(&object, filter, q, Access::Read)?;
        if let Some(terms) = terms {
            words = Some(self.words_again(&object, terms.to_vec())?);
        }
        if !spec.ids.is_empty() {
            if spec.ids.len() > 10_000 {
                return Err(Problem::invalid(vec![FieldProblem::new("ids", "too_many").with("max", 10_000)]));
            }
            cond = cond.and(Cond::Ids(spec.ids.clone()));
        }
        Ok((object, Asked { cond, words }))
    }

    /// Faults of the values as such, before any record is touched.
    fn bulk_check(&mut self, object: &Object, change: &BulkChange) -> Result<()> {
        let input = match change {
            BulkChange::Set(input) => input,
            BulkChange::Tag { field, add, remove } => return self.tag_check(object, field, add, remove),
            BulkChange::Make { object: made, via, values } => return self.make_check(object, made, via, values),
            BulkChange::Delete => return Ok(()),
        };
        if input.is_empty() {
            return Err(Problem::invalid(vec![FieldProblem::new("", "bulk_nothing")]));
        }
        let env = self.parse_env();
        let faults = input.iter().filter_map(|(key, json)| {
            let unknown = || FieldProblem::new(key, "unknown_field").with("field", key);
            let Some(ix) = object.field_ix(key) else { return Some(unknown()) };
            let field = object.at(ix);
            match self.rights.field(object, ix) {
                akrab_model::object::FieldRight::Hidden => Some(unknown()),
                akrab_model::object::FieldRight::Read => Some(FieldProblem::new(key, "read_only")),
                akrab_model::object::FieldRight::Edit if !field.writable() => Some(FieldProblem::new(key, "read_only")),
                akrab_model::object::FieldRight::Edit => match field.parse(json, &env) {
                    Ok(value) if value.is_null() && field.required => Some(FieldProblem::new(key, "required")),
                    Ok(_) => None,
                    Err(fault) => Some(fault),
                },
            }
        });
        let faults: Vec<_> = faults.collect();
        if faults.is_empty() { Ok(()) } else { Err(Problem::invalid(faults)) }
    }
}

impl Tx<'_> {
    /// The change with its values as they mean now and here: the job reads them tomorrow, and by another door.
    fn bulk_settled(&self, object: &Object, mut change: BulkChange) -> Result<BulkChange> {
        let env = self.parse_env();
        let settle = |object: &Object, values: &mut Input| {
            for (key, json) in values {
                if let Some(field) = object.field(key) {
                    *json = field.settled(json, &env);
                }
            }
        };
        match &mut change {
            BulkChange::Set(values) => settle(object, values),
            BulkChange::Make { object: made, values, .. } => settle(&*self.object(made)?, values),
            BulkChange::Tag { .. } | BulkChange::Delete => {}
        }
        Ok(change)
    }
}

/// Does the change to every record that matched when it was queued or matches when it is reached.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BulkJob {
    pub spec: BulkSpec,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Mark {
    /// Records up to this id are done.
    after: i64,
    done: i64,
    total: i64,
    chunks: i64,
    report: BulkReport,
    /// The words looked for.
    #[serde(default)]
    terms: Option<Vec<Vec<String>>>,
}

impl Job for BulkJob {
    const KIND: &'static str = "bulk";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let mut mark: Mark = match job.mark()? {
            Some(mark) => mark,
            None => {
                let total = job.engine.bulk_preview(&job.now().await?, self.spec.clone()).await?.matching as i64;
                let report = BulkReport {
                    object: self.spec.object.clone(),
                    delete: matches!(self.spec.change, BulkChange::Delete),
                    made: if let BulkChange::Make { object, .. } = &self.spec.change { Some(object.clone()) } else { None },
                    ..BulkReport::default()
                };
                Mark { total, report, ..Mark::default() }
            }
        };
        let spec = Arc::new(self.spec);
        loop {
            let (spec, id) = (spec.clone(), job.id);
            let (next, over) = job.step(move |tx| chunk(tx, &spec, id, mark.clone())).await?;
            mark = next;
            if over {
                return Ok(json!(mark.report));
            }
        }
    }
}

fn chunk(tx: &mut Tx, spec: &BulkSpec, job: i64, mut mark: Mark) -> Result<Step<(Mark, bool)>> {
    let (object, asked) = tx.bulk_asked(spec, mark.terms.as_deref())?;
    mark.terms = asked.words.as_ref().map(|words| words.terms.clone());
    let query = Query {
        object: object.ix,
        columns: Vec::new(),
        cond: asked.cond,
        sort: Vec::new(),
        limit: CHUNK,
        after: Some(Cursor { keys: Vec::new(), id: mark.after, back: false }),
        bin: false,
        titles: Vec::new(),
    };
    let page = tx.page(&object, query, asked.words.as_ref(), Some(usize::MAX))?;
    let ids: Vec<i64> = page.rows.iter().map(|row| row.id).collect();
    for id in &ids {
        match tx.attempt(|tx| one(tx, &object, *id, &spec.change)) {
            Ok(true) => mark.report.changed += 1,
            Ok(false) => mark.report.unchanged += 1,
            Err(p) if matches!(p.kind, ProblemKind::Busy | ProblemKind::Full | ProblemKind::Internal) => return Err(p),
            Err(problem) => skip(tx, &object, *id, &problem, &mut mark.report)?,
        }
        mark.after = *id;
    }
    mark.done += ids.len() as i64;
    mark.chunks += 1;
    let note = ChunkNote { changes: std::mem::take(&mut tx.changes), ..ChunkNote::default() };
    tx.conn.job_note(job, mark.chunks, &serde_json::to_string(&note).map_err(Problem::internal)?)?;
    let total = mark.total.max(mark.done);
    Ok(Step { mark: json!(mark), done: mark.done, total: Some(total), value: (mark, ids.len() < CHUNK) })
}

fn one(tx: &mut Tx, object: &Arc<Object>, id: i64, change: &BulkChange) -> Result<bool> {
    match change {
        BulkChange::Delete => tx.delete(&object.key, id, None).map(|()| true),
        BulkChange::Set(input) => {
            let before = tx.changes.len();
            tx.update(&object.key, id, input, None)?;
            Ok(tx.changes.len() > before)
        }
        BulkChange::Tag { field, add, remove } => tag(tx, object, id, field, add, remove),
        BulkChange::Make { object: made, via, values } => make(tx, object, id, (made, via), values),
    }
}

fn skip(tx: &mut Tx, object: &Arc<Object>, id: i64, problem: &Problem, report: &mut BulkReport) -> Result<()> {
    report.skipped += 1;
    if report.listed.len() >= LISTED {
        return Ok(());
    }
    let title = tx.titles_of(object.ix, &[id])?.into_iter().next().map_or_else(String::new, |(_, title)| title);
    let fault = problem.fields.first();
    report.listed.push(Skipped {
        id,
        title,
        field: fault.map(|f| f.field().to_string()).filter(|f| !f.is_empty()),
        code: fault.map_or_else(|| problem.code.to_string(), |f| f.code.clone()),
        args: fault.map_or_else(|| problem.args.clone(), |f| f.args.clone()),
    });
    Ok(())
}
