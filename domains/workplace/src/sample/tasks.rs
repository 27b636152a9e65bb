//! Tasks: most of the past ones done, some late, a full day today and a fortnight planned.

use jiff::ToSpan;
use jiff::civil::{Date, Time};

use super::catalogue::ADMIN;
use super::dice::{Dice, Stream};
use super::phrases::{self, Slots};
use super::records::Task;
use super::{Generator, history};

const KINDS: &[(u32, usize)] = &[(28, 0), (22, 1), (16, 2), (14, 3), (8, 4), (12, 5)];

impl Generator {
    /// The task with this index.
    #[must_use]
    pub fn task(&self, index: usize) -> Task {
        let dice = &mut Dice::new(self.seed, Stream::Task, index);
        let (due_day, done) = self.due_day(dice);
        // Work that is still to be done hangs on opportunities that are still open.
        let looked_at = if done { due_day } else { self.today.saturating_sub(1.day()) };
        let deal = if dice.chance(62) { self.deal_on(looked_at, dice).filter(|(_, deal)| done || deal.is_open()) } else { None };
        let (contact, account, core) = self.party(deal.as_ref().map(|(_, deal)| deal), due_day.min(self.today), dice);
        let name = self.called(contact, &core);
        let slots = Slots::new(&core, &name, due_day.min(self.today), dice);
        let (kind, subjects) = phrases::TASKS[dice.weighted(KINDS)];
        let time = Time::new(dice.between(8, 16) as i8, dice.pick(&[0, 0, 30]), 0, 0).unwrap_or(Time::midnight());
        let due = history::at(due_day, time, core.place.zone);
        Task {
            subject: slots.fill(dice.pick(subjects)),
            kind,
            due,
            done_at: done.then(|| {
                let day = match dice.below(10) {
                    0..=6 => due_day,
                    7 => due_day.saturating_sub(1.day()),
                    _ => history::working_day(due_day.saturating_add(1.day())),
                };
                history::moment(day.min(self.today.saturating_sub(1.day())), core.place.zone, false, dice)
            }),
            priority: dice.weighted(&[(66, "normal"), (22, "high"), (12, "low")]),
            account,
            contact,
            opportunity: deal.map(|(at, _)| at),
            owner: if index % 18 == 7 { ADMIN } else { core.owner },
        }
    }

    fn due_day(&self, dice: &mut Dice) -> (Date, bool) {
        let back = |days: i64| {
            let day = history::working_day(self.today.saturating_sub(days.days()));
            if day < self.today { day } else { self.today.saturating_sub(days.days()) }
        };
        match dice.below(100) {
            0..=54 => (back(2 + (dice.unit().powf(1.6) * 180.0) as i64), true),
            55..=62 => (back(dice.between(1, 12)), false),
            63..=73 => (self.today, false),
            _ => {
                let ahead = 1 + (dice.unit().powf(1.5) * 20.0) as i64;
                (history::working_day(self.today.saturating_add(ahead.days())), false)
            }
        }
    }
}
