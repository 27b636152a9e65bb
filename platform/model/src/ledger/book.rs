//! One account and the verbs that move its value.

use super::lot::portion;
use super::{Lot, Refusal, Taken};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Buckets that every account may have. A domain adds its own: `approved`, `claimed`, `paid`.
pub mod bucket {
    /// It can be spent.
    pub const AVAILABLE: &str = "available";
    /// It waits for the moment from which it can be spent.
    pub const PENDING: &str = "pending";
    /// It is held by reservations.
    pub const RESERVED: &str = "reserved";
    /// It was spent.
    pub const USED: &str = "used";
    /// Its time ran out.
    pub const EXPIRED: &str = "expired";
    /// It was put in and taken back.
    pub const REVERSED: &str = "reversed";
    /// Those that only the ledger itself moves value to and from.
    pub(super) const OWN: [&str; 5] = [AVAILABLE, PENDING, RESERVED, EXPIRED, REVERSED];
}

/// What lies in each bucket.
pub type Buckets = BTreeMap<String, i64>;

/// Whether an account takes commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    Open,
    /// Value still comes in and back, none is taken.
    Frozen,
    /// For good.
    Closed,
}

/// What an entry did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveKind {
    PutIn,
    /// A lot became usable.
    Ripen,
    Spend,
    Reserve,
    Commit,
    Release,
    /// A reservation's time ran out.
    Lapse,
    /// From one of the domain's buckets to another.
    Shift,
    Reverse,
    Expire,
    Freeze,
    Unfreeze,
    Close,
}

/// What a verb moved: one entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    pub kind: MoveKind,
    /// None: from outside.
    pub from: Option<String>,
    pub to: String,
    pub amount: i64,
    /// Lots it was taken from or given back to, in this order.
    pub taken: Vec<Taken>,
    /// The reservation that ended, for [`MoveKind::Lapse`].
    pub reservation: Option<i64>,
}

/// Value held for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    pub id: i64,
    pub amount: i64,
    pub committed: i64,
    pub released: i64,
    pub expires_at: Option<Timestamp>,
    pub taken: Vec<Taken>,
}

impl Reservation {
    /// What is still held.
    pub fn left(&self) -> i64 {
        self.amount - self.committed - self.released
    }
}

/// An entry of the past, to be reversed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub kind: MoveKind,
    pub from: Option<String>,
    pub to: String,
    pub amount: i64,
    /// Sum of its reversals.
    pub reversed: i64,
    pub taken: Vec<Taken>,
    /// The lot it made.
    pub lot: Option<i64>,
}

/// One account. Of its lots those a command may touch have to be there.
#[derive(Debug, Clone)]
pub struct Book {
    pub state: State,
    pub may_owe: bool,
    pub buckets: Buckets,
    pub lots: Vec<Lot>,
}

type Answer = Result<Move, Refusal>;

impl Book {
    /// What can be spent; below zero when the account owes.
    pub fn available(&self) -> i64 {
        self.inside(bucket::AVAILABLE)
    }
    /// What lies in a bucket.
    pub fn inside(&self, bucket: &str) -> i64 {
        self.buckets.get(bucket).copied().unwrap_or(0)
    }

    /// Does what time brings by `now`: lots become usable, reservations end, lots expire.
    pub fn settle(&mut self, now: Timestamp, held: &mut [Reservation]) -> Vec<Move> {
        let mut moves = Vec::new();
        for n in 0..self.lots.len() {
            if self.lots[n].usable_from.is_some_and(|at| at <= now) {
                let (amount, paid) = (self.lots[n].left, self.debt().min(self.lots[n].left));
                self.lots[n].usable_from = None;
                self.lots[n].left -= paid;
                moves.extend(
                    (amount > 0).then(|| self.moved(MoveKind::Ripen, Some(bucket::PENDING), bucket::AVAILABLE, amount, Vec::new())),
                );
            }
        }
        for reservation in held.iter_mut().filter(|r| r.left() > 0 && r.expires_at.is_some_and(|at| at <= now)) {
            let released = self.hand_back(reservation, reservation.left(), MoveKind::Lapse);
            moves.push(Move { reservation: Some(reservation.id), ..released });
        }
        for n in 0..self.lots.len() {
            let lot = &mut self.lots[n];
            if lot.left > 0 && lot.usable_from.is_none() && lot.expires_at.is_some_and(|at| at <= now) {
                let taken = vec![Taken { lot: Some(lot.id), amount: std::mem::take(&mut lot.left) }];
                let amount = taken[0].amount;
                moves.push(self.moved(MoveKind::Expire, Some(bucket::AVAILABLE), bucket::EXPIRED, amount, taken));
            }
        }
        moves
    }

    /// Puts value in, as a lot of its own.
    ///
    /// # Errors
    /// Why not.
    pub fn put_in(&mut self, amount: i64, usable_from: Option<Timestamp>, expires_at: Option<Timestamp>, now: Timestamp) -> Answer {
        self.takes_in(amount)?;
        let usable_from = usable_from.filter(|at| *at > now);
        if expires_at.is_some_and(|end| end <= usable_from.unwrap_or(now)) {
            return Err(Refusal::Expired);
        }
        self.has_room(amount)?;
        let paid = if usable_from.is_none() { self.debt().min(amount) } else { 0 };
        self.lots.push(Lot { id: 0, left: amount - paid, usable_from, expires_at });
        let to = if usable_from.is_some() { bucket::PENDING } else { bucket::AVAILABLE };
        Ok(self.moved(MoveKind::PutIn, None, to, amount, Vec::new()))
    }

    /// Spends what is available, into `to`: [`bucket::USED`] or a bucket of the domain's own.
    ///
    /// # Errors
    /// Why not.
    pub fn spend(&mut self, amount: i64, to: &str) -> Answer {
        own_bucket(to)?;
        let taken = self.draw(amount)?;
        Ok(self.moved(MoveKind::Spend, Some(bucket::AVAILABLE), to, amount, taken))
    }

    /// Holds what is available.
    ///
    /// # Errors
    /// Why not.
    pub fn reserve(&mut self, amount: i64, expires_at: Option<Timestamp>, now: Timestamp) -> Answer {
        if expires_at.is_some_and(|end| end <= now) {
            return Err(Refusal::ReservationOver);
        }
        let taken = self.draw(amount)?;
        Ok(self.moved(MoveKind::Reserve, Some(bucket::AVAILABLE), bucket::RESERVED, amount, taken))
    }

    /// Spends what was held, the lots taken first first.
    ///
    /// # Errors
    /// Why not.
    pub fn commit(&mut self, held: &mut Reservation, amount: i64, to: &str) -> Answer {
        own_bucket(to)?;
        self.gives_out(amount)?;
        within(held, amount)?;
        let taken = portion(held.taken.iter().copied(), held.committed, amount);
        held.committed += amount;
        Ok(self.moved(MoveKind::Commit, Some(bucket::RESERVED), to, amount, taken))
    }

    /// Gives held value back, the lots taken last first.
    ///
    /// # Errors
    /// Why not.
    pub fn release(&mut self, held: &mut Reservation, amount: i64) -> Answer {
        self.takes_in(amount)?;
        within(held, amount)?;
        Ok(self.hand_back(held, amount, MoveKind::Release))
    }

    /// Moves value between two buckets of the domain's own.
    ///
    /// # Errors
    /// Why not.
    pub fn shift(&mut self, from: &str, to: &str, amount: i64) -> Answer {
        own_bucket(from)?;
        own_bucket(to)?;
        if from == to {
            return Err(Refusal::Bucket(to.into()));
        }
        self.gives_out(amount)?;
        self.has(from, amount)?;
        Ok(self.moved(MoveKind::Shift, Some(from), to, amount, Vec::new()))
    }

    /// Takes an entry back, in part or in whole. Value put in leaves by its own lot first, then by the others; value spent
    /// returns to the lots it came from, the one used last first.
    ///
    /// # Errors
    /// Why not.
    pub fn reverse(&mut self, entry: &Entry, amount: i64) -> Answer {
        self.takes_in(amount)?;
        let left = entry.amount - entry.reversed;
        if amount > left {
            return Err(Refusal::Reversed { left });
        }
        match entry.kind {
            MoveKind::PutIn => self.take_back(entry, amount),
            MoveKind::Spend | MoveKind::Commit => {
                self.has(&entry.to, amount)?;
                let back = portion(entry.taken.iter().rev().copied(), entry.reversed, amount);
                let taken = self.refill(back);
                Ok(self.moved(MoveKind::Reverse, Some(&entry.to), bucket::AVAILABLE, amount, taken))
            }
            MoveKind::Shift => {
                self.has(&entry.to, amount)?;
                let back = entry.from.as_deref().ok_or(Refusal::NotReversible)?;
                Ok(self.moved(MoveKind::Reverse, Some(&entry.to), back, amount, Vec::new()))
            }
            _ => Err(Refusal::NotReversible),
        }
    }

    /// Freezes, opens again, or closes; a closed account stays closed.
    ///
    /// # Errors
    /// Why not.
    pub fn turn(&mut self, state: State) -> Answer {
        if self.state == State::Closed {
            return Err(Refusal::Closed);
        }
        let inside = [bucket::AVAILABLE, bucket::PENDING, bucket::RESERVED];
        if state == State::Closed && inside.iter().any(|name| self.inside(name) != 0) {
            return Err(Refusal::NotEmpty);
        }
        self.state = state;
        let kind = match state {
            State::Open => MoveKind::Unfreeze,
            State::Frozen => MoveKind::Freeze,
            State::Closed => MoveKind::Close,
        };
        Ok(self.moved(kind, Some(bucket::AVAILABLE), bucket::AVAILABLE, 0, Vec::new()))
    }

    fn take_back(&mut self, entry: &Entry, amount: i64) -> Answer {
        let own = self.lots.iter_mut().find(|lot| Some(lot.id) == entry.lot && lot.usable_from.is_some());
        if let Some(waiting) = own {
            waiting.left -= amount;
            let taken = vec![Taken { lot: Some(waiting.id), amount }];
            return Ok(self.moved(MoveKind::Reverse, Some(bucket::PENDING), bucket::REVERSED, amount, taken));
        }
        if !self.may_owe && amount > self.available() {
            return Err(Refusal::Insufficient { left: self.available().max(0) });
        }
        let taken = self.take(amount, entry.lot);
        Ok(self.moved(MoveKind::Reverse, Some(bucket::AVAILABLE), bucket::REVERSED, amount, taken))
    }

    fn hand_back(&mut self, held: &mut Reservation, amount: i64, kind: MoveKind) -> Move {
        let back = portion(held.taken.iter().rev().copied(), held.released, amount);
        let taken = self.refill(back);
        held.released += amount;
        self.moved(kind, Some(bucket::RESERVED), bucket::AVAILABLE, amount, taken)
    }

    fn draw(&mut self, amount: i64) -> Result<Vec<Taken>, Refusal> {
        self.gives_out(amount)?;
        if !self.may_owe && amount > self.available() {
            return Err(Refusal::Insufficient { left: self.available().max(0) });
        }
        self.has_room(amount)?;
        Ok(self.take(amount, None))
    }

    fn has(&self, name: &str, amount: i64) -> Result<(), Refusal> {
        let left = self.inside(name);
        if amount > left { Err(Refusal::TooLittleIn { bucket: name.into(), left }) } else { Ok(()) }
    }

    /// No bucket leaves 64 bits by moving so much more.
    fn has_room(&self, amount: i64) -> Result<(), Refusal> {
        let sum = self.buckets.values().try_fold(amount, |sum, n| sum.checked_add(n.checked_abs()?));
        sum.map(|_| ()).ok_or(Refusal::TooLarge)
    }

    fn takes_in(&self, amount: i64) -> Result<(), Refusal> {
        match self.state {
            State::Closed => Err(Refusal::Closed),
            _ if amount <= 0 => Err(Refusal::Amount),
            _ => Ok(()),
        }
    }

    fn gives_out(&self, amount: i64) -> Result<(), Refusal> {
        if self.state == State::Frozen { Err(Refusal::Frozen) } else { self.takes_in(amount) }
    }

    fn moved(&mut self, kind: MoveKind, from: Option<&str>, to: &str, amount: i64, taken: Vec<Taken>) -> Move {
        if let Some(from) = from {
            *self.buckets.entry(from.into()).or_default() -= amount;
        }
        *self.buckets.entry(to.into()).or_default() += amount;
        Move { kind, from: from.map(Into::into), to: to.into(), amount, taken, reservation: None }
    }
}

fn own_bucket(name: &str) -> Result<(), Refusal> {
    let key = !name.is_empty() && name.len() <= 40 && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !key || bucket::OWN.contains(&name) { Err(Refusal::Bucket(name.into())) } else { Ok(()) }
}

fn within(held: &Reservation, amount: i64) -> Result<(), Refusal> {
    let left = held.left();
    if amount > left { Err(Refusal::Reservation { left }) } else { Ok(()) }
}
