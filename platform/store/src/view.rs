//! Saved views and favourites.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS view ({id}, object TEXT NOT NULL, owner BIGINT, team BIGINT, scope TEXT NOT NULL, \
     name TEXT NOT NULL, body TEXT NOT NULL, position BIGINT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS view_object ON view (object)",
    "CREATE TABLE IF NOT EXISTS favourite (person BIGINT NOT NULL, object TEXT NOT NULL, record BIGINT NOT NULL, \
     position BIGINT NOT NULL, PRIMARY KEY (person, object, record)) {clustered}",
];

/// Who sees a saved view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ViewScope {
    Private,
    Team,
    Everyone,
}

impl ViewScope {
    /// The stored word.
    pub fn key(self) -> &'static str {
        match self {
            ViewScope::Private => "private",
            ViewScope::Team => "team",
            ViewScope::Everyone => "everyone",
        }
    }
    fn of(key: &str) -> Self {
        match key {
            "team" => ViewScope::Team,
            "everyone" => ViewScope::Everyone,
            _ => ViewScope::Private,
        }
    }
}

/// A view people saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    /// Zero for a new one.
    pub id: i64,
    /// Object key.
    pub object: String,
    pub owner: Option<i64>,
    pub team: Option<i64>,
    pub scope: ViewScope,
    pub name: String,
    /// JSON.
    pub body: String,
    pub position: i64,
}

/// Counter that moves with every change of what people arranged for themselves: views, favourites, columns.
pub(crate) const LOOKS: &str = "looks";

const COLUMNS: &str = "SELECT id, object, owner, team, scope, name, body, position FROM view";

impl Conn {
    /// Says that views, favourites or columns change with this transaction: what is remembered of
    /// them is no longer true after its commit.
    ///
    /// # Errors
    /// Those of the database.
    pub fn looks_changed(&mut self) -> Result<(), StoreError> {
        self.counter_next(LOOKS, 1).map(|_| ())
    }

    /// Stores a view, a new one when its id is zero, and gives its id.
    ///
    /// # Errors
    /// Those of the database.
    pub fn view_put(&mut self, view: &SavedView) -> Result<i64, StoreError> {
        self.looks_changed()?;
        let mut params = vec![
            view.object.as_str().into(),
            view.owner.into(),
            view.team.into(),
            view.scope.key().into(),
            view.name.as_str().into(),
            view.body.as_str().into(),
            Raw::Int(view.position),
        ];
        let sql = if view.id == 0 {
            "INSERT INTO view (object, owner, team, scope, name, body, position) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id"
        } else {
            params.push(Raw::Int(view.id));
            "UPDATE view SET object = $1, owner = $2, team = $3, scope = $4, name = $5, body = $6, position = $7 \
             WHERE id = $8 RETURNING id"
        };
        let rows = self.changing(sql, &params)?;
        Ok(rows.first().and_then(|c| c.first()?.int()).unwrap_or(view.id))
    }

    /// The view with this id.
    ///
    /// # Errors
    /// Those of the database.
    pub fn view_get(&mut self, id: i64) -> Result<Option<SavedView>, StoreError> {
        Ok(self.query_one(&format!("{COLUMNS} WHERE id = $1"), &[Raw::Int(id)])?.map(view))
    }

    /// All views of an object in their order; who may see which is the caller's business.
    ///
    /// # Errors
    /// Those of the database.
    pub fn view_list(&mut self, object: &str) -> Result<Vec<SavedView>, StoreError> {
        let rows = self.query(&format!("{COLUMNS} WHERE object = $1 ORDER BY position, id"), &[object.into()])?;
        Ok(rows.into_iter().map(view).collect())
    }

    /// Removes a view.
    ///
    /// # Errors
    /// Those of the database.
    pub fn view_drop(&mut self, id: i64) -> Result<(), StoreError> {
        self.looks_changed()?;
        self.execute("DELETE FROM view WHERE id = $1", &[Raw::Int(id)]).map(|_| ())
    }

    /// Marks a record as somebody's favourite, after the others.
    ///
    /// # Errors
    /// Those of the database.
    pub fn favourite_put(&mut self, user: i64, object: &str, record: i64) -> Result<(), StoreError> {
        self.looks_changed()?;
        let sql = "INSERT INTO favourite (person, object, record, position) SELECT CAST($1 AS BIGINT), CAST($2 AS TEXT), CAST($3 AS BIGINT), \
                   COALESCE(MAX(position), 0) + 1 FROM favourite WHERE person = $1 ON CONFLICT (person, object, record) DO NOTHING";
        self.execute(sql, &[Raw::Int(user), object.into(), Raw::Int(record)]).map(|_| ())
    }

    /// Takes the mark away.
    ///
    /// # Errors
    /// Those of the database.
    pub fn favourite_drop(&mut self, user: i64, object: &str, record: i64) -> Result<(), StoreError> {
        self.looks_changed()?;
        let sql = "DELETE FROM favourite WHERE person = $1 AND object = $2 AND record = $3";
        self.execute(sql, &[Raw::Int(user), object.into(), Raw::Int(record)]).map(|_| ())
    }

    /// Somebody's favourites in their order: object key and id.
    ///
    /// # Errors
    /// Those of the database.
    pub fn favourite_list(&mut self, user: i64) -> Result<Vec<(String, i64)>, StoreError> {
        let rows = self.query("SELECT object, record FROM favourite WHERE person = $1 ORDER BY position, record", &[Raw::Int(user)])?;
        Ok(rows.into_iter().map(Cells::new).map(|mut c| (c.text(), c.int())).collect())
    }
}

fn view(row: Vec<Raw>) -> SavedView {
    let mut c = Cells::new(row);
    SavedView {
        id: c.int(),
        object: c.text(),
        owner: c.maybe_int(),
        team: c.maybe_int(),
        scope: ViewScope::of(&c.text()),
        name: c.text(),
        body: c.text(),
        position: c.int(),
    }
}
