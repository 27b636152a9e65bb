//! Columns of an export: fields of the records themselves, and of what they link to (`account.industry`), as far as
//! whoever exports may read them.

use crate::{Access, Result, Tx};
use akrab_model::object::FieldRight;
use akrab_model::{Field, FieldIx, FieldProblem, FieldType, Object, Problem, Record, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Links on the way to a column.
const FARTHEST: usize = 3;

/// One column.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// As it was asked for.
    pub key: String,
    /// Links from the record on; empty for its own fields.
    pub path: Vec<FieldIx>,
    /// Whose field it is.
    pub object: Arc<Object>,
    pub field: FieldIx,
    label: [String; 2],
}

impl Column {
    pub fn field(&self) -> &Field {
        self.object.at(self.field)
    }
    /// "Perusahaan › Segmen"
    pub fn title(&self, lang: &str) -> &str {
        if lang == "id" { &self.label[0] } else { &self.label[1] }
    }
}

impl Tx<'_> {
    /// Columns by key or path; all readable fields when none are named.
    pub(super) fn export_columns(&self, object: &Arc<Object>, keys: &[String]) -> Result<Vec<Column>> {
        if keys.is_empty() {
            let own = |ix: FieldIx| Column {
                key: object.at(ix).key.clone(),
                path: Vec::new(),
                object: object.clone(),
                field: ix,
                label: [object.at(ix).label.id.clone(), object.at(ix).label.en.clone()],
            };
            return Ok(self.rights.readable(object).into_iter().map(own).collect());
        }
        keys.iter().map(|key| self.export_column(object, key)).collect()
    }

    fn export_column(&self, object: &Arc<Object>, key: &str) -> Result<Column> {
        let unknown = || Problem::invalid(vec![FieldProblem::new("columns", "unknown_field").with("field", key)]);
        let mut at = object.clone();
        let (mut path, mut labels) = (Vec::new(), [Vec::new(), Vec::new()]);
        let mut parts = key.split('.').peekable();
        while let Some(part) = parts.next() {
            let field = self.readable_field(&at, part, "columns").map_err(|_| unknown())?;
            labels[0].push(at.at(field).label.id.clone());
            labels[1].push(at.at(field).label.en.clone());
            if parts.peek().is_none() {
                return Ok(Column { key: key.into(), path, object: at, field, label: labels.map(|l| l.join(" › ")) });
            }
            let to = at.at(field).to.filter(|_| at.at(field).kind.is_link()).ok_or_else(unknown)?;
            path.push(field);
            if path.len() > FARTHEST {
                return Err(Problem::invalid(vec![FieldProblem::new("columns", "path_too_long").with("max", FARTHEST)]));
            }
            at = self.registry.at(to).clone();
            self.rights.require_read(&at).map_err(|_| unknown())?;
        }
        Err(unknown())
    }

    /// Fields that may be columns, one link away: key, and label in either language.
    ///
    /// # Errors
    /// `not_found` object.
    pub fn export_choices(&self, object: &str) -> Result<Vec<(String, [String; 2])>> {
        let object = self.object(object)?;
        self.rights.require(&object, Access::Export)?;
        let mut keys: Vec<String> = Vec::new();
        for ix in self.rights.readable(&object) {
            let field = object.at(ix);
            keys.push(field.key.clone());
            let Some(to) = field.to.filter(|_| field.kind.is_link()) else { continue };
            let target = self.registry.at(to);
            if target.is_system() || self.rights.require_read(target).is_err() {
                continue;
            }
            let fields = (0..target.fields.len() as u16).map(FieldIx).filter(|t| self.rights.field(target, *t) > FieldRight::Hidden);
            let plain = fields.map(|t| target.at(t)).filter(|f| !f.system && !f.quiet && f.kind != FieldType::Links);
            keys.extend(plain.filter(|f| f.key != target.decl.title).map(|f| format!("{}.{}", field.key, f.key)));
        }
        keys.into_iter().map(|key| self.export_column(&object, &key).map(|column| (key, column.label))).collect()
    }

    /// The records that the columns of these lead to, by the links on the way.
    pub(super) fn related(&mut self, columns: &[Column], records: &[Record]) -> Result<Related> {
        let mut wanted: BTreeMap<Vec<FieldIx>, BTreeSet<FieldIx>> = BTreeMap::new();
        for column in columns.iter().filter(|c| !c.path.is_empty()) {
            for depth in 1..=column.path.len() {
                let next = column.path.get(depth).copied().unwrap_or(column.field);
                wanted.entry(column.path[..depth].to_vec()).or_default().insert(next);
            }
        }
        let mut related = Related::default();
        let Some(base) = records.first().map(|r| r.object.clone()) else { return Ok(related) };
        // shorter ways come first, so that each begins where one before it has ended
        for (path, fields) in wanted {
            let (last, before) = (path[path.len() - 1], &path[..path.len() - 1]);
            let from: Vec<&Record> = if before.is_empty() {
                records.iter().collect()
            } else {
                related.found.get(before).into_iter().flat_map(HashMap::values).collect()
            };
            let mut ids: Vec<i64> = from.iter().filter_map(|record| record.at(last).int()).collect();
            ids.sort_unstable();
            ids.dedup();
            let mut at = base.clone();
            for link in &path {
                let Some(to) = at.at(*link).to else { return Err(Problem::internal("a way over no link")) };
                at = self.registry.at(to).clone();
            }
            let columns: Vec<FieldIx> = fields.into_iter().collect();
            let cells: Vec<FieldIx> = columns.iter().copied().filter(|ix| at.at(*ix).is_column()).collect();
            let (registry, cond) = (self.registry.clone(), self.rights.cond(&at, Access::Read));
            let rows = self.conn.rows(&registry, &at, &ids, &cells, &cond)?;
            let living = rows.into_iter().filter(|row| row.deleted_at.is_none());
            let mut found: Vec<Record> = living.map(|row| crate::read::record_of(&at, &cells, row)).collect();
            self.load_some_links(&at, &columns, &mut found)?;
            self.load_titles(&at, &mut found)?;
            related.found.insert(path, found.into_iter().map(|record| (record.id, record)).collect());
        }
        Ok(related)
    }
}

/// Records at the ends of links.
#[derive(Default)]
pub(super) struct Related {
    found: HashMap<Vec<FieldIx>, HashMap<i64, Record>>,
}

impl Related {
    /// The record whose field a column shows; none where a link leads nowhere, or out of sight.
    pub fn of<'a>(&'a self, column: &Column, record: &'a Record) -> Option<&'a Record> {
        let mut at = record;
        for depth in 1..=column.path.len() {
            let id = match at.at(column.path[depth - 1]) {
                Value::Link(id) => *id,
                _ => return None,
            };
            at = self.found.get(&column.path[..depth])?.get(&id)?;
        }
        Some(at)
    }
}
