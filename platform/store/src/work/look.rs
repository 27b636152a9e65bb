//! Where units stand, those in waves and those that were taken. What moves from a wave to an item is looked for in this order.

use super::item::{ITEM, WorkItem, WorkState, item};
use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;

/// Units of waves in the form of items.
const PLANNED: &str = "SELECT w.batch, w.first + u.unit AS unit, w.route, 0 AS state, w.run_at, 0 AS attempts, \
     CAST(NULL AS BIGINT) AS fence, CAST(NULL AS TEXT) AS told FROM work_wave w JOIN work_unit u ON u.wave = w.id";

impl Conn {
    /// Whether a route has a unit that is due.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_due(&mut self, route: i64, now: i64) -> Result<bool, StoreError> {
        let resting = super::NOT_RESTING;
        for (table, waits) in [("work_wave", ""), ("work_item", " AND state = 0")] {
            let sql = format!("SELECT batch FROM {table} WHERE route = $1{waits} AND run_at <= $2 AND {resting} LIMIT 1");
            if self.query_one(&sql, &[route.into(), now.into()])?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// One unit.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_item(&mut self, batch: i64, unit: i64) -> Result<Option<WorkItem>, StoreError> {
        let planned = format!("{PLANNED} AND u.unit = $2 - w.first WHERE w.batch = $1 AND w.first <= $2 AND w.last >= $2");
        let taken = format!("SELECT {ITEM} FROM work_item WHERE batch = $1 AND unit = $2");
        for sql in [planned, taken] {
            if let Some(row) = self.query_one(&sql, &[batch.into(), unit.into()])? {
                return Ok(Some(item(row)));
            }
        }
        Ok(None)
    }

    /// Units of a batch in one state, by number.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_items(&mut self, batch: i64, state: WorkState, after: i64, limit: usize) -> Result<Vec<WorkItem>, StoreError> {
        let mut of = format!("SELECT {ITEM} FROM work_item WHERE batch = $1 AND state = $2 AND unit > $3");
        if state == WorkState::Ready {
            of = format!("{of} UNION ALL {PLANNED} WHERE w.batch = $1 AND w.first + u.unit > $3");
        }
        let sql = format!("SELECT {ITEM} FROM ({of}) units ORDER BY unit LIMIT $4");
        let params = [batch.into(), (state as i64).into(), after.into(), (limit as i64).into()];
        Ok(self.query(&sql, &params)?.into_iter().map(item).collect())
    }

    /// How many units of a batch stand where, at one moment.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_counts(&mut self, batch: i64) -> Result<Vec<(WorkState, i64)>, StoreError> {
        let sql = "SELECT state, CAST(SUM(n) AS BIGINT) FROM ( \
                   SELECT state, COUNT(*) AS n FROM work_item WHERE batch = $1 GROUP BY state UNION ALL \
                   SELECT 0, COUNT(*) FROM work_wave w JOIN work_unit u ON u.wave = w.id WHERE w.batch = $1) units \
                   GROUP BY state HAVING SUM(n) > 0 ORDER BY state";
        let rows = self.query(sql, &[batch.into()])?;
        Ok(rows.into_iter().map(Cells::new).map(|mut c| (WorkState::of(c.int()), c.int())).collect())
    }
}
