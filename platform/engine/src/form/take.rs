//! A form is sent.

use super::FORM;
use super::plan::FormPlan;
use crate::contact::Saying;
use crate::flow::Trigger;
use crate::identity::digest;
use crate::inlet::CallState;
use crate::write::Tx;
use crate::{Engine, Result};
use akrab_model::value::{Input, ParseEnv};
use akrab_model::{FieldProblem, FieldType, Problem, ProblemKind};
use akrab_store::{InletCall, InletRow};
use serde_json::{Value as Json, json};

/// Submissions kept that the guard turned away, for each form.
const REFUSED: usize = 20;

/// What was typed, and by whom as far as that is known.
#[derive(Debug, Clone)]
pub struct Submission {
    /// The last part of the form's address.
    pub key: String,
    /// Values by field, as people type them.
    pub values: Input,
    /// Something stood in the field that people do not see.
    pub trapped: bool,
    /// The box was ticked.
    pub agreed: bool,
    /// Names this filling in: sent again it is not taken again.
    pub once: String,
    pub place: std::net::IpAddr,
    /// Reference of the request.
    pub request: String,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    pub plan: FormPlan,
    /// None when the guard turned it away; whoever sent it is not told.
    pub record: Option<i64>,
}

fn unknown() -> Problem {
    Problem::new(ProblemKind::NotFound, "form_unknown")
}

/// What a form asks.
pub(super) fn plan(row: &InletRow) -> FormPlan {
    row.decl.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

impl Engine {
    pub(super) async fn form_at(&self, key: &str) -> Result<InletRow> {
        if key.len() > 100 {
            return Err(unknown());
        }
        let door = digest(key);
        self.store().read(move |conn| conn.inlet_at(&door)).await?.filter(|row| row.open && row.proof == FORM).ok_or_else(unknown)
    }

    /// Takes what was typed: a record, what was agreed to, and the flows that begin with it, all in one transaction.
    ///
    /// # Errors
    /// `form_unknown`, `form_rests`; `invalid` with every fault at its field.
    pub async fn form_take(&self, said: Submission) -> Result<Taken> {
        let row = self.form_at(&said.key).await?;
        self.refresh_people().await?;
        let mut ctx = self.form_ctx(&row, &plan(&row), &said.request)?;
        ctx.place = Some(said.place);
        self.write(&ctx, move |tx| tx.form_taken(row.id, &said)).await
    }
}

impl Tx<'_> {
    fn form_taken(&mut self, form: i64, said: &Submission) -> Result<Taken> {
        // submissions of one form are worked off one after the other
        let mut row = self.conn.inlet(form)?.filter(|row| row.open).ok_or_else(unknown)?;
        let plan = plan(&row);
        let name = Some(digest(&said.once)).filter(|_| !said.once.is_empty());
        if let Some(name) = &name
            && let Some(before) = self.conn.inlet_call_named(row.id, name)?
        {
            return Ok(Taken { plan, record: before.record });
        }
        let mut call = call(&row, said, self.ctx.micros());
        if said.trapped {
            call.state = CallState::Refused.key().into();
            self.conn.inlet_call_add(&call)?;
            self.conn.inlet_calls_cut(row.id, CallState::Refused.key(), REFUSED)?;
            return Ok(Taken { plan, record: None });
        }
        let (input, mut faults) = self.form_input(row.id, &plan, said)?;
        let made = self.create(&plan.object, &input);
        if !faults.is_empty() {
            // everything at once, each field once; what was written goes with the refusal
            let more = made.err().map(|problem| problem.fields).unwrap_or_default();
            let new = more.into_iter().filter(|fault| !faults.iter().any(|known| known.field() == fault.field())).collect::<Vec<_>>();
            faults.extend(new);
            return Err(Problem::invalid(faults));
        }
        let id = made?;
        if let Some(tick) = plan.tick.as_ref().filter(|_| said.agreed) {
            for (channel, _) in self.policies(&tick.purpose)? {
                let evidence = json!({ "form": row.name, "lang": plan.lang, "address": said.place.to_string() });
                let person = (plan.object.clone(), id);
                self.consent_say(&Saying { person, purpose: tick.purpose.clone(), channel, given: true, evidence, source: FORM.into() })?;
            }
        }
        self.flows_by_form(row.id, &plan.object, id)?;
        call.name = name;
        call.object = Some(plan.object.clone());
        call.record = Some(id);
        self.conn.inlet_call_add(&call)?;
        row.heard_at = Some(call.at);
        self.conn.inlet_set(&row)?;
        Ok(Taken { plan, record: Some(id) })
    }

    /// Begins the flows that begin with a form, for the record it made.
    fn flows_by_form(&mut self, form: i64, object: &str, id: i64) -> Result<()> {
        let flows = self.engine.flows();
        let live = flows.standing.iter().filter(|s| !s.row.gone && !s.row.paused).filter_map(|s| s.ready.as_ref());
        let meant = |wanted: &Trigger| matches!(wanted, Trigger::Form { form: wanted } if wanted.is_none_or(|wanted| wanted == form));
        let ready: Vec<_> = live.filter(|ready| ready.flow.object == object && meant(&ready.flow.trigger)).cloned().collect();
        for ready in ready {
            self.flow_hand_over(&ready, object, id)?;
        }
        Ok(())
    }
}

impl Tx<'_> {
    /// What the record is made of: what was asked for, as it was typed, and what stands fixed; and what the form misses itself.
    fn form_input(&mut self, form: i64, plan: &FormPlan, said: &Submission) -> Result<(Input, Vec<FieldProblem>)> {
        let object = self.object(&plan.object)?;
        // people write numbers as the language of the form does
        let env = ParseEnv { canonical: false, ..self.parse_env() };
        let mut faults = Vec::new();
        let mut input = Input::new();
        for asked in &plan.fields {
            let mut value = said.values.get(&asked.key).cloned().unwrap_or_default();
            let blank = value.is_null() || value == "" || value == false || value.as_array().is_some_and(Vec::is_empty);
            if asked.required && blank {
                faults.push(FieldProblem::new(&asked.key, "required"));
            }
            if let Some(field) = object.field(&asked.key).filter(|_| !blank) {
                match field.kind {
                    FieldType::File => match self.engine.form_file_named(form, &asked.key, value.as_str().unwrap_or_default()) {
                        Ok((id, _)) => value = id.into(),
                        Err(_) => {
                            faults.push(FieldProblem::new(&asked.key, "no_such_file"));
                            value = Json::Null;
                        }
                    },
                    FieldType::Link if !self.is_offered(&plan.object, asked, &value)? => {
                        faults.push(FieldProblem::new(&asked.key, "link_not_offered"));
                        value = Json::Null;
                    }
                    _ => value = field.settled(&value, &env),
                }
            }
            input.insert(asked.key.clone(), value);
        }
        consented(plan, said, &mut faults);
        input.extend(plan.fixed.clone());
        Ok((input, faults))
    }
}

fn consented(plan: &FormPlan, said: &Submission, faults: &mut Vec<FieldProblem>) {
    if plan.tick.as_ref().is_some_and(|tick| tick.required) && !said.agreed {
        faults.push(FieldProblem::new("form_agreed", "form_tick"));
    }
}

fn call(row: &InletRow, said: &Submission, now: i64) -> InletCall {
    // no database keeps the character of number 0
    let body = json!(said.values).to_string().replace("\\u0000", "\\ufffd");
    InletCall {
        id: 0,
        inlet: row.id,
        name: None,
        at: now,
        place: said.place.to_string(),
        headers: String::new(),
        body,
        state: CallState::Created.key().into(),
        object: None,
        record: None,
        outcome: json!({}).to_string(),
        ended_at: now,
    }
}
