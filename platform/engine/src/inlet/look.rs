//! Addresses and calls as administrators see them. Secrets are never shown again.

use super::body::{Leaf, leaves};
use super::keep::InletDraft;
use super::plan::InletPlan;
use super::proof::Proof;
use super::take::Outcome;
use super::{CallState, address_place};
use crate::Result;
use crate::import::Note;
use crate::write::Tx;
use akrab_model::Problem;
use akrab_store::{InletCall, InletRow};
use jiff::Timestamp;
use serde_json::Value as Json;

/// An address.
#[derive(Debug, Clone)]
pub struct InletView {
    pub id: i64,
    pub draft: InletDraft,
    pub owner_name: Option<String>,
    /// Whoever calls write for may no longer do anything.
    pub owner_gone: bool,
    /// The secret part of the address.
    pub key: String,
    pub plan: Option<InletPlan>,
    pub created_at: Timestamp,
    pub heard_at: Option<Timestamp>,
    /// Until when the secret before counts too.
    pub former_until: Option<Timestamp>,
    /// Calls that failed.
    pub failed: i64,
}

/// A call.
#[derive(Debug, Clone)]
pub struct CallView {
    pub id: i64,
    /// What it is known by.
    pub name: Option<String>,
    pub at: Timestamp,
    pub place: String,
    pub headers: String,
    pub body: Json,
    pub state: CallState,
    pub record: Option<(String, i64)>,
    pub notes: Vec<Note>,
}

impl CallView {
    /// The values it holds, with their places.
    pub fn leaves(&self) -> Vec<Leaf> {
        leaves(&self.body)
    }
}

fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

impl Tx<'_> {
    /// All addresses, by name.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub fn inlets(&mut self) -> Result<Vec<InletView>> {
        self.inlet_admin()?;
        let rows = self.conn.inlets()?.into_iter().filter(|row| row.proof != crate::form::FORM).collect::<Vec<_>>();
        rows.into_iter().map(|row| self.inlet_view(row)).collect()
    }

    /// One address.
    ///
    /// # Errors
    /// `not_found`, `forbidden`.
    pub fn inlet(&mut self, id: i64) -> Result<InletView> {
        self.inlet_admin()?;
        let row = self.inlet_row(id)?;
        self.inlet_view(row)
    }

    fn inlet_view(&mut self, row: InletRow) -> Result<InletView> {
        let now = self.ctx.micros();
        let owner = self.engine.people().user(row.owner).cloned();
        Ok(InletView {
            id: row.id,
            owner_name: owner.as_ref().map(|person| person.name.clone()),
            owner_gone: owner.is_none_or(|person| !person.active),
            key: self.engine.unseal(&address_place(row.id), &row.address)?,
            plan: row.decl.as_deref().and_then(|text| serde_json::from_str(text).ok()),
            created_at: time(row.created_at),
            heard_at: row.heard_at.map(time),
            former_until: row.former.map(|(_, until)| until).filter(|until| *until > now).map(time),
            failed: self.conn.inlet_calls_count(row.id, CallState::Failed.key())?,
            draft: InletDraft {
                name: row.name,
                owner: row.owner,
                proof: Proof::of(&row.proof).unwrap_or_default(),
                header: row.header,
                known_by: row.known_by,
                open: row.open,
            },
        })
    }

    /// Calls of an address, the newest first.
    ///
    /// # Errors
    /// `forbidden`.
    pub fn inlet_calls(&mut self, inlet: i64, state: Option<CallState>, before: Option<i64>, limit: usize) -> Result<Vec<CallView>> {
        self.inlet_admin()?;
        Ok(self.conn.inlet_calls(inlet, state.map(CallState::key), before, limit)?.into_iter().map(view).collect())
    }

    /// One call.
    ///
    /// # Errors
    /// `not_found`, `forbidden`.
    pub fn inlet_call(&mut self, inlet: i64, id: i64) -> Result<CallView> {
        self.inlet_admin()?;
        self.conn.inlet_call(id)?.filter(|call| call.inlet == inlet).map(view).ok_or_else(Problem::not_found)
    }
}

fn view(row: InletCall) -> CallView {
    let outcome: Outcome = serde_json::from_str(&row.outcome).unwrap_or_default();
    CallView {
        id: row.id,
        name: row.name,
        at: time(row.at),
        place: row.place,
        headers: row.headers,
        body: serde_json::from_str(&row.body).unwrap_or_default(),
        state: CallState::of(&row.state),
        record: row.object.zip(row.record),
        notes: outcome.notes,
    }
}
