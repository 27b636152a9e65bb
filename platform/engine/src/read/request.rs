//! Names in requests become fields; what the actor may not read is unknown.

use crate::write::Tx;
use crate::{Access, Result};
use akrab_model::object::FieldRight;
use akrab_model::query::AggregateFn;
use akrab_model::{Aggregate, Cond, FieldIx, FieldProblem, Filter, Object, Problem, Sort};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::sync::Arc;

/// Figures of one request; a database knows only so many columns.
const MAX_TOTALS: usize = 50;

impl Tx<'_> {
    /// The condition of a list: filter and words, within what the actor may see (or export).
    pub(crate) fn condition(&mut self, object: &Arc<Object>, filter: Option<&Filter>, q: Option<&str>, access: Access) -> Result<Cond> {
        self.rights.require_read(object)?;
        let mut cond = match filter {
            Some(filter) => filter.bind(&self.registry.clone(), object, &self.env(), &self.rights.clone())?,
            None => Cond::True,
        };
        cond = cond.and(self.rights.cond(object, access));
        if let Some(q) = q.map(str::trim).filter(|q| !q.is_empty()) {
            let ids = self.search_ids(q, object, 1_000)?;
            cond = cond.and(Cond::Ids(ids));
        }
        Ok(cond)
    }

    /// A figure over a whole result, kept while it is sure. `work` gives the rows it covers and the figure.
    pub(super) fn figure<T: Clone + Send + Sync + 'static>(
        &mut self,
        key: String,
        work: impl FnOnce(&mut Self) -> Result<(u64, T)>,
    ) -> Result<T> {
        let now = self.ctx.micros();
        let engine = self.engine.clone();
        let figures = &engine.inner.figures;
        // inside a write one sees one's own changes
        if self.writing {
            return work(self).map(|(_, value)| value);
        }
        if let Some(kept) = figures.get(&key, now) {
            return Ok(kept);
        }
        let generation = figures.now();
        let (rows, value) = work(self)?;
        figures.put(key, generation, now, rows, &value);
        Ok(value)
    }

    pub(crate) fn readable_field(&self, object: &Object, key: &str, pointer: &str) -> Result<FieldIx> {
        object
            .field_ix(key)
            .filter(|ix| self.rights.field(object, *ix) > FieldRight::Hidden)
            .ok_or_else(|| Problem::invalid(vec![FieldProblem::new(pointer, "unknown_field").with("field", key)]))
    }

    /// `-amount` sorts downwards.
    pub(crate) fn sorts(&self, object: &Object, keys: &[String]) -> Result<Vec<Sort>> {
        let mut sorts = Vec::new();
        for key in keys.iter().take(2) {
            let name = key.trim_start_matches('-');
            let field = self.readable_field(object, name, "sort")?;
            if !object.at(field).sortable() {
                return Err(Problem::invalid(vec![FieldProblem::new("sort", "not_sortable").with("field", name)]));
            }
            sorts.push(Sort { field, descending: key.starts_with('-') });
        }
        Ok(sorts)
    }

    /// Columns by key; all readable ones when none are named. Hidden ones are refused by name.
    pub(crate) fn columns(&self, object: &Object, keys: &[String]) -> Result<Vec<FieldIx>> {
        if keys.is_empty() {
            return Ok(self.rights.readable(object));
        }
        keys.iter().map(|key| self.readable_field(object, key, "columns")).collect()
    }

    /// `amount:sum`, `count`.
    pub(crate) fn aggregates(&self, object: &Object, keys: &[String]) -> Result<Vec<Aggregate>> {
        if keys.len() > MAX_TOTALS {
            return Err(Problem::invalid(vec![FieldProblem::new("totals", "too_many").with("max", MAX_TOTALS)]));
        }
        keys.iter()
            .map(|key| {
                let (name, function) = key.split_once(':').unwrap_or(("", key));
                let function: AggregateFn = serde_json::from_value(function.into())
                    .map_err(|_| Problem::invalid(vec![FieldProblem::new("totals", "unknown_choice").with("value", key)]))?;
                let field = if name.is_empty() { None } else { Some(self.readable_field(object, name, "totals")?) };
                let number = field.is_none_or(|f| object.at(f).kind.is_number());
                if (matches!(function, AggregateFn::Sum | AggregateFn::Avg) && !number)
                    || (field.is_none() && function != AggregateFn::Count)
                {
                    return Err(Problem::invalid(vec![FieldProblem::new("totals", "wrong_type").with("field", name)]));
                }
                Ok(Aggregate { function, field })
            })
            .collect()
    }
}

/// A page's place as an opaque text.
pub(super) fn cursor_text(cursor: &akrab_model::Cursor) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(cursor).unwrap_or_default())
}

/// # Errors
/// `malformed_cursor` for a text that no page gave out.
pub(super) fn read_cursor(text: &str) -> Result<akrab_model::Cursor> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Problem::malformed("malformed_cursor"))?;
    serde_json::from_slice(&bytes).map_err(|_| Problem::malformed("malformed_cursor"))
}
