//! The declared maps: kept in versions, and in memory for every save.

use super::{ProcessDecl, Way};
use crate::approval::Who;
use crate::calendar::is_key;
use crate::read::record_of;
use crate::rights::Everything;
use crate::versions::{Kept, Version};
use crate::{Result, Tx};
use akrab_model::filter::Env;
use akrab_model::object::FieldRight;
use akrab_model::{Cond, FieldIx, FieldProblem, Filter, Object, Problem, Query, Record, RecordId, Registry};
use akrab_store::Conn;
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;

const PROCESS: &str = "process";

/// A stage of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    pub id: RecordId,
    pub name: String,
    /// `open`, `won` or `lost`.
    pub category: String,
}

/// A map in force, with the stages it is drawn over.
#[derive(Debug, Clone)]
pub struct Process {
    pub key: String,
    pub version: i64,
    pub decl: ProcessDecl,
    pub pipeline: RecordId,
    /// In the order of the pipeline.
    pub stages: Vec<Stage>,
    /// Conditions of the steps by their name and way, in the order of the declaration.
    pub(super) filters: HashMap<(String, Way), Vec<Filter>>,
}

impl Process {
    pub fn stage(&self, id: RecordId) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.id == id)
    }
    /// The stage of this name.
    pub fn named(&self, name: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.name == name)
    }
    /// Where the ways drawn from an open stage lead; without one the way to the next stage is expected.
    pub fn ways(&self, from: &Stage) -> Vec<&Stage> {
        match self.decl.step(&from.name).map(|step| &step.to).filter(|to| !to.is_empty()) {
            Some(named) => self.stages.iter().filter(|stage| named.contains(&stage.name)).collect(),
            None => {
                let behind = self.stages.iter().filter(|stage| stage.category == "open").skip_while(|stage| stage.id != from.id).nth(1);
                behind.or_else(|| self.stages.iter().find(|stage| stage.category == "won")).into_iter().collect()
            }
        }
    }
    /// The place of a stage in its pipeline.
    pub fn place(&self, id: RecordId) -> Option<usize> {
        self.stages.iter().position(|stage| stage.id == id)
    }
}

/// The maps in force.
#[derive(Debug, Default)]
pub(crate) struct Processes {
    all: Vec<Arc<Process>>,
    by_stage: HashMap<RecordId, Arc<Process>>,
}

impl Processes {
    /// Reads the latest version of every map. One whose pipeline or object is gone is left out, and said to be so.
    pub fn load(conn: &mut Conn, registry: &Registry) -> Result<Processes> {
        let mut found = Processes::default();
        let mut last = String::new();
        let rows = conn.declared_versions(PROCESS, None)?;
        if rows.is_empty() {
            return Ok(found);
        }
        let pipelines = Pipelines::load(conn, registry)?;
        for row in rows {
            if std::mem::replace(&mut last, row.key.clone()) == row.key || row.retired {
                continue;
            }
            let decl: ProcessDecl = serde_json::from_str(&row.decl).map_err(Problem::internal)?;
            match pipelines.compile(registry, &row.key, row.version, decl) {
                Ok(process) => found.add(process),
                Err(faults) => tracing::warn!(process = row.key, ?faults, "a process map does not fit its pipeline any more"),
            }
        }
        Ok(found)
    }

    fn add(&mut self, process: Process) {
        let process = Arc::new(process);
        for stage in &process.stages {
            self.by_stage.entry(stage.id).or_insert_with(|| process.clone());
        }
        self.all.push(process);
    }

    pub fn of_stage(&self, stage: RecordId) -> Option<&Arc<Process>> {
        self.by_stage.get(&stage)
    }
    pub fn all(&self) -> &[Arc<Process>] {
        &self.all
    }
    pub fn get(&self, key: &str) -> Option<&Arc<Process>> {
        self.all.iter().find(|process| process.key == key)
    }
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

/// All pipelines with their stages.
struct Pipelines(Vec<(RecordId, String, String, Vec<Stage>)>);

impl Pipelines {
    fn load(conn: &mut Conn, registry: &Registry) -> Result<Pipelines> {
        let mut stages = rows(conn, registry, "stage")?;
        stages.sort_by_key(|stage| (stage.get("position").int(), stage.id));
        let of = |pipeline: RecordId| {
            stages.iter().filter(move |stage| stage.link("pipeline") == Some(pipeline)).map(|stage| Stage {
                id: stage.id,
                name: stage.title().to_string(),
                category: stage.text("category").to_string(),
            })
        };
        let pipelines = rows(conn, registry, "pipeline")?;
        Ok(Pipelines(pipelines.iter().map(|p| (p.id, p.text("object").to_string(), p.title().to_string(), of(p.id).collect())).collect()))
    }

    /// The map over its stages.
    fn compile(&self, registry: &Registry, key: &str, version: i64, decl: ProcessDecl) -> Result<Process, Vec<FieldProblem>> {
        let mut faults = decl.check(registry);
        let found = self.0.iter().find(|(_, object, name, _)| *object == decl.object && *name == decl.pipeline);
        let (Some((pipeline, _, _, stages)), Some(object)) = (found, registry.object(&decl.object)) else {
            faults.push(FieldProblem::new("pipeline", "process_no_pipeline").with("value", &decl.pipeline));
            return Err(faults);
        };
        let mut filters = HashMap::new();
        for (n, step) in decl.steps.iter().enumerate() {
            let unknown = std::iter::once(&step.stage).chain(&step.to).find(|name| !stages.iter().any(|stage| stage.name == **name));
            if let Some(name) = unknown {
                faults.push(FieldProblem::new(&format!("/steps/{n}/stage"), "process_no_stage").with("value", name));
            }
            for way in Way::ALL {
                let mut conditions = Vec::new();
                for rule in &step.gate(way).rules {
                    let place = format!("/steps/{n}/{}", way.key());
                    match bound(registry, object, &rule.must) {
                        Ok(filter) => conditions.push(filter),
                        Err(problem) => {
                            faults.push(FieldProblem::new(&place, "process_rule").with("rule", &rule.name.en).because(&problem.first()))
                        }
                    }
                }
                filters.insert((step.stage.clone(), way), conditions);
            }
        }
        if faults.is_empty() {
            Ok(Process { key: key.into(), version, pipeline: *pipeline, stages: stages.clone(), filters, decl })
        } else {
            Err(faults)
        }
    }
}

/// A condition that can be asked of records of the object.
pub(crate) fn bound(registry: &Registry, object: &Object, json: &serde_json::Value) -> Result<Filter> {
    let filter = Filter::from_json(json)?;
    let now = jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC);
    filter.bind(registry, object, &Env { now, me: Some(0), team: Vec::new() }, &Everything)?;
    Ok(filter)
}

fn rows(conn: &mut Conn, registry: &Registry, key: &str) -> Result<Vec<Record>> {
    let object = registry.object(key).ok_or_else(|| Problem::internal("an object of the program is missing"))?;
    let columns: Vec<FieldIx> = object.columns().map(|(ix, _)| ix).collect();
    let query = Query {
        object: object.ix,
        columns: columns.clone(),
        cond: Cond::True,
        sort: Vec::new(),
        limit: 5_000,
        after: None,
        bin: false,
        titles: Vec::new(),
    };
    Ok(conn.select(registry, &query)?.rows.into_iter().map(|row| record_of(object, &columns, row)).collect())
}

impl Tx<'_> {
    /// The maps as they are kept now, by key.
    ///
    /// # Errors
    /// What the database answers.
    pub fn processes(&mut self) -> Result<Vec<Kept<ProcessDecl>>> {
        self.kept_now(PROCESS, None)
    }

    /// One map as it is kept now.
    ///
    /// # Errors
    /// `not_found`.
    pub fn process(&mut self, key: &str) -> Result<Kept<ProcessDecl>> {
        self.kept_now(PROCESS, Some(key))?.pop().ok_or_else(Problem::not_found)
    }

    /// Versions of a map, the latest first.
    ///
    /// # Errors
    /// What the database answers.
    pub fn process_versions(&mut self, key: &str) -> Result<Vec<Version>> {
        self.versions_of(PROCESS, key)
    }

    /// A map in force over records the actor may see.
    ///
    /// # Errors
    /// `not_found`, also where the actor's role sees no record of the object.
    pub fn process_in_force(&mut self, key: &str) -> Result<Arc<Process>> {
        let process = self.engine.processes().get(key).cloned().ok_or_else(Problem::not_found)?;
        if self.sees_process(&process) { Ok(process) } else { Err(Problem::not_found()) }
    }

    /// Whoever may not read the stage of a record knows nothing of its process.
    fn sees_process(&self, process: &Process) -> bool {
        let Ok(object) = self.object(&process.decl.object) else { return false };
        let stage = super::stays::stage_field(&object).and_then(|field| object.field_ix(&field.key));
        self.rights.require_read(&object).is_ok() && stage.is_some_and(|ix| self.rights.field(&object, ix) > FieldRight::Hidden)
    }

    /// The maps in force over records the actor may see.
    pub fn processes_in_force(&self) -> Vec<Arc<Process>> {
        let all = self.engine.processes();
        all.all().iter().filter(|process| self.sees_process(process)).cloned().collect()
    }

    /// Checks a map whole: names, stages, ways, conditions, calendar, people.
    ///
    /// # Errors
    /// `invalid` with every fault and its place.
    pub fn process_check(&mut self, key: &str, decl: &ProcessDecl) -> Result<Process> {
        let mut faults = Vec::new();
        if !is_key(key) {
            faults.push(FieldProblem::new("key", "calendar_key"));
        }
        if self.kept_now::<serde_json::Value>("calendar", Some(&decl.calendar))?.is_empty() && decl.calendar != crate::calendar::USUAL {
            faults.push(FieldProblem::new("calendar", "unknown_choice").with("value", &decl.calendar));
        }
        for (n, who) in decl.pass.iter().enumerate().filter(|(_, who)| !matches!(who, Who::StandIn)) {
            if !self.is_anybody(who) {
                faults.push(FieldProblem::new(&format!("/pass/{n}"), "approval_nobody_such").with("who", who));
            }
        }
        let others = self.processes()?.into_iter().filter(|other| other.key != key && !other.retired);
        if others.into_iter().any(|other| other.decl.object == decl.object && other.decl.pipeline == decl.pipeline) {
            faults.push(FieldProblem::new("pipeline", "process_taken"));
        }
        let registry = self.registry.clone();
        match Pipelines::load(self.conn, &registry)?.compile(&registry, key, 0, decl.clone()) {
            Ok(process) if faults.is_empty() => Ok(process),
            Ok(_) => Err(Problem::invalid(faults)),
            Err(more) => Err(Problem::invalid(faults.into_iter().chain(more).collect())),
        }
    }

    /// The map over its stages as it is kept, whether it is in force or not.
    ///
    /// # Errors
    /// `not_found`; `invalid` when it does not fit its pipeline any more.
    pub fn process_drawn(&mut self, key: &str) -> Result<Process> {
        let kept = self.process(key)?;
        let registry = self.registry.clone();
        Pipelines::load(self.conn, &registry)?.compile(&registry, key, kept.version, kept.decl).map_err(Problem::invalid)
    }

    /// Keeps a version of a map; it counts from now on.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `invalid` with every fault; `stale` when `known` is not the present
    /// version any more.
    pub fn process_save(&mut self, key: &str, decl: &ProcessDecl, known: Option<i64>) -> Result<i64> {
        self.may_declare()?;
        self.process_check(key, decl)?;
        self.kept_process(key, decl, known, false)
    }

    /// Takes a map out of force, or brings it back. What is known of the past stays.
    ///
    /// # Errors
    /// As [`Tx::process_save`].
    pub fn process_retire(&mut self, key: &str, retired: bool) -> Result<i64> {
        self.may_declare()?;
        let kept = self.process(key)?;
        if !retired {
            self.process_check(key, &kept.decl)?;
        }
        self.kept_process(key, &kept.decl, None, retired)
    }

    fn kept_process(&mut self, key: &str, decl: &ProcessDecl, known: Option<i64>, retired: bool) -> Result<i64> {
        let before = self.kept_now::<ProcessDecl>(PROCESS, Some(key))?.pop();
        let version = self.keep_version(PROCESS, (key, &decl.name, decl), None, known, retired)?;
        let title = decl.name.get(self.ctx.lang_key()).to_string();
        self.audit("process", None, json!({ "title": title, "process": key, "version": version, "retired": retired }))?;
        let counted = before.map_or_else(|| crate::calendar::USUAL.to_string(), |before| before.decl.calendar);
        if counted != decl.calendar {
            self.enqueue(&super::stays::CountStays { process: key.into() })?;
        }
        // other processes read them anew as they do people
        self.effects.people_changed();
        Ok(version)
    }

    /// A stage or a pipeline is called otherwise: the maps over it follow.
    pub(crate) fn process_renamed(&mut self, pipeline: RecordId, old: &str, new: &str, is_pipeline: bool) -> Result<()> {
        let registry = self.registry.clone();
        let object = rows(self.conn, &registry, "pipeline")?.into_iter().find(|p| p.id == pipeline);
        let Some(object) = object else { return Ok(()) };
        let name = if is_pipeline { old } else { object.title() };
        for kept in self.processes()? {
            let mut decl = kept.decl.clone();
            if decl.object != object.text("object") || decl.pipeline != name {
                continue;
            }
            let changed = if is_pipeline { std::mem::replace(&mut decl.pipeline, new.into()) != new } else { decl.rename_stage(old, new) };
            if changed {
                self.as_system("a map follows the name of what it is drawn over").keep_version(
                    PROCESS,
                    (&kept.key, &decl.name, &decl),
                    None,
                    None,
                    kept.retired,
                )?;
            }
        }
        Ok(())
    }
}
