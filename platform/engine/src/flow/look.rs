//! Flows, their runs and their logs as people see them.

use super::live::KIND;
use super::{Flow, RunRow, RunState};
use crate::versions::Version;
use crate::{Result, Tx};
use akrab_model::{Problem, RecordId};
use akrab_store::{FlowLog, FlowRunQuery, WorkState};
use jiff::Timestamp;
use serde_json::Value as Json;
use std::collections::HashMap;

/// Runs counted at most.
const COUNTED: i64 = 10_001;
/// Days counts cover.
const DAYS: i64 = 30;

/// A flow as it is listed.
#[derive(Debug, Clone)]
pub struct FlowView {
    pub key: String,
    /// What counts; what is being written, when nothing does yet.
    pub flow: Flow,
    /// 0 when it was never published.
    pub version: i64,
    pub paused: bool,
    /// Something is written that does not count yet.
    pub draft: bool,
    /// It no longer fits the objects: nothing begins it.
    pub broken: bool,
    /// Runs under way and failed, counted up to ten thousand and one.
    pub going: i64,
    pub failed: i64,
    /// Runs that ended well in thirty days.
    pub done: i64,
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepFate {
    Done,
    /// It failed and is tried again.
    Again,
    Failed,
    /// It began to wait.
    Waits,
}

/// An entry of a run's log.
#[derive(Debug, Clone)]
pub struct LogView {
    pub step: String,
    /// Key of the step's kind; none when the flow has no such step any more.
    pub kind: Option<&'static str>,
    pub at: Timestamp,
    pub fate: StepFate,
    pub input: Json,
    pub result: Json,
}

/// A run as it is listed.
#[derive(Debug, Clone)]
pub struct RunView {
    pub id: i64,
    pub flow: String,
    pub version: i64,
    pub object: String,
    pub record: RecordId,
    /// None when the record is gone or out of sight.
    pub title: Option<String>,
    pub state: RunState,
    /// It goes on by itself then.
    pub due: Timestamp,
    pub waits: bool,
    pub step: Option<String>,
    pub told: Json,
    pub actor: Option<RecordId>,
    pub started: Timestamp,
    pub ended: Option<Timestamp>,
}

/// Which runs are looked at.
#[derive(Debug, Clone, Default)]
pub struct RunAsk {
    pub state: Option<RunState>,
    pub record: Option<RecordId>,
    pub before: Option<i64>,
    /// Fifty when 0, at most 200.
    pub limit: usize,
}

fn moment(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn json(text: Option<String>) -> Json {
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Json::Null)
}

impl LogView {
    pub(super) fn of(flow: &Flow, row: FlowLog) -> LogView {
        use super::turn::fate;
        LogView {
            kind: flow.find(&row.step).map(|step| step.deed.key()),
            at: moment(row.at),
            fate: match row.state {
                fate::AGAIN => StepFate::Again,
                fate::FAILED => StepFate::Failed,
                fate::WAITS => StepFate::Waits,
                _ => StepFate::Done,
            },
            input: json(row.input),
            result: json(row.result),
            step: row.step,
        }
    }
}

impl Tx<'_> {
    /// Every flow with how it goes.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub fn flow_list(&mut self) -> Result<Vec<FlowView>> {
        self.may_declare()?;
        let flows = self.engine.flows();
        let since = self.ctx.micros().div_euclid(86_400 * 1_000_000) - DAYS;
        let mut views = Vec::new();
        for row in self.conn.flows()?.into_iter().filter(|row| !row.gone) {
            let latest = self.flow_latest(&row.key)?;
            let draft: Option<Flow> = row.draft.as_deref().and_then(|text| serde_json::from_str(text).ok());
            let (version, known) = latest.map_or((0, None), |(version, flow)| (version, Some(flow)));
            let changed = draft.is_some() && draft != known;
            let Some(flow) = known.or(draft) else { continue };
            views.push(FlowView {
                broken: version > 0 && flows.version(row.id, version).is_none(),
                going: self.conn.flow_in_state(row.id, RunState::Going, COUNTED)?,
                failed: self.conn.flow_in_state(row.id, RunState::Failed, COUNTED)?,
                done: self.conn.flow_counted(row.id, since)?.into_iter().filter(|(step, _)| step.is_empty()).map(|(_, n)| n).sum(),
                key: row.key,
                flow,
                version,
                paused: row.paused,
                draft: changed,
            });
        }
        Ok(views)
    }

    /// One flow with how it goes.
    ///
    /// # Errors
    /// `not_found`; `forbidden` for anybody but administrators.
    pub fn flow_view(&mut self, key: &str) -> Result<FlowView> {
        self.flow_list()?.into_iter().find(|view| view.key == key).ok_or_else(Problem::not_found)
    }

    /// How often steps of a flow were taken within thirty days.
    ///
    /// # Errors
    /// `not_found`; `forbidden` for anybody but administrators.
    pub fn flow_counts(&mut self, key: &str) -> Result<HashMap<String, i64>> {
        let row = self.flow_row(key)?;
        let since = self.ctx.micros().div_euclid(86_400 * 1_000_000) - DAYS;
        Ok(self.conn.flow_counted(row.id, since)?.into_iter().collect())
    }

    /// Versions of a flow, the latest first, with what each says.
    ///
    /// # Errors
    /// `not_found`; `forbidden` for anybody but administrators.
    pub fn flow_versions(&mut self, key: &str) -> Result<Vec<(Version, Flow)>> {
        self.flow_row(key)?;
        let mut flows: HashMap<i64, Flow> = HashMap::new();
        for kept in self.conn.declared_versions(KIND, Some(key))? {
            flows.insert(kept.version, serde_json::from_str(&kept.decl).map_err(Problem::internal)?);
        }
        let versions = self.versions_of(KIND, key)?;
        Ok(versions.into_iter().filter_map(|version| flows.remove(&version.version).map(|flow| (version, flow))).collect())
    }

    /// Runs of a flow, the newest first.
    ///
    /// # Errors
    /// `not_found`; `forbidden` for anybody but administrators.
    pub fn flow_runs(&mut self, key: &str, ask: &RunAsk) -> Result<Vec<RunView>> {
        let row = self.flow_row(key)?;
        let flow = self.flow_latest(key)?;
        let object = flow.map(|(_, flow)| flow.object).unwrap_or_default();
        let query = FlowRunQuery {
            flow: Some(row.id),
            state: ask.state,
            record: ask.record.map(|id| (object, id)),
            before: ask.before,
            limit: if ask.limit == 0 { 50 } else { ask.limit.min(200) },
        };
        let rows = self.conn.flow_runs(&query)?;
        self.run_views(rows)
    }

    /// The latest runs for a record that the actor may see.
    ///
    /// # Errors
    /// `not_found` for a record out of sight.
    pub fn flow_runs_of(&mut self, object: &str, id: RecordId, limit: usize) -> Result<Vec<RunView>> {
        if self.engine.flows().standing.is_empty() {
            return Ok(Vec::new());
        }
        let query = FlowRunQuery { record: Some((object.into(), id)), limit, ..FlowRunQuery::default() };
        let rows = self.conn.flow_runs(&query)?;
        self.run_views(rows)
    }

    /// One run with its log.
    ///
    /// # Errors
    /// `not_found`; `forbidden` for anybody but administrators.
    pub fn flow_run_view(&mut self, run: i64) -> Result<(RunView, Flow, Vec<LogView>)> {
        self.may_declare()?;
        let row = self.conn.flow_run(run)?.ok_or_else(Problem::not_found)?;
        let key = self.conn.flows()?.into_iter().find(|f| f.id == row.flow).map(|f| f.key).ok_or_else(Problem::not_found)?;
        let kept = self.conn.declared_versions(KIND, Some(&key))?.into_iter().find(|kept| kept.version == row.version);
        let flow: Flow = serde_json::from_str(&kept.ok_or_else(Problem::not_found)?.decl).map_err(Problem::internal)?;
        let log = self.conn.flow_log(run)?.into_iter().map(|entry| LogView::of(&flow, entry)).collect();
        let view = self.run_views(vec![row])?.pop().ok_or_else(Problem::not_found)?;
        Ok((view, flow, log))
    }

    /// Where the mails of a step stand in the work ledger: (mail, state).
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub fn flow_mail_states(&mut self, batch: i64, mails: &[i64]) -> Result<Vec<(i64, WorkState)>> {
        self.may_declare()?;
        let mut found = Vec::new();
        for mail in mails {
            if let Some(item) = self.conn.work_item(batch, *mail)? {
                found.push((*mail, item.state));
            }
        }
        Ok(found)
    }

    fn run_views(&mut self, rows: Vec<RunRow>) -> Result<Vec<RunView>> {
        let flows = self.engine.flows();
        let mut wanted: HashMap<String, Vec<i64>> = HashMap::new();
        for row in &rows {
            wanted.entry(row.object.clone()).or_default().push(row.record);
        }
        let mut titles: HashMap<(String, i64), String> = HashMap::new();
        for (key, ids) in wanted {
            let Ok(object) = self.object(&key) else { continue };
            for (id, title) in self.titles_of(object.ix, &ids)? {
                titles.insert((key.clone(), id), title);
            }
        }
        let now = self.ctx.micros();
        let view = |row: RunRow| RunView {
            id: row.id,
            flow: flows.by_id(row.flow).map(|s| s.row.key.clone()).unwrap_or_default(),
            version: row.version,
            title: titles.get(&(row.object.clone(), row.record)).cloned(),
            object: row.object,
            record: row.record,
            state: row.state,
            due: moment(row.due),
            waits: row.state == RunState::Going && (row.due > now || row.listens),
            step: row.step,
            told: json(row.told),
            actor: row.actor,
            started: moment(row.started),
            ended: row.ended.map(moment),
        };
        Ok(rows.into_iter().map(view).collect())
    }
}
