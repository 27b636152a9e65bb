//! Incoming webhooks: the addresses others call, and what they sent. Of an address only its hash finds it; secrets are sealed.

use crate::cells::Cells;
use crate::conn::{Backend, Conn};
use crate::error::StoreError;
use akrab_model::Raw;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS inlet ({id}, owner BIGINT NOT NULL, name TEXT NOT NULL, door TEXT NOT NULL, address TEXT NOT NULL, \
     proof TEXT NOT NULL, header TEXT NOT NULL, secret TEXT NOT NULL, former TEXT, former_until BIGINT, known_by TEXT NOT NULL, \
     decl TEXT, open BIGINT NOT NULL, created_at BIGINT NOT NULL, heard_at BIGINT)",
    "CREATE UNIQUE INDEX IF NOT EXISTS inlet_door ON inlet (door)",
    "CREATE TABLE IF NOT EXISTS inlet_call ({id}, inlet BIGINT NOT NULL, name TEXT, at BIGINT NOT NULL, place TEXT NOT NULL, \
     headers TEXT NOT NULL, body TEXT NOT NULL, state TEXT NOT NULL, object TEXT, record BIGINT, outcome TEXT NOT NULL, ended_at BIGINT NOT NULL)",
    "CREATE UNIQUE INDEX IF NOT EXISTS inlet_call_name ON inlet_call (inlet, name)",
    "CREATE INDEX IF NOT EXISTS inlet_call_state ON inlet_call (inlet, state, id)",
    "CREATE INDEX IF NOT EXISTS inlet_call_at ON inlet_call (at)",
];

/// An address that others call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InletRow {
    pub id: i64,
    /// With whose rights it writes.
    pub owner: i64,
    pub name: String,
    /// Hash of the secret part of the address.
    pub door: String,
    /// That part, sealed.
    pub address: String,
    /// How a call proves where it comes from.
    pub proof: String,
    /// The header that carries the proof.
    pub header: String,
    /// Sealed.
    pub secret: String,
    /// The secret before, and until when it still counts.
    pub former: Option<(String, i64)>,
    /// What a call is known by when it comes again; empty for what the proof says.
    pub known_by: String,
    /// What becomes of a call (JSON); none while nothing is decided.
    pub decl: Option<String>,
    pub open: bool,
    pub created_at: i64,
    /// Last call that proved itself.
    pub heard_at: Option<i64>,
}

/// What was sent, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InletCall {
    pub id: i64,
    pub inlet: i64,
    /// What it is known by; the same call is taken once.
    pub name: Option<String>,
    pub at: i64,
    /// Network address it came from.
    pub place: String,
    /// Lines `name: value`, without secrets.
    pub headers: String,
    /// JSON.
    pub body: String,
    pub state: String,
    pub object: Option<String>,
    pub record: Option<i64>,
    /// JSON.
    pub outcome: String,
    pub ended_at: i64,
}

const INLET: &str =
    "id, owner, name, door, address, proof, header, secret, former, former_until, known_by, decl, open, created_at, heard_at";
const CALL: &str = "id, inlet, name, at, place, headers, body, state, object, record, outcome, ended_at";

impl Conn {
    /// All, by name.
    ///
    /// # Errors
    /// Those of the database.
    pub fn inlets(&mut self) -> Result<Vec<InletRow>, StoreError> {
        Ok(self.query(&format!("SELECT {INLET} FROM inlet ORDER BY name, id"), &[])?.into_iter().map(inlet).collect())
    }
    /// One; while writing nobody else works on it until the transaction ends.
    ///
    /// # Errors
    /// Those of the database.
    pub fn inlet(&mut self, id: i64) -> Result<Option<InletRow>, StoreError> {
        let sql = format!("SELECT {INLET} FROM inlet WHERE id = $1");
        let rows = match (self.backend(), self.writable) {
            (Backend::Postgres, true) => self.changing(&format!("{sql} FOR UPDATE"), &[id.into()])?,
            _ => self.query(&sql, &[id.into()])?,
        };
        Ok(rows.into_iter().next().map(inlet))
    }
    /// The one behind an address, by its hash.
    ///
    /// # Errors
    /// Those of the database.
    pub fn inlet_at(&mut self, door: &str) -> Result<Option<InletRow>, StoreError> {
        Ok(self.query_one(&format!("SELECT {INLET} FROM inlet WHERE door = $1"), &[door.into()])?.map(inlet))
    }
    /// Keeps a new one and gives its number.
    ///
    /// # Errors
    /// Those of the database.
    pub fn inlet_add(&mut self, row: &InletRow) -> Result<i64, StoreError> {
        let sql = "INSERT INTO inlet (owner, name, door, address, proof, header, secret, known_by, decl, open, created_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let params = vec![
            row.owner.into(),
            row.name.as_str().into(),
            row.door.as_str().into(),
            row.address.as_str().into(),
            row.proof.as_str().into(),
            row.header.as_str().into(),
            row.secret.as_str().into(),
            row.known_by.as_str().into(),
            row.decl.clone().into(),
            row.open.into(),
            row.created_at.into(),
        ];
        let ids = self.insert_many(sql, &[params])?;
        ids.first().copied().ok_or_else(|| StoreError::other("an incoming webhook was not stored"))
    }
    /// Changes one.
    ///
    /// # Errors
    /// Those of the database.
    pub fn inlet_set(&mut self, row: &InletRow) -> Result<(), StoreError> {
        let sql = "UPDATE inlet SET owner = $2, name = $3, door = $4, address = $5, proof = $6, header = $7, secret = $8, former = $9, \
                   former_until = $10, known_by = $11, decl = $12, open = $13, heard_at = $14 WHERE id = $1";
        let (former, until) = row.former.clone().map_or((None, None), |(former, until)| (Some(former), Some(until)));
        let params = [
            row.id.into(),
            row.owner.into(),
            row.name.as_str().into(),
            row.door.as_str().into(),
            row.address.as_str().into(),
            row.proof.as_str().into(),
            row.header.as_str().into(),
            row.secret.as_str().into(),
            former.into(),
            until.into(),
            row.known_by.as_str().into(),
            row.decl.clone().into(),
            row.open.into(),
            row.heard_at.into(),
        ];
        self.execute(sql, &params).map(|_| ())
    }
    /// Forgets one with what it was sent.
    ///
    /// # Errors
    /// Those of the database.
    pub fn inlet_drop(&mut self, id: i64) -> Result<(), StoreError> {
        self.execute("DELETE FROM inlet_call WHERE inlet = $1", &[id.into()])?;
        self.execute("DELETE FROM inlet WHERE id = $1", &[id.into()]).map(|_| ())
    }

    /// Keeps a call and gives its number.
    ///
    /// # Errors
    /// `Unique` when a call of this name was kept meanwhile.
    pub fn inlet_call_add(&mut self, row: &InletCall) -> Result<i64, StoreError> {
        let sql = "INSERT INTO inlet_call (inlet, name, at, place, headers, body, state, object, record, outcome, ended_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let params = vec![
            row.inlet.into(),
            row.name.clone().into(),
            row.at.into(),
            row.place.as_str().into(),
            row.headers.as_str().into(),
            row.body.as_str().into(),
            row.state.as_str().into(),
            row.object.clone().into(),
            row.record.into(),
            row.outcome.as_str().into(),
            row.ended_at.into(),
        ];
        let ids = self.insert_many(sql, &[params])?;
        ids.first().copied().ok_or_else(|| StoreError::other("a call was not stored"))
    }
    /// What became of a call.
    ///
    /// # Errors
    /// Those of the database.
    pub fn inlet_call_end(&mut self, row: &InletCall) -> Result<(), StoreError> {
        let sql = "UPDATE inlet_call SET state = $2, object = $3, record = $4, outcome = $5, ended_at = $6 WHERE id = $1";
        let params = [
            row.id.into(),
            row.state.as_str().into(),
            row.object.clone().into(),
            row.record.into(),
            row.outcome.as_str().into(),
            row.ended_at.into(),
        ];
        self.execute(sql, &params).map(|_| ())
    }
    /// A call by its number.
    ///
    /// # Errors
    /// Those of the database.
    pub fn inlet_call(&mut self, id: i64) -> Result<Option<InletCall>, StoreError> {
        Ok(self.query_one(&format!("SELECT {CALL} FROM inlet_call WHERE id = $1"), &[id.into()])?.map(call))
    }
    /// A call by what it is known by.
    ///
    /// # Errors
    /// Those of the database.
    pub fn inlet_call_named(&mut self, inlet: i64, name: &str) -> Result<Option<InletCall>, StoreError> {
        let sql = format!("SELECT {CALL} FROM inlet_call WHERE inlet = $1 AND name = $2");
        Ok(self.query_one(&sql, &[inlet.into(), name.into()])?.map(call))
    }
    /// Calls, the newest first: of one state, or all.
    ///
    /// # Errors
    /// Those of the database.
    pub fn inlet_calls(
        &mut self,
        inlet: i64,
        state: Option<&str>,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<InletCall>, StoreError> {
        let sql = format!(
            "SELECT {CALL} FROM inlet_call WHERE inlet = $1 AND (CAST($2 AS TEXT) IS NULL OR state = $2) \
             AND (CAST($3 AS BIGINT) IS NULL OR id < $3) ORDER BY id DESC LIMIT $4"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let params = [inlet.into(), state.map_or(Raw::Null, Raw::from), before.into(), limit.into()];
        Ok(self.query(&sql, &params)?.into_iter().map(call).collect())
    }
    /// How many calls of a state there are.
    ///
    /// # Errors
    /// Those of the database.
    pub fn inlet_calls_count(&mut self, inlet: i64, state: &str) -> Result<i64, StoreError> {
        let row = self.query_one("SELECT COUNT(*) FROM inlet_call WHERE inlet = $1 AND state = $2", &[inlet.into(), state.into()])?;
        Ok(row.map_or(0, |row| Cells::new(row).int()))
    }
    /// Keeps of one state only so many, the newest.
    ///
    /// # Errors
    /// Those of the database.
    pub fn inlet_calls_cut(&mut self, inlet: i64, state: &str, kept: usize) -> Result<(), StoreError> {
        let sql = "DELETE FROM inlet_call WHERE inlet = $1 AND state = $2 AND id <= \
                   (SELECT id FROM inlet_call WHERE inlet = $1 AND state = $2 ORDER BY id DESC LIMIT 1 OFFSET $3)";
        let kept = i64::try_from(kept).unwrap_or(i64::MAX);
        self.execute(sql, &[inlet.into(), state.into(), kept.into()]).map(|_| ())
    }
    /// Forgets calls from before a moment; how many.
    ///
    /// # Errors
    /// Those of the database.
    pub fn inlet_calls_forget(&mut self, before: i64) -> Result<u64, StoreError> {
        self.execute("DELETE FROM inlet_call WHERE at < $1", &[before.into()])
    }
}

fn inlet(row: Vec<Raw>) -> InletRow {
    let mut c = Cells::new(row);
    InletRow {
        id: c.int(),
        owner: c.int(),
        name: c.text(),
        door: c.text(),
        address: c.text(),
        proof: c.text(),
        header: c.text(),
        secret: c.text(),
        former: c.maybe_text().zip(c.maybe_int()),
        known_by: c.text(),
        decl: c.maybe_text(),
        open: c.int() != 0,
        created_at: c.int(),
        heard_at: c.maybe_int(),
    }
}

fn call(row: Vec<Raw>) -> InletCall {
    let mut c = Cells::new(row);
    InletCall {
        id: c.int(),
        inlet: c.int(),
        name: c.maybe_text(),
        at: c.int(),
        place: c.text(),
        headers: c.text(),
        body: c.text(),
        state: c.text(),
        object: c.maybe_text(),
        record: c.maybe_int(),
        outcome: c.text(),
        ended_at: c.int(),
    }
}
