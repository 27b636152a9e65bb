//! The decision, taken when something is sent and kept with its reason.

use super::{Decision, zone_of_province};
use crate::{Result, Tx};
use akrab_model::contact::Facts;
use akrab_model::{Problem, RecordId};
use akrab_store::ContactDecision;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The field of people who are not to be contacted at all, where their object has it; beside it stand its reason, by whom
/// and when (`_reason`, `_by`, `_at`).
pub const DO_NOT_CONTACT: &str = "do_not_contact";

/// Who is to be contacted, and what the domain knows of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    pub person: (String, RecordId),
    pub purpose: String,
    pub channel: String,
    /// As the domain knows it; what stands on the person's record counts besides.
    pub do_not_contact: bool,
    pub do_not_call: bool,
    /// The address bounced, as far as the domain knows. Lists of numbers and addresses that are not to be used are looked into
    /// besides.
    pub suppressed: bool,
    /// The address or number it goes to; those of the person for the channel when absent.
    pub address: Option<String>,
    /// The person's own zone, if it is known.
    pub zone: Option<String>,
    /// The province of the main address, where the zone is not.
    pub province: Option<String>,
    /// Tries so far that reached nobody.
    pub attempts: u32,
    /// After that it makes no sense any more.
    pub until: Option<Timestamp>,
    pub over_budget: bool,
}

/// A decision as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub id: i64,
    pub decision: Decision,
    pub zone: String,
    /// The zone is the workspace's: nobody knows the person's own.
    pub assumed: bool,
    pub policy_version: i64,
}

impl Tx<'_> {
    /// Decides whether somebody is contacted now, and keeps the decision. What is allowed counts as sent.
    ///
    /// # Errors
    /// `contact_no_policy`; `forbidden` with a token that may only read.
    pub fn contact_decide(&mut self, ask: &Ask) -> Result<Decided> {
        if self.ctx.read_only {
            return Err(Problem::forbidden());
        }
        let (object, id) = (ask.person.0.as_str(), ask.person.1);
        // of two at once each counts the other
        self.alone(&format!("contact {object} {id}"))?;
        let kept = self.policy(&ask.purpose, &ask.channel)?;
        let holidays = if kept.decl.not_on_holidays { self.public_holidays()? } else { Vec::new() };
        let policy = kept.decl.compile(holidays).map_err(|faults| Problem::internal(format!("{faults:?}")))?;
        let (name, zone, assumed) = self.zone_of(ask);
        let now = self.ctx.now.timestamp();
        let sends: Vec<Timestamp> = match policy.looks_back(now) {
            Some(from) => {
                let sends = self.conn.decision_sends((object, id), &ask.purpose, &ask.channel, from.as_microsecond())?;
                sends.into_iter().filter_map(|at| Timestamp::from_microsecond(at).ok()).collect()
            }
            None => Vec::new(),
        };
        let do_not_contact = ask.do_not_contact || self.wants_no_contact(object, id)?;
        let (no_calls, no_address) = self.blocked(object, id, &ask.channel, ask.address.as_deref())?;
        let (consent, _) = self.consent(object, id, &ask.purpose, &ask.channel)?;
        let facts = Facts {
            do_not_contact,
            consent,
            do_not_call: ask.do_not_call || no_calls,
            suppressed: ask.suppressed || no_address,
            zone,
            sends: &sends,
            attempts: ask.attempts,
            until: ask.until,
            over_budget: ask.over_budget,
        };
        let decision = policy.decide(&facts, now);
        let (reason, until) = match decision {
            Decision::Allowed => (None, None),
            Decision::Refused { reason } => (Some(reason), None),
            Decision::Deferred { reason, until } => (Some(reason), Some(until.as_microsecond())),
        };
        let reason = reason.map(serde_json::to_value).transpose().map_err(Problem::internal)?;
        let row = ContactDecision {
            id: 0,
            person: ask.person.clone(),
            purpose: ask.purpose.clone(),
            channel: ask.channel.clone(),
            at: self.ctx.micros(),
            reason: reason.and_then(|reason| reason.as_str().map(str::to_string)),
            until,
            counted: !kept.decl.transactional,
            policy_version: kept.version,
            zone: name.clone(),
            assumed,
        };
        let id = self.conn.decision_add(&row)?;
        Ok(Decided { id, decision, zone: name, assumed, policy_version: kept.version })
    }

    /// Whether it is written down of a person that nobody is to contact him.
    fn wants_no_contact(&mut self, object: &str, id: RecordId) -> Result<bool> {
        if self.registry.object(object).is_none_or(|object| object.field(DO_NOT_CONTACT).is_none()) {
            return Ok(false);
        }
        Ok(self.find(object, id)?.is_some_and(|person| person.get(DO_NOT_CONTACT).bool()))
    }

    /// The person's own zone, else that of the province, else the workspace's, which is assumed.
    fn zone_of(&self, ask: &Ask) -> (String, TimeZone, bool) {
        let own = [ask.zone.as_deref(), ask.province.as_deref().and_then(zone_of_province)];
        for name in own.into_iter().flatten() {
            if let Some(zone) = crate::calendar::find_zone(name) {
                return (name.to_string(), zone, false);
            }
        }
        let settings = self.engine.settings();
        (settings.time_zone.clone(), settings.zone(), true)
    }
}
