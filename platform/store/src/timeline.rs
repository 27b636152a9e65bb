//! The timeline: which happenings belong to a record, newest first. Rows are references; what is
//! shown is read from their sources.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;
use std::collections::HashMap;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS timeline ({id}, subject_object BIGINT NOT NULL, subject_id BIGINT NOT NULL, at BIGINT NOT NULL, \
     kind BIGINT NOT NULL, source_object BIGINT NOT NULL, source_id BIGINT NOT NULL, change_id BIGINT, open BIGINT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS timeline_subject ON timeline (subject_object, subject_id, at, id)",
    // what is still to be done is little among ten thousand entries
    "CREATE INDEX IF NOT EXISTS timeline_open ON timeline (subject_object, subject_id, at, id) WHERE open = 1",
    "CREATE INDEX IF NOT EXISTS timeline_source ON timeline (source_object, source_id)",
];

/// One happening in one record's timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Given when stored; ignored by [`Conn::timeline_put`].
    pub id: i64,
    /// Whose timeline.
    pub subject_object: String,
    pub subject_id: i64,
    /// Microseconds UTC.
    pub at: i64,
    /// `call`, `note`, `change` …
    pub kind: String,
    /// Where the content is.
    pub source_object: String,
    pub source_id: i64,
    /// The change told, when the entry tells one.
    pub change_id: Option<i64>,
    /// Still to be done: shown above what has happened.
    pub open: bool,
}

/// Which part of a timeline.
#[derive(Debug, Clone, Default)]
pub struct TimelineQuery {
    /// Empty: all kinds.
    pub kinds: Vec<String>,
    pub open: Option<bool>,
    /// From this moment on.
    pub since: Option<i64>,
    /// Older than the entry with this time and id.
    pub before: Option<(i64, i64)>,
    pub limit: usize,
}

impl Conn {
    /// Adds entries.
    ///
    /// # Errors
    /// Those of the database.
    pub fn timeline_put(&mut self, entries: &[Entry]) -> Result<(), StoreError> {
        let sql = "INSERT INTO timeline (subject_object, subject_id, at, kind, source_object, source_id, change_id, open) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let mut rows = Vec::with_capacity(entries.len());
        for entry in entries {
            rows.push(vec![
                Raw::Int(self.name_made(&entry.subject_object)?),
                Raw::Int(entry.subject_id),
                Raw::Int(entry.at),
                Raw::Int(self.name_made(&entry.kind)?),
                Raw::Int(self.name_made(&entry.source_object)?),
                Raw::Int(entry.source_id),
                entry.change_id.into(),
                entry.open.into(),
            ]);
        }
        self.execute_later(sql, rows)
    }

    /// Removes all entries about a source.
    ///
    /// # Errors
    /// Those of the database.
    pub fn timeline_drop_source(&mut self, object: &str, id: i64) -> Result<(), StoreError> {
        let Some(object) = self.name_known(object)? else { return Ok(()) };
        let sql = "DELETE FROM timeline WHERE source_object = $1 AND source_id = $2";
        self.execute(sql, &[Raw::Int(object), Raw::Int(id)]).map(|_| ())
    }

    /// Removes what a source tells in the timelines of other records; changes stay told.
    ///
    /// # Errors
    /// Those of the database.
    pub fn timeline_recall(&mut self, object: &str, id: i64) -> Result<(), StoreError> {
        let Some(object) = self.name_known(object)? else { return Ok(()) };
        let sql = "DELETE FROM timeline WHERE source_object = $1 AND source_id = $2 AND change_id IS NULL \
                   AND NOT (subject_object = $1 AND subject_id = $2)";
        self.execute(sql, &[Raw::Int(object), Raw::Int(id)]).map(|_| ())
    }

    /// Removes a record's own timeline.
    ///
    /// # Errors
    /// Those of the database.
    pub fn timeline_drop_subject(&mut self, object: &str, id: i64) -> Result<(), StoreError> {
        let Some(object) = self.name_known(object)? else { return Ok(()) };
        let sql = "DELETE FROM timeline WHERE subject_object = $1 AND subject_id = $2";
        self.execute(sql, &[Raw::Int(object), Raw::Int(id)]).map(|_| ())
    }

    /// What a source itself tells in a record's timeline; not its changes.
    ///
    /// # Errors
    /// Those of the database.
    pub fn timeline_told(&mut self, subject: (&str, i64), source: (&str, i64)) -> Result<Option<Entry>, StoreError> {
        let (Some(subject_object), Some(source_object)) = (self.name_known(subject.0)?, self.name_known(source.0)?) else {
            return Ok(None);
        };
        let sql = format!(
            "{COLUMNS} WHERE source_object = $1 AND source_id = $2 AND subject_object = $3 AND subject_id = $4 AND change_id IS NULL"
        );
        let params = [Raw::Int(source_object), Raw::Int(source.1), Raw::Int(subject_object), Raw::Int(subject.1)];
        let row = self.query_one(&sql, &params)?;
        let names = self.name_texts(interned(row.as_slice()))?;
        Ok(row.map(|row| entry(&names, row)))
    }

    /// How many entries all timelines have together.
    ///
    /// # Errors
    /// Those of the database.
    pub fn timeline_count(&mut self) -> Result<i64, StoreError> {
        let row = self.query_one("SELECT count(*) FROM timeline", &[])?;
        Ok(row.and_then(|r| r.first()?.int()).unwrap_or_default())
    }

    /// A record's timeline, the newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn timeline(&mut self, subject_object: &str, subject_id: i64, query: &TimelineQuery) -> Result<Vec<Entry>, StoreError> {
        self.timelines(&[(subject_object, subject_id)], query)
    }

    /// The timelines of several records as one, the newest first. What is told to several of them comes as often.
    ///
    /// # Errors
    /// Those of the database.
    pub fn timelines(&mut self, subjects: &[(&str, i64)], query: &TimelineQuery) -> Result<Vec<Entry>, StoreError> {
        let mut kinds = Vec::new();
        for kind in &query.kinds {
            kinds.extend(self.name_known(kind)?);
        }
        if kinds.is_empty() && !query.kinds.is_empty() {
            return Ok(Vec::new());
        }
        let mut known = Vec::new();
        for (object, id) in subjects {
            known.extend(self.name_known(object)?.map(|object| (object, *id)));
        }
        let mut rows = Vec::new();
        for some in known.chunks(AT_ONCE) {
            rows.extend(self.timeline_rows(some, &kinds, query)?);
        }
        let names = self.name_texts(interned(&rows))?;
        let mut entries: Vec<Entry> = rows.into_iter().map(|row| entry(&names, row)).collect();
        if known.len() > AT_ONCE {
            entries.sort_by_key(|entry| std::cmp::Reverse((entry.at, entry.id)));
            entries.truncate(query.limit);
        }
        Ok(entries)
    }

    fn timeline_rows(&mut self, subjects: &[(i64, i64)], kinds: &[i64], query: &TimelineQuery) -> Result<Vec<Vec<Raw>>, StoreError> {
        let mut params = Vec::new();
        let mut place = |value: i64| {
            params.push(Raw::Int(value));
            format!("${}", params.len())
        };
        let mut narrower = String::new();
        if let Some((at, id)) = query.before {
            narrower.push_str(&format!(" AND (at, id) < ({}, {})", place(at), place(id)));
        }
        if let Some(since) = query.since {
            narrower.push_str(&format!(" AND at >= {}", place(since)));
        }
        if let Some(open) = query.open {
            // in the text, for the index of what is open
            narrower.push_str(if open { " AND open = 1" } else { " AND open = 0" });
        }
        if !kinds.is_empty() {
            let places: Vec<_> = kinds.iter().map(|kind| place(*kind)).collect();
            narrower.push_str(&format!(" AND kind IN ({})", places.join(", ")));
        }
        // a limit as a parameter would have SQLite plan the statement anew each time
        let newest = format!("ORDER BY at DESC, id DESC LIMIT {}", query.limit);
        let parts: Vec<String> = subjects
            .iter()
            .map(|(object, id)| {
                // a bare parameter would have SQLite plan the statement anew for each record; kinds of objects are few
                let id = place(*id);
                format!("{COLUMNS} WHERE subject_object = {object} AND subject_id = CAST({id} AS bigint) + 0{narrower} {newest}")
            })
            .collect();
        let sql = match parts.as_slice() {
            [] => return Ok(Vec::new()),
            [one] => one.clone(),
            // each gives its newest by its index; of these the newest are taken
            several => {
                let each: Vec<String> = several.iter().enumerate().map(|(n, part)| format!("SELECT * FROM ({part}) AS t{n}")).collect();
                format!("{} {newest}", each.join(" UNION ALL "))
            }
        };
        self.query(&sql, &params)
    }
}

/// Records whose timelines are asked for in one statement.
const AT_ONCE: usize = 200;

const COLUMNS: &str = "SELECT id, subject_object, subject_id, at, kind, source_object, source_id, change_id, open FROM timeline";

/// The numbers of texts in these rows: both objects and the kind.
fn interned(rows: &[Vec<Raw>]) -> impl Iterator<Item = i64> {
    rows.iter().flat_map(|row| [1, 4, 5].into_iter().filter_map(|n| row.get(n)?.int()))
}

fn entry(names: &HashMap<i64, String>, row: Vec<Raw>) -> Entry {
    let mut c = Cells::new(row);
    let name = |id: i64| names.get(&id).cloned().unwrap_or_default();
    Entry {
        id: c.int(),
        subject_object: name(c.int()),
        subject_id: c.int(),
        at: c.int(),
        kind: name(c.int()),
        source_object: name(c.int()),
        source_id: c.int(),
        change_id: c.maybe_int(),
        open: c.int() != 0,
    }
}
