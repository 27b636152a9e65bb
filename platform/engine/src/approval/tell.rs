//! What people hear of an approval: history and timeline of the record, the audit trail, the inbox, a mail.

use super::mail::{ApprovalMail, Note};
use super::{Plan, State, barred};
use crate::job::Queued;
use crate::told::Told;
use crate::{Result, Tx};
use akrab_model::format;
use akrab_model::{Label, Record, RecordId};
use akrab_store::{ApprovalRow, DecisionRow, NoticeRow};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What the history and the timeline of a record tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalTold {
    pub id: i64,
    pub name: Label,
    /// `asked`, `approve`, `refuse`, `return`, `withdrawn`, `moved`, `expired`, `fallen`, `void`, `clock`.
    pub event: String,
    /// The step it was, from 1.
    pub step: i64,
    pub steps: usize,
    /// In whose name it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stands_for: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Label>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What people call all of this when they choose which news come by mail.
pub(crate) const APPROVAL: &str = "approval";

/// What is written to who may decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Letter {
    Asked,
    Reminder,
    /// The first who were asked did not answer.
    Fallen,
    /// It is over.
    Outcome,
}

impl Tx<'_> {
    /// Tells the record's history and timeline, and the audit trail.
    pub(super) fn tell_approval(&mut self, row: &ApprovalRow, plan: &Plan, event: &str, said: Option<&DecisionRow>) -> Result<()> {
        let note = match (said, event) {
            (Some(said), _) => said.note.clone(),
            (None, "asked") => row.note.clone(),
            _ => String::new(),
        };
        self.tell_approval_with(row, plan, event, said, note)
    }

    fn tell_approval_with(&mut self, row: &ApprovalRow, plan: &Plan, event: &str, said: Option<&DecisionRow>, note: String) -> Result<()> {
        let people = self.engine.people();
        let stands_for = said.and_then(|d| d.stands_for).and_then(|id| people.name(id));
        let reason =
            said.and_then(|d| d.reason.as_ref()).and_then(|key| plan.reasons.iter().find(|r| r.key == *key)).map(|r| r.label.clone());
        let told = ApprovalTold {
            id: row.id,
            name: plan.name.clone(),
            event: event.into(),
            step: row.step + 1,
            steps: plan.steps.len(),
            stands_for: stands_for.clone(),
            reason,
            note,
        };
        self.keep_told(&row.object, row.record, &Told::Approval(told.clone()))?;
        let detail = json!({
            "approval": row.id, "rule": row.rule, "name": plan.name.get(self.ctx.lang_key()), "step": row.step + 1,
            "reason": told.reason, "note": told.note, "for": stands_for, "way": said.map(|d| d.door.clone()),
        });
        self.audit(&format!("approval_{event}"), Some((&row.object, row.record)), detail)
    }

    /// A changed calendar has moved when a step is due: both times stay in the record's history, in the workspace's words.
    pub(super) fn tell_approval_moved(&mut self, row: &ApprovalRow, plan: &Plan, from: Timestamp, to: Timestamp) -> Result<()> {
        let (zone, lang) = (self.engine.settings().zone(), self.engine.settings().lang);
        let words = |at: Timestamp| format::datetime(&at.to_zoned(zone.clone()), lang);
        let note = format!("{} → {}", words(from), words(to));
        self.tell_approval_with(row, plan, "clock", None, note)
    }

    /// Tells those who may decide, and who acts for them now: in the inbox and by mail.
    pub(super) fn tell_seats(
        &mut self,
        row: &ApprovalRow,
        plan: &Plan,
        record: &Record,
        people: &[RecordId],
        letter: Letter,
    ) -> Result<()> {
        let kind = match letter {
            Letter::Reminder => "approval-reminder",
            Letter::Fallen => "approval-fallen",
            _ => "approval-asked",
        };
        let actor = row.requester.filter(|_| letter == Letter::Asked);
        let mut told = Vec::new();
        for person in self.seated(row, people)? {
            let here = self.engine.people().user(person).filter(|p| p.active).cloned();
            let Some(here) = here else { continue };
            if self.sees(&here, &record.object, record.id)? {
                told.push(person);
            }
        }
        self.tell_all(row, kind, actor, &told)?;
        if self.engine.sends_mail() {
            for person in told {
                let links = self.approval_links(row, person)?;
                let note = Note { letter, approval: row.id, step: row.step, person, links, name: plan.name.clone() };
                self.mail(&note)?;
            }
        }
        Ok(())
    }

    /// Tells whoever asked how it ended; what he did himself he knows.
    pub(super) fn tell_outcome(&mut self, row: &ApprovalRow, plan: &Plan, state: State, by: Option<RecordId>) -> Result<()> {
        let asked: Vec<RecordId> = barred(row).into_iter().filter(|id| Some(*id) != by).collect();
        self.tell_all(row, &format!("approval-{}", state.key()), by, &asked)?;
        if self.engine.sends_mail() && state != State::Void {
            for person in asked {
                let note = Note { letter: Letter::Outcome, approval: row.id, step: row.step, person, links: None, name: plan.name.clone() };
                self.mail(&note)?;
            }
        }
        Ok(())
    }

    fn tell_all(&mut self, row: &ApprovalRow, kind: &str, actor: Option<RecordId>, people: &[RecordId]) -> Result<()> {
        let at = self.ctx.micros();
        let notice = |person: &RecordId| NoticeRow {
            id: 0,
            person: *person,
            at,
            kind: kind.into(),
            object: row.object.clone(),
            record: row.record,
            about: None,
            change_id: None,
            actor,
            read_at: None,
        };
        let notices: Vec<NoticeRow> = people.iter().map(notice).collect();
        if notices.is_empty() { Ok(()) } else { Ok(self.conn.notices_put(&notices)?) }
    }

    /// By mail, as the person chose it for news: at once, in the morning or never, and not in his quiet hours.
    fn mail(&mut self, note: &Note) -> Result<()> {
        let Some(person) = self.engine.people().user(note.person).cloned() else { return Ok(()) };
        let Some(at) = crate::notice::mail_time(&self.engine, &person, APPROVAL) else { return Ok(()) };
        let job = ApprovalMail::new(&self.engine, note)?;
        let queued = Queued { run_at: Some(at), ..Queued::of(&job)? };
        self.as_system("who is asked for an approval is told, whatever becomes of who asks").queue(&queued).map(|_| ())
    }
}
