//! Writing flows: drafts that count for nothing yet, versions that count, rest, and the end of a flow.

use super::live::{KIND, Ready};
use super::{Deed, Flow, Judge, Known, RunState, Trigger, Who};
use crate::{Engine, Result, Tx};
use akrab_model::object::shape::free_key;
use akrab_model::{FieldProblem, FieldType, Problem, ProblemKind};
use akrab_store::FlowRow;
use serde_json::json;

pub use crate::calendar::is_key;

/// Runs turned in one transaction.
const TURNED: i64 = 5_000;

/// What is being written.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub flow: Flow,
    /// When it was changed last, microseconds UTC: whoever changes it says which one he saw.
    pub at: i64,
    /// It differs from the version that counts.
    pub changed: bool,
    /// Everything that keeps it from being published.
    pub faults: Vec<FieldProblem>,
}

impl Tx<'_> {
    pub(super) fn flow_row(&mut self, key: &str) -> Result<FlowRow> {
        self.may_declare()?;
        self.conn.flow(key)?.filter(|row| !row.gone).ok_or_else(Problem::not_found)
    }

    /// Makes a flow that does nothing yet; gives its key.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `invalid` for one without a name or object.
    pub fn flow_make(&mut self, flow: &Flow, key: Option<&str>) -> Result<String> {
        self.may_declare()?;
        let mut faults: Vec<FieldProblem> = Vec::new();
        if flow.name.id.trim().is_empty() {
            faults.push(FieldProblem::new("name_id", "required"));
        }
        if self.registry.object(&flow.object).is_none_or(|o| o.is_system() || o.decl.hidden) {
            faults.push(FieldProblem::new("object", "flow_unknown_object"));
        }
        if key.is_some_and(|key| !is_key(key)) {
            faults.push(FieldProblem::new("key", "calendar_key"));
        }
        if !faults.is_empty() {
            return Err(Problem::invalid(faults));
        }
        let rows = self.conn.flows()?;
        // what was removed keeps its key: its runs are told under it
        let taken = |key: &str| rows.iter().any(|row| row.key == key);
        let key = match key {
            Some(key) if taken(key) => return Err(Problem::invalid(vec![FieldProblem::new("key", "taken")])),
            Some(key) => key.to_string(),
            None => free_key(if flow.name.en.trim().is_empty() { &flow.name.id } else { &flow.name.en }, taken),
        };
        let now = self.ctx.micros();
        let id = self.conn.flow_make(&key, now)?;
        let mut row = self.conn.flow(&key)?.filter(|row| row.id == id).ok_or_else(Problem::not_found)?;
        self.flow_note_draft(&mut row, flow)?;
        self.conn.flow_keep(&row)?;
        self.effects.people_changed();
        Ok(key)
    }

    fn flow_note_draft(&mut self, row: &mut FlowRow, flow: &Flow) -> Result<()> {
        row.draft = Some(serde_json::to_string(flow).map_err(Problem::internal)?);
        // two changes within one microsecond are still two
        row.draft_at = Some(self.ctx.micros().max(row.draft_at.unwrap_or(0) + 1));
        row.draft_by = self.ctx.author();
        Ok(())
    }

    /// What is being written of a flow; what counts, when nothing is.
    ///
    /// # Errors
    /// `not_found`; `forbidden` for anybody but administrators.
    pub fn flow_draft(&mut self, key: &str) -> Result<Draft> {
        let row = self.flow_row(key)?;
        let known = self.flow_latest(&row.key)?.map(|(_, flow)| flow);
        let draft: Option<Flow> = row.draft.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let changed = draft.is_some() && draft != known;
        let flow = draft.or(known).ok_or_else(|| Problem::internal("a flow without any content"))?;
        let faults = self.flow_faults(&flow)?;
        Ok(Draft { flow, at: row.draft_at.unwrap_or(0), changed, faults })
    }

    /// The version that counts.
    pub(super) fn flow_latest(&mut self, key: &str) -> Result<Option<(i64, Flow)>> {
        let latest = self.conn.declared_versions(KIND, Some(key))?.into_iter().max_by_key(|kept| kept.version);
        latest.map(|kept| Ok((kept.version, serde_json::from_str(&kept.decl).map_err(Problem::internal)?))).transpose()
    }

    /// Everything that is wrong with a flow.
    ///
    /// # Errors
    /// What the database answers.
    pub fn flow_faults(&mut self, flow: &Flow) -> Result<Vec<FieldProblem>> {
        let engine = self.engine.clone();
        let (people, calendars) = (engine.people(), self.calendars()?);
        // as they are in this transaction: a file may bring them along
        let asks = flow.all_steps().iter().any(|step| matches!(step.deed, Deed::Approval { .. }));
        let rules = if asks { self.approval_rules()? } else { Vec::new() };
        let templates = if flow.templates().next().is_some() { self.mail_templates()? } else { Vec::new() };
        let hooks = match flow.all_steps().iter().any(|step| matches!(step.deed, Deed::Webhook(_))) {
            true => self.hooks_for_flows()?,
            false => Vec::new(),
        };
        let forms = match flow.trigger {
            Trigger::Form { form: Some(_) } => self.forms_for_flows()?,
            _ => Vec::new(),
        };
        let knows = |known: Known<'_>| match known {
            Known::Calendar(key) => calendars.iter().any(|kept| kept.key == key),
            Known::Who(Who::User(id)) => people.user(*id).is_some_and(|p| p.active),
            Known::Who(Who::Team(id)) => people.teams.iter().any(|(team, ..)| team == id),
            Known::Who(Who::Role(key)) => people.roles.iter().any(|role| role.key == *key),
            Known::Who(_) => true,
            Known::Template(key, object) => templates.iter().any(|kept| kept.key == key && kept.decl.object == object),
            Known::Form(id, object) => forms.iter().any(|(known, _, of)| *known == id && of == object),
            Known::Webhook(id) => hooks.iter().any(|(known, ..)| *known == id),
            Known::Approval(rule, object) => rules.iter().any(|kept| !kept.retired && kept.key == rule && kept.decl.object == object),
        };
        let flows = match flow.all_steps().iter().any(|step| matches!(step.deed, Deed::Run { .. })) {
            true => self.flow_objects()?,
            false => Vec::new(),
        };
        let registry = self.registry.clone();
        let judge = Judge { registry: &registry, env: self.env(), parse: self.parse_env().own(), flows: &flows, knows: &knows };
        let mut faults = flow.check(&judge);
        for formula in flow.formulas() {
            let Some(object) = registry.object(&formula.object) else { continue };
            let kind = match &formula.into {
                None => FieldType::Boolean,
                Some((target, field)) => match registry.object(target).and_then(|target| target.field(field)) {
                    Some(field) => field.kind,
                    // told already
                    None => continue,
                },
            };
            if let Err(fault) = crate::write::Expression::check(object, &formula.place, &formula.text, kind) {
                faults.push(FieldProblem::new(&format!("/{}", formula.place), "flow_formula").because(&fault.fault));
            }
        }
        Ok(faults)
    }

    /// Every flow and the object it runs for.
    ///
    /// # Errors
    /// What the database answers.
    pub fn flow_objects(&mut self) -> Result<Vec<(String, String)>> {
        let mut found = Vec::new();
        for row in self.conn.flows()?.into_iter().filter(|row| !row.gone) {
            let written: Option<Flow> = row.draft.as_deref().and_then(|text| serde_json::from_str(text).ok());
            let flow = self.flow_latest(&row.key)?.map(|(_, flow)| flow).or(written);
            found.extend(flow.map(|flow| (row.key, flow.object)));
        }
        Ok(found)
    }

    /// Changes what is being written. `known` is the draft it was made from.
    ///
    /// # Errors
    /// `not_found`; `stale` when somebody changed it meanwhile; `forbidden` for anybody but administrators.
    pub fn flow_write_draft(&mut self, key: &str, flow: &Flow, known: Option<i64>) -> Result<()> {
        let mut row = self.flow_row(key)?;
        if known.is_some_and(|known| known != row.draft_at.unwrap_or(0)) {
            return Err(Problem::stale());
        }
        self.flow_note_draft(&mut row, flow)?;
        Ok(self.conn.flow_keep(&row)?)
    }

    /// Throws away what is being written.
    ///
    /// # Errors
    /// `not_found`; `flow_never_published` when there is nothing else; `forbidden` for anybody but administrators.
    pub fn flow_drop_draft(&mut self, key: &str) -> Result<()> {
        let mut row = self.flow_row(key)?;
        if self.flow_latest(key)?.is_none() {
            return Err(Problem::new(ProblemKind::Conflict, "flow_never_published"));
        }
        row.draft = None;
        row.draft_at = Some(row.draft_at.unwrap_or(0) + 1);
        Ok(self.conn.flow_keep(&row)?)
    }

    /// Makes what is being written the version that counts, for whatever begins from now on. Gives its number.
    ///
    /// # Errors
    /// `invalid` with everything that is wrong; `flow_nothing_new`; `forbidden` for anybody but administrators.
    pub fn flow_publish(&mut self, key: &str) -> Result<i64> {
        let mut row = self.flow_row(key)?;
        let known = self.flow_latest(key)?;
        let draft: Option<Flow> = row.draft.as_deref().and_then(|text| serde_json::from_str(text).ok());
        let flow = draft.filter(|draft| known.as_ref().is_none_or(|(_, flow)| flow != draft));
        let flow = flow.ok_or_else(|| Problem::new(ProblemKind::Conflict, "flow_nothing_new"))?;
        let faults = self.flow_faults(&flow)?;
        if !faults.is_empty() {
            return Err(Problem::invalid(faults));
        }
        let registry = self.registry.clone();
        Ready::of(&row, 0, None, flow.clone(), &registry)?;
        let version = self.keep_version(KIND, (key, &flow.name, &flow), None, None, false)?;
        // what time would have triggered before it counted is not made up for
        row.mark = self.ctx.micros();
        (row.draft, row.publisher) = (None, self.ctx.author());
        row.draft_at = Some(row.draft_at.unwrap_or(0) + 1);
        self.conn.flow_keep(&row)?;
        self.audit("flow_publish", None, json!({ "title": flow.name.get(self.ctx.lang_key()), "key": key, "version": version }))?;
        self.effects.people_changed();
        self.effects.flows_go();
        Ok(version)
    }

    /// Lets a flow rest, its runs too, or go on.
    ///
    /// # Errors
    /// `not_found`; `forbidden` for anybody but administrators.
    pub fn flow_pause(&mut self, key: &str, paused: bool) -> Result<()> {
        let mut row = self.flow_row(key)?;
        let now = self.ctx.micros();
        if row.paused && !paused {
            row.mark = now;
        }
        row.paused = paused;
        self.conn.flow_keep(&row)?;
        self.audit(if paused { "flow_pause" } else { "flow_resume" }, None, json!({ "title": key, "key": key }))?;
        self.effects.people_changed();
        self.effects.flows_go();
        Ok(())
    }

    /// Ends a flow for good: nothing begins it any more, and what is under way is cancelled. Its log stays.
    ///
    /// # Errors
    /// `not_found`; `flow_in_use` when another one runs it; `forbidden` for anybody but administrators.
    pub fn flow_remove(&mut self, key: &str) -> Result<()> {
        let mut row = self.flow_row(key)?;
        let flows = self.engine.flows();
        let user = flows
            .standing
            .iter()
            .filter(|s| !s.row.gone && s.row.key != key)
            .filter_map(|s| s.ready.as_ref())
            .find(|ready| ready.flow.all_steps().iter().any(|step| matches!(&step.deed, Deed::Run { flow } if flow == key)));
        if let Some(user) = user {
            let name = user.flow.name.get(self.ctx.lang_key()).to_string();
            return Err(Problem::new(ProblemKind::Conflict, "flow_in_use").with("name", name));
        }
        (row.gone, row.paused, row.draft) = (true, true, None);
        self.conn.flow_keep(&row)?;
        self.conn.flow_feeds_drop(row.id)?;
        let now = self.ctx.micros();
        self.conn.flow_turn(row.id, RunState::Going, RunState::Cancelled, now, i64::MAX)?;
        self.audit("flow_remove", None, json!({ "title": key, "key": key }))?;
        self.effects.people_changed();
        Ok(())
    }

    /// Lets one failed run go on at the step it failed at.
    ///
    /// # Errors
    /// `not_found`; `flow_run_not_failed`; `forbidden` for anybody but administrators.
    pub fn flow_retry(&mut self, run: i64) -> Result<()> {
        self.may_declare()?;
        let mut row = self.conn.flow_run(run)?.ok_or_else(Problem::not_found)?;
        if row.state != RunState::Failed {
            return Err(Problem::new(ProblemKind::Conflict, "flow_run_not_failed"));
        }
        (row.state, row.attempts, row.told, row.ended) = (RunState::Going, 0, None, None);
        row.due = self.ctx.micros();
        self.conn.flow_stand(&[row])?;
        self.effects.flows_go();
        Ok(())
    }

    /// Ends a run that is under way or failed. What its steps did stays.
    ///
    /// # Errors
    /// `not_found`; `flow_run_over`; `forbidden` for anybody but administrators.
    pub fn flow_cancel(&mut self, run: i64) -> Result<()> {
        self.may_declare()?;
        let mut row = self.conn.flow_run(run)?.ok_or_else(Problem::not_found)?;
        if !matches!(row.state, RunState::Going | RunState::Failed) {
            return Err(Problem::new(ProblemKind::Conflict, "flow_run_over"));
        }
        (row.state, row.listens, row.ended) = (RunState::Cancelled, false, Some(self.ctx.micros()));
        Ok(self.conn.flow_stand(&[row])?)
    }

    /// Lets failed runs of a flow go on, up to some thousands at once; says how many.
    ///
    /// # Errors
    /// `not_found`; `forbidden` for anybody but administrators.
    pub fn flow_retry_all(&mut self, key: &str) -> Result<u64> {
        let row = self.flow_row(key)?;
        let now = self.ctx.micros();
        self.effects.flows_go();
        Ok(self.conn.flow_turn(row.id, RunState::Failed, RunState::Going, now, TURNED)?)
    }

    /// Cancels runs of a flow that are under way, up to some thousands at once; says how many.
    ///
    /// # Errors
    /// `not_found`; `forbidden` for anybody but administrators.
    pub fn flow_cancel_all(&mut self, key: &str) -> Result<u64> {
        let row = self.flow_row(key)?;
        self.conn.flow_feeds_drop(row.id)?;
        let now = self.ctx.micros();
        Ok(self.conn.flow_turn(row.id, RunState::Going, RunState::Cancelled, now, TURNED)?)
    }
}

impl Engine {
    /// Forgets runs that ended long ago; says how many.
    pub(crate) async fn flow_forget(&self, before: i64) -> Result<u64> {
        let ctx = self.system("clean up", crate::Door::Job);
        let mut all = 0;
        loop {
            match self.write(&ctx, move |tx| Ok(tx.conn.flow_forget(before, TURNED)?)).await? {
                0 => return Ok(all),
                n => all += n,
            }
        }
    }
}
