//! The audit trail: what happened, one entry behind the other. Entries are added and read, never changed or dropped.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use crate::history::{self, Change};
use akrab_model::Raw;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS audit (n BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor BIGINT, name TEXT NOT NULL, door TEXT NOT NULL, \
     request TEXT NOT NULL, place TEXT NOT NULL, kind TEXT NOT NULL, object TEXT NOT NULL, record BIGINT, detail TEXT NOT NULL, \
     hash TEXT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS audit_actor ON audit (actor, n)",
    "CREATE INDEX IF NOT EXISTS audit_kind ON audit (kind, n)",
];

const COLUMNS: &str = "SELECT n, at, actor, name, door, request, place, kind, object, record, detail, hash FROM audit";
/// The counter of entries: whoever adds one holds it until his transaction ends, so numbers have no gap.
const COUNTER: &str = "audit";

/// One entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditRow {
    /// 1, 2, 3 …
    pub n: i64,
    /// Microseconds UTC.
    pub at: i64,
    /// User; none for the program and for strangers.
    pub actor: Option<i64>,
    /// Name of the user at that moment, or what a stranger typed.
    pub name: String,
    pub door: String,
    pub request: String,
    /// Network address, where there is one.
    pub place: String,
    pub kind: String,
    /// What it was done to: object key, empty for none.
    pub object: String,
    pub record: Option<i64>,
    /// JSON.
    pub detail: String,
    /// Chains it to the entry before.
    pub hash: String,
}

/// Which entries are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditQuery {
    pub actor: Option<i64>,
    /// Any when empty.
    pub kinds: Vec<String>,
    /// From this moment, microseconds UTC.
    pub from: Option<i64>,
    /// Until before this moment.
    pub until: Option<i64>,
    /// In name, place or detail.
    pub text: String,
    /// Entries before this number.
    pub before: Option<i64>,
    pub limit: usize,
}

impl Conn {
    /// Number of the next entry and hash of the last one. Others who add an entry wait until this transaction ends.
    ///
    /// # Errors
    /// Those of the database.
    pub fn audit_turn(&mut self) -> Result<(i64, String), StoreError> {
        let n = self.counter_next(COUNTER, 1)?;
        let row = self.query_one("SELECT hash FROM audit WHERE n = $1", &[Raw::Int(n - 1)])?;
        Ok((n, row.map(|row| Cells::new(row).text()).unwrap_or_default()))
    }

    /// Adds an entry whose number and hash come from [`Conn::audit_turn`].
    ///
    /// # Errors
    /// Those of the database.
    pub fn audit_add(&mut self, row: &AuditRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO audit (n, at, actor, name, door, request, place, kind, object, record, detail, hash) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        let text = |text: &String| Raw::from(text.as_str());
        let params = [
            Raw::Int(row.n),
            Raw::Int(row.at),
            row.actor.into(),
            text(&row.name),
            text(&row.door),
            text(&row.request),
            text(&row.place),
            text(&row.kind),
            text(&row.object),
            row.record.into(),
            text(&row.detail),
            text(&row.hash),
        ];
        self.execute(sql, &params).map(|_| ())
    }

    /// How many entries have ever been added.
    ///
    /// # Errors
    /// Those of the database.
    pub fn audit_count(&mut self) -> Result<i64, StoreError> {
        let row = self.query_one("SELECT value FROM counter WHERE key = $1", &[COUNTER.into()])?;
        Ok(row.map(|row| Cells::new(row).int()).unwrap_or_default())
    }

    /// Entries in the order of time, after number `after`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn audit_after(&mut self, after: i64, limit: usize) -> Result<Vec<AuditRow>, StoreError> {
        let rows = self.query(&format!("{COLUMNS} WHERE n > $1 ORDER BY n LIMIT {limit}"), &[Raw::Int(after)])?;
        Ok(rows.into_iter().map(entry).collect())
    }

    /// Entries that match, the newest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn audit_find(&mut self, query: &AuditQuery) -> Result<Vec<AuditRow>, StoreError> {
        let (mut tests, mut params) = (Vec::new(), Vec::new());
        let mut test = |sql: &str, value: Raw| {
            params.push(value);
            tests.push(sql.replace('?', &format!("${}", params.len())));
        };
        for (sql, value) in [("actor = ?", query.actor), ("at >= ?", query.from), ("at < ?", query.until), ("n < ?", query.before)] {
            if let Some(value) = value {
                test(sql, Raw::Int(value));
            }
        }
        if !query.text.is_empty() {
            let words = query.text.to_lowercase().replace(['\\', '%', '_'], "_");
            test("LOWER(name || ' ' || place || ' ' || detail) LIKE ?", format!("%{words}%").into());
        }
        if !query.kinds.is_empty() {
            let places: Vec<String> = (1..=query.kinds.len()).map(|k| format!("${}", params.len() + k)).collect();
            params.extend(query.kinds.iter().map(|kind| Raw::from(kind.as_str())));
            tests.push(format!("kind IN ({})", places.join(", ")));
        }
        let only = if tests.is_empty() { String::new() } else { format!(" WHERE {}", tests.join(" AND ")) };
        let rows = self.query(&format!("{COLUMNS}{only} ORDER BY n DESC LIMIT {}", query.limit), &params)?;
        Ok(rows.into_iter().map(entry).collect())
    }

    /// Changes of records in the order they were made, after change `after`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn changes_after(&mut self, after: i64, limit: usize) -> Result<Vec<Change>, StoreError> {
        let sql = format!("{} WHERE id > $1 ORDER BY id LIMIT {limit}", history::COLUMNS);
        let rows = self.query(&sql, &[Raw::Int(after)])?;
        self.changes_of_rows(rows)
    }
}

fn entry(row: Vec<Raw>) -> AuditRow {
    let mut c = Cells::new(row);
    AuditRow {
        n: c.int(),
        at: c.int(),
        actor: c.maybe_int(),
        name: c.text(),
        door: c.text(),
        request: c.text(),
        place: c.text(),
        kind: c.text(),
        object: c.text(),
        record: c.maybe_int(),
        detail: c.text(),
        hash: c.text(),
    }
}
