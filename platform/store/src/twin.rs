//! Pairs of records that may be the same, and records that were merged into others.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use crate::schema::{comparing_column, quote};
use akrab_model::{Field, Object, Raw};

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS twin ({id}, object TEXT NOT NULL, a BIGINT NOT NULL, b BIGINT NOT NULL, score BIGINT NOT NULL, \
     reasons TEXT NOT NULL, state TEXT NOT NULL, mark TEXT NOT NULL, found_at BIGINT NOT NULL, decided_by BIGINT, decided_at BIGINT)",
    "CREATE UNIQUE INDEX IF NOT EXISTS twin_pair ON twin (object, a, b)",
    "CREATE INDEX IF NOT EXISTS twin_other ON twin (object, b)",
    "CREATE INDEX IF NOT EXISTS twin_queue ON twin (object, state, score, id)",
    "CREATE TABLE IF NOT EXISTS merge ({id}, object TEXT NOT NULL, winner BIGINT NOT NULL, loser BIGINT NOT NULL, at BIGINT NOT NULL, \
     actor BIGINT, body TEXT NOT NULL, undone_at BIGINT, undone_by BIGINT)",
    "CREATE INDEX IF NOT EXISTS merge_loser ON merge (object, loser)",
    "CREATE INDEX IF NOT EXISTS merge_winner ON merge (object, winner)",
];

/// Where a pair stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TwinState {
    /// Somebody has to look at it.
    Open,
    /// Somebody looked and put it off.
    Later,
    /// They are two.
    Distinct,
    Merged,
}

impl TwinState {
    pub const ALL: [TwinState; 4] = [TwinState::Open, TwinState::Later, TwinState::Distinct, TwinState::Merged];

    /// The stored word.
    pub fn key(self) -> &'static str {
        match self {
            TwinState::Open => "open",
            TwinState::Later => "later",
            TwinState::Distinct => "distinct",
            TwinState::Merged => "merged",
        }
    }

    /// The state of this word.
    pub fn of(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }
}

/// Two records that may be the same; `a` is the smaller id. Times are microseconds UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwinRow {
    /// Given when stored.
    pub id: i64,
    pub object: String,
    pub a: i64,
    pub b: i64,
    /// Probability in ten-thousandths.
    pub score: i64,
    /// JSON.
    pub reasons: String,
    pub state: TwinState,
    /// What the two said when it was found or decided.
    pub mark: String,
    pub found_at: i64,
    pub decided_by: Option<i64>,
    pub decided_at: Option<i64>,
}

/// A record that went into another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeRow {
    pub id: i64,
    pub object: String,
    pub winner: i64,
    pub loser: i64,
    pub at: i64,
    pub actor: Option<i64>,
    /// JSON: what was chosen and what moved.
    pub body: String,
    pub undone_at: Option<i64>,
    pub undone_by: Option<i64>,
}

const TWIN: &str = "SELECT id, object, a, b, score, reasons, state, mark, found_at, decided_by, decided_at FROM twin";
const MERGE: &str = "SELECT id, object, winner, loser, at, actor, body, undone_at, undone_by FROM merge";

impl Conn {
    /// Keeps what was found of pairs; what people decided of them stays, unless what the two say has changed since.
    ///
    /// # Errors
    /// Those of the database.
    pub fn twins_put(&mut self, rows: &[TwinRow]) -> Result<(), StoreError> {
        let sql = "INSERT INTO twin (object, a, b, score, reasons, state, mark, found_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
                   ON CONFLICT (object, a, b) DO UPDATE SET score = EXCLUDED.score, reasons = EXCLUDED.reasons, found_at = EXCLUDED.found_at, \
                   state = CASE WHEN twin.state IN ('open', 'merged') OR twin.mark <> EXCLUDED.mark THEN EXCLUDED.state ELSE twin.state END, \
                   mark = EXCLUDED.mark";
        let rows: Vec<Vec<Raw>> = rows
            .iter()
            .map(|row| {
                vec![
                    row.object.as_str().into(),
                    row.a.into(),
                    row.b.into(),
                    row.score.into(),
                    row.reasons.as_str().into(),
                    row.state.key().into(),
                    row.mark.as_str().into(),
                    row.found_at.into(),
                ]
            })
            .collect();
        self.execute_many(sql, &rows)
    }

    /// Drops pairs nobody decided on that were not found again since a moment.
    ///
    /// # Errors
    /// Those of the database.
    pub fn twins_forget(&mut self, object: &str, before: i64) -> Result<u64, StoreError> {
        self.execute("DELETE FROM twin WHERE object = $1 AND state = 'open' AND found_at < $2", &[object.into(), before.into()])
    }

    /// Pairs in a state, the likeliest first, after the one with this score and id.
    ///
    /// # Errors
    /// Those of the database.
    pub fn twins(&mut self, object: &str, state: TwinState, after: Option<(i64, i64)>, limit: usize) -> Result<Vec<TwinRow>, StoreError> {
        let mut params = vec![object.into(), state.key().into()];
        let behind = after.map_or("", |_| " AND (score, id) < ($3, $4)");
        params.extend(after.into_iter().flat_map(|(score, id)| [Raw::Int(score), Raw::Int(id)]));
        let sql = format!("{TWIN} WHERE object = $1 AND state = $2{behind} ORDER BY score DESC, id DESC LIMIT {limit}");
        Ok(self.query(&sql, &params)?.into_iter().map(twin).collect())
    }

    /// How many pairs of a state score at least so much, counted up to `most`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn twins_count(&mut self, object: &str, state: TwinState, score: i64, most: usize) -> Result<i64, StoreError> {
        let sql = format!("SELECT count(*) FROM (SELECT 1 FROM twin WHERE object = $1 AND state = $2 AND score >= $3 LIMIT {most}) x");
        let row = self.query_one(&sql, &[object.into(), state.key().into(), score.into()])?;
        Ok(row.map(|row| Cells::new(row).int()).unwrap_or_default())
    }

    /// The pair with this id.
    ///
    /// # Errors
    /// Those of the database.
    pub fn twin(&mut self, id: i64) -> Result<Option<TwinRow>, StoreError> {
        Ok(self.query_one(&format!("{TWIN} WHERE id = $1"), &[id.into()])?.map(twin))
    }

    /// The pairs a record is in.
    ///
    /// # Errors
    /// Those of the database.
    pub fn twins_of(&mut self, object: &str, record: i64) -> Result<Vec<TwinRow>, StoreError> {
        let sql = format!("{TWIN} WHERE object = $1 AND a = $2 UNION ALL {TWIN} WHERE object = $1 AND b = $2 ORDER BY score DESC, id DESC");
        Ok(self.query(&sql, &[object.into(), record.into()])?.into_iter().map(twin).collect())
    }

    /// Keeps what was decided of a pair, and what the two said when it was.
    ///
    /// # Errors
    /// Those of the database.
    pub fn twin_decide(&mut self, id: i64, state: TwinState, mark: &str, by: Option<i64>, at: i64) -> Result<(), StoreError> {
        let sql = "UPDATE twin SET state = $2, mark = $3, decided_by = $4, decided_at = $5 WHERE id = $1";
        self.execute(sql, &[id.into(), state.key().into(), mark.into(), by.into(), at.into()]).map(|_| ())
    }

    /// Drops the pairs of a record that is gone.
    ///
    /// # Errors
    /// Those of the database.
    pub fn twins_drop(&mut self, object: &str, record: i64) -> Result<(), StoreError> {
        self.execute("DELETE FROM twin WHERE object = $1 AND (a = $2 OR b = $2)", &[object.into(), record.into()]).map(|_| ())
    }

    /// Keeps that a record went into another, and gives the number of it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn merge_add(&mut self, row: &MergeRow) -> Result<i64, StoreError> {
        let sql = "INSERT INTO merge (object, winner, loser, at, actor, body) VALUES ($1, $2, $3, $4, $5, $6)";
        let cells = vec![
            row.object.as_str().into(),
            row.winner.into(),
            row.loser.into(),
            row.at.into(),
            row.actor.into(),
            row.body.as_str().into(),
        ];
        self.insert_many(sql, &[cells])?.first().copied().ok_or_else(|| StoreError::other("a merge was not stored"))
    }

    /// The merge with this number.
    ///
    /// # Errors
    /// Those of the database.
    pub fn merge(&mut self, id: i64) -> Result<Option<MergeRow>, StoreError> {
        Ok(self.query_one(&format!("{MERGE} WHERE id = $1"), &[id.into()])?.map(merge))
    }

    /// The merges that went into a record and still stand, the latest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn merges_into(&mut self, object: &str, winner: i64) -> Result<Vec<MergeRow>, StoreError> {
        let sql = format!("{MERGE} WHERE object = $1 AND winner = $2 AND undone_at IS NULL ORDER BY id DESC");
        Ok(self.query(&sql, &[object.into(), winner.into()])?.into_iter().map(merge).collect())
    }

    /// Says that a merge was taken back; false when it had been before.
    ///
    /// # Errors
    /// Those of the database.
    pub fn merge_undone(&mut self, id: i64, by: Option<i64>, at: i64) -> Result<bool, StoreError> {
        let sql = "UPDATE merge SET undone_at = $2, undone_by = $3 WHERE id = $1 AND undone_at IS NULL";
        Ok(self.execute(sql, &[id.into(), at.into(), by.into()])? > 0)
    }

    /// Whether any record of an object has gone into another.
    ///
    /// # Errors
    /// Those of the database.
    pub fn has_merged(&mut self, object: &str) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM merge WHERE object = $1 AND undone_at IS NULL LIMIT 1";
        Ok(self.query_one(sql, &[object.into()])?.is_some())
    }

    /// The record with this value that has gone into another.
    ///
    /// # Errors
    /// Those of the database.
    pub fn merged_with(&mut self, object: &Object, field: &Field, value: &Raw) -> Result<Option<i64>, StoreError> {
        let sql = format!(
            "SELECT id FROM {} WHERE {} = $1 AND deleted_at < 0 ORDER BY id LIMIT 1",
            quote(&object.table),
            quote(&comparing_column(field))
        );
        Ok(self.query_one(&sql, std::slice::from_ref(value))?.map(|row| Cells::new(row).int()))
    }

    /// The record that one went into at last; none when it stands for itself.
    ///
    /// # Errors
    /// Those of the database.
    pub fn merged_into(&mut self, object: &str, loser: i64) -> Result<Option<i64>, StoreError> {
        let sql = "WITH RECURSIVE way(id, n) AS (SELECT winner, 1 FROM merge WHERE object = $1 AND loser = $2 AND undone_at IS NULL \
                   UNION ALL SELECT m.winner, w.n + 1 FROM merge m JOIN way w ON m.loser = w.id \
                   WHERE m.object = $1 AND m.undone_at IS NULL AND w.n < 100) SELECT id FROM way ORDER BY n DESC LIMIT 1";
        Ok(self.query_one(sql, &[object.into(), loser.into()])?.map(|row| Cells::new(row).int()))
    }

    /// All records that went into one, over others too.
    ///
    /// # Errors
    /// Those of the database.
    pub fn merged_from(&mut self, object: &str, winner: i64) -> Result<Vec<i64>, StoreError> {
        let sql = "WITH RECURSIVE way(id, n) AS (SELECT loser, 1 FROM merge WHERE object = $1 AND winner = $2 AND undone_at IS NULL \
                   UNION ALL SELECT m.loser, w.n + 1 FROM merge m JOIN way w ON m.winner = w.id \
                   WHERE m.object = $1 AND m.undone_at IS NULL AND w.n < 100) SELECT id FROM way";
        Ok(self.query(sql, &[object.into(), winner.into()])?.into_iter().map(|row| Cells::new(row).int()).collect())
    }
}

fn twin(row: Vec<Raw>) -> TwinRow {
    let mut c = Cells::new(row);
    TwinRow {
        id: c.int(),
        object: c.text(),
        a: c.int(),
        b: c.int(),
        score: c.int(),
        reasons: c.text(),
        state: TwinState::of(&c.text()).unwrap_or(TwinState::Open),
        mark: c.text(),
        found_at: c.int(),
        decided_by: c.maybe_int(),
        decided_at: c.maybe_int(),
    }
}

fn merge(row: Vec<Raw>) -> MergeRow {
    let mut c = Cells::new(row);
    MergeRow {
        id: c.int(),
        object: c.text(),
        winner: c.int(),
        loser: c.int(),
        at: c.int(),
        actor: c.maybe_int(),
        body: c.text(),
        undone_at: c.maybe_int(),
        undone_by: c.maybe_int(),
    }
}
