//! Work that outlives a request: a durable queue in the workspace's own database.
//!
//! A job is a serialisable struct with [`Job::run`]. It is queued inside the transaction that wants
//! it ([`crate::Tx::enqueue`]), runs with the rights of whoever queued it, and goes on from its last
//! checkpoint after a crash: [`JobCtx::step`] writes rows and checkpoint in one transaction.

mod clean;
mod context;
mod queue;
mod schedule;
mod worker;

pub use clean::{CleanUp, PurgeBin};
pub use context::{JobCtx, Step};
pub use queue::{JobFilter, JobView, Queued};
pub use schedule::{Every, Schedule};
pub use worker::Worker;

pub use akrab_store::JobState;

use crate::Result;
use akrab_model::Problem;
use futures::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

/// A holder that says nothing for this long has lost its job, unless the set-up says otherwise.
pub const LEASE: std::time::Duration = std::time::Duration::from_secs(120);

impl crate::Engine {
    pub(crate) fn lease_micros(&self) -> i64 {
        i64::try_from(self.inner.lease.as_micros()).unwrap_or(i64::MAX / 4)
    }
}

/// What a finished job leaves behind for whoever looks: counts, file ids.
pub type Outcome = Json;

/// One kind of work. The struct itself is the payload.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// Stable name; message key `job-<kind>`.
    const KIND: &'static str;
    /// Tries without progress before the job is given up.
    const ATTEMPTS: i64 = 5;

    /// Does the work.
    ///
    /// # Errors
    /// `Busy`, `Full` and `Internal` problems are tried again; any other ends the job as failed.
    fn run(self, job: JobCtx) -> impl Future<Output = Result<Outcome>> + Send;
}

type Run = dyn Fn(Json, JobCtx) -> BoxFuture<'static, Result<Outcome>> + Send + Sync;

/// A kind of job the workers of this program can run.
#[derive(Clone)]
pub struct JobKind {
    pub key: &'static str,
    run: Arc<Run>,
}

impl JobKind {
    pub fn of<J: Job>() -> JobKind {
        let run = |payload: Json, ctx: JobCtx| -> BoxFuture<'static, Result<Outcome>> {
            Box::pin(async move { serde_json::from_value::<J>(payload).map_err(Problem::internal)?.run(ctx).await })
        };
        JobKind { key: J::KIND, run: Arc::new(run) }
    }
}

/// What runs in the background: kinds of jobs and when some of them come by themselves.
#[derive(Clone, Default)]
pub struct Work {
    pub kinds: Vec<JobKind>,
    pub schedules: Vec<Schedule>,
    /// Who hands over what the work ledger holds.
    pub carriers: Vec<Arc<dyn crate::work::Carrier>>,
}

/// The kinds by name, the platform's own included.
pub(crate) struct Kinds {
    by_key: HashMap<&'static str, JobKind>,
    pub schedules: Vec<Schedule>,
    pub carriers: Vec<Arc<dyn crate::work::Carrier>>,
}

impl Kinds {
    pub fn new(work: Work) -> Kinds {
        let own = [
            JobKind::of::<PurgeBin>(),
            JobKind::of::<CleanUp>(),
            JobKind::of::<crate::import::ImportJob>(),
            JobKind::of::<crate::import::UndoJob>(),
            JobKind::of::<crate::export::ExportJob>(),
            JobKind::of::<crate::archive::ArchiveJob>(),
            JobKind::of::<crate::archive::ArrivalJob>(),
            JobKind::of::<crate::bulk::BulkJob>(),
            JobKind::of::<crate::identity::MailJob>(),
            JobKind::of::<crate::report::mailing::ReportMail>(),
            JobKind::of::<crate::notice::NoticeMail>(),
            JobKind::of::<crate::notice::Remind>(),
            JobKind::of::<crate::lead::ToLead>(),
            JobKind::of::<crate::ledger::SettleLedgers>(),
            JobKind::of::<crate::work::SettleWork>(),
            JobKind::of::<crate::approval::SettleApprovals>(),
            JobKind::of::<crate::approval::ApprovalMail>(),
            JobKind::of::<crate::audit::AuditSeal>(),
            JobKind::of::<crate::process::CountStays>(),
            JobKind::of::<crate::policy::WatchPolicies>(),
            JobKind::of::<crate::shape::ShapeJob>(),
            JobKind::of::<crate::sharing::PlaceJob>(),
            JobKind::of::<crate::hook::HookStopped>(),
            JobKind::of::<crate::passkey::PasskeyMail>(),
            JobKind::of::<crate::scim::LeftMail>(),
            JobKind::of::<crate::twin::FindTwins>(),
            JobKind::of::<crate::twin::MergeMany>(),
            JobKind::of::<crate::clean::CleanJob>(),
            JobKind::of::<crate::clean::UndoClean>(),
            JobKind::of::<crate::privacy::AccessCopy>(),
            JobKind::of::<crate::privacy::RetainJob>(),
        ];
        let by_key = own.into_iter().chain(work.kinds).map(|k| (k.key, k)).collect();
        let schedules = clean::schedules()
            .into_iter()
            .chain([crate::audit::schedule(), crate::sharing::schedule(), crate::twin::schedule(), crate::privacy::schedule()])
            .chain(work.schedules)
            .collect();
        let mails: Arc<dyn crate::work::Carrier> = Arc::new(crate::flow::FlowMails);
        Kinds { by_key, schedules, carriers: std::iter::once(mails).chain(work.carriers).collect() }
    }

    pub fn get(&self, key: &str) -> Option<&JobKind> {
        self.by_key.get(key)
    }
}

/// Whether trying again may help.
fn passing(problem: &Problem) -> bool {
    use akrab_model::problem::ProblemKind::{Busy, Full, Internal};
    matches!(problem.kind, Busy | Full | Internal)
}
