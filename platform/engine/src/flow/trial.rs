//! Trying a flow out on records there are: what would have happened, and nothing is written.

use super::live::Ready;
use super::turn::Written;
use super::{Flow, LogView, RunRow, RunState};
use crate::{Ctx, Engine, Result, Tx};
use akrab_model::{Cond, FieldIx, Problem, Query, RecordId, Sort};
use serde_json::Value as Json;
use std::sync::Arc;

/// Records looked through for those the condition holds of, and records a flow is tried on at most.
const LOOKED_AT: usize = 200;
const TRIED: usize = 20;
/// Turns of a run before a trial gives up.
const TURNS: usize = 8;

/// On which records.
#[derive(Debug, Clone, Default)]
pub struct TrialAsk {
    /// This one; the latest ones the condition holds of when absent.
    pub record: Option<RecordId>,
    /// At most so many; five when 0.
    pub limit: usize,
}

/// What would have happened to one record.
#[derive(Debug, Clone)]
pub struct Trial {
    pub record: RecordId,
    pub title: String,
    /// Whether the flow's condition holds of it; nothing is done when not.
    pub fits: bool,
    pub state: RunState,
    pub steps: Vec<LogView>,
    /// The problem it would have failed with.
    pub told: Option<Json>,
}

impl Engine {
    /// Tries a flow out. Waits are passed over, nothing leaves the program, and all that is written is taken back.
    ///
    /// # Errors
    /// `invalid` with everything that is wrong with it; `not_found` for a record there is not; `forbidden` for anybody but
    /// administrators.
    pub async fn flow_try(&self, ctx: &Ctx, key: &str, flow: Flow, ask: TrialAsk) -> Result<Vec<Trial>> {
        let (own, wanted, name) = (flow.clone(), ask.clone(), key.to_string());
        let found = self.read(ctx, move |tx| tx.flow_tried(&name, &own, &wanted)).await?;
        let mut trials = Vec::new();
        for (record, fits) in found {
            let (flow, name) = (flow.clone(), key.to_string());
            trials.push(self.try_out(ctx, move |tx| tx.flow_trial(&name, &flow, record, fits)).await?);
        }
        Ok(trials)
    }
}

impl Tx<'_> {
    /// The records a flow is tried on, and whether its condition holds of them.
    fn flow_tried(&mut self, key: &str, flow: &Flow, ask: &TrialAsk) -> Result<Vec<(RecordId, bool)>> {
        self.may_declare()?;
        let faults = self.flow_faults(flow)?;
        if !faults.is_empty() {
            return Err(Problem::invalid(faults));
        }
        let ready = self.flow_for_trial(key, flow)?;
        let object = self.object(&flow.object)?;
        if let Some(id) = ask.record {
            let record = self.find(&object.key, id)?.ok_or_else(Problem::not_found)?;
            return Ok(vec![(id, self.fits_flow(&ready, &object, &record)?)]);
        }
        let registry = self.registry.clone();
        let cond = match &ready.when {
            Some(when) => when.bind(&registry, &object, &self.env(), &crate::rights::Everything)?,
            None => Cond::True,
        };
        let latest: Vec<Sort> = object.field_ix("created_at").map(|ix: FieldIx| Sort::by(ix, true)).into_iter().collect();
        let query = Query {
            object: object.ix,
            columns: Vec::new(),
            cond,
            sort: latest,
            limit: LOOKED_AT,
            after: None,
            bin: false,
            titles: Vec::new(),
        };
        let ids: Vec<RecordId> = self.conn.select(&registry, &query)?.rows.iter().map(|row| row.id).collect();
        let limit = if ask.limit == 0 { 5 } else { ask.limit.min(TRIED) };
        let mut found = Vec::new();
        for id in ids {
            if found.len() == limit {
                break;
            }
            if let Some(record) = self.find(&object.key, id)?
                && self.fits_flow(&ready, &object, &record)?
            {
                found.push((id, true));
            }
        }
        Ok(found)
    }

    fn flow_for_trial(&mut self, key: &str, flow: &Flow) -> Result<Arc<Ready>> {
        let row = self.flow_row(key)?;
        let registry = self.registry.clone();
        Ok(Arc::new(Ready::of(&row, 0, self.ctx.user_id(), flow.clone(), &registry)?))
    }

    fn flow_trial(&mut self, key: &str, flow: &Flow, record: RecordId, fits: bool) -> Result<Trial> {
        let ready = self.flow_for_trial(key, flow)?;
        let object = self.object(&flow.object)?;
        let title = self.titles_of(object.ix, &[record])?.pop().map(|(_, title)| title).unwrap_or_default();
        let now = self.ctx.micros();
        let mut run = RunRow {
            id: 0,
            flow: ready.id,
            version: 0,
            object: object.key.clone(),
            record,
            state: RunState::Going,
            listens: false,
            due: now,
            place: None,
            step: None,
            attempts: 0,
            seq: 0,
            depth: 0,
            chain: None,
            data: None,
            told: None,
            actor: None,
            started: now,
            ended: None,
        };
        let mut written = Written::default();
        for _ in 0..TURNS {
            if !fits || run.state != RunState::Going {
                break;
            }
            let Some(gone) = self.flow_go(vec![(run.clone(), ready.clone())], true, &mut written)?.pop() else { break };
            run = gone;
        }
        let steps = written.log.into_iter().map(|row| LogView::of(&ready.flow, row)).collect();
        let told = run.told.as_deref().and_then(|text| serde_json::from_str(text).ok());
        Ok(Trial { record, title, fits, state: run.state, steps, told })
    }
}
