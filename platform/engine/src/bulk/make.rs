//! A record about each of many: a task for every customer chosen.

use crate::about::links_about;
use crate::{Result, Tx};
use akrab_model::value::Input;
use akrab_model::{FieldProblem, Object, Problem};
use std::sync::Arc;

impl Tx<'_> {
    /// Whether such records may be made at all, and faults of the values as such.
    pub(super) fn make_check(&mut self, object: &Object, made: &str, via: &str, values: &Input) -> Result<()> {
        let made = self.object(made)?;
        let link = made.field(via).filter(|f| f.to == Some(object.ix) && made.decl.timeline.on.contains(&f.key));
        if link.is_none() {
            return Err(Problem::invalid(vec![FieldProblem::new(via, "unknown_field").with("field", via)]));
        }
        self.prepare_new(&made, values).map(|_| ())
    }
}

pub(super) fn make(tx: &mut Tx, object: &Arc<Object>, id: i64, (made, via): (&str, &str), values: &Input) -> Result<bool> {
    let record = tx.get(&object.key, id)?;
    let made = tx.object(made)?;
    let mut input = links_about(&made, via, &record);
    input.extend(values.clone());
    tx.create(&made.key, &input)?;
    Ok(true)
}
