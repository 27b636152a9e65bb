//! Flows in memory, ready to be asked.

use super::{Flow, Trigger, Until};
use crate::Result;
use crate::write::Expression;
use akrab_model::filter::Op;
use akrab_model::flow::Deed;
use akrab_model::{Filter, Problem, Registry};
use akrab_store::{Conn, FlowRow};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Kind under which declarations are kept.
pub(super) const KIND: &str = "flow";

/// A version of a flow with its conditions and expressions read.
pub struct Ready {
    pub id: i64,
    pub key: String,
    pub version: i64,
    pub publisher: Option<i64>,
    pub flow: Flow,
    pub(super) when: Option<Filter>,
    /// By their places in the declaration.
    pub(super) formulas: HashMap<String, Expression>,
    /// A step of it waits for something to hold.
    listens: bool,
}

/// A flow and its version that counts.
#[derive(Clone)]
pub struct Standing {
    pub row: FlowRow,
    pub ready: Option<Arc<Ready>>,
}

/// All flows as they stand.
#[derive(Default)]
pub struct Flows {
    pub standing: Vec<Standing>,
    versions: HashMap<(i64, i64), Arc<Ready>>,
    objects: HashMap<String, OfObject>,
}

/// What there is to ask when a record of an object is written.
#[derive(Default)]
pub(super) struct OfObject {
    pub on_write: Vec<Arc<Ready>>,
    /// Runs may wait for something to hold of its records.
    pub listens: bool,
}

impl Ready {
    /// # Errors
    /// Conditions and expressions that cannot be read.
    pub(super) fn of(row: &FlowRow, version: i64, publisher: Option<i64>, flow: Flow, registry: &Registry) -> Result<Ready> {
        let mut formulas = HashMap::new();
        for formula in flow.formulas() {
            let object = registry.object(&formula.object).ok_or_else(|| Problem::malformed("flow_unknown_object"))?;
            let read = Expression::compile(object, &formula.place, &formula.text);
            formulas.insert(formula.place, read.map_err(|fault| Problem::internal(fault.to_string()))?);
        }
        let listens = flow.all_steps().iter().any(|step| matches!(step.deed, Deed::Wait(Until::Holds { .. })));
        let when = flow.when.as_ref().map(Filter::from_json).transpose()?;
        Ok(Ready { id: row.id, key: row.key.clone(), version, publisher, flow, when, formulas, listens })
    }
}

impl Flows {
    /// Reads them. A version that no longer fits the objects is left out, and its runs say so.
    ///
    /// # Errors
    /// What the database answers.
    pub fn load(conn: &mut Conn, registry: &Registry) -> Result<Flows> {
        let rows = conn.flows()?;
        let mut flows = Flows::default();
        if rows.is_empty() {
            return Ok(flows);
        }
        let mut latest: BTreeMap<i64, i64> = BTreeMap::new();
        for kept in conn.declared_versions(KIND, None)? {
            let Some(row) = rows.iter().find(|row| row.key == kept.key) else { continue };
            let newest = latest.entry(row.id).or_default();
            *newest = (*newest).max(kept.version);
            let read = serde_json::from_str(&kept.decl).map_err(Problem::internal);
            match read.and_then(|flow| Ready::of(row, kept.version, kept.actor, flow, registry)) {
                Ok(ready) => drop(flows.versions.insert((row.id, kept.version), Arc::new(ready))),
                Err(problem) => {
                    tracing::warn!(flow = row.key, version = kept.version, cause = problem.cause.as_deref(), "a flow no longer fits");
                }
            }
        }
        for ready in flows.versions.values().filter(|ready| ready.listens) {
            for object in registry.objects().filter(|o| ready.flow.all_steps().iter().any(|s| ready.flow.object_of(&s.key) == o.key)) {
                flows.objects.entry(object.key.clone()).or_default().listens = true;
            }
        }
        for row in rows {
            let ready = latest.get(&row.id).and_then(|version| flows.versions.get(&(row.id, *version))).cloned();
            if let Some(ready) = ready.as_ref().filter(|ready| !row.gone && !row.paused && ready.flow.trigger.is_of_a_write()) {
                flows.objects.entry(ready.flow.object.clone()).or_default().on_write.push(ready.clone());
            }
            flows.standing.push(Standing { row, ready });
        }
        Ok(flows)
    }

    /// What there is to ask when a record of this object is written.
    pub(super) fn of(&self, object: &str) -> Option<&OfObject> {
        self.objects.get(object)
    }

    /// A version of a flow, whatever became of the flow.
    pub fn version(&self, flow: i64, version: i64) -> Option<&Arc<Ready>> {
        self.versions.get(&(flow, version))
    }

    /// A flow that is there and goes.
    pub fn going(&self, key: &str) -> Option<&Arc<Ready>> {
        self.standing.iter().find(|s| s.row.key == key && !s.row.gone && !s.row.paused)?.ready.as_ref()
    }

    /// A flow by its key, whatever it does.
    pub fn get(&self, key: &str) -> Option<&Standing> {
        self.standing.iter().find(|s| s.row.key == key && !s.row.gone)
    }

    /// A flow by its number.
    pub fn by_id(&self, id: i64) -> Option<&Standing> {
        self.standing.iter().find(|s| s.row.id == id)
    }

    /// Flows that a button on records of an object begins.
    pub fn buttons(&self, object: &str) -> Vec<Arc<Ready>> {
        let live = self.standing.iter().filter(|s| !s.row.gone && !s.row.paused).filter_map(|s| s.ready.as_ref());
        live.filter(|ready| ready.flow.object == object && matches!(ready.flow.trigger, Trigger::Button {})).cloned().collect()
    }
}

/// Whether a condition is about the record's own fields alone, and not about the time: it changes with the record only.
pub(super) fn is_about_itself(filter: &Filter) -> bool {
    match filter {
        Filter::All(items) | Filter::Any(items) => items.iter().all(is_about_itself),
        Filter::Not(item) => is_about_itself(item),
        Filter::Test { field, op, .. } => !field.contains('.') && !matches!(op, Op::Within | Op::NotWithin),
        Filter::Child { .. } => false,
    }
}

impl crate::Engine {
    /// Flows as they stand.
    pub fn flows(&self) -> Arc<Flows> {
        self.inner.flows.load_full()
    }
}
