//! One account while a transaction works on it: what was loaded of it, and what of that has to be kept.

use super::command::{state, state_key};
use crate::{Result, Tx};
use akrab_model::ledger::{Book, Lot, Move, MoveKind, Reservation, Taken};
use akrab_store::{LedgerAccount, LedgerEntry, LedgerLot, LedgerReservation};
use jiff::Timestamp;

/// Lots read at once.
const LOTS: usize = 64;

pub(super) struct Sheet {
    pub account: LedgerAccount,
    pub book: Book,
    /// As it was loaded, to tell what has changed.
    kept: Book,
    /// Time has done something to it.
    settled: bool,
    /// A reservation made now ends then.
    pub ends: Option<i64>,
}

/// What an entry tells beside what it moved.
#[derive(Default)]
pub(super) struct Note<'n> {
    pub reason: &'n str,
    pub source: Option<(String, i64)>,
    pub reverses: Option<i64>,
    pub reservation: Option<i64>,
}

impl Sheet {
    /// The account with its buckets; lots come as they are needed.
    pub fn load(tx: &mut Tx, account: LedgerAccount) -> Result<Sheet> {
        let buckets = tx.conn.ledger_buckets(account.id)?.into_iter().collect();
        let book = Book { state: state(&account.state), may_owe: account.may_owe, buckets, lots: Vec::new() };
        Ok(Sheet { account, kept: book.clone(), book, settled: false, ends: None })
    }

    fn take_in(&mut self, rows: impl IntoIterator<Item = LedgerLot>) {
        for row in rows {
            if !self.book.lots.iter().any(|lot| lot.id == row.id) {
                let lot = lot_of(&row);
                self.kept.lots.push(lot.clone());
                self.book.lots.push(lot);
            }
        }
    }

    /// Usable lots that cover an amount, or all there are.
    pub fn need(&mut self, tx: &mut Tx, amount: i64) -> Result<()> {
        let mut limit = LOTS;
        loop {
            let rows = tx.conn.ledger_lots_open(self.account.id, limit)?;
            let (count, sum) = (rows.len(), rows.iter().fold(0_i64, |sum, row| sum.saturating_add(row.left)));
            if count < limit || sum >= amount {
                self.take_in(rows);
                return Ok(());
            }
            limit *= 8;
        }
    }

    /// Certain lots.
    pub fn need_lots(&mut self, tx: &mut Tx, taken: &[Taken]) -> Result<()> {
        for id in taken.iter().filter_map(|item| item.lot) {
            let row = tx.conn.ledger_lot(id)?;
            self.take_in(row);
        }
        Ok(())
    }

    /// The lot an entry made.
    pub fn need_lot_of(&mut self, tx: &mut Tx, entry: i64) -> Result<Option<i64>> {
        let row = tx.conn.ledger_lot_of(entry)?;
        let id = row.as_ref().map(|row| row.id);
        self.take_in(row);
        Ok(id)
    }

    /// A reservation of this account with its lots.
    pub fn held(&mut self, tx: &mut Tx, row: &LedgerReservation) -> Result<Reservation> {
        let taken = taken(tx, row.id)?;
        self.need_lots(tx, &taken)?;
        Ok(Reservation {
            id: row.id,
            amount: row.amount,
            committed: row.committed,
            released: row.released,
            expires_at: row.expires_at.and_then(moment),
            taken,
        })
    }

    /// Does what time has brought; with `write` it is written down. Says what moved.
    pub fn settle(&mut self, tx: &mut Tx, write: bool) -> Result<usize> {
        let now = tx.ctx.micros();
        if self.account.next_due.is_none_or(|due| due > now) {
            return Ok(0);
        }
        self.settled = true;
        let at = tx.ctx.now.timestamp();
        let lots = tx.conn.ledger_lots_due(self.account.id, now)?;
        self.take_in(lots);
        let mut moved = 0;
        for row in tx.conn.ledger_reservations_due(self.account.id, now)? {
            let mut held = self.held(tx, &row)?;
            let moves = self.book.settle(at, std::slice::from_mut(&mut held));
            moved += moves.len();
            if write {
                self.write_all(tx, &moves)?;
                tx.conn.ledger_reservation_put(&LedgerReservation { released: held.released, ..row })?;
            }
        }
        moved += self.settle_lots(tx, write)?;
        Ok(moved)
    }

    /// Lots at hand whose time has come.
    pub fn settle_lots(&mut self, tx: &mut Tx, write: bool) -> Result<usize> {
        let moves = self.book.settle(tx.ctx.now.timestamp(), &mut []);
        if write {
            self.write_all(tx, &moves)?;
        }
        Ok(moves.len())
    }

    fn write_all(&mut self, tx: &mut Tx, moves: &[Move]) -> Result<()> {
        for done in moves {
            self.write(tx, done, Note { reservation: done.reservation, ..Note::default() })?;
        }
        Ok(())
    }

    /// Writes an entry, with the lot it made, and gives its number.
    pub fn write(&mut self, tx: &mut Tx, done: &Move, note: Note) -> Result<i64> {
        let entry = LedgerEntry {
            id: 0,
            account: self.account.id,
            kind: kind_key(done.kind).into(),
            from: done.from.clone(),
            to: done.to.clone(),
            amount: done.amount,
            reason: note.reason.into(),
            source: note.source,
            reverses: note.reverses,
            reservation: note.reservation,
            at: tx.ctx.micros(),
            actor: tx.ctx.author(),
        };
        let taken = done.taken.iter().map(|item| (item.lot, item.amount)).collect();
        let id = tx.conn.ledger_entry_add(&entry, &taken)?;
        if matches!(done.kind, MoveKind::PutIn | MoveKind::Lapse | MoveKind::Release | MoveKind::Reverse) {
            for lot in self.book.lots.iter_mut().filter(|lot| lot.id == 0) {
                let row = LedgerLot {
                    id: 0,
                    entry: id,
                    amount: done.amount,
                    left: lot.left,
                    usable_from: lot.usable_from.map(Timestamp::as_microsecond),
                    expires_at: lot.expires_at.map(Timestamp::as_microsecond),
                    waits: lot.usable_from.is_some(),
                };
                lot.id = tx.conn.ledger_lot_add(self.account.id, &row)?;
                self.kept.lots.push(lot.clone());
            }
        }
        Ok(id)
    }

    /// Keeps what has changed of buckets, lots and account.
    pub fn close(&mut self, tx: &mut Tx) -> Result<()> {
        let changed: Vec<(String, i64)> = self
            .book
            .buckets
            .iter()
            .filter(|(name, amount)| self.kept.buckets.get(*name) != Some(*amount))
            .map(|(name, amount)| (name.clone(), *amount))
            .collect();
        tx.conn.ledger_fill(self.account.id, &changed)?;
        for lot in &self.book.lots {
            if self.kept.lots.iter().any(|kept| kept.id == lot.id && kept != lot) {
                tx.conn.ledger_lot_set(lot.id, lot.left, lot.usable_from.is_some())?;
            }
        }
        let due = if self.settled { tx.conn.ledger_next_due(self.account.id)? } else { self.next_due() };
        if due != self.account.next_due || self.book.state != self.kept.state {
            tx.conn.ledger_turn(self.account.id, state_key(self.book.state), due)?;
        }
        Ok(())
    }

    /// The earliest of what was known and of what was touched.
    fn next_due(&self) -> Option<i64> {
        let lots = self.book.lots.iter().filter(|lot| lot.left > 0).filter_map(|lot| lot.usable_from.or(lot.expires_at));
        let touched = lots.map(Timestamp::as_microsecond).chain(self.ends);
        touched.chain(self.account.next_due).min()
    }
}

/// Lots an entry touched.
pub(super) fn taken(tx: &mut Tx, entry: i64) -> Result<Vec<Taken>> {
    Ok(tx.conn.ledger_taken(entry)?.into_iter().map(|(lot, amount)| Taken { lot, amount }).collect())
}

fn lot_of(row: &LedgerLot) -> Lot {
    let waits = row.usable_from.filter(|_| row.waits).and_then(moment);
    Lot { id: row.id, left: row.left, usable_from: waits, expires_at: row.expires_at.and_then(moment) }
}

pub(super) fn moment(micros: i64) -> Option<Timestamp> {
    Timestamp::from_microsecond(micros).ok()
}

const KINDS: [(MoveKind, &str); 13] = [
    (MoveKind::PutIn, "put_in"),
    (MoveKind::Ripen, "ripen"),
    (MoveKind::Spend, "spend"),
    (MoveKind::Reserve, "reserve"),
    (MoveKind::Commit, "commit"),
    (MoveKind::Release, "release"),
    (MoveKind::Lapse, "lapse"),
    (MoveKind::Shift, "shift"),
    (MoveKind::Reverse, "reverse"),
    (MoveKind::Expire, "expire"),
    (MoveKind::Freeze, "freeze"),
    (MoveKind::Unfreeze, "unfreeze"),
    (MoveKind::Close, "close"),
];

fn kind_key(kind: MoveKind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("", |(_, key)| key)
}

pub(super) fn kind_of(key: &str) -> Option<MoveKind> {
    KINDS.iter().find(|(_, known)| *known == key).map(|(kind, _)| *kind)
}
