//! Names in requests become fields; what the actor may not read is unknown.

use crate::write::Tx;
use crate::{Access, Result};
use akrab_model::object::FieldRight;
use akrab_model::query::AggregateFn;
use akrab_model::{Aggregate, Cond, FieldIx, FieldProblem, FieldType, Object, ObjectIx, Problem, Sort};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Figures of one request; a database knows only so many columns.
const MAX_TOTALS: usize = 50;
/// Fields one list is sorted by.
const MAX_SORTS: usize = 2;
/// Longer keys of figures are told apart by their digest.
const LONG_KEY: usize = 1_000;

impl Tx<'_> {
    /// A figure over a whole result, kept while it is sure. `work` gives the rows it covers and the figure.
    pub(crate) fn figure<T: Clone + Send + Sync + 'static>(
        &mut self,
        key: String,
        work: impl FnOnce(&mut Self) -> Result<(u64, T)>,
    ) -> Result<T> {
        let now = self.ctx.micros();
        // conditions that name many records are long
        let key = if key.len() > LONG_KEY { crate::identity::digest(&key) } else { key };
        let key = format!("{} {key}", self.ctx.world.version);
        let engine = self.engine.clone();
        let figures = &engine.inner.figures;
        // inside a write one sees one's own changes
        if self.writing {
            return work(self).map(|(_, value)| value);
        }
        if let Some(kept) = figures.recent(&key, now) {
            return Ok(kept);
        }
        let moment = figures.moment(match &self.ctx.mark {
            Some(mark) => mark.to_string(),
            None => self.conn.mark()?,
        });
        if let Some(kept) = figures.get(&key, &moment) {
            return Ok(kept);
        }
        let (rows, value) = work(self)?;
        figures.put(key, moment, now, rows, &value);
        Ok(value)
    }

    pub(crate) fn readable_field(&self, object: &Object, key: &str, pointer: &str) -> Result<FieldIx> {
        object
            .field_ix(key)
            .filter(|ix| self.rights.field(object, *ix) > FieldRight::Hidden)
            .ok_or_else(|| Problem::invalid(vec![FieldProblem::new(pointer, "unknown_field").with("field", key)]))
    }

    /// `-amount` sorts downwards. A link sorts by the title of what it points to, and comes first.
    pub(crate) fn sorts(&self, object: &Object, keys: &[String]) -> Result<Vec<Sort>> {
        let mut sorts = Vec::new();
        for key in keys {
            let name = key.trim_start_matches('-');
            let field = self.readable_field(object, name, "sort")?;
            if !object.at(field).sortable() {
                return Err(Problem::invalid(vec![FieldProblem::new("sort", "not_sortable").with("field", name)]));
            }
            // rows that agree in another key may be a million; by their links' titles they could only be sorted
            if !sorts.is_empty() && object.at(field).kind == FieldType::Link {
                return Err(Problem::invalid(vec![FieldProblem::new("sort", "link_sorts_first").with("field", name)]));
            }
            if sorts.len() >= MAX_SORTS {
                return Err(Problem::invalid(vec![FieldProblem::new("sort", "too_many").with("max", MAX_SORTS)]));
            }
            let guard = match object.at(field).to.filter(|_| object.at(field).kind == FieldType::Link) {
                Some(target) => self.titles_shown(target),
                None => Cond::True,
            };
            sorts.push(Sort { field, descending: key.starts_with('-'), guard });
        }
        Ok(sorts)
    }

    /// Whose titles the actor is shown, as [`Tx::titles_of`] gives them.
    fn titles_shown(&self, target: ObjectIx) -> Cond {
        let target = self.registry.at(target);
        if target.key == "user" {
            return Cond::True;
        }
        let hidden = self.rights.field(target, target.title) == FieldRight::Hidden;
        if hidden { Cond::False } else { self.rights.cond(target, Access::Read) }
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
