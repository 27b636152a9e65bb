//! Looking for duplicates among all records: by command into a file, as a job into the queue.

use super::gather::Gathered;
use super::{Reason, can_match, kept_score, reasons};
use crate::job::{Every, Job, JobCtx, Outcome, Queued, Schedule, Step};
use crate::{Ctx, Engine, Result};
use akrab_matching::{Found, Matcher, Spec};
use akrab_model::value::Input;
use akrab_model::{Cond, FieldType, Object, Problem, Query, RecordId};
use akrab_store::{TwinRow, TwinState};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Pairs written in one step.
const CHUNK: usize = 500;

/// A pair found.
#[derive(Debug, Clone, PartialEq)]
pub struct TwinLine {
    /// What the records are called elsewhere: their external keys; their ids where they have none.
    pub a: String,
    pub b: String,
    /// Probability that the two are the same.
    pub score: f32,
    pub reasons: Vec<Reason>,
}

/// What was found among all records.
#[derive(Debug, Clone, Default)]
pub struct TwinFile {
    pub records: usize,
    /// The likeliest first.
    pub pairs: Vec<TwinLine>,
    /// From here on pairs may be merged unseen.
    pub threshold: f32,
}

/// How many threads look for duplicates.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from).min(8)
}

/// Finds pairs away from the threads that answer requests.
async fn find(matcher: Matcher, stop: Arc<AtomicBool>) -> Result<Found> {
    let go_on = move || !stop.load(Ordering::Relaxed);
    tokio::task::spawn_blocking(move || matcher.find(threads(), &go_on)).await.map_err(Problem::internal)
}

/// Takes the matcher out of what was gathered.
fn matcher(all: &mut Gathered) -> Matcher {
    let specs: Vec<Spec> = all.fields.iter().map(|field| field.spec).collect();
    std::mem::replace(&mut all.matcher, Matcher::new(&specs))
}

impl Engine {
    /// Looks for duplicates among all records the actor may see; nothing is kept.
    ///
    /// # Errors
    /// `not_found` object; `no_comparison` for one that does not say by what its records are told apart.
    pub async fn twins_found(&self, ctx: &Ctx, object: &str) -> Result<TwinFile> {
        let key = object.to_string();
        let gather = move |tx: &mut crate::Tx| {
            let object = tx.object(&key)?;
            if !can_match(&object) {
                return Err(Problem::malformed("no_comparison").with("object", &object.key));
            }
            Ok((tx.gather(&object, Cond::True)?, tx.names_elsewhere(&object)?))
        };
        let (mut all, names) = self.read(ctx, gather).await?;
        let found = find(matcher(&mut all), Arc::default()).await?;
        let name = |n: u32| {
            let id = all.ids[n as usize];
            names.get(&id).cloned().unwrap_or_else(|| id.to_string())
        };
        let third = |n: Option<u32>| n.map(|n| all.ids[n as usize]);
        let line = |pair: &akrab_matching::Pair| TwinLine {
            a: name(pair.a),
            b: name(pair.b),
            score: pair.score,
            reasons: reasons(&all.fields, pair, third(pair.through)),
        };
        let mut pairs: Vec<TwinLine> = found.pairs.iter().map(line).collect();
        pairs.sort_by(|x, y| y.score.total_cmp(&x.score));
        Ok(TwinFile { records: all.ids.len(), pairs, threshold: found.threshold })
    }

    /// Queues a search for duplicates among all records; gives the job.
    ///
    /// # Errors
    /// `not_found`, `no_comparison`, `forbidden` for whoever may not merge records of the object.
    pub async fn twins_start(&self, ctx: &Ctx, object: &str) -> Result<i64> {
        ctx.require_whole()?;
        let object = object.to_string();
        self.write(ctx, move |tx| {
            let object = tx.object(&object)?;
            if !can_match(&object) {
                return Err(Problem::malformed("no_comparison").with("object", &object.key));
            }
            tx.rights.require(&object, crate::Access::Merge)?;
            tx.enqueue(&FindTwins { objects: vec![object.key.clone()] })
        })
        .await
    }
}

impl crate::Tx<'_> {
    /// What records are called elsewhere: the first text field that must be unique alone.
    fn names_elsewhere(&mut self, object: &Arc<Object>) -> Result<HashMap<RecordId, String>> {
        let sole = object.decl.unique.iter().filter(|set| set.len() == 1).filter_map(|set| object.field_ix(&set[0]));
        let named =
            sole.chain(object.columns().filter(|(_, f)| f.unique).map(|(ix, _)| ix)).find(|ix| object.at(*ix).kind == FieldType::Text);
        let Some(field) = named.filter(|ix| self.rights.field(object, *ix) > akrab_model::object::FieldRight::Hidden) else {
            return Ok(HashMap::new());
        };
        let mut query = Query {
            object: object.ix,
            columns: vec![field],
            cond: self.rights.cond(object, crate::Access::Read),
            sort: Vec::new(),
            limit: 10_000,
            after: None,
            bin: false,
            titles: Vec::new(),
        };
        let registry = self.registry.clone();
        let mut names = HashMap::new();
        loop {
            let page = self.conn.select(&registry, &query)?;
            names.extend(page.rows.iter().filter_map(|row| Some((row.id, row.cells.first()?.text()?.to_string()))));
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(names),
            }
        }
    }

    /// Keeps that a new record may be one there already, for what was shown of it while it was typed.
    ///
    /// # Errors
    /// What the database answers.
    pub fn twins_at_entry(&mut self, object: &Arc<Object>, id: RecordId, input: &Input) -> Result<()> {
        if !can_match(object) {
            return Ok(());
        }
        let alike: Vec<RecordId> = self.hints(&object.key, input, Some(id))?.into_iter().map(|hint| hint.record.id).collect();
        self.twins_between(object, id, &alike)
    }
}

/// Looks for duplicates and puts them into the queue. What was found no more leaves it; what people decided stays.
#[derive(Debug, Serialize, Deserialize)]
pub struct FindTwins {
    /// Keys of the objects; all that say by what they are compared when empty.
    #[serde(default)]
    pub objects: Vec<String>,
}

impl Job for FindTwins {
    const KIND: &'static str = "find_twins";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let world = job.engine.registry();
        let wanted = |object: &&Arc<Object>| can_match(object) && (self.objects.is_empty() || self.objects.contains(&object.key));
        let mut counts = serde_json::Map::new();
        for object in world.objects().filter(wanted) {
            counts.insert(object.key.clone(), look_through(&job, object.clone()).await?);
        }
        Ok(json!({ "found": counts }))
    }
}

async fn look_through(job: &JobCtx, object: Arc<Object>) -> Result<serde_json::Value> {
    let of = object.clone();
    let mut all = job
        // the queue is everybody's: what of it somebody may see is asked when it is shown
        .read(move |tx| tx.as_system("looks for duplicates").gather(&of, Cond::True))
        .await?;
    let records = all.ids.len();
    let stop = Arc::new(AtomicBool::new(false));
    let finding = find(matcher(&mut all), stop.clone());
    tokio::pin!(finding);
    // the lease is kept alive while it looks
    let found = loop {
        tokio::select! {
            found = &mut finding => break found?,
            () = job.stopping() => {
                stop.store(true, Ordering::Relaxed);
                job.check().await?;
            }
            () = tokio::time::sleep(std::time::Duration::from_secs(20)) => {
                let alive = job.step(|_| Ok(Step { value: (), mark: json!(null), done: 0, total: None })).await;
                if let Err(ended) = alive {
                    stop.store(true, Ordering::Relaxed);
                    return Err(ended);
                }
            }
        }
    };
    let now = job.now().await?.micros();
    let row = |pair: &akrab_matching::Pair| {
        let (a, b) = (pair.a as usize, pair.b as usize);
        let third = pair.through.map(|n| all.ids[n as usize]);
        TwinRow {
            id: 0,
            object: object.key.clone(),
            a: all.ids[a],
            b: all.ids[b],
            score: kept_score(pair.score),
            reasons: serde_json::to_string(&reasons(&all.fields, pair, third)).unwrap_or_default(),
            state: TwinState::Open,
            mark: all.mark(a, b),
            found_at: now,
            decided_by: None,
            decided_at: None,
        }
    };
    let rows: Vec<TwinRow> = found.pairs.iter().map(row).collect();
    let total = rows.len() as i64;
    for (n, chunk) in rows.chunks(CHUNK).enumerate() {
        let (chunk, done) = (chunk.to_vec(), ((n + 1) * CHUNK) as i64);
        job.step(move |tx| {
            tx.conn.twins_put(&chunk)?;
            Ok(Step { value: (), mark: json!(null), done: done.min(total), total: Some(total) })
        })
        .await?;
    }
    let (key, threshold) = (object.key.clone(), kept_score(found.threshold));
    job.step(move |tx| {
        tx.conn.twins_forget(&key, now)?;
        tx.conn.setting_set(&format!("twins.{key}"), &json!({ "threshold": threshold, "at": now, "records": records }).to_string())?;
        Ok(Step { value: (), mark: json!(null), done: total, total: Some(total) })
    })
    .await?;
    Ok(json!({ "records": records, "pairs": total, "threshold": f64::from(found.threshold) }))
}

/// Every night.
pub(crate) fn schedule() -> Schedule {
    Schedule { name: "find_twins", every: Every::Daily(4), job: || Queued::of(&FindTwins { objects: Vec::new() }) }
}
