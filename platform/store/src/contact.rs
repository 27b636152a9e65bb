//! What people have said about being contacted, and what was decided each time. Rows stay as they are.

use crate::cells::Cells;
use crate::conn::Conn;
use crate::error::StoreError;
use akrab_model::Raw;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS consent_event ({id}, person_object TEXT NOT NULL, person_id BIGINT NOT NULL, purpose TEXT NOT NULL, \
     channel TEXT NOT NULL, given BIGINT NOT NULL, evidence TEXT NOT NULL, source TEXT NOT NULL, at BIGINT NOT NULL, actor BIGINT)",
    "CREATE INDEX IF NOT EXISTS consent_event_person ON consent_event (person_object, person_id, purpose, channel, id)",
    "CREATE TABLE IF NOT EXISTS contact_decision ({id}, person_object TEXT NOT NULL, person_id BIGINT NOT NULL, purpose TEXT NOT NULL, \
     channel TEXT NOT NULL, at BIGINT NOT NULL, reason TEXT, until BIGINT, counted BIGINT NOT NULL, policy_version BIGINT NOT NULL, \
     zone TEXT NOT NULL, assumed BIGINT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS contact_decision_person ON contact_decision (person_object, person_id, purpose, channel, at)",
];

/// Something said about a purpose on a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentEvent {
    pub id: i64,
    pub person: (String, i64),
    pub purpose: String,
    pub channel: String,
    pub given: bool,
    /// JSON: the wording and its version, the form, the recording.
    pub evidence: String,
    pub source: String,
    pub at: i64,
    pub actor: Option<i64>,
}

/// A decision as it was taken. Times are microseconds UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactDecision {
    pub id: i64,
    pub person: (String, i64),
    pub purpose: String,
    pub channel: String,
    pub at: i64,
    /// None: it was sent.
    pub reason: Option<String>,
    pub until: Option<i64>,
    /// It counts for the caps of its purpose and channel.
    pub counted: bool,
    pub policy_version: i64,
    pub zone: String,
    /// Nobody knows the person's own zone.
    pub assumed: bool,
}

const EVENT: &str = "id, person_object, person_id, purpose, channel, given, evidence, source, at, actor";
const DECISION: &str = "id, person_object, person_id, purpose, channel, at, reason, until, counted, policy_version, zone, assumed";

impl Conn {
    /// Keeps what somebody said and gives its number.
    ///
    /// # Errors
    /// Those of the database.
    pub fn consent_add(&mut self, new: &ConsentEvent) -> Result<i64, StoreError> {
        let sql = "INSERT INTO consent_event (person_object, person_id, purpose, channel, given, evidence, source, at, actor) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let row = vec![
            new.person.0.as_str().into(),
            new.person.1.into(),
            new.purpose.as_str().into(),
            new.channel.as_str().into(),
            new.given.into(),
            new.evidence.as_str().into(),
            new.source.as_str().into(),
            new.at.into(),
            new.actor.into(),
        ];
        self.insert_many(sql, &[row])?.first().copied().ok_or_else(|| StoreError::other("a row was not stored"))
    }

    /// The last that somebody said about a purpose on a channel.
    ///
    /// # Errors
    /// Those of the database.
    pub fn consent_last(&mut self, person: (&str, i64), purpose: &str, channel: &str) -> Result<Option<ConsentEvent>, StoreError> {
        let sql = format!(
            "SELECT {EVENT} FROM consent_event WHERE person_object = $1 AND person_id = $2 AND purpose = $3 AND channel = $4 ORDER BY id DESC LIMIT 1"
        );
        Ok(self.query_one(&sql, &[person.0.into(), person.1.into(), purpose.into(), channel.into()])?.map(event))
    }

    /// Everything somebody said, the latest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn consent_events(&mut self, person: (&str, i64)) -> Result<Vec<ConsentEvent>, StoreError> {
        let sql = format!("SELECT {EVENT} FROM consent_event WHERE person_object = $1 AND person_id = $2 ORDER BY id DESC");
        Ok(self.query(&sql, &[person.0.into(), person.1.into()])?.into_iter().map(event).collect())
    }

    /// Keeps a decision and gives its number.
    ///
    /// # Errors
    /// Those of the database.
    pub fn decision_add(&mut self, new: &ContactDecision) -> Result<i64, StoreError> {
        let sql = "INSERT INTO contact_decision (person_object, person_id, purpose, channel, at, reason, until, counted, policy_version, zone, \
                   assumed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        let row = vec![
            new.person.0.as_str().into(),
            new.person.1.into(),
            new.purpose.as_str().into(),
            new.channel.as_str().into(),
            new.at.into(),
            new.reason.clone().into(),
            new.until.into(),
            new.counted.into(),
            new.policy_version.into(),
            new.zone.as_str().into(),
            new.assumed.into(),
        ];
        self.insert_many(sql, &[row])?.first().copied().ok_or_else(|| StoreError::other("a row was not stored"))
    }

    /// When somebody was sent what counts, after a moment, in order of time.
    ///
    /// # Errors
    /// Those of the database.
    pub fn decision_sends(&mut self, person: (&str, i64), purpose: &str, channel: &str, after: i64) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT at FROM contact_decision WHERE person_object = $1 AND person_id = $2 AND purpose = $3 AND channel = $4 \
                   AND at > $5 AND reason IS NULL AND counted = 1 ORDER BY at";
        let rows = self.query(sql, &[person.0.into(), person.1.into(), purpose.into(), channel.into(), after.into()])?;
        Ok(rows.iter().filter_map(|row| row.first()?.int()).collect())
    }

    /// Decisions about somebody, the latest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn decisions(&mut self, person: (&str, i64), limit: usize) -> Result<Vec<ContactDecision>, StoreError> {
        let sql = format!("SELECT {DECISION} FROM contact_decision WHERE person_object = $1 AND person_id = $2 ORDER BY id DESC LIMIT $3");
        Ok(self.query(&sql, &[person.0.into(), person.1.into(), (limit as i64).into()])?.into_iter().map(decision).collect())
    }
}

fn event(row: Vec<Raw>) -> ConsentEvent {
    let mut c = Cells::new(row);
    ConsentEvent {
        id: c.int(),
        person: (c.text(), c.int()),
        purpose: c.text(),
        channel: c.text(),
        given: c.int() != 0,
        evidence: c.text(),
        source: c.text(),
        at: c.int(),
        actor: c.maybe_int(),
    }
}

fn decision(row: Vec<Raw>) -> ContactDecision {
    let mut c = Cells::new(row);
    ContactDecision {
        id: c.int(),
        person: (c.text(), c.int()),
        purpose: c.text(),
        channel: c.text(),
        at: c.int(),
        reason: c.maybe_text(),
        until: c.maybe_int(),
        counted: c.int() != 0,
        policy_version: c.int(),
        zone: c.text(),
        assumed: c.int() != 0,
    }
}
