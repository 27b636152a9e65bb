//! A step begins: seats are given, times worked out, people told.

use super::people::Placed;
use super::tell::Letter;
use super::{Plan, barred};
use crate::calendar::USUAL;
use crate::{Result, Tx};
use akrab_model::{Record, RecordId};
use akrab_store::{ApprovalRow, SeatRow};
use jiff::{SignedDuration, Timestamp};

impl Tx<'_> {
    /// Gives out the seats of the step a request stands at. Where too few of those asked may decide it goes to the fallback
    /// at once, and to the administrators where that does not help either.
    pub(super) fn step_begin(&mut self, row: &mut ApprovalRow, plan: &Plan, record: &Record) -> Result<()> {
        let step = plan.step(row)?.clone();
        let need = step.need as usize;
        let mut seats = self.approvers(row, plan, record, &step.who, &[])?;
        row.fallen = seats.is_empty();
        if seats.len() < need {
            let asked = self.named(&step.who, record)?;
            let more = self.approvers(row, plan, record, &step.fallback, &asked)?;
            add(&mut seats, more);
        }
        if seats.len() < need {
            let more = self.administrators(row, plan, record)?;
            add(&mut seats, more);
        }
        self.step_times(row, plan)?;
        self.seat(row, plan, record, &seats, Letter::Asked)
    }

    /// Nobody answered in time: the step goes to its fallback. False when there is none.
    pub(super) fn step_fall(&mut self, row: &mut ApprovalRow, plan: &Plan, record: &Record) -> Result<bool> {
        let step = plan.step(row)?.clone();
        let asked: Vec<RecordId> =
            self.conn.approval_seats(&[row.id])?.iter().filter(|s| s.open && s.step == row.step).map(|s| s.person).collect();
        let mut seats = self.approvers(row, plan, record, &step.fallback, &asked)?;
        seats.retain(|(person, _)| !asked.contains(person));
        if seats.is_empty() {
            return Ok(false);
        }
        self.conn.approval_seats_close(row.id, None)?;
        let now = self.ctx.micros();
        self.conn.scoped_links_revoke(super::link::KIND, row.id, None, now)?;
        row.fallen = true;
        self.step_times(row, plan)?;
        self.seat(row, plan, record, &seats, Letter::Fallen)?;
        Ok(true)
    }

    fn administrators(&mut self, row: &ApprovalRow, plan: &Plan, record: &Record) -> Result<Vec<Placed>> {
        let mut found = Vec::new();
        for person in self.engine.people().administrators().iter().map(|p| p.id).collect::<Vec<_>>() {
            if self.may_decide(row, plan, record, (person, None))? {
                found.push((person, None));
            }
        }
        Ok(found)
    }

    pub(super) fn seat(&mut self, row: &ApprovalRow, plan: &Plan, record: &Record, seats: &[Placed], letter: Letter) -> Result<()> {
        for (person, stands_for) in seats {
            let seat = SeatRow { approval: row.id, step: row.step, person: *person, stands_for: *stands_for, open: true };
            self.conn.approval_seat_put(&seat)?;
        }
        let people: Vec<RecordId> = seats.iter().map(|(person, _)| *person).collect();
        self.tell_seats(row, plan, record, &people, letter)
    }

    /// When the step is due and when people are reminded, in working time from now on.
    fn step_times(&mut self, row: &mut ApprovalRow, plan: &Plan) -> Result<()> {
        let step = plan.step(row)?;
        let now = self.ctx.now.timestamp();
        row.step_at = now.as_microsecond();
        (row.due_at, row.remind_at) = (None, None);
        if step.limit.is_none() && step.remind.is_none() {
            return Ok(());
        }
        let key = if plan.calendar.is_empty() { USUAL } else { &plan.calendar };
        let calendar = self.calendar(key)?;
        let at = |minutes: Option<u32>| -> Option<i64> {
            let due = calendar.add(now, SignedDuration::from_mins(minutes?.into()));
            due.map(Timestamp::as_microsecond).inspect_err(|error| tracing::warn!(%error, key, "a step of an approval has no time")).ok()
        };
        row.due_at = at(step.limit);
        // who is asked in another's place needs no second word before the end
        row.remind_at = at(step.remind).filter(|remind| row.due_at.is_none_or(|due| *remind < due));
        Ok(())
    }

    /// Those who have a seat and those who act for them now, without whoever asked.
    pub(super) fn seated(&mut self, row: &ApprovalRow, people: &[RecordId]) -> Result<Vec<RecordId>> {
        let (now, barred) = (self.ctx.micros(), barred(row));
        let mut found = people.to_vec();
        for person in people {
            let deputies = self.conn.deputies(Some(*person), now)?;
            let acting = deputies.iter().filter(|d| d.from_at.is_some_and(|from| from <= now)).map(|d| d.deputy);
            found.extend(acting.filter(|deputy| !barred.contains(deputy)));
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}

fn add(seats: &mut Vec<Placed>, more: Vec<Placed>) {
    for placed in more {
        if !seats.iter().any(|(person, _)| *person == placed.0) {
            seats.push(placed);
        }
    }
}
