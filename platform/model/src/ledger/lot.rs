//! Lots: value that came in together and ends together.

use super::Book;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Value that came in at once. `left` is what of it is available, or waits to become so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lot {
    /// 0 until it is stored.
    pub id: i64,
    pub left: i64,
    /// It waits for this moment; none when it is usable.
    pub usable_from: Option<Timestamp>,
    /// The first moment it is not usable any more.
    pub expires_at: Option<Timestamp>,
}

/// What was taken from a lot, or given back to it. Without a lot it was owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    pub lot: Option<i64>,
    pub amount: i64,
}

/// So much of what was taken, in this order, after what has been dealt with already.
pub(super) fn portion(taken: impl Iterator<Item = Taken>, already: i64, amount: i64) -> Vec<Taken> {
    let (mut skip, mut wanted) = (already, amount);
    let mut part = Vec::new();
    for item in taken {
        let skipped = item.amount.min(skip);
        skip -= skipped;
        let now = (item.amount - skipped).min(wanted);
        wanted -= now;
        if now > 0 {
            part.push(Taken { lot: item.lot, amount: now });
        }
    }
    part
}

impl Book {
    /// Takes from usable lots, first-expiring-first; what they do not cover is owed.
    pub(super) fn take(&mut self, amount: i64, first: Option<i64>) -> Vec<Taken> {
        let mut order: Vec<usize> =
            (0..self.lots.len()).filter(|n| self.lots[*n].usable_from.is_none() && self.lots[*n].left > 0).collect();
        order.sort_by_key(|n| {
            let lot = &self.lots[*n];
            (first != Some(lot.id), lot.expires_at.is_none(), lot.expires_at, lot.id)
        });
        let (mut wanted, mut taken) = (amount, Vec::new());
        for n in order {
            let lot = &mut self.lots[n];
            let part = lot.left.min(wanted);
            if part > 0 {
                lot.left -= part;
                wanted -= part;
                taken.push(Taken { lot: Some(lot.id), amount: part });
            }
        }
        if wanted > 0 {
            taken.push(Taken { lot: None, amount: wanted });
        }
        taken
    }

    /// Gives back to lots in the order given. A debt is paid first, by what had no lot, then by what came last; what had no
    /// lot and finds no debt becomes a lot without an end. Gives what went where.
    pub(super) fn refill(&mut self, mut back: Vec<Taken>) -> Vec<Taken> {
        let mut debt = self.debt();
        let (owed, lots): (Vec<usize>, Vec<usize>) = (0..back.len()).partition(|n| back[*n].lot.is_none());
        for n in owed.into_iter().chain(lots.into_iter().rev()) {
            let paid = back[n].amount.min(debt);
            back[n].amount -= paid;
            debt -= paid;
        }
        back.retain(|item| item.amount > 0);
        for item in &back {
            match self.lots.iter_mut().find(|lot| Some(lot.id) == item.lot) {
                Some(lot) => lot.left += item.amount,
                None => self.lots.push(Lot { id: 0, left: item.amount, usable_from: None, expires_at: None }),
            }
        }
        back
    }

    /// What the account owes.
    pub(super) fn debt(&self) -> i64 {
        self.available().min(0).saturating_neg()
    }
}
