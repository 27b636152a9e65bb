//! Looking at an account.

use super::command::Account;
use super::sheet::{Sheet, kind_of, moment};
use super::{Buckets, MoveKind, bucket};
use crate::{Result, Tx};
use akrab_model::{Problem, RecordId};
use jiff::Timestamp;

/// What an account holds at this moment, also when time has done something to it that is not written down yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    pub account: Account,
    pub buckets: Buckets,
}

impl Balance {
    /// What can be spent.
    pub fn available(&self) -> i64 {
        self.inside(bucket::AVAILABLE)
    }
    /// What lies in a bucket.
    pub fn inside(&self, bucket: &str) -> i64 {
        self.buckets.get(bucket).copied().unwrap_or(0)
    }
}

/// An entry as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: i64,
    pub kind: MoveKind,
    pub from: Option<String>,
    pub to: String,
    pub amount: i64,
    pub reason: String,
    pub source: Option<(String, RecordId)>,
    /// The entry it takes back.
    pub reverses: Option<i64>,
    pub reservation: Option<i64>,
    pub at: Timestamp,
    pub actor: Option<RecordId>,
}

/// A lot with something left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LotLine {
    pub id: i64,
    /// The entry that made it.
    pub entry: i64,
    pub amount: i64,
    pub left: i64,
    pub usable_from: Option<Timestamp>,
    /// The first moment it is not usable any more.
    pub expires_at: Option<Timestamp>,
    /// It is not usable yet.
    pub waits: bool,
}

impl Tx<'_> {
    /// What an account holds now.
    ///
    /// # Errors
    /// `not_found`.
    pub fn ledger_balance(&mut self, account: i64) -> Result<Balance> {
        let row = self.conn.ledger_account(account)?.ok_or_else(Problem::not_found)?;
        let account = Account::of(&row);
        let mut sheet = Sheet::load(self, row)?;
        sheet.settle(self, false)?;
        let mut buckets = sheet.book.buckets;
        buckets.retain(|_, inside| *inside != 0);
        Ok(Balance { account, buckets })
    }

    /// Entries of an account, the latest first.
    ///
    /// # Errors
    /// What the database answers.
    pub fn ledger_lines(&mut self, account: i64, before: Option<i64>, limit: usize) -> Result<Vec<Line>> {
        Ok(self.conn.ledger_entries(account, before, limit)?.into_iter().filter_map(line).collect())
    }

    /// Entries a record is the source of, the latest first.
    ///
    /// # Errors
    /// What the database answers.
    pub fn ledger_lines_about(&mut self, object: &str, id: RecordId, limit: usize) -> Result<Vec<Line>> {
        Ok(self.conn.ledger_entries_about((object, id), limit)?.into_iter().filter_map(line).collect())
    }

    /// Accounts whose books do not balance. There are none unless rows were changed from outside.
    ///
    /// # Errors
    /// What the database answers.
    pub fn ledger_unbalanced(&mut self) -> Result<Vec<i64>> {
        Ok(self.conn.ledger_unbalanced()?)
    }

    /// Lots with something left, in the order in which they are used.
    ///
    /// # Errors
    /// What the database answers.
    pub fn ledger_lots(&mut self, account: i64, limit: usize) -> Result<Vec<LotLine>> {
        let rows = self.conn.ledger_lots(account, limit)?;
        Ok(rows
            .into_iter()
            .map(|row| LotLine {
                id: row.id,
                entry: row.entry,
                amount: row.amount,
                left: row.left,
                usable_from: row.usable_from.and_then(moment),
                expires_at: row.expires_at.and_then(moment),
                waits: row.waits,
            })
            .collect())
    }
}

fn line(row: akrab_store::LedgerEntry) -> Option<Line> {
    Some(Line {
        id: row.id,
        kind: kind_of(&row.kind)?,
        from: row.from,
        to: row.to,
        amount: row.amount,
        reason: row.reason,
        source: row.source,
        reverses: row.reverses,
        reservation: row.reservation,
        at: moment(row.at)?,
        actor: row.actor,
    })
}
