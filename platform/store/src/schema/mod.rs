//! Tables: the platform's own, and those planned from the objects' declarations.

mod apply;
mod plan;
mod step;
pub(crate) mod system;

pub(crate) use plan::{comparing_column, link_table, plan};
pub(crate) use step::quote;
pub use step::{ColumnSpec, Covered, IndexSpec, SchemaStep};

use crate::conn::{Backend, Conn, Rows};
use crate::error::StoreError;
use crate::{postgres, sqlite};

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
    /// Renews what the planner knows about the sizes of tables; after a large import.
    ///
    /// # Errors
    /// Those of the database.
    pub fn analyze(&mut self) -> Result<(), StoreError> {
        let sql = match self.backend() {
            Backend::Sqlite => sqlite::catalog::ANALYZE,
            Backend::Postgres => postgres::catalog::ANALYZE,
        };
        self.script(sql)
    }
}
