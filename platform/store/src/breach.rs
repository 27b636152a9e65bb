//! Breaches of policies that somebody was told of: one open row for each policy and record, however many processes look.

use crate::cells::Cells;
use crate::cond::{Compiler, col, constant, truth};
use crate::conn::Conn;
use crate::error::StoreError;
use crate::records::{Bin, T, built, from};
use akrab_model::{Cond, Field, Object, Raw, Registry};
use sea_query::{CaseStatement, Expr, ExprTrait, Query, SelectStatement, UpdateStatement};

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS breach ({id}, policy TEXT NOT NULL, object TEXT NOT NULL, record BIGINT NOT NULL, person BIGINT, \
     opened_at BIGINT NOT NULL, cleared_at BIGINT, calm BIGINT NOT NULL, told BIGINT NOT NULL, value BIGINT, peak BIGINT, \
     seen_by BIGINT, seen_at BIGINT, useful BIGINT, until_at BIGINT, muted BIGINT NOT NULL, note TEXT NOT NULL)",
    "CREATE UNIQUE INDEX IF NOT EXISTS breach_open ON breach (policy, record) WHERE cleared_at IS NULL",
    "CREATE INDEX IF NOT EXISTS breach_record ON breach (object, record)",
    "CREATE TABLE IF NOT EXISTS policy_check (policy TEXT PRIMARY KEY, version BIGINT NOT NULL, at BIGINT NOT NULL) {clustered}",
];

/// A breach. Times are microseconds UTC.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BreachRow {
    pub id: i64,
    pub policy: String,
    pub object: String,
    pub record: i64,
    /// Who was responsible when it began.
    pub person: Option<i64>,
    pub opened_at: i64,
    pub cleared_at: Option<i64>,
    /// Checks in a row that saw the record keep the policy.
    pub calm: i64,
    /// Whether the person was told.
    pub told: bool,
    /// The number last seen, and the greatest, as stored.
    pub value: Option<i64>,
    pub peak: Option<i64>,
    /// Who has taken note of it, and when.
    pub seen_by: Option<i64>,
    pub seen_at: Option<i64>,
    /// Whether he found it useful.
    pub useful: Option<bool>,
    /// Nobody wants to hear of it before this moment.
    pub until_at: Option<i64>,
    pub muted: bool,
    pub note: String,
}

/// What people said of the breaches of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Precision {
    pub policy: String,
    pub useful: u64,
    pub useless: u64,
}

/// A check of all open breaches of a policy.
pub struct BreachTurn<'a> {
    pub policy: &'a str,
    pub object: &'a Object,
    /// Records that are not well again.
    pub unwell: &'a Cond,
    pub calm: i64,
    /// The number that is watched.
    pub watched: Option<&'a Field>,
    pub now: i64,
}

const COLUMNS: &str = "id, policy, object, record, person, opened_at, cleared_at, calm, told, value, peak, seen_by, seen_at, useful, \
                       until_at, muted, note";
const B: &str = "breach";

impl Conn {
    /// Records that break a policy and have no open breach of it yet: the first ones by their number after `after`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn breaches_new(
        &mut self,
        registry: &Registry,
        object: &Object,
        policy: &str,
        broken: &Cond,
        after: i64,
        limit: usize,
    ) -> Result<Vec<i64>, StoreError> {
        let mut compiler = Compiler::new(registry, self.backend());
        let mut select = Query::select();
        select.expr(col(T, "id"));
        from(&mut compiler, &mut select, object, broken, Bin::Living);
        let mut known = Query::select();
        known
            .expr(truth(true))
            .from(B)
            .and_where(col(B, "policy").eq(policy))
            .and_where(col(B, "record").eq(col(T, "id")))
            .and_where(col(B, "cleared_at").is_null());
        select
            .and_where(Expr::exists(known).not())
            .and_where(col(T, "id").gt(after))
            .order_by_expr(col(T, "id"), sea_query::Order::Asc)
            .limit(limit as u64);
        Ok(self.select_rows(&select)?.into_iter().filter_map(|cells| cells.first()?.int()).collect())
    }

    /// Opens breaches; one that is open already stays as it is.
    ///
    /// # Errors
    /// Those of the database.
    pub fn breaches_open(&mut self, rows: &[BreachRow]) -> Result<(), StoreError> {
        let sql = "INSERT INTO breach (policy, object, record, person, opened_at, calm, told, muted, note) \
                   VALUES ($1, $2, $3, $4, $5, 0, $6, 0, '') ON CONFLICT (policy, record) WHERE cleared_at IS NULL DO NOTHING";
        let row = |b: &BreachRow| {
            vec![
                b.policy.as_str().into(),
                b.object.as_str().into(),
                b.record.into(),
                b.person.into(),
                b.opened_at.into(),
                Raw::from(b.told),
            ]
        };
        self.execute_many(sql, &rows.iter().map(row).collect::<Vec<_>>())
    }

    /// One check of the open breaches of a policy: those whose record keeps it come nearer to their end or reach it, those
    /// of the others begin to count anew; gives how many are over.
    ///
    /// # Errors
    /// Those of the database.
    pub fn breaches_turn(&mut self, registry: &Registry, turn: &BreachTurn<'_>) -> Result<u64, StoreError> {
        if let Some(field) = turn.watched {
            let value = format!("(SELECT t.{0} FROM {1} t WHERE t.id = breach.record)", quoted(&field.column), quoted(&turn.object.table));
            let sql = format!(
                "UPDATE breach SET value = {value}, peak = CASE WHEN peak IS NULL OR peak < {value} THEN {value} ELSE peak END \
                 WHERE policy = $1 AND cleared_at IS NULL"
            );
            self.execute(&sql, &[turn.policy.into()])?;
        }
        let mut again = self.open_breaches(registry, turn, true);
        again.value("calm", constant(0)).and_where(col(B, "calm").gt(constant(0)));
        self.run(&again)?;
        let mut kept = self.open_breaches(registry, turn, false);
        let over = col(B, "calm").add(constant(1)).gte(constant(turn.calm));
        kept.value("calm", col(B, "calm").add(constant(1)))
            .value("cleared_at", CaseStatement::new().case(over, constant(turn.now)).finally(Expr::Keyword(sea_query::Keyword::Null)));
        self.run(&kept)?;
        let sql = "SELECT COUNT(*) FROM breach WHERE policy = $1 AND cleared_at = $2";
        let over = self.query_one(sql, &[turn.policy.into(), turn.now.into()])?.map(|row| Cells::new(row).int()).unwrap_or_default();
        Ok(u64::try_from(over).unwrap_or_default())
    }

    fn open_breaches(&self, registry: &Registry, turn: &BreachTurn<'_>, unwell: bool) -> UpdateStatement {
        let mut compiler = Compiler::new(registry, self.backend());
        let mut there: SelectStatement = Query::select();
        there.expr(truth(true));
        from(&mut compiler, &mut there, turn.object, turn.unwell, Bin::Living);
        there.and_where(col(T, "id").eq(col(B, "record")));
        let there = Expr::exists(there);
        let mut update = Query::update();
        update.table(B).and_where(col(B, "policy").eq(turn.policy)).and_where(col(B, "cleared_at").is_null()).and_where(if unwell {
            there
        } else {
            there.not()
        });
        update
    }

    fn run(&mut self, update: &UpdateStatement) -> Result<u64, StoreError> {
        let (sql, params) = built(self.backend(), update);
        self.execute(&sql, &params)
    }

    /// Ends every open breach of a policy that is no longer in force.
    ///
    /// # Errors
    /// Those of the database.
    pub fn breaches_end(&mut self, policy: &str, now: i64) -> Result<u64, StoreError> {
        self.execute("UPDATE breach SET cleared_at = $2 WHERE policy = $1 AND cleared_at IS NULL", &[policy.into(), now.into()])
    }

    /// The open breaches of a policy by these records.
    ///
    /// # Errors
    /// Those of the database.
    pub fn breaches_by(&mut self, policy: &str, records: &[i64]) -> Result<Vec<BreachRow>, StoreError> {
        if records.is_empty() {
            return Ok(Vec::new());
        }
        let list: Vec<String> = records.iter().map(ToString::to_string).collect();
        let sql = format!("SELECT {COLUMNS} FROM breach WHERE policy = $1 AND cleared_at IS NULL AND record IN ({})", list.join(", "));
        Ok(self.query(&sql, &[policy.into()])?.into_iter().map(breach).collect())
    }

    /// All breaches of a record, the newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn breaches_of(&mut self, object: &str, record: i64, limit: usize) -> Result<Vec<BreachRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM breach WHERE object = $1 AND record = $2 ORDER BY id DESC LIMIT {limit}");
        Ok(self.query(&sql, &[object.into(), record.into()])?.into_iter().map(breach).collect())
    }

    /// Records whose open breaches of a policy nobody wants to hear of now.
    ///
    /// # Errors
    /// Those of the database.
    pub fn breaches_quiet(&mut self, policy: &str, now: i64, limit: usize) -> Result<Vec<i64>, StoreError> {
        let sql = format!(
            "SELECT record FROM breach WHERE policy = $1 AND cleared_at IS NULL AND (muted = 1 OR until_at > $2) ORDER BY id LIMIT {limit}"
        );
        let rows = self.query(&sql, &[policy.into(), now.into()])?;
        Ok(rows.into_iter().filter_map(|row| row.first()?.int()).collect())
    }

    /// Keeps what somebody said of a breach.
    ///
    /// # Errors
    /// Those of the database.
    pub fn breach_say(&mut self, row: &BreachRow) -> Result<(), StoreError> {
        let sql = "UPDATE breach SET seen_by = $2, seen_at = $3, useful = $4, until_at = $5, muted = $6, note = $7 WHERE id = $1";
        let params = [
            row.id.into(),
            row.seen_by.into(),
            row.seen_at.into(),
            row.useful.map(i64::from).into(),
            row.until_at.into(),
            Raw::from(row.muted),
            row.note.as_str().into(),
        ];
        self.execute(sql, &params).map(|_| ())
    }

    /// What people said of the breaches of each policy.
    ///
    /// # Errors
    /// Those of the database.
    pub fn breach_precision(&mut self) -> Result<Vec<Precision>, StoreError> {
        let sql = "SELECT policy, SUM(useful), COUNT(*) FROM breach WHERE useful IS NOT NULL GROUP BY policy";
        let sql = sql.replace("SUM(useful)", "CAST(SUM(useful) AS BIGINT)");
        let rows = self.query(&sql, &[])?;
        let number = |n: i64| u64::try_from(n).unwrap_or_default();
        let one = |row: Vec<Raw>| {
            let mut c = Cells::new(row);
            let (policy, useful, all) = (c.text(), c.int(), c.int());
            Precision { policy, useful: number(useful), useless: number(all - useful) }
        };
        Ok(rows.into_iter().map(one).collect())
    }

    /// Breaches that began, and that were over, since a moment: policy, begun, over.
    ///
    /// # Errors
    /// Those of the database.
    pub fn breaches_since(&mut self, since: i64) -> Result<Vec<(String, i64, i64)>, StoreError> {
        let sql = "SELECT policy, CAST(SUM(CASE WHEN opened_at >= $1 THEN 1 ELSE 0 END) AS BIGINT), \
                   CAST(SUM(CASE WHEN cleared_at >= $1 THEN 1 ELSE 0 END) AS BIGINT) FROM breach \
                   WHERE opened_at >= $1 OR cleared_at >= $1 GROUP BY policy";
        let rows = self.query(sql, &[since.into()])?;
        let one = |row: Vec<Raw>| {
            let mut c = Cells::new(row);
            (c.text(), c.int(), c.int())
        };
        Ok(rows.into_iter().map(one).collect())
    }

    /// Breaches of a record that is gone for good.
    ///
    /// # Errors
    /// Those of the database.
    pub fn breaches_drop(&mut self, object: &str, record: i64) -> Result<(), StoreError> {
        self.execute("DELETE FROM breach WHERE object = $1 AND record = $2", &[object.into(), record.into()]).map(|_| ())
    }

    /// When each policy was last looked at: key, version, moment.
    ///
    /// # Errors
    /// Those of the database.
    pub fn policy_checks(&mut self) -> Result<Vec<(String, i64, i64)>, StoreError> {
        let rows = self.query("SELECT policy, version, at FROM policy_check ORDER BY policy", &[])?;
        let one = |row: Vec<Raw>| {
            let mut c = Cells::new(row);
            (c.text(), c.int(), c.int())
        };
        Ok(rows.into_iter().map(one).collect())
    }

    /// A policy was looked at.
    ///
    /// # Errors
    /// Those of the database.
    pub fn policy_checked(&mut self, policy: &str, version: i64, at: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO policy_check (policy, version, at) VALUES ($1, $2, $3) \
                   ON CONFLICT (policy) DO UPDATE SET version = excluded.version, at = excluded.at";
        self.execute(sql, &[policy.into(), version.into(), at.into()]).map(|_| ())
    }

    /// A policy begins anew: what breaks it when it is next looked at is listed, not told one by one.
    ///
    /// # Errors
    /// Those of the database.
    pub fn policy_check_forget(&mut self, policy: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM policy_check WHERE policy = $1", &[policy.into()]).map(|_| ())
    }
}

fn quoted(name: &str) -> String {
    crate::schema::quote(name)
}

fn breach(row: Vec<Raw>) -> BreachRow {
    let mut c = Cells::new(row);
    BreachRow {
        id: c.int(),
        policy: c.text(),
        object: c.text(),
        record: c.int(),
        person: c.maybe_int(),
        opened_at: c.int(),
        cleared_at: c.maybe_int(),
        calm: c.int(),
        told: c.int() != 0,
        value: c.maybe_int(),
        peak: c.maybe_int(),
        seen_by: c.maybe_int(),
        seen_at: c.maybe_int(),
        useful: c.maybe_int().map(|n| n != 0),
        until_at: c.maybe_int(),
        muted: c.int() != 0,
        note: c.text(),
    }
}
