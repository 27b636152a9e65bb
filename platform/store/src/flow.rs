//! Flows: which there are and how they stand, the runs of them, what each step came to, and what is fed to them by time.
//!
//! A run is one small row that says where it stands and when it goes on; what its steps came to stands in a log beside it.
//! Whoever works runs off takes them, does their steps and writes where they stand now in one transaction, so a run is
//! never between two steps.

use crate::cells::Cells;
use crate::conn::{Backend, Conn};
use crate::error::StoreError;
use akrab_model::Raw;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS flow ({id}, key TEXT NOT NULL, paused BIGINT NOT NULL DEFAULT 0, publisher BIGINT, \
     mark BIGINT NOT NULL DEFAULT 0, draft TEXT, draft_at BIGINT, draft_by BIGINT, made_at BIGINT NOT NULL, gone BIGINT NOT NULL DEFAULT 0)",
    "CREATE UNIQUE INDEX IF NOT EXISTS flow_key ON flow (key)",
    "CREATE TABLE IF NOT EXISTS flow_run ({id}, flow BIGINT NOT NULL, version BIGINT NOT NULL, object TEXT NOT NULL, record BIGINT NOT NULL, \
     state BIGINT NOT NULL, listens BIGINT NOT NULL DEFAULT 0, due BIGINT NOT NULL, place TEXT, step TEXT, attempts BIGINT NOT NULL DEFAULT 0, \
     seq BIGINT NOT NULL DEFAULT 0, depth BIGINT NOT NULL DEFAULT 0, chain TEXT, data TEXT, told TEXT, actor BIGINT, \
     started BIGINT NOT NULL, ended BIGINT)",
    "CREATE INDEX IF NOT EXISTS flow_run_due ON flow_run (flow, due) WHERE state = 0",
    "CREATE INDEX IF NOT EXISTS flow_run_record ON flow_run (object, record, id)",
    "CREATE INDEX IF NOT EXISTS flow_run_listens ON flow_run (object, record) WHERE listens = 1",
    "CREATE INDEX IF NOT EXISTS flow_run_state ON flow_run (flow, state, id)",
    "CREATE INDEX IF NOT EXISTS flow_run_ended ON flow_run (ended) WHERE ended IS NOT NULL",
    "CREATE TABLE IF NOT EXISTS flow_log (run BIGINT NOT NULL, seq BIGINT NOT NULL, step TEXT NOT NULL, at BIGINT NOT NULL, state BIGINT NOT NULL, \
     input TEXT, result TEXT, PRIMARY KEY (run, seq)) {clustered}",
    "CREATE TABLE IF NOT EXISTS flow_count (flow BIGINT NOT NULL, step TEXT NOT NULL, day BIGINT NOT NULL, lane BIGINT NOT NULL, n BIGINT NOT NULL, \
     PRIMARY KEY (flow, step, day, lane)) {clustered}",
    "CREATE TABLE IF NOT EXISTS flow_feed ({id}, flow BIGINT NOT NULL, version BIGINT NOT NULL, planned BIGINT NOT NULL, filter TEXT, \
     after BIGINT NOT NULL DEFAULT 0, fed BIGINT NOT NULL DEFAULT 0)",
    "CREATE UNIQUE INDEX IF NOT EXISTS flow_feed_planned ON flow_feed (flow, planned)",
    "CREATE TABLE IF NOT EXISTS flow_mail ({id}, run BIGINT NOT NULL, step TEXT NOT NULL, at BIGINT NOT NULL, address TEXT NOT NULL, \
     subject TEXT NOT NULL, body TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS notice_text (notice BIGINT PRIMARY KEY, text TEXT NOT NULL) {clustered}",
];

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

/// A flow as it stands; what it does is kept among the declared versions. Times are microseconds UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowRow {
    pub id: i64,
    pub key: String,
    pub paused: bool,
    /// Who published the version that counts.
    pub publisher: Option<i64>,
    /// Up to here time has triggered it.
    pub mark: i64,
    /// What is being written and does not count yet, JSON.
    pub draft: Option<String>,
    pub draft_at: Option<i64>,
    pub draft_by: Option<i64>,
    pub made_at: i64,
    pub gone: bool,
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

/// Records still to be fed to a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowFeed {
    pub id: i64,
    pub flow: i64,
    pub version: i64,
    pub planned: i64,
    /// JSON.
    pub filter: Option<String>,
    /// Records up to this one are fed.
    pub after: i64,
    pub fed: i64,
}

/// A mail a step wants sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowMail {
    pub id: i64,
    pub run: i64,
    pub step: String,
    pub at: i64,
    pub address: String,
    pub subject: String,
    pub body: String,
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

const FLOW: &str = "id, key, paused, publisher, mark, draft, draft_at, draft_by, made_at, gone";
const RUN: &str =
    "id, flow, version, object, record, state, listens, due, place, step, attempts, seq, depth, chain, data, told, actor, started, ended";
const FEED: &str = "id, flow, version, planned, filter, after, fed";

impl Conn {
    /// Every flow there is or was.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flows(&mut self) -> Result<Vec<FlowRow>, StoreError> {
        Ok(self.query(&format!("SELECT {FLOW} FROM flow ORDER BY id"), &[])?.into_iter().map(flow).collect())
    }

    /// The flow of this key; while writing nobody else changes it until the transaction ends.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow(&mut self, key: &str) -> Result<Option<FlowRow>, StoreError> {
        let sql = format!("SELECT {FLOW} FROM flow WHERE key = $1");
        let rows = match (self.backend(), self.writable) {
            (Backend::Postgres, true) => self.changing(&format!("{sql} FOR UPDATE"), &[key.into()])?,
            _ => self.query(&sql, &[key.into()])?,
        };
        Ok(rows.into_iter().next().map(flow))
    }

    /// Makes a flow of this key.
    ///
    /// # Errors
    /// `Unique` when there is one.
    pub fn flow_make(&mut self, key: &str, at: i64) -> Result<i64, StoreError> {
        let sql = "INSERT INTO flow (key, made_at) VALUES ($1, $2)";
        let ids = self.insert_many(sql, &[vec![key.into(), at.into()]])?;
        ids.first().copied().ok_or_else(|| StoreError::other("a flow was not stored"))
    }

    /// Keeps how a flow stands: everything but its id and key.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_keep(&mut self, row: &FlowRow) -> Result<(), StoreError> {
        let sql =
            "UPDATE flow SET paused = $2, publisher = $3, mark = $4, draft = $5, draft_at = $6, draft_by = $7, gone = $8 WHERE id = $1";
        let params = [
            row.id.into(),
            row.paused.into(),
            row.publisher.into(),
            row.mark.into(),
            row.draft.clone().into(),
            row.draft_at.into(),
            row.draft_by.into(),
            row.gone.into(),
        ];
        self.execute(sql, &params).map(|_| ())
    }

    /// Moves on up to where time has triggered a flow. False when somebody did so before.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_mark(&mut self, id: i64, to: i64) -> Result<bool, StoreError> {
        Ok(self.execute("UPDATE flow SET mark = $2 WHERE id = $1 AND mark < $2", &[id.into(), to.into()])? > 0)
    }

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

    /// Lets runs that listen to a record look at it now.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_wake(&mut self, object: &str, record: i64, now: i64) -> Result<u64, StoreError> {
        let sql = "UPDATE flow_run SET due = $3 WHERE object = $1 AND record = $2 AND listens = 1 AND state = 0 AND due > $3";
        self.execute(sql, &[object.into(), record.into(), now.into()])
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

    /// Counts how often steps were taken on a day. Each lane counts for itself, so that none waits for another.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_count(&mut self, day: i64, lane: i64, counts: &[(i64, String, i64)]) -> Result<(), StoreError> {
        let sql = "INSERT INTO flow_count (flow, step, day, lane, n) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (flow, step, day, lane) DO UPDATE SET n = flow_count.n + excluded.n";
        for (flow, step, n) in counts {
            self.execute(sql, &[(*flow).into(), step.as_str().into(), day.into(), lane.into(), (*n).into()])?;
        }
        Ok(())
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

    /// How many runs of a flow stand in a state, counted up to `most`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_in_state(&mut self, flow: i64, state: FlowState, most: i64) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(*) FROM (SELECT 1 FROM flow_run WHERE flow = $1 AND state = $2 LIMIT $3) runs";
        let row = self.query_one(sql, &[flow.into(), (state as i64).into(), most.into()])?;
        Ok(row.map_or(0, |row| Cells::new(row).int()))
    }

    /// Plans a feed. False when it was planned before.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_feed_add(&mut self, flow: i64, version: i64, planned: i64, filter: Option<&str>) -> Result<bool, StoreError> {
        let sql = "INSERT INTO flow_feed (flow, version, planned, filter) VALUES ($1, $2, $3, $4) ON CONFLICT (flow, planned) DO NOTHING";
        Ok(self.execute(sql, &[flow.into(), version.into(), planned.into(), filter.map_or(Raw::Null, Raw::from)])? > 0)
    }

    /// Takes a feed of a flow for this transaction.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_feed_take(&mut self, flow: i64) -> Result<Option<FlowFeed>, StoreError> {
        let skip = if self.backend() == Backend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
        let sql = format!("SELECT {FEED} FROM flow_feed WHERE flow = $1 ORDER BY planned LIMIT 1{skip}");
        Ok(self.changing(&sql, &[flow.into()])?.into_iter().next().map(|row| {
            let mut c = Cells::new(row);
            FlowFeed {
                id: c.int(),
                flow: c.int(),
                version: c.int(),
                planned: c.int(),
                filter: c.maybe_text(),
                after: c.int(),
                fed: c.int(),
            }
        }))
    }

    /// Writes how far a feed is, or drops it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_feed_stand(&mut self, feed: &FlowFeed, over: bool) -> Result<(), StoreError> {
        if over {
            return self.execute("DELETE FROM flow_feed WHERE id = $1", &[feed.id.into()]).map(|_| ());
        }
        let sql = "UPDATE flow_feed SET after = $2, fed = $3 WHERE id = $1";
        self.execute(sql, &[feed.id.into(), feed.after.into(), feed.fed.into()]).map(|_| ())
    }

    /// Drops what is still to be fed to a flow.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_feeds_drop(&mut self, flow: i64) -> Result<(), StoreError> {
        self.execute("DELETE FROM flow_feed WHERE flow = $1", &[flow.into()]).map(|_| ())
    }

    /// Keeps mails that are to be sent; gives their numbers.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_mails_add(&mut self, mails: &[FlowMail]) -> Result<Vec<i64>, StoreError> {
        let sql = "INSERT INTO flow_mail (run, step, at, address, subject, body) VALUES ($1, $2, $3, $4, $5, $6)";
        let rows: Vec<Vec<Raw>> = mails
            .iter()
            .map(|m| {
                vec![
                    m.run.into(),
                    m.step.as_str().into(),
                    m.at.into(),
                    m.address.as_str().into(),
                    m.subject.as_str().into(),
                    m.body.as_str().into(),
                ]
            })
            .collect();
        self.insert_many(sql, &rows)
    }

    /// A mail that is to be sent.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_mail(&mut self, id: i64) -> Result<Option<FlowMail>, StoreError> {
        let row = self.query_one("SELECT id, run, step, at, address, subject, body FROM flow_mail WHERE id = $1", &[id.into()])?;
        Ok(row.map(|row| {
            let mut c = Cells::new(row);
            FlowMail { id: c.int(), run: c.int(), step: c.text(), at: c.int(), address: c.text(), subject: c.text(), body: c.text() }
        }))
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

    /// Tells people something in words.
    ///
    /// # Errors
    /// Those of the database.
    pub fn notices_say(&mut self, notices: &[(crate::notice::NoticeRow, &str)]) -> Result<(), StoreError> {
        let put = "INSERT INTO notice (person, at, kind, object, record, actor) VALUES ($1, $2, $3, $4, $5, $6)";
        let rows: Vec<Vec<Raw>> = notices
            .iter()
            .map(|(n, _)| {
                vec![n.person.into(), n.at.into(), n.kind.as_str().into(), n.object.as_str().into(), n.record.into(), n.actor.into()]
            })
            .collect();
        let ids = self.insert_many(put, &rows)?;
        let texts: Vec<Vec<Raw>> = ids.iter().zip(notices).map(|(id, (_, text))| vec![(*id).into(), (*text).into()]).collect();
        self.execute_many("INSERT INTO notice_text (notice, text) VALUES ($1, $2)", &texts)
    }

    /// The words of notices that have some.
    ///
    /// # Errors
    /// Those of the database.
    pub fn notice_texts(&mut self, ids: &[i64]) -> Result<Vec<(i64, String)>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let list: Vec<String> = ids.iter().map(ToString::to_string).collect();
        let rows = self.query(&format!("SELECT notice, text FROM notice_text WHERE notice IN ({})", list.join(", ")), &[])?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let mut c = Cells::new(row);
                (c.int(), c.text())
            })
            .collect())
    }
}

fn flow(row: Vec<Raw>) -> FlowRow {
    let mut c = Cells::new(row);
    FlowRow {
        id: c.int(),
        key: c.text(),
        paused: c.int() != 0,
        publisher: c.maybe_int(),
        mark: c.int(),
        draft: c.maybe_text(),
        draft_at: c.maybe_int(),
        draft_by: c.maybe_int(),
        made_at: c.int(),
        gone: c.int() != 0,
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
