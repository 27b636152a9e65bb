//! Whether a state can be shown: known fields the actor may read, a filter that binds.

use super::ViewState;
use crate::write::Tx;
use crate::{Access, Result};
use akrab_model::{Filter, Object};
use std::sync::Arc;

impl Tx<'_> {
    /// # Errors
    /// `invalid` with the place of what is unknown, hidden or of the wrong type.
    pub fn check_state(&mut self, object: &Arc<Object>, state: &ViewState) -> Result<()> {
        let filter = state.filter.as_ref().map(Filter::from_json).transpose()?;
        self.condition(object, filter.as_ref(), None, Access::Read)?;
        let columns: Vec<String> = state.columns.iter().map(|c| c.key.clone()).collect();
        self.columns(object, &columns)?;
        self.sorts(object, &state.sort)?;
        self.aggregates(object, &state.totals)?;
        for key in state.quick.iter().chain(state.group.iter()) {
            self.readable_field(object, key.split(':').next().unwrap_or(key), "state")?;
        }
        if let Some(calendar) = &state.calendar {
            self.calendar_fields(object, calendar)?;
        }
        if let Some(map) = &state.map {
            self.map_fields(object, map)?;
        }
        Ok(())
    }
}
