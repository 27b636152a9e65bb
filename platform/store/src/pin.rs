//! Entries that stand on top of a record's timeline, and how many entries of each kind it has.

use crate::cells::Cells;
use crate::cond::{Compiler, col, constant, truth, unsampled};
use crate::conn::Conn;
use crate::error::StoreError;
use crate::records::{Bin, T, built, from};
use akrab_model::{Cond, Object, Raw, Registry};
use sea_query::{Expr, ExprTrait, Func, Query};
use std::collections::BTreeMap;

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

    /// Keys of the objects that tell of any of these records.
    ///
    /// # Errors
    /// Those of the database.
    pub fn timeline_sources(&mut self, subjects: &[(&str, i64)]) -> Result<Vec<String>, StoreError> {
        let Some(told_of) = self.told_of(subjects)? else { return Ok(Vec::new()) };
        let mut select = Query::select();
        select.distinct().expr(col(E, "source_object")).from_as("timeline", E).and_where(told_of);
        let (sql, params) = built(self.backend(), &select);
        let rows = self.query(&sql, &params)?;
        let names = self.name_texts(rows.iter().filter_map(|row| row.first()?.int()))?;
        Ok(rows.into_iter().filter_map(|c| names.get(&c.first()?.int()?).cloned()).collect())
    }

    /// How many entries of each kind the living records of `source` that match tell of these records; what is told to
    /// several of them counts once.
    ///
    /// # Errors
    /// Those of the database.
    pub fn timeline_counts(
        &mut self,
        registry: &Registry,
        subjects: &[(&str, i64)],
        source: &Object,
        cond: &Cond,
    ) -> Result<Vec<(String, u64)>, StoreError> {
        let (Some(told_of), Some(told_by)) = (self.told_of(subjects)?, self.name_known(&source.key)?) else { return Ok(Vec::new()) };
        let mut compiler = Compiler::new(registry, self.backend());
        let mut teller = Query::select();
        teller.expr(truth(true));
        from(&mut compiler, &mut teller, source, cond, Bin::Living);
        teller.and_where(col(T, "id").eq(col(E, "source_id")));
        let mut entries = Query::select();
        entries
            .from_as("timeline", E)
            .and_where(told_of)
            .and_where(col(E, "source_object").eq(constant(told_by)))
            .and_where(Expr::exists(teller.take()));
        let mut select = if subjects.len() > 1 {
            entries.distinct().expr(col(E, "kind")).expr(col(E, "source_id")).expr(col(E, "change_id"));
            Query::select().from_subquery(entries, E).take()
        } else {
            entries
        };
        select.expr(col(E, "kind")).expr(Expr::from(Func::count(constant(1)))).group_by_col((E, "kind"));
        let (sql, params) = built(self.backend(), &select);
        let rows = self.query(&sql, &params)?;
        let names = self.name_texts(rows.iter().filter_map(|row| row.first()?.int()))?;
        let counted = rows.into_iter().map(Cells::new).map(|mut c| (c.int(), u64::try_from(c.int()).unwrap_or_default()));
        Ok(counted.filter_map(|(kind, n)| Some((names.get(&kind)?.clone(), n))).collect())
    }

    /// That an entry is told of any of these records; nothing when none of them was ever told of.
    fn told_of(&mut self, subjects: &[(&str, i64)]) -> Result<Option<Expr>, StoreError> {
        let mut ids: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for (object, id) in subjects {
            if let Some(object) = self.name_known(object)? {
                ids.entry(object).or_default().push(*id);
            }
        }
        let of = |(object, ids): (i64, Vec<i64>)| {
            let id = col(E, "subject_id");
            let id = if let [one] = ids.as_slice() { id.eq(unsampled(*one)) } else { id.is_in(ids) };
            col(E, "subject_object").eq(constant(object)).and(id)
        };
        Ok(ids.into_iter().map(of).reduce(|all, one| all.or(one)))
    }
}

/// What the timeline is called in these questions.
const E: &str = "e";
