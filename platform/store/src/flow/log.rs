//! What steps came to, and how often they were taken.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;

/// What a step came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowLog {
    pub run: i64,
    pub seq: i64,
    pub step: String,
    pub at: i64,
    /// 0 done, 1 failed and tried again, 2 failed, 3 began to wait.
    pub state: i64,
    /// JSON.
    pub input: Option<String>,
    pub result: Option<String>,
}

impl Conn {
    /// Writes what steps came to.
    ///
    /// # Errors
    /// `Unique` when a step is told of that was told of before.
    pub fn flow_tell(&mut self, entries: &[FlowLog]) -> Result<(), StoreError> {
        let sql = "INSERT INTO flow_log (run, seq, step, at, state, input, result) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let rows: Vec<Vec<Raw>> = entries
            .iter()
            .map(|e| {
                vec![
                    e.run.into(),
                    e.seq.into(),
                    e.step.as_str().into(),
                    e.at.into(),
                    e.state.into(),
                    e.input.clone().into(),
                    e.result.clone().into(),
                ]
            })
            .collect();
        self.execute_many(sql, &rows)
    }

    /// What the steps of a run came to, in order.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_log(&mut self, run: i64) -> Result<Vec<FlowLog>, StoreError> {
        let rows = self
            .query("SELECT run, seq, step, at, state, input, result FROM flow_log WHERE run = $1 ORDER BY seq LIMIT 2000", &[run.into()])?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let mut c = Cells::new(row);
                FlowLog {
                    run: c.int(),
                    seq: c.int(),
                    step: c.text(),
                    at: c.int(),
                    state: c.int(),
                    input: c.maybe_text(),
                    result: c.maybe_text(),
                }
            })
            .collect())
    }

    /// Counts how often steps were taken on a day, each step once. Each lane counts for itself, so that none waits for another.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_count(&mut self, day: i64, lane: i64, counts: &[(i64, String, i64)]) -> Result<(), StoreError> {
        let sql = "INSERT INTO flow_count (flow, step, day, lane, n) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (flow, step, day, lane) DO UPDATE SET n = flow_count.n + excluded.n";
        let rows: Vec<Vec<Raw>> =
            counts.iter().map(|(flow, step, n)| vec![(*flow).into(), step.as_str().into(), day.into(), lane.into(), (*n).into()]).collect();
        self.execute_many(sql, &rows)
    }

    /// How often steps of a flow were taken since a day: (step, times). The empty step counts ended runs.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_counted(&mut self, flow: i64, since: i64) -> Result<Vec<(String, i64)>, StoreError> {
        let sql = "SELECT step, CAST(SUM(n) AS BIGINT) FROM flow_count WHERE flow = $1 AND day >= $2 GROUP BY step";
        let rows = self.query(sql, &[flow.into(), since.into()])?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let mut c = Cells::new(row);
                (c.text(), c.int())
            })
            .collect())
    }
}
