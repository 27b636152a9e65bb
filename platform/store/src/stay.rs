//! How long records stood in each stage, and where they went from there: the history of stages as rows of its own, so that
//! a period of a million of them is one grouped statement.

use crate::cells::Cells;
use crate::cond::{Compiler, col, constant};
use crate::conn::Conn;
use crate::error::StoreError;
use crate::records::{Bin, T, from};
use akrab_model::{Cond, Object, Raw, Registry};
use sea_query::{CaseStatement, Expr, ExprTrait, Func, JoinType, Order, OverStatement, Query, SelectStatement, WindowStatement};

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS stay ({id}, object BIGINT NOT NULL, record BIGINT NOT NULL, stage BIGINT NOT NULL, \
     entered_at BIGINT NOT NULL, left_at BIGINT, next BIGINT, worked BIGINT, visit BIGINT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS stay_record ON stay (object, record, id)",
    // a period is read from the index alone
    "CREATE INDEX IF NOT EXISTS stay_stage ON stay (object, stage, left_at, entered_at, worked, next, visit, record)",
];

const S: &str = "s";
const SECOND: i64 = 1_000_000;

/// A stay of a record in a stage. Times are microseconds UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    pub id: i64,
    pub record: i64,
    pub stage: i64,
    pub entered_at: i64,
    /// None while it stands there.
    pub left_at: Option<i64>,
    /// Where it went; none when it left the stages altogether.
    pub next: Option<i64>,
    /// Working time of it in microseconds, by the calendar that counted when it left.
    pub worked: Option<i64>,
    /// How many times it has been there by then, this time included.
    pub visit: i64,
}

/// Stays of which records, in which stages.
pub struct StayQuery<'a> {
    pub object: &'a Object,
    /// What the records must meet.
    pub cond: &'a Cond,
    pub stages: &'a [i64],
    /// Those that ended from here …
    pub from: i64,
    /// … up to, not including, here.
    pub to: i64,
}

/// How long a stay may be: stage, microseconds, whether of working time.
pub type StayLimit = (i64, i64, bool);

/// Stays that ended in a period, by stage and by where they led.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StayFlow {
    pub stage: i64,
    pub next: Option<i64>,
    pub count: i64,
    /// Seconds spent in them.
    pub seconds: i64,
    /// Seconds of working time spent in them.
    pub worked: i64,
    /// Those that were not the first of their record there, and the seconds of them.
    pub again: i64,
    pub again_seconds: i64,
    /// Those that were longer than the limit, and the seconds above it, counted as the limit is.
    pub late: i64,
    pub late_seconds: i64,
}

/// Which stays are told one by one: all of them, or those that …
#[derive(Debug, Clone, Default)]
pub struct StayPick {
    /// … led to one of these stages,
    pub next: Option<Vec<i64>>,
    /// … were not the first of their record there,
    pub again: bool,
    /// … were longer: microseconds, whether of working time.
    pub above: Option<(i64, bool)>,
}

/// The middle of the lengths of each stage's stays, and what nine of ten do not exceed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StayLength {
    pub stage: i64,
    pub median: i64,
    pub p90: i64,
}

/// Records that stand in a stage now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StayOpen {
    pub stage: i64,
    pub count: i64,
    /// Those that entered it at or before the moment given for the stage.
    pub late: i64,
    /// When the one came that has waited longest.
    pub oldest: i64,
    /// Half of them have come since.
    pub median: i64,
    /// Nine of ten have come since.
    pub p90: i64,
}

const COLUMNS: &str = "id, record, stage, entered_at, left_at, next, worked, visit";

impl Conn {
    /// Keeps stays as they are.
    ///
    /// # Errors
    /// Those of the database.
    pub fn stays_add(&mut self, object: &str, stays: &[Stay]) -> Result<(), StoreError> {
        if stays.is_empty() {
            return Ok(());
        }
        let object = self.name_made(object)?;
        let sql =
            "INSERT INTO stay (object, record, stage, entered_at, left_at, next, worked, visit) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let row = |s: &Stay| {
            vec![
                object.into(),
                s.record.into(),
                s.stage.into(),
                s.entered_at.into(),
                s.left_at.into(),
                s.next.into(),
                s.worked.into(),
                s.visit.into(),
            ]
        };
        self.execute_many(sql, &stays.iter().map(row).collect::<Vec<_>>())
    }

    /// The stays of a record, the first one first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn stays(&mut self, object: &str, record: i64) -> Result<Vec<Stay>, StoreError> {
        let Some(object) = self.name_known(object)? else { return Ok(Vec::new()) };
        let sql = format!("SELECT {COLUMNS} FROM stay WHERE object = $1 AND record = $2 ORDER BY id");
        Ok(self.query(&sql, &[Raw::Int(object), Raw::Int(record)])?.into_iter().map(stay).collect())
    }

    /// A stay ends, or goes on after all.
    ///
    /// # Errors
    /// Those of the database.
    pub fn stay_end(&mut self, id: i64, left_at: Option<i64>, next: Option<i64>, worked: Option<i64>) -> Result<(), StoreError> {
        let sql = "UPDATE stay SET left_at = $2, next = $3, worked = $4 WHERE id = $1";
        self.execute(sql, &[id.into(), left_at.into(), next.into(), worked.into()]).map(|_| ())
    }

    /// A stay that was none is forgotten.
    ///
    /// # Errors
    /// Those of the database.
    pub fn stay_drop(&mut self, id: i64) -> Result<(), StoreError> {
        self.execute("DELETE FROM stay WHERE id = $1", &[id.into()]).map(|_| ())
    }

    /// The stays of a record that is gone for good, or of all records of an object.
    ///
    /// # Errors
    /// Those of the database.
    pub fn stays_drop(&mut self, object: &str, record: Option<i64>) -> Result<(), StoreError> {
        let Some(object) = self.name_known(object)? else { return Ok(()) };
        let sql = "DELETE FROM stay WHERE object = $1 AND (CAST($2 AS BIGINT) IS NULL OR record = $2)";
        self.execute(sql, &[object.into(), record.into()]).map(|_| ())
    }

    /// Ended stays in these stages after the one of this number, in order.
    ///
    /// # Errors
    /// Those of the database.
    pub fn stays_after(&mut self, object: &str, stages: &[i64], after: i64, limit: usize) -> Result<Vec<Stay>, StoreError> {
        let Some(object) = self.name_known(object)? else { return Ok(Vec::new()) };
        let stages: Vec<String> = stages.iter().map(ToString::to_string).collect();
        if stages.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT {COLUMNS} FROM stay WHERE object = $1 AND id > $2 AND left_at IS NOT NULL AND stage IN ({}) ORDER BY id LIMIT {limit}",
            stages.join(", ")
        );
        Ok(self.query(&sql, &[object.into(), after.into()])?.into_iter().map(stay).collect())
    }

    /// Sets the working time of stays: number and microseconds.
    ///
    /// # Errors
    /// Those of the database.
    pub fn stays_worked(&mut self, rows: &[(i64, i64)]) -> Result<(), StoreError> {
        let rows: Vec<Vec<Raw>> = rows.iter().map(|(id, worked)| vec![(*id).into(), (*worked).into()]).collect();
        self.execute_many("UPDATE stay SET worked = $2 WHERE id = $1", &rows)
    }

    /// What became of the stays that ended in the period.
    ///
    /// # Errors
    /// Those of the database.
    pub fn stay_flows(&mut self, registry: &Registry, query: &StayQuery<'_>, limits: &[StayLimit]) -> Result<Vec<StayFlow>, StoreError> {
        let Some(mut select) = self.stays_in(registry, query)? else { return Ok(Vec::new()) };
        ended(&mut select, query);
        let seconds = |micros: Expr| micros.div(constant(SECOND));
        let sum = |value: Expr| Expr::from(Func::coalesce([Expr::from(Func::sum(value)).cast_as("bigint"), constant(0)]));
        let when = |test: Expr, value: Expr| -> Expr { CaseStatement::new().case(test, value).finally(constant(0)).into() };
        let again = || col(S, "visit").gt(constant(1));
        let mut above = CaseStatement::new();
        for (stage, limit, working) in limits {
            let length = if *working { Expr::from(Func::coalesce([col(S, "worked"), constant(0)])) } else { length() };
            let late = col(S, "stage").eq(constant(*stage)).and(length.clone().gt(constant(*limit)));
            above = above.case(late, length.sub(constant(*limit)));
        }
        let above: Expr = if limits.is_empty() { constant(0) } else { above.finally(constant(0)).into() };
        select
            .expr(col(S, "stage"))
            .expr(col(S, "next"))
            .expr(Func::count(constant(1)))
            .expr(sum(seconds(length())))
            .expr(sum(seconds(Func::coalesce([col(S, "worked"), constant(0)]).into())))
            .expr(sum(when(again(), constant(1))))
            .expr(sum(when(again(), seconds(length()))))
            .expr(sum(when(above.clone().gt(constant(0)), constant(1))))
            .expr(sum(seconds(above)))
            .add_group_by([col(S, "stage"), col(S, "next")])
            .order_by_expr(col(S, "stage"), Order::Asc);
        let flow = |row: Vec<Raw>| {
            let mut c = Cells::new(row);
            StayFlow {
                stage: c.int(),
                next: c.maybe_int(),
                count: c.int(),
                seconds: c.int(),
                worked: c.int(),
                again: c.int(),
                again_seconds: c.int(),
                late: c.int(),
                late_seconds: c.int(),
            }
        };
        Ok(self.select_rows(&select)?.into_iter().map(flow).collect())
    }

    /// Stays that ended in the period one by one, the last one first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn stays_ended(
        &mut self,
        registry: &Registry,
        query: &StayQuery<'_>,
        pick: &StayPick,
        limit: u64,
    ) -> Result<Vec<Stay>, StoreError> {
        let Some(mut select) = self.stays_in(registry, query)? else { return Ok(Vec::new()) };
        ended(&mut select, query);
        if let Some(next) = &pick.next {
            select.and_where(col(S, "next").is_in(next.iter().copied()));
        }
        if pick.again {
            select.and_where(col(S, "visit").gt(constant(1)));
        }
        if let Some((most, working)) = pick.above {
            let length = if working { col(S, "worked") } else { length() };
            select.and_where(length.gt(constant(most)));
        }
        select
            .exprs(COLUMNS.split(", ").map(|column| col(S, column)))
            .order_by((S, "left_at"), Order::Desc)
            .order_by((S, "id"), Order::Desc)
            .limit(limit);
        Ok(self.select_rows(&select)?.into_iter().map(stay).collect())
    }

    /// How long the stays were that ended in the period; `worked` counts working time alone.
    ///
    /// # Errors
    /// Those of the database.
    pub fn stay_lengths(&mut self, registry: &Registry, query: &StayQuery<'_>, worked: bool) -> Result<Vec<StayLength>, StoreError> {
        let Some(mut select) = self.stays_in(registry, query)? else { return Ok(Vec::new()) };
        ended(&mut select, query);
        let value = if worked { col(S, "worked") } else { length() };
        if worked {
            select.and_where(col(S, "worked").is_not_null());
        }
        let ranked = ranked(select, value);
        let rows = self.select_rows(&places(ranked))?;
        Ok(by_stage(&rows)
            .into_iter()
            .map(|(stage, count, values)| StayLength { stage, median: middle(count, &values), p90: at(&values, most(count)) })
            .collect())
    }

    /// Who stands in the stages now. `due`: of some stages the moment at or before which whoever came is late.
    ///
    /// # Errors
    /// Those of the database.
    pub fn stay_open(&mut self, registry: &Registry, query: &StayQuery<'_>, due: &[(i64, i64)]) -> Result<Vec<StayOpen>, StoreError> {
        let open = |conn: &mut Conn| -> Result<Option<SelectStatement>, StoreError> {
            Ok(conn.stays_in(registry, query)?.map(|mut select| select.and_where(col(S, "left_at").is_null()).take()))
        };
        let Some(mut select) = open(self)? else { return Ok(Vec::new()) };
        let mut late = CaseStatement::new();
        for (stage, moment) in due {
            late = late.case(col(S, "stage").eq(constant(*stage)).and(col(S, "entered_at").lte(constant(*moment))), constant(1));
        }
        let late: Expr = if due.is_empty() { constant(0) } else { late.finally(constant(0)).into() };
        select
            .expr(col(S, "stage"))
            .expr(Func::count(constant(1)))
            .expr(Expr::from(Func::coalesce([Expr::from(Func::sum(late)).cast_as("bigint"), constant(0)])))
            .expr(Func::min(col(S, "entered_at")))
            .add_group_by([col(S, "stage")]);
        let mut found: Vec<StayOpen> = self
            .select_rows(&select)?
            .into_iter()
            .map(|row| {
                let mut c = Cells::new(row);
                StayOpen { stage: c.int(), count: c.int(), late: c.int(), oldest: c.int(), ..StayOpen::default() }
            })
            .collect();
        let Some(select) = open(self)? else { return Ok(found) };
        // the oldest are those that came first: counted from the newest
        let rows = self.select_rows(&places(ranked(select, constant(0).sub(col(S, "entered_at")))))?;
        for (stage, count, values) in by_stage(&rows) {
            if let Some(open) = found.iter_mut().find(|open| open.stage == stage) {
                (open.median, open.p90) = (-middle(count, &values), -at(&values, most(count)));
            }
        }
        Ok(found)
    }

    /// How many stays began in the period: stage, all of them, and those of records that came from no other stage.
    ///
    /// # Errors
    /// Those of the database.
    pub fn stays_begun(&mut self, registry: &Registry, query: &StayQuery<'_>) -> Result<Vec<(i64, i64)>, StoreError> {
        let Some(mut select) = self.stays_in(registry, query)? else { return Ok(Vec::new()) };
        select
            .expr(col(S, "stage"))
            .expr(Func::count(constant(1)))
            .and_where(col(S, "entered_at").gte(constant(query.from)))
            .and_where(col(S, "entered_at").lt(constant(query.to)))
            .add_group_by([col(S, "stage")]);
        let row = |row: Vec<Raw>| {
            let mut c = Cells::new(row);
            (c.int(), c.int())
        };
        Ok(self.select_rows(&select)?.into_iter().map(row).collect())
    }

    /// Stays of living records that match; nothing selected yet. None when there are no stays at all.
    fn stays_in(&mut self, registry: &Registry, query: &StayQuery<'_>) -> Result<Option<SelectStatement>, StoreError> {
        let Some(name) = self.name_known(&query.object.key)? else { return Ok(None) };
        if query.stages.is_empty() {
            return Ok(None);
        }
        let mut compiler = Compiler::new(registry, self.backend());
        let mut select = Query::select();
        from(&mut compiler, &mut select, query.object, query.cond, Bin::Living);
        select
            .join_as(JoinType::InnerJoin, "stay", S, col(S, "record").eq(col(T, "id")))
            .and_where(col(S, "object").eq(constant(name)))
            .and_where(col(S, "stage").is_in(query.stages.iter().copied()));
        Ok(Some(select))
    }
}

/// The stage in which the record in the table called `at` stood before the present one; null when there was none.
pub(crate) fn former(object: &Object, at: &str) -> Expr {
    let mut name = Query::select();
    name.column("id").from("name").and_where(Expr::col("text").eq(object.key.as_str()));
    let mut stay = Query::select();
    stay.expr(col(S, "stage"))
        .from_as("stay", S)
        .and_where(col(S, "object").eq(Expr::SubQuery(None, Box::new(name.into()))))
        .and_where(col(S, "record").eq(col(at, "id")))
        .and_where(col(S, "left_at").is_not_null())
        .order_by((S, "id"), Order::Desc)
        .limit(1);
    Expr::SubQuery(None, Box::new(stay.into()))
}

fn length() -> Expr {
    col(S, "left_at").sub(col(S, "entered_at"))
}

fn ended(select: &mut SelectStatement, query: &StayQuery<'_>) {
    select.and_where(col(S, "left_at").gte(constant(query.from))).and_where(col(S, "left_at").lt(constant(query.to)));
}

/// Each value with its place among those of its stage, and how many there are.
fn ranked(mut select: SelectStatement, value: Expr) -> SelectStatement {
    let window = || {
        let mut window = WindowStatement::new();
        window.add_partition_by(col(S, "stage"));
        window
    };
    let mut by_value = window();
    by_value.order_by_expr(value.clone(), Order::Asc);
    select
        .expr_as(col(S, "stage"), "stage")
        .expr_as(value, "v")
        .expr_window_as(Func::cust("row_number"), by_value, "place")
        .expr_window_as(Func::count(constant(1)), window(), "all_of")
        .take()
}

/// The values at the places that are asked for.
fn places(ranked: SelectStatement) -> SelectStatement {
    let (place, all) = (|| col("r", "place"), || col("r", "all_of"));
    let mut select = Query::select();
    select
        .expr(col("r", "stage"))
        .expr(all())
        .expr(place())
        .expr(col("r", "v"))
        .from_subquery(ranked, "r")
        .and_where(
            place()
                .eq(all().add(constant(1)).div(constant(2)))
                .or(place().eq(all().add(constant(2)).div(constant(2))))
                .or(place().eq(all().mul(constant(9)).add(constant(9)).div(constant(10)))),
        )
        .order_by_expr(col("r", "stage"), Order::Asc);
    select
}

/// Of each stage how many there are, and the values by their places.
fn by_stage(rows: &[Vec<Raw>]) -> Vec<(i64, i64, Vec<(i64, i64)>)> {
    let mut found: Vec<(i64, i64, Vec<(i64, i64)>)> = Vec::new();
    for row in rows {
        let mut c = Cells::new(row.clone());
        let (stage, count, place, value) = (c.int(), c.int(), c.int(), c.int());
        match found.last_mut().filter(|(known, ..)| *known == stage) {
            Some((_, _, values)) => values.push((place, value)),
            None => found.push((stage, count, vec![(place, value)])),
        }
    }
    found
}

fn at(values: &[(i64, i64)], place: i64) -> i64 {
    values.iter().find(|(known, _)| *known == place).map_or(0, |(_, value)| *value)
}

/// The place that nine of ten do not exceed.
fn most(count: i64) -> i64 {
    (count * 9 + 9) / 10
}

/// The value in the middle; of two the one half-way.
fn middle(count: i64, values: &[(i64, i64)]) -> i64 {
    let (low, high) = (at(values, (count + 1) / 2), at(values, (count + 2) / 2));
    low + (high - low) / 2
}

fn stay(row: Vec<Raw>) -> Stay {
    let mut c = Cells::new(row);
    Stay {
        id: c.int(),
        record: c.int(),
        stage: c.int(),
        entered_at: c.int(),
        left_at: c.maybe_int(),
        next: c.maybe_int(),
        worked: c.maybe_int(),
        visit: c.int(),
    }
}
