//! Runs the steps of a plan.

use super::step::{IndexSpec, SchemaStep, quote};
use crate::conn::{Backend, Conn};
use crate::error::StoreError;
use akrab_model::Raw;
use akrab_model::text::fold;

/// Rows folded at once.
const BATCH: i64 = 1_000;

impl Conn {
    /// Does the steps of a plan in this transaction. Whoever reads and writes the tables waits for it, but it waits
    /// only shortly for them.
    ///
    /// # Errors
    /// `Busy` when a long transaction holds a table; those of the database.
    pub fn schema_steps(&mut self, steps: &[SchemaStep]) -> Result<(), StoreError> {
        self.must_write()?;
        if self.backend() == Backend::Postgres {
            self.script("SET LOCAL lock_timeout = 2000")?;
        }
        self.schema_apply(steps)
    }

    /// Rows of an object's table, those in the bin too; 0 for a table there is not.
    ///
    /// # Errors
    /// Those of the database.
    pub fn table_rows(&mut self, table: &str) -> Result<u64, StoreError> {
        let there = self.catalog_columns()?.iter().any(|row| row.first().and_then(Raw::text) == Some(table));
        if !there {
            return Ok(0);
        }
        let row = self.query_one(&format!("SELECT COUNT(*) FROM {}", quote(table)), &[])?;
        Ok(row.and_then(|cells| cells.first()?.int()).unwrap_or(0).unsigned_abs())
    }

    /// How many sets of living records stand in the way of a unique index, counted up to a hundred.
    ///
    /// # Errors
    /// Those of the database.
    pub fn doubled(&mut self, index: &IndexSpec) -> Result<u64, StoreError> {
        let columns: Vec<String> = index.columns.iter().map(|column| quote(column)).collect();
        let filled: Vec<String> = columns.iter().map(|column| format!("{column} IS NOT NULL")).collect();
        let sql = format!(
            "SELECT COUNT(*) FROM (SELECT 1 AS one FROM {} WHERE deleted_at IS NULL AND {} GROUP BY {} HAVING COUNT(*) > 1 LIMIT 100) AS twice",
            quote(&index.table),
            filled.join(" AND "),
            columns.join(", ")
        );
        let row = self.query_one(&sql, &[])?;
        Ok(row.and_then(|cells| cells.first()?.int()).unwrap_or(0).unsigned_abs())
    }

    pub(crate) fn schema_apply(&mut self, steps: &[SchemaStep]) -> Result<(), StoreError> {
        self.schema_lock()?;
        if self.backend() == Backend::Postgres {
            // indexes over large tables take their time
            self.script("SET LOCAL statement_timeout = 0")?;
        }
        for step in steps {
            tracing::info!(%step, "schema");
            if let (SchemaStep::CreateIndex(index), Backend::Postgres) = (step, self.backend()) {
                // one whose building was cut short stands there without being of use
                self.script(&format!("DROP INDEX IF EXISTS {}", quote(&index.name)))?;
            }
            match (step, step.sql()) {
                (SchemaStep::Fold { table, column }, _) => self.fold_column(table, column)?,
                (_, Some(sql)) => self.declare(&sql)?,
                (_, None) => {}
            }
        }
        Ok(())
    }

    fn fold_column(&mut self, table: &str, column: &str) -> Result<(), StoreError> {
        let (table, column, folded) = (quote(table), quote(column), quote(&format!("{column}__s")));
        let read = format!("SELECT id, {column} FROM {table} WHERE id > $1 AND {column} IS NOT NULL ORDER BY id LIMIT $2");
        let write = format!("UPDATE {table} SET {folded} = $1 WHERE id = $2");
        let mut after = 0;
        loop {
            let rows = self.query(&read, &[Raw::Int(after), Raw::Int(BATCH)])?;
            let Some(Raw::Int(last)) = rows.last().and_then(|r| r.first()) else { return Ok(()) };
            after = *last;
            let changes: Vec<_> = rows
                .into_iter()
                .filter_map(|row| match <[Raw; 2]>::try_from(row).ok()? {
                    [id, Raw::Text(text)] => Some(vec![Raw::Text(fold(&text)), id]),
                    _ => None,
                })
                .collect();
            self.execute_many(&write, &changes)?;
        }
    }
}
