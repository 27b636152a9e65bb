//! Staged objects: the first stage on creation, gates on the way, the time of entry.

use super::Tx;
use crate::Result;
use crate::behaviour::Draft;
use akrab_model::{Cond, Field, FieldProblem, FieldType, Problem, Query, Raw, RecordId, Value};
use serde_json::Value as Json;

impl Tx<'_> {
    /// Gives a new record its first stage and holds a move against the gate of the stage entered.
    pub(super) fn enter_stage(&mut self, draft: &mut Draft) -> Result<()> {
        let object = draft.object.clone();
        let Some(field) = object.fields.iter().find(|f| f.kind == FieldType::Stage) else { return Ok(()) };
        if draft.get(&field.key).is_null() {
            let pipeline = field.pipeline.as_ref().and_then(|p| draft.after.link(p));
            if let Some((stage, _)) = self.first_stage(&object.key, pipeline)? {
                draft.set(&field.key, Value::Link(stage));
            }
        }
        if !draft.changed(&field.key) {
            return Ok(());
        }
        let Some(stage) = draft.after.link(&field.key) else { return Ok(()) };
        let Some(stage) = self.find("stage", stage)? else {
            return Err(draft.fault(&field.key, "no_such_record"));
        };
        self.match_pipeline(draft, field, &stage)?;
        if let Some(since) = object.decl.board.as_ref().and_then(|b| b.since.as_deref())
            && !draft.given.contains(since)
        {
            draft.set(since, Value::Time(self.ctx.now.timestamp()));
        }
        let gate = match stage.get("gate") {
            Value::Json(Json::Array(keys)) => keys.clone(),
            _ => Vec::new(),
        };
        let missing = gate.iter().filter_map(Json::as_str).filter(|key| object.field(key).is_some() && draft.get(key).is_blank());
        let faults: Vec<_> = missing.map(|key| FieldProblem::new(key, "gate_required").with("stage", stage.title())).collect();
        if faults.is_empty() { Ok(()) } else { Err(Problem::invalid(faults)) }
    }

    fn match_pipeline(&mut self, draft: &mut Draft, field: &Field, stage: &akrab_model::Record) -> Result<()> {
        let of_stage = stage.link("pipeline");
        // in a stage of another object it would stand on no board
        if draft.given.contains(&field.key)
            && let Some(pipeline) = of_stage
            && self.find("pipeline", pipeline)?.is_none_or(|pipeline| pipeline.text("object") != draft.object.key)
        {
            return Err(draft.fault(&field.key, "stage_of_other_pipeline"));
        }
        let Some(key) = &field.pipeline else { return Ok(()) };
        if draft.given.contains(key) && draft.changed(key) && draft.after.link(key) != of_stage {
            return Err(draft.fault(&field.key, "stage_of_other_pipeline"));
        }
        draft.set(key, of_stage.map_or(Value::Null, Value::Link));
        Ok(())
    }

    /// The first stage of a pipeline, or of the object's first pipeline: (stage, pipeline).
    ///
    /// # Errors
    /// What the database answers.
    pub fn first_stage(&mut self, object: &str, pipeline: Option<RecordId>) -> Result<Option<(RecordId, RecordId)>> {
        let pipeline = match pipeline {
            Some(id) => id,
            None => match self.pick("pipeline", "object", Raw::Text(object.into()))? {
                Some(id) => id,
                None => return Ok(None),
            },
        };
        Ok(self.pick("stage", "pipeline", Raw::Int(pipeline))?.map(|stage| (stage, pipeline)))
    }

    /// The record with the lowest `position` among those whose `field` has this value.
    fn pick(&mut self, object: &str, field: &str, value: Raw) -> Result<Option<RecordId>> {
        let object = self.object(object)?;
        let (Some(field), Some(position)) = (object.field_ix(field), object.field_ix("position")) else { return Ok(None) };
        let value = match value {
            Raw::Text(text) if object.at(field).folded => Raw::Text(akrab_model::text::fold(&text)),
            value => value,
        };
        let test = akrab_model::filter::Test { path: Vec::new(), object: object.ix, field, is: akrab_model::filter::Is::Eq(value) };
        let query = Query {
            object: object.ix,
            columns: Vec::new(),
            cond: Cond::Test(test),
            sort: vec![akrab_model::Sort::by(position, false)],
            limit: 1,
            after: None,
            bin: false,
            titles: Vec::new(),
        };
        let registry = self.registry.clone();
        Ok(self.conn.select(&registry, &query)?.rows.first().map(|row| row.id))
    }
}
