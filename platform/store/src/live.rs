//! What has happened since somebody last looked, and who has which record in front of him.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;

pub(crate) const TABLES: &[&str] = &[
    // one row for each open page; whoever is gone without a word is left out by the time
    "CREATE TABLE IF NOT EXISTS presence (object TEXT NOT NULL, record BIGINT NOT NULL, person BIGINT NOT NULL, page TEXT NOT NULL, \
     at BIGINT NOT NULL, PRIMARY KEY (object, record, person, page)) {clustered}",
];

/// A change of a record, without what was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stir {
    pub change: i64,
    /// Object key.
    pub object: String,
    pub record: i64,
    pub actor: Option<i64>,
}

impl Conn {
    /// The newest numbers given: of changes, and of notices.
    ///
    /// # Errors
    /// Those of the database.
    pub fn newest(&mut self) -> Result<(i64, i64), StoreError> {
        let sql = "SELECT (SELECT MAX(id) FROM change), (SELECT MAX(id) FROM notice)";
        let Some(row) = self.query_one(sql, &[])? else { return Ok((0, 0)) };
        let mut c = Cells::new(row);
        Ok((c.maybe_int().unwrap_or(0), c.maybe_int().unwrap_or(0)))
    }

    /// Changes with a greater number than `after`, the oldest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn stirs(&mut self, after: i64, limit: usize) -> Result<Vec<Stir>, StoreError> {
        let sql = format!("SELECT id, object, record, actor FROM change WHERE id > $1 ORDER BY id LIMIT {limit}");
        let rows = self.query(&sql, &[Raw::Int(after)])?;
        let names = self.name_texts(rows.iter().filter_map(|row| row.get(1)?.int()))?;
        let stir = |row: Vec<Raw>| {
            let mut c = Cells::new(row);
            let (change, object) = (c.int(), c.int());
            Stir { change, object: names.get(&object).cloned().unwrap_or_default(), record: c.int(), actor: c.maybe_int() }
        };
        Ok(rows.into_iter().map(stir).collect())
    }

    /// Notices with a greater number than `after`: number and person.
    ///
    /// # Errors
    /// Those of the database.
    pub fn told_after(&mut self, after: i64, limit: usize) -> Result<Vec<(i64, i64)>, StoreError> {
        let sql = format!("SELECT id, person FROM notice WHERE id > $1 ORDER BY id LIMIT {limit}");
        let rows = self.query(&sql, &[Raw::Int(after)])?;
        Ok(rows.into_iter().map(Cells::new).map(|mut c| (c.int(), c.int())).collect())
    }

    /// In whose timelines a record stands: object key and id.
    ///
    /// # Errors
    /// Those of the database.
    pub fn timelines_with(&mut self, object: &str, record: i64) -> Result<Vec<(String, i64)>, StoreError> {
        let Some(object) = self.name_known(object)? else { return Ok(Vec::new()) };
        let sql = "SELECT DISTINCT subject_object, subject_id FROM timeline WHERE source_object = $1 AND source_id = $2";
        let rows = self.query(sql, &[Raw::Int(object), Raw::Int(record)])?;
        let names = self.name_texts(rows.iter().filter_map(|row| row.first()?.int()))?;
        let subject = |row: Vec<Raw>| {
            let mut c = Cells::new(row);
            Some((names.get(&c.int())?.clone(), c.int()))
        };
        Ok(rows.into_iter().filter_map(subject).collect())
    }

    /// Somebody has a record in front of him on a page, as of `at`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn presence_put(&mut self, object: &str, record: i64, person: i64, page: &str, at: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO presence (object, record, person, page, at) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (object, record, person, page) DO UPDATE SET at = excluded.at";
        self.execute(sql, &[object.into(), Raw::Int(record), Raw::Int(person), page.into(), Raw::Int(at)]).map(|_| ())
    }

    /// A page was left; pages nobody has told of since `before` are forgotten with it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn presence_drop(&mut self, object: &str, record: i64, person: i64, page: &str, before: i64) -> Result<(), StoreError> {
        let sql = "DELETE FROM presence WHERE (object = $1 AND record = $2 AND person = $3 AND page = $4) OR at < $5";
        self.execute(sql, &[object.into(), Raw::Int(record), Raw::Int(person), page.into(), Raw::Int(before)]).map(|_| ())
    }

    /// Who has had a record in front of him since `since`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn present(&mut self, object: &str, record: i64, since: i64) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT DISTINCT person FROM presence WHERE object = $1 AND record = $2 AND at >= $3 ORDER BY person";
        let rows = self.query(sql, &[object.into(), Raw::Int(record), Raw::Int(since)])?;
        Ok(rows.into_iter().filter_map(|row| row.first()?.int()).collect())
    }
}
