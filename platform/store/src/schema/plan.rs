//! Compares the declarations with what is there. Additive: columns and tables are never dropped.

use super::step::{ColumnSpec, Covered, IndexSpec, SchemaStep};
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::object::{Storage, ViewKind};
use akrab_model::{Field, FieldType, Object, Raw, Registry};
use std::collections::{BTreeMap, BTreeSet};

/// Longest name both databases keep whole.
const LONGEST_NAME: usize = 63;

/// The column by which a field sorts, compares and must be unique.
pub(crate) fn comparing_column(field: &Field) -> String {
    if field.folded { format!("{}__s", field.column) } else { field.column.clone() }
}

/// Table of a `links` field.
pub fn link_table(object: &Object, field: &Field) -> String {
    // fields made in the workspace keep their mark, as their columns do
    let name = field.column.strip_prefix("f_").unwrap_or(&field.column);
    fitting(format!("l_{}_{name}", stem(object)))
}

/// The object's name in names of indexes and link tables.
fn stem(object: &Object) -> &str {
    object.table.strip_prefix("o_").unwrap_or(&object.table)
}

/// The steps that remove a field, or with none the whole object, after its indexes are gone.
pub fn removal(object: &Object, field: Option<&str>) -> Vec<SchemaStep> {
    let of_field = |f: &&Field| field.is_none_or(|key| f.key == key || f.part_of.as_deref() == Some(key));
    let mut steps: Vec<SchemaStep> = object
        .fields
        .iter()
        .filter(of_field)
        .filter(|f| f.kind == FieldType::Links)
        .map(|f| SchemaStep::DropTable { table: link_table(object, f) })
        .collect();
    let Some(_) = field else {
        steps.push(SchemaStep::DropTable { table: object.table.clone() });
        return steps;
    };
    let columns = object.fields.iter().filter(of_field).flat_map(specs);
    steps.extend(columns.map(|spec| SchemaStep::DropColumn { table: object.table.clone(), column: spec.name }));
    steps
}

/// The steps of a plan that are done at once, and the indexes over tables that are there already: those take their time.
pub fn parted(steps: Vec<SchemaStep>) -> (Vec<SchemaStep>, Vec<IndexSpec>) {
    let mut new = BTreeSet::new();
    let (mut now, mut later) = (Vec::new(), Vec::new());
    for step in steps {
        match step {
            SchemaStep::CreateIndex(index) if !new.contains(&index.table) => later.push(index),
            step => {
                if let SchemaStep::CreateTable { table, .. } | SchemaStep::CreateLinks { table, .. } = &step {
                    new.insert(table.clone());
                }
                now.push(step);
            }
        }
    }
    (now, later)
}

/// What is there now.
pub(crate) struct Present {
    /// Table → columns.
    tables: BTreeMap<String, BTreeSet<String>>,
    /// Index → table.
    indexes: BTreeMap<String, String>,
}

impl Conn {
    pub(crate) fn schema_present(&mut self) -> Result<Present, StoreError> {
        let mut present = Present { tables: BTreeMap::new(), indexes: BTreeMap::new() };
        for row in self.catalog_columns()? {
            if let [Raw::Text(table), Raw::Text(column)] = row.as_slice() {
                present.tables.entry(table.clone()).or_default().insert(column.clone());
            }
        }
        for row in self.catalog_indexes()? {
            if let [Raw::Text(name), Raw::Text(table)] = row.as_slice() {
                present.indexes.insert(name.clone(), table.clone());
            }
        }
        Ok(present)
    }
}

/// The steps that bring the tables to what `registry` declares; empty when they are there.
pub(crate) fn plan(mut present: Present, registry: &Registry) -> Vec<SchemaStep> {
    let mut steps = Vec::new();
    let mut wanted = Vec::new();
    for object in registry.objects() {
        tables(object, &mut present, &mut steps);
        wanted.extend(indexes(object));
    }
    let keep: BTreeSet<_> = wanted.iter().map(|i| i.name.as_str()).collect();
    for (name, table) in &present.indexes {
        let ours = ["i_", "u_", "b_"].iter().any(|p| name.starts_with(p)) && present.tables.contains_key(table);
        if ours && !keep.contains(name.as_str()) {
            steps.push(SchemaStep::DropIndex { name: name.clone() });
        }
    }
    steps.extend(wanted.into_iter().filter(|i| !present.indexes.contains_key(&i.name)).map(SchemaStep::CreateIndex));
    steps
}

fn tables(object: &Object, present: &mut Present, steps: &mut Vec<SchemaStep>) {
    let former = object.decl.was.iter().map(|w| format!("o_{w}"));
    rename_table(former, &object.table, present, steps);
    match present.tables.get(&object.table).cloned() {
        None => {
            let columns = object.columns().flat_map(|(_, f)| specs(f)).collect();
            steps.push(SchemaStep::CreateTable { table: object.table.clone(), columns });
        }
        Some(there) => alter(object, there, steps),
    }
    for field in object.fields.iter().filter(|f| f.kind == FieldType::Links) {
        links(object, field, present, steps);
    }
}

fn links(object: &Object, field: &Field, present: &mut Present, steps: &mut Vec<SchemaStep>) {
    let table = link_table(object, field);
    let fields: Vec<_> = std::iter::once(field.key.clone()).chain(former_keys(object, field)).collect();
    let objects = std::iter::once(&object.key).chain(&object.decl.was);
    let former: Vec<_> = objects.flat_map(|o| fields.iter().map(move |f| fitting(format!("l_{o}_{f}")))).filter(|f| *f != table).collect();
    rename_table(former.into_iter(), &table, present, steps);
    let columns: Vec<_> = field.columns.iter().flat_map(link_specs).collect();
    match present.tables.get(&table) {
        None => steps.push(SchemaStep::CreateLinks { table, columns }),
        Some(there) => {
            let missing = columns.into_iter().filter(|c| !there.contains(&c.name));
            steps.extend(missing.map(|column| SchemaStep::AddColumn { table: table.clone(), column }));
        }
    }
}

fn rename_table(former: impl Iterator<Item = String>, table: &str, present: &mut Present, steps: &mut Vec<SchemaStep>) {
    if present.tables.contains_key(table) {
        return;
    }
    for from in former {
        if let Some(columns) = present.tables.remove(&from) {
            present.tables.insert(table.into(), columns);
            for owner in present.indexes.values_mut().filter(|t| **t == from) {
                *owner = table.into();
            }
            steps.push(SchemaStep::RenameTable { from, to: table.into() });
            return;
        }
    }
}

fn alter(object: &Object, mut there: BTreeSet<String>, steps: &mut Vec<SchemaStep>) {
    let table = &object.table;
    let mut added = BTreeSet::new();
    for (_, field) in object.columns() {
        for spec in specs(field) {
            if there.contains(&spec.name) {
                continue;
            }
            let suffix = if spec.name == field.column { "" } else { "__s" };
            let mut former = former_keys(object, field).into_iter().map(|k| format!("f_{k}{suffix}"));
            if let Some(from) = former.find(|c| there.remove(c)) {
                steps.push(SchemaStep::RenameColumn { table: table.clone(), from, to: spec.name });
                continue;
            }
            added.insert(spec.name.clone());
            steps.push(SchemaStep::AddColumn { table: table.clone(), column: spec });
            // a column that is new itself has nothing to fold
            if suffix == "__s" && !added.contains(&field.column) {
                steps.push(SchemaStep::Fold { table: table.clone(), column: field.column.clone() });
            }
        }
    }
}

/// Keys the field had before; parts of a composite follow the whole.
fn former_keys(object: &Object, field: &Field) -> Vec<String> {
    let whole = field.part_of.as_deref().unwrap_or(&field.key);
    let suffix = field.key.strip_prefix(whole).unwrap_or_default();
    object.decl.fields.get(whole).map(|d| d.was.iter().map(|w| format!("{w}{suffix}")).collect()).unwrap_or_default()
}

fn specs(field: &Field) -> Vec<ColumnSpec> {
    let mut specs = link_specs(field);
    if field.is_column() && field.folded {
        specs.push(ColumnSpec { name: comparing_column(field), text: true });
    }
    specs
}

/// Columns of links have no folded companions: nothing sorts or searches by them.
fn link_specs(field: &Field) -> Vec<ColumnSpec> {
    if !field.is_column() {
        return Vec::new();
    }
    vec![ColumnSpec { name: field.column.clone(), text: field.storage() == Storage::Text }]
}

fn indexes(object: &Object) -> Vec<IndexSpec> {
    let table = &object.table;
    let index = |prefix: &str, columns: Vec<String>, rows: Covered| IndexSpec {
        name: fitting(format!("{prefix}_{}_{}", stem(object), columns.join("_"))),
        table: table.clone(),
        columns,
        unique: prefix == "u",
        rows,
    };
    let mut wanted = vec![index("b", vec!["id".into()], Covered::Binned)];
    let mut board = board_columns(object);
    for (_, field) in object.columns() {
        let column = comparing_column(field);
        if field.unique {
            wanted.push(index("u", vec![column], Covered::Living));
        } else if let Some(columns) = board.take_if(|columns| columns.first() == Some(&column)) {
            wanted.push(index("i", columns, Covered::Living));
        } else if field.index {
            let owner = owner_beside(object, &field.key).filter(|owner| *owner != column);
            wanted.push(index("i", [column, "id".into()].into_iter().chain(owner).collect(), Covered::Living));
        }
    }
    for set in &object.decl.unique {
        let columns = set.iter().filter_map(|k| object.field(k)).filter(|f| f.is_column()).map(comparing_column);
        wanted.push(index("u", columns.collect(), Covered::Living));
    }
    for field in object.fields.iter().filter(|f| f.kind == FieldType::Links) {
        let table = link_table(object, field);
        let name = fitting(format!("i_{table}_to"));
        let columns = vec!["to_id".into(), "from_id".into()];
        wanted.push(IndexSpec { name, table, columns, unique: false, rows: Covered::All });
    }
    wanted.sort_by(|a, b| a.name.cmp(&b.name));
    wanted.dedup_by(|a, b| a.name == b.name);
    wanted
}

/// When things were done and by whom is asked for over all records: answered from the index of the moment alone.
fn owner_beside(object: &Object, key: &str) -> Option<String> {
    let at = object.decl.timeline.at.as_deref().filter(|at| *at == key);
    at.and(object.owner).map(|ix| object.at(ix).column.clone())
}

/// What a board reads: its lanes in the order of its view, and the figures of a lane from the index
/// alone, for those who see all records and for those who see some people's.
fn board_columns(object: &Object) -> Option<Vec<String>> {
    let board = object.decl.board.as_ref()?;
    let column = |key: &str| object.field(key).filter(|f| f.is_column()).map(comparing_column);
    let view = object.decl.views.iter().find(|v| v.kind == ViewKind::Board);
    let sort = view.and_then(|v| v.sort.first()).map_or("updated_at", |key| key.trim_start_matches('-'));
    let owner = object.owner.map(|ix| object.at(ix).column.clone());
    let mut columns = vec![column(&board.by)?, column(sort)?, "id".into()];
    for more in board.amount.as_deref().and_then(column).into_iter().chain(owner) {
        if !columns.contains(&more) {
            columns.push(more);
        }
    }
    Some(columns)
}

/// A long name is cut and told apart by a checksum of the whole.
fn fitting(name: String) -> String {
    if name.len() <= LONGEST_NAME {
        return name;
    }
    let sum = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    let cut: String = name.chars().take(LONGEST_NAME - 17).collect();
    format!("{cut}_{sum:016x}")
}
