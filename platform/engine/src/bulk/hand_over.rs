//! Somebody leaves: what he is working on goes to somebody else.

use super::{BulkChange, BulkJob, BulkSpec};
use crate::{Ctx, Engine, Result};
use akrab_model::filter::Op;
use akrab_model::{Count, FieldType, Filter, Object, Problem};
use akrab_store::Bin;
use serde_json::json;
use std::sync::Arc;

impl Engine {
    /// How many records of each object somebody would hand over: those he is responsible for, as far
    /// as there is still something to do. What he has done and told stays his.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub async fn hand_over_preview(&self, ctx: &Ctx, user: i64) -> Result<Vec<(Arc<Object>, u64)>> {
        if !ctx.is_admin() {
            return Err(Problem::forbidden());
        }
        self.read(ctx, move |tx| {
            let registry = tx.registry.clone();
            let mut found = Vec::new();
            for object in registry.objects() {
                let Some(filter) = unfinished(object, user)? else { continue };
                let cond = filter.bind(&registry, object, &tx.env(), &tx.rights.clone())?;
                match tx.conn.count(&registry, object, &cond, Bin::Living, None)? {
                    Count::Exact(0) => {}
                    Count::Exact(n) | Count::Above(n) => found.push((object.clone(), n)),
                }
            }
            Ok(found)
        })
        .await
    }

    /// Queues the jobs that hand everything over, and lets the person in no longer. Gives the number of jobs.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `invalid` at `to` for a person who may not take over,
    /// at `active` for the last administrator.
    pub async fn hand_over(&self, ctx: &Ctx, user: i64, to: Option<i64>) -> Result<usize> {
        let fault = |code: &str| Problem::invalid(vec![akrab_model::FieldProblem::new("to", code)]);
        let objects = self.hand_over_preview(ctx, user).await?;
        if !objects.is_empty() {
            let to = to.ok_or_else(|| fault("required"))?;
            self.people().user(to).filter(|p| p.active && p.id != user).ok_or_else(|| fault("unknown_choice"))?;
        }
        self.write(ctx, move |tx| {
            for (object, _) in &objects {
                let Some((owner, filter)) = object.owner.map(|ix| object.at(ix).key.clone()).zip(unfinished(object, user)?) else {
                    continue;
                };
                let change = BulkChange::Set([(owner, json!(to))].into_iter().collect());
                let spec = BulkSpec { object: object.key.clone(), filter: Some(filter.to_json()), change, ..BulkSpec::default() };
                tx.enqueue(&BulkJob { spec })?;
            }
            let off = [("active".to_string(), json!(false))].into_iter().collect();
            tx.update("user", user, &off, None)?;
            let counts: serde_json::Map<_, _> = objects.iter().map(|(object, n)| (object.key.clone(), json!(n))).collect();
            tx.audit("hand_over", Some(("user", user)), json!({ "to": to, "records": counts }))?;
            Ok(objects.len())
        })
        .await
    }
}

/// What somebody still works on: records that are his and that the object's declaration calls open, open stages
/// and tasks only. Nothing of objects that tell what happened.
pub(crate) fn unfinished(object: &Object, user: i64) -> Result<Option<Filter>> {
    let Some(owner) = object.owner.filter(|_| !object.is_system() && object.decl.timeline.kind.is_none()) else { return Ok(None) };
    let mut all = vec![Filter::test(&object.at(owner).key, Op::Is, user)];
    all.extend(open(object)?);
    Ok(Some(Filter::All(all)))
}

/// What holds of records that somebody still works on.
pub(crate) fn open(object: &Object) -> Result<Vec<Filter>> {
    let mut all = Vec::new();
    if let Some(stage) = object.fields.iter().find(|f| f.kind == FieldType::Stage) {
        all.push(Filter::test(&format!("{}.category", stage.key), Op::Is, "open"));
    }
    if let Some(done) = &object.decl.timeline.done {
        all.push(Filter::test(done, Op::Empty, true));
    }
    if let Some(open) = &object.decl.open {
        all.push(Filter::from_json(open)?);
    }
    Ok(all)
}
