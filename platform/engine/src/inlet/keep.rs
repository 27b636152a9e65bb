//! Making, changing and ending addresses for incoming webhooks.

use super::plan::{InletPlan, MOST};
use super::proof::Proof;
use super::{address_place, secret_place};
use crate::hook::SigningKey;
use crate::identity::digest;
use crate::write::Tx;
use crate::{Door, Result};
use akrab_model::{FieldProblem, Problem, ProblemKind};
use akrab_store::InletRow;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

/// The secret before counts so long beside the new one, in hours.
pub const ROTATION: i64 = 24;
/// Addresses of a workspace, longest name, header and place.
const INLETS: usize = 200;
const NAME: usize = 100;
const PLACE: usize = 200;

/// What is said of an address.
#[derive(Debug, Clone, PartialEq)]
pub struct InletDraft {
    pub name: String,
    /// Whose rights calls have.
    pub owner: i64,
    pub proof: Proof,
    pub header: String,
    /// A header or a place in the body by which a call is known when it comes again.
    pub known_by: String,
    pub open: bool,
}

impl Tx<'_> {
    pub(crate) fn inlet_admin(&self) -> Result<()> {
        if self.ctx.is_admin() { Ok(()) } else { Err(Problem::forbidden()) }
    }

    /// An address that nothing is said of yet.
    pub(crate) fn inlet_blank(&self, owner: i64) -> InletRow {
        InletRow {
            id: 0,
            owner,
            name: String::new(),
            door: String::new(),
            address: String::new(),
            proof: String::new(),
            header: String::new(),
            secret: String::new(),
            former: None,
            known_by: String::new(),
            decl: None,
            open: true,
            created_at: self.ctx.micros(),
            heard_at: None,
        }
    }

    /// An address of an incoming webhook; forms stand in the same table.
    pub(super) fn inlet_row(&mut self, id: i64) -> Result<InletRow> {
        self.conn.inlet(id)?.filter(|row| row.proof != crate::form::FORM).ok_or_else(Problem::not_found)
    }

    /// Makes an address. Gives its number and the secret, the latter this once; the sender's own when he has one.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `invalid`.
    pub fn inlet_add(&mut self, draft: &InletDraft, secret: Option<&str>) -> Result<(i64, String)> {
        self.inlet_admin()?;
        self.alone("inlets")?;
        self.judge_inlet(draft, secret)?;
        if self.conn.inlets()?.iter().filter(|row| row.proof != crate::form::FORM).count() >= INLETS {
            return Err(Problem::invalid(vec![FieldProblem::new("name", "too_many").with("max", INLETS)]));
        }
        let row = self.inlet_blank(draft.owner);
        let mut row = filled(row, draft);
        let key = URL_SAFE_NO_PAD.encode(self.engine.random::<32>());
        row.door = digest(&key);
        row.id = self.conn.inlet_add(&row)?;
        row.address = self.engine.seal(&address_place(row.id), &key)?;
        let secret = secret.map_or_else(|| self.fresh_secret(draft.proof), str::to_string);
        row.secret = self.engine.seal(&secret_place(row.id), &secret)?;
        self.conn.inlet_set(&row)?;
        self.inlet_changed("inlet_added", &row)?;
        Ok((row.id, secret))
    }

    /// Changes what is said of an address.
    ///
    /// # Errors
    /// `not_found`, `forbidden`, `invalid`.
    pub fn inlet_change(&mut self, id: i64, draft: &InletDraft) -> Result<()> {
        self.inlet_admin()?;
        let row = self.inlet_row(id)?;
        let proof = Proof::of(&row.proof).unwrap_or_default();
        self.judge_inlet(draft, None)?;
        let row = filled(row, draft);
        if draft.proof != proof {
            // a secret that does not fit the new proof would shut everybody out
            let known = self.engine.unseal(&secret_place(id), &row.secret)?;
            draft.proof.judge(&known).map_err(|fault| Problem::invalid(vec![FieldProblem { pointer: "/proof".into(), ..fault }]))?;
        }
        self.conn.inlet_set(&row)?;
        self.inlet_changed("inlet_changed", &row)
    }

    /// Decides what becomes of calls; nothing, while they are only kept.
    ///
    /// # Errors
    /// `not_found`, `forbidden`; `invalid` when whoever calls write for could not do it.
    pub fn inlet_decide(&mut self, id: i64, plan: Option<&InletPlan>) -> Result<()> {
        self.inlet_admin()?;
        let mut row = self.inlet_row(id)?;
        if let Some(plan) = plan {
            self.judge_plan(&row, plan)?;
        }
        row.decl = plan.map(serde_json::to_string).transpose().map_err(Problem::internal)?;
        self.conn.inlet_set(&row)?;
        self.inlet_changed("inlet_changed", &row)
    }

    fn judge_plan(&mut self, row: &InletRow, plan: &InletPlan) -> Result<()> {
        if plan.fields.is_empty() {
            return Err(Problem::invalid(vec![FieldProblem::new("fields", "inlet_nothing_mapped")]));
        }
        if plan.fields.len() > MOST {
            return Err(Problem::invalid(vec![FieldProblem::new("fields", "too_many").with("max", MOST)]));
        }
        if let Some(flow) = &plan.flow
            && !self.flows_for_inlets(&plan.object).iter().any(|(key, _)| key == flow)
        {
            return Err(Problem::invalid(vec![FieldProblem::new("flow", "unknown_choice").with("value", flow)]));
        }
        let owner = self.engine.people().user(row.owner).filter(|person| person.active).cloned();
        let owner = owner.ok_or_else(|| Problem::new(ProblemKind::Conflict, "inlet_rests"))?;
        let ctx = self.engine.ctx(&owner, Door::Webhook, &self.ctx.request);
        self.acting(ctx).judge_row(&plan.spec())
    }

    /// Ends an address and forgets what it was told.
    ///
    /// # Errors
    /// `not_found`, `forbidden`.
    pub fn inlet_remove(&mut self, id: i64) -> Result<()> {
        self.inlet_admin()?;
        let row = self.inlet_row(id)?;
        self.conn.inlet_drop(id)?;
        self.inlet_changed("inlet_removed", &row)
    }

    /// Another secret, given this once: the sender's own, or a new one. The one before counts for another [`ROTATION`]
    /// hours beside it.
    ///
    /// # Errors
    /// `not_found`, `forbidden`, `invalid`.
    pub fn inlet_rotate(&mut self, id: i64, secret: Option<&str>) -> Result<String> {
        self.inlet_admin()?;
        let mut row = self.inlet_row(id)?;
        let proof = Proof::of(&row.proof).unwrap_or_default();
        if let Some(fault) = secret.and_then(|secret| proof.judge(secret).err()) {
            return Err(Problem::invalid(vec![fault]));
        }
        let secret = secret.map_or_else(|| self.fresh_secret(proof), str::to_string);
        let sealed = self.engine.seal(&secret_place(id), &secret)?;
        row.former = Some((std::mem::replace(&mut row.secret, sealed), self.ctx.micros() + ROTATION * 3_600_000_000));
        self.conn.inlet_set(&row)?;
        self.inlet_changed("inlet_secret", &row)?;
        Ok(secret)
    }

    fn fresh_secret(&self, proof: Proof) -> String {
        let bytes = self.engine.random::<32>();
        if proof == Proof::Standard { SigningKey::text(&bytes) } else { URL_SAFE_NO_PAD.encode(bytes) }
    }

    fn inlet_changed(&mut self, kind: &str, row: &InletRow) -> Result<()> {
        self.audit(kind, None, json!({ "title": row.name, "inlet": row.id, "open": row.open }))
    }

    fn judge_inlet(&self, draft: &InletDraft, secret: Option<&str>) -> Result<()> {
        let mut faults = Vec::new();
        if draft.name.trim().is_empty() {
            faults.push(FieldProblem::new("name", "required"));
        } else if draft.name.chars().count() > NAME {
            faults.push(FieldProblem::new("name", "too_long").with("max", NAME));
        }
        if self.engine.people().user(draft.owner).is_none_or(|person| !person.active) {
            faults.push(FieldProblem::new("owner", "required"));
        }
        let token =
            |name: &str| !name.is_empty() && name.len() <= PLACE && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        if draft.proof != Proof::Standard && !token(draft.header.trim()) {
            faults.push(FieldProblem::new("header", "inlet_header"));
        }
        let known_by = draft.known_by.trim();
        if !known_by.is_empty() && !known_by.starts_with('/') && !token(known_by) || known_by.len() > PLACE {
            faults.push(FieldProblem::new("known_by", "inlet_known_by"));
        }
        faults.extend(secret.and_then(|secret| draft.proof.judge(secret).err()));
        if faults.is_empty() { Ok(()) } else { Err(Problem::invalid(faults)) }
    }
}

fn filled(row: InletRow, draft: &InletDraft) -> InletRow {
    InletRow {
        name: draft.name.trim().into(),
        owner: draft.owner,
        proof: draft.proof.key().into(),
        header: draft.header.trim().into(),
        known_by: draft.known_by.trim().into(),
        open: draft.open,
        ..row
    }
}
