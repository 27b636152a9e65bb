//! The platform's own tables. Each module declares its tables beside their use; this lists them.

use crate::conn::{Backend, Conn};
use crate::error::StoreError;
use crate::{postgres, sqlite};
use akrab_model::Raw;

/// Raised when a system table changes in a way that older programs cannot work with.
const FORMAT: i64 = 1;

/// Portable SQL: `{id}` is the identity column, `{clustered}` keeps rows in key order where possible.
const TABLES: &[&[&str]] = &[
    &["CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value BIGINT NOT NULL) {clustered}"],
    crate::names::TABLES,
    crate::setting::TABLES,
    crate::shape::TABLES,
    crate::history::TABLES,
    crate::audit::TABLES,
    crate::timeline::TABLES,
    crate::search::TABLES,
    crate::view::TABLES,
    crate::identity::TABLES,
    crate::recent::TABLES,
    crate::notice::TABLES,
    crate::live::TABLES,
    crate::pin::TABLES,
    crate::file::TABLES,
    crate::attachment::TABLES,
    crate::word::TABLES,
    crate::job::TABLES,
    crate::ledger::TABLES,
    crate::declared::TABLES,
    crate::confirmation::TABLES,
    crate::contact::TABLES,
    crate::block::TABLES,
    crate::work::TABLES,
    crate::share::TABLES,
    crate::hook::TABLES,
    crate::inlet::TABLES,
    crate::flow::TABLES,
    crate::approval::TABLES,
    crate::deputy::TABLES,
    crate::scoped::TABLES,
    crate::oauth::TABLES,
    crate::oidc::TABLES,
    crate::passkey::TABLES,
    crate::directory::TABLES,
    crate::stay::TABLES,
    crate::breach::TABLES,
    crate::twin::TABLES,
    crate::erased::TABLES,
];

/// Tables whose rows are never changed and never deleted; the database itself refuses it.
const KEPT: &[&str] = &["ledger_entry", "ledger_taken", "declared_version", "consent_event", "contact_decision"];

impl Conn {
    /// Creates what is missing and refuses workspaces of a newer format.
    pub(crate) fn system_tables(&mut self) -> Result<(), StoreError> {
        self.schema_lock()?;
        let own = match self.backend() {
            Backend::Sqlite => sqlite::search::TABLES,
            Backend::Postgres => postgres::search::TABLES,
        };
        for sql in TABLES.iter().flat_map(|t| t.iter()).chain(own) {
            self.declare(sql)?;
        }
        for table in KEPT {
            let sql = match self.backend() {
                Backend::Sqlite => sqlite::catalog::kept(table),
                Backend::Postgres => postgres::catalog::kept(table),
            };
            self.script(&sql)?;
        }
        let found = self.query_one("SELECT value FROM meta WHERE key = 'format'", &[])?;
        match found.as_deref() {
            Some([Raw::Int(found)]) if *found > FORMAT => Err(StoreError::Newer { found: *found, known: FORMAT }),
            Some(_) => Ok(()),
            None => self.execute("INSERT INTO meta (key, value) VALUES ('format', $1)", &[Raw::Int(FORMAT)]).map(|_| ()),
        }
    }
}
