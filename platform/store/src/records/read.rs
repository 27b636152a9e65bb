//! Single rows, rows by id, titles and locks.

use super::page::blind;
use super::{T, built, cell, from, row, rows_of};
use crate::cond::{Compiler, bound, col, constant};
use crate::conn::{Backend, Conn};
use crate::error::StoreError;
use crate::schema::{comparing_column, quote};
use akrab_model::query::Row;
use akrab_model::text::fold;
use akrab_model::{Cond, Count, FieldIx, Object, Raw, Registry};
use sea_query::{CaseStatement, Expr, ExprTrait, LockType, Order, Query};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Living records, those in the bin, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bin {
    Living,
    Binned,
    Any,
}

/// Answer of [`Conn::few_of_any`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Few {
    /// These and no others, upwards.
    These(Vec<i64>),
    /// More than were asked for.
    More,
    /// Perhaps more, or there is no index to ask.
    Unasked,
}

impl Conn {
    /// The row, if it exists and matches.
    ///
    /// # Errors
    /// Those of the database.
    pub fn row(
        &mut self,
        registry: &Registry,
        object: &Object,
        id: i64,
        columns: &[FieldIx],
        cond: &Cond,
        bin: Bin,
    ) -> Result<Option<Row>, StoreError> {
        let mut compiler = Compiler::new(registry, self.backend());
        let mut select = rows_of(&mut compiler, object, columns, cond, bin);
        select.and_where(col(T, "id").eq(id));
        let found = self.select_rows(&select)?.into_iter().next();
        Ok(found.map(|cells| row(cells, 0, columns.len())))
    }

    /// The rows of these ids that match, living or not, in the order of `ids`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn rows(
        &mut self,
        registry: &Registry,
        object: &Object,
        ids: &[i64],
        columns: &[FieldIx],
        cond: &Cond,
    ) -> Result<Vec<Row>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut compiler = Compiler::new(registry, self.backend());
        let mut select = rows_of(&mut compiler, object, columns, cond, Bin::Any);
        select.and_where(compiler.in_ids(col(T, "id"), ids));
        let found = self.select_rows(&select)?.into_iter().map(|cells| row(cells, 0, columns.len()));
        let mut by_id: HashMap<i64, Row> = found.map(|r| (r.id, r)).collect();
        Ok(ids.iter().filter_map(|id| by_id.remove(id)).collect())
    }

    /// What these records are called, those that match, living or not; in no order.
    ///
    /// # Errors
    /// Those of the database.
    pub fn titles(&mut self, registry: &Registry, object: &Object, ids: &[i64], cond: &Cond) -> Result<Vec<(i64, String)>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut compiler = Compiler::new(registry, self.backend());
        let mut select = Query::select();
        select.expr(col(T, "id")).expr(cell(object, object.title));
        from(&mut compiler, &mut select, object, cond, Bin::Any);
        select.and_where(compiler.in_ids(col(T, "id"), ids));
        let found = self.select_rows(&select)?;
        Ok(found
            .into_iter()
            .filter_map(|cells| {
                let [id, title] = <[Raw; 2]>::try_from(cells).ok()?;
                let title = match title {
                    Raw::Text(s) => s,
                    Raw::Int(n) => n.to_string(),
                    Raw::Null => String::new(),
                };
                Some((id.int()?, title))
            })
            .collect())
    }

    /// Those of these records, living or not, that meet a condition; with `true` those that went into another.
    ///
    /// # Errors
    /// Those of the database.
    pub fn targets(&mut self, registry: &Registry, object: &Object, ids: &[i64], cond: &Cond) -> Result<Vec<(i64, bool)>, StoreError> {
        let mut compiler = Compiler::new(registry, self.backend());
        let mut select = Query::select();
        select.expr(col(T, "id")).expr(col(T, "deleted_at"));
        from(&mut compiler, &mut select, object, cond, Bin::Any);
        select.and_where(compiler.in_ids(col(T, "id"), ids));
        let found = self.select_rows(&select)?;
        Ok(found.into_iter().filter_map(|row| Some((row.first()?.int()?, row.get(1)?.int().is_some_and(|at| at < 0)))).collect())
    }

    /// Which of the conditions hold of a record, living or not; none for a record that is not there.
    ///
    /// # Errors
    /// Those of the database.
    pub fn truths(&mut self, registry: &Registry, object: &Object, id: i64, conds: &[Cond]) -> Result<Vec<bool>, StoreError> {
        let mut compiler = Compiler::new(registry, self.backend());
        let mut select = Query::select();
        for cond in conds {
            let holds = compiler.cond(cond, object, T);
            select.expr(CaseStatement::new().case(holds, constant(1)).finally(constant(0)));
        }
        from(&mut compiler, &mut select, object, &Cond::True, Bin::Any);
        select.and_where(col(T, "id").eq(id));
        let row = self.select_rows(&select)?.into_iter().next().unwrap_or_default();
        Ok(row.iter().map(|cell| cell.int() == Some(1)).collect())
    }

    /// Which of the conditions is the first that holds of each of these living records: (id, its place); records
    /// of which none holds are left out.
    ///
    /// # Errors
    /// Those of the database.
    pub fn first_holding(
        &mut self,
        registry: &Registry,
        object: &Object,
        ids: &[i64],
        conds: &[Cond],
    ) -> Result<HashMap<i64, usize>, StoreError> {
        if ids.is_empty() || conds.is_empty() {
            return Ok(HashMap::new());
        }
        let mut compiler = Compiler::new(registry, self.backend());
        let mut first = CaseStatement::new();
        for (n, cond) in (0..).zip(conds) {
            first = first.case(compiler.cond(cond, object, T), constant(n));
        }
        let mut select = Query::select();
        select.expr(col(T, "id")).expr(first.finally(constant(-1)));
        from(&mut compiler, &mut select, object, &Cond::True, Bin::Living);
        select.and_where(compiler.in_ids(col(T, "id"), ids));
        let found = self.select_rows(&select)?;
        Ok(found.into_iter().filter_map(|cells| Some((cells.first()?.int()?, usize::try_from(cells.get(1)?.int()?).ok()?))).collect())
    }

    /// Of which of these conditions there is a living record, in one statement.
    ///
    /// # Errors
    /// Those of the database.
    pub fn any_of_each(&mut self, registry: &Registry, asked: &[(Arc<Object>, Cond)]) -> Result<Vec<bool>, StoreError> {
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let mut compiler = Compiler::new(registry, self.backend());
        let mut select = Query::select();
        for (object, cond) in asked {
            let mut one = Query::select();
            one.expr(constant(1));
            from(&mut compiler, &mut one, object, cond, Bin::Living);
            select.expr(CaseStatement::new().case(Expr::exists(one), constant(1)).finally(constant(0)));
        }
        let found = self.select_rows(&select)?.into_iter().next().unwrap_or_default();
        Ok(found.iter().map(|cell| cell.int() == Some(1)).collect())
    }

    /// Which living records there are of which any of the conditions holds, each asked of its own index.
    ///
    /// # Errors
    /// Those of the database.
    pub fn few_of_any(&mut self, registry: &Registry, object: &Object, conds: &[Cond], most: usize) -> Result<Few, StoreError> {
        if conds.iter().any(|cond| *cond == Cond::True || blind(cond, object)) {
            return Ok(Few::Unasked);
        }
        let mut sum = 0;
        for cond in conds {
            match self.count(registry, object, cond, Bin::Living, Some(most as u64))? {
                Count::Above(_) => return Ok(Few::More),
                Count::Exact(n) => sum += n,
            }
        }
        if sum > most as u64 {
            return Ok(Few::Unasked);
        }
        let mut found = BTreeSet::new();
        for cond in conds {
            let mut compiler = Compiler::new(registry, self.backend());
            let mut select = Query::select();
            select.expr(col(T, "id"));
            from(&mut compiler, &mut select, object, cond, Bin::Living);
            found.extend(self.select_rows(&select)?.into_iter().filter_map(|cells| cells.first()?.int()));
        }
        Ok(Few::These(found.into_iter().collect()))
    }

    /// Keeps the row from being changed by others until the transaction ends; false when it is missing.
    ///
    /// # Errors
    /// Those of the database; `Busy` when somebody else holds it too long.
    pub fn lock(&mut self, object: &Object, id: i64) -> Result<bool, StoreError> {
        let mut select = Query::select();
        select.expr(col(T, "id")).from_as(object.table.clone(), T).and_where(col(T, "id").eq(id));
        // the one writer of SQLite needs no locks
        if self.backend() == Backend::Postgres && self.writable {
            // a lock that is not got spoils the transaction as a refused write does
            self.must_write()?;
            select.lock(LockType::Update);
        }
        Ok(!self.select_rows(&select)?.is_empty())
    }

    /// Nobody else changes these records until the transaction ends. Taken in one order by all who take several.
    ///
    /// # Errors
    /// `Busy` when the wait is too long, and those of the database.
    pub fn lock_all(&mut self, object: &Object, ids: &[i64]) -> Result<(), StoreError> {
        if self.backend() == Backend::Sqlite || !self.writable || ids.is_empty() {
            return Ok(());
        }
        let sql = format!("SELECT id FROM {} WHERE {} ORDER BY id FOR UPDATE", quote(&object.table), self.one_of("id", "$1"));
        self.changing(&sql, &[self.list(ids)]).map(|_| ())
    }

    /// Ids of records above `after`, those in the bin too, upwards; nobody else changes them until the
    /// transaction ends.
    ///
    /// # Errors
    /// Those of the database; `Busy` when somebody else holds one too long.
    pub fn lock_after(&mut self, object: &Object, after: i64, limit: usize) -> Result<Vec<i64>, StoreError> {
        let mut select = Query::select();
        select.expr(col(T, "id")).from_as(object.table.clone(), T).and_where(col(T, "id").gt(after));
        select.order_by_expr(col(T, "id"), Order::Asc).limit(limit as u64);
        if self.backend() == Backend::Postgres && self.writable {
            self.must_write()?;
            select.lock(LockType::Update);
        }
        let found = self.select_rows(&select)?;
        Ok(found.into_iter().filter_map(|cells| cells.first()?.int()).collect())
    }

    /// Ids of living matching records above `after`, upwards: walks a whole result in batches.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ids_after(
        &mut self,
        registry: &Registry,
        object: &Object,
        cond: &Cond,
        after: i64,
        limit: usize,
    ) -> Result<Vec<i64>, StoreError> {
        let mut compiler = Compiler::new(registry, self.backend());
        let mut select = Query::select();
        select.expr(col(T, "id"));
        from(&mut compiler, &mut select, object, cond, Bin::Living);
        select.and_where(col(T, "id").gt(after)).order_by_expr(col(T, "id"), Order::Asc).limit(limit as u64);
        let found = self.select_rows(&select)?;
        Ok(found.into_iter().filter_map(|cells| cells.first()?.int()).collect())
    }

    /// Another living record with these values in `fields`, which must be unique together. Empty
    /// values clash with nothing.
    ///
    /// # Errors
    /// Those of the database.
    pub fn taken(
        &mut self,
        _registry: &Registry,
        object: &Object,
        fields: &[FieldIx],
        values: &[Raw],
        except: Option<i64>,
    ) -> Result<Option<i64>, StoreError> {
        if values.iter().any(Raw::is_null) || fields.is_empty() {
            return Ok(None);
        }
        let mut select = Query::select();
        select.expr(col(T, "id")).from_as(object.table.clone(), T).and_where(col(T, "deleted_at").is_null());
        for (ix, value) in fields.iter().zip(values) {
            let field = object.at(*ix);
            let value = match value {
                Raw::Text(s) if field.folded => Raw::Text(fold(s)),
                value => value.clone(),
            };
            select.and_where(col(T, comparing_column(field)).eq(bound(&value)));
        }
        if let Some(id) = except {
            select.and_where(col(T, "id").ne(id));
        }
        let (sql, params) = built(self.backend(), select.limit(1));
        Ok(self.query_one(&sql, &params)?.and_then(|cells| cells.first()?.int()))
    }
}
