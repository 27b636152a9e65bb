//! Why a ledger did nothing.

use crate::Problem;
use crate::problem::ProblemKind;

/// Why a command was refused. Nothing was moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Amounts are above zero.
    #[error("an amount is above zero")]
    Amount,
    /// More decimals than the account counts.
    #[error("the account counts {places} decimal places")]
    TooExact { places: u8 },
    /// A sum would leave 64 bits.
    #[error("the amount is too large")]
    TooLarge,
    /// Less is available.
    #[error("only {left} are available")]
    Insufficient { left: i64 },
    /// Less lies in the bucket.
    #[error("only {left} are in {bucket}")]
    TooLittleIn { bucket: String, left: i64 },
    /// Nothing is taken from a frozen account.
    #[error("the account is frozen")]
    Frozen,
    /// Nothing happens to a closed account.
    #[error("the account is closed")]
    Closed,
    /// An account with value in it stays open.
    #[error("the account is not empty")]
    NotEmpty,
    /// A bucket this verb does not move to or from.
    #[error("nothing is moved this way to or from {0}")]
    Bucket(String),
    /// It would be gone before it is usable.
    #[error("the value would be gone before it is usable")]
    Expired,
    /// Less is left of the reservation.
    #[error("only {left} of the reservation are left")]
    Reservation { left: i64 },
    /// A reservation ends after now.
    #[error("the reservation would be over at once")]
    ReservationOver,
    /// Only what put in, spent, committed or moved can be reversed.
    #[error("this entry cannot be reversed")]
    NotReversible,
    /// Reversals of an entry never exceed it.
    #[error("only {left} of the entry can be reversed")]
    Reversed { left: i64 },
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        let invalid = |code| Problem::new(ProblemKind::Invalid, code);
        let conflict = |code| Problem::new(ProblemKind::Conflict, code);
        match refusal {
            Refusal::Amount => invalid("ledger_amount"),
            Refusal::TooExact { places } => invalid("ledger_too_exact").with("places", places),
            Refusal::TooLarge => invalid("ledger_too_large"),
            Refusal::Insufficient { left } => conflict("ledger_insufficient").with("left", left),
            Refusal::TooLittleIn { bucket, left } => conflict("ledger_too_little_in").with("bucket", bucket).with("left", left),
            Refusal::Frozen => conflict("ledger_frozen"),
            Refusal::Closed => conflict("ledger_closed"),
            Refusal::NotEmpty => conflict("ledger_not_empty"),
            Refusal::Bucket(bucket) => invalid("ledger_bucket").with("bucket", bucket),
            Refusal::Expired => invalid("ledger_expired"),
            Refusal::Reservation { left } => conflict("ledger_reservation").with("left", left),
            Refusal::ReservationOver => invalid("ledger_reservation_over"),
            Refusal::NotReversible => conflict("ledger_not_reversible"),
            Refusal::Reversed { left } => conflict("ledger_reversed").with("left", left),
        }
    }
}
