//! The decision at the moment of sending.

use super::{Consent, Mode, PolicyDecl};
use crate::FieldProblem;
use crate::calendar::{Calendar, CalendarDecl, Hours};
use indexmap::IndexMap;
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
    /// The allowed hours, as a calendar in the zone UTC: local times are asked, no moments.
    week: Option<Calendar>,
    quiet: Option<Hours>,
    holidays: BTreeSet<Date>,
}

impl PolicyDecl {
    /// Checks the policy; `holidays` are the days that are kept.
    ///
    /// # Errors
    /// All faults found, with their places.
    pub fn compile(&self, holidays: impl IntoIterator<Item = Date>) -> Result<Policy, Vec<FieldProblem>> {
        let mut faults = Vec::new();
        let week = (!self.week.is_empty()).then(|| CalendarDecl { zone: "UTC".into(), week: self.week.clone(), ..CalendarDecl::default() });
        let week = week.map(|week| week.compile(&IndexMap::new())).transpose().unwrap_or_else(|found| {
            faults.extend(found);
            None
        });
        let quiet = self.quiet.as_ref().and_then(|text| match text.parse::<Hours>() {
            Ok(hours) => Some(hours),
            Err(_) => {
                faults.push(FieldProblem::new("/quiet", "calendar_hours").with("value", text));
                None
            }
        });
        let cap = self.frequency.as_ref().filter(|cap| cap.most == 0 || cap.days == 0 || cap.days > 3_660);
        faults.extend(cap.map(|_| FieldProblem::new("/frequency", "out_of_range")));
        if faults.is_empty() {
            Ok(Policy { decl: self.clone(), week, quiet, holidays: holidays.into_iter().collect() })
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
        if let Some(reason) = self.hours(facts, now) {
            return self.later(facts, now, reason);
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

    /// What of the time of day and the day speaks against it, where the recipient is.
    fn hours(&self, facts: &Facts, now: Timestamp) -> Option<Reason> {
        let local = facts.zone.to_datetime(now);
        if self.decl.not_on_holidays && self.holidays.contains(&local.date()) {
            return Some(Reason::PublicHoliday);
        }
        let as_utc = TimeZone::UTC.to_timestamp(local).ok();
        if let (Some(week), Some(at)) = (&self.week, as_utc)
            && !week.is_open(at)
        {
            return Some(Reason::OutsideHours);
        }
        let minute = u16::try_from(i64::from(local.hour()) * 60 + i64::from(local.minute())).unwrap_or(0);
        let rests = |hours: &Hours| (hours.start()..hours.end()).contains(&minute) || minute < hours.past_midnight();
        self.quiet.as_ref().filter(|hours| rests(hours)).map(|_| Reason::QuietHours)
    }

    /// What fails by the time of day is looked at again at the next quarter of an hour that is allowed, within a month.
    fn later(&self, facts: &Facts, now: Timestamp, reason: Reason) -> Decision {
        let quarter = 15 * 60;
        let mut second = now.as_second().div_euclid(quarter) * quarter;
        for _ in 0..31 * 96 {
            second += quarter;
            let Ok(at) = Timestamp::from_second(second) else { break };
            if self.hours(facts, at).is_none() {
                return Decision::Deferred { reason, until: at };
            }
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

fn window(days: u32) -> SignedDuration {
    SignedDuration::from_hours(i64::from(days) * 24)
}
