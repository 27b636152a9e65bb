//! Runs: begun, taken, written where they stand now, looked at and forgotten.

use crate::cells::Cells;
use crate::conn::{Backend, Conn};
use crate::error::StoreError;
use akrab_model::Raw;

/// Where a run stands. The numbers are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FlowState {
    /// It goes on when it is due.
    Going = 0,
    Done = 1,
    /// A step of it failed: a person decides.
    Failed = 2,
    Cancelled = 3,
}

impl FlowState {
    /// All of them, in their order.
    pub const ALL: [FlowState; 4] = [FlowState::Going, FlowState::Done, FlowState::Failed, FlowState::Cancelled];
    fn of(number: i64) -> FlowState {
        Self::ALL.into_iter().find(|state| *state as i64 == number).unwrap_or(FlowState::Failed)
    }
}

/// A run. Times are microseconds UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowRun {
    pub id: i64,
    pub flow: i64,
    pub version: i64,
    pub object: String,
    pub record: i64,
    pub state: FlowState,
    /// A change of its record lets it go on before it is due.
    pub listens: bool,
    pub due: i64,
    /// JSON; the beginning when absent.
    pub place: Option<String>,
    /// Key of the step it is at, or was at last.
    pub step: Option<String>,
    /// Tries of that step.
    pub attempts: i64,
    /// Entries of its log.
    pub seq: i64,
    /// How many flows stand behind it.
    pub depth: i64,
    /// Those flows and their records, JSON.
    pub chain: Option<String>,
    /// What the step it is at has to remember, JSON.
    pub data: Option<String>,
    /// The problem it failed with, JSON.
    pub told: Option<String>,
    /// Who began it.
    pub actor: Option<i64>,
    pub started: i64,
    pub ended: Option<i64>,
}

/// Which runs are looked at, the newest first.
#[derive(Debug, Clone, Default)]
pub struct FlowRunQuery {
    pub flow: Option<i64>,
    pub state: Option<FlowState>,
    /// (object key, id)
    pub record: Option<(String, i64)>,
    /// Older than this run.
    pub before: Option<i64>,
    pub limit: usize,
}

const RUN: &str =
    "id, flow, version, object, record, state, listens, due, place, step, attempts, seq, depth, chain, data, told, actor, started, ended";

impl Conn {
    /// Begins runs.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_begin(&mut self, runs: &[FlowRun]) -> Result<Vec<i64>, StoreError> {
        let sql = "INSERT INTO flow_run (flow, version, object, record, state, due, depth, chain, told, actor, started, ended) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        let rows: Vec<Vec<Raw>> = runs
            .iter()
            .map(|run| {
                vec![
                    run.flow.into(),
                    run.version.into(),
                    run.object.as_str().into(),
                    run.record.into(),
                    (run.state as i64).into(),
                    run.due.into(),
                    run.depth.into(),
                    run.chain.clone().into(),
                    run.told.clone().into(),
                    run.actor.into(),
                    run.started.into(),
                    run.ended.into(),
                ]
            })
            .collect();
        self.insert_many(sql, &rows)
    }

    /// Runs of a flow for a record since a moment: (still going on, all of them).
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_of_record(&mut self, flow: i64, object: &str, record: i64, since: i64) -> Result<(i64, i64), StoreError> {
        let sql = "SELECT COALESCE(SUM(CASE WHEN state = 0 THEN 1 ELSE 0 END), 0), COUNT(*) FROM flow_run \
                   WHERE object = $2 AND record = $3 AND flow = $1 AND started >= $4";
        let row = self.query_one(sql, &[flow.into(), object.into(), record.into(), since.into()])?;
        Ok(row.map_or((0, 0), |row| {
            let mut c = Cells::new(row);
            (c.int(), c.int())
        }))
    }

    /// Lets runs that listen to any of these records look at them now.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_wake(&mut self, object: &str, records: &[i64], now: i64) -> Result<u64, StoreError> {
        let (which, records) = match records {
            [] => return Ok(0),
            [one] => ("record = $2".to_string(), (*one).into()),
            several => (self.one_of("record", "$2"), self.list(several)),
        };
        let sql = format!("UPDATE flow_run SET due = $3 WHERE object = $1 AND {which} AND listens = 1 AND state = 0 AND due > $3");
        self.execute(&sql, &[object.into(), records, now.into()])
    }

    /// Lets one run look now at what it waits for.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_wake_run(&mut self, run: i64, now: i64) -> Result<u64, StoreError> {
        self.execute("UPDATE flow_run SET due = $2 WHERE id = $1 AND state = 0 AND due > $2", &[run.into(), now.into()])
    }

    /// Whether a flow has a run that is due, and whether records are to be fed to it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_due(&mut self, flow: i64, now: i64) -> Result<(bool, bool), StoreError> {
        let run = "SELECT id FROM flow_run WHERE flow = $1 AND state = 0 AND due <= $2 LIMIT 1";
        let feed = "SELECT id FROM flow_feed WHERE flow = $1 LIMIT 1";
        Ok((self.query_one(run, &[flow.into(), now.into()])?.is_some(), self.query_one(feed, &[flow.into()])?.is_some()))
    }

    /// Takes runs of a flow that are due for this transaction: nobody else has them until it ends.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_take(&mut self, flow: i64, now: i64, limit: i64) -> Result<Vec<FlowRun>, StoreError> {
        let skip = if self.backend() == Backend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
        let sql = format!("SELECT {RUN} FROM flow_run WHERE flow = $1 AND state = 0 AND due <= $2 ORDER BY due LIMIT $3{skip}");
        Ok(self.changing(&sql, &[flow.into(), now.into(), limit.into()])?.into_iter().map(run).collect())
    }

    /// Runs of a flow that wait at a step that remembers something, numbered above `after`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_waiting(&mut self, flow: i64, after: i64, limit: usize) -> Result<Vec<FlowRun>, StoreError> {
        let sql =
            format!("SELECT {RUN} FROM flow_run WHERE flow = $1 AND state = 0 AND id > $2 AND data IS NOT NULL ORDER BY id LIMIT {limit}");
        Ok(self.query(&sql, &[flow.into(), after.into()])?.into_iter().map(run).collect())
    }

    /// Writes where runs stand now.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_stand(&mut self, runs: &[FlowRun]) -> Result<(), StoreError> {
        let columns = ["state", "listens", "due", "place", "step", "attempts", "seq", "data", "told", "ended"].map(str::to_string);
        let rows: Vec<Vec<Raw>> = runs
            .iter()
            .map(|run| {
                vec![
                    run.id.into(),
                    (run.state as i64).into(),
                    run.listens.into(),
                    run.due.into(),
                    run.place.clone().into(),
                    run.step.clone().into(),
                    run.attempts.into(),
                    run.seq.into(),
                    run.data.clone().into(),
                    run.told.clone().into(),
                    run.ended.into(),
                ]
            })
            .collect();
        self.change_many("flow_run", &columns, &rows)
    }

    /// How many runs of a flow stand in a state, counted up to `most`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_in_state(&mut self, flow: i64, state: FlowState, most: i64) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM flow_run WHERE flow = $1 AND state = $2 LIMIT $3) runs";
        let row = self.query_one(sql, &[flow.into(), (state as i64).into(), most.into()])?;
        Ok(row.map_or(0, |row| Cells::new(row).int()))
    }

    /// Runs, the newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_runs(&mut self, query: &FlowRunQuery) -> Result<Vec<FlowRun>, StoreError> {
        let mut params: Vec<Raw> = vec![query.before.unwrap_or(i64::MAX).into()];
        let mut sql = format!("SELECT {RUN} FROM flow_run WHERE id < $1");
        if let Some(flow) = query.flow {
            params.push(flow.into());
            sql += &format!(" AND flow = ${}", params.len());
        }
        if let Some(state) = query.state {
            sql += &format!(" AND state = {}", state as i64);
        }
        if let Some((object, record)) = &query.record {
            params.extend([object.as_str().into(), (*record).into()]);
            sql += &format!(" AND object = ${} AND record = ${}", params.len() - 1, params.len());
        }
        sql += &format!(" ORDER BY id DESC LIMIT {}", query.limit);
        Ok(self.query(&sql, &params)?.into_iter().map(run).collect())
    }

    /// One run; while writing nobody else has it until the transaction ends.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_run(&mut self, id: i64) -> Result<Option<FlowRun>, StoreError> {
        let sql = format!("SELECT {RUN} FROM flow_run WHERE id = $1");
        let rows = match (self.backend(), self.writable) {
            (Backend::Postgres, true) => self.changing(&format!("{sql} FOR UPDATE"), &[id.into()])?,
            _ => self.query(&sql, &[id.into()])?,
        };
        Ok(rows.into_iter().next().map(run))
    }

    /// Moves up to `limit` runs of a flow from one state into another, a failed one so that it goes on at once; says how many.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_turn(&mut self, flow: i64, from: FlowState, to: FlowState, at: i64, limit: i64) -> Result<u64, StoreError> {
        let ended = if to == FlowState::Going { Raw::Null } else { Raw::Int(at) };
        let sql = "UPDATE flow_run SET state = $3, due = $4, attempts = 0, listens = 0, ended = $5 \
                   WHERE id IN (SELECT id FROM flow_run WHERE flow = $1 AND state = $2 ORDER BY id LIMIT $6)";
        self.execute(sql, &[flow.into(), (from as i64).into(), (to as i64).into(), at.into(), ended, limit.into()])
    }

    /// Forgets runs that ended before `before`, with what they told and wanted sent; at most `limit` at once.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_forget(&mut self, before: i64, limit: i64) -> Result<u64, StoreError> {
        let old = "SELECT id FROM flow_run WHERE ended < $1 ORDER BY ended LIMIT $2";
        let params = [before.into(), limit.into()];
        self.execute(&format!("DELETE FROM flow_log WHERE run IN ({old})"), &params)?;
        self.execute("DELETE FROM flow_mail WHERE at < $1", &[before.into()])?;
        self.execute("DELETE FROM notice_text WHERE notice NOT IN (SELECT id FROM notice)", &[])?;
        self.execute(&format!("DELETE FROM flow_run WHERE id IN ({old})"), &params)
    }
}

fn run(row: Vec<Raw>) -> FlowRun {
    let mut c = Cells::new(row);
    FlowRun {
        id: c.int(),
        flow: c.int(),
        version: c.int(),
        object: c.text(),
        record: c.int(),
        state: FlowState::of(c.int()),
        listens: c.int() != 0,
        due: c.int(),
        place: c.maybe_text(),
        step: c.maybe_text(),
        attempts: c.int(),
        seq: c.int(),
        depth: c.int(),
        chain: c.maybe_text(),
        data: c.maybe_text(),
        told: c.maybe_text(),
        actor: c.maybe_int(),
        started: c.int(),
        ended: c.maybe_int(),
    }
}
