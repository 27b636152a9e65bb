//! Duplicates of what came in: looked for behind a run by the search there is, and told with its report.

use super::ImportReport;
use crate::job::{JobCtx, JobState, Queued};
use crate::twin::{FindTwins, can_match};
use crate::{Access, Ctx, Engine, Result};
use akrab_model::Problem;
use akrab_model::object::Scope;
use serde::Serialize;

/// Likely duplicates of an object after an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TwinsWaiting {
    pub object: String,
    /// Pairs that wait for somebody, those there were before among them; none while they are looked for.
    pub waiting: Option<i64>,
}

/// Queues the search behind a run that has made records of which duplicates can be found, once; gives its job.
pub(super) async fn search(job: &JobCtx, object: &str, report: &ImportReport) -> Result<Option<i64>> {
    let own = Some(object).filter(|_| report.counts.created > 0);
    let made = own.into_iter().chain(report.made.keys().map(String::as_str));
    let registry = job.engine.registry();
    let objects: Vec<String> = made.filter(|key| registry.object(key).is_some_and(|o| can_match(o))).map(str::to_string).collect();
    if objects.is_empty() {
        return Ok(None);
    }
    let key = format!("find_twins:import:{}", job.id);
    let queued = Queued { unique_key: Some(key.clone()), ..Queued::of(&FindTwins { objects })? };
    // the queue is everybody's, whoever imports
    let queue = move |tx: &mut crate::Tx| {
        let new = tx.as_system("looks for duplicates of an import").queue(&queued)?;
        if new.is_some() { Ok(new) } else { Ok(tx.conn.job_keyed(&key)?) }
    };
    job.engine.write(&job.now().await?, queue).await
}

impl Engine {
    /// What the search for duplicates behind an import has come to, of each object it looked through; of none when no search
    /// was queued, or when it ended early.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn import_twins(&self, ctx: &Ctx, report: &ImportReport) -> Result<Vec<TwinsWaiting>> {
        let Some(search) = report.search else { return Ok(Vec::new()) };
        self.read(ctx, move |tx| {
            let Some(row) = tx.conn.job(search)? else { return Ok(Vec::new()) };
            let over = row.state.is_over();
            if over && row.state != JobState::Done {
                return Ok(Vec::new());
            }
            let looked: FindTwins = serde_json::from_str(&row.payload).map_err(Problem::internal)?;
            let mut told = Vec::new();
            for key in looked.objects {
                // the objects may be others by now
                let seen = tx.object(&key).ok().filter(|object| can_match(object) && tx.rights.scope(object, Access::Read) > Scope::None);
                if let Some(object) = seen {
                    let waiting = if over { Some(tx.twins_waiting(&object)?) } else { None };
                    told.push(TwinsWaiting { object: key, waiting });
                }
            }
            Ok(told)
        })
        .await
    }
}
