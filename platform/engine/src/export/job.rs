//! A large export as a job whose result is a file.

use super::ExportSpec;
use crate::job::{Job, JobCtx, Outcome};
use crate::{Ctx, Engine, Result};
use akrab_model::Problem;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Writes an export and keeps it as a file of whoever asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExportJob {
    pub spec: ExportSpec,
}

/// The result of the job.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ExportReport {
    pub file: i64,
    pub name: String,
    pub rows: u64,
}

/// Largest file an export may become.
const LARGEST: u64 = 2 * 1024 * 1024 * 1024;

impl Engine {
    /// Queues an export; gives the job.
    ///
    /// # Errors
    /// As [`Engine::export`].
    pub async fn export_start(&self, ctx: &Ctx, spec: ExportSpec) -> Result<i64> {
        ctx.require_whole()?;
        self.write(ctx, move |tx| {
            tx.bind_export(&spec)?;
            tx.enqueue(&ExportJob { spec: spec.clone() })
        })
        .await
    }
}

impl Job for ExportJob {
    const KIND: &'static str = "export";

    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let exported = job.engine.export(&job.now().await?, self.spec).await?;
        let content = std::fs::File::open(&exported.path).map_err(crate::file::failure);
        let kept = match content {
            Ok(content) => job.engine.file_put(&job.ctx, &exported.name, content, LARGEST).await,
            Err(problem) => Err(problem),
        };
        job.engine.export_done(&exported);
        let kept = kept?;
        job.check().await?;
        serde_json::to_value(ExportReport { file: kept.id, name: exported.name, rows: exported.rows })
            .map_err(Problem::internal)
            .map(|report| json!(report))
    }
}
