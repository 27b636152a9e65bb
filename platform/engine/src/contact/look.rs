//! What is known of a person's consent, for whoever may see the person; and changed by hand, for whoever may change him.

use super::purpose::POLICY;
use super::{PolicyKept, Said, Saying};
use crate::rights::Access;
use crate::{Result, Tx};
use akrab_model::contact::Consent;
use akrab_model::object::Avatar;
use akrab_model::{FieldProblem, FieldType, Label, Object, Problem, RecordId};
use akrab_store::{BlockRow, ContactDecision};
use serde_json::json;

/// Decisions shown.
const DECISIONS: usize = 20;
const LONGEST_NOTE: usize = 500;

/// Where a person stands for one purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PurposeState {
    pub key: String,
    pub wording: Label,
    pub channels: Vec<ChannelState>,
}

/// The same on one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelState {
    pub channel: String,
    pub state: Consent,
    /// Without a yes nothing is sent.
    pub needs_consent: bool,
    /// What was said last, with its proof.
    pub last: Option<Said>,
}

/// Everything about a person's consent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConsentView {
    pub purposes: Vec<PurposeState>,
    /// His numbers and addresses on the lists.
    pub blocks: Vec<BlockRow>,
    /// Everything he said, the latest first.
    pub history: Vec<Said>,
    /// What was decided lately, the latest first.
    pub decisions: Vec<ContactDecision>,
}

/// Whether records of an object are people who can be written to or called.
pub fn are_people(object: &Object) -> bool {
    let reached = |kind: FieldType| matches!(kind, FieldType::Email | FieldType::Phone);
    object.decl.avatar == Avatar::Person && !object.is_system() && object.fields.iter().any(|field| reached(field.kind) && !field.hidden)
}

impl Tx<'_> {
    /// Where somebody stands for every purpose and channel; none where records are no people.
    /// With `whole` also everything he said and what was decided.
    ///
    /// # Errors
    /// `not_found` for a record out of sight.
    pub fn consent_view(&mut self, object: &str, id: RecordId, whole: bool) -> Result<Option<ConsentView>> {
        let Some(known) = self.registry.object(object).cloned().filter(|object| are_people(object)) else { return Ok(None) };
        let purposes = self.purposes()?;
        let record = self.get(object, id)?;
        let blocks = self.blocks_about(&record)?;
        let policies: Vec<PolicyKept> = self.kept_now(POLICY, None)?;
        let history = self.consent_history(&known.key, id)?;
        let merged_at = self.conn.merges_into(&known.key, id)?.first().map(|merge| merge.at);
        let of = |purpose: &str, policy: &PolicyKept| {
            let channel = policy.key.strip_prefix(purpose)?.strip_prefix('/')?.to_string();
            let last = super::say::last_said(&history, (id, merged_at.unwrap_or(i64::MIN)), purpose, &channel).cloned();
            let state = match &last {
                None => Consent::Unsaid,
                Some(said) if said.given => Consent::Given,
                Some(_) => Consent::Withdrawn,
            };
            Some(ChannelState { channel, state, needs_consent: policy.decl.needs_consent, last })
        };
        let purposes = purposes
            .into_iter()
            .map(|kept| PurposeState {
                channels: policies.iter().filter_map(|policy| of(&kept.key, policy)).collect(),
                wording: kept.decl.wording,
                key: kept.key,
            })
            .filter(|purpose| !purpose.channels.is_empty())
            .collect();
        let decisions = if whole { self.conn.decisions((object, id), DECISIONS)? } else { Vec::new() };
        Ok(Some(ConsentView { purposes, blocks, history: if whole { history } else { Vec::new() }, decisions }))
    }

    /// Keeps what somebody said to one of our people, who writes down how.
    ///
    /// # Errors
    /// `not_found`; `forbidden` for whoever may not change the record; `invalid` without a word on how it was said, or for a
    /// purpose and channel there is no policy for.
    pub fn consent_by_hand(&mut self, object: &str, id: RecordId, purpose: &str, channel: &str, given: bool, note: &str) -> Result<i64> {
        let known = self.object(object)?;
        self.get(object, id)?;
        if !self.may(&known, Access::Edit, id)? || self.ctx.read_only {
            return Err(Problem::forbidden());
        }
        let note = note.trim();
        if note.is_empty() {
            return Err(Problem::invalid(vec![FieldProblem::new("note", "consent_note")]));
        }
        if note.chars().count() > LONGEST_NOTE {
            return Err(Problem::invalid(vec![FieldProblem::new("note", "too_long").with("max", LONGEST_NOTE)]));
        }
        self.policy(purpose, channel).map_err(|_| Problem::invalid(vec![FieldProblem::new("channel", "unknown_choice")]))?;
        let evidence = json!({ "note": note });
        let person = (object.to_string(), id);
        self.consent_say(&Saying { person, purpose: purpose.into(), channel: channel.into(), given, evidence, source: "by_hand".into() })
    }
}
