//! Requests as people may see them: who may not see the record is told of none.

use super::people::owner_of;
use super::{Plan, State, Verdict, barred, state_of};
use crate::calendar::{DayCount, USUAL};
use crate::{Result, Tx};
use akrab_model::object::FieldRight;
use akrab_model::{Label, Problem, Record, RecordId};
use akrab_store::{ApprovalQuery, ApprovalRow, DecisionRow, SeatRow};
use jiff::Timestamp;
use rust_decimal::Decimal;
use std::collections::HashMap;

/// A request.
#[derive(Debug, Clone)]
pub struct Approval {
    pub id: i64,
    /// Key of its rule; empty without one.
    pub rule: String,
    pub plan: Plan,
    pub state: State,
    /// The record with the fields the actor may read.
    pub record: Record,
    /// The number that chose the steps, if the actor may read its field.
    pub value: Option<Decimal>,
    pub note: String,
    pub requester: Option<RecordId>,
    /// The present step, from 0.
    pub step: usize,
    pub asked_at: Timestamp,
    pub step_at: Timestamp,
    pub due_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// The step has gone to its fallback.
    pub fallen: bool,
    pub seats: Vec<Seat>,
    pub decisions: Vec<DecisionView>,
    /// The actor may decide it now, and in whose place.
    pub may_decide: Option<Option<RecordId>>,
    pub may_withdraw: bool,
    /// The request that took its place.
    pub next: Option<i64>,
}

/// Who may or might have decided a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    pub step: usize,
    pub person: RecordId,
    pub name: String,
    pub stands_for: Option<String>,
    pub open: bool,
}

/// What somebody said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionView {
    pub step: usize,
    pub person: RecordId,
    pub name: String,
    /// In whose name.
    pub stands_for: Option<String>,
    pub verdict: Verdict,
    pub reason: Option<Label>,
    pub note: String,
    pub at: Timestamp,
    /// `page`, `api`, `mail`.
    pub door: String,
}

/// Whose requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// Those the actor may decide now.
    #[default]
    Waiting,
    /// Those he asked for.
    Asked,
    /// All about records he may see.
    All,
}

/// Which requests.
#[derive(Debug, Clone, Default)]
pub struct ApprovalFilter {
    pub states: Vec<State>,
    pub rule: Option<String>,
    /// Key of an object.
    pub object: Option<String>,
    /// Who may or might have decided.
    pub person: Option<RecordId>,
    pub requester: Option<RecordId>,
    pub before: Option<i64>,
    /// 50 when 0; at most 200.
    pub limit: usize,
}

/// Requests that wait for one person, shown at most.
const MOST: usize = 200;

impl Tx<'_> {
    /// One request.
    ///
    /// # Errors
    /// `not_found`, also for one about a record out of sight.
    pub fn approval(&mut self, id: i64) -> Result<Approval> {
        let row = self.conn.approval(id)?.ok_or_else(Problem::not_found)?;
        self.approval_views(vec![row])?.pop().ok_or_else(Problem::not_found)
    }

    /// The requests of a record, the newest first.
    ///
    /// # Errors
    /// What the database answers.
    pub fn approvals_about(&mut self, object: &str, id: RecordId) -> Result<Vec<Approval>> {
        let rows = self.conn.approvals_of(object, id, 50)?;
        self.approval_views(rows)
    }

    /// What waits for the actor's word, or for that of somebody he acts for; what is due first comes first.
    ///
    /// # Errors
    /// What the database answers.
    pub fn approvals_waiting(&mut self) -> Result<Vec<Approval>> {
        let Some(me) = self.ctx.user_id() else { return Ok(Vec::new()) };
        let mut people = self.acts_for()?;
        people.push(me);
        let rows = self.conn.approvals_open_for(&people, MOST)?;
        let mut found = self.approval_views(rows)?;
        found.retain(|one| one.may_decide.is_some());
        Ok(found)
    }

    /// How many requests wait for the actor's word.
    ///
    /// # Errors
    /// What the database answers.
    pub fn approvals_count(&mut self) -> Result<usize> {
        let Some(person) = self.ctx.person().cloned() else { return Ok(0) };
        self.figure(format!("approvals {} {} {}", person.id, person.role.id, self.ctx.now.date()), |tx| {
            Ok((0, tx.approvals_waiting()?.len()))
        })
    }

    /// Requests about records the actor may see, the newest first, and `before` of the next page.
    ///
    /// # Errors
    /// What the database answers.
    pub fn approvals_find(&mut self, filter: &ApprovalFilter) -> Result<(Vec<Approval>, Option<i64>)> {
        let limit = if filter.limit == 0 { 50 } else { filter.limit.min(MOST) };
        let mut query = ApprovalQuery {
            states: filter.states.iter().map(|state| state.key().to_string()).collect(),
            rule: filter.rule.clone(),
            object: filter.object.clone(),
            requester: filter.requester,
            person: filter.person,
            before: filter.before,
            limit,
        };
        let mut found: Vec<Approval> = Vec::new();
        loop {
            let rows = self.conn.approvals_find(&query)?;
            let more = rows.len() == limit;
            query.before = rows.last().map(|row| row.id);
            found.extend(self.approval_views(rows)?);
            if found.len() >= limit {
                found.truncate(limit);
                return Ok((found.clone(), found.last().map(|one| one.id)));
            }
            if !more {
                return Ok((found, None));
            }
        }
    }

    /// Why the present step is due when it is: each day, what was counted of it, what kept it closed.
    ///
    /// # Errors
    /// What the database answers.
    pub fn approval_why(&mut self, one: &Approval) -> Result<Vec<DayCount>> {
        let Some(due) = one.due_at else { return Ok(Vec::new()) };
        let key = if one.plan.calendar.is_empty() { USUAL } else { &one.plan.calendar };
        // as the calendar counted when the step began
        let calendar = self.calendar_at(key, one.step_at)?;
        Ok(calendar.why(one.step_at, due)?)
    }

    fn approval_views(&mut self, rows: Vec<ApprovalRow>) -> Result<Vec<Approval>> {
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let wanted: Vec<(&str, RecordId)> = rows.iter().map(|row| (row.object.as_str(), row.record)).collect();
        let mut records = self.readable_sources(&wanted, true)?;
        records.retain(|_, record| record.deleted_at.is_none());
        let mut seats: HashMap<i64, Vec<SeatRow>> = HashMap::new();
        for seat in self.conn.approval_seats(&ids)? {
            seats.entry(seat.approval).or_default().push(seat);
        }
        let mut decisions: HashMap<i64, Vec<DecisionRow>> = HashMap::new();
        for decision in self.conn.approval_decisions(&ids)? {
            decisions.entry(decision.approval).or_default().push(decision);
        }
        let acts_for = self.acts_for()?;
        let mut found = Vec::new();
        for row in rows {
            let Some(record) = records.get(&(row.object.clone(), row.record)).cloned() else { continue };
            let (seats, said) = (seats.remove(&row.id).unwrap_or_default(), decisions.remove(&row.id).unwrap_or_default());
            found.push(self.approval_view(row, record, &seats, &said, &acts_for)?);
        }
        Ok(found)
    }

    fn approval_view(
        &mut self,
        row: ApprovalRow,
        record: Record,
        seats: &[SeatRow],
        said: &[DecisionRow],
        acts_for: &[RecordId],
    ) -> Result<Approval> {
        let plan = Plan::of(&row)?;
        let people = self.engine.people();
        let name = |id: RecordId| people.name(id).unwrap_or_default();
        let moment = |micros: i64| Timestamp::from_microsecond(micros).map_err(Problem::internal);
        let place = |step: i64| usize::try_from(step).unwrap_or_default();
        let state = state_of(&row);
        let seen = plan.field.as_deref().and_then(|key| record.object.field_ix(key));
        let seen = seen.is_some_and(|ix| self.rights.field(&record.object, ix) > FieldRight::Hidden);
        let may_decide =
            if state == State::Waiting && !self.ctx.read_only { self.may_say(&row, &plan, &record, seats, acts_for)? } else { None };
        let mine = self.ctx.user_id().is_some_and(|me| barred(&row).contains(&me));
        let decisions = said
            .iter()
            .filter_map(|d| {
                Some(DecisionView {
                    step: place(d.step),
                    person: d.person,
                    name: name(d.person),
                    stands_for: d.stands_for.map(name),
                    verdict: Verdict::of(&d.verdict)?,
                    reason: d.reason.as_ref().and_then(|key| plan.reasons.iter().find(|r| r.key == *key)).map(|r| r.label.clone()),
                    note: d.note.clone(),
                    at: Timestamp::from_microsecond(d.at).ok()?,
                    door: d.door.clone(),
                })
            })
            .collect();
        let seats = seats
            .iter()
            .map(|s| Seat { step: place(s.step), person: s.person, name: name(s.person), stands_for: s.stands_for.map(name), open: s.open })
            .collect();
        Ok(Approval {
            id: row.id,
            rule: row.rule.clone(),
            state,
            value: row.value.as_deref().filter(|_| seen).and_then(|v| v.parse().ok()),
            note: row.note.clone(),
            requester: row.requester,
            step: place(row.step),
            asked_at: moment(row.asked_at)?,
            step_at: moment(row.step_at)?,
            due_at: row.due_at.map(moment).transpose()?,
            ended_at: row.ended_at.map(moment).transpose()?,
            fallen: row.fallen,
            seats,
            decisions,
            may_decide,
            may_withdraw: state == State::Waiting && !self.ctx.read_only && (mine || self.ctx.is_admin()),
            next: row.next,
            record,
            plan,
        })
    }

    /// Whether the actor may decide now, and in whose place.
    fn may_say(
        &mut self,
        row: &ApprovalRow,
        plan: &Plan,
        record: &Record,
        seats: &[SeatRow],
        acts_for: &[RecordId],
    ) -> Result<Option<Option<RecordId>>> {
        let Some(me) = self.ctx.user_id() else { return Ok(None) };
        let open = |person: RecordId| seats.iter().find(|s| s.open && s.step == row.step && s.person == person);
        let seat = open(me).or_else(|| acts_for.iter().find_map(|person| open(*person)));
        let Some(seat) = seat else { return Ok(None) };
        let stands_for = if seat.person == me { seat.stands_for } else { Some(seat.person) };
        // the owner is asked for by his field, which the actor may not be allowed to read
        let whole = if plan.four_eyes && owner_of(record).is_none() { self.find(&row.object, row.record)? } else { None };
        let fits = self.may_decide(row, plan, whole.as_ref().unwrap_or(record), (me, stands_for))?;
        Ok(fits.then_some(stands_for))
    }
}
