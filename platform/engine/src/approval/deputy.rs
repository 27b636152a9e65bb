//! Who acts for whom: for the days somebody is away, or whenever an answer is late.

use crate::{Result, Tx};
use akrab_model::{FieldProblem, Problem, RecordId};
use akrab_store::DeputyRow;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::json;

/// Somebody acts for somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deputy {
    pub id: i64,
    pub person: RecordId,
    pub deputy: RecordId,
    /// First and last day; none: he stands in only where an answer is late.
    pub days: Option<(Date, Date)>,
    /// He acts at this moment.
    pub now: bool,
}

impl Tx<'_> {
    /// Lets somebody act for a person: on these days, or, without days, whenever an answer is late.
    ///
    /// # Errors
    /// `forbidden` for anybody but the person himself and administrators; `invalid` for nobody, himself, or days that are
    /// over or the wrong way round.
    pub fn deputy_name(&mut self, person: RecordId, deputy: RecordId, days: Option<(Date, Date)>) -> Result<i64> {
        self.own_or_admin(person)?;
        let people = self.engine.people();
        let fault = |field: &str, code: &str| Err(Problem::invalid(vec![FieldProblem::new(field, code)]));
        if people.user(deputy).is_none_or(|p| !p.active) || people.user(person).is_none() {
            return fault("deputy", "no_such_record");
        }
        if deputy == person {
            return fault("deputy", "deputy_self");
        }
        let zone = self.engine.settings().zone();
        let start = |day: Date| day.to_zoned(zone.clone()).map(|z| z.timestamp().as_microsecond()).map_err(Problem::internal);
        let (from_at, until_at) = match days {
            None => (None, None),
            Some((from, to)) if to < from => return fault("to", "deputy_days"),
            Some((_, to)) if to < self.ctx.now.with_time_zone(zone.clone()).date() => return fault("to", "deputy_over"),
            Some((from, to)) => (Some(start(from)?), Some(start(to.saturating_add(1.day()))?)),
        };
        let row =
            DeputyRow { id: 0, person, deputy, from_at, until_at, made_at: self.ctx.micros(), made_by: self.ctx.author(), ended_at: None };
        let id = self.conn.deputy_add(&row)?;
        let detail = json!({ "title": people.name(person), "to": deputy, "from": days.map(|d| d.0.to_string()), "until": days.map(|d| d.1.to_string()) });
        self.audit("deputy_named", Some(("user", person)), detail)?;
        Ok(id)
    }

    /// Nobody acts for him any more by this one.
    ///
    /// # Errors
    /// `not_found`, `forbidden`.
    pub fn deputy_end(&mut self, id: i64) -> Result<()> {
        let row = self.conn.deputy(id)?.ok_or_else(Problem::not_found)?;
        self.own_or_admin(row.person)?;
        let now = self.ctx.micros();
        self.conn.deputy_end(id, now)?;
        let title = self.engine.people().name(row.person);
        self.audit("deputy_ended", Some(("user", row.person)), json!({ "title": title, "to": row.deputy }))
    }

    /// Who acts, or will act, for a person.
    ///
    /// # Errors
    /// `forbidden` for anybody but himself and administrators.
    pub fn deputies(&mut self, person: RecordId) -> Result<Vec<Deputy>> {
        self.own_or_admin(person)?;
        let now = self.ctx.micros();
        let zone = self.engine.settings().zone();
        let day =
            |micros: i64| jiff::Timestamp::from_microsecond(micros).map(|at| at.to_zoned(zone.clone()).date()).map_err(Problem::internal);
        let rows = self.conn.deputies(Some(person), now)?;
        rows.into_iter()
            .map(|row| {
                let days = match (row.from_at, row.until_at) {
                    // the end is not counted any more: the last day is the one before
                    (Some(from), Some(until)) => Some((day(from)?, day(until - 1)?)),
                    _ => None,
                };
                let acts = row.from_at.is_some_and(|from| from <= now);
                Ok(Deputy { id: row.id, person: row.person, deputy: row.deputy, days, now: acts })
            })
            .collect()
    }

    /// For whom the actor acts at this moment.
    ///
    /// # Errors
    /// What the database answers.
    pub fn acts_for(&mut self) -> Result<Vec<RecordId>> {
        let now = self.ctx.micros();
        match self.ctx.user_id() {
            Some(me) => Ok(self.conn.acts_for(me, now)?),
            None => Ok(Vec::new()),
        }
    }

    fn own_or_admin(&self, person: RecordId) -> Result<()> {
        let own = self.ctx.user_id() == Some(person) && !self.ctx.read_only;
        if own || self.ctx.is_admin() { Ok(()) } else { Err(Problem::forbidden()) }
    }
}
