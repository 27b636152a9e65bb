//! What a ledger can be told, and what it answers.

use super::{Buckets, State, Taken};
use crate::Result;
use akrab_model::RecordId;
use akrab_model::ledger::{amount, units};
use akrab_store::LedgerAccount;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// An account to be opened, or found when its holder has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// Object and record that hold the value.
    pub holder: (String, RecordId),
    /// What is counted: a key of the domain's, such as `points` or `fund`.
    pub kind: String,
    /// ISO 4217 code of money; empty for points.
    pub currency: String,
    /// Decimal places counted; 0 for points and rupiah.
    pub places: u8,
    /// What is available may fall below zero: commissions that are clawed back.
    pub may_owe: bool,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub id: i64,
    pub holder: (String, RecordId),
    pub kind: String,
    pub currency: String,
    pub places: u8,
    pub may_owe: bool,
    pub state: State,
}

impl Account {
    pub(super) fn of(row: &LedgerAccount) -> Account {
        Account {
            id: row.id,
            holder: row.holder.clone(),
            kind: row.kind.clone(),
            currency: row.currency.clone(),
            places: u8::try_from(row.places).unwrap_or(0),
            may_owe: row.may_owe,
            state: state(&row.state),
        }
    }
    /// An amount in this account's smallest units.
    ///
    /// # Errors
    /// `ledger_too_exact` and `ledger_too_large`.
    pub fn units(&self, amount: Decimal) -> Result<i64> {
        Ok(units(amount, self.places)?)
    }
    /// Smallest units as an amount.
    pub fn amount(&self, units: i64) -> Decimal {
        amount(units, self.places)
    }
}

pub(super) fn state(key: &str) -> State {
    match key {
        "open" => State::Open,
        "frozen" => State::Frozen,
        _ => State::Closed,
    }
}

pub(super) fn state_key(state: State) -> &'static str {
    match state {
        State::Open => "open",
        State::Frozen => "frozen",
        State::Closed => "closed",
    }
}

/// One command. Amounts are whole numbers of the account's smallest unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// Names the command for good: given again, nothing is done and the first answer comes back.
    pub key: String,
    pub what: What,
    /// Why, as people read it.
    pub reason: String,
    /// The record it comes from.
    pub source: Option<(String, RecordId)>,
}

impl Command {
    /// A command without a record behind it.
    pub fn new(key: impl Into<String>, what: What, reason: impl Into<String>) -> Command {
        Command { key: key.into(), what, reason: reason.into(), source: None }
    }
    /// Names the record it comes from.
    pub fn about(mut self, object: &str, id: RecordId) -> Command {
        self.source = Some((object.into(), id));
        self
    }
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "do")]
pub enum What {
    /// Puts value in: usable from a moment on, and through a last day of the workspace's zone.
    PutIn { amount: i64, usable_from: Option<Timestamp>, last_day: Option<Date> },
    /// Spends what is available, into `used` or a bucket of the domain's own.
    Spend { amount: i64, to: String },
    /// Holds what is available, for a record and until a moment.
    Reserve { amount: i64, until: Option<Timestamp>, owner: Option<(String, RecordId)> },
    /// Spends what is held.
    Commit { reservation: i64, amount: i64, to: String },
    /// Gives back what is held; all of it when no amount is named.
    Release { reservation: i64, amount: Option<i64> },
    /// Moves value between two buckets of the domain's own.
    Shift { from: String, to: String, amount: i64 },
    /// Takes an entry back, in part or in whole.
    Reverse { entry: i64, amount: i64 },
    /// Freezes the account, opens it again, or closes it for good.
    Turn { state: State },
}

/// What a command did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// Number of the entry written.
    pub entry: i64,
    /// Number of the reservation made.
    pub reservation: Option<i64>,
    /// Lots it took from or gave back to.
    pub taken: Vec<Taken>,
    /// What lies in the account's buckets since.
    pub buckets: Buckets,
}

impl Posted {
    /// What can be spent since.
    pub fn available(&self) -> i64 {
        self.inside(super::bucket::AVAILABLE)
    }
    /// What lies in a bucket since.
    pub fn inside(&self, bucket: &str) -> i64 {
        self.buckets.get(bucket).copied().unwrap_or(0)
    }
}
