//! The durable queue: jobs with leases and fencing numbers, notes written beside the rows they tell
//! of, and the last planned time of each schedule.

use crate::cells::Cells;
use crate::conn::{Backend, Conn};
use crate::error::StoreError;
use akrab_model::{Object, Raw};

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS job (
        id BIGINT PRIMARY KEY, kind TEXT NOT NULL, payload TEXT NOT NULL, actor BIGINT, state TEXT NOT NULL,
        run_at BIGINT NOT NULL, attempts BIGINT NOT NULL DEFAULT 0, max_attempts BIGINT NOT NULL,
        lease_owner TEXT, lease_until BIGINT, fence BIGINT NOT NULL DEFAULT 0,
        done BIGINT NOT NULL DEFAULT 0, total BIGINT, mark TEXT, result TEXT,
        error_code TEXT, error_text TEXT, unique_key TEXT, created_at BIGINT NOT NULL, finished_at BIGINT)",
    "CREATE UNIQUE INDEX IF NOT EXISTS job_unique ON job (unique_key) WHERE unique_key IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS job_waiting ON job (state, run_at, id)",
    "CREATE INDEX IF NOT EXISTS job_actor ON job (actor, id)",
    "CREATE TABLE IF NOT EXISTS job_note (
        job BIGINT NOT NULL, seq BIGINT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (job, seq))",
    "CREATE TABLE IF NOT EXISTS job_schedule (name TEXT PRIMARY KEY, planned BIGINT NOT NULL)",
];

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waits for its time and a worker.
    Ready,
    /// A worker has it.
    Leased,
    Done,
    /// Refused by what it was asked to do: trying again would not help.
    Failed,
    /// Tried as often as allowed.
    Dead,
    Cancelled,
}

impl JobState {
    pub fn key(self) -> &'static str {
        match self {
            JobState::Ready => "ready",
            JobState::Leased => "leased",
            JobState::Done => "done",
            JobState::Failed => "failed",
            JobState::Dead => "dead",
            JobState::Cancelled => "cancelled",
        }
    }
    pub fn is_over(self) -> bool {
        !matches!(self, JobState::Ready | JobState::Leased)
    }
    fn of(key: &str) -> JobState {
        use JobState::*;
        [Ready, Leased, Done, Failed, Cancelled].into_iter().find(|s| s.key() == key).unwrap_or(Dead)
    }
}

/// A job to be queued.
#[derive(Debug, Clone)]
pub struct NewJob {
    pub kind: String,
    /// JSON.
    pub payload: String,
    pub actor: Option<i64>,
    /// Microseconds UTC.
    pub run_at: i64,
    pub max_attempts: i64,
    /// A second job with the same key is not queued.
    pub unique_key: Option<String>,
    pub created_at: i64,
}

/// A job as stored. Times are microseconds UTC.
#[derive(Debug, Clone)]
pub struct JobRow {
    pub id: i64,
    pub kind: String,
    pub payload: String,
    pub actor: Option<i64>,
    pub state: JobState,
    pub run_at: i64,
    pub attempts: i64,
    pub max_attempts: i64,
    pub lease_owner: Option<String>,
    pub lease_until: Option<i64>,
    /// Grows with every lease: what an earlier holder still writes is refused.
    pub fence: i64,
    pub done: i64,
    pub total: Option<i64>,
    /// Checkpoint as JSON.
    pub mark: Option<String>,
    /// JSON.
    pub result: Option<String>,
    pub error_code: Option<String>,
    pub error_text: Option<String>,
    pub created_at: i64,
    pub finished_at: Option<i64>,
}

const COLUMNS: &str = "id, kind, payload, actor, state, run_at, attempts, max_attempts, lease_owner, lease_until, fence, \
     done, total, mark, result, error_code, error_text, created_at, finished_at";

/// Which jobs a list shows, newest first.
#[derive(Debug, Clone, Default)]
pub struct JobQuery {
    /// Only those of this user.
    pub actor: Option<i64>,
    /// None: all states.
    pub states: Vec<JobState>,
    pub kind: Option<String>,
    /// Only jobs older than this id.
    pub before: Option<i64>,
    pub limit: usize,
}

/// How a lease ended.
#[derive(Debug, Clone)]
pub struct JobEnd {
    pub state: JobState,
    /// When to try again, for `Ready`.
    pub run_at: Option<i64>,
    pub result: Option<String>,
    pub error_code: Option<String>,
    pub error_text: Option<String>,
    pub at: i64,
}

impl Conn {
    /// Queues a job and gives its id; none when one with its unique key is there.
    ///
    /// # Errors
    /// What the database answers.
    pub fn job_add(&mut self, job: &NewJob) -> Result<Option<i64>, StoreError> {
        let id = self.counter_next("job", 1)?;
        let added = self.execute(
            "INSERT INTO job (id, kind, payload, actor, state, run_at, max_attempts, unique_key, created_at) \
             VALUES ($1, $2, $3, $4, 'ready', $5, $6, $7, $8) ON CONFLICT DO NOTHING",
            &[
                id.into(),
                job.kind.as_str().into(),
                job.payload.as_str().into(),
                job.actor.into(),
                job.run_at.into(),
                job.max_attempts.into(),
                job.unique_key.clone().into(),
                job.created_at.into(),
            ],
        )?;
        Ok((added > 0).then_some(id))
    }

    /// # Errors
    /// What the database answers.
    pub fn job(&mut self, id: i64) -> Result<Option<JobRow>, StoreError> {
        Ok(self.query_one(&format!("SELECT {COLUMNS} FROM job WHERE id = $1"), &[id.into()])?.map(row))
    }

    /// Id of the job queued under this unique key, whatever became of it.
    ///
    /// # Errors
    /// What the database answers.
    pub fn job_keyed(&mut self, key: &str) -> Result<Option<i64>, StoreError> {
        Ok(self.query_one("SELECT id FROM job WHERE unique_key = $1", &[key.into()])?.map(|row| Cells::new(row).int()))
    }

    /// # Errors
    /// What the database answers.
    pub fn jobs(&mut self, query: &JobQuery) -> Result<Vec<JobRow>, StoreError> {
        let mut sql = format!("SELECT {COLUMNS} FROM job WHERE id < $1");
        let mut params: Vec<Raw> = vec![query.before.unwrap_or(i64::MAX).into()];
        if let Some(actor) = query.actor {
            params.push(actor.into());
            sql += &format!(" AND actor = ${}", params.len());
        }
        if let Some(kind) = &query.kind {
            params.push(kind.as_str().into());
            sql += &format!(" AND kind = ${}", params.len());
        }
        if !query.states.is_empty() {
            let names: Vec<_> = query.states.iter().map(|s| format!("'{}'", s.key())).collect();
            sql += &format!(" AND state IN ({})", names.join(", "));
        }
        params.push((query.limit as i64).into());
        sql += &format!(" ORDER BY id DESC LIMIT ${}", params.len());
        Ok(self.query(&sql, &params)?.into_iter().map(row).collect())
    }

    /// Whether a job is due or has lost its holder.
    ///
    /// # Errors
    /// What the database answers.
    pub fn job_due(&mut self, now: i64) -> Result<bool, StoreError> {
        let sql = "SELECT id FROM job WHERE (state = 'ready' AND run_at <= $1) OR (state = 'leased' AND lease_until < $1) LIMIT 1";
        Ok(self.query_one(sql, &[now.into()])?.is_some())
    }

    /// Leases the job that waits longest among those due and those whose lease ran out.
    ///
    /// # Errors
    /// What the database answers.
    pub fn job_claim(&mut self, owner: &str, now: i64, until: i64) -> Result<Option<JobRow>, StoreError> {
        let skip = if self.backend() == Backend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
        let sql = format!(
            "UPDATE job SET state = 'leased', lease_owner = $1, lease_until = $2, fence = fence + 1, attempts = attempts + 1 \
             WHERE id = (SELECT id FROM job WHERE (state = 'ready' AND run_at <= $3) OR (state = 'leased' AND lease_until < $3) \
             ORDER BY run_at, id LIMIT 1{skip}) RETURNING {COLUMNS}"
        );
        Ok(self.query_one(&sql, &[owner.into(), until.into(), now.into()])?.map(row))
    }

    /// Ends all leases: their holders are known to be gone.
    ///
    /// # Errors
    /// What the database answers.
    pub fn jobs_release(&mut self) -> Result<(), StoreError> {
        self.execute("UPDATE job SET lease_until = 0 WHERE state = 'leased'", &[]).map(|_| ())
    }

    /// Holds a lease longer. False when it is no longer the holder's.
    ///
    /// # Errors
    /// What the database answers.
    pub fn job_renew(&mut self, id: i64, fence: i64, until: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE job SET lease_until = $3 WHERE id = $1 AND fence = $2 AND state = 'leased'";
        Ok(self.execute(sql, &[id.into(), fence.into(), until.into()])? > 0)
    }

    /// Notes how far a job is, in the transaction of the rows it made. Progress makes the count of
    /// attempts begin anew. False when the lease is no longer the holder's.
    ///
    /// # Errors
    /// What the database answers.
    pub fn job_mark(&mut self, id: i64, fence: i64, mark: &str, done: i64, total: Option<i64>, until: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE job SET mark = $3, done = $4, total = $5, lease_until = $6, attempts = 1 \
                   WHERE id = $1 AND fence = $2 AND state = 'leased'";
        Ok(self.execute(sql, &[id.into(), fence.into(), mark.into(), done.into(), total.into(), until.into()])? > 0)
    }

    /// Ends a lease; what is done was done in whole. False when it is no longer the holder's.
    ///
    /// # Errors
    /// What the database answers.
    pub fn job_end(&mut self, id: i64, fence: i64, end: &JobEnd) -> Result<bool, StoreError> {
        let whole = if end.state == JobState::Done { "done = COALESCE(total, done), " } else { "" };
        let sql = format!(
            "UPDATE job SET {whole}state = $3, run_at = COALESCE($4, run_at), result = $5, error_code = $6, error_text = $7, \
                   finished_at = $8, lease_owner = NULL, lease_until = NULL WHERE id = $1 AND fence = $2 AND state = 'leased'"
        );
        let finished = end.state.is_over().then_some(end.at);
        let params = [
            id.into(),
            fence.into(),
            end.state.key().into(),
            end.run_at.into(),
            end.result.clone().into(),
            end.error_code.clone().into(),
            end.error_text.clone().into(),
            finished.into(),
        ];
        Ok(self.execute(&sql, &params)? > 0)
    }

    /// Stops a job that is not over. False when it is.
    ///
    /// # Errors
    /// What the database answers.
    pub fn job_cancel(&mut self, id: i64, at: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE job SET state = 'cancelled', finished_at = $2, lease_owner = NULL, lease_until = NULL \
                   WHERE id = $1 AND state IN ('ready', 'leased')";
        Ok(self.execute(sql, &[id.into(), at.into()])? > 0)
    }

    /// Queues a failed, dead or cancelled job again; it goes on from its checkpoint. False for any other.
    ///
    /// # Errors
    /// What the database answers.
    pub fn job_retry(&mut self, id: i64, at: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE job SET state = 'ready', run_at = $2, attempts = 0, finished_at = NULL, error_code = NULL, error_text = NULL \
                   WHERE id = $1 AND state IN ('failed', 'dead', 'cancelled')";
        Ok(self.execute(sql, &[id.into(), at.into()])? > 0)
    }

    /// Keeps one note of a job.
    ///
    /// # Errors
    /// What the database answers.
    pub fn job_note(&mut self, job: i64, seq: i64, data: &str) -> Result<(), StoreError> {
        let sql = "INSERT INTO job_note (job, seq, data) VALUES ($1, $2, $3) ON CONFLICT (job, seq) DO UPDATE SET data = excluded.data";
        self.execute(sql, &[job.into(), seq.into(), data.into()]).map(|_| ())
    }

    /// Notes of a job after `seq`, in order.
    ///
    /// # Errors
    /// What the database answers.
    pub fn job_notes(&mut self, job: i64, after: i64, limit: usize) -> Result<Vec<(i64, String)>, StoreError> {
        let sql = "SELECT seq, data FROM job_note WHERE job = $1 AND seq > $2 ORDER BY seq LIMIT $3";
        let rows = self.query(sql, &[job.into(), after.into(), (limit as i64).into()])?;
        Ok(rows
            .into_iter()
            .map(|mut r| (r[0].int().unwrap_or(0), std::mem::replace(&mut r[1], Raw::Null).into_text().unwrap_or_default()))
            .collect())
    }

    /// What jobs were given and came to, where it has `part` in it.
    ///
    /// # Errors
    /// What the database answers.
    pub fn job_texts(&mut self, part: &str) -> Result<Vec<String>, StoreError> {
        let like: Raw = format!("%{part}%").into();
        let sql = "SELECT payload FROM job WHERE payload LIKE $1 UNION ALL SELECT result FROM job WHERE result LIKE $1";
        Ok(self.query(sql, &[like])?.into_iter().filter_map(|mut row| row.pop()?.into_text()).collect())
    }

    /// Drops jobs over since before `before`, with their notes.
    ///
    /// # Errors
    /// What the database answers.
    pub fn job_clean(&mut self, before: i64) -> Result<u64, StoreError> {
        let old = "SELECT id FROM job WHERE finished_at < $1 AND state IN ('done', 'failed', 'dead', 'cancelled')";
        self.execute(&format!("DELETE FROM job_note WHERE job IN ({old})"), &[before.into()])?;
        self.execute(&format!("DELETE FROM job WHERE id IN ({old})"), &[before.into()])
    }

    /// Ids of records that went into the bin before `before`.
    ///
    /// # Errors
    /// What the database answers.
    pub fn binned_before(&mut self, object: &Object, before: i64, limit: usize) -> Result<Vec<i64>, StoreError> {
        let sql = format!("SELECT id FROM \"{}\" WHERE deleted_at > 0 AND deleted_at < $1 ORDER BY id LIMIT $2", object.table);
        let rows = self.query(&sql, &[before.into(), (limit as i64).into()])?;
        Ok(rows.iter().filter_map(|r| r.first()?.int()).collect())
    }

    /// The last planned time a schedule has passed.
    ///
    /// # Errors
    /// What the database answers.
    pub fn schedule_last(&mut self, name: &str) -> Result<Option<i64>, StoreError> {
        Ok(self.query_one("SELECT planned FROM job_schedule WHERE name = $1", &[name.into()])?.and_then(|r| r[0].int()))
    }

    /// Moves a schedule on to `planned`. False when it is already there or beyond; the first call
    /// for a name only sets the mark.
    ///
    /// # Errors
    /// What the database answers.
    pub fn schedule_pass(&mut self, name: &str, planned: i64) -> Result<bool, StoreError> {
        let params = [name.into(), planned.into()];
        let moved = self.execute("UPDATE job_schedule SET planned = $2 WHERE name = $1 AND planned < $2", &params)?;
        if moved == 0 {
            self.execute("INSERT INTO job_schedule (name, planned) VALUES ($1, $2) ON CONFLICT DO NOTHING", &params)?;
        }
        Ok(moved > 0)
    }
}

fn row(cells: Vec<Raw>) -> JobRow {
    let mut cells = cells.into_iter();
    let mut next = || cells.next().unwrap_or(Raw::Null);
    let number = |raw: Raw| raw.int().unwrap_or(0);
    let word = |raw: Raw| raw.into_text().unwrap_or_default();
    JobRow {
        id: number(next()),
        kind: word(next()),
        payload: word(next()),
        actor: next().int(),
        state: JobState::of(&word(next())),
        run_at: number(next()),
        attempts: number(next()),
        max_attempts: number(next()),
        lease_owner: next().into_text(),
        lease_until: next().int(),
        fence: number(next()),
        done: number(next()),
        total: next().int(),
        mark: next().into_text(),
        result: next().into_text(),
        error_code: next().into_text(),
        error_text: next().into_text(),
        created_at: number(next()),
        finished_at: next().int(),
    }
}
