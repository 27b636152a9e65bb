//! Background jobs: each step once however often the worker dies, retries, dead letters, schedules,
//! and who may see them.

use crate::workspace::{Workspace, both, map};
use akrab_engine::job::{Outcome, Step};
use akrab_engine::{Ctx, Door, Job, JobCtx, JobFilter, JobKind, JobState, ListRequest, Result, Work, Worker};
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Kinds that only tests have.
pub fn work() -> Work {
    let mut work = akrab_customers::work();
    work.kinds.extend([JobKind::of::<Teams>(), JobKind::of::<Fails>(), JobKind::of::<Orphaned>()]);
    work.carriers.extend(akrab_activities::carriers());
    work
}

/// Makes `upto` teams, one a step; its first worker hangs for good before step `hangs_at`.
#[derive(Serialize, Deserialize)]
struct Teams {
    upto: i64,
    hangs_at: i64,
}

impl Job for Teams {
    const KIND: &'static str = "test_teams";
    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let mut done: i64 = job.mark()?.unwrap_or(0);
        while done < self.upto {
            if done == self.hangs_at && job.attempt == 1 {
                std::future::pending::<()>().await;
            }
            let (next, upto) = (done + 1, self.upto);
            let step = job.step(move |tx| {
                tx.create("team", &map(json!({"name": format!("Tim {next}")})))?;
                Ok(Step { value: next, mark: json!(next), done: next, total: Some(upto) })
            });
            done = step.await?;
        }
        Ok(json!({ "teams": done }))
    }
}

/// Never succeeds: for ever `passing` or at once.
#[derive(Serialize, Deserialize)]
struct Fails {
    passing: bool,
}

impl Job for Fails {
    const KIND: &'static str = "test_fails";
    const ATTEMPTS: i64 = 3;
    async fn run(self, _job: JobCtx) -> Result<Outcome> {
        Err(if self.passing { Problem::new(ProblemKind::Busy, "busy") } else { Problem::forbidden() })
    }
}

/// Its user is deactivated while it runs.
#[derive(Serialize, Deserialize)]
struct Orphaned;

impl Job for Orphaned {
    const KIND: &'static str = "test_orphaned";
    async fn run(self, job: JobCtx) -> Result<Outcome> {
        let user = job.ctx.user_id();
        for n in 0..2 {
            let step = job.step(move |tx| {
                tx.create("team", &map(json!({"name": format!("Tim {n}")})))?;
                tx.as_system("the test").update("user", user.unwrap_or(0), &map(json!({"active": false})), None)?;
                Ok(Step { value: (), mark: json!(n), done: n, total: None })
            });
            step.await?;
        }
        Ok(json!({}))
    }
}

async fn admin(w: &Workspace) -> Ctx {
    let id = w.user("admin", 1, None).await;
    w.of(id, Door::Page)
}

async fn enqueue<J: Job + Sync>(w: &Workspace, ctx: &Ctx, job: J) -> i64 {
    w.engine.write(ctx, move |tx| tx.enqueue(&job)).await.expect("queued")
}

async fn teams(w: &Workspace) -> u64 {
    w.engine.count(&w.system(), ListRequest { object: "team".into(), ..ListRequest::default() }, true).await.expect("a count").shown()
}

both!(
    /// A worker dies in the middle: the next goes on from the checkpoint and does nothing twice.
    a_job_resumes_at_its_checkpoint,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let id = enqueue(w, &ctx, Teams { upto: 7, hangs_at: 3 }).await;
        let first = tokio::spawn({
            let worker = Worker::new(&w.engine, 1);
            async move { worker.drain().await }
        });
        while w.engine.job(&ctx, id).await.expect("a job").done < 3 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        first.abort();
        // as long as the lease runs nobody else may take it
        assert_eq!(Worker::new(&w.engine, 1).drain().await.expect("drained"), 0);
        w.pass(121);
        assert_eq!(Worker::new(&w.engine, 1).drain().await.expect("drained"), 1);
        let job = w.engine.job(&ctx, id).await.expect("a job");
        assert_eq!((job.state, job.done, job.total), (JobState::Done, 7, Some(7)));
        assert_eq!(teams(w).await, 7);
    }
);

both!(
    /// Who may no longer work does not work through his jobs either, from the next step on.
    a_job_ends_when_its_user_is_deactivated,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let second = w.of(w.user("budi", 1, None).await, Door::Page);
        let id = enqueue(w, &second, Orphaned).await;
        Worker::new(&w.engine, 1).drain().await.expect("drained");
        let job = w.engine.job(&ctx, id).await.expect("a job");
        assert_eq!((job.state, job.error.as_deref()), (JobState::Failed, Some("job_actor_gone")));
        assert_eq!(teams(w).await, 1, "the step of before stands, the next did not come");
    }
);

both!(
    /// What may pass is tried again with growing pauses and then given up; what may not fails at once.
    retries_end_among_the_dead_letters,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let passing = enqueue(w, &ctx, Fails { passing: true }).await;
        let refused = enqueue(w, &ctx, Fails { passing: false }).await;
        let worker = Worker::new(&w.engine, 1);
        let mut pauses = Vec::new();
        for _ in 0..3 {
            worker.drain().await.expect("drained");
            let job = w.engine.job(&ctx, passing).await.expect("a job");
            pauses.push(job.run_at.as_second() - w.engine.now().timestamp().as_second());
            assert_eq!(worker.drain().await.expect("drained"), 0, "before its pause is over");
            w.pass(3_600);
        }
        assert!(pauses[0] >= 11 && pauses[0] <= 19 && pauses[1] >= 22 && pauses[1] <= 38, "{pauses:?}");
        let job = w.engine.job(&ctx, passing).await.expect("a job");
        assert_eq!((job.state, job.attempts, job.error.as_deref()), (JobState::Dead, 3, Some("busy")));
        let job = w.engine.job(&ctx, refused).await.expect("a job");
        assert_eq!((job.state, job.error.as_deref()), (JobState::Failed, Some("forbidden")));
        let letters = JobFilter { states: vec![JobState::Dead, JobState::Failed], ..JobFilter::default() };
        assert_eq!(w.engine.jobs(&ctx, &letters).await.expect("a list").len(), 2);
        w.engine.job_retry(&ctx, passing).await.expect("queued again");
        assert_eq!(w.engine.job(&ctx, passing).await.expect("a job").state, JobState::Ready);
        assert_eq!(w.engine.job_retry(&ctx, passing).await.expect_err("refused").code, "job_not_stopped");
        w.engine.job_cancel(&ctx, passing).await.expect("stopped");
        assert_eq!(worker.drain().await.expect("drained"), 0);
        assert_eq!(w.engine.job_cancel(&ctx, passing).await.expect_err("refused").code, "job_over");
    }
);

both!(
    /// Whoever looks, and however often: an occurrence is queued once, and not when it is a day late.
    schedules_come_at_most_once,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        assert_eq!(w.engine.pass_schedules().await.expect("passed"), 0, "the first look only sets the mark");
        w.pass(24 * 3_600);
        let (one, other) = tokio::join!(w.engine.pass_schedules(), w.engine.pass_schedules());
        assert_eq!(one.expect("passed") + other.expect("passed"), 7);
        assert_eq!(w.engine.pass_schedules().await.expect("passed"), 0);
        w.pass(-3_600);
        assert_eq!(w.engine.pass_schedules().await.expect("passed"), 0, "a clock set back makes no second one");
        let kinds: Vec<String> = w.engine.jobs(&ctx, &JobFilter::default()).await.expect("a list").into_iter().map(|j| j.kind).collect();
        assert_eq!(kinds, ["customers_new_day", "retain", "find_twins", "placing", "audit_seal", "clean_up", "purge_bin"]);
        w.pass(3_600);
        assert_eq!(Worker::new(&w.engine, 1).drain().await.expect("drained"), 7);
    }
);

both!(
    /// The bin keeps thirty days.
    the_bin_is_emptied_after_thirty_days,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let (old, young) = (w.make("account", json!({"name": "Lama"})).await, w.make("account", json!({"name": "Baru"})).await);
        w.engine.pass_schedules().await.expect("passed");
        w.engine.delete(&w.of(ctx.user_id().expect("a user"), Door::Page), "account", old, None).await.expect("deleted");
        w.pass(20 * 24 * 3_600);
        w.engine.delete(&w.of(ctx.user_id().expect("a user"), Door::Page), "account", young, None).await.expect("deleted");
        w.pass(11 * 24 * 3_600);
        w.engine.pass_schedules().await.expect("passed");
        Worker::new(&w.engine, 1).drain().await.expect("drained");
        assert_eq!(w.engine.get_binned(&w.system(), "account", old).await.expect_err("gone").code, "not_found");
        assert!(w.engine.get_binned(&w.system(), "account", young).await.is_ok());
    }
);

both!(
    /// People see their own jobs, administrators all.
    jobs_of_others_are_out_of_sight,
    async |w: &Workspace| {
        let admin = admin(w).await;
        let seller = w.of(w.user("siti", 3, None).await, Door::Page);
        let own = enqueue(w, &seller, Fails { passing: true }).await;
        let other = enqueue(w, &admin, Fails { passing: true }).await;
        assert_eq!(w.engine.jobs(&seller, &JobFilter::default()).await.expect("a list").len(), 1);
        assert_eq!(w.engine.jobs(&admin, &JobFilter::default()).await.expect("a list").len(), 2);
        assert_eq!(w.engine.job(&seller, other).await.expect_err("unseen").code, "not_found");
        assert_eq!(w.engine.job_cancel(&seller, other).await.expect_err("unseen").code, "not_found");
        w.engine.job_cancel(&seller, own).await.expect("stopped");
    }
);
