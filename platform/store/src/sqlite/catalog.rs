//! What the database holds and how tables are declared. Twin of `postgres/catalog.rs`.

/// Table and column names.
pub(crate) const COLUMNS: &str = "SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p \
     WHERE m.type = 'table' AND (m.name GLOB 'o_*' OR m.name GLOB 'l_*') ORDER BY m.name, p.cid";

/// Every table: its columns, whether they hold text, and their place in the primary key.
pub(crate) const TABLES: &str = "SELECT m.name, p.name, upper(p.type) = 'TEXT', p.pk FROM sqlite_master m, pragma_table_info(m.name) p \
     WHERE m.type = 'table' AND m.name NOT GLOB 'sqlite_*' AND m.name NOT GLOB 'search_fts_*' ORDER BY m.name, p.cid";

/// The largest id each table ever gave.
pub(crate) const LAST_IDS: &str = "SELECT name, seq FROM sqlite_sequence";

/// Tables of objects.
pub(crate) const OBJECT_TABLES: &str = "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'o_*' ORDER BY name";

/// Names of indexes that were declared by us.
pub(crate) const INDEXES: &str = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name";

/// Keeps two processes from changing the schema at once. The one writer does that here.
pub(crate) const LOCK: &str = "SELECT 1";

/// Indexes of a table, looked at before, of which the planner knows nothing yet.
pub(crate) const UNKNOWN_INDEXES: &str = "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = $1 AND sql IS NOT NULL \
     AND name NOT IN (SELECT idx FROM sqlite_stat1 WHERE tbl = $1 AND idx IS NOT NULL)";

/// Fresh figures for the planner, cheaply.
pub(crate) const ANALYZE: &str = "PRAGMA analysis_limit = 1000; PRAGMA optimize = 0x10002";

/// Bytes in use: all pages but the free ones.
pub(crate) const USED: &str =
    "SELECT (c.page_count - f.freelist_count) * s.page_size FROM pragma_page_count c, pragma_freelist_count f, pragma_page_size s";

/// Open readers look at the planner's figures only when they read the schema anew: a change makes them.
pub(crate) const RELOAD: &str = "CREATE TABLE akrab_reload (n INTEGER); DROP TABLE akrab_reload";

/// Portable SQL in this database's words.
pub(crate) fn declare(sql: &str) -> String {
    sql.replace("{id}", "id INTEGER PRIMARY KEY AUTOINCREMENT").replace("{clustered}", "WITHOUT ROWID")
}

/// Makes the database refuse to change or delete rows of a table.
pub(crate) fn kept(table: &str) -> String {
    let trigger = |verb: &str| {
        format!(
            "CREATE TRIGGER IF NOT EXISTS {table}_no_{verb} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, 'rows of {table} stay as they are'); END;"
        )
    };
    [trigger("update"), trigger("delete")].concat()
}
