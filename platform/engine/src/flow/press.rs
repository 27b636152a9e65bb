//! Flows somebody begins by a button on a record's page, or by the API.

use super::{Ready, Trigger};
use crate::rights::Access;
use crate::{Result, Tx};
use akrab_model::{Object, Problem, ProblemKind, RecordId};
use akrab_store::Bin;
use std::sync::Arc;

impl Tx<'_> {
    /// Flows the actor may begin for a record as it stands.
    ///
    /// # Errors
    /// What the database answers.
    pub fn flow_buttons(&mut self, object: &Arc<Object>, id: RecordId) -> Result<Vec<Arc<Ready>>> {
        let all = self.engine.flows().buttons(&object.key);
        if all.is_empty() || self.ctx.read_only {
            return Ok(Vec::new());
        }
        let reach = self.rights.cond(object, Access::Edit);
        let registry = self.registry.clone();
        if self.conn.row(&registry, object, id, &[], &reach, Bin::Living)?.is_none() {
            return Ok(Vec::new());
        }
        let Some(record) = self.find(&object.key, id)? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for ready in all {
            if self.fits_flow(&ready, object, &record)? {
                found.push(ready);
            }
        }
        Ok(found)
    }

    /// Flows that incoming webhooks may hand records of an object to: key and declaration.
    pub(crate) fn flows_for_inlets(&self, object: &str) -> Vec<(String, Arc<Ready>)> {
        let flows = self.engine.flows();
        let live = flows.standing.iter().filter(|s| !s.row.gone && !s.row.paused).filter_map(|s| s.ready.as_ref());
        let fits = live.filter(|ready| ready.flow.object == object && matches!(ready.flow.trigger, Trigger::Webhook {}));
        fits.map(|ready| (ready.key.clone(), ready.clone())).collect()
    }

    /// Begins a flow for a record an incoming webhook made or found, unless the flow rests or its condition does not hold.
    pub(crate) fn flow_by_inlet(&mut self, key: &str, object: &str, id: RecordId) -> Result<()> {
        let Some((_, ready)) = self.flows_for_inlets(object).into_iter().find(|(known, _)| known == key) else { return Ok(()) };
        self.flow_hand_over(&ready, object, id)
    }

    /// Begins a flow for a record that came in, unless its condition does not hold.
    pub(crate) fn flow_hand_over(&mut self, ready: &Ready, object: &str, id: RecordId) -> Result<()> {
        let object = self.object(object)?;
        let Some(record) = self.find(&object.key, id)? else { return Ok(()) };
        if self.fits_flow(ready, &object, &record)? {
            let begun: Vec<_> = self.flow_run(ready, id, false)?.into_iter().collect();
            self.flow_begin(&begun)?;
        }
        Ok(())
    }

    /// Begins a flow with a button for a record the actor may change; gives the run, none when the flow runs for it already
    /// and may do so but once.
    ///
    /// # Errors
    /// `not_found`, `forbidden`; `flow_not_now` when its condition does not hold.
    pub fn flow_press(&mut self, object: &str, id: RecordId, key: &str) -> Result<Option<i64>> {
        let object = self.object(object)?;
        let record = self.load_for(&object, id, Access::Edit, Bin::Living)?;
        if self.ctx.read_only {
            return Err(Problem::forbidden());
        }
        let ready = self.engine.flows().buttons(&object.key).into_iter().find(|ready| ready.key == key).ok_or_else(Problem::not_found)?;
        if !self.fits_flow(&ready, &object, &record)? {
            return Err(Problem::new(ProblemKind::Conflict, "flow_not_now"));
        }
        let run = self.flow_run(&ready, id, false)?;
        let begun: Vec<_> = run.into_iter().collect();
        Ok(self.flow_begin(&begun)?.first().copied())
    }
}
