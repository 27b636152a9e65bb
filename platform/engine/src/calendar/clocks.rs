//! Clocks that run by calendars: time limits and reminders of approvals, and waits of flows. A change of a calendar is shown
//! with every clock it would move; confirmed, they are moved with it, and both times stay in their histories.

use super::Calendar;
use crate::{Ctx, Engine, Result, Tx};
use akrab_model::RecordId;
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::Arc;

/// A clock that runs, and when it is due by the calendar of before and by that of after a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// `approval`, `flow`; message key `clock-<kind>`.
    pub kind: &'static str,
    /// Number of the request or of the run.
    pub id: i64,
    /// Name of the rule or flow.
    pub name: akrab_model::Label,
    pub object: String,
    pub record: RecordId,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// What became of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    Done,
    /// Nothing yet: it would move these, which is asked first.
    Would(Vec<Moved>),
}

/// Calendars as they count at one moment, each read once.
pub(crate) struct Clocks {
    at: Timestamp,
    /// What is due before the change counts stays.
    since: Option<Timestamp>,
    known: HashMap<String, Option<Arc<Calendar>>>,
}

impl Clocks {
    /// The calendar of a clock.
    pub(crate) fn calendar(&mut self, tx: &mut Tx, key: &str) -> Option<Arc<Calendar>> {
        let at = self.at;
        let read = |tx: &mut Tx| tx.calendar_at(if key.is_empty() { super::USUAL } else { key }, at).ok().map(Arc::new);
        self.known.entry(key.into()).or_insert_with(|| read(tx)).clone()
    }
    /// Whether a clock due at this moment is touched by the change at all.
    pub(crate) fn touches(&self, due: i64) -> bool {
        self.since.is_none_or(|since| due >= since.as_microsecond())
    }
}

impl Tx<'_> {
    /// Works out every running clock anew by the calendars as they are in this transaction, and says which ones moved.
    /// `from` is when the change begins to count, at once without.
    ///
    /// # Errors
    /// What the database answers.
    pub fn clocks_move(&mut self, from: Option<Timestamp>) -> Result<Vec<Moved>> {
        let now = self.ctx.now.timestamp();
        let since = from.filter(|from| *from > now);
        let mut clocks = Clocks { at: since.unwrap_or(now), since, known: HashMap::new() };
        let mut moved = self.approval_clocks(&mut clocks)?;
        moved.extend(self.flow_clocks(&mut clocks)?);
        moved.sort_by_key(|one| one.from);
        Ok(moved)
    }
}

impl Engine {
    /// Makes a change of calendars or holiday lists. While it is not `sure`, a change that moves running clocks is only said,
    /// and nothing is changed.
    ///
    /// # Errors
    /// What the change itself answers; `forbidden` for anybody but administrators.
    pub async fn calendar_change<F>(&self, ctx: &Ctx, sure: bool, from: Option<Timestamp>, change: F) -> Result<Changed>
    where
        F: Fn(&mut Tx) -> Result<()> + Send + Sync + 'static,
    {
        let change = Arc::new(change);
        let both = move |tx: &mut Tx| {
            tx.may_declare()?;
            change(tx)?;
            tx.clocks_move(from)
        };
        if !sure {
            let moved = self.try_out(ctx, both.clone()).await?;
            if !moved.is_empty() {
                return Ok(Changed::Would(moved));
            }
        }
        self.write(ctx, both).await?;
        Ok(Changed::Done)
    }
}
