//! What the database has to do for a change, in words a page can say.

use akrab_model::Registry;
use akrab_store::{IndexSpec, SchemaStep};
use serde::Serialize;
use std::collections::BTreeMap;

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlanLine {
    /// `create_table`, `create_links`, `add_column`, `create_index`, `drop_index`, `drop_column`, `drop_table`, `fill`,
    /// `rename`; message key `plan-<kind>`.
    pub kind: &'static str,
    pub table: String,
    /// Column or index, where it is one.
    pub name: String,
    /// Records the table holds now.
    pub rows: u64,
    /// Done afterwards in the background.
    pub later: bool,
}

/// The lines of a plan; `rows` says how many records each table holds.
pub(super) fn lines(now: &[SchemaStep], later: &[IndexSpec], filled: &[(String, String)], rows: &BTreeMap<String, u64>) -> Vec<PlanLine> {
    let of = |table: &str| rows.get(table).copied().unwrap_or(0);
    let line = |kind, table: &str, name: &str, later| PlanLine { kind, table: table.into(), name: name.into(), rows: of(table), later };
    let mut lines: Vec<PlanLine> = now
        .iter()
        .map(|step| match step {
            SchemaStep::CreateTable { table, .. } => line("create_table", table, "", false),
            SchemaStep::CreateLinks { table, .. } => line("create_links", table, "", false),
            SchemaStep::AddColumn { table, column } => line("add_column", table, &column.name, false),
            SchemaStep::CreateIndex(index) => line("create_index", &index.table, &index.name, false),
            SchemaStep::DropIndex { name } => line("drop_index", "", name, false),
            SchemaStep::DropColumn { table, column } => line("drop_column", table, column, false),
            SchemaStep::DropTable { table } => line("drop_table", table, "", false),
            SchemaStep::Fold { table, column } => line("fill", table, column, false),
            SchemaStep::RenameTable { from, to } => line("rename", from, to, false),
            SchemaStep::RenameColumn { table, to, .. } => line("rename", table, to, false),
        })
        .collect();
    lines.extend(later.iter().map(|index| line("create_index", &index.table, &index.name, true)));
    lines.extend(filled.iter().filter(|(table, _)| of(table) > 0).map(|(table, column)| line("fill", table, column, true)));
    lines
}

/// Figures declared in `after` that `before` has not, or otherwise: table and column of each.
pub(super) fn filled(before: &Registry, after: &Registry) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for object in after.objects() {
        let old = before.object(&object.key);
        for field in object.fields.iter().filter(|f| f.formula.is_some() || f.rollup.is_some()) {
            let same = old.and_then(|o| o.field(&field.key)).is_some_and(|o| o.formula == field.formula && o.rollup == field.rollup);
            if !same {
                found.push((object.table.clone(), field.column.clone()));
            }
        }
    }
    found
}
