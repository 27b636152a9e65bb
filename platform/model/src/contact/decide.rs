//! The decision at the moment of sending.

use super::week::{DAY, Minute, Week};
use super::{Consent, Mode, PolicyDecl};
use crate::FieldProblem;
use crate::calendar::Hours;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Why nothing is sent. In the order in which they are looked at: the first one is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    DoNotContact,
    ConsentWithdrawn,
    NoConsent,
    DoNotCall,
    SuppressedAddress,
    PublicHoliday,
    OutsideHours,
    QuietHours,
    AttemptCap,
    FrequencyCap,
    WindowClosed,
    OverBudget,
}

/// What the decision comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "result")]
pub enum Decision {
    Allowed,
    /// Not now and not by itself.
    Refused {
        reason: Reason,
    },
    /// Not now; looked at again then.
    Deferred {
        reason: Reason,
        until: Timestamp,
    },
}

/// Seconds of a quarter of an hour.
const QUARTER: i64 = 15 * 60;

/// When somebody was sent something that counts, within the window of the cap, in order of time.
pub type Sends<'s> = &'s [Timestamp];

/// What is known of the recipient and of what is to be sent, at this moment.
#[derive(Debug, Clone)]
pub struct Facts<'f> {
    pub do_not_contact: bool,
    pub consent: Consent,
    pub do_not_call: bool,
    pub suppressed: bool,
    pub zone: TimeZone,
    pub sends: Sends<'f>,
    /// Tries so far that reached nobody.
    pub attempts: u32,
    /// After that it makes no sense any more: a channel's window, the end of an offer.
    pub until: Option<Timestamp>,
    /// There is no money left for it.
    pub over_budget: bool,
}

/// A policy ready to decide.
#[derive(Debug, Clone)]
pub struct Policy {
    decl: PolicyDecl,
    /// Hours allowed and hours of rest, minute by minute; none where it is allowed at any time.
    week: Option<Week>,
    /// Days on which nothing is sent, counted from 1 January 1970.
    holidays: BTreeSet<i64>,
}

impl PolicyDecl {
    /// Checks the policy; `holidays` are the days that are kept.
    ///
    /// # Errors
    /// All faults found, with their places.
    pub fn compile(&self, holidays: impl IntoIterator<Item = Date>) -> Result<Policy, Vec<FieldProblem>> {
        let mut faults = Vec::new();
        let mut quiet = Vec::new();
        if let Some(text) = &self.quiet {
            match text.parse::<Hours>() {
                Ok(hours) => quiet.push(hours),
                Err(_) => faults.push(FieldProblem::new("/quiet", "calendar_hours").with("value", text)),
            }
        }
        let week = (!self.week.is_empty() || self.quiet.is_some()).then(|| Week::of(self, &quiet));
        let week = week.transpose().unwrap_or_else(|found| {
            faults.extend(found);
            None
        });
        let cap = self.frequency.as_ref().filter(|cap| cap.most == 0 || cap.days == 0 || cap.days > 3_660);
        faults.extend(cap.map(|_| FieldProblem::new("/frequency", "out_of_range")));
        if faults.is_empty() {
            let kept = holidays.into_iter().filter(|_| self.not_on_holidays);
            Ok(Policy { decl: self.clone(), week, holidays: kept.map(days_since_1970).collect() })
        } else {
            Err(faults)
        }
    }
}

impl Policy {
    /// How far back sends are looked at, before `now`; none when nothing is capped.
    pub fn looks_back(&self, now: Timestamp) -> Option<Timestamp> {
        let cap = self.decl.frequency.as_ref().filter(|_| !self.decl.transactional)?;
        now.checked_sub(window(cap.days)).ok()
    }

    /// Whether it may be sent now.
    pub fn decide(&self, facts: &Facts, now: Timestamp) -> Decision {
        let checks = [
            (Reason::DoNotContact, facts.do_not_contact),
            (Reason::ConsentWithdrawn, facts.consent == Consent::Withdrawn),
            (Reason::NoConsent, self.decl.needs_consent && facts.consent == Consent::Unsaid),
            (Reason::DoNotCall, self.decl.calls && facts.do_not_call),
            (Reason::SuppressedAddress, facts.suppressed),
        ];
        if let Some((reason, _)) = checks.into_iter().find(|(_, against)| *against) {
            return Decision::Refused { reason };
        }
        let local = local_minute(&facts.zone, now);
        if let Some(reason) = self.against(local) {
            return self.later(&facts.zone, now, reason);
        }
        if self.decl.attempts.is_some_and(|most| facts.attempts >= most) {
            return Decision::Refused { reason: Reason::AttemptCap };
        }
        if let Some(decision) = self.capped(facts, now) {
            return decision;
        }
        let last = [(Reason::WindowClosed, facts.until.is_some_and(|end| now >= end)), (Reason::OverBudget, facts.over_budget)];
        last.into_iter().find(|(_, against)| *against).map_or(Decision::Allowed, |(reason, _)| Decision::Refused { reason })
    }

    /// What of the time of day and the day speaks against it; minutes are counted from 1970 where the recipient is.
    fn against(&self, local: i64) -> Option<Reason> {
        if self.holidays.contains(&local.div_euclid(DAY)) {
            return Some(Reason::PublicHoliday);
        }
        match self.week.as_ref().map_or(Minute::Open, |week| week.at(local)) {
            Minute::Open => None,
            Minute::Closed => Some(Reason::OutsideHours),
            Minute::Quiet => Some(Reason::QuietHours),
        }
    }

    /// What fails by the time of day is looked at again at the next quarter of an hour that is allowed, within a month. Days
    /// off and closed hours are passed over whole.
    fn later(&self, zone: &TimeZone, now: Timestamp, reason: Reason) -> Decision {
        let at = |quarter: i64| Timestamp::from_second(quarter * QUARTER).unwrap_or(Timestamp::MAX);
        let mut quarter = now.as_second().div_euclid(QUARTER) + 1;
        let last = quarter + 31 * 96;
        while quarter < last {
            let local = local_minute(zone, at(quarter));
            let minutes = match self.against(local) {
                None => return Decision::Deferred { reason, until: at(quarter) },
                Some(Reason::PublicHoliday) => DAY - local.rem_euclid(DAY),
                Some(_) => match self.week.as_ref().and_then(|week| week.opens_in(local)) {
                    Some(minutes) => minutes,
                    None => break,
                },
            };
            // what opens at 10:07 is looked at at 10:15
            let next = quarter + (minutes * 60 + QUARTER - 1).div_euclid(QUARTER).max(1);
            // where clocks are changed on the way, step by step
            quarter = if zone.to_offset(at(next)) == zone.to_offset(at(quarter)) { next } else { quarter + 1 };
        }
        Decision::Refused { reason }
    }

    fn capped(&self, facts: &Facts, now: Timestamp) -> Option<Decision> {
        let cap = self.decl.frequency.as_ref().filter(|_| !self.decl.transactional)?;
        let from = now.checked_sub(window(cap.days)).ok()?;
        let counted: Vec<Timestamp> = facts.sends.iter().copied().filter(|at| *at > from && *at <= now).collect();
        let most = usize::try_from(cap.most).unwrap_or(usize::MAX);
        if counted.len() < most {
            return None;
        }
        let reason = Reason::FrequencyCap;
        let until = match cap.mode {
            Mode::Skip => None,
            // once this one has left the window, one more fits
            Mode::Defer => counted.get(counted.len() - most).and_then(|at| at.checked_add(window(cap.days)).ok()),
        };
        Some(until.map_or(Decision::Refused { reason }, |until| Decision::Deferred { reason, until }))
    }
}

/// Minutes the clock shows where the recipient is, counted from 1 January 1970.
fn local_minute(zone: &TimeZone, at: Timestamp) -> i64 {
    (at.as_second() + i64::from(zone.to_offset(at).seconds())).div_euclid(60)
}

fn days_since_1970(day: Date) -> i64 {
    let since = day.duration_since(jiff::civil::date(1970, 1, 1));
    since.as_secs().div_euclid(24 * 3_600)
}

fn window(days: u32) -> SignedDuration {
    SignedDuration::from_hours(i64::from(days) * 24)
}
