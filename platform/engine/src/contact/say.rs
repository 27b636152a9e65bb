//! What people say about being contacted, kept as it was said.

use super::Consent;
use crate::{Result, Tx};
use akrab_model::problem::ProblemKind;
use akrab_model::{Problem, RecordId};
use akrab_store::ConsentEvent;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

/// A withdrawal is dealt with within so many hours, by wall clock (UU PDP 27/2022).
const PRIVACY_HOURS: i64 = 72;

/// Something somebody says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saying {
    pub person: (String, RecordId),
    pub purpose: String,
    pub channel: String,
    pub given: bool,
    /// The proof: wording with its version, form, recording, message.
    pub evidence: Json,
    /// Where it was said.
    pub source: String,
}

/// Something somebody said, with its proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub id: i64,
    /// Of which record it was said: one that went into another since has its own.
    pub record: RecordId,
    pub purpose: String,
    pub channel: String,
    pub given: bool,
    pub evidence: Json,
    pub source: String,
    pub at: Timestamp,
    pub actor: Option<RecordId>,
}

impl Tx<'_> {
    /// Keeps what somebody says. A withdrawal stops everything planned for the purpose on the spot, and tells the behaviours
    /// of the person's object, which see to what the law asks for.
    ///
    /// # Errors
    /// `not_found` when there is no such person; `forbidden` with a token that may only read.
    pub fn consent_say(&mut self, saying: &Saying) -> Result<i64> {
        if self.ctx.read_only {
            return Err(Problem::forbidden());
        }
        let (object, id) = (saying.person.0.as_str(), saying.person.1);
        self.find(object, id)?.ok_or_else(Problem::not_found)?;
        if self.is_erased(object, id)? {
            return Err(Problem::new(ProblemKind::Conflict, "locked_by_law").with("id", id));
        }
        self.alone(&format!("contact {object} {id}"))?;
        // the wording is kept with what was said: it may change afterwards
        let wording = self.purposes()?.into_iter().find(|purpose| purpose.key == saying.purpose);
        let mut evidence = saying.evidence.clone();
        if let (Some(purpose), Json::Object(kept)) = (&wording, &mut evidence) {
            kept.entry("wording").or_insert_with(|| json!(purpose.decl.wording));
            kept.entry("version").or_insert_with(|| json!(purpose.version));
        }
        let event = self.conn.consent_add(&ConsentEvent {
            id: 0,
            person: saying.person.clone(),
            purpose: saying.purpose.clone(),
            channel: saying.channel.clone(),
            given: saying.given,
            evidence: evidence.to_string(),
            source: saying.source.clone(),
            at: self.ctx.micros(),
            actor: self.ctx.author(),
        })?;
        if !saying.given {
            let told = json!({ "code": "consent_withdrawn", "args": [] }).to_string();
            self.conn.work_withdraw(object, id, &saying.purpose, &told)?;
            let due = self.ctx.now.timestamp().checked_add(SignedDuration::from_hours(PRIVACY_HOURS)).map_err(Problem::internal)?;
            for behaviour in self.behaviours(object) {
                behaviour.after_withdrawal(id, &saying.purpose, due, self)?;
            }
        }
        Ok(event)
    }

    /// What somebody has last said, and the proof of it.
    ///
    /// # Errors
    /// What the database answers.
    pub fn consent(&mut self, object: &str, id: RecordId, purpose: &str, channel: &str) -> Result<(Consent, Option<Said>)> {
        let merged = self.conn.merges_into(object, id)?;
        let last = if merged.is_empty() {
            self.conn.consent_last((object, id), purpose, channel)?.map(said)
        } else {
            last_said(&self.consent_history(object, id)?, (id, merged[0].at), purpose, channel).cloned()
        };
        let state = match &last {
            None => Consent::Unsaid,
            Some(said) if said.given => Consent::Given,
            Some(_) => Consent::Withdrawn,
        };
        Ok((state, last))
    }

    /// Everything somebody said, the latest first; with what was said of records that went into this one.
    ///
    /// # Errors
    /// What the database answers.
    pub fn consent_history(&mut self, object: &str, id: RecordId) -> Result<Vec<Said>> {
        let mut all = self.conn.consent_events((object, id))?;
        for other in self.conn.merged_from(object, id)? {
            all.extend(self.conn.consent_events((object, other))?);
        }
        all.sort_by_key(|event| std::cmp::Reverse(event.id));
        Ok(all.into_iter().map(said).collect())
    }
}

/// What counts of all that was said of a record and of those that went into it, the last time at `merged_at`: what was said
/// of it since; before that the stricter word of any of them.
pub(super) fn last_said<'h>(history: &'h [Said], (id, merged_at): (RecordId, i64), purpose: &str, channel: &str) -> Option<&'h Said> {
    let about = |said: &&Said| said.purpose == purpose && said.channel == channel;
    let since = history.iter().filter(about).find(|said| said.record == id && said.at.as_microsecond() > merged_at);
    let mut heard = std::collections::HashSet::new();
    // the last word of each record; a no before a yes
    let last = history.iter().filter(about).filter(|said| heard.insert(said.record));
    since.or_else(|| last.min_by_key(|said| said.given))
}

fn said(row: ConsentEvent) -> Said {
    Said {
        id: row.id,
        record: row.person.1,
        purpose: row.purpose,
        channel: row.channel,
        given: row.given,
        evidence: serde_json::from_str(&row.evidence).unwrap_or(Json::Null),
        source: row.source,
        at: Timestamp::from_microsecond(row.at).unwrap_or(Timestamp::UNIX_EPOCH),
        actor: row.actor,
    }
}
