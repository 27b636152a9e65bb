//! Approvals: requests, who may decide them, and what was decided.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS approval ({id}, rule TEXT NOT NULL, rule_version BIGINT NOT NULL, object TEXT NOT NULL, \
     record BIGINT NOT NULL, record_version BIGINT NOT NULL, value TEXT, plan TEXT NOT NULL, note TEXT NOT NULL, state TEXT NOT NULL, \
     step BIGINT NOT NULL, requester BIGINT, barred TEXT NOT NULL, waiter TEXT, asked_at BIGINT NOT NULL, step_at BIGINT NOT NULL, \
     remind_at BIGINT, due_at BIGINT, fallen BIGINT NOT NULL, ended_at BIGINT, next BIGINT)",
    "CREATE INDEX IF NOT EXISTS approval_record ON approval (object, record, id)",
    "CREATE INDEX IF NOT EXISTS approval_state ON approval (state, id)",
    "CREATE INDEX IF NOT EXISTS approval_requester ON approval (requester, id)",
    "CREATE INDEX IF NOT EXISTS approval_due ON approval (due_at) WHERE state = 'waiting'",
    "CREATE INDEX IF NOT EXISTS approval_remind ON approval (remind_at) WHERE state = 'waiting'",
    "CREATE TABLE IF NOT EXISTS approval_seat (approval BIGINT NOT NULL, step BIGINT NOT NULL, person BIGINT NOT NULL, \
     stands_for BIGINT, open BIGINT NOT NULL, PRIMARY KEY (approval, step, person)) {clustered}",
    "CREATE INDEX IF NOT EXISTS approval_seat_open ON approval_seat (person, approval) WHERE open = 1",
    "CREATE TABLE IF NOT EXISTS approval_decision ({id}, approval BIGINT NOT NULL, step BIGINT NOT NULL, person BIGINT NOT NULL, \
     stands_for BIGINT, verdict TEXT NOT NULL, reason TEXT, note TEXT NOT NULL, at BIGINT NOT NULL, door TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS approval_decision_of ON approval_decision (approval, id)",
];

/// A request. Times are microseconds UTC; `plan` and `barred` are JSON.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ApprovalRow {
    pub id: i64,
    /// Key of the rule; empty when it was asked for without one.
    pub rule: String,
    pub rule_version: i64,
    pub object: String,
    pub record: i64,
    pub record_version: i64,
    /// The number that chose the steps.
    pub value: Option<String>,
    /// Steps and terms as they were when it was asked for.
    pub plan: String,
    pub note: String,
    pub state: String,
    pub step: i64,
    pub requester: Option<i64>,
    /// Who may not decide: everybody who asked.
    pub barred: String,
    /// Who waits for the outcome.
    pub waiter: Option<String>,
    pub asked_at: i64,
    pub step_at: i64,
    pub remind_at: Option<i64>,
    pub due_at: Option<i64>,
    /// The step has gone to its fallback.
    pub fallen: bool,
    pub ended_at: Option<i64>,
    /// The request that took its place.
    pub next: Option<i64>,
}

/// Who may decide a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatRow {
    pub approval: i64,
    pub step: i64,
    pub person: i64,
    pub stands_for: Option<i64>,
    pub open: bool,
}

/// What somebody said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRow {
    pub id: i64,
    pub approval: i64,
    pub step: i64,
    pub person: i64,
    pub stands_for: Option<i64>,
    pub verdict: String,
    pub reason: Option<String>,
    pub note: String,
    pub at: i64,
    pub door: String,
}

/// Which requests, the newest first.
#[derive(Debug, Clone, Default)]
pub struct ApprovalQuery {
    pub states: Vec<String>,
    pub rule: Option<String>,
    pub object: Option<String>,
    pub requester: Option<i64>,
    /// Who may or might have decided.
    pub person: Option<i64>,
    /// Older than this one.
    pub before: Option<i64>,
    pub limit: usize,
}

const COLUMNS: &str = "id, rule, rule_version, object, record, record_version, value, plan, note, state, step, requester, barred, waiter, \
                       asked_at, step_at, remind_at, due_at, fallen, ended_at, next";

impl Conn {
    /// Keeps a request and gives its number.
    ///
    /// # Errors
    /// Those of the database.
    pub fn approval_add(&mut self, new: &ApprovalRow) -> Result<i64, StoreError> {
        let sql = "INSERT INTO approval (rule, rule_version, object, record, record_version, value, plan, note, state, step, requester, \
                   barred, waiter, asked_at, step_at, remind_at, due_at, fallen, ended_at, next) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, \
                   $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
        let row = vec![
            new.rule.as_str().into(),
            new.rule_version.into(),
            new.object.as_str().into(),
            new.record.into(),
            new.record_version.into(),
            new.value.clone().into(),
            new.plan.as_str().into(),
            new.note.as_str().into(),
            new.state.as_str().into(),
            new.step.into(),
            new.requester.into(),
            new.barred.as_str().into(),
            new.waiter.clone().into(),
            new.asked_at.into(),
            new.step_at.into(),
            new.remind_at.into(),
            new.due_at.into(),
            new.fallen.into(),
            new.ended_at.into(),
            new.next.into(),
        ];
        self.insert_many(sql, &[row])?.first().copied().ok_or_else(|| StoreError::other("a row was not stored"))
    }

    /// Writes down how a request goes on.
    ///
    /// # Errors
    /// Those of the database.
    pub fn approval_set(&mut self, row: &ApprovalRow) -> Result<(), StoreError> {
        let sql = "UPDATE approval SET state = $2, step = $3, step_at = $4, remind_at = $5, due_at = $6, fallen = $7, ended_at = $8, \
                   next = $9 WHERE id = $1";
        let params = [
            row.id.into(),
            row.state.as_str().into(),
            row.step.into(),
            row.step_at.into(),
            row.remind_at.into(),
            row.due_at.into(),
            row.fallen.into(),
            row.ended_at.into(),
            row.next.into(),
        ];
        self.execute(sql, &params).map(|_| ())
    }

    /// One request.
    ///
    /// # Errors
    /// Those of the database.
    pub fn approval(&mut self, id: i64) -> Result<Option<ApprovalRow>, StoreError> {
        Ok(self.query_one(&format!("SELECT {COLUMNS} FROM approval WHERE id = $1"), &[id.into()])?.map(row))
    }

    /// The requests of a record, the newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn approvals_of(&mut self, object: &str, record: i64, limit: usize) -> Result<Vec<ApprovalRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM approval WHERE object = $1 AND record = $2 ORDER BY id DESC LIMIT {limit}");
        Ok(self.query(&sql, &[object.into(), record.into()])?.into_iter().map(row).collect())
    }

    /// The newest request of a record by a rule.
    ///
    /// # Errors
    /// Those of the database.
    pub fn approval_last(&mut self, object: &str, record: i64, rule: &str) -> Result<Option<ApprovalRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM approval WHERE object = $1 AND record = $2 AND rule = $3 ORDER BY id DESC LIMIT 1");
        Ok(self.query_one(&sql, &[object.into(), record.into(), rule.into()])?.map(row))
    }

    /// Requests that match, the newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn approvals_find(&mut self, query: &ApprovalQuery) -> Result<Vec<ApprovalRow>, StoreError> {
        let mut wanted = Vec::new();
        let mut params: Vec<Raw> = Vec::new();
        let mut add = |test: &str, value: Raw| {
            params.push(value);
            wanted.push(test.replace('?', &format!("${}", params.len())));
        };
        if let Some(before) = query.before {
            add("id < ?", before.into());
        }
        if let Some(rule) = &query.rule {
            add("rule = ?", rule.as_str().into());
        }
        if let Some(object) = &query.object {
            add("object = ?", object.as_str().into());
        }
        if let Some(requester) = query.requester {
            add("requester = ?", requester.into());
        }
        if let Some(person) = query.person {
            add("id IN (SELECT approval FROM approval_seat WHERE person = ?)", person.into());
        }
        if !query.states.is_empty() {
            let names: Vec<String> = query
                .states
                .iter()
                .map(|state| {
                    params.push(state.as_str().into());
                    format!("${}", params.len())
                })
                .collect();
            wanted.push(format!("state IN ({})", names.join(", ")));
        }
        let test = if wanted.is_empty() { String::new() } else { format!(" WHERE {}", wanted.join(" AND ")) };
        let sql = format!("SELECT {COLUMNS} FROM approval{test} ORDER BY id DESC LIMIT {}", query.limit);
        Ok(self.query(&sql, &params)?.into_iter().map(row).collect())
    }

    /// Requests these people may decide now, those due first before those without a time.
    ///
    /// # Errors
    /// Those of the database.
    pub fn approvals_open_for(&mut self, people: &[i64], limit: usize) -> Result<Vec<ApprovalRow>, StoreError> {
        if people.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT {COLUMNS} FROM approval WHERE state = 'waiting' AND id IN (SELECT approval FROM approval_seat WHERE open = 1 AND \
             person IN ({})) ORDER BY CASE WHEN due_at IS NULL THEN 1 ELSE 0 END, due_at, id LIMIT {limit}",
            numbers(people)
        );
        Ok(self.query(&sql, &[])?.into_iter().map(row).collect())
    }

    /// Waiting requests whose reminder or end has come, the earliest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn approvals_due(&mut self, now: i64, limit: usize) -> Result<Vec<i64>, StoreError> {
        let sql = format!(
            "SELECT id FROM approval WHERE state = 'waiting' AND due_at <= $1 UNION SELECT id FROM approval WHERE state = 'waiting' AND \
             remind_at <= $1 ORDER BY id LIMIT {limit}"
        );
        Ok(self.query(&sql, &[now.into()])?.into_iter().filter_map(|c| c.first()?.int()).collect())
    }

    /// Waiting requests with a time limit or a reminder, numbered above `after`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn approvals_timed(&mut self, after: i64, limit: usize) -> Result<Vec<ApprovalRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM approval WHERE state = 'waiting' AND id > $1 AND (due_at IS NOT NULL OR remind_at IS NOT NULL) \
             ORDER BY id LIMIT {limit}"
        );
        Ok(self.query(&sql, &[after.into()])?.into_iter().map(row).collect())
    }

    /// Objects with requests that were asked for without a rule and still say something about their record.
    ///
    /// # Errors
    /// Those of the database.
    pub fn approvals_unruled(&mut self) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT DISTINCT object FROM approval WHERE state IN ('waiting', 'approved') AND rule = ''";
        Ok(self.query(sql, &[])?.into_iter().filter_map(|mut c| c.pop()?.into_text()).collect())
    }

    /// Who may or might have decided these requests.
    ///
    /// # Errors
    /// Those of the database.
    pub fn approval_seats(&mut self, approvals: &[i64]) -> Result<Vec<SeatRow>, StoreError> {
        if approvals.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT approval, step, person, stands_for, open FROM approval_seat WHERE approval IN ({}) ORDER BY approval, step, person",
            numbers(approvals)
        );
        Ok(self.query(&sql, &[])?.into_iter().map(seat).collect())
    }

    /// Gives somebody a seat, or opens the one he had.
    ///
    /// # Errors
    /// Those of the database.
    pub fn approval_seat_put(&mut self, seat: &SeatRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO approval_seat (approval, step, person, stands_for, open) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (approval, step, person) DO UPDATE SET stands_for = excluded.stands_for, open = excluded.open";
        let params = [seat.approval.into(), seat.step.into(), seat.person.into(), seat.stands_for.into(), seat.open.into()];
        self.execute(sql, &params).map(|_| ())
    }

    /// Closes the seats of a request: one person's, or all.
    ///
    /// # Errors
    /// Those of the database.
    pub fn approval_seats_close(&mut self, approval: i64, person: Option<i64>) -> Result<(), StoreError> {
        let sql = "UPDATE approval_seat SET open = 0 WHERE approval = $1 AND open = 1 AND (CAST($2 AS BIGINT) IS NULL OR person = $2)";
        self.execute(sql, &[approval.into(), person.into()]).map(|_| ())
    }

    /// Keeps a decision.
    ///
    /// # Errors
    /// Those of the database.
    pub fn approval_decide(&mut self, new: &DecisionRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO approval_decision (approval, step, person, stands_for, verdict, reason, note, at, door) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let row = vec![
            new.approval.into(),
            new.step.into(),
            new.person.into(),
            new.stands_for.into(),
            new.verdict.as_str().into(),
            new.reason.clone().into(),
            new.note.as_str().into(),
            new.at.into(),
            new.door.as_str().into(),
        ];
        self.insert_many(sql, &[row]).map(|_| ())
    }

    /// What was decided of these requests, in order.
    ///
    /// # Errors
    /// Those of the database.
    pub fn approval_decisions(&mut self, approvals: &[i64]) -> Result<Vec<DecisionRow>, StoreError> {
        if approvals.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT id, approval, step, person, stands_for, verdict, reason, note, at, door FROM approval_decision \
             WHERE approval IN ({}) ORDER BY approval, id",
            numbers(approvals)
        );
        Ok(self.query(&sql, &[])?.into_iter().map(decision).collect())
    }

    /// Forgets the requests of a record that is gone for good.
    ///
    /// # Errors
    /// Those of the database.
    pub fn approvals_drop(&mut self, object: &str, record: i64) -> Result<(), StoreError> {
        for table in ["approval_seat", "approval_decision"] {
            let sql = format!("DELETE FROM {table} WHERE approval IN (SELECT id FROM approval WHERE object = $1 AND record = $2)");
            self.execute(&sql, &[object.into(), record.into()])?;
        }
        self.execute("DELETE FROM approval WHERE object = $1 AND record = $2", &[object.into(), record.into()]).map(|_| ())
    }
}

fn numbers(ids: &[i64]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn row(row: Vec<Raw>) -> ApprovalRow {
    let mut c = Cells::new(row);
    ApprovalRow {
        id: c.int(),
        rule: c.text(),
        rule_version: c.int(),
        object: c.text(),
        record: c.int(),
        record_version: c.int(),
        value: c.maybe_text(),
        plan: c.text(),
        note: c.text(),
        state: c.text(),
        step: c.int(),
        requester: c.maybe_int(),
        barred: c.text(),
        waiter: c.maybe_text(),
        asked_at: c.int(),
        step_at: c.int(),
        remind_at: c.maybe_int(),
        due_at: c.maybe_int(),
        fallen: c.int() != 0,
        ended_at: c.maybe_int(),
        next: c.maybe_int(),
    }
}

fn seat(row: Vec<Raw>) -> SeatRow {
    let mut c = Cells::new(row);
    SeatRow { approval: c.int(), step: c.int(), person: c.int(), stands_for: c.maybe_int(), open: c.int() != 0 }
}

fn decision(row: Vec<Raw>) -> DecisionRow {
    let mut c = Cells::new(row);
    DecisionRow {
        id: c.int(),
        approval: c.int(),
        step: c.int(),
        person: c.int(),
        stands_for: c.maybe_int(),
        verdict: c.text(),
        reason: c.maybe_text(),
        note: c.text(),
        at: c.int(),
        door: c.text(),
    }
}
