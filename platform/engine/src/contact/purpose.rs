//! Purposes and their policies by channel, in versions.

use super::{PolicyDecl, presets};
use crate::versions::Kept;
use crate::{Result, Tx};
use akrab_model::{FieldProblem, Label, Problem};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;

const PURPOSE: &str = "purpose";
pub(super) const POLICY: &str = "contact_policy";

/// What somebody may be contacted for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// What somebody agrees to.
    pub wording: Label,
    /// The lawful basis: `consent`, `contract` …
    pub basis: String,
}

/// The policy of a purpose on a channel; its key is `purpose/channel`.
pub type PolicyKept = Kept<PolicyDecl>;

fn key_of(purpose: &str, channel: &str) -> String {
    format!("{purpose}/{channel}")
}

impl Tx<'_> {
    /// Purposes as they count now, by key.
    ///
    /// # Errors
    /// What the database answers.
    pub fn purposes(&mut self) -> Result<Vec<Kept<Purpose>>> {
        self.kept_now(PURPOSE, None)
    }

    /// The policy of a purpose on a channel as it counts now.
    ///
    /// # Errors
    /// `contact_no_policy` when nobody has said what holds: then nobody is contacted.
    pub fn policy(&mut self, purpose: &str, channel: &str) -> Result<PolicyKept> {
        let kept = self.kept_now(POLICY, Some(&key_of(purpose, channel)))?.pop();
        kept.ok_or_else(|| {
            Problem::new(akrab_model::ProblemKind::Conflict, "contact_no_policy").with("purpose", purpose).with("channel", channel)
        })
    }

    /// The policies of a purpose as they count now: (channel, policy).
    ///
    /// # Errors
    /// What the database answers.
    pub fn policies(&mut self, purpose: &str) -> Result<Vec<(String, PolicyDecl)>> {
        let all: Vec<PolicyKept> = self.kept_now(POLICY, None)?;
        let of = |kept: PolicyKept| Some((kept.key.strip_prefix(purpose)?.strip_prefix('/')?.to_string(), kept.decl));
        Ok(all.into_iter().filter_map(of).collect())
    }

    /// Keeps a version of a purpose.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `invalid`; `stale` when `known` is not the present version any more.
    pub fn purpose_save(&mut self, key: &str, purpose: &Purpose, known: Option<i64>) -> Result<i64> {
        if !crate::calendar::is_key(key) || purpose.wording.id.is_empty() || purpose.wording.en.is_empty() {
            return Err(Problem::invalid(vec![FieldProblem::new("wording", "required")]));
        }
        let version = self.keep_version(PURPOSE, (key, &purpose.wording, purpose), None, known, false)?;
        let title = purpose.wording.get(self.ctx.lang_key());
        self.audit("sending_rule", None, json!({ "title": title, "purpose": key, "version": version }))?;
        Ok(version)
    }

    /// Keeps a version of the policy of a purpose on a channel.
    ///
    /// # Errors
    /// As [`Tx::purpose_save`].
    pub fn policy_save(&mut self, purpose: &str, channel: &str, policy: &PolicyDecl, known: Option<i64>) -> Result<i64> {
        let of: Vec<Kept<Purpose>> = self.kept_now(PURPOSE, Some(purpose))?;
        let wording = of.first().map(|kept| kept.decl.wording.clone()).ok_or_else(Problem::not_found)?;
        policy.compile([]).map_err(Problem::invalid)?;
        let version = self.keep_version(POLICY, (&key_of(purpose, channel), &wording, policy), None, known, false)?;
        let title = wording.get(self.ctx.lang_key());
        self.audit("sending_rule", None, json!({ "title": title, "purpose": purpose, "channel": channel, "version": version }))?;
        Ok(version)
    }

    /// Takes over the purposes and policies of a preset that are not there yet; what a firm has of its own stays.
    ///
    /// # Errors
    /// `not_found`; `forbidden` for anybody but administrators.
    pub fn preset_take(&mut self, key: &str) -> Result<()> {
        let preset = presets().into_iter().find(|preset| preset.key == key).ok_or_else(Problem::not_found)?;
        for purpose in preset.purposes {
            let decl = Purpose { wording: purpose.wording, basis: purpose.basis };
            if self.kept_now::<Purpose>(PURPOSE, Some(&purpose.key))?.is_empty() {
                self.purpose_save(&purpose.key, &decl, Some(0))?;
            }
            for (channel, policy) in purpose.policies {
                if self.kept_now::<PolicyDecl>(POLICY, Some(&key_of(&purpose.key, &channel)))?.is_empty() {
                    let policy = PolicyDecl { source: preset.source.clone(), source_date: Some(preset.source_date.clone()), ..policy };
                    self.policy_save(&purpose.key, &channel, &policy, Some(0))?;
                }
            }
        }
        Ok(())
    }

    /// Public holidays that the firm keeps, of all its lists.
    pub(super) fn public_holidays(&mut self) -> Result<Vec<Date>> {
        let lists = self.holiday_lists()?;
        let days = lists
            .iter()
            .flat_map(|list| &list.decl.days)
            .filter(|day| day.kind != crate::calendar::HolidayKind::CutiBersama && day.is_on());
        Ok(days.filter_map(|day| day.date.parse().ok()).collect())
    }
}
