//! One printed step of a schema change, and the SQL it runs.

use std::fmt;

/// A column of an object's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnSpec {
    pub name: String,
    /// Text; else a 64-bit number.
    pub text: bool,
}

/// An index over an object's table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexSpec {
    pub name: String,
    pub table: String,
    pub columns: Vec<String>,
    pub unique: bool,
    pub rows: Covered,
}

/// Which rows an index covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covered {
    All,
    Living,
    Binned,
}

/// A step of the plan, in the order in which it is applied. A plan drops nothing but indexes; tables and columns
/// go only when an administrator removes for good what he made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaStep {
    RenameTable {
        from: String,
        to: String,
    },
    CreateTable {
        table: String,
        columns: Vec<ColumnSpec>,
    },
    /// Table of a `links` field.
    CreateLinks {
        table: String,
        columns: Vec<ColumnSpec>,
    },
    RenameColumn {
        table: String,
        from: String,
        to: String,
    },
    AddColumn {
        table: String,
        column: ColumnSpec,
    },
    /// Fills the folded companion of a text column.
    Fold {
        table: String,
        column: String,
    },
    DropIndex {
        name: String,
    },
    CreateIndex(IndexSpec),
    DropColumn {
        table: String,
        column: String,
    },
    DropTable {
        table: String,
    },
}

impl fmt::Display for SchemaStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SchemaStep::RenameTable { from, to } => write!(f, "rename table {from} to {to}"),
            SchemaStep::CreateTable { table, columns } => write!(f, "create table {table} ({} columns)", columns.len()),
            SchemaStep::CreateLinks { table, .. } => write!(f, "create table {table} (links)"),
            SchemaStep::RenameColumn { table, from, to } => write!(f, "rename column {table}.{from} to {to}"),
            SchemaStep::AddColumn { table, column } => write!(f, "add column {table}.{}", column.name),
            SchemaStep::Fold { table, column } => write!(f, "fill {table}.{column}__s"),
            SchemaStep::DropIndex { name } => write!(f, "drop index {name}"),
            SchemaStep::CreateIndex(index) => write!(f, "create index {} on {}", index.name, index.table),
            SchemaStep::DropColumn { table, column } => write!(f, "drop column {table}.{column}"),
            SchemaStep::DropTable { table } => write!(f, "drop table {table}"),
        }
    }
}

impl SchemaStep {
    /// Portable SQL; none for steps that move data.
    pub(crate) fn sql(&self) -> Option<String> {
        Some(match self {
            SchemaStep::RenameTable { from, to } => format!("ALTER TABLE {} RENAME TO {}", quote(from), quote(to)),
            SchemaStep::CreateTable { table, columns } => {
                format!("CREATE TABLE {} ({{id}}, version BIGINT NOT NULL, deleted_at BIGINT{})", quote(table), declared(columns))
            }
            SchemaStep::CreateLinks { table, columns } => format!(
                "CREATE TABLE {} (from_id BIGINT NOT NULL, n BIGINT NOT NULL, to_id BIGINT NOT NULL{}, \
                 PRIMARY KEY (from_id, n)) {{clustered}}",
                quote(table),
                declared(columns)
            ),
            SchemaStep::RenameColumn { table, from, to } => {
                format!("ALTER TABLE {} RENAME COLUMN {} TO {}", quote(table), quote(from), quote(to))
            }
            SchemaStep::AddColumn { table, column } => {
                format!("ALTER TABLE {} ADD COLUMN {} {}", quote(table), quote(&column.name), kind(column))
            }
            SchemaStep::Fold { .. } => return None,
            SchemaStep::DropIndex { name } => format!("DROP INDEX IF EXISTS {}", quote(name)),
            SchemaStep::CreateIndex(index) => index.sql(""),
            SchemaStep::DropColumn { table, column } => format!("ALTER TABLE {} DROP COLUMN {}", quote(table), quote(column)),
            SchemaStep::DropTable { table } => format!("DROP TABLE IF EXISTS {}", quote(table)),
        })
    }
}

impl IndexSpec {
    /// The statement that builds it; `how` stands before its name.
    pub(crate) fn sql(&self, how: &str) -> String {
        let columns: Vec<_> = self.columns.iter().map(|c| quote(c)).collect();
        let rows = match self.rows {
            Covered::All => "",
            Covered::Living => " WHERE deleted_at IS NULL",
            Covered::Binned => " WHERE deleted_at IS NOT NULL",
        };
        let unique = if self.unique { "UNIQUE " } else { "" };
        let (name, table) = (quote(&self.name), quote(&self.table));
        format!("CREATE {unique}INDEX {how}{name} ON {table} ({}){rows}", columns.join(", "))
    }
}
fn declared(columns: &[ColumnSpec]) -> String {
    columns.iter().map(|c| format!(", {} {}", quote(&c.name), kind(c))).collect()
}

fn kind(column: &ColumnSpec) -> &'static str {
    if column.text { "TEXT" } else { "BIGINT" }
}

/// A name from the registry as an identifier.
pub(crate) fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
