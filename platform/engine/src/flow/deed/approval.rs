//! Asking for an approval, and waiting for what it comes to.

use super::{At, Next, Took};
use crate::approval::State;
use crate::{Result, Tx};
use akrab_model::flow::{AfterApproval, Deed, Else};
use serde_json::{Value as Json, json};

/// The outcome wakes the run; should it ever miss that, it looks again after so many microseconds.
const LOOK_AGAIN: i64 = 15 * 60 * 1_000_000;

impl Tx<'_> {
    pub(super) fn flow_approval(&mut self, at: &At<'_>, rule: &str, note: Option<&str>, otherwise: Else) -> Result<Took> {
        let note = self.flow_text(at, note.unwrap_or_default())?;
        let input = if note.is_empty() { Json::Null } else { json!({ "note": note }) };
        if at.trial {
            return Ok(Took::told(input, Json::Null));
        }
        // what the step has remembered since it asked
        let asked: Option<i64> = at.run.data.as_deref().and_then(|text| serde_json::from_str::<Json>(text).ok()?["approval"].as_i64());
        let id = match asked {
            Some(id) => id,
            None => match self.ask_for_run(at, rule, &note) {
                Ok(id) => id,
                Err(problem) => {
                    match (problem.code, problem.args.iter().find(|(name, _)| name == "id").and_then(|(_, id)| id.parse().ok())) {
                        // somebody has asked already: that one is waited for
                        ("approval_asked_already" | "approval_given_already", Some(id)) => id,
                        ("approval_not_needed", _) => return Ok(Took::told(input, json!({ "outcome": "not_needed" }))),
                        _ => return Err(problem),
                    }
                }
            },
        };
        let Some(state) = self.approval_outcome(id)? else {
            let data = json!({ "approval": id }).to_string();
            let next = Next::Wait { until: self.ctx.micros() + LOOK_AGAIN, listens: true, data, tell: asked.is_none() };
            return Ok(Took { next, ..Took::told(input, json!({ "approval": id })) });
        };
        let next = if state != State::Approved && otherwise == Else::End { Next::End } else { Next::Pass };
        Ok(Took { next, ..Took::told(input, json!({ "approval": id, "outcome": state.key() })) })
    }

    /// Whether the approval that an earlier step asked for has come to this. In a trial nobody was asked: it counts as given.
    pub(super) fn flow_came(&mut self, at: &At<'_>, wanted: &AfterApproval) -> Result<bool> {
        let asked = at.ready.flow.find(&wanted.step).map(|step| &step.deed);
        let Some(Deed::Approval { rule, .. }) = asked else { return Ok(false) };
        let last = self.conn.approval_last(&at.record.object.key, at.record.id, rule)?;
        let state = last.map(|row| State::of(&row.state).unwrap_or(State::Void));
        let state = if at.trial { Some(State::Approved) } else { state };
        Ok(wanted.is.fits(state))
    }

    /// Asks in the name of whoever set the flow going: he does not decide it.
    fn ask_for_run(&mut self, at: &At<'_>, rule: &str, note: &str) -> Result<i64> {
        let before = self.ctx.behalf;
        self.ctx.behalf = before.or(at.run.actor);
        let asked = self.approval_ask(&at.record.object.key, at.record.id, rule, note, Some(&format!("flow:{}", at.run.id)));
        self.ctx.behalf = before;
        asked
    }
}
