//! Subscribing, changing a subscription, its secret, and what a person does about deliveries.

use super::kinds::fits;
use super::sign::Key;
use super::tell::Kept;
use super::{FLOW, TEST, place};
use crate::Result;
use crate::write::Tx;
use akrab_model::{FieldProblem, Filter, Problem, ProblemKind};
use akrab_store::HookRow;
use serde_json::{Value as Json, json};

/// The secret before signs so long beside the new one, in hours.
pub const ROTATION: i64 = 24;
/// Subscriptions of a workspace.
const MOST: usize = 200;
/// Longest name and address, in characters.
const NAME: usize = 100;
const URL: usize = 2_000;
const EVENTS: usize = 200;

/// What a subscription says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HookDraft {
    pub name: String,
    pub url: String,
    /// `contact.created`, `contact.*`, `*`.
    pub events: Vec<String>,
    /// Only records that match; for events of one object.
    pub filter: Option<Json>,
    pub on: bool,
}

impl Tx<'_> {
    /// Subscribes in the actor's name and gives number and secret, the latter this once.
    ///
    /// # Errors
    /// `invalid`; `forbidden` with a token that may only read.
    pub fn hook_add(&mut self, draft: &HookDraft) -> Result<(i64, String)> {
        let owner = self.hook_writer()?;
        self.judge(draft)?;
        self.alone("hooks")?;
        if self.conn.hooks(None)?.len() >= MOST {
            return Err(fault("name", "too_many", MOST));
        }
        let row = HookRow {
            id: 0,
            owner,
            name: String::new(),
            url: String::new(),
            events: String::new(),
            filter: None,
            secret: String::new(),
            former: None,
            state: String::new(),
            why: None,
            source: self.ctx.door.key().into(),
            created_at: self.ctx.micros(),
            failing_since: None,
            failures: 0,
            rest_until: 0,
            heard_at: None,
        };
        let mut row = filled(row, draft)?;
        row.id = self.conn.hook_add(&row)?;
        let secret = Key::text(&self.engine.random());
        row.secret = self.engine.seal(&place(row.id), &secret)?;
        self.conn.hook_set(&row)?;
        self.hooks_changed("hook_added", &row)?;
        Ok((row.id, secret))
    }

    /// Changes a subscription. Turned on again, it begins as if it had never failed.
    ///
    /// # Errors
    /// `not_found`, `forbidden`, `invalid`.
    pub fn hook_change(&mut self, id: i64, change: impl FnOnce(&mut HookDraft)) -> Result<()> {
        self.hook_writer()?;
        let row = self.own_hook(id)?;
        let mut draft = draft(&row);
        change(&mut draft);
        self.judge(&draft)?;
        let row = filled(row, &draft)?;
        self.conn.hook_set(&row)?;
        self.hooks_changed("hook_changed", &row)
    }

    /// Ends a subscription and forgets what it was told.
    ///
    /// # Errors
    /// `not_found`, `forbidden`.
    pub fn hook_remove(&mut self, id: i64) -> Result<()> {
        self.hook_writer()?;
        let row = self.own_hook(id)?;
        self.conn.hook_drop(id)?;
        self.hooks_changed("hook_removed", &row)
    }

    /// Gives a new secret, this once. The one before signs for another [`ROTATION`] hours beside it.
    ///
    /// # Errors
    /// `not_found`, `forbidden`.
    pub fn hook_rotate(&mut self, id: i64) -> Result<String> {
        self.hook_writer()?;
        let mut row = self.own_hook(id)?;
        let secret = Key::text(&self.engine.random());
        let sealed = self.engine.seal(&place(id), &secret)?;
        row.former = Some((std::mem::replace(&mut row.secret, sealed), self.ctx.micros() + ROTATION * 3_600_000_000));
        self.conn.hook_set(&row)?;
        self.hooks_changed("hook_secret", &row)?;
        Ok(secret)
    }

    /// Sends an event that only says that telling works.
    ///
    /// # Errors
    /// `not_found`, `forbidden`; `hook_off` when the subscription rests.
    pub fn hook_test(&mut self, id: i64) -> Result<()> {
        self.hook_writer()?;
        self.awake(id)?;
        let kept = Kept { actor: self.ctx.author(), door: self.ctx.door.key().into(), ..Kept::default() };
        self.keep_event(TEST, ("", 0), &kept, &[id])
    }

    /// Sends a delivery that is over or waits for its next try again, or all that are dead; says how many. The other side gets the same
    /// `webhook-id` and can drop what it had.
    ///
    /// # Errors
    /// `not_found`, `forbidden`; `hook_off` when the subscription rests.
    pub fn hook_replay(&mut self, id: i64, delivery: Option<i64>) -> Result<u64> {
        self.hook_writer()?;
        let mut row = self.awake(id)?;
        let now = self.ctx.micros();
        let again = self.conn.hook_again(id, delivery, now)?;
        if delivery.is_some() && again == 0 {
            return Err(Problem::new(ProblemKind::Conflict, "hook_not_over"));
        }
        // who asks for it wants it tried now
        row.rest_until = 0;
        self.conn.hook_set(&row)?;
        self.effects.told();
        Ok(again)
    }

    fn awake(&mut self, id: i64) -> Result<HookRow> {
        let row = self.own_hook(id)?;
        if row.state == "on" { Ok(row) } else { Err(Problem::new(ProblemKind::Conflict, "hook_off")) }
    }

    /// A subscription of the actor's own; administrators reach all.
    pub(super) fn own_hook(&mut self, id: i64) -> Result<HookRow> {
        let row = self.conn.hook(id)?.filter(|row| self.sees_all_hooks() || Some(row.owner) == self.ctx.user_id());
        row.ok_or_else(Problem::not_found)
    }

    /// Reading needs no more than to be an administrator, whatever else a token may not do.
    pub(super) fn sees_all_hooks(&self) -> bool {
        self.ctx.scopes.is_none() && self.ctx.person().is_none_or(|person| person.role.is_administrator())
    }

    fn hook_writer(&self) -> Result<i64> {
        if self.ctx.read_only {
            return Err(Problem::forbidden());
        }
        self.ctx.require_whole()?;
        self.ctx.user_id().ok_or_else(Problem::forbidden)
    }

    fn hooks_changed(&mut self, kind: &str, row: &HookRow) -> Result<()> {
        // every process reads anew who listens
        self.effects.people_changed();
        self.effects.told();
        self.audit(kind, None, json!({ "title": row.name, "hook": row.id, "url": host(&row.url), "state": row.state }))
    }

    fn judge(&self, draft: &HookDraft) -> Result<()> {
        let mut faults = Vec::new();
        if draft.name.trim().is_empty() {
            faults.push(FieldProblem::new("name", "required"));
        } else if draft.name.chars().count() > NAME {
            faults.push(FieldProblem::new("name", "too_long").with("max", NAME));
        }
        if draft.url.chars().count() > URL {
            faults.push(FieldProblem::new("target_url", "too_long").with("max", URL));
        } else if let Err(missed) = self.engine.outside().judge(&draft.url) {
            faults.push(FieldProblem::new("target_url", missed.code).with("detail", missed.detail));
        }
        faults.extend(self.judge_events(draft));
        if faults.is_empty() { Ok(()) } else { Err(Problem::invalid(faults)) }
    }

    fn judge_events(&self, draft: &HookDraft) -> Vec<FieldProblem> {
        if draft.events.is_empty() {
            return vec![FieldProblem::new("events", "required")];
        }
        if draft.events.len() > EVENTS {
            return vec![FieldProblem::new("events", "too_many").with("max", EVENTS)];
        }
        let kinds = self.event_kinds();
        if draft.events.iter().any(|pattern| pattern == FLOW) && !self.sees_all_hooks() {
            return vec![FieldProblem::new("events", "hook_flow_admin")];
        }
        let known =
            |pattern: &String| pattern == "*" || pattern == FLOW || kinds.iter().any(|kind| fits(pattern, &kind.object.key, &kind.verb));
        if let Some(unknown) = draft.events.iter().find(|pattern| !known(pattern)) {
            return vec![FieldProblem::new("events", "unknown_choice").with("value", unknown)];
        }
        let Some(filter) = &draft.filter else { return Vec::new() };
        let objects: std::collections::BTreeSet<&str> =
            draft.events.iter().filter(|p| *p != FLOW).map(|p| p.split('.').next().unwrap_or_default()).collect();
        let Some(object) = objects.first().filter(|_| objects.len() == 1).and_then(|key| self.registry.object(key)).cloned() else {
            return vec![FieldProblem::new("filter", "hook_filter_object")];
        };
        let bound = Filter::from_json(filter).and_then(|filter| filter.bind(&self.registry, &object, &self.env(), &self.rights));
        match bound {
            Ok(_) => Vec::new(),
            Err(problem) if problem.fields.is_empty() => vec![FieldProblem::new("filter", problem.code)],
            Err(problem) => problem.fields.into_iter().map(|f| FieldProblem { pointer: format!("/filter{}", f.pointer), ..f }).collect(),
        }
    }
}

fn fault(field: &str, code: &str, max: usize) -> Problem {
    Problem::invalid(vec![FieldProblem::new(field, code).with("max", max)])
}

/// The host of an address: what the trail may tell of it.
pub(super) fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// What a kept subscription says.
pub(super) fn draft(row: &HookRow) -> HookDraft {
    HookDraft {
        name: row.name.clone(),
        url: row.url.clone(),
        events: serde_json::from_str(&row.events).unwrap_or_default(),
        filter: row.filter.as_deref().and_then(|text| serde_json::from_str(text).ok()),
        on: row.state == "on",
    }
}

fn filled(row: HookRow, draft: &HookDraft) -> Result<HookRow> {
    let fresh = draft.on && row.state != "on";
    let state = match (draft.on, row.state.as_str()) {
        (true, _) => "on",
        (false, "stopped") => "stopped",
        (false, _) => "off",
    };
    Ok(HookRow {
        name: draft.name.trim().into(),
        url: draft.url.trim().into(),
        events: serde_json::to_string(&draft.events).map_err(Problem::internal)?,
        filter: draft.filter.as_ref().map(Json::to_string),
        state: state.into(),
        why: row.why.filter(|_| !fresh),
        failing_since: row.failing_since.filter(|_| !fresh),
        failures: if fresh { 0 } else { row.failures },
        rest_until: if fresh { 0 } else { row.rest_until },
        ..row
    })
}
