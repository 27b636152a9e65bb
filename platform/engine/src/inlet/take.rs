//! A call comes in.

use super::body::read;
use super::plan::InletPlan;
use super::proof::{Proof, Said};
use super::{CallState, secret_place};
use crate::identity::digest;
use crate::import::{Note, Verdict};
use crate::people::Person;
use crate::read::Shift;
use crate::write::Tx;
use crate::{Door, Engine, Result};
use akrab_model::{FieldProblem, Problem, ProblemKind};
use akrab_store::{InletCall, InletRow};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use std::sync::Arc;

/// Calls kept of those that did not prove themselves, for each address.
const REFUSED: usize = 20;
/// Longest text a call may be known by.
const NAME: usize = 200;
/// Headers worth keeping; what could open a door is not among them.
const KEPT: [&str; 4] = ["content-type", "user-agent", "webhook-id", "webhook-timestamp"];

/// Who calls, and what is said.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The secret part of the address.
    pub key: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub place: std::net::IpAddr,
    /// Reference of the request.
    pub request: String,
}

/// What became of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub call: i64,
    pub state: CallState,
    /// Object and record, when it became one.
    pub record: Option<(String, i64)>,
    /// It came before; nothing was done this time.
    pub repeated: bool,
}

/// Why a call came to nothing, and what is worth a look: as import reports say it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outcome {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// What would become of a call.
#[derive(Debug, Clone)]
pub struct InletTrial {
    pub state: CallState,
    pub title: String,
    pub shifts: Vec<Shift>,
    pub notes: Vec<Note>,
}

fn unknown() -> Problem {
    Problem::new(ProblemKind::NotFound, "inlet_unknown")
}

impl Engine {
    /// Whoever calls an address: its number, if there is such an open one.
    ///
    /// # Errors
    /// `inlet_unknown`.
    pub async fn inlet_find(&self, key: &str) -> Result<i64> {
        Ok(self.inlet_at(key).await?.id)
    }

    async fn inlet_at(&self, key: &str) -> Result<InletRow> {
        if key.len() > 100 {
            return Err(unknown());
        }
        let door = digest(key);
        self.store()
            .read(move |conn| conn.inlet_at(&door))
            .await?
            .filter(|row| row.open && row.proof != crate::form::FORM)
            .ok_or_else(unknown)
    }

    /// Takes a call: proves it, keeps it, and does what was decided about calls, all in one transaction.
    ///
    /// # Errors
    /// `inlet_unknown`; `inlet_unsigned`, `inlet_stale`, `inlet_wrong` (unauthenticated); `inlet_body`, `too_large`;
    /// `inlet_rests` when whoever it writes for is gone. What is wrong with the record itself is kept, not answered.
    pub async fn inlet_take(&self, caller: Caller) -> Result<Taken> {
        let row = self.inlet_at(&caller.key).await?;
        let now = self.micros();
        let proof = Proof::of(&row.proof).unwrap_or_default();
        let former = row.former.iter().filter(|(_, until)| *until > now).map(|(sealed, _)| sealed);
        let place = secret_place(row.id);
        let secrets = std::iter::once(&row.secret).chain(former).map(|sealed| self.unseal(&place, sealed)).collect::<Result<Vec<_>>>()?;
        let said = Said { proof, header: &row.header, headers: &caller.headers, body: &caller.body, now: now.div_euclid(1_000_000) };
        if let Err(code) = said.judge(&secrets) {
            self.inlet_refused(&row, &caller, code).await?;
            return Err(Problem::new(ProblemKind::Unauthenticated, code));
        }
        let body = read(said.header("content-type").unwrap_or_default(), &caller.body)?;
        let name = name(&row, &said, &body);
        self.refresh_people().await?;
        let owner = self.owner_of(&row)?;
        let mut ctx = self.ctx(&owner, Door::Webhook, &caller.request);
        ctx.place = Some(caller.place);
        let kept = call(&row, &caller, now, name, body.to_string());
        self.write(&ctx, move |tx| tx.inlet_taken(&kept, &body)).await
    }

    fn owner_of(&self, row: &InletRow) -> Result<Arc<Person>> {
        let owner = self.people().user(row.owner).filter(|person| person.active).cloned();
        owner.ok_or_else(|| Problem::new(ProblemKind::Busy, "inlet_rests"))
    }

    /// Somebody called who did not prove where he comes from: what he said is not kept, that he did is.
    async fn inlet_refused(&self, row: &InletRow, caller: &Caller, code: &str) -> Result<()> {
        let mut kept = call(row, caller, self.micros(), None, String::new());
        kept.state = CallState::Refused.key().into();
        kept.outcome = told(&[Note::about(Verdict::Refused, &FieldProblem::new("", code))]);
        let add = move |conn: &mut akrab_store::Conn| -> Result<()> {
            conn.inlet_call_add(&kept)?;
            Ok(conn.inlet_calls_cut(kept.inlet, &kept.state, REFUSED)?)
        };
        self.store().write(add).await
    }

    /// What would become of a call by a plan: nothing of it is kept.
    ///
    /// # Errors
    /// `not_found`, `forbidden`, `invalid` for a plan that cannot be carried out.
    pub async fn inlet_try(&self, ctx: &crate::Ctx, inlet: i64, call: i64, plan: InletPlan) -> Result<InletTrial> {
        let found = self.read(ctx, move |tx| {
            tx.inlet_admin()?;
            let call = tx.conn.inlet_call(call)?.filter(|call| call.inlet == inlet).ok_or_else(Problem::not_found)?;
            Ok((tx.inlet_row(inlet)?, call))
        });
        let (row, call) = found.await?;
        let own = self.ctx(&self.owner_of(&row)?, Door::Webhook, "");
        let body: Json = serde_json::from_str(&call.body).map_err(Problem::internal)?;
        self.try_out(&own, move |tx| tx.inlet_tried(&plan, &body)).await
    }

    /// Does what is decided about calls once more with one that was kept.
    ///
    /// # Errors
    /// `not_found`, `forbidden`, `inlet_rests`; `inlet_nothing_decided`.
    pub async fn inlet_again(&self, ctx: &crate::Ctx, inlet: i64, call: i64) -> Result<Taken> {
        let found = self.read(ctx, move |tx| {
            tx.inlet_admin()?;
            let call = tx.conn.inlet_call(call)?.filter(|call| call.inlet == inlet && call.state != CallState::Refused.key());
            let row = tx.inlet_row(inlet)?;
            if row.decl.is_none() {
                return Err(Problem::new(ProblemKind::Conflict, "inlet_nothing_decided"));
            }
            Ok((row, call.ok_or_else(Problem::not_found)?))
        });
        let (row, call) = found.await?;
        let own = self.ctx(&self.owner_of(&row)?, Door::Webhook, &ctx.request);
        let body: Json = serde_json::from_str(&call.body).map_err(Problem::internal)?;
        let again = self.write(&own, move |tx| {
            let row = tx.inlet_row(inlet)?;
            let mut call = call.clone();
            tx.inlet_done(&row, &mut call, &body)?;
            tx.conn.inlet_call_end(&call)?;
            Ok(taken(&call, false))
        });
        again.await
    }
}

impl Tx<'_> {
    fn inlet_taken(&mut self, kept: &InletCall, body: &Json) -> Result<Taken> {
        // calls of one address are worked off one after the other
        let mut row = self.conn.inlet(kept.inlet)?.filter(|row| row.open).ok_or_else(unknown)?;
        if let Some(name) = &kept.name
            && let Some(before) = self.conn.inlet_call_named(row.id, name)?
        {
            return Ok(taken(&before, true));
        }
        let mut call = kept.clone();
        self.inlet_done(&row, &mut call, body)?;
        call.id = self.conn.inlet_call_add(&call)?;
        row.heard_at = Some(call.at);
        self.conn.inlet_set(&row)?;
        Ok(taken(&call, false))
    }

    /// Does what is decided about calls and notes in `call` what became of it.
    fn inlet_done(&mut self, row: &InletRow, call: &mut InletCall, body: &Json) -> Result<()> {
        call.ended_at = self.ctx.micros();
        let plan: Option<InletPlan> = row.decl.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let Some(plan) = plan else {
            call.state = CallState::Kept.key().into();
            return Ok(());
        };
        let done = self.attempt(|tx| {
            let single = tx.take_row(&plan.spec(), plan.cells(body))?;
            if let (Some(flow), Some(record)) = (&plan.flow, single.record) {
                tx.flow_by_inlet(flow, &plan.object, record)?;
            }
            Ok(single)
        });
        let (state, record, notes) = match done {
            Ok(single) => (state(&single.counts), single.record, single.notes),
            Err(problem) if matches!(problem.kind, ProblemKind::Busy | ProblemKind::Full | ProblemKind::Internal) => return Err(problem),
            Err(problem) => (CallState::Failed, None, faults(&problem)),
        };
        call.state = state.key().into();
        call.object = record.map(|_| plan.object.clone());
        call.record = record;
        call.outcome = told(&notes);
        Ok(())
    }

    fn inlet_tried(&mut self, plan: &InletPlan, body: &Json) -> Result<InletTrial> {
        let single = self.take_row(&plan.spec(), plan.cells(body))?;
        let (object, state) = (self.object(&plan.object)?, state(&single.counts));
        let mut trial = InletTrial { state, title: String::new(), shifts: Vec::new(), notes: single.notes };
        let Some(id) = single.record else { return Ok(trial) };
        let record = self.get(&object.key, id)?;
        trial.title = record.title().into();
        let diff: Map<String, Json> = match (state, single.sample) {
            (CallState::Created, _) => {
                let given =
                    object.fields.iter().filter(|f| plan.fields.iter().any(|one| one.field == f.key) || plan.defaults.contains_key(&f.key));
                let given = given.filter(|f| record.has(&f.key) && !record.get(&f.key).is_blank());
                given.map(|f| (f.key.clone(), json!([null, record.get(&f.key).to_json()]))).collect()
            }
            (_, Some(sample)) => sample.fields.into_iter().map(|(key, old, new)| (key, json!([old, new]))).collect(),
            (_, None) => Map::new(),
        };
        trial.shifts = self.shifts(&object, diff)?;
        Ok(trial)
    }
}

fn state(counts: &crate::import::Counts) -> CallState {
    match counts {
        counts if counts.created > 0 => CallState::Created,
        counts if counts.updated > 0 => CallState::Updated,
        counts if counts.unchanged > 0 => CallState::Unchanged,
        counts if counts.skipped > 0 || counts.asked > 0 => CallState::Skipped,
        _ => CallState::Failed,
    }
}

/// What a call is known by: what the sender's proof says, a header, or a place in the body.
fn name(row: &InletRow, said: &Said, body: &Json) -> Option<String> {
    let known_by = row.known_by.trim();
    let name = match known_by {
        "" if said.proof == Proof::Standard => said.header("webhook-id").map(str::to_string),
        "" => None,
        path if path.starts_with('/') => Some(super::body::words(body.pointer(path)?)),
        header => said.header(header).map(str::to_string),
    };
    let name = name?.trim().to_string();
    match name.len() {
        0 => None,
        1..=NAME => Some(name),
        _ => Some(digest(&name)),
    }
}

fn call(row: &InletRow, caller: &Caller, now: i64, name: Option<String>, body: String) -> InletCall {
    let headers = caller.headers.iter().filter(|(name, _)| {
        let name = name.to_ascii_lowercase();
        KEPT.contains(&name.as_str()) || (!row.known_by.is_empty() && name == row.known_by.to_ascii_lowercase())
    });
    let headers: String = headers.map(|(name, value)| format!("{name}: {value}\n")).collect();
    InletCall {
        id: 0,
        inlet: row.id,
        name,
        at: now,
        place: caller.place.to_string(),
        headers: headers.chars().take(2_000).collect::<String>().replace('\0', "\u{fffd}"),
        // no database keeps the character of number 0
        body: body.replace("\\u0000", "\\ufffd"),
        state: CallState::Kept.key().into(),
        object: None,
        record: None,
        outcome: told(&[]),
        ended_at: now,
    }
}

fn told(notes: &[Note]) -> String {
    json!(Outcome { notes: notes.to_vec() }).to_string()
}

/// The faults of a plan that cannot be carried out.
fn faults(problem: &Problem) -> Vec<Note> {
    let whole = FieldProblem { args: problem.args.clone(), ..FieldProblem::new("", problem.code) };
    let all: Vec<&FieldProblem> = if problem.fields.is_empty() { vec![&whole] } else { problem.fields.iter().collect() };
    all.into_iter().map(|fault| Note::about(Verdict::Refused, fault)).collect()
}

fn taken(call: &InletCall, repeated: bool) -> Taken {
    let record = call.object.clone().zip(call.record);
    Taken { call: call.id, state: CallState::of(&call.state), record, repeated }
}
