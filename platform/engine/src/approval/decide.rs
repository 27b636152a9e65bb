//! Decisions: each is taken once, by somebody who may, with a reason where one is due.

use super::ask::LONGEST_NOTE;
use super::{After, Plan, State, Verdict, after, barred, conflict, state_of};
use crate::{Result, Tx};
use akrab_model::format;
use akrab_model::{FieldProblem, Problem, Record, RecordId};
use akrab_store::{ApprovalRow, DecisionRow, SeatRow};
use jiff::Timestamp;

/// What somebody says to a request.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The step he saw; none takes the present one.
    pub step: Option<i64>,
    pub verdict: Verdict,
    /// Key of a reason; needed to refuse and to return.
    pub reason: Option<String>,
    pub note: String,
    /// The way it came where that is another than the door of the context: `mail`.
    pub way: Option<&'static str>,
}

impl Decision {
    pub fn new(verdict: Verdict) -> Decision {
        Decision { step: None, verdict, reason: None, note: String::new(), way: None }
    }
    /// For a reason.
    #[must_use]
    pub fn because(mut self, reason: &str, note: &str) -> Decision {
        self.reason = Some(reason.to_string()).filter(|r| !r.is_empty());
        self.note = note.trim().into();
        self
    }
    /// Of this step and no other.
    #[must_use]
    pub fn of_step(mut self, step: Option<i64>) -> Decision {
        self.step = step;
        self
    }
}

impl Tx<'_> {
    /// Decides on a request in the actor's name, or in the name of somebody he acts for.
    ///
    /// # Errors
    /// `not_found` for a request about a record out of sight; `approval_decided` with name and time when somebody was
    /// faster; `approval_own` on one's own request; `forbidden` for who has no say in it; `invalid` without a reason where
    /// one is due.
    pub fn approval_decide(&mut self, id: i64, decision: &Decision) -> Result<State> {
        let me = self.ctx.user_id().filter(|_| !self.ctx.read_only).ok_or_else(Problem::forbidden)?;
        let (mut row, record) = self.request_to_change(id)?;
        let plan = Plan::of(&row)?;
        if state_of(&row) != State::Waiting || decision.step.is_some_and(|step| step != row.step) {
            return Err(self.decided(&row)?);
        }
        if barred(&row).contains(&me) {
            return Err(Problem::new(akrab_model::ProblemKind::Forbidden, "approval_own"));
        }
        let seats = self.conn.approval_seats(&[row.id])?;
        let Some(seat) = self.seat_of(me, &row, &seats)? else {
            // he has had his say already
            let said = self.conn.approval_decisions(&[row.id])?.iter().any(|d| d.step == row.step && d.person == me);
            return Err(if said { self.decided(&row)? } else { Problem::forbidden() });
        };
        let stands_for = if seat.person == me { seat.stands_for } else { Some(seat.person) };
        if !self.may_decide(&row, &plan, &record, (me, stands_for))? {
            return Err(Problem::forbidden());
        }
        check_words(&plan, decision)?;
        let yes = self.conn.approval_decisions(&[row.id])?.iter().filter(|d| d.step == row.step).count();
        let said = DecisionRow {
            id: 0,
            approval: row.id,
            step: row.step,
            person: me,
            stands_for,
            verdict: decision.verdict.key().into(),
            reason: decision.reason.clone(),
            note: decision.note.clone(),
            at: self.ctx.micros(),
            door: decision.way.unwrap_or(self.ctx.door.key()).into(),
        };
        self.conn.approval_decide(&said)?;
        self.conn.approval_seats_close(row.id, Some(seat.person))?;
        let now = self.ctx.micros();
        self.conn.scoped_links_revoke(super::link::KIND, row.id, Some(seat.person), now)?;
        self.tell_approval(&row, &plan, decision.verdict.key(), Some(&said))?;
        let need = plan.step(&row)?.need;
        let last = row.step as usize + 1 >= plan.steps.len();
        match after(decision.verdict, u32::try_from(yes).unwrap_or(u32::MAX), need, last) {
            After::Waits => {}
            After::NextStep => {
                self.step_end(&row)?;
                row.step += 1;
                self.step_begin(&mut row, &plan, &record)?;
                self.conn.approval_set(&row)?;
            }
            After::Ends(state) => self.approval_end(&mut row, &plan, state, Some(me))?,
        }
        Ok(state_of(&row))
    }

    /// Takes a request back.
    ///
    /// # Errors
    /// `not_found`; `forbidden` for anybody but who asked and administrators; `approval_decided`.
    pub fn approval_withdraw(&mut self, id: i64) -> Result<()> {
        let (mut row, _) = self.request_to_change(id)?;
        if self.ctx.read_only || (!barred(&row).iter().any(|one| Some(*one) == self.ctx.user_id()) && !self.ctx.is_admin()) {
            return Err(Problem::forbidden());
        }
        if state_of(&row) != State::Waiting {
            return Err(self.decided(&row)?);
        }
        let plan = Plan::of(&row)?;
        self.tell_approval(&row, &plan, "withdrawn", None)?;
        let me = self.ctx.user_id();
        self.approval_end(&mut row, &plan, State::Withdrawn, me)
    }

    /// Hands the present step to somebody else: for administrators, where those asked cannot answer.
    ///
    /// # Errors
    /// `forbidden`, `not_found`, `approval_decided`; `invalid` for who may not decide it.
    pub fn approval_move(&mut self, id: i64, person: RecordId) -> Result<()> {
        self.may_declare()?;
        let (row, record) = self.request_to_change(id)?;
        if state_of(&row) != State::Waiting {
            return Err(self.decided(&row)?);
        }
        let plan = Plan::of(&row)?;
        if !self.may_decide(&row, &plan, &record, (person, None))? {
            return Err(Problem::invalid(vec![FieldProblem::new("person", "approval_may_not")]));
        }
        self.step_end(&row)?;
        self.seat(&row, &plan, &record, &[(person, None)], super::tell::Letter::Asked)?;
        self.tell_approval(&row, &plan, "moved", None)
    }

    /// The request and its record, nobody else at work on it until the commit.
    fn request_to_change(&mut self, id: i64) -> Result<(ApprovalRow, Record)> {
        self.alone(&format!("approval {id}"))?;
        let row = self.conn.approval(id)?.ok_or_else(Problem::not_found)?;
        self.get(&row.object, row.record)?;
        let record = self.find(&row.object, row.record)?.ok_or_else(Problem::not_found)?;
        Ok((row, record))
    }

    /// The open seat of this step that somebody may sit on: his own, or one of whom he acts for now.
    fn seat_of(&mut self, me: RecordId, row: &ApprovalRow, seats: &[SeatRow]) -> Result<Option<SeatRow>> {
        let open = |person: RecordId| seats.iter().find(|s| s.open && s.step == row.step && s.person == person).cloned();
        if let Some(own) = open(me) {
            return Ok(Some(own));
        }
        let now = self.ctx.micros();
        Ok(self.conn.acts_for(me, now)?.into_iter().find_map(open))
    }

    /// Why a request cannot be decided any more: who decided, and when.
    fn decided(&mut self, row: &ApprovalRow) -> Result<Problem> {
        let last = self.conn.approval_decisions(&[row.id])?.pop();
        let told = conflict("approval_decided").with("id", row.id).with("state", &row.state);
        let Some(last) = last else {
            return Ok(Problem { code: "approval_over", ..told });
        };
        let name = self.engine.people().name(last.person).unwrap_or_default();
        let at = Timestamp::from_microsecond(last.at).map_err(Problem::internal)?.to_zoned(self.ctx.now.time_zone().clone());
        Ok(told.with("name", name).with("time", format::datetime(&at, self.ctx.lang)))
    }

    /// The step's seats are closed, and its links end.
    fn step_end(&mut self, row: &ApprovalRow) -> Result<()> {
        let now = self.ctx.micros();
        self.conn.approval_seats_close(row.id, None)?;
        Ok(self.conn.scoped_links_revoke(super::link::KIND, row.id, None, now)?)
    }

    /// The request ends in this state; who asked is told, and whoever waits for it.
    pub(super) fn approval_end(&mut self, row: &mut ApprovalRow, plan: &Plan, state: State, by: Option<RecordId>) -> Result<()> {
        self.step_end(row)?;
        row.state = state.key().into();
        row.ended_at = Some(self.ctx.micros());
        self.conn.approval_set(row)?;
        self.tell_outcome(row, plan, state, by)?;
        self.approval_over(row)
    }
}

/// A refusal says why, in the words of the rule.
fn check_words(plan: &Plan, decision: &Decision) -> Result<()> {
    let fault = |field: &str, code: &str| Problem::invalid(vec![FieldProblem::new(field, code).with("max", LONGEST_NOTE)]);
    if decision.note.chars().count() > LONGEST_NOTE {
        return Err(fault("note", "too_long"));
    }
    match &decision.reason {
        None if decision.verdict.needs_reason() => Err(fault("reason", "required")),
        Some(key) if !plan.reasons.iter().any(|reason| reason.key == *key) => Err(fault("reason", "unknown_choice")),
        _ => Ok(()),
    }
}
