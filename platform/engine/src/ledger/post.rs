//! Running commands.

use super::command::{Account, Command, NewAccount, Posted, What};
use super::sheet::{Note, Sheet, kind_of, taken};
use super::{State, amount};
use crate::identity::digest;
use crate::{Result, Tx};
use akrab_model::ledger::{Entry, MOST_PLACES, Refusal, end_of};
use akrab_model::{FieldProblem, Problem, ProblemKind};
use akrab_store::{LedgerAccount, LedgerReservation};
use jiff::Timestamp;

impl Tx<'_> {
    /// The holder's account of this kind and currency; opened when there is none.
    ///
    /// # Errors
    /// `not_found` when there is no such holder; `ledger_other` when the account counts otherwise.
    pub fn ledger_open(&mut self, new: &NewAccount) -> Result<Account> {
        let holder = (new.holder.0.as_str(), new.holder.1);
        let found = match self.conn.ledger_of(holder, &new.kind, &new.currency)? {
            Some(found) => found,
            None => self.ledger_make(new)?,
        };
        let found = Account::of(&found);
        if (found.places, found.may_owe) != (new.places, new.may_owe) {
            return Err(Problem::new(ProblemKind::Conflict, "ledger_other"));
        }
        Ok(found)
    }

    fn ledger_make(&mut self, new: &NewAccount) -> Result<LedgerAccount> {
        self.must_change()?;
        if new.kind.is_empty() || new.places > MOST_PLACES {
            return Err(Problem::internal("an account without a kind, or with too many places"));
        }
        self.find(&new.holder.0, new.holder.1)?.ok_or_else(Problem::not_found)?;
        let row = LedgerAccount {
            id: 0,
            holder: new.holder.clone(),
            kind: new.kind.clone(),
            currency: new.currency.clone(),
            places: new.places.into(),
            may_owe: new.may_owe,
            state: "open".into(),
            next_due: None,
        };
        self.conn.ledger_open(&row, self.ctx.micros())?;
        let found = self.conn.ledger_of((new.holder.0.as_str(), new.holder.1), &new.kind, &new.currency)?;
        found.ok_or_else(|| Problem::internal("an account was not stored"))
    }

    /// Runs a command, or gives the answer it was given before.
    ///
    /// # Errors
    /// `not_found`; `key_reused` when the key stands for another command; and what the ledger refuses, with what is left.
    pub fn ledger(&mut self, account: i64, command: &Command) -> Result<Posted> {
        self.must_change()?;
        if command.key.is_empty() || command.key.len() > 200 {
            return Err(Problem::invalid(vec![FieldProblem::new("key", "malformed_key")]));
        }
        let row = self.conn.ledger_account(account)?.ok_or_else(Problem::not_found)?;
        let told = (account, &command.what, &command.reason, &command.source);
        let hash = digest(&serde_json::to_string(&told).map_err(Problem::internal)?);
        if let Some((known, answer)) = self.conn.ledger_answer(&command.key)? {
            if known != hash {
                return Err(Problem::new(ProblemKind::Invalid, "key_reused"));
            }
            return serde_json::from_str(&answer).map_err(Problem::internal);
        }
        let places = u8::try_from(row.places).unwrap_or(0);
        let mut sheet = Sheet::load(self, row)?;
        sheet.settle(self, true)?;
        let posted = self.ledger_run(&mut sheet, command).map_err(|refused| refused.problem(places))?;
        let answer = serde_json::to_string(&posted).map_err(Problem::internal)?;
        self.conn.ledger_answer_put(&command.key, &hash, &answer)?;
        Ok(posted)
    }

    fn must_change(&self) -> Result<()> {
        if self.ctx.read_only { Err(Problem::forbidden()) } else { Ok(()) }
    }

    fn ledger_run(&mut self, sheet: &mut Sheet, command: &Command) -> Result<Posted, Refused> {
        let now = self.ctx.now.timestamp();
        let mut note = Note { reason: &command.reason, source: command.source.clone(), ..Note::default() };
        let mut held: Option<LedgerReservation> = None;
        let done = match &command.what {
            What::PutIn { amount, usable_from, last_day } => {
                let end = last_day.map(|day| end_of(day, &self.engine.settings().zone()).ok_or(Refusal::Expired)).transpose()?;
                sheet.book.put_in(*amount, *usable_from, end, now)?
            }
            What::Spend { amount, to } => {
                sheet.need(self, *amount)?;
                sheet.book.spend(*amount, to)?
            }
            What::Reserve { amount, until, owner } => {
                sheet.need(self, *amount)?;
                let done = sheet.book.reserve(*amount, *until, now)?;
                let ends = until.map(Timestamp::as_microsecond);
                sheet.ends = ends;
                let account = sheet.account.id;
                held = Some(LedgerReservation {
                    id: 0,
                    account,
                    amount: *amount,
                    committed: 0,
                    released: 0,
                    owner: owner.clone(),
                    expires_at: ends,
                });
                done
            }
            What::Commit { reservation, amount, to } => {
                let row = self.ledger_held(sheet, *reservation)?;
                let mut kept = sheet.held(self, &row)?;
                let done = sheet.book.commit(&mut kept, *amount, to)?;
                held = Some(LedgerReservation { committed: kept.committed, ..row });
                done
            }
            What::Release { reservation, amount } => {
                let row = self.ledger_held(sheet, *reservation)?;
                let mut kept = sheet.held(self, &row)?;
                let amount = amount.unwrap_or(kept.left());
                if kept.left() == 0 {
                    return Err(Refusal::Reservation { left: 0 }.into());
                }
                let done = sheet.book.release(&mut kept, amount)?;
                held = Some(LedgerReservation { released: kept.released, ..row });
                done
            }
            What::Shift { from, to, amount } => sheet.book.shift(from, to, *amount)?,
            What::Reverse { entry, amount } => {
                note.reverses = Some(*entry);
                let past = self.ledger_past(sheet, *entry, *amount)?;
                sheet.book.reverse(&past, *amount)?
            }
            What::Turn { state } => sheet.book.turn(*state)?,
        };
        note.reservation = held.as_ref().map(|row| row.id).filter(|id| *id > 0);
        let entry = sheet.write(self, &done, note)?;
        let mut reservation = None;
        if let Some(mut row) = held {
            if row.id == 0 {
                row.id = entry;
                reservation = Some(entry);
            }
            self.conn.ledger_reservation_put(&row)?;
        }
        // what came back to a lot that is over by now is over as well
        sheet.settle_lots(self, true)?;
        sheet.close(self)?;
        let mut buckets = sheet.book.buckets.clone();
        buckets.retain(|_, inside| *inside != 0);
        Ok(Posted { entry, reservation, taken: done.taken, buckets })
    }

    fn ledger_held(&mut self, sheet: &Sheet, id: i64) -> Result<LedgerReservation> {
        let row = self.conn.ledger_reservation(id)?.filter(|row| row.account == sheet.account.id);
        row.ok_or_else(Problem::not_found)
    }

    /// An entry of the account, with the lots that its reversal touches.
    fn ledger_past(&mut self, sheet: &mut Sheet, id: i64, amount: i64) -> Result<Entry> {
        let row = self.conn.ledger_entry(id)?.filter(|row| row.account == sheet.account.id).ok_or_else(Problem::not_found)?;
        let kind = kind_of(&row.kind).ok_or_else(|| Problem::internal("an entry of an unknown kind"))?;
        let taken = taken(self, id)?;
        sheet.need_lots(self, &taken)?;
        let lot = sheet.need_lot_of(self, id)?;
        if kind == super::MoveKind::PutIn {
            sheet.need(self, amount)?;
        }
        let reversed = self.conn.ledger_reversed(id)?;
        Ok(Entry { kind, from: row.from, to: row.to, amount: row.amount, reversed, taken, lot })
    }

    /// Freezes an account, opens it again, or closes it.
    ///
    /// # Errors
    /// As [`Tx::ledger`].
    pub fn ledger_turn(&mut self, account: i64, key: &str, state: State, reason: &str) -> Result<Posted> {
        self.ledger(account, &Command::new(key, What::Turn { state }, reason))
    }
}

/// Why a command did not run.
enum Refused {
    /// The ledger's own rules.
    Ledger(Refusal),
    /// Anything else.
    Other(Problem),
}

impl Refused {
    /// What is left is told as an amount, not in smallest units.
    fn problem(self, places: u8) -> Problem {
        let refusal = match self {
            Refused::Ledger(refusal) => refusal,
            Refused::Other(problem) => return problem,
        };
        let mut problem = Problem::from(refusal);
        for (name, value) in &mut problem.args {
            if let Some(units) = value.parse::<i64>().ok().filter(|_| name == "left") {
                *value = amount(units, places).to_string();
            }
        }
        problem
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Refused {
        Refused::Ledger(refusal)
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Refused {
        Refused::Other(problem)
    }
}

impl From<akrab_store::StoreError> for Refused {
    fn from(error: akrab_store::StoreError) -> Refused {
        Refused::Other(error.into())
    }
}
