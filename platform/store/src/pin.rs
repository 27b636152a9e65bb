//! Entries that stand on top of a record's timeline, and how many entries of each kind it has.

use crate::cells::Cells;
use crate::cond::{Compiler, col, constant, truth, unsampled};
use crate::conn::Conn;
use crate::error::StoreError;
use crate::records::{Bin, T, built, from};
use akrab_model::{Cond, Object, Raw, Registry};
use sea_query::{Expr, ExprTrait, Func, Query};

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS timeline_pin (subject_object TEXT NOT NULL, subject_id BIGINT NOT NULL, source_object TEXT NOT NULL, \
     source_id BIGINT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (subject_object, subject_id, source_object, source_id)) {clustered}",
    "CREATE INDEX IF NOT EXISTS timeline_pin_source ON timeline_pin (source_object, source_id)",
];

impl Conn {
    /// Puts what `source` tells on top of a timeline.
    ///
    /// # Errors
    /// Those of the database.
    pub fn pin_put(&mut self, subject: (&str, i64), source: (&str, i64), at: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO timeline_pin (subject_object, subject_id, source_object, source_id, at) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (subject_object, subject_id, source_object, source_id) DO NOTHING";
        self.execute(sql, &[subject.0.into(), Raw::Int(subject.1), source.0.into(), Raw::Int(source.1), Raw::Int(at)]).map(|_| ())
    }

    /// Takes it from the top.
    ///
    /// # Errors
    /// Those of the database.
    pub fn pin_drop(&mut self, subject: (&str, i64), source: (&str, i64)) -> Result<(), StoreError> {
        let sql = "DELETE FROM timeline_pin WHERE subject_object = $1 AND subject_id = $2 AND source_object = $3 AND source_id = $4";
        self.execute(sql, &[subject.0.into(), Raw::Int(subject.1), source.0.into(), Raw::Int(source.1)]).map(|_| ())
    }

    /// What stands on top of a timeline, the latest pinned first: object key and id.
    ///
    /// # Errors
    /// Those of the database.
    pub fn pins(&mut self, subject: (&str, i64)) -> Result<Vec<(String, i64)>, StoreError> {
        let sql =
            "SELECT source_object, source_id FROM timeline_pin WHERE subject_object = $1 AND subject_id = $2 ORDER BY at DESC, source_id";
        let rows = self.query(sql, &[subject.0.into(), Raw::Int(subject.1)])?;
        Ok(rows.into_iter().map(Cells::new).map(|mut c| (c.text(), c.int())).collect())
    }

    /// Keys of the objects that tell of a record.
    ///
    /// # Errors
    /// Those of the database.
    pub fn timeline_sources(&mut self, subject_object: &str, subject_id: i64) -> Result<Vec<String>, StoreError> {
        let Some(subject) = self.name_known(subject_object)? else { return Ok(Vec::new()) };
        let sql =
            format!("SELECT DISTINCT source_object FROM timeline WHERE subject_object = {subject} AND subject_id = CAST($1 AS bigint) + 0");
        let rows = self.query(&sql, &[Raw::Int(subject_id)])?;
        let names = self.name_texts(rows.iter().filter_map(|row| row.first()?.int()))?;
        Ok(rows.into_iter().filter_map(|c| names.get(&c.first()?.int()?).cloned()).collect())
    }

    /// How many entries of each kind the living records of `source` that match tell of a record.
    ///
    /// # Errors
    /// Those of the database.
    pub fn timeline_counts(
        &mut self,
        registry: &Registry,
        subject: (&str, i64),
        source: &Object,
        cond: &Cond,
    ) -> Result<Vec<(String, u64)>, StoreError> {
        const E: &str = "e";
        let (Some(object), Some(told_by)) = (self.name_known(subject.0)?, self.name_known(&source.key)?) else { return Ok(Vec::new()) };
        let mut compiler = Compiler::new(registry, self.backend());
        let mut teller = Query::select();
        teller.expr(truth(true));
        from(&mut compiler, &mut teller, source, cond, Bin::Living);
        teller.and_where(col(T, "id").eq(col(E, "source_id")));
        let mut select = Query::select();
        select
            .expr(col(E, "kind"))
            .expr(Expr::from(Func::count(col(E, "id"))))
            .from_as("timeline", E)
            .and_where(col(E, "subject_object").eq(constant(object)))
            .and_where(col(E, "subject_id").eq(unsampled(subject.1)))
            .and_where(col(E, "source_object").eq(constant(told_by)))
            .and_where(Expr::exists(teller.take()))
            .group_by_col((E, "kind"));
        let (sql, params) = built(self.backend(), &select);
        let rows = self.query(&sql, &params)?;
        let names = self.name_texts(rows.iter().filter_map(|row| row.first()?.int()))?;
        let counted = rows.into_iter().map(Cells::new).map(|mut c| (c.int(), u64::try_from(c.int()).unwrap_or_default()));
        Ok(counted.filter_map(|(kind, n)| Some((names.get(&kind)?.clone(), n))).collect())
    }
}
