//! What a workspace has made and changed of its objects, and the log of it.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS shape (object TEXT PRIMARY KEY, version BIGINT NOT NULL, body TEXT, gone TEXT NOT NULL) {clustered}",
    "CREATE TABLE IF NOT EXISTS shape_log ({id}, at BIGINT NOT NULL, actor BIGINT, door TEXT NOT NULL, object TEXT NOT NULL, \
     deed TEXT NOT NULL, detail TEXT NOT NULL, earlier TEXT, later TEXT)",
];

/// What is kept about one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeRow {
    pub object: String,
    /// Counts the changes.
    pub version: i64,
    /// JSON; none when nothing is changed any more.
    pub body: Option<String>,
    /// Keys of fields that were removed for good (JSON); `*` stands for the object itself.
    pub gone: String,
}

/// One change that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShapeDeed {
    /// Zero for a new one.
    pub id: i64,
    /// Microseconds UTC.
    pub at: i64,
    pub actor: Option<i64>,
    pub door: String,
    pub object: String,
    pub deed: String,
    /// The field it was about, or nothing.
    pub detail: String,
    /// Bodies before and after.
    pub earlier: Option<String>,
    pub later: Option<String>,
}

impl Conn {
    /// Everything that is kept, by object.
    ///
    /// # Errors
    /// Those of the database.
    pub fn shape_rows(&mut self) -> Result<Vec<ShapeRow>, StoreError> {
        let rows = self.query("SELECT object, version, body, gone FROM shape ORDER BY object", &[])?;
        let row = |mut c: Cells| ShapeRow { object: c.text(), version: c.int(), body: c.maybe_text(), gone: c.text() };
        Ok(rows.into_iter().map(Cells::new).map(row).collect())
    }

    /// Keeps what an object is now, and the deed that made it so.
    ///
    /// # Errors
    /// Those of the database.
    pub fn shape_put(&mut self, row: &ShapeRow, deed: &ShapeDeed) -> Result<(), StoreError> {
        let sql = "INSERT INTO shape (object, version, body, gone) VALUES ($1, $2, $3, $4) ON CONFLICT (object) \
                   DO UPDATE SET version = excluded.version, body = excluded.body, gone = excluded.gone";
        let body: Raw = row.body.as_deref().into();
        self.execute(sql, &[row.object.as_str().into(), Raw::Int(row.version), body, row.gone.as_str().into()])?;
        let sql = "INSERT INTO shape_log (at, actor, door, object, deed, detail, earlier, later) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        let cells = [
            Raw::Int(deed.at),
            deed.actor.into(),
            deed.door.as_str().into(),
            deed.object.as_str().into(),
            deed.deed.as_str().into(),
            deed.detail.as_str().into(),
            deed.earlier.as_deref().into(),
            deed.later.as_deref().into(),
        ];
        self.execute(sql, &cells).map(|_| ())
    }

    /// Deeds, the last first: of one object or of all, before deed `before`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn shape_log(&mut self, object: Option<&str>, before: Option<i64>, limit: usize) -> Result<Vec<ShapeDeed>, StoreError> {
        let sql = "SELECT id, at, actor, door, object, deed, detail, earlier, later FROM shape_log \
                   WHERE (CAST($1 AS TEXT) IS NULL OR object = $1) AND (CAST($2 AS BIGINT) IS NULL OR id < $2) ORDER BY id DESC LIMIT $3";
        let rows = self.query(sql, &[object.into(), before.into(), Raw::Int(limit as i64)])?;
        Ok(rows.into_iter().map(Cells::new).map(deed).collect())
    }
}

fn deed(mut c: Cells) -> ShapeDeed {
    ShapeDeed {
        id: c.int(),
        at: c.int(),
        actor: c.maybe_int(),
        door: c.text(),
        object: c.text(),
        deed: c.text(),
        detail: c.text(),
        earlier: c.maybe_text(),
        later: c.maybe_text(),
    }
}
