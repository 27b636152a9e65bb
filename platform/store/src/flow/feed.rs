//! Records still to be fed to flows that time triggers.

use crate::cells::Cells;
use crate::conn::{Backend, Conn};
use crate::error::StoreError;
use akrab_model::Raw;

/// Records still to be fed to a flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowFeed {
    pub id: i64,
    pub flow: i64,
    pub version: i64,
    pub planned: i64,
    /// JSON.
    pub filter: Option<String>,
    /// Records up to this one are fed.
    pub after: i64,
    pub fed: i64,
}

const FEED: &str = "id, flow, version, planned, filter, after, fed";

impl Conn {
    /// Plans a feed. False when it was planned before.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_feed_add(&mut self, flow: i64, version: i64, planned: i64, filter: Option<&str>) -> Result<bool, StoreError> {
        let sql = "INSERT INTO flow_feed (flow, version, planned, filter) VALUES ($1, $2, $3, $4) ON CONFLICT (flow, planned) DO NOTHING";
        Ok(self.execute(sql, &[flow.into(), version.into(), planned.into(), filter.map_or(Raw::Null, Raw::from)])? > 0)
    }

    /// Takes a feed of a flow for this transaction.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_feed_take(&mut self, flow: i64) -> Result<Option<FlowFeed>, StoreError> {
        let skip = if self.backend() == Backend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" };
        let sql = format!("SELECT {FEED} FROM flow_feed WHERE flow = $1 ORDER BY planned LIMIT 1{skip}");
        Ok(self.changing(&sql, &[flow.into()])?.into_iter().next().map(|row| {
            let mut c = Cells::new(row);
            FlowFeed {
                id: c.int(),
                flow: c.int(),
                version: c.int(),
                planned: c.int(),
                filter: c.maybe_text(),
                after: c.int(),
                fed: c.int(),
            }
        }))
    }

    /// Writes how far a feed is, or drops it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_feed_stand(&mut self, feed: &FlowFeed, over: bool) -> Result<(), StoreError> {
        if over {
            return self.execute("DELETE FROM flow_feed WHERE id = $1", &[feed.id.into()]).map(|_| ());
        }
        let sql = "UPDATE flow_feed SET after = $2, fed = $3 WHERE id = $1";
        self.execute(sql, &[feed.id.into(), feed.after.into(), feed.fed.into()]).map(|_| ())
    }

    /// Drops what is still to be fed to a flow.
    ///
    /// # Errors
    /// Those of the database.
    pub fn flow_feeds_drop(&mut self, flow: i64) -> Result<(), StoreError> {
        self.execute("DELETE FROM flow_feed WHERE flow = $1", &[flow.into()]).map(|_| ())
    }
}
