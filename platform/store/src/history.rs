//! Who changed what, when and by which door.

use crate::cells::Cells;
use crate::conn::{Backend, Conn, Rows};
use crate::error::StoreError;
use crate::schema::quote;
use akrab_model::{FieldIx, Object, Raw};
use std::collections::HashMap;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS change ({id}, object BIGINT NOT NULL, record BIGINT NOT NULL, at BIGINT NOT NULL, \
     actor BIGINT, door BIGINT NOT NULL, request TEXT NOT NULL, kind BIGINT NOT NULL, diff TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS change_record ON change (object, record, id)",
];

pub(crate) const COLUMNS: &str = "SELECT id, object, record, at, actor, door, request, kind, diff FROM change";

/// One change of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Given when stored; ignored by [`Conn::add_changes`].
    pub id: i64,
    /// Object key.
    pub object: String,
    pub record: i64,
    /// Microseconds UTC.
    pub at: i64,
    /// User; none for the program itself.
    pub actor: Option<i64>,
    /// `page`, `api`, `import` …
    pub door: String,
    /// Id of the request, shared by all changes it made.
    pub request: String,
    /// `create`, `update`, `delete`, `restore`, `merge`, `purge`.
    pub kind: String,
    /// JSON: field → from and to.
    pub diff: String,
}

/// What [`Conn::mark`] selects.
pub(crate) fn mark(backend: Backend) -> &'static str {
    match backend {
        // one writer at a time: numbers rise in the order of commits
        Backend::Sqlite => "(SELECT CAST(MAX(id) AS TEXT) FROM change)",
        Backend::Postgres => "CAST(pg_current_snapshot() AS text)",
    }
}

impl Conn {
    /// A text that is another one after every recorded change, of whatever process.
    ///
    /// # Errors
    /// Those of the database.
    pub fn mark(&mut self) -> Result<String, StoreError> {
        let sql = format!("SELECT {}", mark(self.backend()));
        Ok(self.query_one(&sql, &[])?.map(|row| Cells::new(row).text()).unwrap_or_default())
    }

    /// Stores changes and gives their ids in order.
    ///
    /// # Errors
    /// Those of the database.
    pub fn add_changes(&mut self, changes: &[Change]) -> Result<Vec<i64>, StoreError> {
        let sql = "INSERT INTO change (object, record, at, actor, door, request, kind, diff) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let mut rows = Vec::with_capacity(changes.len());
        for change in changes {
            rows.push(vec![
                Raw::Int(self.name_made(&change.object)?),
                Raw::Int(change.record),
                Raw::Int(change.at),
                change.actor.into(),
                Raw::Int(self.name_made(&change.door)?),
                change.request.as_str().into(),
                Raw::Int(self.name_made(&change.kind)?),
                change.diff.as_str().into(),
            ]);
        }
        self.insert_many(sql, &rows)
    }

    /// A record's changes, the newest first; those older than the change `before`, if given.
    ///
    /// # Errors
    /// Those of the database.
    pub fn changes(&mut self, object: &str, record: i64, before: Option<i64>, limit: usize) -> Result<Vec<Change>, StoreError> {
        let Some(object) = self.name_known(object)? else { return Ok(Vec::new()) };
        let earlier = if before.is_some() { " AND id < $3" } else { "" };
        let mut params = vec![Raw::Int(object), Raw::Int(record)];
        params.extend(before.map(Raw::Int));
        let sql = format!("{COLUMNS} WHERE object = $1 AND record = $2{earlier} ORDER BY id DESC LIMIT {limit}");
        let rows = self.query(&sql, &params)?;
        self.changes_of_rows(rows)
    }

    /// The changes of several records of an object, the newest first; those older than the change `before`, if given.
    ///
    /// # Errors
    /// Those of the database.
    pub fn changes_among(&mut self, object: &str, records: &[i64], before: Option<i64>, limit: usize) -> Result<Vec<Change>, StoreError> {
        if let [record] = records {
            return self.changes(object, *record, before, limit);
        }
        let mut all = Vec::new();
        for record in records {
            all.extend(self.changes(object, *record, before, limit)?);
        }
        all.sort_by_key(|change| std::cmp::Reverse(change.id));
        all.truncate(limit);
        Ok(all)
    }

    pub(crate) fn changes_of_rows(&mut self, rows: Rows) -> Result<Vec<Change>, StoreError> {
        let names = self.name_texts(interned(&rows))?;
        Ok(rows.into_iter().map(|row| change(row, &names)).collect())
    }

    /// What changes of these fields tell of records that are there, in the bin too.
    ///
    /// # Errors
    /// Those of the database.
    pub fn changes_of_fields(&mut self, object: &Object, fields: &[FieldIx]) -> Result<Vec<String>, StoreError> {
        let Some(name) = self.name_known(&object.key)? else { return Ok(Vec::new()) };
        let mut diffs = Vec::new();
        for field in fields {
            let sql = format!(
                "SELECT diff FROM change WHERE object = $1 AND diff LIKE $2 AND record IN (SELECT id FROM {})",
                quote(&object.table)
            );
            let like = format!("%\"{}\":%", object.at(*field).key);
            diffs.extend(self.query(&sql, &[Raw::Int(name), like.into()])?.into_iter().map(|row| Cells::new(row).text()));
        }
        Ok(diffs)
    }

    /// What was changed in records of an object since a moment, the newest first: record and what was before and after.
    ///
    /// # Errors
    /// Those of the database.
    pub fn changes_since(&mut self, object: &str, at: i64, limit: usize) -> Result<Vec<(i64, String)>, StoreError> {
        let Some(object) = self.name_known(object)? else { return Ok(Vec::new()) };
        let sql =
            format!("SELECT record, diff FROM change WHERE object = $1 AND at >= $2 AND diff <> '{{}}' ORDER BY id DESC LIMIT {limit}");
        let rows = self.query(&sql, &[Raw::Int(object), Raw::Int(at)])?;
        Ok(rows.into_iter().map(Cells::new).map(|mut c| (c.int(), c.text())).collect())
    }

    /// Id of the newest change written by a moment; 0 when there is none.
    ///
    /// # Errors
    /// Those of the database.
    pub fn change_by(&mut self, at: i64) -> Result<i64, StoreError> {
        let row = self.query_one("SELECT id FROM change WHERE at <= $1 ORDER BY id DESC LIMIT 1", &[Raw::Int(at)])?;
        Ok(row.and_then(|row| row.first()?.int()).unwrap_or_default())
    }

    /// Records of an object that something was told of after a change; none where that is more than so many changes ago.
    ///
    /// # Errors
    /// Those of the database.
    pub fn touched_since(&mut self, object: &str, id: i64, most: i64) -> Result<Option<Vec<i64>>, StoreError> {
        let newest = self.query_one("SELECT max(id) FROM change", &[])?.and_then(|row| row.first()?.int()).unwrap_or_default();
        if newest - id > most || newest < id {
            return Ok(None);
        }
        let Some(object) = self.name_known(object)? else { return Ok(Some(Vec::new())) };
        let sql = "SELECT DISTINCT record FROM change WHERE id > $1 AND object = $2 ORDER BY record";
        let rows = self.query(sql, &[Raw::Int(id), Raw::Int(object)])?;
        Ok(Some(rows.into_iter().filter_map(|row| row.first()?.int()).collect()))
    }

    /// Id of a record's newest change; what was only told of it, as of an approval, changed nothing.
    ///
    /// # Errors
    /// Those of the database.
    pub fn last_change(&mut self, object: &str, record: i64) -> Result<Option<i64>, StoreError> {
        let Some(object) = self.name_known(object)? else { return Ok(None) };
        let told = self.name_known("approval")?.unwrap_or_default();
        let sql = "SELECT id FROM change WHERE object = $1 AND record = $2 AND kind <> $3 ORDER BY id DESC LIMIT 1";
        Ok(self.query_one(sql, &[Raw::Int(object), Raw::Int(record), Raw::Int(told)])?.map(|row| Cells::new(row).int()))
    }

    /// The change with this id.
    ///
    /// # Errors
    /// Those of the database.
    pub fn change(&mut self, id: i64) -> Result<Option<Change>, StoreError> {
        Ok(self.changes_by_id(&[id])?.into_iter().next())
    }

    /// The changes with these ids, in no order.
    ///
    /// # Errors
    /// Those of the database.
    pub fn changes_by_id(&mut self, ids: &[i64]) -> Result<Vec<Change>, StoreError> {
        let Some(last) = ids.last() else { return Ok(Vec::new()) };
        // the last id fills up to a power of two, so that there are few statements to remember
        let places = ids.len().next_power_of_two();
        let params: Vec<Raw> = ids.iter().chain(std::iter::repeat(last)).take(places).map(|id| Raw::Int(*id)).collect();
        let list: Vec<String> = (1..=places).map(|n| format!("${n}")).collect();
        let rows = self.query(&format!("{COLUMNS} WHERE id IN ({})", list.join(", ")), &params)?;
        self.changes_of_rows(rows)
    }
}

/// The numbers of texts in these rows: object, door, kind.
fn interned(rows: &[Vec<Raw>]) -> impl Iterator<Item = i64> {
    rows.iter().flat_map(|row| [1, 5, 7].into_iter().filter_map(|n| row.get(n)?.int()))
}

fn change(row: Vec<Raw>, names: &HashMap<i64, String>) -> Change {
    let mut c = Cells::new(row);
    let name = |id: i64| names.get(&id).cloned().unwrap_or_default();
    Change {
        id: c.int(),
        object: name(c.int()),
        record: c.int(),
        at: c.int(),
        actor: c.maybe_int(),
        door: name(c.int()),
        request: c.text(),
        kind: name(c.int()),
        diff: c.text(),
    }
}
