//! Brings events out: takes what is due, signs it, sends it, and writes down what was answered.

use super::ladder::{self, LADDER};
use super::letter::{FlowLetter, Letter};
use super::place;
use super::sign::{Key, signature};
use crate::outside::{Call, Heard, Missed};
use crate::write::Tx;
use crate::{Ctx, Door, Engine, Result};
use akrab_model::Problem;
use akrab_store::{Backend, HookAttempt, HookDelivery, HookEvent, HookRow, HookState};
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Sent at once by one process, and of those to one subscriber.
const AT_ONCE: usize = 16;
const TO_ONE: i64 = 4;
/// A sender that says nothing for so long is gone, in microseconds; longer than any call takes.
const LEASE: i64 = 60_000_000;
/// Other processes write events too: it is looked for them now and then without being told.
const POLL: Duration = Duration::from_secs(2);
/// So much of an answer is kept, in bytes.
const KEPT: usize = 4_096;

/// Sends what the subscribers of a workspace are to be told. Several may work on one workspace.
#[derive(Clone)]
pub struct Courier {
    engine: Engine,
}

/// What became of one try.
struct Tried {
    attempt: HookAttempt,
    answer: Answer,
}

enum Answer {
    Heard(Heard),
    Missed,
    /// It is not for this subscriber.
    Left,
}

impl Courier {
    pub fn new(engine: &Engine) -> Courier {
        Courier { engine: engine.clone() }
    }

    /// Works until `stop` becomes true; what is on its way comes to its end.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) {
        let mut going = JoinSet::new();
        while !*stop.borrow() {
            let mut found = 0;
            if going.len() < AT_ONCE {
                match self.take(AT_ONCE - going.len()).await {
                    Ok(taken) => {
                        found = taken.len();
                        for delivery in taken {
                            let courier = self.clone();
                            going.spawn(async move { courier.bring(delivery).await });
                        }
                    }
                    Err(problem) => tracing::warn!(cause = problem.cause.as_deref(), code = problem.code, "taking webhooks"),
                }
            }
            if found > 0 && going.len() < AT_ONCE {
                continue;
            }
            tokio::select! {
                Some(_) = going.join_next() => {}
                () = self.engine.inner.told.notified() => {}
                () = tokio::time::sleep(POLL) => {}
                changed = stop.changed() => if changed.is_err() { break },
            }
        }
        while going.join_next().await.is_some() {}
    }

    /// Sends what is due now and says how many tries that were.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn drain(&self) -> Result<usize> {
        let mut tries = 0;
        loop {
            let taken = self.take(AT_ONCE).await?;
            if taken.is_empty() {
                return Ok(tries);
            }
            tries += taken.len();
            let mut going: JoinSet<()> = taken
                .into_iter()
                .map(|delivery| {
                    let courier = self.clone();
                    async move { courier.bring(delivery).await }
                })
                .collect();
            while going.join_next().await.is_some() {}
        }
    }

    fn ctx(&self) -> Ctx {
        self.engine.system("webhooks", Door::Job)
    }

    async fn take(&self, room: usize) -> Result<Vec<HookDelivery>> {
        // other processes may have been asked to tell of something
        if self.engine.store().backend() == Backend::Postgres {
            self.engine.refresh_people().await?;
        }
        // what waits for a hook that is off waits until it is on again
        if self.engine.listeners().is_empty() {
            return Ok(Vec::new());
        }
        let ctx = self.ctx();
        let now = ctx.micros();
        let due = self.engine.read(&ctx, move |tx| {
            let mut due = Vec::new();
            for hook in tx.conn.hooks_awake(now)? {
                if due.len() < room {
                    due.extend(tx.conn.hook_due(hook, now, TO_ONE)?);
                }
            }
            due.truncate(room);
            Ok(due)
        });
        let due = due.await?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let fence = i64::from_le_bytes(self.engine.random()) & i64::MAX;
        let take = move |tx: &mut Tx| {
            let mut taken = Vec::new();
            for id in &due {
                taken.extend(tx.conn.hook_take(*id, now, now + LEASE, fence)?);
            }
            Ok(taken)
        };
        self.engine.write(&ctx, take).await
    }

    /// One try from beginning to end. Where not even its end could be written, it is tried again after its lease.
    async fn bring(&self, delivery: HookDelivery) {
        let id = delivery.id;
        match AssertUnwindSafe(self.attempt(delivery)).catch_unwind().await {
            Ok(Ok(())) => {}
            Ok(Err(problem)) => {
                tracing::warn!(delivery = id, cause = problem.cause.as_deref(), code = problem.code, "a webhook was not sent")
            }
            Err(_) => tracing::error!(delivery = id, "sending a webhook panicked"),
        }
    }

    async fn attempt(&self, delivery: HookDelivery) -> Result<()> {
        let id = delivery.id;
        let ctx = self.ctx();
        let found = self.engine.read(&ctx, move |tx| {
            let Some((delivery, event)) = tx.conn.hook_delivery(id)? else { return Ok(None) };
            Ok(tx.conn.hook(delivery.hook)?.map(|hook| (hook, event)))
        });
        // removed meanwhile
        let Some((hook, event)) = found.await? else { return Ok(()) };
        let tried = if delivery.attempts > LADDER.len() as i64 + 1 {
            self.failed(delivery.id, &Problem::internal("the sender died with it"))
        } else {
            match self.engine.hook_letter(&hook, &event).await {
                Ok(Some(letter)) => {
                    let sent = self.send(&hook, &event, delivery.id, letter).await;
                    sent.unwrap_or_else(|problem| self.failed(delivery.id, &problem))
                }
                Ok(None) => Tried { attempt: attempt(delivery.id, self.engine.micros()), answer: Answer::Left },
                Err(problem) => self.failed(delivery.id, &problem),
            }
        };
        let chance = u16::from_le_bytes(self.engine.random());
        let now = self.engine.micros();
        let end = move |tx: &mut Tx| tx.hook_ended((&delivery, &event), &tried, now, chance);
        self.engine.write(&self.ctx(), end).await
    }

    /// A try that came to nothing on this side.
    fn failed(&self, delivery: i64, problem: &Problem) -> Tried {
        let attempt = attempt(delivery, self.engine.micros());
        Tried { attempt: HookAttempt { code: Some(problem.code.into()), detail: problem.cause.clone(), ..attempt }, answer: Answer::Missed }
    }

    async fn send(&self, hook: &HookRow, event: &HookEvent, delivery: i64, letter: Letter) -> Result<Tried> {
        let began = self.engine.micros();
        let seconds = began.div_euclid(1_000_000);
        let former = hook.former.iter().filter(|(_, until)| *until > began).map(|(sealed, _)| sealed);
        let open = |sealed: &String| Key::read(&self.engine.unseal(&place(hook.id), sealed)?);
        let keys = std::iter::once(&hook.secret).chain(former).map(open).collect::<Result<Vec<Key>>>()?;
        let Letter { method, url, headers: more, body } = letter;
        let mut headers = vec![
            ("content-type".to_string(), "application/json".to_string()),
            ("user-agent".into(), concat!("Akrab/", env!("CARGO_PKG_VERSION")).into()),
            ("webhook-id".into(), event.name.clone()),
            ("webhook-timestamp".into(), seconds.to_string()),
            ("webhook-signature".into(), signature(&keys, &event.name, seconds, &body)),
        ];
        headers.extend(more);
        let request = told(&headers, &body);
        let call = Call { method, headers, body: body.into(), most: KEPT, ..Call::get(url) };
        let heard = self.engine.outside().call(call).await;
        let mut attempt = HookAttempt { request, took: (self.engine.micros() - began) / 1_000, ..attempt(delivery, began) };
        let answer = match heard {
            Ok(heard) => {
                attempt.status = Some(heard.status.into());
                attempt.answer = told(&heard.headers, &String::from_utf8_lossy(&heard.body));
                Answer::Heard(heard)
            }
            Err(Missed { code, detail }) => {
                (attempt.code, attempt.detail) = (Some(code.into()), Some(detail.chars().take(300).collect()));
                Answer::Missed
            }
        };
        Ok(Tried { attempt, answer })
    }
}

fn attempt(delivery: i64, at: i64) -> HookAttempt {
    HookAttempt { id: 0, delivery, at, took: 0, status: None, code: None, detail: None, request: String::new(), answer: String::new() }
}

/// Headers and body as they stand in the log: nothing a database could not keep.
fn told(headers: &[(String, String)], body: &str) -> String {
    let lines: String = headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    format!("{lines}\n{body}").replace('\0', "\u{fffd}")
}

impl Tx<'_> {
    /// Writes down what became of a try, and what follows of it for the subscriber.
    fn hook_ended(&mut self, told: (&HookDelivery, &HookEvent), tried: &Tried, now: i64, chance: u16) -> Result<()> {
        let (delivery, event) = told;
        let letter = FlowLetter::of(event);
        let good = matches!(&tried.answer, Answer::Heard(heard) if (200..300).contains(&heard.status));
        let most = letter.as_ref().map_or(i64::MAX, |letter| letter.tries);
        let pause = ladder::pause(delivery.attempts, chance).filter(|_| delivery.attempts < most);
        let wish = match &tried.answer {
            Answer::Heard(heard) => heard.header("retry-after").and_then(ladder::wish),
            _ => None,
        };
        let (state, run_at) = match (&tried.answer, pause) {
            (Answer::Left, _) => (HookState::Left, now),
            _ if good => (HookState::Done, now),
            (_, Some(pause)) => (HookState::Waiting, now + pause.max(wish.unwrap_or(0))),
            (_, None) => (HookState::Dead, now),
        };
        let ended_at = (state != HookState::Waiting).then_some(now);
        if !self.conn.hook_end(&HookDelivery { state, run_at, ended_at, ..delivery.clone() })? {
            return Ok(());
        }
        if let Some(letter) = letter.as_ref().filter(|_| state != HookState::Waiting) {
            self.conn.flow_wake_run(letter.run, now)?;
            self.effects.flows_go();
        }
        let Some(mut hook) = self.conn.hook(delivery.hook)? else { return Ok(()) };
        if matches!(tried.answer, Answer::Left) {
            return Ok(());
        }
        self.conn.hook_tried(&tried.attempt)?;
        if good {
            hook.heard_at = Some(now);
            (hook.failing_since, hook.failures, hook.rest_until) = (None, 0, 0);
            return Ok(self.conn.hook_set(&hook)?);
        }
        hook.failures += 1;
        let since = *hook.failing_since.get_or_insert(now);
        hook.rest_until = now + ladder::rest(hook.failures).max(wish.unwrap_or(0));
        // of a step's call it may be a single thing at the address that is gone
        let gone = letter.is_none() && matches!(&tried.answer, Answer::Heard(heard) if heard.status == 410);
        if hook.state == "on" && (gone || ladder::is_given_up(since, hook.failures, now)) {
            hook.state = "stopped".into();
            hook.why = Some(if gone { "hook_gone" } else { "hook_silent" }.into());
            self.hook_stopped(&hook)?;
        }
        Ok(self.conn.hook_set(&hook)?)
    }
}
