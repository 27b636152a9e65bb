//! How fast the engines are that domains are built on: each command durable before it is answered.

use super::report::Figure;
use crate::stop::Stop;
use akrab_engine::contact::{Consent, Decision, Facts};
use akrab_engine::ledger::{Account, Command, NewAccount, What, bucket};
use akrab_engine::work::{Batch, Carried, Carrier, Handed, Porter, Unit};
use akrab_engine::{Ctx, Door, Engine};
use akrab_model::Problem;
use akrab_model::value::Input;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Who writes at once, without a pause.
const WRITERS: usize = 8;
/// Accounts they write to.
const ACCOUNTS: usize = 4;

/// Units of work planned.
const UNITS: i64 = 1_000_000;

/// Measures every engine.
pub async fn measure(engine: &Engine, span: Duration) -> Result<Vec<Figure>, Stop> {
    let system = engine.system("measuring", Door::Command);
    let mut figures = ledger(engine, &system, span).await?;
    figures.push(calendar(engine, &system).await?);
    figures.push(contact(&system)?);
    figures.extend(work(engine, &system, span).await?);
    Ok(figures)
}

/// Due times of many open clocks, worked out anew.
async fn calendar(engine: &Engine, system: &Ctx) -> Result<Figure, Stop> {
    let calendar = engine.read(system, |tx| tx.calendar(akrab_engine::calendar::USUAL)).await?;
    let (now, began) = (system.now.timestamp(), Instant::now());
    for n in 0..100_000 {
        let start = now.checked_sub(jiff::SignedDuration::from_mins(n % 40_000)).map_err(Problem::internal)?;
        calendar.add(start, jiff::SignedDuration::from_mins(30 + n % 2_400)).map_err(Problem::from)?;
    }
    Ok(Figure::seconds("calendar: 100000 due times worked out anew", began.elapsed().as_secs_f64(), 5.0))
}

/// A look at everybody before a mailing goes out.
fn contact(system: &Ctx) -> Result<Figure, Stop> {
    let preset = akrab_engine::contact::presets().into_iter().next().ok_or_else(|| Stop::failed("no preset"))?;
    let decl = preset.purposes.first().and_then(|purpose| purpose.policies.get("whatsapp")).ok_or_else(|| Stop::failed("no policy"))?;
    let policy = decl.compile([]).map_err(Problem::invalid)?;
    let (now, began, mut allowed) = (system.now.timestamp(), Instant::now(), 0_u64);
    let mut facts = Facts {
        do_not_contact: false,
        consent: Consent::Given,
        do_not_call: false,
        suppressed: false,
        zone: system.now.time_zone().clone(),
        sends: &[],
        attempts: 0,
        until: None,
        over_budget: false,
    };
    for n in 0..UNITS {
        facts.suppressed = n % 7 == 0;
        let at = now.checked_add(jiff::SignedDuration::from_secs(n)).map_err(Problem::internal)?;
        allowed += u64::from(policy.decide(&facts, at) == Decision::Allowed);
    }
    if allowed == 0 {
        return Err(Stop::failed("a policy that allows nothing was measured"));
    }
    Ok(Figure::seconds("contact policy: a million decisions", began.elapsed().as_secs_f64(), 10.0))
}

/// Takes everything at once.
struct Taker(AtomicU64);

impl Carrier for Taker {
    fn queue(&self) -> &'static str {
        "bench"
    }
    fn hand_over(&self, _: Engine, _: Carried) -> futures::future::BoxFuture<'static, Handed> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { Handed::Done(serde_json::Value::Null) })
    }
}

/// A million units planned, and as many as possible handed over.
async fn work(engine: &Engine, system: &Ctx, span: Duration) -> Result<Vec<Figure>, Stop> {
    let run = u64::from_le_bytes(engine.random());
    let (before, began) = (pages(engine).await?, Instant::now());
    for first in (0..UNITS).step_by(20_000) {
        let batch = Batch {
            queue: "bench".into(),
            route: "bench".into(),
            key: format!("bench:{run}"),
            title: "bench".into(),
            payload: json!({}),
            subject: None,
            people: None,
        };
        let units: Vec<Unit> = (first..first + 20_000).map(Unit::now).collect();
        engine.write(system, move |tx| tx.work_plan(&batch, &units)).await?;
    }
    let planned = UNITS as f64 / began.elapsed().as_secs_f64();
    let bytes = (pages(engine).await? - before) as f64 / UNITS as f64;
    let taker = Arc::new(Taker(AtomicU64::new(0)));
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let (began, mut lanes) = (Instant::now(), tokio::task::JoinSet::new());
    for _ in 0..4 {
        let (porter, stopped) = (Porter::new(engine, taker.clone()), stopped.clone());
        lanes.spawn(async move {
            while !*stopped.borrow() && porter.next(&stopped).await? > 0 {}
            Ok::<_, Problem>(())
        });
    }
    tokio::time::sleep(span).await;
    let rate = taker.0.load(Ordering::Relaxed) as f64 / began.elapsed().as_secs_f64();
    stop.send_replace(true);
    while let Some(done) = lanes.join_next().await {
        done.map_err(|e| Stop::failed(e.to_string()))??;
    }
    Ok(vec![
        Figure::rate("work ledger: units planned a second", planned, 20_000.0),
        Figure::bytes("work ledger: a planned unit on the disk", bytes, 64.0),
        Figure::rate("work ledger: units handed over a second, 4 at once", rate, 1_000.0),
    ])
}

/// Bytes the database uses.
async fn pages(engine: &Engine) -> Result<i64, Stop> {
    Ok(engine.read(&engine.system("measuring", Door::Command), |tx| Ok(tx.conn.used_bytes()?)).await?)
}

/// Pairs of a reservation and its commit.
async fn ledger(engine: &Engine, system: &Ctx, span: Duration) -> Result<Vec<Figure>, Stop> {
    let mut accounts = Vec::new();
    for n in 0..ACCOUNTS {
        accounts.push(opened(engine, system, n).await?);
    }
    let (began, mut tasks) = (Instant::now(), tokio::task::JoinSet::new());
    for writer in 0..WRITERS {
        let (engine, system, account) = (engine.clone(), system.clone(), accounts[writer % ACCOUNTS].id);
        let run = format!("{writer}-{}", u64::from_le_bytes(engine.random()));
        tasks.spawn(async move {
            let mut times = Vec::new();
            while began.elapsed() < span {
                times.extend(pair(&engine, &system, account, &format!("{run}-{}", times.len())).await?);
            }
            Ok::<_, Problem>(times)
        });
    }
    let mut times = Vec::new();
    while let Some(done) = tasks.join_next().await {
        times.extend(done.map_err(|e| Stop::failed(e.to_string()))??);
    }
    let rate = times.len() as f64 / 2.0 / began.elapsed().as_secs_f64();
    times.sort_unstable();
    let place = times.len() * 99 / 100;
    let slow = times.get(place.min(times.len().saturating_sub(1))).map_or(0.0, |t| t.as_secs_f64() * 1_000.0);
    let unbalanced = engine.read(system, |tx| tx.ledger_unbalanced()).await?;
    if !unbalanced.is_empty() {
        return Err(Stop::failed(format!("ledgers do not balance: {unbalanced:?}")));
    }
    Ok(vec![
        Figure::rate("ledger: reserve-and-commit pairs a second, 8 writers", rate, 500.0),
        Figure::millis("ledger: one command among 8 writers, p99", slow, 20.0),
    ])
}

async fn opened(engine: &Engine, system: &Ctx, n: usize) -> Result<Account, Stop> {
    let mut input = Input::new();
    input.insert("name".into(), json!(format!("Uji Mesin {n}")));
    let holder = engine.create(system, "account", input).await?.id;
    let new = NewAccount { holder: ("account".into(), holder), kind: "points".into(), currency: String::new(), places: 0, may_owe: false };
    let account = engine.write(system, move |tx| tx.ledger_open(&new)).await?;
    let id = account.id;
    let fill = Command::new(format!("fill-{id}"), What::PutIn { amount: 1_000_000_000, usable_from: None, last_day: None }, "bench");
    engine.write(system, move |tx| tx.ledger(id, &fill)).await?;
    Ok(account)
}

async fn pair(engine: &Engine, system: &Ctx, account: i64, key: &str) -> Result<[Duration; 2], Problem> {
    let began = Instant::now();
    let reserve = Command::new(format!("{key}-r"), What::Reserve { amount: 3, until: None, owner: None }, "bench");
    let held = engine.write(system, move |tx| tx.ledger(account, &reserve)).await?;
    let (reservation, first) = (held.reservation.unwrap_or_default(), began.elapsed());
    let commit = Command::new(format!("{key}-c"), What::Commit { reservation, amount: 3, to: bucket::USED.into() }, "bench");
    engine.write(system, move |tx| tx.ledger(account, &commit)).await?;
    Ok([first, began.elapsed().saturating_sub(first)])
}
