//! What remains of a view's filter for a reader who may not read all its fields.

use super::ViewState;
use crate::write::Tx;
use akrab_model::object::FieldRight;
use akrab_model::{Filter, Object};
use std::sync::Arc;

impl Tx<'_> {
    /// Leaves out of a state what the actor does not know of.
    pub fn cut_state(&self, object: &Arc<Object>, state: &mut ViewState) {
        let known = |text: &str| {
            let key = text.trim_start_matches('-').split(':').next().unwrap_or(text);
            object.field_ix(key).is_some_and(|ix| self.rights.field(object, ix) > FieldRight::Hidden)
        };
        state.columns.retain(|column| known(&column.key));
        state.sort.retain(|key| known(key));
        state.totals.retain(|total| !total.contains(':') || known(total));
        state.quick.retain(|key| known(key));
        state.group = state.group.take().filter(|key| known(key));
        state.calendar = state.calendar.take().filter(|calendar| self.calendar_fits(object, calendar));
        state.map = state.map.take().filter(|map| self.map_fits(object, map));
        let filter = state.filter.take().and_then(|filter| Filter::from_json(&filter).ok());
        state.filter = filter.and_then(|filter| self.cut_filter(object, filter).0).map(|filter| filter.to_json());
    }

    /// The filter without conditions on fields the actor does not know of, and whether any were left out.
    /// More records may match then, but never more than he may see.
    pub fn cut_filter(&self, object: &Arc<Object>, filter: Filter) -> (Option<Filter>, bool) {
        match filter {
            Filter::All(parts) => self.cut_parts(object, parts, Filter::All),
            Filter::Any(parts) => self.cut_parts(object, parts, Filter::Any),
            // the opposite of half a condition is another one
            Filter::Not(inner) => match self.cut_filter(object, (*inner).clone()) {
                (Some(_), false) => (Some(Filter::Not(inner)), false),
                _ => (None, true),
            },
            leaf => match leaf.bind(&self.registry, object, &self.env(), &self.rights) {
                Err(problem) if problem.fields.iter().any(|f| f.code == "filter_unknown_field") => (None, true),
                _ => (Some(leaf), false),
            },
        }
    }

    fn cut_parts(&self, object: &Arc<Object>, parts: Vec<Filter>, whole: impl Fn(Vec<Filter>) -> Filter) -> (Option<Filter>, bool) {
        let (mut kept, mut cut) = (Vec::new(), false);
        for part in parts {
            let (part, less) = self.cut_filter(object, part);
            kept.extend(part);
            cut |= less;
        }
        (if cut && kept.is_empty() { None } else { Some(whole(kept)) }, cut)
    }
}
