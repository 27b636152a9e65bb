//! Inserting, updating, binning and purging rows.

use super::built;
use crate::cond::bound;
use crate::conn::{Backend, Conn};
use crate::error::StoreError;
use crate::schema::{comparing_column, link_table, quote};
use akrab_model::text::fold;
use akrab_model::{FieldIx, FieldType, Object, Raw, Registry};
use sea_query::{Expr, ExprTrait, Keyword, Query, UpdateStatement};

/// A row to insert. Fields that are not named stay empty.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NewRow {
    /// Only when a record keeps the id it had.
    pub id: Option<i64>,
    pub cells: Vec<(FieldIx, Raw)>,
}

impl Conn {
    /// Inserts rows with version 1 and gives their ids in order. Rows that name the same fields in
    /// the same order share one prepared statement.
    ///
    /// # Errors
    /// `Unique` when a value that must be unique is taken; else those of the database.
    pub fn insert(&mut self, _registry: &Registry, object: &Object, rows: &[NewRow]) -> Result<Vec<i64>, StoreError> {
        let mut ids = Vec::with_capacity(rows.len());
        for group in rows.chunk_by(alike) {
            let sql = self.insert_text(object, &group[0])?;
            let params: Vec<Vec<Raw>> = group.iter().map(|row| params(object, row)).collect();
            ids.extend(self.insert_many(&sql, &params)?);
        }
        if self.backend() == Backend::Postgres && rows.iter().any(|r| r.id.is_some()) {
            self.raise_identity(&object.table)?;
        }
        Ok(ids)
    }

    fn insert_text(&self, object: &Object, row: &NewRow) -> Result<String, StoreError> {
        let mut columns = vec!["version".to_string()];
        columns.extend(row.id.map(|_| "id".to_string()));
        for (ix, _) in &row.cells {
            let field = object.at(*ix);
            columns.push(field.column.clone());
            if field.folded {
                columns.push(comparing_column(field));
            }
        }
        let mut insert = Query::insert();
        insert.into_table(object.table.clone()).columns(columns);
        insert.values(params(object, row).iter().map(bound)).map_err(StoreError::other)?;
        Ok(built(self.backend(), &insert).0)
    }

    /// Ids given by hand must not be given again by the database.
    pub(crate) fn raise_identity(&mut self, table: &str) -> Result<(), StoreError> {
        let table = quote(table);
        let sql = format!("SELECT setval(pg_get_serial_sequence($1, 'id'), GREATEST((SELECT max(id) FROM {table}), 1))");
        self.query(&sql, &[Raw::Text(table)]).map(|_| ())
    }

    /// Changes fields and gives the new version; none when the record is missing or, with
    /// `expected`, has another version.
    ///
    /// # Errors
    /// `Unique` when a value that must be unique is taken; else those of the database.
    pub fn update(
        &mut self,
        _registry: &Registry,
        object: &Object,
        id: i64,
        expected: Option<i64>,
        cells: &[(FieldIx, Raw)],
    ) -> Result<Option<i64>, StoreError> {
        let mut update = changed(object, id, cells);
        update.value("version", Expr::col("version").add(1));
        if let Some(version) = expected {
            update.and_where(Expr::col("version").eq(version));
        }
        let (sql, params) = built(self.backend(), update.returning_col("version"));
        Ok(self.changing(&sql, &params)?.first().and_then(|c| c.first()?.int()))
    }

    /// Stores computed fields without making a new version: roll-ups, scores.
    ///
    /// # Errors
    /// Those of the database.
    pub fn set_cells(&mut self, _registry: &Registry, object: &Object, id: i64, cells: &[(FieldIx, Raw)]) -> Result<(), StoreError> {
        if cells.is_empty() {
            return Ok(());
        }
        let (sql, params) = built(self.backend(), &changed(object, id, cells));
        self.execute(&sql, &params).map(|_| ())
    }

    /// As [`Conn::set_cells`], the same columns of many records, each once.
    ///
    /// # Errors
    /// Those of the database.
    pub fn set_columns(&mut self, object: &Object, columns: &[FieldIx], rows: Vec<(i64, Vec<Raw>)>) -> Result<(), StoreError> {
        if rows.is_empty() || columns.is_empty() {
            return Ok(());
        }
        let rows = rows.into_iter().map(|(id, values)| row_of(object, columns, vec![Raw::Int(id)], values)).collect::<Vec<_>>();
        self.change_many(&object.table, &names_of(object, columns), &rows)
    }

    /// Changes the same fields of many records, each once: (id, its new version, values). They were locked when they were read.
    ///
    /// # Errors
    /// `Unique` when a value that must be unique is taken; else those of the database.
    pub fn update_locked(&mut self, object: &Object, columns: &[FieldIx], rows: Vec<(i64, i64, Vec<Raw>)>) -> Result<(), StoreError> {
        let mut names = vec!["version".to_string()];
        names.extend(names_of(object, columns));
        let row = |(id, version, values)| row_of(object, columns, vec![Raw::Int(id), Raw::Int(version)], values);
        let rows: Vec<Vec<Raw>> = rows.into_iter().map(row).collect();
        self.change_many(&object.table, &names, &rows)
    }

    /// Puts a record into the bin, or takes it out with `None`, and gives the new version; none
    /// when the record is missing or already there.
    ///
    /// # Errors
    /// `Unique` when a value of a restored record is taken by now; else those of the database.
    pub fn set_deleted(&mut self, object: &Object, id: i64, at: Option<i64>) -> Result<Option<i64>, StoreError> {
        let mut update = Query::update();
        let deleted = Expr::col("deleted_at");
        update
            .table(object.table.clone())
            .value("version", Expr::col("version").add(1))
            .value("deleted_at", at.map_or(Expr::Keyword(Keyword::Null), Expr::val))
            .and_where(Expr::col("id").eq(id))
            .and_where(if at.is_some() { deleted.is_null() } else { deleted.is_not_null() });
        let (sql, params) = built(self.backend(), update.returning_col("version"));
        Ok(self.changing(&sql, &params)?.first().and_then(|c| c.first()?.int()))
    }

    /// Removes a record and its links for good.
    ///
    /// # Errors
    /// Those of the database.
    pub fn purge(&mut self, registry: &Registry, object: &Object, id: i64) -> Result<(), StoreError> {
        let mut gone = vec![(object.table.clone(), "id")];
        for field in object.fields.iter().filter(|f| f.kind == FieldType::Links) {
            gone.push((link_table(object, field), "from_id"));
        }
        for other in registry.objects() {
            for field in other.fields.iter().filter(|f| f.kind == FieldType::Links && f.to == Some(object.ix)) {
                gone.push((link_table(other, field), "to_id"));
            }
        }
        for (table, column) in gone {
            let mut delete = Query::delete();
            delete.from_table(table).and_where(Expr::col(column).eq(id));
            let (sql, params) = built(self.backend(), &delete);
            self.execute(&sql, &params)?;
        }
        Ok(())
    }
}

fn changed(object: &Object, id: i64, cells: &[(FieldIx, Raw)]) -> UpdateStatement {
    let mut update = Query::update();
    update.table(object.table.clone()).and_where(Expr::col("id").eq(id));
    for (ix, value) in cells {
        let field = object.at(*ix);
        update.value(field.column.clone(), bound(value));
        if field.folded {
            update.value(comparing_column(field), bound(&folded(value)));
        }
    }
    update
}

/// Columns of fields, and those beside them that are compared.
fn names_of(object: &Object, columns: &[FieldIx]) -> Vec<String> {
    let mut names = Vec::new();
    for field in columns.iter().map(|ix| object.at(*ix)) {
        names.push(field.column.clone());
        names.extend(field.folded.then(|| comparing_column(field)));
    }
    names
}

/// Cells for those columns behind others.
fn row_of(object: &Object, columns: &[FieldIx], mut cells: Vec<Raw>, values: Vec<Raw>) -> Vec<Raw> {
    for (ix, value) in columns.iter().zip(values) {
        let aside = object.at(*ix).folded.then(|| folded(&value));
        cells.push(value);
        cells.extend(aside);
    }
    cells
}

fn alike(a: &NewRow, b: &NewRow) -> bool {
    a.id.is_some() == b.id.is_some() && a.cells.iter().map(|c| c.0).eq(b.cells.iter().map(|c| c.0))
}

fn params(object: &Object, row: &NewRow) -> Vec<Raw> {
    let mut params = Vec::with_capacity(row.cells.len() + 4);
    params.push(Raw::Int(1));
    params.extend(row.id.map(Raw::Int));
    for (ix, value) in &row.cells {
        params.push(value.clone());
        if object.at(*ix).folded {
            params.push(folded(value));
        }
    }
    params
}

fn folded(value: &Raw) -> Raw {
    match value {
        Raw::Text(text) => Raw::Text(fold(text)),
        _ => Raw::Null,
    }
}
