//! Single records given to a person or a team, each until a moment or for good.

use crate::cells::Cells;
use crate::cond::{col, truth};
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;
use akrab_model::filter::Shared;
use sea_query::{Expr, ExprTrait, Query, SelectStatement};

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS record_share ({id}, object TEXT NOT NULL, record BIGINT NOT NULL, person BIGINT, team BIGINT, \
     edit BIGINT NOT NULL, until BIGINT, note TEXT NOT NULL, actor BIGINT, at BIGINT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS record_share_person ON record_share (person, object, record)",
    "CREATE INDEX IF NOT EXISTS record_share_team ON record_share (team, object, record)",
    "CREATE INDEX IF NOT EXISTS record_share_record ON record_share (object, record)",
];

const COLUMNS: &str = "SELECT id, object, record, person, team, edit, until, note, actor, at FROM record_share";

/// A record given to one person or one team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShareRow {
    /// Given when stored; ignored by [`Conn::share_put`].
    pub id: i64,
    pub object: String,
    pub record: i64,
    pub person: Option<i64>,
    pub team: Option<i64>,
    pub edit: bool,
    /// Microseconds UTC; none is for good.
    pub until: Option<i64>,
    pub note: String,
    pub actor: Option<i64>,
    pub at: i64,
}

impl Conn {
    /// Gives a record to somebody, in the place of what he was given of it before; the id.
    ///
    /// # Errors
    /// Those of the database.
    pub fn share_put(&mut self, share: &ShareRow) -> Result<i64, StoreError> {
        let whom = if share.person.is_some() { "person" } else { "team" };
        let sql = format!("DELETE FROM record_share WHERE object = $1 AND record = $2 AND {whom} = $3");
        let place = [share.object.as_str().into(), Raw::Int(share.record), share.person.or(share.team).into()];
        self.execute(&sql, &place)?;
        let sql = "INSERT INTO record_share (object, record, person, team, edit, until, note, actor, at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id";
        let cells = [
            share.object.as_str().into(),
            Raw::Int(share.record),
            share.person.into(),
            share.team.into(),
            Raw::from(share.edit),
            share.until.into(),
            share.note.as_str().into(),
            share.actor.into(),
            Raw::Int(share.at),
        ];
        let made = self.changing(sql, &cells)?;
        made.first().and_then(|c| c.first()?.int()).ok_or_else(|| StoreError::other("a share was not stored"))
    }

    /// To whom a record was given, the first given first; those that have ended too.
    ///
    /// # Errors
    /// Those of the database.
    pub fn shares(&mut self, object: &str, record: i64) -> Result<Vec<ShareRow>, StoreError> {
        let sql = format!("{COLUMNS} WHERE object = $1 AND record = $2 ORDER BY id");
        Ok(self.query(&sql, &[object.into(), Raw::Int(record)])?.into_iter().map(row).collect())
    }

    /// Takes a share of this record back; false when there is none.
    ///
    /// # Errors
    /// Those of the database.
    pub fn share_drop(&mut self, object: &str, record: i64, id: i64) -> Result<bool, StoreError> {
        let sql = "DELETE FROM record_share WHERE id = $3 AND object = $1 AND record = $2";
        Ok(self.execute(sql, &[object.into(), Raw::Int(record), Raw::Int(id)])? > 0)
    }

    /// Takes all shares of a record back, when it is removed for good.
    ///
    /// # Errors
    /// Those of the database.
    pub fn shares_drop(&mut self, object: &str, record: i64) -> Result<(), StoreError> {
        self.execute("DELETE FROM record_share WHERE object = $1 AND record = $2", &[object.into(), Raw::Int(record)]).map(|_| ())
    }

    /// Forgets shares that ended before `moment`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn shares_ended(&mut self, moment: i64) -> Result<u64, StoreError> {
        self.execute("DELETE FROM record_share WHERE until < $1", &[Raw::Int(moment)])
    }

    /// Who was given records of which objects: (object, person, team).
    ///
    /// # Errors
    /// Those of the database.
    pub fn share_takers(&mut self) -> Result<Vec<(String, Option<i64>, Option<i64>)>, StoreError> {
        let rows = self.query("SELECT DISTINCT object, person, team FROM record_share", &[])?;
        Ok(rows.into_iter().map(Cells::new).map(|mut c| (c.text(), c.maybe_int(), c.maybe_int())).collect())
    }
}

/// The record in `at` was given to one of these.
pub(crate) fn given(at: &str, shared: &Shared) -> Expr {
    let to = |whom: &str, id: i64| -> SelectStatement {
        let mut select = Query::select();
        select
            .column("record")
            .from("record_share")
            .and_where(Expr::col(whom.to_string()).eq(id))
            .and_where(Expr::col("object").eq(shared.object.as_str()))
            .and_where(Expr::col("until").is_null().or(Expr::col("until").gt(shared.at)));
        if shared.edit {
            select.and_where(Expr::col("edit").eq(1_i64));
        }
        select
    };
    if shared.user == 0 && shared.team.is_none() {
        return truth(false);
    }
    let own = col(at, "id").in_subquery(to("person", shared.user));
    match shared.team {
        Some(team) => own.or(col(at, "id").in_subquery(to("team", team))),
        None => own,
    }
}

fn row(cells: Vec<Raw>) -> ShareRow {
    let mut c = Cells::new(cells);
    ShareRow {
        id: c.int(),
        object: c.text(),
        record: c.int(),
        person: c.maybe_int(),
        team: c.maybe_int(),
        edit: c.int() == 1,
        until: c.maybe_int(),
        note: c.text(),
        actor: c.maybe_int(),
        at: c.int(),
    }
}
