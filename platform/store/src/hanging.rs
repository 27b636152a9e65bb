//! What hangs on a record, so that it can hang on another: children, rows of links, and the platform's own tables.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use crate::records::LinkCells;
use crate::schema::{link_table, quote};
use akrab_model::{Field, Object, Raw};

/// A table of the platform whose rows belong to a record.
struct Hanging {
    table: &'static str,
    /// Columns of the object and of the record.
    object: &'static str,
    record: &'static str,
    /// The object is kept by its number.
    numbered: bool,
    /// What tells a row from the others of its record; whether that is text.
    key: &'static str,
    text: bool,
    /// When a row `w` of the other record says the same as `t`, which then stays where it is.
    same: Option<&'static str>,
}

/// How most tables say to which record a row belongs.
const USUAL: Hanging = Hanging { table: "", object: "object", record: "record", numbered: false, key: "id", text: false, same: None };

const HANGING: &[Hanging] = &[
    Hanging { table: "attachment", numbered: true, ..USUAL },
    Hanging { table: "follow", key: "person", same: Some("w.person = t.person"), ..USUAL },
    Hanging { table: "favourite", key: "person", same: Some("w.person = t.person"), ..USUAL },
    Hanging { table: "record_share", same: Some("(w.person = t.person OR w.team = t.team) AND w.edit >= t.edit"), ..USUAL },
    Hanging { table: "notice", ..USUAL },
    Hanging { table: "notice", object: "about_object", record: "about_record", ..USUAL },
    Hanging { table: "flow_run", ..USUAL },
    Hanging { table: "confirmation", ..USUAL },
    Hanging { table: "approval", ..USUAL },
    // one that stands open for both is told of once
    Hanging { table: "breach", same: Some("w.policy = t.policy AND w.cleared_at IS NULL AND t.cleared_at IS NULL"), ..USUAL },
    Hanging { table: "ledger_account", object: "holder_object", record: "holder_id", ..USUAL },
    Hanging {
        table: "timeline",
        object: "subject_object",
        record: "subject_id",
        numbered: true,
        same: Some(
            "w.source_object = t.source_object AND w.source_id = t.source_id AND w.kind = t.kind AND w.change_id IS NULL AND t.change_id IS NULL",
        ),
        ..USUAL
    },
    Hanging {
        table: "timeline_pin",
        object: "subject_object",
        record: "subject_id",
        key: "source_object || ':' || CAST(source_id AS TEXT)",
        text: true,
        same: Some("w.source_object = t.source_object AND w.source_id = t.source_id"),
        ..USUAL
    },
];

/// Rows of one table that were moved: its place in the list, and their keys.
pub type MovedRows = (String, Vec<Raw>);

impl Hanging {
    /// The table and column, as what was moved is written down.
    fn name(&self) -> String {
        format!("{}.{}", self.table, self.record)
    }
}

impl Conn {
    fn owner_of(&mut self, hanging: &Hanging, object: &str) -> Result<Raw, StoreError> {
        Ok(if hanging.numbered { Raw::Int(self.name_made(object)?) } else { object.into() })
    }

    /// Hangs what hangs on `from` on `to`, but for what the other has already, and says what was moved.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hanging_move(&mut self, object: &str, from: i64, to: i64) -> Result<Vec<MovedRows>, StoreError> {
        let mut moved = Vec::new();
        for one in HANGING {
            let owner = self.owner_of(one, object)?;
            let same = one.same.map_or_else(String::new, |same| {
                format!(" AND NOT EXISTS (SELECT 1 FROM {} w WHERE w.{} = $1 AND w.{} = $3 AND {same})", one.table, one.object, one.record)
            });
            let sql = format!("SELECT {} FROM {} t WHERE t.{} = $1 AND t.{} = $2{same}", one.key, one.table, one.object, one.record);
            let mut params = vec![owner, from.into()];
            params.extend(one.same.map(|_| Raw::Int(to)));
            let found = self.query(&sql, &params)?;
            let keys: Vec<Raw> = found.into_iter().filter_map(|row| row.into_iter().next()).collect();
            self.hang(one, object, from, to, &keys)?;
            if !keys.is_empty() {
                moved.push((one.name(), keys));
            }
        }
        Ok(moved)
    }

    /// Hangs what was moved from one record to another back; what is gone by now stays gone.
    ///
    /// # Errors
    /// Those of the database.
    pub fn hanging_back(&mut self, object: &str, from: i64, to: i64, moved: &[MovedRows]) -> Result<(), StoreError> {
        for (name, keys) in moved {
            if let Some(one) = HANGING.iter().find(|one| one.name() == *name) {
                self.hang(one, object, from, to, keys)?;
            }
        }
        Ok(())
    }

    fn hang(&mut self, one: &Hanging, object: &str, from: i64, to: i64, keys: &[Raw]) -> Result<(), StoreError> {
        if keys.is_empty() {
            return Ok(());
        }
        let owner = self.owner_of(one, object)?;
        let update = format!("UPDATE {} SET {} = $3 WHERE {} = $1 AND {} = $2", one.table, one.record, one.object, one.record);
        if one.text {
            let rows: Vec<Vec<Raw>> = keys.iter().map(|key| vec![owner.clone(), from.into(), to.into(), key.clone()]).collect();
            return self.execute_many(&format!("{update} AND {} = $4", one.key), &rows);
        }
        let ids: Vec<i64> = keys.iter().filter_map(Raw::int).collect();
        let (among, list) = (self.one_of(one.key, "$4"), self.list(&ids));
        self.execute(&format!("{update} AND {among}"), &[owner, from.into(), to.into(), list]).map(|_| ())
    }

    /// How many records, also in the bin, link to one by a field; with how many of them link to `other` as well.
    ///
    /// # Errors
    /// Those of the database.
    pub fn children_count(&mut self, child: &Object, field: &Field, id: i64, other: i64) -> Result<(i64, i64), StoreError> {
        let (sql, params) = if field.is_column() {
            (format!("SELECT count(*), 0 FROM {} WHERE {} = $1", quote(&child.table), quote(&field.column)), vec![id.into()])
        } else {
            let table = quote(&link_table(child, field));
            let both = format!(
                "(SELECT count(*) FROM {table} x WHERE x.to_id = $1 AND x.from_id IN (SELECT from_id FROM {table} WHERE to_id = $2))"
            );
            (format!("SELECT count(*), {both} FROM {table} WHERE to_id = $1"), vec![id.into(), other.into()])
        };
        let row = self.query_one(&sql, &params)?;
        Ok(row.map(Cells::new).map_or((0, 0), |mut c| (c.int(), c.int())))
    }

    /// Makes records that link to `from` link to `to`, all but `to` itself, and says which.
    ///
    /// # Errors
    /// Those of the database.
    pub fn children_move(&mut self, child: &Object, field: &Field, from: i64, to: i64, at: i64) -> Result<Vec<i64>, StoreError> {
        let own = if field.to == Some(child.ix) { " AND id <> $2" } else { "" };
        let (table, column, touched) = (quote(&child.table), quote(&field.column), moment(child, "updated_at"));
        let sql = format!("UPDATE {table} SET {column} = $2, version = version + 1, {touched} = $3 WHERE {column} = $1{own} RETURNING id");
        let moved = self.changing(&sql, &[from.into(), to.into(), at.into()])?;
        Ok(moved.into_iter().map(|row| Cells::new(row).int()).collect())
    }

    /// Those of these records that still link to `from` link to `to` again.
    ///
    /// # Errors
    /// Those of the database.
    pub fn children_back(&mut self, child: &Object, field: &Field, ids: &[i64], (from, to): (i64, i64), at: i64) -> Result<(), StoreError> {
        let (among, list) = (self.one_of("id", "$4"), self.list(ids));
        let (table, column, touched) = (quote(&child.table), quote(&field.column), moment(child, "updated_at"));
        let sql = format!("UPDATE {table} SET {column} = $2, version = version + 1, {touched} = $3 WHERE {column} = $1 AND {among}");
        self.execute(&sql, &[from.into(), to.into(), at.into(), list]).map(|_| ())
    }

    /// The same of a field of several links: gives the records whose link was moved, and the links that were dropped
    /// because the record links to `to` as well.
    ///
    /// # Errors
    /// Those of the database.
    pub fn links_move(
        &mut self,
        child: &Object,
        field: &Field,
        from: i64,
        to: i64,
    ) -> Result<(Vec<i64>, Vec<(i64, LinkCells)>), StoreError> {
        let table = quote(&link_table(child, field));
        let columns: String = field.columns.iter().map(|c| format!(", {}", quote(&c.column))).collect();
        let both = format!("to_id = $1 AND from_id IN (SELECT from_id FROM {table} WHERE to_id = $2)");
        let common = self.query(&format!("SELECT from_id{columns} FROM {table} WHERE {both}"), &[from.into(), to.into()])?;
        let common = common.into_iter().filter_map(|row| {
            let mut cells = row.into_iter();
            Some((cells.next()?.int()?, LinkCells { to: from, cells: cells.collect() }))
        });
        let common = common.collect();
        self.execute(&format!("DELETE FROM {table} WHERE {both}"), &[from.into(), to.into()])?;
        let moved =
            self.changing(&format!("UPDATE {table} SET to_id = $2 WHERE to_id = $1 RETURNING from_id"), &[from.into(), to.into()])?;
        Ok((moved.into_iter().map(|row| Cells::new(row).int()).collect(), common))
    }

    /// Takes back what [`Conn::links_move`] did, for records that are still there and still link to `from`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn links_back(
        &mut self,
        child: &Object,
        field: &Field,
        moved: &[i64],
        common: &[(i64, LinkCells)],
        (from, to): (i64, i64),
    ) -> Result<(), StoreError> {
        let table = quote(&link_table(child, field));
        let (among, list) = (self.one_of("from_id", "$3"), self.list(moved));
        self.execute(&format!("UPDATE {table} SET to_id = $2 WHERE to_id = $1 AND {among}"), &[from.into(), to.into(), list])?;
        let columns: String = field.columns.iter().map(|c| format!(", {}", quote(&c.column))).collect();
        let cell = |(n, column): (usize, &Field)| {
            let kind = if column.storage() == akrab_model::object::Storage::Text { "TEXT" } else { "BIGINT" };
            format!(", CAST(${} AS {kind})", n + 4)
        };
        let places: String = field.columns.iter().enumerate().map(cell).collect();
        let sql = format!(
            "INSERT INTO {table} (from_id, n, to_id{columns}) SELECT CAST($1 AS BIGINT), \
             (SELECT COALESCE(MAX(n), -1) + 1 FROM {table} WHERE from_id = CAST($1 AS BIGINT)), CAST($2 AS BIGINT){places} \
             WHERE EXISTS (SELECT 1 FROM {} WHERE id = CAST($1 AS BIGINT)) \
             AND NOT EXISTS (SELECT 1 FROM {table} WHERE from_id = CAST($1 AS BIGINT) AND to_id = CAST($2 AS BIGINT)) \
             AND EXISTS (SELECT 1 FROM {table} WHERE from_id = CAST($1 AS BIGINT) AND to_id = CAST($3 AS BIGINT))",
            quote(&child.table)
        );
        for (record, link) in common {
            let mut params = vec![(*record).into(), to.into(), from.into()];
            params.extend(link.cells.iter().cloned());
            self.execute(&sql, &params)?;
        }
        Ok(())
    }

    /// Records of `child` that link to one and were made after a moment, the newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn children_since(&mut self, child: &Object, field: &Field, id: i64, after: i64, limit: usize) -> Result<Vec<i64>, StoreError> {
        let (table, made) = (quote(&child.table), moment(child, "created_at"));
        let linked = if field.is_column() {
            format!("{} = $1", quote(&field.column))
        } else {
            format!("id IN (SELECT from_id FROM {} WHERE to_id = $1)", quote(&link_table(child, field)))
        };
        let sql = format!("SELECT id FROM {table} WHERE {linked} AND {made} > $2 AND deleted_at IS NULL ORDER BY id DESC LIMIT {limit}");
        Ok(self.query(&sql, &[id.into(), after.into()])?.into_iter().map(|row| Cells::new(row).int()).collect())
    }

    /// Whether two records hold something of value of the same kind and currency, which would meet in one.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_meets(&mut self, object: &str, a: i64, b: i64) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM ledger_account x JOIN ledger_account y ON y.holder_object = x.holder_object AND y.kind = x.kind \
                   AND y.currency = x.currency WHERE x.holder_object = $1 AND x.holder_id = $2 AND y.holder_id = $3 LIMIT 1";
        Ok(self.query_one(sql, &[object.into(), a.into(), b.into()])?.is_some())
    }
}

/// The column of a moment that every record has.
fn moment(object: &Object, key: &str) -> String {
    quote(object.field(key).map_or("id", |field| field.column.as_str()))
}
