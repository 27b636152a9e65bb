//! The hours of a policy, minute by minute: what is asked a million times is worked out once.

use super::PolicyDecl;
use crate::FieldProblem;
use crate::calendar::{CalendarDecl, Hours};
use indexmap::IndexMap;
use jiff::ToSpan;
use jiff::civil::date;

/// Minutes of a day, and of a week.
pub(super) const DAY: i64 = 24 * 60;
const WEEK: i64 = 7 * DAY;

/// What holds of a minute of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Minute {
    Open,
    Closed,
    /// It would be open, but people rest.
    Quiet,
}

/// A week from Monday on.
#[derive(Debug, Clone)]
pub(super) struct Week {
    minutes: Vec<Minute>,
    /// Minutes until the next open one; none where no minute is open.
    opens: Vec<Option<u16>>,
}

impl Week {
    /// The week of a policy; `rest` are the hours of rest of each day.
    pub fn of(policy: &PolicyDecl, rest: &[Hours]) -> Result<Week, Vec<FieldProblem>> {
        let mut minutes = vec![if policy.week.is_empty() { Minute::Open } else { Minute::Closed }; WEEK as usize];
        let calendar = CalendarDecl { zone: "UTC".into(), week: policy.week.clone(), ..CalendarDecl::default() };
        let calendar = (!policy.week.is_empty()).then(|| calendar.compile(&IndexMap::new())).transpose()?;
        let mut mark = |day: i64, hours: &Hours, as_what: fn(Minute) -> Minute| {
            for minute in i64::from(hours.start())..i64::from(hours.end()) {
                let at = (day * DAY + minute).rem_euclid(WEEK) as usize;
                minutes[at] = as_what(minutes[at]);
            }
        };
        for day in 0..7 {
            // a Monday, and the days behind it
            let date = date(1970, 1, 5).saturating_add(day.days());
            for hours in calendar.iter().flat_map(|calendar| calendar.hours(date).1) {
                mark(day, hours, |_| Minute::Open);
            }
        }
        for day in 0..7 {
            for hours in rest {
                mark(day, hours, |minute| if minute == Minute::Closed { Minute::Closed } else { Minute::Quiet });
            }
        }
        let mut opens = vec![None; minutes.len()];
        let mut next: Option<u16> = None;
        // twice around, so that Sunday knows of Monday
        for at in (0..minutes.len()).rev().chain((0..minutes.len()).rev()) {
            next = if minutes[at] == Minute::Open { Some(0) } else { next.map(|n| n + 1) };
            opens[at] = next;
        }
        Ok(Week { minutes, opens })
    }

    /// What holds of a minute, counted from 1 January 1970, a Thursday.
    pub fn at(&self, local: i64) -> Minute {
        self.minutes[of_week(local)]
    }

    /// How many minutes it is until one is open.
    pub fn opens_in(&self, local: i64) -> Option<i64> {
        self.opens[of_week(local)].map(i64::from)
    }
}

fn of_week(local: i64) -> usize {
    (local + 3 * DAY).rem_euclid(WEEK) as usize
}
