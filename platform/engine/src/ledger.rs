//! The value ledger of the workspace: points, funds, commissions and the like, of any record that can hold value.
//!
//! A holder is (object key, record id). [`Tx::ledger_open`] gives its account; [`Tx::ledger`] runs one [`Command`] on it, in
//! the transaction of whatever the value belongs to. A command carries a key: given again it does nothing and gets the same
//! answer. What a command may do is decided by [`akrab_model::ledger::Book`]; here it is loaded, kept, and told when it is.
//! Whoever calls answers for the right to do so.

mod command;
mod post;
mod read;
mod settle;
mod sheet;

pub use akrab_model::ledger::{Buckets, MoveKind, State, Taken, amount, bucket, split, units};
pub use command::{Account, Command, NewAccount, Posted, What};
pub use read::{Balance, Line, LotLine};
pub use settle::SettleLedgers;
pub(crate) use settle::is_due;
