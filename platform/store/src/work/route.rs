//! Routes and how much goes along them.

use crate::cells::Cells;
use crate::conn::{Backend, Conn};
use crate::error::StoreError;
use akrab_model::Raw;

/// A route of a queue: what goes the same way at the same rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkRoute {
    pub id: i64,
    pub queue: String,
    pub route: String,
    pub per_minute: Option<i64>,
    pub per_day: Option<i64>,
    pub paused: bool,
    /// The minute counted last, and how many were handed over in it.
    pub minute: i64,
    pub in_minute: i64,
    /// The day counted last, and how many were handed over on it.
    pub day: i64,
    pub in_day: i64,
}

const ROUTE: &str = "id, queue, route, per_minute, per_day, paused, minute, in_minute, day, in_day";

impl Conn {
    /// Routes of a queue, or of all.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_routes(&mut self, queue: Option<&str>) -> Result<Vec<WorkRoute>, StoreError> {
        let sql = format!("SELECT {ROUTE} FROM work_route WHERE (CAST($1 AS TEXT) IS NULL OR queue = $1) ORDER BY queue, route");
        Ok(self.query(&sql, &[queue.map_or(Raw::Null, Raw::from)])?.into_iter().map(route).collect())
    }

    /// A route; while writing nobody else counts on it until the transaction ends.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_route(&mut self, id: i64) -> Result<Option<WorkRoute>, StoreError> {
        let sql = format!("SELECT {ROUTE} FROM work_route WHERE id = $1");
        let rows = match (self.backend(), self.writable) {
            (Backend::Postgres, true) => self.changing(&format!("{sql} FOR UPDATE"), &[id.into()])?,
            _ => self.query(&sql, &[id.into()])?,
        };
        Ok(rows.into_iter().next().map(route))
    }

    /// The number of a route, made when it is new.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_route_made(&mut self, queue: &str, name: &str) -> Result<i64, StoreError> {
        let find = "SELECT id FROM work_route WHERE queue = $1 AND route = $2";
        let params = [queue.into(), name.into()];
        if let Some(row) = self.query_one(find, &params)? {
            return Ok(Cells::new(row).int());
        }
        self.execute("INSERT INTO work_route (queue, route) VALUES ($1, $2) ON CONFLICT (queue, route) DO NOTHING", &params)?;
        let row = self.query_one(find, &params)?;
        row.map(|row| Cells::new(row).int()).ok_or_else(|| StoreError::other("a route was not stored"))
    }

    /// Keeps the rates of a route and whether it rests.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_route_set(&mut self, id: i64, per_minute: Option<i64>, per_day: Option<i64>, paused: bool) -> Result<bool, StoreError> {
        let sql = "UPDATE work_route SET per_minute = $2, per_day = $3, paused = $4 WHERE id = $1";
        Ok(self.execute(sql, &[id.into(), per_minute.into(), per_day.into(), paused.into()])? > 0)
    }

    /// Keeps how many items a route has handed over in this minute and on this day.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_route_count(&mut self, row: &WorkRoute) -> Result<(), StoreError> {
        let sql = "UPDATE work_route SET minute = $2, in_minute = $3, day = $4, in_day = $5 WHERE id = $1";
        let params = [row.id.into(), row.minute.into(), row.in_minute.into(), row.day.into(), row.in_day.into()];
        self.execute(sql, &params).map(|_| ())
    }
}

fn route(row: Vec<Raw>) -> WorkRoute {
    let mut c = Cells::new(row);
    WorkRoute {
        id: c.int(),
        queue: c.text(),
        route: c.text(),
        per_minute: c.maybe_int(),
        per_day: c.maybe_int(),
        paused: c.int() != 0,
        minute: c.int(),
        in_minute: c.int(),
        day: c.int(),
        in_day: c.int(),
    }
}
