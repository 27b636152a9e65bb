//! What strangers may choose from where a form asks for a link: the records its maker names by a rule, and no others.

use super::plan::{Asked, FormPlan};
use crate::Result;
use crate::read::ListRequest;
use crate::write::Tx;
use akrab_model::filter::Op;
use akrab_model::{FieldType, Filter, Object, RecordId};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most records offered for one field.
pub const MOST_OFFERED: usize = 100;

/// Number and title of what may be chosen, by the field it is chosen for.
pub type Offers = BTreeMap<String, Vec<(RecordId, String)>>;

impl Tx<'_> {
    /// What a form offers, as far as whoever acts may see it.
    ///
    /// # Errors
    /// Those of reading lists.
    pub fn form_offers(&mut self, plan: &FormPlan) -> Result<Offers> {
        let mut offers = Offers::new();
        for asked in &plan.fields {
            if let Some((target, from)) = self.rule_of(&plan.object, asked) {
                let mut offered = self.form_offered(&target, from)?;
                offered.truncate(MOST_OFFERED);
                offers.insert(asked.key.clone(), offered);
            }
        }
        Ok(offers)
    }

    /// The object a link that is asked for points to, with the rule.
    fn rule_of<'a>(&self, object: &str, asked: &'a Asked) -> Option<(Arc<Object>, &'a Json)> {
        let field = self.registry.object(object)?.field(&asked.key).filter(|field| field.kind == FieldType::Link)?;
        Some((self.registry.at(field.to?).clone(), asked.from.as_ref()?))
    }

    /// The records a rule names, by title; one more than are offered tells that there are too many.
    pub(super) fn form_offered(&mut self, target: &Object, from: &Json) -> Result<Vec<(RecordId, String)>> {
        let title = target.title_field();
        let request = ListRequest {
            sort: if title.sortable() { vec![title.key.clone()] } else { Vec::new() },
            columns: vec![title.key.clone()],
            limit: MOST_OFFERED + 1,
            ..asked_for(target, Filter::from_json(from)?)
        };
        Ok(self.list(&request)?.records.into_iter().map(|record| (record.id, record.title().to_string())).collect())
    }

    /// Whether what was sent for a link is one of the records its rule names; what is no number is judged where it is read.
    pub(super) fn is_offered(&mut self, object: &str, asked: &Asked, value: &Json) -> Result<bool> {
        let Some((target, from)) = self.rule_of(object, asked) else { return Ok(false) };
        let Some(id) = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok()) else { return Ok(true) };
        let one = Filter::test("id", Op::Is, json!(id));
        let request = asked_for(&target, Filter::All(vec![Filter::from_json(from)?, one]));
        Ok(self.count(&request, true)?.shown() > 0)
    }
}

fn asked_for(target: &Object, filter: Filter) -> ListRequest {
    ListRequest { object: target.key.clone(), filter: Some(filter), ..ListRequest::default() }
}
