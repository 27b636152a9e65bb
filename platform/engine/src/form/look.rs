//! Forms as administrators see them, and as whoever fills one in does.

use super::judge::origin_of;
use super::keep::FormDraft;
use super::offer::Offers;
use super::plan::FormPlan;
use super::{FORM, take};
use crate::inlet::{CallState, address_place};
use crate::seal::sealed_with;
use crate::write::Tx;
use crate::{Ctx, Door, Engine, Result};
use akrab_model::format::Lang;
use akrab_model::{Label, Problem};
use akrab_store::{InletCall, InletRow};
use jiff::Timestamp;
use serde_json::Value as Json;

/// A form with how it goes.
#[derive(Debug, Clone)]
pub struct FormView {
    pub id: i64,
    pub draft: FormDraft,
    pub owner_name: Option<String>,
    /// Whoever submissions write for may no longer do anything.
    pub owner_gone: bool,
    /// The last part of its address.
    pub key: String,
    /// Submissions kept that became a record, and those the guard turned away.
    pub taken: i64,
    pub refused: i64,
    pub last: Option<Timestamp>,
}

/// A submission.
#[derive(Debug, Clone)]
pub struct SubmissionView {
    pub id: i64,
    pub at: Timestamp,
    pub place: String,
    pub state: CallState,
    pub values: Json,
    /// Object, number and title of the record; no title when it is gone or out of sight.
    pub record: Option<(String, i64, Option<String>)>,
}

/// A form as its page is drawn.
pub struct FormPage {
    pub id: i64,
    pub plan: FormPlan,
    /// Rights and language with which it is drawn and written.
    pub ctx: Ctx,
    /// What people agree to, where they are asked.
    pub wording: Option<Label>,
    /// The records people may choose from.
    pub offers: Offers,
}

impl FormPage {
    /// Where the browser goes afterwards, as a policy of the page names it.
    pub fn next_origin(&self) -> Option<String> {
        origin_of(&self.plan.next)
    }
}

fn time(micros: i64) -> Timestamp {
    Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH)
}

impl Tx<'_> {
    /// All forms, by name.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub fn forms(&mut self) -> Result<Vec<FormView>> {
        self.inlet_admin()?;
        let rows = self.conn.inlets()?.into_iter().filter(|row| row.proof == FORM);
        rows.map(|row| self.form_view(row)).collect()
    }

    /// One form.
    ///
    /// # Errors
    /// `not_found`, `forbidden`.
    pub fn form(&mut self, id: i64) -> Result<FormView> {
        let row = self.form_row(id)?;
        self.form_view(row)
    }

    fn form_view(&mut self, row: InletRow) -> Result<FormView> {
        let owner = self.engine.people().user(row.owner).cloned();
        Ok(FormView {
            id: row.id,
            owner_name: owner.as_ref().map(|person| person.name.clone()),
            owner_gone: owner.is_none_or(|person| !person.active),
            key: self.form_key(&row),
            taken: self.conn.inlet_calls_count(row.id, CallState::Created.key())?,
            refused: self.conn.inlet_calls_count(row.id, CallState::Refused.key())?,
            last: row.heard_at.map(time),
            draft: FormDraft { plan: take::plan(&row), name: row.name, owner: row.owner, open: row.open },
        })
    }

    /// The last part of a form's address: it is no secret. One that an earlier version sealed, in another installation, is unknown.
    pub(super) fn form_key(&self, row: &InletRow) -> String {
        match sealed_with(&row.address) {
            Some(_) => self.engine.unseal(&address_place(row.id), &row.address).unwrap_or_default(),
            None => row.address.clone(),
        }
    }

    /// Submissions of a form, the newest first.
    ///
    /// # Errors
    /// `not_found`, `forbidden`.
    pub fn form_submissions(&mut self, id: i64, before: Option<i64>, limit: usize) -> Result<Vec<SubmissionView>> {
        self.form_row(id)?;
        let calls = self.conn.inlet_calls(id, None, before, limit)?;
        calls.into_iter().map(|call| self.submission(call)).collect()
    }

    fn submission(&mut self, call: InletCall) -> Result<SubmissionView> {
        let record = match call.object.zip(call.record) {
            Some((key, id)) => {
                let object = self.registry.object(&key).cloned();
                let title = object.map(|object| self.titles_of(object.ix, &[id])).transpose()?;
                Some((key, id, title.and_then(|mut titles| titles.pop()).map(|(_, title)| title)))
            }
            None => None,
        };
        Ok(SubmissionView {
            id: call.id,
            at: time(call.at),
            place: call.place,
            state: CallState::of(&call.state),
            values: serde_json::from_str(&call.body).unwrap_or_default(),
            record,
        })
    }

    fn form_wording(&mut self, plan: &FormPlan) -> Result<Option<Label>> {
        let Some(tick) = &plan.tick else { return Ok(None) };
        Ok(self.purposes()?.into_iter().find(|kept| kept.key == tick.purpose).map(|kept| kept.decl.wording))
    }

    /// Forms flows may begin with: number, name and object. For administrators.
    ///
    /// # Errors
    /// What the database answers.
    pub fn forms_for_flows(&mut self) -> Result<Vec<(i64, String, String)>> {
        if !self.ctx.is_admin() {
            return Ok(Vec::new());
        }
        let rows = self.conn.inlets()?.into_iter().filter(|row| row.proof == FORM);
        Ok(rows.map(|row| (row.id, take::plan(&row).object, row.name)).map(|(id, object, name)| (id, name, object)).collect())
    }
}

impl Engine {
    /// The form at an address, for whoever wants to fill it in.
    ///
    /// # Errors
    /// `form_unknown`; `form_rests` when whoever it writes for is gone.
    pub async fn form_page(&self, key: &str, request: &str) -> Result<FormPage> {
        let row = self.form_at(key).await?;
        self.refresh_people().await?;
        let plan = take::plan(&row);
        let ctx = self.form_ctx(&row, &plan, request)?;
        let asks = plan.tick.is_some() || plan.fields.iter().any(|asked| asked.from.is_some());
        let (wording, offers) = match asks {
            true => {
                let plan = plan.clone();
                self.read(&ctx, move |tx| Ok((tx.form_wording(&plan)?, tx.form_offers(&plan)?))).await?
            }
            false => (None, Offers::new()),
        };
        Ok(FormPage { id: row.id, plan, ctx, wording, offers })
    }

    /// Rights, language and door of a form's submissions.
    pub(super) fn form_ctx(&self, row: &InletRow, plan: &FormPlan, request: &str) -> Result<Ctx> {
        let owner = self.people().user(row.owner).filter(|person| person.active).cloned();
        let owner = owner.ok_or_else(|| Problem::new(akrab_model::ProblemKind::Busy, "form_rests"))?;
        let mut ctx = self.ctx(&owner, Door::Form, request);
        ctx.lang = plan.lang.parse::<Lang>().unwrap_or(ctx.lang);
        // strangers think of the company's hours, not of those of the person it writes for
        ctx.now = self.now();
        Ok(ctx)
    }
}
