//! What the ledger promises: the worked examples, and laws over commands made by chance.

use super::*;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use rust_decimal::Decimal;

fn at(hours: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + hours * 3_600).expect("a moment")
}

fn book(may_owe: bool) -> Book {
    Book { state: State::Open, may_owe, buckets: Buckets::new(), lots: Vec::new() }
}

/// Lots put in get their numbers in order.
fn number(book: &mut Book) {
    for n in 0..book.lots.len() {
        if book.lots[n].id == 0 {
            book.lots[n].id = book.lots.iter().map(|lot| lot.id).max().unwrap_or(0) + 1;
        }
    }
}

fn put(book: &mut Book, amount: i64, expires: Option<i64>) {
    book.put_in(amount, None, expires.map(at), at(0)).expect("put in");
    number(book);
}

fn left(book: &Book) -> Vec<i64> {
    book.lots.iter().map(|lot| lot.left).collect()
}

fn entry(done: &Move) -> Entry {
    Entry {
        kind: done.kind,
        from: done.from.clone(),
        to: done.to.clone(),
        amount: done.amount,
        reversed: 0,
        taken: done.taken.clone(),
        lot: None,
    }
}

#[test]
fn lots_go_first_expiring_first_and_come_back_the_other_way_round() {
    let mut book = book(false);
    // put in out of order: what counts is when they end
    put(&mut book, 500, None);
    put(&mut book, 300, Some(10));
    put(&mut book, 200, Some(20));
    let spent = book.spend(400, bucket::USED).expect("spent");
    assert_eq!(left(&book), [500, 0, 100]);
    book.reverse(&entry(&spent), 150).expect("reversed");
    assert_eq!(left(&book), [500, 50, 200]);
    let again = Entry { reversed: 150, ..entry(&spent) };
    assert_eq!(book.reverse(&again, 251), Err(Refusal::Reversed { left: 250 }));
    book.reverse(&again, 250).expect("reversed");
    assert_eq!(left(&book), [500, 300, 200]);
}

#[test]
fn what_is_held_is_committed_or_comes_back() {
    let mut book = book(false);
    put(&mut book, 1_000, None);
    let reserved = book.reserve(400, Some(at(5)), at(0)).expect("reserved");
    let mut held = Reservation { id: 1, amount: 400, committed: 0, released: 0, expires_at: Some(at(5)), taken: reserved.taken };
    assert_eq!((book.available(), book.inside(bucket::RESERVED)), (600, 400));
    book.commit(&mut held, 250, bucket::USED).expect("committed");
    assert_eq!((book.inside(bucket::USED), book.inside(bucket::RESERVED)), (250, 150));
    assert_eq!(book.commit(&mut held, 151, bucket::USED), Err(Refusal::Reservation { left: 150 }));
    assert_eq!(book.settle(at(4), std::slice::from_mut(&mut held)), []);
    assert_eq!(book.settle(at(5), std::slice::from_mut(&mut held)).len(), 1);
    assert_eq!(book.settle(at(5), std::slice::from_mut(&mut held)), [], "once");
    assert_eq!((book.available(), left(&book)), (750, vec![750]));
}

#[test]
fn value_waits_until_it_is_usable_and_is_gone_at_its_end() {
    let mut book = book(false);
    book.put_in(100, Some(at(2)), Some(at(4)), at(0)).expect("put in");
    number(&mut book);
    assert_eq!(book.spend(1, bucket::USED), Err(Refusal::Insufficient { left: 0 }));
    book.settle(at(2), &mut []);
    let spent = book.spend(60, bucket::USED).expect("spent");
    let almost = at(4).checked_sub(SignedDuration::from_micros(1)).expect("a moment");
    assert_eq!(book.settle(almost, &mut []), []);
    assert_eq!(book.settle(at(4), &mut []).len(), 1);
    assert_eq!((book.available(), book.inside(bucket::EXPIRED)), (0, 40));
    // what comes back to a lot that is over is over as well
    book.reverse(&entry(&spent), 60).expect("reversed");
    book.settle(at(4), &mut []);
    assert_eq!((book.available(), book.inside(bucket::EXPIRED)), (0, 100));
    assert_eq!(book.put_in(1, Some(at(9)), Some(at(9)), at(5)), Err(Refusal::Expired));
}

#[test]
fn points_follow_the_sale_they_came_from() {
    let mut strict = book(false);
    put(&mut strict, 100, None);
    let earned = Entry {
        lot: Some(1),
        ..entry(&Move { kind: MoveKind::PutIn, from: None, to: bucket::AVAILABLE.into(), amount: 100, taken: vec![], reservation: None })
    };
    strict.spend(70, bucket::USED).expect("spent");
    assert_eq!(strict.reverse(&earned, 100), Err(Refusal::Insufficient { left: 30 }));
    strict.reverse(&earned, 30).expect("reversed");
    assert_eq!(strict.inside(bucket::REVERSED), 30);
    let mut owing = book(true);
    put(&mut owing, 100, None);
    owing.spend(70, bucket::USED).expect("spent");
    owing.reverse(&earned, 100).expect("reversed");
    assert_eq!(owing.available(), -70);
    put(&mut owing, 100, None);
    assert_eq!((owing.available(), left(&owing)), (30, vec![0, 30]), "what comes in pays what is owed");
}

#[test]
fn frozen_and_closed_accounts_keep_what_they_have() {
    let mut book = book(false);
    put(&mut book, 10, None);
    book.turn(State::Frozen).expect("frozen");
    assert_eq!(book.spend(1, bucket::USED), Err(Refusal::Frozen));
    put(&mut book, 5, None);
    assert_eq!(book.turn(State::Closed), Err(Refusal::NotEmpty));
    book.turn(State::Open).expect("open");
    book.spend(15, bucket::USED).expect("spent");
    book.turn(State::Closed).expect("closed");
    assert_eq!(book.turn(State::Open), Err(Refusal::Closed));
    assert_eq!(book.put_in(1, None, None, at(0)), Err(Refusal::Closed));
}

#[test]
fn parts_add_up() {
    assert_eq!(split(100, &[1, 1, 1]), [34, 33, 33]);
    assert_eq!(split(-100, &[1, 1, 1]), [-34, -33, -33]);
    assert_eq!(split(10, &[0, 0]), [5, 5]);
    assert_eq!(split(7, &[]), [0; 0]);
    assert_eq!(split(1_000, &[333, 333, 334]), [333, 333, 334]);
}

#[test]
fn amounts_keep_their_decimals_or_are_refused() {
    let read = |text: &str, places| units(text.parse::<Decimal>().expect("a number"), places);
    assert_eq!(read("1500", 0), Ok(1_500));
    assert_eq!(read("1500.00", 0), Ok(1_500));
    assert_eq!(read("0.1", 2), Ok(10));
    assert_eq!(read("0.125", 2), Err(Refusal::TooExact { places: 2 }));
    assert_eq!(read("99999999999999999999", 0), Err(Refusal::TooLarge));
    assert_eq!(amount(10, 2).to_string(), "0.10");
}

#[test]
fn a_day_ends_with_the_day_after_it() {
    let zone = crate::calendar::find_zone("WIB").expect("a zone");
    let end = end_of(jiff::civil::date(2027, 6, 30), &zone).expect("a moment");
    assert_eq!(end.to_string(), "2027-06-30T17:00:00Z");
}

/// A command of chance; numbers choose among what is there.
#[derive(Debug, Clone)]
enum Chance {
    Put { amount: i64, waits: Option<i64>, lasts: Option<i64> },
    Spend { amount: i64, own: bool },
    Reserve { amount: i64, lasts: Option<i64> },
    Commit { which: usize, amount: i64 },
    Release { which: usize, amount: i64 },
    Shift { amount: i64 },
    Reverse { which: usize, amount: i64 },
    Turn(State),
    Wait(i64),
}

fn chance() -> impl Strategy<Value = Chance> {
    let amount = || 1i64..120;
    let hours = || proptest::option::of(1i64..30);
    prop_oneof![
        4 => (amount(), hours(), hours()).prop_map(|(amount, waits, lasts)| Chance::Put { amount, waits, lasts }),
        4 => (amount(), any::<bool>()).prop_map(|(amount, own)| Chance::Spend { amount, own }),
        3 => (amount(), hours()).prop_map(|(amount, lasts)| Chance::Reserve { amount, lasts }),
        3 => (any::<usize>(), amount()).prop_map(|(which, amount)| Chance::Commit { which, amount }),
        2 => (any::<usize>(), amount()).prop_map(|(which, amount)| Chance::Release { which, amount }),
        1 => amount().prop_map(|amount| Chance::Shift { amount }),
        4 => (any::<usize>(), amount()).prop_map(|(which, amount)| Chance::Reverse { which, amount }),
        1 => prop_oneof![Just(State::Open), Just(State::Frozen), Just(State::Open)].prop_map(Chance::Turn),
        3 => (1i64..12).prop_map(Chance::Wait),
    ]
}

/// An account with its past, as a database would keep it.
struct Kept {
    book: Book,
    entries: Vec<Entry>,
    held: Vec<Reservation>,
    put_in: i64,
    hour: i64,
}

impl Kept {
    fn new(may_owe: bool) -> Kept {
        Kept { book: book(may_owe), entries: Vec::new(), held: Vec::new(), put_in: 0, hour: 0 }
    }

    fn run(&mut self, chance: Chance) {
        let now = at(self.hour);
        let before = self.book.clone();
        let done = match chance {
            Chance::Put { amount, waits, lasts } => {
                let later = |hours: Option<i64>| hours.map(|h| at(self.hour + h));
                self.book.put_in(amount, later(waits), later(lasts), now)
            }
            Chance::Spend { amount, own } => self.book.spend(amount, if own { "claimed" } else { bucket::USED }),
            Chance::Reserve { amount, lasts } => {
                let expires_at = lasts.map(|h| at(self.hour + h));
                let done = self.book.reserve(amount, expires_at, now);
                if let Ok(done) = &done {
                    let id = self.held.len() as i64;
                    self.held.push(Reservation { id, amount, committed: 0, released: 0, expires_at, taken: done.taken.clone() });
                }
                done
            }
            Chance::Commit { which, amount } if !self.held.is_empty() => {
                let n = which % self.held.len();
                self.book.commit(&mut self.held[n], amount, bucket::USED)
            }
            Chance::Release { which, amount } if !self.held.is_empty() => {
                let n = which % self.held.len();
                self.book.release(&mut self.held[n], amount)
            }
            Chance::Shift { amount } => self.book.shift("claimed", "paid", amount),
            Chance::Reverse { which, amount } if !self.entries.is_empty() => {
                let n = which % self.entries.len();
                let done = self.book.reverse(&self.entries[n], amount);
                if done.is_ok() {
                    self.entries[n].reversed += amount;
                }
                done
            }
            Chance::Turn(state) => self.book.turn(state),
            Chance::Wait(hours) => {
                self.hour += hours;
                Err(Refusal::Amount)
            }
            _ => Err(Refusal::Amount),
        };
        number(&mut self.book);
        match done {
            Ok(done) => {
                if done.kind == MoveKind::PutIn {
                    self.put_in += done.amount;
                }
                let lot = (done.kind == MoveKind::PutIn).then(|| self.book.lots.last().map_or(0, |lot| lot.id));
                self.entries.push(Entry { lot, ..entry(&done) });
            }
            Err(_) => {
                assert_eq!((before.buckets, before.lots), (self.book.buckets.clone(), self.book.lots.clone()), "a refusal moves nothing")
            }
        }
        self.book.settle(at(self.hour), &mut self.held);
        number(&mut self.book);
        assert_eq!(self.book.settle(at(self.hour), &mut self.held), [], "time does a thing once");
    }

    fn check(&self) {
        let book = &self.book;
        assert_eq!(book.buckets.values().sum::<i64>(), self.put_in, "the buckets hold what was put in");
        let lots = |waiting: bool| book.lots.iter().filter(|l| l.usable_from.is_some() == waiting).map(|l| l.left).sum::<i64>();
        assert_eq!(lots(false), book.available().max(0), "lots hold what is available");
        assert_eq!(lots(true), book.inside(bucket::PENDING), "lots hold what waits");
        assert!(book.lots.iter().all(|lot| lot.left >= 0));
        assert_eq!(self.held.iter().map(Reservation::left).sum::<i64>(), book.inside(bucket::RESERVED));
        assert!(book.may_owe || book.available() >= 0, "available never falls below zero");
        assert!(book.buckets.iter().all(|(name, sum)| *sum >= 0 || name == bucket::AVAILABLE));
        assert!(self.entries.iter().all(|e| e.reversed <= e.amount), "reversals never exceed what they reverse");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn value_is_neither_made_nor_lost(may_owe in any::<bool>(), commands in proptest::collection::vec(chance(), 1..60)) {
        let mut kept = Kept::new(may_owe);
        for command in commands {
            kept.run(command);
            kept.check();
        }
    }

    #[test]
    fn a_split_adds_up_and_is_fair(amount in -1_000_000_000_000i64..1_000_000_000_000, weights in proptest::collection::vec(0i64..1_000_000, 1..40)) {
        let parts = split(amount, &weights);
        prop_assert_eq!(parts.iter().sum::<i64>(), amount);
        let total: i128 = weights.iter().map(|w| i128::from(*w)).sum();
        for (part, weight) in parts.iter().zip(&weights).filter(|_| total > 0) {
            let exact = i128::from(amount) * i128::from(*weight);
            prop_assert!((i128::from(*part) * total - exact).abs() < total, "each part is off by less than one");
        }
    }

    #[test]
    fn a_spend_taken_back_leaves_the_lots_as_they_were(lots in proptest::collection::vec((1i64..500, proptest::option::of(1i64..100)), 1..10), share in 1i64..100) {
        let mut book = book(false);
        for (amount, expires) in lots {
            put(&mut book, amount, expires);
        }
        let before = left(&book);
        let spent = book.spend((book.available() * share / 100).max(1), bucket::USED).expect("spent");
        let mut past = entry(&spent);
        while past.reversed < past.amount {
            let part = ((past.amount - past.reversed) / 2).max(1);
            book.reverse(&past, part).expect("reversed");
            past.reversed += part;
        }
        prop_assert_eq!(left(&book), before);
    }
}
