//! What a change of the objects leaves for later: indexes over large tables, and figures of the records there are.

use crate::Result;
use crate::job::{Job, JobCtx, Outcome};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Builds the indexes that are missing and works out figures that were declared since.
#[derive(Debug, Serialize, Deserialize)]
pub struct ShapeJob {}

impl Job for ShapeJob {
    const KIND: &'static str = "shape";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let engine = &job.engine;
        engine.refresh_people().await?;
        let (_, missing) = akrab_store::parted(engine.store().plan(&engine.registry()).await?);
        engine.store().build(&missing).await?;
        job.check().await?;
        engine.fill_figures().await?;
        Ok(json!({ "indexes": missing.len() }))
    }
}
