//! Tables: the platform's own, and those planned from the objects' declarations.

mod apply;
mod plan;
mod step;
pub(crate) mod system;

pub(crate) use plan::{comparing_column, plan};
pub use plan::{link_table, parted, removal};
pub(crate) use step::quote;
pub use step::{ColumnSpec, Covered, IndexSpec, SchemaStep};

use crate::conn::{Backend, Conn, Rows};
use crate::error::StoreError;
use crate::{postgres, sqlite};
use akrab_model::Raw;

/// Setting with the size of a table when it was last looked at as a whole.
fn analyzed(table: &str) -> String {
    format!("analyzed.{table}")
}

impl Conn {
    fn catalog_columns(&mut self) -> Result<Rows, StoreError> {
        let sql = match self.backend() {
            Backend::Sqlite => sqlite::catalog::COLUMNS,
            Backend::Postgres => postgres::catalog::COLUMNS,
        };
        self.query(sql, &[])
    }
    fn catalog_indexes(&mut self) -> Result<Rows, StoreError> {
        let sql = match self.backend() {
            Backend::Sqlite => sqlite::catalog::INDEXES,
            Backend::Postgres => postgres::catalog::INDEXES,
        };
        self.query(sql, &[])
    }
    fn schema_lock(&mut self) -> Result<(), StoreError> {
        let sql = match self.backend() {
            Backend::Sqlite => sqlite::catalog::LOCK,
            Backend::Postgres => postgres::catalog::LOCK,
        };
        self.query(sql, &[]).map(|_| ())
    }
    /// Runs portable SQL that declares a table or an index.
    pub(crate) fn declare(&mut self, sql: &str) -> Result<(), StoreError> {
        let sql = match self.backend() {
            Backend::Sqlite => sqlite::catalog::declare(sql),
            Backend::Postgres => postgres::catalog::declare(sql),
        };
        self.script(&sql)
    }
    /// Bytes the tables and indexes of the workspace use.
    ///
    /// # Errors
    /// Those of the database.
    pub fn used_bytes(&mut self) -> Result<i64, StoreError> {
        let sql = match self.backend() {
            Backend::Sqlite => sqlite::catalog::USED,
            Backend::Postgres => postgres::catalog::USED,
        };
        Ok(self.query_one(sql, &[])?.and_then(|row| row.first()?.int()).unwrap_or_default())
    }

    /// Renews what the planner knows about the sizes of tables; after a large import.
    ///
    /// # Errors
    /// Those of the database.
    pub fn analyze(&mut self) -> Result<(), StoreError> {
        match self.backend() {
            Backend::Postgres => {
                let tables = self.query_one(postgres::catalog::OWN_TABLES, &[])?.and_then(|row| row.into_iter().next()?.into_text());
                tables.map_or(Ok(()), |tables| self.script(&format!("ANALYZE {tables}")))
            }
            Backend::Sqlite => {
                // first: what a sample says of a table it has not seen yet would take its place
                self.analyze_grown()?;
                self.script(sqlite::catalog::ANALYZE)
            }
        }
    }

    /// Looks at object tables as a whole when they have grown by half, and at indexes that are new. A sample takes a state that
    /// every record has for a rare one, and lists then sort a million rows to show fifty.
    fn analyze_grown(&mut self) -> Result<(), StoreError> {
        let mut renewed = false;
        for row in self.query(sqlite::catalog::OBJECT_TABLES, &[])? {
            let Some(table) = row.first().and_then(|t| t.text()).map(str::to_string) else { continue };
            let key = analyzed(&table);
            let known: i64 = self.setting_get(&key)?.and_then(|n| n.parse().ok()).unwrap_or(0);
            let rows = self.query_one(&format!("SELECT MAX(id) FROM \"{table}\""), &[])?;
            let rows = rows.and_then(|r| r.first().and_then(|n| n.int())).unwrap_or(0);
            if rows > known + known / 2 + 1_000 {
                self.script(&format!("PRAGMA analysis_limit = 0; ANALYZE \"{table}\""))?;
                self.setting_set(&key, &rows.to_string())?;
                renewed = true;
            } else if known > 0 {
                renewed |= self.analyze_unknown(&table)?;
            }
        }
        if renewed { self.script(sqlite::catalog::RELOAD) } else { Ok(()) }
    }

    /// Before a SQLite database is closed: SQLite's own look would find a new index on a table that has been looked at
    /// as a whole, and put a sample of the table in place of what is known of it.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) fn analyze_last(&mut self) -> Result<(), StoreError> {
        for row in self.query(sqlite::catalog::OBJECT_TABLES, &[])? {
            let Some(table) = row.into_iter().next().and_then(Raw::into_text) else { continue };
            if self.setting_get(&analyzed(&table))?.is_some() {
                self.analyze_unknown(&table)?;
            }
        }
        self.script("PRAGMA optimize")
    }

    /// Looks at indexes of a table of which the planner knows nothing yet; says whether there were any.
    fn analyze_unknown(&mut self, table: &str) -> Result<bool, StoreError> {
        let unknown = self.query(sqlite::catalog::UNKNOWN_INDEXES, &[table.into()])?;
        for index in &unknown {
            let Some(name) = index.first().and_then(|n| n.text()) else { continue };
            self.script(&format!("PRAGMA analysis_limit = 0; ANALYZE \"{name}\""))?;
        }
        Ok(!unknown.is_empty())
    }
}
