//! The value ledger: points and money of one holder, of which every part lies in exactly one bucket.
//!
//! A [`Book`] is one account in memory: its buckets, and the lots its available value came in. Verbs move value from bucket
//! to bucket and tell what they moved ([`Move`]); nothing is ever changed or taken out, so the sum of all buckets is always
//! what was put in.
//!
//! - Amounts are whole numbers of the account's smallest unit ([`units`]).
//! - Lots are used first-expiring-first; one without an end is used last. What comes back refills them the other way round.
//! - What is available never falls below zero, unless the account may owe. A debt is paid by whatever comes in next.
//! - A lot is usable until its end, which is the first moment it is not ([`end_of`] a day: midnight after it).

mod book;
mod lot;
mod refusal;
mod split;
mod unit;

pub use book::{Book, Buckets, Entry, Move, MoveKind, Reservation, State, bucket};
pub use lot::{Lot, Taken};
pub use refusal::Refusal;
pub use split::split;
pub use unit::{MOST_PLACES, amount, end_of, units};

#[cfg(test)]
mod tests;
